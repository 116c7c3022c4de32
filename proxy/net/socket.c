/* proxy/net/socket.c - see socket.h. Owns nothing. */
#include "proxy/base/base.h"
#include "proxy/net/socket.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

static struct tls_io result_of(ssize_t n, enum tls_how wait)
{
    if (n >= 0)
        return (struct tls_io){TLS_DONE, (size_t)n};
    if (errno == EAGAIN || errno == EINTR)
        return (struct tls_io){wait, 0};
    return (struct tls_io){TLS_CUT, 0};
}

struct tls_io socket_read(int fd, char *at, size_t room)
{
    struct tls_io io = result_of(recv(fd, at, room, 0), TLS_WANT_IN);
    if (io.how == TLS_DONE && io.n == 0)
        io.how = TLS_EOF;
    return io;
}

struct tls_io socket_write(int fd, struct slice bytes)
{
    return result_of(send(fd, bytes.at, bytes.len, MSG_NOSIGNAL), TLS_WANT_OUT);
}

void socket_mind_peer(int fd)
{
    const int one = 1, idle_s = 30, between_s = 10, times = 3;
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof one);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &between_s, sizeof between_s);
    setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof times);
}

bool socket_peer(int fd, struct reached *out)
{
    struct sockaddr_storage peer = {0};
    const struct sockaddr_in *v4 = (const void *)&peer;
    const struct sockaddr_in6 *v6 = (const void *)&peer;
    socklen_t size = sizeof peer;
    *out = (struct reached){.port = 0};
    if (getpeername(fd, (struct sockaddr *)&peer, &size) != 0)
        return false;
    if (peer.ss_family == AF_INET) {
        inet_ntop(AF_INET, &v4->sin_addr, out->address, sizeof out->address);
        out->port = ntohs(v4->sin_port);
    } else if (peer.ss_family == AF_INET6) {
        inet_ntop(AF_INET6, &v6->sin6_addr, out->address, sizeof out->address);
        out->port = ntohs(v6->sin6_port);
    }
    return true;
}
