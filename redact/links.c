/* redact/links.c - see links.h.
 *
 * As browsers do it: the scheme in any case, any number of slashes of either kind behind it, a user
 * before an @. Where a URL ends depends on what stands before it: a quoted attribute ends at its
 * quote. Refuses to know which hosts are fine. */
#include "proxy/base/base.h"
#include "redact/links.h"
#include <ctype.h>

enum {
    PATH_MOST = 24,  /* a piece of a path with a longer run of letters and digits may be data */
    PATH_MIXED = 16, /* or with a run so long of letters of both cases and digits */
    LABEL_MOST = 16, /* a label of a host that is longer may be data */
    HOST_MOST = 253,
    USER_MOST = 2048, /* what stands before an @, and the host */
    TAG_FAR = 4096,   /* so far back the begin of a tag is looked for */
    LABEL_FAR = 1024, /* and that of a link's text, */
    SIGN_FAR = 1024   /* and its bracket: a text of links only costs so much for each */
};

static bool is_slash(char c)
{
    return c == '/' || c == '\\';
}

static bool is_word(char c)
{
    return isalnum((unsigned char)c) != 0 || (c & 0x80) != 0;
}

/* Length of "http:" or "https:" at `at`; 0: it does not stand there. */
static size_t scheme_at(struct slice s, size_t at)
{
    struct slice rest = slice_from(s, at);
    if (rest.len < 5 || !slice_has_letters(rest.at, "http", 4))
        return 0;
    if (rest.at[4] == ':')
        return 5;
    return rest.len > 5 && tolower((unsigned char)rest.at[4]) == 's' && rest.at[5] == ':' ? 6 : 0;
}

/* Where the quote, bracket or sign is that a URL at `start` stands behind; SIZE_MAX: none. */
static size_t sign_before(struct slice s, size_t start)
{
    size_t i = start, low = start > SIGN_FAR ? start - SIGN_FAR : 0;
    while (i > low && (slice_is_blank(s.at[i - 1]) || strchr("\"'\\<", s.at[i - 1]) != NULL) &&
           s.at[i - 1] != '\0')
        i--;
    return i == low ? SIZE_MAX : i - 1;
}

/* "//host" is a URL only where one is wanted: in brackets, quotes and definitions. */
static bool may_lack_scheme(struct slice s, size_t at)
{
    size_t sign = sign_before(s, at);
    if (at > 0 && strchr("(\"'=<", s.at[at - 1]) != NULL && s.at[at - 1] != '\0')
        return true;
    return sign != SIZE_MAX && s.at[sign] == ':' && sign > 0 && s.at[sign - 1] == ']';
}

/* Where the host of a URL that begins at `at` begins; 0: none begins there. */
static size_t host_from(struct slice s, size_t at)
{
    size_t scheme = scheme_at(s, at), i = at + scheme;
    while (i < s.len && is_slash(s.at[i]))
        i++;
    if (scheme > 0)
        return i;
    if (i >= at + 2 && may_lack_scheme(s, at))
        return i;
    bool is_begin = at == 0 || !is_word(s.at[at - 1]);
    struct slice rest = slice_from(s, at);
    return is_begin && rest.len > 4 && slice_has_letters(rest.at, "www.", 4) ? at : 0;
}

/* What ends a URL that begins at `start`: a quote, '>' or (0) the first blank. */
static char closer_of(struct slice s, size_t start)
{
    char before = start > 0 ? s.at[start - 1] : ' ';
    size_t sign = sign_before(s, start);
    bool is_value = sign != SIZE_MAX && (s.at[sign] == '=' || s.at[sign] == '(');
    if ((before == '"' || before == '\'') && is_value)
        return before;
    return before == '<' && is_value ? '>' : '\0';
}

static size_t end_of(struct slice s, size_t start, size_t from, char closer)
{
    size_t depth = 0, i = from;
    for (; i < s.len; i++) {
        char c = s.at[i];
        if (closer != '\0' ? c == closer : slice_is_blank(c) || strchr("<>\"`", c) != NULL)
            break;
        depth += c == '(';
        if (c == ')' && closer == '\0' && depth-- == 0)
            break;
        if (c == '\'' && start > 0 && s.at[start - 1] == c)
            break;
    }
    return i;
}

/* "<img ... src=" around `start`: a tag that is open there, and begins near enough; 0: none, else
 * its first letter. */
static char tag_around(struct slice s, size_t start)
{
    size_t low = start > TAG_FAR ? start - TAG_FAR : 0;
    const char *close = memrchr(s.at + low, '>', start - low);
    low = close != NULL ? (size_t)(close + 1 - s.at) : low;
    for (size_t end = start; end > low;) {
        const char *open = memrchr(s.at + low, '<', end - low);
        if (open == NULL)
            break;
        size_t i = (size_t)(open + 1 - s.at);
        end = i - 1;
        if (i == s.len || !isalpha((unsigned char)s.at[i]))
            continue;
        bool is_anchor =
            tolower((unsigned char)s.at[i]) == 'a' && i + 1 < s.len && !is_word(s.at[i + 1]);
        return i == start ? '\0' : is_anchor ? 'a' : 'i';
    }
    return '\0';
}

/* Of "![...](": the bracket that belongs to the one at `close`. What begins before the text, or far
 * away, may be an image. */
static bool is_image_text(struct slice s, size_t close)
{
    size_t depth = 0, low = close > LABEL_FAR ? close - LABEL_FAR : 0;
    for (size_t i = close + 1; i > low; i--) {
        depth += s.at[i - 1] == ']';
        if (s.at[i - 1] == '[' && --depth == 0)
            return i > 1 && s.at[i - 2] == '!';
    }
    return true;
}

bool links_is_image(struct slice s, size_t start)
{
    size_t sign = sign_before(s, start);
    char tag = tag_around(s, start);
    if (tag != '\0')
        return tag != 'a';
    if (sign == SIZE_MAX || sign == 0)
        return false;
    char before = s.at[sign - 1];
    if (s.at[sign] == '(')
        return before == ']' ? is_image_text(s, sign - 1)
                             : sign >= 3 && slice_has_letters(s.at + sign - 3, "url", 3);
    /* a definition serves images and links; an attribute's tag may have begun before the text */
    return (s.at[sign] == ':' && before == ']') || s.at[sign] == '=';
}

/* Bytes, with each %XX as one. */
static size_t plain_len(struct slice s)
{
    size_t n = s.len;
    for (size_t i = 0; i + 2 < s.len; i++)
        if (s.at[i] == '%' && isxdigit((unsigned char)s.at[i + 1]) &&
            isxdigit((unsigned char)s.at[i + 2]))
            n -= 2;
    return n;
}

/* A blank as forms and people write it. */
static bool is_blank_code(struct slice s, size_t i)
{
    return s.at[i] == '+' || slice_has_prefix(slice_from(s, i), SLICE_LIT("%20"));
}

/* Bits of what a run of letters and digits holds. */
static unsigned kind_of(unsigned char c)
{
    return isupper(c) != 0 ? 1u : islower(c) != 0 ? 2u : isdigit(c) != 0 ? 4u : 0u;
}

/* Words with dashes between them are a title; what has long runs, or blanks, may be data. */
static bool is_coded(struct slice piece)
{
    size_t run = 0;
    unsigned seen = 0;
    for (size_t i = 0; i < piece.len; i++) {
        unsigned char c = (unsigned char)piece.at[i];
        if (is_blank_code(piece, i))
            return piece.len > PATH_MOST;
        bool is_run = is_word((char)c) || c == '%';
        run = is_run ? run + 1 : 0;
        seen = is_run ? seen | kind_of(c) : 0;
        if (run > PATH_MOST || (run > PATH_MIXED && seen == 7))
            return true;
    }
    return false;
}

static size_t path_bytes(struct slice path)
{
    size_t n = 0;
    while (path.len > 0) {
        size_t len = 0;
        while (len < path.len && !is_slash(path.at[len]))
            len++;
        struct slice piece = slice_cut(path, 0, len);
        n += is_coded(piece) ? plain_len(piece) : 0;
        path = slice_from(path, len + 1);
    }
    return n;
}

static size_t host_bytes(struct slice host)
{
    size_t n = 0;
    while (host.len > 0) {
        size_t len = slice_find_byte(host, '.');
        len = len < host.len ? len : host.len;
        n += len > LABEL_MOST ? len : 0;
        host = slice_from(host, len + 1);
    }
    return n;
}

static size_t load_bytes(struct slice load)
{
    size_t path = 0;
    while (path < load.len && load.at[path] != '?' && load.at[path] != '#')
        path++;
    struct slice rest = slice_from(load, path + 1);
    return path_bytes(slice_cut(load, 0, path)) + plain_len(rest);
}

static bool ends_host(struct slice s, size_t start, size_t i, char closer)
{
    char c = s.at[i];
    if (is_slash(c) || c == '?' || c == '#' || slice_is_blank(c))
        return true;
    if (c == '\'' && start > 0 && s.at[start - 1] == c)
        return true;
    return closer != '\0' ? c == closer : strchr("<>\"`)", c) != NULL && c != '\0';
}

/* The host of the URL at `start` whose authority begins at `from`, and all behind. False: it
 * is no URL. What is too long for a host carries data anyway. */
static bool read_host(struct slice s, size_t start, size_t from, char closer, bool needs_dot,
                      struct found_link *out)
{
    size_t i = from, at = from, most = s.len - from < USER_MOST ? s.len : from + USER_MOST;
    for (; i < most && !ends_host(s, start, i, closer); i++)
        at = s.at[i] == '@' ? i + 1 : at;
    struct slice host = slice_cut(s, at, i);
    if (host.len > 0 && host.at[0] == '[') {
        size_t close = slice_find_byte(host, ']');
        host = slice_cut(host, 0, close < host.len ? close + 1 : host.len);
    } else {
        host = slice_cut(host, 0, slice_find_byte(host, ':'));
    }
    out->host = host;
    out->bytes = (at - from) + host_bytes(host);
    out->load = slice_from(s, i);
    bool is_host = host.len > 0 && (is_word(host.at[0]) || host.at[0] == '[');
    bool is_long = i - from == USER_MOST;
    return is_long || (is_host && (!needs_dot || slice_find_byte(host, '.') != SIZE_MAX));
}

static size_t trim_end(struct slice s, size_t from, size_t end)
{
    while (end > from && strchr(".,;:!?*_]", s.at[end - 1]) != NULL && s.at[end - 1] != '\0')
        end--;
    return end;
}

bool links_next(struct slice text, size_t *at, struct found_link *out)
{
    for (size_t i = *at; i < text.len; i++) {
        char c = text.at[i];
        if (c != 'h' && c != 'H' && c != 'w' && c != 'W' && !is_slash(c))
            continue;
        if (is_slash(c) && i > *at && is_slash(text.at[i - 1]))
            continue; /* all of them were looked at where they begin */
        size_t from = host_from(text, i), scheme = scheme_at(text, i);
        if (from == 0)
            continue;
        char closer = closer_of(text, i);
        if (!read_host(text, i, from, closer, scheme == 0 || from == i + scheme, out))
            continue;
        size_t end = end_of(text, i, from, closer);
        bool is_open = end == text.len;
        if (!is_open && closer == '\0')
            end = trim_end(text, from, end);
        out->load = slice_cut(text, (size_t)(out->load.at - text.at), end);
        out->bytes += load_bytes(out->load);
        out->start = i;
        out->end = end;
        out->is_image = links_is_image(text, i);
        out->is_open = is_open;
        *at = end;
        return true;
    }
    *at = text.len;
    return false;
}

bool links_is_listed(struct slice host, const struct slice *globs, size_t n)
{
    char lower[HOST_MOST];
    if (host.len > 0 && host.at[host.len - 1] == '.')
        host.len--;
    if (host.len == 0 || host.len > sizeof lower)
        return false;
    for (size_t i = 0; i < host.len; i++)
        lower[i] = (char)tolower((unsigned char)host.at[i]);
    for (size_t i = 0; i < n; i++)
        if (slice_has_glob(slice_of(lower, host.len), globs[i]))
            return true;
    return false;
}
