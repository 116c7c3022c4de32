/* redact/attack_hidden.h - what a text holds that no reader sees: invisible characters where none
 * belong, and words spelled in variation selectors ("emoji smuggling").
 *
 * Looks at a text as it was sent: its normal form holds none of that any more. Knows what emoji,
 * flags and the scripts of the world need, and leaves that alone. Owns nothing. */
#ifndef REDACT_ATTACK_HIDDEN_H
#define REDACT_ATTACK_HIDDEN_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* Three or more invisible characters inside words of Latin letters, or in a row. */
bool attack_hidden_is_there(struct slice source);
/* The bytes that rows of eight variation selectors and more spell, at most `room`; how many. */
size_t attack_hidden_read(struct slice source, char *out, size_t room);

#endif
