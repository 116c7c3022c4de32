/* tests/bench/scan_cost.c - what a scan costs, and each detector's part of it, for counting
 * instructions under callgrind; and how fast it is.
 *
 * Builds scanners of the catalogue with rows left out, through catalog_count() and catalog_at() of
 * its own: the real table is linked under other names, and nothing in redact/ knows. Each scan's
 * instructions become a callgrind dump whose name says what was scanned.
 *
 *   scan_cost KB
 *
 * Made-up text of so many KB a kind; whole catalogue, then a row less each.
 *
 *   scan_cost KB patterns
 *
 * Whole catalogue, with 0, 10, 100 and 1,000 patterns of a policy beside it.
 *
 *   scan_cost KB speed
 *
 * The same, over and over: MB a second of this thread's processor time.
 *
 *   scan_cost --file PATH...
 *   scan_cost --names PATH...
 *
 * Texts of yours in blocks of 1, 8 and 256 KB: the same, whole catalogue; and with names.
 *
 * Prints "KIND ROW NAME CANDIDATES" for each scan, in the order of the dumps. ROW -1: every row;
 * -2: every row and the attack score; with `patterns` and `speed` it is the number of patterns, and
 * NAME is the speed in MB a second. Of a file: "PATH KB SPEED FINDINGS BYTES", and a dump "file KB"
 * each in the same order. */
#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "redact/catalog.h"
#include "redact/scan.h"
#include "tests/bench/cost.h"
#include <valgrind/callgrind.h>

size_t whole_catalog_count(void);
const struct detector *whole_catalog_at(size_t i);

enum { ALL = -1, ALL_AND_ATTACKS = -2, MOST = 1000, FILE_MAX = 64 << 20 };

static long left_out = ALL; /* the row that is not there */

size_t catalog_count(void)
{
    return whole_catalog_count() - (left_out >= 0);
}

const struct detector *catalog_at(size_t i)
{
    return whole_catalog_at(left_out >= 0 && i >= (size_t)left_out ? i + 1 : i);
}

/* What the catalogue and so many patterns make. */
struct engine {
    struct scanner *scanner;
    struct scan_scratch *scratch;
};

static struct engine build(size_t patterns)
{
    /* shapes that people write: a prefix and digits, a code with letters, words */
    static const char *const shapes[] = {
        "E%03zu\\d{4}",         "\\bZQ%03zu-[A-F0-9]{6,12}\\b", "(?i)project\\s+falcon%03zu",
        "[A-Z]{2}%03zu-\\d{6}", "acme%03zu[_-][a-z]+[_-]\\d+",
    };
    static char text[MOST][64], names[MOST][16];
    static struct custom_detector custom[MOST];
    char reason[300] = "";
    struct engine e = {0};
    for (size_t i = 0; i < patterns; i++) {
        size_t kind = i % GW_COUNT(shapes), at = 0;
        for (const char *c = shapes[kind]; *c != '\0'; c++) {
            if (*c != '%') {
                text[i][at++] = *c;
                continue;
            }
            at += (size_t)snprintf(text[i] + at, 8, "%03zu", i);
            c += 4;
        }
        text[i][at] = '\0';
        snprintf(names[i], sizeof names[i], "p%zu", i);
        custom[i] =
            (struct custom_detector){.name = slice_str(names[i]), .pattern = slice_str(text[i])};
    }
    gw_result made = scanner_new(custom, patterns, NULL, reason, sizeof reason, &e.scanner);
    e.scratch = gw_ok(made) ? scan_scratch_new(e.scanner) : NULL;
    if (e.scratch == NULL) {
        fprintf(stderr, "scan_cost: %s\n", reason);
        exit(1);
    }
    return e;
}

static void tear_down(struct engine *e)
{
    scan_scratch_free(e->scratch);
    scanner_free(e->scanner);
}

static size_t scan_once(const struct engine *e, struct slice text,
                        const struct scan_options *options)
{
    struct scan_result found;
    struct arena *arena = arena_new((size_t)1 << 30);
    if (!gw_ok(scan_plain(e->scanner, e->scratch, text, options, arena, &found)))
        exit(1);
    arena_free(arena);
    return found.count;
}

/* The first of two scans makes what is made once; the second is counted. */
static size_t count(const struct engine *e, const char *kind, long row, struct slice text,
                    const struct scan_options *options)
{
    char name[120];
    (void)scan_once(e, text, options);
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    size_t found = scan_once(e, text, options);
    snprintf(name, sizeof name, "%s %ld", kind, row);
    CALLGRIND_DUMP_STATS_AT(name);
    CALLGRIND_STOP_INSTRUMENTATION;
    return found;
}

static void measure_row(const char *kind, long row, struct slice text)
{
    const struct scan_options options = {.candidates = true, .attacks = row == ALL_AND_ATTACKS};
    left_out = row;
    struct engine e = build(0);
    size_t found = count(&e, kind, row, text, &options);
    printf("%s %ld %s %zu\n", kind, row, row >= 0 ? whole_catalog_at((size_t)row)->name : "-",
           found);
    tear_down(&e);
}

/* The best of many scans: the neighbours of a shared machine only ever slow one down. */
static double best_speed(const struct engine *e, struct slice text,
                         const struct scan_options *options)
{
    double best = 1e9, from = cost_now();
    for (unsigned i = 0; i < 100 || cost_now() - from < 0.5; i++) {
        double begin = cost_now();
        (void)scan_once(e, text, options);
        best = cost_now() - begin < best ? cost_now() - begin : best;
    }
    return (double)text.len / best / 1e6;
}

static void measure_patterns(const char *kind, const struct engine *e, long patterns,
                             struct slice text, bool speed)
{
    const struct scan_options options = {.attacks = patterns < 0};
    double mb = speed ? best_speed(e, text, &options) : 0;
    size_t found = count(e, kind, patterns, text, &options);
    printf("%s %ld %.0f %zu\n", kind, patterns, mb, found);
}

/* --- texts of yours --------------------------------------------------------------------------- */

/* Every block of the text once; least[i]: the least that block i ever took. */
static size_t scan_blocks(const struct engine *e, struct slice text, size_t block, double *least,
                          const struct scan_options *options)
{
    size_t found = 0;
    for (size_t at = 0; at < text.len; at += block) {
        double begin = cost_now();
        found += scan_once(e, slice_cut(text, at, at + block), options);
        double took = cost_now() - begin, *best = &least[at / block];
        *best = *best == 0 || took < *best ? took : *best;
    }
    return found;
}

/* A text has many blocks, so that no branch is learned by heart; each block's best time counts,
 * since the neighbours of a shared machine only ever slow one down. */
static void measure_file(const struct engine *e, const char *path, size_t kb,
                         const struct scan_options *options)
{
    bool counted = RUNNING_ON_VALGRIND != 0;
    struct slice text = cost_file(path, FILE_MAX);
    size_t block = kb << 10, blocks = text.len / block + 1, found = 0;
    double *least = calloc(blocks, sizeof *least), all = 0, from = cost_now();
    char name[40];
    if (least == NULL)
        exit(1);
    for (unsigned i = 0; i < (counted ? 1 : 5) || (!counted && cost_now() - from < 1); i++)
        found = scan_blocks(e, text, block, least, options);
    for (size_t i = 0; i < blocks; i++)
        all += least[i];
    snprintf(name, sizeof name, "file %zu", kb);
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    if (counted)
        (void)scan_blocks(e, text, block, least, options);
    CALLGRIND_DUMP_STATS_AT(name);
    CALLGRIND_STOP_INSTRUMENTATION;
    printf("%s %zu %.1f %zu %zu\n", path, kb, (double)text.len / all / 1e6, found, text.len);
    free(least);
    cost_free(text);
}

static int measure_files(int n, char **paths, const struct scan_options *options)
{
    static const size_t blocks[] = {1, 8, 256};
    struct engine e = build(0);
    for (int i = 0; i < n; i++)
        for (size_t k = 0; k < GW_COUNT(blocks); k++)
            measure_file(&e, paths[i], blocks[k], options);
    tear_down(&e);
    return 0;
}

int main(int argc, char **argv)
{
    const struct scan_options without = {0}, with_names = {.names = NAMES_HIGH};
    if (argc > 2 && strcmp(argv[1], "--file") == 0)
        return measure_files(argc - 2, argv + 2, &without);
    if (argc > 2 && strcmp(argv[1], "--names") == 0)
        return measure_files(argc - 2, argv + 2, &with_names);
    static const long patterns[] = {ALL_AND_ATTACKS, 0, 10, 100, 1000};
    size_t bytes = (size_t)(argc > 1 ? atol(argv[1]) : 64) << 10;
    bool rows = argc < 3, speed = !rows && strcmp(argv[2], "speed") == 0;
    struct slice texts[GW_COUNT(cost_kinds)];
    for (size_t k = 0; k < GW_COUNT(cost_kinds); k++)
        texts[k] = cost_text(cost_kinds[k].kind, bytes);
    for (size_t k = 0; rows && k < GW_COUNT(cost_kinds); k++)
        for (long row = ALL_AND_ATTACKS; row < (long)whole_catalog_count(); row++)
            measure_row(cost_kinds[k].name, row, texts[k]);
    for (size_t i = 0; !rows && i < GW_COUNT(patterns); i++) {
        struct engine e = build(patterns[i] < 0 ? 0 : (size_t)patterns[i]);
        for (size_t k = 0; k < GW_COUNT(cost_kinds); k++)
            measure_patterns(cost_kinds[k].name, &e, patterns[i], texts[k], speed);
        tear_down(&e);
    }
    return 0;
}
