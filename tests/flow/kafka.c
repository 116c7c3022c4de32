/* tests/flow/kafka.c - brokers for test_export.py and test_shipper.py: the cluster that librdkafka
 * brings along for tests, and a reader of one topic.
 *
 * Says where the cluster is, then each message as "KEY TEXT". Hears "down" and "up", a line each,
 * and ends when its input does. */
#include <errno.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static rd_kafka_t *client(rd_kafka_type_t type, const char *brokers)
{
    char why[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (brokers != NULL && (rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, 200) != 0 ||
                            rd_kafka_conf_set(conf, "group.id", "reader", why, 200) != 0))
        exit(1);
    rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof why);
    if (rk == NULL)
        exit(1);
    return rk;
}

static bool hear(rd_kafka_mock_cluster_t *cluster)
{
    char line[64];
    struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
    if (poll(&in, 1, 0) == 0)
        return true;
    ssize_t n = read(STDIN_FILENO, line, sizeof line);
    if (n <= 0)
        return false;
    if (line[0] == 'd')
        rd_kafka_mock_broker_set_down(cluster, 1);
    else
        rd_kafka_mock_broker_set_up(cluster, 1);
    return true;
}

int main(int argc, char **argv)
{
    rd_kafka_t *host = client(RD_KAFKA_PRODUCER, NULL);
    rd_kafka_mock_cluster_t *cluster = rd_kafka_mock_cluster_new(host, 1);
    if (argc < 2 || cluster == NULL || rd_kafka_mock_topic_create(cluster, argv[1], 1, 1) != 0)
        return 1;
    rd_kafka_t *reader = client(RD_KAFKA_CONSUMER, rd_kafka_mock_cluster_bootstraps(cluster));
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, argv[1], 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    if (rd_kafka_assign(reader, list) != 0)
        return 1;
    rd_kafka_topic_partition_list_destroy(list);
    printf("%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
    fflush(stdout);
    while (hear(cluster)) {
        rd_kafka_message_t *m = rd_kafka_consumer_poll(reader, 50);
        if (m != NULL && m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            printf("%.*s %.*s\n", (int)m->key_len, (const char *)m->key, (int)m->len,
                   (const char *)m->payload);
            fflush(stdout);
        }
        if (m != NULL)
            rd_kafka_message_destroy(m);
    }
    _exit(0); /* nobody waits for what librdkafka would tidy */
}
