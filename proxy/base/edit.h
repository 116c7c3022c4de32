/* proxy/base/edit.h - one replacement in the original bytes of a body: what redact asks for and
 * json does.
 *
 * Lists of edits are sorted by `at`, do not overlap, and lie inside string contents (never on
 * quotes) or are of a number. `with` is plain text: whoever splices escapes it for the nesting
 * depth. Borrowed, arena lifetime. */
#ifndef PROXY_BASE_EDIT_H
#define PROXY_BASE_EDIT_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct edit {
    size_t at, end;    /* bytes [at, end) of the body; at == end inserts */
    struct slice with; /* plain UTF-8, not yet escaped; may be empty */
    unsigned depth;    /* 0: raw bytes, 1: inside a JSON string, 2: inside JSON in a JSON string */
};

#endif
