/* tests/unit/test_witness.c - audit/witness.h: a log that shrinks or forks is never cosigned. */
#include "proxy/base/base.h"
#include "audit/witness.h"
#include "audit/base64.h"
#include "audit/tree.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

static char base[64];
static struct note_signer *log_signer, *signer;
static struct quorum known;
static struct witness w;

static int fresh(void **state)
{
    char path[96];
    (void)state;
    snprintf(base, sizeof base, "/tmp/bulla-witness-XXXXXX");
    assert_non_null(mkdtemp(base));
    snprintf(path, sizeof path, "%s/log", base);
    assert_true(gw_ok(note_signer_open(path, "example.org/log", true, &log_signer)));
    snprintf(path, sizeof path, "%s/key", base);
    assert_true(gw_ok(note_signer_open(path, "witness.example", true, &signer)));
    known.logs[0] = *note_signer_key(log_signer);
    known.log_count = 1;
    w = (struct witness){open(base, O_RDONLY | O_DIRECTORY), signer, &known};
    return 0;
}

static int gone(void **state)
{
    char line[96];
    (void)state;
    close(w.dir);
    note_signer_free(log_signer);
    note_signer_free(signer);
    snprintf(line, sizeof line, "rm -rf %s", base);
    return system(line);
}

/* Leaf i of the log, or of a fork of it that differs from entry 3 on. */
static struct digest leaf(size_t i, bool is_fork)
{
    char text[16];
    snprintf(text, sizeof text, "%zu%s", i, is_fork && i >= 3 ? "'" : "");
    return tree_leaf(slice_str(text));
}

static struct digest root(size_t from, size_t n, bool is_fork)
{
    if (n == 1)
        return leaf(from, is_fork);
    size_t k = 1;
    while (k * 2 < n)
        k *= 2;
    struct digest l = root(from, k, is_fork), r = root(from + k, n - k, is_fork);
    return tree_node(&l, &r);
}

/* RFC 9162 section 2.1.4.1. */
static void subproof(size_t from, size_t m, size_t n, bool whole, bool is_fork, struct buf *out)
{
    char base64[BASE64_LEN(32) + 1];
    struct digest d;
    size_t k = 1;
    while (k * 2 < n)
        k *= 2;
    if (m == n) {
        if (whole)
            return;
        d = root(from, n, is_fork);
    } else if (m <= k) {
        subproof(from, m, k, whole, is_fork, out);
        d = root(from + k, n - k, is_fork);
    } else {
        subproof(from + k, m - k, n - k, false, is_fork, out);
        d = root(from, k, is_fork);
    }
    base64_write(d.at, sizeof d.at, base64);
    buf_put_str(out, base64);
    buf_put_str(out, "\n");
}

/* What a log of `size` entries says to a witness that has seen `old`. */
static unsigned told(size_t old, size_t size, bool is_fork, const char *origin, struct buf *reply)
{
    struct buf body, text;
    buf_init(&body, NOTE_MAX);
    buf_init(&text, NOTE_MAX);
    buf_clear(reply);
    assert_true(gw_ok(buf_add_format(&body, "old %zu\n", old)));
    if (old > 0 && old < size)
        subproof(0, old, size, true, is_fork, &body);
    buf_put_str(&body, "\n");
    const struct note_checkpoint c = {slice_str(origin), size, root(0, size, is_fork)};
    assert_true(gw_ok(note_checkpoint_write(&c, &text)));
    assert_true(gw_ok(note_sign(log_signer, buf_slice(&text), &body)));
    unsigned status = witness_hear(&w, buf_slice(&body), 1700000000, reply);
    if (status == 200) { /* a cosignature of that very text */
        struct note_key key;
        struct slice again;
        note_signer_witness(signer, &key);
        buf_put_str(&text, "\n");
        buf_put(&text, buf_slice(reply));
        assert_true(gw_ok(note_open(buf_slice(&text), &key, &again)));
    }
    buf_free(&body);
    buf_free(&text);
    return status;
}

#define LOG "example.org/log"

static void a_log_that_only_grows_is_cosigned(void **state)
{
    struct buf reply;
    (void)state;
    buf_init(&reply, NOTE_MAX);
    assert_int_equal(witness_hear(&w, SLICE_LIT("old 0\n\n"), 1, &reply), 400);
    assert_int_equal(witness_hear(&w, SLICE_LIT("hello"), 1, &reply), 400);
    assert_int_equal(told(0, 5, false, "example.org/other", &reply), 404);
    assert_int_equal(told(3, 5, false, LOG, &reply), 409); /* it has seen nothing */
    assert_true(slice_is(buf_slice(&reply), SLICE_LIT("0\n")));
    assert_int_equal(told(6, 5, false, LOG, &reply), 400);
    assert_int_equal(told(0, 5, false, LOG, &reply), 200);
    assert_int_equal(told(0, 9, false, LOG, &reply), 409);
    assert_true(slice_is(buf_slice(&reply), SLICE_LIT("5\n")));
    assert_int_equal(told(5, 9, false, LOG, &reply), 200);
    assert_int_equal(told(9, 9, false, LOG, &reply), 200); /* again, with a later time */
    buf_free(&reply);
}

static void a_fork_or_a_shorter_log_is_not(void **state)
{
    struct buf reply;
    (void)state;
    buf_init(&reply, NOTE_MAX);
    assert_int_equal(told(9, 13, true, LOG, &reply), 422); /* written anew, with the key */
    assert_int_equal(told(9, 9, true, LOG, &reply), 409);  /* the same size, another log */
    assert_int_equal(told(5, 7, false, LOG, &reply), 409); /* rolled back */
    assert_int_equal(told(0, 7, true, LOG, &reply), 409);
    assert_int_equal(told(9, 12, false, LOG, &reply), 200); /* and the true one goes on */
    buf_free(&reply);
}

static void what_it_cannot_remember_it_does_not_sign(void **state)
{
    char path[160], name[65];
    struct buf reply;
    struct digest d = secret_sha256(slice_str(LOG));
    (void)state;
    buf_init(&reply, NOTE_MAX);
    secret_hex(d.at, sizeof d.at, name);
    snprintf(path, sizeof path, "%s/%s", base, name);
    int fd = open(path, O_WRONLY | O_TRUNC);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "x\n", 2), 2);
    close(fd);
    assert_int_equal(told(0, 3, true, LOG, &reply), 500); /* not "never seen" */
    assert_int_equal(buf_slice(&reply).len, 0);
    buf_free(&reply);
}

static void a_stranger_of_the_same_name_is_refused(void **state)
{
    char path[96];
    struct buf reply;
    struct note_signer *real = log_signer;
    (void)state;
    buf_init(&reply, NOTE_MAX);
    snprintf(path, sizeof path, "%s/stranger", base);
    assert_true(gw_ok(note_signer_open(path, LOG, true, &log_signer)));
    assert_int_equal(told(0, 4, false, LOG, &reply), 403);
    note_signer_free(log_signer);
    log_signer = real;
    buf_free(&reply);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_stranger_of_the_same_name_is_refused),
        cmocka_unit_test(a_log_that_only_grows_is_cosigned),
        cmocka_unit_test(a_fork_or_a_shorter_log_is_not),
        cmocka_unit_test(what_it_cannot_remember_it_does_not_sign),
    };
    return cmocka_run_group_tests(tests, fresh, gone);
}
