/* tests/unit/test_edge.c - audit/edge.h: a tree that goes on where its tiles end. */
#include "proxy/base/base.h"
#include "audit/edge.h"
#include "audit/disk.h"
#include "audit/prove.h"
#include "tests/unit/log_rig.h"
#include <fcntl.h>
#include <sys/stat.h>

static const struct clock real;
static int folder = -1;
static struct tree tree;
static struct buf bundle;

static void append(struct audit_log *log, unsigned n)
{
    const struct audit_record rec = {.type = RECORD_CONFIG_CHANGE};
    uint64_t seq;
    for (unsigned i = 0; i < n; i++)
        assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
    assert_true(gw_ok(audit_log_sync(log)) && gw_ok(audit_log_tick(log, true)));
}

static int fresh(void **state)
{
    buf_init(&bundle, 1 << 20);
    return rig_memory(state);
}

static int gone(void **state)
{
    buf_free(&bundle);
    close(folder);
    return rig_gone(state);
}

static struct tree_head head(void)
{
    struct prove p;
    assert_true(gw_ok(prove_open(dir, &p)));
    struct tree_head h = {p.head.size, p.head.root};
    prove_close(&p);
    return h;
}

static gw_result read_again(const struct tree_head *h)
{
    buf_clear(&bundle);
    return edge_read(folder, h, &tree, &bundle);
}

/* A log of a start and that many records, open. */
static struct audit_log *made(unsigned records)
{
    struct audit_log *log = rig_log(dir, &real, 0);
    append(log, records);
    folder = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(folder >= 0);
    return log;
}

static void flip(const char *path, off_t at)
{
    char c;
    int fd = openat(folder, path, O_RDWR);
    assert_int_equal(pread(fd, &c, 1, at), 1);
    c = (char)(c ^ 1);
    assert_int_equal(pwrite(fd, &c, 1, at), 1);
    close(fd);
}

static void what_gives_another_root_is_refused(void **state)
{
    static const struct {
        const char *path;
        off_t at;
    } places[] = {{"tile/0/002.p/189", 0},
                  {"tile/0/002.p/189", 188 * 32},
                  {"tile/1/000.p/2", 40},
                  {"tile/entries/002.p/189", 1},
                  {"tile/entries/002.p/189", 60}};
    struct audit_log *log = made(700);
    struct tree_head now = head(), other = now;
    (void)state;
    assert_int_equal(now.size, 701);
    for (size_t i = 0; i < GW_COUNT(places); i++) {
        assert_true(gw_ok(read_again(&now)));
        flip(places[i].path, places[i].at);
        assert_int_equal(read_again(&now).code, GW_CORRUPT);
        flip(places[i].path, places[i].at);
    }
    other.root.at[3] ^= 1;
    assert_int_equal(read_again(&other).code, GW_CORRUPT);
    assert_int_equal(unlinkat(folder, "tile/1/000.p/2", 0), 0);
    assert_int_equal(read_again(&now).code, GW_NOT_FOUND);
    audit_log_close(log);
}

static void a_tree_goes_on_as_if_it_had_never_stopped(void **state)
{
    static const unsigned sizes[] = {1, 255, 256, 257, 512, 600};
    struct audit_log *log = made(0);
    struct tree whole;
    (void)state;
    tree_init(&whole);
    for (size_t i = 0; i < GW_COUNT(sizes); i++) {
        struct tree_head now = head();
        if (now.size < sizes[i])
            append(log, sizes[i] - (unsigned)now.size);
        now = head();
        assert_int_equal(now.size, sizes[i]);
        assert_true(gw_ok(read_again(&now)));
        assert_int_equal(tree.size, sizes[i]);
        assert_true((buf_slice(&bundle).len > 0) == (sizes[i] % 256 != 0));
        for (uint64_t seq = sizes[i]; seq < 700; seq++) { /* leaves of no log, in both */
            struct digest d = {{(unsigned char)seq}};
            assert_true(gw_ok(tree_add(&tree, &d, NULL)));
        }
    }
    audit_log_close(log);
}

/* Between two checkpoints the partial tiles of the first may go, when there are full ones. */
static void a_full_tile_stands_for_its_partial_one(void **state)
{
    struct audit_log *log = made(99);
    struct tree_head before = head();
    (void)state;
    append(log, 300);
    struct stat st;
    assert_true(fstatat(folder, "tile/0/000.p/100", &st, 0) != 0);
    assert_true(gw_ok(read_again(&before)));
    struct digest root = tree_root(&tree);
    assert_memory_equal(root.at, before.root.at, sizeof root.at);
    flip("tile/entries/000", 30);
    assert_int_equal(read_again(&before).code, GW_CORRUPT);
    audit_log_close(log);
}

static void an_entry_is_held_against_its_tile(void **state)
{
    struct audit_log *log = made(300);
    struct edge_leaves leaves = {.dir = folder, .size = 301};
    struct tree_head now = head();
    (void)state;
    assert_true(gw_ok(read_again(&now)));
    struct slice rest = buf_slice(&bundle); /* from 256 on */
    for (uint64_t seq = 256; seq < 301; seq++) {
        size_t len = (size_t)(unsigned char)rest.at[0] << 8 | (unsigned char)rest.at[1];
        struct slice entry = slice_cut(rest, 2, 2 + len);
        assert_true(gw_ok(edge_has(&leaves, seq, entry)));
        assert_int_equal(edge_has(&leaves, seq - 1, entry).code, GW_CORRUPT);
        rest = slice_from(rest, 2 + len);
    }
    assert_int_equal(unlinkat(folder, "tile/0/000", 0), 0);
    leaves.has_tile = false;
    assert_int_equal(edge_has(&leaves, 3, SLICE_LIT("{}")).code, GW_NOT_FOUND);
    audit_log_close(log);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_gives_another_root_is_refused, fresh, gone),
        cmocka_unit_test_setup_teardown(a_tree_goes_on_as_if_it_had_never_stopped, fresh, gone),
        cmocka_unit_test_setup_teardown(a_full_tile_stands_for_its_partial_one, fresh, gone),
        cmocka_unit_test_setup_teardown(an_entry_is_held_against_its_tile, fresh, gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
