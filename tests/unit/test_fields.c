/* tests/unit/test_fields.c - proxy/http/fields.h: lines first, then what fields mean for the
 * framing. */
#include "proxy/base/base.h"
#include "proxy/http/fields.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static gw_result line_of(struct slice in, struct slice *line, unsigned *status)
{
    struct head_fault fault = {0};
    struct fields_reader reader = {.in = in, .fault = &fault};
    gw_result r = fields_line(&reader, 414, line);
    *status = fault.status;
    assert_true(gw_ok(r) ? reader.at == line->len + 2 : reader.at == 0);
    return r;
}

static void no_control_byte_passes(void **state)
{
    struct slice line;
    unsigned status;
    (void)state;
    for (int byte = 0; byte < 256; byte++) {
        char text[] = "a?b\r\n";
        text[1] = (char)byte;
        bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
        gw_result r = line_of(slice_of(text, 5), &line, &status);
        assert_int_equal(r.code, control ? GW_BAD : GW_OK);
        assert_int_equal(status, control ? 400 : 0);
    }
    assert_int_equal(line_of(SLICE_LIT("abc"), &line, &status).code, GW_AGAIN);
    assert_int_equal(line_of(SLICE_LIT("abc\r"), &line, &status).code, GW_AGAIN);
    assert_int_equal(line_of(SLICE_LIT(""), &line, &status).code, GW_AGAIN);
    assert_true(gw_ok(line_of(SLICE_LIT("\r\n"), &line, &status)) && line.len == 0);
}

/* the same at every place of a line that is looked at eight bytes at a time */
static void no_control_byte_passes_in_a_long_line(void **state)
{
    struct slice line;
    unsigned status;
    (void)state;
    for (size_t at = 0; at < 40; at++) {
        for (int byte = 0; byte < 256; byte++) {
            char text[42];
            memset(text, 'a', 40);
            memcpy(text + 40, "\r\n", 2);
            text[at] = (char)byte;
            bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
            gw_result r = line_of(slice_of(text, 42), &line, &status);
            assert_int_equal(r.code, control ? GW_BAD : GW_OK);
            assert_true(control || line.len == 40);
        }
    }
}

static void a_line_has_a_longest_length(void **state)
{
    static char text[HEAD_LINE_MAX + 3];
    struct slice line;
    unsigned status;
    (void)state;
    memset(text, 'a', sizeof text);
    assert_int_equal(line_of(slice_of(text, HEAD_LINE_MAX), &line, &status).code, GW_AGAIN);
    assert_int_equal(line_of(slice_of(text, HEAD_LINE_MAX + 1), &line, &status).code, GW_TOO_BIG);
    assert_int_equal(status, 414);
    memcpy(text + HEAD_LINE_MAX, "\r\n", 2);
    assert_true(gw_ok(line_of(slice_of(text, HEAD_LINE_MAX + 2), &line, &status)));
    assert_int_equal(line.len, HEAD_LINE_MAX);
}

static void tokens_are_tokens(void **state)
{
    (void)state;
    assert_false(fields_is_token(SLICE_LIT("")));
    assert_false(fields_is_token(SLICE_LIT("a b")));
    assert_false(fields_is_token(slice_of("a\0", 2)));
    assert_false(fields_is_token(SLICE_LIT("a\xe4")));
    for (unsigned c = 0; c < 256; c++) {
        const char byte = (char)c;
        bool is_among = c != 0 && strchr("!#$%&'*+-.^_`|~", byte) != NULL;
        bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        assert_int_equal(fields_is_token(slice_of(&byte, 1)), is_among || is_letter);
    }
    assert_true(fields_is_token(SLICE_LIT("!#$%&'*+-.^_`|~09azAZ")));
}

static enum gw_code frame(const char *name, const char *value, const char *second, struct head *h)
{
    struct head_fault fault;
    *h = (struct head){.minor = 1};
    h->fields[h->count++] = (struct head_field){slice_str(name), slice_str(value)};
    if (second != NULL)
        h->fields[h->count++] = (struct head_field){slice_str(second), slice_str(value)};
    return fields_frame(h, &fault).code;
}

static void one_framing_or_none(void **state)
{
    struct head h;
    (void)state;
    assert_int_equal(frame("Content-Length", "5", "content-length", &h), GW_BAD);
    assert_int_equal(frame("Content-Length", "5", "Transfer-Encoding", &h), GW_BAD);
    assert_int_equal(frame("Transfer-Encoding", "chunked", "TRANSFER-ENCODING", &h), GW_BAD);
    assert_int_equal(frame("Transfer-Encoding", "Chunked", NULL, &h), GW_BAD);
    assert_int_equal(frame("Content-Length", "", NULL, &h), GW_BAD);
    assert_int_equal(frame("Accept", "chunked", NULL, &h), GW_OK);
    assert_int_equal(h.framing, FRAMING_NONE);
    assert_int_equal(frame("transfer-encoding", "chunked", NULL, &h), GW_OK);
    assert_int_equal(h.framing, FRAMING_CHUNKED);
    assert_int_equal(frame("content-length", "0", NULL, &h), GW_OK);
    assert_int_equal(h.framing, FRAMING_LENGTH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_control_byte_passes),
        cmocka_unit_test(no_control_byte_passes_in_a_long_line),
        cmocka_unit_test(a_line_has_a_longest_length),
        cmocka_unit_test(tokens_are_tokens),
        cmocka_unit_test(one_framing_or_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
