/* proxy/base/arena.c - see arena.h. A list of blocks, the newest first. */
#include "proxy/base/base.h"
#include "proxy/base/arena.h"
#include "proxy/base/secret.h"

enum { ARENA_BLOCK = 4096, ARENA_ALIGN = 16, POOL_BLOCKS = 512 };

struct arena_block {
    struct arena_block *older;
    size_t used;
    size_t cap;
    _Alignas(ARENA_ALIGN) char at[];
};

struct arena {
    struct arena_pool *pool;
    struct arena_block *newest;
    char *last; /* handed out last, in the newest block or in one of its own */
    size_t used;
    size_t ceiling;
    size_t limit; /* never above the ceiling */
    bool was_limited;
};

static size_t aligned(size_t bytes)
{
    return (bytes + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);
}

/* Wiped before anybody else gets it. */
static void drop_block(struct arena_pool *pool, struct arena_block *b)
{
    secret_wipe(b->at, b->used);
    if (pool == NULL || b->cap != ARENA_BLOCK || pool->count == POOL_BLOCKS) {
        free(b);
        return;
    }
    b->older = pool->first;
    pool->first = b;
    pool->count++;
}

void arena_free(struct arena *a)
{
    if (a == NULL)
        return;
    struct arena_pool *pool = a->pool; /* the arena itself lies in the last block of them */
    for (struct arena_block *b = a->newest, *older; b != NULL; b = older) {
        older = b->older;
        drop_block(pool, b);
    }
}

void arena_pool_free(struct arena_pool *pool)
{
    for (struct arena_block *b = pool->first, *older; b != NULL; b = older) {
        older = b->older;
        free(b);
    }
    *pool = (struct arena_pool){.count = 0};
}

static struct arena_block *take_block(struct arena_pool *pool, size_t cap)
{
    struct arena_block *b = pool == NULL || cap != ARENA_BLOCK ? NULL : pool->first;
    if (b != NULL) {
        pool->first = b->older;
        pool->count--;
    } else {
        b = malloc(sizeof *b + cap);
    }
    return b;
}

/* The arena stands at the begin of its first block. */
struct arena *arena_new_from(struct arena_pool *pool, size_t ceiling_bytes)
{
    struct arena_pool *from = BULLA_SANITIZED ? NULL : pool;
    struct arena_block *b = take_block(from, ARENA_BLOCK);
    if (b == NULL)
        return NULL;
    struct arena *a = (struct arena *)(void *)b->at;
    *b = (struct arena_block){.used = aligned(sizeof *a), .cap = ARENA_BLOCK};
    *a =
        (struct arena){.pool = from, .newest = b, .ceiling = ceiling_bytes, .limit = ceiling_bytes};
    return a;
}

struct arena *arena_new(size_t ceiling_bytes)
{
    return arena_new_from(NULL, ceiling_bytes);
}

static struct arena_block *add_block(struct arena *a, size_t bytes)
{
    size_t cap = bytes > ARENA_BLOCK ? bytes : ARENA_BLOCK;
    struct arena_block *b = take_block(a->pool, cap);
    if (b == NULL)
        return NULL;
    b->used = 0;
    b->cap = cap;
    if (bytes > ARENA_BLOCK) { /* keep the room left in the newest one */
        b->older = a->newest->older;
        a->newest->older = b;
    } else {
        b->older = a->newest;
        a->newest = b;
    }
    return b;
}

void *arena_alloc(struct arena *a, size_t bytes)
{
    if (bytes > SIZE_MAX - ARENA_ALIGN)
        return NULL;
    bytes = aligned(bytes);
    if (a->used > a->limit || bytes > a->limit - a->used) {
        a->was_limited = a->was_limited || a->limit < a->ceiling;
        return NULL;
    }
    struct arena_block *b = a->newest;
    if (b == NULL || b->cap - b->used < bytes)
        b = add_block(a, bytes);
    if (b == NULL)
        return NULL;
    a->last = b->at + b->used;
    b->used += bytes;
    a->used += bytes;
    return a->last;
}

void arena_trim(struct arena *a, void *at, size_t bytes)
{
    struct arena_block *b = a->newest;
    if (b == NULL || at == NULL || a->last != at || a->last < b->at || a->last > b->at + b->used)
        return;
    size_t used = (size_t)(a->last - b->at) + aligned(bytes);
    if (used > b->used)
        return;
    a->used -= b->used - used;
    b->used = used;
}

/* Gives back the block that holds this piece alone. */
static void drop_piece(struct arena *a, const void *at)
{
    for (struct arena_block **link = &a->newest; *link != NULL; link = &(*link)->older) {
        struct arena_block *b = *link;
        if (at != b->at)
            continue;
        *link = b->older;
        a->used -= b->used;
        drop_block(a->pool, b);
        return;
    }
}

void *arena_grow(struct arena *a, void *at, size_t had, size_t want)
{
    void *grown = arena_alloc(a, want);
    if (grown == NULL)
        return NULL;
    if (had > 0)
        memcpy(grown, at, had);
    if (had > ARENA_BLOCK) /* else it may share its block */
        drop_piece(a, at);
    return grown;
}

void *arena_zalloc(struct arena *a, size_t bytes)
{
    void *at = arena_alloc(a, bytes);
    if (at != NULL)
        memset(at, 0, bytes);
    return at;
}

void *arena_array(struct arena *a, size_t n, size_t size)
{
    return size != 0 && n > SIZE_MAX / size ? NULL : arena_zalloc(a, n * size);
}

struct slice arena_copy(struct arena *a, struct slice s)
{
    char *at = s.len == SIZE_MAX ? NULL : arena_alloc(a, s.len + 1);
    if (at == NULL)
        return (struct slice){NULL, 0};
    if (s.len > 0)
        memcpy(at, s.at, s.len);
    at[s.len] = '\0';
    return (struct slice){at, s.len};
}

void arena_limit(struct arena *a, size_t more_bytes)
{
    a->limit = more_bytes < a->ceiling - a->used ? a->used + more_bytes : a->ceiling;
}

bool arena_was_limited(const struct arena *a)
{
    return a->was_limited;
}

size_t arena_used(const struct arena *a)
{
    return a->used;
}
