/* proxy/llm/dialect.h - what an LLM API's bytes mean, one row an API dialect: routes, where text
 * lives, the shape of streams, errors. Adding a dialect is one file with one row, one line in
 * dialect.c, one test.
 *
 * Knows JSON and SSE payloads; nothing of policy, findings, sockets. Everything borrowed or in an
 * arena. */
#ifndef PROXY_LLM_DIALECT_H
#define PROXY_LLM_DIALECT_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"
#include "proxy/http/head.h"
#include "proxy/json/doc.h"
#include "proxy/llm/walk.h"

/* What a path asks for. */
enum api { API_NONE = 0, API_CHAT, API_MESSAGES, API_COUNT_TOKENS, API_MODELS, API_KINDS };

struct dialect;

struct route {
    const char *method, *path; /* exact match: "POST", "/v1/chat/completions" */
    enum api api;
    const struct dialect *dialect;
};

/* The route of a request; NULL when no row knows the path. *method_differs is set when the path is
 * known under another method (405). GET /v1/models is Anthropic's when `anthropic-version` is
 * there. */
const struct route *dialect_route(const struct head *head, bool *method_differs);
/* "chat", "messages", "count_tokens", "models": words of `apis:` in the configuration. */
const char *api_word(enum api api);
enum api api_from(struct slice word);
/* The row of that name ("openai", "anthropic", "demo"), or NULL; and the i-th, NULL behind the
 * last. */
const struct dialect *dialect_from(struct slice name);
const struct dialect *dialect_at(size_t i);
/* The row whose error shape answers a path that no row knows: openai. */
const struct dialect *dialect_fallback(void);

/* What the gate wants to know of a request body. Slices decoded, arena or body lifetime. */
struct llm_request {
    bool is_stream;
    bool wants_json; /* the answer's text shall be JSON */
    struct slice model;
    uint32_t model_value;  /* tape index, 0 when absent */
    struct slice system;   /* system text(s), joined as they stand */
    uint32_t system_value; /* tape index of the last string of them, 0 when absent */
    struct slice
        first_user;         /* text of the first user turn: with system, the conversation's print */
    struct slice person;    /* whom the application says it asks for; empty: it does not say */
    size_t messages, tools; /* counts, for the record */
    /* Numbers of the request, for the record: tape indexes, 0 when absent. */
    uint32_t max_tokens, seed, temperature;
    const char *complaint; /* non-NULL: not servable; a literal that is safe to show */
};

/* One piece of text in a streamed event. Texts of one key follow each other; key 0 stands alone. */
struct llm_piece {
    uint32_t value; /* tape index of the string */
    uint32_t key;   /* which text it continues: choice, kind, tool or block index packed */
    bool is_json;   /* the text is (part of) JSON: tool arguments */
    bool is_exempt; /* left alone: signatures, ids, logprobs, thinking with a signature */
};

/* The model calls a tool, or goes on with a call. Names may come in pieces, as arguments do. */
struct llm_call {
    uint32_t key;  /* of its arguments */
    uint32_t name; /* tape index of the (piece of the) name; 0: not in this event */
    /* Of its arguments where they stand whole: an object, or (whole answers) JSON in a string; 0:
     * they do not, or come in pieces. */
    uint32_t input;
};

enum { EVENT_PIECES = 64, EVENT_ENDS = 72, EVENT_CALLS = 64, EVENT_ECHOES = 64 };

struct llm_event {
    struct llm_piece pieces[EVENT_PIECES];
    size_t count;
    uint32_t ends[EVENT_ENDS]; /* keys whose text is complete with this event */
    size_t end_count;
    struct llm_call calls[EVENT_CALLS];
    size_t call_count;
    uint32_t echoes[EVENT_ECHOES]; /* values that say texts once more (logprobs): they go when a
                                      text was changed */
    size_t echo_count;
    bool ends_all; /* every key is complete: the answer is over */
    bool is_last;  /* the dialect's terminator: [DONE], message_stop */
    bool is_error; /* the upstream's error event */
    bool too_many; /* more pieces than the array holds: treat as broken */
};

/* The names of the tools that a request offers: tape indexes of strings, at most `most`; a tool
 * that has no name is passed over. */
size_t dialect_tools(const struct json_doc *doc, uint32_t *names, size_t most);

/* What must be remembered of a stream to write an event of our own into it. */
struct llm_stream {
    char id[128], created[24], model[128]; /* raw JSON values of the first chunk, quotes included */
    uint64_t tokens_in, tokens_out;        /* usage as reported, 0 unknown */
    uint64_t tokens_reason, tokens_cached; /* of these: thought, not said; read from a cache */
    bool cached_is_apart;                  /* cached ones are not among those asked with */
    bool started, finished;                /* terminator seen */
    bool says_json;                        /* its text is JSON, as the request wanted */
    char finish[32];                       /* last finish or stop reason, a known word or "" */
    uint64_t open;                         /* bit i: choice or block i has begun and not ended */
};

struct llm_refusal {
    unsigned status;       /* HTTP status of the answer */
    const char *code;      /* "policy_blocked", "invalid_request", ... a literal */
    struct slice message;  /* from policy or a literal; plain UTF-8 */
    struct slice exchange; /* the exchange id */
};

/* One value of a whole answer; a result other than GW_OK ends the round with it. */
typedef gw_result (*llm_sink)(void *sink_of, uint32_t value);
typedef gw_result (*llm_call_sink)(void *sink_of, const struct llm_call *call);

/* How a header of the request goes on to an upstream; one that is not named stays here. */
enum forwarding {
    FORWARD_WORDS, /* short names with a letter each, parted by commas: versions, features */
    FORWARD_KEY,   /* its keyed digest, for this tenant and application alone */
    FORWARD_OWN    /* as FORWARD_WORDS, beside the caller's own provider key only */
};
struct forward_rule {
    const char *name; /* lower case */
    enum forwarding how;
};

struct dialect {
    const char *name;
    const struct route *routes;         /* ends with a NULL path */
    const char *content_type_stream;    /* "text/event-stream; charset=utf-8" */
    const char *keep_alive;             /* bytes to send at an event boundary: wire.md 3.4 */
    const struct forward_rule *forward; /* request headers passed upstream; ends with a NULL name */
    /* Members of a stream's event that read_event() does not look at once the stream has begun, or
     * only to see that they are exempt; NULL-terminated. */
    const char *const *idle;
    /* How a request's leaves are classified: see walk.h. */
    const struct walk_rules *request_rules, *answer_rules;
    /* Fills *out from the body (already scanned). complaint set for shapes that are not this API's.
     */
    gw_result (*read_request)(const struct json_doc *doc, enum api api, struct arena *arena,
                              struct llm_request *out);
    /* One event of the stream: name (may be empty), its payload scanned as doc (NULL when the
     * payload is not JSON, such as [DONE]; then `payload` tells). */
    gw_result (*read_event)(struct llm_stream *s, struct slice name, struct slice payload,
                            const struct json_doc *doc, struct llm_event *out);
    /* Reads usage and finish reason of a whole answer into *s. */
    void (*read_answer)(const struct json_doc *doc, struct llm_stream *s);
    /* Of a whole answer: each tool call, by name (0 when it has none) and input; what says a text
     * again. */
    gw_result (*each_call)(const struct json_doc *doc, llm_call_sink sink, void *sink_of);
    gw_result (*each_echo)(const struct json_doc *doc, llm_sink sink, void *sink_of);
    /* A whole SSE event that carries `text` (decoded) for key: held-back text at the end of its
     * block. */
    gw_result (*put_piece)(const struct llm_stream *s, uint32_t key, struct slice text,
                           struct buf *out);
    /* Error body; error event (the stream breaks, no terminator follows); a lawful early end by
     * policy (content_filter / refusal, terminator included) for all open keys. */
    gw_result (*put_error)(const struct llm_refusal *r, struct buf *out);
    gw_result (*put_stream_error)(const struct llm_refusal *r, struct buf *out);
    gw_result (*put_stream_stop)(const struct llm_stream *s, struct buf *out);
    /* A normal answer whose text is the message (as: answer): a whole JSON body, or a whole SSE
     * stream. */
    gw_result (*put_answer)(const struct llm_refusal *r, struct slice model, bool is_stream,
                            struct buf *out);
    /* The list of models in this API's shape. */
    gw_result (*put_models)(const struct slice *names, size_t n, struct buf *out);
    /* The upstream credential header line: "authorization: Bearer K\r\n" or "x-api-key: K\r\n". */
    gw_result (*put_credential)(struct slice key, struct buf *out);
};

/* Is that text of the answer complete with this event? */
bool dialect_ends_key(const struct llm_event *e, uint32_t key);

#endif
