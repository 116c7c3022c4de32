/* proxy/gate/behalf.h - for whom the application asks, as it says, and which conversation a request
 * belongs to: what a record tells of people, as pseudonyms.
 *
 * For the files of this folder. Lies in the arena of the request, and goes with it. */
#ifndef PROXY_GATE_BEHALF_H
#define PROXY_GATE_BEHALF_H

#include "audit/pseudonym.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct exchange;

/* Empty where nothing is known. */
struct behalf {
    char person[PSEUDONYM_LEN + 1], session[PSEUDONYM_LEN + 1], conversation[PSEUDONYM_LEN + 1];
    struct slice agent, agent_id, agent_instance; /* plain names */
    bool has_header;     /* this application names people in a header: its bodies are not asked */
    bool is_from_header; /* the person */
};

/* What the head says, once its caller is known. False: no memory. */
GW_MUST bool behalf_head(struct exchange *x);
/* Then what the body says, once it is read. */
void behalf_body(struct exchange *x);

#endif
