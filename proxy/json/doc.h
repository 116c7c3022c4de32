/* proxy/json/doc.h - strict RFC 8259 span scanner: one pass, a tape of values with their offsets.
 *
 * Validates everything (UTF-8 included), copies nothing, changes nothing. The tape is flat: a value
 * is followed by all beneath it; `next` jumps over them. Keys are values of kind JSON_STRING too,
 * with is_key set, standing right before their value. Memory from the arena; offsets are into
 * `text`. */
#ifndef PROXY_JSON_DOC_H
#define PROXY_JSON_DOC_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum json_kind {
    JSON_NONE = 0,
    JSON_NULL,
    JSON_FALSE,
    JSON_TRUE,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
};

struct json_limits {
    size_t depth;         /* nesting of arrays and objects (default 64) */
    size_t keys;          /* keys of one document (default 100,000) */
    size_t values;        /* entries of the tape (default 1,000,000) */
    bool lone_surrogates; /* true: a string may hold half a pair (answers' deltas only) */
};
const struct json_limits *json_limits_default(void); /* never NULL */

struct json_value {
    uint32_t at, end; /* whole value, quotes or brackets included */
    uint32_t parent;  /* index of the array or object around it; 0 for the root (index 0) */
    uint32_t key;     /* index of its key; 0: none (no key ever has index 0) */
    uint32_t next;    /* index of the first value that is not beneath this one */
    uint8_t kind;     /* enum json_kind */
    bool is_key;
    bool has_escape; /* a string that holds a backslash */
};

/* The longest string that was decoded so far: who asks for it again gets it as it is. */
struct json_known {
    uint32_t value;    /* index of it */
    struct slice text; /* empty: none */
};

struct json_doc {
    struct slice text;
    struct json_known *known;  /* set by whoever decodes with one arena only; NULL: not kept */
    struct json_value *values; /* [0] is the root */
    uint32_t count;
    bool has_duplicate_key; /* the grammar accepts it, traffic refuses it */
    uint32_t duplicate_at;  /* offset of the first one */
};

struct json_fault {
    size_t at;          /* byte offset */
    const char *reason; /* a literal: "control character in string" */
};

/* GW_OK; GW_BAD (grammar, UTF-8, lone surrogate, BOM, bytes after the end); GW_TOO_BIG (a limit, or
 * text of 4 GiB); GW_NO_MEMORY. On failure *fault says where. */
GW_MUST gw_result json_scan(struct slice text, const struct json_limits *limits,
                            struct arena *arena, struct json_doc *out, struct json_fault *fault);
/* Index of the member `name` of the object at index `object` (compared decoded), or 0 when absent.
 */
uint32_t json_find(const struct json_doc *doc, uint32_t object, struct slice name);
static inline uint32_t json_member(const struct json_doc *doc, uint32_t object, const char *name)
{
    return json_find(doc, object, slice_str(name));
}
/* First child of an array or object (skipping an object's first key: gives the VALUE), or 0; the
 * next sibling value, or 0. */
uint32_t json_child(const struct json_doc *doc, uint32_t parent);
uint32_t json_sibling(const struct json_doc *doc, uint32_t value);
/* The raw bytes of a value (quotes included); of a string without its quotes, still escaped. */
struct slice json_raw(const struct json_doc *doc, uint32_t value);
struct slice json_inner(const struct json_doc *doc, uint32_t value);
/* True when the value is a string that decodes to exactly `text`. */
bool json_is(const struct json_doc *doc, uint32_t value, struct slice text);
static inline bool json_is_text(const struct json_doc *doc, uint32_t value, const char *text)
{
    return json_is(doc, value, slice_str(text));
}

#endif
