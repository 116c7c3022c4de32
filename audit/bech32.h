/* audit/bech32.h - bech32 (BIP 173): the letters in which age writes its keys.
 *
 * A word in front, `1`, five bits a letter, six letters of checksum. One text for each run of
 * bytes. Knows nothing of what they are; allocates nothing but in the caller's buffer. */
#ifndef AUDIT_BECH32_H
#define AUDIT_BECH32_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum { BECH32_MOST = 64 /* bytes */ };

/* In lower case; prefix is lower case too. GW_TOO_BIG beyond BECH32_MOST bytes. */
GW_MUST gw_result bech32_write(struct slice prefix, const unsigned char *at, size_t len,
                               struct buf *out);
/* Exactly len bytes behind that prefix, in lower or in upper case, never mixed. GW_BAD. */
GW_MUST gw_result bech32_read(struct slice text, struct slice prefix, unsigned char *out,
                              size_t len);

#endif
