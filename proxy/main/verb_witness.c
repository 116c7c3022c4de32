/* proxy/main/verb_witness.c - `bulla audit witness`: cosigns the checkpoints of other people's
 * logs.
 *
 * A small HTTP/1.1 server, one connection at a time with a limit on each wait: a witness is asked a
 * few times an hour. TLS and access are whoever stands before it. Its state and key lie in --dir.
 */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "proxy/main/outcome.h"
#include "audit/disk.h"
#include "audit/verify.h"
#include "audit/witness.h"
#include "proxy/base/clock.h"
#include "proxy/http/body.h"
#include "proxy/http/parse.h"
#include "proxy/main/tlog_policy.h"
#include "proxy/main/verb.h"
#include "proxy/net/listener.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BODY_MAX = 65536, PATIENCE_MS = 5000 };

/* Bytes until the deadline; false: the end, an error, or too late. */
static bool receive(int fd, int64_t end_ns, struct buf *in)
{
    static const struct clock real;
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    char piece[4096];
    int64_t left = (end_ns - clock_mono_ns(&real)) / 1000000;
    if (left <= 0 || poll(&wait, 1, (int)left) != 1)
        return false;
    ssize_t n = recv(fd, piece, sizeof piece, 0);
    return n > 0 && gw_ok(buf_add(in, slice_of(piece, (size_t)n)));
}

/* The whole body of one request; 0, or the status that refuses it. */
static unsigned read_request(int fd, struct buf *in, struct buf *body)
{
    static const struct clock real;
    const int64_t end_ns = clock_mono_ns(&real) + PATIENCE_MS * INT64_C(1000000);
    struct head head;
    struct head_fault fault = {.status = 400};
    struct body framing;
    const char *reason;
    size_t used;
    gw_result r;
    while ((r = parse_request(buf_slice(in), &head, &used, &fault)).code == GW_AGAIN)
        if (!receive(fd, end_ns, in))
            return 408;
    if (!gw_ok(r))
        return fault.status;
    if (!slice_is(head.path, SLICE_LIT("/add-checkpoint")))
        return 404;
    if (!slice_is(head.method, SLICE_LIT("POST")))
        return 405;
    body_init(&framing, &head);
    buf_consume(in, used);
    while (!framing.done) {
        struct slice rest = buf_slice(in), piece;
        r = body_feed(&framing, &rest, &piece, &reason);
        if (gw_ok(r) && !gw_ok(buf_add(body, piece)))
            return 413;
        if (gw_ok(r))
            buf_consume(in, buf_slice(in).len - rest.len);
        else if (r.code != GW_AGAIN || !receive(fd, end_ns, in))
            return r.code == GW_AGAIN ? 408 : 400;
    }
    return 0;
}

static void answer(int fd, unsigned status, struct slice body)
{
    struct buf out;
    buf_init(&out, BODY_MAX + 4096);
    (void)!gw_ok(buf_add_format(&out,
                                "HTTP/1.1 %u Checkpoint\r\nContent-Type: %s\r\nContent-Length: "
                                "%zu\r\nConnection: close\r\n\r\n",
                                status, status == 409 ? "text/x.tlog.size" : "text/plain",
                                body.len));
    buf_put(&out, body);
    struct slice rest = buf_slice(&out);
    while (rest.len > 0) {
        ssize_t n = send(fd, rest.at, rest.len, MSG_NOSIGNAL);
        if (n <= 0)
            break;
        rest = slice_from(rest, (size_t)n);
    }
    shutdown(fd, SHUT_WR);
    buf_free(&out);
}

static void serve_one(const struct witness *w, int fd)
{
    static const struct clock real;
    const struct timeval patience = {.tv_sec = PATIENCE_MS / 1000};
    struct buf in, body, reply;
    (void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
    buf_init(&in, BODY_MAX);
    buf_init(&body, BODY_MAX);
    buf_init(&reply, BODY_MAX);
    unsigned status = read_request(fd, &in, &body);
    if (status == 0)
        status =
            witness_hear(w, buf_slice(&body), (uint64_t)(clock_wall_us(&real) / 1000000), &reply);
    answer(fd, status, buf_slice(&reply));
    buf_free(&in);
    buf_free(&body);
    buf_free(&reply);
    close(fd);
}

/* Until SIGTERM or SIGINT. */
static int serve(const struct witness *w, int listening, int signals)
{
    struct pollfd wait[] = {{.fd = listening, .events = POLLIN}, {.fd = signals, .events = POLLIN}};
    while (poll(wait, 2, -1) >= 0 || errno == EINTR) {
        if (wait[1].revents != 0)
            return VERIFY_INTACT;
        int fd = wait[0].revents == 0 ? -1 : accept4(listening, NULL, NULL, SOCK_CLOEXEC);
        if (fd >= 0)
            serve_one(w, fd);
    }
    return verb_failed("audit", "witness: %s", strerrordesc_np(errno));
}

static bool split_address(const char *text, char host[64], unsigned *port)
{
    uint64_t n;
    struct slice s = slice_str(text), h;
    const char *colon = text == NULL ? NULL : strrchr(text, ':');
    if (colon == NULL || !gw_ok(slice_u64(slice_str(colon + 1), &n)) || n > 65535)
        return false;
    h = slice_cut(s, 0, (size_t)(colon - text));
    if (h.len > 2 && h.at[0] == '[' && h.at[h.len - 1] == ']')
        h = slice_cut(h, 1, h.len - 1);
    if (h.len == 0 || h.len >= 64)
        return false;
    memcpy(host, h.at, h.len);
    host[h.len] = '\0';
    *port = (unsigned)n;
    return true;
}

static int listen_and_serve(const struct asked *a, const struct witness *w)
{
    char host[64], vkey[NOTE_VKEY];
    struct note_key key;
    unsigned port;
    int fd = -1;
    sigset_t ends;
    if (a->listen != NULL && strncmp(a->listen, "https://", 8) == 0)
        return outcome_misused("a witness speaks plain HTTP: listen on loopback, and let what "
                               "stands before it do the TLS");
    if (!split_address(a->listen, host, &port))
        return outcome_misused("--listen takes HOST:PORT");
    sigemptyset(&ends);
    sigaddset(&ends, SIGTERM);
    sigaddset(&ends, SIGINT);
    sigprocmask(SIG_BLOCK, &ends, NULL);
    int signals = signalfd(-1, &ends, SFD_CLOEXEC);
    if (signals < 0 || !gw_ok(listener_bind(host, &port, &fd)))
        return verb_failed("audit", "witness: %s", strerrordesc_np(errno));
    note_signer_witness(w->signer, &key);
    note_vkey_write(&key, vkey);
    printf("witness %s http://%s:%u\n", vkey, host, port);
    fflush(stdout);
    int code = serve(w, fd, signals);
    close(fd);
    close(signals);
    return code;
}

/* One process keeps the state: the lock goes with it. */
static int take_state(const char *dir)
{
    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return -1;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

int verb_witness(const struct asked *a)
{
    struct tlog_policy policy;
    struct note_signer *signer = NULL;
    char key[4200];
    int code = VERIFY_ERROR;
    if (a->name == NULL || a->policy == NULL)
        return outcome_misused("witness takes --name NAME, --policy FILE, --listen HOST:PORT "
                               "and --dir for its key and its memory");
    (void)umask(0077);
    if (!tlog_policy_load(a->policy, &policy))
        return VERIFY_ERROR;
    int dir = take_state(a->dir);
    snprintf(key, sizeof key, "%s/witness.key", a->dir);
    if (dir < 0)
        (void)verb_failed("audit", "witness: its folder cannot be used, or another one runs there");
    else if (!gw_ok(note_signer_open(key, a->name, true, &signer)))
        (void)verb_failed("audit", "witness: the key or the name is not usable");
    else
        code = listen_and_serve(
            a, &(struct witness){.dir = dir, .signer = signer, .known = &policy.quorum});
    note_signer_free(signer);
    if (dir >= 0)
        close(dir);
    buf_free(&policy.text);
    return code;
}
