/* redact/valid_email.c - what tells an e-mail address from names of files and versions that hold an
 * @: see valid.h. Pure: no state, no memory, no engine. */
#include "proxy/base/base.h"
#include "redact/valid.h"

#include <ctype.h>

/* Where the last label of a name begins; 0: there is no dot. */
static size_t last_label(struct slice v)
{
    size_t dot = v.len;
    while (dot > 0 && v.at[dot - 1] != '.')
        dot--;
    return dot;
}

/* Ends a domain with a country or one of the oldest names? No version and no "2x", which stand
 * behind an @ in names of files. */
static bool is_domain(struct slice v)
{
    static const char *const names[] = {"com", "org", "net", "edu", "gov", "info", "app", "dev"};
    static const char *const codes[] = {"js", "ts", "md", "py", "rb", "sh", "go", "cc", "in", "so"};
    size_t at = last_label(v), digits = 0;
    struct slice end = slice_from(v, at);
    while (digits < at && isdigit((unsigned char)v.at[digits]) != 0)
        digits++;
    bool is_scale = digits > 0 && digits + 2 == at && (v.at[digits] | 0x20) == 'x';
    bool is_country = end.len == 2 && isalpha((unsigned char)end.at[0]) != 0 &&
                      isalpha((unsigned char)end.at[1]) != 0 &&
                      !slice_is_any(end, codes, GW_COUNT(codes));
    return at > 1 && !is_scale && (is_country || slice_is_any(end, names, GW_COUNT(names)));
}

/* An address that a file is named after: its kind, and what a dash joins, are left out. */
static void cut_file(struct slice *v)
{
    static const char *const kinds[] = {
        "pdf", "doc", "docx", "xls",  "xlsx", "csv",  "txt",  "json", "xml",  "zip", "eml", "msg",
        "log", "png", "jpg",  "jpeg", "gif",  "heic", "html", "yml",  "yaml", "tgz", "tar", "gz",
        "vcf", "ics", "bak",  "ppt",  "pptx", "odt",  "rtf",  "mbox", "pst",  "sql", "tif", "webp"};
    size_t at = slice_find_byte(*v, '@') + 1, end = v->len;
    for (size_t dot = last_label(*v);
         dot > at && slice_is_any(slice_cut(*v, dot, end), kinds, GW_COUNT(kinds));
         dot = last_label(slice_cut(*v, 0, end)))
        end = dot - 1;
    if (end == v->len)
        return;
    size_t label = last_label(slice_cut(*v, 0, end)), dash = label;
    while (dash < end && v->at[dash] != '-')
        dash++;
    if (label > at && is_domain(slice_cut(*v, at, dash)))
        v->len = dash;
}

int valid_email(struct slice *v)
{
    static const char *const files[] = {"png", "jpg",  "jpeg", "gif", "svg", "webp", "js",   "ts",
                                        "css", "html", "json", "txt", "pdf", "yml",  "yaml", "tgz"};
    size_t at = slice_find_byte(*v, '@');
    if (at == SIZE_MAX || at == 0 || v->at[at - 1] == '.' || v->len > 320 ||
        slice_find(*v, SLICE_LIT("\xc2\xa0")) != SIZE_MAX)
        return VALID_NO;
    for (size_t i = 0; i + 1 < v->len; i++)
        if (v->at[i] == '.' && v->at[i + 1] == '.')
            return VALID_NO;
    cut_file(v);
    if (slice_is_any(slice_from(*v, last_label(*v)), files, GW_COUNT(files)))
        return VALID_NO;
    return slice_is(slice_cut(*v, 0, at), SLICE_LIT("git")) ? VALID_LESS : VALID_YES;
}
