/* proxy/http/head.h - a message's head, taken apart (RFC 9112, RFC 9110), and its fields by name.
 *
 * parse.h makes one. It borrows from the bytes that were fed. */
#ifndef PROXY_HTTP_HEAD_H
#define PROXY_HTTP_HEAD_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum { HEAD_LINE_MAX = 8192, HEAD_BYTES_MAX = 32768, HEAD_FIELDS_MAX = 100 };

struct head_field {
    struct slice name, value; /* value trimmed of blanks at both ends */
};

enum head_framing {
    FRAMING_NONE = 0, /* no body */
    FRAMING_LENGTH,   /* exactly body_len bytes */
    FRAMING_CHUNKED,
    FRAMING_CLOSE /* responses only: until the connection ends */
};

struct head {
    struct slice method, target; /* requests: "POST", "/v1/messages?beta=true" */
    struct slice path, query;    /* target split at the first '?'; query without it, may be empty */
    unsigned status;             /* responses: 100-599 */
    unsigned minor;              /* 1 or 0 of HTTP/1.x */
    enum head_framing framing;
    uint64_t body_len;
    bool keep_alive;       /* what the message asks for, HTTP/1.0 rules included */
    bool expects_continue; /* Expect: 100-continue; any other Expect is a fault */
    size_t count;
    struct head_field fields[HEAD_FIELDS_MAX]; /* last; those behind `count` are never touched */
};

/* Bytes of it that are in use. */
static inline size_t head_size(const struct head *h)
{
    return offsetof(struct head, fields) + h->count * sizeof h->fields[0];
}

/* What was wrong, and the status a server answers with (400, 405, 414, 417, 431, 501, 505). */
struct head_fault {
    unsigned status;
    const char *reason; /* a literal, safe to show */
};

/* The only field of that name (ASCII case ignored); NULL when absent or there are several. */
const struct head_field *head_find(const struct head *h, struct slice name);
static inline const struct head_field *head_field(const struct head *h, const char *name)
{
    return head_find(h, slice_str(name)); /* of a name of ours the length is known beforehand */
}
size_t head_count(const struct head *h, struct slice name);
static inline size_t head_field_count(const struct head *h, const char *name)
{
    return head_count(h, slice_str(name));
}
/* True when the comma list in field `name` holds `word` (case ignored). */
bool head_has_word(const struct head *h, const char *name, const char *word);

#endif
