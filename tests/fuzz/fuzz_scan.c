/* tests/fuzz/fuzz_scan.c - any text: no engine error, findings sorted, apart, inside and in one
 * leaf; the same however little is scanned at a time. */
#include "proxy/base/base.h"
#include "redact/hold.h"
#include "redact/scan.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

static void check(const struct scan_result *r, struct slice text)
{
    uint32_t end = 0;
    for (size_t i = 0; i < r->count; i++) {
        const struct finding *f = &r->findings[i];
        if (f->start < end || f->end <= f->start || f->end > text.len)
            abort();
        if (slice_find_byte(slice_cut(text, f->start, f->end), TEXT_SEPARATOR) != SIZE_MAX)
            abort();
        end = f->end;
    }
}

/* Leaves that zero bytes part: what each one gives does not depend on how much is done at a time,
 * nor on its neighbours. */
static void by_leaves(const struct scanner *scanner, struct scan_scratch *scratch,
                      struct slice text, struct arena *a)
{
    const struct scan_options options = {.attacks = true};
    struct scan_result all;
    struct scan_job job;
    struct text t;
    bool done = false;
    text_init(&t, a, 1 << 20);
    for (size_t at = 0; at < text.len;) {
        struct slice rest = slice_from(text, at);
        struct slice part = slice_cut(rest, 0, slice_find_byte(rest, 0));
        struct text_leaf leaf = {.role = ROLE_USER, .key = slice_cut(part, 0, 12)};
        if (!gw_ok(text_add(&t, part, &leaf)))
            abort();
        at += part.len + 1;
    }
    if (!gw_ok(scan_text(scanner, scratch, &t, &options, a, &all)) ||
        !gw_ok(scan_start(&job, scanner, scratch, &t, &options, a)))
        abort();
    while (!done)
        if (!gw_ok(scan_step(&job, 1, &done)))
            abort();
    if (all.count != job.result.count || all.attack.score != job.result.attack.score)
        abort();
    for (size_t i = 0; i < all.count; i++)
        if (all.findings[i].start != job.result.findings[i].start ||
            all.findings[i].end != job.result.findings[i].end ||
            all.findings[i].detector != job.result.findings[i].detector)
            abort();
    check(&all, buf_slice(&t.flat));
    text_free(&t);
}

static const struct slice names[] = {{"Falcon", 6}, {"a b", 3}, {"\xc3\xb6l", 3}, {"x-9", 3}};
static const struct custom_detector custom[] = {
    {.name = {"CODENAME", 8}, .words = names, .word_count = GW_COUNT(names)},
    {.name = {"WIDE", 4}, .pattern = {"q[^z]{0,30}[0-9]", 16}, .near = names, .near_count = 1},
};

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct scanner *scanner;
    static struct scan_scratch *scratch;
    char reason[200];
    if (scanner == NULL) {
        if (!gw_ok(scanner_new(custom, GW_COUNT(custom), NULL, reason, sizeof reason, &scanner)))
            abort();
        scratch = scan_scratch_new(scanner);
    }
    struct arena *a = arena_new(256 << 20);
    struct slice text = slice_of(bytes, len);
    struct scan_options options = {.attacks = true};
    struct scan_result result;
    if (a == NULL || scratch == NULL ||
        !gw_ok(scan_plain(scanner, scratch, text, &options, a, &result)))
        abort();
    check(&result, text);
    by_leaves(scanner, scratch, text, a);
    size_t undecided;
    if (!gw_ok(hold_undecided(scanner, scratch, text, len / 2, a, &undecided)) ||
        undecided > len - len / 2)
        abort();
    arena_free(a);
    return 0;
}
