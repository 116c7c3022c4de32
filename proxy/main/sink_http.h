/* proxy/main/sink_http.h - one POST to a sink, and its answer. A connection each: batches are
 * large.
 *
 * Knows nothing of records. The answer is read by proxy/http, as strictly as any upstream's. */
#ifndef PROXY_MAIN_SINK_HTTP_H
#define PROXY_MAIN_SINK_HTTP_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

struct sink_address {
    char host[256], port[8], path[256]; /* path: "" or "/prefix" */
    bool is_tls, is_http, is_loopback;
};

struct sink_post {
    const struct sink_address *to;
    const char *ca_file, *path, *kind; /* kind: of content */
    const char *scheme;                /* in front of the token: "Splunk " */
    struct slice token;                /* empty: no authorization */
    const char *channel;               /* of Splunk, or NULL */
    unsigned wait_s;
    struct slice body;
};

/* "tcp://host:514", "tls://", "http://host:9200/prefix", "https://[::1]:8088". False: another form.
 */
bool sink_address_read(const char *text, struct sink_address *out);
/* GW_OK: there was an answer; its body is appended. Else a reason in words. */
GW_MUST gw_result sink_post(const struct sink_post *p, unsigned *status, struct buf *reply,
                            char *reason, size_t size);

#endif
