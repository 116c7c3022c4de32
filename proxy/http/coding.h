/* proxy/http/coding.h - content codings: gzip, deflate, br, zstd bodies decoded under a ceiling.
 *
 * Whole bodies in, whole bodies out. Trailing bytes, a second member, truncated input and a coding
 * that does not match its bytes are GW_BAD; meeting the ceiling is GW_TOO_BIG (a bomb stops there,
 * early). */
#ifndef PROXY_HTTP_CODING_H
#define PROXY_HTTP_CODING_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

/* `name` is the Content-Encoding value: one of gzip, x-gzip, deflate (zlib form), br, zstd,
 * identity or empty (copies). Lists ("gzip, gzip") and unknown names: GW_REFUSED. out's ceiling
 * bounds the result. */
GW_MUST gw_result coding_decode(struct slice name, struct slice in, struct buf *out);
/* True when coding_decode() would know the name. */
bool coding_is_known(struct slice name);

#endif
