/* proxy/llm/rows.h - the rows that dialect.c lists, and what several rows write or read alike.
 *
 * For this room only. Refuses to know of policy and sockets. Rows are constants: nobody frees them.
 */
#ifndef PROXY_LLM_ROWS_H
#define PROXY_LLM_ROWS_H

#include "proxy/base/base.h"
#include "proxy/llm/dialect.h"

/* One a dialect, in the order in which routes are tried. */
const struct dialect *openai_row(void);
const struct dialect *anthropic_row(void);
/* The demo backend: answers in the API that it was asked in, so it has no routes; takes no
 * credential. */
const struct dialect *demo_row(void);

/* Reading a request: members that all chat APIs share (model, stream, messages, tools). The
 * complaint of *out is set when they are not what they must be; `roles` are the words allowed as
 * role. */
GW_MUST gw_result rows_read_request(const struct json_doc *doc, struct arena *arena,
                                    const char *roles, struct llm_request *out);
/* Text of a content value: the string, or the `text` of its parts, joined by line feeds. */
GW_MUST gw_result rows_text(const struct json_doc *doc, uint32_t content, struct arena *arena,
                            struct slice *out);
/* The string in which that text ends: the content itself, or the `text` of its last part that has
 * one; 0: none. */
uint32_t rows_last_text(const struct json_doc *doc, uint32_t content);
/* The string member of that name, when `out` is empty and there is one. */
GW_MUST gw_result rows_word(const struct json_doc *doc, uint32_t object, const char *name,
                            struct arena *arena, struct slice *out);
/* Adds b to *a with a line feed between them. */
GW_MUST gw_result rows_join(struct arena *arena, struct slice *a, struct slice b);
/* A non-negative integer member, or `otherwise`. */
uint64_t rows_number(const struct json_doc *doc, uint32_t object, const char *name,
                     uint64_t otherwise);
/* Which choice, block or tool a member names: a plain integer, `otherwise` where nothing is said.
 * UINT64_MAX, which is none, for every other spelling: some clients read 1.0 as 1. */
uint64_t rows_index(const struct json_doc *doc, uint32_t object, const char *name,
                    uint64_t otherwise);
/* The raw bytes of a member into out[size], when it fits and is a string or number; else unchanged.
 */
void rows_keep_raw(const struct json_doc *doc, uint32_t object, const char *name, char *out,
                   size_t size);
/* The word of a string member into out[size] when it is one of `words`; else unchanged. */
void rows_keep_word(const struct json_doc *doc, uint32_t object, const char *name,
                    const char *words, char *out, size_t size);
/* Adds a piece (an empty or absent string is no piece), an end. */
void rows_piece(struct llm_event *e, const struct json_doc *doc, uint32_t value,
                struct llm_piece p);
void rows_end(struct llm_event *e, uint32_t key);
void rows_call(struct llm_event *e, uint32_t key, uint32_t name, uint32_t input);
void rows_echo(struct llm_event *e, const struct json_doc *doc, uint32_t value);
/* Last: every other string of the event that the answer's table does not exempt stands alone, so
 * that a field nobody has heard of is text in a stream as it is in a whole answer. */
void rows_rest(struct llm_event *e, const struct json_doc *doc, const struct walk_rules *rules);
/* Empties *e. */
void rows_event(struct llm_event *e);
/* Writes "text" as a JSON string with its quotes; a raw value kept before, or what stands in for
 * it. */
void rows_put_text(struct buf *out, struct slice text);
void rows_put_raw(struct buf *out, const char *raw, const char *otherwise);
/* The message of a refusal with its exchange id behind it, quoted. */
void rows_put_message(struct buf *out, const struct llm_refusal *r);

#endif
