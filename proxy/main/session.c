/* proxy/main/session.c - see session.h. pump() moves what can be moved, until nothing moves. */
#include "proxy/base/base.h"
#include "proxy/main/session.h"
#include "audit/channel.h"
#include "audit/sealer.h"
#include "proxy/base/log.h"
#include "proxy/base/memory.h"
#include <unistd.h>

/* CROWDED_MS: how long a caller may be idle when others want to come in. FD_RESERVE: descriptors
 * that callers do not get: half for upstreams, the rest for the admin page and the log. */
enum {
    YOUNG_MS = 3000,
    PACKET_ROOM = 65536,
    CROWDED_MS = 1000,
    FD_RESERVE = 16,
    STREAM_WAITS = 4096,
    STREAM_READ = 16384,
    CROWD = 32,
    HELD_FROM = 8
};

/* In a ticket: an end that nobody waits for, whose begin nobody has heard of yet. */
#define UNWAITED (UINT64_C(1) << 62)

struct session {
    struct link link, pending_link, turn_link, grave_link, shake_link;
    struct session_thread *thread;
    struct conn *client, *upstream;
    struct pool *pool;
    struct pool_wait *wait;
    struct exchange *x;
    struct exchange_peer peer;
    struct reached from;
    uint64_t ticket;
    int64_t packed_ns;     /* when its record was */
    uint64_t given, taken; /* bytes for the client: put into its connection; left it, last time */
    int64_t taken_ns;      /* when that changed */
    bool waited;           /* there were such bytes at the last look */
    bool upstream_ended, upstream_clean, client_ended, finishing, dead;
};

static void pump(struct session *s);

static void bury(void *thread)
{
    struct session_thread *t = thread;
    for (struct link *k; (k = list_first(&t->graveyard)) != NULL;) {
        struct session *s = LIST_ITEM(k, struct session, grave_link);
        list_remove(&t->graveyard, k);
        exchange_free(s->x);
        free(s);
    }
}

/* The server in front of the model says that it cannot be had. */
static bool is_busy(unsigned status)
{
    return status == 502 || status == 503 || status == 504;
}

static void drop_upstream(struct session *s, bool is_kept)
{
    if (s->wait != NULL)
        pool_cancel(s->wait);
    s->wait = NULL;
    if (s->upstream != NULL && exchange_status(s->x) != 0)
        pool_judge(s->pool, is_busy(exchange_status(s->x)));
    if (s->upstream != NULL && is_kept && !s->upstream_ended)
        pool_put(s->pool, s->upstream);
    else
        conn_free(s->upstream);
    s->upstream = NULL;
    s->upstream_ended = false;
}

static void count_callers(struct session_thread *t)
{
    t->gate.counters.callers = t->sessions.count - t->shaking.count;
}

/* Ends the session once its exchange is over; the memory goes after this turn of the loop. */
static void end_session(struct session *s)
{
    if (s->dead)
        return;
    s->dead = true;
    drop_upstream(s, false);
    conn_free(s->client);
    s->client = NULL;
    if (link_is_listed(&s->pending_link))
        list_remove(&s->thread->pending, &s->pending_link);
    if (link_is_listed(&s->turn_link))
        list_remove(&s->thread->turns, &s->turn_link);
    if (link_is_listed(&s->shake_link))
        list_remove(&s->thread->shaking, &s->shake_link);
    list_remove(&s->thread->sessions, &s->link);
    count_callers(s->thread);
    list_append(&s->thread->graveyard, &s->grave_link);
    loop_after_turn(s->thread->loop, bury, s->thread);
}

static void upstream_event(void *owner)
{
    pump(owner);
}

static void upstream_end(void *owner, enum conn_end how)
{
    struct session *s = owner;
    s->upstream_ended = true;
    s->upstream_clean = how == CONN_EOF;
    pump(s);
}

static const struct conn_calls upstream_calls = {
    .bytes = upstream_event, .room = upstream_event, .end = upstream_end};

static enum why why_of(enum pool_fault fault)
{
    static const enum why whys[] = {
        [POOL_FINE] = WHY_INTERNAL,
        [POOL_NAME] = WHY_UPSTREAM_NAME,
        [POOL_CONNECT] = WHY_UPSTREAM_CONNECT,
        [POOL_TLS] = WHY_UPSTREAM_TLS,
        [POOL_TIMEOUT] = WHY_UPSTREAM_CONNECT,
        [POOL_RESTS] = WHY_UPSTREAM_RESTS,
    };
    return whys[fault];
}

static void got_upstream(void *taker, struct conn *c, bool is_fresh, enum pool_fault fault)
{
    struct session *s = taker;
    s->wait = NULL;
    if (c == NULL) {
        exchange_unconnected(s->x, why_of(fault));
    } else {
        s->upstream = c;
        s->upstream_ended = false;
        conn_give(c, &upstream_calls, s);
        conn_limit_in(c, STREAM_READ); /* until it is known what comes, little is read */
        conn_reached(c, exchange_reached(s->x));
        exchange_connected(s->x, is_fresh);
    }
    pump(s);
}

static bool start_connect(struct session *s)
{
    bool is_new;
    if (s->wait != NULL || s->upstream != NULL)
        return false;
    s->pool = s->thread->pools[exchange_upstream(s->x, &is_new)];
    s->wait = pool_get(s->pool, is_new, got_upstream, s);
    if (s->wait == NULL)
        exchange_unconnected(s->x, WHY_NO_MEMORY);
    return true;
}

static gw_result send_packet(struct session_thread *t)
{
    gw_result r = gw_is(t->packed == 0 ? GW_OK : GW_UNAVAILABLE);
    if (t->packed > 0 && t->audit_fd >= 0)
        r = channel_send(t->audit_fd, buf_slice(&t->packet));
    t->is_channel_full = r.code == GW_AGAIN; /* again at the next answer or tick */
    t->packed = gw_ok(r) ? 0 : t->packed;
    if (gw_ok(r))
        buf_clear(&t->packet);
    return r;
}

void session_flush(struct session_thread *t)
{
    t->is_flush_due = false;
    gw_result r = send_packet(t);
    if (!gw_ok(r) && r.code != GW_AGAIN)
        session_audit_lost(t); /* whatever was not acknowledged counts as not written */
}

/* Where many records come, more are on their way: their packet waits for what one more look at the
 * sockets brings, which does not wait for any. A disk takes many as fast as few. */
static void flush_due(void *thread)
{
    struct session_thread *t = thread;
    t->is_held = !t->is_held && t->packed >= HELD_FROM;
    if (t->is_held)
        loop_after_turn(t->loop, flush_due, t);
    else
        session_flush(t);
}

/* The keys of what is sealed in a record go in front of it. False: the channel is full. */
static bool pack_keys(struct session_thread *t)
{
    struct slice keys = {NULL, 0};
    if (t->gate.sealer != NULL)
        keys = sealer_keys(t->gate.sealer);
    if (keys.len == 0)
        return true;
    if (t->packed == CHANNEL_PACK || t->packet.len + keys.len > PACKET_ROOM)
        (void)gw_ok(send_packet(t));
    if (t->packed == CHANNEL_PACK || !gw_ok(channel_pack_keys(&t->packet, keys)))
        return false;
    t->packed++;
    sealer_keys_sent(t->gate.sealer);
    return true;
}

/* A record goes into this turn's packet. */
static bool pack_record(struct session *s)
{
    struct session_thread *t = s->thread;
    if (!pack_keys(t))
        return false;
    if (t->packed == CHANNEL_PACK || t->packet.len + exchange_record(s->x).len > PACKET_ROOM)
        (void)gw_ok(send_packet(t)); /* no session_flush(): that one pumps, and so do we */
    if (t->packed == CHANNEL_PACK || t->packet.len > PACKET_ROOM)
        return false; /* the channel is full, or gone: later */
    bool is_owed = exchange_is_begun(s->x) && exchange_may_go_unrecorded(s->x);
    uint64_t mark = is_owed && !exchange_knows_begin(s->x) ? UNWAITED : 0;
    if (!gw_ok(channel_pack(&t->packet, (t->ticket + 1) | mark, exchange_record(s->x)))) {
        exchange_recorded(s->x, false, 0);
        return true;
    }
    s->ticket = ++t->ticket;
    t->unwaited += mark != 0;
    s->packed_ns = clock_mono_ns(t->gate.clock);
    t->packed++;
    exchange_record_sent(s->x);
    if (exchange_awaits_record(s->x))
        list_append(&t->pending, &s->pending_link);
    if (!t->is_flush_due)
        loop_after_turn(t->loop, flush_due, t);
    t->is_flush_due = true;
    return true;
}

/* The channel is full: who may go on without a record does not wait for room. */
static bool lose_record(struct session *s)
{
    bool may = exchange_may_go_unrecorded(s->x);
    if (may)
        exchange_recorded(s->x, false, 0);
    return may;
}

static bool send_record(struct session *s)
{
    struct session_thread *t = s->thread;
    int64_t age = clock_mono_ns(t->gate.clock) - t->born_ns;
    if (link_is_listed(&s->pending_link)) /* its begin: the end is what is waited for now */
        list_remove(&t->pending, &s->pending_link);
    /* While the disk hangs nothing is begun; what has begun still gets its end. */
    if (t->audit_fd >= 0 && (!t->is_audit_slow || exchange_is_begun(s->x)))
        return pack_record(s) || lose_record(s);
    if (t->audit_fd < 0 && !t->had_audit && age < (int64_t)YOUNG_MS * 1000000)
        return false; /* a young worker: its channel is on its way */
    exchange_recorded(s->x, false, 0);
    return true;
}

/* Each that asked gets one turn; who asks again waits for the next round. */
static void give_turns(void *thread)
{
    struct session_thread *t = thread;
    for (size_t n = t->turns.count; n > 0 && t->turns.count > 0; n--) {
        struct session *s = LIST_ITEM(list_first(&t->turns), struct session, turn_link);
        list_remove(&t->turns, &s->turn_link);
        loop_hold(t->loop);
        if (s->x != NULL) /* it may have ended since, with its auditor; the session goes on */
            exchange_turn(s->x);
        pump(s);
    }
    t->is_turn_due = t->turns.count > 0;
    if (t->is_turn_due)
        loop_after_turn(t->loop, give_turns, t);
}

static void ask_turn(struct session *s)
{
    struct session_thread *t = s->thread;
    if (link_is_listed(&s->turn_link))
        return;
    list_append(&t->turns, &s->turn_link);
    if (!t->is_turn_due)
        loop_after_turn(t->loop, give_turns, t);
    t->is_turn_due = true;
}

static bool write_some(struct conn *c, struct exchange *x, enum xchg_side side)
{
    struct slice out = slice_cut(exchange_output(x, side), 0, conn_out_room(c));
    if (out.len == 0 || !gw_ok(conn_push(c, out)))
        return false;
    exchange_sent(x, side, out.len);
    return true;
}

static bool read_some(struct conn *c, struct exchange *x, enum xchg_side side)
{
    size_t used = 0;
    struct slice in = conn_in(c);
    if (in.len == 0)
        return false;
    exchange_feed(x, side, in, &used);
    conn_consume(c, used);
    return used > 0;
}

/* What a client has not taken yet waits once, in its own connection: no stream is read then. */
static bool may_read_upstream(const struct session *s, unsigned want)
{
    bool is_behind = exchange_is_stream(s->x) && conn_out_waits(s->client) >= STREAM_WAITS;
    return (want & WANT_UP_IN) != 0 && !is_behind;
}

static void set_reading(struct session *s)
{
    if (!exchange_is_stream(s->x) && exchange_status(s->x) != 0)
        conn_limit_in(s->upstream, CONN_IN_MAX); /* a whole answer: as it comes */
    conn_want_read(s->upstream, may_read_upstream(s, exchange_want(s->x)));
}

/* A stale one, one of a guard that has been asked, or the wait for such a one. */
static bool has_other_upstream(const struct session *s)
{
    bool is_new;
    return s->upstream != NULL ||
           (s->wait != NULL && s->pool != s->thread->pools[exchange_upstream(s->x, &is_new)]);
}

static bool move_upstream(struct session *s, unsigned want)
{
    bool moved = false, reads = may_read_upstream(s, want);
    if ((want & WANT_CONNECT) != 0 && has_other_upstream(s))
        drop_upstream(s, exchange_keeps(s->x, SIDE_UPSTREAM)); /* the exchange wants another */
    if ((want & WANT_CONNECT) != 0)
        return start_connect(s);
    if (s->upstream == NULL)
        return false;
    if ((want & WANT_UP_OUT) != 0 && !s->upstream_ended)
        moved = write_some(s->upstream, s->x, SIDE_UPSTREAM);
    if (reads)
        moved = read_some(s->upstream, s->x, SIDE_UPSTREAM) || moved;
    if (!moved && s->upstream_ended && reads && conn_in(s->upstream).len == 0) {
        bool is_clean = s->upstream_clean;
        drop_upstream(s, false);
        exchange_end(s->x, SIDE_UPSTREAM, is_clean);
        moved = true;
    }
    if (s->upstream != NULL)
        set_reading(s);
    return moved;
}

/* The exchange is over: the next one on this connection, or goodbye. True: go on pumping. */
static bool turn_over(struct session *s)
{
    bool is_kept = exchange_keeps(s->x, SIDE_CLIENT) && !s->client_ended;
    drop_upstream(s, exchange_keeps(s->x, SIDE_UPSTREAM));
    if (s->client != NULL && !s->client_ended && conn_out_waits(s->client) > 0 && !is_kept)
        return false; /* room() comes when it is written, or the tick that sees a stall */
    if (s->client_ended || exchange_is_cut(s->x)) {
        end_session(s);
        return false;
    }
    if (!is_kept) {
        s->finishing = true;
        conn_finish(s->client);
        return false;
    }
    exchange_free(s->x);
    s->x = NULL;
    return true;
}

/* An exchange is made when its first byte is there: a caller who waits costs a connection only.
 * False: there is nothing to do. */
static bool has_exchange(struct session *s)
{
    if (s->x != NULL)
        return true;
    if (conn_in(s->client).len == 0)
        return false;
    s->x = exchange_new(&s->thread->gate, &s->peer);
    if (s->x == NULL)
        end_session(s);
    return s->x != NULL;
}

static bool pump_once(struct session *s)
{
    bool moved = false;
    if ((exchange_want(s->x) & WANT_CLIENT_IN) != 0 && !s->client_ended)
        moved = read_some(s->client, s->x, SIDE_CLIENT);
    unsigned want = exchange_want(s->x);
    if ((want & WANT_TURN) != 0)
        ask_turn(s);
    if ((want & WANT_RECORD) != 0)
        moved = send_record(s) || moved;
    moved = move_upstream(s, exchange_want(s->x)) || moved;
    if ((exchange_want(s->x) & WANT_CLIENT_OUT) != 0 && !s->client_ended) {
        conn_stream(s->client, exchange_is_stream(s->x));
        size_t waited = conn_out_waits(s->client);
        moved = write_some(s->client, s->x, SIDE_CLIENT) || moved;
        s->given += conn_out_waits(s->client) - waited;
    }
    return moved;
}

static void pump(struct session *s)
{
    while (!s->dead && !s->finishing && has_exchange(s)) {
        bool moved = pump_once(s);
        if (!exchange_is_over(s->x) && !moved)
            return;
        if (exchange_is_over(s->x) && !turn_over(s))
            return;
    }
}

static void client_event(void *owner)
{
    struct session *s = owner;
    s->peer.tls = slice_str(conn_tls_version(s->client)); /* known once bytes arrive */
    if (s->finishing) /* what comes after goodbye is not read as a request */
        conn_consume(s->client, conn_in(s->client).len);
    else
        pump(s);
}

static void client_end(void *owner, enum conn_end how)
{
    struct session *s = owner;
    s->client_ended = true;
    if (s->finishing || s->x == NULL) {
        end_session(s);
        return;
    }
    exchange_end(s->x, SIDE_CLIENT, how == CONN_EOF);
    drop_upstream(s, false); /* tokens cost money: it does not wait for the record */
    pump(s);
}

/* 90 % of the connections or descriptors are taken. */
static bool is_crowded(const struct session_thread *t, uint64_t callers, int fd)
{
    return callers > t->max_sessions - t->max_sessions / 10 ||
           fd >= (t->fd_limit - FD_RESERVE) / 10 * 9;
}

static uint64_t callers_of_all(const struct session_thread *t)
{
    uint64_t n = 0;
    for (size_t i = 0; i < t->all_count; i++)
        n += __atomic_load_n(&t->all[i]->counters.callers, __ATOMIC_RELAXED);
    return n;
}

/* The handshake is done, or there is none: one caller more. */
static void client_ready(void *owner)
{
    struct session *s = owner;
    struct session_thread *t = s->thread;
    if (link_is_listed(&s->shake_link))
        list_remove(&t->shaking, &s->shake_link);
    conn_reached(s->client, &s->from);
    s->peer.port = s->from.port;
    s->peer.address = slice_str(s->from.address);
    s->peer.print = s->from.has_print ? &s->from.print : NULL;
    count_callers(t);
    uint64_t callers = callers_of_all(t);
    if (callers > t->max_sessions) {
        t->gate.counters.turned_away++;
        end_session(s);
        return;
    }
    s->peer.is_excess = s->peer.is_excess || is_crowded(t, callers, -1);
}

static const struct conn_calls client_calls = {
    .bytes = client_event, .room = client_event, .end = client_end, .ready = client_ready};

/* False: closed, for the descriptors that are left are not for callers. */
static bool has_descriptors(struct session_thread *t, int fd)
{
    if (fd < t->fd_limit - FD_RESERVE)
        return true;
    t->gate.counters.turned_away++;
    close(fd);
    return false;
}

/* Half-done handshakes are many only when somebody wants them to be: the oldest makes room. */
static void begin_shaking(struct session *s)
{
    struct session_thread *t = s->thread;
    if (t->shaking.count >= t->max_shaking) {
        t->gate.counters.unshaken++;
        end_session(LIST_ITEM(list_first(&t->shaking), struct session, shake_link));
    }
    list_append(&t->shaking, &s->shake_link);
    count_callers(t);
}

void session_accept(struct session_thread *t, int fd, struct tls_server *tls)
{
    if (!has_descriptors(t, fd))
        return;
    struct session *s = calloc(1, sizeof *s);
    if (s == NULL) {
        close(fd);
        return;
    }
    s->peer.is_excess = is_crowded(t, 0, fd);
    s->thread = t;
    s->client = conn_accept(t->loop, fd, tls, t->handshake_ms, &client_calls, s);
    if (s->client == NULL) {
        free(s);
        return;
    }
    list_append(&t->sessions, &s->link);
    if (tls != NULL)
        begin_shaking(s);
    else
        client_ready(s);
}

void session_recorded(struct session_thread *t, uint64_t ticket, bool is_durable, uint64_t seq)
{
    t->is_audit_slow = false; /* of which exchange ever: the disk moves */
    if ((ticket & UNWAITED) != 0) {
        t->unwaited--;
        t->gate.counters.unrecorded += !is_durable;
        return;
    }
    for (struct link *k = list_first(&t->pending); k != NULL; k = list_after(&t->pending, k)) {
        struct session *s = LIST_ITEM(k, struct session, pending_link);
        if (s->ticket != ticket)
            continue;
        list_remove(&t->pending, k);
        exchange_recorded(s->x, is_durable, seq);
        pump(s);
        return;
    }
}

/* A record that was made under the old keys and could not be packed yet. */
static bool has_old_record(struct session_thread *t)
{
    for (struct link *k = list_first(&t->sessions); k != NULL; k = list_after(&t->sessions, k)) {
        struct session *s = LIST_ITEM(k, struct session, link);
        if (s->x != NULL && (exchange_want(s->x) & WANT_RECORD) != 0)
            return true;
    }
    return false;
}

/* Once nothing under the old keys comes behind it; else at the next tick. */
static void say_renewed(struct session_thread *t)
{
    if (!t->owes_word || has_old_record(t) || t->packed == CHANNEL_PACK ||
        !gw_ok(channel_pack_keys(&t->packet, (struct slice){NULL, 0})))
        return;
    t->owes_word = false;
    t->packed++;
    session_flush(t);
}

void session_renew(struct session_thread *t)
{
    if (t->gate.sealer != NULL)
        sealer_renew(t->gate.sealer);
    t->owes_word = true;
    say_renewed(t);
}

void session_audit_lost(struct session_thread *t)
{
    buf_clear(&t->packet);
    t->packed = 0;
    t->owes_word = false;
    t->gate.counters.unrecorded += t->unwaited; /* at most so many: some may be durable */
    t->unwaited = 0;
    if (t->gate.sealer != NULL)
        sealer_forget(t->gate.sealer);
    for (struct link *k; (k = list_first(&t->pending)) != NULL;) {
        struct session *s = LIST_ITEM(k, struct session, pending_link);
        list_remove(&t->pending, k);
        exchange_recorded(s->x, false, 0);
        pump(s);
    }
    for (struct link *k = list_first(&t->sessions), *after; k != NULL; k = after) {
        struct session *s = LIST_ITEM(k, struct session, link);
        after = list_after(&t->sessions, k);
        if (s->finishing || s->x == NULL)
            continue;
        exchange_unlogged(s->x);
        pump(s);
    }
}

/* What waits for a disk that takes long does not wait for ever. A record that was given up may
 * become durable yet: a begin of which nothing left, which ends as unknown when the worker does. */
static void give_up_records(struct session_thread *t, int64_t now)
{
    for (struct link *k; (k = list_first(&t->pending)) != NULL;) {
        struct session *s = LIST_ITEM(k, struct session, pending_link);
        if (now - s->packed_ns <= (int64_t)t->record_ms * 1000000)
            return; /* the oldest stands first */
        if (!t->is_audit_slow)
            LOGE("audit.slow", LOG_NUM("waited_ms", t->record_ms),
                 LOG_NUM("waiting", t->pending.count));
        t->is_audit_slow = true;
        list_remove(&t->pending, k);
        exchange_recorded(s->x, false, 0);
        pump(s);
    }
}

/* Bytes wait for the client, and it has taken none of them for too long. */
static bool is_stalled(struct session *s, int64_t now)
{
    uint64_t waits = conn_out_waits(s->client), taken = s->given - waits;
    if (waits == 0 || taken != s->taken || !s->waited) {
        s->waited = waits > 0;
        s->taken = taken;
        s->taken_ns = now;
        return false;
    }
    return now - s->taken_ns > (int64_t)s->thread->stall_ms * 1000000;
}

static void give_up_client(struct session *s)
{
    if (s->x != NULL)
        exchange_kill(s->x, WHY_CLIENT_SLOW);
    client_end(s, CONN_CUT);
}

/* Half of a crowd has left: what it took goes back to the system. */
static void give_back(struct session_thread *t)
{
    size_t count = t->sessions.count;
    if (count > t->most_sessions)
        t->most_sessions = count;
    if (count > t->most_sessions / 2 || t->most_sessions - count < CROWD)
        return;
    gate_free_spares(&t->gate);
    memory_trim();
    t->most_sessions = count;
}

void session_tick(struct session_thread *t)
{
    int64_t now = clock_mono_ns(t->gate.clock);
    unsigned idle_ms = is_crowded(t, callers_of_all(t), -1) ? CROWDED_MS : t->idle_ms;
    session_flush(t);
    say_renewed(t);
    give_up_records(t, now);
    give_back(t);
    for (struct link *k = list_first(&t->sessions), *after; k != NULL; k = after) {
        struct session *s = LIST_ITEM(k, struct session, link);
        after = list_after(&t->sessions, k);
        if (s->finishing)
            continue;
        if (is_stalled(s, now)) {
            give_up_client(s);
            continue;
        }
        bool is_stale = now - conn_last_ns(s->client) > (int64_t)idle_ms * 1000000;
        if (s->x == NULL && (is_stale || t->is_hurried)) {
            s->finishing = true;
            conn_finish(s->client);
        } else if (s->x != NULL) {
            exchange_tick(s->x);
            pump(s);
        }
    }
}

void session_drain(struct session_thread *t)
{
    t->gate.is_draining = true;
}

void session_hurry(struct session_thread *t)
{
    t->is_hurried = true;
    for (struct link *k = list_first(&t->sessions), *after; k != NULL; k = after) {
        struct session *s = LIST_ITEM(k, struct session, link);
        after = list_after(&t->sessions, k);
        if (s->x == NULL || s->finishing)
            continue;
        exchange_tell_drain(s->x);
        pump(s);
    }
    session_tick(t);
}
