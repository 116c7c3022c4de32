/* proxy/gate/price.c - see price.h. */
#include "proxy/base/base.h"
#include "proxy/gate/price.h"

enum { PLACES = 6, MILLION = 1000000 };
/* Of a million tokens, and tokens of one answer: their product still fits. */
#define MOST UINT64_C(1000000000000)
#define TOKENS UINT64_C(10000000)

/* The next word, taken off. */
static struct slice take_word(struct slice *rest)
{
    *rest = slice_trim(*rest);
    size_t end = slice_find_byte(*rest, ' ');
    struct slice word = slice_cut(*rest, 0, end == SIZE_MAX ? rest->len : end);
    *rest = slice_from(*rest, word.len);
    return word;
}

/* "2.5" in millionths. */
static gw_result read_price(struct slice word, uint64_t *out)
{
    size_t point = slice_find_byte(word, '.');
    bool has_point = point != SIZE_MAX;
    struct slice whole = slice_cut(word, 0, has_point ? point : word.len),
                 part = slice_from(word, has_point ? point + 1 : word.len);
    uint64_t n, behind = 0;
    if (!gw_ok(slice_u64(whole, &n)) || part.len > PLACES || (has_point && part.len == 0))
        return gw_is(GW_BAD);
    for (size_t i = 0; i < PLACES; i++) {
        char c = i < part.len ? part.at[i] : '0';
        if (c < '0' || c > '9')
            return gw_is(GW_BAD);
        behind = behind * 10 + (uint64_t)(c - '0');
    }
    if (n >= MOST / MILLION)
        return gw_is(GW_BAD);
    *out = n * MILLION + behind;
    return gw_is(GW_OK);
}

gw_result price_read(struct slice words, struct price *out)
{
    struct slice rest = words;
    out->model = take_word(&rest);
    if (out->model.len == 0)
        return gw_is(GW_BAD);
    TRY(read_price(take_word(&rest), &out->in));
    TRY(read_price(take_word(&rest), &out->out));
    out->cached = out->in;
    rest = slice_trim(rest);
    if (rest.len > 0)
        TRY(read_price(take_word(&rest), &out->cached));
    return gw_is(slice_trim(rest).len == 0 ? GW_OK : GW_BAD);
}

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

bool price_of(const struct price *prices, size_t n, struct slice model, const struct llm_stream *s,
              uint64_t *micro)
{
    uint64_t cached = least(s->tokens_cached, TOKENS), in = least(s->tokens_in, TOKENS);
    for (size_t i = 0; i < n; i++) {
        if (!slice_has_glob(model, prices[i].model))
            continue;
        if (!s->cached_is_apart) /* else the answer counts them beside the others */
            in -= least(cached, in);
        uint64_t sum = in * prices[i].in / MILLION + cached * prices[i].cached / MILLION +
                       least(s->tokens_out, TOKENS) * prices[i].out / MILLION;
        *micro = sum;
        return true;
    }
    return false;
}
