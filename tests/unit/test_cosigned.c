/* tests/unit/test_cosigned.c - audit/cosigned.h: what covers a record, and what does not. */
#include "proxy/base/base.h"
#include "audit/cosigned.h"
#include "audit/disk.h"
#include "audit/note.h"
#include "tests/unit/log_rig.h"

static const struct clock real;
static struct note_signer *ours, *witness, *stranger;
static char policy[NOTE_VKEY + 40];
static int at;

static int begin(void **state)
{
    char path[160], vkey[NOTE_VKEY];
    struct note_key key;
    int failed = rig_memory(state);
    audit_log_close(rig_log(dir, &real, 0));
    at = open(dir, O_RDONLY | O_DIRECTORY);
    snprintf(path, sizeof path, "%s.pem", dir);
    assert_true(gw_ok(note_signer_open(path, "bulla.example/node1", false, &ours)));
    snprintf(path, sizeof path, "%s/witness", base);
    assert_true(gw_ok(note_signer_open(path, "w.example", true, &witness)));
    snprintf(path, sizeof path, "%s/stranger", base);
    assert_true(gw_ok(note_signer_open(path, "w.example", true, &stranger)));
    note_signer_witness(witness, &key);
    note_vkey_write(&key, vkey);
    snprintf(policy, sizeof policy, "witness w %s\nquorum w\n", vkey);
    return failed;
}

static int end(void **state)
{
    note_signer_free(ours);
    note_signer_free(witness);
    note_signer_free(stranger);
    close(at);
    return rig_gone(state);
}

/* A checkpoint of that size, signed by the log (or not) and by somebody, under that name. */
static void keep(uint64_t size, const struct note_signer *log, const struct note_signer *by,
                 const char *name)
{
    const struct note_checkpoint c = {.origin = SLICE_LIT("bulla.example/node1"), .size = size};
    struct buf text, note;
    buf_init(&text, NOTE_MAX);
    buf_init(&note, NOTE_MAX);
    assert_true(gw_ok(note_checkpoint_write(&c, &text)));
    assert_true(gw_ok(note_sign(log, buf_slice(&text), &note)));
    assert_true(gw_ok(note_cosign(by, 1700000000, buf_slice(&text), &note)));
    assert_true(gw_ok(disk_write(at, name, buf_slice(&note))));
    buf_free(&text);
    buf_free(&note);
}

static void write_policy(const char *text)
{
    assert_true(gw_ok(disk_write(at, COSIGNED_FILE, slice_str(text))));
}

static void only_with_the_file_anybody_is_asked(void **state)
{
    (void)state;
    assert_false(cosigned_is_asked(at));
    assert_false(cosigned_covers(at, 0)); /* nobody has cosigned anything */
    write_policy(policy);
    assert_true(cosigned_is_asked(at));
    assert_false(cosigned_covers(at, 0));
}

static void a_larger_checkpoint_of_the_quorum_covers_it(void **state)
{
    (void)state;
    write_policy(policy);
    keep(7, ours, witness, "anchor/7.witnessed.checkpoint");
    assert_true(cosigned_covers(at, 6));
    assert_false(cosigned_covers(at, 7));
    keep(9, ours, witness, "anchor/9.witnessed.checkpoint");
    assert_true(cosigned_covers(at, 7) && cosigned_covers(at, 8));
    assert_false(cosigned_covers(at, 9));
}

static void strangers_and_larger_names_cover_nothing(void **state)
{
    (void)state;
    write_policy(policy);
    keep(9, ours, stranger, "anchor/9.witnessed.checkpoint");
    assert_false(cosigned_covers(at, 5));
    keep(7, ours, witness, "anchor/30.witnessed.checkpoint"); /* the name is not what was signed */
    assert_true(cosigned_covers(at, 6));
    assert_false(cosigned_covers(at, 7));
    keep(40, stranger, witness, "anchor/40.witnessed.checkpoint"); /* no head of this log */
    assert_false(cosigned_covers(at, 7));
}

static void what_is_no_policy_is_met_by_nobody(void **state)
{
    (void)state;
    keep(7, ours, witness, "anchor/7.witnessed.checkpoint");
    write_policy("nonsense\n");
    assert_true(cosigned_is_asked(at));
    assert_false(cosigned_covers(at, 0));
    write_policy("");
    assert_false(cosigned_covers(at, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(only_with_the_file_anybody_is_asked, begin, end),
        cmocka_unit_test_setup_teardown(a_larger_checkpoint_of_the_quorum_covers_it, begin, end),
        cmocka_unit_test_setup_teardown(strangers_and_larger_names_cover_nothing, begin, end),
        cmocka_unit_test_setup_teardown(what_is_no_policy_is_met_by_nobody, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
