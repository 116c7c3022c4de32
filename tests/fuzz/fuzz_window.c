/* tests/fuzz/fuzz_window.c - the window gives the same for every cut, and holds nothing at the end.
 *
 * Input: depth, then the cuts' seed, then the text; the byte 0xFE stands for a live token, so that
 * the fuzzer need not guess one. */
#include "proxy/base/base.h"
#include "redact/window.h"

enum { TEXT_MOST = 4096 };

static size_t write_text(const uint8_t *at, size_t n, const struct slice *tokens, char *to)
{
    size_t len = 0;
    for (size_t i = 0; i < n && len + 64 < TEXT_MOST; i++) {
        struct slice token = tokens[i % 3];
        if (at[i] != 0xFE) {
            to[len++] = (char)at[i];
            continue;
        }
        memcpy(to + len, token.at, token.len);
        len += token.len;
    }
    return len;
}

static void feed_all(const struct vault *v, unsigned depth, struct slice text, unsigned seed,
                     struct buf *out)
{
    struct window w;
    window_init(&w, v, NULL, depth, 1 << 16);
    while (text.len > 0) {
        size_t take = seed == 0 ? text.len : 1 + (seed >> 16) % 7;
        seed = seed == 0 ? 0 : seed * 1664525u + 1013904223u;
        assert(gw_ok(window_feed(&w, slice_cut(text, 0, take), false, out)));
        assert(window_is_sane(&w));
        text = slice_from(text, take);
    }
    assert(gw_ok(window_feed(&w, text, true, out)));
    assert(buf_slice(&w.hold).len == 0 && w.cut_len == 0);
    window_free(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    char text[TEXT_MOST];
    struct slice tokens[3];
    struct buf whole, cut;
    if (n < 2 || n > TEXT_MOST)
        return 0;
    struct arena *arena = arena_new(1 << 24);
    struct secret_key *key = secret_key_from(SLICE_LIT("fuzz"));
    struct vault *v = vault_new(arena, key, secret_sha256(SLICE_LIT("scope")), SLICE_LIT(""));
    assert(gw_ok(vault_token(v, FAM_EMAIL, SLICE_LIT("a\"b\\c\n"), &tokens[0])));
    assert(gw_ok(vault_token(v, FAM_PERSON, SLICE_LIT("EMAIL_"), &tokens[1])));
    assert(gw_ok(vault_put(v, SLICE_LIT("Ann"), SLICE_LIT("Eva"))));
    assert(gw_ok(vault_put(v, SLICE_LIT("Annabel_Lee"), SLICE_LIT("Zoe"))));
    tokens[2] = SLICE_LIT("Annabel\\_Lee");
    struct slice all = slice_of(text, write_text(at + 2, n - 2, tokens, text));
    buf_init(&whole, 1 << 20);
    buf_init(&cut, 1 << 20);
    feed_all(v, at[0] % 3, all, 0, &whole);
    feed_all(v, at[0] % 3, all, 1u + at[1] * 65537u, &cut);
    assert(slice_is(buf_slice(&whole), buf_slice(&cut)));
    buf_free(&cut);
    buf_free(&whole);
    arena_free(arena);
    secret_key_free(key);
    return 0;
}
