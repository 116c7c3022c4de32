/* proxy/http/target.h - private to proxy/http: request targets and the Host field.
 *
 * Knows spelling only: which paths and which hosts are served is the caller's matter. Decodes
 * nothing and changes nothing: a target that has a second spelling is refused. Owns nothing. */
#ifndef PROXY_HTTP_TARGET_H
#define PROXY_HTTP_TARGET_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "proxy/http/head.h"

/* out->target into out->path and out->query. Origin-form only. */
GW_MUST gw_result target_split(struct head *out, struct head_fault *fault);
/* True for a host name, IPv4 or [IPv6] with an optional port: no user, no path, no list, not empty.
 */
bool target_is_authority(struct slice s);

#endif
