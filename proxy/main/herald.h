/* proxy/main/herald.h - asks the witnesses that a log's directory names (audit/cosigned.h) while a
 * new policy waits for them.
 *
 * A thread of the shipper: reads the log's tiles and vkey, writes `anchor/`, reaches the witnesses,
 * holds no key. What it is to wait for, and the newest checkpoint, come by the page of numbers;
 * whether what it brings is enough, the auditor sees for itself. */
#ifndef PROXY_MAIN_HERALD_H
#define PROXY_MAIN_HERALD_H

#include "audit/gauges.h"
#include "proxy/base/base.h"

struct herald;

bool herald_is_needed(const char *dir); /* of the log: it has witnesses */
/* Reads who they are, and makes `anchor/`. GW_BAD: no tlog-policy, said on the log; GW_IO. The
 * numbers stay the caller's. herald_free() takes NULL. */
GW_MUST gw_result herald_new(const char *dir, const struct gauges *numbers, struct herald **out);
void herald_free(struct herald *h);
size_t herald_ports(const struct herald *h, unsigned *ports, size_t room);
/* Asks each witness once, when somebody waits for them. False: that did not meet the quorum. */
bool herald_turn(struct herald *h);

#endif
