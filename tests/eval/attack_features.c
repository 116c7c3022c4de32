/* tests/eval/attack_features.c - the features of texts, as the attack score sees them, for
 * redact/train/attack.py. In: "N\n" and N bytes, again and again. Out, in 32-bit numbers: how many
 * windows; for each its begin, end, view and number of features, then the features, with how many
 * of its chunks have it in the top byte. With --scores: a line for each text instead, its
 * score, view, window, kinds and reasons. With --time: what scoring all of them costs, normal form,
 * views and look behind with it. Each stretch of texts counts as in its best of several rounds
 * through all of them: the neighbours of a shared machine only ever slow one down. */
#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "redact/attack.h"
#include "redact/attack_chunk.h"
#include "redact/normal.h"
#include <stdlib.h>
#include <time.h>

static int by_number(const void *a, const void *b)
{
    uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
    return x < y ? -1 : x > y;
}

static uint32_t *spool;
static size_t spooled, spool_room;
static uint32_t windows;

static void put(const uint32_t *v, size_t n)
{
    if (spooled + n > spool_room) {
        spool_room = 2 * (spooled + n);
        spool = realloc(spool, spool_room * sizeof *spool);
        if (spool == NULL)
            exit(1);
    }
    memcpy(spool + spooled, v, n * sizeof *v);
    spooled += n;
}

static void put_window(const struct attack_chunk *a, const struct attack_chunk *b, unsigned view)
{
    static uint32_t all[ATTACK_SHORT * ATTACK_FEATURES_KEPT];
    size_t n = 0, m = 0;
    for (const struct attack_chunk *c = a; c <= b; c++)
        for (size_t i = 0; i < c->count; i++)
            all[n++] = attack_feature_number(c->features[i]);
    qsort(all, n, sizeof *all, by_number);
    for (size_t i = 0; i < n; i++) {
        if (m > 0 && (all[m - 1] & 0xFFFFFF) == all[i])
            all[m - 1] += 1u << 24;
        else
            all[m++] = all[i] | 1u << 24;
    }
    uint32_t head[4] = {a->from, b->to, view, (uint32_t)m};
    windows++;
    put(head, 4);
    put(all, m);
}

/* The same windows as attack.c. */
static void put_text(struct slice text, unsigned view, unsigned depth)
{
    static uint64_t room[ATTACK_SHORT + 1][ATTACK_FEATURES_KEPT];
    struct attack_chunk c[ATTACK_SHORT + 1] = {0};
    struct attack_reader r;
    unsigned k = 0, at = 0;
    attack_chunk_begin(&r, text);
    for (unsigned i = 0; i <= ATTACK_SHORT; i++)
        c[i].features = room[i];
    for (; attack_chunk_next(&r, &c[at]); k++) {
        put_window(&c[at], &c[at], view);
        if (k > 0)
            put_window(&c[at - 1], &c[at], view);
        if (at == ATTACK_SHORT) {
            struct attack_chunk x = c[at - 1];
            c[at - 1] = c[at];
            c[at] = x;
        } else
            at++;
    }
    if (k > 2 && k <= ATTACK_SHORT)
        put_window(&c[0], &c[k - 1], view);
    if (k == 0)
        return;
    for (unsigned v = 1; v < VIEW_COUNT && depth < 2; v++) {
        char *out = malloc(ATTACK_VIEW_MAX);
        if (out == NULL)
            exit(1);
        if (attack_view_is_likely(&r.hints, v)) {
            size_t n = attack_view_make(text, v, out, ATTACK_VIEW_MAX);
            if (n > 0)
                put_text(slice_of(out, n), v, depth + 1);
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
    windows = 0;
    spooled = 0;
    put_text(normal->text, 0, 0);
    if (fwrite(&windows, 4, 1, stdout) != 1 || fwrite(spool, 4, spooled, stdout) != spooled)
        exit(1);
}

/* One text: features, a line, or nothing. */
static unsigned put_one(struct slice text, char mode)
{
    struct arena *arena = arena_new(64 << 20);
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
    return 0;
}
