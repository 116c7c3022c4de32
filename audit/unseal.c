/* audit/unseal.c - see unseal.h. */
#include "proxy/base/base.h"
#include "audit/unseal.h"
#include "audit/cipher.h"
#include "audit/disk.h"
#include "audit/keyring.h"
#include "audit/sealer.h"
#include "proxy/base/secret.h"

enum { ENVELOPE_CEILING = 1 << 20 };

static gw_result epoch_key(int dir, const struct age_identities *ids, struct slice epoch,
                           unsigned char key[CIPHER_KEY])
{
    char path[KEYRING_PATH];
    struct buf file, text;
    TRY(record_epoch_check(epoch));
    buf_init(&file, ENVELOPE_CEILING);
    buf_init(&text, 4096);
    keyring_path(epoch, "age", path);
    gw_result r = disk_read(dir, path, &file);
    if (gw_ok(r))
        r = age_open(ids, buf_slice(&file), &text);
    if (gw_ok(r) && text.len != CIPHER_KEY)
        r = gw_is(GW_CORRUPT);
    if (gw_ok(r))
        memcpy(key, buf_slice(&text).at, CIPHER_KEY);
    buf_free(&file);
    buf_free(&text);
    return r;
}

/* The kind is told by its word. */
static enum record_payload_kind kind_of(struct slice word)
{
    unsigned kind = PAYLOAD_NONE + 1;
    while (kind < PAYLOAD_COUNT &&
           !slice_is(word, slice_str(record_payload_word((enum record_payload_kind)kind))))
        kind++;
    return kind == PAYLOAD_COUNT ? PAYLOAD_NONE : (enum record_payload_kind)kind;
}

static gw_result open_text(const unsigned char unit[CIPHER_KEY], const struct segment_blob *blob,
                           struct slice xid, struct buf *out)
{
    unsigned char key[CIPHER_KEY], wrapped[CIPHER_WRAPPED];
    char id[37] = "";
    struct buf bound;
    if (blob->bytes.len < CIPHER_WRAPPED || xid.len >= sizeof id)
        return gw_is(GW_CORRUPT);
    memcpy(wrapped, blob->bytes.at, sizeof wrapped);
    if (xid.len > 0)
        memcpy(id, xid.at, xid.len);
    buf_init(&bound, 256);
    gw_result r = sealer_bound(kind_of(blob->kind), id, &bound);
    if (gw_ok(r))
        r = cipher_unwrap(unit, wrapped, key);
    if (gw_ok(r))
        r = cipher_stream_open(CIPHER_GCM, key, buf_slice(&bound),
                               slice_from(blob->bytes, CIPHER_WRAPPED), out);
    secret_wipe(key, sizeof key);
    buf_free(&bound);
    return r;
}

gw_result unseal_blob(int dir, const struct age_identities *ids, const struct segment_blob *blob,
                      struct slice xid, struct buf *out)
{
    unsigned char epoch[CIPHER_KEY], unit[CIPHER_KEY], wrapped[CIPHER_WRAPPED], id[RECORD_UNIT];
    if (blob->is_gone)
        return gw_is(GW_NOT_FOUND);
    TRY(keyring_unit_read(blob->unit, id));
    gw_result r = keyring_unit(dir, blob->epoch, id, wrapped);
    if (gw_ok(r))
        r = epoch_key(dir, ids, blob->epoch, epoch);
    if (gw_ok(r))
        r = cipher_unwrap(epoch, wrapped, unit);
    if (r.code == GW_NOT_FOUND)
        return gw_is(GW_UNAVAILABLE);
    if (r.code == GW_CORRUPT)
        r = gw_is(GW_BAD);
    if (gw_ok(r))
        r = open_text(unit, blob, xid, out);
    secret_wipe(epoch, sizeof epoch);
    secret_wipe(unit, sizeof unit);
    return r;
}
