/* proxy/net/listener.c - see listener.h. Knows nothing of TLS or of what an accepted socket is for.
 *
 * listener_free() may be called inside got(); the memory goes after the turn. */
#include "proxy/base/base.h"
#include "proxy/net/listener.h"
#include "proxy/net/socket.h"
#include "proxy/net/conn.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 4096, ACCEPTS_A_TURN = 64, PAUSE_MS = 100 };

struct listener {
    struct loop *loop;
    struct loop_watch *watch; /* NULL while paused */
    struct loop_timer *pause;
    listener_got got;
    void *owner;
    int fd;
    bool freed;
};

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

static bool parse_address(const char *host, unsigned port, union address *out, socklen_t *size)
{
    memset(out, 0, sizeof *out);
    if (port > 65535)
        return false;
    if (inet_pton(AF_INET, host, &out->v4.sin_addr) == 1) {
        out->v4.sin_family = AF_INET;
        out->v4.sin_port = htons((uint16_t)port);
        *size = sizeof out->v4;
        return true;
    }
    if (inet_pton(AF_INET6, host, &out->v6.sin6_addr) == 1) {
        out->v6.sin6_family = AF_INET6;
        out->v6.sin6_port = htons((uint16_t)port);
        *size = sizeof out->v6;
        return true;
    }
    return false;
}

/* Not shared: it is only tried whether the address is free, so nobody is let in who would be shut
 * out at once. */
static bool open_for_all(int fd, union address *at, socklen_t size, bool is_shared)
{
    const int one = 1;
    const int share = is_shared ? 1 : 0;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &share, sizeof share) != 0)
        return false;
    if (at->any.sa_family == AF_INET6 &&
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof one) != 0)
        return false;
    socket_mind_peer(fd);
    return bind(fd, &at->any, size) == 0 && (!is_shared || listen(fd, BACKLOG) == 0) &&
           getsockname(fd, &at->any, &size) == 0;
}

static gw_result bind_one(const char *host, unsigned *port, bool is_shared, int *fd)
{
    union address at;
    socklen_t size = 0;
    if (!parse_address(host, *port, &at, &size)) {
        errno = EINVAL;
        return gw_is(GW_IO);
    }
    int made = socket(at.any.sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (made < 0)
        return gw_is(GW_IO);
    if (!open_for_all(made, &at, size, is_shared)) {
        int why = errno;
        close(made);
        errno = why;
        return gw_is(GW_IO);
    }
    *port = ntohs(at.any.sa_family == AF_INET ? at.v4.sin_port : at.v6.sin6_port);
    *fd = made;
    return gw_is(GW_OK);
}

gw_result listener_bind(const char *host, unsigned *port, int *fd)
{
    return bind_one(host, port, true, fd);
}

gw_result listener_is_free(const char *host, unsigned port)
{
    int fd;
    TRY(bind_one(host, &port, false, &fd));
    close(fd);
    return gw_is(GW_OK);
}

static void accept_some(void *listener);

static void pause_over(void *listener)
{
    struct listener *n = listener;
    loop_timer_free(n->pause);
    n->pause = NULL;
    n->watch = loop_watch_read(n->loop, n->fd, accept_some, n);
}

/* Out of descriptors or memory: the level-triggered watch would spin. */
static void pause_accepting(struct listener *n)
{
    n->pause = loop_once(n->loop, PAUSE_MS, pause_over, n);
    if (n->pause == NULL)
        return;
    loop_watch_free(n->watch);
    n->watch = NULL;
}

static void accept_some(void *listener)
{
    struct listener *n = listener;
    for (int i = 0; i < ACCEPTS_A_TURN && !n->freed; i++) {
        int fd = accept4(n->fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (fd >= 0) {
            n->got(n->owner, fd);
            continue;
        }
        if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
            pause_accepting(n);
        if (errno != EINTR && errno != ECONNABORTED)
            return;
    }
}

struct listener *listener_new(struct loop *l, int fd, listener_got got, void *owner)
{
    struct listener *n = calloc(1, sizeof *n);
    if (n == NULL)
        return NULL;
    *n = (struct listener){.loop = l, .got = got, .owner = owner, .fd = fd};
    n->watch = loop_watch_read(l, fd, accept_some, n);
    if (n->watch == NULL) {
        free(n);
        return NULL;
    }
    return n;
}

void listener_free(struct listener *n)
{
    if (n == NULL || n->freed)
        return;
    n->freed = true;
    loop_watch_free(n->watch);
    loop_timer_free(n->pause);
    loop_after_turn(n->loop, free, n);
}
