/* certs/store.h - key pairs for listeners, and the throw-away CA for development.
 *
 * A pair is loaded whole and checked (key belongs to certificate, readable by us alone; whether it
 * is expired is asked apart); a changed file means a new worker with a new pair: no pair is swapped
 * in place. Keys never leave memory. */
#ifndef CERTS_STORE_H
#define CERTS_STORE_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct cert_pair;

/* PEM files; the certificate file may hold the chain. GW_BAD with a reason that names the file. */
GW_MUST gw_result cert_load(const char *certificate_file, const char *key_file, char *reason,
                            size_t size, struct cert_pair **out);
/* The certificate file alone, unchecked and without a key: to describe, not to serve with. */
GW_MUST gw_result cert_read(const char *certificate_file, char *reason, size_t size,
                            struct cert_pair **out);
void cert_free(struct cert_pair *pair);
/* GW_BAD with a reason that names the file: expired, or not valid yet, by the wall clock. */
GW_MUST gw_result cert_is_current(const struct cert_pair *pair, const char *certificate_file,
                                  char *reason, size_t size);
/* Days until the leaf certificate expires (negative: expired). */
int cert_days_left(const struct cert_pair *pair);
/* Subject, issuer, names and expiry, one a line, for `certs show`. */
void cert_describe(const struct cert_pair *pair, char *out, size_t size);
/* For tls.c: SSL_CTX, X509 and EVP_PKEY pointers behind void, so that this header needs no OpenSSL.
 */
void *cert_leaf(const struct cert_pair *pair); /* X509 * */
void *cert_key(const struct cert_pair *pair);  /* EVP_PKEY * */
size_t cert_chain_count(const struct cert_pair *pair);
void *cert_chain_at(const struct cert_pair *pair, size_t i); /* X509 * */

/* Makes ca.pem, ca.key, server.pem, server.key (P-256; SAN DNS:localhost, IP:127.0.0.1, IP:::1 and
 * the extra names) in dir, which is created 0700. Keeps a CA that is already there. */
GW_MUST gw_result cert_dev(const char *dir, const char *const *names, size_t n, char *reason,
                           size_t size);

#endif
