/* certs/dev.c - the throw-away CA for development: cert_dev() of store.h.
 *
 * Keeps a CA that is there, makes the server's pair anew each time. Keys are P-256, born in files
 * that only we can read, put in place by rename. Not for production: the CA's key lies on disk
 * unsealed. */
#include "proxy/base/base.h"
#include "certs/store.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

enum { CA_DAYS = 3650, SERVER_DAYS = 397, NAMES_MAX = 4096, PATH_ROOM = 4096, DAY_S = 86400 };

struct issued {
    X509 *cert;
    EVP_PKEY *key;
};

static void issued_free(struct issued *p)
{
    X509_free(p->cert);
    EVP_PKEY_free(p->key);
    *p = (struct issued){NULL, NULL};
}

static bool path_of(char out[PATH_ROOM], const char *dir, const char *file)
{
    return snprintf(out, PATH_ROOM, "%s/%s", dir, file) < PATH_ROOM;
}

static bool add_extension(X509 *cert, X509 *issuer, int nid, const char *value)
{
    X509V3_CTX place;
    X509V3_set_ctx(&place, issuer, cert, NULL, NULL, 0);
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, &place, nid, value);
    bool good = e != NULL && X509_add_ext(cert, e, -1) == 1;
    X509_EXTENSION_free(e);
    return good;
}

static bool set_serial(X509 *cert)
{
    unsigned char bytes[16];
    if (RAND_bytes(bytes, sizeof bytes) != 1)
        return false;
    bytes[0] = (unsigned char)((bytes[0] & 0x7f) | 0x40); /* positive, never zero */
    BIGNUM *number = BN_bin2bn(bytes, sizeof bytes, NULL);
    bool good = number != NULL && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(cert)) != NULL;
    BN_free(number);
    return good;
}

/* A certificate without extensions and signature, and its new key. */
static bool begin(struct issued *p, const char *name, const X509_NAME *issuer, int days)
{
    p->key = EVP_EC_gen("P-256");
    p->cert = X509_new();
    if (p->key == NULL || p->cert == NULL)
        return false;
    X509_NAME *subject = X509_get_subject_name(p->cert);
    return X509_set_version(p->cert, X509_VERSION_3) == 1 && set_serial(p->cert) &&
           X509_gmtime_adj(X509_getm_notBefore(p->cert), -3600) != NULL &&
           X509_gmtime_adj(X509_getm_notAfter(p->cert), (long)days * DAY_S) != NULL &&
           X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, (const unsigned char *)name, -1,
                                      -1, 0) == 1 &&
           X509_set_issuer_name(p->cert, issuer != NULL ? issuer : subject) == 1 &&
           X509_set_pubkey(p->cert, p->key) == 1;
}

static bool make_ca(struct issued *ca)
{
    return begin(ca, "Bulla development CA", NULL, CA_DAYS) &&
           add_extension(ca->cert, ca->cert, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
           add_extension(ca->cert, ca->cert, NID_key_usage, "critical,keyCertSign,cRLSign") &&
           add_extension(ca->cert, ca->cert, NID_subject_key_identifier, "hash") &&
           X509_sign(ca->cert, ca->key, EVP_sha256()) > 0;
}

static bool make_server(struct issued *s, const struct issued *ca, const char *names)
{
    return begin(s, "localhost", X509_get_subject_name(ca->cert), SERVER_DAYS) &&
           add_extension(s->cert, ca->cert, NID_basic_constraints, "critical,CA:FALSE") &&
           add_extension(s->cert, ca->cert, NID_key_usage, "critical,digitalSignature") &&
           add_extension(s->cert, ca->cert, NID_ext_key_usage, "serverAuth") &&
           add_extension(s->cert, ca->cert, NID_subject_key_identifier, "hash") &&
           add_extension(s->cert, ca->cert, NID_authority_key_identifier, "keyid:always") &&
           add_extension(s->cert, ca->cert, NID_subject_alt_name, names) &&
           X509_sign(s->cert, ca->key, EVP_sha256()) > 0;
}

/* "DNS:localhost,IP:127.0.0.1,IP:::1" and the extra names; false for a name that is none. */
static bool list_names(char out[NAMES_MAX], const char *const *names, size_t n)
{
    static const char name_bytes[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.*:";
    size_t len = (size_t)snprintf(out, NAMES_MAX, "DNS:localhost,IP:127.0.0.1,IP:::1");
    for (size_t i = 0; i < n; i++) {
        unsigned char address[16];
        bool is_address = inet_pton(AF_INET, names[i], address) == 1 ||
                          inet_pton(AF_INET6, names[i], address) == 1;
        size_t bytes = strlen(names[i]);
        if (bytes == 0 || bytes > 253 || strspn(names[i], name_bytes) != bytes ||
            (!is_address && strchr(names[i], ':') != NULL) || len + bytes + 6 > NAMES_MAX)
            return false;
        len += (size_t)snprintf(out + len, NAMES_MAX - len, ",%s:%s", is_address ? "IP" : "DNS",
                                names[i]);
    }
    return true;
}

/* A new file under another name first, so that no one ever reads half of one. */
static FILE *open_new(const char *path, char partial[PATH_ROOM], mode_t mode)
{
    if (snprintf(partial, PATH_ROOM, "%s.new", path) >= PATH_ROOM)
        return NULL;
    unlink(partial);
    int fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    FILE *to = fd < 0 ? NULL : fdopen(fd, "w");
    if (to == NULL && fd >= 0)
        close(fd);
    return to;
}

static bool put_in_place(FILE *to, bool good, const char *partial, const char *path)
{
    good = fflush(to) == 0 && good && fsync(fileno(to)) == 0;
    good = fclose(to) == 0 && good;
    good = good && rename(partial, path) == 0;
    if (!good)
        unlink(partial);
    return good;
}

static bool save(const char *dir, const char *cert_name, const char *key_name,
                 const struct issued *p)
{
    char path[PATH_ROOM], partial[PATH_ROOM];
    if (!path_of(path, dir, key_name))
        return false;
    FILE *to = open_new(path, partial, 0600);
    if (to == NULL)
        return false;
    setvbuf(to, NULL, _IONBF, 0);
    bool good = PEM_write_PrivateKey(to, p->key, NULL, NULL, 0, NULL, NULL) == 1;
    if (!put_in_place(to, good, partial, path) || !path_of(path, dir, cert_name))
        return false;
    to = open_new(path, partial, 0644);
    return to != NULL && put_in_place(to, PEM_write_X509(to, p->cert) == 1, partial, path);
}

/* The CA that is there, borrowed from its pair for good; or a new one. */
static gw_result find_ca(const char *dir, struct issued *ca, char *reason, size_t size)
{
    char cert_path[PATH_ROOM], key_path[PATH_ROOM];
    struct cert_pair *pair = NULL;
    if (!path_of(cert_path, dir, "ca.pem") || !path_of(key_path, dir, "ca.key"))
        return gw_is(GW_BAD);
    if (access(cert_path, F_OK) == 0 && access(key_path, F_OK) == 0) {
        TRY(cert_load(cert_path, key_path, reason, size, &pair));
        ca->cert = cert_leaf(pair);
        ca->key = cert_key(pair);
        X509_up_ref(ca->cert);
        EVP_PKEY_up_ref(ca->key);
        cert_free(pair);
        return gw_is(GW_OK);
    }
    if (make_ca(ca) && save(dir, "ca.pem", "ca.key", ca))
        return gw_is(GW_OK);
    snprintf(reason, size, "%s: the CA could not be made or written", dir);
    return gw_is(GW_IO);
}

gw_result cert_dev(const char *dir, const char *const *names, size_t n, char *reason, size_t size)
{
    struct issued ca = {NULL, NULL}, server = {NULL, NULL};
    char list[NAMES_MAX];
    if (!list_names(list, names, n)) {
        snprintf(reason, size, "a name is neither a host name nor an address");
        return gw_is(GW_BAD);
    }
    if (mkdir(dir, 0700) != 0 && errno != EEXIST) {
        snprintf(reason, size, "%s: the folder cannot be made", dir);
        return gw_is(GW_IO);
    }
    ERR_clear_error();
    gw_result r = find_ca(dir, &ca, reason, size);
    if (gw_ok(r) &&
        !(make_server(&server, &ca, list) && save(dir, "server.pem", "server.key", &server))) {
        snprintf(reason, size, "%s: the server's pair could not be made or written", dir);
        r = gw_is(GW_IO);
    }
    issued_free(&ca);
    issued_free(&server);
    ERR_clear_error();
    return r;
}
