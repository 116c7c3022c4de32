/* audit/follow.c - see follow.h. */
#include "proxy/base/base.h"
#include "audit/follow.h"
#include "audit/expire.h"
#include "audit/jcs.h"
#include "audit/scan.h"

enum { SPOTS = 8192 };

/* Where a record lies. */
struct spot {
    uint64_t seq, segment;
    size_t at;
    bool is_known;
};

struct follow {
    int dir;
    uint64_t next;
    struct spot spots[SPOTS]; /* by seq, the newest of each place */
    struct buf frame, begin;
};

gw_result follow_open(int dir, uint64_t next, struct follow **out)
{
    struct follow *f = calloc(1, sizeof *f);
    if (f == NULL)
        return gw_is(GW_NO_MEMORY);
    f->dir = dir;
    f->next = next;
    buf_init(&f->frame, SEGMENT_FRAME_MAX);
    buf_init(&f->begin, SEGMENT_FRAME_MAX);
    *out = f;
    return gw_is(GW_OK);
}

void follow_close(struct follow *f)
{
    if (f == NULL)
        return;
    buf_free(&f->frame);
    buf_free(&f->begin);
    free(f);
}

uint64_t follow_next(const struct follow *f)
{
    return f->next;
}

void follow_rewind(struct follow *f, uint64_t next)
{
    f->next = next;
}

static void keep(struct follow *f, const struct spot *spot)
{
    f->spots[spot->seq % SPOTS] = *spot;
}

static const struct spot *known(const struct follow *f, uint64_t seq)
{
    const struct spot *spot = &f->spots[seq % SPOTS];
    return spot->is_known && spot->seq == seq ? spot : NULL;
}

/* The frame of a seq that is thought to lie there; and where the one behind it would. */
static gw_result read_spot(struct follow *f, const struct spot *at, struct buf *bytes,
                           struct segment_frame *out)
{
    TRY(scan_frame(f->dir, at->segment, at->at, at->seq, bytes, out));
    keep(f, at);
    const struct spot behind = {
        .seq = at->seq + 1, .segment = at->segment, .at = at->at + out->bytes, .is_known = true};
    if (known(f, behind.seq) == NULL)
        keep(f, &behind);
    return gw_is(GW_OK);
}

/* The segment that the seq lies in is walked from its beginning. */
static gw_result find_spot(struct follow *f, uint64_t seq, struct buf *bytes,
                           struct segment_frame *out)
{
    struct segment_list list = {0};
    struct spot at = {.is_known = true};
    bool is_there = false;
    TRY(segment_list_read(f->dir, &list));
    for (size_t i = 0; i < list.count && list.first[i] <= seq; i++) {
        at.seq = at.segment = list.first[i];
        is_there = true;
    }
    segment_list_free(&list);
    if (!is_there)
        return gw_is(GW_NOT_FOUND);
    for (;;) {
        TRY(read_spot(f, &at, bytes, out));
        if (at.seq == seq)
            return gw_is(GW_OK);
        at.seq++;
        at.at += out->bytes;
    }
}

static gw_result read_seq(struct follow *f, uint64_t seq, struct buf *bytes,
                          struct segment_frame *out)
{
    const struct spot *at = known(f, seq);
    if (at != NULL) {
        const struct spot copy = *at;
        gw_result r = read_spot(f, &copy, bytes, out);
        if (r.code != GW_CORRUPT && r.code != GW_NOT_FOUND)
            return r;
        f->spots[seq % SPOTS].is_known = false; /* the segment ended before it */
    }
    return find_spot(f, seq, bytes, out);
}

/* The begin that an end names, when it is there (*has). */
static gw_result read_begin(struct follow *f, struct slice leaf, struct segment_frame *begin,
                            bool *has)
{
    struct slice type, ref, first;
    uint64_t seq;
    *has = false;
    if (!gw_ok(jcs_text(leaf, "type", &type)) || !slice_is(type, SLICE_LIT("exchange.end")) ||
        !gw_ok(jcs_find(leaf, "ref", &ref)) || !gw_ok(jcs_item(&ref, &first)) ||
        !gw_ok(slice_u64(first, &seq)) || seq >= f->next)
        return gw_is(GW_OK);
    gw_result r = read_seq(f, seq, &f->begin, begin);
    *has = gw_ok(r);
    return r.code == GW_NOT_FOUND || r.code == GW_CORRUPT ? gw_is(GW_OK) : r;
}

/* What was there before the first segment has ended, where a record says so. */
static gw_result skip_expired(struct follow *f, uint64_t size)
{
    uint64_t begin;
    TRY(segment_first(f->dir, &begin));
    if (f->next >= begin || !expire_is_recorded(f->dir, size, begin))
        return gw_is(GW_NOT_FOUND);
    f->next = begin;
    return gw_is(GW_OK);
}

gw_result follow_each(struct follow *f, uint64_t size, uint64_t most,
                      gw_result (*each)(void *owner, const struct segment_frame *frame,
                                        const struct segment_frame *begin),
                      void *owner)
{
    for (uint64_t n = 0; n < most && f->next < size; n++) {
        struct segment_frame frame, begin;
        bool has;
        gw_result r = read_seq(f, f->next, &f->frame, &frame);
        if (r.code == GW_NOT_FOUND) {
            TRY(skip_expired(f, size));
            r = read_seq(f, f->next, &f->frame, &frame);
        }
        TRY(r);
        TRY(read_begin(f, frame.leaf, &begin, &has));
        TRY(each(owner, &frame, has ? &begin : NULL));
        f->next++;
    }
    return gw_is(GW_OK);
}
