/* proxy/base/offmap.h - where in the source a byte of decoded text came from.
 *
 * A map is a list of runs in the order of the decoded text. In an identity run (out_len == src_len)
 * byte i comes from byte i; in any other run the run as a whole is one unit (an escape, a base64
 * quantum, a removed character): an offset inside it maps to the unit's begin or end. Used for JSON
 * strings, JSON inside JSON strings, and the normal form of text; maps compose.
 *
 * Memory comes from the arena, but for a map of one run, which most are: that one stands in the map
 * itself. A map may be copied as a struct as long as the copy is not added to. */
#ifndef PROXY_BASE_OFFMAP_H
#define PROXY_BASE_OFFMAP_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"

struct offrun {
    uint32_t out_at, out_len; /* in the decoded text */
    uint32_t src_at,
        src_len; /* in the source; src_len may be 0 (inserted) as may out_len (removed) */
};

struct offmap {
    struct arena *arena;
    struct offrun *more; /* all runs, once there are several */
    struct offrun only;  /* the run of a map that has one */
    uint32_t count, room;
    uint32_t out_end; /* length of the decoded text so far */
};

void offmap_init(struct offmap *m, struct arena *arena);
/* Appends out_len decoded bytes that came from source [src_at, src_at + src_len). Identity runs
 * that continue the last one are merged. GW_NO_MEMORY at the arena's ceiling. */
GW_MUST gw_result offmap_add(struct offmap *m, uint32_t out_len, uint32_t src_at, uint32_t src_len);
/* The same for a unit of another length than its source's: nothing to merge it with, so most of the
 * time it is put down where it is asked. */
GW_MUST static inline gw_result offmap_add_unit(struct offmap *m, uint32_t out_len, uint32_t src_at,
                                                uint32_t src_len)
{
    if (m->count == m->room || m->more == NULL || out_len == src_len)
        return offmap_add(m, out_len, src_at, src_len);
    m->more[m->count++] = (struct offrun){m->out_end, out_len, src_at, src_len};
    m->out_end += out_len;
    return gw_is(GW_OK);
}
/* The map of a text without bytes that stands at src_at: a run without bytes, so that its offset 0
 * still leads to its place. */
void offmap_nothing(struct offmap *m, uint32_t src_at);
/* The source range of decoded [from, to): widened to whole units, so that replacing it never cuts
 * an escape. An empty map is the identity. */
void offmap_range(const struct offmap *m, size_t from, size_t to, size_t *src_from, size_t *src_to);
/* inner: text C decoded from B; outer: B decoded from A; out (initialised, empty): C from A. */
GW_MUST gw_result offmap_compose(const struct offmap *inner, const struct offmap *outer,
                                 struct offmap *out);

#endif
