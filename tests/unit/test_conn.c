/* tests/unit/test_conn.c - proxy/net/conn.h and tls.h, over loopback, plain and TLS. */
#include "proxy/base/base.h"
#include "proxy/net/conn.h"
#include "certs/store.h"
#include "proxy/net/listener.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/socket.h>
#include <unistd.h>
#include <cmocka.h>

struct world {
    struct loop *loop;
    struct tls_server *server;
    struct tls_client *client, *other_client; /* the other trusts another CA */
    struct cert_pair *pair;
    char dir[64], other_dir[64];
};

/* One side of a connection under test. */
struct side {
    struct world *w;
    struct conn *conn;
    size_t bytes, rooms, ready, ends;
    enum conn_end how;
    bool echoes, eats, stops_at_end, free_in_bytes;
    size_t sum; /* bytes eaten */
};

static void side_bytes(void *owner)
{
    struct side *s = owner;
    s->bytes++;
    struct slice in = conn_in(s->conn);
    if (s->free_in_bytes) {
        conn_free(s->conn);
        s->conn = NULL;
        loop_stop(s->w->loop);
        return;
    }
    if (s->echoes && gw_ok(conn_write(s->conn, in))) {
        conn_consume(s->conn, in.len);
    } else if (s->eats) {
        s->sum += in.len;
        conn_consume(s->conn, in.len);
    }
}

static void side_room(void *owner)
{
    struct side *s = owner;
    s->rooms++;
    if (s->echoes && conn_in(s->conn).len > 0)
        side_bytes(owner);
}

static void side_end(void *owner, enum conn_end how)
{
    struct side *s = owner;
    s->ends++;
    s->how = how;
    if (s->stops_at_end)
        loop_stop(s->w->loop);
}

static void side_ready(void *owner)
{
    ((struct side *)owner)->ready++;
}

static const struct conn_calls side_calls = {
    .bytes = side_bytes, .room = side_room, .end = side_end, .ready = side_ready};

static void stop_loop(void *loop)
{
    loop_stop(loop);
}

static void run_for(struct loop *l, unsigned ms)
{
    struct loop_timer *t = loop_once(l, ms, stop_loop, l);
    loop_run(l);
    loop_timer_free(t);
}

/* A connected pair of loopback sockets, the far end non-blocking too. */
static void tcp_pair(int *near, int *far, struct conn_address *at)
{
    unsigned port = 0;
    int fd = -1;
    struct sockaddr_in to = {.sin_family = AF_INET};
    assert_true(gw_ok(listener_bind("127.0.0.1", &port, &fd)));
    to.sin_port = htons((uint16_t)port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memset(at, 0, sizeof *at);
    memcpy(at->at, &to, sizeof to);
    at->len = sizeof to;
    if (near == NULL) {
        *far = fd;
        return;
    }
    *near = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(*near, (struct sockaddr *)&to, sizeof to), 0);
    *far = accept4(fd, NULL, NULL, SOCK_NONBLOCK);
    assert_true(*far >= 0);
    close(fd);
}

static int set_up(void **state)
{
    static struct world w;
    char reason[256], cert[128], key[128];
    signal(SIGPIPE, SIG_IGN);
    w.loop = loop_new();
    assert_non_null(w.loop);
    const char *extra[] = {"bulla.test"};
    for (int i = 0; i < 2; i++) {
        char *dir = i == 0 ? w.dir : w.other_dir;
        snprintf(dir, sizeof w.dir, "/tmp/test_conn.XXXXXX");
        assert_non_null(mkdtemp(dir));
        assert_true(gw_ok(cert_dev(dir, extra, 1, reason, sizeof reason)));
        snprintf(cert, sizeof cert, "%s/ca.pem", dir);
        assert_true(gw_ok(
            tls_client_new(cert, reason, sizeof reason, i == 0 ? &w.client : &w.other_client)));
    }
    snprintf(cert, sizeof cert, "%s/server.pem", w.dir);
    snprintf(key, sizeof key, "%s/server.key", w.dir);
    assert_true(gw_ok(cert_load(cert, key, reason, sizeof reason, &w.pair)));
    assert_true(gw_ok(tls_server_new(w.pair, &w.server)));
    *state = &w;
    return 0;
}

static int tear_down(void **state)
{
    struct world *w = *state;
    static const char *const files[] = {"ca.pem", "ca.key", "server.pem", "server.key"};
    loop_free(w->loop);
    tls_client_free(w->client);
    tls_client_free(w->other_client);
    tls_server_free(w->server);
    cert_free(w->pair);
    for (size_t i = 0; i < 2 * GW_COUNT(files); i++) {
        char path[128];
        snprintf(path, sizeof path, "%s/%s", i % 2 == 0 ? w->dir : w->other_dir, files[i / 2]);
        unlink(path);
    }
    rmdir(w->dir);
    rmdir(w->other_dir);
    return 0;
}

struct meeting {
    struct side near, far;
};

static void accepted(void *owner, int fd)
{
    struct side *far = owner;
    assert_null(far->conn);
    far->conn = conn_accept(far->w->loop, fd, far->w->server, 2000, &side_calls, far);
    assert_non_null(far->conn);
}

/* near connects by TLS as `name`; runs for a while. */
static void meet(struct world *w, struct tls_client *client, struct slice name, struct meeting *m)
{
    struct conn_address at;
    int fd;
    m->near.w = m->far.w = w;
    tcp_pair(NULL, &fd, &at);
    struct listener *n = listener_new(w->loop, fd, accepted, &m->far);
    m->near.conn = conn_connect(w->loop, &(struct conn_target){at, client, name, 2000, 0},
                                &side_calls, &m->near);
    assert_non_null(m->near.conn);
    run_for(w->loop, 100);
    listener_free(n);
    close(fd);
}

static void part(struct meeting *m)
{
    conn_free(m->near.conn);
    conn_free(m->far.conn);
    run_for(m->near.w->loop, 1);
}

static void a_wrong_name_is_refused(void **state)
{
    struct meeting m = {0};
    meet(*state, ((struct world *)*state)->client, SLICE_LIT("other.test"), &m);
    assert_int_equal(m.near.ends, 1);
    assert_int_equal(m.near.how, CONN_TLS);
    assert_int_equal(m.near.ready, 0);
    assert_int_equal(m.far.how, CONN_TLS);
    part(&m);
}

static void an_unknown_issuer_is_refused(void **state)
{
    struct meeting m = {0};
    meet(*state, ((struct world *)*state)->other_client, SLICE_LIT("bulla.test"), &m);
    assert_int_equal(m.near.how, CONN_TLS);
    assert_int_equal(m.near.ready, 0);
    part(&m);
}

static void a_closed_port_is_refused_from_the_loop(void **state)
{
    struct world *w = *state;
    struct side near = {.w = w, .stops_at_end = true};
    struct conn_address at;
    int fd;
    tcp_pair(NULL, &fd, &at);
    close(fd);
    near.conn = conn_connect(w->loop, &(struct conn_target){.at = at, .timeout_ms = 1000},
                             &side_calls, &near);
    assert_non_null(near.conn);
    assert_int_equal(near.ends, 0);
    loop_run(w->loop);
    assert_int_equal(near.how, CONN_REFUSED);
    conn_free(near.conn);
}

/* Seconds until the kernel gives a silent peer up: idle, then probes. */
static int missed_after(int fd)
{
    int on = 0, idle = 0, between = 0, times = 0;
    socklen_t size = sizeof on;
    assert_int_equal(getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &size), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &size), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between, &size), 0);
    assert_int_equal(getsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, &size), 0);
    return on ? idle + between * times : INT_MAX;
}

static void a_peer_that_vanishes_is_missed_within_a_minute(void **state)
{
    struct world *w = *state;
    struct conn_address at;
    int near, far, fd;
    tcp_pair(&near, &far, &at);
    assert_true(missed_after(far) <= 60); /* accepted: as its listener is */
    assert_true(missed_after(near) > 60); /* not by the system's default */
    close(near);
    close(far);
    tcp_pair(NULL, &fd, &at);
    int next = dup(0);
    close(next);
    const struct conn_target to = {.at = at, .timeout_ms = 1000};
    struct conn *c = conn_connect(w->loop, &to, &side_calls, NULL);
    assert_non_null(c);
    assert_true(missed_after(next) <= 60);
    unsigned unheard = 0;
    socklen_t size = sizeof unheard;
    assert_int_equal(getsockopt(next, IPPROTO_TCP, TCP_USER_TIMEOUT, &unheard, &size), 0);
    assert_true(unheard > 0 && unheard <= 60000); /* with bytes on their way, too */
    conn_free(c);
    close(fd);
}

static void the_last_descriptors_are_not_for_connections(void **state)
{
    struct world *w = *state;
    struct conn_address at;
    int fd, next = dup(0);
    close(next);
    tcp_pair(NULL, &fd, &at);
    const struct conn_target to = {.at = at, .timeout_ms = 1000, .fd_most = next};
    int before = dup(0);
    close(before);
    assert_null(conn_connect(w->loop, &to, &side_calls, NULL));
    int again = dup(0);
    assert_int_equal(again, before); /* and none was lost, whatever else is open */
    close(again);
    close(fd);
}

static void a_silent_handshake_ends_in_time(void **state)
{
    struct world *w = *state;
    struct side far = {.w = w, .stops_at_end = true};
    struct conn_address at;
    int raw, fd;
    tcp_pair(&raw, &fd, &at);
    far.conn = conn_accept(w->loop, fd, w->server, 50, &side_calls, &far);
    loop_run(w->loop);
    assert_int_equal(far.how, CONN_TIMEOUT);
    assert_int_equal(far.ends, 1);
    conn_free(far.conn);
    close(raw);
}

static void plain_echoes_and_tells_the_clean_end_once(void **state)
{
    struct world *w = *state;
    struct side far = {.w = w, .echoes = true};
    struct conn_address at;
    char back[8] = "";
    int raw, fd;
    tcp_pair(&raw, &fd, &at);
    far.conn = conn_accept(w->loop, fd, NULL, 0, &side_calls, &far);
    assert_int_equal(write(raw, "hello", 5), 5);
    run_for(w->loop, 20);
    assert_int_equal(read(raw, back, sizeof back), 5);
    assert_int_equal(far.rooms, 1);
    shutdown(raw, SHUT_WR);
    run_for(w->loop, 20);
    assert_int_equal(far.ends, 1);
    assert_int_equal(far.how, CONN_EOF);
    /* Half-closed: we may still write, finish, and hear of our own half's end. */
    assert_true(gw_ok(conn_write(far.conn, SLICE_LIT("bye"))));
    conn_finish(far.conn);
    assert_false(gw_ok(conn_write(far.conn, SLICE_LIT("more"))));
    assert_int_equal(far.ends, 1);
    run_for(w->loop, 20);
    assert_int_equal(read(raw, back, sizeof back), 3);
    assert_int_equal(read(raw, back, sizeof back), 0);
    assert_int_equal(far.ends, 2);
    conn_free(far.conn);
    close(raw);
}

static void a_reset_is_a_cut(void **state)
{
    struct world *w = *state;
    struct side far = {.w = w};
    struct conn_address at;
    const struct linger hard = {.l_onoff = 1};
    int raw, fd;
    tcp_pair(&raw, &fd, &at);
    far.conn = conn_accept(w->loop, fd, NULL, 0, &side_calls, &far);
    setsockopt(raw, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(raw);
    run_for(w->loop, 20);
    assert_int_equal(far.ends, 1);
    assert_int_equal(far.how, CONN_CUT);
    assert_false(gw_ok(conn_write(far.conn, SLICE_LIT("x"))));
    conn_free(far.conn);
}

/* It is asked for once a connection, not once a request: then the system does not know it any more.
 */
static void who_was_reached_is_known_behind_its_end(void **state)
{
    struct world *w = *state;
    struct side near = {.w = w, .stops_at_end = true};
    struct conn_target to = {.timeout_ms = 1000};
    const struct linger hard = {.l_onoff = 1};
    struct reached peer = {.port = 0};
    int listening, fd;
    tcp_pair(NULL, &listening, &to.at);
    near.conn = conn_connect(w->loop, &to, &side_calls, &near);
    run_for(w->loop, 20);
    fd = accept4(listening, NULL, NULL, 0);
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close(fd);
    loop_run(w->loop);
    assert_int_equal(near.how, CONN_CUT);
    conn_reached(near.conn, &peer);
    assert_string_equal(peer.address, "127.0.0.1");
    assert_true(peer.port > 0 && !peer.has_print);
    conn_free(near.conn);
    close(listening);
}

static void a_slow_reader_bounds_what_waits(void **state)
{
    struct world *w = *state;
    static char block[16384];
    struct side far = {.w = w, .echoes = true};
    struct conn_address at;
    size_t sent = 0;
    int raw, fd;
    tcp_pair(&raw, &fd, &at);
    far.conn = conn_accept(w->loop, fd, NULL, 0, &side_calls, &far);
    for (int quiet = 0; quiet < 3;) {
        ssize_t n = send(raw, block, sizeof block, MSG_DONTWAIT);
        sent += n > 0 ? (size_t)n : 0;
        quiet = n > 0 ? 0 : quiet + 1;
        run_for(w->loop, 2);
        assert_true(conn_in(far.conn).len <= CONN_IN_MAX);
        assert_true(conn_out_waits(far.conn) <= CONN_OUT_MAX);
    }
    assert_true(conn_in(far.conn).len > 0);
    size_t got = 0;
    for (int i = 0; i < 20000 && got < sent; i++) {
        ssize_t n = recv(raw, block, sizeof block, MSG_DONTWAIT);
        got += n > 0 ? (size_t)n : 0;
        if (n <= 0)
            run_for(w->loop, 1);
    }
    assert_int_equal(got, sent);
    conn_free(far.conn);
    close(raw);
}

/* All read to the same memory first: what one did not use stays its own. */
static void what_one_left_is_not_written_over_by_another(void **state)
{
    struct world *w = *state;
    static char block[40000];
    struct side keeps = {.w = w}, eats = {.w = w, .eats = true};
    struct conn_address at;
    int raw[2], fd[2];
    memset(block, 'z', sizeof block);
    for (int i = 0; i < 2; i++)
        tcp_pair(&raw[i], &fd[i], &at);
    keeps.conn = conn_accept(w->loop, fd[0], NULL, 0, &side_calls, &keeps);
    eats.conn = conn_accept(w->loop, fd[1], NULL, 0, &side_calls, &eats);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(send(raw[0], "kept", 4, 0), 4);
        assert_int_equal(send(raw[1], block, sizeof block, 0), sizeof block);
        for (int tries = 0; tries < 1000 && (eats.sum < (i + 1) * sizeof block ||
                                             conn_in(keeps.conn).len < 4 * (i + 1));
             tries++)
            run_for(w->loop, 2);
        assert_true(slice_is(conn_in(keeps.conn), slice_of("keptkeptkept", 4 * (i + 1))));
    }
    assert_int_equal(eats.sum, 3 * sizeof block);
    conn_free(keeps.conn);
    conn_free(eats.conn);
    close(raw[0]);
    close(raw[1]);
}

/* What is too much for the socket waits in order behind what went out at once. */
static void what_goes_out_at_once_keeps_its_order(void **state)
{
    struct world *w = *state;
    static char block[CONN_OUT_MAX], got[CONN_OUT_MAX];
    struct side far = {.w = w};
    struct conn_address at;
    size_t sent = 0, at_byte = 0;
    int raw, fd;
    tcp_pair(&raw, &fd, &at);
    far.conn = conn_accept(w->loop, fd, NULL, 0, &side_calls, &far);
    for (size_t n = 0; n == 0 || conn_out_waits(far.conn) == 0; n = n % 3 + 1) {
        size_t len = n == 1 ? 10 : sizeof block - n;
        for (size_t i = 0; i < len; i++)
            block[i] = (char)((sent + i) % 251);
        assert_true(gw_ok(conn_write(far.conn, slice_of(block, len))));
        sent += len;
        run_for(w->loop, 1);
    }
    for (int tries = 0; tries < 20000 && at_byte < sent; tries++) {
        ssize_t n = recv(raw, got, sizeof got, MSG_DONTWAIT);
        for (ssize_t i = 0; i < n; i++)
            assert_int_equal((unsigned char)got[i], at_byte++ % 251);
        if (n <= 0)
            run_for(w->loop, 1);
    }
    assert_int_equal(at_byte, sent);
    assert_true(far.rooms > 0); /* told as ever, later and from the loop */
    conn_free(far.conn);
    close(raw);
}

/* What is pushed goes out within the call; of what the socket did not take room() is told. */
static void what_is_pushed_is_not_laid_aside(void **state)
{
    struct world *w = *state;
    static char block[CONN_OUT_MAX];
    struct side far = {.w = w};
    struct conn_address at;
    char got[8] = "";
    int raw, fd;
    tcp_pair(&raw, &fd, &at);
    far.conn = conn_accept(w->loop, fd, NULL, 0, &side_calls, &far);
    assert_int_equal(conn_push(far.conn, slice_of(block, sizeof block + 1)).code, GW_AGAIN);
    run_for(w->loop, 5);
    far.rooms = 0;
    assert_true(gw_ok(conn_push(far.conn, SLICE_LIT("now"))));
    assert_int_equal(recv(raw, got, sizeof got, MSG_DONTWAIT), 3);
    assert_memory_equal(got, "now", 3);
    run_for(w->loop, 5);
    assert_int_equal(far.rooms, 0);
    while (conn_out_waits(far.conn) == 0)
        assert_true(gw_ok(conn_push(far.conn, slice_of(block, sizeof block))));
    assert_true(gw_ok(conn_write(far.conn, SLICE_LIT(""))));
    for (int tries = 0; tries < 20000 && conn_out_waits(far.conn) > 0; tries++) {
        static char sink[CONN_OUT_MAX];
        (void)!recv(raw, sink, sizeof sink, MSG_DONTWAIT);
        run_for(w->loop, 1);
    }
    assert_int_equal(far.rooms, 1);
    conn_finish(far.conn);
    assert_int_equal(conn_push(far.conn, SLICE_LIT("late")).code, GW_UNAVAILABLE);
    run_for(w->loop, 20);
    conn_free(far.conn);
    close(raw);
}

static void tls_echoes_and_resumes(void **state)
{
    struct world *w = *state;
    for (int i = 0; i < 2; i++) {
        struct meeting m = {.far = {.echoes = true}, .near = {.eats = true}};
        static char block[50000];
        meet(w, w->client, SLICE_LIT("bulla.test"), &m);
        assert_int_equal(m.near.ready, 1);
        assert_string_equal(conn_tls_version(m.near.conn), "TLSv1.3");
        assert_true(slice_is(conn_sni(m.far.conn), SLICE_LIT("bulla.test")));
        assert_int_equal(conn_is_resumed(m.near.conn), i == 1);
        assert_true(gw_ok(conn_write(m.near.conn, slice_of(block, sizeof block))));
        run_for(w->loop, 50);
        assert_int_equal(m.near.sum, sizeof block);
        assert_true(conn_is_quiet(m.near.conn));
        conn_finish(m.near.conn);
        run_for(w->loop, 20);
        assert_int_equal(m.far.how, CONN_EOF);
        conn_finish(m.far.conn);
        run_for(w->loop, 50);
        assert_int_equal(m.near.ends, 1);
        assert_int_equal(m.near.how, CONN_EOF);
        part(&m);
    }
}

static void an_address_is_a_name_too(void **state)
{
    struct meeting m = {0};
    meet(*state, ((struct world *)*state)->client, SLICE_LIT("127.0.0.1"), &m);
    assert_int_equal(m.near.ready, 1);
    assert_int_equal(conn_sni(m.far.conn).len, 0);
    part(&m);
}

static void tls_without_goodbye_is_a_cut(void **state)
{
    struct meeting m = {0};
    struct world *w = *state;
    meet(w, w->client, SLICE_LIT("bulla.test"), &m);
    conn_free(m.near.conn);
    m.near.conn = NULL;
    run_for(w->loop, 20);
    assert_int_equal(m.far.ends, 1);
    assert_int_equal(m.far.how, CONN_CUT);
    part(&m);
}

static void freeing_inside_bytes_is_safe(void **state)
{
    struct meeting m = {.far = {.free_in_bytes = true}};
    struct world *w = *state;
    meet(w, w->client, SLICE_LIT("bulla.test"), &m);
    assert_true(gw_ok(conn_write(m.near.conn, SLICE_LIT("boom"))));
    run_for(w->loop, 50);
    assert_int_equal(m.far.ends, 0);
    assert_null(m.far.conn);
    run_for(w->loop, 20);
    assert_int_equal(m.near.how, CONN_CUT);
    part(&m);
}

static void bytes_inside_tls_come_when_wanted_again(void **state)
{
    struct meeting m = {.far = {.eats = true}};
    struct world *w = *state;
    static char block[60000];
    meet(w, w->client, SLICE_LIT("bulla.test"), &m);
    conn_want_read(m.far.conn, false);
    assert_true(gw_ok(conn_write(m.near.conn, slice_of(block, sizeof block))));
    run_for(w->loop, 20);
    assert_int_equal(m.far.sum, 0);
    conn_want_read(m.far.conn, true);
    run_for(w->loop, 20);
    assert_int_equal(m.far.sum, sizeof block);
    part(&m);
}

/* A man in the middle that counts: records of a padded connection are 256 * k + 16 (tag) long. */
struct relay {
    int a, b;
    char seen[65536];
    size_t len;
};

static void relay_ab(void *relay)
{
    char bytes[16384];
    struct relay *r = relay;
    ssize_t n = recv(r->a, bytes, sizeof bytes, MSG_DONTWAIT);
    if (n > 0)
        assert_int_equal(send(r->b, bytes, (size_t)n, 0), n);
}

static void relay_ba(void *relay)
{
    struct relay *r = relay;
    ssize_t n = recv(r->b, r->seen + r->len, sizeof r->seen - r->len, MSG_DONTWAIT);
    if (n > 0) {
        assert_int_equal(send(r->a, r->seen + r->len, (size_t)n, 0), n);
        r->len += (size_t)n;
    }
}

static void padding_hides_lengths(void **state)
{
    struct world *w = *state;
    static struct relay r;
    struct meeting m = {.near = {.w = w, .eats = true}, .far = {.w = w}};
    struct conn_address at;
    int fd, server;
    tcp_pair(&r.b, &server, &at);
    tcp_pair(NULL, &fd, &at);
    m.far.conn = conn_accept(w->loop, server, w->server, 2000, &side_calls, &m.far);
    m.near.conn =
        conn_connect(w->loop, &(struct conn_target){at, w->client, SLICE_LIT("localhost"), 2000, 0},
                     &side_calls, &m.near);
    r.a = accept(fd, NULL, NULL);
    struct loop_watch *ab = loop_watch_read(w->loop, r.a, relay_ab, &r);
    struct loop_watch *ba = loop_watch_read(w->loop, r.b, relay_ba, &r);
    run_for(w->loop, 100);
    assert_int_equal(m.near.ready, 1);
    r.len = 0;
    conn_stream(m.far.conn, true);
    static const char text[700];
    for (size_t n = 1; n < sizeof text; n += 97) {
        assert_true(gw_ok(conn_write(m.far.conn, slice_of(text, n))));
        run_for(w->loop, 5);
    }
    static const char more[1100];
    const size_t then[] = {1, sizeof more, 300}; /* no shorter than 680; longer; that is not kept */
    for (size_t i = 0; i < GW_COUNT(then); i++) {
        assert_true(gw_ok(conn_write(m.far.conn, slice_of(more, then[i]))));
        run_for(w->loop, 5);
    }
    assert_int_equal(m.near.sum, 1 + 98 + 195 + 292 + 389 + 486 + 583 + 680 + 1 + 1100 + 300);
    static const size_t padded[] = {256, 256, 256, 512, 512, 512, 768, 768, 768, 1280, 768};
    size_t records = 0;
    for (size_t i = 0; i + 5 <= r.len; records++) {
        size_t len = (size_t)(unsigned char)r.seen[i + 3] << 8 | (unsigned char)r.seen[i + 4];
        assert_true(records < GW_COUNT(padded));
        assert_int_equal(len - 16, padded[records]);
        i += 5 + len;
    }
    assert_int_equal(records, GW_COUNT(padded));
    loop_watch_free(ab);
    loop_watch_free(ba);
    close(r.a);
    close(r.b);
    close(fd);
    part(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_wrong_name_is_refused),
        cmocka_unit_test(an_unknown_issuer_is_refused),
        cmocka_unit_test(a_closed_port_is_refused_from_the_loop),
        cmocka_unit_test(a_peer_that_vanishes_is_missed_within_a_minute),
        cmocka_unit_test(the_last_descriptors_are_not_for_connections),
        cmocka_unit_test(a_silent_handshake_ends_in_time),
        cmocka_unit_test(plain_echoes_and_tells_the_clean_end_once),
        cmocka_unit_test(a_reset_is_a_cut),
        cmocka_unit_test(who_was_reached_is_known_behind_its_end),
        cmocka_unit_test(a_slow_reader_bounds_what_waits),
        cmocka_unit_test(what_one_left_is_not_written_over_by_another),
        cmocka_unit_test(what_goes_out_at_once_keeps_its_order),
        cmocka_unit_test(what_is_pushed_is_not_laid_aside),
        cmocka_unit_test(tls_echoes_and_resumes),
        cmocka_unit_test(an_address_is_a_name_too),
        cmocka_unit_test(tls_without_goodbye_is_a_cut),
        cmocka_unit_test(freeing_inside_bytes_is_safe),
        cmocka_unit_test(bytes_inside_tls_come_when_wanted_again),
        cmocka_unit_test(padding_hides_lengths),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
