/* redact/check.h - checks by name: what a policy's own patterns may ask of a value.
 *
 * A constant table over the functions of valid.h and a few general check digits. Pure; owns
 * nothing. A check says VALID_NO to a value that is none. */
#ifndef REDACT_CHECK_H
#define REDACT_CHECK_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct check {
    const char *name;                /* "luhn", as policies write it */
    int (*run)(struct slice *value); /* as in valid.h; it may shorten the value */
    const char *about;               /* what it looks at, in a few words */
};

/* Row i; NULL behind the last. */
const struct check *check_at(size_t i);
/* NULL: there is none of that name. */
const struct check *check_named(struct slice name);
/* "luhn" for what a row of the catalogue asks; NULL when it has no name here. */
const char *check_word(int (*run)(struct slice *value));

#endif
