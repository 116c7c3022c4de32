/* audit/anchor.c - see anchor.h. OpenSSL reads and judges: ts(1) does the same. */
#include "proxy/base/base.h"
#include "audit/anchor.h"
#include "proxy/base/secret.h"

#include <openssl/ts.h>

struct anchor {
    TS_REQ *query;
};

static bool set_imprint(TS_REQ *query, struct slice bytes)
{
    struct digest d = secret_sha256(bytes);
    TS_MSG_IMPRINT *imprint = TS_MSG_IMPRINT_new();
    X509_ALGOR *algorithm = X509_ALGOR_new();
    bool good = imprint != NULL && algorithm != NULL &&
                X509_ALGOR_set0(algorithm, OBJ_nid2obj(NID_sha256), V_ASN1_NULL, NULL) == 1 &&
                TS_MSG_IMPRINT_set_algo(imprint, algorithm) == 1 &&
                TS_MSG_IMPRINT_set_msg(imprint, d.at, sizeof d.at) == 1 &&
                TS_REQ_set_msg_imprint(query, imprint) == 1; /* all of them copy */
    X509_ALGOR_free(algorithm);
    TS_MSG_IMPRINT_free(imprint);
    return good;
}

static bool set_nonce(TS_REQ *query)
{
    uint64_t random;
    ASN1_INTEGER *nonce = ASN1_INTEGER_new();
    secret_random(&random, sizeof random);
    bool good = nonce != NULL && ASN1_INTEGER_set_uint64(nonce, random >> 1) == 1 &&
                TS_REQ_set_nonce(query, nonce) == 1;
    ASN1_INTEGER_free(nonce);
    return good;
}

gw_result anchor_new(struct slice bytes, struct anchor **out)
{
    struct anchor *a = calloc(1, sizeof *a);
    if (a == NULL)
        return gw_is(GW_NO_MEMORY);
    a->query = TS_REQ_new();
    if (a->query != NULL && TS_REQ_set_version(a->query, 1) == 1 && set_imprint(a->query, bytes) &&
        set_nonce(a->query) && TS_REQ_set_cert_req(a->query, 1) == 1) {
        *out = a;
        return gw_is(GW_OK);
    }
    anchor_free(a);
    return gw_is(GW_NO_MEMORY);
}

void anchor_free(struct anchor *a)
{
    if (a == NULL)
        return;
    TS_REQ_free(a->query);
    free(a);
}

gw_result anchor_query(const struct anchor *a, struct buf *out)
{
    unsigned char *der = NULL;
    int len = i2d_TS_REQ(a->query, &der);
    if (len <= 0)
        return gw_is(GW_NO_MEMORY);
    gw_result r = buf_add(out, slice_of(der, (size_t)len));
    OPENSSL_free(der);
    return r;
}

gw_result anchor_judge(const struct anchor *a, struct slice reply, const char *ca_file)
{
    const unsigned char *at = (const unsigned char *)reply.at;
    TS_RESP *answer = reply.len > ANCHOR_MAX ? NULL : d2i_TS_RESP(NULL, &at, (long)reply.len);
    if (answer == NULL)
        return gw_is(GW_BAD);
    TS_VERIFY_CTX *check = TS_REQ_to_TS_VERIFY_CTX(a->query, NULL);
    bool good = check != NULL;
    if (good && ca_file != NULL) {
        X509_STORE *store = X509_STORE_new();
        good = store != NULL && X509_STORE_load_file(store, ca_file) == 1;
        TS_VERIFY_CTX_set_store(check, store); /* owns it now */
        TS_VERIFY_CTX_add_flags(check, TS_VFY_SIGNATURE);
    }
    good = good && TS_RESP_verify_response(check, answer) == 1;
    TS_VERIFY_CTX_free(check);
    TS_RESP_free(answer);
    return gw_is(good ? GW_OK : GW_REFUSED);
}
