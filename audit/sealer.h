/* audit/sealer.h - the one door through which raw text goes to the log: in the worker, sealed for
 * the reviewers, before anything else sees it.
 *
 * An epoch is an hour of one thread and one tenant: a random key, which leaves this file only in an
 * age envelope for the reviewers. Below it a random key for each erasure unit (a subject of that
 * tenant), below that one for each payload. Keys lie in locked memory until the hour ends; then not
 * even this process can open what it sealed. Nothing here decrypts.
 *
 * A payload is its own key, wrapped by the unit's (40 bytes), and the text in chunks (cipher.h,
 * AES-256-GCM), bound to its kind and its exchange. */
#ifndef AUDIT_SEALER_H
#define AUDIT_SEALER_H

#include "audit/age.h"
#include "audit/record.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/clock.h"

/* Text as somebody sent it. What takes it can only seal it: `only_to_seal` is read in sealer.c
 * alone (tests/lint/raw.py). */
struct raw {
    struct slice only_to_seal;
};

static inline struct raw raw_of(struct slice text)
{
    return (struct raw){text};
}

enum { SEALER_OVERHEAD = 256 /* bytes that sealing adds to a payload of less than a chunk */ };

struct sealer;

/* The recipients and the clock are borrowed. NULL: no memory. One thread. */
struct sealer *sealer_new(const struct age_recipient *to, size_t n, const struct clock *clock);
void sealer_free(struct sealer *s); /* NULL is fine; wipes */

struct sealer_text {
    enum record_payload_kind kind;
    const char *xid;
    struct slice tenant, subject; /* who an erasure would be for */
    struct raw text;
    uint64_t all; /* bytes of what it was cut from */
};

/* Appends the sealed bytes to out, which must not move until they are used: reserve first. GW_BAD:
 * a reviewer's key is none. */
GW_MUST gw_result sealer_seal(struct sealer *s, const struct sealer_text *in, struct buf *out,
                              struct record_payload *made);
/* Wrapped keys that the auditor must have before the record that was sealed last; mostly empty. */
struct slice sealer_keys(const struct sealer *s);
void sealer_keys_sent(struct sealer *s);
/* Wipes all keys, those that wait to be sent too: the auditor that had the others is gone, and what
 * was sealed is not recorded any more. */
void sealer_forget(struct sealer *s);
/* New keys from here on; those that wait to be sent stay, records that need them are on their way.
 */
void sealer_renew(struct sealer *s);
void sealer_tick(struct sealer *s); /* wipes the keys of an hour that has ended */

/* What a payload is bound to. */
GW_MUST gw_result sealer_bound(enum record_payload_kind kind, const char *xid, struct buf *out);

#endif
