/* proxy/llm/guard.h - how guard models are asked and what their answers mean: one row a format.
 *
 * A guard is a model that says whether a text is an attack. The rows know the bytes of a question
 * and of a whole answer, nothing of policy, sockets and time. What cannot be understood is no
 * verdict: GW_BAD, never "safe". Everything is borrowed or in the caller's arena. Sources: the
 * model cards of Llama Guard 3, Granite Guardian 3.x and Prompt Guard 2; vLLM's /classify. */
#ifndef PROXY_LLM_GUARD_H
#define PROXY_LLM_GUARD_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

struct guard_question {
    struct slice model; /* empty: the server has only one */
    struct slice text;  /* plain UTF-8, not yet escaped */
    bool is_data;       /* a tool's result, not a user's words */
    struct slice mark; /* a word that the text cannot know: what stands between two of it is text */
};

enum { GUARD_CATEGORY = 40 };
struct guard_verdict {
    bool is_unsafe;
    char category[GUARD_CATEGORY]; /* "S1 S9", "jailbreak", or "": letters, digits and " _-." */
};

struct guard_row {
    const char *name;
    const char *path; /* behind the upstream's prefix */
    size_t most;      /* bytes of text in one question; at least GUARD_LEAST */
    gw_result (*put)(const struct guard_question *q, struct buf *out);
    gw_result (*read)(struct slice body, struct arena *arena, struct guard_verdict *out);
};

enum { GUARD_LEAST = 256 };

/* "llama-guard", ...; NULL: no such row. And the i-th, NULL behind the last. */
const struct guard_row *guard_from(const char *name);
const struct guard_row *guard_at(size_t i);

#endif
