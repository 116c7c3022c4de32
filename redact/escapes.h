/* redact/escapes.h - one character that is written as an escape: &#64; %40 \\u0040 \\x40 =40.
 *
 * Pure functions over the bytes at the begin of a slice; each says how many of them the escape
 * takes (0: there is none) and writes the character, *len bytes and never more than the escape has.
 * None gives a control character other than tab and line ends, so none gives a separator. */
#ifndef REDACT_ESCAPES_H
#define REDACT_ESCAPES_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* &#64; &#x40; &commat; */
size_t escapes_entity(struct slice s, char out[4], size_t *len);
/* %40 */
size_t escapes_percent(struct slice s, char out[4], size_t *len);
/* \u0040, a pair of halves, \u{40}, \x40. */
size_t escapes_backslash(struct slice s, char out[4], size_t *len);
/* =40 of quoted-printable, capitals only. */
size_t escapes_quoted(struct slice s, char out[4], size_t *len);
/* The value of a hex digit; -1: it is none. */
int escapes_hex(char c);
/* Printable ASCII, tab and line ends. */
bool escapes_is_text(int c);

#endif
