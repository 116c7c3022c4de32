/* proxy/main/policy_bench.c - see policy_bench.h. */
#include "proxy/base/base.h"
#include "proxy/main/policy_bench.h"

/* The names of CONTRACT.md's sample: what tests may route to when no configuration is given. */
static const struct {
    const char *name;
    enum trust trust;
} usual[] = {{"openai", TRUST_CLOSED},  {"anthropic", TRUST_CLOSED}, {"gemini", TRUST_CLOSED},
             {"mistral", TRUST_CLOSED}, {"llama", TRUST_LOCAL},      {"neox", TRUST_LOCAL}};

static void add_upstream(struct policy_bench *b, struct slice name, enum trust trust,
                         struct slice model)
{
    if (b->count == POLICY_UPSTREAMS)
        return;
    b->names[b->count] = (struct policy_upstream){name, trust};
    b->upstreams[b->count++] =
        (struct gate_upstream){.name = name, .trust = trust, .model = model, .apis = ~0u};
}

void policy_bench_free(struct policy_bench *b)
{
    if (b == NULL)
        return;
    scan_scratch_free(b->gate.scratch);
    secret_key_free((struct secret_key *)(uintptr_t)b->gate.token_key);
    fingerprint_key_free((struct fingerprint_key *)(uintptr_t)b->gate.scope_key);
    scanner_free(b->scanner);
    policy_free(b->policy);
    config_free(b->config);
    free(b);
}

static bool is_known(const struct policy_bench *b, struct slice name)
{
    for (size_t i = 0; i < b->count; i++)
        if (slice_is(b->names[i].name, name))
            return true;
    return false;
}

/* Files alone, with no configuration: whatever their routes name is there, and serves every API. */
static gw_result load_files(struct policy_bench *b, const char *const *files, size_t n,
                            struct buf *complaints)
{
    TRY(policy_load(files, n, NULL, 0, complaints, &b->policy));
    struct slice name;
    for (size_t i = 0; (name = policy_target(b->policy, i)).len > 0; i++)
        if (!is_known(b, name))
            add_upstream(b, name, TRUST_LOCAL, (struct slice){NULL, 0});
    return gw_is(GW_OK);
}

static gw_result load_policy(struct policy_bench *b, const char *const *files, size_t n,
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

static gw_result make_gate(struct policy_bench *b)
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
        .scope_key = fingerprint_key_new(),
        .upstreams = b->upstreams,
        .upstream_count = b->count,
        .limits = *gate_limits_default(),
        .auth = AUTH_OPEN,
        .policy_digest = policy_digest(b->policy),
        .durability =
            b->config == NULL ? RECORD_STRICT : (enum record_durability)b->config->audit.durability,
    };
    bool is_fine =
        b->gate.scratch != NULL && b->gate.token_key != NULL && b->gate.scope_key != NULL;
    return gw_is(is_fine ? GW_OK : GW_NO_MEMORY);
}

struct policy_bench *policy_bench_new(const char *config, bool is_open, const char *const *files,
                                      size_t n)
{
    struct policy_bench *b = calloc(1, sizeof *b);
    struct buf complaints;
    if (b == NULL)
        return NULL;
    buf_init(&complaints, 65536);
    gw_result r = gw_is(GW_OK);
    if (config != NULL)
        r = is_open ? config_load_open(config, &b->config, &complaints)
                    : config_load(config, &b->config, &complaints);
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
    policy_bench_free(b);
    return NULL;
}
