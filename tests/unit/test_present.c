/* tests/unit/test_present.c - audit/present.h: what is gone is told with the record that says why,
 * what no record explains is missing, and a lost key is no changed text. */
#include "proxy/base/base.h"
#include "audit/present.h"
#include "audit/keyring.h"
#include "audit/prune.h"
#include "audit/segment.h"
#include "audit/show.h"
#include "audit/verify.h"
#include "tests/unit/seal_rig.h"
#include <fcntl.h>

struct heard {
    struct present_item last;
    size_t count;
};

static gw_result hear(void *heard, const struct present_item *item)
{
    struct heard *h = heard;
    h->last = *item;
    h->count++;
    return gw_is(GW_OK);
}

static struct present_counts counted(struct seal_rig *f, struct heard *h)
{
    struct present_counts n;
    *h = (struct heard){.count = 0};
    assert_true(gw_ok(present_run(f->path, 100, hear, h, &n)));
    return n;
}

static void is(struct seal_rig *f, uint64_t seq, enum present_state state)
{
    struct heard h;
    struct present_counts n = counted(f, &h);
    assert_int_equal(n.payloads[state], 1);
    assert_int_equal(h.count, state == PRESENT_HERE ? 0 : 1);
    if (h.count == 0)
        return;
    assert_int_equal(h.last.state, state);
    assert_int_equal(h.last.seq, seq);
    assert_false(h.last.is_group);
}

/* Bytes of a record: of its payload, or of a group. */
struct place {
    struct slice bytes;
    char copy[4096];
    char epoch[RECORD_EPOCH + 1];
    unsigned char unit[RECORD_UNIT];
};

static gw_result find(void *place, int dir, const struct segment_frame *frame)
{
    struct place *p = place;
    struct segment_blob blob;
    (void)dir;
    TRY(segment_blob(frame, 0, &blob));
    memcpy(p->copy, blob.bytes.at, blob.bytes.len);
    p->bytes = slice_of(p->copy, blob.bytes.len);
    snprintf(p->epoch, sizeof p->epoch, "%.*s", (int)blob.epoch.len, blob.epoch.at);
    return keyring_unit_read(blob.unit, p->unit);
}

/* In whichever segment they lie. */
static void write_over(struct seal_rig *f, const struct place *p, struct slice with)
{
    char path[128];
    static char all[SEGMENT_BYTES];
    size_t at = SIZE_MAX;
    for (int first = 0; first < 10 && at == SIZE_MAX; first++) {
        snprintf(path, sizeof path, "%s/seg/%020d.seg", f->path, first);
        int fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd < 0)
            continue;
        ssize_t n = pread(fd, all, sizeof all, 0);
        at = slice_find(slice_of(all, (size_t)n), p->bytes);
        if (at != SIZE_MAX)
            assert_int_equal(pwrite(fd, with.at, with.len, (off_t)at), with.len);
        close(fd);
    }
    assert_true(at != SIZE_MAX);
}

static void the_changed_and_the_missing_are_told_apart(void **state)
{
    static const char zeros[4096];
    struct seal_rig f;
    struct place p = {.bytes = {NULL, 0}};
    char changed[4096], path[160], aside[160];
    (void)state;
    seal_rig_make(&f);
    uint64_t seq = seal_rig_record(&f, "said at eight");
    assert_true(gw_ok(show_one(f.path, seq, find, &p)));
    is(&f, seq, PRESENT_HERE);
    memcpy(changed, p.bytes.at, p.bytes.len);
    changed[p.bytes.len / 2] ^= 1;
    write_over(&f, &p, slice_of(changed, p.bytes.len));
    is(&f, seq, PRESENT_CHANGED);
    struct place now = p;
    now.bytes = slice_of(changed, p.bytes.len);
    write_over(&f, &now, p.bytes);
    is(&f, seq, PRESENT_HERE);
    int dir = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    snprintf(path, sizeof path, "%s/keys/%s.age", f.path, p.epoch); /* nobody opens the epoch */
    snprintf(aside, sizeof aside, "%s/aside", f.path);
    assert_int_equal(rename(path, aside), 0);
    is(&f, seq, PRESENT_KEYLESS);
    assert_int_equal(rename(aside, path), 0);
    is(&f, seq, PRESENT_HERE);
    assert_true(gw_ok(keyring_erase(dir, slice_str(p.epoch), p.unit))); /* nor the unit */
    is(&f, seq, PRESENT_KEYLESS);
    write_over(&f, &p, slice_of(zeros, p.bytes.len));
    is(&f, seq, PRESENT_MISSING);
    close(dir);
    audit_log_close(f.log);
    seal_rig_drop(&f);
}

static void a_record_says_why(void **state)
{
    static const char zeros[4096];
    struct seal_rig f;
    struct place p = {.bytes = {NULL, 0}};
    struct heard h;
    struct buf refs;
    struct audit_record rec = {.type = RECORD_PRUNE};
    uint64_t by;
    (void)state;
    seal_rig_make(&f);
    uint64_t seq = seal_rig_record(&f, "said at eight");
    assert_true(gw_ok(show_one(f.path, seq, find, &p)));
    write_over(&f, &p, slice_of(zeros, p.bytes.len));
    rec.groups[GROUP_WHAT] = SLICE_LIT("{\"query\":\"" PRUNE_SAYS "2025112820\"}");
    assert_true(gw_ok(audit_log_append(f.log, &rec, 7, &by))); /* of hours before only */
    assert_true(gw_ok(audit_log_sync(f.log)));
    is(&f, seq, PRESENT_MISSING);
    rec.groups[GROUP_WHAT] = SLICE_LIT("{\"query\":\"" PRUNE_SAYS "2025112821\"}");
    assert_true(gw_ok(audit_log_append(f.log, &rec, 7, &by)));
    assert_true(gw_ok(audit_log_sync(f.log)));
    is(&f, seq, PRESENT_PRUNED);
    (void)counted(&f, &h);
    assert_int_equal(h.last.by, by);
    buf_init(&refs, 64);
    assert_true(gw_ok(record_ref_add(&refs, seq)));
    rec = (struct audit_record){.type = RECORD_ERASE, .refs = buf_slice(&refs)};
    assert_true(gw_ok(audit_log_append(f.log, &rec, 7, &by)));
    assert_true(gw_ok(audit_log_sync(f.log)));
    is(&f, seq, PRESENT_ERASED);
    (void)counted(&f, &h);
    assert_int_equal(h.last.by, by);
    buf_free(&refs);
    audit_log_close(f.log);
    seal_rig_drop(&f);
}

/* Who can write the disk can append a frame that excuses what they destroyed: only a signed one
 * does. */
static void a_word_that_nobody_signed_excuses_nothing(void **state)
{
    static const char zeros[4096];
    struct seal_rig f;
    struct place p = {.bytes = {NULL, 0}};
    struct audit_record rec = {.type = RECORD_PRUNE};
    const struct verify_options options = {.clock = &f.clock};
    struct verify_report report;
    struct present_counts n;
    struct heard h = {.count = 0};
    struct buf refs;
    uint64_t by, erased;
    (void)state;
    seal_rig_make(&f);
    uint64_t seq = seal_rig_record(&f, "said at eight"),
             other = seal_rig_record(&f, "said at eight too");
    audit_log_close(f.log); /* signed */
    seal_rig_open(&f);
    assert_true(gw_ok(audit_log_sync(f.log)));
    assert_true(gw_ok(show_one(f.path, seq, find, &p)));
    write_over(&f, &p, slice_of(zeros, p.bytes.len));
    rec.groups[GROUP_WHAT] = SLICE_LIT("{\"query\":\"" PRUNE_SAYS "2025112821\"}");
    assert_true(gw_ok(audit_log_append(f.log, &rec, 7, &by)));
    buf_init(&refs, 64);
    assert_true(gw_ok(record_ref_add(&refs, seq)));
    assert_true(gw_ok(record_ref_add(&refs, other)));
    rec = (struct audit_record){.type = RECORD_ERASE, .refs = buf_slice(&refs)};
    assert_true(gw_ok(audit_log_append(f.log, &rec, 7, &erased)));
    assert_true(gw_ok(audit_log_sync(f.log)));
    verify_run(f.path, &options, &report);
    assert_true(report.records == erased + 1 && report.size <= by);
    assert_int_equal(report.code, VERIFY_INCOMPLETE);
    assert_int_equal(report.seq, seq);
    assert_true(report.erased == 0 && report.pruned == 0);
    assert_true(gw_ok(present_run(f.path, by, hear, &h, &n)));
    assert_int_equal(n.payloads[PRESENT_MISSING], 1);
    assert_true(gw_ok(present_run(f.path, by + 1, hear, &h, &n)));
    assert_int_equal(n.payloads[PRESENT_PRUNED], 1);
    assert_true(gw_ok(present_run(f.path, erased + 1, hear, &h, &n)));
    assert_int_equal(n.payloads[PRESENT_ERASED], 1);
    audit_log_close(f.log);
    verify_run(f.path, &options, &report);
    assert_true(report.size > erased && report.erased == 1);
    assert_int_equal(report.code, VERIFY_INCOMPLETE); /* the other one was spared */
    assert_non_null(strstr(report.reason, "not done"));
    buf_free(&refs);
    seal_rig_drop(&f);
}

/* The keys go first: who is stopped there has pruned all the same. */
static void keys_that_a_prune_took_are_no_lost_keys(void **state)
{
    struct seal_rig f;
    struct place p = {.bytes = {NULL, 0}};
    struct audit_record rec = {.type = RECORD_PRUNE};
    uint64_t by;
    (void)state;
    seal_rig_make(&f);
    uint64_t seq = seal_rig_record(&f, "said at eight");
    assert_true(gw_ok(show_one(f.path, seq, find, &p)));
    int dir = open(f.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(gw_ok(keyring_erase(dir, slice_str(p.epoch), p.unit)));
    is(&f, seq, PRESENT_KEYLESS);
    rec.groups[GROUP_WHAT] = SLICE_LIT("{\"query\":\"" PRUNE_SAYS "2025112821\"}");
    assert_true(gw_ok(audit_log_append(f.log, &rec, 7, &by)));
    assert_true(gw_ok(audit_log_sync(f.log)));
    is(&f, seq, PRESENT_PRUNED);
    close(dir);
    audit_log_close(f.log);
    seal_rig_drop(&f);
}

static gw_result find_group(void *place, int dir, const struct segment_frame *frame)
{
    struct place *p = place;
    struct slice rest = frame->groups;
    struct segment_group g;
    (void)dir;
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, SLICE_LIT("who"))) {
            size_t whole = (size_t)(g.text.at - g.salt.at) + g.text.len; /* salt, length, text */
            memcpy(p->copy, g.salt.at, whole);
            p->bytes = slice_of(p->copy, whole);
        }
    return gw_is(GW_OK);
}

/* A prune ends disclosures of exchanges, and says so; it does not speak for those of who pruned. */
static void who_did_something_to_the_log_is_never_pruned(void **state)
{
    struct seal_rig f;
    struct place p = {.bytes = {NULL, 0}};
    struct heard h;
    struct audit_record rec = {.type = RECORD_PRUNE};
    const struct verify_options options = {.clock = &f.clock};
    struct verify_report report;
    char gone[4096] = "";
    uint64_t by;
    (void)state;
    seal_rig_make(&f);
    (void)seal_rig_record(&f, "said at eight");
    rec.groups[GROUP_WHAT] = SLICE_LIT("{\"query\":\"" PRUNE_SAYS_GROUPS "2025112823\"}");
    rec.groups[GROUP_WHO] = SLICE_LIT("{\"user\":\"the-operator\"}");
    assert_true(gw_ok(audit_log_append(f.log, &rec, 7, &by)));
    assert_true(gw_ok(audit_log_sync(f.log)));
    audit_log_close(f.log); /* which would write its last block once more */
    assert_true(gw_ok(show_one(f.path, by, find_group, &p)));
    assert_true(p.bytes.len > SEGMENT_SALT + 4);
    memcpy(gone + SEGMENT_SALT, p.copy + SEGMENT_SALT, 4);
    write_over(&f, &p, slice_of(gone, p.bytes.len));
    assert_int_equal(counted(&f, &h).groups[PRESENT_MISSING], 1);
    assert_int_equal(h.last.seq, by);
    verify_run(f.path, &options, &report);
    assert_int_equal(report.code, VERIFY_INCOMPLETE);
    assert_int_equal(report.seq, by);
    seal_rig_drop(&f);
}

static void where_no_log_is_nothing_is_present(void **state)
{
    struct present_counts n;
    struct heard h;
    (void)state;
    assert_int_equal(present_run("/nonexistent", 1, hear, &h, &n).code, GW_NOT_FOUND);
    assert_string_equal(present_word(PRESENT_CHANGED), "changed");
    assert_string_equal(present_word(PRESENT_STATES), "none");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_changed_and_the_missing_are_told_apart),
        cmocka_unit_test(a_record_says_why),
        cmocka_unit_test(a_word_that_nobody_signed_excuses_nothing),
        cmocka_unit_test(keys_that_a_prune_took_are_no_lost_keys),
        cmocka_unit_test(who_did_something_to_the_log_is_never_pruned),
        cmocka_unit_test(where_no_log_is_nothing_is_present),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
