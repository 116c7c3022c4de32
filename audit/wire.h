/* audit/wire.h - a writer of the JCS-safe JSON subset (RFC 8785): sorted ASCII keys, strings,
 * integers below 2^53, booleans, null; no floats. Keys must be written in ascending order:
 * asserted.
 *
 * Takes cleared text only. Errors are remembered: check wire_end() once. */
#ifndef AUDIT_WIRE_H
#define AUDIT_WIRE_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum { WIRE_DEPTH = 8 };

struct wire {
    struct buf *out;
    unsigned depth;
    bool first[WIRE_DEPTH];
    struct slice last_key[WIRE_DEPTH]; /* of a list: an opening bracket */
    bool failed;
};

/* Names of ours: their length is known where they stand, when it is compiled. */
__attribute__((always_inline)) static inline struct slice wire_key(const char *key)
{
    return (struct slice){key, key == NULL ? 0 : __builtin_strlen(key)};
}

void wire_put_text(struct wire *w, struct slice key, struct clear text);
void wire_put_u64(struct wire *w, struct slice key, uint64_t n);
void wire_put_bool(struct wire *w, struct slice key, bool yes);
void wire_put_base64(struct wire *w, struct slice key, const void *at, size_t len);
void wire_begin(struct wire *w, struct slice key, char bracket);

void wire_init(struct wire *w, struct buf *out); /* opens the outer object */
/* A member of the object at hand, or, with key NULL, an item of the list. Every one of them is
 * expanded where it stands, so that the key's length is a number there and nothing measures it. The
 * words behind them take any key. */
__attribute__((always_inline)) static inline void wire_text(struct wire *w, const char *key,
                                                            struct clear text)
{
    wire_put_text(w, wire_key(key), text);
}
__attribute__((always_inline)) static inline void wire_u64(struct wire *w, const char *key,
                                                           uint64_t n)
{
    wire_put_u64(w, wire_key(key), n);
}
__attribute__((always_inline)) static inline void wire_bool(struct wire *w, const char *key,
                                                            bool yes)
{
    wire_put_bool(w, wire_key(key), yes);
}
__attribute__((always_inline)) static inline void wire_base64(struct wire *w, const char *key,
                                                              const void *at, size_t len)
{
    wire_put_base64(w, wire_key(key), at, len);
}
/* Opens an object or a list: bracket is '{' or '['. */
__attribute__((always_inline)) static inline void wire_open(struct wire *w, const char *key,
                                                            char bracket)
{
    wire_begin(w, wire_key(key), bracket);
}
void wire_close(struct wire *w);
GW_MUST gw_result wire_end(struct wire *w); /* closes the outer object */

#endif
