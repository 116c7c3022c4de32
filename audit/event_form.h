/* audit/event_form.h - a record in the forms that other systems read: OCSF 1.8, CEF, OTLP logs and
 * spans, plain. Knows nothing of sinks. */
#ifndef AUDIT_EVENT_FORM_H
#define AUDIT_EVENT_FORM_H

#include "audit/event.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

/* A row of the table: `leaf`, `ocsf`, `cef`, `otlp`, `span`. */
struct event_form {
    const char *name, *text;
    bool has_findings; /* it can say of a record what was found in it, as an event of its own */
    /* One line, without its newline; of what has no place in the form, nothing. */
    GW_MUST gw_result (*write)(const struct event *e, struct buf *out);
};

/* NULL: none of that name. */
const struct event_form *event_form(const char *name);

#endif
