/* tests/unit/test_prove.c - audit/prove.h: every record of a log of many sizes has its proof, and a
 * tile or an entry that was changed gives none. */
#include "proxy/base/base.h"
#include "audit/prove.h"
#include "audit/log.h"
#include "tests/unit/log_rig.h"
#include <fcntl.h>
#include <unistd.h>

static const struct clock real;

static void grow(unsigned records)
{
    struct audit_log *log = rig_log(dir, &real, 0);
    uint64_t seq;
    for (unsigned i = 0; i < records; i++) {
        const struct audit_record rec = {.type = RECORD_CONFIG_CHANGE};
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
    }
    audit_log_close(log);
}

static enum gw_code proved(uint64_t seq)
{
    struct buf out;
    buf_init(&out, PROVE_MAX);
    gw_result r = prove_record(dir, seq, &out);
    buf_free(&out);
    return r.code;
}

static void no_log_proves_nothing(void **state)
{
    (void)state;
    assert_int_equal(proved(0), GW_NOT_FOUND);
}

static void every_record_is_proved(void **state)
{
    struct note_key key;
    uint64_t size = 0;
    (void)state;
    static const unsigned steps[] = {0, 3, 246, 1, 5, 500}; /* each opening adds two of its own */
    for (size_t i = 0; i < GW_COUNT(steps); i++) {
        grow(steps[i]);
        assert_true(gw_ok(prove_head(dir, &key, &size)));
        for (uint64_t seq = 0; seq < size; seq += i < 3 ? 1 : 7)
            assert_int_equal(proved(seq), GW_OK);
        assert_int_equal(proved(size - 1), GW_OK);
        assert_int_equal(proved(size), GW_NOT_FOUND);
    }
    assert_int_equal(size, 767);
}

static struct tree_head head_of(const struct prove *log, struct slice text)
{
    struct note_checkpoint c;
    struct slice body = slice_from(text, slice_find(text, SLICE_LIT("\n\n")) + 2);
    size_t signature = slice_find(body, SLICE_LIT("\n\n"));
    assert_true(gw_ok(note_checkpoint_read(
        signature == SIZE_MAX ? body : slice_cut(body, 0, signature + 1), &c)));
    assert_true(slice_is(c.origin, slice_str(log->key.name)));
    return (struct tree_head){c.size, c.root};
}

/* Any size out of any earlier one; what is printed ends in the checkpoint or in its three lines. */
static void every_growth_is_proved(void **state)
{
    struct prove log;
    struct buf out;
    (void)state;
    assert_true(gw_ok(prove_open(dir, &log)));
    uint64_t size = log.head.size;
    buf_init(&out, PROVE_MAX);
    for (uint64_t to = 0; to <= size; to += to < 9 ? 1 : 53)
        for (uint64_t from = 0; from <= to; from += from < 9 ? 1 : 31) {
            buf_clear(&out);
            assert_int_equal(prove_consistency(&log, from, to, &out).code, GW_OK);
            assert_int_equal(head_of(&log, buf_slice(&out)).size, to);
        }
    buf_clear(&out);
    assert_int_equal(prove_consistency(&log, 300, size, &out).code, GW_OK);
    assert_true(slice_has_suffix(buf_slice(&out), buf_slice(&log.note)));
    assert_int_equal(prove_consistency(&log, 5, 4, &out).code, GW_NOT_FOUND);
    assert_int_equal(prove_consistency(&log, 5, size + 1, &out).code, GW_NOT_FOUND);
    buf_free(&out);
    prove_close(&log);
}

static void flip(const char *name, off_t at)
{
    char path[160], byte;
    snprintf(path, sizeof path, "%s/%s", dir, name);
    int fd = open(path, O_RDWR);
    assert_true(fd >= 0);
    assert_int_equal(pread(fd, &byte, 1, at), 1);
    byte ^= 1;
    assert_int_equal(pwrite(fd, &byte, 1, at), 1);
    close(fd);
}

static enum gw_code grown(uint64_t from, uint64_t to)
{
    struct prove log;
    struct digest path[TREE_PROOF];
    size_t len;
    assert_true(gw_ok(prove_open(dir, &log)));
    gw_result r = prove_growth(&log, from, to, path, &len);
    prove_close(&log);
    return r.code;
}

static void a_changed_tile_or_entry_proves_nothing(void **state)
{
    (void)state;
    flip("tile/1/000.p/2", 3); /* the first 256 leaves, as one hash */
    assert_int_equal(proved(300), GW_CORRUPT);
    assert_int_equal(grown(1, 700), GW_CORRUPT);
    flip("tile/1/000.p/2", 3);
    assert_int_equal(grown(1, 700), GW_OK);
    assert_int_equal(proved(300), GW_OK);
    flip("tile/0/001", 32 * 45);
    assert_int_equal(proved(300), GW_CORRUPT);
    flip("tile/0/001", 32 * 45);
    flip("tile/entries/000", 20);
    assert_int_equal(proved(0), GW_CORRUPT);
    assert_int_equal(proved(1), GW_OK);
    flip("tile/entries/000", 20);
    assert_int_equal(proved(0), GW_OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_log_proves_nothing),
        cmocka_unit_test(every_record_is_proved),
        cmocka_unit_test(every_growth_is_proved),
        cmocka_unit_test(a_changed_tile_or_entry_proves_nothing),
    };
    return cmocka_run_group_tests(tests, rig_folder, rig_gone);
}
