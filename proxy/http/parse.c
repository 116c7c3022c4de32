/* proxy/http/parse.c - see parse.h: start lines and the rules that span fields.
 *
 * Lines and framing are fields.c, targets and hosts target.c. No memory: everything is borrowed
 * from the fed bytes. */
#include "proxy/base/base.h"
#include "proxy/http/parse.h"
#include "proxy/http/fields.h"
#include "proxy/http/target.h"

/* "HTTP/1.1" or "HTTP/1.0" into *minor; 505 for other versions, 400 for other words. */
static gw_result read_version(struct slice word, unsigned *minor, struct head_fault *fault)
{
    if (word.len != 8 || !slice_has_prefix(word, SLICE_LIT("HTTP/")) ||
        !fields_is_digit(word.at[5]) || word.at[6] != '.' || !fields_is_digit(word.at[7]))
        return fields_fault(fault, 400, "not an HTTP version");
    if (word.at[5] != '1' || word.at[7] > '1')
        return fields_fault(fault, 505, "HTTP version not supported");
    *minor = (unsigned)(word.at[7] - '0');
    return gw_is(GW_OK);
}

static gw_result check_method(struct slice method, struct head_fault *fault)
{
    static const char *const known[] = {"GET", "POST", "HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"};
    if (!fields_is_token(method))
        return fields_fault(fault, 400, "method is not a token");
    for (size_t i = 0; i < GW_COUNT(known); i++)
        if (slice_is(method, slice_str(known[i])))
            return gw_is(GW_OK);
    if (slice_is(method, SLICE_LIT("CONNECT")) || slice_is(method, SLICE_LIT("TRACE")))
        return fields_fault(fault, 405, "method not allowed");
    return fields_fault(fault, 501, "method not known");
}

static gw_result read_request_line(struct slice line, struct head *out, struct head_fault *fault)
{
    if (line.len == 0)
        return fields_fault(fault, 400, "empty line before request line");
    size_t first = slice_find_byte(line, ' ');
    out->method = slice_cut(line, 0, first);
    struct slice rest = slice_from(line, first == SIZE_MAX ? line.len : first + 1);
    size_t second = slice_find_byte(rest, ' ');
    if (first == SIZE_MAX || second == SIZE_MAX)
        return fields_fault(fault, 400, "request line is not three words");
    out->target = slice_cut(rest, 0, second);
    TRY(read_version(slice_from(rest, second + 1), &out->minor, fault));
    TRY(check_method(out->method, fault));
    return target_split(out, fault);
}

/* Host, Upgrade and Expect of a request. */
static gw_result check_request(struct head *out, struct head_fault *fault)
{
    const struct head_field *host = head_field(out, "Host");
    if (host == NULL || !target_is_authority(host->value))
        return fields_fault(fault, 400, "Host missing, repeated or not a host");
    if (head_field_count(out, "Upgrade") > 0)
        return fields_fault(fault, 400, "Upgrade not supported");
    size_t expects = head_field_count(out, "Expect");
    const struct head_field *expect = head_field(out, "Expect");
    if (expects > 0 &&
        (expect == NULL || !slice_is_nocase(expect->value, SLICE_LIT("100-continue"))))
        return fields_fault(fault, 417, "Expect is not 100-continue");
    out->expects_continue = expects > 0 && out->minor == 1;
    return gw_is(GW_OK);
}

gw_result parse_request(struct slice in, struct head *out, size_t *used, struct head_fault *fault)
{
    struct fields_reader reader = {.in = in, .fault = fault};
    struct slice line;
    memset(out, 0, offsetof(struct head, fields));
    *used = 0;
    TRY(fields_line(&reader, 414, &line));
    TRY(read_request_line(line, out, fault));
    TRY(fields_read(&reader, out));
    TRY(fields_frame(out, fault));
    TRY(check_request(out, fault));
    fields_keep_alive(out);
    *used = reader.at;
    return gw_is(GW_OK);
}

/* "HTTP/1.1 200 OK"; the reason, and the space before it, may be missing. */
static gw_result read_status_line(struct slice line, struct head *out, struct head_fault *fault)
{
    uint64_t status = 0;
    TRY(read_version(slice_cut(line, 0, 8), &out->minor, fault));
    struct slice digits = slice_cut(line, 9, 12);
    if (line.len < 12 || line.at[8] != ' ' || !gw_ok(slice_u64(digits, &status)) ||
        (line.len > 12 && line.at[12] != ' '))
        return fields_fault(fault, 400, "status line is malformed");
    if (status < 100 || status > 599)
        return fields_fault(fault, 400, "status out of range");
    if (status == 101)
        return fields_fault(fault, 400, "protocol switch not asked for");
    out->status = (unsigned)status;
    return gw_is(GW_OK);
}

/* What the status and the request's method say about the body, after the fields have spoken. */
static gw_result frame_response(struct slice method, struct head *out, struct head_fault *fault)
{
    bool bare = out->status < 200 || out->status == 204;
    if (bare && (out->framing == FRAMING_CHUNKED || out->body_len > 0))
        return fields_fault(fault, 400, "body where the status allows none");
    if (bare || out->status == 304 || slice_is(method, SLICE_LIT("HEAD"))) {
        out->framing = FRAMING_NONE;
        out->body_len = 0;
    } else if (out->framing == FRAMING_NONE) {
        out->framing = FRAMING_CLOSE;
        out->keep_alive = false;
    }
    return gw_is(GW_OK);
}

gw_result parse_response(struct slice in, struct slice method, struct head *out, size_t *used,
                         struct head_fault *fault)
{
    struct fields_reader reader = {.in = in, .fault = fault};
    struct slice line;
    memset(out, 0, offsetof(struct head, fields));
    *used = 0;
    TRY(fields_line(&reader, 431, &line));
    TRY(read_status_line(line, out, fault));
    TRY(fields_read(&reader, out));
    TRY(fields_frame(out, fault));
    fields_keep_alive(out);
    TRY(frame_response(method, out, fault));
    *used = reader.at;
    return gw_is(GW_OK);
}
