/* audit/gauges.c - see gauges.h. */
#include "proxy/base/base.h"
#include "audit/gauges.h"

#include <sys/mman.h>

enum { TRIES = 1000 };

struct gauges *gauges_new(void)
{
    void *at = mmap(NULL, sizeof(struct gauges), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS,
                    -1, 0);
    return at == MAP_FAILED ? NULL : at;
}

void gauges_free(struct gauges *g)
{
    if (g != NULL)
        (void)munmap(g, sizeof *g);
}

void gauges_set(uint64_t *word, uint64_t n)
{
    __atomic_store_n(word, n, __ATOMIC_RELAXED);
}

void gauges_add(uint64_t *word, uint64_t n)
{
    (void)__atomic_fetch_add(word, n, __ATOMIC_RELAXED);
}

uint64_t gauges_get(const uint64_t *word)
{
    return __atomic_load_n(word, __ATOMIC_RELAXED);
}

size_t gauges_sinks(const struct gauges *g)
{
    uint64_t n = g == NULL ? 0 : gauges_get(&g->sink_count);
    return n < GAUGES_SINKS ? (size_t)n : GAUGES_SINKS;
}

uint64_t gauges_lag(const struct gauges *g, const struct gauges_sink *s)
{
    uint64_t records = gauges_get(&g->records), next = gauges_get(&s->next);
    return records > next ? records - next : 0;
}

void gauges_sign(struct gauges *g, uint64_t size, struct slice note)
{
    if (g == NULL || note.len > sizeof g->note)
        return;
    /* an auditor that was killed in here has left it odd */
    uint64_t turn = gauges_get(&g->note_turn) | 1;
    __atomic_store_n(&g->note_turn, turn, __ATOMIC_RELAXED);
    /* each released: who sees one of them sees that the turn is odd */
    for (size_t i = 0; i < note.len; i++)
        __atomic_store_n(&g->note[i], note.at[i], __ATOMIC_RELEASE);
    __atomic_store_n(&g->note_len, note.len, __ATOMIC_RELEASE);
    __atomic_store_n(&g->records, size, __ATOMIC_RELEASE);
    __atomic_store_n(&g->note_turn, turn + 1, __ATOMIC_RELEASE);
}

gw_result gauges_signed(const struct gauges *g, uint64_t *size, struct buf *note)
{
    for (int i = 0; g != NULL && i < TRIES; i++) {
        char *at;
        uint64_t turn = __atomic_load_n(&g->note_turn, __ATOMIC_ACQUIRE);
        uint64_t len = __atomic_load_n(&g->note_len, __ATOMIC_ACQUIRE);
        if (turn == 0)
            return gw_is(GW_NOT_FOUND);
        if (turn % 2 != 0 || len > sizeof g->note)
            continue;
        buf_clear(note);
        TRY(buf_room(note, len, &at));
        for (size_t k = 0; k < len; k++) /* each before the second look at the turn */
            at[k] = __atomic_load_n(&g->note[k], __ATOMIC_ACQUIRE);
        buf_wrote(note, len);
        *size = __atomic_load_n(&g->records, __ATOMIC_ACQUIRE);
        if (__atomic_load_n(&g->note_turn, __ATOMIC_RELAXED) == turn)
            return gw_is(GW_OK);
    }
    return gw_is(g == NULL ? GW_NOT_FOUND : GW_AGAIN);
}
