/* redact/letters.h - which ASCII character another one stands for in a reader's eye.
 *
 * Tables of code points only. Refuses to know of words, texts and offsets. Owns nothing. */
#ifndef REDACT_LETTERS_H
#define REDACT_LETTERS_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "proxy/base/utf8.h"

enum { LETTERS_NONE = 0, LETTERS_DROP = 1 };

/* The ASCII character that `point` is a drawing of (fullwidth, styled, a kind of blank, dash or
 * quote); LETTERS_DROP when nothing is seen of it; LETTERS_NONE for all others. */
char letters_plain(uint32_t point);
/* The ASCII letter that a letter of another script looks like, or LETTERS_NONE. Means something
 * only in a word that has ASCII letters too. */
char letters_alike(uint32_t point);
/* s: bytes beyond ASCII. How many from its beginning stand for themselves: malformed ones, and
 * characters without a plain form; with `alike`, without a letter they look like either. */
size_t letters_skip(struct slice s, bool alike);

/* The two bytes of the character at s.at[at] when its first one begins none that is anything but
 * itself, whatever stands around it, as of most letters of Europe; else 0. */
static inline size_t letters_pass(struct slice s, size_t at)
{
    const uint32_t leads = 0xF4880DE8; /* from 0xC0 on */
    unsigned lead = (unsigned char)s.at[at];
    bool passes = lead >= 0xC0 && lead < 0xE0 && (leads >> (lead - 0xC0) & 1) != 0;
    return passes && s.len - at >= 2 && utf8_is_tail(s.at[at + 1]) ? 2 : 0;
}

#endif
