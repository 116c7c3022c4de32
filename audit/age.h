/* audit/age.h - age v1 files (c2sp.org/age) for X25519 recipients: what the `age` tool writes and
 * reads, by our own hand.
 *
 * Made for small files, such as a key: all of it is in memory. Knows nothing of files on disk.
 * Lines for recipients of other kinds are passed over. */
#ifndef AUDIT_AGE_H
#define AUDIT_AGE_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum { AGE_POINT = 32, AGE_PEOPLE = 64, AGE_HEAD = 65536 /* most bytes of a head */ };

struct age_recipient { /* public */
    unsigned char at[AGE_POINT];
};

struct age_identity { /* secret: the holder wipes it */
    unsigned char at[AGE_POINT];
};

struct age_identities {
    struct age_identity at[AGE_PEOPLE];
    size_t count;
};

/* "age1..."; GW_BAD. */
GW_MUST gw_result age_recipient_read(struct slice text, struct age_recipient *out);
GW_MUST gw_result age_recipient_write(const struct age_recipient *r, struct buf *out);
/* What `age-keygen` writes: a line each, `#` in front of what is said about them. GW_BAD: nothing
 * of the kind in it, or something else; GW_TOO_BIG: more than AGE_PEOPLE. */
GW_MUST gw_result age_identities_read(struct slice text, struct age_identities *out);
struct age_recipient age_recipient_of(const struct age_identity *id);

/* Sealed for each of n (1 to AGE_PEOPLE) recipients. Appends. GW_REFUSED: one of them is a point
 * that hides nothing. */
GW_MUST gw_result age_seal(const struct age_recipient *to, size_t n, struct slice text,
                           struct buf *out);
/* Opened by whichever of them it is for. GW_REFUSED: none; GW_BAD: no age file; GW_CORRUPT: one
 * that somebody changed. */
GW_MUST gw_result age_open(const struct age_identities *ids, struct slice file, struct buf *out);
/* The same file for n recipients more; or, is_instead, for them alone. The text stays sealed. As
 * age_open(). */
GW_MUST gw_result age_add(const struct age_identities *ids, struct slice file,
                          const struct age_recipient *to, size_t n, bool is_instead,
                          struct buf *out);

#endif
