/* redact/attack_views.h - a text with one disguise taken off: what a reader who knows the trick
 * reads.
 *
 * Cheap hints, counted while the text is read anyway, say which views may be worth a look. Views
 * for the attack score only: offsets do not lead back. Owns nothing; writes into the caller's room.
 */
#ifndef REDACT_ATTACK_VIEWS_H
#define REDACT_ATTACK_VIEWS_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/attack_signs.h"

/* clang-format off */
#define ATTACK_VIEWS_TABLE(X) \
    X(ROT13, "rot13") X(REVERSED, "reversed") X(SPREAD, "spaced letters") X(CODES, "character codes") \
    X(MORSE, "morse") X(LEET, "leet") X(BASE64, "base64") X(SELECTORS, "variation selectors")
/* clang-format on */
#define X(id, word) VIEW_##id,
enum attack_view { VIEW_PLAIN, ATTACK_VIEWS_TABLE(X) VIEW_COUNT };
#undef X

enum { ATTACK_VIEW_MAX = 8192 };

/* Counted over the signs of a text: words and numbers, those that look reversed or turned by
 * thirteen letters, and so on. Below 256 signs at a time they are the bytes of one number. */
/* clang-format off */
#define ATTACK_HINTS(X) X(WORDS) X(ROT) X(REV) X(DASHES) X(GLUE) X(MIXED) X(SINGLES) X(CODES)
/* clang-format on */
#define X(id) HINT_##id,
enum { ATTACK_HINTS(X) HINTS };
#undef X
struct attack_hints {
    uint32_t of[HINTS];
    uint32_t runs;  /* of base64 */
    uint8_t shapes; /* of all signs: SIGN_ bits */
    bool backwards; /* attack_looks_backwards() said so */
};

const char *attack_view_name(unsigned view);
/* Whether a text begins as sentences end, with a mark in front of a letter, or ends as they begin,
 * with a capital behind a small letter: in whatever language, it may be one read backwards. */
bool attack_looks_backwards(struct slice text);
void attack_hints_add(struct attack_hints *h, struct slice text, const struct attack_sign *signs,
                      size_t n);
/* Which views may be worth their cost: a bit, 1 << enum attack_view, for each. */
uint32_t attack_views_likely(const struct attack_hints *h);
static inline bool attack_view_is_likely(const struct attack_hints *h, unsigned view)
{
    return (attack_views_likely(h) >> view & 1) != 0;
}
/* Writes the view of text, at most `room` bytes of it; 0: it is not there. */
size_t attack_view_make(struct slice text, unsigned view, char *out, size_t room);

#endif
