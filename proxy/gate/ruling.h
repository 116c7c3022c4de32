/* proxy/gate/ruling.h - what the policy rules on one thing in an answer, whole or streamed, and
 * what the end record will say of it.
 *
 * For this folder only. What cannot be judged is stopped. */
#ifndef PROXY_GATE_RULING_H
#define PROXY_GATE_RULING_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/finding.h"

struct exchange;

/* A finding; `exchange` is one, so that a window can be given this. *stop: the answer ends before
 * it. */
enum style ruling_on_finding(void *exchange, const struct finding *f, struct slice value,
                             bool *stop);
/* True: the model may not call this tool. */
bool ruling_on_call(struct exchange *x, struct slice name);

#endif
