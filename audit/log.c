/* audit/log.c - see log.h. Opens, closes and ticks; records go by frames.c. */
#include "proxy/base/base.h"
#include "audit/log.h"
#include "audit/adrift.h"
#include "audit/chain.h"
#include "audit/cosigned.h"
#include "audit/disk.h"
#include "audit/frames.h"
#include "audit/integrate.h"
#include "audit/integrator.h"
#include "audit/kept.h"
#include "audit/keyring.h"
#include "audit/label.h"
#include "audit/prove.h"
#include "audit/recover.h"
#include "audit/resume.h"
#include "audit/rotate.h"
#include "audit/state.h"
#include "audit/unfinished.h"
#include "audit/wire.h"
#include "proxy/base/log.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LEAVES_CEILING = 256 << 20, BUNDLE_CEILING = 17 << 20, INTEGRATE_MAX = 65536 };
/* Leaves go to the integrator by so many bytes: what waits does not grow with the speed of work. */
enum { GIVE_BYTES = 128 << 10 };
#define SECOND INT64_C(1000000000)

/* An end that came before its sender knew the seq of its begin. */
static gw_result append_quick_end(struct audit_log *log, const struct audit_record *rec,
                                  uint64_t owner, uint64_t *seq)
{
    struct audit_record end = *rec;
    end.has_ref = pairs_newest(&log->open, owner, slice_str(rec->xid), &end.ref);
    return end.has_ref ? audit_log_append(log, &end, owner, seq) : gw_is(GW_REFUSED);
}

gw_result audit_log_append(struct audit_log *log, const struct audit_record *rec, uint64_t owner,
                           uint64_t *seq)
{
    struct slice xid = slice_str(rec->xid);
    if (rec->type == RECORD_KEY_ROTATE)
        return rotate_key(log, rec, seq);
    bool is_begin = rec->type == RECORD_EXCHANGE_BEGIN, is_end = rec->type == RECORD_EXCHANGE_END;
    uint64_t pair = is_begin ? log->next : rec->ref;
    if (is_end && !rec->has_ref)
        return append_quick_end(log, rec, owner, seq);
    if (since_is_known(&log->since, rec, seq))
        return gw_is(GW_OK);
    if (is_end && !pairs_is_open(&log->open, pair, owner, xid))
        return gw_is(GW_REFUSED);
    if (rec->type == RECORD_ERASE || rec->type == RECORD_PRUNE)
        TRY(frames_close_segment(log));
    if (is_begin)
        TRY(pairs_begin(&log->open, pair, owner, xid));
    gw_result r = frames_append(log, rec, NULL, seq);
    if (is_begin ? !gw_ok(r) : is_end && gw_ok(r)) /* not begun after all, or ended */
        (void)!pairs_end(&log->open, pair, owner, xid);
    TRY(r);
    since_note(&log->since, rec, *seq);
    log->begun += rec->type == RECORD_EXCHANGE_BEGIN;
    log->ended += rec->type == RECORD_EXCHANGE_END;
    log->blocked += rec->type == RECORD_EXCHANGE_BLOCK;
    return gw_is(GW_OK);
}

gw_result audit_log_sync(struct audit_log *log)
{
    return frames_sync(log);
}

gw_result audit_log_abandon(struct audit_log *log, uint64_t owner)
{
    return frames_abandon(log, owner);
}

/* Its name says what is right: one that was damaged is written again. */
static bool is_stored(const struct audit_log *log, const char *path, struct slice bundle)
{
    struct buf have;
    if (faccessat(log->dir, path, F_OK, 0) != 0)
        return false;
    buf_init(&have, bundle.len + 1);
    gw_result r = disk_read(log->dir, path, &have);
    bool is_damaged = r.code == GW_TOO_BIG || (gw_ok(r) && !slice_is(buf_slice(&have), bundle));
    buf_free(&have);
    if (is_damaged)
        LOGW("audit.policy_mended", LOG_NUM("bytes", bundle.len));
    return !is_damaged; /* what cannot be read just now is there */
}

gw_result audit_log_policy(struct audit_log *log, struct slice bundle)
{
    char path[80] = "policy/";
    struct digest d = secret_sha256(bundle);
    if (log->poisoned)
        return gw_is(GW_UNAVAILABLE);
    secret_hex(d.at, sizeof d.at, path + strlen(path));
    if (is_stored(log, path, bundle) || gw_ok(disk_write(log->dir, path, bundle)))
        return gw_is(GW_OK);
    return log->is_adrift ? gw_is(GW_REFUSED) : state_fault(log, "policy bundle");
}

/* Which reviewers could open what, since when: the envelope by its hash. */
static gw_result tell_epoch(struct audit_log *log, const struct keyring_item *item)
{
    struct digest d = secret_sha256(item->envelope);
    struct wire w;
    struct buf what;
    uint64_t seq;
    buf_init(&what, 1024);
    wire_init(&w, &what);
    wire_text(&w, "epoch", clear_name(item->epoch));
    wire_base64(&w, "sha256", d.at, sizeof d.at);
    gw_result r = wire_end(&w);
    struct audit_record rec = {.type = RECORD_KEY_EPOCH, .sev = 1};
    rec.groups[GROUP_WHAT] = buf_slice(&what);
    if (gw_ok(r))
        r = frames_append(log, &rec, NULL, &seq);
    buf_free(&what);
    return r;
}

gw_result audit_log_keys(struct audit_log *log, struct slice message)
{
    struct keyring_item item;
    gw_result r;
    bool was_refused = false;
    if (log->poisoned)
        return gw_is(GW_UNAVAILABLE);
    while (gw_ok(r = keyring_take(&message, &item))) {
        errno = 0;
        r = keyring_store(log->dir, &item);
        if (r.code != GW_REFUSED && !gw_ok(r) && log->is_adrift)
            return gw_is(GW_REFUSED); /* texts may be lost, decisions are recorded */
        if (r.code != GW_REFUSED && !gw_ok(r))
            return state_fault(log, "keys of payloads"); /* what they seal must not be without */
        if (gw_ok(r) && item.envelope.len > 0)
            r = tell_epoch(log, &item);
        if (r.code != GW_REFUSED) /* that one is there already, or its epoch is not */
            TRY(r);
        was_refused = was_refused || r.code == GW_REFUSED;
    }
    if (r.code == GW_NOT_FOUND)
        return gw_is(was_refused ? GW_REFUSED : GW_OK);
    return r;
}

static gw_result beat(struct audit_log *log, int64_t now)
{
    uint64_t seq;
    uint64_t dropped = pulse_dropped(log->gauges);
    struct leaf_counters counters = {{{"accepted", log->begun + log->blocked + dropped},
                                      {"begun", log->begun},
                                      {"blocked", log->blocked},
                                      {"dropped", dropped},
                                      {"ended", log->ended},
                                      {"sink_lag", pulse_lag(log->gauges)}},
                                     6};
    const struct audit_record rec = {.type = RECORD_LOG_HEARTBEAT};
    log->beat_ns = now;
    TRY(pulse_beat(log));
    resume_say(&log->open, &log->since, log->next, &counters);
    TRY(frames_append(log, &rec, &counters, &seq));
    return audit_log_sync(log);
}

static gw_result publish(struct audit_log *log)
{
    errno = 0;
    gw_result r = integrator_finish(log);
    return gw_ok(r) ? r : state_fault(log, "tiles and checkpoint");
}

static gw_result hand_over(struct audit_log *log, bool is_due)
{
    errno = 0;
    gw_result r = integrator_give(log, is_due);
    return gw_ok(r) ? r : state_fault(log, "tiles and checkpoint");
}

/* Once for each segment, when half of it is full. */
static void look_ahead(struct audit_log *log)
{
    if (log->asked_spare || log->is_adrift || log->file.at * 2 <= log->segment_bytes)
        return;
    log->asked_spare = true;
    if (ground_has_much(log))
        spare_ask(&log->spare, log->dir, log->segment_bytes);
}

/* Nothing is signed; once its own disk works again, the log ends so as to be opened there. */
static gw_result tick_adrift(struct audit_log *log, int64_t now)
{
    log->signed_ns = now;
    TRY(ground_look(log));
    TRY(pulse_look(log));
    errno = 0;
    return adrift_is_over(log) ? state_fault(log, "the log's own disk works again") : gw_is(GW_OK);
}

gw_result audit_log_tick(struct audit_log *log, bool force)
{
    int64_t now = clock_mono_ns(log->clock);
    if (log->poisoned)
        return gw_is(GW_UNAVAILABLE);
    if (now - log->beat_ns >= 60 * SECOND)
        TRY(beat(log, now));
    look_ahead(log);
    bool due = now - log->signed_ns >= SECOND || log->durable_count >= INTEGRATE_MAX;
    if (log->is_adrift && (due || force))
        return tick_adrift(log, now);
    if (!due && !force)
        return log->leaves.len - log->fresh_bytes < GIVE_BYTES ? gw_is(GW_OK)
                                                               : hand_over(log, false);
    log->signed_ns = now;
    TRY(ground_look(log));
    TRY(pulse_look(log));
    return force ? publish(log) : hand_over(log, true);
}

bool audit_log_is_cosigned(const struct audit_log *log, uint64_t seq)
{
    return !cosigned_is_asked(log->dir) || cosigned_covers(log->dir, seq);
}

void audit_log_want_cosigned(struct audit_log *log, uint64_t records)
{
    if (log->gauges != NULL)
        gauges_set(&log->gauges->wanted, records);
}

const char *audit_log_reason(const struct audit_log *log)
{
    return log->poisoned ? log->reason : "";
}

static void release(struct audit_log *log)
{
    int *const fds[] = {&log->dir, &log->lock, &log->spare_dir, &log->signed_fd};
    direct_close(&log->file);
    spare_end(&log->spare);
    unpruned_end(&log->unpruned);
    integrator_stop(log);
    later_drop(&log->unsynced);
    for (size_t i = 0; i < GW_COUNT(fds); i++)
        if (*fds[i] >= 0)
            close(*fds[i]);
    struct buf *const bufs[] = {&log->leaves, &log->bundle, &log->handed, &log->leaf, &log->groups};
    for (size_t i = 0; i < GW_COUNT(bufs); i++)
        buf_free(bufs[i]);
    pairs_free(&log->open);
    note_signer_free(log->signer);
    free(log);
}

void audit_log_close(struct audit_log *log)
{
    uint64_t seq;
    const struct audit_record rec = {.type = RECORD_LOG_STOP};
    if (log == NULL)
        return;
    state_tell_open(log, false);
    if (gw_ok(frames_append(log, &rec, NULL, &seq)) && gw_ok(audit_log_sync(log)) &&
        !log->is_adrift)
        (void)!gw_ok(publish(log));
    release(log);
}

static struct audit_log *make(const struct audit_settings *settings)
{
    struct audit_log *log = calloc(1, sizeof *log);
    unsigned char boot[8];
    if (log == NULL)
        return NULL;
    log->dir = log->lock = log->file.fd = log->spare_dir = log->signed_fd = -1;
    log->clock = settings->clock;
    log->gauges = settings->gauges;
    log->segment_bytes = settings->segment_bytes == 0 ? SEGMENT_BYTES : settings->segment_bytes;
    snprintf(log->node, sizeof log->node, "%s", settings->node);
    snprintf(log->build, sizeof log->build, "%s", settings->build);
    snprintf(log->key_path, sizeof log->key_path, "%s", settings->key_file);
    snprintf(log->signed_path, sizeof log->signed_path, "%s.signed", log->key_path);
    secret_random(boot, sizeof boot);
    secret_hex(boot, sizeof boot, log->boot);
    buf_init(&log->leaves, LEAVES_CEILING);
    buf_init(&log->handed, LEAVES_CEILING);
    buf_init(&log->bundle, BUNDLE_CEILING);
    buf_init(&log->leaf, UINT16_MAX + 1);
    buf_init(&log->groups, 2 * RECORD_MESSAGE_MAX);
    integrator_init(log);
    tree_init(&log->tree);
    return log;
}

static gw_result lock_dir(struct audit_log *log, const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return state_fault(log, "directory of the log");
    log->dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (log->dir < 0)
        return state_fault(log, "directory of the log");
    log->lock = openat(log->dir, "LOCK", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (log->lock < 0)
        return state_fault(log, "LOCK");
    if (flock(log->lock, LOCK_EX | LOCK_NB) != 0) {
        snprintf(log->reason, sizeof log->reason, "another process writes this log");
        return gw_is(GW_REFUSED);
    }
    return gw_is(GW_OK);
}

static gw_result refuse(struct audit_log *log, enum gw_code code, const char *why)
{
    snprintf(log->reason, sizeof log->reason, "%s", why);
    return gw_is(code);
}

/* The key, the label, and what was signed: all three fit one another, or none is there yet. */
static gw_result identify(struct audit_log *log, const struct audit_settings *settings)
{
    struct chain keys;
    gw_result had = chain_read(log->dir, &keys);
    if (!gw_ok(had) && had.code != GW_NOT_FOUND)
        return refuse(log, had.code, "LOG or rotate/ is damaged");
    bool fresh = had.code == GW_NOT_FOUND;
    gw_result r = note_signer_open(settings->key_file, settings->origin, fresh, &log->signer);
    if (!gw_ok(r))
        return refuse(log, r.code,
                      r.code == GW_REFUSED     ? "others may read the signing key: chmod 600"
                      : r.code == GW_NOT_FOUND ? "the signing key of this log is gone"
                                               : "the signing key or the origin is not usable");
    r = integrate_signed_read(log);
    if (!gw_ok(r))
        return refuse(log, r.code,
                      r.code == GW_CORRUPT
                          ? "the signer's record of what it signed is damaged"
                          : "the signer's record of what it signed cannot be read");
    if (!fresh)
        return gw_ok(rotate_settle(log, &keys))
                   ? gw_is(GW_OK)
                   : refuse(log, GW_REFUSED, "this log has another key or origin");
    if (log->signed_size > 0)
        return refuse(log, GW_CORRUPT, "the key has signed a log that is no longer here");
    return gw_ok(label_write(log->dir, note_signer_key(log->signer), &settings->retention))
               ? gw_is(GW_OK)
               : state_fault(log, "LOG");
}

/* So that LOG is under the first signature. */
static gw_result say_retention(int dir, struct leaf_counters *counters)
{
    struct label_retention kept;
    TRY(label_retention(dir, &kept));
    resume_add(counters, "disclosures_hours", kept.disclosures);
    resume_add(counters, "leaves_hours", kept.leaves);
    resume_add(counters, "payloads_hours", kept.payloads);
    return gw_is(GW_OK);
}

static gw_result begin(struct audit_log *log, const struct recover_found *found)
{
    uint64_t seq;
    const struct audit_record rec = {.type = RECORD_LOG_START};
    struct leaf_counters counters = {.count = 0};
    resume_say(&log->open, &log->since, log->next, &counters);
    struct clock_health wall = clock_health(log->clock);
    if (log->next == 0)
        TRY(say_retention(log->dir, &counters));
    resume_add(&counters, "anchored", log->anchored);
    resume_add(&counters, "clock_error_us", wall.error_us);
    resume_add(&counters, "clock_steered", wall.is_steered);
    TRY(frames_append(log, &rec, &counters, &seq));
    TRY(recover_tell(log, found));
    TRY(audit_log_sync(log));
    log->beat_ns = clock_mono_ns(log->clock);
    return audit_log_tick(log, true);
}

/* An image of an earlier day does not reach what somebody stamped or cosigned since then, and a log
 * that was written anew is another. */
static gw_result compare_anchor(struct audit_log *log)
{
    struct prove now;
    struct tree_head kept, own = {.size = 0};
    struct chain *keys = calloc(1, sizeof *keys);
    if (keys == NULL)
        return gw_is(GW_NO_MEMORY);
    gw_result r = chain_read(log->dir, keys);
    if (gw_ok(r))
        r = kept_newest(log->dir, "anchor", keys, &kept);
    free(keys);
    if (r.code == GW_NOT_FOUND)
        return gw_is(GW_OK);
    if (!gw_ok(r) || !gw_ok(prove_open_at(log->dir, &now)))
        return refuse(log, GW_CORRUPT, "the newest checkpoint in anchor/ is none of this log");
    if (kept.size <= now.head.size)
        r = prove_head_at(&now, kept.size, &own);
    prove_close(&now);
    if (!gw_ok(r) || own.size != kept.size ||
        memcmp(own.root.at, kept.root.at, sizeof own.root.at) != 0)
        return refuse(log, GW_CORRUPT,
                      "the log does not grow out of the newest checkpoint in anchor/");
    log->anchored = kept.size;
    return gw_is(GW_OK);
}

/* What was begun and cut short; where witnesses are waited for, that is for who asks again. */
static void finish_erasures(const struct audit_log *log)
{
    uint64_t records;
    if (cosigned_is_asked(log->dir))
        return;
    gw_result r = unfinished_finish(log->dir, log->published, &records);
    if (!gw_ok(r)) /* no reason to stop: verify says what is not gone, an erasure does it again */
        LOGE("audit.erasure", LOG_TEXT("result", clear_word(gw_word(r))));
    else if (records > 0)
        LOGW("audit.erasure", LOG_NUM("records", (int64_t)records));
}

static gw_result open_log(struct audit_log *log, const struct audit_settings *settings)
{
    struct recover_found found = {0};
    TRY(lock_dir(log, settings->dir));
    TRY(ground_open(log, settings->dir));
    TRY(identify(log, settings));
    TRY(adrift_find(log, settings->spare_dir));
    gw_result r = recover_run(log, settings, &found);
    if (gw_ok(r))
        r = compare_anchor(log);
    if (!gw_ok(r) && log->reason[0] == '\0')
        r = state_fault(log, "recovery");
    if (gw_ok(r))
        r = begin(log, &found);
    if (gw_ok(r))
        ground_settle(log);
    if (gw_ok(r)) {
        finish_erasures(log);
        unpruned_begin(&log->unpruned, log->dir, log->published);
    }
    state_tell_open(log, gw_ok(r));
    return r;
}

gw_result audit_log_open(const struct audit_settings *settings, char *reason, size_t size,
                         struct audit_log **out)
{
    struct audit_log *log = make(settings);
    if (log == NULL)
        return gw_is(GW_NO_MEMORY);
    gw_result r = open_log(log, settings);
    if (gw_ok(r)) {
        *out = log;
        return r;
    }
    snprintf(reason, size, "%s", log->reason[0] == '\0' ? gw_word(r) : log->reason);
    release(log);
    return r;
}
