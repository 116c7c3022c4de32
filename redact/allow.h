/* redact/allow.h - values that a company says are no secret: a support address, a test card.
 *
 * Asked about what is a finding already, so it costs nothing where nothing is found. Values are
 * compared whole, in any ASCII case; such as have no letters by their digits alone. Patterns must
 * fit the whole value. Immutable once built; the arena has all but the patterns, allow_free() frees
 * those. */
#ifndef REDACT_ALLOW_H
#define REDACT_ALLOW_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/confirm.h"
#include "redact/finding.h"

struct allow_value {
    struct slice text;   /* as it is compared */
    uint32_t list, next; /* next: index + 1 of another one with the same hash */
};
struct allow_pattern {
    struct confirmer *confirmer;
    uint32_t list;
};
struct allow {
    struct allow_value *values;
    uint32_t *by_hash; /* index + 1 */
    size_t value_count, mask;
    struct allow_pattern *patterns;
    size_t pattern_count;
    struct slice **entities; /* of each list */
    size_t *entity_counts;   /* 0: for every entity */
};

/* Copies what it needs. GW_BAD: a pattern does not compile, reason says where and why. */
GW_MUST gw_result allow_init(struct allow *a, const struct custom_allow *lists, size_t n,
                             struct arena *arena, char *reason, size_t size);
void allow_free(struct allow *a);
/* *yes: a finding of that entity and family with this value is none. GW_CORRUPT: the engine. */
GW_MUST gw_result allow_has(const struct allow *a, struct confirm_scratch *scratch,
                            struct slice value, struct slice entity, enum family family, bool *yes);

#endif
