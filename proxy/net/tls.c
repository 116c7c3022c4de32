/* proxy/net/tls.c - see tls.h. OpenSSL on non-blocking descriptors, its errors read in one
 * function.
 *
 * Refuses: below TLS 1.2, suites without forward secrecy or AEAD, renegotiation, compression,
 * protocols other than http/1.1, peers that do not verify. Sessions and ticket keys are wiped with
 * their owner. */
#include "proxy/base/base.h"
#include "proxy/net/tls.h"
#include "proxy/base/clock.h"
#include "proxy/base/secret.h"
#include "proxy/net/socket.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>

enum {
    TICKET_KEYS = 2,
    TICKET_HOURS = 12,
    TLS_NAME_MAX = 254,
    TLS_PAD_BLOCK = 256,
    TLS_PAD_KEPT = 1024,
    TLS_STREAM_RECORD = 8192
};

static const char tls12_suites[] = "ECDHE+AESGCM:ECDHE+CHACHA20";
static const unsigned char alpn_http[] = "\x08http/1.1";

struct ticket_key {
    unsigned char name[16], cipher[32], mac[32];
    int64_t born_ns;
    bool set;
};

struct tls_server {
    SSL_CTX *contexts;
    pthread_mutex_t lock;                /* guards keys */
    struct ticket_key keys[TICKET_KEYS]; /* the newest first */
};

struct tls_client {
    SSL_CTX *contexts;
    pthread_mutex_t lock; /* guards session and session_name */
    SSL_SESSION *session;
    char session_name[TLS_NAME_MAX + 1]; /* the peer it was verified as */
};

struct tls {
    SSL *ssl;
    struct tls_client *client; /* NULL: a server's side */
    size_t widest;             /* the longest padded record so far that sets a length for all */
    bool dead;                 /* after a fatal error: no shutdown, no resumption */
    bool has_print;            /* the certificate that the peer showed was looked at: */
    struct digest print;
    char name[]; /* the peer's, for a client's side; a server's has no room for one */
};

static int64_t now_ns(void)
{
    static const struct clock real = {0};
    return clock_mono_ns(&real);
}

/* --- contexts --- */

static SSL_CTX *contexts_new(const SSL_METHOD *method)
{
    SSL_CTX *made = SSL_CTX_new(method);
    if (made == NULL)
        return NULL;
    SSL_CTX_set_mode(made, SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
                               SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    SSL_CTX_set_read_ahead(made, 1); /* one system call a record instead of two */
    SSL_CTX_set_options(made, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE);
    if (SSL_CTX_set_min_proto_version(made, TLS1_2_VERSION) != 1 ||
        SSL_CTX_set_cipher_list(made, tls12_suites) != 1) {
        SSL_CTX_free(made);
        return NULL;
    }
    return made;
}

static int choose_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
                           const unsigned char *in, unsigned in_len, void *unused)
{
    (void)ssl;
    (void)unused;
    for (unsigned i = 0; i < in_len && in_len - i > in[i]; i += in[i] + 1u) {
        if (in[i] == alpn_http[0] && memcmp(in + i + 1, alpn_http + 1, alpn_http[0]) == 0) {
            *out = in + i + 1;
            *out_len = in[i];
            return SSL_TLSEXT_ERR_OK;
        }
    }
    return SSL_TLSEXT_ERR_ALERT_FATAL;
}

/* --- session tickets --- */

/* The key to seal with: made anew when the newest is too old; the one before it still opens. */
static struct ticket_key sealing_key(struct tls_server *s)
{
    const int64_t old_ns = (int64_t)TICKET_HOURS * 3600 * 1000000000;
    pthread_mutex_lock(&s->lock);
    if (!s->keys[0].set || now_ns() - s->keys[0].born_ns > old_ns) {
        s->keys[1] = s->keys[0];
        secret_random(&s->keys[0], offsetof(struct ticket_key, born_ns));
        s->keys[0].born_ns = now_ns();
        s->keys[0].set = true;
    }
    struct ticket_key key = s->keys[0];
    pthread_mutex_unlock(&s->lock);
    return key;
}

/* Its place among the keys (0 newest), or -1: unknown or too old. */
static int opening_key(struct tls_server *s, const unsigned char *name, struct ticket_key *key)
{
    const int64_t old_ns = (int64_t)TICKET_KEYS * TICKET_HOURS * 3600 * 1000000000;
    int found = -1;
    pthread_mutex_lock(&s->lock);
    for (int i = 0; i < TICKET_KEYS && found < 0; i++)
        if (s->keys[i].set && now_ns() - s->keys[i].born_ns <= old_ns &&
            memcmp(s->keys[i].name, name, sizeof s->keys[i].name) == 0)
            found = i;
    if (found >= 0)
        *key = s->keys[found];
    pthread_mutex_unlock(&s->lock);
    return found;
}

static bool set_mac(EVP_MAC_CTX *mac, struct ticket_key *key)
{
    char digest[] = "SHA256";
    const OSSL_PARAM settings[] = {
        OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY, key->mac, sizeof key->mac),
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0), OSSL_PARAM_END};
    return EVP_MAC_CTX_set_params(mac, settings) == 1;
}

/* OpenSSL's contract: 1 go on, 2 go on and renew the ticket, 0 no such key, -1 failure. */
static int ticket_keys(SSL *ssl, unsigned char *name, unsigned char *iv, EVP_CIPHER_CTX *cipher,
                       EVP_MAC_CTX *mac, int sealing)
{
    struct tls_server *s = SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl));
    struct ticket_key key = {.set = false};
    int result = 1;
    if (sealing != 0) {
        key = sealing_key(s);
        memcpy(name, key.name, sizeof key.name);
        secret_random(iv, (size_t)EVP_CIPHER_get_iv_length(EVP_aes_256_cbc()));
    } else {
        int place = opening_key(s, name, &key);
        if (place < 0)
            return 0;
        result = place == 0 ? 1 : 2;
    }
    if (EVP_CipherInit_ex(cipher, EVP_aes_256_cbc(), NULL, key.cipher, iv, sealing != 0) != 1 ||
        !set_mac(mac, &key))
        result = -1;
    secret_wipe(&key, sizeof key);
    return result;
}

/* --- servers --- */

static bool use_pair(SSL_CTX *contexts, const struct cert_pair *pair)
{
    STACK_OF(X509) *chain = sk_X509_new_null();
    bool good = chain != NULL;
    for (size_t i = 0; good && i < cert_chain_count(pair); i++)
        good = sk_X509_push(chain, cert_chain_at(pair, i)) > 0;
    good =
        good && SSL_CTX_use_cert_and_key(contexts, cert_leaf(pair), cert_key(pair), chain, 1) == 1;
    sk_X509_free(chain);
    return good;
}

gw_result tls_server_new(const struct cert_pair *pair, struct tls_server **out)
{
    static const unsigned char session_place[] = "bulla";
    struct tls_server *s = calloc(1, sizeof *s);
    if (s == NULL)
        return gw_is(GW_NO_MEMORY);
    ERR_clear_error();
    pthread_mutex_init(&s->lock, NULL);
    s->contexts = contexts_new(TLS_server_method());
    if (s->contexts == NULL || !use_pair(s->contexts, pair) ||
        SSL_CTX_set_session_id_context(s->contexts, session_place, sizeof session_place - 1) != 1 ||
        SSL_CTX_set_tlsext_ticket_key_evp_cb(s->contexts, ticket_keys) != 1) {
        tls_server_free(s);
        return gw_is(GW_BAD);
    }
    SSL_CTX_set_app_data(s->contexts, s);
    SSL_CTX_set_session_cache_mode(s->contexts, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_alpn_select_cb(s->contexts, choose_protocol, NULL);
    *out = s;
    return gw_is(GW_OK);
}

gw_result tls_server_ask(struct tls_server *s, const char *ca_file, char *reason, size_t size)
{
    ERR_clear_error();
    STACK_OF(X509_NAME) *names = SSL_load_client_CA_file(ca_file);
    bool is_fine = names != NULL && SSL_CTX_load_verify_file(s->contexts, ca_file) == 1;
    ERR_clear_error();
    if (!is_fine) {
        sk_X509_NAME_pop_free(names, X509_NAME_free);
        snprintf(reason, size, "%s: no certificates to trust could be loaded", ca_file);
        return gw_is(GW_BAD);
    }
    SSL_CTX_set_client_CA_list(s->contexts, names); /* which it owns now */
    SSL_CTX_set_verify(s->contexts, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
    return gw_is(GW_OK);
}

void tls_server_free(struct tls_server *s)
{
    if (s == NULL)
        return;
    SSL_CTX_free(s->contexts);
    pthread_mutex_destroy(&s->lock);
    secret_wipe(s, sizeof *s);
    free(s);
}

/* --- clients --- */

/* Keeps the newest session; returns 1 when it took the reference. */
static int keep_session(SSL *ssl, SSL_SESSION *session)
{
    struct tls *t = SSL_get_app_data(ssl);
    if (t == NULL || t->client == NULL || SSL_SESSION_is_resumable(session) != 1)
        return 0;
    pthread_mutex_lock(&t->client->lock);
    SSL_SESSION *before = t->client->session;
    t->client->session = session;
    memcpy(t->client->session_name, t->name, strlen(t->name) + 1);
    pthread_mutex_unlock(&t->client->lock);
    SSL_SESSION_free(before);
    return 1;
}

static bool directory_has_hashes(const char *path)
{
    DIR *at = path == NULL ? NULL : opendir(path);
    bool found = false;
    if (at == NULL)
        return false;
    for (struct dirent *e = readdir(at); e != NULL && !found; e = readdir(at))
        found = strlen(e->d_name) >= 10 && e->d_name[8] == '.' &&
                strspn(e->d_name, "0123456789abcdef") == 8;
    closedir(at);
    return found;
}

static bool system_store_load(SSL_CTX *contexts)
{
    if (SSL_CTX_set_default_verify_paths(contexts) != 1)
        return false;
    X509_STORE *store = SSL_CTX_get_cert_store(contexts);
    if (sk_X509_OBJECT_num(X509_STORE_get0_objects(store)) > 0)
        return true;
    const char *folder = getenv(X509_get_default_cert_dir_env());
    return directory_has_hashes(folder != NULL ? folder : X509_get_default_cert_dir());
}

static bool trust_load(SSL_CTX *contexts, const char *ca_file, char *reason, size_t size)
{
    bool good = ca_file == NULL ? system_store_load(contexts)
                                : SSL_CTX_load_verify_file(contexts, ca_file) == 1;
    if (!good && ca_file == NULL)
        snprintf(reason, size, "the system's store of trusted certificates is empty");
    else if (!good)
        snprintf(reason, size, "%s: no certificates to trust could be loaded", ca_file);
    return good;
}

gw_result tls_client_new(const char *ca_file, char *reason, size_t size, struct tls_client **out)
{
    struct tls_client *c = calloc(1, sizeof *c);
    if (c == NULL)
        return gw_is(GW_NO_MEMORY);
    ERR_clear_error();
    pthread_mutex_init(&c->lock, NULL);
    c->contexts = contexts_new(TLS_client_method());
    if (c->contexts == NULL)
        snprintf(reason, size, "the TLS library gave no client");
    if (c->contexts == NULL || !trust_load(c->contexts, ca_file, reason, size) ||
        SSL_CTX_set_alpn_protos(c->contexts, alpn_http, sizeof alpn_http - 1) != 0) {
        tls_client_free(c);
        ERR_clear_error();
        return gw_is(GW_BAD);
    }
    SSL_CTX_set_verify(c->contexts, SSL_VERIFY_PEER, NULL);
    SSL_CTX_set_session_cache_mode(c->contexts, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_sess_set_new_cb(c->contexts, keep_session);
    *out = c;
    return gw_is(GW_OK);
}

void tls_client_free(struct tls_client *c)
{
    if (c == NULL)
        return;
    SSL_SESSION_free(c->session);
    SSL_CTX_free(c->contexts);
    pthread_mutex_destroy(&c->lock);
    free(c);
}

/* --- connections --- */

static struct tls *tls_new(SSL_CTX *contexts, int fd, struct tls_client *client, struct slice name)
{
    struct tls *t = calloc(1, sizeof *t + name.len + 1);
    if (t == NULL)
        return NULL;
    ERR_clear_error();
    t->client = client;
    if (name.len > 0)
        memcpy(t->name, name.at, name.len);
    t->ssl = SSL_new(contexts);
    if (t->ssl == NULL || SSL_set_fd(t->ssl, fd) != 1) {
        SSL_free(t->ssl);
        free(t);
        return NULL;
    }
    SSL_set_app_data(t->ssl, t);
    return t;
}

struct tls *tls_accept(struct tls_server *s, int fd)
{
    struct tls *t = tls_new(s->contexts, fd, NULL, (struct slice){NULL, 0});
    if (t != NULL)
        SSL_set_accept_state(t->ssl);
    return t;
}

/* What the peer's certificate must say; and the name it is asked for by, unless it is an address.
 */
static bool expect_name(struct tls *t)
{
    unsigned char address[16];
    X509_VERIFY_PARAM *expected = SSL_get0_param(t->ssl);
    if (inet_pton(AF_INET, t->name, address) == 1 || inet_pton(AF_INET6, t->name, address) == 1)
        return X509_VERIFY_PARAM_set1_ip_asc(expected, t->name) == 1;
    SSL_set_hostflags(t->ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    return SSL_set1_host(t->ssl, t->name) == 1 && SSL_set_tlsext_host_name(t->ssl, t->name) == 1;
}

/* A copy of the kept session, when it is one with the same peer: verification is not repeated. */
static void offer_session(struct tls *t)
{
    SSL_SESSION *copy = NULL;
    pthread_mutex_lock(&t->client->lock);
    if (t->client->session != NULL && strcmp(t->client->session_name, t->name) == 0)
        copy = SSL_SESSION_dup(t->client->session);
    pthread_mutex_unlock(&t->client->lock);
    if (copy != NULL && SSL_set_session(t->ssl, copy) != 1)
        ERR_clear_error();
    SSL_SESSION_free(copy);
}

struct tls *tls_connect(struct tls_client *c, int fd, struct slice name)
{
    if (name.len > 2 && name.at[0] == '[' && name.at[name.len - 1] == ']')
        name = slice_cut(name, 1, name.len - 1); /* as addresses stand in URLs */
    if (name.len == 0 || name.len > TLS_NAME_MAX || slice_find_byte(name, '\0') != SIZE_MAX)
        return NULL;
    struct tls *t = tls_new(c->contexts, fd, c, name);
    if (t == NULL)
        return NULL;
    if (!expect_name(t)) {
        t->dead = true;
        tls_free(t);
        return NULL;
    }
    offer_session(t);
    SSL_set_connect_state(t->ssl);
    return t;
}

void tls_free(struct tls *t)
{
    if (t == NULL)
        return;
    /* Marked as shut, else OpenSSL takes the session for spoilt and it is never resumed. */
    if (!t->dead)
        SSL_set_shutdown(t->ssl, SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    SSL_free(t->ssl);
    free(t);
}

/* Of the thread, which has none most often: looking costs less than clearing. */
static void clear_errors(void)
{
    if (ERR_peek_error() != 0)
        ERR_clear_error();
}

/* A caller who speaks HTTP where TLS is spoken hears it in words of his own. */
static void tell_of_tls(const struct tls *t)
{
    const struct slice said =
        SLICE_LIT("HTTP/1.1 400 Bad Request\r\ncontent-type: text/plain\r\ncontent-length: 35\r\n"
                  "connection: close\r\n\r\nThis port speaks TLS: use https://\n");
    (void)socket_write(SSL_get_wfd(t->ssl), said);
}

/* The only reader of OpenSSL's errors: the queue was cleared just before the call. */
static struct tls_io result_of(struct tls *t, int returned, size_t n)
{
    if (returned > 0)
        return (struct tls_io){TLS_DONE, n};
    enum tls_how how = TLS_BROKEN;
    switch (SSL_get_error(t->ssl, returned)) {
    case SSL_ERROR_WANT_READ:
        return (struct tls_io){TLS_WANT_IN, 0};
    case SSL_ERROR_WANT_WRITE:
        return (struct tls_io){TLS_WANT_OUT, 0};
    case SSL_ERROR_ZERO_RETURN:
        return (struct tls_io){TLS_EOF, 0};
    case SSL_ERROR_SYSCALL:
        how = TLS_CUT;
        break;
    case SSL_ERROR_SSL:
        if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_UNEXPECTED_EOF_WHILE_READING)
            how = TLS_CUT;
        else if (ERR_GET_REASON(ERR_peek_error()) == SSL_R_HTTP_REQUEST)
            tell_of_tls(t);
        break;
    default:
        break;
    }
    t->dead = true;
    ERR_clear_error();
    return (struct tls_io){how, 0};
}

struct tls_io tls_handshake(struct tls *t)
{
    clear_errors();
    return result_of(t, SSL_do_handshake(t->ssl), 0);
}

struct tls_io tls_read(struct tls *t, void *at, size_t room)
{
    size_t n = 0;
    clear_errors();
    int returned = SSL_read_ex(t->ssl, at, room, &n);
    return result_of(t, returned, n);
}

struct tls_io tls_write(struct tls *t, struct slice bytes)
{
    size_t n = 0;
    clear_errors();
    int returned = SSL_write_ex(t->ssl, bytes.at, bytes.len, &n);
    return result_of(t, returned, n);
}

struct tls_io tls_shutdown(struct tls *t)
{
    if (t->dead)
        return (struct tls_io){TLS_BROKEN, 0};
    clear_errors();
    int returned = SSL_shutdown(t->ssl);
    return returned >= 0 ? (struct tls_io){TLS_DONE, 0} : result_of(t, returned, 0);
}

bool tls_holds(const struct tls *t)
{
    return SSL_has_pending(t->ssl) == 1;
}

bool tls_resumed(const struct tls *t)
{
    return SSL_session_reused(t->ssl) == 1;
}

/* OpenSSL asks how many bytes to add. Blocks alone would tell on which side of a multiple an event
 * falls, token by token: no record is shorter than the longest one before it, as far as that goes.
 */
static size_t padding_of(SSL *ssl, int type, size_t len, void *tls)
{
    struct tls *t = tls;
    size_t padded = (len + TLS_PAD_BLOCK - 1) / TLS_PAD_BLOCK * TLS_PAD_BLOCK;
    (void)ssl;
    if (type != SSL3_RT_APPLICATION_DATA)
        return 0;
    if (padded > t->widest && padded <= TLS_PAD_KEPT)
        t->widest = padded;
    return (padded < t->widest ? t->widest : padded) - len;
}

void tls_stream(struct tls *t, bool on)
{
    SSL_set_record_padding_callback_arg(t->ssl, t);
    (void)SSL_set_record_padding_callback(t->ssl, on ? padding_of : NULL); /* no kernel TLS here */
    SSL_set_max_send_fragment(t->ssl, on ? TLS_STREAM_RECORD : SSL3_RT_MAX_PLAIN_LENGTH);
}

const char *tls_version(const struct tls *t)
{
    return SSL_get_version(t->ssl);
}

/* Made once a connection: many exchanges ask. */
bool tls_peer_print(struct tls *t, struct digest *out)
{
    X509 *shown = t->has_print ? NULL : SSL_get0_peer_certificate(t->ssl);
    unsigned len = sizeof t->print.at;
    if (shown != NULL)
        t->has_print = X509_digest(shown, EVP_sha256(), t->print.at, &len) == 1;
    *out = t->print;
    return t->has_print;
}

struct slice tls_sni(const struct tls *t)
{
    return slice_str(SSL_get_servername(t->ssl, TLSEXT_NAMETYPE_host_name));
}

const char *tls_library(void)
{
    return OpenSSL_version(OPENSSL_VERSION);
}
