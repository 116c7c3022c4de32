/* tests/bench/load.c - the callers: one process, one thread, epoll, TLS 1.3 or plain, keep-alive.
 *
 * Sends chat requests of a given size, each with fresh text, over C connections; believes no answer
 * it has not checked (status, whole, what it holds); prints what it saw as JSON. Of streams it
 * reads when each event was written (see origin.c) and says how late event and text arrived.
 *
 *   load --port N [--plain] [--connections C] [--requests N | --seconds T] [--warm N]
 *        [--size BYTES] [--model NAME] [--stream EVENTS] [--transcript TURNS] [--abort PERCENT]
 *        [--rate PER_SECOND] [--bearer KEY] [--header LINE ...] [--seed S] [--finds PER_THOUSAND]
 *        [--kind mixed|prose|code|json] [--gate]
 *
 * --gate: behind the warm-up prints "ready" and waits for a line on standard input, so that
 *   somebody can read the server's CPU time in between; the same at the end.
 * --rate: requests begin at a constant rate, whether or not earlier ones have ended; their time
 *   counts from when they should have begun.
 * Knows nothing of what it measures. Everything dies with the process. */
#include "tests/bench/text.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD = 8192, LINE = 8192, READ = 65536, TURN = 256, WORDS = 17, TAIL = 600 };

/* What was asked for on the command line. */
struct plan {
    bool plain, gate;
    long port, connections, requests, warm, size, events, turns, abort_percent, seed, finds;
    double seconds, rate;
    const char *model, *bearer, *kind;
    char headers[1024]; /* more lines of the head */
    struct text_maker maker;
};

/* One growing list of measured times. */
struct times {
    int64_t *ns;
    size_t n, cap;
};

enum step { STEP_IDLE, STEP_HANDSHAKE, STEP_SEND, STEP_HEAD, STEP_BODY };

struct caller {
    int fd;
    SSL *tls;
    enum step step;
    char *out; /* the request */
    size_t out_len, out_sent;
    char head[HEAD];
    size_t head_len;
    int64_t began, first;
    bool is_chunked, wants_room, is_made; /* is_made: the next request stands in `out` */
    uint64_t left;                        /* of a sized body, or of the chunk */
    int chunk;                            /* see feed_chunked() */
    char line[LINE];
    size_t line_len;
    bool saw_choices, saw_done;
    long events, leave_after; /* leave_after: abort behind so many events; 0: never */
    uint64_t text, due_text;  /* bytes of text that arrived; of the deltas up to `told` */
    int64_t *written;         /* when each delta was written */
    long told;                /* deltas whose text has arrived whole */
    int64_t first_written, last_written;
    char *talk; /* of a transcript */
    size_t talk_len;
    long turn;
};

/* All that is measured. */
struct tally {
    struct times whole, first, event, text;
    long ok, failed, aborted, unstreamed, retimed, begun, reconnects;
    uint64_t bytes_in, bytes_out;
    char why[120]; /* the first failure */
};

static struct plan plan = {
    .connections = 1, .size = 1024, .model = "bench", .kind = "mixed", .seed = 1};
static struct tally tally;
static SSL_CTX *tls;
static int poller;
static struct caller *callers;
static bool measuring, over;
static int64_t began_ns, ends_ns;
static long target;

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void die(const char *why)
{
    fprintf(stderr, "load: %s\n", why);
    exit(1);
}

static void keep(struct times *t, int64_t ns)
{
    if (!measuring)
        return;
    if (t->n == t->cap) {
        t->cap = t->cap == 0 ? 4096 : t->cap * 2;
        t->ns = realloc(t->ns, t->cap * sizeof *t->ns);
        if (t->ns == NULL)
            die("memory is short");
    }
    t->ns[t->n++] = ns;
}

static void watch(struct caller *c, int how, bool for_room)
{
    struct epoll_event e = {.events = EPOLLIN | (for_room ? (uint32_t)EPOLLOUT : 0), .data.ptr = c};
    if (how == EPOLL_CTL_MOD && c->wants_room == for_room)
        return;
    c->wants_room = for_room;
    epoll_ctl(poller, how, c->fd, &e);
}

/* ---- bytes in and out: plain or TLS ---- */

/* Bytes moved; 0: later; -1: the connection is over. */
static long put(struct caller *c, const char *at, size_t len)
{
    if (plan.plain) {
        ssize_t n = send(c->fd, at, len, MSG_NOSIGNAL);
        return n >= 0 ? n : errno == EAGAIN ? 0 : -1;
    }
    size_t n = 0;
    ERR_clear_error();
    if (SSL_write_ex(c->tls, at, len, &n) == 1)
        return (long)n;
    int e = SSL_get_error(c->tls, 0);
    return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static long take(struct caller *c, char *at, size_t room)
{
    if (plan.plain) {
        ssize_t n = recv(c->fd, at, room, 0);
        return n > 0 ? n : n < 0 && errno == EAGAIN ? 0 : -1;
    }
    size_t n = 0;
    ERR_clear_error();
    if (SSL_read_ex(c->tls, at, room, &n) == 1)
        return (long)n;
    int e = SSL_get_error(c->tls, 0);
    return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE ? 0 : -1;
}

static void hang_up(struct caller *c)
{
    SSL_free(c->tls);
    if (c->fd >= 0)
        close(c->fd);
    c->tls = NULL;
    c->fd = -1;
    c->step = STEP_IDLE;
}

static bool dial(struct caller *c)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)plan.port)};
    int on = 1;
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connect(c->fd, (struct sockaddr *)&a, sizeof a) != 0) {
        hang_up(c);
        return false;
    }
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    watch(c, EPOLL_CTL_ADD, false);
    if (plan.plain) {
        c->step = STEP_SEND;
        return true;
    }
    c->tls = SSL_new(tls);
    SSL_set_fd(c->tls, c->fd);
    SSL_set_connect_state(c->tls);
    c->step = STEP_HANDSHAKE;
    return true;
}

/* ---- requests ---- */

static size_t put_head(char *at, size_t room, size_t body)
{
    int n =
        snprintf(at, room,
                 "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n"
                 "content-type: application/json\r\naccept: */*\r\n"
                 "user-agent: bench-load/1.0\r\n%s%s%s%scontent-length: %zu\r\n\r\n",
                 plan.headers, plan.bearer == NULL ? "" : "authorization: Bearer ",
                 plan.bearer == NULL ? "" : plan.bearer, plan.bearer == NULL ? "" : "\r\n", body);
    return (size_t)n;
}

/* An agent's conversation: each turn sends all that was said, with one more turn behind it. */
static size_t put_turn(struct caller *c, char *at)
{
    static const char open[] = ",\"messages\":[{\"role\":\"system\",\"content\":\"You are an agent "
                               "that edits a tree of files.\"}";
    static const char end[] = "],\"temperature\":0.2}";
    struct text_sink talk = {.at = c->talk, .len = c->turn == 0 ? 0 : c->talk_len};
    talk.room = (size_t)(plan.turns * plan.size);
    if (c->turn > 0) {
        text_say(&talk, ",{\"role\":\"assistant\",\"content\":\"");
        text_fill(&plan.maker, &talk, (size_t)plan.size / 4);
        text_say(&talk, "\"}");
    }
    text_say(&talk, ",{\"role\":\"user\",\"content\":\"");
    text_fill(&plan.maker, &talk, (size_t)plan.size / 2);
    text_say(&talk, "\"}");
    c->talk_len = talk.len;
    c->turn = (c->turn + 1) % plan.turns;
    struct text_sink body = {.at = at, .room = SIZE_MAX};
    text_say(&body, "{\"model\":\"");
    text_say(&body, plan.model);
    text_say(&body, plan.events > 0 ? "\",\"stream\":true" : "\"");
    text_say(&body, open);
    text_put(&body, c->talk, c->talk_len);
    text_say(&body, end);
    return body.len;
}

/* The request into c->out. The body is made behind the room for the longest head. */
static void make_request(struct caller *c)
{
    char head[HEAD];
    char *body = c->out + HEAD;
    size_t len = plan.turns > 0
                     ? put_turn(c, body)
                     : text_chat(&plan.maker, body, (size_t)plan.size, plan.model, plan.events > 0);
    size_t n = put_head(head, sizeof head, len);
    memcpy(body - n, head, n);
    c->out_sent = HEAD - n;
    c->out_len = HEAD + len;
}

static void begin(struct caller *c, int64_t when)
{
    if (!c->is_made)
        make_request(c);
    c->is_made = false;
    c->head_len = c->line_len = 0;
    c->saw_choices = c->saw_done = false;
    c->events = c->told = 0;
    c->text = c->due_text = 0;
    c->first = c->first_written = c->last_written = 0;
    c->leave_after = 0;
    if (plan.abort_percent > 0 && text_below(&plan.maker, 100) < (unsigned)plan.abort_percent)
        c->leave_after = 1 + (long)text_below(&plan.maker, (unsigned)plan.events / 2 + 1);
    c->began = plan.rate > 0 && measuring ? when : now_ns();
    tally.begun++;
    if (c->fd < 0) {
        tally.reconnects += measuring;
        if (!dial(c))
            die("cannot connect");
        if (!plan.plain)
            return;
    }
    c->step = STEP_SEND;
}

/* Has this request's turn come? With a rate only when it is due. */
static bool may_begin(int64_t *when)
{
    *when = now_ns();
    if (over)
        return false;
    if (target > 0 && tally.begun >= target)
        return false;
    if (ends_ns > 0 && *when >= ends_ns)
        return false;
    if (plan.rate > 0 && measuring) {
        int64_t due = began_ns + (int64_t)((double)tally.begun * 1e9 / plan.rate);
        if (due > *when || (ends_ns > 0 && due >= ends_ns))
            return false;
        *when = due;
    }
    return true;
}

/* Did somebody gather the stream? Its first event came when half of its time was over. */
static bool was_buffered(const struct caller *c)
{
    if (c->events < 2 || strncmp(plan.model, "sse-0-", 6) == 0)
        return false;
    return c->first - c->first_written > (c->last_written - c->first_written) / 2;
}

static void end(struct caller *c, const char *fault)
{
    if (fault != NULL) {
        if (tally.failed++ == 0)
            snprintf(tally.why, sizeof tally.why, "%s", fault);
        hang_up(c);
        c->turn = 0;
        return;
    }
    tally.ok++;
    keep(&tally.whole, now_ns() - c->began);
    tally.retimed += plan.events > 0 && c->events != plan.events;
    tally.unstreamed += was_buffered(c);
    c->step = STEP_IDLE;
}

/* ---- answers ---- */

/* The words that origin.c says, by their lengths. */
static const unsigned lengths[WORDS] = {4, 5, 6, 5, 6, 4, 5, 6, 3, 3, 6, 4, 4, 4, 2, 6, 7};

static uint64_t text_of(long events)
{
    uint64_t all = 0;
    for (long i = 0; i < events; i++)
        all += lengths[i % WORDS];
    return all;
}

/* Text comes as it was written, or later and in other portions: deltas are counted as delivered
 * when so much text is there. */
static void take_text(struct caller *c, size_t len, int64_t now)
{
    c->text += len;
    while (c->told < c->events) {
        uint64_t then = c->due_text + lengths[c->told % WORDS];
        if (c->text < then)
            return;
        keep(&tally.text, now - c->written[c->told % plan.events]);
        c->due_text = then;
        c->told++;
    }
}

static void take_event(struct caller *c, const char *at, int64_t now)
{
    const char *made = strstr(at, "\"created\":");
    const char *text = strstr(at, "\"content\":\"");
    if (strstr(at, "[DONE]") != NULL) {
        c->saw_done = true;
        return;
    }
    if (strstr(at, "\"choices\"") == NULL)
        return;
    c->saw_choices = true;
    int64_t written = made == NULL ? 0 : atoll(made + strlen("\"created\":"));
    if (c->first == 0) {
        c->first = now;
        keep(&tally.first, now - c->began);
    }
    /* else an event of the gateway's own, with text it held or with a time of its own */
    if (written > c->last_written && written > c->began && written <= now) {
        keep(&tally.event, now - written);
        c->first_written = c->events == 0 ? written : c->first_written;
        c->last_written = written;
        c->written[c->events % plan.events] = written;
        c->events++;
    }
    if (text != NULL) {
        text += strlen("\"content\":\"");
        take_text(c, strcspn(text, "\""), now);
    }
}

static void take_line(struct caller *c, int64_t now)
{
    c->line[c->line_len] = '\0';
    if (strncmp(c->line, "data:", 5) == 0)
        take_event(c, c->line, now);
    c->line_len = 0;
}

static void take_content(struct caller *c, const char *at, size_t len, int64_t now)
{
    if (plan.events == 0) {
        c->saw_choices = c->saw_choices || memmem(at, len, "\"choices\"", 9) != NULL;
        return;
    }
    while (len > 0) {
        const char *nl = memchr(at, '\n', len);
        size_t n = nl == NULL ? len : (size_t)(nl - at);
        size_t fits = n < LINE - 1 - c->line_len ? n : LINE - 1 - c->line_len;
        memcpy(c->line + c->line_len, at, fits);
        c->line_len += fits;
        if (nl != NULL)
            take_line(c, now);
        n += nl != NULL;
        at += n;
        len -= n;
    }
}

static void body_is_whole(struct caller *c)
{
    if (!c->saw_choices)
        end(c, "an answer without choices");
    else if (plan.events > 0 && !c->saw_done)
        end(c, "a stream without its end");
    else if (plan.events > 0 && c->text != text_of(plan.events))
        end(c, "a stream with other text than was said");
    else
        end(c, NULL);
}

/* Chunked: 0 in the size's line, 1 in the rest of it, 2 in bytes, 3 behind bytes, 4 in the end. */
static void feed_chunked(struct caller *c, const char *at, size_t len, int64_t now)
{
    while (len > 0 && c->step == STEP_BODY) {
        if (c->chunk == 2) {
            size_t n = len < c->left ? len : c->left;
            take_content(c, at, n, now);
            c->left -= n;
            at += n;
            len -= n;
            c->chunk = c->left == 0 ? 3 : 2;
            continue;
        }
        char b = *at++;
        len--;
        const char *hex = "0123456789abcdef", *digit = strchr(hex, b | 0x20);
        if (c->chunk == 0 && b != '\r' && b != ';' && b != '\n' && digit != NULL)
            c->left = c->left * 16 + (uint64_t)(digit - hex);
        else if (c->chunk == 0 && b != '\n')
            c->chunk = 1;
        else if (c->chunk == 1 && b == '\n')
            c->chunk = c->left == 0 ? 4 : 2;
        else if (c->chunk == 3 && b == '\n')
            c->chunk = 0;
        else if (c->chunk == 4 && b == '\n')
            body_is_whole(c);
    }
}

static void feed_body(struct caller *c, const char *at, size_t len, int64_t now)
{
    if (c->is_chunked) {
        feed_chunked(c, at, len, now);
        return;
    }
    if (len > c->left) {
        end(c, "more than was announced");
        return;
    }
    take_content(c, at, len, now);
    c->left -= len;
    if (c->left == 0)
        body_is_whole(c);
}

static void take_head(struct caller *c, int64_t now)
{
    char fault[120];
    char *stop = memmem(c->head, c->head_len, "\r\n\r\n", 4);
    if (stop == NULL) {
        if (c->head_len >= HEAD - 1)
            end(c, "a head without an end");
        return;
    }
    *stop = '\0';
    size_t used = (size_t)(stop - c->head) + 4, rest = c->head_len - used;
    if (strncmp(c->head, "HTTP/1.1 200", 12) != 0) {
        snprintf(fault, sizeof fault, "%.60s", c->head);
        fault[strcspn(fault, "\r\n")] = '\0';
        end(c, fault);
        return;
    }
    const char *sized = strcasestr(c->head, "\r\ncontent-length:");
    c->is_chunked = sized == NULL;
    c->left = sized == NULL ? 0 : strtoull(sized + strlen("\r\ncontent-length:"), NULL, 10);
    c->chunk = 0;
    c->step = STEP_BODY;
    if (sized == NULL && strcasestr(c->head, "\r\ntransfer-encoding: chunked") == NULL)
        end(c, "an answer without a length");
    else if (rest > 0)
        feed_body(c, c->head + used, rest, now);
}

static bool send_some(struct caller *c)
{
    while (c->out_sent < c->out_len) {
        long n = put(c, c->out + c->out_sent, c->out_len - c->out_sent);
        if (n < 0)
            return false;
        if (n == 0) {
            watch(c, EPOLL_CTL_MOD, true);
            return true;
        }
        c->out_sent += (size_t)n;
        tally.bytes_out += (uint64_t)n;
    }
    watch(c, EPOLL_CTL_MOD, false);
    c->step = STEP_HEAD;
    return true;
}

static bool shake_hands(struct caller *c)
{
    int n = SSL_do_handshake(c->tls);
    if (n == 1) {
        c->step = c->out_sent < c->out_len ? STEP_SEND : STEP_IDLE;
        watch(c, EPOLL_CTL_MOD, c->step == STEP_SEND);
        return true;
    }
    int e = SSL_get_error(c->tls, n);
    watch(c, EPOLL_CTL_MOD, e == SSL_ERROR_WANT_WRITE);
    return e == SSL_ERROR_WANT_READ || e == SSL_ERROR_WANT_WRITE;
}

static void leave(struct caller *c)
{
    tally.aborted++;
    c->turn = 0;
    hang_up(c);
}

static void receive(struct caller *c)
{
    static char bytes[READ];
    for (;;) {
        bool in_head = c->step == STEP_HEAD;
        char *at = in_head ? c->head + c->head_len : bytes;
        long n = take(c, at, in_head ? HEAD - 1 - c->head_len : READ);
        if (n == 0)
            return;
        if (n < 0) {
            if (c->step == STEP_IDLE)
                hang_up(c);
            else
                end(c, "the connection ended inside an exchange");
            return;
        }
        tally.bytes_in += (uint64_t)n;
        int64_t now = now_ns();
        if (in_head) {
            c->head_len += (size_t)n;
            take_head(c, now);
        } else if (c->step == STEP_BODY) {
            feed_body(c, at, (size_t)n, now);
        } else {
            end(c, "bytes that nobody asked for");
        }
        if (c->fd >= 0 && c->leave_after > 0 && c->events >= c->leave_after && c->step == STEP_BODY)
            leave(c);
        if (c->fd < 0 || c->step == STEP_IDLE)
            return;
    }
}

static void advance(struct caller *c, uint32_t what)
{
    if (c->step == STEP_HANDSHAKE && !shake_hands(c)) {
        die("the TLS handshake failed");
        return;
    }
    if (c->step == STEP_SEND && !send_some(c)) {
        end(c, "the connection ended while sending");
        return;
    }
    if (c->step == STEP_SEND && (what & EPOLLIN) != 0)
        return; /* an early answer is read when all has been sent; a dead line says so above */
    if (c->step == STEP_HEAD || c->step == STEP_BODY || (c->step == STEP_IDLE && what != 0))
        receive(c);
}

/* ---- the run ---- */

/* Gives every idle caller its next request. With a rate it is made before it is due. */
static void begin_idle(void)
{
    int64_t when;
    for (long i = 0; i < plan.connections; i++) {
        if (plan.rate > 0 && callers[i].step == STEP_IDLE && !callers[i].is_made) {
            make_request(&callers[i]);
            callers[i].is_made = true;
        }
        while (callers[i].step == STEP_IDLE && may_begin(&when)) {
            begin(&callers[i], when);
            advance(&callers[i], 0);
        }
    }
}

static bool is_busy(void)
{
    for (long i = 0; i < plan.connections; i++)
        if (callers[i].step != STEP_IDLE)
            return true;
    return false;
}

/* How long to wait for something to happen, at most: until the next request is due. */
static struct timespec patience(void)
{
    int64_t ns = 1000000000;
    if (plan.rate > 0 && measuring) {
        int64_t due = began_ns + (int64_t)((double)tally.begun * 1e9 / plan.rate) - now_ns();
        ns = due <= 0 ? 1000000 : due < ns ? due : ns;
    }
    return (struct timespec){.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
}

/* Until `requests` have been begun (0: until the time is over) and have all ended. */
static void run(long requests, double seconds)
{
    struct epoll_event got[TURN];
    struct tally fresh = {.begun = 0};
    tally = fresh;
    target = requests;
    began_ns = now_ns();
    ends_ns = seconds > 0 ? began_ns + (int64_t)(seconds * 1e9) : 0;
    int64_t heard = began_ns;
    for (;;) {
        begin_idle();
        int64_t now = now_ns();
        bool is_done = (target > 0 && tally.begun >= target) || (ends_ns > 0 && now >= ends_ns);
        if (is_done && !is_busy())
            break;
        struct timespec most = patience();
        int n = epoll_pwait2(poller, got, TURN, &most, NULL);
        if (n > 0)
            heard = now;
        if (now - heard > (int64_t)20000000000)
            die("nothing happened for 20 seconds");
        for (int i = 0; i < n; i++)
            advance(got[i].data.ptr, got[i].events);
    }
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return x < y ? -1 : x > y;
}

static void print_times(const char *name, struct times *t)
{
    static const struct {
        const char *name;
        double at;
    } points[] = {{"p50", .5}, {"p90", .9}, {"p99", .99}, {"max", 1}};
    if (t->n == 0)
        return;
    qsort(t->ns, t->n, sizeof *t->ns, compare);
    printf(",\"%s\":{\"n\":%zu", name, t->n);
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        size_t k = (size_t)(points[i].at * (double)(t->n - 1) + 0.5);
        printf(",\"%s\":%.1f", points[i].name, (double)t->ns[k] / 1e3);
    }
    printf("}");
}

static void report(double seconds)
{
    printf("{\"seconds\":%.4f,\"ok\":%ld,\"failed\":%ld,\"aborted\":%ld,\"unstreamed\":%ld,"
           "\"retimed\":%ld,"
           "\"reconnects\":%ld,\"per_second\":%.1f,\"bytes_in\":%llu,\"bytes_out\":%llu",
           seconds, tally.ok, tally.failed, tally.aborted, tally.unstreamed, tally.retimed,
           tally.reconnects, (double)tally.ok / seconds, (unsigned long long)tally.bytes_in,
           (unsigned long long)tally.bytes_out);
    if (tally.failed > 0)
        printf(",\"why\":\"%s\"", tally.why);
    if (callers[0].tls != NULL)
        printf(",\"tls\":\"%s %s\"", SSL_get_version(callers[0].tls),
               SSL_get_cipher_name(callers[0].tls));
    print_times("latency_us", &tally.whole);
    print_times("first_us", &tally.first);
    print_times("event_us", &tally.event);
    print_times("text_us", &tally.text);
    printf("}\n");
    fflush(stdout);
}

static void wait_for_line(const char *word)
{
    char line[64];
    if (!plan.gate)
        return;
    printf("%s\n", word);
    fflush(stdout);
    if (fgets(line, sizeof line, stdin) == NULL)
        exit(0);
}

/* Options by name: what stands behind each, and where it is kept. */
enum what { WHAT_FLAG, WHAT_NUMBER, WHAT_REAL, WHAT_TEXT };

static const struct row {
    const char *name;
    enum what what;
    void *into;
} rows[] = {
    {"plain", WHAT_FLAG, &plan.plain},         {"gate", WHAT_FLAG, &plan.gate},
    {"port", WHAT_NUMBER, &plan.port},         {"connections", WHAT_NUMBER, &plan.connections},
    {"requests", WHAT_NUMBER, &plan.requests}, {"warm", WHAT_NUMBER, &plan.warm},
    {"size", WHAT_NUMBER, &plan.size},         {"stream", WHAT_NUMBER, &plan.events},
    {"transcript", WHAT_NUMBER, &plan.turns},  {"abort", WHAT_NUMBER, &plan.abort_percent},
    {"seed", WHAT_NUMBER, &plan.seed},         {"finds", WHAT_NUMBER, &plan.finds},
    {"seconds", WHAT_REAL, &plan.seconds},     {"rate", WHAT_REAL, &plan.rate},
    {"model", WHAT_TEXT, &plan.model},         {"bearer", WHAT_TEXT, &plan.bearer},
    {"kind", WHAT_TEXT, &plan.kind},
};

static void add_header(const char *line)
{
    size_t n = strlen(plan.headers);
    if (n + strlen(line) + 3 > sizeof plan.headers)
        die("too many headers");
    snprintf(plan.headers + n, sizeof plan.headers - n, "%s\r\n", line);
}

static void read_option(const char *name, const char *value)
{
    if (strcmp(name, "header") == 0) {
        add_header(value);
        return;
    }
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        if (strcmp(name, rows[i].name) != 0)
            continue;
        if (rows[i].what == WHAT_FLAG)
            *(bool *)rows[i].into = true;
        else if (rows[i].what == WHAT_NUMBER)
            *(long *)rows[i].into = atol(value);
        else if (rows[i].what == WHAT_REAL)
            *(double *)rows[i].into = atof(value);
        else
            *(const char **)rows[i].into = value;
        return;
    }
    die("an option that is not known: see the head of tests/bench/load.c");
}

static void read_plan(int argc, char **argv)
{
    static const char kinds[] = "mpcj"; /* as enum text_kind */
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i] + (strncmp(argv[i], "--", 2) == 0 ? 2 : 0);
        bool is_flag = strcmp(name, "plain") == 0 || strcmp(name, "gate") == 0;
        if (!is_flag && i + 1 == argc)
            die("an option without its value");
        read_option(name, is_flag ? "" : argv[++i]);
    }
    const char *kind = strchr(kinds, *plan.kind);
    plan.maker.kind = kind == NULL ? TEXT_MIXED : (enum text_kind)(kind - kinds);
    plan.maker.state = (uint64_t)plan.seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
    plan.maker.finds = (unsigned)plan.finds;
    if (plan.requests == 0 && plan.seconds <= 0)
        plan.requests = 100;
    if (plan.port <= 0 || plan.port > 65535 || plan.size < 256 || plan.connections < 1)
        die("a port, 256 bytes and a connection at least");
}

static void make_callers(void)
{
    size_t body = (size_t)(plan.turns > 0 ? plan.turns * plan.size + HEAD : plan.size);
    callers = calloc((size_t)plan.connections, sizeof *callers);
    for (long i = 0; callers != NULL && i < plan.connections; i++) {
        struct caller *c = &callers[i];
        c->fd = -1;
        c->out = malloc(HEAD + body + TAIL);
        c->talk = malloc(plan.turns > 0 ? body : 1);
        c->written = calloc((size_t)plan.events + 1, sizeof *c->written);
        if (c->out == NULL || c->talk == NULL || c->written == NULL)
            die("memory is short");
    }
    if (callers == NULL)
        die("memory is short");
}

/* Opens all connections and waits until they are. */
static void connect_all(void)
{
    struct epoll_event got[TURN];
    for (long i = 0; i < plan.connections; i++) {
        if (!dial(&callers[i]))
            die("cannot connect");
        callers[i].out_sent = callers[i].out_len = 0;
        if (plan.plain)
            callers[i].step = STEP_IDLE;
        else
            advance(&callers[i], 0);
        while (callers[i].step == STEP_HANDSHAKE) {
            int n = epoll_wait(poller, got, TURN, 10000);
            if (n <= 0)
                die("no handshake within ten seconds");
            for (int k = 0; k < n; k++)
                advance(got[k].data.ptr, got[k].events);
        }
    }
}

int main(int argc, char **argv)
{
    read_plan(argc, argv);
    tls = SSL_CTX_new(TLS_client_method());
    SSL_CTX_set_min_proto_version(tls, TLS1_3_VERSION);
    SSL_CTX_set_mode(tls, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    poller = epoll_create1(EPOLL_CLOEXEC);
    make_callers();
    connect_all();
    if (plan.warm > 0)
        run(plan.warm, 0);
    if (plan.warm > 0 && tally.failed > 0) {
        fprintf(stderr, "load: the warm-up failed: %s\n", tally.why);
        return 1;
    }
    for (long i = 0; i < plan.connections; i++)
        callers[i].turn = 0;
    wait_for_line("ready");
    measuring = true;
    run(plan.requests, plan.seconds);
    double seconds = (double)(now_ns() - began_ns) / 1e9;
    measuring = false;
    report(seconds);
    wait_for_line("done");
    return 0;
}
