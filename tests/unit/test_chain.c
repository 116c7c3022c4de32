/* tests/unit/test_chain.c - which key counts for which size: audit/chain.h. */
#include "proxy/base/base.h"
#include "audit/chain.h"
#include "audit/disk.h"
#include "tests/unit/log_rig.h"
#include <sys/stat.h>

#define ORIGIN "bulla.example/chain"

static const struct clock real;
static char key[128];
static int fd;
static struct chain keys;

static void run(const char *command)
{
    char line[512];
    snprintf(line, sizeof line, "cd '%s' && %s", base, command);
    assert_int_equal(system(line), 0);
}

static void append(struct audit_log *log, enum record_type type)
{
    uint64_t seq = 0;
    const struct audit_record rec = {.type = type};
    assert_int_equal(audit_log_append(log, &rec, 1, &seq).code, GW_OK);
}

/* A log whose key changed twice; its keys beside it: 0.key, 1.key, 2.key. */
static int fresh(void **state)
{
    int failed = rig_memory(state);
    snprintf(key, sizeof key, "%s/log.key", base);
    struct audit_log *log =
        rig_opened((struct audit_settings){.origin = ORIGIN, .key_file = key, .clock = &real});
    run("cp log.key 0.key");
    append(log, RECORD_CONFIG_CHANGE);
    append(log, RECORD_KEY_ROTATE);
    run("cp log.key 1.key");
    append(log, RECORD_CONFIG_CHANGE);
    append(log, RECORD_KEY_ROTATE);
    run("cp log.key 2.key");
    append(log, RECORD_CONFIG_CHANGE);
    audit_log_close(log);
    fd = open(dir, O_RDONLY | O_DIRECTORY);
    assert_true(gw_ok(chain_read(fd, &keys)));
    assert_int_equal(keys.count, 3);
    return failed;
}

static int done(void **state)
{
    close(fd);
    return rig_gone(state);
}

/* What chain_open() says of a checkpoint of that size, signed by a key of a file. */
static enum gw_code opens(const char *file, const char *origin, uint64_t size)
{
    char path[160];
    struct note_signer *signer;
    struct note_checkpoint out, c = {.origin = slice_str(origin), .size = size};
    struct buf text, note;
    snprintf(path, sizeof path, "%s/%s", base, file);
    assert_true(gw_ok(note_signer_open(path, ORIGIN, false, &signer)));
    buf_init(&text, NOTE_MAX);
    buf_init(&note, NOTE_MAX);
    assert_true(gw_ok(note_checkpoint_write(&c, &text)));
    assert_true(gw_ok(note_sign(signer, buf_slice(&text), &note)));
    gw_result r = chain_open(&keys, buf_slice(&note), &out);
    assert_true(!gw_ok(r) || out.size == size);
    note_signer_free(signer);
    buf_free(&text);
    buf_free(&note);
    return r.code;
}

static void a_key_signs_in_its_time_only(void **state)
{
    const uint64_t first = keys.links[1].head.size, second = keys.links[2].head.size;
    (void)state;
    assert_true(first > 0 && second > first);
    assert_int_equal(opens("0.key", ORIGIN, 0), GW_OK);
    assert_int_equal(opens("0.key", ORIGIN, first), GW_OK); /* both signed this one */
    assert_int_equal(opens("0.key", ORIGIN, first + 1), GW_CORRUPT);
    assert_int_equal(opens("1.key", ORIGIN, first - 1), GW_CORRUPT);
    assert_int_equal(opens("1.key", ORIGIN, first), GW_OK);
    assert_int_equal(opens("1.key", ORIGIN, second), GW_OK);
    assert_int_equal(opens("1.key", ORIGIN, second + 1), GW_CORRUPT);
    assert_int_equal(opens("2.key", ORIGIN, second - 1), GW_CORRUPT);
    assert_int_equal(opens("2.key", ORIGIN, UINT32_MAX), GW_OK);
    assert_int_equal(opens("2.key", "bulla.example/other", UINT32_MAX), GW_CORRUPT);
    run("openssl genpkey -algorithm ed25519 -out 3.key 2>/dev/null && chmod 600 3.key");
    assert_int_equal(opens("3.key", ORIGIN, second), GW_NOT_FOUND);
}

static void the_newest_key_is_the_last_one(void **state)
{
    struct note_key other = keys.links[1].key;
    (void)state;
    assert_ptr_equal(chain_now(&keys), &keys.links[2].key);
    for (size_t i = 0; i < keys.count; i++)
        assert_true(chain_has(&keys, &keys.links[i].key));
    other.at[0] ^= 1;
    assert_false(chain_has(&keys, &other));
}

/* Every byte of a rotation's file is needed as it is. */
static void a_changed_rotation_adds_nothing(void **state)
{
    struct chain before = keys;
    char path[CHAIN_PATH];
    struct buf file;
    (void)state;
    before.count = 2;
    chain_path(keys.links[2].seq, path);
    buf_init(&file, CHAIN_FILE_MAX);
    assert_true(gw_ok(disk_read(fd, path, &file)));
    char *bytes = (char *)(uintptr_t)buf_slice(&file).at;
    for (size_t i = 0; i < file.len; i++) {
        struct chain c = before;
        bytes[i] = (char)(bytes[i] ^ 1);
        gw_result r = chain_add(&c, slice_of(bytes, file.len));
        bytes[i] = (char)(bytes[i] ^ 1);
        if (r.code != GW_CORRUPT || c.count != 2)
            fail_msg("byte %zu", i);
    }
    struct chain c = before;
    assert_true(gw_ok(chain_add(&c, buf_slice(&file))) && c.count == 3);
    assert_int_equal(chain_add(&c, buf_slice(&file)).code, GW_CORRUPT); /* a key comes once */
    c = before;
    c.count = 1; /* its own key is missing in between */
    assert_int_equal(chain_add(&c, buf_slice(&file)).code, GW_CORRUPT);
    for (size_t i = 1; i < CHAIN_KEYS; i++) /* it would come next, and there is no room */
        c.links[i] = before.links[1];
    c.count = CHAIN_KEYS;
    assert_int_equal(chain_add(&c, buf_slice(&file)).code, GW_CORRUPT);
    buf_free(&file);
}

/* No rotation is passed over, whatever it is called. */
static void names_are_the_records_or_refused(void **state)
{
    struct chain c;
    char line[300], path[CHAIN_PATH];
    (void)state;
    run("cp -r audit kept && touch audit/rotate/00000000000000000009.tlog-proof.tmp");
    assert_true(gw_ok(chain_read(fd, &c)) && c.count == 3);
    static const char *const names[] = {"x", "9.tlog-proof", "00000000000000000009.tlog-proo",
                                        "00000000000000000009.tlog-proof"};
    for (size_t i = 0; i < GW_COUNT(names); i++) {
        snprintf(line, sizeof line, "touch audit/rotate/%s", names[i]);
        run(line);
        assert_int_equal(chain_read(fd, &c).code, GW_CORRUPT);
        snprintf(line, sizeof line, "rm audit/rotate/%s", names[i]);
        run(line);
    }
    chain_path(keys.links[1].seq, path); /* one that says it is of another record */
    snprintf(line, sizeof line, "mv audit/%s audit/rotate/00000000000000000000.tlog-proof", path);
    run(line);
    assert_int_equal(chain_read(fd, &c).code, GW_CORRUPT);
    snprintf(line, sizeof line, "rm audit/rotate/00000000000000000000.tlog-proof");
    run(line); /* and without it the next one leads nowhere */
    assert_int_equal(chain_read(fd, &c).code, GW_CORRUPT);
    run("rm audit/LOG");
    assert_int_equal(chain_read(fd, &c).code, GW_NOT_FOUND);
}

static void the_newest_checkpoint_is_the_newest_keys(void **state)
{
    struct chain c = keys;
    struct note_checkpoint head;
    struct buf note;
    (void)state;
    assert_true(gw_ok(chain_checkpoint(&c, fd, &note, &head)));
    assert_true(head.size > keys.links[2].head.size);
    buf_free(&note);
    c.links[2].head.size = head.size + 1; /* it is older than the key's time */
    assert_int_equal(chain_checkpoint(&c, fd, &note, &head).code, GW_CORRUPT);
    buf_free(&note);
    c = keys;
    c.count = 2;
    assert_int_equal(chain_checkpoint(&c, fd, &note, &head).code, GW_CORRUPT);
    buf_free(&note);
    run("echo >> audit/checkpoint");
    assert_int_equal(chain_checkpoint(&keys, fd, &note, &head).code, GW_CORRUPT);
    buf_free(&note);
    run("rm audit/checkpoint");
    assert_int_equal(chain_checkpoint(&keys, fd, &note, &head).code, GW_NOT_FOUND);
    buf_free(&note);
}

/* clang-format off */
#define TEST(name) cmocka_unit_test_setup_teardown(name, fresh, done)
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_key_signs_in_its_time_only),
        TEST(the_newest_key_is_the_last_one),
        TEST(a_changed_rotation_adds_nothing),
        TEST(names_are_the_records_or_refused),
        TEST(the_newest_checkpoint_is_the_newest_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
