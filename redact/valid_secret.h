/* redact/valid_secret.h - checks that tell a secret from a word, a path, a name in code.
 *
 * Pure functions over one candidate, answering as those of valid.h do. */
#ifndef REDACT_VALID_SECRET_H
#define REDACT_VALID_SECRET_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

int valid_near(struct slice *v);     /* random: its letters and digits take turns */
int valid_assigned(struct slice *v); /* valid_random, and no words with numbers */
int valid_secret(struct slice *v);   /* quoted: no word, path, address, template or sentence */
int valid_password(struct slice *v); /* could be one: no word of code or prose, no template */
int valid_password_short(struct slice *v); /* valid_password, with a digit or a mark in it */
int valid_told(struct slice *v);           /* in a sentence: no word, standard, file or measure */
int valid_told_brief(struct slice *v);     /* valid_told, and nothing short of letters */
int valid_told_marked(struct slice *v);    /* valid_told_brief, with odd marks and a digit */
int valid_told_quoted(struct slice *v);    /* what is said to be a password, not of one */
int valid_column(struct slice *v);         /* a cell below "password" that somebody has chosen */
int valid_password_plain(struct slice *v); /* small letters that no program says of a password:
                                              words that dashes join, with some doubt one alone */
int valid_netrc(struct slice *v);          /* no word of prose */
int valid_bearer(struct slice *v);         /* random, or base64 of user:password */
int valid_der_key(struct slice *v);        /* base64 of the beginning of a private key */

#endif
