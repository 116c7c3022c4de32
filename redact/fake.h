/* redact/fake.h - plausible stand-ins that can never be real, for the style "fake".
 *
 * All from reserved ranges: RFC 2606 names, RFC 5737 and 3849 addresses, RFC 7042 MACs, 555-01xx
 * numbers, a test card range, an IBAN of the bank TEST, made-up names. Same seed, same stand-in.
 * Every family's stand-ins have one shape, so that none is the begin of another. Digits of a number
 * have no reserved range: they are any others. Knows no vault; allocates nothing. */
#ifndef REDACT_FAKE_H
#define REDACT_FAKE_H

#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"
#include "redact/finding.h"

enum { FAKE_MAX = 64 };

/* Writes a stand-in for `value` to `to` (FAKE_MAX bytes, NUL-terminated); false: this family has
 * none. */
bool fake_write(enum family family, struct slice value, const struct digest *seed, char *to);
/* The same for digits of a number in JSON: as many others, the rest as it is, and no 0 in front
 * where none was. False: so few are nobody's alone, or they are too many. */
bool fake_digits(struct slice value, const struct digest *seed, char *to);

#endif
