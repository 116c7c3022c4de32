/* tests/unit/test_tamper.c - audit/verify.h: what may be done to a log of 300 records, and who
 * notices.
 *
 * A forger edits, drops, doubles, swaps, brings in from elsewhere or cuts off, at any exchange; he
 * renumbers what follows, and changes the segments, the tree's files, or both as they belong
 * together. Without the log's key none of it passes. With the key all of it does, which shows that
 * the forgeries are sound in all but the signature, and then a kept checkpoint alone speaks. Some
 * places each; BULLA_LONG=1: every exchange, and every byte of every file. */
#include "proxy/base/base.h"
#include "audit/disk.h"
#include "audit/note.h"
#include "audit/scan.h"
#include "audit/tree.h"
#include "audit/verify.h"
#include "proxy/base/arena.h"
#include "proxy/base/bytes.h"
#include "tests/unit/log_rig.h"
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

enum { RECORDS = 300, ROOM = RECORDS + 8, HALF = 75, SEGMENT = 1 << 19 };

struct item {
    struct slice leaf, groups;
    bool is_begin, is_end;
};

/* What a forger changes. */
enum { IN_SEGMENTS = 1, IN_TREE = 2, WITH_KEY = 4 };

struct list {
    struct item at[ROOM];
    size_t n;
};

static const struct clock real;
static struct arena *arena, *scratch;
static struct list ours, theirs;
static size_t begins[ROOM], begin_count;
static char twin[112], old[112];
static struct slice head;
static struct note_signer *signer;

static bool is_long(void)
{
    return getenv("BULLA_LONG") != NULL;
}

/* --- the log ---------------------------------------------------------------------------------- */

static void add_exchanges(struct audit_log *log, int n, const char *app)
{
    char who[64];
    uint64_t seq;
    static struct secret_pool pool;
    struct slice policy = SLICE_LIT("rules: []\n");
    snprintf(who, sizeof who, "{\"app\":\"%s\"}", app);
    assert_true(gw_ok(audit_log_policy(log, policy)));
    for (int i = 0; i < n; i++) {
        struct audit_record rec = {.type = RECORD_EXCHANGE_BEGIN, .dec = RECORD_ALLOWED};
        rec.pol = secret_sha256(policy);
        rec.groups[GROUP_WHO] = slice_str(who);
        record_xid(1000 * i, &pool, rec.xid);
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &rec.ref)));
        rec.type = RECORD_EXCHANGE_END;
        rec.has_ref = true;
        rec.out = "ok";
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
        if (i % 10 == 9)
            assert_true(gw_ok(audit_log_sync(log)));
    }
    audit_log_close(log);
}

static gw_result keep_frame(void *of, const struct segment_frame *frame)
{
    struct list *l = of;
    assert_true(l->n < ROOM && frame->blobs.len == 0);
    struct item *i = &l->at[l->n++];
    i->leaf = arena_copy(arena, frame->leaf);
    i->groups = frame->groups.len > 0 ? arena_copy(arena, frame->groups) : (struct slice){NULL, 0};
    i->is_begin = slice_find(i->leaf, SLICE_LIT("\"type\":\"exchange.begin\"")) != SIZE_MAX;
    i->is_end = slice_find(i->leaf, SLICE_LIT("\"type\":\"exchange.end\"")) != SIZE_MAX;
    return gw_is(GW_OK);
}

static void load(const char *from, struct list *to)
{
    struct scan_end walk_end;
    int at = open(from, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    to->n = 0;
    assert_true(gw_ok(scan_walk(at, 0, keep_frame, to, &walk_end)));
    close(at);
}

/* The whole folder, beside what is there. */
static void copy(const char *from, const char *to)
{
    char line[300];
    snprintf(line, sizeof line, "cp -r %s %s", from, to);
    assert_int_equal(system(line), 0);
}

static int begin(void **state)
{
    char other[112], key[128];
    struct buf note;
    assert_int_equal(rig_memory(state), 0);
    snprintf(twin, sizeof twin, "%s/twin", base);
    snprintf(old, sizeof old, "%s/old", base);
    snprintf(other, sizeof other, "%s/other", base);
    arena = arena_new(1 << 24);
    scratch = arena_new(1 << 24);
    add_exchanges(rig_log(dir, &real, SEGMENT), HALF, "hr");
    copy(dir, old);
    add_exchanges(rig_log(dir, &real, SEGMENT), HALF - 2, "hr");
    add_exchanges(rig_log(other, &real, SEGMENT), HALF, "legal");
    load(dir, &ours);
    load(other, &theirs);
    assert_int_equal(ours.n, RECORDS);
    for (size_t i = 0; i < ours.n; i++)
        if (ours.at[i].is_begin)
            begins[begin_count++] = i;
    copy(dir, twin); /* of its segments there is one, which is written anew */
    buf_init(&note, NOTE_MAX);
    int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(gw_ok(disk_read(at, "checkpoint", &note)));
    close(at);
    head = arena_copy(arena, buf_slice(&note));
    buf_free(&note);
    snprintf(key, sizeof key, "%s.pem", dir);
    return gw_ok(note_signer_open(key, "bulla.example/node1", false, &signer)) ? 0 : -1;
}

static int end(void **state)
{
    note_signer_free(signer);
    arena_free(arena);
    arena_free(scratch);
    return rig_gone(state);
}

/* --- the forger ------------------------------------------------------------------------------- */

static gw_result fill(int at, const char *path, struct slice bytes)
{
    int fd;
    gw_result r = disk_fill(at, path, bytes, &fd);
    if (gw_ok(r))
        close(fd);
    return r;
}

/* The leaf as record `seq`: its number, and of an end that of its begin before it. */
static struct slice renumbered(const struct item *i, size_t seq)
{
    char *at = arena_alloc(scratch, i->leaf.len + 32);
    size_t n = 0;
    for (size_t from = 0; from < i->leaf.len;) {
        struct slice rest = slice_from(i->leaf, from);
        bool is_seq = slice_has_prefix(rest, SLICE_LIT("\"seq\":"));
        bool is_ref = slice_has_prefix(rest, SLICE_LIT("\"ref\":["));
        if (!is_seq && !is_ref) {
            at[n++] = i->leaf.at[from++];
            continue;
        }
        n += (size_t)snprintf(at + n, 24, "%s%zu", is_seq ? "\"seq\":" : "\"ref\":[", seq - is_ref);
        for (from += is_seq ? 6 : 7; i->leaf.at[from] >= '0' && i->leaf.at[from] <= '9';)
            from++;
    }
    return slice_of(at, n);
}

static void write_segments(int at, const struct list *l)
{
    size_t used = 0;
    char *bytes = calloc(1, SEGMENT);
    assert_non_null(bytes);
    for (size_t i = 0; i < l->n; i++) {
        const struct segment_frame frame = {
            .seq = i, .flags = SEGMENT_FIRST, .leaf = l->at[i].leaf, .groups = l->at[i].groups};
        size_t len = segment_frame_bytes(frame.leaf.len, frame.groups.len, 0);
        assert_true(used + len < SEGMENT);
        segment_write(bytes + used, &frame);
        used += len;
    }
    assert_true(gw_ok(fill(at, "seg/00000000000000000000.seg", slice_of(bytes, SEGMENT))));
    free(bytes);
}

static gw_result full_tile(void *of, unsigned level, uint64_t index, const struct digest *hashes)
{
    char path[TREE_PATH];
    const int *at = of;
    tree_path(level, index, TREE_WIDTH, path);
    return fill(*at, path, slice_of(hashes, TREE_WIDTH * sizeof *hashes));
}

static void write_bundle(int at, size_t index, unsigned width, struct buf *bundle)
{
    char path[TREE_PATH];
    tree_path(TREE_ENTRIES, index, width, path);
    assert_true(gw_ok(fill(at, path, buf_slice(bundle))));
    buf_clear(bundle);
}

/* All tiles and bundles of these leaves. */
static struct tree_head write_tree(int at, const struct list *l)
{
    static struct tree tree;
    char path[TREE_PATH];
    struct buf bundle;
    const struct tree_sink sink = {&at, full_tile};
    tree_init(&tree);
    buf_init(&bundle, 1 << 24);
    for (size_t i = 0; i < l->n; i++) {
        struct slice leaf = l->at[i].leaf;
        struct digest d = tree_leaf(leaf);
        const char len[] = {(char)(unsigned char)(leaf.len >> 8), (char)(unsigned char)leaf.len};
        buf_put(&bundle, slice_of(len, sizeof len));
        buf_put(&bundle, leaf);
        assert_true(gw_ok(tree_add(&tree, &d, &sink)));
        if (i % TREE_WIDTH == TREE_WIDTH - 1)
            write_bundle(at, i / TREE_WIDTH, TREE_WIDTH, &bundle);
    }
    if (l->n % TREE_WIDTH > 0)
        write_bundle(at, l->n / TREE_WIDTH, (unsigned)(l->n % TREE_WIDTH), &bundle);
    for (unsigned level = 0; level < TREE_LEVELS; level++) {
        unsigned width = tree.count[level];
        tree_path(level, tree.size >> (8 * (level + 1)), width, path);
        if (width > 0)
            assert_true(gw_ok(fill(at, path, slice_of(tree.at[level], width * 32))));
    }
    buf_free(&bundle);
    return (struct tree_head){tree.size, tree_root(&tree)};
}

static void write_head(int at, const struct tree_head *h)
{
    struct buf text, note;
    buf_init(&text, NOTE_MAX);
    buf_init(&note, NOTE_MAX);
    const struct note_checkpoint c = {
        .origin = SLICE_LIT("bulla.example/node1"), .size = h->size, .root = h->root};
    assert_true(gw_ok(note_checkpoint_write(&c, &text)));
    assert_true(gw_ok(note_sign(signer, buf_slice(&text), &note)));
    assert_true(gw_ok(fill(at, "checkpoint", buf_slice(&note))));
    buf_free(&text);
    buf_free(&note);
}

/* The twin, of the forged list where `where` says so and of ours elsewhere. */
static void forge(const struct list *wanted, unsigned where)
{
    struct list list = *wanted, *forged = &list;
    int at = open(twin, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    char tiles[128];
    arena_free(scratch);
    scratch = arena_new(1 << 24);
    snprintf(tiles, sizeof tiles, "%s/tile", twin);
    rig_remove(tiles);
    for (size_t i = 0; i < forged->n; i++)
        forged->at[i].leaf = renumbered(&forged->at[i], i);
    write_segments(at, (where & IN_SEGMENTS) != 0 ? forged : &ours);
    struct tree_head h = write_tree(at, (where & IN_TREE) != 0 ? forged : &ours);
    if ((where & WITH_KEY) != 0)
        write_head(at, &h);
    else
        assert_true(gw_ok(fill(at, "checkpoint", head)));
    close(at);
}

static enum verify_code verified(const char *log, bool with_kept)
{
    struct verify_report report;
    const struct verify_options options = {
        .clock = &real, .kept = &head, .kept_count = with_kept ? 1 : 0};
    verify_run(log, &options, &report);
    return report.code;
}

/* --- what he does at the exchange that begins at `at` ------------------------------------------
 */

typedef void deed(struct list *l, size_t at);

static void put_in(struct list *l, size_t at, const struct item *pair)
{
    memmove(l->at + at + 2, l->at + at, (l->n - at) * sizeof *l->at);
    l->at[at] = pair[0];
    l->at[at + 1] = pair[1];
    l->n += 2;
}

static void take_out(struct list *l, size_t at)
{
    memmove(l->at + at, l->at + at + 2, (l->n - at - 2) * sizeof *l->at);
    l->n -= 2;
}

static void edits(struct list *l, size_t at)
{
    struct slice leaf = l->at[at].leaf;
    size_t k = slice_find(leaf, SLICE_LIT("\"dec\":\"allow\""));
    assert_true(k != SIZE_MAX);
    char *text = arena_alloc(arena, leaf.len);
    memcpy(text, leaf.at, leaf.len);
    memcpy(text + k, "\"dec\":\"block\"", 13);
    l->at[at].leaf = slice_of(text, leaf.len);
}

static void drops(struct list *l, size_t at)
{
    take_out(l, at);
}

static void doubles(struct list *l, size_t at)
{
    const struct item pair[] = {l->at[at], l->at[at + 1]};
    put_in(l, at + 2, pair);
}

/* With the next exchange, or with the first one. */
static void swaps(struct list *l, size_t at)
{
    bool has_next = at + 2 < l->n && l->at[at + 2].is_begin;
    const struct item pair[] = {l->at[at], l->at[at + 1]};
    take_out(l, at);
    put_in(l, has_next ? at + 2 : begins[0], pair);
}

static void brings_in(struct list *l, size_t at)
{
    take_out(l, at);
    put_in(l, at, &theirs.at[1 + at % 100 / 2 * 2]);
}

static void cuts_off(struct list *l, size_t at)
{
    l->n = at;
}

static const struct {
    const char *word;
    deed *does;
} deeds[] = {{"edits", edits}, {"drops", drops},         {"doubles", doubles},
             {"swaps", swaps}, {"brings in", brings_in}, {"cuts off", cuts_off}};

/* --- what is held ----------------------------------------------------------------------------- */

/* The rig's own writing is sound: what was not changed is accepted, written by it or by us. */
static void what_nobody_changed_is_accepted(void **state)
{
    (void)state;
    assert_int_equal(verified(dir, true), VERIFY_INTACT);
    forge(&ours, IN_SEGMENTS | IN_TREE);
    assert_int_equal(verified(twin, true), VERIFY_INTACT);
    forge(&ours, IN_SEGMENTS | IN_TREE | WITH_KEY);
    assert_int_equal(verified(twin, true), VERIFY_INTACT);
}

static void no_forgery_passes_without_the_key_nor_a_kept_checkpoint_with_it(void **state)
{
    static const unsigned places[] = {IN_SEGMENTS, IN_TREE, IN_SEGMENTS | IN_TREE};
    const size_t stride = is_long() ? 1 : 36;
    size_t cells = 0;
    (void)state;
    for (size_t d = 0; d < GW_COUNT(deeds); d++)
        for (size_t b = d % stride; b < begin_count; b += stride) {
            struct list forged = ours;
            deeds[d].does(&forged, begins[b]);
            for (size_t p = 0; p < GW_COUNT(places); p++) {
                forge(&forged, places[p]);
                enum verify_code code = verified(twin, false);
                if (code != VERIFY_TAMPERED)
                    fail_msg("a forger %s at record %zu, files %u: %d", deeds[d].word, begins[b],
                             places[p], (int)code);
                cells++;
            }
            forge(&forged, IN_SEGMENTS | IN_TREE | WITH_KEY);
            enum verify_code alone = verified(twin, false), kept = verified(twin, true);
            if (alone != VERIFY_INTACT || kept != VERIFY_TAMPERED)
                fail_msg("with the key a forger %s at record %zu: %d, and %d beside what was kept",
                         deeds[d].word, begins[b], (int)alone, (int)kept);
            cells += 2;
        }
    print_message("%zu forgeries\n", cells);
    assert_true(cells >= 5 * GW_COUNT(deeds) * (begin_count / stride));
}

/* Whoever has the key can leave an end out, and all hashes fit: what the log says of itself does
 * not. */
static void an_end_that_was_left_out_is_missed_even_with_the_key(void **state)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    (void)state;
    for (size_t b = 0; b < begin_count; b += 7) {
        struct list forged = ours;
        size_t at = begins[b] + 1;
        assert_true(forged.at[at].is_end);
        memmove(forged.at + at, forged.at + at + 1, (forged.n - at - 1) * sizeof *forged.at);
        forged.n--;
        forge(&forged, IN_SEGMENTS | IN_TREE | WITH_KEY);
        verify_run(twin, &options, &report);
        if (report.code != VERIFY_INCOMPLETE || report.seq != begins[b])
            fail_msg("the end of %zu was left out: %d, %s", begins[b], report.code, report.reason);
    }
}

/* An older state of the log is a sound log; so is an older checkpoint over the records of today. */
static void a_rollback_is_seen_beside_a_kept_checkpoint_alone(void **state)
{
    struct buf note;
    char tiles[128];
    (void)state;
    assert_int_equal(verified(old, false), VERIFY_INTACT);
    assert_int_equal(verified(old, true), VERIFY_TAMPERED);
    forge(&ours, 0);
    int from = open(old, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int to = open(twin, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    buf_init(&note, NOTE_MAX);
    assert_true(gw_ok(disk_read(from, "checkpoint", &note)));
    assert_true(gw_ok(fill(to, "checkpoint", buf_slice(&note))));
    buf_free(&note);
    snprintf(tiles, sizeof tiles, "%s/tile", old);
    copy(tiles, twin); /* the partial ones of that time */
    assert_int_equal(verified(twin, false), VERIFY_INTACT);
    assert_int_equal(verified(twin, true), VERIFY_TAMPERED);
    close(from);
    close(to);
}

static size_t flips;

/* Partial tiles that a larger one has replaced, the lock and the reserve are nobody's. */
static bool is_nobodys(const char *path)
{
    return strstr(path, "/LOCK") != NULL || strstr(path, "/ballast") != NULL ||
           (strstr(path, ".p/") != NULL && strstr(path, "000.p/1") == NULL &&
            strstr(path, "001.p/44") == NULL) ||
           strstr(path, "0/000.p/") != NULL || strstr(path, "entries/000.p/") != NULL;
}

static int flip_file(const char *path, const struct stat *st, int kind, struct FTW *where)
{
    char byte;
    (void)where;
    if (kind != FTW_F || is_nobodys(path))
        return 0;
    const off_t stride = is_long() ? 1 : st->st_size < 600 ? 7 : 3001;
    int fd = open(path, O_RDWR | O_CLOEXEC);
    assert_true(fd >= 0);
    for (off_t i = is_long() ? 0 : (off_t)(flips % 5); i < st->st_size; i += stride) {
        assert_int_equal(pread(fd, &byte, 1, i), 1);
        if (byte == 0 && i % 1009 != 0) /* of the zeros behind the last frame a few */
            continue;
        char bad = (char)(byte ^ (1 << (i % 8)));
        assert_int_equal(pwrite(fd, &bad, 1, i), 1);
        if (verified(dir, false) == VERIFY_INTACT)
            fail_msg("%s: byte %ld changed, and accepted", path, (long)i);
        assert_int_equal(pwrite(fd, &byte, 1, i), 1);
        flips++;
    }
    close(fd);
    return 0;
}

static void no_changed_byte_is_accepted(void **state)
{
    size_t least = 120;
    (void)state;
    flips = 0;
    for (size_t i = 0; is_long() && i < ours.n; i++) /* a leaf stands in a segment and a bundle */
        least += 2 * ours.at[i].leaf.len + ours.at[i].groups.len;
    assert_int_equal(nftw(dir, flip_file, 8, FTW_PHYS), 0);
    assert_int_equal(verified(dir, true), VERIFY_INTACT);
    print_message("%zu bytes changed\n", flips);
    assert_true(flips > least);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_nobody_changed_is_accepted),
        cmocka_unit_test(no_forgery_passes_without_the_key_nor_a_kept_checkpoint_with_it),
        cmocka_unit_test(an_end_that_was_left_out_is_missed_even_with_the_key),
        cmocka_unit_test(a_rollback_is_seen_beside_a_kept_checkpoint_alone),
        cmocka_unit_test(no_changed_byte_is_accepted),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
