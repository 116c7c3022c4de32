/* redact/normal.h - the normal form of a text: what a reader sees, in plain letters, with a way
 * back.
 *
 * Drops zero-width, bidirectional, soft-hyphen, variation and combining marks; turns fullwidth,
 * styled and look-alike letters into ASCII, curly quotes into straight ones; resolves HTML
 * entities, %XX, and base64 and hex runs that hold plain text, one level; closes "a @ b", "a[at]b",
 * "s p a c e d" writing. Knows nothing of detectors. Never longer than its source; lives in the
 * arena. */
#ifndef REDACT_NORMAL_H
#define REDACT_NORMAL_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/offmap.h"
#include "proxy/base/slice.h"

struct normal {
    struct slice text; /* equal to the source when nothing changed */
    struct offmap map; /* offsets in text to offsets in the source; empty: identity */
    bool changed;
    bool decoded; /* a base64 or hex run was read, or hidden tag letters */
};

/* Byte 0x1F stays where it is and is never made from anything else. GW_NO_MEMORY. */
GW_MUST gw_result normal_make(struct slice source, struct arena *arena, struct normal *out);

#endif
