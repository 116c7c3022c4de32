/* audit/present.h - what is still there of what was sealed and disclosed, and which record says why
 * the rest is not.
 *
 * Reads the log twice, by its own walk: a payload that was changed is told by its record and does
 * not end it, as it ends scan.h's. Believes leaves as far as their checksums hold: that they are
 * the signed ones is for verify.h. A key is there when its bytes are; whether they are the right
 * ones only a reviewer's identity can tell (unseal.h). Opens nothing. */
#ifndef AUDIT_PRESENT_H
#define AUDIT_PRESENT_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* clang-format off */
#define PRESENT_TABLE(X) \
    X(CHANGED, "changed")   /* not what its leaf names: tampered with */ \
    X(MISSING, "missing")   /* gone, and no record says why */ \
    X(KEYLESS, "keyless")   /* whole, and its key is gone: nobody can open it, and no record says why */ \
    X(PRUNED, "pruned")     /* ended, as a `prune` record says */ \
    X(ERASED, "erased")     /* as an `erase` record says */ \
    X(HERE, "present")
/* clang-format on */
#define X(id, word) PRESENT_##id,
enum present_state { PRESENT_TABLE(X) PRESENT_STATES };
#undef X

struct present_item {
    uint64_t seq;
    struct slice kind; /* of a payload, "req.sent"; or a group's name, "who" */
    bool is_group;
    enum present_state state;
    uint64_t by; /* erased, pruned: the record that says so */
};

struct present_counts {
    uint64_t payloads[PRESENT_STATES], groups[PRESENT_STATES];
};

/* Of the first `size` records (the signed ones: the log may be written meanwhile), and by what they
 * say; a word behind them is no reason. Calls each() for
 * all that is not there, by seq. GW_NOT_FOUND: no log; GW_CORRUPT: a frame that cannot be read,
 * what lies behind it was not looked at; GW_IO, GW_NO_MEMORY; or what each() said. */
GW_MUST gw_result present_run(const char *dir, uint64_t size,
                              gw_result (*each)(void *owner, const struct present_item *item),
                              void *owner, struct present_counts *counts);
const char *present_word(enum present_state state);

#endif
