/* redact/normal.h - the normal form of a text: what a reader sees, in plain letters, with a way
 * back.
 *
 * Drops zero-width, bidirectional, soft-hyphen, variation and combining marks; turns fullwidth,
 * styled and look-alike letters into ASCII, curly quotes into straight ones; resolves HTML
 * entities, %XX, \u0040, \x40, =40, and base64 and hex runs that hold plain text, one level; closes
 * "a @ b", "a[at]b", "s p a c e d" writing, "4-1-1-1" and lines that end in =; reads dictated
 * digits
 * ("four one one one"). Knows nothing of detectors. Never longer than its source; lives in the
 * arena. */
#ifndef REDACT_NORMAL_H
#define REDACT_NORMAL_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/offmap.h"
#include "proxy/base/slice.h"

/* How far an island reaches on both sides of a change, and how close two may come to be one. */
enum { NORMAL_SHORE = 128, NORMAL_CHANNEL = 256 };

/* A stretch of `text` that holds a change, with what stands around it. Whoever has looked at the
 * source needs to look at these only. Never holds byte 0x1F. */
struct normal_island {
    uint32_t from, to; /* offsets in text */
    bool decoded;      /* as below, for this stretch */
};

struct normal {
    struct slice text; /* equal to the source when nothing changed */
    struct offmap map; /* offsets in text to offsets in the source; empty: identity */
    const struct normal_island *islands; /* sorted; apart; all changes lie in them */
    size_t island_count;
    bool changed;
    bool decoded; /* a base64 or hex run was read, or hidden tag letters */
};

/* Byte 0x1F stays where it is and is never made from anything else, and nothing looks across it:
 * the normal form of many leaves is that of each, one after the other. GW_NO_MEMORY. */
GW_MUST gw_result normal_make(struct slice source, struct arena *arena, struct normal *out);

#endif
