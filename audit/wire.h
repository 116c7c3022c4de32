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
    const char *last_key[WIRE_DEPTH];
    bool failed;
};

void wire_init(struct wire *w, struct buf *out); /* opens the outer object */
/* key NULL inside a list */
void wire_text(struct wire *w, const char *key, struct clear text);
void wire_u64(struct wire *w, const char *key, uint64_t n);
void wire_bool(struct wire *w, const char *key, bool yes);
void wire_base64(struct wire *w, const char *key, const void *at, size_t len);
void wire_open(struct wire *w, const char *key, char bracket); /* '{' or '[' */
void wire_close(struct wire *w);
GW_MUST gw_result wire_end(struct wire *w); /* closes the outer object */

#endif
