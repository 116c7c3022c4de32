/* proxy/gate/explain.h - one request through inspection and decision, with nobody at the other end.
 *
 * For `policy explain`, `policy test` and replay: the same code as in traffic (an exchange is fed
 * and never forwarded), so what is explained is what would happen. Shows the request's bytes: for
 * people who hold the request anyway, never for logs. */
#ifndef PROXY_GATE_EXPLAIN_H
#define PROXY_GATE_EXPLAIN_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/gate/gate.h"

struct explain;

/* Feeds POST path with this JSON body. The gate must have auth open. GW_NO_MEMORY only: a refused
 * request is a result too. */
GW_MUST gw_result explain_new(struct gate *gate, struct slice path, struct slice body,
                              struct explain **out);
/* The same, asked by somebody: what rules say of applications and tenants counts. */
GW_MUST gw_result explain_new_of(struct gate *gate, const struct gate_known *caller,
                                 struct slice path, struct slice body, struct explain **out);
void explain_free(struct explain *e); /* NULL is fine */
/* "allow", "redact", "block", "error", or "ask": a guard model decides; the class; the upstream's
 * name or empty. Live as long as e.
 */
struct slice explain_decision(const struct explain *e);
struct slice explain_class(const struct explain *e);
struct slice explain_upstream(const struct explain *e);
/* The bytes that would be sent; empty when nothing would. */
struct slice explain_sent(const struct explain *e);
bool explain_has_rule(const struct explain *e, struct slice id);
/* Enforced rules that matched, and how much was found. */
size_t explain_rule_count(const struct explain *e);
struct slice explain_rule(const struct explain *e, size_t i);
bool explain_is_enforced(const struct explain *e, struct slice id);
size_t explain_finding_count(const struct explain *e);
/* The whole decision as JSON: leaves, findings, rules tried and why, class, route, the bytes to be
 * sent. */
GW_MUST gw_result explain_json(struct explain *e, struct buf *out);

#endif
