/* tests/bench/crowd.c - thousands of TLS callers in one process, to weigh what a gateway keeps for
 * each.
 *
 *     crowd MODE PORT COUNT [HOST-HEADER]
 *
 * idle: one request each, then nothing. stream: an open stream each. slow: a receive buffer of 8
 * KiB, an endless answer, and nobody reads. mixed: answers and streams without end, three of ten
 * given up at some byte. Prints "ready" when all are in that state; runs until its input ends; then
 * prints what it saw. Knows nothing of the gateway; plain OpenSSL and epoll, no certificate is
 * verified. Nothing is freed: the process ends. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { AT_ONCE = 128, EVENTS_A_TURN = 256, SMALL_RECEIVE = 8192, ABORTS_IN_TEN = 3 };

enum mode { MODE_NONE = 0, MODE_IDLE, MODE_STREAM, MODE_SLOW, MODE_MIXED };
enum step { STEP_NONE = 0, STEP_SHAKE, STEP_WAIT, STEP_THERE, STEP_GONE };

struct caller {
    SSL *ssl;
    int fd;
    enum step step;
    size_t got;      /* bytes of this answer */
    size_t gives_up; /* mixed: after so many; 0: never */
    char last[8];    /* the last bytes of the answer */
};

struct crowd {
    enum mode mode;
    unsigned port;
    size_t count, begun, shaking, there, gone;
    size_t events, answers, aborts;
    struct caller *callers;
    SSL_CTX *tls;
    const char *host;
    int epoll;
    bool is_told;
};

static void die(const char *what)
{
    perror(what);
    exit(2);
}

static void begin(struct crowd *c, struct caller *k)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)c->port)};
    const int small = SMALL_RECEIVE;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    k->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (k->fd < 0)
        die("socket");
    if (c->mode == MODE_SLOW)
        setsockopt(k->fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    if (connect(k->fd, (struct sockaddr *)&at, sizeof at) != 0)
        die("connect");
    fcntl(k->fd, F_SETFL, O_NONBLOCK);
    k->ssl = SSL_new(c->tls);
    SSL_set_fd(k->ssl, k->fd);
    SSL_set_tlsext_host_name(k->ssl, "localhost");
    SSL_set_connect_state(k->ssl);
    k->step = STEP_SHAKE;
    k->got = k->gives_up = 0;
    struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = k};
    if (epoll_ctl(c->epoll, EPOLL_CTL_ADD, k->fd, &e) != 0)
        die("epoll_ctl");
    c->shaking++;
}

static void leave(struct crowd *c, struct caller *k)
{
    c->shaking -= k->step == STEP_SHAKE || k->step == STEP_WAIT;
    c->there -= k->step == STEP_THERE;
    k->step = STEP_GONE;
    SSL_free(k->ssl);
    close(k->fd);
    k->ssl = NULL;
    k->fd = -1;
}

/* The other side went. */
static void lose(struct crowd *c, struct caller *k)
{
    c->gone++;
    leave(c, k);
}

/* What the origin is asked for: its model's name says how it answers. False: it is gone. */
static bool ask(struct crowd *c, struct caller *k)
{
    static const char *const models[] = {
        [MODE_IDLE] = "json", [MODE_STREAM] = "paced", [MODE_SLOW] = "endless"};
    bool is_stream = c->mode != MODE_IDLE;
    const char *model = models[c->mode == MODE_MIXED ? MODE_IDLE : c->mode];
    char body[600], request[1024];
    if (c->mode == MODE_MIXED) {
        is_stream = rand() % 2 == 0;
        model = is_stream ? "burst" : "json";
        /* inside the answer: in its head, in its body */
        k->gives_up =
            rand() % 10 < ABORTS_IN_TEN ? 1 + (size_t)rand() % (is_stream ? 3000 : 400) : 0;
    }
    int n = snprintf(body, sizeof body,
                     "{\"model\":\"%s\",\"stream\":%s,\"messages\":[{\"role\":\"user\",\"content\":"
                     "\"Please tell ada.lovelace@example.org how the work went this week.\"}]}",
                     model, is_stream ? "true" : "false");
    int all = snprintf(request, sizeof request,
                       "POST /v1/chat/completions HTTP/1.1\r\nhost: %s\r\n"
                       "content-type: application/json\r\ncontent-length: %d\r\n\r\n%s",
                       c->host, n, body);
    ERR_clear_error();
    k->got = 0;
    memset(k->last, 0, sizeof k->last);
    if (SSL_write(k->ssl, request, all) == all) /* it fits into any socket's buffer */
        return true;
    lose(c, k);
    return false;
}

static void count_bytes(struct crowd *c, struct caller *k, const char *at, size_t n)
{
    size_t keep = n < sizeof k->last ? n : sizeof k->last;
    memmove(k->last, k->last + keep, sizeof k->last - keep);
    memcpy(k->last + sizeof k->last - keep, at + n - keep, keep);
    k->got += n;
    for (size_t i = 0; i + 6 <= n; i++)
        c->events += memcmp(at + i, "data: ", 6) == 0;
}

static bool answer_is_whole(const struct caller *k)
{
    const size_t size = sizeof k->last;
    return k->got > 0 &&
           (k->last[size - 1] == '}' || memcmp(k->last + size - 5, "0\r\n\r\n", 5) == 0);
}

static void again(struct crowd *c, struct caller *k)
{
    leave(c, k);
    begin(c, k);
}

static void arrived(struct crowd *c, struct caller *k)
{
    if (k->step == STEP_THERE)
        return;
    if (c->mode == MODE_IDLE && !answer_is_whole(k))
        return;
    k->step = STEP_THERE;
    c->shaking--;
    c->there++;
}

/* Reads all that came; a slow caller looks at the first bytes only. */
static void listen_to(struct crowd *c, struct caller *k)
{
    char bytes[16384];
    while (!(c->mode == MODE_SLOW && k->step == STEP_THERE)) {
        ERR_clear_error();
        int n = SSL_read(k->ssl, bytes, c->mode == MODE_SLOW ? 16 : (int)sizeof bytes);
        if (n <= 0 && SSL_get_error(k->ssl, n) == SSL_ERROR_WANT_READ)
            return;
        if (n <= 0) {
            lose(c, k);
            if (c->mode == MODE_MIXED)
                begin(c, k);
            return;
        }
        count_bytes(c, k, bytes, (size_t)n);
        arrived(c, k);
        if (k->gives_up > 0 && k->got >= k->gives_up) {
            c->aborts++;
            again(c, k);
            return;
        }
        if (c->mode == MODE_MIXED && answer_is_whole(k)) {
            c->answers++;
            if (!ask(c, k)) {
                begin(c, k);
                return;
            }
        }
    }
}

static void step(struct crowd *c, struct caller *k)
{
    if (k->step == STEP_GONE)
        return;
    if (k->step == STEP_SHAKE) {
        ERR_clear_error();
        int done = SSL_do_handshake(k->ssl);
        int why = SSL_get_error(k->ssl, done);
        if (done != 1 && (why == SSL_ERROR_WANT_READ || why == SSL_ERROR_WANT_WRITE))
            return;
        if (done != 1) {
            lose(c, k);
            return;
        }
        k->step = STEP_WAIT;
        if (!ask(c, k))
            return;
    }
    listen_to(c, k);
}

static void tell_ready(struct crowd *c)
{
    if (c->is_told || c->begun < c->count || c->shaking > 0)
        return;
    c->is_told = true;
    printf("ready there=%zu gone=%zu\n", c->there, c->gone);
    fflush(stdout);
}

/* True: the input ended, and with it the work. */
static bool turn(struct crowd *c)
{
    struct epoll_event events[EVENTS_A_TURN];
    bool is_over = false;
    while (c->begun < c->count && c->shaking < AT_ONCE)
        begin(c, &c->callers[c->begun++]);
    int n = epoll_wait(c->epoll, events, EVENTS_A_TURN, 100);
    for (int i = 0; i < n; i++) {
        if (events[i].data.ptr == NULL) {
            char word[64];
            is_over = is_over || read(STDIN_FILENO, word, sizeof word) <= 0;
        } else {
            step(c, events[i].data.ptr);
        }
    }
    if (c->mode == MODE_MIXED && !c->is_told && c->begun == c->count)
        c->shaking = 0; /* it is never quiet: ready once all have begun */
    tell_ready(c);
    return is_over;
}

static enum mode mode_of(const char *word)
{
    static const char *const words[] = {"", "idle", "stream", "slow", "mixed"};
    for (int i = MODE_IDLE; i <= MODE_MIXED; i++)
        if (strcmp(word, words[i]) == 0)
            return (enum mode)i;
    return MODE_NONE;
}

int main(int argc, char **argv)
{
    struct crowd c = {.mode = argc < 4 ? MODE_NONE : mode_of(argv[1])};
    struct epoll_event input = {.events = EPOLLIN};
    struct rlimit files;
    if (c.mode == MODE_NONE) {
        fprintf(stderr, "usage: crowd idle|stream|slow|mixed PORT COUNT [HOST]\n");
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    c.port = (unsigned)strtoul(argv[2], NULL, 10);
    c.count = strtoul(argv[3], NULL, 10);
    c.host = argc > 4 ? argv[4] : "localhost";
    c.callers = calloc(c.count, sizeof *c.callers);
    c.epoll = epoll_create1(EPOLL_CLOEXEC);
    c.tls = SSL_CTX_new(TLS_client_method());
    if (c.callers == NULL || c.epoll < 0 || c.tls == NULL)
        die("start");
    SSL_CTX_set_mode(c.tls, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_verify(c.tls, SSL_VERIFY_NONE, NULL);
    epoll_ctl(c.epoll, EPOLL_CTL_ADD, STDIN_FILENO, &input);
    while (!turn(&c))
        continue;
    printf("over there=%zu gone=%zu events=%zu answers=%zu aborts=%zu\n", c.there, c.gone, c.events,
           c.answers, c.aborts);
    return 0;
}
