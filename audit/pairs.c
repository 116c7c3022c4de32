/* audit/pairs.c - see pairs.h. An array by seq; what has ended is swept out when it is the half. */
#include "proxy/base/base.h"
#include "audit/pairs.h"
#include "audit/jcs.h"
#include "audit/seqs.h"

enum { FIRST_ROOM = 64 };

static void sweep(struct pairs *p)
{
    size_t kept = 0;
    if (p->ended * 2 <= p->count)
        return;
    for (size_t i = 0; i < p->count; i++)
        if (!p->at[i].has_ended)
            p->at[kept++] = p->at[i];
    p->count = kept;
    p->ended = 0;
}

static gw_result grow(struct pairs *p)
{
    if (p->count < p->room)
        return gw_is(GW_OK);
    size_t room = p->room == 0 ? FIRST_ROOM : p->room * 2;
    struct pairs_begin *more = realloc(p->at, room * sizeof *more);
    if (more == NULL)
        return gw_is(GW_NO_MEMORY);
    p->at = more;
    p->room = room;
    return gw_is(GW_OK);
}

gw_result pairs_begin(struct pairs *p, uint64_t seq, uint64_t owner, struct slice xid)
{
    struct pairs_begin b = {.seq = seq, .owner = owner};
    if (xid.len >= sizeof b.xid || (p->count > 0 && p->at[p->count - 1].seq >= seq))
        return gw_is(GW_BAD);
    if (pairs_open(p) >= PAIRS_MAX)
        return gw_is(GW_TOO_BIG);
    TRY(grow(p));
    if (xid.len > 0)
        memcpy(b.xid, xid.at, xid.len);
    p->at[p->count++] = b;
    return gw_is(GW_OK);
}

static struct pairs_begin *find(const struct pairs *p, uint64_t seq, uint64_t owner,
                                struct slice xid)
{
    struct pairs_begin *b = seqs_find(p->at, p->count, sizeof *b, seq);
    bool fits = b != NULL && !b->has_ended && b->owner == owner;
    return fits && slice_is(slice_str(b->xid), xid) ? b : NULL;
}

bool pairs_is_open(const struct pairs *p, uint64_t seq, uint64_t owner, struct slice xid)
{
    return find(p, seq, owner, xid) != NULL;
}

gw_result pairs_see(struct pairs *p, uint64_t owner, struct slice leaf)
{
    struct slice type, xid, ref;
    uint64_t seq;
    if (!gw_ok(jcs_text(leaf, "type", &type)) || !gw_ok(jcs_u64(leaf, "seq", &seq)))
        return gw_is(GW_CORRUPT);
    if (!gw_ok(jcs_text(leaf, "xid", &xid)))
        return gw_is(GW_OK);
    if (slice_is(type, SLICE_LIT("exchange.begin")))
        return pairs_begin(p, seq, owner, xid);
    if (slice_is(type, SLICE_LIT("exchange.end")) && gw_ok(jcs_find(leaf, "ref", &ref)) &&
        ref.len > 2 && gw_ok(slice_u64(slice_cut(ref, 1, ref.len - 1), &seq)))
        (void)!pairs_end(p, seq, owner, xid); /* verify says what does not fit */
    return gw_is(GW_OK);
}

uint64_t pairs_oldest(const struct pairs *p, uint64_t none)
{
    for (size_t i = 0; i < p->count; i++)
        if (!p->at[i].has_ended)
            return p->at[i].seq;
    return none;
}

bool pairs_newest(const struct pairs *p, uint64_t owner, struct slice xid, uint64_t *seq)
{
    for (size_t i = p->count; i > 0; i--) {
        const struct pairs_begin *b = &p->at[i - 1];
        if (b->has_ended || b->owner != owner || !slice_is(slice_str(b->xid), xid))
            continue;
        *seq = b->seq;
        return true;
    }
    return false;
}

bool pairs_end(struct pairs *p, uint64_t seq, uint64_t owner, struct slice xid)
{
    struct pairs_begin *b = find(p, seq, owner, xid);
    if (b == NULL)
        return false;
    b->has_ended = true;
    p->ended++;
    sweep(p);
    return true;
}

gw_result pairs_end_all(struct pairs *p, uint64_t owner,
                        gw_result (*each)(void *of, const struct pairs_begin *begin), void *of)
{
    gw_result r = gw_is(GW_OK);
    for (size_t i = 0; i < p->count && gw_ok(r); i++) {
        if (p->at[i].has_ended || p->at[i].owner != owner)
            continue;
        r = each(of, &p->at[i]);
        p->at[i].has_ended = gw_ok(r);
        p->ended += gw_ok(r);
    }
    sweep(p);
    return r;
}

size_t pairs_open(const struct pairs *p)
{
    return p->count - p->ended;
}

void pairs_free(struct pairs *p)
{
    free(p->at);
    *p = (struct pairs){0};
}
