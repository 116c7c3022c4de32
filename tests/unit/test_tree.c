/* tests/unit/test_tree.c - audit/tree.h against RFC 6962's vectors and a tree made the plain way.
 */
#include "proxy/base/base.h"
#include "audit/tree.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

enum { MOST = 1025 };
static struct digest leaves[MOST];

/* RFC 6962 section 2.1, word for word. */
static struct digest naive(const struct digest *at, size_t n)
{
    if (n == 1)
        return at[0];
    size_t k = 1;
    while (k * 2 < n)
        k *= 2;
    struct digest l = naive(at, k), r = naive(at + k, n - k);
    return tree_node(&l, &r);
}

static void assert_hex(struct digest d, const char *hex)
{
    char text[65];
    secret_hex(d.at, sizeof d.at, text);
    assert_string_equal(text, hex);
}

/* From certificate-transparency's merkletree tests, which RFC 6962 implementations share. */
static void the_known_roots_come_out(void **state)
{
    static const struct slice entries[] = {
        {"", 0},
        {"\x00", 1},
        {"\x10", 1},
        {"\x20\x21", 2},
        {"\x30\x31", 2},
        {"\x40\x41\x42\x43", 4},
        {"\x50\x51\x52\x53\x54\x55\x56\x57", 8},
        {"\x60\x61\x62\x63\x64\x65\x66\x67\x68\x69\x6a\x6b\x6c\x6d\x6e\x6f", 16}};
    static const char *const roots[] = {
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    struct tree t;
    (void)state;
    tree_init(&t);
    assert_hex(tree_root(&t), roots[0]);
    for (size_t i = 0; i < GW_COUNT(entries); i++) {
        struct digest d = tree_leaf(entries[i]);
        assert_true(gw_ok(tree_add(&t, &d, NULL)));
        assert_hex(tree_root(&t), roots[i + 1]);
    }
}

static void each_size_has_the_plain_root(void **state)
{
    struct tree t;
    (void)state;
    tree_init(&t);
    for (size_t i = 0; i < MOST; i++) {
        leaves[i] = tree_leaf(slice_of(&i, sizeof i));
        assert_true(gw_ok(tree_add(&t, &leaves[i], NULL)));
        struct digest a = tree_root(&t), b = naive(leaves, i + 1);
        assert_memory_equal(a.at, b.at, sizeof a.at);
    }
}

static void a_path_proves_its_entry_and_no_other(void **state)
{
    static const size_t sizes[] = {1, 2, 3, 7, 8, 255, 256, 257, 300};
    struct digest proof[TREE_PROOF];
    size_t len;
    (void)state;
    assert_int_equal(tree_prove(leaves, 3, 3, proof, &len).code, GW_NOT_FOUND);
    for (size_t s = 0; s < GW_COUNT(sizes); s++) {
        struct digest root = naive(leaves, sizes[s]);
        for (size_t i = 0; i < sizes[s]; i += 1 + sizes[s] / 9) {
            assert_true(gw_ok(tree_prove(leaves, sizes[s], i, proof, &len)));
            assert_true(tree_is_included(&leaves[i], i, sizes[s], proof, len, &root));
            assert_false(tree_is_included(&leaves[i + 1], i, sizes[s], proof, len, &root));
            if (len > 0)
                assert_false(tree_is_included(&leaves[i], i, sizes[s], proof, len - 1, &root));
        }
    }
}

static struct digest of_hex(const char *hex)
{
    struct digest d;
    for (size_t i = 0; i < sizeof d.at; i++) {
        unsigned byte;
        assert_int_equal(sscanf(hex + 2 * i, "%2x", &byte), 1);
        d.at[i] = (unsigned char)byte;
    }
    return d;
}

/* From certificate-transparency's merkletree tests, over the entries above. */
static void the_known_consistency_proofs_hold(void **state)
{
    static const char *const roots[] = {
        [1] = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        [2] = "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        [5] = "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        [6] = "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        [8] = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};
    static const struct {
        unsigned from, to, len;
        const char *path[3];
    } known[] = {
        {1,
         8,
         3,
         {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
          "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"}},
        {6,
         8,
         3,
         {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
          "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
          "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7"}},
        {2,
         5,
         2,
         {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
          "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b"}},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(known); i++) {
        struct digest path[3] = {{{0}}};
        for (unsigned j = 0; j < known[i].len; j++)
            path[j] = of_hex(known[i].path[j]);
        const struct tree_head old = {known[i].from, of_hex(roots[known[i].from])};
        const struct tree_head new = {known[i].to, of_hex(roots[known[i].to])};
        assert_true(tree_is_consistent(&old, &new, path, known[i].len));
        assert_false(tree_is_consistent(&new, &old, path, known[i].len));
        assert_false(tree_is_consistent(&old, &new, path, known[i].len - 1));
        path[0].at[31] ^= 1;
        assert_false(tree_is_consistent(&old, &new, path, known[i].len));
    }
}

/* RFC 9162 section 2.1.4.1, word for word; returns how many hashes. */
static size_t subproof(const struct digest *at, size_t m, size_t n, bool is_whole,
                       struct digest *out)
{
    if (m == n) {
        if (!is_whole)
            out[0] = naive(at, n);
        return is_whole ? 0 : 1;
    }
    size_t k = 1, len;
    while (k * 2 < n)
        k *= 2;
    if (m <= k) {
        len = subproof(at, m, k, is_whole, out);
        out[len] = naive(at + k, n - k);
    } else {
        len = subproof(at + k, m - k, n - k, false, out);
        out[len] = naive(at, k);
    }
    return len + 1;
}

static void growth_is_proved_and_nothing_else(void **state)
{
    struct digest path[TREE_PROOF];
    (void)state;
    for (size_t n = 1; n <= 66; n++)
        for (size_t m = 1; m <= n; m++) {
            const struct tree_head new = {n, naive(leaves, n)};
            struct tree_head old = {m, naive(leaves, m)};
            size_t len = subproof(leaves, m, n, true, path);
            assert_true(tree_is_consistent(&old, &new, path, len));
            assert_false(tree_is_consistent(&old, &new, path, len + 1));
            if (len > 0)
                assert_false(tree_is_consistent(&old, &new, path, len - 1));
            for (size_t i = 0; i < len; i++) {
                path[i].at[i % 32] ^= 4;
                assert_false(tree_is_consistent(&old, &new, path, len));
                path[i].at[i % 32] ^= 4;
            }
            old.root = naive(leaves + 1, m);
            assert_false(tree_is_consistent(&old, &new, path, len));
        }
    const struct tree_head none = {0, {{0}}}, one = {1, leaves[0]};
    assert_true(tree_is_consistent(&none, &one, path, 0));
    assert_false(tree_is_consistent(&none, &one, path, 1));
    assert_false(tree_is_consistent(&one, &none, path, 0));
}

static void paths_are_those_of_tlog_tiles(void **state)
{
    char path[TREE_PATH];
    (void)state;
    tree_path(0, 1234067, TREE_WIDTH, path);
    assert_string_equal(path, "tile/0/x001/x234/067");
    tree_path(1, 0, 5, path);
    assert_string_equal(path, "tile/1/000.p/5");
    tree_path(TREE_ENTRIES, 1000, 255, path);
    assert_string_equal(path, "tile/entries/x001/000.p/255");
}

/* By golang.org/x/mod/sumdb/tlog v0.40.0 (StoredHashes, TreeHash), of entries that are their own
 * numbers in decimal. */
static void the_roots_of_large_trees_are_those_of_go(void **state)
{
    static const struct {
        unsigned size;
        const char *root;
    } known[] = {{1025, "ba9b10a0d60d30dbfdff3c0bbd42e01be43185aade36ec0f7d720275efaf102b"},
                 {65535, "74f13a0e1a75689372efb990cf68c664e44c763d9304844955b2eaff624e8df1"},
                 {65536, "f025d06ed804859fd274a1bdacadd6e48ea87634aa91e1edb20143f9498cd02b"},
                 {65537, "dc8795a25fd4bd52a0b84f639fd3139ba160824023d188e428eb5db0f3ce221a"}};
    struct tree t;
    size_t at = 0;
    (void)state;
    tree_init(&t);
    for (unsigned i = 0; i < known[GW_COUNT(known) - 1].size; i++) {
        char text[16];
        snprintf(text, sizeof text, "%u", i);
        struct digest d = tree_leaf(slice_str(text));
        assert_true(gw_ok(tree_add(&t, &d, NULL)));
        if (t.size == known[at].size)
            assert_hex(tree_root(&t), known[at++].root);
    }
    assert_int_equal(at, GW_COUNT(known));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_roots_come_out),
        cmocka_unit_test(the_roots_of_large_trees_are_those_of_go),
        cmocka_unit_test(each_size_has_the_plain_root),
        cmocka_unit_test(a_path_proves_its_entry_and_no_other),
        cmocka_unit_test(the_known_consistency_proofs_hold),
        cmocka_unit_test(growth_is_proved_and_nothing_else),
        cmocka_unit_test(paths_are_those_of_tlog_tiles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
