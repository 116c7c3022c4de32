/* proxy/main/lookup.c - see lookup.h. The main thread reads questions, the others ask and answer.
 *
 * A channel has a serial beside its descriptor: an answer never goes to whoever got the same
 * descriptor later. Everything lies in one struct, freed by the end of the process. */
#include "proxy/base/base.h"
#include "proxy/main/lookup.h"
#include "audit/channel.h"
#include "proxy/base/clock.h"
#include "proxy/base/log.h"
#include "proxy/net/resolver.h"
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LOOKUP_STACK = 512 * 1024 };

struct asked {
    struct question question;
    uint64_t serial; /* of the channel */
    int64_t since_ns;
};

struct lookup {
    pthread_mutex_t lock; /* guards all beneath it */
    pthread_cond_t more;
    struct asked queue[LOOKUP_QUEUE]; /* a ring */
    size_t first, waiting;
    struct pollfd polled[1 + LOOKUP_CHANNELS]; /* the control socket first */
    uint64_t serials[1 + LOOKUP_CHANNELS];
    size_t count;
    uint64_t last_serial;
};

static int64_t now_ns(void)
{
    static const struct clock real = {0};
    return clock_mono_ns(&real);
}

static void add_address(struct question_answer *answer, const struct sockaddr *a)
{
    struct question_address *to = &answer->at[answer->n];
    if (a->sa_family == AF_INET) {
        to->len = 4;
        memcpy(to->at, &((const struct sockaddr_in *)(const void *)a)->sin_addr, 4);
        answer->n++;
    } else if (a->sa_family == AF_INET6) {
        to->len = 16;
        memcpy(to->at, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, 16);
        answer->n++;
    }
}

static struct question_answer look_up(const struct question *q)
{
    struct question_answer answer = {.id = q->id};
    struct addrinfo *found = NULL;
    const struct addrinfo wish = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    int code = getaddrinfo(q->host, NULL, &wish, &found);
    if (code == 0) {
        for (struct addrinfo *a = found; a != NULL && answer.n < QUESTION_ANSWERS; a = a->ai_next)
            add_address(&answer, a->ai_addr);
        freeaddrinfo(found);
    }
    if (answer.n > 0)
        answer.status = QUESTION_FOUND;
    else if (code == 0 || code == EAI_NONAME || code == EAI_NODATA || code == EAI_ADDRFAMILY)
        answer.status = QUESTION_NONE;
    return answer;
}

/* Under the lock. A worker that does not read hears nothing: its question will be late. */
static void send_answer(struct lookup *l, uint64_t serial, const struct question_answer *answer)
{
    unsigned char bytes[QUESTION_BYTES];
    size_t len = question_put_answer(answer, bytes);
    for (size_t i = 1; i < l->count; i++)
        if (l->serials[i] == serial && l->polled[i].fd >= 0)
            (void)!send(l->polled[i].fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static struct asked take_asked(struct lookup *l)
{
    pthread_mutex_lock(&l->lock);
    while (l->waiting == 0)
        pthread_cond_wait(&l->more, &l->lock);
    struct asked a = l->queue[l->first];
    l->first = (l->first + 1) % LOOKUP_QUEUE;
    l->waiting--;
    pthread_mutex_unlock(&l->lock);
    return a;
}

static void *answer_some(void *lookup)
{
    struct lookup *l = lookup;
    for (;;) {
        const struct asked a = take_asked(l);
        if (now_ns() - a.since_ns > (int64_t)RESOLVER_MS * 1000000)
            continue; /* nobody waits any more */
        const struct question_answer answer = look_up(&a.question);
        pthread_mutex_lock(&l->lock);
        send_answer(l, a.serial, &answer);
        pthread_mutex_unlock(&l->lock);
    }
    return NULL;
}

/* Under the lock. */
static void enqueue(struct lookup *l, const struct question *q, uint64_t serial)
{
    const struct question_answer failed = {.id = q->id, .status = QUESTION_FAILED};
    if (l->waiting == LOOKUP_QUEUE) {
        send_answer(l, serial, &failed);
        return;
    }
    l->queue[(l->first + l->waiting++) % LOOKUP_QUEUE] = (struct asked){*q, serial, now_ns()};
    pthread_cond_signal(&l->more);
}

/* Under the lock. */
static void hear_channel(struct lookup *l, size_t i)
{
    char at[QUESTION_BYTES];
    struct question q;
    for (;;) {
        ssize_t n = recv(l->polled[i].fd, at, sizeof at, MSG_DONTWAIT);
        if (n > 0 && gw_ok(question_take(slice_of(at, (size_t)n), &q))) {
            enqueue(l, &q, l->serials[i]);
            continue;
        }
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        close(l->polled[i].fd); /* gone, or not speaking our language */
        l->polled[i].fd = -1;
        return;
    }
}

/* Under the lock. False: the end. */
static bool hear_master(struct lookup *l)
{
    enum channel_word word;
    int fd;
    for (;;) {
        gw_result r = channel_take_fd(l->polled[0].fd, &word, &fd);
        if (r.code == GW_AGAIN)
            return true;
        if (!gw_ok(r) || word == CHANNEL_STOP)
            return false;
        if (word != CHANNEL_NAMES || l->count == GW_COUNT(l->polled)) {
            close(fd);
            continue;
        }
        l->polled[l->count] = (struct pollfd){.fd = fd, .events = POLLIN};
        l->serials[l->count++] = ++l->last_serial;
    }
}

static void sweep(struct lookup *l)
{
    size_t kept = 1;
    for (size_t i = 1; i < l->count; i++) {
        if (l->polled[i].fd < 0)
            continue;
        l->polled[kept] = l->polled[i];
        l->serials[kept++] = l->serials[i];
    }
    l->count = kept;
}

/* False: the end. */
static bool hear_all(struct lookup *l)
{
    bool goes_on = true;
    pthread_mutex_lock(&l->lock);
    for (size_t i = 1; i < l->count; i++)
        if (l->polled[i].revents != 0)
            hear_channel(l, i);
    if (l->polled[0].revents != 0)
        goes_on = hear_master(l);
    sweep(l);
    pthread_mutex_unlock(&l->lock);
    return goes_on;
}

static bool start_threads(struct lookup *l)
{
    pthread_attr_t how;
    pthread_t id;
    if (pthread_attr_init(&how) != 0)
        return false;
    bool good = pthread_attr_setstacksize(&how, LOOKUP_STACK) == 0;
    for (int i = 0; good && i < LOOKUP_THREADS; i++)
        good = pthread_create(&id, &how, answer_some, l) == 0 && pthread_detach(id) == 0;
    pthread_attr_destroy(&how);
    return good;
}

int lookup_run(int control_fd)
{
    struct lookup *l = calloc(1, sizeof *l);
    /* A dead name server may not hold a thread for longer than somebody waits. */
    if (l == NULL || setenv("RES_OPTIONS", "timeout:2 attempts:2", 0) != 0)
        return 1;
    pthread_mutex_init(&l->lock, NULL);
    pthread_cond_init(&l->more, NULL);
    l->polled[0] = (struct pollfd){.fd = control_fd, .events = POLLIN};
    l->count = 1;
    if (!start_threads(l))
        return 1;
    LOGI("resolver.ready", LOG_NUM("threads", LOOKUP_THREADS));
    do {
        for (size_t i = 0; i < l->count; i++)
            l->polled[i].revents = 0;
        if (poll(l->polled, (nfds_t)l->count, -1) < 0 && errno != EINTR)
            return 1;
    } while (hear_all(l));
    return 0; /* threads may still be asking: they end with the process, and so does `l` */
}

const char *const *lookup_files(void)
{
    static const char *const files[] = {"/etc/hosts",
                                        "/etc/resolv.conf",
                                        "/etc/nsswitch.conf",
                                        "/etc/host.conf",
                                        "/etc/gai.conf",
                                        "/etc/services",
                                        "/etc/protocols",
                                        "/etc/networks",
                                        "/etc/ld.so.cache",
                                        "/etc/machine-id",
                                        "/run/systemd/resolve",
                                        "/run/systemd/machines",
                                        "/run/nscd",
                                        "/var/run/nscd",
                                        "/usr",
                                        "/lib",
                                        "/lib64",
                                        "/dev/urandom",
                                        NULL};
    return files;
}
