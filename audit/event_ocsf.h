/* audit/event_ocsf.h - a record as an event of OCSF 1.8.0.
 *
 * An exchange is API Activity (6003, with the profiles ai_operation and security_control), what the
 * log says of itself Application Lifecycle (6002), what was found in an exchange a Detection
 * Finding (2004, with security_control). Keys are sorted, as everywhere in audit/. */
#ifndef AUDIT_EVENT_OCSF_H
#define AUDIT_EVENT_OCSF_H

#include "audit/event.h"
#include "proxy/base/base.h"

GW_MUST gw_result event_ocsf_write(const struct event *e, struct buf *out);

#endif
