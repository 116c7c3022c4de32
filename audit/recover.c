/* audit/recover.c - see recover.h. */
#include "proxy/base/base.h"
#include "audit/recover.h"
#include "audit/disk.h"
#include "audit/edge.h"
#include "audit/expire.h"
#include "audit/frames.h"
#include "audit/integrate.h"
#include "audit/jcs.h"
#include "audit/label.h"
#include "audit/resume.h"
#include "audit/retile.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct recovery {
    struct audit_log *log;
    struct recover_found *found;
    struct note_checkpoint checkpoint; /* size 0 when there is none; origin not kept */
    bool has_tree;                     /* as it was signed; else it is made from the records */
    struct edge_leaves leaves;         /* of that tree */
    struct resume_word word;           /* the newest one */
    bool is_whole;                     /* all records that are left were read */
    uint64_t segments_before;          /* of records that may be gone, as is recorded */
};

static gw_result refuse(struct audit_log *log, enum gw_code code, const char *why, uint64_t seq)
{
    snprintf(log->reason, sizeof log->reason, "%s (record %llu)", why, (unsigned long long)seq);
    return gw_is(code);
}

static gw_result see(void *owner, const struct segment_frame *frame)
{
    struct recovery *r = owner;
    struct audit_log *log = r->log;
    const char len[2] = {(char)(unsigned char)(frame->leaf.len >> 8),
                         (char)(unsigned char)frame->leaf.len};
    TRY(pairs_see(&log->open, STATE_NOBODY, frame->leaf));
    since_read(&log->since, frame->leaf);
    struct resume_word word;
    if (resume_read(frame->leaf, &word))
        r->word = word;
    uint64_t said = expire_said(frame, false);
    if (said > r->segments_before)
        r->segments_before = said;
    if (frame->seq >= r->checkpoint.size) {
        TRY(buf_add(&log->leaves, slice_of(len, sizeof len)));
        log->durable_count++;
        return buf_add(&log->leaves, frame->leaf);
    }
    if (r->has_tree) {
        gw_result is = edge_has(&r->leaves, frame->seq, frame->leaf);
        if (is.code == GW_NOT_FOUND)
            return refuse(log, GW_REFUSED, "a tile is missing: see `bulla audit recover`",
                          frame->seq);
        return is.code != GW_CORRUPT
                   ? is
                   : refuse(log, GW_CORRUPT, "the records are not those that were signed",
                            frame->seq);
    }
    if (!gw_ok(integrate_leaf(log, frame->leaf)))
        return refuse(log, GW_CORRUPT, "the records are not those that were signed", frame->seq);
    if (log->tree.size != r->checkpoint.size)
        return gw_is(GW_OK);
    struct digest root = tree_root(&log->tree);
    if (memcmp(root.at, r->checkpoint.root.at, sizeof root.at) != 0)
        return refuse(log, GW_CORRUPT, "the records contradict the checkpoint", frame->seq);
    return gw_is(GW_OK);
}

/* Zeros from `at` on, and no segment behind this one. */
static gw_result cut_tail(struct audit_log *log, int fd, const struct scan_end *end)
{
    static const char zeros[4096];
    struct segment_list list;
    struct stat st;
    char name[SEGMENT_NAME];
    if (fstat(fd, &st) != 0)
        return gw_is(GW_IO);
    for (off_t at = (off_t)end->at; at < st.st_size;) {
        size_t left = (size_t)(st.st_size - at), n = left < sizeof zeros ? left : sizeof zeros;
        if (pwrite(fd, zeros, n, at) != (ssize_t)n)
            return gw_is(GW_IO);
        at += (off_t)n;
    }
    if (fsync(fd) != 0)
        return gw_is(GW_IO);
    TRY(segment_list_read(log->dir, &list));
    bool removed = true;
    for (size_t i = 0; i < list.count && removed; i++) {
        if (list.first[i] <= end->segment)
            continue;
        segment_name(list.first[i], name);
        removed = unlinkat(log->dir, name, 0) == 0;
    }
    segment_list_free(&list);
    return removed ? disk_sync_dir(log->dir, "seg/x") : gw_is(GW_IO);
}

/* The newest segment, its tail cut when something was wrong there; the next record goes behind. */
static gw_result take_segment(struct audit_log *log, const struct scan_end *end, bool mend)
{
    char name[SEGMENT_NAME];
    int fd;
    log->next = end->next;
    log->segment = end->segment;
    segment_spare_drop(log->dir);
    segment_name(end->segment, name);
    if (end->empty)
        TRY(segment_create(log->dir, 0, log->segment_bytes, &fd));
    else
        fd = openat(log->dir, name, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return gw_is(GW_IO);
    gw_result r = mend ? cut_tail(log, fd, end) : gw_is(GW_OK);
    if (gw_ok(r))
        r = direct_open(&log->file, fd, end->empty ? 0 : end->at);
    if (!gw_ok(r))
        close(fd);
    return r;
}

/* What was signed must be there; a hole must have been accepted. */
static gw_result judge(struct recovery *r, bool accept_loss)
{
    struct audit_log *log = r->log;
    const struct scan_end *end = &r->found->end;
    uint64_t signed_size =
        log->signed_size > r->checkpoint.size ? log->signed_size : r->checkpoint.size;
    if (end->next < signed_size)
        return refuse(log, GW_CORRUPT,
                      end->state == SCAN_CLEAN ? "rolled back behind what was signed"
                                               : "damaged inside what was signed",
                      end->next);
    if (end->begin > (r->has_tree ? r->checkpoint.size : 0) ||
        (r->is_whole && end->begin > r->segments_before))
        return refuse(log, GW_CORRUPT, "records are missing at the beginning", end->begin);
    if (end->state == SCAN_HOLE && !accept_loss)
        return refuse(log, GW_REFUSED, "damaged, with whole records behind it: see --accept-loss",
                      end->next);
    return gw_is(GW_OK);
}

/* What was signed is taken off its tiles. Where they do not give it, the tree is made from all
 * records, which say whether they do. */
static gw_result take_tree(struct recovery *r, bool mends_tiles, uint64_t *from)
{
    struct audit_log *log = r->log;
    uint64_t first;
    const struct tree_head head = {r->checkpoint.size, r->checkpoint.root};
    *from = 0;
    if (head.size == 0)
        return gw_is(GW_OK);
    if (head.size == log->signed_size &&
        memcmp(head.root.at, log->signed_root.at, sizeof head.root.at) != 0)
        return refuse(log, GW_CORRUPT, "the checkpoint is not the one that was signed last",
                      head.size);
    TRY(segment_first(log->dir, &first));
    if (mends_tiles && first == 0) /* they are not believed */
        return gw_is(GW_OK);
    gw_result got = edge_read(log->dir, &head, &log->tree, &log->bundle);
    r->has_tree = gw_ok(got);
    r->leaves = (struct edge_leaves){.dir = log->dir, .size = head.size};
    if (gw_ok(got))
        return resume_from(log->dir, head.size, from);
    tree_init(&log->tree);
    buf_clear(&log->bundle);
    return got.code == GW_CORRUPT || got.code == GW_NOT_FOUND ? gw_is(GW_OK) : got;
}

static gw_result see_since(void *owner, const struct segment_frame *frame)
{
    since_read(owner, frame->leaf);
    return gw_is(GW_OK);
}

/* What is in force and was said before what was read; what was said in a segment that has ended is
 * not known: it is said anew. */
static gw_result find_since(struct recovery *r, uint64_t from)
{
    uint64_t first;
    struct since *since = &r->log->since;
    TRY(segment_first(r->log->dir, &first));
    const uint64_t at[] = {r->word.policy_at, r->word.config_at};
    const bool known[] = {since->policy.seq > 0, since->config.seq > 0};
    for (size_t i = 0; i < GW_COUNT(at); i++) {
        struct since found = {.policy = {.seq = 0}};
        if (known[i] || at[i] == 0 || at[i] < first || at[i] >= from)
            continue;
        TRY(scan_find(r->log->dir, at[i], see_since, &found));
        if (i == 0)
            since->policy = found.policy;
        else
            since->config = found.config;
    }
    return gw_is(GW_OK);
}

gw_result recover_run(struct audit_log *log, const struct audit_settings *settings,
                      struct recover_found *found)
{
    struct recovery r = {.log = log, .found = found};
    struct buf note;
    gw_result got = label_checkpoint(log->dir, note_signer_key(log->signer), &note, &r.checkpoint);
    r.checkpoint.origin = (struct slice){0};
    buf_free(&note);
    if (got.code == GW_CORRUPT)
        return refuse(log, GW_CORRUPT, "the checkpoint is not one that we signed", 0);
    if (got.code != GW_NOT_FOUND)
        TRY(got);
    if (log->signed_size < r.checkpoint.size) { /* the signer's own file is older or gone */
        log->signed_size = r.checkpoint.size;
        log->signed_root = r.checkpoint.root;
    }
    log->published = r.checkpoint.size;
    uint64_t from;
    TRY(take_tree(&r, settings->mends_tiles, &from));
    r.is_whole = from == 0;
    TRY(scan_walk(log->dir, from, see, &r, &found->end));
    TRY(judge(&r, settings->accept_loss));
    TRY(find_since(&r, from));
    const struct tree_head head = {r.checkpoint.size, r.checkpoint.root};
    if (settings->mends_tiles && !gw_ok(got = retile_run(log->dir, &head, &found->tiles)))
        return got.code == GW_CORRUPT
                   ? refuse(log, GW_CORRUPT, "the records contradict the checkpoint", head.size)
                   : got;
    found->mended = found->end.state != SCAN_CLEAN;
    return take_segment(log, &found->end, found->mended);
}

gw_result recover_tell(struct audit_log *log, const struct recover_found *found)
{
    uint64_t seq;
    size_t orphans = pairs_open(&log->open);
    if (!found->mended && orphans == 0 && found->tiles == 0)
        return gw_is(GW_OK);
    struct leaf_counters counters = {{{"last_seq", found->end.next == 0 ? 0 : found->end.next - 1},
                                      {"lost", found->end.state == SCAN_HOLE ? 1 : 0},
                                      {"orphan_begins", orphans},
                                      {"tail_bytes", found->end.tail_bytes}},
                                     4};
    if (found->tiles > 0)
        resume_add(&counters, "tiles", found->tiles);
    struct audit_record rec = {.type = RECORD_LOG_RECOVER, .sev = 3};
    TRY(frames_append(log, &rec, &counters, &seq));
    return frames_abandon(log, STATE_NOBODY);
}
