/* audit/door.h - where verbs of the same machine reach the auditor that runs: a socket of this
 * host.
 *
 * Its name is derived from the log's directory and lies in no file system. The auditor opens it
 * before it is sealed; only its own user and root are let in, and a verb talks to nobody but the
 * directory's owner or root. What goes through is a channel's packets (audit/channel.h). */
#ifndef AUDIT_DOOR_H
#define AUDIT_DOOR_H

#include "audit/channel.h"
#include "proxy/base/base.h"

/* Auditor: a listening socket that never blocks. -1, and a warning: somebody may have taken the
 * name; verbs then find nobody, exchanges do not mind. */
int door_open(const char *dir);
/* Auditor: the next visitor, as a channel. GW_AGAIN: none that may come in. */
GW_MUST gw_result door_take(int door, int *fd);
/* Verb: a channel to the auditor of that log. GW_UNAVAILABLE: there is none; GW_REFUSED: somebody
 * else sits there. */
GW_MUST gw_result door_visit(const char *dir, int *fd);
/* Verb: one record, until it is durable. GW_REFUSED: not taken; GW_UNAVAILABLE. */
GW_MUST gw_result door_ask(int fd, struct slice message, struct channel_ack *ack);

#endif
