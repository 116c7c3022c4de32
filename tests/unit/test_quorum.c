/* tests/unit/test_quorum.c - audit/quorum.h: what is no tlog-policy is refused, k of n is k of n.
 */
#include "proxy/base/base.h"
#include "audit/quorum.h"
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

enum { WITNESSES = 4 };
static char base[64], vkeys[WITNESSES][NOTE_VKEY], log_vkey[NOTE_VKEY];
static struct note_signer *signers[WITNESSES], *stranger;
static const struct slice text = {"example.org/log\n7\nAAAA\n", 23};

static int fresh(void **state)
{
    char path[128], name[32];
    struct note_key key;
    (void)state;
    snprintf(base, sizeof base, "/tmp/bulla-quorum-XXXXXX");
    assert_non_null(mkdtemp(base));
    for (size_t i = 0; i < WITNESSES; i++) {
        snprintf(path, sizeof path, "%s/%zu", base, i);
        snprintf(name, sizeof name, "w%zu.example", i);
        assert_true(gw_ok(note_signer_open(path, name, true, &signers[i])));
        note_signer_witness(signers[i], &key);
        note_vkey_write(&key, vkeys[i]);
    }
    snprintf(path, sizeof path, "%s/stranger", base);
    assert_true(gw_ok(note_signer_open(path, "w0.example", true, &stranger)));
    note_vkey_write(note_signer_key(stranger), log_vkey);
    return 0;
}

static int gone(void **state)
{
    char line[96];
    (void)state;
    for (size_t i = 0; i < WITNESSES; i++)
        note_signer_free(signers[i]);
    note_signer_free(stranger);
    snprintf(line, sizeof line, "rm -rf %s", base);
    return system(line);
}

/* W0 to W3 in the text are the witnesses' vkeys, LOG the log's. */
static enum gw_code parse(const char *policy, struct buf *room, struct quorum *q, size_t *line)
{
    buf_clear(room);
    for (const char *p = policy; *p != '\0'; p++) {
        if (p[0] == 'W' && p[1] >= '0' && p[1] < '0' + WITNESSES)
            buf_put_str(room, vkeys[*++p - '0']);
        else if (strncmp(p, "LOG", 3) == 0) {
            buf_put_str(room, log_vkey);
            p += 2;
        } else
            assert_true(gw_ok(buf_add_byte(room, *p)));
    }
    return quorum_read(buf_slice(room), q, line).code;
}

static void what_is_no_policy_is_refused(void **state)
{
    static const struct {
        size_t line;
        const char *policy;
    } bad[] = {
        {0, ""},
        {1, "quorum none"},
        {1, "quorum a\n"},
        {2, "quorum none\nquorum none\n"},
        {1, "witness a W0 http://x y\nquorum a\n"},
        {1, "witness a LOG\nquorum a\n"},
        {1, "witness none W0\nquorum none\n"},
        {1, "log W0\nquorum none\n"},
        {2, "log LOG\nlog LOG\nquorum none\n"},
        {2, "witness a W0\nwitness b W0\nquorum a\n"},
        {2, "witness a W0\nwitness a W1\nquorum a\n"},
        {2, "witness a W0\ngroup g 2 a\nquorum g\n"},
        {2, "witness a W0\ngroup g 0 a\nquorum g\n"},
        {2, "witness a W0\ngroup g 01 a\nquorum g\n"},
        {2, "witness a W0\ngroup g all\nquorum g\n"},
        {2, "witness a W0\ngroup g any b\nquorum g\n"},
        {2, "witness a W0\ngroup g any a a\nquorum g\n"},
        {3, "witness a W0\ngroup g any a\ngroup h any a\nquorum g\n"},
        {1, "grou\001p\nquorum none\n"},
        {1, "# a\177\nquorum none\n"},
        {1, "allow all\nquorum none\n"},
        {1, "witness a W0\n"},
    };
    struct buf room;
    struct quorum q;
    size_t line;
    (void)state;
    buf_init(&room, QUORUM_FILE_MAX);
    for (size_t i = 0; i < GW_COUNT(bad); i++)
        if (parse(bad[i].policy, &room, &q, &line) != GW_BAD || line != bad[i].line)
            fail_msg("taken, or line %zu: %s", line, bad[i].policy);
    buf_free(&room);
}

/* A note that these witnesses cosigned, by the bits of `who`. */
static void cosigned(unsigned who, struct buf *note)
{
    buf_clear(note);
    buf_put(note, text);
    buf_put_str(note, "\n");
    assert_true(gw_ok(note_sign_too(stranger, text, note)));
    for (size_t i = 0; i < WITNESSES; i++)
        if ((who >> i & 1) != 0)
            assert_true(gw_ok(note_cosign(signers[i], 1700000000 + i, text, note)));
}

static void groups_are_counted(void **state)
{
    static const char policy[] =
        "# three organisations\n\nlog LOG\n witness a W0 http://127.0.0.1:1\nwitness b\tW1\n"
        "witness c W2\nwitness d W3\ngroup abc 2 a b c\ngroup top all abc d\nquorum top\n";
    struct buf room, note;
    struct quorum q;
    size_t line, count;
    (void)state;
    buf_init(&room, QUORUM_FILE_MAX);
    buf_init(&note, NOTE_MAX);
    assert_int_equal(parse(policy, &room, &q, &line), GW_OK);
    assert_int_equal(q.log_count, 1);
    assert_true(slice_is(q.nodes[0].url, SLICE_LIT("http://127.0.0.1:1")));
    for (unsigned who = 0; who < 16; who++) {
        unsigned bits = (unsigned)__builtin_popcount(who & 7);
        cosigned(who, &note);
        assert_int_equal(quorum_is_met(&q, buf_slice(&note), &count), bits >= 2 && who >= 8);
        assert_int_equal(count, (unsigned)__builtin_popcount(who));
    }
    assert_int_equal(
        parse("witness a W0\nwitness b W1\ngroup g any a b\nquorum g\n", &room, &q, &line), GW_OK);
    for (unsigned who = 0; who < 4; who++) {
        cosigned(who, &note);
        assert_int_equal(quorum_is_met(&q, buf_slice(&note), NULL), who > 0);
    }
    assert_int_equal(parse("quorum none\n", &room, &q, &line), GW_OK);
    assert_true(quorum_is_met(&q, buf_slice(&note), NULL));
    buf_free(&room);
    buf_free(&note);
}

/* So many nodes and logs, and not one more; a comment may be longer than any rule. */
static void a_policy_has_a_bound(void **state)
{
    static const char *const ends[] = {"quorum a\n", "witness b W1\nquorum a\n",
                                       "group h any g0\nquorum a\n"};
    static char policy[65536];
    struct buf room;
    struct quorum q;
    size_t line, n = 0;
    (void)state;
    buf_init(&room, 1 << 20);
    n += (size_t)snprintf(policy, sizeof policy, "#");
    for (unsigned i = 0; i < 2 * QUORUM_NODES; i++)
        n += (size_t)snprintf(policy + n, sizeof policy - n, " word");
    n += (size_t)snprintf(policy + n, sizeof policy - n, "\nwitness a W0\n");
    for (unsigned i = 0; i + 2 < QUORUM_NODES; i++)
        n += (size_t)snprintf(policy + n, sizeof policy - n,
                              i == 0 ? "group g0 any a\n" : "group g%u any g%u\n", i, i - 1);
    for (size_t more = 0; more < 2; more++) { /* there is room for one node, and then for none */
        for (size_t i = 0; i < GW_COUNT(ends); i++) {
            snprintf(policy + n, sizeof policy - n, "%s", ends[i]);
            if (i == 2)
                snprintf(policy + n, sizeof policy - n, "group h any g%u\nquorum a\n",
                         QUORUM_NODES - 3 + (unsigned)more);
            assert_int_equal(parse(policy, &room, &q, &line),
                             more == 0 || i == 0 ? GW_OK : GW_TOO_BIG);
        }
        n += (size_t)snprintf(policy + n, sizeof policy - n, "group g%u any g%u\n",
                              QUORUM_NODES - 2, QUORUM_NODES - 3);
    }
    n = 0;
    for (unsigned i = 0; i <= QUORUM_LOGS; i++) {
        char path[128], vkey[NOTE_VKEY];
        struct note_signer *log;
        snprintf(path, sizeof path, "%s/log%u", base, i);
        assert_true(gw_ok(note_signer_open(path, "log.example", true, &log)));
        note_vkey_write(note_signer_key(log), vkey);
        note_signer_free(log);
        if (i == QUORUM_LOGS) {
            snprintf(policy + n, sizeof policy - n, "quorum none\n");
            assert_true(gw_ok(quorum_read(slice_str(policy), &q, &line)));
        }
        n += (size_t)snprintf(policy + n, sizeof policy - n, "log %s\n", vkey);
    }
    snprintf(policy + n, sizeof policy - n, "quorum none\n");
    assert_int_equal(quorum_read(slice_str(policy), &q, &line).code, GW_TOO_BIG);
    buf_free(&room);
}

static void only_what_the_witness_signed_is_taken(void **state)
{
    struct buf room, answer, out;
    struct quorum q;
    size_t line;
    (void)state;
    buf_init(&room, QUORUM_FILE_MAX);
    buf_init(&answer, NOTE_MAX);
    buf_init(&out, NOTE_MAX);
    assert_int_equal(parse("witness a W0\nquorum a\n", &room, &q, &line), GW_OK);
    assert_true(gw_ok(note_cosign(stranger, 1, text, &answer)));   /* the name, another key */
    assert_true(gw_ok(note_cosign(signers[1], 1, text, &answer))); /* another witness */
    assert_true(gw_ok(note_sign_too(signers[0], text, &answer)));  /* as a log would */
    assert_true(gw_ok(note_cosign(signers[0], 1, SLICE_LIT("x\n"), &answer))); /* another text */
    buf_put_str(&answer, "no line at all");
    assert_int_equal(quorum_take(&q.nodes[0], text, buf_slice(&answer), &out).code, GW_NOT_FOUND);
    assert_int_equal(buf_slice(&out).len, 0);
    buf_clear(&answer);
    assert_true(gw_ok(note_cosign(signers[1], 1, text, &answer)));
    assert_true(gw_ok(note_cosign(signers[0], 7, text, &answer)));
    assert_int_equal(quorum_take(&q.nodes[0], text, buf_slice(&answer), &out).code, GW_OK);
    assert_true(slice_has_suffix(buf_slice(&answer), buf_slice(&out)));
    assert_int_not_equal(slice_find_byte(buf_slice(&out), '\n'), SIZE_MAX);
    size_t one = out.len;
    for (unsigned i = 0; i < 9; i++) /* and of one witness no more than a few */
        assert_true(gw_ok(note_cosign(signers[0], 7, text, &answer)));
    buf_clear(&out);
    assert_int_equal(quorum_take(&q.nodes[0], text, buf_slice(&answer), &out).code, GW_OK);
    assert_int_equal(out.len, 4 * one);
    buf_free(&room);
    buf_free(&answer);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_policy_is_refused),
        cmocka_unit_test(groups_are_counted),
        cmocka_unit_test(a_policy_has_a_bound),
        cmocka_unit_test(only_what_the_witness_signed_is_taken),
    };
    return cmocka_run_group_tests(tests, fresh, gone);
}
