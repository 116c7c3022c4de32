/* audit/note.c - see note.h. Texts: https://c2sp.org/signed-note, https://c2sp.org/tlog-checkpoint,
 * https://c2sp.org/tlog-cosignature. */
#include "proxy/base/base.h"
#include "audit/note.h"
#include "audit/base64.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SIGNATURE = 64, WHEN = 8 };

static const struct slice dash = {"\xe2\x80\x94 ", 4}; /* an em dash and a space open a signature */

struct note_signer {
    EVP_PKEY *key;
    struct note_key public;
};

static bool is_name(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] <= 0x20 || s.at[i] == '+' || s.at[i] == 0x7f)
            return false;
    return s.len > 0 && s.len < NOTE_NAME;
}

static void set_id(struct note_key *key)
{
    unsigned char text[NOTE_NAME + 2 + 32];
    size_t n = strlen(key->name);
    memcpy(text, key->name, n);
    text[n++] = '\n';
    text[n++] = key->kind;
    memcpy(text + n, key->at, 32);
    struct digest d = secret_sha256(slice_of(text, n + 32));
    memcpy(key->id, d.at, sizeof key->id);
}

void note_vkey_write(const struct note_key *key, char out[NOTE_VKEY])
{
    unsigned char raw[33] = {key->kind};
    char hex[9], text[BASE64_LEN(33) + 1];
    memcpy(raw + 1, key->at, 32);
    secret_hex(key->id, sizeof key->id, hex);
    base64_write(raw, sizeof raw, text);
    snprintf(out, NOTE_VKEY, "%s+%s+%s", key->name, hex, text);
}

static gw_result read_vkey(struct slice text, enum note_kind kind, struct note_key *out)
{
    unsigned char raw[33];
    char again[NOTE_VKEY];
    size_t len, plus = slice_find_byte(text, '+');
    *out = (struct note_key){0};
    if (plus == SIZE_MAX || !is_name(slice_cut(text, 0, plus)) || text.len < plus + 10)
        return gw_is(GW_BAD);
    TRY(base64_read(slice_from(text, plus + 10), raw, sizeof raw, &len));
    if (len != sizeof raw || raw[0] != (unsigned char)kind)
        return gw_is(GW_BAD);
    memcpy(out->name, text.at, plus);
    memcpy(out->at, raw + 1, 32);
    out->kind = (unsigned char)kind;
    set_id(out);
    note_vkey_write(out, again);
    return gw_is(slice_is(slice_str(again), text) ? GW_OK : GW_BAD);
}

gw_result note_vkey_read(struct slice text, struct note_key *out)
{
    return read_vkey(text, NOTE_TEXT, out);
}

gw_result note_witness_read(struct slice text, struct note_key *out)
{
    return read_vkey(text, NOTE_COSIGNATURE, out);
}

static gw_result make_key(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return gw_is(GW_IO);
    FILE *to = fdopen(fd, "w");
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
    bool good = to != NULL && key != NULL &&
                PEM_write_PrivateKey(to, key, NULL, NULL, 0, NULL, NULL) == 1 && fflush(to) == 0 &&
                fsync(fd) == 0;
    EVP_PKEY_free(key);
    if (to != NULL)
        fclose(to);
    else
        close(fd);
    if (!good)
        unlink(path);
    return gw_is(good ? GW_OK : GW_IO);
}

static gw_result load_key(const char *path, struct note_signer *signer)
{
    struct stat st;
    size_t len = 32;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return gw_is(errno == ENOENT ? GW_NOT_FOUND : GW_IO);
    FILE *from = fdopen(fd, "r");
    if (from == NULL || fstat(fd, &st) != 0) {
        close(fd);
        return gw_is(GW_IO);
    }
    if ((st.st_mode & 077) == 0)
        signer->key = PEM_read_PrivateKey(from, NULL, NULL, NULL);
    fclose(from);
    if ((st.st_mode & 077) != 0)
        return gw_is(GW_REFUSED);
    if (signer->key == NULL || EVP_PKEY_get_id(signer->key) != EVP_PKEY_ED25519 ||
        EVP_PKEY_get_raw_public_key(signer->key, signer->public.at, &len) != 1 || len != 32)
        return gw_is(GW_BAD);
    return gw_is(GW_OK);
}

gw_result note_signer_open(const char *path, const char *name, bool create,
                           struct note_signer **out)
{
    if (!is_name(slice_str(name)))
        return gw_is(GW_BAD);
    struct note_signer *signer = calloc(1, sizeof *signer);
    if (signer == NULL)
        return gw_is(GW_NO_MEMORY);
    gw_result r = load_key(path, signer);
    if (r.code == GW_NOT_FOUND && create) {
        r = make_key(path);
        if (gw_ok(r))
            r = load_key(path, signer);
    }
    if (!gw_ok(r)) {
        note_signer_free(signer);
        return r;
    }
    memcpy(signer->public.name, name, strlen(name));
    signer->public.kind = NOTE_TEXT;
    set_id(&signer->public);
    *out = signer;
    return gw_is(GW_OK);
}

const struct note_key *note_signer_key(const struct note_signer *signer)
{
    return &signer->public;
}

void note_signer_free(struct note_signer *signer)
{
    if (signer == NULL)
        return;
    EVP_PKEY_free(signer->key);
    free(signer);
}

void note_signer_witness(const struct note_signer *signer, struct note_key *out)
{
    *out = signer->public;
    out->kind = NOTE_COSIGNATURE;
    set_id(out);
}

gw_result note_sign(const struct note_signer *signer, struct slice text, struct buf *out)
{
    buf_put(out, text);
    buf_put_str(out, "\n");
    return note_sign_too(signer, text, out);
}

/* A line by that key: what the signature covers, and what stands between id and signature. */
static gw_result put_line(const struct note_signer *signer, const struct note_key *key,
                          struct slice covered, struct slice between, struct buf *out)
{
    unsigned char raw[4 + WHEN + SIGNATURE];
    char base64[BASE64_LEN(sizeof raw) + 1];
    size_t len = SIGNATURE, at = 4 + between.len;
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool good =
        md != NULL && EVP_DigestSignInit(md, NULL, NULL, NULL, signer->key) == 1 &&
        EVP_DigestSign(md, raw + at, &len, (const unsigned char *)covered.at, covered.len) == 1 &&
        len == SIGNATURE;
    EVP_MD_CTX_free(md);
    if (!good)
        return gw_is(GW_UNAVAILABLE);
    memcpy(raw, key->id, 4);
    memcpy(raw + 4, between.at, between.len);
    base64_write(raw, at + SIGNATURE, base64);
    buf_put(out, dash);
    buf_put_str(out, key->name);
    buf_put_str(out, " ");
    buf_put_str(out, base64);
    buf_put_str(out, "\n");
    return buf_result(out);
}

gw_result note_sign_too(const struct note_signer *signer, struct slice text, struct buf *out)
{
    return put_line(signer, &signer->public, text, SLICE_LIT(""), out);
}

/* What a witness puts its name to. */
static gw_result put_cosigned(uint64_t when_s, struct slice text, struct buf *out)
{
    buf_put_str(out, "cosignature/v1\ntime ");
    buf_put_u64(out, when_s);
    buf_put_str(out, "\n");
    return buf_add(out, text);
}

gw_result note_cosign(const struct note_signer *signer, uint64_t when_s, struct slice text,
                      struct buf *out)
{
    unsigned char when[WHEN];
    struct note_key key;
    struct buf covered;
    note_signer_witness(signer, &key);
    for (size_t i = 0; i < WHEN; i++)
        when[i] = (unsigned char)(when_s >> (8 * (WHEN - 1 - i)));
    buf_init(&covered, NOTE_MAX);
    gw_result r = put_cosigned(when_s, text, &covered);
    if (gw_ok(r))
        r = put_line(signer, &key, buf_slice(&covered), slice_of(when, sizeof when), out);
    buf_free(&covered);
    return r;
}

static bool is_signed(const struct note_key *key, struct slice text, const unsigned char *signature)
{
    EVP_PKEY *pub = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, key->at, 32);
    EVP_MD_CTX *md = EVP_MD_CTX_new();
    bool good =
        pub != NULL && md != NULL && EVP_DigestVerifyInit(md, NULL, NULL, NULL, pub) == 1 &&
        EVP_DigestVerify(md, signature, SIGNATURE, (const unsigned char *)text.at, text.len) == 1;
    EVP_MD_CTX_free(md);
    EVP_PKEY_free(pub);
    return good;
}

static bool is_cosigned(const struct note_key *key, struct slice text, const unsigned char *at)
{
    struct buf covered;
    uint64_t when_s = 0;
    for (size_t i = 0; i < WHEN; i++)
        when_s = when_s << 8 | at[i];
    buf_init(&covered, 2 * NOTE_MAX);
    bool good = gw_ok(put_cosigned(when_s, text, &covered)) &&
                is_signed(key, buf_slice(&covered), at + WHEN);
    buf_free(&covered);
    return good;
}

/* One signature line without its newline: GW_NOT_FOUND when another key made it. */
static gw_result check_line(struct slice line, struct slice text, const struct note_key *key)
{
    unsigned char raw[2048];
    size_t len;
    if (!slice_has_prefix(line, dash))
        return gw_is(GW_BAD);
    line = slice_from(line, dash.len);
    size_t space = slice_find_byte(line, ' ');
    if (space == SIZE_MAX || !is_name(slice_cut(line, 0, space)))
        return gw_is(GW_BAD);
    TRY(base64_read(slice_from(line, space + 1), raw, sizeof raw, &len));
    if (len < 5)
        return gw_is(GW_BAD);
    if (!slice_is(slice_cut(line, 0, space), slice_str(key->name)) || memcmp(raw, key->id, 4) != 0)
        return gw_is(GW_NOT_FOUND);
    bool is_good = key->kind == NOTE_COSIGNATURE
                       ? len == 4 + WHEN + SIGNATURE && is_cosigned(key, text, raw + 4)
                       : len == 4 + SIGNATURE && is_signed(key, text, raw + 4);
    return gw_is(is_good ? GW_OK : GW_CORRUPT);
}

/* Whether every signature line is one, and one of them the key's. */
static gw_result check_lines(struct slice rest, struct slice text, const struct note_key *key)
{
    bool found = false;
    for (size_t n = 0; rest.len > 0; n++) {
        size_t end = slice_find_byte(rest, '\n');
        if (end == SIZE_MAX || n == NOTE_SIGNATURES)
            return gw_is(GW_BAD);
        gw_result r = check_line(slice_cut(rest, 0, end), text, key);
        if (!gw_ok(r) && r.code != GW_NOT_FOUND)
            return r;
        found = found || gw_ok(r);
        rest = slice_from(rest, end + 1);
    }
    return gw_is(found ? GW_OK : GW_NOT_FOUND);
}

gw_result note_open(struct slice note, const struct note_key *key, struct slice *text)
{
    size_t split = SIZE_MAX;
    if (note.len > NOTE_MAX || note.len < 4 || note.at[note.len - 1] != '\n')
        return gw_is(GW_BAD);
    for (size_t i = 0; i < note.len; i++) {
        if ((unsigned char)note.at[i] < 0x20 && note.at[i] != '\n')
            return gw_is(GW_BAD);
        if (i > 0 && note.at[i] == '\n' && note.at[i - 1] == '\n')
            split = i;
    }
    if (split == SIZE_MAX || split + 1 == note.len)
        return gw_is(GW_BAD);
    struct slice body = slice_cut(note, 0, split);
    TRY(check_lines(slice_from(note, split + 1), body, key));
    *text = body;
    return gw_is(GW_OK);
}

static bool take_line(struct slice *rest, struct slice *line)
{
    size_t end = slice_find_byte(*rest, '\n');
    if (end == SIZE_MAX)
        return false;
    *line = slice_cut(*rest, 0, end);
    *rest = slice_from(*rest, end + 1);
    return true;
}

gw_result note_checkpoint_read(struct slice text, struct note_checkpoint *out)
{
    struct slice size, root;
    size_t len;
    if (!take_line(&text, &out->origin) || !take_line(&text, &size) || !take_line(&text, &root) ||
        text.len != 0 || out->origin.len == 0)
        return gw_is(GW_BAD);
    if (size.len > 1 && size.at[0] == '0')
        return gw_is(GW_BAD);
    TRY(slice_u64(size, &out->size));
    TRY(base64_read(root, out->root.at, sizeof out->root.at, &len));
    return gw_is(len == sizeof out->root.at ? GW_OK : GW_BAD);
}

gw_result note_checkpoint_write(const struct note_checkpoint *checkpoint, struct buf *out)
{
    char root[BASE64_LEN(32) + 1];
    base64_write(checkpoint->root.at, sizeof checkpoint->root.at, root);
    buf_put(out, checkpoint->origin);
    buf_put_str(out, "\n");
    buf_put_u64(out, checkpoint->size);
    buf_put_str(out, "\n");
    buf_put_str(out, root);
    buf_put_str(out, "\n");
    return buf_result(out);
}
