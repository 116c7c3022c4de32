/* proxy/main/config.h - bulla.yaml as structs: CONTRACT.md "Config". Immutable after config_load().
 *
 * Knows nothing of sockets, policies and certificates: names of files only, resolved against the
 * folder of the configuration file. Secrets are resolved here and nowhere else; the locked memory
 * that holds them is wiped by config_free(). All slices have a NUL behind them, so slice.at is a C
 * string. */
#ifndef PROXY_MAIN_CONFIG_H
#define PROXY_MAIN_CONFIG_H

#include "audit/age.h"
#include "audit/record.h"
#include "policies/policy.h"
#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"
#include "proxy/gate/price.h"
#include "proxy/main/option.h"
#include "proxy/main/sink.h"

enum config_dialect {
    CONFIG_OPENAI = 0,
    CONFIG_ANTHROPIC,
    CONFIG_GEMINI,
    CONFIG_OLLAMA,
    CONFIG_DEMO
};
enum config_auth { CONFIG_KEYS = 0, CONFIG_OPEN, CONFIG_PASSTHROUGH };

struct config_tls {
    struct slice certificate, key, client_ca; /* paths; empty: none */
};

struct config_listen {
    struct option_address address;
    struct config_tls tls; /* certificate empty: plain HTTP */
};

struct config_admin {
    struct option_address address;
};

struct config_upstream {
    struct slice name;
    unsigned dialect;           /* enum config_dialect */
    struct slice dialect_name;  /* its word */
    struct option_url url;      /* empty host for the demo dialect without a url */
    struct slice key;           /* the secret itself; empty: none is sent */
    unsigned trust;             /* enum trust */
    unsigned is_private;        /* 1: its name may stand for a private address although closed */
    struct slice model;         /* replaces the request's; empty: left as asked */
    struct option_words apis;   /* words: chat, messages, ...; never empty */
    struct option_words models; /* names for /v1/models; may be empty */
    struct option_words price_words;
    struct price *prices; /* the same, read */
    struct slice ca;      /* path; empty: the system's store */
};

struct config_retention {
    uint64_t payloads, disclosures, leaves; /* ms */
};

struct config_audit {
    struct slice dir, spare_dir; /* paths; spare_dir empty: none */
    unsigned durability;         /* enum record_durability */
    unsigned capture;            /* enum record_capture */
    struct option_words reviewers;
    struct age_recipient *recipients; /* the same, one each */
    uint64_t payload;                 /* bytes of one text that are kept */
    struct config_retention retention;
};

struct config_limits {
    uint64_t request_body, answer_body, event, head, memory; /* bytes */
    uint64_t header_time, body_time, first_byte, idle, stream_time, keep_alive, connect, drain,
        write_time, record_time;                    /* ms */
    uint64_t connections, upstream_idle, json_keys; /* counts */
};

/* What is believed of an application: names of headers, in lower case. */
struct config_caller {
    struct slice app; /* "*": any that has no entry of its own */
    struct slice person, session, agent;
    struct slice agent_id, agent_instance; /* the words behind the first of `agent` */
};

/* Where records are sent: what proxy/main/sink.h takes. */
struct config_sink {
    struct slice name;
    unsigned kind, form; /* their places in the table of options */
    struct slice to;
    struct slice token; /* the secret itself; empty: none is sent */
    struct slice ca;    /* path; empty: the system's store */
    struct slice index;
    struct option_words with;
    bool with_findings; /* the same */
    uint64_t patience;  /* ms */
};

struct config_log {
    unsigned level; /* as enum log_level */
};

struct config {
    struct arena *arena;
    struct secret_store *secrets; /* what `key` and `token_key` are made of */
    struct slice file;            /* path of the configuration */
    struct digest digest;         /* of its bytes, which hold no secret */
    struct config_listen *listen;
    size_t listen_count;
    struct config_admin admin;
    struct config_upstream *upstreams;
    size_t upstream_count;
    struct option_words policies;             /* paths; "builtin:default" when none is named */
    const char **policy_files;                /* the same as C strings, for policy_load() */
    struct policy_upstream *policy_upstreams; /* names and trusts, for policy_load() */
    struct config_audit audit;
    struct config_limits limits;
    struct config_log log;
    struct config_caller *callers;
    size_t caller_count;
    struct config_sink *sinks;
    size_t sink_count;
    unsigned auth;          /* enum config_auth */
    struct slice keys;      /* path of the application keys' file */
    struct slice token_key; /* the secret itself; empty: random for each start */
    uint64_t threads;       /* never 0 */
};

/* Reads, resolves and checks. Complaints ("bulla.yaml:4:3: ...") are appended, warnings among them:
 * they may be there although the result is GW_OK. GW_BAD: complaints say why. */
GW_MUST gw_result config_load(const char *path, struct config **out, struct buf *complaints);
/* The same without any secret, for who asks only where things are: what `env:` and `file:` name
 * need not be there, and need not be readable. */
GW_MUST gw_result config_load_open(const char *path, struct config **out, struct buf *complaints);
/* Wipes the sinks' tokens, for who sends nothing to them. */
void config_forget_sinks(struct config *c);
/* Wipes what `key` and `token_key` stand for; the rest stays. A process that was forked holds
 * copies, and those are not locked (mlock(2): locks are not inherited). */
void config_forget_secrets(struct config *c);
/* The same addresses? The sockets are the master's and were made once: other rules than for them
 * must not apply. */
bool config_is_bound_alike(const struct config *now, const struct config *then);
/* For sink_open(); borrowed from *s. */
struct sink_settings config_sink_settings(const struct config_sink *s);
/* Whether what the policy wants kept has somebody to be kept for: false, and a complaint. */
bool config_may_capture(const struct config *c, const struct policy *policy,
                        struct buf *complaints);
void config_free(struct config *c); /* NULL is fine; wipes */

#endif
