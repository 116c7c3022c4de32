/* audit/base64.h - base64 with padding (RFC 4648 section 4), strict: one text for each run of
 * bytes.
 *
 * Knows nothing of what the bytes are; allocates nothing. */
#ifndef AUDIT_BASE64_H
#define AUDIT_BASE64_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* Characters for n bytes, the NUL not counted. */
#define BASE64_LEN(n) (((n) + 2) / 3 * 4)

/* Writes BASE64_LEN(len) characters and a NUL. */
void base64_write(const void *at, size_t len, char *out);
/* Into out[0..room). GW_BAD for any other text than base64_write() makes; GW_TOO_BIG. */
GW_MUST gw_result base64_read(struct slice text, void *out, size_t room, size_t *len);

#endif
