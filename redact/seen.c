/* redact/seen.c - see seen.h. Sets of WAYS entries; a hash of the mark chooses shard and set. What
 * tells a set's entries apart most often stands together: one line of memory, not eight.
 *
 * Refuses to know what a leaf is. Freed by seen_free(), the key wiped. */
#include "proxy/base/base.h"
#include "redact/seen.h"
#include <pthread.h>
#include <sys/mman.h>

enum { WAYS = 8, SHARDS = 16, ALLOWED = 0x8000 };

struct range {
    uint32_t start, end;
    uint16_t detector, score; /* and ALLOWED */
};

struct entry {
    struct seen_mark mark;
    uint16_t count;
    struct attack attack;
    struct range at[SEEN_FINDINGS];
};

struct set {
    uint32_t tags[WAYS]; /* of the entries' marks */
    uint32_t used[WAYS]; /* the shard's count when each was last used; 0: empty */
};

struct shard {
    pthread_mutex_t lock;
    uint32_t uses;
};

struct seen {
    struct fingerprint_key *key;
    size_t sets; /* of all shards */
    size_t bytes;
    struct set *all; /* mapped, with the entries behind them: pages come as they are touched */
    struct entry *entries; /* sets * WAYS */
    struct shard shards[SHARDS];
};

struct seen *seen_new(size_t entries)
{
    struct seen *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->sets = (entries / (WAYS * SHARDS) + 1) * SHARDS;
    s->bytes = s->sets * (sizeof(struct set) + WAYS * sizeof(struct entry));
    void *at = mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    s->all = at == MAP_FAILED ? NULL : at;
    s->key = fingerprint_key_new();
    for (size_t i = 0; i < SHARDS; i++)
        pthread_mutex_init(&s->shards[i].lock, NULL);
    if (s->all == NULL || s->key == NULL) {
        seen_free(s);
        return NULL;
    }
    s->entries = (struct entry *)(void *)(s->all + s->sets);
    return s;
}

void seen_free(struct seen *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; i < SHARDS; i++)
        pthread_mutex_destroy(&s->shards[i].lock);
    if (s->all != NULL)
        munmap(s->all, s->bytes);
    fingerprint_key_free(s->key);
    free(s);
}

struct seen_mark seen_mark(const struct seen *s, const struct slice *parts, size_t n)
{
    return (struct seen_mark){fingerprint_of(s->key, parts, n)};
}

/* Where a mark is, or would be. */
struct place {
    struct shard *shard;
    struct set *set;
    struct entry *entries; /* of the set */
    uint32_t tag;
};

static struct place place_of(struct seen *s, const struct seen_mark *mark)
{
    uint64_t w[4];
    memcpy(w, mark->of.at, sizeof w);
    uint64_t h = (w[0] ^ w[1] ^ w[2] ^ w[3]) * UINT64_C(0x9E3779B97F4A7C15);
    size_t set = (size_t)((h >> 32) % s->sets);
    return (struct place){&s->shards[set % SHARDS], &s->all[set], &s->entries[set * WAYS],
                          (uint32_t)h};
}

/* Its number in the set; WAYS: it is not there. */
static size_t way_of(const struct place *p, const struct seen_mark *mark)
{
    for (size_t i = 0; i < WAYS; i++)
        if (p->set->tags[i] == p->tag && p->set->used[i] != 0 &&
            memcmp(&p->entries[i].mark, mark, sizeof *mark) == 0)
            return i;
    return WAYS;
}

/* When the count wraps, ages are wrong for a while: a result is forgotten early, no more. */
static uint32_t next_use(struct shard *shard)
{
    shard->uses = shard->uses == UINT32_MAX ? 1 : shard->uses + 1;
    return shard->uses;
}

bool seen_find(struct seen *s, const struct seen_mark *mark, struct finding *findings,
               size_t *count, struct attack *attack)
{
    struct place p = place_of(s, mark);
    pthread_mutex_lock(&p.shard->lock);
    size_t way = way_of(&p, mark);
    if (way < WAYS) {
        const struct entry *e = &p.entries[way];
        p.set->used[way] = next_use(p.shard);
        *count = e->count;
        *attack = e->attack;
        for (size_t i = 0; i < e->count; i++)
            findings[i] = (struct finding){.start = e->at[i].start,
                                           .end = e->at[i].end,
                                           .detector = e->at[i].detector,
                                           .score = e->at[i].score & (ALLOWED - 1),
                                           .is_allowed = (e->at[i].score & ALLOWED) != 0};
    }
    pthread_mutex_unlock(&p.shard->lock);
    return way < WAYS;
}

/* An empty one, or the one used longest ago. */
static size_t oldest_of(const struct set *set)
{
    size_t oldest = 0;
    for (size_t i = 1; i < WAYS; i++)
        if (set->used[i] < set->used[oldest])
            oldest = i;
    return oldest;
}

void seen_keep(struct seen *s, const struct seen_mark *mark, const struct finding *findings,
               size_t count, struct attack attack)
{
    if (count > SEEN_FINDINGS)
        return;
    struct place p = place_of(s, mark);
    pthread_mutex_lock(&p.shard->lock);
    size_t way = way_of(&p, mark);
    if (way == WAYS)
        way = oldest_of(p.set);
    struct entry *e = &p.entries[way];
    p.set->tags[way] = p.tag;
    p.set->used[way] = next_use(p.shard);
    e->mark = *mark;
    e->attack = attack;
    e->count = (uint16_t)count;
    for (size_t i = 0; i < count; i++)
        e->at[i] =
            (struct range){findings[i].start, findings[i].end, findings[i].detector,
                           (uint16_t)(findings[i].score | (findings[i].is_allowed ? ALLOWED : 0))};
    pthread_mutex_unlock(&p.shard->lock);
}
