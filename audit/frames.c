/* audit/frames.c - see frames.h. A failed write or sync is never tried again: Linux marks the pages
 * clean and would call the second one good. */
#include "proxy/base/base.h"
#include "audit/frames.h"
#include "audit/adrift.h"
#include "audit/ballast.h"
#include "audit/state.h"

#include <fcntl.h>
#include <unistd.h>

static gw_result write_frames(struct audit_log *log)
{
    bool is_written = gw_ok(direct_write(&log->file));
    if (is_written && fdatasync(log->file.fd) == 0) {
        direct_keep(&log->file);
        return gw_is(GW_OK);
    }
    if (gw_ok(adrift_begin(log)))
        return gw_is(GW_OK);
    return state_fault(log, is_written ? "sync of the segment" : "write to the segment");
}

static gw_result sync_quietly(struct audit_log *log)
{
    if (log->poisoned)
        return gw_is(GW_UNAVAILABLE);
    if (log->file.waits == 0)
        return gw_is(GW_OK);
    errno = 0;
    TRY(write_frames(log));
    if (log->gauges != NULL)
        gauges_add(&log->gauges->syncs, 1);
    log->durable_count += log->fresh_count;
    log->fresh_count = 0;
    log->fresh_bytes = 0;
    if (log->is_adrift) { /* the tree is made when they are at home */
        buf_clear(&log->leaves);
        log->durable_count = 0;
    }
    return gw_is(GW_OK);
}

/* Behind those that were on their way: what failed, and that the log goes on elsewhere. */
static gw_result tell_fault(struct audit_log *log)
{
    const struct audit_record rec = {.type = RECORD_LOG_FAULT, .sev = 5};
    const struct leaf_counters counters = {{{"errno", (uint64_t)log->fault}, {"spare", 1}}, 2};
    uint64_t seq;
    log->fault = 0;
    TRY(frames_append(log, &rec, &counters, &seq));
    return sync_quietly(log);
}

gw_result frames_sync(struct audit_log *log)
{
    TRY(sync_quietly(log));
    return log->fault == 0 ? gw_is(GW_OK) : tell_fault(log);
}

static gw_result rotate(struct audit_log *log)
{
    int fd;
    TRY(sync_quietly(log));
    if (log->ground.is_full)
        return gw_is(GW_UNAVAILABLE); /* not poisoned: what fits into this segment is still taken */
    int place = log->is_adrift ? log->spare_dir : log->dir;
    gw_result r = log->is_adrift ? gw_is(GW_NOT_FOUND) : spare_take(&log->spare, log->next, &fd);
    if (r.code == GW_NOT_FOUND)
        r = segment_create(place, log->next, log->segment_bytes, &fd);
    if (!gw_ok(r) && ballast_gives_way(log))
        r = segment_create(place, log->next, log->segment_bytes, &fd);
    if (!gw_ok(r) && gw_ok(adrift_begin(log)))
        return gw_is(GW_OK);
    if (!gw_ok(r))
        return log->ground.is_full ? gw_is(GW_UNAVAILABLE) : state_fault(log, "new segment");
    direct_close(&log->file);
    log->segment = log->next;
    log->asked_spare = false;
    if (gw_ok(direct_open(&log->file, fd, 0)))
        return gw_is(GW_OK);
    close(fd);
    return state_fault(log, "new segment");
}

/* What is erased lies in segments that nobody writes any more. */
gw_result frames_close_segment(struct audit_log *log)
{
    return log->file.at + log->file.waits > 0 ? rotate(log) : gw_is(GW_OK);
}

/* The leaf, for the tree. */
static gw_result leaf_add(struct audit_log *log, struct slice leaf)
{
    char *at;
    TRY(buf_room(&log->leaves, 2 + leaf.len, &at));
    at[0] = (char)(unsigned char)(leaf.len >> 8);
    at[1] = (char)(unsigned char)leaf.len;
    memcpy(at + 2, leaf.at, leaf.len);
    buf_wrote(&log->leaves, 2 + leaf.len);
    log->fresh_bytes += 2 + leaf.len;
    log->fresh_count++;
    return gw_is(GW_OK);
}

/* The finished leaf and groups as a frame behind those that wait. */
static gw_result frame_add(struct audit_log *log, struct slice leaf, struct slice groups,
                           const struct audit_record *rec)
{
    size_t sealed = 0;
    for (size_t i = 0; i < rec->payload_count; i++)
        sealed += rec->payloads[i].sealed.s.len;
    size_t bytes = segment_frame_bytes(leaf.len, groups.len, sealed);
    char *at;
    if (bytes > log->segment_bytes)
        return gw_is(GW_TOO_BIG);
    if (log->file.at + log->file.waits + bytes > log->segment_bytes)
        TRY(rotate(log));
    const struct segment_frame frame = {.seq = log->next,
                                        .flags = log->file.waits == 0 ? SEGMENT_FIRST : 0,
                                        .leaf = leaf,
                                        .groups = groups,
                                        .blobs = slice_of(NULL, sealed)};
    errno = 0;
    if (!gw_ok(leaf_add(log, leaf)) || !gw_ok(direct_room(&log->file, bytes, &at)))
        return state_fault(log, "memory for frames");
    at = segment_write(at, &frame);
    for (size_t i = 0; i < rec->payload_count; i++) {
        memcpy(at, rec->payloads[i].sealed.s.at, rec->payloads[i].sealed.s.len);
        at += rec->payloads[i].sealed.s.len;
    }
    direct_wrote(&log->file, bytes);
    log->next++;
    return gw_is(GW_OK);
}

gw_result frames_append(struct audit_log *log, const struct audit_record *rec,
                        const struct leaf_counters *counters, uint64_t *seq)
{
    const struct leaf_stamp stamp = {.seq = log->next,
                                     .mono_us = (uint64_t)(clock_mono_ns(log->clock) / 1000),
                                     .wall_us = clock_wall_us(log->clock),
                                     .salts = &log->salts,
                                     .boot = log->boot,
                                     .node = log->node,
                                     .build = log->build,
                                     .next_key =
                                         log->heir == NULL ? NULL : note_signer_key(log->heir),
                                     .was = since_before(&log->since, rec)};
    if (log->poisoned)
        return gw_is(GW_UNAVAILABLE);
    gw_result r = leaf_write(rec, &stamp, counters, &log->leaf, &log->groups);
    *seq = log->next;
    if (gw_ok(r))
        r = frame_add(log, buf_slice(&log->leaf), buf_slice(&log->groups), rec);
    buf_clear(&log->leaf);
    buf_clear(&log->groups);
    return r;
}

static gw_result append_unknown(void *log, const struct pairs_begin *b)
{
    uint64_t seq;
    struct audit_record end = {.type = RECORD_EXCHANGE_END,
                               .has_ref = true,
                               .ref = b->seq,
                               .out = "unknown_after_crash",
                               .dec = RECORD_ERROR,
                               .sev = 3};
    memcpy(end.xid, b->xid, sizeof end.xid);
    return frames_append(log, &end, NULL, &seq);
}

gw_result frames_abandon(struct audit_log *log, uint64_t owner)
{
    return pairs_end_all(&log->open, owner, append_unknown, log);
}
