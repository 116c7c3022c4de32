/* certs/store.c - see store.h: a key pair, loaded whole and checked, or a reason that names the
 * file.
 *
 * Knows nothing of listeners. cert_free() frees what cert_load() made. No pass phrase is ever asked
 * for. */
#include "proxy/base/base.h"
#include "certs/store.h"
#include "proxy/base/mode.h"

#include <fcntl.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>
#include <unistd.h>

struct cert_pair {
    X509 *leaf;
    EVP_PKEY *key;
    STACK_OF(X509) * chain; /* above the leaf, as in the file */
};

struct why_not {
    char *at;
    size_t size;
};

static gw_result refuse(struct why_not reason, const char *file, const char *text)
{
    snprintf(reason.at, reason.size, "%s: %s", file, text);
    ERR_clear_error();
    return gw_is(GW_BAD);
}

static gw_result refuse_unread(struct why_not reason, const char *file)
{
    return refuse(reason, file,
                  errno == ENOENT ? "is not there; `bulla certs dev` makes one for development"
                                  : "cannot be read");
}

static int no_phrase(char *at, int size, int writing, void *unused)
{
    (void)at;
    (void)size;
    (void)writing;
    (void)unused;
    return -1;
}

static gw_result load_certificates(struct cert_pair *p, const char *file, struct why_not reason)
{
    BIO *in = BIO_new_file(file, "re");
    if (in == NULL)
        return refuse_unread(reason, file);
    p->leaf = PEM_read_bio_X509(in, NULL, no_phrase, NULL);
    p->chain = sk_X509_new_null();
    bool good = p->leaf != NULL && p->chain != NULL;
    X509 *next = good ? PEM_read_bio_X509(in, NULL, no_phrase, NULL) : NULL;
    while (next != NULL) {
        if (sk_X509_push(p->chain, next) <= 0) {
            X509_free(next);
            good = false;
            break;
        }
        next = PEM_read_bio_X509(in, NULL, no_phrase, NULL);
    }
    /* The end of the file is the only good reason to stop. */
    if (good && ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
        good = false;
    BIO_free(in);
    ERR_clear_error();
    return good ? gw_is(GW_OK) : refuse(reason, file, "holds no PEM certificate, or a broken one");
}

static gw_result load_key(struct cert_pair *p, const char *file, struct why_not reason)
{
    struct stat facts;
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return refuse_unread(reason, file);
    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        close(fd);
        return refuse(reason, file, "is no regular file");
    }
    const char *fault = mode_fault(fd, MODE_SECRET);
    if (fault != NULL) {
        close(fd);
        return refuse(reason, file, fault);
    }
    FILE *in = fdopen(fd, "r");
    if (in == NULL) {
        close(fd);
        return refuse(reason, file, "cannot be read");
    }
    setvbuf(in, NULL, _IONBF, 0); /* no copy of the key is left in a buffer of stdio */
    p->key = PEM_read_PrivateKey(in, NULL, no_phrase, NULL);
    fclose(in);
    return p->key != NULL
               ? gw_is(GW_OK)
               : refuse(reason, file, "holds no PEM private key, or one with a pass phrase");
}

static gw_result check_pair(const struct cert_pair *p, const char *key_file, struct why_not reason)
{
    if (X509_check_private_key(p->leaf, p->key) != 1)
        return refuse(reason, key_file, "the key does not belong to the certificate");
    return gw_is(GW_OK);
}

gw_result cert_load(const char *certificate_file, const char *key_file, char *reason, size_t size,
                    struct cert_pair **out)
{
    struct why_not why_not = {reason, size};
    struct cert_pair *p = calloc(1, sizeof *p);
    if (p == NULL)
        return gw_is(GW_NO_MEMORY);
    ERR_clear_error();
    gw_result r = load_certificates(p, certificate_file, why_not);
    if (gw_ok(r))
        r = load_key(p, key_file, why_not);
    if (gw_ok(r))
        r = check_pair(p, key_file, why_not);
    if (gw_ok(r))
        *out = p;
    else
        cert_free(p);
    return r;
}

gw_result cert_read(const char *certificate_file, char *reason, size_t size, struct cert_pair **out)
{
    struct cert_pair *p = calloc(1, sizeof *p);
    if (p == NULL)
        return gw_is(GW_NO_MEMORY);
    ERR_clear_error();
    gw_result r = load_certificates(p, certificate_file, (struct why_not){reason, size});
    if (gw_ok(r))
        *out = p;
    else
        cert_free(p);
    return r;
}

void cert_free(struct cert_pair *pair)
{
    if (pair == NULL)
        return;
    X509_free(pair->leaf);
    EVP_PKEY_free(pair->key);
    sk_X509_pop_free(pair->chain, X509_free);
    free(pair);
}

static int days_until(const ASN1_TIME *when)
{
    int days = 0, seconds = 0;
    if (ASN1_TIME_diff(&days, &seconds, NULL, when) != 1)
        return -1;
    return days == 0 && seconds < 0 ? -1 : days;
}

gw_result cert_is_current(const struct cert_pair *pair, const char *certificate_file, char *reason,
                          size_t size)
{
    struct why_not why_not = {reason, size};
    if (X509_cmp_current_time(X509_get0_notAfter(pair->leaf)) < 0)
        return refuse(why_not, certificate_file, "the certificate has expired");
    if (X509_cmp_current_time(X509_get0_notBefore(pair->leaf)) > 0)
        return refuse(why_not, certificate_file, "the certificate is not valid yet");
    return gw_is(GW_OK);
}

int cert_days_left(const struct cert_pair *pair)
{
    return days_until(X509_get0_notAfter(pair->leaf));
}

static void print_names(BIO *to, const X509 *leaf)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
    BIO_puts(to, "\nnames:   ");
    for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
        BIO_puts(to, i == 0 ? "" : ", ");
        GENERAL_NAME_print(to, sk_GENERAL_NAME_value(names, i));
    }
    GENERAL_NAMES_free(names);
}

void cert_describe(const struct cert_pair *pair, char *out, size_t size)
{
    BIO *to = BIO_new(BIO_s_mem());
    char *text = NULL;
    out[0] = '\0';
    if (to == NULL)
        return;
    BIO_puts(to, "subject: ");
    X509_NAME_print_ex(to, X509_get_subject_name(pair->leaf), 0, XN_FLAG_RFC2253);
    BIO_puts(to, "\nissuer:  ");
    X509_NAME_print_ex(to, X509_get_issuer_name(pair->leaf), 0, XN_FLAG_RFC2253);
    print_names(to, pair->leaf);
    BIO_puts(to, "\nexpires: ");
    ASN1_TIME_print(to, X509_get0_notAfter(pair->leaf));
    BIO_printf(to, " (%d days)\n", cert_days_left(pair));
    long len = BIO_get_mem_data(to, &text);
    if (len > 0)
        snprintf(out, size, "%.*s", (int)len, text);
    BIO_free(to);
}

void *cert_leaf(const struct cert_pair *pair)
{
    return pair->leaf;
}

void *cert_key(const struct cert_pair *pair)
{
    return pair->key;
}

size_t cert_chain_count(const struct cert_pair *pair)
{
    return (size_t)sk_X509_num(pair->chain);
}

void *cert_chain_at(const struct cert_pair *pair, size_t i)
{
    return sk_X509_value(pair->chain, (int)i);
}
