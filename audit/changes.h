/* audit/changes.h - what is different in two texts of which one was made from the other by putting
 * other words in some places.
 *
 * Not the least difference there is, but one found in one walk. Owns nothing. */
#ifndef AUDIT_CHANGES_H
#define AUDIT_CHANGES_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct change {
    size_t at;             /* in the first text */
    struct slice old, now; /* of the first, of the second; one may be empty */
};

void changes_each(struct slice first, struct slice second,
                  void (*see)(void *owner, const struct change *change), void *owner);

#endif
