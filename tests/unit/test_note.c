/* tests/unit/test_note.c - audit/note.h: the signed-note text's example, and what must not pass. */
#include "proxy/base/base.h"
#include "audit/note.h"
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static const char path[] = "/tmp/bulla-note-test.pem";

static struct note_signer *signer(void)
{
    struct note_signer *s = NULL;
    assert_true(gw_ok(note_signer_open(path, "example.com/log", true, &s)));
    return s;
}

static int clean(void **state)
{
    (void)state;
    (void)unlink(path);
    return 0;
}

static void other_verifier_keys_are_refused(void **state)
{
    struct note_key key;
    (void)state;
    assert_false(gw_ok(note_vkey_read(SLICE_LIT(""), &key)));
    assert_false(gw_ok(note_vkey_read(SLICE_LIT("PeterNeumann+c74f20a3"), &key)));
    assert_false(gw_ok(note_vkey_read(
        SLICE_LIT("PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), &key)));
}

/* From golang.org/x/mod/sumdb/note, which the C2SP text grew out of. */
static void a_note_of_another_maker_opens(void **state)
{
    static const char note[] =
        "If you think cryptography is the answer to your problem,\n"
        "then you don't know what your problem is.\n\n"
        "\xe2\x80\x94 PeterNeumann "
        "x08go/ZJkuBS9UG/"
        "SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
    struct note_key key;
    struct slice text;
    (void)state;
    assert_true(gw_ok(note_vkey_read(
        SLICE_LIT("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"), &key)));
    assert_true(gw_ok(note_open(slice_str(note), &key, &text)));
    assert_int_equal(text.len, 99);
}

static void no_changed_byte_of_a_note_passes(void **state)
{
    struct note_signer *s = signer();
    struct note_checkpoint c = {.origin = SLICE_LIT("example.com/log"), .size = 77};
    struct buf text, note;
    struct slice got;
    (void)state;
    buf_init(&text, 1000);
    buf_init(&note, 1000);
    assert_true(gw_ok(note_checkpoint_write(&c, &text)));
    assert_true(gw_ok(note_sign(s, buf_slice(&text), &note)));
    const struct note_key *key = note_signer_key(s);
    assert_true(gw_ok(note_open(buf_slice(&note), key, &got)));
    assert_true(slice_is(got, buf_slice(&text)));
    assert_true(gw_ok(note_checkpoint_read(got, &c)));
    assert_int_equal(c.size, 77);
    for (size_t i = 0; i < buf_slice(&note).len * 8; i++) {
        char *at = note.at + note.start + i / 8;
        *at = (char)(*at ^ (1 << (i % 8)));
        assert_false(gw_ok(note_open(buf_slice(&note), key, &got)));
        *at = (char)(*at ^ (1 << (i % 8)));
    }
    assert_false(gw_ok(note_open(slice_cut(buf_slice(&note), 0, 70), key, &got)));
    buf_free(&text);
    buf_free(&note);
    note_signer_free(s);
}

static void checkpoints_have_three_lines(void **state)
{
    struct note_checkpoint c;
    (void)state;
    assert_false(gw_ok(note_checkpoint_read(SLICE_LIT("a\n1\nAAAA\n"), &c)));
    assert_false(gw_ok(note_checkpoint_read(
        SLICE_LIT("a\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), &c)));
    assert_false(gw_ok(note_checkpoint_read(
        SLICE_LIT("a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nmore\n"), &c)));
    assert_true(gw_ok(note_checkpoint_read(
        SLICE_LIT("a\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"), &c)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_verifier_keys_are_refused),
        cmocka_unit_test(checkpoints_have_three_lines),
        cmocka_unit_test_setup_teardown(no_changed_byte_of_a_note_passes, clean, clean),
        cmocka_unit_test(a_note_of_another_maker_opens),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
