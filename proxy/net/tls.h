/* proxy/net/tls.h - TLS 1.2 and 1.3 contexts: servers with ALPN, tickets with rotating keys and
 * record padding; clients that verify. The only file of the network folder that uses OpenSSL.
 *
 * Immutable after creation but for ticket keys, which threads share under a lock. */
#ifndef PROXY_NET_TLS_H
#define PROXY_NET_TLS_H

#include "certs/store.h"
#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

struct tls_server; /* one a listener, shared by threads */
struct tls_client; /* one an upstream, shared by threads: keeps sessions for resumption */
struct tls;        /* one a connection: used by conn.c alone */

/* Results of I/O, as named wants (tor: tortls.h). EOF: close_notify; CUT: the peer went without
 * one; BROKEN: the protocol or the certificate failed. After CUT or BROKEN only tls_free() is left.
 */
enum tls_how { TLS_DONE = 0, TLS_WANT_IN, TLS_WANT_OUT, TLS_EOF, TLS_CUT, TLS_BROKEN };
struct tls_io {
    enum tls_how how;
    size_t n; /* bytes moved */
};

/* From a loaded key pair (borrowed until the server is freed). ALPN: http/1.1 only. */
GW_MUST gw_result tls_server_new(const struct cert_pair *pair, struct tls_server **out);
/* Callers need a certificate of a CA in that PEM file, or there is no connection. GW_BAD with a
 * reason when it cannot be loaded. Before the first connection. */
GW_MUST gw_result tls_server_ask(struct tls_server *s, const char *ca_file, char *reason,
                                 size_t size);
void tls_server_free(struct tls_server *s);
/* Verifies against ca_file, or the system's store when NULL. GW_BAD with reason when it cannot be
 * loaded. */
GW_MUST gw_result tls_client_new(const char *ca_file, char *reason, size_t size,
                                 struct tls_client **out);
void tls_client_free(struct tls_client *c);

struct tls *tls_accept(struct tls_server *s, int fd);
struct tls *tls_connect(struct tls_client *c, int fd, struct slice name);
void tls_free(struct tls *t);
struct tls_io tls_handshake(struct tls *t);
struct tls_io tls_read(struct tls *t, void *at, size_t room);
struct tls_io tls_write(struct tls *t, struct slice bytes);
struct tls_io tls_shutdown(struct tls *t); /* sends close_notify; does not wait for the peer's */
/* Decrypted bytes wait inside, of which the socket will not tell. */
bool tls_holds(const struct tls *t);
bool tls_resumed(const struct tls *t); /* the handshake resumed a session */
/* Records of at most 8 KiB, so that a reader who does not read pins no more; padded in TLS 1.3. */
void tls_stream(struct tls *t, bool on);
const char *tls_version(const struct tls *t);
/* SHA-256 of the certificate that the other side showed; false: it showed none. */
bool tls_peer_print(struct tls *t, struct digest *out);
struct slice tls_sni(const struct tls *t);
/* "OpenSSL 3.0.x", for --version. */
const char *tls_library(void);

#endif
