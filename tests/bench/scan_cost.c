/* tests/bench/scan_cost.c - what each detector costs, for counting instructions under callgrind.
 *
 * Builds scanners of the catalogue with rows left out, through catalog_count() and catalog_at() of
 * its own: the real table is linked under other names, and nothing in redact/ knows. Each scan's
 * instructions become a callgrind dump whose name says what was scanned.
 *
 *   scan_cost KB    made-up text of so many KB a kind
 *
 * Prints "KIND ROW NAME CANDIDATES" for each scan, in the order of the dumps. ROW -1: every row;
 * -2: every row and the attack score. */
#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "redact/catalog.h"
#include "redact/scan.h"
#include "tests/bench/text.h"
#include <stdlib.h>
#include <valgrind/callgrind.h>

size_t whole_catalog_count(void);
const struct detector *whole_catalog_at(size_t i);

enum { ALL = -1, ALL_AND_ATTACKS = -2, ROUNDS = 2 };

static long left_out = ALL; /* the row that is not there */

size_t catalog_count(void)
{
    return whole_catalog_count() - (left_out >= 0);
}

const struct detector *catalog_at(size_t i)
{
    return whole_catalog_at(left_out >= 0 && i >= (size_t)left_out ? i + 1 : i);
}

static void measure(const char *kind, long row, struct slice text)
{
    char reason[300] = "", name[120];
    struct scanner *scanner;
    struct scan_result found;
    left_out = row;
    gw_result made = scanner_new(NULL, 0, NULL, reason, sizeof reason, &scanner);
    struct scan_scratch *scratch = gw_ok(made) ? scan_scratch_new(scanner) : NULL;
    if (scratch == NULL) {
        fprintf(stderr, "scan_cost: %s\n", reason);
        exit(1);
    }
    const struct scan_options options = {.candidates = true, .attacks = row == ALL_AND_ATTACKS};
    for (int i = 0; i < ROUNDS; i++) { /* the first makes what is made once */
        struct arena *arena = arena_new((size_t)1 << 30);
        if (i == ROUNDS - 1) {
            CALLGRIND_START_INSTRUMENTATION;
            CALLGRIND_ZERO_STATS;
        }
        gw_result scanned = scan_plain(scanner, scratch, text, &options, arena, &found);
        if (i == ROUNDS - 1) {
            snprintf(name, sizeof name, "%s %ld", kind, row);
            CALLGRIND_DUMP_STATS_AT(name);
            CALLGRIND_STOP_INSTRUMENTATION;
        }
        if (!gw_ok(scanned))
            exit(1);
        if (i == ROUNDS - 1)
            printf("%s %ld %s %zu\n", kind, row,
                   row >= 0 ? whole_catalog_at((size_t)row)->name : "-", found.count);
        arena_free(arena);
    }
    scan_scratch_free(scratch);
    scanner_free(scanner);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        enum text_kind kind;
    } kinds[] = {{"prose", TEXT_PROSE}, {"code", TEXT_CODE}, {"json", TEXT_JSON}};
    size_t bytes = (size_t)(argc > 1 ? atol(argv[1]) : 64) << 10;
    for (size_t k = 0; k < GW_COUNT(kinds); k++) {
        struct text_maker maker = {.state = 88172645463325252, .kind = kinds[k].kind, .finds = 60};
        struct text_sink sink = {.at = malloc(bytes), .room = bytes};
        if (sink.at == NULL)
            return 1;
        text_fill(&maker, &sink, bytes);
        for (long row = ALL_AND_ATTACKS; row < (long)whole_catalog_count(); row++)
            measure(kinds[k].name, row, slice_of(sink.at, sink.len));
        free(sink.at);
    }
    return 0;
}
