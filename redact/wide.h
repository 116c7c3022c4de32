/* redact/wide.h - for the claims of Chinese, Japanese and Korean: characters of three bytes, runs
 * of them, and where a run says that a name or an address stands.
 *
 * Those texts part no words, so all of it goes by bytes. Pure; owns nothing. */
#ifndef REDACT_WIDE_H
#define REDACT_WIDE_H

#include "proxy/base/base.h"
#include "redact/claim.h"

enum { WIDE = 3 /* bytes of a character */ };

enum wide_script { WIDE_NONE = 0, WIDE_HAN, WIDE_KANA, WIDE_HANGUL };

/* Script of the character at byte `at`. */
enum wide_script wide_at(struct slice text, size_t at);
/* ... of the one that ends at `at`. */
enum wide_script wide_before(struct slice text, size_t at);
/* Characters of one script, or of Han and kana, from `at` on. */
size_t wide_run(struct slice text, size_t at, bool kana);
/* Is the character at `at` one of `all`, which are of three bytes each? */
bool wide_is_of(struct slice text, size_t at, const char *all);
/* Does the text go on with it? */
bool wide_has(struct slice text, size_t at, const char *what);
/* Bytes of the longest of `all` ("a|b|c") that stands at `at`; 0: none does. */
size_t wide_any(struct slice text, size_t at, const char *all);
/* Bytes of a name at `at`: by its surname, and by where the run ends. 0: there is none. */
size_t wide_chinese(struct slice text, size_t at);
size_t wide_japanese(struct slice text, size_t at);
size_t wide_korean(struct slice text, size_t at);
/* Bytes of the surname at `at`. */
size_t wide_chinese_surname(struct slice text, size_t at);
size_t wide_japanese_surname(struct slice text, size_t at);

/* Claims of what begins in the word words[i], by language. */
void wide_chinese_claims(struct claims *c, size_t i, size_t at);
void wide_japanese_claims(struct claims *c, size_t i, size_t at);
void wide_korean_claims(struct claims *c, size_t i);
/* Claims the bytes [start, end), near words[i]. */
void wide_claim(struct claims *c, size_t i, size_t start, size_t end, uint8_t kind, uint16_t score);

#endif
