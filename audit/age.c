/* audit/age.c - see age.h. A file is a head of lines, one part of it for each recipient, a MAC over
 * the head, a nonce, and the text in chunks:
 *
 *   age-encryption.org/v1
 *   -> X25519 <base64 of a fresh point>
 *   <base64 of the file's key, sealed>
 *   --- <base64 of the MAC> */
#include "proxy/base/base.h"
#include "audit/age.h"
#include "audit/base64.h"
#include "audit/bech32.h"
#include "audit/cipher.h"
#include "proxy/base/secret.h"

#define VERSION "age-encryption.org/v1\n"
#define KIND "-> X25519 "
#define PREFIX_PUBLIC "age"
#define PREFIX_SECRET "age-secret-key-"

enum { FILE_KEY = 16, NONCE = 16, LINE = 64, SEALED_KEY = FILE_KEY + CIPHER_TAG };

/* Of a file that was taken apart; all borrowed. */
struct parts {
    struct slice stanzas; /* behind the version's line, in front of the MAC's */
    struct slice head;    /* what the MAC is over */
    struct slice mac, body;
};

gw_result age_recipient_read(struct slice text, struct age_recipient *out)
{
    return bech32_read(text, SLICE_LIT(PREFIX_PUBLIC), out->at, sizeof out->at);
}

gw_result age_recipient_write(const struct age_recipient *r, struct buf *out)
{
    return bech32_write(SLICE_LIT(PREFIX_PUBLIC), r->at, sizeof r->at, out);
}

static struct slice take_line(struct slice *rest)
{
    size_t end = slice_find_byte(*rest, '\n');
    struct slice line = slice_cut(*rest, 0, end);
    *rest = slice_from(*rest, end == SIZE_MAX ? rest->len : end + 1);
    return line;
}

gw_result age_identities_read(struct slice text, struct age_identities *out)
{
    out->count = 0;
    while (text.len > 0) {
        struct slice line = slice_trim(take_line(&text));
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (out->count == AGE_PEOPLE)
            return gw_is(GW_TOO_BIG);
        TRY(bech32_read(line, SLICE_LIT(PREFIX_SECRET), out->at[out->count].at, AGE_POINT));
        out->count++;
    }
    return gw_is(out->count > 0 ? GW_OK : GW_BAD);
}

struct age_recipient age_recipient_of(const struct age_identity *id)
{
    struct age_recipient r;
    cipher_public(id->at, r.at);
    return r;
}

/* base64 as age writes it: without padding. At most 96 bytes. */
static void put_base64(struct buf *out, const unsigned char *at, size_t len)
{
    char text[BASE64_LEN(96) + 1];
    base64_write(at, len, text);
    size_t n = strlen(text);
    while (n > 0 && text[n - 1] == '=')
        n--;
    buf_put(out, slice_of(text, n));
}

/* Exactly len bytes. */
static bool read_base64(struct slice text, unsigned char *out, size_t len)
{
    char padded[BASE64_LEN(96) + 1];
    size_t n = text.len, got = 0;
    if (n > sizeof padded - 4 || (n > 0 && text.at[n - 1] == '='))
        return false;
    if (n > 0)
        memcpy(padded, text.at, n);
    while (n % 4 != 0)
        padded[n++] = '=';
    return gw_ok(base64_read(slice_of(padded, n), out, len, &got)) && got == len;
}

/* The key under which the file's key is sealed for one recipient. */
static void wrap_key(const unsigned char *shared, const unsigned char *fresh,
                     const unsigned char *to, unsigned char out[CIPHER_KEY])
{
    unsigned char salt[2 * AGE_POINT];
    memcpy(salt, fresh, AGE_POINT);
    memcpy(salt + AGE_POINT, to, AGE_POINT);
    cipher_derive(slice_of(shared, CIPHER_KEY), slice_of(salt, sizeof salt),
                  "age-encryption.org/v1/X25519", out);
}

static gw_result put_stanza(struct buf *out, const struct age_recipient *to,
                            const unsigned char key[FILE_KEY])
{
    unsigned char secret[CIPHER_KEY], fresh[CIPHER_KEY], shared[CIPHER_KEY], wrap[CIPHER_KEY];
    unsigned char sealed[SEALED_KEY];
    secret_random(secret, sizeof secret);
    cipher_public(secret, fresh);
    gw_result r = cipher_shared(secret, to->at, shared);
    if (gw_ok(r)) {
        wrap_key(shared, fresh, to->at, wrap);
        cipher_once(CIPHER_CHACHA, wrap, slice_of(key, FILE_KEY), sealed);
        buf_put_str(out, KIND);
        put_base64(out, fresh, sizeof fresh);
        buf_put_str(out, "\n");
        put_base64(out, sealed, sizeof sealed);
        buf_put_str(out, "\n");
    }
    secret_wipe(secret, sizeof secret);
    secret_wipe(shared, sizeof shared);
    secret_wipe(wrap, sizeof wrap);
    return r;
}

static void mac_of(const unsigned char key[FILE_KEY], struct slice head,
                   unsigned char out[CIPHER_KEY])
{
    unsigned char by[CIPHER_KEY];
    cipher_derive(slice_of(key, FILE_KEY), slice_of(NULL, 0), "header", by);
    cipher_mac(by, head, out);
    secret_wipe(by, sizeof by);
}

/* A head with these stanzas kept in front of new ones. */
static gw_result put_head(struct buf *out, struct slice kept, const struct age_recipient *to,
                          size_t n, const unsigned char key[FILE_KEY])
{
    unsigned char mac[CIPHER_KEY];
    struct buf head;
    if (n == 0 || n > AGE_PEOPLE)
        return gw_is(GW_TOO_BIG);
    buf_init(&head, AGE_HEAD);
    buf_put_str(&head, VERSION);
    buf_put(&head, kept);
    gw_result r = gw_is(GW_OK);
    for (size_t i = 0; i < n && gw_ok(r); i++)
        r = put_stanza(&head, &to[i], key);
    buf_put_str(&head, "---");
    if (gw_ok(r))
        r = buf_result(&head);
    if (gw_ok(r)) {
        mac_of(key, buf_slice(&head), mac);
        buf_put_str(&head, " ");
        put_base64(&head, mac, sizeof mac);
        buf_put_str(&head, "\n");
        r = buf_result(&head);
    }
    if (gw_ok(r))
        r = buf_add(out, buf_slice(&head));
    buf_free(&head);
    return r;
}

gw_result age_seal(const struct age_recipient *to, size_t n, struct slice text, struct buf *out)
{
    unsigned char key[FILE_KEY], nonce[NONCE], by[CIPHER_KEY];
    secret_random(key, sizeof key);
    secret_random(nonce, sizeof nonce);
    gw_result r = put_head(out, slice_of(NULL, 0), to, n, key);
    if (gw_ok(r))
        r = buf_add(out, slice_of(nonce, sizeof nonce));
    cipher_derive(slice_of(key, sizeof key), slice_of(nonce, sizeof nonce), "payload", by);
    if (gw_ok(r))
        r = cipher_stream(CIPHER_CHACHA, by, slice_of(NULL, 0), text, out);
    secret_wipe(key, sizeof key);
    secret_wipe(by, sizeof by);
    return r;
}

/* Takes a stanza's lines off; *body is its only line, or empty when it has more: none of ours. */
static bool take_stanza(struct slice *rest, struct slice *first, struct slice *body)
{
    size_t lines = 0;
    *first = take_line(rest);
    *body = slice_of(NULL, 0);
    if (!slice_has_prefix(*first, SLICE_LIT("-> ")))
        return false;
    for (;;) {
        if (rest->len == 0)
            return false;
        struct slice line = take_line(rest);
        if (line.len > LINE)
            return false;
        *body = lines++ == 0 ? line : slice_of(NULL, 0);
        if (line.len < LINE)
            return true;
    }
}

static gw_result take_apart(struct slice file, struct parts *p)
{
    struct slice rest = file, first, body;
    if (!slice_has_prefix(file, SLICE_LIT(VERSION)))
        return gw_is(GW_BAD);
    rest = slice_from(file, sizeof VERSION - 1);
    const char *from = rest.at;
    while (!slice_has_prefix(rest, SLICE_LIT("--- ")))
        if (!take_stanza(&rest, &first, &body) || (size_t)(rest.at - file.at) > AGE_HEAD)
            return gw_is(GW_BAD);
    p->stanzas = slice_of(from, (size_t)(rest.at - from));
    p->head = slice_of(file.at, (size_t)(rest.at - file.at) + 3);
    p->mac = slice_from(take_line(&rest), 4);
    p->body = rest;
    return gw_is(rest.len < NONCE + CIPHER_TAG ? GW_BAD : GW_OK);
}

static bool fits(const struct age_identity *id, const unsigned char fresh[AGE_POINT],
                 const unsigned char sealed[SEALED_KEY], unsigned char key[FILE_KEY])
{
    unsigned char shared[CIPHER_KEY], wrap[CIPHER_KEY];
    struct age_recipient own = age_recipient_of(id);
    bool is_fine = gw_ok(cipher_shared(id->at, fresh, shared));
    if (is_fine) {
        wrap_key(shared, fresh, own.at, wrap);
        is_fine = gw_ok(cipher_once_open(CIPHER_CHACHA, wrap, slice_of(sealed, SEALED_KEY), key));
    }
    secret_wipe(shared, sizeof shared);
    secret_wipe(wrap, sizeof wrap);
    return is_fine;
}

/* The file's key, and the proof that its head is as it was written. */
static gw_result find_key(const struct age_identities *ids, const struct parts *p,
                          unsigned char key[FILE_KEY])
{
    unsigned char fresh[AGE_POINT], sealed[SEALED_KEY], mac[CIPHER_KEY], said[CIPHER_KEY];
    struct slice rest = p->stanzas, first, body;
    bool is_found = false;
    while (!is_found && rest.len > 0 && take_stanza(&rest, &first, &body)) {
        if (!slice_has_prefix(first, SLICE_LIT(KIND)))
            continue;
        if (!read_base64(slice_from(first, sizeof KIND - 1), fresh, sizeof fresh) ||
            !read_base64(body, sealed, sizeof sealed))
            return gw_is(GW_BAD);
        for (size_t i = 0; !is_found && i < ids->count; i++)
            is_found = fits(&ids->at[i], fresh, sealed, key);
    }
    if (!is_found)
        return gw_is(GW_REFUSED);
    mac_of(key, p->head, mac);
    bool is_fine = read_base64(p->mac, said, sizeof said) &&
                   secret_is_equal(slice_of(mac, sizeof mac), slice_of(said, sizeof said));
    return gw_is(is_fine ? GW_OK : GW_CORRUPT);
}

gw_result age_open(const struct age_identities *ids, struct slice file, struct buf *out)
{
    unsigned char key[FILE_KEY], by[CIPHER_KEY];
    struct parts p;
    TRY(take_apart(file, &p));
    gw_result r = find_key(ids, &p, key);
    if (gw_ok(r)) {
        cipher_derive(slice_of(key, sizeof key), slice_cut(p.body, 0, NONCE), "payload", by);
        r = cipher_stream_open(CIPHER_CHACHA, by, slice_of(NULL, 0), slice_from(p.body, NONCE),
                               out);
    }
    secret_wipe(key, sizeof key);
    secret_wipe(by, sizeof by);
    return r;
}

gw_result age_add(const struct age_identities *ids, struct slice file,
                  const struct age_recipient *to, size_t n, bool is_instead, struct buf *out)
{
    unsigned char key[FILE_KEY];
    struct parts p;
    TRY(take_apart(file, &p));
    gw_result r = find_key(ids, &p, key);
    if (gw_ok(r))
        r = put_head(out, is_instead ? slice_of(NULL, 0) : p.stanzas, to, n, key);
    if (gw_ok(r))
        r = buf_add(out, p.body);
    secret_wipe(key, sizeof key);
    return r;
}
