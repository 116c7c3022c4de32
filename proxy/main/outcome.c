/* proxy/main/outcome.c - see outcome.h. */
#include "proxy/base/base.h"
#include "proxy/main/outcome.h"
#include "audit/facet.h"
#include "audit/jcs.h"
#include "audit/verify.h"
#include "proxy/main/verb.h"

int outcome_misused(const char *reason)
{
    (void)verb_misused("audit", reason);
    return VERIFY_ERROR; /* 2 means tampered here */
}

int outcome_explain(gw_result r, const char *verb)
{
    if (r.code == GW_CORRUPT) {
        (void)verb_failed("audit", "%s: the log contradicts itself: run `bulla audit verify`",
                          verb);
        return VERIFY_TAMPERED;
    }
    if (r.code == GW_NOT_FOUND) {
        (void)verb_failed("audit", "%s: no such record, or no log there", verb);
        return VERIFY_INCOMPLETE;
    }
    return verb_failed("audit", "%s: %s", verb, gw_word(r));
}

bool outcome_filters(const struct asked *a, char out[OUTCOME_FILTERS])
{
    size_t len = 0;
    for (enum facet_id f = FACET_TYPE; f <= FACET_COUNT; f++) {
        const char *name = f == FACET_COUNT ? "xid" : facet_name(f);
        const char *value = f == FACET_COUNT ? a->xid : a->facets[f];
        if (value != NULL && len < OUTCOME_FILTERS)
            len += (size_t)snprintf(out + len, OUTCOME_FILTERS - len, "%s%s=%s",
                                    len == 0 ? "" : " ", name, value);
    }
    if (len == 0)
        snprintf(out, OUTCOME_FILTERS, "all records");
    for (size_t i = 0; out[i] != '\0'; i++)
        if ((unsigned char)out[i] < ' ')
            out[i] = '?';
    return len > 0;
}

static void print_field(struct slice leaf, const char *key, int width)
{
    struct slice value;
    if (!gw_ok(jcs_find(leaf, key, &value)))
        value = SLICE_LIT("-");
    else if (value.len >= 2 && value.at[0] == '"')
        value = slice_cut(value, 1, value.len - 1);
    printf("%-*.*s ", width, (int)value.len, value.at);
}

void outcome_leaf(struct slice leaf, bool json)
{
    if (json) {
        printf("%.*s\n", (int)leaf.len, leaf.at);
        return;
    }
    print_field(leaf, "seq", 7);
    print_field(leaf, "t", 27);
    print_field(leaf, "type", 15);
    print_field(leaf, "dec", 6);
    print_field(leaf, "out", 14);
    print_field(leaf, "xid", 36);
    putchar('\n');
}
