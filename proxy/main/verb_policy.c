/* proxy/main/verb_policy.c - `bulla policy test` and `bulla policy explain`: the gate without
 * sockets. */
#include "proxy/base/base.h"
#include "proxy/gate/explain.h"
#include "proxy/main/config.h"
#include "proxy/main/verb.h"
#include "redact/scan.h"

enum { POLICY_FILES = 32, POLICY_UPSTREAMS = 64 };

/* Everything that a gate needs, without listeners. */
struct bench {
    struct config *config; /* NULL without -c */
    struct policy *policy;
    struct scanner *scanner;
    struct gate gate;
    struct clock clock;
    struct gate_upstream upstreams[POLICY_UPSTREAMS];
    struct policy_upstream names[POLICY_UPSTREAMS];
    size_t count;
};

/* The names of CONTRACT.md's sample: what tests may route to when no configuration is given. */
static const struct {
    const char *name;
    enum trust trust;
} usual[] = {{"openai", TRUST_CLOSED},  {"anthropic", TRUST_CLOSED}, {"gemini", TRUST_CLOSED},
             {"mistral", TRUST_CLOSED}, {"llama", TRUST_LOCAL},      {"neox", TRUST_LOCAL}};

static void add_upstream(struct bench *b, struct slice name, enum trust trust, struct slice model)
{
    if (b->count == POLICY_UPSTREAMS)
        return;
    b->names[b->count] = (struct policy_upstream){name, trust};
    b->upstreams[b->count++] =
        (struct gate_upstream){.name = name, .trust = trust, .model = model, .apis = ~0u};
}

static void free_bench(struct bench *b)
{
    scan_scratch_free(b->gate.scratch);
    secret_key_free((struct secret_key *)(uintptr_t)b->gate.token_key);
    scanner_free(b->scanner);
    policy_free(b->policy);
    config_free(b->config);
    free(b);
}

static bool is_known(const struct bench *b, struct slice name)
{
    for (size_t i = 0; i < b->count; i++)
        if (slice_is(b->names[i].name, name))
            return true;
    return false;
}

/* Files alone, with no configuration: whatever their routes name is there, and serves every API. */
static gw_result load_files(struct bench *b, const char *const *files, size_t n,
                            struct buf *complaints)
{
    TRY(policy_load(files, n, NULL, 0, complaints, &b->policy));
    struct slice name;
    for (size_t i = 0; (name = policy_target(b->policy, i)).len > 0; i++)
        if (!is_known(b, name))
            add_upstream(b, name, TRUST_LOCAL, (struct slice){NULL, 0});
    return gw_is(GW_OK);
}

static gw_result load_policy(struct bench *b, const char *const *files, size_t n,
                             struct buf *complaints)
{
    if (n == 0 && b->config != NULL)
        return policy_load(b->config->policy_files, b->config->policies.n, b->names, b->count,
                           complaints, &b->policy);
    if (n == 0)
        return policy_load_default(b->names, b->count, complaints, &b->policy);
    if (b->config == NULL)
        return load_files(b, files, n, complaints);
    return policy_load(files, n, b->names, b->count, complaints, &b->policy);
}

static gw_result make_gate(struct bench *b)
{
    char reason[300] = "";
    const struct custom_set custom = policy_custom(b->policy);
    gw_result r = scanner_new_for(&custom, NULL, reason, sizeof reason, &b->scanner);
    if (!gw_ok(r)) {
        fprintf(stderr, "bulla policy: %s\n", reason);
        return r;
    }
    b->gate = (struct gate){
        .clock = &b->clock,
        .policy = b->policy,
        .scanner = b->scanner,
        .scratch = scan_scratch_new(b->scanner),
        .token_key = secret_key_new(),
        .upstreams = b->upstreams,
        .upstream_count = b->count,
        .limits = *gate_limits_default(),
        .auth = AUTH_OPEN,
        .policy_digest = policy_digest(b->policy),
        .durability =
            b->config == NULL ? RECORD_STRICT : (enum record_durability)b->config->audit.durability,
    };
    bool is_fine = b->gate.scratch != NULL && b->gate.token_key != NULL;
    return gw_is(is_fine ? GW_OK : GW_NO_MEMORY);
}

static struct bench *new_bench(const char *config, const char *const *files, size_t n)
{
    struct bench *b = calloc(1, sizeof *b);
    struct buf complaints;
    if (b == NULL)
        return NULL;
    buf_init(&complaints, 65536);
    gw_result r = config == NULL ? gw_is(GW_OK) : config_load(config, &b->config, &complaints);
    if (gw_ok(r) && b->config != NULL)
        for (size_t i = 0; i < b->config->upstream_count; i++)
            add_upstream(b, b->config->upstreams[i].name, (enum trust)b->config->upstreams[i].trust,
                         b->config->upstreams[i].model);
    for (size_t i = 0; config == NULL && i < GW_COUNT(usual); i++)
        add_upstream(b, slice_str(usual[i].name), usual[i].trust, (struct slice){NULL, 0});
    if (gw_ok(r))
        r = load_policy(b, files, n, &complaints);
    fprintf(stderr, "%.*s", (int)complaints.len,
            complaints.len == 0 ? "" : buf_slice(&complaints).at);
    buf_free(&complaints);
    if (gw_ok(r))
        r = make_gate(b);
    if (gw_ok(r))
        return b;
    free_bench(b);
    return NULL;
}

/* One complaint line a broken expectation. */
static bool expect(const struct policy_test *t, bool holds, const char *what, struct slice want,
                   struct slice got)
{
    if (!holds)
        printf("%.*s:%u: %.*s: %s: wanted %.*s, got %.*s\n", (int)t->file.len, t->file.at, t->line,
               (int)t->name.len, t->name.at, what, (int)want.len, want.at, (int)got.len,
               got.len == 0 ? "" : got.at);
    return holds;
}

static bool run_test(struct bench *b, const struct policy_test *t, bool *hit)
{
    const struct slice no = SLICE_LIT("it not"), yes = SLICE_LIT("it");
    struct explain *e;
    b->gate.guards_say = t->guard;
    if (!gw_ok(explain_new(&b->gate, t->path, t->body, &e)))
        return expect(t, false, "the request", SLICE_LIT("an answer"), SLICE_LIT("no memory"));
    struct slice sent = explain_sent(e);
    bool fine = true;
    if (t->decision.len > 0)
        fine = expect(t, slice_is(t->decision, explain_decision(e)), "decision", t->decision,
                      explain_decision(e));
    if (t->class_name.len > 0)
        fine = expect(t, slice_is(t->class_name, explain_class(e)), "class", t->class_name,
                      explain_class(e)) &&
               fine;
    if (t->upstream.len > 0)
        fine = expect(t, slice_is(t->upstream, explain_upstream(e)), "upstream", t->upstream,
                      explain_upstream(e)) &&
               fine;
    for (size_t i = 0; i < t->lacks_count; i++)
        fine = expect(t, slice_find(sent, t->sent_lacks[i]) == SIZE_MAX, "sent_lacks", no, yes) &&
               fine;
    for (size_t i = 0; i < t->has_count; i++)
        fine = expect(t, slice_find(sent, t->sent_has[i]) != SIZE_MAX, "sent_has", yes, no) && fine;
    for (size_t i = 0; i < t->rule_count; i++)
        fine = expect(t, explain_has_rule(e, t->rules[i]), "rules", t->rules[i],
                      SLICE_LIT("not hit")) &&
               fine;
    for (size_t i = 0; i < policy_rule_count(b->policy); i++)
        hit[i] = hit[i] || explain_has_rule(e, policy_rule_id(b->policy, i));
    explain_free(e);
    return fine;
}

static int run_tests(struct bench *b)
{
    size_t n, failed = 0;
    const struct policy_test *tests = policy_tests(b->policy, &n);
    bool *hit = calloc(policy_rule_count(b->policy) + 1, sizeof *hit);
    for (size_t i = 0; hit != NULL && i < n; i++)
        failed += !run_test(b, &tests[i], hit);
    for (size_t i = 0; hit != NULL && i < policy_rule_count(b->policy); i++) {
        struct slice id = policy_rule_id(b->policy, i);
        if (!hit[i])
            printf("rule never hit by a test: %.*s\n", (int)id.len, id.at);
    }
    printf("%zu passed, %zu failed\n", n - failed, failed);
    free(hit);
    return failed == 0 ? VERB_GOOD : VERB_FAILED;
}

static int explain_stdin(struct bench *b, const char *path)
{
    struct buf in, out;
    struct explain *e = NULL;
    char piece[65536];
    buf_init(&in, b->gate.limits.request_body);
    buf_init(&out, 256u << 20);
    gw_result r = gw_is(GW_OK);
    for (size_t n; gw_ok(r) && (n = fread(piece, 1, sizeof piece, stdin)) > 0;)
        r = buf_add(&in, slice_of(piece, n));
    if (gw_ok(r))
        r = explain_new(&b->gate, slice_str(path), buf_slice(&in), &e);
    if (gw_ok(r))
        r = explain_json(e, &out);
    if (gw_ok(r))
        fwrite(buf_slice(&out).at, 1, out.len, stdout);
    explain_free(e);
    buf_free(&in);
    buf_free(&out);
    return gw_ok(r) ? VERB_GOOD
                    : verb_failed("policy", "the request cannot be read: %s", gw_word(r));
}

static bool said_of(const char *word, unsigned *says)
{
    for (unsigned i = SAID_SAFE; i <= SAID_FAILED; i++)
        if (strcmp(policy_said_word(i), word) == 0) {
            *says = i;
            return true;
        }
    return false;
}

static int test_or_explain(int argc, char **argv)
{
    const char *config = NULL, *path = "/v1/chat/completions", *files[POLICY_FILES];
    unsigned says = SAID_NOTHING;
    size_t n = 0;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "-c") == 0 && i + 1 < argc)
            config = argv[++i];
        else if (strcmp(argv[i], "--path") == 0 && i + 1 < argc)
            path = argv[++i];
        else if (strcmp(argv[i], "--guard") == 0 && i + 1 < argc && said_of(argv[i + 1], &says))
            i++;
        else if (argv[i][0] != '-' && n < POLICY_FILES)
            files[n++] = argv[i];
        else
            return verb_misused(argv[0], "unknown argument");
    }
    struct bench *b = new_bench(config, files, n);
    if (b == NULL)
        return VERB_FAILED;
    b->gate.guards_say = (uint8_t)says;
    int code = strcmp(argv[1], "test") == 0 ? run_tests(b) : explain_stdin(b, path);
    free_bench(b);
    return code;
}

int verb_policy(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } words[] = {{"test", test_or_explain},
                 {"explain", test_or_explain},
                 {"hash", verb_policy_hash},
                 {"fingerprint", verb_policy_fingerprint}};
    for (size_t i = 0; i < GW_COUNT(words) && argc >= 2; i++)
        if (strcmp(argv[1], words[i].name) == 0)
            return words[i].run(argc, argv);
    return verb_misused(argv[0], "say test, explain, hash or fingerprint");
}
