/* proxy/net/conn.c - see conn.h: one turn function moves bytes, tells the owner, and sets what to
 * wait for.
 *
 * Knows nothing of HTTP. The owner frees it with conn_free(); the descriptor closes at once, the
 * memory goes after the turn. Every event leads to turn(); calls of the owner only arrange for one.
 */
#include "proxy/base/base.h"
#include "proxy/net/conn.h"
#include "proxy/base/clock.h"
#include "proxy/base/secret.h"
#include "proxy/net/socket.h"

#include <event2/event.h>
#include <event2/event_struct.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    READ_STEP = 16384,
    TURN_MAX = 65536,
    LINGER_MS = 1000,
    UNHEARD_MS = 60000,
    FLUSH_MS = 30000,
    STREAM_UNSENT = 16384,
    AT_ONCE = 4096 /* so much is not laid aside for the end of the turn */
};

enum phase {
    PHASE_CONNECT, /* waits for the socket */
    PHASE_SHAKE,   /* TLS handshake */
    PHASE_OPEN,    /* bytes flow */
    PHASE_FLUSH,   /* conn_finish(): writes what waits */
    PHASE_BYE,     /* close_notify, FIN */
    PHASE_LINGER,  /* reads the peer's rest, to no one */
    PHASE_DONE     /* nothing more happens; end() told or about to be */
};

struct conn {
    struct loop *loop;
    struct tls *tls; /* NULL: plain */
    const struct conn_calls *calls;
    void *owner;
    struct buf in, out;
    struct reached peer; /* as it was when the connection came to be */
    size_t in_max;       /* no more is read while so much waits */
    struct event readable, writable, nudge, deadline;
    int64_t last_ns;
    int fd;
    enum phase phase;
    enum conn_end state;
    bool outgoing, wanted, freed;
    bool waits_in, waits_out;        /* which events are armed */
    bool in_needs_out, out_needs_in; /* TLS: a read waits for room, a write for bytes */
    bool may_read;                   /* the last read did not empty it, or the socket says so */
    bool told_eof, told_end, streams;
    bool is_idle_event;       /* the socket is readable and nobody reads */
    bool owes_room, was_high; /* conn_write() was called; it passed half of the ceiling */
};

static int64_t now_ns(const struct conn *c)
{
    return clock_mono_ns(loop_clock(c->loop));
}

static void stop_with(struct conn *c, enum conn_end how)
{
    c->phase = PHASE_DONE;
    c->state = how;
    buf_free(&c->out);
}

static void set_deadline(struct conn *c, unsigned ms)
{
    struct timeval in = {.tv_sec = (time_t)(ms / 1000), .tv_usec = (long)(ms % 1000) * 1000};
    event_add(&c->deadline, &in);
}

/* --- moving bytes: plain and TLS look alike --- */

static struct tls_io read_some(struct conn *c, char *at, size_t room)
{
    struct tls_io io = c->tls != NULL ? tls_read(c->tls, at, room) : socket_read(c->fd, at, room);
    c->in_needs_out = io.how == TLS_WANT_OUT;
    if (io.n > 0)
        c->last_ns = now_ns(c);
    return io;
}

static struct tls_io write_some(struct conn *c, struct slice bytes)
{
    struct tls_io io = c->tls != NULL ? tls_write(c->tls, bytes) : socket_write(c->fd, bytes);
    c->out_needs_in = io.how == TLS_WANT_IN;
    if (io.n > 0)
        c->last_ns = now_ns(c);
    return io;
}

static enum conn_end end_of(enum tls_how how)
{
    return how == TLS_EOF ? CONN_EOF : how == TLS_CUT ? CONN_CUT : CONN_TLS;
}

static bool is_over(enum tls_how how)
{
    return how == TLS_EOF || how == TLS_CUT || how == TLS_BROKEN;
}

static bool reads_now(const struct conn *c)
{
    if (c->state != CONN_OPEN)
        return false;
    if (c->phase == PHASE_OPEN)
        return c->wanted && c->in.len < c->in_max;
    return c->phase == PHASE_FLUSH || c->phase == PHASE_LINGER;
}

/* Writes what waits. A failure is remembered in *failed: bytes that arrived before it still count.
 */
static bool flush(struct conn *c, enum conn_end *failed)
{
    bool moved = false;
    while (c->out.len > 0) {
        struct tls_io io = write_some(c, buf_slice(&c->out));
        if (is_over(io.how)) {
            *failed = io.how == TLS_BROKEN ? CONN_TLS : CONN_CUT;
            buf_free(&c->out);
            return false;
        }
        if (io.n == 0)
            break;
        buf_consume(&c->out, io.n);
        moved = true;
    }
    if (c->out.len == 0)
        buf_free(&c->out);
    return moved;
}

/* The peer's side is over: cleanly, so that we may still write, or not. */
static void peer_ended(struct conn *c, enum tls_how how)
{
    if (how == TLS_EOF)
        c->state = CONN_EOF;
    else
        stop_with(c, end_of(how));
}

/* What comes is read to memory that the loop has for all, and most often it is used up before this
 * turn ends: only what is left then needs memory of its own. */
static void borrow(struct conn *c)
{
    char *at = loop_lend(c->loop);
    if (at != NULL)
        buf_lend(&c->in, at, LOOP_LENT);
}

static void give_back(struct conn *c)
{
    if (c->in.len == 0)
        buf_free(&c->in);
    else if (!gw_ok(buf_own(&c->in)))
        stop_with(c, CONN_CUT);
}

/* Reads at most TURN_MAX into the buffer; true when something came. A read that came back short has
 * taken all there was: the socket, which is watched by level, says when there is more. */
static bool fill(struct conn *c)
{
    size_t total = 0, step = c->tls != NULL ? READ_STEP : TURN_MAX;
    if (c->in.at == NULL && c->may_read && reads_now(c))
        borrow(c);
    while (c->may_read && total < TURN_MAX && reads_now(c)) {
        size_t n = c->in_max - c->in.len < step ? c->in_max - c->in.len : step;
        char *at;
        if (!gw_ok(buf_room(&c->in, n, &at))) {
            stop_with(c, CONN_CUT);
            break;
        }
        struct tls_io io = read_some(c, at, n);
        buf_wrote(&c->in, io.n);
        total += io.n;
        if (is_over(io.how))
            peer_ended(c, io.how);
        c->may_read = io.n > 0 && (io.n == n || (c->tls != NULL && tls_holds(c->tls)));
    }
    return total > 0;
}

/* Reads at most TURN_MAX to no one, so that closing does not reset what the peer has not read yet.
 */
static void discard(struct conn *c)
{
    char waste[READ_STEP];
    size_t total = 0;
    while (total < TURN_MAX && reads_now(c)) {
        struct tls_io io = read_some(c, waste, sizeof waste);
        total += io.n;
        if (is_over(io.how))
            peer_ended(c, io.how);
        if (io.n == 0)
            break;
    }
    secret_wipe(waste, total < sizeof waste ? total : sizeof waste);
}

/* --- phases --- */

static void step_connect(struct conn *c)
{
    int fault = 0;
    socklen_t size = sizeof fault;
    if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &fault, &size) != 0 || fault != 0) {
        stop_with(c, CONN_REFUSED);
        return;
    }
    if (socket_peer(c->fd, &c->peer))
        c->phase = c->tls != NULL ? PHASE_SHAKE : PHASE_OPEN;
}

static void step_shake(struct conn *c)
{
    struct tls_io io = tls_handshake(c->tls);
    c->in_needs_out = io.how == TLS_WANT_OUT;
    if (io.how == TLS_DONE)
        c->phase = PHASE_OPEN;
    else if (is_over(io.how))
        stop_with(c, CONN_TLS);
}

/* True when the owner may still be told more (it did not free the connection). */
static bool opened(struct conn *c)
{
    event_del(&c->deadline);
    c->last_ns = now_ns(c);
    c->in_needs_out = false;
    c->may_read = true; /* what came with the handshake may be here already */
    if (c->calls->ready != NULL)
        c->calls->ready(c->owner);
    return !c->freed;
}

static bool tell_room(struct conn *c)
{
    if (c->phase != PHASE_OPEN || !c->owes_room)
        return true;
    if (c->out.len == 0)
        c->owes_room = c->was_high = false;
    else if (c->was_high && c->out.len < CONN_OUT_MAX / 2)
        c->was_high = false;
    else
        return true;
    c->calls->room(c->owner);
    return !c->freed;
}

/* One exchange of bytes with the socket; false when the owner freed the connection meanwhile. */
static bool step_open(struct conn *c)
{
    enum conn_end failed = CONN_OPEN;
    bool moved = flush(c, &failed);
    if ((moved || c->out.len == 0) && !tell_room(c))
        return false;
    if (c->phase == PHASE_OPEN && fill(c)) {
        c->calls->bytes(c->owner);
        if (c->freed) /* conn_free() gave back what was lent */
            return false;
    }
    give_back(c);
    /* A peer that closed after its last word is no failure, unless we had more to say to it. */
    if (failed != CONN_OPEN && c->phase != PHASE_DONE)
        stop_with(c, c->state == CONN_EOF && !c->told_eof ? CONN_EOF : failed);
    return true;
}

static void step_flush(struct conn *c)
{
    enum conn_end failed = CONN_OPEN;
    flush(c, &failed);
    if (failed != CONN_OPEN) {
        stop_with(c, failed);
        return;
    }
    discard(c);
    if (c->phase == PHASE_FLUSH && c->out.len == 0)
        c->phase = PHASE_BYE;
}

static void step_bye(struct conn *c)
{
    if (c->tls != NULL) {
        struct tls_io io = tls_shutdown(c->tls);
        c->out_needs_in = false;
        if (io.how == TLS_WANT_OUT)
            return;
        if (is_over(io.how)) {
            stop_with(c, CONN_CUT);
            return;
        }
    }
    shutdown(c->fd, SHUT_WR);
    c->phase = PHASE_LINGER;
    set_deadline(c, LINGER_MS);
}

static void step_linger(struct conn *c)
{
    discard(c);
    if (c->state != CONN_OPEN) /* all was written: however the peer goes now, we ended well */
        stop_with(c, CONN_EOF);
}

/* --- waiting --- */

static void arm(struct event *e, bool *armed, bool wish)
{
    if (wish == *armed)
        return;
    *armed = wish;
    if (wish)
        event_add(e, NULL);
    else
        event_del(e);
}

/* Reading is disarmed late, when the socket has something that nobody wants: most often the wish is
 * back before that, and two system calls are saved. */
static void arm_reading(struct conn *c, bool wish)
{
    if (wish || c->phase == PHASE_DONE || c->is_idle_event)
        arm(&c->readable, &c->waits_in, wish);
    c->is_idle_event = false;
}

/* The one place that says which readiness matters. */
static void set_interests(struct conn *c)
{
    bool in = false, out = false;
    if (c->phase == PHASE_CONNECT || c->phase == PHASE_BYE) {
        out = true;
    } else if (c->phase == PHASE_SHAKE) {
        in = !c->in_needs_out;
        out = c->in_needs_out;
    } else if (c->phase != PHASE_DONE) {
        if (reads_now(c)) {
            in = !c->in_needs_out;
            out = c->in_needs_out;
        }
        if (c->out.len > 0) {
            in = in || c->out_needs_in;
            out = out || !c->out_needs_in;
        }
    }
    arm_reading(c, in);
    arm(&c->writable, &c->waits_out, out);
    /* Bytes inside TLS: the socket does not tell of them. Next turn, so that others get theirs. */
    if (c->tls != NULL && c->phase != PHASE_SHAKE && reads_now(c) && c->may_read &&
        tls_holds(c->tls))
        event_add(&c->nudge, &(struct timeval){0});
}

static void tell_end(struct conn *c)
{
    if (c->phase == PHASE_DONE && !c->told_end) {
        c->told_end = c->told_eof = true;
        event_del(&c->deadline);
        c->calls->end(c->owner, c->state);
    } else if (c->phase == PHASE_OPEN && c->state == CONN_EOF && !c->told_eof) {
        c->told_eof = true;
        c->calls->end(c->owner, CONN_EOF);
    }
}

static void turn(struct conn *c)
{
    enum phase before = c->phase;
    if (c->phase == PHASE_CONNECT)
        step_connect(c);
    if (c->phase == PHASE_SHAKE)
        step_shake(c);
    if (before < PHASE_OPEN && c->phase == PHASE_OPEN && !opened(c))
        return;
    if (c->phase == PHASE_OPEN && !step_open(c))
        return;
    if (c->phase == PHASE_FLUSH)
        step_flush(c);
    if (c->phase == PHASE_BYE)
        step_bye(c);
    if (c->phase == PHASE_LINGER)
        step_linger(c);
    tell_end(c);
    if (!c->freed)
        set_interests(c);
}

static void on_event(evutil_socket_t fd, short what, void *conn)
{
    struct conn *c = conn;
    (void)fd;
    if (c->freed)
        return;
    loop_hold(c->loop);
    if ((what & EV_READ) != 0 || c->in_needs_out) {
        c->may_read = true;
        c->is_idle_event = !reads_now(c);
    }
    turn(c);
}

static void on_deadline(evutil_socket_t fd, short what, void *conn)
{
    struct conn *c = conn;
    (void)fd;
    (void)what;
    if (c->freed)
        return;
    loop_hold(c->loop);
    if (c->phase == PHASE_LINGER)
        stop_with(c, CONN_EOF);
    else if (c->phase < PHASE_OPEN)
        stop_with(c, CONN_TIMEOUT);
    else if (c->phase > PHASE_OPEN && c->phase < PHASE_DONE)
        stop_with(c, CONN_CUT);
    turn(c);
}

/* Soon, in this pass of the loop: several writes of one call go out together. */
static void nudge(struct conn *c)
{
    event_active(&c->nudge, EV_TIMEOUT, 1);
}

/* --- making and freeing --- */

static struct conn *conn_new(struct loop *l, int fd, const struct conn_calls *calls, void *owner)
{
    const int one = 1;
    struct event_base *base = loop_base(l);
    struct conn *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->loop = l;
    c->fd = fd;
    c->calls = calls;
    c->owner = owner;
    c->wanted = true;
    c->last_ns = now_ns(c);
    c->in_max = CONN_IN_MAX;
    buf_init(&c->in, CONN_IN_MAX);
    buf_init(&c->out, CONN_OUT_MAX);
    event_assign(&c->readable, base, fd, EV_READ | EV_PERSIST, on_event, c);
    event_assign(&c->writable, base, fd, EV_WRITE | EV_PERSIST, on_event, c);
    event_assign(&c->nudge, base, -1, 0, on_event, c);
    event_assign(&c->deadline, base, -1, 0, on_deadline, c);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one); /* no TCP, no harm */
    return c;
}

struct conn *conn_accept(struct loop *l, int fd, struct tls_server *tls, unsigned handshake_ms,
                         const struct conn_calls *calls, void *owner)
{
    struct conn *c = NULL;
    if (evutil_make_socket_nonblocking(fd) == 0)
        c = conn_new(l, fd, calls, owner);
    if (c == NULL) {
        close(fd);
        return NULL;
    }
    (void)socket_peer(fd, &c->peer);
    c->phase = PHASE_OPEN;
    if (tls != NULL) {
        c->phase = PHASE_SHAKE;
        c->tls = tls_accept(tls, fd);
        if (c->tls == NULL) {
            conn_free(c);
            return NULL;
        }
        set_deadline(c, handshake_ms);
    }
    set_interests(c);
    return c;
}

struct conn *conn_connect(struct loop *l, const struct conn_target *to,
                          const struct conn_calls *calls, void *owner)
{
    struct sockaddr_storage peer = {0};
    if (to->at.len > sizeof peer)
        return NULL;
    memcpy(&peer, to->at.at, to->at.len);
    int fd = socket(peer.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd >= 0 && to->fd_most > 0 && fd >= to->fd_most) {
        close(fd);
        return NULL;
    }
    if (fd < 0)
        return NULL;
    struct conn *c = conn_new(l, fd, calls, owner);
    if (c == NULL) {
        close(fd);
        return NULL;
    }
    c->outgoing = true;
    c->phase = PHASE_CONNECT;
    socket_mind_peer(fd);
    setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &(unsigned){UNHEARD_MS}, sizeof(unsigned));
    if (to->tls != NULL && (c->tls = tls_connect(to->tls, fd, to->name)) == NULL) {
        conn_free(c);
        return NULL;
    }
    set_deadline(c, to->timeout_ms);
    if (connect(fd, (struct sockaddr *)&peer, to->at.len) != 0 && errno != EINPROGRESS) {
        stop_with(c, CONN_REFUSED);
        nudge(c);
    }
    set_interests(c);
    return c;
}

void conn_free(struct conn *c)
{
    if (c == NULL || c->freed)
        return;
    c->freed = true;
    event_del(&c->readable);
    event_del(&c->writable);
    event_del(&c->nudge);
    event_del(&c->deadline);
    tls_free(c->tls);
    c->tls = NULL;
    close(c->fd);
    c->fd = -1;
    buf_free(&c->in);
    buf_free(&c->out);
    loop_after_turn(c->loop, free, c);
}

void conn_give(struct conn *c, const struct conn_calls *calls, void *owner)
{
    c->calls = calls;
    c->owner = owner;
    c->in_max = CONN_IN_MAX;
    c->owes_room = c->out.len > 0;
}

/* --- what owners call --- */

struct slice conn_in(const struct conn *c)
{
    return buf_slice(&c->in);
}

/* After room or wish returned: look again, for TLS may hold bytes that the socket does not show. */
static void resume_reading(struct conn *c)
{
    if (c->phase == PHASE_OPEN && !c->freed)
        set_interests(c);
}

void conn_consume(struct conn *c, size_t n)
{
    bool was_full = c->in.len >= c->in_max;
    buf_consume(&c->in, n);
    if (was_full && n > 0)
        resume_reading(c);
}

void conn_want_read(struct conn *c, bool wanted)
{
    if (c->wanted == wanted)
        return;
    c->wanted = wanted;
    resume_reading(c);
}

/* What is large goes out now, without being copied first, as far as the socket takes it; what went
 * wrong is seen again when the rest is written. The rest. */
static struct slice write_at_once(struct conn *c, struct slice bytes)
{
    if (c->phase != PHASE_OPEN || c->out.len > 0)
        return bytes;
    while (bytes.len > 0) {
        struct tls_io io = write_some(c, bytes);
        if (is_over(io.how) || io.n == 0)
            break;
        bytes = slice_from(bytes, io.n);
    }
    return bytes;
}

gw_result conn_write(struct conn *c, struct slice bytes)
{
    if (c->phase > PHASE_OPEN || c->freed)
        return gw_is(GW_UNAVAILABLE);
    c->owes_room = true;
    if (bytes.len > conn_out_room(c)) {
        c->was_high = true;
        return gw_is(GW_AGAIN);
    }
    if (bytes.len >= AT_ONCE)
        bytes = write_at_once(c, bytes);
    if (!gw_ok(buf_add(&c->out, bytes))) {
        stop_with(c, CONN_CUT);
        nudge(c);
        return gw_is(GW_NO_MEMORY);
    }
    c->was_high = c->was_high || c->out.len >= CONN_OUT_MAX / 2;
    if (c->phase == PHASE_OPEN && !c->waits_out)
        nudge(c);
    return gw_is(GW_OK);
}

gw_result conn_push(struct conn *c, struct slice bytes)
{
    if (c->freed || bytes.len > conn_out_room(c))
        return conn_write(c, bytes); /* which says why not */
    bytes = write_at_once(c, bytes);
    return bytes.len == 0 ? gw_is(GW_OK) : conn_write(c, bytes);
}

size_t conn_out_room(const struct conn *c)
{
    return c->phase > PHASE_OPEN ? 0 : CONN_OUT_MAX - c->out.len;
}

size_t conn_out_waits(const struct conn *c)
{
    return c->out.len;
}

void conn_finish(struct conn *c)
{
    if (c->phase > PHASE_OPEN || c->freed)
        return;
    if (c->phase < PHASE_OPEN)
        stop_with(c, CONN_EOF);
    else
        c->phase = PHASE_FLUSH;
    set_deadline(c, FLUSH_MS);
    nudge(c);
}

void conn_stream(struct conn *c, bool on)
{
    const int unsent = on ? STREAM_UNSENT : 0; /* 0: as the system has it */
    if (c->streams == on)
        return;
    c->streams = on;
    if (c->tls != NULL)
        tls_stream(c->tls, on);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &unsent, sizeof unsent);
}

void conn_limit_in(struct conn *c, size_t most)
{
    c->in_max = most < CONN_IN_MAX ? most : CONN_IN_MAX;
}

enum conn_end conn_state(const struct conn *c)
{
    return c->state;
}

bool conn_is_quiet(const struct conn *c)
{
    char byte;
    if (c->phase != PHASE_OPEN || c->state != CONN_OPEN || c->in.len > 0 || c->out.len > 0)
        return false;
    if (c->tls != NULL && tls_holds(c->tls))
        return false;
    return recv(c->fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 && errno == EAGAIN;
}

bool conn_is_resumed(const struct conn *c)
{
    return c->tls != NULL && tls_resumed(c->tls);
}

void conn_reached(const struct conn *c, struct reached *out)
{
    *out = c->peer;
    out->has_print = c->tls != NULL && tls_peer_print(c->tls, &out->print);
}

const char *conn_tls_version(const struct conn *c)
{
    return c->tls == NULL ? "" : tls_version(c->tls);
}

struct slice conn_sni(const struct conn *c)
{
    return c->tls == NULL ? (struct slice){NULL, 0} : tls_sni(c->tls);
}

int64_t conn_last_ns(const struct conn *c)
{
    return c->last_ns;
}
