/* tests/bench/cost.h - what the programs share that count what a part of the gateway costs: a clock
 * of this thread's own work, the kinds of made-up text, texts of files.
 *
 * A text's memory is the caller's, who frees it. What cannot be had ends the program, in words. */
#ifndef TESTS_BENCH_COST_H
#define TESTS_BENCH_COST_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "tests/bench/text.h"
#include <stdlib.h>
#include <time.h>

static const struct cost_kind {
    const char *name;
    enum text_kind kind;
} cost_kinds[] = {{"prose", TEXT_PROSE}, {"code", TEXT_CODE}, {"json", TEXT_JSON}};

/* Seconds of this thread's processor time. */
static inline double cost_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static inline struct text_sink cost_room(size_t bytes)
{
    struct text_sink sink = {.at = malloc(bytes), .room = bytes};
    if (sink.at == NULL) {
        fprintf(stderr, "no memory for %zu bytes of text\n", bytes);
        exit(1);
    }
    return sink;
}

/* Made up, as it stands in no JSON string. */
static inline struct slice cost_text(enum text_kind kind, size_t bytes)
{
    struct text_maker maker = {.state = 88172645463325252, .kind = kind, .finds = 60};
    struct text_sink sink = cost_room(bytes);
    text_fill(&maker, &sink, bytes);
    text_unescape(&sink);
    return slice_of(sink.at, sink.len);
}

/* A file's first `most` bytes. */
static inline struct slice cost_file(const char *path, size_t most)
{
    FILE *f = fopen(path, "rb");
    struct text_sink sink = cost_room(most);
    if (f == NULL) {
        fprintf(stderr, "%s: cannot be read\n", path);
        exit(1);
    }
    sink.len = fread(sink.at, 1, sink.room, f);
    fclose(f);
    return slice_of(sink.at, sink.len);
}

static inline void cost_free(struct slice text)
{
    free((void *)(uintptr_t)text.at);
}

#endif
