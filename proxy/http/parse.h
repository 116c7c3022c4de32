/* proxy/http/parse.h - strict HTTP/1.1 message heads (RFC 9112, RFC 9110), request and response.
 *
 * Fed the bytes gathered so far; says "again" until the empty line is there. Refuses: bare CR or LF
 * (a bare LF line end too), obs-fold, white space before the colon, CTL in values, anything but
 * token names, Host missing, doubled or not a plausible authority, two framings, CL lists or
 * repeats, TE other than exactly "chunked", TE on HTTP/1.0, names whose letters spell
 * transfer-encoding or content-length with other separators, absolute-form, authority-form and
 * asterisk-form targets, %00 %2f %5c dot segments and // in paths, Upgrade, CONNECT, TRACE. No
 * sockets. */
#ifndef PROXY_HTTP_PARSE_H
#define PROXY_HTTP_PARSE_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "proxy/http/head.h"

/* GW_OK: *used bytes were the head. GW_AGAIN: more is needed (never beyond the limits). GW_BAD or
 * GW_TOO_BIG: *fault says why. Empty lines (CRLF) before a request line are not skipped: refused.
 */
GW_MUST gw_result parse_request(struct slice in, struct head *out, size_t *used,
                                struct head_fault *fault);
/* The same for a response; `method` is that of the request (HEAD has no body; 1xx, 204, 304
 * neither). Two different statuses, HTTP/0.9, HTTP/2.0, 101 and status above 599 are faults. Bare
 * LF too. */
GW_MUST gw_result parse_response(struct slice in, struct slice method, struct head *out,
                                 size_t *used, struct head_fault *fault);

#endif
