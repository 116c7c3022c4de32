/* tests/unit/test_parse.c - proxy/http/parse.h: what must be refused first, then what must pass.
 *
 * Every case is also fed byte by byte: a prefix says "again" or the verdict of the whole. */
#include "proxy/base/base.h"
#include "proxy/http/parse.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct verdict {
    enum gw_code code;
    unsigned status;
    size_t used;
};

static struct verdict parse(struct slice in, bool response, struct head *out)
{
    struct head_fault fault = {0};
    size_t used = 0;
    gw_result r = response ? parse_response(in, SLICE_LIT("POST"), out, &used, &fault)
                           : parse_request(in, out, &used, &fault);
    if (r.code == GW_BAD || r.code == GW_TOO_BIG)
        assert_non_null(fault.reason);
    return (struct verdict){r.code, fault.status, used};
}

/* Parses the whole and every prefix; memory of the very length, so that ASan sees a step too far.
 */
static struct verdict parse_all_cuts(struct slice in, bool response, struct head *out)
{
    struct verdict whole = parse(in, response, out);
    for (size_t n = 0; n < in.len; n++) {
        char *copy = malloc(n + 1);
        struct head scratch;
        assert_non_null(copy);
        memcpy(copy, in.at, n);
        struct verdict part = parse(slice_of(copy, n), response, &scratch);
        if (part.code != GW_AGAIN) {
            assert_int_equal(part.code, whole.code);
            assert_int_equal(part.status, whole.status);
            assert_int_equal(part.used, whole.used);
        }
        free(copy);
    }
    return whole;
}

struct bad_case {
    const char *text;
    size_t len;
    unsigned status;
};
#define BAD(status, text)              \
    {                                  \
        text, sizeof(text) - 1, status \
    }
#define H "Host: localhost\r\n"
#define POST11 "POST / HTTP/1.1\r\n" H
#define ANSWER "HTTP/1.1 200 OK\r\n"

/* clang-format off */
static const struct bad_case bad_requests[] = {
    /* line ends and control bytes */
    BAD(400, "\r\nGET / HTTP/1.1\r\n" H "\r\n"), BAD(400, "\nGET / HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET / HTTP/1.1\n" H "\r\n"), BAD(400, "GET / HTTP/1.1\r" H "\r\n"),
    BAD(400, "GET / HTTP/1.1\r\r\n" H "\r\n"), BAD(400, "GET / HTTP/1.1\r\nHost: localhost\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\n" H "\n"), BAD(400, "GET / HTTP/1.1\r\n" H "X: a\rb\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\n" H "X: a\0b\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\n" H "X: \x1b[1m\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\n" H "X: \x7f\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\n" H "X: \x0b\r\n\r\n"),
    BAD(400, "GET /\0 HTTP/1.1\r\n" H "\r\n"), BAD(400, "\x16\x03\x01\x02"),
    /* request line */
    BAD(400, "GET  / HTTP/1.1\r\n" H "\r\n"), BAD(400, " GET / HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET / HTTP/1.1 \r\n" H "\r\n"), BAD(400, "GET\t/ HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET / x HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /\r\n" H "\r\n"), BAD(400, "GET\r\n\r\n"), BAD(400, "   \r\n\r\n"),
    BAD(400, "G(T / HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET / http/1.1\r\n" H "\r\n"),
    BAD(400, "GET / HTTP/1\r\n" H "\r\n"), BAD(400, "GET / HTTP/1.10\r\n" H "\r\n"),
    BAD(400, "GET / HTTP/1,1\r\n" H "\r\n"), BAD(400, "GET / HTTPS/1.1\r\n" H "\r\n"),
    BAD(505, "GET / HTTP/1.2\r\n" H "\r\n"), BAD(505, "GET / HTTP/2.0\r\n" H "\r\n"),
    BAD(505, "GET / HTTP/0.9\r\n" H "\r\n"), BAD(505, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    BAD(501, "get / HTTP/1.1\r\n" H "\r\n"), BAD(501, "FOOBAR / HTTP/1.1\r\n" H "\r\n"),
    BAD(405, "TRACE / HTTP/1.1\r\n" H "\r\n"), BAD(405, "CONNECT a:443 HTTP/1.1\r\nHost: a:443\r\n\r\n"),
    /* targets */
    BAD(400, "GET * HTTP/1.1\r\n" H "\r\n"), BAD(400, "OPTIONS * HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET http://localhost/ HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET localhost:80 HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET v1/models HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET // HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET //v1 HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET /v1//models HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /v1// HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /. HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET /.. HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /v1/../admin HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET /v1/./x HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /v1/%2e%2E/x HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET /v1/.%2e HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /%2e HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET /a%2fb HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /a%2Fb HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET /a%5cb HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /a%00 HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET /a%0d%0aX:1 HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /a%7f HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET /a% HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /a%2 HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET /a%zz HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /a\\b HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET /a;b HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /a#b HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET /a?b#c HTTP/1.1\r\n" H "\r\n"),
    BAD(400, "GET /\xc3\xa4 HTTP/1.1\r\n" H "\r\n"), BAD(400, "GET /?\xc3\xa4 HTTP/1.1\r\n" H "\r\n"),
    /* field lines */
    BAD(400, "GET / HTTP/1.1\r\n Host: a\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\n" H "X: a\r\n b\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\n" H "X: a\r\n\tb\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\n" H " \r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\n" H "X : a\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\n" H "X\t: a\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\n" H ": a\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\n" H "X\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\n" H "X(Y: a\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\n" H "X\xa0: a\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\n" H "X Y: a\r\n\r\n"),
    /* Host */
    BAD(400, "GET / HTTP/1.1\r\n\r\n"), BAD(400, "GET / HTTP/1.0\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\nHost:\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\n" H H "\r\n"),
    BAD(400, "GET / HTTP/1.1\r\n" H "hOST: b\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\nHost: http://a\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\nHost: a,b\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\nHost: a b\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\nHost: a:\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\nHost: a:0\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\nHost: a:80:80\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\nHost: a:+80\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\nHost: :80\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\nHost: ::1\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\nHost: []\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\nHost: [a%25b::]\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\nHost: a?b\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\nHost: a#b\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\nHost: \xc3\xa4\r\n\r\n"), BAD(400, "GET / HTTP/1.1\r\nHost: a%2fb\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\nHost: .\r\n\r\n"),
    /* framing */
    BAD(400, POST11 "Content-Length: 5\r\nContent-Length: 5\r\n\r\n"),
    BAD(400, POST11 "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"),
    BAD(400, POST11 "Content-Length: 5, 5\r\n\r\n"), BAD(400, POST11 "Content-Length:\r\n\r\n"),
    BAD(400, POST11 "Content-Length: +5\r\n\r\n"), BAD(400, POST11 "Content-Length: -0\r\n\r\n"),
    BAD(400, POST11 "Content-Length: 1 0\r\n\r\n"), BAD(400, POST11 "Content-Length: 0x5\r\n\r\n"),
    BAD(400, POST11 "Content-Length: 5;\r\n\r\n"), BAD(400, POST11 "Content-Length: 1_0\r\n\r\n"),
    BAD(400, POST11 "Content-Length: 9223372036854775808\r\n\r\n"),
    BAD(400, POST11 "Content-Length: 18446744073709551621\r\n\r\n"),
    BAD(400, POST11 "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n"),
    BAD(400, POST11 "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"),
    BAD(400, POST11 "Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\n"),
    BAD(400, POST11 "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"),
    BAD(400, POST11 "Transfer-Encoding:\r\n\r\n"), BAD(400, POST11 "Transfer-Encoding: gzip\r\n\r\n"),
    BAD(400, POST11 "Transfer-Encoding: gzip, chunked\r\n\r\n"), BAD(400, POST11 "Transfer-Encoding: chunked,\r\n\r\n"),
    BAD(400, POST11 "Transfer-Encoding: chunked, gzip\r\n\r\n"), BAD(400, POST11 "Transfer-Encoding: \"chunked\"\r\n\r\n"),
    BAD(400, POST11 "Transfer-Encoding: Chunked\r\n\r\n"), BAD(400, POST11 "Transfer-Encoding: xchunked\r\n\r\n"),
    BAD(400, POST11 "Transfer-Encoding: chunked;a=b\r\n\r\n"), BAD(400, POST11 "Transfer-Encoding: \x0b" "chunked\r\n\r\n"),
    BAD(400, POST11 "Transfer-Encoding : chunked\r\n\r\n"), BAD(400, POST11 " Transfer-Encoding: chunked\r\n\r\n"),
    BAD(400, POST11 "Transfer_Encoding: chunked\r\n\r\n"), BAD(400, POST11 "TransferEncoding: chunked\r\n\r\n"),
    BAD(400, POST11 "transfer.encoding: chunked\r\n\r\n"), BAD(400, POST11 "Transfer--Encoding: chunked\r\n\r\n"),
    BAD(400, POST11 "Content_Length: 5\r\n\r\n"), BAD(400, POST11 "ContentLength: 5\r\n\r\n"),
    BAD(400, POST11 "-Content-Length: 5\r\n\r\n"), BAD(400, POST11 "Content-Length1: 5\r\n\r\n"),
    BAD(400, "POST / HTTP/1.0\r\n" H "Transfer-Encoding: chunked\r\n\r\n"),
    /* Upgrade and Expect */
    BAD(400, "GET / HTTP/1.1\r\n" H "Upgrade: h2c\r\n\r\n"),
    BAD(400, "GET / HTTP/1.1\r\n" H "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n"),
    BAD(417, POST11 "Expect: 200-ok\r\n\r\n"), BAD(417, POST11 "Expect:\r\n\r\n"),
    BAD(417, POST11 "Expect: 100-continue, x\r\n\r\n"),
    BAD(417, POST11 "Expect: 100-continue\r\nExpect: 100-continue\r\n\r\n"),
};

static const struct bad_case bad_responses[] = {
    BAD(400, "hello\r\n\r\n"), BAD(400, "\r\n" ANSWER "\r\n"), BAD(400, "HTTP/1.1 200 OK\n\n"),
    BAD(505, "HTTP/0.9 200 OK\r\n\r\n"), BAD(505, "HTTP/2.0 200 OK\r\n\r\n"), BAD(400, "HTTP/1.01 200 OK\r\n\r\n"),
    BAD(400, "HTTP/11.1 200 OK\r\n\r\n"), BAD(400, "HTTP/1.1\t200 OK\r\n\r\n"), BAD(400, "HTTP/1.1  200 OK\r\n\r\n"),
    BAD(400, "HTTP/1.1 2 OK\r\n\r\n"), BAD(400, "HTTP/1.1 20 OK\r\n\r\n"), BAD(400, "HTTP/1.1 2000 OK\r\n\r\n"),
    BAD(400, "HTTP/1.1 999999 OK\r\n\r\n"), BAD(400, "HTTP/1.1 -20 OK\r\n\r\n"), BAD(400, "HTTP/1.1 600 OK\r\n\r\n"),
    BAD(400, "HTTP/1.1 099 OK\r\n\r\n"), BAD(400, "HTTP/1.1 000 OK\r\n\r\n"), BAD(400, "HTTP/1.1 101 Switching\r\n\r\n"),
    BAD(400, "HTTP/1.1\r\n\r\n"), BAD(400, "HTTP/1.1 \r\n\r\n"), BAD(400, "\r\n\r\n"),
    BAD(400, ANSWER "HTTP/1.1 404 Not Found\r\n\r\n"), BAD(400, "HTTP/1.1 200 O\0K\r\n\r\n"),
    BAD(400, ANSWER "X: a\0b\r\n\r\n"), BAD(400, ANSWER "X: a\rb\r\n\r\n"), BAD(400, ANSWER "X: a\r\n b\r\n\r\n"),
    BAD(400, ANSWER "Content-Length: 1\r\nContent-Length: 2\r\n\r\n"),
    BAD(400, ANSWER "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
    BAD(400, ANSWER "Transfer-Encoding: chunked, deflate\r\n\r\n"),
    BAD(400, "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
    BAD(400, "HTTP/1.1 100 Continue\r\nContent-Length: 4\r\n\r\n"),
    BAD(400, "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"),
};
/* clang-format on */

static void check_bad(const struct bad_case *cases, size_t count, bool response)
{
    struct head head;
    for (size_t i = 0; i < count; i++) {
        struct verdict v = parse_all_cuts(slice_of(cases[i].text, cases[i].len), response, &head);
        if (v.code != GW_BAD || v.status != cases[i].status)
            fail_msg("case %zu: code %d status %u: %s", i, (int)v.code, v.status, cases[i].text);
        assert_int_equal(v.used, 0);
    }
}

static void what_has_two_readings_is_refused(void **state)
{
    (void)state;
    check_bad(bad_requests, GW_COUNT(bad_requests), false);
}

static void an_upstream_gets_no_more_trust(void **state)
{
    (void)state;
    check_bad(bad_responses, GW_COUNT(bad_responses), true);
}

/* The Transfer-Encoding line with every byte at every place: chunked or refused, never ignored. */
static void no_byte_hides_a_framing(void **state)
{
    static const char line[] = "Transfer-Encoding: chunked";
    (void)state;
    for (size_t at = 0; at < sizeof line; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[256];
            struct head head;
            int begin = snprintf(text, sizeof text, "%sContent-Length: 5\r\n", POST11);
            size_t n = (size_t)begin;
            memcpy(text + n, line, at);
            text[n + at] = (char)byte;
            memcpy(text + n + at + 1, line + at, sizeof line - 1 - at);
            n += sizeof line;
            memcpy(text + n, "\r\n\r\n", 4);
            struct verdict v = parse(slice_of(text, n + 4), false, &head);
            bool is_other_name = at <= 17 && v.code == GW_OK && byte < 0x80 &&
                                 ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
            bool is_cut_name = at < 17 && byte == ':' && at > 0;
            if (v.code != GW_BAD && !is_other_name && !is_cut_name)
                fail_msg("byte %02x at %zu was accepted", (unsigned)byte, at);
        }
    }
}

static char *long_request(size_t target, size_t fields, size_t value, size_t *len)
{
    size_t room = target + fields * (value + 16) + 128;
    char *text = malloc(room);
    assert_non_null(text);
    int n = snprintf(text, room, "GET /%0*d HTTP/1.1\r\nHost: a\r\n", (int)target, 0);
    for (size_t i = 0; i < fields; i++)
        n += snprintf(text + n, room - (size_t)n, "X: %0*d\r\n", (int)value, 0);
    n += snprintf(text + n, room - (size_t)n, "\r\n");
    *len = (size_t)n;
    return text;
}

static void check_size(size_t target, size_t fields, size_t value, struct verdict expected)
{
    size_t len = 0;
    struct head head;
    char *text = long_request(target, fields, value, &len);
    struct verdict v = parse(slice_of(text, len), false, &head);
    assert_int_equal(v.code, expected.code);
    assert_int_equal(v.status, expected.status);
    for (size_t n = 0; n < len; n += 97) {
        struct verdict part = parse(slice_of(text, n), false, &head);
        assert_true(part.code == GW_AGAIN || part.code == expected.code);
        assert_true(part.code != GW_AGAIN || n < HEAD_BYTES_MAX);
    }
    free(text);
}

static void limits_are_met_and_not_passed(void **state)
{
    const struct verdict ok = {GW_OK, 0, 0}, line = {GW_TOO_BIG, 414, 0},
                         all = {GW_TOO_BIG, 431, 0};
    (void)state;
    check_size(HEAD_LINE_MAX - 14, 0, 1, ok);
    check_size(HEAD_LINE_MAX - 13, 0, 1, line);
    check_size(100000, 0, 1, line);
    check_size(1, 1, HEAD_LINE_MAX - 3, ok);
    check_size(1, 1, HEAD_LINE_MAX - 2, all);
    check_size(1, HEAD_FIELDS_MAX - 1, 1, ok);
    check_size(1, HEAD_FIELDS_MAX, 1, all);
    check_size(1, 3, 8000, ok);
    check_size(1, 5, 8000, all);
    check_size(1, 20000, 1, all);
}

static void a_full_window_is_never_again(void **state)
{
    static char text[HEAD_BYTES_MAX];
    struct head head;
    (void)state;
    for (size_t tail = 0; tail < 6; tail++) {
        int n = snprintf(text, sizeof text, "GET / HTTP/1.1\r\nHost: a\r\n");
        size_t at = (size_t)n;
        while (at + 8000 < sizeof text) {
            memset(text + at, 'x', 8000);
            text[at + 1] = ':';
            memcpy(text + at + 7998, "\r\n", 2);
            at += 8000;
        }
        memset(text + at, 'y', sizeof text - at);
        text[at + 1] = ':';
        memcpy(text + sizeof text - tail, "\r\n\r\n\r\n", tail);
        struct verdict v = parse(slice_of(text, sizeof text), false, &head);
        assert_true(tail >= 4 ? v.code == GW_OK : v.code == GW_TOO_BIG);
    }
}

static void a_request_is_taken_apart(void **state)
{
    static const char text[] =
        "POST /v1/messages?beta=true&x=|%00 HTTP/1.1\r\nHost: [::1]:8080\r\n"
        "content-length: 005\r\nX-A:  b c\t\r\nEmpty:\r\nEXPECT: 100-Continue"
        "\r\nAccept: a\r\nAccept: b , C\r\n\r\nhello";
    struct head h;
    (void)state;
    struct verdict v = parse_all_cuts(slice_of(text, sizeof text - 1), false, &h);
    assert_int_equal(v.code, GW_OK);
    assert_int_equal(v.used, sizeof text - 1 - 5);
    assert_true(slice_is(h.method, SLICE_LIT("POST")));
    assert_true(slice_is(h.target, SLICE_LIT("/v1/messages?beta=true&x=|%00")));
    assert_true(slice_is(h.path, SLICE_LIT("/v1/messages")));
    assert_true(slice_is(h.query, SLICE_LIT("beta=true&x=|%00")));
    assert_int_equal(h.framing, FRAMING_LENGTH);
    assert_int_equal(h.body_len, 5);
    assert_true(h.keep_alive && h.expects_continue);
    assert_true(slice_is(head_field(&h, "x-a")->value, SLICE_LIT("b c")));
    assert_int_equal(head_field(&h, "empty")->value.len, 0);
    assert_null(head_field(&h, "accept"));
    assert_null(head_field(&h, "none"));
    assert_int_equal(head_field_count(&h, "ACCEPT"), 2);
    assert_true(head_has_word(&h, "accept", "B") && head_has_word(&h, "accept", "c"));
    assert_false(head_has_word(&h, "accept", "d"));
}

static void canonical_requests_pass(void **state)
{
    static const char *const good[] = {
        "GET / HTTP/1.1\r\n" H "\r\n",
        "GET / HTTP/1.1\r\nHost: 127.0.0.1:9\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a_b.c-d.example\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: 0.0.0.0=5000\r\n\r\n",
        "GET /v1beta/models/x:streamGenerateContent?alt=sse HTTP/1.1\r\n" H "\r\n",
        "GET /v1/models/a%20b/..c/.d/e. HTTP/1.1\r\n" H "\r\n",
        "GET /v1/ HTTP/1.1\r\n" H "\r\n",
        "GET /?a//../%2f\\ HTTP/1.1\r\n" H "\r\n",
        "HEAD / HTTP/1.1\r\n" H "Content-Length-X: 1\r\nX: \xc3\xa4\r\n\r\n",
        POST11 "Transfer-Encoding:\tchunked \r\n\r\n",
        POST11 "Content-Length: 9223372036854775807\r\n\r\n",
    };
    struct head head;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(good); i++) {
        struct verdict v = parse_all_cuts(slice_str(good[i]), false, &head);
        if (v.code != GW_OK || v.used != strlen(good[i]))
            fail_msg("%zu refused with %u: %s", i, v.status, good[i]);
    }
}

static bool keeps(const char *text, bool response)
{
    struct head head;
    assert_int_equal(parse(slice_str(text), response, &head).code, GW_OK);
    return head.keep_alive;
}

static void keep_alive_follows_version_and_connection(void **state)
{
    struct head h;
    (void)state;
    assert_false(keeps("GET / HTTP/1.0\r\n" H "\r\n", false));
    assert_false(keeps("GET / HTTP/1.1\r\n" H "Connection: x, CLOSE\r\n\r\n", false));
    assert_false(
        keeps("GET / HTTP/1.1\r\n" H "Connection: keep-alive\r\nConnection: close\r\n\r\n", false));
    assert_false(keeps("GET / HTTP/1.0\r\n" H "Connection: keep-alive, close\r\n\r\n", false));
    assert_true(keeps("GET / HTTP/1.0\r\n" H "Connection: Keep-Alive\r\n\r\n", false));
    assert_true(keeps("GET / HTTP/1.1\r\n" H "\r\n", false));
    assert_false(keeps(ANSWER "\r\n", true));
    assert_true(keeps(ANSWER "Content-Length: 0\r\n\r\n", true));
    parse(SLICE_LIT("POST / HTTP/1.0\r\n" H "Expect: 100-continue\r\n\r\n"), false, &h);
    assert_false(h.expects_continue);
}

static enum head_framing framing_of(const char *text, const char *method)
{
    struct head head;
    struct head_fault fault;
    size_t used = 0;
    assert_true(gw_ok(parse_response(slice_str(text), slice_str(method), &head, &used, &fault)));
    assert_true(head.framing != FRAMING_NONE || head.body_len == 0);
    return head.framing;
}

static void a_response_frames_its_body(void **state)
{
    struct head h;
    (void)state;
    assert_int_equal(framing_of(ANSWER "\r\n", "GET"), FRAMING_CLOSE);
    assert_int_equal(framing_of(ANSWER "Content-Length: 3\r\n\r\n", "GET"), FRAMING_LENGTH);
    assert_int_equal(framing_of(ANSWER "Content-Length: 3\r\n\r\n", "HEAD"), FRAMING_NONE);
    assert_int_equal(framing_of(ANSWER "Transfer-Encoding: chunked\r\n\r\n", "GET"),
                     FRAMING_CHUNKED);
    assert_int_equal(framing_of(ANSWER "Transfer-Encoding: chunked\r\n\r\n", "HEAD"), FRAMING_NONE);
    assert_int_equal(framing_of("HTTP/1.1 304 x\r\nContent-Length: 3\r\n\r\n", "GET"),
                     FRAMING_NONE);
    assert_int_equal(framing_of("HTTP/1.1 204\r\nContent-Length: 0\r\n\r\n", "GET"), FRAMING_NONE);
    assert_int_equal(framing_of("HTTP/1.1 100 Continue\r\n\r\n", "POST"), FRAMING_NONE);
    assert_int_equal(framing_of("HTTP/1.1 103 \r\n\r\n", "POST"), FRAMING_NONE);
    assert_int_equal(parse_all_cuts(SLICE_LIT("HTTP/1.0 599 \xc3\xa4 b\r\n\r\n"), true, &h).code,
                     GW_OK);
    assert_int_equal(h.status, 599);
    assert_int_equal(h.minor, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_has_two_readings_is_refused),
        cmocka_unit_test(an_upstream_gets_no_more_trust),
        cmocka_unit_test(no_byte_hides_a_framing),
        cmocka_unit_test(limits_are_met_and_not_passed),
        cmocka_unit_test(a_full_window_is_never_again),
        cmocka_unit_test(a_request_is_taken_apart),
        cmocka_unit_test(canonical_requests_pass),
        cmocka_unit_test(keep_alive_follows_version_and_connection),
        cmocka_unit_test(a_response_frames_its_body),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
