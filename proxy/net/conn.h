/* proxy/net/conn.h - one socket, its TLS if it has any, its two capped buffers.
 *
 * The owner is called back in three ways and never freed inside one: bytes arrived, room to write
 * again, it ended. conn_free() is safe at any time: the memory goes after this turn of the loop.
 * Reading stops while the owner does not want it (conn_want_read(false)) or the in buffer is full:
 * back-pressure. At most 64 KiB are read per callback. SSL_ERROR queue handling is in tls.c alone.
 *
 * end() comes from the loop only, never from inside a call that the owner made. It comes once; only
 * an owner that was told CONN_EOF (the peer's half is over) and goes on writing hears once more, of
 * its own half: after conn_finish(), or when a write fails. After conn_finish() exactly one end()
 * follows, and neither bytes() nor room(). */
#ifndef PROXY_NET_CONN_H
#define PROXY_NET_CONN_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/reached.h"
#include "proxy/base/slice.h"
#include "proxy/net/loop.h"
#include "proxy/net/tls.h"

enum { CONN_IN_MAX = 65536, CONN_OUT_MAX = 65536 };

enum conn_end {
    CONN_OPEN = 0,
    CONN_EOF,     /* clean: FIN on plain, close_notify on TLS */
    CONN_CUT,     /* reset, or TLS ended without close_notify: what was being read is truncated */
    CONN_TLS,     /* handshake or record failure */
    CONN_REFUSED, /* connect failed */
    CONN_TIMEOUT  /* handshake or connect took too long */
};

struct conn;

struct conn_calls {
    void (*bytes)(void *owner); /* conn_in() holds more than before */
    void (*room)(void *owner);  /* all output was written, or room again below half */
    void (*end)(void *owner, enum conn_end how); /* nothing more will come; called once */
    void (*ready)(void *owner); /* connected or accepted, the handshake done; may be NULL */
};

/* An accepted socket; tls NULL: plain. Takes over fd. handshake_ms bounds the handshake. */
struct conn *conn_accept(struct loop *l, int fd, struct tls_server *tls, unsigned handshake_ms,
                         const struct conn_calls *calls, void *owner);
struct conn_address {
    unsigned char at[128]; /* sockaddr_storage bytes */
    unsigned len;
};
/* Where an outgoing one goes. tls NULL: plain. name: for SNI and verification. All borrowed for the
 * call, but for tls, which must outlive the connection. */
struct conn_target {
    struct conn_address at;
    struct tls_client *tls;
    struct slice name;
    unsigned timeout_ms; /* for the connect and the handshake together */
    int fd_most;         /* no descriptor from this number on: a reserve; 0: none is kept */
};
/* NULL: no memory, no descriptor, or a name that cannot be one. */
struct conn *conn_connect(struct loop *l, const struct conn_target *to,
                          const struct conn_calls *calls, void *owner);
void conn_free(struct conn *c); /* NULL is fine; closes at once, memory after the turn */
/* Another owner takes the connection (pools). */
void conn_give(struct conn *c, const struct conn_calls *calls, void *owner);
/* Bytes that arrived and were not consumed yet. */
struct slice conn_in(const struct conn *c);
void conn_consume(struct conn *c, size_t n);
void conn_want_read(struct conn *c, bool wanted);
/* Queues bytes; GW_AGAIN when they do not fit whole (nothing queued): wait for room().
 * GW_UNAVAILABLE: the connection ended or conn_finish() was called. */
GW_MUST gw_result conn_write(struct conn *c, struct slice bytes);
/* The same, but what the socket takes goes out now, without being copied first; room() is told of
 * the rest only. */
GW_MUST gw_result conn_push(struct conn *c, struct slice bytes);
size_t conn_out_room(const struct conn *c);  /* bytes conn_write() would take now */
size_t conn_out_waits(const struct conn *c); /* bytes not yet written */
/* Writes what waits, says goodbye (close_notify, FIN), lingers a second for the peer's end, then
 * end(). */
void conn_finish(struct conn *c);
/* Small pieces follow, to a reader who may be slow: TLS records have at most 8 KiB, and the kernel
 * holds 16 KiB at most that are not under way. TLS 1.3 records are padded: to multiples of 256
 * bytes, and up to 1,024 to the longest one before. What is longer still tells on which side of a
 * multiple it is. */
void conn_stream(struct conn *c, bool on);
/* No more than so many bytes wait in conn_in(): CONN_IN_MAX at first and after conn_give(). */
void conn_limit_in(struct conn *c, size_t most);
enum conn_end conn_state(const struct conn *c);
/* Open, nothing waits in or out, and the socket holds nothing unread: fit to be used again. */
bool conn_is_quiet(const struct conn *c);
/* TLS resumed a session (both sides); false for plain. */
bool conn_is_resumed(const struct conn *c);
/* The peer, for the record: once the handshake is done, with the certificate that it showed. */
void conn_reached(const struct conn *c, struct reached *out);
/* "TLSv1.3" or "" for plain; SNI name the client sent (may be empty). */
const char *conn_tls_version(const struct conn *c);
struct slice conn_sni(const struct conn *c);
/* Loop time of the last byte in or out, for idle limits (monotonic ns). */
int64_t conn_last_ns(const struct conn *c);

#endif
