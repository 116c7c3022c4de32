/* tests/fuzz/fuzz_scan.c - any text: no engine error, findings sorted, apart, inside and in one
 * leaf. */
#include "proxy/base/base.h"
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

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    static struct scanner *scanner;
    static struct scan_scratch *scratch;
    char reason[200];
    if (scanner == NULL) {
        if (!gw_ok(scanner_new(NULL, 0, NULL, reason, sizeof reason, &scanner)))
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
    if (scan_undecided(scanner, text) > len)
        abort();
    arena_free(a);
    return 0;
}
