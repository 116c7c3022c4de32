/* proxy/main/option.h - the one table of options: each key of bulla.yaml a row, with its kind,
 * bounds, default, whether a reload takes it, and a sentence. --help, the man page and checks read
 * it too.
 *
 * Reads single values into the structs of config.h; what must fit together is config.c's. Values
 * lie in the reader's arena, secrets included: it is wiped when freed. Never prints a secret's
 * value. */
#ifndef PROXY_MAIN_OPTION_H
#define PROXY_MAIN_OPTION_H

#include "policies/yaml.h"
#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

/* Which map a row belongs to. */
enum option_section {
    SECTION_TOP = 0,
    SECTION_LISTEN,
    SECTION_TLS,
    SECTION_ADMIN,
    SECTION_UPSTREAM,
    SECTION_AUDIT,
    SECTION_RETENTION,
    SECTION_LIMITS,
    SECTION_LOG,
    SECTION_CALLER,
    SECTION_SINK,
    SECTION_COUNT
};

/* How a value is written, and the type of the member that takes it. */
enum option_kind {
    OPTION_TEXT = 0, /* struct slice, with a NUL behind it */
    OPTION_PATH,     /* struct slice: relative to the configuration file */
    OPTION_PATHS,    /* struct option_words of paths; "builtin:..." is left as it stands */
    OPTION_WORDS,    /* struct option_words */
    OPTION_SECRET,   /* struct slice: env:NAME or file:PATH, resolved */
    OPTION_CHOICE,   /* unsigned: index into `choices` ("keys|open") */
    OPTION_COUNT,    /* uint64_t */
    OPTION_SIZE,     /* uint64_t bytes: 512, 64k, 32m, 1g */
    OPTION_TIME,     /* uint64_t milliseconds: 250ms, 60s, 30m, 1h */
    OPTION_ADDRESS,  /* struct option_address: 127.0.0.1:8443, [::1]:8443 */
    OPTION_URL,      /* struct option_url */
    OPTION_MAP       /* a map or list of its own, read by config.c */
};

struct option_words {
    const struct slice *at;
    size_t n;
};
struct option_address {
    struct slice host; /* numeric, no brackets */
    unsigned port;
    bool is_loopback;
};
struct option_url {
    bool https;
    struct slice host; /* no brackets */
    unsigned port;
    struct slice
        authority;       /* as in a Host header: the port only where it is not the scheme's own */
    struct slice prefix; /* "" or "/x", no slash at its end */
    bool is_loopback;
};

struct option_row {
    enum option_section section;
    const char *name;
    enum option_kind kind;
    size_t at;            /* offset in the section's struct */
    uint64_t least, most; /* of counts, sizes (bytes) and times (ms) */
    const char *standard; /* default as it would be written; NULL: none */
    const char *choices;  /* of OPTION_CHOICE */
    bool required;
    bool reloads; /* a reload takes a new value; else a restart is needed */
    const char *says;
};

/* One run over a configuration file. */
struct option_reader {
    struct arena *arena;
    struct secret_store *secrets; /* what `env:` and `file:` stand for goes there */
    struct buf *complaints;
    const char *file;
    size_t faults;
    bool no_secrets; /* what `env:` and `file:` stand for is not looked at: there is none */
    bool no_memory;
};

/* The i-th row; NULL behind the last. */
const struct option_row *option_at(size_t i);
/* "limits", "tls", ...; "" for the top. */
const char *option_section_name(enum option_section section);
/* Fills the section's struct `into`: defaults, then what stands in `map` (NULL: nothing stands).
 * Unknown keys, wrong values and missing required ones are complained about. */
void option_read(struct option_reader *r, enum option_section section, const struct yaml *map,
                 void *into);
/* A complaint that counts. And one that does not: "...: warning: ...". */
void option_fault(struct option_reader *r, const struct yaml *at, const char *format, ...)
    GW_PRINTF(3, 4);
void option_warn(struct option_reader *r, const struct yaml *at, const char *format, ...)
    GW_PRINTF(3, 4);

/* Single values, as written; for tests. GW_BAD when not so written. */
GW_MUST gw_result option_size(struct slice text, uint64_t *bytes);
GW_MUST gw_result option_time(struct slice text, uint64_t *ms);
GW_MUST gw_result option_host_port(struct slice text, struct option_address *out);
/* Does what is sent to that host stay in this machine? A number, or localhost. */
bool option_is_loopback(struct slice host);
GW_MUST gw_result option_url(struct slice text, struct arena *arena, struct option_url *out);

#endif
