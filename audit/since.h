/* audit/since.h - which policy and which configuration are in force, and since which record.
 *
 * Every worker that begins says what it goes by (`policy.change`, `config.change`, the hash in
 * `pol`). What is in force already makes no record, and one that does names the hash before it
 * (`was` in the leaf). Knows nothing of files and of what is hashed. Owns nothing. */
#ifndef AUDIT_SINCE_H
#define AUDIT_SINCE_H

#include "audit/record.h"
#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

struct since_one {
    struct digest is; /* zeros: nobody has said it yet */
    uint64_t seq;     /* of the record that said it */
    uint64_t gen;     /* of the newest worker that said something in the auditor's life */
};

struct since {
    struct since_one policy, config;
};

/* A leaf as it stands in the log; those of other types change nothing. */
void since_read(struct since *s, struct slice leaf);
/* Nothing new: it is in force, or comes from a worker that a later one has replaced; *seq is then
 * the record that said what is in force. Of other types, and without a hash: false. */
bool since_is_known(const struct since *s, const struct audit_record *rec, uint64_t *seq);
/* What was in force before that record; NULL: nothing that is known. */
const struct digest *since_before(const struct since *s, const struct audit_record *rec);
/* The record has that seq now. */
void since_note(struct since *s, const struct audit_record *rec, uint64_t seq);

#endif
