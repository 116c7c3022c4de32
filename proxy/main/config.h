/* proxy/main/config.h - bulla.yaml, loaded and checked: what the processes are started from.
 *
 * Format: CONTRACT.md "Config". Secrets are references (env:NAME, file:PATH), resolved here, never
 * values. Every complaint names file, line, column, a reason and, where near, a suggestion.
 * Immutable after config_load(); freed as a whole, secrets wiped. */
#ifndef PROXY_MAIN_CONFIG_H
#define PROXY_MAIN_CONFIG_H

#include "policies/policy.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/log.h"
#include "proxy/base/slice.h"
#include "proxy/gate/gate.h"

enum { CONFIG_LISTEN = 16, CONFIG_UPSTREAMS = 64, CONFIG_POLICIES = 32 };

struct config_listen {
    const char *host; /* numeric: "0.0.0.0", "127.0.0.1", "::" */
    unsigned port;
    const char *certificate, *key; /* PEM files; NULL: plain (loopback addresses only) */
};

struct config_upstream {
    struct slice name, dialect;
    enum trust trust;
    bool is_tls;       /* https */
    struct slice host; /* name or address, no brackets */
    unsigned port;
    struct slice
        authority;       /* for the Host header: host, and the port where it is not the default */
    struct slice prefix; /* path of the url without its last slash; mostly empty */
    struct slice key;    /* resolved secret; empty: none */
    struct slice model;  /* `model:`; empty: the caller's stays */
    const struct slice *models; /* `models:` list, or `model:` alone: for /v1/models */
    size_t model_count;
    unsigned apis;  /* bit 1 << enum api; defaults by dialect: openai chat; anthropic messages and
                       count_tokens; demo all of them */
    const char *ca; /* CA file for this upstream; NULL: the system's store */
};

struct config {
    struct config_listen listen[CONFIG_LISTEN];
    size_t listen_count;
    const char *admin_host; /* NULL: no admin listener */
    unsigned admin_port;
    struct config_upstream upstreams[CONFIG_UPSTREAMS];
    size_t upstream_count;
    const char *policies[CONFIG_POLICIES]; /* paths, taken from the config file's folder; 0:
                                              built-in pack */
    size_t policy_count;
    const char *audit_dir;
    const char *audit_origin; /* default "bulla/" and the host name */
    struct gate_limits limits;
    unsigned idle_ms, connect_ms, handshake_ms;
    size_t max_connections; /* of one thread */
    enum gate_auth auth;
    const char *keys_file;  /* application keys, hashed; NULL: none */
    struct slice token_key; /* resolved secret; empty: random for the life of the master */
    const char *cache_dir;  /* compiled patterns; NULL: compile at each start */
    enum log_level log_level;
    unsigned threads; /* 0 was written: number of cores */
};

/* GW_OK or GW_BAD with the complaints, one a line. Warnings begin with "warning: " and do not fail.
 */
GW_MUST gw_result config_load(const char *path, struct buf *complaints, struct config **out);
void config_free(struct config *c); /* NULL is fine; wipes */
/* The upstreams as policy_load() wants them; room for CONFIG_UPSTREAMS. */
size_t config_targets(const struct config *c, struct policy_upstream *out);
/* Loads the config's policies, or the built-in pack. */
GW_MUST gw_result config_policy(const struct config *c, struct buf *complaints,
                                struct policy **out);

#endif
