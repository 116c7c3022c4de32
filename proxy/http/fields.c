/* proxy/http/fields.c - see fields.h. Knows no start line. Owns nothing: everything is borrowed. */
#include "proxy/base/base.h"
#include "proxy/http/fields.h"

gw_result fields_fault(struct head_fault *fault, unsigned status, const char *reason)
{
    fault->status = status;
    fault->reason = reason;
    return gw_is(status == 414 || status == 431 ? GW_TOO_BIG : GW_BAD);
}

bool fields_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_alpha(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool fields_is_token(struct slice s)
{
    /* letters, digits and !#$%&'*+-.^_`|~ */
    const struct slice_set tchars = {UINT64_C(0x03ff6cfa00000000), UINT64_C(0x57ffffffc7fffffe)};
    return s.len > 0 && slice_is_of(s, tchars);
}

/* A control byte that may stand nowhere in a line; tab, CR and LF are looked at elsewhere. */
static bool is_control(char c)
{
    unsigned char u = (unsigned char)c;
    return (u < 0x20 && c != '\t') || u == 0x7f;
}

/* Where to begin to look at single bytes: no control byte stands in front, nor is a limit there.
 * Eight bytes at a time; of the lowest byte that is marked the mark is certain. */
static size_t plain_until(const struct fields_reader *r)
{
    const uint64_t ones = 0x0101010101010101u, highs = ones << 7;
    size_t end = r->in.len < HEAD_BYTES_MAX ? r->in.len : HEAD_BYTES_MAX, i = r->at;
    if (end > r->at + HEAD_LINE_MAX)
        end = r->at + HEAD_LINE_MAX;
    for (uint64_t x; i + sizeof x <= end; i += sizeof x) {
        memcpy(&x, r->in.at + i, sizeof x);
        uint64_t low = (x - ones * 0x20) & ~x, del = x ^ (ones * 0x7f);
        uint64_t odd = (low | ((del - ones) & ~del)) & highs;
        if (odd != 0)
            return i + (size_t)__builtin_ctzll(odd) / 8;
    }
    return i;
}

gw_result fields_line(struct fields_reader *r, unsigned too_long, struct slice *line)
{
    for (size_t i = plain_until(r);; i++) {
        if (i - r->at > HEAD_LINE_MAX)
            return fields_fault(r->fault, too_long, "line too long");
        if (i >= HEAD_BYTES_MAX)
            return fields_fault(r->fault, 431, "head too large");
        if (i >= r->in.len)
            return gw_is(GW_AGAIN);
        char c = r->in.at[i];
        if (!is_control(c))
            continue;
        if (c == '\n')
            return fields_fault(r->fault, 400, "bare LF");
        if (c != '\r')
            return fields_fault(r->fault, 400, "control byte in head");
        if (i + 1 >= HEAD_BYTES_MAX)
            return fields_fault(r->fault, 431, "head too large");
        if (i + 1 >= r->in.len)
            return gw_is(GW_AGAIN);
        if (r->in.at[i + 1] != '\n')
            return fields_fault(r->fault, 400, "bare CR");
        *line = slice_cut(r->in, r->at, i);
        r->at = i + 2;
        return gw_is(GW_OK);
    }
}

/* True when the letters of name spell `letters` (lower case) and the name is not `name_itself`. */
static bool is_disguised(struct slice name, const char *letters, const char *name_itself)
{
    size_t n = 0;
    if (name.len > 0 && is_alpha(name.at[0]) && (name.at[0] | 0x20) != letters[0])
        return false; /* nearly always */
    if (slice_is_nocase(name, slice_str(name_itself)))
        return false;
    for (size_t i = 0; i < name.len; i++) {
        if (!is_alpha(name.at[i]))
            continue;
        if (letters[n] == '\0' || (name.at[i] | 0x20) != letters[n])
            return false;
        n++;
    }
    return letters[n] == '\0';
}

static gw_result read_field(struct slice line, struct head *out, struct head_fault *fault)
{
    if (line.at[0] == ' ' || line.at[0] == '\t')
        return fields_fault(fault, 400, "folded field line");
    size_t colon = slice_find_byte(line, ':');
    if (colon == SIZE_MAX)
        return fields_fault(fault, 400, "field line without colon");
    struct slice name = slice_cut(line, 0, colon);
    if (!fields_is_token(name))
        return fields_fault(fault, 400, "field name is not a token");
    if (is_disguised(name, "transferencoding", "Transfer-Encoding") ||
        is_disguised(name, "contentlength", "Content-Length"))
        return fields_fault(fault, 400, "field name disguised as framing");
    if (out->count == HEAD_FIELDS_MAX)
        return fields_fault(fault, 431, "too many fields");
    out->fields[out->count++] =
        (struct head_field){.name = name, .value = slice_trim(slice_from(line, colon + 1))};
    return gw_is(GW_OK);
}

gw_result fields_read(struct fields_reader *r, struct head *out)
{
    for (;;) {
        struct slice line;
        TRY(fields_line(r, 431, &line));
        if (line.len == 0)
            return gw_is(GW_OK);
        TRY(read_field(line, out, r->fault));
    }
}

static gw_result frame_chunked(struct head *out, struct head_fault *fault)
{
    const struct head_field *coding = head_field(out, "Transfer-Encoding");
    if (out->minor == 0)
        return fields_fault(fault, 400, "Transfer-Encoding on HTTP/1.0");
    if (coding == NULL)
        return fields_fault(fault, 400, "Transfer-Encoding twice");
    if (!slice_is(coding->value, SLICE_LIT("chunked")))
        return fields_fault(fault, 400, "Transfer-Encoding is not chunked");
    out->framing = FRAMING_CHUNKED;
    return gw_is(GW_OK);
}

static gw_result frame_length(struct head *out, struct head_fault *fault)
{
    const struct head_field *length = head_field(out, "Content-Length");
    if (length == NULL)
        return fields_fault(fault, 400, "Content-Length twice");
    if (!gw_ok(slice_u64(length->value, &out->body_len)) || out->body_len > INT64_MAX)
        return fields_fault(fault, 400, "Content-Length is not a number");
    out->framing = FRAMING_LENGTH;
    return gw_is(GW_OK);
}

gw_result fields_frame(struct head *out, struct head_fault *fault)
{
    bool length = head_field_count(out, "Content-Length") > 0;
    bool coding = head_field_count(out, "Transfer-Encoding") > 0;
    if (length && coding)
        return fields_fault(fault, 400, "two framings");
    if (coding)
        return frame_chunked(out, fault);
    if (length)
        return frame_length(out, fault);
    return gw_is(GW_OK);
}

void fields_keep_alive(struct head *out)
{
    bool closes = head_has_word(out, "Connection", "close");
    out->keep_alive =
        !closes && (out->minor == 1 || head_has_word(out, "Connection", "keep-alive"));
}
