/* proxy/gate/turns.h - which turn of the conversation a text belongs to, and texts that are taken
 * out of it. For this folder only.
 *
 * A caller repeats the whole conversation with each request, and may write into it what he likes:
 * nothing is believed because it stands in an earlier turn. What a rule takes out there does not
 * reach the model (adr/0006). */
#ifndef PROXY_GATE_TURNS_H
#define PROXY_GATE_TURNS_H

#include "policies/policy.h"
#include "proxy/base/base.h"

struct exchange;

/* Finds where the new turns begin: behind the last words of the assistant that a user's or a
 * tool's follow. Once the scan is done. */
void turns_find(struct exchange *x);
enum turn turns_of(const struct exchange *x, size_t leaf);
/* The highest attack scores, by turn and by who speaks. */
void turns_fill(const struct exchange *x, struct facts *facts);
/* Does a leaf's score reach the scope? */
bool turns_reach(const struct exchange *x, size_t leaf, const struct attack_scope *scope);
/* The verdict's removals join the edits of x, whatever lay in those texts goes with them.
 * GW_REFUSED: one of them stands where nothing can be put in its place. */
GW_MUST gw_result turns_remove(struct exchange *x);

#endif
