/* tests/unit/test_kept.c - audit/kept.h: what is no checkpoint of this log is not taken for one. */
#include "proxy/base/base.h"
#include "audit/kept.h"
#include "audit/disk.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

static char base[64];
static struct note_signer *ours, *stranger;
static struct chain keys;

static int fresh(void **state)
{
    char path[96];
    (void)state;
    snprintf(base, sizeof base, "/tmp/bulla-kept-XXXXXX");
    assert_non_null(mkdtemp(base));
    snprintf(path, sizeof path, "%s/key", base);
    assert_true(gw_ok(note_signer_open(path, "bulla.example/kept", true, &ours)));
    keys.count = 1;
    keys.links[0].key = *note_signer_key(ours);
    snprintf(path, sizeof path, "%s/other", base);
    assert_true(gw_ok(note_signer_open(path, "bulla.example/kept", true, &stranger)));
    return 0;
}

static int gone(void **state)
{
    char line[96];
    (void)state;
    note_signer_free(ours);
    note_signer_free(stranger);
    snprintf(line, sizeof line, "rm -rf %s", base);
    return system(line);
}

static void sign(const struct note_signer *signer, const char *name, uint64_t size, struct buf *out)
{
    const struct note_checkpoint c = {.origin = slice_str(name), .size = size};
    struct buf text;
    buf_init(&text, NOTE_MAX);
    assert_true(gw_ok(note_checkpoint_write(&c, &text)));
    assert_true(gw_ok(note_sign(signer, buf_slice(&text), out)));
    buf_free(&text);
}

static enum gw_code added(struct kept *k, const struct note_signer *signer, const char *name,
                          const char *before)
{
    struct buf note;
    buf_init(&note, NOTE_MAX);
    buf_put_str(&note, before);
    sign(signer, name, 7, &note);
    gw_result r = kept_add(k, buf_slice(&note), &keys);
    buf_free(&note);
    return r.code;
}

static void strangers_are_told_apart(void **state)
{
    struct kept k = {0};
    (void)state;
    assert_int_equal(kept_add(&k, SLICE_LIT(""), &keys).code, GW_BAD);
    assert_int_equal(kept_add(&k, SLICE_LIT("bulla.example/kept"), &keys).code, GW_BAD);
    assert_int_equal(kept_add(&k, SLICE_LIT("c2sp.org/tlog-proof@v1\n"), &keys).code, GW_BAD);
    assert_int_equal(kept_add(&k, SLICE_LIT("bulla.example/kept\n7\n"), &keys).code, GW_REFUSED);
    assert_int_equal(added(&k, stranger, "bulla.example/kept", ""), GW_REFUSED);
    assert_int_equal(added(&k, ours, "bulla.example/other", ""), GW_BAD);
    assert_int_equal(k.count, 0);
    assert_int_equal(added(&k, ours, "bulla.example/kept", ""), GW_OK);
    assert_int_equal(added(&k, ours, "bulla.example/kept", "c2sp.org/tlog-proof@v1\nindex 1\n\n"),
                     GW_OK);
    assert_int_equal(k.count, 2);
    assert_int_equal(k.heads[1].size, 7);
    kept_free(&k);
}

static void a_folder_gives_its_checkpoints_in_order(void **state)
{
    static const uint64_t sizes[] = {300, 2, 10};
    struct kept k = {0};
    struct buf note;
    char name[32];
    (void)state;
    int dir = open(base, O_RDONLY | O_DIRECTORY);
    assert_true(dir >= 0);
    buf_init(&note, NOTE_MAX);
    assert_int_equal(kept_add_dir(&k, dir, "anchor", &keys).code, GW_OK);
    assert_int_equal(k.count, 0);
    for (size_t i = 0; i < GW_COUNT(sizes); i++) {
        buf_clear(&note);
        sign(ours, "bulla.example/kept", sizes[i], &note);
        snprintf(name, sizeof name, "anchor/%u.checkpoint", (unsigned)sizes[i]);
        assert_true(gw_ok(disk_write(dir, name, buf_slice(&note))));
    }
    assert_true(gw_ok(disk_write(dir, "anchor/2.tsr", SLICE_LIT("a stamp"))));
    assert_int_equal(kept_add_dir(&k, dir, "anchor", &keys).code, GW_OK);
    kept_sort(&k);
    assert_int_equal(k.count, 3);
    assert_int_equal(k.heads[0].size, 2);
    assert_int_equal(k.heads[2].size, 300);
    assert_true(
        gw_ok(disk_write(dir, "anchor/9.checkpoint", SLICE_LIT("bulla.example/kept\n9\n"))));
    assert_int_equal(kept_add_dir(&k, dir, "anchor", &keys).code, GW_REFUSED);
    static char big[NOTE_MAX + 1];
    memset(big, 'a', sizeof big); /* too big for any: it is none */
    assert_true(gw_ok(disk_write(dir, "anchor/9.checkpoint", slice_of(big, sizeof big))));
    assert_int_equal(kept_add_dir(&k, dir, "anchor", &keys).code, GW_BAD);
    kept_free(&k);
    buf_free(&note);
    close(dir);
}

/* Where the key was changed a head was signed by both: it counts as kept. */
static void heads_under_two_keys_are_kept(void **state)
{
    static struct chain changed;
    struct kept k = {0};
    (void)state;
    changed = keys;
    assert_true(gw_ok(kept_add_chain(&k, &changed)));
    assert_int_equal(k.count, 0);
    changed.count = 3;
    changed.links[1].head.size = 40;
    changed.links[2].head.size = 90;
    assert_true(gw_ok(kept_add_chain(&k, &changed)));
    assert_int_equal(k.count, 2);
    assert_true(k.heads[0].size == 40 && k.heads[1].size == 90);
    kept_free(&k);
}

/* Of those that a quorum cosigned the newest counts, in whatever order they come. */
static void the_newest_that_meets_the_quorum_is_told(void **state)
{
    static const struct {
        uint64_t size;
        bool is_cosigned;
    } notes[] = {{5, true}, {9, true}, {7, true}, {20, false}};
    char path[96], vkey[NOTE_VKEY], policy[NOTE_VKEY + 40];
    struct note_signer *witness;
    struct note_key key;
    struct quorum quorum;
    struct kept k = {.quorum = &quorum};
    size_t line;
    (void)state;
    snprintf(path, sizeof path, "%s/witness", base);
    assert_true(gw_ok(note_signer_open(path, "w.example", true, &witness)));
    note_signer_witness(witness, &key);
    note_vkey_write(&key, vkey);
    snprintf(policy, sizeof policy, "witness w %s\nquorum w\n", vkey);
    assert_true(gw_ok(quorum_read(slice_str(policy), &quorum, &line)));
    for (size_t i = 0; i < GW_COUNT(notes); i++) {
        const struct note_checkpoint c = {.origin = SLICE_LIT("bulla.example/kept"),
                                          .size = notes[i].size};
        struct buf text, note;
        buf_init(&text, NOTE_MAX);
        buf_init(&note, NOTE_MAX);
        assert_true(gw_ok(note_checkpoint_write(&c, &text)));
        assert_true(gw_ok(note_sign(ours, buf_slice(&text), &note)));
        if (notes[i].is_cosigned)
            assert_true(gw_ok(note_cosign(witness, 1700000000, buf_slice(&text), &note)));
        assert_int_equal(kept_add(&k, buf_slice(&note), &keys).code, GW_OK);
        buf_free(&text);
        buf_free(&note);
    }
    assert_int_equal(k.count, GW_COUNT(notes));
    assert_int_equal(k.witnessed, 9);
    kept_free(&k);
    note_signer_free(witness);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(strangers_are_told_apart),
        cmocka_unit_test(a_folder_gives_its_checkpoints_in_order),
        cmocka_unit_test(heads_under_two_keys_are_kept),
        cmocka_unit_test(the_newest_that_meets_the_quorum_is_told),
    };
    return cmocka_run_group_tests(tests, fresh, gone);
}
