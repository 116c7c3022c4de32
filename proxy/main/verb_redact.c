/* proxy/main/verb_redact.c - `bulla redact`: standard input to standard output, findings replaced.
 *
 * Without a policy: tokens under a key that is forgotten at the end, labels for secrets. With one:
 * its rules for requests decide, and a text that it blocks is not printed. Frees and wipes all it
 * makes. */
#include "proxy/base/base.h"
#include "proxy/json/string.h"
#include "proxy/main/detect.h"
#include "proxy/main/verb.h"
#include "redact/replace.h"

#include <getopt.h>

struct redaction {
    struct detect detect;
    struct arena *arena;
    struct secret_key *key;
    struct buf body, out;
    struct text text;
    struct scan_result found;
    const char *refusal; /* why nothing is printed */
};

static gw_result choose_styles(struct redaction *r, const enum style **styles)
{
    size_t n = r->found.count;
    if (r->detect.policy != NULL) {
        struct verdict verdict;
        const struct facts facts = {.direction = FROM_REQUEST,
                                    .path = SLICE_LIT("/v1/chat/completions"),
                                    .findings = r->found.findings,
                                    .finding_count = n,
                                    .attack = r->found.attack};
        TRY(policy_decide(r->detect.policy, &facts, r->arena, NULL, NULL, &verdict));
        *styles = verdict.styles;
        if (verdict.decision != DECISION_BLOCK)
            return gw_is(GW_OK);
        r->refusal = "the policy blocks this text";
        return gw_is(GW_REFUSED);
    }
    enum style *own = arena_array(r->arena, n + 1, sizeof *own);
    if (own == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < n; i++) {
        uint8_t family = r->found.findings[i].family;
        own[i] = family == FAM_SECRET || family == FAM_JWT ? STYLE_LABEL : STYLE_TOKEN;
    }
    *styles = own;
    return gw_is(GW_OK);
}

static gw_result redact_body(struct redaction *r)
{
    const struct text_leaf leaf = {.use = TEXT_REWRITE, .role = ROLE_USER};
    const struct scan_options options = {.threshold = r->detect.threshold,
                                         .attacks = true,
                                         .repeats = true,
                                         .names = r->detect.names};
    struct digest scope;
    const enum style *styles = NULL;
    struct replace_list list;
    struct slice body = buf_slice(&r->body);
    TRY(text_add(&r->text, body, &leaf));
    TRY(scan_text(r->detect.scanner, r->detect.scratch, &r->text, &options, r->arena, &r->found));
    TRY(choose_styles(r, &styles));
    secret_random(scope.at, sizeof scope.at);
    struct vault *v = vault_new(r->arena, r->key, scope, body);
    if (v == NULL)
        return gw_is(GW_NO_MEMORY);
    TRY(replace_edits(&r->text, r->found.findings, styles, r->found.count, v, &list));
    return string_splice(body, list.edits, list.count, &r->out);
}

static gw_result redact_input(struct redaction *r)
{
    if (r->arena == NULL || r->key == NULL)
        return gw_is(GW_NO_MEMORY);
    TRY(detect_read("-", &r->body));
    if (buf_slice(&r->body).len == 0)
        return gw_is(GW_OK);
    TRY(redact_body(r));
    return detect_print(&r->out);
}

static int redact_run(struct redaction *r)
{
    r->arena = arena_new(DETECT_INPUT * 4);
    r->key = secret_key_new();
    buf_init(&r->body, DETECT_INPUT);
    buf_init(&r->out, DETECT_INPUT * 2);
    text_init(&r->text, r->arena, DETECT_INPUT);
    gw_result result = redact_input(r);
    text_free(&r->text);
    buf_free(&r->out);
    buf_free(&r->body);
    secret_key_free(r->key);
    arena_free(r->arena);
    if (gw_ok(result))
        return VERB_GOOD;
    return verb_failed("redact", "%s", r->refusal != NULL ? r->refusal : detect_why(result));
}

int verb_redact(int argc, char **argv)
{
    static const struct option options[] = {{"policy", required_argument, NULL, 'p'},
                                            {NULL, 0, NULL, 0}};
    struct redaction r = {0};
    const char *policy = NULL;
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "p:", options, NULL)) != -1) {
        if (c != 'p')
            return verb_misused(argv[0], "wrong arguments");
        policy = optarg;
    }
    if (optind < argc)
        return verb_misused(argv[0], "takes no files: standard input to standard output");
    if (!detect_open(argv[0], policy, &r.detect))
        return VERB_FAILED;
    int code = redact_run(&r);
    detect_close(&r.detect);
    return code;
}
