/* proxy/gate/ask.h - a guard model is asked about texts whose score decides nothing yet. For this
 * folder only.
 *
 * Between the begin record and forwarding: policy_decide() says which guards its rules want
 * (verdict.asks), each is asked once, and the policy is asked again with what they said. A guard
 * sees the texts whose score is in the band, with every finding as [ENTITY]: never a value. No
 * verdict (no connection, time, status, bytes that are none) is a failure, and the rule says what
 * holds then. */
#ifndef PROXY_GATE_ASK_H
#define PROXY_GATE_ASK_H

#include "policies/policy.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/why.h"
#include "proxy/llm/guard.h"

struct exchange;
struct ask; /* in the exchange's arena while a guard is asked; its buffers are its own */

/* What came of it, for the record; one a guard of the policy. */
struct ask_note {
    struct slice rule;              /* the first that wanted it; empty: nobody did */
    uint8_t said[TURN_COUNT];       /* enum guard_said */
    const char *fault;              /* of a failure: "timeout", ...; NULL: none */
    unsigned questions, remembered; /* sent; texts whose verdict was known */
    unsigned ms;
    char category[GUARD_CATEGORY];
};

/* The worst of what a guard has said. */
enum guard_said ask_worst(const struct ask_note *note);
/* Does the verdict at hand want a guard? */
bool ask_is_wanted(const struct exchange *x);
/* ask_step() is state.h's. */
void ask_feed(struct exchange *x, struct slice bytes, size_t *used);
void ask_unconnected(struct exchange *x, enum why why);
void ask_upstream_ended(struct exchange *x, bool is_clean);
void ask_tick(struct exchange *x);
size_t ask_upstream(const struct exchange *x, bool *always_new);
uint64_t ask_held(const struct exchange *x); /* bytes of its buffers */
void ask_free(struct exchange *x);
/* For explain: the body of the first question that this guard would get; nothing when none would.
 */
GW_MUST gw_result ask_preview(struct exchange *x, size_t guard, struct buf *out);

#endif
