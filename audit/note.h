/* audit/note.h - C2SP signed notes with Ed25519, verifier keys, and the checkpoint in a note.
 *
 * Knows nothing of trees or directories. A signer holds the private key: note_signer_free() wipes
 * it. Reading is strict: a note has one text for its signature, so a changed byte is never taken.
 */
#ifndef AUDIT_NOTE_H
#define AUDIT_NOTE_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

enum { NOTE_NAME = 128, NOTE_VKEY = NOTE_NAME + 60, NOTE_MAX = 65536, NOTE_SIGNATURES = 64 };

/* What a key signs: a note's text, or as a witness a time and that text (C2SP tlog-cosignature). */
enum note_kind { NOTE_NO_KIND = 0, NOTE_TEXT = 1, NOTE_COSIGNATURE = 4 };

struct note_key {
    char name[NOTE_NAME]; /* no spaces, no '+' */
    unsigned char id[4];
    unsigned char kind;   /* enum note_kind */
    unsigned char at[32]; /* Ed25519 public key */
};

struct note_checkpoint {
    struct slice origin; /* borrowed from the text */
    uint64_t size;
    struct digest root;
};

struct note_signer;

/* "name+0a1b2c3d+base64": both directions. GW_BAD for another form, or an id that does not fit. */
GW_MUST gw_result note_vkey_read(struct slice text, struct note_key *out);
GW_MUST gw_result note_witness_read(struct slice text, struct note_key *out); /* a witness's */
void note_vkey_write(const struct note_key *key, char out[NOTE_VKEY]);

/* Reads the PEM key at path, or with create makes one (0600, never over an existing file).
 * GW_NOT_FOUND; GW_REFUSED: others may read it; GW_BAD: no Ed25519 key, or a bad name; GW_IO. */
GW_MUST gw_result note_signer_open(const char *path, const char *name, bool create,
                                   struct note_signer **out);
const struct note_key *note_signer_key(const struct note_signer *signer);
void note_signer_free(struct note_signer *signer); /* NULL is fine */
/* Appends the text (which ends in a newline), a blank line and our signature. */
GW_MUST gw_result note_sign(const struct note_signer *signer, struct slice text, struct buf *out);

/* Appends one more signature line to a note of that text. */
GW_MUST gw_result note_sign_too(const struct note_signer *signer, struct slice text,
                                struct buf *out);
/* The same as a witness that saw it at that time (seconds since 1970): under the signer's other
 * key, with the same bytes and another id. */
GW_MUST gw_result note_cosign(const struct note_signer *signer, uint64_t when_s, struct slice text,
                              struct buf *out);
void note_signer_witness(const struct note_signer *signer, struct note_key *out); /* that key */

/* The text of a note that this key signed. GW_BAD: no note; GW_NOT_FOUND: no signature by the key;
 * GW_CORRUPT: one that does not fit the text. Signatures by unknown keys are passed over. */
GW_MUST gw_result note_open(struct slice note, const struct note_key *key, struct slice *text);

/* The three lines of a C2SP checkpoint; extension lines are refused. */
GW_MUST gw_result note_checkpoint_read(struct slice text, struct note_checkpoint *out);
GW_MUST gw_result note_checkpoint_write(const struct note_checkpoint *checkpoint, struct buf *out);

#endif
