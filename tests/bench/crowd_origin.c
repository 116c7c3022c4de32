/* tests/bench/crowd_origin.c - the model's server behind a crowd: one process, plain HTTP/1.1 with
 * keep-alive, as cheap as it can be.
 *
 *     crowd_origin [EVENT-BYTES]
 *
 * Prints "port N" and serves until its input ends. The model's name in the request says how it
 * answers: json at once; burst, twenty events; paced, an event a second for ever; endless, events
 * as fast as they are taken. GET answers the number of bytes pushed into endless answers. Knows
 * nothing of the gateway and parses no more than it must: not for traffic of others. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { REQUEST_MAX = 8192, SLOTS = 100, EVENTS_A_TURN = 256, PUSH = 16384, BURST = 20 };

enum pace { PACE_NONE = 0, PACE_SLOW, PACE_ENDLESS };

struct line {
    struct line *next; /* of the same slot, which is when it is written to */
    int fd;
    enum pace pace;
    size_t len;
    char request[REQUEST_MAX];
};

struct origin {
    int epoll, door, clock;
    unsigned slot;
    struct line *slots[SLOTS];
    char event[4096], push[PUSH];
    size_t event_len, push_len;
    unsigned long long pushed;
};

static const char stream_head[] = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                                  "transfer-encoding: chunked\r\n\r\n";

static void die(const char *what)
{
    perror(what);
    exit(2);
}

/* One chunk with one event of about `size` bytes, in words of prose. */
static size_t make_event(char *at, size_t room, size_t size)
{
    char event[3500], words[3000] = "";
    for (size_t n = 0; n + 5 < size && n + 5 < sizeof words; n += 5)
        memcpy(words + n, "word ", 6);
    int len = snprintf(event, sizeof event,
                       "data: {\"id\":\"c1\",\"object\":\"chat.completion.chunk\",\"created\":1,"
                       "\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"%s\"},"
                       "\"finish_reason\":null}]}\n\n",
                       words);
    return (size_t)snprintf(at, room, "%x\r\n%s\r\n", (unsigned)len, event);
}

static void prepare(struct origin *o, size_t size)
{
    o->event_len = make_event(o->event, sizeof o->event, size);
    while (o->push_len + o->event_len <= sizeof o->push) {
        memcpy(o->push + o->push_len, o->event, o->event_len);
        o->push_len += o->event_len;
    }
}

static void leave(struct origin *o, struct line *l)
{
    for (unsigned i = 0; l->pace == PACE_SLOW && i < SLOTS; i++)
        for (struct line **at = &o->slots[i]; *at != NULL; at = &(*at)->next)
            if (*at == l) {
                *at = l->next;
                break;
            }
    close(l->fd);
    free(l);
}

static bool put(struct line *l, const char *at, size_t n)
{
    return send(l->fd, at, n, MSG_NOSIGNAL) == (ssize_t)n;
}

static bool answer_json(struct line *l, const char *body)
{
    char out[1024];
    int n = snprintf(out, sizeof out,
                     "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                     "content-length: %zu\r\n\r\n%s",
                     strlen(body), body);
    return put(l, out, (size_t)n);
}

static bool answer_burst(struct origin *o, struct line *l)
{
    static const char end[] = "e\r\ndata: [DONE]\n\n\r\n0\r\n\r\n";
    bool is_fine = put(l, stream_head, sizeof stream_head - 1);
    for (int i = 0; is_fine && i < BURST; i++)
        is_fine = put(l, o->event, o->event_len);
    return is_fine && put(l, end, sizeof end - 1);
}

static void watch(struct origin *o, struct line *l, unsigned events, int how)
{
    struct epoll_event e = {.events = events, .data.ptr = l};
    if (epoll_ctl(o->epoll, how, l->fd, &e) != 0)
        die("epoll_ctl");
}

/* True while the caller stays. A cut inside a chunk is sent on later: push is endless. */
static bool push(struct origin *o, struct line *l)
{
    for (;;) {
        size_t from = l->len; /* bytes of the push that are out already */
        ssize_t n = send(l->fd, o->push + from, o->push_len - from, MSG_NOSIGNAL);
        if (n < 0)
            return errno == EAGAIN;
        o->pushed += (unsigned long long)n;
        l->len = (from + (size_t)n) % o->push_len;
    }
}

static bool answer(struct origin *o, struct line *l)
{
    const int small = PUSH;
    if (strncmp(l->request, "GET ", 4) == 0) {
        char count[32];
        snprintf(count, sizeof count, "%llu", o->pushed);
        return answer_json(l, count);
    }
    if (strstr(l->request, "\"json\"") != NULL)
        return answer_json(l,
                           "{\"id\":\"c1\",\"object\":\"chat.completion\",\"created\":1,\"model\":"
                           "\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\","
                           "\"content\":\"It went well.\"},\"finish_reason\":\"stop\"}]}");
    if (strstr(l->request, "\"burst\"") != NULL)
        return answer_burst(o, l);
    if (!put(l, stream_head, sizeof stream_head - 1) || !put(l, o->event, o->event_len))
        return false;
    if (strstr(l->request, "\"paced\"") != NULL) {
        l->pace = PACE_SLOW;
        l->next = o->slots[o->slot];
        o->slots[o->slot] = l;
        return true;
    }
    l->pace = PACE_ENDLESS;
    setsockopt(l->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    watch(o, l, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    return push(o, l);
}

/* Length of the request when it is whole, else 0. */
static size_t whole(const struct line *l)
{
    const char *end = strstr(l->request, "\r\n\r\n");
    if (end == NULL)
        return 0;
    const char *length = strcasestr(l->request, "content-length:");
    size_t body = length == NULL || length > end ? 0 : strtoul(length + 15, NULL, 10);
    size_t all = (size_t)(end - l->request) + 4 + body;
    return l->len >= all ? all : 0;
}

static bool hear(struct origin *o, struct line *l)
{
    char waste[4096];
    if (l->pace != PACE_NONE)
        return recv(l->fd, waste, sizeof waste, 0) > 0;
    ssize_t n = recv(l->fd, l->request + l->len, sizeof l->request - 1 - l->len, 0);
    if (n <= 0)
        return n < 0 && errno == EAGAIN;
    l->len += (size_t)n;
    l->request[l->len] = '\0';
    if (whole(l) == 0)
        return l->len + 1 < sizeof l->request;
    l->len = 0;
    return answer(o, l);
}

static void welcome(struct origin *o)
{
    const int one = 1;
    for (int fd; (fd = accept4(o->door, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0;) {
        struct line *l = calloc(1, sizeof *l);
        if (l == NULL)
            die("calloc");
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        l->fd = fd;
        watch(o, l, EPOLLIN, EPOLL_CTL_ADD);
    }
}

/* A hundredth of a second: the lines of one slot get their event. */
static void tick(struct origin *o)
{
    unsigned long long times = 0;
    if (read(o->clock, &times, sizeof times) != sizeof times)
        return;
    for (; times > 0; times--) {
        o->slot = (o->slot + 1) % SLOTS;
        for (struct line *l = o->slots[o->slot]; l != NULL; l = l->next)
            (void)put(l, o->event, o->event_len); /* its end is heard of as input */
    }
}

static void turn(struct origin *o, int *is_over)
{
    struct epoll_event events[EVENTS_A_TURN];
    int n = epoll_wait(o->epoll, events, EVENTS_A_TURN, -1);
    for (int i = 0; i < n; i++) {
        struct line *l = events[i].data.ptr;
        bool stays = true;
        if (events[i].data.ptr == &o->door)
            welcome(o);
        else if (events[i].data.ptr == &o->clock)
            tick(o);
        else if (events[i].data.ptr == is_over)
            *is_over = 1;
        else if ((events[i].events & EPOLLIN) != 0)
            stays = hear(o, l);
        else if ((events[i].events & EPOLLOUT) != 0)
            stays = push(o, l);
        if (!stays)
            leave(o, l);
    }
}

static unsigned open_door(struct origin *o)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t size = sizeof at;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    o->door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (o->door < 0 || bind(o->door, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(o->door, 4096) != 0 || getsockname(o->door, (struct sockaddr *)&at, &size) != 0)
        die("listen");
    return ntohs(at.sin_port);
}

static void watch_fd(struct origin *o, int fd, void *mark)
{
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = mark};
    if (epoll_ctl(o->epoll, EPOLL_CTL_ADD, fd, &e) != 0)
        die("epoll_ctl");
}

int main(int argc, char **argv)
{
    static struct origin o;
    const struct itimerspec beat = {{0, 10000000}, {0, 10000000}};
    struct rlimit files;
    int is_over = 0;
    getrlimit(RLIMIT_NOFILE, &files);
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    prepare(&o, argc > 1 ? strtoul(argv[1], NULL, 10) : 40);
    o.epoll = epoll_create1(EPOLL_CLOEXEC);
    o.clock = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
    unsigned port = open_door(&o);
    if (o.epoll < 0 || o.clock < 0 || timerfd_settime(o.clock, 0, &beat, NULL) != 0)
        die("start");
    watch_fd(&o, o.door, &o.door);
    watch_fd(&o, o.clock, &o.clock);
    watch_fd(&o, STDIN_FILENO, &is_over);
    printf("port %u\n", port);
    fflush(stdout);
    while (is_over == 0)
        turn(&o, &is_over);
    return 0;
}
