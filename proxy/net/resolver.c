/* proxy/net/resolver.c - see resolver.h. Owns its end of the channel and the open questions. */
#include "proxy/base/base.h"
#include "proxy/net/resolver.h"
#include "proxy/base/list.h"
#include "proxy/net/address.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

struct resolver {
    struct loop *loop;
    struct loop_watch *watch;
    int fd; /* -1: none now */
    uint64_t last_id;
    struct list open; /* struct resolver_query */
};

struct resolver_query {
    struct link link;
    struct resolver *resolver;
    struct question question;
    resolver_got got;
    void *asker;
    struct loop_timer *deadline;
    bool is_sent;
};

bool resolver_literal(struct slice host, unsigned port, struct conn_address *out)
{
    char text[INET6_ADDRSTRLEN + 1], bytes[16];
    if (host.len > 2 && host.at[0] == '[' && host.at[host.len - 1] == ']')
        host = slice_cut(host, 1, host.len - 1);
    if (host.len == 0 || host.len >= sizeof text)
        return false;
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, bytes) == 1)
        return address_make(slice_of(bytes, 4), port, out);
    if (inet_pton(AF_INET6, text, bytes) == 1)
        return address_make(slice_of(bytes, 16), port, out);
    return false;
}

static void query_free(struct resolver_query *q)
{
    list_remove(&q->resolver->open, &q->link);
    loop_timer_free(q->deadline);
    free(q);
}

/* The question is freed first: who hears may ask again. */
static void tell(struct resolver_query *q, const struct question_answer *answer)
{
    resolver_got got = q->got;
    void *asker = q->asker;
    query_free(q);
    got(asker, answer);
}

static void late(void *query)
{
    const struct question_answer none = {.status = QUESTION_FAILED};
    tell(query, &none);
}

/* What does not fit now is sent after the next answer, or is late. */
static void send_open(struct resolver *r)
{
    unsigned char bytes[QUESTION_BYTES];
    for (struct link *k = list_first(&r->open); r->fd >= 0 && k != NULL;
         k = list_after(&r->open, k)) {
        struct resolver_query *q = LIST_ITEM(k, struct resolver_query, link);
        size_t len = q->is_sent ? 0 : question_put(&q->question, bytes);
        if (len > 0)
            q->is_sent = send(r->fd, bytes, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len;
    }
}

static void hang_up(struct resolver *r)
{
    loop_watch_free(r->watch);
    r->watch = NULL;
    if (r->fd >= 0)
        close(r->fd);
    r->fd = -1;
    for (struct link *k = list_first(&r->open); k != NULL; k = list_after(&r->open, k))
        LIST_ITEM(k, struct resolver_query, link)->is_sent = false;
}

static void take(struct resolver *r, struct slice message)
{
    struct question_answer answer;
    if (!gw_ok(question_take_answer(message, &answer)))
        return; /* whoever asked is told when it is late */
    for (struct link *k = list_first(&r->open); k != NULL; k = list_after(&r->open, k)) {
        struct resolver_query *q = LIST_ITEM(k, struct resolver_query, link);
        if (q->question.id != answer.id)
            continue;
        tell(q, &answer);
        return;
    }
}

static void heard(void *resolver)
{
    struct resolver *r = resolver;
    char at[QUESTION_BYTES];
    while (r->fd >= 0) {
        ssize_t n = recv(r->fd, at, sizeof at, MSG_DONTWAIT);
        if (n > 0)
            take(r, slice_of(at, (size_t)n));
        else if (n == 0 || (errno != EAGAIN && errno != EINTR))
            hang_up(r); /* the master sends another channel */
        else
            break;
    }
    send_open(r);
}

struct resolver *resolver_new(struct loop *l)
{
    struct resolver *r = calloc(1, sizeof *r);
    if (r == NULL)
        return NULL;
    r->loop = l;
    r->fd = -1;
    list_init(&r->open);
    return r;
}

void resolver_free(struct resolver *r)
{
    if (r == NULL)
        return;
    assert(r->open.count == 0);
    hang_up(r);
    free(r);
}

void resolver_use(struct resolver *r, int fd)
{
    hang_up(r);
    r->fd = fd;
    r->watch = loop_watch_read(r->loop, fd, heard, r);
    send_open(r);
}

struct resolver_query *resolver_ask(struct resolver *r, struct slice host, resolver_got got,
                                    void *asker)
{
    if (host.len == 0 || host.len > QUESTION_NAME || slice_find_byte(host, '\0') != SIZE_MAX)
        return NULL;
    struct resolver_query *q = calloc(1, sizeof *q);
    if (q == NULL)
        return NULL;
    *q = (struct resolver_query){
        .resolver = r, .question = {.id = ++r->last_id}, .got = got, .asker = asker};
    memcpy(q->question.host, host.at, host.len);
    list_append(&r->open, &q->link);
    q->deadline = loop_once(r->loop, RESOLVER_MS, late, q);
    if (q->deadline == NULL) {
        query_free(q);
        return NULL;
    }
    send_open(r);
    return q;
}

void resolver_cancel(struct resolver_query *q)
{
    if (q != NULL)
        query_free(q);
}
