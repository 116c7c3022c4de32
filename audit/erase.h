/* audit/erase.h - takes out of the segments what a record disclosed about somebody, and destroys
 * the keys of what was sealed.
 *
 * The groups who, net and find are overwritten with zeros, salts included, and the sealed payloads;
 * the leaf with their digests stays, and so does every proof. The key of an erasure unit goes when
 * no payload is left that needs it. Only segments that nobody writes any more: the `erase`
 * record that must come first begins a new one (audit/log.h). Done twice, it changes nothing. */
#ifndef AUDIT_ERASE_H
#define AUDIT_ERASE_H

#include "audit/index.h"
#include "proxy/base/base.h"

/* Erasure units of payloads: zeroed at first, erase_units_free(). */
struct erase_unit {
    char epoch[RECORD_EPOCH + 1];
    unsigned char id[RECORD_UNIT];
    bool is_needed;
};
struct erase_units {
    struct erase_unit *at;
    size_t count, room;
};

/* One frame, whose units are added; durable after erase_sync() on the same directory. GW_CORRUPT:
 * no such frame. */
GW_MUST gw_result erase_frame(int dir, const struct index_row *row, struct erase_units *units);
/* The groups of a frame that lies at `at` in an open segment; *any: there were some. */
GW_MUST gw_result erase_groups(int fd, size_t at, const struct segment_frame *frame, bool *any);
/* Those and its payloads, whose units are added. */
GW_MUST gw_result erase_at(int fd, size_t at, const struct segment_frame *frame,
                           struct erase_units *units);
/* All that was overwritten in that segment becomes durable. */
GW_MUST gw_result erase_sync(int dir, uint64_t segment);

/* Destroys the keys of those units that no payload in the log needs any more; reads it once. */
GW_MUST gw_result erase_keys(int dir, struct erase_units *units);
void erase_units_free(struct erase_units *units);

#endif
