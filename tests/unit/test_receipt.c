/* tests/unit/test_receipt.c - audit/receipt.h: any other text than a C2SP tlog-proof is refused. */
#include "proxy/base/base.h"
#include "audit/receipt.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define HASH "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
#define HEAD "c2sp.org/tlog-proof@v1\n"

static enum gw_code read(const char *text)
{
    struct receipt r;
    return receipt_read(slice_str(text), &r).code;
}

static void what_is_no_proof_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "c2sp.org/tlog-proof@v1",
        HEAD,
        HEAD "index 1\n",
        HEAD "index 1\n\n",
        HEAD "index 01\n\nnote",
        HEAD "index -1\n\nnote",
        HEAD "index \n\nnote",
        HEAD "index 18446744073709551616\n\nnote",
        HEAD "extra AA==\n\nnote",
        HEAD "index 1\nextra AA==\n\nnote",
        HEAD "index 1\nAAEC\n\nnote",
        HEAD "index 1\n" HASH "note",
        "c2sp.org/tlog-proof@v2\nindex 1\n\nnote",
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        if (read(bad[i]) != GW_BAD)
            fail_msg("taken: %s", bad[i]);
}

static void too_many_hashes_are_refused(void **state)
{
    char text[8192] = HEAD "index 1\n";
    (void)state;
    size_t at = strlen(text);
    for (int i = 0; i <= TREE_PROOF; i++, at += strlen(HASH))
        memcpy(text + at, HASH, sizeof HASH);
    memcpy(text + at, "\nnote", sizeof "\nnote");
    assert_int_equal(read(text), GW_BAD);
}

static void what_is_no_growth_is_refused(void **state)
{
    static const char *const bad[] = {
        "",
        "old 1",
        "old 1\n",
        "old 1\n\n",
        "new 1\n\nnote",
        "old 01\n\nnote",
        "old 1\nAAEC\n\nnote",
        "old 1\n" HASH "note",
    };
    static char text[8192];
    struct receipt_growth g;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        if (receipt_growth_read(slice_str(bad[i]), &g).code != GW_BAD)
            fail_msg("taken: %s", bad[i]);
    for (size_t hashes = TREE_PROOF - 1; hashes <= TREE_PROOF; hashes++) { /* C2SP: at most 63 */
        size_t n = (size_t)snprintf(text, sizeof text, "old 7\n");
        for (size_t i = 0; i < hashes; i++)
            n += (size_t)snprintf(text + n, sizeof text - n, HASH);
        snprintf(text + n, sizeof text - n, "\nnote\n");
        gw_result r = receipt_growth_read(slice_str(text), &g);
        assert_int_equal(r.code, hashes < TREE_PROOF ? GW_OK : GW_BAD);
        if (gw_ok(r))
            assert_true(g.old == 7 && g.len == hashes && slice_is(g.note, SLICE_LIT("note\n")));
    }
}

static void a_proof_is_read(void **state)
{
    struct receipt r;
    (void)state;
    assert_int_equal(
        receipt_read(SLICE_LIT(HEAD "extra AA==\nindex 7\n" HASH HASH "\nnote\n"), &r).code, GW_OK);
    assert_true(slice_is(r.extra, SLICE_LIT("AA==")));
    assert_int_equal(r.index, 7);
    assert_int_equal(r.len, 2);
    assert_int_equal(r.path[1].at[31], 31);
    assert_true(slice_is(r.note, SLICE_LIT("note\n")));
    assert_int_equal(receipt_read(SLICE_LIT(HEAD "index 0\n\nn"), &r).code, GW_OK);
    assert_int_equal(r.len, 0);
    assert_int_equal(r.extra.len, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_proof_is_refused),
        cmocka_unit_test(too_many_hashes_are_refused),
        cmocka_unit_test(what_is_no_growth_is_refused),
        cmocka_unit_test(a_proof_is_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
