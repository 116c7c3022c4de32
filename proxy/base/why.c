/* proxy/base/why.c - see why.h. */
#include "proxy/base/base.h"
#include "proxy/base/why.h"

#define X(id, word, out, fault) {word, out, fault},
static const struct {
    const char *word, *out;
    bool fault;
} rows[] = {{"none", "gw_error", true}, WHY_TABLE(X)};
#undef X

static size_t row(enum why why)
{
    return (size_t)why < GW_COUNT(rows) ? (size_t)why : 0;
}

const char *why_word(enum why why)
{
    return rows[row(why)].word;
}

const char *why_out(enum why why)
{
    return rows[row(why)].out;
}

bool why_is_fault(enum why why)
{
    return rows[row(why)].fault;
}
