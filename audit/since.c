/* audit/since.c - see since.h. */
#include "proxy/base/base.h"
#include "audit/since.h"
#include "audit/base64.h"
#include "audit/jcs.h"

static const struct digest none;

static bool is_none(const struct digest *d)
{
    return memcmp(d->at, none.at, sizeof none.at) == 0;
}

/* NULL: the record says nothing of the sort. */
static const struct since_one *one_of(const struct since *s, const struct audit_record *rec)
{
    const struct since_one *one = rec->type == RECORD_POLICY_CHANGE   ? &s->policy
                                  : rec->type == RECORD_CONFIG_CHANGE ? &s->config
                                                                      : NULL;
    return is_none(&rec->pol) ? NULL : one;
}

void since_read(struct since *s, struct slice leaf)
{
    struct slice type, text;
    struct digest d;
    uint64_t seq;
    size_t len;
    if (!gw_ok(jcs_text(leaf, "type", &type)))
        return;
    bool is_policy = slice_is(type, SLICE_LIT("policy.change"));
    if ((!is_policy && !slice_is(type, SLICE_LIT("config.change"))) ||
        !gw_ok(jcs_u64(leaf, "seq", &seq)) ||
        !gw_ok(jcs_text(leaf, is_policy ? "pol" : "cfg", &text)) ||
        !gw_ok(base64_read(text, d.at, sizeof d.at, &len)) || len != sizeof d.at)
        return;
    *(is_policy ? &s->policy : &s->config) = (struct since_one){.is = d, .seq = seq};
}

bool since_is_known(const struct since *s, const struct audit_record *rec, uint64_t *seq)
{
    const struct since_one *one = one_of(s, rec);
    if (one == NULL ||
        (rec->gen >= one->gen && memcmp(one->is.at, rec->pol.at, sizeof rec->pol.at) != 0))
        return false;
    *seq = one->seq;
    return true;
}

const struct digest *since_before(const struct since *s, const struct audit_record *rec)
{
    const struct since_one *one = one_of(s, rec);
    return one == NULL || is_none(&one->is) ? NULL : &one->is;
}

void since_note(struct since *s, const struct audit_record *rec, uint64_t seq)
{
    const struct since_one *one = one_of(s, rec);
    if (one != NULL)
        *(one == &s->policy ? &s->policy : &s->config) =
            (struct since_one){.is = rec->pol, .seq = seq, .gen = rec->gen};
}
