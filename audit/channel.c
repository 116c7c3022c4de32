/* audit/channel.c - see channel.h. Integers are little-endian; nothing here blocks but for
 * channel_answer(), and that for a second at most. Allocates nothing. */
#include "proxy/base/base.h"
#include "audit/channel.h"
#include "proxy/base/bytes.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

enum { ACK_BYTES = 17, ANSWER_WAIT_MS = 1000, SEND_BUFFER = 512 * 1024 };

gw_result channel_open(int ends[2])
{
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0)
        return gw_is(GW_IO);
    int room = SEND_BUFFER; /* the kernel caps it; its default holds the largest message as well */
    (void)setsockopt(ends[0], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    (void)setsockopt(ends[1], SOL_SOCKET, SO_SNDBUF, &room, sizeof room);
    return gw_is(GW_OK);
}

static gw_result result_of_errno(void)
{
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)
        return gw_is(GW_AGAIN);
    if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
        return gw_is(GW_UNAVAILABLE);
    return gw_is(errno == EMSGSIZE ? GW_TOO_BIG : GW_IO);
}

static gw_result send_message(int fd, const struct msghdr *m)
{
    ssize_t sent;
    do {
        sent = sendmsg(fd, m, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? result_of_errno() : gw_is(GW_OK);
}

static void put_head(unsigned char *head, uint64_t ticket, enum channel_kind kind, size_t len)
{
    bytes_put_int(head, ticket, 8);
    head[8] = (unsigned char)kind;
    bytes_put_int(head + 9, len, 4);
}

static gw_result pack(struct buf *packet, uint64_t ticket, enum channel_kind kind,
                      struct slice message)
{
    unsigned char head[CHANNEL_HEAD];
    char *at;
    if (packet->len + CHANNEL_HEAD + message.len > CHANNEL_PACKET_MAX)
        return gw_is(GW_TOO_BIG);
    put_head(head, ticket, kind, message.len);
    TRY(buf_room(packet, CHANNEL_HEAD + message.len, &at));
    memcpy(at, head, sizeof head);
    if (message.len > 0)
        memcpy(at + sizeof head, message.at, message.len);
    buf_wrote(packet, CHANNEL_HEAD + message.len);
    return gw_is(GW_OK);
}

gw_result channel_pack(struct buf *packet, uint64_t ticket, struct slice message)
{
    return pack(packet, ticket, CHANNEL_RECORD, message);
}

gw_result channel_pack_keys(struct buf *packet, struct slice message)
{
    return pack(packet, 0, CHANNEL_KEYS, message);
}

gw_result channel_send(int fd, struct slice packet)
{
    struct iovec part = {(void *)(uintptr_t)packet.at, packet.len};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
    return send_message(fd, &m);
}

gw_result channel_send_policy(int fd, uint64_t ticket, struct slice bundle)
{
    unsigned char head[CHANNEL_HEAD];
    if (bundle.len > CHANNEL_MESSAGE_MAX)
        return gw_is(GW_TOO_BIG);
    put_head(head, ticket, CHANNEL_POLICY, bundle.len);
    struct iovec parts[] = {{head, sizeof head}, {(void *)(uintptr_t)bundle.at, bundle.len}};
    struct msghdr m = {.msg_iov = parts, .msg_iovlen = bundle.len == 0 ? 1 : 2};
    return send_message(fd, &m);
}

static gw_result receive_message(int fd, struct msghdr *m, size_t *got)
{
    ssize_t len;
    do {
        len = recvmsg(fd, m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
    } while (len < 0 && errno == EINTR);
    if (len < 0)
        return result_of_errno();
    if (len == 0)
        return gw_is(GW_UNAVAILABLE); /* no message of ours is empty: the peer has closed */
    *got = (size_t)len;
    return gw_is((m->msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 ? GW_BAD : GW_OK);
}

gw_result channel_receive(int fd, struct channel_ack *acks, size_t room, size_t *n)
{
    unsigned char at[CHANNEL_ACKS * ACK_BYTES];
    size_t got = 0;
    *n = 0;
    if (room < CHANNEL_ACKS)
        return gw_is(GW_TOO_BIG);
    struct iovec part = {at, sizeof at};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
    TRY(receive_message(fd, &m, &got));
    if (got % ACK_BYTES != 0)
        return gw_is(GW_BAD);
    for (const unsigned char *p = at; p < at + got; p += ACK_BYTES)
        acks[(*n)++] = (struct channel_ack){bytes_int(p, 8), bytes_int(p + 8, 8), p[16] == 1};
    return gw_is(GW_OK);
}

gw_result channel_answer(int fd, const struct channel_ack *acks, size_t n)
{
    unsigned char at[CHANNEL_ACKS * ACK_BYTES];
    if (n == 0 || n > CHANNEL_ACKS)
        return gw_is(GW_TOO_BIG);
    for (size_t i = 0; i < n; i++) {
        bytes_put_int(at + i * ACK_BYTES, acks[i].ticket, 8);
        bytes_put_int(at + i * ACK_BYTES + 8, acks[i].seq, 8);
        at[i * ACK_BYTES + 16] = acks[i].ok ? 1 : 0;
    }
    struct iovec part = {at, n * ACK_BYTES};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
    gw_result r = send_message(fd, &m);
    if (r.code != GW_AGAIN)
        return r;
    struct pollfd wait = {.fd = fd, .events = POLLOUT};
    if (poll(&wait, 1, ANSWER_WAIT_MS) <= 0)
        return gw_is(GW_UNAVAILABLE);
    r = send_message(fd, &m);
    return r.code == GW_AGAIN ? gw_is(GW_UNAVAILABLE) : r;
}

gw_result channel_take(int fd, char *at, size_t room, struct slice *packet)
{
    size_t got = 0;
    if (room < CHANNEL_PACKET_MAX)
        return gw_is(GW_TOO_BIG);
    struct iovec part = {at, room};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
    TRY(receive_message(fd, &m, &got));
    *packet = slice_of(at, got);
    return gw_is(GW_OK);
}

gw_result channel_next(struct slice *packet, uint64_t *ticket, enum channel_kind *kind,
                       struct slice *message)
{
    const unsigned char *head = (const unsigned char *)packet->at;
    if (packet->len == 0)
        return gw_is(GW_NOT_FOUND);
    if (packet->len < CHANNEL_HEAD || head[8] < CHANNEL_RECORD || head[8] > CHANNEL_KEYS)
        return gw_is(GW_BAD);
    size_t len = (size_t)bytes_int(head + 9, 4);
    if (len > packet->len - CHANNEL_HEAD)
        return gw_is(GW_BAD);
    *ticket = bytes_int(head, 8);
    *kind = (enum channel_kind)head[8];
    *message = slice_cut(*packet, CHANNEL_HEAD, CHANNEL_HEAD + len);
    *packet = slice_from(*packet, CHANNEL_HEAD + len);
    return gw_is(GW_OK);
}

union fd_room {
    struct cmsghdr align;
    char at[CMSG_SPACE(sizeof(int))];
};

gw_result channel_send_fd(int control_fd, enum channel_word word, int fd)
{
    union fd_room room = {0};
    char byte = (char)word;
    struct iovec part = {&byte, 1};
    struct msghdr m = {.msg_iov = &part,
                       .msg_iovlen = 1,
                       .msg_control = room.at,
                       .msg_controllen = sizeof room.at};
    struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN(sizeof fd);
    memcpy(CMSG_DATA(c), &fd, sizeof fd);
    return send_message(control_fd, &m);
}

gw_result channel_send_stop(int control_fd)
{
    char byte = CHANNEL_STOP;
    struct iovec part = {&byte, 1};
    struct msghdr m = {.msg_iov = &part, .msg_iovlen = 1};
    return send_message(control_fd, &m);
}

static bool is_word(char byte, bool has_fd)
{
    return has_fd ? byte == CHANNEL_AUDIT || byte == CHANNEL_NAMES : byte == CHANNEL_STOP;
}

gw_result channel_take_fd(int control_fd, enum channel_word *word, int *fd)
{
    union fd_room room = {0};
    char byte = 0;
    size_t got = 0;
    struct iovec part = {&byte, 1};
    struct msghdr m = {.msg_iov = &part,
                       .msg_iovlen = 1,
                       .msg_control = room.at,
                       .msg_controllen = sizeof room.at};
    *fd = -1;
    *word = CHANNEL_STOP;
    TRY(receive_message(control_fd, &m, &got));
    const struct cmsghdr *c = CMSG_FIRSTHDR(&m);
    if (c != NULL && c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_RIGHTS &&
        c->cmsg_len == CMSG_LEN(sizeof *fd))
        memcpy(fd, CMSG_DATA(c), sizeof *fd);
    if (!is_word(byte, *fd >= 0)) {
        if (*fd >= 0)
            close(*fd);
        *fd = -1;
        return gw_is(GW_BAD);
    }
    *word = (enum channel_word)byte;
    return gw_is(GW_OK);
}
