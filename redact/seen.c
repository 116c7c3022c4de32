/* redact/seen.c - see seen.h. Sets of WAYS entries; the mark's first bits choose shard and set.
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
    uint32_t used; /* the shard's count when it was last used; 0: empty */
    uint16_t count;
    struct attack attack;
    struct range at[SEEN_FINDINGS];
};

struct shard {
    pthread_mutex_t lock;
    uint32_t uses;
    struct entry *entries; /* sets * WAYS */
};

struct seen {
    struct fingerprint_key *key;
    size_t sets; /* of a shard */
    size_t bytes;
    struct entry *all; /* mapped: pages come as they are touched */
    struct shard shards[SHARDS];
};

struct seen *seen_new(size_t entries)
{
    struct seen *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->sets = entries / (WAYS * SHARDS) + 1;
    s->bytes = s->sets * WAYS * SHARDS * sizeof(struct entry);
    void *at = mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    s->all = at == MAP_FAILED ? NULL : at;
    s->key = fingerprint_key_new();
    for (size_t i = 0; i < SHARDS; i++) {
        pthread_mutex_init(&s->shards[i].lock, NULL);
        s->shards[i].entries = s->all == NULL ? NULL : s->all + i * s->sets * WAYS;
    }
    if (s->all == NULL || s->key == NULL) {
        seen_free(s);
        return NULL;
    }
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

/* The set that a mark belongs to. */
static struct entry *set_of(struct seen *s, const struct seen_mark *mark, struct shard **shard)
{
    uint64_t bits;
    memcpy(&bits, mark->of.at, sizeof bits);
    *shard = &s->shards[bits % SHARDS];
    return (*shard)->entries + (bits / SHARDS) % s->sets * WAYS;
}

static struct entry *entry_of(struct entry *set, const struct seen_mark *mark)
{
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].used != 0 && memcmp(&set[i].mark, mark, sizeof *mark) == 0)
            return &set[i];
    return NULL;
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
    struct shard *shard;
    struct entry *set = set_of(s, mark, &shard);
    pthread_mutex_lock(&shard->lock);
    struct entry *e = entry_of(set, mark);
    if (e != NULL) {
        e->used = next_use(shard);
        *count = e->count;
        *attack = e->attack;
        for (size_t i = 0; i < e->count; i++)
            findings[i] = (struct finding){.start = e->at[i].start,
                                           .end = e->at[i].end,
                                           .detector = e->at[i].detector,
                                           .score = e->at[i].score & (ALLOWED - 1),
                                           .is_allowed = (e->at[i].score & ALLOWED) != 0};
    }
    pthread_mutex_unlock(&shard->lock);
    return e != NULL;
}

/* An empty entry, or the one used longest ago. */
static struct entry *oldest_of(struct entry *set)
{
    struct entry *oldest = &set[0];
    for (size_t i = 1; i < WAYS; i++)
        if (set[i].used < oldest->used)
            oldest = &set[i];
    return oldest;
}

void seen_keep(struct seen *s, const struct seen_mark *mark, const struct finding *findings,
               size_t count, struct attack attack)
{
    struct shard *shard;
    struct entry *set = set_of(s, mark, &shard);
    if (count > SEEN_FINDINGS)
        return;
    pthread_mutex_lock(&shard->lock);
    struct entry *e = entry_of(set, mark);
    if (e == NULL)
        e = oldest_of(set);
    *e = (struct entry){
        .mark = *mark, .used = next_use(shard), .attack = attack, .count = (uint16_t)count};
    for (size_t i = 0; i < count; i++)
        e->at[i] =
            (struct range){findings[i].start, findings[i].end, findings[i].detector,
                           (uint16_t)(findings[i].score | (findings[i].is_allowed ? ALLOWED : 0))};
    pthread_mutex_unlock(&shard->lock);
}
