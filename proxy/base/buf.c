/* proxy/base/buf.c - see buf.h. Owns its memory; wipes before it gives any back. */
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/secret.h"
#include <stdarg.h>

enum { BUF_FIRST = 512, BUF_KEEP = 16384, POOL_MOST = 2 << 20 };

void buf_init(struct buf *b, size_t ceiling)
{
    *b = (struct buf){.ceiling = ceiling};
}

void buf_use(struct buf *b, struct buf_pool *pool)
{
    b->pool = BULLA_SANITIZED ? NULL : pool;
}

/* The number of the smallest size of a pool that holds cap bytes; BUF_SIZES or more: none does. */
static size_t size_for(size_t cap)
{
    const size_t steps = (cap - 1) / BUF_FIRST;
    return cap <= BUF_FIRST ? 0 : (size_t)(64 - __builtin_clzll(steps));
}

/* Memory for *cap bytes, or some more: *cap then says how many. NULL when memory is short. */
static char *take_memory(const struct buf *b, size_t *cap)
{
    struct buf_pool *pool = b->pool;
    size_t i = pool == NULL ? BUF_SIZES : size_for(*cap);
    if (i >= BUF_SIZES || (size_t)BUF_FIRST << i > b->ceiling)
        return malloc(*cap);
    *cap = (size_t)BUF_FIRST << i;
    char *at = pool->first[i];
    if (at == NULL)
        return malloc(*cap);
    memcpy(&pool->first[i], at, sizeof(char *));
    pool->bytes -= *cap;
    return at;
}

/* To the pool, when it is of one of its sizes: whoever took it took it from malloc() once. */
static void give_memory(struct buf *b)
{
    struct buf_pool *pool = b->pool;
    size_t i = pool == NULL ? BUF_SIZES : size_for(b->cap);
    if (i >= BUF_SIZES || (size_t)BUF_FIRST << i != b->cap || pool->bytes + b->cap > POOL_MOST) {
        free(b->at);
        return;
    }
    memcpy(b->at, &pool->first[i], sizeof(char *));
    pool->first[i] = b->at;
    pool->bytes += b->cap;
}

void buf_pool_free(struct buf_pool *pool)
{
    for (size_t i = 0; i < BUF_SIZES; i++)
        for (char *at = pool->first[i], *next; at != NULL; at = next) {
            memcpy(&next, at, sizeof(char *));
            free(at);
        }
    *pool = (struct buf_pool){.bytes = 0};
}

static void drop_memory(struct buf *b)
{
    if (b->at == NULL)
        return;
    secret_wipe(b->at, b->start + b->len);
    if (!b->is_lent)
        give_memory(b);
    b->at = NULL;
    b->start = b->len = b->cap = 0;
    b->is_lent = false;
}

void buf_free(struct buf *b)
{
    drop_memory(b);
    b->failed = false;
}

static gw_result fail(struct buf *b, enum gw_code code)
{
    drop_memory(b);
    b->failed = true;
    return gw_is(code);
}

/* To fresh memory; what is there comes along. */
static gw_result move(struct buf *b, size_t cap)
{
    char *at = take_memory(b, &cap);
    if (at == NULL)
        return fail(b, GW_NO_MEMORY);
    if (b->len > 0)
        memcpy(at, b->at + b->start, b->len);
    size_t len = b->len;
    drop_memory(b);
    b->at = at;
    b->len = len;
    b->cap = cap;
    return gw_is(GW_OK);
}

static gw_result grow(struct buf *b, size_t need)
{
    size_t cap = b->cap == 0 ? BUF_FIRST : b->cap;
    while (cap < need)
        cap = cap > SIZE_MAX / 2 ? need : cap * 2;
    return move(b, cap > b->ceiling ? b->ceiling : cap);
}

void buf_reserve(struct buf *b, size_t n)
{
    size_t room = n < b->ceiling ? n : b->ceiling;
    if (b->cap >= room || b->len > 0)
        return;
    char *at = take_memory(b, &room);
    if (at == NULL)
        return;
    drop_memory(b);
    b->at = at;
    b->cap = room;
}

void buf_lend(struct buf *b, char *at, size_t cap)
{
    assert(b->at == NULL);
    b->at = at;
    b->cap = cap < b->ceiling ? cap : b->ceiling;
    b->is_lent = true;
}

gw_result buf_own(struct buf *b)
{
    if (!b->is_lent)
        return gw_is(GW_OK);
    if (b->len > 0)
        return move(b, b->len < BUF_FIRST ? BUF_FIRST : b->len);
    drop_memory(b);
    return gw_is(GW_OK);
}

gw_result buf_room(struct buf *b, size_t n, char **at)
{
    if (n > b->ceiling || b->len > b->ceiling - n)
        return fail(b, GW_TOO_BIG);
    if (b->at == NULL || b->len + n > b->cap) {
        TRY(grow(b, b->len + n));
    } else if (b->start + b->len + n > b->cap) {
        memmove(b->at, b->at + b->start, b->len);
        secret_wipe(b->at + b->len, b->start);
        b->start = 0;
    }
    *at = b->at + b->start + b->len;
    return gw_is(GW_OK);
}

void buf_wrote(struct buf *b, size_t n)
{
    assert(b->start + b->len + n <= b->cap);
    b->len += n;
}

gw_result buf_add(struct buf *b, struct slice s)
{
    char *at;
    if (s.len == 0)
        return gw_is(GW_OK);
    if (s.len <= b->cap - b->start - b->len) /* most often: there is room, nothing moves */
        at = b->at + b->start + b->len;
    else
        TRY(buf_room(b, s.len, &at));
    memcpy(at, s.at, s.len);
    buf_wrote(b, s.len);
    return gw_is(GW_OK);
}

gw_result buf_take(struct buf *b, struct buf *from)
{
    if (b->len > 0 || from->is_lent || from->cap > b->ceiling) {
        gw_result r = buf_add(b, buf_slice(from));
        drop_memory(from);
        return r;
    }
    drop_memory(b);
    b->at = from->at;
    b->start = from->start;
    b->len = from->len;
    b->cap = from->cap;
    from->at = NULL;
    from->start = from->len = from->cap = 0;
    return gw_is(GW_OK);
}

gw_result buf_add_byte(struct buf *b, char byte)
{
    return buf_add(b, slice_of(&byte, 1));
}

gw_result buf_add_u64(struct buf *b, uint64_t n)
{
    char digits[20];
    size_t i = sizeof digits;
    do {
        digits[--i] = (char)('0' + n % 10);
        n /= 10;
    } while (n > 0);
    return buf_add(b, slice_of(digits + i, sizeof digits - i));
}

gw_result buf_add_format(struct buf *b, const char *format, ...)
{
    char small[512];
    va_list args;
    va_start(args, format);
    int n = vsnprintf(small, sizeof small, format, args);
    va_end(args);
    if (n < 0)
        return fail(b, GW_BAD);
    if ((size_t)n < sizeof small)
        return buf_add(b, slice_of(small, (size_t)n));
    char *at;
    TRY(buf_room(b, (size_t)n + 1, &at));
    va_start(args, format);
    n = vsnprintf(at, (size_t)n + 1, format, args);
    va_end(args);
    buf_wrote(b, (size_t)n);
    return gw_is(GW_OK);
}

struct slice buf_slice(const struct buf *b)
{
    return (struct slice){b->at == NULL ? NULL : b->at + b->start, b->len};
}

void buf_consume(struct buf *b, size_t n)
{
    assert(n <= b->len);
    b->start += n;
    b->len -= n;
    if (b->len > 0)
        return;
    if (b->cap > BUF_KEEP)
        drop_memory(b);
    else
        buf_clear(b);
}

void buf_clear(struct buf *b)
{
    if (b->at != NULL)
        secret_wipe(b->at, b->start + b->len);
    b->start = b->len = 0;
}

void buf_put_any(struct buf *b, struct slice s)
{
    if (!b->failed && !gw_ok(buf_add(b, s)))
        b->failed = true;
}

void buf_put_u64(struct buf *b, uint64_t n)
{
    if (!b->failed && !gw_ok(buf_add_u64(b, n)))
        b->failed = true;
}

gw_result buf_result(const struct buf *b)
{
    return gw_is(b->failed ? GW_TOO_BIG : GW_OK);
}
