/* tests/bench/score_cost.c - what the attack score costs with all that belongs to it: the normal
 * form, its decoding, views of disguises, what is hidden; for counting instructions under callgrind
 * and in time.
 *
 *   score_cost KB [FILE...]
 *
 * Made-up prose, code and JSON of so many KB each, then the files, each in texts of 1 KB.
 *
 * Prints "KIND US TEXTS": microseconds of this thread's processor time per KB, of the best of many
 * rounds through all texts: the neighbours of a shared machine only ever slow one down, and what is
 * in no cache the first time is there then. The instructions of one round become a callgrind dump
 * named KIND. */
#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/memory.h"
#include "redact/attack.h"
#include "redact/normal.h"
#include "tests/bench/cost.h"
#include <valgrind/callgrind.h>

enum { TEXT = 1024, STRETCH = 16, STRETCHES = 4096, FILE_MAX = STRETCHES * STRETCH * TEXT };

/* Scores a stretch of texts. */
static void score(struct slice texts)
{
    struct arena *arena = arena_new((size_t)1 << 30);
    for (size_t at = 0; at < texts.len && arena != NULL; at += TEXT) {
        struct slice text = slice_cut(texts, at, at + TEXT < texts.len ? at + TEXT : texts.len);
        struct normal normal;
        if (!gw_ok(normal_make(text, arena, &normal)))
            exit(1);
        struct attack a = attack_score(normal.text, normal.decoded);
        if (normal.changed)
            a = attack_look_behind(a, text, 0);
        if (a.score > 1000)
            exit(1);
    }
    arena_free(arena);
}

/* Microseconds for all, each stretch as in its best round. */
static double best_time(struct slice texts)
{
    static double best[STRETCHES];
    double from = cost_now(), total = 0;
    size_t n = (texts.len + STRETCH * TEXT - 1) / (STRETCH * TEXT);
    for (unsigned round = 0; round < 20 || cost_now() - from < 0.5; round++)
        for (size_t i = 0; i < n; i++) {
            size_t at = i * STRETCH * TEXT, left = texts.len - at;
            double begin = cost_now();
            score(slice_cut(texts, at, at + (left < STRETCH * TEXT ? left : STRETCH * TEXT)));
            double spent = cost_now() - begin;
            best[i] = round == 0 || spent < best[i] ? spent : best[i];
        }
    for (size_t i = 0; i < n; i++)
        total += best[i];
    return total * 1e6;
}

static void measure(const char *kind, struct slice texts)
{
    double spent = RUNNING_ON_VALGRIND ? 0 : best_time(texts);
    score(texts); /* what is made once */
    CALLGRIND_START_INSTRUMENTATION;
    CALLGRIND_ZERO_STATS;
    score(texts);
    CALLGRIND_DUMP_STATS_AT(kind);
    CALLGRIND_STOP_INSTRUMENTATION;
    printf("%s %.1f %zu\n", kind, spent * TEXT / (double)texts.len, (texts.len + TEXT - 1) / TEXT);
}

int main(int argc, char **argv)
{
    size_t bytes = (size_t)(argc > 1 ? atol(argv[1]) : 64) << 10;
    if (bytes == 0 || bytes > FILE_MAX)
        return 1;
    memory_settle(); /* as the program does */
    for (size_t k = 0; k < GW_COUNT(cost_kinds); k++) {
        struct slice text = cost_text(cost_kinds[k].kind, bytes);
        measure(cost_kinds[k].name, text);
        cost_free(text);
    }
    for (int i = 2; i < argc; i++) {
        struct slice text = cost_file(argv[i], FILE_MAX);
        if (text.len > 0)
            measure(argv[i], text);
        cost_free(text);
    }
    return 0;
}
