/* proxy/main/option.c - the table and how single values are read: see option.h.
 *
 * Knows nothing of what options mean. Allocates in the reader's arena only. */
#include "proxy/base/base.h"
#include "proxy/main/option.h"
#include "proxy/base/mode.h"
#include "proxy/base/secret.h"
#include "proxy/main/config.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdarg.h>
#include <unistd.h>

#define KB (UINT64_C(1) << 10)
#define MB (UINT64_C(1) << 20)
#define GB (UINT64_C(1) << 30)
#define SECOND UINT64_C(1000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)

enum { SECRET_MAX = 8192, NAMES_MAX = 32 };

#define IN(type, member) offsetof(struct type, member)

/* clang-format off */
static const struct option_row rows[] = {
    /* section, name, kind, offset, least, most, default, choices, required, reloads, sentence */
    {SECTION_TOP, "listen",    OPTION_MAP,    0, 0, 0, NULL, NULL, true, false, "addresses that callers connect to"},
    {SECTION_TOP, "admin",     OPTION_MAP,    0, 0, 0, NULL, NULL, false, false, "where health, metrics and the console are"},
    {SECTION_TOP, "upstreams", OPTION_MAP,    0, 0, 0, NULL, NULL, true, true, "the models' backends by name"},
    {SECTION_TOP, "audit",     OPTION_MAP,    0, 0, 0, NULL, NULL, false, false, "where and how exchanges are recorded"},
    {SECTION_TOP, "limits",    OPTION_MAP,    0, 0, 0, NULL, NULL, false, true, "how large and how long things may be"},
    {SECTION_TOP, "callers",   OPTION_MAP,    0, 0, 0, NULL, NULL, false, true, "headers in which an application, by name or '*', may say whom it asks for"},
    {SECTION_TOP, "sinks",     OPTION_MAP,    0, 0, 0, NULL, NULL, false, true, "where records are sent, by a name of your own"},
    {SECTION_TOP, "log",       OPTION_MAP,    0, 0, 0, NULL, NULL, false, true, "the program's own log"},
    {SECTION_TOP, "policies",  OPTION_PATHS,  IN(config, policies), 0, 0, NULL, NULL, false, true, "policy files in order; builtin:default when none is given"},
    {SECTION_TOP, "auth",      OPTION_CHOICE, IN(config, auth), 0, 0, "keys", "keys|open|passthrough", false, true, "how callers prove who they are; open on loopback only"},
    {SECTION_TOP, "keys",      OPTION_PATH,   IN(config, keys), 0, 0, "keys", NULL, false, true, "file of application keys, hashed: see `bulla key`"},
    {SECTION_TOP, "token_key", OPTION_SECRET, IN(config, token_key), 0, 0, NULL, NULL, false, true, "secret that tokens are derived from; random at each start when not given"},
    {SECTION_TOP, "threads",   OPTION_COUNT,  IN(config, threads), 0, 256, "0", NULL, false, true, "worker threads; 0: one a core"},

    {SECTION_LISTEN, "address", OPTION_ADDRESS, IN(config_listen, address), 0, 0, NULL, NULL, true, false, "numeric address and port, such as 0.0.0.0:8443 or [::1]:8443"},
    {SECTION_LISTEN, "tls",     OPTION_MAP, 0, 0, 0, NULL, NULL, false, true, "certificate and key; plain HTTP when not given"},

    {SECTION_TLS, "certificate", OPTION_PATH, IN(config_tls, certificate), 0, 0, NULL, NULL, true, true, "PEM file: the server's certificate, then its issuers'"},
    {SECTION_TLS, "key",         OPTION_PATH, IN(config_tls, key), 0, 0, NULL, NULL, true, true, "PEM file: the certificate's private key"},
    {SECTION_TLS, "client_ca",   OPTION_PATH, IN(config_tls, client_ca), 0, 0, NULL, NULL, false, true, "PEM file: callers need a certificate of this CA, beside what auth asks for"},

    {SECTION_ADMIN, "address", OPTION_ADDRESS, IN(config_admin, address), 0, 0, "127.0.0.1:8444", NULL, false, false, "numeric address and port, never one of `listen`"},

    {SECTION_UPSTREAM, "dialect", OPTION_CHOICE, IN(config_upstream, dialect), 0, 0, NULL, "openai|anthropic|gemini|ollama|demo", true, true, "the API that it speaks"},
    {SECTION_UPSTREAM, "url",     OPTION_URL,    IN(config_upstream, url), 0, 0, NULL, NULL, false, true, "https://host[:port][/prefix]; http:// for machines of your own"},
    {SECTION_UPSTREAM, "key",     OPTION_SECRET, IN(config_upstream, key), 0, 0, NULL, NULL, false, true, "env:NAME or file:PATH of the provider's key, never the key itself"},
    {SECTION_UPSTREAM, "trust",   OPTION_CHOICE, IN(config_upstream, trust), 0, 0, "closed", "closed|local", false, true, "local: runs in your own house; closed: somebody else's"},
    {SECTION_UPSTREAM, "private", OPTION_CHOICE, IN(config_upstream, is_private), 0, 0, "false", "false|true", false, true, "its name may stand for an address of this house although it is closed"},
    {SECTION_UPSTREAM, "model",   OPTION_TEXT,   IN(config_upstream, model), 0, 0, NULL, NULL, false, true, "replaces the model that was asked for"},
    {SECTION_UPSTREAM, "apis",    OPTION_WORDS,  IN(config_upstream, apis), 0, 0, NULL, NULL, false, true, "chat, messages, count_tokens, completions, ...; by the dialect when not given"},
    {SECTION_UPSTREAM, "models",  OPTION_WORDS,  IN(config_upstream, models), 0, 0, NULL, NULL, false, true, "names that /v1/models shows"},
    {SECTION_UPSTREAM, "prices",  OPTION_WORDS,  IN(config_upstream, price_words), 0, 0, NULL, NULL, false, true, "what its models cost: 'gpt-4o* 2.50 10 1.25', for a million tokens asked, answered and cached; told as cost_micro, in millionths"},
    {SECTION_UPSTREAM, "ca",      OPTION_PATH,   IN(config_upstream, ca), 0, 0, NULL, NULL, false, true, "PEM file of the CA that it is verified against; the system's when not given"},

    {SECTION_AUDIT, "dir",        OPTION_PATH,   IN(config_audit, dir), 0, 0, "/var/lib/bulla/audit", NULL, false, false, "directory of the audit log"},
    {SECTION_AUDIT, "spare_dir",  OPTION_PATH,   IN(config_audit, spare_dir), 0, 0, NULL, NULL, false, false, "directory on another disk, where the log goes on when its own one fails"},
    {SECTION_AUDIT, "durability", OPTION_CHOICE, IN(config_audit, durability), 0, 0, "strict", "strict|sync|async", false, false, "what must be on disk before an exchange goes on"},
    {SECTION_AUDIT, "capture",    OPTION_CHOICE, IN(config_audit, capture), 0, 0, "meta", "meta|findings|redacted|full", false, true, "how much of the content is kept, sealed for reviewers"},
    {SECTION_AUDIT, "reviewers",  OPTION_WORDS,  IN(config_audit, reviewers), 0, 0, NULL, NULL, false, true, "age recipients, each of whom may unseal what was captured"},
    {SECTION_AUDIT, "payload",    OPTION_SIZE,   IN(config_audit, payload), 1 * KB, 56 * KB, "56k", NULL, false, true, "bytes that are kept of one text; of a longer one its two ends"},

    {SECTION_AUDIT, "retention",  OPTION_MAP,    0, 0, 0, NULL, NULL, false, true, "how long what is kept is kept, or a profile (standard, hipaa): ended by `bulla audit prune -c`, daily by a timer"},

    {SECTION_RETENTION, "payloads",    OPTION_TIME, IN(config_retention, payloads), HOUR, 36500 * DAY, "30d", NULL, false, true, "sealed texts: then their keys are deleted and they are overwritten"},
    {SECTION_RETENTION, "disclosures", OPTION_TIME, IN(config_retention, disclosures), HOUR, 36500 * DAY, "400d", NULL, false, true, "who, from where and what was found in exchanges: then overwritten; leaves and proofs stay"},

    {SECTION_RETENTION, "leaves",      OPTION_TIME, IN(config_retention, leaves), HOUR, 36500 * DAY, "400d", NULL, false, true, "what names nobody (HIPAA: 2192d): then entry bundles are removed; hash tiles and proofs stay"},

    {SECTION_LIMITS, "request_body",  OPTION_SIZE,  IN(config_limits, request_body), 1 * KB, 1 * GB, "32m", NULL, false, true, "bytes of a request's body, decoded"},
    {SECTION_LIMITS, "answer_body",   OPTION_SIZE,  IN(config_limits, answer_body), 1 * KB, 1 * GB, "64m", NULL, false, true, "bytes of an answer that is not a stream, decoded"},
    {SECTION_LIMITS, "event",         OPTION_SIZE,  IN(config_limits, event), 1 * KB, 64 * MB, "1m", NULL, false, true, "bytes of one event of a stream"},
    {SECTION_LIMITS, "json_keys",     OPTION_COUNT, IN(config_limits, json_keys), 100, 400000, "100000", NULL, false, true, "keys of a request's JSON, in all of its objects together"},
    {SECTION_LIMITS, "head",          OPTION_SIZE,  IN(config_limits, head), 1 * KB, 32 * KB, "32k", NULL, false, true, "bytes of a request's line and headers"},
    {SECTION_LIMITS, "memory",        OPTION_SIZE,  IN(config_limits, memory), 16 * MB, 1024 * GB, "1g", NULL, false, true, "bytes that all exchanges together may take; from 90 % on, new ones are refused"},
    {SECTION_LIMITS, "header_time",   OPTION_TIME,  IN(config_limits, header_time), SECOND, HOUR, "10s", NULL, false, true, "until a request's headers are there"},
    {SECTION_LIMITS, "body_time",     OPTION_TIME,  IN(config_limits, body_time), SECOND, HOUR, "10s", NULL, false, true, "for each KiB of a request's body"},
    {SECTION_LIMITS, "connect",       OPTION_TIME,  IN(config_limits, connect), 100, 5 * MINUTE, "5s", NULL, false, true, "until an upstream is connected"},
    {SECTION_LIMITS, "first_byte",    OPTION_TIME,  IN(config_limits, first_byte), SECOND, 24 * HOUR, "2m", NULL, false, true, "until an upstream's answer begins; more for models that think long before they answer whole"},
    {SECTION_LIMITS, "idle",          OPTION_TIME,  IN(config_limits, idle), SECOND, 24 * HOUR, "60s", NULL, false, true, "between two pieces of an answer; not the wait for its first byte"},
    {SECTION_LIMITS, "stream_time",   OPTION_TIME,  IN(config_limits, stream_time), SECOND, 24 * HOUR, "30m", NULL, false, true, "the whole of an answer"},
    {SECTION_LIMITS, "keep_alive",    OPTION_TIME,  IN(config_limits, keep_alive), SECOND, HOUR, "75s", NULL, false, true, "a caller's connection without a request"},
    {SECTION_LIMITS, "write_time",    OPTION_TIME,  IN(config_limits, write_time), SECOND, HOUR, "30s", NULL, false, true, "for a caller to take some of what waits for it"},
    {SECTION_LIMITS, "record_time",   OPTION_TIME,  IN(config_limits, record_time), SECOND, HOUR, "10s", NULL, false, true, "for a record to be on disk; then its exchange is refused or cut, and new ones are until the disk moves again"},
    {SECTION_LIMITS, "drain",         OPTION_TIME,  IN(config_limits, drain), 0, 24 * HOUR, "30s", NULL, false, true, "for exchanges to end when the program is told to"},
    {SECTION_LIMITS, "connections",   OPTION_COUNT, IN(config_limits, connections), 1, 1000000, "10000", NULL, false, true, "callers' connections at once"},
    {SECTION_LIMITS, "upstream_idle", OPTION_COUNT, IN(config_limits, upstream_idle), 0, 10000, "64", NULL, false, true, "idle connections kept for each upstream and thread"},

    {SECTION_CALLER, "person",  OPTION_TEXT, IN(config_caller, person), 0, 0, NULL, NULL, false, true, "header that names the person; recorded as a keyed pseudonym. Without it the body's own field is"},
    {SECTION_CALLER, "session", OPTION_TEXT, IN(config_caller, session), 0, 0, NULL, NULL, false, true, "header that names the session; recorded as a keyed pseudonym"},
    {SECTION_CALLER, "agent",   OPTION_TEXT, IN(config_caller, agent), 0, 0, NULL, NULL, false, true, "header that names the agent program, and after a blank those of its id and instance; recorded as they are"},

    {SECTION_SINK, "kind",     OPTION_CHOICE, IN(config_sink, kind), 0, 0, NULL, "jsonl|syslog|otlp|splunk|elastic|kafka|spans", true, true, "what it speaks: see audit/README.md"},
    {SECTION_SINK, "to",       OPTION_TEXT,   IN(config_sink, to), 0, 0, NULL, NULL, true, true, "tcp:// tls:// http:// https:// HOST:PORT; of jsonl an absolute path of a regular file, or '-'; Kafka's brokers at no port that is not named here"},
    {SECTION_SINK, "form",     OPTION_CHOICE, IN(config_sink, form), 0, 0, "standard", "standard|ocsf|cef|leaf", false, true, "how a record is written; standard: leaf for jsonl, otlp for otlp, else ocsf"},
    {SECTION_SINK, "token",    OPTION_SECRET, IN(config_sink, token), 0, 0, NULL, NULL, false, true, "env:NAME or file:PATH, for Splunk and Elasticsearch; Kafka's is USER:PASSWORD"},
    {SECTION_SINK, "ca",       OPTION_PATH,   IN(config_sink, ca), 0, 0, NULL, NULL, false, true, "PEM file of the CA that it is verified against; the system's when not given"},
    {SECTION_SINK, "index",    OPTION_TEXT,   IN(config_sink, index), 0, 0, "bulla-audit", NULL, false, true, "index of Elasticsearch, topic of Kafka"},
    {SECTION_SINK, "with",     OPTION_WORDS,  IN(config_sink, with), 0, 0, NULL, NULL, false, true, "findings: of what was blocked or flagged, an event too"},
    {SECTION_SINK, "patience", OPTION_TIME,   IN(config_sink, patience), SECOND, 10 * MINUTE, "30s", NULL, false, true, "for the sink to take a batch; then it comes again"},

    {SECTION_LOG, "level", OPTION_CHOICE, IN(config_log, level), 0, 0, "info", "debug|info|warn|error|silent", false, true, "the least that is logged"},
};
/* clang-format on */

/* A row that opens a section is no option: it has neither value nor default. */
static_assert(GW_COUNT(rows) - (SECTION_COUNT - 1) < 60, "fewer than 60 options");

const struct option_row *option_at(size_t i)
{
    return i < GW_COUNT(rows) ? &rows[i] : NULL;
}

const char *option_section_name(enum option_section section)
{
    static const char *const names[SECTION_COUNT] = {
        "",       "listen", "listen.tls", "admin", "upstreams", "audit", "audit.retention",
        "limits", "log",    "callers",    "sinks"};
    return names[section];
}

static void GW_PRINTF(4, 0) complain(struct option_reader *r, const struct yaml *at,
                                     const char *mark, const char *format, va_list values)
{
    char line[500];
    if (vsnprintf(line, sizeof line, format, values) < 0)
        line[0] = '\0';
    yaml_complain(r->complaints, r->file, at, "%s%s", mark, line);
}

void option_fault(struct option_reader *r, const struct yaml *at, const char *format, ...)
{
    va_list values;
    r->faults++;
    va_start(values, format);
    complain(r, at, "", format, values);
    va_end(values);
}

void option_warn(struct option_reader *r, const struct yaml *at, const char *format, ...)
{
    va_list values;
    va_start(values, format);
    complain(r, at, "warning: ", format, values);
    va_end(values);
}

/* Digits, then one of the units; each unit's worth beside it. */
struct unit {
    const char *name;
    uint64_t worth;
};

static gw_result with_unit(struct slice text, const struct unit *units, uint64_t *out)
{
    size_t digits = 0;
    uint64_t n = 0;
    while (digits < text.len && text.at[digits] >= '0' && text.at[digits] <= '9')
        digits++;
    TRY(slice_u64(slice_cut(text, 0, digits), &n));
    for (; units->name != NULL; units++) {
        if (!slice_is(slice_from(text, digits), slice_str(units->name)))
            continue;
        if (n > UINT64_MAX / units->worth)
            return gw_is(GW_TOO_BIG);
        *out = n * units->worth;
        return gw_is(GW_OK);
    }
    return gw_is(GW_BAD);
}

gw_result option_size(struct slice text, uint64_t *bytes)
{
    static const struct unit units[] = {{"", 1}, {"k", KB}, {"m", MB}, {"g", GB}, {NULL, 0}};
    return with_unit(text, units, bytes);
}

gw_result option_time(struct slice text, uint64_t *ms)
{
    static const struct unit units[] = {{"ms", 1},   {"s", SECOND}, {"m", MINUTE},
                                        {"h", HOUR}, {"d", DAY},    {NULL, 0}};
    if (slice_is(text, SLICE_LIT("0"))) {
        *ms = 0;
        return gw_is(GW_OK);
    }
    return with_unit(text, units, ms);
}

/* "host:port" or "[host]:port"; without a port, *port is left as it is. */
static gw_result split_port(struct slice text, struct slice *host, unsigned *port)
{
    uint64_t n = 0;
    struct slice rest;
    if (text.len > 0 && text.at[0] == '[') {
        size_t end = slice_find_byte(text, ']');
        if (end == SIZE_MAX)
            return gw_is(GW_BAD);
        *host = slice_cut(text, 1, end);
        rest = slice_from(text, end + 1);
    } else {
        size_t end = slice_find_byte(text, ':');
        *host = end == SIZE_MAX ? text : slice_cut(text, 0, end);
        rest = end == SIZE_MAX ? slice_from(text, text.len) : slice_from(text, end);
    }
    if (host->len == 0 || host->len > 253)
        return gw_is(GW_BAD);
    if (rest.len == 0)
        return gw_is(GW_OK);
    if (rest.at[0] != ':')
        return gw_is(GW_BAD);
    TRY(slice_u64(slice_from(rest, 1), &n));
    if (n > 65535)
        return gw_is(GW_BAD);
    *port = (unsigned)n;
    return gw_is(GW_OK);
}

/* Is it a number of either family, and does it stay in this machine? */
static bool is_numeric(struct slice host, bool *is_loopback)
{
    char text[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    static const unsigned char v6_loopback[16] = {[15] = 1};
    *is_loopback = false;
    if (host.len >= sizeof text)
        return false;
    memcpy(text, host.at, host.len);
    text[host.len] = '\0';
    if (inet_pton(AF_INET, text, bytes) == 1) {
        *is_loopback = bytes[0] == 127;
        return true;
    }
    if (inet_pton(AF_INET6, text, bytes) != 1)
        return false;
    *is_loopback = memcmp(bytes, v6_loopback, sizeof v6_loopback) == 0;
    return true;
}

gw_result option_host_port(struct slice text, struct option_address *out)
{
    struct option_address a = {.port = UINT_MAX};
    TRY(split_port(text, &a.host, &a.port));
    if (a.port == UINT_MAX || !is_numeric(a.host, &a.is_loopback))
        return gw_is(GW_BAD);
    *out = a;
    return gw_is(GW_OK);
}

static bool is_url_text(struct slice s, const char *also)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!plain && (c == '\0' || strchr(also, c) == NULL))
            return false;
    }
    return true;
}

bool option_is_loopback(struct slice host)
{
    bool loops = false;
    if (is_numeric(host, &loops))
        return loops;
    return slice_is_nocase(host, SLICE_LIT("localhost"));
}

static gw_result keep_url(struct option_url *u, struct slice authority, struct arena *arena)
{
    u->host = arena_copy(arena, u->host);
    u->prefix = arena_copy(arena, u->prefix);
    u->authority = arena_copy(arena, authority);
    bool kept = u->host.at != NULL && u->prefix.at != NULL && u->authority.at != NULL;
    return gw_is(kept ? GW_OK : GW_NO_MEMORY);
}

gw_result option_url(struct slice text, struct arena *arena, struct option_url *out)
{
    struct option_url u = {.https = slice_has_prefix(text, SLICE_LIT("https://"))};
    if (!u.https && !slice_has_prefix(text, SLICE_LIT("http://")))
        return gw_is(GW_BAD);
    struct slice rest = slice_from(text, u.https ? 8 : 7);
    size_t slash = slice_find_byte(rest, '/');
    struct slice authority = slice_cut(rest, 0, slash);
    u.prefix = slice_from(rest, slash);
    while (slice_has_suffix(u.prefix, SLICE_LIT("/")))
        u.prefix.len--;
    unsigned standard = u.https ? 443 : 80;
    u.port = standard;
    TRY(split_port(authority, &u.host, &u.port));
    if (u.port == 0 || !is_url_text(u.host, ".-_:") || !is_url_text(u.prefix, "/.-_~"))
        return gw_is(GW_BAD);
    bool bracketed = authority.at[0] == '[';
    if (u.port == standard)
        authority = slice_cut(authority, 0, u.host.len + (bracketed ? 2 : 0));
    u.is_loopback = option_is_loopback(u.host);
    TRY(keep_url(&u, authority, arena));
    *out = u;
    return gw_is(GW_OK);
}

static struct slice keep(struct option_reader *r, struct slice s)
{
    struct slice copy = arena_copy(r->arena, s);
    if (copy.at == NULL)
        r->no_memory = true;
    return copy;
}

/* Relative paths are relative to the folder of the configuration file. */
static struct slice path_of(struct option_reader *r, struct slice text)
{
    char path[PATH_MAX];
    const char *slash = strrchr(r->file, '/');
    if (slash == NULL || text.len == 0 || text.at[0] == '/' ||
        slice_has_prefix(text, SLICE_LIT("builtin:")))
        return keep(r, text);
    int n = snprintf(path, sizeof path, "%.*s%.*s", (int)(slash + 1 - r->file), r->file,
                     (int)text.len, text.at);
    if (n < 0 || (size_t)n >= sizeof path)
        return keep(r, text);
    return keep(r, slice_of(path, (size_t)n));
}

static void read_words(struct option_reader *r, const struct yaml *v, bool paths,
                       struct option_words *out)
{
    size_t n = v->kind == YAML_LIST ? v->count : 1;
    struct slice *at = arena_array(r->arena, n + 1, sizeof *at);
    const struct yaml *m = v->kind == YAML_LIST ? v->first : v;
    if (at == NULL) {
        r->no_memory = true;
        return;
    }
    for (size_t i = 0; i < n && m != NULL; i++, m = m->next) {
        if (m->kind != YAML_TEXT || m->text.len == 0)
            option_fault(r, m, "text is needed here");
        at[i] = paths ? path_of(r, m->text) : keep(r, m->text);
    }
    *out = (struct option_words){at, n};
}

static void read_choice(struct option_reader *r, const struct yaml *at, const char *choices,
                        struct slice text, unsigned *out)
{
    const char *c = choices;
    for (unsigned i = 0; *c != '\0'; i++) {
        size_t len = strcspn(c, "|");
        if (slice_is(text, slice_of(c, len))) {
            *out = i;
            return;
        }
        c += len + (c[len] == '|');
    }
    option_fault(r, at, "one of these is needed here: %s", choices);
}

/* A secret goes into headers: visible ASCII only. */
static bool is_secret_text(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (s.at[i] < 0x21 || s.at[i] > 0x7e)
            return false;
    return s.len > 0;
}

static struct slice keep_secret(struct option_reader *r, struct slice s)
{
    struct slice copy = secret_store_keep(r->secrets, s);
    if (copy.at == NULL)
        r->no_memory = true;
    return copy;
}

static void read_secret_file(struct option_reader *r, const struct yaml *at, struct slice path,
                             struct slice *out)
{
    char text[SECRET_MAX];
    struct slice full = path_of(r, path);
    if (full.at == NULL)
        return;
    int fd = open(full.at, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    const char *fault = fd < 0 ? NULL : mode_fault(fd, MODE_SECRET);
    ssize_t n = fd < 0 ? -1 : fault != NULL ? 0 : read(fd, text, sizeof text);
    if (fault != NULL)
        option_fault(r, at, "%s: %s", full.at, fault);
    if (n < 0)
        option_fault(r, at, "%s cannot be read: %s", full.at, strerror(errno));
    if (n == (ssize_t)sizeof text)
        option_fault(r, at, "%s is too large for a secret", full.at);
    if (fd >= 0)
        close(fd);
    if (n < 0 || fault != NULL)
        return;
    *out = keep_secret(r, slice_trim(slice_of(text, (size_t)n)));
    secret_wipe(text, sizeof text);
    if (!is_secret_text(*out))
        option_fault(r, at, "%s is empty, or holds more than one word", full.at);
}

static void read_secret(struct option_reader *r, const struct yaml *at, struct slice text,
                        struct slice *out)
{
    bool is_reference =
        slice_has_prefix(text, SLICE_LIT("file:")) || slice_has_prefix(text, SLICE_LIT("env:"));
    if (is_reference && r->no_secrets)
        return;
    if (slice_has_prefix(text, SLICE_LIT("file:"))) {
        read_secret_file(r, at, slice_from(text, 5), out);
    } else if (slice_has_prefix(text, SLICE_LIT("env:"))) {
        const char *name = text.at + 4; /* texts of the tree end with a NUL */
        const char *value = getenv(name);
        if (value == NULL || !is_secret_text(slice_str(value)))
            option_fault(r, at, "the environment's %s is not set, or is no single word", name);
        else
            *out = keep_secret(r, slice_str(value));
    } else {
        option_fault(r, at, "a secret is never written here: env:NAME or file:PATH");
    }
}

static void read_number(struct option_reader *r, const struct option_row *row,
                        const struct yaml *at, struct slice text, uint64_t *out)
{
    static const char *const forms[] = {"a number", "a size such as 64k or 32m",
                                        "a time such as 250ms, 60s or 30m"};
    uint64_t n = 0;
    size_t form = row->kind == OPTION_SIZE ? 1 : row->kind == OPTION_TIME ? 2 : 0;
    gw_result got = form == 1   ? option_size(text, &n)
                    : form == 2 ? option_time(text, &n)
                                : slice_u64(text, &n);
    if (!gw_ok(got))
        option_fault(r, at, "'%s' is %s", row->name, forms[form]);
    else if (n < row->least || n > row->most)
        option_fault(r, at, "'%s' is out of bounds: %llu to %llu%s", row->name,
                     (unsigned long long)row->least, (unsigned long long)row->most,
                     form == 1   ? " bytes"
                     : form == 2 ? " ms"
                                 : "");
    else
        *out = n;
}

static void read_address(struct option_reader *r, const struct yaml *at, struct slice text,
                         struct option_address *out)
{
    if (!gw_ok(option_host_port(text, out)))
        option_fault(r, at, "a numeric address and a port are needed here: 127.0.0.1:8443");
    else
        out->host = keep(r, out->host);
}

static void read_text(struct option_reader *r, const struct option_row *row, const struct yaml *at,
                      struct slice text, char *into)
{
    void *to = into + row->at;
    switch (row->kind) {
    case OPTION_TEXT:
        *(struct slice *)to = keep(r, text);
        break;
    case OPTION_PATH:
        *(struct slice *)to = path_of(r, text);
        break;
    case OPTION_SECRET:
        read_secret(r, at, text, to);
        break;
    case OPTION_CHOICE:
        read_choice(r, at, row->choices, text, to);
        break;
    case OPTION_COUNT:
    case OPTION_SIZE:
    case OPTION_TIME:
        read_number(r, row, at, text, to);
        break;
    case OPTION_ADDRESS:
        read_address(r, at, text, to);
        break;
    case OPTION_URL:
        if (!gw_ok(option_url(text, r->arena, to)))
            option_fault(r, at, "a URL is needed here: https://host[:port][/prefix]");
        break;
    default:
        break;
    }
}

static void read_row(struct option_reader *r, const struct option_row *row, const struct yaml *v,
                     char *into)
{
    if (row->kind == OPTION_MAP)
        return;
    if (row->kind == OPTION_WORDS || row->kind == OPTION_PATHS) {
        if (v->kind == YAML_MAP)
            option_fault(r, v, "'%s' takes a list: %s", row->name, row->says);
        else
            read_words(r, v, row->kind == OPTION_PATHS, (void *)(into + row->at));
        return;
    }
    if (v->kind != YAML_TEXT || v->text.len == 0)
        option_fault(r, v, "'%s' takes one value: %s", row->name, row->says);
    else
        read_text(r, row, v, v->text, into);
}

static void check_names(struct option_reader *r, enum option_section section,
                        const struct yaml *map)
{
    const char *names[NAMES_MAX + 1] = {NULL};
    size_t n = 0;
    for (size_t i = 0; i < GW_COUNT(rows) && n < NAMES_MAX; i++)
        if (rows[i].section == section)
            names[n++] = rows[i].name;
    for (const struct yaml *m = map->first; m != NULL; m = m->next) {
        struct yaml key = {.line = m->key_line, .column = m->key_column};
        const char *near = yaml_nearest(m->key, names);
        size_t i = 0;
        while (i < n && !slice_is(m->key, slice_str(names[i])))
            i++;
        if (i < n)
            continue;
        option_fault(r, &key,
                     near != NULL ? "unknown key '%.*s'; did you mean '%s'?"
                                  : "unknown key '%.*s'%s",
                     (int)(m->key.len < 60 ? m->key.len : 60), m->key.at, near != NULL ? near : "");
    }
}

void option_read(struct option_reader *r, enum option_section section, const struct yaml *map,
                 void *into)
{
    if (map != NULL && map->kind != YAML_MAP) {
        option_fault(r, map, "a map with keys is needed here");
        map = NULL;
    }
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        const struct option_row *row = &rows[i];
        if (row->section != section)
            continue;
        const struct yaml *v = yaml_member(map, row->name);
        if (v == NULL && row->required)
            option_fault(r, map, "'%s' is needed here: %s", row->name, row->says);
        if (v != NULL)
            read_row(r, row, v, into);
        else if (row->standard != NULL)
            read_text(r, row, map, slice_str(row->standard), into);
    }
    if (map != NULL)
        check_names(r, section, map);
}
