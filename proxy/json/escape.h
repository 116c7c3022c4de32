/* proxy/json/escape.h - one escape of a JSON string. For this room only.
 *
 * Refuses to know of documents, memory and limits: reads a few bytes, says what they are. */
#ifndef PROXY_JSON_ESCAPE_H
#define PROXY_JSON_ESCAPE_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct escape {
    char out[4];    /* what it decodes to: UTF-8, or the three bytes of half a pair (WTF-8) */
    size_t out_len; /* 1 to 4 */
    size_t src_len; /* 2, 6, or 12 (a surrogate pair) */
    bool is_lone;   /* half a surrogate pair */
};

/* What the escape of two bytes at `at` means, s.at[at] being a backslash; 0: it is another one. */
char escape_letter(struct slice s, size_t at);
/* Reads the escape that s begins with (a backslash). False when it is not one of RFC 8259's. */
bool escape_read(struct slice s, struct escape *out);
/* The bytes between the quotes of a string, decoded as they come: one byte at a time, or -1 at the
 * end. For comparing and hashing without memory; what is walked was accepted by json_scan(). */
struct escape_walk {
    struct slice left;
    struct escape unit;
    size_t given; /* bytes of unit.out already given */
};
int escape_walk_byte(struct escape_walk *w);

#endif
