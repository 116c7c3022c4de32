/* audit/resume.c - see resume.h. */
#include "proxy/base/base.h"
#include "audit/resume.h"
#include "audit/jcs.h"
#include "audit/scan.h"

void resume_add(struct leaf_counters *c, const char *name, uint64_t n)
{
    size_t i = c->count++;
    assert(c->count <= LEAF_COUNTERS);
    for (; i > 0 && strcmp(c->at[i - 1].name, name) > 0; i--)
        c->at[i] = c->at[i - 1];
    c->at[i] = (struct leaf_counter){name, n};
}

void resume_say(const struct pairs *open, const struct since *since, uint64_t next,
                struct leaf_counters *counters)
{
    resume_add(counters, "open_from", pairs_oldest(open, next));
    if (since->policy.seq > 0)
        resume_add(counters, "policy_at", since->policy.seq);
    if (since->config.seq > 0)
        resume_add(counters, "config_at", since->config.seq);
}

bool resume_read(struct slice leaf, struct resume_word *out)
{
    struct slice type, ctr;
    *out = (struct resume_word){0};
    if (!gw_ok(jcs_text(leaf, "type", &type)) ||
        (!slice_is(type, SLICE_LIT("log.heartbeat")) && !slice_is(type, SLICE_LIT("log.start"))) ||
        !gw_ok(jcs_find(leaf, "ctr", &ctr)) || !gw_ok(jcs_u64(ctr, "open_from", &out->open_from)))
        return false;
    (void)!gw_ok(jcs_u64(ctr, "policy_at", &out->policy_at));
    (void)!gw_ok(jcs_u64(ctr, "config_at", &out->config_at));
    return true;
}

static gw_result stop_at_word(void *owner, const struct segment_frame *frame)
{
    return gw_is(resume_read(frame->leaf, owner) ? GW_AGAIN : GW_OK);
}

/* From the place that is far enough from the end, or further away when nothing behind it says what
 * was open there. */
gw_result resume_from(int dir, uint64_t size, uint64_t *from)
{
    struct segment_list list;
    struct resume_word word;
    struct scan_end end;
    *from = 0;
    TRY(segment_list_read(dir, &list));
    size_t back = RESUME_SEGMENTS, signed_count = 0;
    while (signed_count < list.count && list.first[signed_count] < size)
        signed_count++;
    gw_result r = gw_is(GW_OK);
    for (; back < signed_count; back *= 2) {
        uint64_t first = list.first[signed_count - back];
        r = scan_walk(dir, first, stop_at_word, &word, &end);
        if (r.code == GW_AGAIN)
            *from = word.open_from < first ? word.open_from : first;
        if (!gw_ok(r))
            break;
    }
    segment_list_free(&list);
    return r.code == GW_AGAIN ? gw_is(GW_OK) : r;
}
