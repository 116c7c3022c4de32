/* redact/spelled.h - numbers that are dictated: "four one one one", digit by digit.
 *
 * English, German, French, Spanish, Italian, Portuguese and Dutch; one language a number. Pure
 * functions over bytes with one constant table; own nothing. */
#ifndef REDACT_SPELLED_H
#define REDACT_SPELLED_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* Fewer digits are prose; what stands between two of them has so many bytes at most. */
enum { SPELLED_LEAST = 8, SPELLED_BETWEEN = 3, SPELLED_WORD = 7, SPELLED_BACK = 16 };

/* The digit word that is all of s (any case), with its languages as bits; false: it is none. */
bool spelled_digit(struct slice s, unsigned *digit, unsigned *languages);
/* Length of the word at `at`: ASCII letters and bytes beyond ASCII. */
size_t spelled_word(struct slice s, size_t at);
/* Blanks, commas, dashes and the like from `at` on, when a word begins behind them; else 0. */
size_t spelled_between(struct slice s, size_t at);
/* How many digit words of one language stand in a row from `at` on, and where the last one ends.
 * A few that only count up or down are none. 0: fewer than SPELLED_LEAST, or `at` is inside a word.
 */
size_t spelled_row(struct slice s, size_t at, size_t *end);
/* The begin of the digit words, SPELLED_BACK of them at most, that stand in a row up to `end`,
 * which is the end of a word or of what stands between two; `end` when there is none. */
size_t spelled_back(struct slice s, size_t end);
/* The begin, not before `from`, of the row that holds the word at `at`, and where it ends;
 * SIZE_MAX: there is none. */
size_t spelled_start(struct slice s, size_t at, size_t from, size_t *end);
/* A digit word may begin at `at`: a quick look. Never false for one that does. */
bool spelled_may_begin(struct slice s, size_t at);
/* The same of 64 places at once, of which each sixteen has one bit or none; SPELLED_AHEAD bytes
 * from `at` on are read. */
enum { SPELLED_AHEAD = 68 };
bool spelled_any_may_begin(const char *at, uint64_t places);

#endif
