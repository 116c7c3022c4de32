/* proxy/main/verb_policy.c - `bulla policy test` and `bulla policy explain`: the gate without
 * sockets. */
#include "proxy/base/base.h"
#include "proxy/gate/explain.h"
#include "proxy/main/policy_bench.h"
#include "proxy/main/verb.h"

enum { POLICY_FILES = 32 };

/* One complaint line a broken expectation. */
static bool expect(const struct policy_test *t, bool holds, const char *what, struct slice want,
                   struct slice got)
{
    if (got.len == 0)
        got = SLICE_LIT("none");
    if (!holds)
        printf("%.*s:%u: %.*s: %s: wanted %.*s, got %.*s\n", (int)t->file.len, t->file.at, t->line,
               (int)t->name.len, t->name.at, what, (int)want.len, want.at, (int)got.len, got.at);
    return holds;
}

static bool run_test(struct policy_bench *b, const struct policy_test *t, bool *hit)
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

static int run_tests(struct policy_bench *b)
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

static int explain_stdin(struct policy_bench *b, const char *path)
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
    struct policy_bench *b = policy_bench_new(config, false, files, n);
    if (b == NULL)
        return VERB_FAILED;
    b->gate.guards_say = (uint8_t)says;
    int code = strcmp(argv[1], "test") == 0 ? run_tests(b) : explain_stdin(b, path);
    policy_bench_free(b);
    return code;
}

int verb_policy(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(int argc, char **argv);
    } words[] = {{"test", test_or_explain},
                 {"explain", test_or_explain},
                 {"replay", verb_policy_replay},
                 {"hash", verb_policy_hash},
                 {"fingerprint", verb_policy_fingerprint}};
    for (size_t i = 0; i < GW_COUNT(words) && argc >= 2; i++)
        if (strcmp(argv[1], words[i].name) == 0)
            return words[i].run(argc, argv);
    return verb_misused(argv[0], "say test, explain, replay, hash or fingerprint");
}
