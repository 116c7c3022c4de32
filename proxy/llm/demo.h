/* proxy/llm/demo.h - the demo backend's answers: echoes what it was sent, in the API that was
 * asked.
 *
 * No sockets: bytes in, bytes out. The last user text is echoed as the answer ("You said: ...");
 * lines of it of the form "!tool NAME {json}" become (parallel) tool calls with those arguments
 * when the request declares tools. Streams come in adversarial splits: deltas of one to three bytes
 * that cut words, escapes and surrogate pairs between events; tool argument fragments of two calls
 * interleaved. */
#ifndef PROXY_LLM_DEMO_H
#define PROXY_LLM_DEMO_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/llm/dialect.h"

/* Appends a whole HTTP/1.1 response (head, body; streams chunked, one event a chunk) to a request
 * with this head and (decoded) body. Never fails but for memory: a bad request gets a 400 in the
 * API's shape. */
GW_MUST gw_result demo_answer(const struct head *head, struct slice body, struct arena *arena,
                              struct buf *out);

#endif
