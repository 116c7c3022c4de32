/* tests/unit/test_erase.c - what is taken out is gone from the bytes, and the log stays whole:
 * audit/erase.h. */
#include "proxy/base/base.h"
#include "audit/erase.h"
#include "audit/keyring.h"
#include "audit/scan.h"
#include "tests/unit/seal_rig.h"
#include <fcntl.h>

enum { MOST = 16 };

/* The log closed, its directory open, and where each frame lies. */
struct bench {
    struct seal_rig rig;
    int dir;
    struct scan_end end;
    struct index_row rows[MOST];
    size_t count;
    struct erase_units units;
};

static gw_result note_row(void *owner, const struct segment_frame *frame)
{
    struct bench *b = owner;
    assert_true(b->count < MOST);
    b->rows[b->count++] =
        (struct index_row){.seq = frame->seq, .segment = b->end.segment, .at = b->end.at};
    return gw_is(GW_OK);
}

static void close_log(struct bench *b)
{
    audit_log_close(b->rig.log);
    b->dir = open(b->rig.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(gw_ok(scan_walk(b->dir, 0, note_row, b, &b->end)));
}

static void drop(struct bench *b)
{
    erase_units_free(&b->units);
    close(b->dir);
    seal_rig_drop(&b->rig);
}

/* That frame is read again and belongs together; the caller frees bytes. */
static struct segment_frame frame_at(struct bench *b, uint64_t seq, struct buf *bytes)
{
    struct segment_frame f;
    const struct index_row *row = &b->rows[seq];
    buf_init(bytes, SEGMENT_FRAME_MAX);
    assert_int_equal(row->seq, seq);
    assert_true(gw_ok(scan_frame(b->dir, row->segment, row->at, seq, bytes, &f)));
    assert_true(gw_ok(segment_check(&f)));
    return f;
}

/* The groups of a frame by name: '-' where one is gone, '+' where it stands. */
static void groups_are(struct bench *b, uint64_t seq, const char *want)
{
    struct buf bytes;
    struct segment_frame f = frame_at(b, seq, &bytes);
    struct slice rest = f.groups;
    struct segment_group g;
    char got[100] = "";
    while (gw_ok(segment_group_next(&rest, &g))) {
        strncat(got, segment_group_is_gone(&g) ? "-" : "+", 2);
        strncat(got, g.name.at, g.name.len);
    }
    assert_string_equal(got, want);
    buf_free(&bytes);
}

static bool is_sealed_there(struct bench *b, uint64_t seq, struct segment_blob *blob)
{
    struct buf bytes;
    struct segment_frame f = frame_at(b, seq, &bytes);
    assert_true(gw_ok(segment_blob(&f, 0, blob)));
    bool is_there = !blob->is_gone;
    blob->bytes = (struct slice){0};
    buf_free(&bytes);
    return is_there;
}

static enum gw_code key_of(struct bench *b, const struct erase_unit *u)
{
    unsigned char wrapped[CIPHER_WRAPPED];
    return keyring_unit(b->dir, slice_str(u->epoch), u->id, wrapped).code;
}

static void no_frame_is_told(void **state)
{
    struct bench b = {.count = 0};
    (void)state;
    seal_rig_make(&b.rig);
    uint64_t seq = seal_rig_record(&b.rig, "said");
    close_log(&b);
    struct index_row row = b.rows[seq];
    row.seq++;
    assert_int_equal(erase_frame(b.dir, &row, &b.units).code, GW_CORRUPT);
    row = b.rows[seq];
    row.at += 8;
    assert_int_equal(erase_frame(b.dir, &row, &b.units).code, GW_CORRUPT);
    row = b.rows[seq];
    row.segment = 9999;
    assert_int_equal(erase_frame(b.dir, &row, &b.units).code, GW_IO);
    assert_int_equal(erase_sync(b.dir, 9999).code, GW_IO);
    assert_int_equal(b.units.count, 0);
    groups_are(&b, seq, "+use+who");
    drop(&b);
}

static void what_is_taken_out_is_in_no_byte_any_more(void **state)
{
    struct bench b = {.count = 0};
    struct segment_blob blob;
    char line[200];
    (void)state;
    seal_rig_make(&b.rig);
    uint64_t seq = seal_rig_record(&b.rig, "said");
    uint64_t other = seal_rig_record(&b.rig, "said too");
    close_log(&b);
    snprintf(line, sizeof line, "test $(grep -aco the-app-of-ann %s/seg/*.seg) -gt 0", b.rig.path);
    assert_int_equal(system(line), 0);
    for (int times = 0; times < 2; times++) { /* done twice, it changes nothing */
        assert_true(gw_ok(erase_frame(b.dir, &b.rows[seq], &b.units)));
        assert_true(gw_ok(erase_sync(b.dir, b.rows[seq].segment)));
        groups_are(&b, seq, "+use-who");
        groups_are(&b, other, "+use+who");
        assert_false(is_sealed_there(&b, seq, &blob));
        assert_true(is_sealed_there(&b, other, &blob));
        assert_int_equal(b.units.count, 1);
    }
    assert_true(gw_ok(erase_frame(b.dir, &b.rows[other], &b.units)));
    snprintf(line, sizeof line, "! grep -aq the-app-of-ann %s/seg/*.seg", b.rig.path);
    assert_int_equal(system(line), 0);
    drop(&b);
}

static void groups_may_go_alone(void **state)
{
    struct bench b = {.count = 0};
    struct segment_blob blob;
    struct buf bytes;
    char name[SEGMENT_NAME];
    (void)state;
    seal_rig_make(&b.rig);
    uint64_t seq = seal_rig_record(&b.rig, "said");
    close_log(&b);
    segment_name(b.rows[seq].segment, name);
    int fd = openat(b.dir, name, O_WRONLY | O_CLOEXEC);
    for (int times = 0; times < 2; times++) {
        bool any = times == 1;
        struct segment_frame f = frame_at(&b, seq, &bytes);
        assert_true(gw_ok(erase_groups(fd, b.rows[seq].at, &f, &any)));
        assert_int_equal(any, times == 0);
        buf_free(&bytes);
    }
    close(fd);
    groups_are(&b, seq, "+use-who");
    assert_true(is_sealed_there(&b, seq, &blob));
    drop(&b);
}

/* The key goes with the last payload that needs it, and only then. */
static void a_key_stays_as_long_as_somebody_needs_it(void **state)
{
    struct bench b = {.count = 0};
    (void)state;
    seal_rig_make(&b.rig);
    uint64_t first = seal_rig_record(&b.rig, "said"), second = seal_rig_record(&b.rig, "and again");
    b.rig.clock.wall_us += HOUR_US;
    uint64_t later = seal_rig_record(&b.rig, "an hour later");
    close_log(&b);
    assert_true(gw_ok(erase_keys(b.dir, &b.units))); /* nothing asked */
    assert_true(gw_ok(erase_frame(b.dir, &b.rows[first], &b.units)));
    const struct erase_unit unit = b.units.at[0];
    assert_true(gw_ok(erase_keys(b.dir, &b.units)));
    assert_true(b.units.at[0].is_needed);
    assert_int_equal(key_of(&b, &unit), GW_OK);
    erase_units_free(&b.units);
    assert_int_equal(b.units.count, 0);
    assert_true(gw_ok(erase_frame(b.dir, &b.rows[second], &b.units)));
    assert_true(gw_ok(erase_keys(b.dir, &b.units)));
    assert_int_equal(key_of(&b, &unit), GW_NOT_FOUND);
    erase_units_free(&b.units); /* the same person's of another hour is another key */
    assert_true(gw_ok(erase_frame(b.dir, &b.rows[later], &b.units)));
    assert_int_equal(key_of(&b, &b.units.at[0]), GW_OK);
    assert_true(gw_ok(erase_keys(b.dir, &b.units)));
    assert_int_equal(key_of(&b, &b.units.at[0]), GW_NOT_FOUND);
    drop(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_frame_is_told),
        cmocka_unit_test(what_is_taken_out_is_in_no_byte_any_more),
        cmocka_unit_test(groups_may_go_alone),
        cmocka_unit_test(a_key_stays_as_long_as_somebody_needs_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
