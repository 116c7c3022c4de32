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

struct arena *arena_new(size_t ceiling_bytes);     /* NULL when memory is short */
void arena_free(struct arena *a);                  /* NULL is fine; wipes */
void *arena_alloc(struct arena *a, size_t bytes);  /* NULL at the ceiling */
void *arena_zalloc(struct arena *a, size_t bytes); /* zeroed */
/* n elements of `size` bytes, zeroed; NULL on overflow of the product as well. */
void *arena_array(struct arena *a, size_t n, size_t size);
/* A copy of the bytes, with a NUL behind it that is not counted; at == NULL when memory is short.
 */
struct slice arena_copy(struct arena *a, struct slice s);
/* Bytes handed out so far. */
size_t arena_used(const struct arena *a);

#endif
