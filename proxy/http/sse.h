/* proxy/http/sse.h - Server-Sent Events framing (WHATWG HTML, section 9.2), both ways.
 *
 * Reads bytes cut anywhere; line ends LF, CRLF, CR; strips one leading BOM; joins data lines with
 * LF. Owned by its holder: sse_init / sse_free (wipes). An event above the ceiling is GW_TOO_BIG.
 */
#ifndef PROXY_HTTP_SSE_H
#define PROXY_HTTP_SSE_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

struct sse_event {
    struct slice name;    /* the event: field, empty when absent */
    struct slice payload; /* the data: lines joined; empty when there was none */
    bool has_payload;     /* a data: line was there, be it empty */
    struct slice raw;     /* the event's own bytes, blank line included: to pass on untouched */
    bool lies_in_input;   /* all of it lies in the bytes that sse_feed() was given, not in a copy */
};

struct sse {
    struct buf raw;     /* bytes of the event being read */
    struct buf payload; /* joined data lines, when there is more than one */
    size_t scanned;     /* private: bytes of raw already looked at */
    size_t line_at;     /* private: begin of the current line in raw */
    bool bom_checked;   /* private */
    bool after_cr;      /* private */
};

void sse_init(struct sse *s, size_t ceiling);
void sse_free(struct sse *s);
/* Takes from *in (advancing it). GW_OK: *out is one event, valid until the next call; one that lies
 * in the input, as long as that. GW_AGAIN: *in is used up. GW_TOO_BIG: an event met the ceiling.
 * Comment-only blocks are events without payload.
 */
GW_MUST gw_result sse_feed(struct sse *s, struct slice *in, struct sse_event *out);
/* The stream ended: GW_OK with the unfinished event if it has a payload (a missing last blank
 * line), GW_NOT_FOUND when nothing waits. */
GW_MUST gw_result sse_end(struct sse *s, struct sse_event *out);
/* The parts of an event around a payload that its caller writes, in one line. GW_BAD: a name of
 * several lines. */
GW_MUST gw_result sse_put_open(struct buf *out, struct slice name);
GW_MUST gw_result sse_put_close(struct buf *out);
/* Writes one event: optional name, one data: line (payload without line ends), LF, blank line. */
GW_MUST gw_result sse_put(struct buf *out, struct slice name, struct slice payload);

#endif
