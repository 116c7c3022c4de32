/* proxy/main/sink_kafka.h - records into a topic of Kafka, by librdkafka: its only door.
 *
 * A batch goes to an idempotent producer and counts as taken when the brokers have said so of every
 * message (acks of all in-sync replicas). The key of a message is the event's id, so that a topic
 * that is compacted keeps one of two. After any failure the producer is thrown away: the next batch
 * has a new one. Where the build found no librdkafka, opening is refused in words. */
#ifndef PROXY_MAIN_SINK_KAFKA_H
#define PROXY_MAIN_SINK_KAFKA_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"

struct sink_kafka;

struct sink_kafka_settings {
    const char *brokers; /* "host:9092,[::1]:9093": to begin with */
    const char *topic;
    const char *ca_file; /* with is_tls; NULL: the system's */
    bool is_tls;
    const char *mechanism; /* of SASL: "PLAIN", "SCRAM-SHA-512"; NULL: brokers ask for nothing */
    struct slice login;    /* with it: USER:PASSWORD */
    unsigned wait_s;       /* for a whole batch */
};

/* Borrows the settings. GW_BAD with a reason: what cannot be so, now or later. Connects when there
 * is something to send. */
GW_MUST gw_result sink_kafka_open(const struct sink_kafka_settings *settings, char *reason,
                                  size_t size, struct sink_kafka **out);
void sink_kafka_close(struct sink_kafka *k); /* NULL is fine */
/* Adds a message to a batch. The batch's own fault says that it had no room. */
void sink_kafka_put(struct buf *batch, struct slice key, struct slice text);
/* GW_OK: every message of the batch is with the brokers. GW_UNAVAILABLE: some may be, and why. */
GW_MUST gw_result sink_kafka_send(struct sink_kafka *k, struct slice batch, char *reason,
                                  size_t size);
/* "librdkafka 2.0.2", or that there is none. */
void sink_kafka_describe(char *out, size_t size);

#endif
