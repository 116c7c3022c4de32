/* redact/valid.h - checks that tell a value from a look-alike: check digits, ranges, encodings.
 *
 * Pure functions over one candidate; they know neither patterns nor context and own nothing.
 * Each takes the candidate, may shorten it, and answers what is added to its score: VALID_NO sinks
 * it, VALID_NOBODY says that it is rightly written and nobody's, VALID_LESS doubts it, VALID_YES
 * proves nothing more, VALID_SURE means that chance is excluded. */
#ifndef REDACT_VALID_H
#define REDACT_VALID_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum { VALID_NO = -2000, VALID_NOBODY = -500, VALID_LESS = -350, VALID_YES = 0, VALID_SURE = 200 };

int valid_email(struct slice *v); /* dots in place, no file suffix as top-level domain */
int valid_card(struct slice *v);  /* issuer range, length, Luhn, no time stamp */
int valid_url(struct slice *v);   /* its host has a dot; without the sentence's marks behind it */
int valid_age(struct slice *v);   /* 1 to 120 */
int valid_iban(struct slice *v);  /* country length (shortens), mod 97 */
int valid_ssn(struct slice *v);   /* area, group and serial rules */
int valid_phone(struct slice *v); /* 7 to 15 digits, no date, no time stamp */
int valid_phone_us(struct slice *v); /* North American numbering plan */
int valid_ipv4(struct slice *v);     /* octets; not 0.0.0.0 or a mask */
int valid_ipv6(struct slice *v);     /* inet_pton, and not C++ or a clock */
int valid_mac(struct slice *v);      /* not all zero or all ones */
int valid_date(struct slice *v);     /* a calendar date between 1900 and 2099, numeric forms */
int valid_moment(struct slice *v);   /* the same, perhaps with a time behind it */
int valid_base58(struct slice *v);   /* Base58Check */
int valid_bech32(struct slice *v);   /* Bech32 or Bech32m */
int valid_eth(struct slice *v);      /* not all one digit */
int valid_jwt(struct slice *v);      /* the header decodes to JSON with "alg" or "enc" */
int valid_pem(struct slice *v);      /* has a body */
int valid_token(struct slice *v);    /* enough entropy for a random token */
int valid_marked(struct slice *v);   /* its mark says it all; not one letter again and again */
int valid_aws_id(struct slice *v);   /* the same of its small alphabet */
int valid_aws_secret(
    struct slice *v); /* 40 characters of three classes with high entropy, no hash */
int valid_github(
    struct slice *v); /* valid_token; a right CRC-32 lifts, a wrong one does not drop */
int valid_random(struct slice *v); /* mixed, of high entropy; no path, hash list or name of code */

/* Shannon entropy of the bytes in thousandths of a bit. */
unsigned valid_entropy(struct slice v);
/* "xxxxxxxx", "<token>", "${TOKEN}", "EXAMPLE", "changeme": not a secret. */
bool valid_is_placeholder(struct slice v);
/* Luhn over the digits of v; other bytes are skipped. */
bool valid_luhn(struct slice v);

#endif
