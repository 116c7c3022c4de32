/* audit/compliance.h - which control is answered by what: a table, and the pages made from it.
 *
 * What answers is named in a form that a test can look for: `leaf.dec` a field of the leaf,
 * `who.app` one of a group, `type.exchange.end` a type of record, `verb.verify` a word of `bulla
 * audit`, `file.checkpoint` a file of the log. Says nothing about being compliant: that is people's
 * to say. */
#ifndef AUDIT_COMPLIANCE_H
#define AUDIT_COMPLIANCE_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"

enum { COMPLIANCE_MAX = 64 * 1024 };

GW_MUST gw_result compliance_page(struct buf *out); /* Markdown */
GW_MUST gw_result compliance_json(struct buf *out); /* a line a control */

#endif
