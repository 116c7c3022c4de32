/* redact/reason.h - why a finding is one: for people who ask, never on the path of an exchange.
 *
 * Looks at the text once more, as judge.c did. Says names, numbers and the word that stood beside a
 * value, never the value. Borrows from the scanner and the text. */
#ifndef REDACT_REASON_H
#define REDACT_REASON_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/scan.h"

struct reason {
    const char *by;       /* "pattern", "words", "hashed", "documents" or "model" */
    struct slice pattern; /* that confirmed it; empty: none did */
    char checks[200];     /* names, with blanks between; empty: there is none */
    int base;             /* what the detector gives, 0 to 1000 */
    int with_word;        /* what it gives beside one of its words; 0: it has none */
    struct slice word;    /* such a word, as it stands there; empty: none does */
    bool is_key;          /* it is in the key beside the text */
    bool is_normal;       /* the value is hidden, spread or encoded: the normal form shows it */
    const char *about;    /* a sentence about the detector; "" */
};

/* Of a finding in `text`, one leaf, with offsets of it; `key` is the member key beside it. */
void reason_of(const struct scanner *s, struct slice text, struct slice key,
               const struct finding *f, struct reason *out);

#endif
