/* proxy/llm/members.h - names that the chat APIs and JSON Schema give their own members.
 *
 * A key that is one of them, wherever it stands, says nothing of its caller: it is not looked at.
 * Sources: the reference pages of the two APIs, JSON Schema 2020-12. For this room, and for what a
 * record says of a place (gate/detail.h). */
#ifndef PROXY_LLM_MEMBERS_H
#define PROXY_LLM_MEMBERS_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* Is `key` such a name? As written: "Role" is none. */
bool members_have(struct slice key);

#endif
