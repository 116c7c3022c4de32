/* proxy/base/arena.h - one arena per exchange: many allocations, one free, wiped.
 *
 * Not thread-safe: one thread owns it. Memory is aligned for any type. An arena is born with a
 * ceiling on the sum of what it hands out; beyond it arena_alloc() returns NULL. Large pieces get
 * blocks of their own. Everything is wiped in arena_free(): prompts pass through here. */
#ifndef PROXY_BASE_ARENA_H
#define PROXY_BASE_ARENA_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct arena;
struct arena_block;

/* Blocks that ended arenas gave back, wiped, for the next ones of the same thread. Starts zeroed;
 * keeps two megabytes at most. In builds with sanitizers it keeps nothing, so that they see every
 * use of what is gone. */
struct arena_pool {
    struct arena_block *first;
    size_t count;
};
void arena_pool_free(struct arena_pool *pool); /* what it keeps, not the struct */

struct arena *arena_new(size_t ceiling_bytes); /* NULL when memory is short */
/* The same with blocks of a pool (NULL: none), which must outlive it. */
struct arena *arena_new_from(struct arena_pool *pool, size_t ceiling_bytes);
void arena_free(struct arena *a);                  /* NULL is fine; wipes */
void *arena_alloc(struct arena *a, size_t bytes);  /* NULL at the ceiling */
void *arena_zalloc(struct arena *a, size_t bytes); /* zeroed */
/* n elements of `size` bytes, zeroed; NULL on overflow of the product as well. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* What was handed out last keeps so many of its bytes; the rest, which must never have been
 * written, is there for others. Nothing happens when something else was handed out since. */
void arena_trim(struct arena *a, void *at, size_t bytes);
/* `want` bytes that begin with the `had` bytes at `at` (which this arena gave; NULL: none); the
 * rest is not set. A large old piece is wiped and given back, so that an array that doubles costs
 * twice its size at most. NULL at the ceiling: the old piece stays. */
void *arena_grow(struct arena *a, void *at, size_t had, size_t want);
/* A copy of the bytes, with a NUL behind it that is not counted; at == NULL when memory is short.
 */
struct slice arena_copy(struct arena *a, struct slice s);
/* From here on so many bytes more, and never more than its ceiling; SIZE_MAX: up to that. */
void arena_limit(struct arena *a, size_t more_bytes);
/* Was something refused that the ceiling would have allowed? */
bool arena_was_limited(const struct arena *a);
/* Bytes handed out and not given back. */
size_t arena_used(const struct arena *a);

#endif
