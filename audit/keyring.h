/* audit/keyring.h - the wrapped keys of payloads on disk: keys/<epoch>.age, an epoch's key for the
 * reviewers, and keys/<epoch>.units, the keys of the epoch's erasure units, wrapped by it.
 *
 * What is here opens nothing without a reviewer's identity. A unit's row is its id (8) and its key
 * in AES key wrap (40); a row of which the key is zeros was erased. The auditor writes what workers
 * send; a message is one or more of:
 *
 *   epoch (27) | length of the envelope u16, bytes; or 0 | unit (8) | wrapped key (40) */
#ifndef AUDIT_KEYRING_H
#define AUDIT_KEYRING_H

#include "audit/cipher.h"
#include "audit/record.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum {
    KEYRING_ROW = RECORD_UNIT + CIPHER_WRAPPED,
    KEYRING_ENVELOPE = 16384,
    KEYRING_PATH = 64,
    KEYRING_UNITS = 1 << 20 /* bytes of an epoch's rows */
};

/* One of a message. */
struct keyring_item {
    struct slice epoch, envelope, unit, wrapped;
};

/* Adds one; the envelope is empty when the epoch has been told before. */
GW_MUST gw_result keyring_put(struct buf *out, const struct keyring_item *item);
/* Takes the next one off: GW_NOT_FOUND, GW_BAD. */
GW_MUST gw_result keyring_take(struct slice *rest, struct keyring_item *out);

/* Auditor: durable when GW_OK. GW_REFUSED: an epoch that is there already, or one that is not. */
GW_MUST gw_result keyring_store(int dir, const struct keyring_item *item);
void keyring_path(struct slice epoch, const char *ending, char out[KEYRING_PATH]);
/* Appends the wrapped key. GW_NOT_FOUND: no such unit, or erased. */
GW_MUST gw_result keyring_unit(int dir, struct slice epoch, const unsigned char unit[RECORD_UNIT],
                               unsigned char wrapped[CIPHER_WRAPPED]);
/* Overwrites the key of a unit with zeros, durably; one that is gone stays so. */
GW_MUST gw_result keyring_erase(int dir, struct slice epoch, const unsigned char unit[RECORD_UNIT]);
/* The unit of a leaf's `eu`. */
GW_MUST gw_result keyring_unit_read(struct slice hex, unsigned char unit[RECORD_UNIT]);

#endif
