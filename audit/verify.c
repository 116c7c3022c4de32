/* audit/verify.c - see verify.h. Memory: what is begun and not ended, and one segment and one
 * bundle at a time. */
#include "proxy/base/base.h"
#include "audit/verify.h"
#include "audit/base64.h"
#include "audit/chain.h"
#include "audit/disk.h"
#include "audit/edge.h"
#include "audit/expire.h"
#include "audit/jcs.h"
#include "audit/label.h"
#include "audit/kept.h"
#include "audit/minimum.h"
#include "audit/pairs.h"
#include "audit/prune.h"
#include "audit/resume.h"
#include "audit/scan.h"
#include "audit/seqs.h"
#include "audit/tree.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

enum { BUNDLE_CEILING = 17 << 20, POLICY_CEILING = 4 << 20, POLICIES = 256, TRIES = 5 };

/* A record that has lost groups, and whether an `erase` record says so. */
struct lost {
    uint64_t seq;
    bool is_named, has_group;
    uint64_t hour; /* the latest of the epochs of its lost payloads; 0: none is lost */
    uint64_t made; /* the hour in which it was, when groups are lost */
};

struct check {
    int dir;
    const struct verify_options *options;
    struct verify_report *report;
    struct chain keys;
    struct tree tree;
    struct buf bundle; /* the bundle of the record that comes next */
    size_t bundle_at;
    struct pairs begins;              /* without an end so far */
    uint64_t unended;                 /* 1 + seq of a begin whose end is not there; 0: none */
    uint64_t over;                    /* seq of the newest `log.start` or `log.stop` */
    struct digest policies[POLICIES]; /* seen */
    size_t policy_count;
    struct lost *lost; /* by seq */
    size_t lost_count, lost_room;
    uint64_t pruned_before;                  /* payloads of hours before have ended */
    uint64_t groups_before;                  /* and disclosures */
    uint64_t segments_before, leaves_before; /* of records that may be gone, as is recorded */
    bool was_spared;                         /* an erasure is recorded and not done */
    char newest[32];                         /* `t` of the last signed record */
    struct kept kept;
};

static gw_result fail(struct check *c, enum verify_code code, const char *why)
{
    if (c->report->reason[0] == '\0') {
        c->report->code = code;
        snprintf(c->report->reason, sizeof c->report->reason, "%s", why);
    }
    return gw_is(GW_CORRUPT);
}

/* Not to be had: nothing is said against the log, nor for it. */
static bool is_unread(gw_result r)
{
    return r.code == GW_IO || r.code == GW_NO_MEMORY;
}

static gw_result tampered_at(struct check *c, uint64_t seq, const char *why)
{
    c->report->seq = seq;
    c->report->has_seq = true;
    return fail(c, VERIFY_TAMPERED, why);
}

/* The bytes of a file of the tree are these. */
static gw_result compare_tile(struct check *c, unsigned level, uint64_t index, unsigned width,
                              const struct digest *hashes)
{
    char path[TREE_PATH];
    struct buf have;
    buf_init(&have, TREE_WIDTH * sizeof *hashes + 1);
    tree_path(level, index, width, path);
    gw_result r = disk_read(c->dir, path, &have);
    bool same = gw_ok(r) && slice_is(buf_slice(&have), slice_of(hashes, width * sizeof *hashes));
    buf_free(&have);
    if (is_unread(r))
        return fail(c, VERIFY_ERROR, "a tile cannot be read");
    return same ? gw_is(GW_OK)
                : tampered_at(c, c->tree.size - 1,
                              r.code == GW_NOT_FOUND ? "a tile is missing"
                                                     : "a tile is not that of the records");
}

static gw_result full_tile(void *owner, unsigned level, uint64_t index, const struct digest *hashes)
{
    struct check *c = owner;
    return compare_tile(c, level, index, TREE_WIDTH, hashes);
}

static gw_result load_bundle(struct check *c, uint64_t seq)
{
    char path[TREE_PATH];
    uint64_t index = seq / TREE_WIDTH, left = c->report->size - index * TREE_WIDTH;
    tree_path(TREE_ENTRIES, index, left < TREE_WIDTH ? (unsigned)left : TREE_WIDTH, path);
    buf_clear(&c->bundle);
    c->bundle_at = 0;
    gw_result r = disk_read(c->dir, path, &c->bundle);
    if (is_unread(r))
        return fail(c, VERIFY_ERROR, "an entry bundle cannot be read");
    return gw_ok(r) ? r
                    : tampered_at(c, seq,
                                  r.code == GW_NOT_FOUND ? "an entry bundle is missing"
                                                         : "an entry bundle is too big");
}

static gw_result next_entry(struct check *c, struct slice *entry)
{
    struct slice rest = slice_from(buf_slice(&c->bundle), c->bundle_at);
    TRY(tree_entry_next(&rest, entry));
    c->bundle_at = buf_slice(&c->bundle).len - rest.len;
    return gw_is(GW_OK);
}

static gw_result check_bundle_end(struct check *c, uint64_t seq)
{
    bool last = (seq + 1) % TREE_WIDTH == 0 || seq + 1 == c->report->size;
    return last && c->bundle_at != buf_slice(&c->bundle).len
               ? tampered_at(c, seq, "bytes behind the last entry of a bundle")
               : gw_is(GW_OK);
}

/* The signed record's leaf is what its entry bundle holds, and nothing follows the last one. */
static gw_result compare_entry(struct check *c, const struct segment_frame *frame)
{
    if (frame->seq % TREE_WIDTH == 0)
        TRY(load_bundle(c, frame->seq));
    struct slice entry;
    if (!gw_ok(next_entry(c, &entry)) || !slice_is(entry, frame->leaf))
        return tampered_at(c, frame->seq, "the entry bundle and the segment differ");
    return check_bundle_end(c, frame->seq);
}

/* At the signed size: the root, and the partial tiles. */
static gw_result compare_head(struct check *c)
{
    struct digest root = tree_root(&c->tree);
    if (memcmp(root.at, c->report->root.at, sizeof root.at) != 0)
        return tampered_at(c, c->tree.size - 1, "the records do not give the signed root");
    for (unsigned level = 0; level < TREE_LEVELS; level++)
        if (c->tree.count[level] > 0)
            TRY(compare_tile(c, level, c->tree.size >> (8 * (level + 1)), c->tree.count[level],
                             c->tree.at[level]));
    return gw_is(GW_OK);
}

/* The tree as it stands is that of each kept checkpoint of its size. */
static gw_result compare_kept(struct check *c)
{
    struct kept *k = &c->kept;
    struct digest root;
    if (c->report->kept == k->count || k->heads[c->report->kept].size > c->tree.size)
        return gw_is(GW_OK);
    for (root = tree_root(&c->tree);
         c->report->kept < k->count && k->heads[c->report->kept].size == c->tree.size;
         c->report->kept++)
        if (memcmp(k->heads[c->report->kept].root.at, root.at, sizeof root.at) != 0)
            return tampered_at(c, c->tree.size == 0 ? 0 : c->tree.size - 1,
                               "the records up to here are not those of a kept checkpoint");
    return gw_is(GW_OK);
}

static gw_result read_kept(struct check *c)
{
    c->kept.quorum = c->options->quorum;
    gw_result r = kept_add_chain(&c->kept, &c->keys);
    if (gw_ok(r))
        r = kept_add_dir(&c->kept, c->dir, "anchor", &c->keys);
    for (size_t i = 0; gw_ok(r) && i < c->options->kept_count; i++)
        r = kept_add(&c->kept, c->options->kept[i], &c->keys);
    kept_sort(&c->kept);
    c->report->witnessed = c->kept.witnessed;
    return r;
}

static gw_result refuse_kept(struct check *c, gw_result r)
{
    if (r.code == GW_REFUSED)
        return fail(c, VERIFY_TAMPERED, "a kept checkpoint of this log's name has another key");
    return fail(c, VERIFY_ERROR,
                r.code == GW_BAD ? "what was kept is no checkpoint of this log"
                                 : "a kept checkpoint cannot be read");
}

/* Of the log's own auditor there is one: whose begin it was is not asked here. */
enum { ANYBODY = 0 };

static gw_result pair_end(struct check *c, uint64_t at, struct slice leaf)
{
    struct slice ref, xid, out;
    uint64_t seq;
    if (!gw_ok(jcs_find(leaf, "ref", &ref)) || ref.len < 3 ||
        !gw_ok(slice_u64(slice_cut(ref, 1, ref.len - 1), &seq)) ||
        !gw_ok(jcs_text(leaf, "xid", &xid)))
        return tampered_at(c, at, "an end names no begin");
    if (seq < c->report->leaves_from) { /* its begin is gone */
        c->report->ended++;
        return gw_is(GW_OK);
    }
    if (!pairs_end(&c->begins, seq, ANYBODY, xid))
        return tampered_at(c, at,
                           "an end names a record that is not its begin, or has ended before");
    c->report->open--;
    c->report->ended++;
    if (gw_ok(jcs_text(leaf, "out", &out)) && slice_is(out, SLICE_LIT("unknown_after_crash")))
        c->report->unknown++;
    return gw_is(GW_OK);
}

/* Who wrote the log says now and then which begin is the oldest without an end; and who opens it
 * ends what the one before has left. */
static void check_ended(struct check *c, uint64_t at, struct slice type, struct slice leaf)
{
    struct resume_word word;
    if (slice_is(type, SLICE_LIT("log.start")) || slice_is(type, SLICE_LIT("log.stop")))
        c->over = at;
    if (!resume_read(leaf, &word))
        return;
    uint64_t oldest = pairs_oldest(&c->begins, word.open_from);
    if (c->unended == 0 && oldest < word.open_from)
        c->unended = oldest + 1;
}

/* What LOG says of how long things are kept stands in the first record, too. */
static gw_result check_label(struct check *c, struct slice leaf)
{
    struct slice ctr;
    struct label_retention said, has;
    if (!gw_ok(jcs_find(leaf, "ctr", &ctr)) ||
        !gw_ok(jcs_u64(ctr, "payloads_hours", &said.payloads)) ||
        !gw_ok(jcs_u64(ctr, "disclosures_hours", &said.disclosures)) ||
        !gw_ok(jcs_u64(ctr, "leaves_hours", &said.leaves)))
        return gw_is(GW_OK);
    gw_result r = label_retention(c->dir, &has);
    if (is_unread(r))
        return fail(c, VERIFY_ERROR, "LOG cannot be read");
    if (gw_ok(r) && has.payloads == said.payloads && has.disclosures == said.disclosures &&
        has.leaves == said.leaves)
        return gw_is(GW_OK);
    return tampered_at(c, 0, "LOG is not what the first record says of it");
}

static gw_result check_pair(struct check *c, uint64_t at, struct slice leaf)
{
    struct slice type, xid;
    if (!gw_ok(jcs_text(leaf, "type", &type)))
        return tampered_at(c, at, "a record without a type");
    if (at == 0)
        TRY(check_label(c, leaf));
    check_ended(c, at, type, leaf);
    if (slice_is(type, SLICE_LIT("exchange.block")))
        c->report->blocked++;
    if (slice_is(type, SLICE_LIT("exchange.end")))
        return pair_end(c, at, leaf);
    if (!slice_is(type, SLICE_LIT("exchange.begin")))
        return gw_is(GW_OK);
    if (!gw_ok(jcs_text(leaf, "xid", &xid)))
        return tampered_at(c, at, "a begin without an exchange id");
    gw_result r = pairs_begin(&c->begins, at, ANYBODY, xid);
    if (r.code == GW_NO_MEMORY)
        return fail(c, VERIFY_ERROR, "out of memory");
    if (!gw_ok(r))
        return tampered_at(c, at, "a begin that cannot be one, or too many without an end");
    c->report->begun++;
    c->report->open++;
    return gw_is(GW_OK);
}

/* Each policy bundle that is named, once: stored under its hash, with the bytes of that hash. */
static gw_result check_policy(struct check *c, uint64_t at, struct slice leaf)
{
    struct slice pol;
    struct digest named;
    size_t len;
    char path[80] = "policy/";
    if (!gw_ok(jcs_text(leaf, "pol", &pol)))
        return gw_is(GW_OK);
    if (!gw_ok(base64_read(pol, named.at, sizeof named.at, &len)) || len != sizeof named.at)
        return tampered_at(c, at, "a policy hash is malformed");
    for (size_t i = c->policy_count; i-- > 0;)
        if (memcmp(c->policies[i].at, named.at, sizeof named.at) == 0)
            return gw_is(GW_OK);
    if (c->policy_count < POLICIES)
        c->policies[c->policy_count++] = named;
    struct buf bundle;
    buf_init(&bundle, POLICY_CEILING);
    secret_hex(named.at, sizeof named.at, path + strlen(path));
    gw_result r = disk_read(c->dir, path, &bundle);
    struct digest stored = secret_sha256(buf_slice(&bundle));
    buf_free(&bundle);
    c->report->bundles_missing += r.code == GW_NOT_FOUND;
    if (r.code == GW_NOT_FOUND)
        return gw_is(GW_OK);
    if (is_unread(r))
        return fail(c, VERIFY_ERROR, "a policy bundle cannot be read");
    if (!gw_ok(r) || memcmp(stored.at, named.at, sizeof named.at) != 0) /* too big: it never was */
        return tampered_at(c, at, "a policy bundle is not that of its hash");
    return gw_is(GW_OK);
}

static gw_result add_lost(struct check *c, const struct lost *l)
{
    if (c->lost_count == c->lost_room) {
        size_t room = c->lost_room == 0 ? 256 : 2 * c->lost_room;
        struct lost *more = realloc(c->lost, room * sizeof *more);
        if (more == NULL)
            return fail(c, VERIFY_ERROR, "out of memory");
        c->lost = more;
        c->lost_room = room;
    }
    c->lost[c->lost_count++] = *l;
    return gw_is(GW_OK);
}

/* Up to which hour payloads and disclosures have ended, and below which records segments and leaves
 * have. */
static void note_pruned(struct check *c, const struct segment_frame *frame)
{
    struct slice rest = frame->groups, type;
    struct segment_group g;
    uint64_t hour, seq;
    bool of_groups;
    if (!gw_ok(jcs_text(frame->leaf, "type", &type)) || !slice_is(type, SLICE_LIT("prune")))
        return;
    while (gw_ok(segment_group_next(&rest, &g))) {
        if (!slice_is(g.name, SLICE_LIT("what")) || !gw_ok(prune_says(g.text, &hour, &of_groups)))
            continue;
        uint64_t *before = of_groups ? &c->groups_before : &c->pruned_before;
        *before = hour > *before ? hour : *before;
    }
    seq = expire_said(frame, false);
    c->segments_before = seq > c->segments_before ? seq : c->segments_before;
    seq = expire_said(frame, true);
    c->leaves_before = seq > c->leaves_before ? seq : c->leaves_before;
}

/* A record of which groups or payloads are gone. */
static gw_result note_lost(struct check *c, const struct segment_frame *frame)
{
    struct slice rest = frame->groups;
    struct segment_group g;
    struct segment_blob blob;
    struct lost lost = {.seq = frame->seq};
    uint64_t hour;
    while (gw_ok(segment_group_next(&rest, &g)))
        lost.has_group = lost.has_group || segment_group_is_gone(&g);
    for (size_t i = 0; gw_ok(segment_blob(frame, i, &blob)); i++)
        if (blob.is_gone && gw_ok(slice_u64(slice_cut(blob.epoch, 0, PRUNE_HOUR), &hour)))
            lost.hour = hour > lost.hour ? hour : lost.hour;
    if (lost.has_group)
        lost.made = prune_hour_of(frame->leaf);
    return lost.has_group || lost.hour > 0 ? add_lost(c, &lost) : gw_is(GW_OK);
}

/* What is gone must be named by a signed `erase` record behind it, and what that names must be
 * gone.
 */
static gw_result check_erased(struct check *c, const struct segment_frame *frame)
{
    struct slice type, refs, item;
    uint64_t seq;
    TRY(note_lost(c, frame));
    if (frame->seq >= c->report->size)
        return gw_is(GW_OK); /* not signed: whoever can write the disk can say it */
    note_pruned(c, frame);
    if (!gw_ok(jcs_text(frame->leaf, "type", &type)) || !slice_is(type, SLICE_LIT("erase")) ||
        !gw_ok(jcs_find(frame->leaf, "ref", &refs)))
        return gw_is(GW_OK);
    while (gw_ok(jcs_item(&refs, &item)) && gw_ok(slice_u64(item, &seq))) {
        struct lost *l = seqs_find(c->lost, c->lost_count, sizeof *l, seq);
        c->was_spared = c->was_spared || l == NULL;
        if (l == NULL)
            continue;
        c->report->erased += !l->is_named;
        l->is_named = true;
    }
    return gw_is(GW_OK);
}

static bool is_pruned(const struct check *c, const struct lost *l)
{
    bool groups_ended = !l->has_group || (l->made > 0 && l->made < c->groups_before);
    return groups_ended && (l->hour == 0 || l->hour < c->pruned_before);
}

static void judge_lost(struct check *c)
{
    for (size_t i = 0; i < c->lost_count; i++)
        if (!c->lost[i].is_named && is_pruned(c, &c->lost[i])) {
            c->report->pruned++;
        } else if (!c->lost[i].is_named) {
            c->report->seq = c->lost[i].seq;
            c->report->has_seq = true;
            (void)!gw_ok(fail(c, VERIFY_INCOMPLETE,
                              "a disclosure or a payload is gone and no erase record names it"));
            return;
        }
    if (c->was_spared)
        (void)!gw_ok(fail(c, VERIFY_INCOMPLETE, "an erasure is recorded and not done"));
}

/* The next record's hash, signed and below the frames. */
static gw_result grow(struct check *c, const struct digest *leaf)
{
    const struct tree_sink sink = {c, full_tile};
    TRY(tree_add(&c->tree, leaf, &sink));
    TRY(compare_kept(c));
    return c->tree.size == c->report->size ? compare_head(c) : gw_is(GW_OK);
}

/* Records whose leaves are gone: their hashes are in the tiles, and the signed root decides. */
static gw_result grow_from_tiles(struct check *c, uint64_t end)
{
    struct edge_leaves leaves = {.dir = c->dir, .size = c->report->size};
    struct digest d;
    while (c->tree.size < end) {
        gw_result r = edge_leaf(&leaves, c->tree.size, &d);
        if (is_unread(r))
            return fail(c, VERIFY_ERROR, "a tile cannot be read");
        if (!gw_ok(r))
            return tampered_at(c, c->tree.size, "a tile is missing");
        TRY(grow(c, &d));
    }
    return gw_is(GW_OK);
}

/* Records of whose frames only the leaves are left, in their bundles. */
static gw_result grow_from_bundles(struct check *c, uint64_t end)
{
    struct slice entry;
    while (c->tree.size < end) {
        uint64_t seq = c->tree.size;
        if (seq % TREE_WIDTH == 0)
            TRY(load_bundle(c, seq));
        if (!gw_ok(next_entry(c, &entry)) || !gw_ok(jcs_check(entry)))
            return tampered_at(c, seq, "an entry bundle is damaged");
        TRY(check_bundle_end(c, seq));
        TRY(check_pair(c, seq, entry));
        TRY(check_policy(c, seq, entry));
        struct digest d = tree_leaf(entry);
        TRY(grow(c, &d));
    }
    return gw_is(GW_OK);
}

/* What lies below the first segment that is left. */
static gw_result read_below(struct check *c)
{
    uint64_t begin;
    if (!gw_ok(segment_first(c->dir, &begin)))
        return fail(c, VERIFY_ERROR, "a file of the log cannot be read");
    if (begin > c->report->size)
        return tampered_at(c, c->report->size, "records are missing at the beginning");
    c->report->segments_from = begin;
    c->report->leaves_from = minimum_index(c->dir, c->report->size, begin);
    TRY(grow_from_tiles(c, c->report->leaves_from));
    return grow_from_bundles(c, begin);
}

/* What is gone from the beginning, a signed record says so. */
static void judge_expired(struct check *c)
{
    if (c->report->segments_from > c->segments_before || c->report->leaves_from > c->leaves_before)
        (void)!gw_ok(fail(c, VERIFY_INCOMPLETE,
                          "records are missing at the beginning and no prune record says so"));
}

static gw_result see(void *owner, const struct segment_frame *frame)
{
    struct check *c = owner;
    struct digest leaf = tree_leaf(frame->leaf);
    struct slice t;
    c->report->records = frame->seq + 1;
    TRY(check_pair(c, frame->seq, frame->leaf));
    TRY(check_policy(c, frame->seq, frame->leaf));
    TRY(check_erased(c, frame));
    if (frame->seq >= c->report->size)
        return gw_is(GW_OK);
    TRY(compare_entry(c, frame));
    if (gw_ok(jcs_text(frame->leaf, "t", &t)) && t.len < sizeof c->newest) {
        memcpy(c->newest, t.at, t.len);
        c->newest[t.len] = '\0';
    }
    return grow(c, &leaf);
}

/* What was begun in a life of the log that is over has an end. */
static void judge_open(struct check *c)
{
    uint64_t oldest = pairs_oldest(&c->begins, c->over);
    if (c->unended == 0 && oldest < c->over)
        c->unended = oldest + 1;
    if (c->unended == 0 || c->report->reason[0] != '\0')
        return;
    c->report->seq = c->unended - 1;
    c->report->has_seq = true;
    (void)!gw_ok(fail(c, VERIFY_INCOMPLETE, "the end of an exchange is missing"));
}

static void judge_end(struct check *c, const struct scan_end *end)
{
    char oldest[28];
    struct verify_report *r = c->report;
    if (end->state == SCAN_HOLE || end->next < r->size)
        (void)!gw_ok(tampered_at(c, end->next,
                                 end->state == SCAN_CLEAN ? "records are missing at the end"
                                                          : "a frame is damaged"));
    else if (end->state == SCAN_TORN)
        (void)!gw_ok(fail(c, VERIFY_INCOMPLETE, "the log ends in a torn record"));
    else if (r->unknown > 0)
        (void)!gw_ok(fail(c, VERIFY_INCOMPLETE, "outcomes unknown after a crash"));
    else if (r->bundles_missing > 0)
        (void)!gw_ok(fail(c, VERIFY_INCOMPLETE, "a policy bundle is missing"));
    else if (c->options->quorum != NULL && c->report->witnessed == 0 &&
             c->options->quorum->top < c->options->quorum->count)
        (void)!gw_ok(fail(c, VERIFY_UNWITNESSED, "no checkpoint meets the witnesses' quorum"));
    else if (c->options->max_age_s > 0) {
        clock_rfc3339(clock_wall_us(c->options->clock) -
                          (int64_t)c->options->max_age_s * INT64_C(1000000),
                      oldest);
        if (strcmp(c->newest, oldest) < 0)
            (void)!gw_ok(fail(c, VERIFY_STALE, "the newest signed record is too old"));
    }
}

/* The caller's own word for the key, where there is one. */
static bool is_trusted(const struct check *c)
{
    struct note_key key;
    const struct quorum *q = c->options->quorum;
    bool is_meant = q == NULL || q->log_count == 0;
    for (size_t i = 0; !is_meant && i < q->log_count; i++)
        is_meant = chain_has(&c->keys, &q->logs[i]);
    return is_meant &&
           (c->options->vkey == NULL || (gw_ok(note_vkey_read(slice_str(c->options->vkey), &key)) &&
                                         chain_has(&c->keys, &key)));
}

static gw_result check_head(struct check *c)
{
    struct note_checkpoint head;
    struct buf note;
    gw_result r = chain_read(c->dir, &c->keys);
    if (!gw_ok(r))
        return fail(c, r.code == GW_CORRUPT ? VERIFY_TAMPERED : VERIFY_ERROR,
                    r.code == GW_CORRUPT ? "LOG or rotate/ is damaged"
                                         : "no log here: LOG cannot be read");
    snprintf(c->report->origin, sizeof c->report->origin, "%s", chain_now(&c->keys)->name);
    if (!is_trusted(c))
        return fail(c, VERIFY_TAMPERED, "the key that you trust is none of this log's");
    r = read_kept(c); /* before the newest, which may move on */
    if (!gw_ok(r))
        return refuse_kept(c, r);
    r = chain_checkpoint(&c->keys, c->dir, &note, &head);
    buf_free(&note);
    if (is_unread(r))
        return fail(c, VERIFY_ERROR, "the checkpoint cannot be read");
    if (!gw_ok(r))
        return fail(c, r.code == GW_NOT_FOUND ? VERIFY_INCOMPLETE : VERIFY_TAMPERED,
                    r.code == GW_NOT_FOUND ? "there is no checkpoint"
                                           : "the checkpoint is not signed by the log's key");
    c->report->size = head.size;
    c->report->root = head.root;
    if (head.size == 0)
        return fail(c, VERIFY_TAMPERED, "an empty checkpoint");
    if (c->kept.count > 0 && c->kept.heads[c->kept.count - 1].size > head.size)
        return tampered_at(c, head.size, "rolled back: a kept checkpoint signs more records");
    return compare_kept(c);
}

static void check_once(int dir, const struct verify_options *options, struct check *c,
                       struct verify_report *report)
{
    struct scan_end end;
    *report = (struct verify_report){0};
    *c = (struct check){.dir = dir, .options = options, .report = report};
    buf_init(&c->bundle, BUNDLE_CEILING);
    if (gw_ok(check_head(c)) && gw_ok(read_below(c))) {
        gw_result r = scan_walk(dir, 0, see, c, &end);
        if (gw_ok(r)) {
            judge_end(c, &end);
            judge_open(c);
            judge_expired(c);
            judge_lost(c);
        } else if (report->reason[0] == '\0')
            (void)!gw_ok(fail(c, VERIFY_ERROR, "a file of the log cannot be read"));
    }
    buf_free(&c->bundle);
    kept_free(&c->kept);
    pairs_free(&c->begins);
    free(c->lost);
}

static bool is_in_use(int dir)
{
    int fd = openat(dir, "LOCK", O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    bool busy = flock(fd, LOCK_SH | LOCK_NB) != 0;
    close(fd);
    return busy;
}

/* A log in use may be met in the middle of a write, or may drop a partial tile that a full one has
 * replaced: what contradicts it must do so again while nothing was added. */
static void settle(int dir, const struct verify_options *options, struct check *c,
                   struct verify_report *report)
{
    for (int i = 0; i < TRIES; i++) {
        uint64_t size = report->size, records = report->records;
        check_once(dir, options, c, report);
        bool bad = report->code == VERIFY_TAMPERED || report->code == VERIFY_INCOMPLETE;
        bool same = i > 0 && report->size == size && report->records == records;
        if (!bad || same || !is_in_use(dir))
            return;
        usleep(20000);
    }
}

void verify_run(const char *dir, const struct verify_options *options, struct verify_report *report)
{
    *report = (struct verify_report){.code = VERIFY_ERROR};
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct check *c = malloc(sizeof *c);
    if (fd < 0 || c == NULL)
        snprintf(report->reason, sizeof report->reason,
                 "no log here: the directory cannot be read");
    else
        settle(fd, options, c, report);
    free(c);
    if (fd >= 0)
        close(fd);
}
