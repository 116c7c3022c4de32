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
#include "redact/attack.h"
#include "redact/normal.h"
#include "tests/bench/text.h"
#include <stdlib.h>
#include <time.h>
#include <valgrind/callgrind.h>

enum { TEXT = 1024, STRETCH = 16, STRETCHES = 4096, FILE_MAX = STRETCHES * STRETCH * TEXT };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

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
    double from = now(), total = 0;
    size_t n = (texts.len + STRETCH * TEXT - 1) / (STRETCH * TEXT);
    for (unsigned round = 0; round < 20 || now() - from < 0.5; round++)
        for (size_t i = 0; i < n; i++) {
            size_t at = i * STRETCH * TEXT, left = texts.len - at;
            double begin = now();
            score(slice_cut(texts, at, at + (left < STRETCH * TEXT ? left : STRETCH * TEXT)));
            double spent = now() - begin;
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

static struct text_sink room(size_t bytes)
{
    struct text_sink sink = {.at = malloc(bytes), .room = bytes};
    if (sink.at == NULL)
        exit(1);
    return sink;
}

static void measure_file(const char *path)
{
    FILE *f = fopen(path, "rb");
    struct text_sink sink = room(FILE_MAX);
    if (f == NULL)
        exit(1);
    sink.len = fread(sink.at, 1, sink.room, f);
    fclose(f);
    if (sink.len > 0)
        measure(path, slice_of(sink.at, sink.len));
    free(sink.at);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        enum text_kind kind;
    } kinds[] = {{"prose", TEXT_PROSE}, {"code", TEXT_CODE}, {"json", TEXT_JSON}};
    size_t bytes = (size_t)(argc > 1 ? atol(argv[1]) : 64) << 10;
    if (bytes == 0 || bytes > FILE_MAX)
        return 1;
    for (size_t k = 0; k < GW_COUNT(kinds); k++) {
        struct text_maker maker = {.state = 88172645463325252, .kind = kinds[k].kind, .finds = 60};
        struct text_sink sink = room(bytes);
        text_fill(&maker, &sink, bytes);
        text_unescape(&sink);
        measure(kinds[k].name, slice_of(sink.at, sink.len));
        free(sink.at);
    }
    for (int i = 2; i < argc; i++)
        measure_file(argv[i]);
    return 0;
}
