/* redact/valid_secret.c - see valid_secret.h. Pure: no state, no memory, no engine. */
#include "proxy/base/base.h"
#include "redact/valid_secret.h"
#include "proxy/base/bytes.h"
#include "redact/valid.h"
#include <ctype.h>

/* What a word is made of. */
struct makeup {
    size_t upper, lower, digits, marks; /* marks: all other bytes */
    size_t breaks, blanks, high, other; /* of them: "-_./+=~%:", blanks, bytes of UTF-8, the rest */
    size_t turns;                       /* from letters to digits and back */
    bool hex;
};

static bool is_break(char c)
{
    return c != 0 && strchr("-_./+=~%:", c) != NULL;
}

static void count_mark(struct makeup *m, char c)
{
    m->marks++;
    if (is_break(c))
        m->breaks++;
    else if (c == ' ')
        m->blanks++;
    else if ((unsigned char)c >= 0x80)
        m->high++;
    else
        m->other++;
}

static struct makeup makeup_of(struct slice v)
{
    struct makeup m = {.hex = true};
    int before = 0;
    for (size_t i = 0; i < v.len; i++) {
        unsigned char c = (unsigned char)v.at[i];
        int now = isdigit(c) ? 2 : isalpha(c) ? 1 : 0;
        m.upper += isupper(c) ? 1 : 0;
        m.lower += islower(c) ? 1 : 0;
        m.digits += now == 2 ? 1 : 0;
        m.turns += now != 0 && before != 0 && now != before ? 1 : 0;
        m.hex = m.hex && isxdigit(c);
        if (now == 0)
            count_mark(&m, v.at[i]);
        before = now;
    }
    return m;
}

/* Each part between marks is letters, perhaps with a number behind them, or a number. */
static bool is_wordy(struct slice v)
{
    size_t from = 0;
    for (size_t i = 0; i <= v.len; i++) {
        if (i < v.len && !is_break(v.at[i]))
            continue;
        struct slice part = slice_cut(v, from, i);
        struct makeup m = makeup_of(part);
        if (m.turns > 1 || (m.turns == 1 && (m.digits > 4 || isdigit((unsigned char)part.at[0]))))
            return false;
        if (m.turns == 0 && m.digits == 0 && m.upper > 1 && m.lower > 1 && part.len >= 16)
            return false; /* letters at random */
        from = i + 1;
    }
    return true;
}

/* Pieces such as Entropy, Base, 36, check: of so many letters as those of names have. */
static bool is_name_of_code(struct slice v)
{
    size_t pieces = 0, len = 0;
    char before = 0;
    for (size_t i = 0; i < v.len; i++) {
        unsigned char c = (unsigned char)v.at[i];
        if (!isalnum(c)) {
            before = 0;
            continue;
        }
        bool same = before != 0 && ((islower(c) && isalpha((unsigned char)before)) ||
                                    (isupper(c) && isupper((unsigned char)before)) ||
                                    (isdigit(c) && isdigit((unsigned char)before)));
        pieces += same ? 0 : 1;
        len++;
        before = (char)c;
    }
    return pieces == 0 || len >= 3 * pieces;
}

/* Of a lock file: v1.2.3-0.2019..., sha512-... */
static bool is_version_or_sum(struct slice v)
{
    return (v.len > 3 && (v.at[0] | 0x20) == 'v' && isdigit((unsigned char)v.at[1]) &&
            slice_find_byte(slice_cut(v, 0, 5), '.') != SIZE_MAX) ||
           slice_has_prefix(v, SLICE_LIT("sha1-")) || slice_has_prefix(v, SLICE_LIT("sha256")) ||
           slice_has_prefix(v, SLICE_LIT("sha384")) || slice_has_prefix(v, SLICE_LIT("sha512"));
}

/* 2024-05-06T07:08:09, 1.2.3-4 and the like: digits and marks with few letters. */
static bool is_stamp(const struct makeup *m)
{
    return m->upper + m->lower < 3;
}

static bool is_uuid(struct slice v)
{
    return v.len == 36 && v.at[8] == '-' && v.at[13] == '-' && v.at[18] == '-' && v.at[23] == '-';
}

/* A word that could be nothing but random. */
static bool is_random(struct slice v, const struct makeup *m)
{
    if (m->hex || is_uuid(v))
        return m->turns >= 2 && valid_entropy(v) >= 2500;
    return valid_entropy(v) >= 3000 && !is_name_of_code(v);
}

/* The base64 of words, as "ZGF0YS12YWx1ZTE=" is of "data-value1"; its last letters are not asked.
 */
static bool is_encoded_words(struct slice v)
{
    char text[64];
    size_t n = 0, end = v.len >= 16 ? v.len / 4 * 4 - 4 : 0;
    unsigned bits = 0, have = 0;
    for (size_t i = 0; i < end; i++) {
        int six = bytes_base64(v.at[i]);
        if (six < 0 || n == sizeof text)
            return false;
        bits = (bits << 6 | (unsigned)six) & 0xFFFF;
        have += 6;
        if (have < 8)
            continue;
        have -= 8;
        text[n] = (char)(bits >> have & 0xFF);
        if (!isalnum((unsigned char)text[n]) && !is_break(text[n]) && text[n] != ' ')
            return false;
        n++;
    }
    return n > 0 && is_wordy(slice_of(text, n));
}

int valid_assigned(struct slice *v)
{
    if (valid_random(v) == VALID_NO || is_version_or_sum(*v) || is_encoded_words(*v))
        return VALID_NO;
    struct makeup m = makeup_of(*v);
    return m.breaks > 0 && is_wordy(*v) && v->len < 32 ? VALID_NO : VALID_YES;
}

int valid_near(struct slice *v)
{
    while (v->len > 0 && (v->at[v->len - 1] == '.' || v->at[v->len - 1] == '-'))
        v->len--;
    struct makeup m = makeup_of(*v);
    if (v->len < 15 || m.digits < 2 || is_stamp(&m) || m.marks * 4 > v->len)
        return VALID_NO;
    if (is_wordy(*v) || is_version_or_sum(*v) || is_encoded_words(*v))
        return VALID_NO;
    return is_random(*v, &m) ? VALID_YES : VALID_NO;
}

static bool is_path(struct slice v)
{
    return slice_find(v, SLICE_LIT("://")) != SIZE_MAX || v.at[0] == '/' || v.at[0] == '.' ||
           v.at[0] == '~';
}

/* More odd marks than words, calls or patterns have. */
static bool is_noisy(struct slice v, const struct makeup *m)
{
    return m->other + m->high >= 6 && m->upper + m->lower > 0 && m->blanks == 0 &&
           slice_find_byte(v, '\\') == SIZE_MAX && !isalpha((unsigned char)v.at[v.len - 1]);
}

int valid_secret(struct slice *v)
{
    struct makeup m = makeup_of(*v);
    size_t letters = m.upper + m.lower;
    if (v->len < 6 || m.blanks > 0 || is_path(*v) || valid_entropy(*v) < 2300)
        return VALID_NO;
    if (is_noisy(*v, &m))
        return VALID_YES;
    if (m.marks == 0 || is_wordy(*v)) /* plain: must look random */
        return m.digits >= 3 && letters >= 3 && m.turns >= 2 ? VALID_YES : VALID_NO;
    bool is_mixed = m.high + m.other >= 2 && m.digits + letters >= 4;
    return is_mixed || m.turns >= 3 ? VALID_YES : VALID_NO;
}

static bool has_nocase(struct slice v, struct slice word)
{
    for (size_t i = 0; i + word.len <= v.len; i++)
        if (slice_is_nocase(slice_cut(v, i, i + word.len), word))
            return true;
    return false;
}

/* f(x), a[b] */
static bool is_call(struct slice v)
{
    size_t i = 0;
    while (i < v.len && (isalnum((unsigned char)v.at[i]) || is_break(v.at[i]) ||
                         slice_find_byte(SLICE_LIT("$>\\"), v.at[i]) != SIZE_MAX))
        i++;
    return i > 0 && i < v.len && (v.at[i] == '(' || v.at[i] == '[');
}

/* $NAME, ${name}, $(command), at the begin */
static bool is_variable(struct slice v)
{
    size_t at = slice_find_byte(v, '$');
    char next = at < v.len - 1 ? v.at[at + 1] : ' ';
    bool is_first = at == 0 || (at < 3 && !isalnum((unsigned char)v.at[at - 1]));
    return is_first && (isupper((unsigned char)next) || next == '{' || next == '(' || next == '_');
}

/* %NAME%, #id, a resource's name, and what is_call() and is_variable() say. */
static bool is_code(struct slice v)
{
    return is_call(v) || is_variable(v) || slice_has_prefix(v, SLICE_LIT("arn:")) ||
           (v.at[0] == '%' && v.at[v.len - 1] == '%') || v.at[0] == '#';
}

/* A word, a sentence, a name in code. */
static bool is_plain(struct slice v)
{
    struct makeup m = makeup_of(v);
    if (m.blanks > 0 || is_path(v))
        return true;
    if (m.digits > 0)
        return false;
    return m.high > 0 || m.marks == 0 || has_nocase(v, SLICE_LIT("passw")) ||
           has_nocase(v, SLICE_LIT("secret")) || m.marks == m.breaks;
}

int valid_password(struct slice *v)
{
    while (v->len > 12 && slice_find_byte(SLICE_LIT(".,;:!?"), v->at[v->len - 1]) != SIZE_MAX)
        v->len--;
    if (v->len < 3 || is_code(*v) || slice_has_prefix(*v, SLICE_LIT("!!")) ||
        slice_find_byte(SLICE_LIT(",;)]}"), v->at[0]) != SIZE_MAX)
        return VALID_NO; /* the last one: a quote that closes was taken for one that opens */
    return is_plain(*v) ? VALID_LESS : VALID_YES;
}

int valid_password_short(struct slice *v)
{
    int score = valid_password(v);
    struct makeup m = makeup_of(*v);
    if (score != VALID_YES)
        return VALID_NO;
    if (is_noisy(*v, &m))
        return VALID_YES;
    return m.digits > 0 && m.upper + m.lower > 0 && !is_path(*v) ? VALID_YES : VALID_LESS;
}

/* Names of codings, versions and standards: words with a number that nobody chose. */
static bool is_term(struct slice v)
{
    static const char *const heads[] = {
        "base64", "base32", "base58", "base85", "utf8",  "utf-8",   "utf16", "utf-16", "md4",
        "md5",    "sha1",   "sha2",   "sha3",   "sha5",  "sha-",    "oauth", "ssh1",   "ssh2",
        "argon2", "pbkdf",  "tls1",   "tlsv1",  "http1", "http2",   "http/", "aes1",   "aes2",
        "aes-",   "x509",   "x.509",  "blake",  "rfc",   "pkcs",    "ipv4",  "ipv6",   "rsa",
        "hs256",  "rs256",  "es256",  "hmac",   "win32", "win64",   "iso",   "python", "postgres",
        "mysql",  "bcrypt", "ntlm",   "scrypt", "log4j", "ed25519", "secp",  "saml2",  "fido2",
        "web3",   "wpa2",   "wpa3",   "ascii",  "latin", "crypt",   "1pass", "level",  "openssl"};
    for (size_t i = 0; i < GW_COUNT(heads); i++) {
        struct slice head = slice_str(heads[i]);
        if (v.len < head.len || !slice_is_nocase(slice_cut(v, 0, head.len), head))
            continue;
        struct makeup m = makeup_of(slice_from(v, head.len));
        if (m.other == 0 && m.upper + m.lower <= 8)
            return true;
    }
    return false;
}

/* 8-character, 90days, 12-stellig: few digits, then small letters. */
static bool is_measure(struct slice v)
{
    size_t digits = 0;
    while (digits < v.len && isdigit((unsigned char)v.at[digits]))
        digits++;
    struct makeup behind = makeup_of(slice_from(v, digits));
    return digits > 0 && digits <= 3 && behind.digits + behind.upper + behind.other == 0;
}

/* NIST-800, COVID19, v2.1: few capitals, or a v, then a number. */
static bool is_standard(struct slice v)
{
    size_t capitals = 0;
    while (capitals < v.len && isupper((unsigned char)v.at[capitals]))
        capitals++;
    size_t name = capitals == 0 && v.at[0] == 'v' ? 1 : capitals;
    struct makeup behind = makeup_of(slice_from(v, name));
    return name > 0 && name <= 5 && behind.upper + behind.lower + behind.other == 0;
}

/* config2.yaml, db01.internal.example, ann@shop.example: ends with a dot and small letters. */
static bool is_file_or_host(struct slice v)
{
    size_t end = v.len;
    while (end > 0 && islower((unsigned char)v.at[end - 1]))
        end--;
    return end > 1 && v.len - end >= 2 && v.at[end - 1] == '.' &&
           isalnum((unsigned char)v.at[end - 2]);
}

/* Of what stands in a sentence: the marks behind it, and what JSON has put there. */
static void cut_sentence(struct slice *v)
{
    size_t at = slice_find_byte(*v, '\\');
    v->len = at < v->len ? at : v->len;
    if (v->len > 4 && v->at[v->len - 1] == '*' && v->at[v->len - 2] == '*')
        v->len -= 2;
    while (v->len > 0 && slice_find_byte(SLICE_LIT(".,;:?])}_/"), v->at[v->len - 1]) != SIZE_MAX)
        v->len--;
}

/* Marks that no password begins with. */
static bool is_torn(struct slice v)
{
    return slice_find_byte(SLICE_LIT(",;:.)]}>/"), v.at[0]) != SIZE_MAX;
}

/* A slash or bracket between two words, as in user/password. */
static bool is_joined(struct slice v)
{
    return slice_find_byte(v, '/') != SIZE_MAX || slice_find_byte(v, '(') != SIZE_MAX;
}

/* What has a name of its own in code, files, standards or measures: nobody's password. */
static bool is_known_thing(struct slice v)
{
    return is_code(v) || is_path(v) || is_uuid(v) || is_term(v) || is_measure(v) ||
           is_standard(v) || is_file_or_host(v) || has_nocase(v, SLICE_LIT("passw"));
}

/* Letters of both kinds around odd marks, and not a word with a mark behind it. */
static bool is_mixed_up(struct slice v, const struct makeup *m)
{
    bool is_within =
        m->other > 1 || !isalnum((unsigned char)v.at[0]) || isalnum((unsigned char)v.at[v.len - 1]);
    return v.len >= 7 && m->other > 0 && m->upper > 0 && m->lower > 0 && is_within && !is_joined(v);
}

/* Digits alone: no moment in seconds or milliseconds. */
static bool is_long_number(struct slice v, const struct makeup *m)
{
    return m->marks == 0 && v.len >= 6 && v.len != 10 && v.len != 13;
}

/* Letters and digits that somebody has chosen? */
static int judge_told(struct slice v, const struct makeup *m)
{
    size_t letters = m->upper + m->lower + m->high / 2;
    if (letters == 0)
        return is_long_number(v, m) ? VALID_LESS : VALID_NO;
    if (m->digits == 0)
        return is_mixed_up(v, m) ? VALID_YES : VALID_NO;
    if (is_stamp(m))
        return letters == 2 && m->marks == 0 && v.len >= 6 ? VALID_LESS : VALID_NO;
    if (is_joined(v) && m->other < 2)
        return VALID_NO;
    return v.len >= 6 || m->other > 0 ? VALID_YES : VALID_NO;
}

int valid_told(struct slice *v)
{
    cut_sentence(v);
    struct makeup m = makeup_of(*v);
    if (v->len < 5 || v->len > 64 || is_torn(*v) || is_known_thing(*v))
        return VALID_NO;
    return is_noisy(*v, &m) ? VALID_YES : judge_told(*v, &m);
}

int valid_told_brief(struct slice *v)
{
    int score = valid_told(v);
    struct makeup m = makeup_of(*v);
    return score == VALID_YES && v->len >= 6 && m.upper + m.lower + m.high >= 3 ? VALID_YES
                                                                                : VALID_NO;
}

int valid_told_marked(struct slice *v)
{
    int score = valid_told_brief(v);
    struct makeup m = makeup_of(*v);
    return m.other > 0 && (m.digits > 0 || m.other > 1) ? score : VALID_NO;
}

/* Words that a program says of a password, and kinds of things. */
static bool is_said_of_it(struct slice v)
{
    static const char *const words[] = {
        "required", "invalid",   "incorrect", "correct",  "wrong",    "empty",    "missing",
        "expired",  "weak",      "strong",    "hidden",   "secret",   "string",   "null",
        "none",     "true",      "false",     "password", "passwort", "username", "text",
        "optional", "hashed",    "encrypted", "plain",    "unknown",  "disabled", "enabled",
        "default",  "redacted",  "masked",    "valid",    "admin",    "root",     "user",
        "blank",    "temporary", "undefined", "unset",    "shared"};
    return slice_is_any(v, words, GW_COUNT(words));
}

/* More of them, in code, forms and lists; alone, or as a part of what dashes join. */
static bool is_word_of_code(struct slice v)
{
    static const char *const words[] = {
        "type",       "types",       "varchar",   "nvarchar",  "object",     "field",
        "fields",     "input",       "value",     "values",    "token",      "body",
        "request",    "response",    "result",    "results",   "param",      "params",
        "option",     "options",     "config",    "settings",  "setting",    "state",
        "props",      "event",       "error",     "errors",    "bytes",      "number",
        "boolean",    "unicode",     "nullable",  "never",     "unique",     "index",
        "hash",       "salt",        "bcrypt",    "argon",     "cipher",     "random",
        "generate",   "generated",   "generator", "changed",   "change",     "updated",
        "update",     "reset",       "forgot",    "forgotten", "pending",    "active",
        "inactive",   "rotated",     "locked",    "lock",      "unlocked",   "outline",
        "icon",       "eye",         "form",      "control",   "label",      "placeholder",
        "button",     "show",        "hide",      "toggle",    "current",    "new",
        "old",        "your",        "some",      "the",       "not",        "set",
        "read",       "only",        "write",     "auto",      "built",      "opt",
        "self",       "managed",     "defined",   "sign",      "single",     "based",
        "auth",       "login",       "logon",     "account",   "credential", "credentials",
        "manager",    "vault",       "basic",     "bearer",    "sensitive",  "secure",
        "secrets",    "plaintext",   "cleartext", "encoded",   "encode",     "decoded",
        "decrypt",    "encrypt",     "argument",  "arguments", "variable",   "prompt",
        "ignore",     "ignored",     "keep",      "same",      "above",      "below",
        "here",       "none",        "any",       "all",       "min",        "max",
        "length",     "format",      "regex",     "match",     "matches",    "validate",
        "confirm",    "available",   "supported", "provided",  "specified",  "stored",
        "external",   "internal",    "public",    "private",   "service",    "server",
        "client",     "database",    "file",      "version",   "name",       "path",
        "host",       "port",        "email",     "code",      "data",       "title",
        "text",       "info",        "note",      "example",   "sample",     "shorter",
        "longer",     "short",       "long",      "senha",     "heslo",      "kennwort",
        "wachtwoord", "passord",     "salasana",  "lozinka",   "parola",     "clave",
        "key",        "keys",        "real",      "fake",      "mock",       "test",
        "contrasena", "adgangskode", "jelszo"};
    return slice_is_any(v, words, GW_COUNT(words));
}

int valid_password_plain(struct slice *v)
{
    size_t from = 0, parts = 0;
    if (v->len < 6 || is_said_of_it(*v))
        return VALID_NO;
    for (size_t i = 0; i <= v->len; i++) {
        if (i < v->len && islower((unsigned char)v->at[i]) != 0)
            continue;
        struct slice part = slice_cut(*v, from, i);
        bool is_joint = i == v->len || v->at[i] == '-' || v->at[i] == '_';
        if (!is_joint || part.len < 3 || is_said_of_it(part) || is_word_of_code(part) ||
            has_nocase(part, SLICE_LIT("passw")))
            return VALID_NO;
        from = i + 1;
        parts++;
    }
    return parts > 1 ? VALID_YES : VALID_LESS;
}

int valid_told_quoted(struct slice *v)
{
    struct makeup m = makeup_of(*v);
    if (is_code(*v) || is_path(*v) || is_said_of_it(*v) || is_file_or_host(*v) ||
        has_nocase(*v, SLICE_LIT("passw")))
        return VALID_NO;
    if (m.blanks > 0) /* words without the marks and capitals of a message */
        return m.blanks >= 2 && m.upper <= 1 && m.other == 0 && m.digits <= 6 ? VALID_YES
                                                                              : VALID_NO;
    return v->len >= 5 && m.marks <= 2 && m.upper + m.lower + m.high >= 4 ? VALID_YES : VALID_NO;
}

int valid_column(struct slice *v)
{
    struct makeup m = makeup_of(*v);
    struct slice thing = v->at[0] == '#' && v->len > 7 ? slice_from(*v, 1) : *v; /* no colour */
    if (is_known_thing(thing) || is_said_of_it(*v))
        return VALID_NO;
    if (m.digits == v->len)
        return v->len >= 6 ? VALID_LESS : VALID_NO;
    if (is_stamp(&m))
        return m.other > 0 && v->len >= 6 ? VALID_LESS : VALID_NO;
    return (m.digits > 0 && v->len >= 5) || is_mixed_up(*v, &m) || is_noisy(*v, &m) ? VALID_YES
                                                                                    : VALID_NO;
}

int valid_netrc(struct slice *v)
{
    struct makeup m = makeup_of(*v);
    return m.digits > 0 || m.upper > 0 ? VALID_YES : VALID_NO;
}

int valid_bearer(struct slice *v)
{
    struct makeup m = makeup_of(*v);
    if (m.digits + m.upper < 2 || is_wordy(*v))
        return VALID_NO;
    return valid_entropy(*v) >= 2500 ? VALID_YES : VALID_NO;
}

int valid_der_key(struct slice *v)
{
    while (v->len > 0 && isspace((unsigned char)v->at[v->len - 1]))
        v->len--;
    return valid_entropy(*v) >= 4500 ? VALID_YES : VALID_NO;
}
