/* proxy/base/buf.h - a byte buffer born with its ceiling and wiped on its way out.
 *
 *      at            at+start           at+start+len          cap
 *      |  consumed   |  bytes to read   |  room               |   <= ceiling
 *
 * Grows by doubling up to its ceiling. Meeting the ceiling wipes and empties it: GW_TOO_BIG.
 * Owned by whoever called buf_init(); buf_free() may be called twice. Wiped whenever memory is
 * given back or moved, so a body does not outlive its exchange (s2n-tls: stuffers). */
#ifndef PROXY_BASE_BUF_H
#define PROXY_BASE_BUF_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* Memory that buffers gave back, wiped, for the next ones of the same thread, by its size: powers
 * of two from 512 bytes to 8 KiB. What was used last is given first, for the processor still has
 * it. Starts zeroed; keeps two megabytes at most. In builds with sanitizers it keeps nothing, so
 * that they see every use of what is gone. */
enum { BUF_SIZES = 5 };
struct buf_pool {
    char *first[BUF_SIZES]; /* each holds the address of the next in its first bytes */
    size_t bytes;
};
void buf_pool_free(struct buf_pool *pool); /* what it keeps, not the struct */

struct buf {
    char *at;
    size_t start;   /* consumed bytes at the front */
    size_t len;     /* bytes that wait to be read */
    size_t cap;     /* bytes allocated */
    size_t ceiling; /* never more than this allocated for len */
    struct buf_pool *pool;
    bool failed;  /* a call failed since buf_init(): for writers that check once, at the end */
    bool is_lent; /* at is another's: wiped as ever, never freed */
};

void buf_init(struct buf *b, size_t ceiling); /* the ceiling is not optional; allocates nothing */
void buf_free(struct buf *b);                 /* wipes first; b is then as after buf_init() */
void buf_use(struct buf *b, struct buf_pool *pool); /* takes memory from there, and gives it back */
/* Takes memory for n bytes at once, so that writers do not grow step by step; a wish, not a
 * promise.
 */
void buf_reserve(struct buf *b, size_t n);
/* b, which has no memory, uses these cap bytes of the caller's until it is emptied or needs more.
 * Before they are used for anything else: buf_own(), which moves what is left to memory of b's. */
void buf_lend(struct buf *b, char *at, size_t cap);
GW_MUST gw_result buf_own(struct buf *b); /* GW_NO_MEMORY: wiped and empty */
/* All of these: GW_OK, GW_TOO_BIG (b wiped and empty), GW_NO_MEMORY (b wiped and empty). */
GW_MUST gw_result buf_add(struct buf *b, struct slice s);
/* All of `from` behind what waits in b; its memory is handed over when b is empty. `from` is empty
 * then. */
GW_MUST gw_result buf_take(struct buf *b, struct buf *from);
GW_MUST gw_result buf_add_byte(struct buf *b, char byte);
GW_MUST gw_result buf_add_u64(struct buf *b, uint64_t n); /* decimal */
GW_MUST gw_result buf_add_format(struct buf *b, const char *format, ...) GW_PRINTF(2, 3);
/* Room for n more bytes at *at, to be followed by buf_wrote() with at most n. */
GW_MUST gw_result buf_room(struct buf *b, size_t n, char **at);
void buf_wrote(struct buf *b, size_t n);
/* The bytes that wait; valid until the next call that changes b. */
struct slice buf_slice(const struct buf *b);
/* The first n bytes are done with. Memory is given back when b becomes empty and was large. */
void buf_consume(struct buf *b, size_t n);
void buf_clear(struct buf *b); /* wipes what was there, keeps the memory */

/* Writers that would check every call: buf_put() remembers a failure in b->failed instead. Most of
 * what is put is short, known when it is compiled, and has room: that needs no call. */
void buf_put_any(struct buf *b, struct slice s);
static inline void buf_put(struct buf *b, struct slice s)
{
    size_t at = b->start + b->len;
    if (s.len == 0 || s.len > b->cap - at || b->failed) {
        buf_put_any(b, s);
        return;
    }
    memcpy(b->at + at, s.at, s.len);
    b->len += s.len;
}
static inline void buf_put_str(struct buf *b, const char *text)
{
    buf_put(b, (struct slice){text, __builtin_strlen(text)});
}
void buf_put_u64(struct buf *b, uint64_t n);
GW_MUST gw_result buf_result(const struct buf *b); /* GW_TOO_BIG if any buf_put failed */

#endif
