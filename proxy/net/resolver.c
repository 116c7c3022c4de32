/* proxy/net/resolver.c - see resolver.h. One detached thread a question; no state is shared between
 * two.
 *
 * The thread holds the question until it posted the answer or saw that no one waits; then whoever
 * runs last frees it: the loop's thread after a post, the side thread after a cancel. */
#include "proxy/base/base.h"
#include "proxy/net/resolver.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>

enum { RESOLVER_STACK = 512 * 1024, RESOLVER_NAME = 254 };

struct resolver_query {
    struct loop *loop;
    resolver_got got;
    void *asker;
    unsigned port;
    size_t n;
    struct conn_address at[RESOLVER_MAX];
    pthread_mutex_t lock; /* guards cancelled, and orders it with the post */
    bool cancelled;
    char host[RESOLVER_NAME + 1];
};

static bool take_address(struct conn_address *out, const void *at, size_t size)
{
    if (size > sizeof out->at)
        return false;
    memset(out, 0, sizeof *out);
    memcpy(out->at, at, size);
    out->len = (unsigned)size;
    return true;
}

bool resolver_literal(struct slice host, unsigned port, struct conn_address *out)
{
    char text[INET6_ADDRSTRLEN + 1];
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    if (host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
        host = slice_cut(host, 1, host.len - 1);
    if (host.len == 0 || host.len >= sizeof text)
        return false;
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, &v4.sin_addr) == 1)
        return take_address(out, &v4, sizeof v4);
    if (inet_pton(AF_INET6, text, &v6.sin6_addr) == 1)
        return take_address(out, &v6, sizeof v6);
    return false;
}

static void query_free(struct resolver_query *q)
{
    pthread_mutex_destroy(&q->lock);
    free(q);
}

static void deliver(void *query)
{
    struct resolver_query *q = query;
    pthread_mutex_lock(&q->lock); /* so that the side thread has let go of it */
    bool wanted = !q->cancelled;
    pthread_mutex_unlock(&q->lock);
    if (wanted)
        q->got(q->asker, q->at, q->n);
    query_free(q);
}

static void *look_up(void *query)
{
    struct resolver_query *q = query;
    struct addrinfo *found = NULL;
    const struct addrinfo wish = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_ADDRCONFIG};
    char service[12];
    snprintf(service, sizeof service, "%u", q->port);
    if (getaddrinfo(q->host, service, &wish, &found) == 0) {
        for (struct addrinfo *a = found; a != NULL && q->n < RESOLVER_MAX; a = a->ai_next)
            if (take_address(&q->at[q->n], a->ai_addr, a->ai_addrlen))
                q->n++;
        freeaddrinfo(found);
    }
    pthread_mutex_lock(&q->lock);
    bool cancelled = q->cancelled;
    if (!cancelled)
        loop_post(q->loop, deliver, q);
    pthread_mutex_unlock(&q->lock);
    if (cancelled)
        query_free(q);
    return NULL;
}

/* Signals stay with the threads that wait for them. */
static bool start_thread(struct resolver_query *q)
{
    pthread_attr_t how;
    pthread_t id;
    sigset_t all, before;
    if (pthread_attr_init(&how) != 0)
        return false;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool good = pthread_attr_setdetachstate(&how, PTHREAD_CREATE_DETACHED) == 0 &&
                pthread_attr_setstacksize(&how, RESOLVER_STACK) == 0 &&
                pthread_create(&id, &how, look_up, q) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    pthread_attr_destroy(&how);
    return good;
}

struct resolver_query *resolver_ask(struct loop *l, struct slice host, unsigned port,
                                    resolver_got got, void *asker)
{
    if (host.len == 0 || host.len > RESOLVER_NAME || slice_find_byte(host, '\0') != SIZE_MAX)
        return NULL;
    struct resolver_query *q = calloc(1, sizeof *q);
    if (q == NULL)
        return NULL;
    q->loop = l;
    q->got = got;
    q->asker = asker;
    q->port = port;
    memcpy(q->host, host.at, host.len);
    pthread_mutex_init(&q->lock, NULL);
    if (!start_thread(q)) {
        query_free(q);
        return NULL;
    }
    return q;
}

void resolver_cancel(struct resolver_query *q)
{
    if (q == NULL)
        return;
    pthread_mutex_lock(&q->lock);
    q->cancelled = true;
    pthread_mutex_unlock(&q->lock);
}
