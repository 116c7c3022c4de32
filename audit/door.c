/* audit/door.c - see door.h. The name is abstract (unix(7)): it vanishes with the auditor. */
#include "proxy/base/base.h"
#include "audit/door.h"
#include "proxy/base/log.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { WAITING = 8, PATIENCE_MS = 30000 };

/* GW_IO: there is no such directory. */
static gw_result address(const char *dir, struct sockaddr_un *out, socklen_t *len, uid_t *owner)
{
    struct stat st;
    if (stat(dir, &st) != 0)
        return gw_is(GW_IO);
    *out = (struct sockaddr_un){.sun_family = AF_UNIX};
    int n = snprintf(out->sun_path + 1, sizeof out->sun_path - 1, "bulla-audit-%llx-%llx",
                     (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
    *len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n);
    *owner = st.st_uid;
    return gw_is(GW_OK);
}

static bool is_of(int fd, uid_t user)
{
    struct ucred who;
    socklen_t len = sizeof who;
    return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &who, &len) == 0 &&
           (who.uid == 0 || who.uid == user);
}

int door_open(const char *dir)
{
    struct sockaddr_un at;
    socklen_t len;
    uid_t owner;
    int fd = -1;
    if (gw_ok(address(dir, &at, &len, &owner)))
        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd >= 0 && bind(fd, (struct sockaddr *)&at, len) == 0 && listen(fd, WAITING) == 0)
        return fd;
    LOGW("audit.door", LOG_TEXT("reason", clear_word(strerrordesc_np(errno))));
    if (fd >= 0)
        close(fd);
    return -1;
}

gw_result door_take(int door, int *fd)
{
    struct ucred own;
    socklen_t len = sizeof own;
    *fd = accept4(door, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (*fd < 0)
        return gw_is(GW_AGAIN);
    /* of a listening socket: whoever opened it, so ourselves */
    if (getsockopt(door, SOL_SOCKET, SO_PEERCRED, &own, &len) == 0 && is_of(*fd, own.uid))
        return gw_is(GW_OK);
    close(*fd);
    *fd = -1;
    return gw_is(GW_AGAIN);
}

gw_result door_visit(const char *dir, int *fd)
{
    struct sockaddr_un at;
    socklen_t len;
    uid_t owner;
    if (!gw_ok(address(dir, &at, &len, &owner)))
        return gw_is(GW_UNAVAILABLE);
    *fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    if (*fd < 0)
        return gw_is(GW_IO);
    bool reached = connect(*fd, (struct sockaddr *)&at, len) == 0;
    if (reached && is_of(*fd, owner))
        return gw_is(GW_OK);
    close(*fd);
    *fd = -1;
    return gw_is(reached ? GW_REFUSED : GW_UNAVAILABLE);
}

gw_result door_ask(int fd, struct slice message, struct channel_ack *ack)
{
    struct channel_ack acks[CHANNEL_ACKS];
    struct pollfd wait = {.fd = fd, .events = POLLIN};
    struct buf packet;
    size_t n = 0;
    buf_init(&packet, CHANNEL_PACKET_MAX);
    gw_result r = channel_pack(&packet, 1, message);
    if (gw_ok(r))
        r = channel_send(fd, buf_slice(&packet));
    buf_free(&packet);
    TRY(r);
    if (poll(&wait, 1, PATIENCE_MS) != 1)
        return gw_is(GW_UNAVAILABLE);
    TRY(channel_receive(fd, acks, GW_COUNT(acks), &n));
    if (n != 1)
        return gw_is(GW_UNAVAILABLE);
    *ack = acks[0];
    return gw_is(ack->ok ? GW_OK : GW_REFUSED);
}
