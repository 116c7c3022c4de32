/* tests/bench/redos_cost.c - patterns that explode in other engines, on texts that make them.
 *
 * Each of 20 patterns is a policy's detector of a scanner of its own; each of 10 texts of 32 KiB,
 * as much as is scanned in one turn of the loop, is scanned with it, whole and as the end of an
 * answer that goes on. Under callgrind each scan's instructions become a dump whose name says what
 * was scanned; without it times are printed.
 *
 * Prints "PATTERN TEXT RESULT MICROSECONDS" for each scan; a pattern that is refused has no texts.
 */
#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "redact/hold.h"
#include "redact/scan.h"
#include <stdlib.h>
#include <time.h>
#include <valgrind/callgrind.h>

enum { BYTES = 32 * 1024, ARENA = 1 << 26 };

/* clang-format off */
static const char *const patterns[] = {
    "(a+)+b", "(a|a)+b", "(a|aa)+b", "(a*)*b", "([a-z]+)*1", "(.*a){12}b", "a*a*a*a*a*b", "(x+x+)+y",
    "(\\w+\\s?)+!", "^(a+)+$", "(a+)+$", "\\b(?:\\d[ -]?){13,16}\\b!", "(\\d+)*-(\\d+)*x", "[a-z]+@([a-z]+\\.)+zz",
    "(?:(a)|b)*c", "(([a-z])+.)+[A-Z]([a-z])+z", "\\s+$|\\s+x", "(<[^>]*>)*</end>", "(a?){25}a{25}", "key=(\\w*)*;(\\w*)*=",
};
static const struct { const char *name, *unit, *last; } texts[] = {
    {"a", "a", "!"}, {"ab", "ab", "!"}, {"letters", "abcdefghij", ""}, {"x", "x", ""}, {"words", "word word ", "?"},
    {"digits", "4111 1111 1111 1111 ", ""}, {"numbers", "1234567890", "-"}, {"blanks", " ", "y"},
    {"address", "a@a.a.a.a.a.a.", ""}, {"tags", "<a>key=aaaaaaaaaaaaaaaaaaaa;", ""},
};
/* clang-format on */

static void make_text(char *at, size_t i)
{
    size_t n = strlen(texts[i].unit), end = BYTES - strlen(texts[i].last);
    for (size_t k = 0; k < end; k++)
        at[k] = texts[i].unit[k % n];
    memcpy(at + end, texts[i].last, strlen(texts[i].last));
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void measure(const struct scanner *s, struct scan_scratch *scratch, size_t pattern,
                    size_t text, struct slice bytes)
{
    const struct scan_options options = {.attacks = true};
    struct arena *arena = arena_new(ARENA);
    struct scan_result found;
    size_t undecided;
    char name[64];
    double from = now_us();
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    gw_result r = scan_plain(s, scratch, bytes, &options, arena, &found);
    gw_result open = hold_undecided(s, scratch, bytes, 0, arena, &undecided);
    snprintf(name, sizeof name, "%zu %s", pattern, texts[text].name);
    CALLGRIND_DUMP_STATS_AT(name);
    CALLGRIND_STOP_INSTRUMENTATION;
    printf("%zu %s %s/%s %.0f\n", pattern, texts[text].name, gw_word(r), gw_word(open),
           now_us() - from);
    fflush(stdout);
    arena_free(arena);
}

int main(void)
{
    static char bytes[BYTES];
    for (size_t i = 0; i < GW_COUNT(patterns); i++) {
        const struct custom_detector custom = {.name = SLICE_LIT("p"),
                                               .pattern = slice_str(patterns[i])};
        char reason[300] = "";
        struct scanner *scanner;
        gw_result made = scanner_new(&custom, 1, NULL, reason, sizeof reason, &scanner);
        struct scan_scratch *scratch = gw_ok(made) ? scan_scratch_new(scanner) : NULL;
        if (scratch == NULL) {
            printf("%zu refused: %s\n", i, reason);
            continue;
        }
        for (size_t k = 0; k < GW_COUNT(texts); k++) {
            make_text(bytes, k);
            measure(scanner, scratch, i, k, slice_of(bytes, BYTES));
        }
        scan_scratch_free(scratch);
        scanner_free(scanner);
    }
    return 0;
}
