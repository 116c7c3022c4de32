/* proxy/gate/calls.h - the tool calls of an answer, held against the policy and against the tools
 * that the request offers. For this folder only.
 *
 * Nothing is asked or kept when no rule is about calls. GW_REFUSED: a rule stops the answer before
 * this call. */
#ifndef PROXY_GATE_CALLS_H
#define PROXY_GATE_CALLS_H

#include "proxy/base/base.h"
#include "proxy/base/arena.h"
#include "proxy/base/buf.h"
#include "proxy/json/doc.h"
#include "proxy/llm/dialect.h"

struct exchange;

enum { XCHG_CALLS = 64, XCHG_NAME = 256 };

/* One tool call of a streamed answer: its name as far as it came, and its arguments where they are
 * held against the tools of the request. */
struct xchg_call {
    struct xchg_call *next;
    uint32_t key;
    size_t len;
    char name[XCHG_NAME];
    struct buf arguments;
    bool is_judged;
};

/* The tools that the request offers, as it wrote them. */
struct offered_tools {
    struct slice lists[2]; /* JSON arrays; empty: there is none */
    bool has_others;       /* some come from elsewhere and have no name here */
};

/* Does a rule ask whether calls are as they were offered? */
bool calls_are_checked(const struct exchange *x);
/* Keeps the tools of the request in the arena of what outlives it. */
GW_MUST gw_result calls_keep(struct exchange *x, struct arena *arena);
/* Of a stream: what an event says of calls; those that it ends are judged. */
GW_MUST gw_result calls_note(struct exchange *x, const struct json_doc *doc,
                             const struct llm_event *e);
/* Of a whole answer: one call. */
GW_MUST gw_result calls_whole(struct exchange *x, const struct json_doc *doc,
                              const struct llm_call *call);
void calls_free(struct exchange *x);

#endif
