/* tests/unit/test_integrate.c - leaves become bundles, tiles and a checkpoint: audit/integrate.h.
 */
#include "proxy/base/base.h"
#include "audit/disk.h"
#include "audit/integrate.h"
#include "audit/prove.h"
#include "tests/unit/log_rig.h"
#include <sys/stat.h>

static const struct clock real;

/* Bytes of a file of the log; -1: it is not there. */
static long bytes_of(unsigned level, uint64_t index, unsigned width)
{
    char name[TREE_PATH], path[300];
    struct stat st;
    tree_path(level, index, width, name);
    snprintf(path, sizeof path, "%s/%s", dir, name);
    return stat(path, &st) == 0 ? (long)st.st_size : -1;
}

static void append(struct audit_log *log, uint64_t until)
{
    uint64_t seq;
    const struct audit_record rec = {.type = RECORD_CONFIG_CHANGE};
    do {
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
    } while (seq + 1 < until);
    assert_true(gw_ok(audit_log_sync(log)));
    assert_true(gw_ok(audit_log_tick(log, true)));
    audit_log_close(log); /* with one record more: log.stop */
}

static uint64_t signed_size(void)
{
    struct note_key key;
    uint64_t size = 0;
    assert_true(gw_ok(prove_head(dir, &key, &size)));
    return size;
}

/* At 255, 256 and 257 records: what is full, what is partial, and that the partial ones of a full
 * tile have gone. */
static void tiles_are_full_or_as_wide_as_they_are(void **state)
{
    (void)state;
    for (uint64_t n = TREE_WIDTH - 1; n <= TREE_WIDTH + 1; n++) {
        snprintf(dir, sizeof dir, "%s/%llu", base, (unsigned long long)n);
        append(rig_log(dir, &real, 0), n - 1);
        assert_int_equal(signed_size(), n);
        unsigned width = (unsigned)(n % TREE_WIDTH);
        assert_int_equal(bytes_of(0, 0, TREE_WIDTH), n >= TREE_WIDTH ? 256 * 32 : -1);
        assert_int_equal(bytes_of(TREE_ENTRIES, 0, TREE_WIDTH) > 0, n >= TREE_WIDTH);
        if (n < TREE_WIDTH)
            assert_int_equal(bytes_of(0, 0, width), (long)width * 32);
        if (n > TREE_WIDTH) {
            assert_int_equal(bytes_of(0, 1, width), (long)width * 32);
            assert_true(bytes_of(TREE_ENTRIES, 1, width) > 0);
        }
        assert_int_equal(bytes_of(1, 0, 1), n >= TREE_WIDTH ? 32 : -1);
    }
}

static void partial_tiles_go_when_the_full_one_is_there(void **state)
{
    char path[300];
    (void)state;
    append(rig_log(dir, &real, 0), 100);
    uint64_t size = signed_size();
    assert_true(bytes_of(0, 0, (unsigned)size) > 0 &&
                bytes_of(TREE_ENTRIES, 0, (unsigned)size) > 0);
    append(rig_log(dir, &real, 0), 300);
    snprintf(path, sizeof path, "%s/tile/0/000.p", dir);
    assert_int_not_equal(access(path, F_OK), 0);
    snprintf(path, sizeof path, "%s/tile/entries/000.p", dir);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_int_equal(bytes_of(0, 0, TREE_WIDTH), 256 * 32);
}

/* --- what the signer keeps -------------------------------------------------------------------- */

static void write_note(const char *path, const char *text)
{
    assert_true(gw_ok(disk_write(AT_FDCWD, path, slice_str(text))));
}

#define ROOT "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="

static void the_signers_note_is_read_or_refused(void **state)
{
    static const struct {
        const char *text;
        uint64_t size;
        enum gw_code code;
    } cases[] = {
        {"o/1\n7\n" ROOT "\n", 7, GW_OK},
        {"o/1\n7\n" ROOT "\n\n\n\n\n", 7, GW_OK}, /* as long as a sector */
        {"o/1\n0\n" ROOT "\n", 0, GW_OK},
        {"", 0, GW_CORRUPT},
        {"\n\n\n", 0, GW_CORRUPT},
        {"o/1\n7\n", 0, GW_CORRUPT},
        {"o/1\n07\n" ROOT "\n", 0, GW_CORRUPT},
        {"o/1\n7\nAQEB\n", 0, GW_CORRUPT},
        {"o/1\n7\n" ROOT "\nmore\n", 0, GW_CORRUPT},
        {"o/1\n7\n" ROOT, 0, GW_CORRUPT},
    };
    struct audit_log *log = calloc(1, sizeof *log);
    (void)state;
    assert_non_null(log);
    snprintf(log->signed_path, sizeof log->signed_path, "%s/signed", base);
    assert_true(gw_ok(integrate_signed_read(log))); /* it has signed nothing */
    assert_int_equal(log->signed_size, 0);
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        log->signed_size = 99;
        write_note(log->signed_path, cases[i].text);
        gw_result r = integrate_signed_read(log);
        if (r.code != cases[i].code || log->signed_size != cases[i].size)
            fail_msg("case %zu: %d, %llu", i, r.code, (unsigned long long)log->signed_size);
        assert_true(!gw_ok(r) || log->signed_root.at[0] == 1);
    }
    free(log);
}

/* A tree that is another one at the size that was signed goes no further. */
static void another_tree_than_the_signed_one_is_refused(void **state)
{
    struct audit_log *log = calloc(1, sizeof *log);
    struct tree tree;
    struct digest d = tree_leaf(SLICE_LIT("a"));
    (void)state;
    assert_non_null(log);
    tree_init(&tree);
    assert_true(gw_ok(tree_add(&tree, &d, NULL)));
    d = tree_leaf(SLICE_LIT("b"));
    assert_true(gw_ok(tree_add(&tree, &d, NULL)));
    for (int i = 0; i < 2; i++) {
        tree_init(&log->tree);
        buf_init(&log->bundle, 1 << 16);
        log->signed_size = 2;
        log->signed_root = tree_root(&tree);
        assert_true(gw_ok(integrate_leaf(log, SLICE_LIT("a"))));
        assert_int_equal(integrate_leaf(log, i == 0 ? SLICE_LIT("b") : SLICE_LIT("c")).code,
                         i == 0 ? GW_OK : GW_CORRUPT);
        assert_true(slice_is(buf_slice(&log->bundle),
                             i == 0 ? SLICE_LIT("\0\1a\0\1b") : SLICE_LIT("\0\1a\0\1c")));
        buf_free(&log->bundle);
    }
    free(log);
}

/* clang-format off */
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_memory, rig_gone)
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(tiles_are_full_or_as_wide_as_they_are),
        TEST(partial_tiles_go_when_the_full_one_is_there),
        TEST(the_signers_note_is_read_or_refused),
        TEST(another_tree_than_the_signed_one_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
