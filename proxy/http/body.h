/* proxy/http/body.h - the bytes of one HTTP/1.1 body out of its framing, and into chunks.
 *
 * struct body is embedded and needs no free. Strict chunked coding: 1 to 15 hex digits, no
 * extensions, no trailers (both refused), CRLF everywhere. Limits are the caller's: this only
 * counts. */
#ifndef PROXY_HTTP_BODY_H
#define PROXY_HTTP_BODY_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"
#include "proxy/http/head.h"

struct body {
    enum head_framing framing;
    uint64_t left;   /* of the length, or of the current chunk */
    unsigned state;  /* chunked: private */
    unsigned digits; /* chunked: digits of the size so far */
    bool done;       /* the end was seen: nothing after it belongs to this body */
};

void body_init(struct body *b, const struct head *head);
/* Takes bytes from *in (advancing it) and points *out at the next run of body bytes inside it (may
 * be empty). GW_OK: made progress or body done (b->done). GW_AGAIN: *in is empty, more is needed.
 * GW_BAD: broken chunking; *reason is a literal. Call in a loop until GW_AGAIN or b->done. */
GW_MUST gw_result body_feed(struct body *b, struct slice *in, struct slice *out,
                            const char **reason);
/* The connection ended cleanly (TLS close_notify or FIN): GW_OK when that completes the body
 * (FRAMING_CLOSE, or already done), GW_BAD when it was cut. */
GW_MUST gw_result body_end(struct body *b);
/* Appends one chunk around bytes (nothing for an empty slice), and the last chunk. */
GW_MUST gw_result body_put_chunk(struct buf *out, struct slice bytes);
GW_MUST gw_result body_put_last(struct buf *out);

#endif
