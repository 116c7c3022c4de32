/* proxy/net/dial.c - see dial.h. The socket blocks, with a timeout in both directions. */
#include "proxy/base/base.h"
#include "proxy/net/dial.h"
#include "proxy/net/socket.h"
#include "proxy/net/tls.h"

#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { PIECE = 16384 };

struct dial {
    int fd;
    struct tls_client *client;
    struct tls *tls; /* NULL: plain */
};

static gw_result refuse(char *reason, size_t size, const char *why)
{
    snprintf(reason, size, "%s", why);
    return gw_is(GW_UNAVAILABLE);
}

static int connect_to(const struct addrinfo *a, unsigned wait_s)
{
    const struct timeval wait = {.tv_sec = wait_s};
    int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
    if (fd < 0)
        return -1;
    /* the timeout to send also bounds connect() */
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof wait) == 0 &&
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof wait) == 0 &&
        connect(fd, a->ai_addr, a->ai_addrlen) == 0)
        return fd;
    close(fd);
    return -1;
}

static gw_result reach(struct dial *d, const struct dial_to *to, char *reason, size_t size)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
    struct addrinfo *list = NULL;
    if (getaddrinfo(to->host, to->port, &hints, &list) != 0)
        return refuse(reason, size, "no address for that name");
    for (struct addrinfo *a = list; a != NULL && d->fd < 0; a = a->ai_next)
        d->fd = connect_to(a, to->wait_s);
    freeaddrinfo(list);
    if (d->fd < 0)
        return refuse(reason, size, "nobody takes a connection there");
    socket_mind_peer(d->fd);
    return gw_is(GW_OK);
}

static gw_result shake_hands(struct dial *d, const struct dial_to *to, char *reason, size_t size)
{
    gw_result r = tls_client_new(to->ca_file, reason, size, &d->client);
    if (!gw_ok(r))
        return r;
    d->tls = tls_connect(d->client, d->fd, slice_str(to->host));
    if (d->tls == NULL)
        return gw_is(GW_NO_MEMORY);
    return tls_handshake(d->tls).how == TLS_DONE
               ? gw_is(GW_OK)
               : refuse(reason, size,
                        "TLS failed: another protocol, or a certificate that does not hold");
}

gw_result dial_open(const struct dial_to *to, char *reason, size_t size, struct dial **out)
{
    struct dial *d = calloc(1, sizeof *d);
    snprintf(reason, size, "out of memory");
    if (d == NULL)
        return gw_is(GW_NO_MEMORY);
    d->fd = -1;
    gw_result r = reach(d, to, reason, size);
    if (gw_ok(r) && to->is_tls)
        r = shake_hands(d, to, reason, size);
    if (gw_ok(r))
        *out = d;
    else
        dial_close(d);
    return r;
}

void dial_close(struct dial *d)
{
    if (d == NULL)
        return;
    if (d->tls != NULL)
        (void)tls_shutdown(d->tls);
    tls_free(d->tls);
    tls_client_free(d->client);
    if (d->fd >= 0)
        close(d->fd);
    free(d);
}

gw_result dial_send(struct dial *d, struct slice bytes)
{
    while (bytes.len > 0) {
        struct slice piece = slice_cut(bytes, 0, PIECE);
        struct tls_io io = d->tls != NULL ? tls_write(d->tls, piece) : socket_write(d->fd, piece);
        if (io.how != TLS_DONE)
            return gw_is(GW_UNAVAILABLE);
        bytes = slice_from(bytes, io.n);
    }
    return gw_is(GW_OK);
}

gw_result dial_receive(struct dial *d, struct buf *in)
{
    char *at;
    TRY(buf_room(in, PIECE, &at));
    struct tls_io io = d->tls != NULL ? tls_read(d->tls, at, PIECE) : socket_read(d->fd, at, PIECE);
    if (io.how == TLS_EOF)
        return gw_is(GW_NOT_FOUND);
    if (io.how != TLS_DONE || io.n == 0)
        return gw_is(GW_UNAVAILABLE);
    buf_wrote(in, io.n);
    return gw_is(GW_OK);
}

bool dial_is_open(const struct dial *d)
{
    struct pollfd p = {.fd = d->fd, .events = POLLIN | POLLRDHUP};
    if (poll(&p, 1, 0) == 0)
        return true;
    /* TLS 1.3 sends tickets on its own account */
    return d->tls != NULL && (p.revents & (POLLRDHUP | POLLHUP | POLLERR)) == 0;
}
