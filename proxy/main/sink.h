/* proxy/main/sink.h - where exported records go: a file, syslog, OTLP, Splunk, Elasticsearch,
 * Kafka.
 *
 * A sink is a row: how an event stands on the wire, how a batch is sent, what counts as taken. It
 * sends a batch at a time and says whether all of it was taken; whoever calls keeps the cursor.
 * Nobody who serves requests uses one. */
#ifndef PROXY_MAIN_SINK_H
#define PROXY_MAIN_SINK_H

#include "audit/event.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"

enum {
    SINK_BATCH_BYTES = 4 << 20,
    SINK_REASON = 200,
    SINK_PORTS = 63 /* of all sinks of a configuration together */
};

struct sink;

struct sink_settings {
    const char *kind;       /* jsonl, syslog, otlp, spans, splunk, elastic, kafka */
    const char *to;         /* "-", a path, tcp://, tls://, http://, https://; NULL: "-" */
    const char *form;       /* NULL: the kind's own */
    const char *ca_file;    /* NULL: the system's */
    const char *index_name; /* of Elasticsearch, topic of Kafka; NULL: "bulla-audit" */
    struct slice token;     /* for Splunk and Elasticsearch; Kafka's USER:PASSWORD; empty: none */
    bool with_findings;     /* the form must have them */
    unsigned wait_s;
};

/* GW_BAD with a reason in words. Connects when there is something to send. */
GW_MUST gw_result sink_open(const struct sink_settings *settings, char *reason, struct sink **out);
void sink_close(struct sink *s); /* NULL is fine */
/* Into the batch that waits. GW_TOO_BIG: SINK_BATCH_BYTES; never for a finding. */
GW_MUST gw_result sink_add(struct sink *s, const struct event *e);
/* Sends the batch. GW_OK: the other side has taken all of it, or nothing waited. Else why is in
 * sink_reason(), and the same batch may be built and sent again: ids make it one. */
GW_MUST gw_result sink_flush(struct sink *s);
/* Drops the batch that waits. */
void sink_forget(struct sink *s);
const char *sink_reason(const struct sink *s);
/* False: the other side cannot say that it keeps what it took (syslog, Splunk without indexer
 * acknowledgement). */
bool sink_confirms(const struct sink *s);

/* "jsonl", ...: in the order of the table of options. NULL behind the last. */
const char *sink_kind(size_t i);
/* NULL, or what is wrong with the settings; nothing is opened. */
const char *sink_judge(const struct sink_settings *settings);
/* Letters, digits and a few marks: it becomes the name of a file. */
bool sink_is_name(const char *name);
bool sink_is_file(const struct sink_settings *settings);
/* The TCP ports that it connects to, each once, at most `room` of them; how many. */
size_t sink_ports(const struct sink_settings *settings, unsigned *ports, size_t room);

#endif
