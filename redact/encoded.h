/* redact/encoded.h - base64 (RFC 4648, both alphabets) and hex that hold text.
 *
 * Text is UTF-8 without control characters, or, in base64, UTF-16LE of Latin letters, as programs
 * of Windows encode their commands. Lines of one length that follow each other are one (RFC 2045,
 * PEM): a character may begin in one and end in the next. Pure functions over the bytes at the
 * begin of a slice; what is shorter than 16 letters is left as it is. */
#ifndef REDACT_ENCODED_H
#define REDACT_ENCODED_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum { ENCODED_STEP = 6 }; /* bytes that a step may give */

struct encoded {
    size_t len;   /* bytes of it, with line ends and padding; 0: there is none */
    bool is_wide; /* UTF-16LE */
};

/* What s begins with, as far as it is text up to the end of a line. */
struct encoded encoded_base64(struct slice s);
/* Bytes of the next unit of a base64 text, s being the rest of it: four letters or the last ones,
 * with padding and line end. Writes what they say; UTF-8 when all units are put together. */
size_t encoded_next(struct slice s, bool is_wide, char out[ENCODED_STEP], size_t *len);
/* Do all these letters say text as hex digits, two for each byte (escapes_hex())? UTF-8 only. */
bool encoded_is_hex(struct slice letters);

#endif
