/* proxy/base/crc32c.h - the checksum of frames: CRC-32C, Castagnoli's polynomial (RFC 3720, B.4).
 *
 * Finds torn writes and decay, not forgery. Uses the processor's instruction where there is one
 * (SSE 4.2), a table elsewhere; both give the same. Owns nothing. */
#ifndef PROXY_BASE_CRC32C_H
#define PROXY_BASE_CRC32C_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* The checksum of what `crc` covers and then s; 0 to begin with. */
uint32_t crc32c_add(uint32_t crc, struct slice s);
/* The same without the instruction: what the tests compare with. */
uint32_t crc32c_add_portable(uint32_t crc, struct slice s);

#endif
