/* proxy/http/fields.h - private to proxy/http: the lines of a head, its fields and its framing.
 *
 * Lines end in CRLF and nothing else. Verdicts depend on the bytes seen in order, never on how they
 * were cut: a prefix gives GW_AGAIN or the very fault that the whole gives. Owns nothing; borrows
 * from the fed bytes. */
#ifndef PROXY_HTTP_FIELDS_H
#define PROXY_HTTP_FIELDS_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "proxy/http/head.h"

/* The reader of one head. */
struct fields_reader {
    struct slice in; /* what was fed */
    size_t at;       /* begin of the line that is read next */
    struct head_fault *fault;
};

/* Writes *fault; returns GW_BAD, or GW_TOO_BIG for 414 and 431. */
gw_result fields_fault(struct head_fault *fault, unsigned status, const char *reason);
/* A digit; a whole token of RFC 9110 5.6.2, of at least one byte. */
bool fields_is_digit(char c);
bool fields_is_token(struct slice s);
/* The next line without its CRLF. GW_AGAIN when it is not whole; `too_long` is the status of a line
 * above HEAD_LINE_MAX. Control bytes are refused as soon as they are seen. */
GW_MUST gw_result fields_line(struct fields_reader *r, unsigned too_long, struct slice *line);
/* All field lines up to the empty line into out->fields. */
GW_MUST gw_result fields_read(struct fields_reader *r, struct head *out);
/* Content-Length and Transfer-Encoding into out->framing and body_len: FRAMING_NONE when neither.
 */
GW_MUST gw_result fields_frame(struct head *out, struct head_fault *fault);
/* Connection, and the rules of HTTP/1.0, into out->keep_alive. */
void fields_keep_alive(struct head *out);

#endif
