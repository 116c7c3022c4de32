/* audit/rotate.c - see rotate.h. */
#include "proxy/base/base.h"
#include "audit/rotate.h"
#include "audit/disk.h"
#include "audit/frames.h"
#include "audit/integrator.h"
#include "audit/prove.h"

#include <fcntl.h>
#include <unistd.h>

static void waiting_path(const struct audit_log *log, char out[PATH_MAX + 8])
{
    snprintf(out, PATH_MAX + 8, "%s.next", log->key_path);
}

/* The record, its path and the checkpoint with both signatures, in one file. */
static gw_result keep_proof(struct audit_log *log, uint64_t seq)
{
    char path[CHAIN_PATH];
    struct prove p;
    struct buf out;
    TRY(prove_open_at(log->dir, &p));
    buf_init(&out, CHAIN_FILE_MAX);
    chain_path(seq, path);
    gw_result r = prove_whole(&p, seq, &out);
    if (gw_ok(r))
        r = disk_write(log->dir, path, buf_slice(&out));
    buf_free(&out);
    prove_close(&p);
    return r;
}

/* The waiting key is the one from now on. */
static gw_result take_over(struct audit_log *log, struct note_signer *heir)
{
    char waiting[PATH_MAX + 8];
    waiting_path(log, waiting);
    if (renameat(AT_FDCWD, waiting, AT_FDCWD, log->key_path) != 0)
        return gw_is(GW_IO);
    note_signer_free(log->signer);
    log->signer = heir;
    return disk_sync_dir(AT_FDCWD, log->key_path);
}

/* Record, checkpoint, proof, key: each durable before the next. */
static gw_result hand_over(struct audit_log *log, const struct audit_record *rec, uint64_t *seq)
{
    TRY(frames_append(log, rec, NULL, seq));
    TRY(frames_sync(log));
    errno = 0;
    if (!gw_ok(integrator_finish(log)))
        return state_fault(log, "tiles and checkpoint");
    if (!gw_ok(keep_proof(log, *seq)))
        return state_fault(log, "the proof of the new key");
    struct note_signer *heir = log->heir;
    log->heir = NULL;
    return gw_ok(take_over(log, heir)) ? gw_is(GW_OK) : state_fault(log, "the new key");
}

gw_result rotate_key(struct audit_log *log, const struct audit_record *rec, uint64_t *seq)
{
    char waiting[PATH_MAX + 8];
    struct chain keys;
    TRY(frames_sync(log));
    errno = 0;
    if (!gw_ok(integrator_finish(log))) /* no checkpoint of the old time gets both signatures */
        return state_fault(log, "tiles and checkpoint");
    TRY(chain_read(log->dir, &keys));
    if (keys.count == CHAIN_KEYS)
        return gw_is(GW_REFUSED);
    waiting_path(log, waiting);
    TRY(note_signer_open(waiting, note_signer_key(log->signer)->name, true, &log->heir));
    gw_result r =
        chain_has(&keys, note_signer_key(log->heir)) ? gw_is(GW_REFUSED) : hand_over(log, rec, seq);
    note_signer_free(log->heir);
    log->heir = NULL;
    return r;
}

gw_result rotate_settle(struct audit_log *log, const struct chain *keys)
{
    char waiting[PATH_MAX + 8];
    struct note_signer *heir = NULL;
    const struct note_key *now = chain_now(keys);
    if (memcmp(note_signer_key(log->signer), now, sizeof *now) == 0)
        return gw_is(GW_OK);
    waiting_path(log, waiting);
    gw_result r = note_signer_open(waiting, now->name, false, &heir);
    if (gw_ok(r) && memcmp(note_signer_key(heir), now, sizeof *now) == 0)
        return take_over(log, heir);
    note_signer_free(heir);
    return gw_is(GW_REFUSED);
}
