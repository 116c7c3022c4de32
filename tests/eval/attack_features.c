/* tests/eval/attack_features.c - the features of texts, as the attack score sees them, for
 * redact/train/attack.py. In: "N\n" and N bytes, again and again. Out, in 32-bit numbers: how many
 * chunks; for each its begin, end, part and number of features; then the features of all. A part
 * is the text itself, 0, or one of its views. With --scores: a line for each text instead, its
 * score, view, window, kinds and reasons. With --time: what scoring all of them costs, normal form,
 * views and look behind with it. Each stretch of texts counts as in its best of several rounds
 * through all of them: the neighbours of a shared machine only ever slow one down. */
#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/memory.h"
#include "redact/attack.h"
#include "redact/attack_chunk.h"
#include "redact/normal.h"
#include <stdlib.h>
#include <time.h>

struct spool {
    uint32_t *at;
    size_t n, room;
};
static struct spool heads, features; /* of one text */
static struct arena_pool pool;       /* as a worker has one */

static void put(struct spool *s, const uint32_t *v, size_t n)
{
    if (s->n + n > s->room) {
        s->room = 2 * (s->n + n);
        s->at = realloc(s->at, s->room * sizeof *v);
        if (s->at == NULL)
            exit(1);
    }
    memcpy(s->at + s->n, v, n * sizeof *v);
    s->n += n;
}

static void put_chunk(const struct attack_chunk *c, unsigned part)
{
    uint32_t head[4] = {c->from, c->to, part, c->count};
    put(&heads, head, 4);
    for (size_t i = 0; i < c->count; i++) {
        uint32_t number = attack_feature_number(c->features[i]);
        put(&features, &number, 1);
    }
}

/* The chunks of a text, and of what it is without its disguises: each a part of its own. */
static void put_text(struct slice text, unsigned *part, unsigned depth)
{
    static uint64_t room[ATTACK_FEATURES_KEPT];
    struct attack_chunk c = {.features = room};
    struct attack_reader r;
    attack_chunk_begin(&r, text);
    while (attack_chunk_next(&r, &c))
        put_chunk(&c, *part);
    if (text.len == 0)
        return;
    for (unsigned v = 1; v < VIEW_COUNT && depth < 2; v++) {
        char *out = malloc(ATTACK_VIEW_MAX);
        if (out == NULL)
            exit(1);
        if (attack_view_is_likely(&r.hints, v)) {
            size_t n = attack_view_make(text, v, out, ATTACK_VIEW_MAX);
            ++*part;
            put_text(slice_of(out, n), part, depth + 1);
        }
        free(out);
    }
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void put_features(const struct normal *normal)
{
    unsigned part = 0;
    heads.n = features.n = 0;
    put_text(normal->text, &part, 0);
    uint32_t chunks = (uint32_t)(heads.n / 4);
    if (fwrite(&chunks, 4, 1, stdout) != 1 || fwrite(heads.at, 4, heads.n, stdout) != heads.n ||
        fwrite(features.at, 4, features.n, stdout) != features.n)
        exit(1);
}

/* One text: features, a line, or nothing. */
static unsigned put_one(struct slice text, char mode)
{
    struct arena *arena = arena_new_from(&pool, 64 << 20);
    struct normal normal;
    struct attack a = {0};
    if (arena == NULL || !gw_ok(normal_make(text, arena, &normal)))
        exit(1);
    if (mode == 'f')
        put_features(&normal);
    else
        a = attack_score(normal.text, normal.decoded);
    if (mode != 'f' && normal.changed)
        a = attack_look_behind(a, text, 0);
    if (mode == 's')
        printf("%u %u %u %u %x %x\n", a.score, a.view, a.from, a.to, a.kinds, a.reasons);
    arena_free(arena);
    return a.score;
}

/* The next text of the input; at NULL: there is none. */
static struct slice read_one(void)
{
    size_t len;
    char *text;
    if (scanf("%zu", &len) != 1)
        return slice_of(NULL, 0);
    text = malloc(len + 1);
    if (text == NULL || getchar() != '\n' || fread(text, 1, len, stdin) != len)
        exit(1);
    return slice_of(text, len);
}

/* Microseconds for all texts. */
static double time_all(const struct slice *all, size_t n, size_t *sum)
{
    enum { ROUNDS = 15, STRETCH = 32 << 10 };
    double *best = calloc(n + 1, sizeof *best), total = 0;
    if (best == NULL)
        exit(1);
    for (unsigned round = 0; round < ROUNDS; round++) {
        *sum = 0;
        for (size_t i = 0, from = 0; i < n; from = i) {
            double before = seconds();
            for (size_t bytes = 0; i < n && bytes < STRETCH; bytes += all[i++].len)
                *sum += put_one(all[i], 't');
            double spent = seconds() - before;
            best[from] = round == 0 || spent < best[from] ? spent : best[from];
        }
    }
    for (size_t i = 0; i < n; i++)
        total += best[i];
    free(best);
    return total * 1e6;
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "--features";
    struct slice *all = NULL;
    size_t n = 0, room = 0, bytes = 0, sum = 0;
    memory_settle(); /* as the program does */
    for (struct slice s; (s = read_one()).at != NULL; bytes += s.len) {
        if (n == room)
            all = realloc(all, (room = 2 * room + 64) * sizeof *all);
        if (all == NULL)
            return 1;
        all[n++] = s;
    }
    for (size_t i = 0; i < n && mode[2] != 't'; i++)
        (void)put_one(all[i], mode[2]);
    if (mode[2] == 't') {
        double spent = time_all(all, n, &sum);
        printf("%.1f us per KB over %.1f MB (checksum %zu)\n", spent / ((double)bytes / 1024),
               (double)bytes / 1e6, sum);
    }
    for (size_t i = 0; i < n; i++)
        free((void *)(uintptr_t)all[i].at);
    free(all);
    arena_pool_free(&pool);
    free(heads.at);
    free(features.at);
    return 0;
}
