/* proxy/main/policy_bench.h - a policy with all that a gate needs to try it: no listeners, nobody
 * at the other end.
 *
 * For `bulla policy test`, `explain` and `replay`. Complains on stderr. */
#ifndef PROXY_MAIN_POLICY_BENCH_H
#define PROXY_MAIN_POLICY_BENCH_H

#include "proxy/base/base.h"
#include "proxy/base/clock.h"
#include "proxy/gate/gate.h"
#include "proxy/main/config.h"
#include "redact/scan.h"

enum { POLICY_UPSTREAMS = 64 };

struct policy_bench {
    struct config *config; /* NULL without one */
    struct policy *policy;
    struct scanner *scanner;
    struct gate gate;
    struct clock clock;
    struct gate_upstream upstreams[POLICY_UPSTREAMS];
    struct policy_upstream names[POLICY_UPSTREAMS];
    size_t count;
};

/* config: a path, or NULL; without files the policy is that of the configuration, or the default
 * one. is_open: no secret of the configuration is read. NULL: it cannot be made. */
struct policy_bench *policy_bench_new(const char *config, bool is_open, const char *const *files,
                                      size_t n);
void policy_bench_free(struct policy_bench *b); /* NULL is fine */

#endif
