/* redact/valid_check.h - check digits as data: what a row says, worked out over one candidate.
 *
 * A check is "alternative|alternative"; an alternative is "term&term", all of which must hold. They
 * look at the letters and digits of the value, letters as capitals, the rest left out. Terms:
 *   luhn verhoeff iso1110 iso112 iso3736   the algorithms of these names over all of it
 *   len:9 or len:8-9       so many letters and digits
 *   skip:2 pad:9 digits    go on without the first two; with zeros in front; with the digits alone
 *   front:9                go on with the first nine
 *   after:80840            go on with this in front
 *   sum:3,7,1%10           weighted sum of the first of them leaves 0; "%11=5": leaves 5
 *   dig:3,7,1%10           the next digit is what the sum leaves, its last digit
 *   neg:3,7,1%10           the next digit is what the sum lacks to a multiple, its last digit
 *   dsum: ddig:            the same of the digit sums of the products
 *   tab:3,7,1%4:ABCD       the next letter stands in the table where the sum says; ntab: as neg
 *   num:8%23:TRWA...       the next letter, by the number that the first eight digits make
 *   mod:10%97              the digits behind the first ten are what these leave; nmod: as neg
 *   all:97=1               the whole number leaves 1
 *   date:YYMMDD@0          a day of the calendar; months plus 20, 40, 50 ... too (X for M)
 *   range:2+3=1-366,501-866  three digits from 2 on lie in one of these
 *   letters97:1            the whole, letters as two digits, leaves 1 modulo 97
 *   sample                 "1234567" stands in it, as in documentation: doubts the value
 *   less                   doubts the value: what matches up to here may be one
 * Letters count 10 to 35. A value of one repeated digit never passes. Pure; owns nothing. */
#ifndef REDACT_VALID_CHECK_H
#define REDACT_VALID_CHECK_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* VALID_YES, VALID_LESS or VALID_NO; a check that cannot be read is VALID_NO. */
int valid_check(const char *check, struct slice v);

#endif
