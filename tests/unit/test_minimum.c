/* tests/unit/test_minimum.c - audit/minimum.h: the first entry that is left, however many bundles
 * went. */
#include "proxy/base/base.h"
#include "audit/minimum.h"
#include "audit/disk.h"
#include "audit/tree.h"
#include "tests/unit/folder_rig.h"

#include <fcntl.h>

enum { BUNDLES = 9, SIZE = BUNDLES * TREE_WIDTH + 7 }; /* the last one is not full */

static void lay_from(int dir, uint64_t first)
{
    char path[TREE_PATH];
    assert_int_equal(system("rm -rf tile"), 0);
    for (uint64_t i = first; i < BUNDLES; i++) {
        tree_path(TREE_ENTRIES, i, TREE_WIDTH, path);
        assert_true(gw_ok(disk_write(dir, path, SLICE_LIT("entries"))));
    }
}

static void it_is_found_whatever_is_gone(void **state)
{
    int dir = open(".", O_RDONLY | O_DIRECTORY);
    (void)state;
    for (uint64_t first = 0; first <= BUNDLES; first++) {
        lay_from(dir, first);
        assert_int_equal(minimum_index(dir, SIZE, SIZE), first * TREE_WIDTH);
    }
    close(dir);
}

static void it_is_no_more_than_was_asked(void **state)
{
    int dir = open(".", O_RDONLY | O_DIRECTORY);
    (void)state;
    lay_from(dir, 4);
    assert_int_equal(minimum_index(dir, SIZE, 6 * TREE_WIDTH), 4 * TREE_WIDTH);
    assert_int_equal(minimum_index(dir, SIZE, 4 * TREE_WIDTH + 5), 4 * TREE_WIDTH);
    assert_int_equal(minimum_index(dir, SIZE, 3 * TREE_WIDTH), 3 * TREE_WIDTH);
    assert_int_equal(minimum_index(dir, 2 * TREE_WIDTH, SIZE), 2 * TREE_WIDTH);
    assert_int_equal(minimum_index(dir, TREE_WIDTH - 1, SIZE), 0);
    close(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_found_whatever_is_gone),
        cmocka_unit_test(it_is_no_more_than_was_asked),
    };
    return cmocka_run_group_tests(tests, folder_begin, folder_end);
}
