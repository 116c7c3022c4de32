/* proxy/http/target.c - see target.h. Decodes nothing, owns nothing. */
#include "proxy/base/base.h"
#include "proxy/http/target.h"
#include "proxy/http/fields.h"

static bool is_alnum(char c)
{
    return fields_is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* One of the bytes of a C string, and not its NUL. */
static bool is_among(char c, const char *bytes)
{
    return c != '\0' && strchr(bytes, c) != NULL;
}

/* The value of a hex digit, or -1. */
static int hex_value(char c)
{
    if (fields_is_digit(c))
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* A %XX in a path that may stand there: no control byte, no slash, no backslash. */
static bool is_escape_allowed(struct slice path, size_t at)
{
    if (path.len - at < 3)
        return false;
    int high = hex_value(path.at[at + 1]);
    int low = hex_value(path.at[at + 2]);
    if (high < 0 || low < 0)
        return false;
    int byte = high * 16 + low;
    return byte >= 0x20 && byte != 0x7f && byte != '/' && byte != '\\';
}

/* "." or "..", each dot also as %2e. */
static bool is_dot_segment(struct slice segment)
{
    size_t dots = 0;
    for (size_t i = 0; i < segment.len; dots++) {
        if (segment.at[i] == '.')
            i++;
        else if (slice_is_nocase(slice_cut(segment, i, i + 3), SLICE_LIT("%2e")))
            i += 3;
        else
            return false;
    }
    return dots == 1 || dots == 2;
}

static const char *path_problem(struct slice path)
{
    size_t begin = 1; /* of the segment; path[0] is the slash */
    for (size_t i = 1; i <= path.len; i++) {
        char c = i < path.len ? path.at[i] : '/';
        if (c == '/') {
            struct slice segment = slice_cut(path, begin, i);
            if (segment.len == 0 && i < path.len)
                return "empty path segment";
            if (is_dot_segment(segment))
                return "dot segment in path";
            begin = i + 1;
        } else if (c == '%') {
            if (!is_escape_allowed(path, i))
                return "escape not allowed in path";
        } else if (!is_alnum(c) && !is_among(c, "-._~!$&'()*+,=:@")) {
            return "byte not allowed in path";
        }
    }
    return NULL;
}

gw_result target_split(struct head *out, struct head_fault *fault)
{
    struct slice target = out->target;
    for (size_t i = 0; i < target.len; i++)
        if (target.at[i] < 0x21 || target.at[i] > 0x7e || target.at[i] == '#')
            return fields_fault(fault, 400, "byte not allowed in target");
    if (target.len == 0 || target.at[0] != '/')
        return fields_fault(fault, 400, "target is not a path");
    size_t mark = slice_find_byte(target, '?');
    out->path = slice_cut(target, 0, mark);
    out->query =
        mark == SIZE_MAX ? slice_of(target.at + target.len, 0) : slice_from(target, mark + 1);
    const char *problem = path_problem(out->path);
    if (problem != NULL)
        return fields_fault(fault, 400, problem);
    return gw_is(GW_OK);
}

static bool is_port(struct slice s)
{
    uint64_t port = 0;
    return s.len <= 5 && gw_ok(slice_u64(s, &port)) && port > 0 && port <= 65535;
}

/* "[...]" of hex digits, colons and dots; at least two colons. */
static bool is_bracketed(struct slice s)
{
    size_t colons = 0;
    if (s.len < 4 || s.len > 47 || s.at[0] != '[' || s.at[s.len - 1] != ']')
        return false;
    for (size_t i = 1; i + 1 < s.len; i++) {
        if (s.at[i] == ':')
            colons++;
        else if (s.at[i] != '.' && hex_value(s.at[i]) < 0)
            return false;
    }
    return colons >= 2;
}

/* The reg-name of RFC 3986 without escapes and without comma. */
static bool is_host_name(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (!is_alnum(s.at[i]) && !is_among(s.at[i], "-._~!$&'()*+;="))
            return false;
    return s.len > 0 && s.len <= 255 && s.at[0] != '.';
}

bool target_is_authority(struct slice s)
{
    bool bracketed = s.len > 0 && s.at[0] == '[';
    size_t after = bracketed ? slice_find_byte(s, ']') : slice_find_byte(s, ':');
    if (bracketed && after == SIZE_MAX)
        return false;
    if (bracketed)
        after++;
    struct slice host = slice_cut(s, 0, after);
    struct slice rest = slice_from(s, after);
    if (rest.len > 0 && (rest.at[0] != ':' || !is_port(slice_from(rest, 1))))
        return false;
    return bracketed ? is_bracketed(host) : is_host_name(host);
}
