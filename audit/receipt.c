/* audit/receipt.c - see receipt.h. Texts: https://c2sp.org/tlog-proof,
 * https://c2sp.org/tlog-witness
 */
#include "proxy/base/base.h"
#include "audit/receipt.h"
#include "audit/base64.h"

#define FIRST SLICE_LIT("c2sp.org/tlog-proof@v1\n")

bool receipt_is_one(struct slice text)
{
    return slice_has_prefix(text, FIRST);
}

/* The next line without its newline. */
static bool take_line(struct slice *rest, struct slice *line)
{
    size_t end = slice_find_byte(*rest, '\n');
    if (end == SIZE_MAX)
        return false;
    *line = slice_cut(*rest, 0, end);
    *rest = slice_from(*rest, end + 1);
    return true;
}

/* No sign, no zeros in front. */
static bool read_number(struct slice text, uint64_t *n)
{
    return gw_ok(slice_u64(text, n)) && (text.len == 1 || text.at[0] != '0');
}

/* Hashes up to the blank line. */
static gw_result read_hashes(struct slice *rest, struct digest path[TREE_PROOF], size_t *count)
{
    struct slice line;
    size_t len;
    for (*count = 0; take_line(rest, &line); ++*count) {
        if (line.len == 0)
            return gw_is(GW_OK);
        if (*count == TREE_PROOF)
            return gw_is(GW_BAD);
        unsigned char *at = path[*count].at;
        if (!gw_ok(base64_read(line, at, sizeof path[0].at, &len)) || len != sizeof path[0].at)
            return gw_is(GW_BAD);
    }
    return gw_is(GW_BAD);
}

gw_result receipt_read(struct slice text, struct receipt *out)
{
    struct slice rest = slice_from(text, FIRST.len), line;
    const struct slice extra = SLICE_LIT("extra "), index = SLICE_LIT("index ");
    *out = (struct receipt){0};
    if (!receipt_is_one(text) || !take_line(&rest, &line))
        return gw_is(GW_BAD);
    if (slice_has_prefix(line, extra)) {
        out->extra = slice_from(line, extra.len);
        if (!take_line(&rest, &line))
            return gw_is(GW_BAD);
    }
    if (!slice_has_prefix(line, index) || !read_number(slice_from(line, index.len), &out->index))
        return gw_is(GW_BAD);
    TRY(read_hashes(&rest, out->path, &out->len));
    out->note = rest;
    return gw_is(rest.len > 0 ? GW_OK : GW_BAD);
}

gw_result receipt_growth_read(struct slice text, struct receipt_growth *out)
{
    struct slice rest = text, line;
    const struct slice old = SLICE_LIT("old ");
    *out = (struct receipt_growth){0};
    if (!take_line(&rest, &line) || !slice_has_prefix(line, old) ||
        !read_number(slice_from(line, old.len), &out->old))
        return gw_is(GW_BAD);
    TRY(read_hashes(&rest, out->path, &out->len));
    out->note = rest;
    return gw_is(rest.len > 0 && out->len < TREE_PROOF ? GW_OK : GW_BAD);
}
