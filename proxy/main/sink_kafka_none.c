/* proxy/main/sink_kafka_none.c - stands for sink_kafka.c in a build that found no librdkafka: says
 * so, and sends nothing. CMakeLists.txt takes one of the two. */
#include "proxy/base/base.h"
#include "proxy/main/sink_kafka.h"

static gw_result refuse(char *reason, size_t size)
{
    snprintf(reason, size,
             "this build has no Kafka: librdkafka-dev was not there when it was made");
    return gw_is(GW_BAD);
}

gw_result sink_kafka_open(const struct sink_kafka_settings *settings, char *reason, size_t size,
                          struct sink_kafka **out)
{
    (void)settings, (void)out;
    return refuse(reason, size);
}

void sink_kafka_close(struct sink_kafka *k)
{
    (void)k;
}

void sink_kafka_put(struct buf *batch, struct slice key, struct slice text)
{
    (void)key, (void)text;
    batch->failed = true;
}

gw_result sink_kafka_send(struct sink_kafka *k, struct slice batch, char *reason, size_t size)
{
    (void)k, (void)batch;
    return refuse(reason, size);
}

void sink_kafka_describe(char *out, size_t size)
{
    snprintf(out, size, "no librdkafka in this build");
}
