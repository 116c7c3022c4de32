/* tests/bench/origin.c - a model's backend that costs next to nothing: one thread, epoll, plain
 * HTTP/1.1 with keep-alive.
 *
 * The model's name in the request says what comes back:
 *   bench          a small chat.completion at once
 *   slow-MS        the same after so many milliseconds
 *   sse-MS-COUNT   a stream of COUNT deltas, one each MS milliseconds; MS 0: all of them in one
 *                  write; COUNT 0: without end
 * Every delta carries in "created" the monotonic nanosecond at which it was written, and one word
 * of a fixed list, so that a client can tell when which text arrived.
 * Knows nothing of what stands between it and the client. Everything dies with the process.
 *
 *   origin [PORT]   prints the port it listens on, then serves until it is killed */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { HEAD = 16384, PEEK = 2048, BURST_MAX = 2000, EVENT = 256, TURN = 256 };

/* What a connection is at. */
enum at { AT_HEAD, AT_SIZED, AT_CHUNKED, AT_ANSWER };

struct peer {
    int fd;
    enum at at;
    char head[HEAD]; /* the request's head, then the first bytes of its body */
    size_t have;     /* bytes in head */
    size_t begins;   /* where the body begins in it */
    uint64_t left;   /* body bytes to come */
    unsigned tail;   /* of a chunked body: how much of its end has been seen */
    int64_t due;     /* when the next event or the late answer is written; 0: none */
    int64_t every;   /* ns between events */
    long count, sent;
    bool is_stream;
    char *out; /* what the socket did not take */
    size_t out_len, out_cap;
    struct peer *next, *prev; /* in the list of those with something due */
};

static struct peer *waiting; /* those with a due time */
static int poller;

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void wait_for(struct peer *p, int64_t due)
{
    if (p->due == 0) {
        p->next = waiting;
        p->prev = NULL;
        if (waiting != NULL)
            waiting->prev = p;
        waiting = p;
    }
    p->due = due;
}

static void wait_no_more(struct peer *p)
{
    if (p->due == 0)
        return;
    if (p->prev != NULL)
        p->prev->next = p->next;
    else
        waiting = p->next;
    if (p->next != NULL)
        p->next->prev = p->prev;
    p->due = 0;
}

static void bury(struct peer *p)
{
    wait_no_more(p);
    close(p->fd);
    free(p->out);
    free(p);
}

static void watch(struct peer *p, bool for_room)
{
    struct epoll_event e = {.events = EPOLLIN | (for_room ? (uint32_t)EPOLLOUT : 0), .data.ptr = p};
    epoll_ctl(poller, EPOLL_CTL_MOD, p->fd, &e);
}

/* Writes, and keeps what the socket does not take. False: the connection is dead. */
static bool say(struct peer *p, const char *at, size_t len)
{
    if (p->out_len == 0) {
        ssize_t n = send(p->fd, at, len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN)
            return false;
        n = n < 0 ? 0 : n;
        at += n;
        len -= (size_t)n;
        if (len == 0)
            return true;
        watch(p, true);
    }
    if (p->out_len + len > p->out_cap) {
        p->out_cap = (p->out_len + len) * 2;
        p->out = realloc(p->out, p->out_cap);
        if (p->out == NULL)
            abort();
    }
    memcpy(p->out + p->out_len, at, len);
    p->out_len += len;
    return true;
}

static bool say_kept(struct peer *p)
{
    ssize_t n = send(p->fd, p->out, p->out_len, MSG_NOSIGNAL);
    if (n < 0)
        return errno == EAGAIN;
    memmove(p->out, p->out + n, p->out_len - (size_t)n);
    p->out_len -= (size_t)n;
    if (p->out_len == 0)
        watch(p, false);
    return true;
}

static bool say_completion(struct peer *p)
{
    static const char body[] =
        "{\"id\":\"chatcmpl-bench\",\"object\":\"chat.completion\",\"created\":1790000000,"
        "\"model\":\"bench\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
        "\"content\":\"The change looks right to me, and the tests cover it.\",\"refusal\":null},"
        "\"logprobs\":null,\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":200,"
        "\"completion_tokens\":12,\"total_tokens\":212}}";
    char all[1024];
    int n = snprintf(all, sizeof all,
                     "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                     "content-length: %zu\r\n\r\n%s",
                     sizeof body - 1, body);
    return say(p, all, (size_t)n);
}

/* One event as one HTTP chunk; returns its length. */
static size_t put_event(char *at, const char *payload)
{
    size_t n = strlen(payload) + strlen("data: \n\n");
    return (size_t)sprintf(at, "%zx\r\ndata: %s\n\n\r\n", n, payload);
}

static size_t put_delta(char *at, long k)
{
    static const char *const words[] = {" the",  " gate",  " reads", " what",  " comes", " and",
                                        " then", " gives", " it",    " to",    " those", " who",
                                        " ask",  " for",   " a",     " plain", " answer"};
    char payload[EVENT];
    snprintf(payload, sizeof payload,
             "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":%lld,"
             "\"model\":\"bench\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},"
             "\"finish_reason\":null}]}",
             (long long)now_ns(), words[(size_t)k % (sizeof words / sizeof words[0])]);
    return put_event(at, payload);
}

static size_t put_end(char *at)
{
    size_t n = put_event(at, "{\"id\":\"c\",\"object\":\"chat.completion.chunk\",\"created\":1,"
                             "\"model\":\"bench\",\"choices\":[{\"index\":0,\"delta\":{},"
                             "\"finish_reason\":\"stop\"}]}");
    n += put_event(at + n, "[DONE]");
    return n + (size_t)sprintf(at + n, "0\r\n\r\n");
}

static const char stream_head[] = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                                  "cache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n";

static bool say_burst(struct peer *p)
{
    static char all[(BURST_MAX + 4) * (EVENT + 32)];
    size_t n = (size_t)sprintf(all, "%s", stream_head);
    for (long k = 0; k < p->count && k < BURST_MAX; k++)
        n += put_delta(all + n, k);
    n += put_end(all + n);
    return say(p, all, n);
}

static void read_again(struct peer *p)
{
    p->at = AT_HEAD;
    p->have = 0;
}

/* Something is due: the late answer, or the next event. */
static bool say_due(struct peer *p)
{
    char all[3 * (EVENT + 32)];
    if (!p->is_stream) {
        wait_no_more(p);
        read_again(p);
        return say_completion(p);
    }
    size_t n = put_delta(all, p->sent++);
    if (p->count > 0 && p->sent == p->count) {
        n += put_end(all + n);
        wait_no_more(p);
        read_again(p);
    } else {
        wait_for(p, p->due + p->every);
    }
    return say(p, all, n);
}

static bool begin_stream(struct peer *p)
{
    if (p->every == 0) {
        read_again(p);
        return say_burst(p);
    }
    p->is_stream = true;
    p->sent = 0;
    wait_for(p, now_ns() + p->every);
    return say(p, stream_head, sizeof stream_head - 1);
}

/* The request is whole: what does its model's name ask for? */
static bool answer(struct peer *p)
{
    long ms = 0, count = 0;
    p->head[p->have < HEAD ? p->have : HEAD - 1] = '\0';
    const char *model = strstr(p->head + p->begins, "\"model\":\"");
    model = model == NULL ? "" : model + strlen("\"model\":\"");
    p->at = AT_ANSWER;
    p->is_stream = false;
    if (sscanf(model, "sse-%ld-%ld", &ms, &count) == 2) {
        p->every = ms * 1000000;
        p->count = count;
        return begin_stream(p);
    }
    if (sscanf(model, "slow-%ld", &ms) == 1) {
        wait_for(p, now_ns() + ms * 1000000);
        return true;
    }
    read_again(p);
    return say_completion(p);
}

/* Is this the end of a chunked body? Only "0 CRLF CRLF" at the very end counts, which is enough
 * for JSON without a CR in it. */
static bool is_chunked_end(struct peer *p, const char *at, size_t len)
{
    static const char end[] = "\r\n0\r\n\r\n";
    for (size_t i = 0; i < len; i++) {
        if (at[i] == end[p->tail])
            p->tail++;
        else
            p->tail = at[i] == '\r';
        if (p->tail == sizeof end - 1)
            return true;
    }
    return false;
}

static bool take_body(struct peer *p, const char *at, size_t len)
{
    if (p->at == AT_CHUNKED)
        return !is_chunked_end(p, at, len) || answer(p);
    p->left -= len < p->left ? len : p->left;
    return p->left > 0 || answer(p);
}

static bool take_head(struct peer *p)
{
    char *end = memmem(p->head, p->have, "\r\n\r\n", 4);
    if (end == NULL)
        return p->have < HEAD - 1;
    *end = '\0';
    p->begins = (size_t)(end - p->head) + 4;
    p->at = AT_SIZED;
    p->left = 0;
    p->tail = 0;
    const char *length = strcasestr(p->head, "\r\ncontent-length:");
    if (length != NULL)
        p->left = strtoull(length + strlen("\r\ncontent-length:"), NULL, 10);
    else if (strcasestr(p->head, "\r\ntransfer-encoding:") != NULL)
        p->at = AT_CHUNKED;
    return take_body(p, p->head + p->begins, p->have - p->begins);
}

/* Body bytes behind the first ones are read and dropped. */
static bool take_input(struct peer *p)
{
    static char rest[1 << 18];
    bool in_head = p->at == AT_HEAD || p->have < p->begins + PEEK;
    if (p->at == AT_ANSWER)
        in_head = false;
    char *at = in_head ? p->head + p->have : rest;
    size_t room = in_head ? HEAD - 1 - p->have : sizeof rest;
    ssize_t n = recv(p->fd, at, room, 0);
    if (n <= 0)
        return n < 0 && errno == EAGAIN;
    if (p->at == AT_ANSWER)
        return true; /* nobody here sends the next request before the answer */
    p->have += in_head ? (size_t)n : 0;
    return p->at == AT_HEAD ? take_head(p) : take_body(p, at, (size_t)n);
}

static void welcome(int listener)
{
    for (;;) {
        int on = 1, fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd < 0)
            return;
        struct peer *p = calloc(1, sizeof *p);
        if (p == NULL)
            abort();
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        p->fd = fd;
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = p};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
    }
}

static int listen_on(uint16_t port)
{
    struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
    socklen_t len = sizeof a;
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(fd, (struct sockaddr *)&a, sizeof a) != 0 || listen(fd, 4096) != 0 ||
        getsockname(fd, (struct sockaddr *)&a, &len) != 0) {
        perror("origin");
        exit(1);
    }
    printf("%u\n", ntohs(a.sin_port));
    fflush(stdout);
    return fd;
}

/* Says all that is due; returns ns until the next, or -1. */
static int64_t serve_waiting(void)
{
    int64_t now = now_ns(), next = -1;
    for (struct peer *p = waiting, *after; p != NULL; p = after) {
        after = p->next;
        if (p->due <= now && !say_due(p)) {
            bury(p);
            continue;
        }
        if (p->due != 0 && (next < 0 || p->due - now < next))
            next = p->due > now ? p->due - now : 0;
    }
    return next;
}

int main(int argc, char **argv)
{
    int listener = listen_on((uint16_t)(argc > 1 ? atoi(argv[1]) : 0));
    struct epoll_event first = {.events = EPOLLIN}, got[TURN];
    poller = epoll_create1(EPOLL_CLOEXEC);
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &first);
    for (;;) {
        int64_t ns = serve_waiting();
        struct timespec t = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
        int n = epoll_pwait2(poller, got, TURN, ns < 0 ? NULL : &t, NULL);
        for (int i = 0; i < n; i++) {
            struct peer *p = got[i].data.ptr;
            if (p == NULL) {
                welcome(listener);
                continue;
            }
            bool lives = true;
            if ((got[i].events & EPOLLOUT) != 0)
                lives = say_kept(p);
            if (lives && (got[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0)
                lives = take_input(p);
            if (!lives)
                bury(p);
        }
    }
}
