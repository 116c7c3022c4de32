/* tests/fuzz/fuzz_doc.c - any bytes: scan, decode every string, escape it back, splice it in again.
 *
 * Holds: what was decoded and escaped decodes to the same; a splice of every string over itself
 * scans to the same tape; a splice without edits is the identity. */
#include "proxy/base/base.h"
#include "proxy/json/string.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_identity(struct slice text)
{
    struct buf out;
    buf_init(&out, text.len + 1);
    check(gw_ok(string_splice(text, NULL, 0, &out)) && slice_is(buf_slice(&out), text));
    buf_free(&out);
}

/* Every string replaced by its own decoded text. */
static struct edit *collect(const struct json_doc *doc, struct arena *arena, size_t *n)
{
    struct edit *edits = arena_array(arena, doc->count, sizeof *edits);
    check(edits != NULL);
    for (uint32_t i = 0; i < doc->count; i++) {
        struct slice text;
        struct offmap map;
        size_t from, to;
        if (doc->values[i].kind != JSON_STRING)
            continue;
        check(gw_ok(string_decode(doc, i, arena, &text, &map)));
        offmap_range(&map, 0, text.len, &from, &to);
        check(from == doc->values[i].at + 1u && to == doc->values[i].end - 1u);
        edits[(*n)++] = (struct edit){from, to, text, 1};
    }
    return edits;
}

static void check_again(const struct json_doc *doc, const struct json_limits *limits,
                        struct arena *arena)
{
    struct json_doc again;
    struct json_fault fault;
    struct buf out;
    size_t n = 0, k = 0;
    const struct edit *edits = collect(doc, arena, &n);
    buf_init(&out, doc->text.len * 6 + 1);
    check(gw_ok(string_splice(doc->text, edits, n, &out)));
    check(gw_ok(json_scan(buf_slice(&out), limits, arena, &again, &fault)));
    check(again.count == doc->count && again.has_duplicate_key == doc->has_duplicate_key);
    for (uint32_t i = 0; i < doc->count; i++) {
        struct slice text;
        check(again.values[i].kind == doc->values[i].kind);
        if (doc->values[i].kind != JSON_STRING)
            continue;
        check(gw_ok(string_decode(&again, i, arena, &text, NULL)));
        check(slice_is(text, edits[k++].with));
    }
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct json_limits limits = *json_limits_default();
    struct slice text = slice_of(bytes, len);
    struct json_doc doc;
    struct json_fault fault;
    for (int lenient = 0; lenient < 2; lenient++) {
        struct arena *arena = arena_new(256u << 20);
        check(arena != NULL);
        limits.lone_surrogates = lenient == 1;
        if (gw_ok(json_scan(text, &limits, arena, &doc, &fault)))
            check_again(&doc, &limits, arena);
        else
            check(fault.at <= len && fault.reason != NULL);
        arena_free(arena);
    }
    check_identity(text);
    return 0;
}
