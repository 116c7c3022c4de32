/* proxy/main/backend.c - see backend.h. Answers leave in pieces of a few bytes at first: a reader
 * that cannot be cut anywhere shows it here. */
#include "proxy/base/base.h"
#include "proxy/main/backend.h"
#include "proxy/http/body.h"
#include "proxy/http/parse.h"
#include "proxy/llm/demo.h"
#include "proxy/net/conn.h"
#include "proxy/net/listener.h"
#include <unistd.h>

enum { BODY_MAX = 33u << 20, PIECE = 7 };

struct backend {
    struct loop *loop;
    struct buf seen;
};

struct caller {
    struct backend *backend;
    struct conn *conn;
    struct buf head_bytes, body_bytes, out;
    struct head head;
    struct body body;
    bool has_head;
    unsigned pieces;
};

static void drop(struct caller *c)
{
    conn_free(c->conn);
    buf_free(&c->head_bytes);
    buf_free(&c->body_bytes);
    buf_free(&c->out);
    free(c);
}

static void write_out(void *caller)
{
    struct caller *c = caller;
    while (c->out.len > 0) {
        size_t room = conn_out_room(c->conn), n = c->out.len;
        if (c->pieces < 40 && n > PIECE) {
            n = PIECE;
            c->pieces++;
        }
        n = n < room ? n : room;
        if (n == 0 || !gw_ok(conn_write(c->conn, slice_of(buf_slice(&c->out).at, n))))
            return;
        buf_consume(&c->out, n);
    }
}

static gw_result answer_seen(struct caller *c)
{
    struct slice seen = buf_slice(&c->backend->seen);
    TRY(buf_add_format(&c->out,
                       "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                       "content-length: %zu\r\n\r\n",
                       seen.len));
    return buf_add(&c->out, seen);
}

static void answer(struct caller *c)
{
    struct arena *arena = arena_new(1u << 30);
    gw_result r = gw_is(GW_NO_MEMORY);
    if (slice_is(c->head.path, SLICE_LIT("/seen"))) {
        r = answer_seen(c);
    } else if (arena != NULL) {
        buf_clear(&c->backend->seen);
        r = buf_add(&c->backend->seen, buf_slice(&c->body_bytes));
        if (gw_ok(r))
            r = demo_answer(&c->head, buf_slice(&c->body_bytes), arena, &c->out);
    }
    arena_free(arena);
    if (!gw_ok(r))
        conn_finish(c->conn);
    c->pieces = 0;
    c->has_head = false;
    buf_clear(&c->head_bytes);
    buf_clear(&c->body_bytes);
    write_out(c);
}

/* False: more is needed, or it broke. */
static bool take_head(struct caller *c)
{
    struct head_fault fault;
    size_t used;
    struct slice in = conn_in(c->conn);
    size_t had = c->head_bytes.len;
    if (in.len == 0 || !gw_ok(buf_add(&c->head_bytes, in)))
        return false;
    gw_result r = parse_request(buf_slice(&c->head_bytes), &c->head, &used, &fault);
    conn_consume(c->conn, gw_ok(r) ? used - had : in.len);
    if (r.code != GW_AGAIN && !gw_ok(r))
        conn_finish(c->conn);
    if (!gw_ok(r))
        return false;
    c->has_head = true;
    body_init(&c->body, &c->head);
    return true;
}

static bool take_body(struct caller *c)
{
    struct slice in = conn_in(c->conn), piece;
    const char *reason;
    size_t whole = in.len;
    gw_result r = gw_is(GW_OK);
    while (!c->body.done && gw_ok(r)) {
        r = body_feed(&c->body, &in, &piece, &reason);
        if (gw_ok(r))
            r = buf_add(&c->body_bytes, piece);
    }
    conn_consume(c->conn, whole - in.len);
    if (!gw_ok(r) && r.code != GW_AGAIN)
        conn_finish(c->conn);
    return c->body.done;
}

static void arrived(void *caller)
{
    struct caller *c = caller;
    while (conn_in(c->conn).len > 0) {
        if (!c->has_head && !take_head(c))
            return;
        if (!take_body(c))
            return;
        answer(c);
    }
}

static void ended(void *caller, enum conn_end how)
{
    (void)how;
    drop(caller);
}

static const struct conn_calls calls = {
    .bytes = arrived, .room = write_out, .end = ended, .ready = NULL};

static void accepted(void *backend, int fd)
{
    struct backend *b = backend;
    struct caller *c = calloc(1, sizeof *c);
    if (c == NULL) {
        close(fd);
        return;
    }
    c->backend = b;
    buf_init(&c->head_bytes, HEAD_BYTES_MAX + CONN_IN_MAX);
    buf_init(&c->body_bytes, BODY_MAX);
    buf_init(&c->out, 1u << 30);
    c->conn = conn_accept(b->loop, fd, NULL, 5000, &calls, c);
    if (c->conn == NULL)
        free(c);
}

int backend_run(int listen_fd)
{
    struct backend b = {.loop = loop_new()};
    if (b.loop == NULL)
        return 1;
    buf_init(&b.seen, BODY_MAX);
    struct listener *listener = listener_new(b.loop, listen_fd, accepted, &b);
    if (listener != NULL)
        loop_run(b.loop);
    listener_free(listener);
    buf_free(&b.seen);
    loop_free(b.loop);
    return 0;
}
