/* tests/unit/test_sink_kafka.c - proxy/main/sink_kafka.h against the cluster that librdkafka brings
 * along for tests: real sockets, brokers that can be told to refuse or to be gone. */
#include "proxy/base/base.h"
#include "proxy/main/sink_kafka.h"
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

enum { PRODUCE = 0, WAIT_S = 2, MESSAGES = 50 };

/* Of a key that nobody has kept. */
static const char ca_pem[] = "-----BEGIN CERTIFICATE-----\n"
                             "MIIBQDCB86ADAgECAhQV6wdbu3GfMH+TLm4W8U3AofA3MzAFBgMrZXAwFTETMBEG\n"
                             "A1UEAwwKY2EuZXhhbXBsZTAgFw0yNjExMjkwOTMzNDFaGA8yMTI2MTEwNTA5MzM0\n"
                             "MVowFTETMBEGA1UEAwwKY2EuZXhhbXBsZTAqMAUGAytlcAMhAKh3RBVYtpEeM2ZZ\n"
                             "7HRoy8lT2ynlhkvt/LDjLY/gn9koo1MwUTAdBgNVHQ4EFgQU2PbYVVwJEycsXvPg\n"
                             "GHEuzgDAuCswHwYDVR0jBBgwFoAU2PbYVVwJEycsXvPgGHEuzgDAuCswDwYDVR0T\n"
                             "AQH/BAUwAwEB/zAFBgMrZXADQQCNiHozTYYhWnq9zN2cQVj8qd4Ng767Xp4wQ/K3\n"
                             "pHbfcR8Zpv/ow/z0C9goWt0TVM5Yx7swnfGYtbBWXtzcuh8N\n"
                             "-----END CERTIFICATE-----\n";

static rd_kafka_t *host;
static rd_kafka_mock_cluster_t *cluster;
static char reason[200];

static void say_nothing(const rd_kafka_t *of, int level, const char *at, const char *text)
{
    (void)of, (void)level, (void)at, (void)text;
}

static rd_kafka_t *client(rd_kafka_type_t type, const char *brokers)
{
    char why[200];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(conf, say_nothing);
    if (brokers != NULL)
        assert_int_equal(rd_kafka_conf_set(conf, "bootstrap.servers", brokers, why, sizeof why), 0);
    if (type == RD_KAFKA_CONSUMER)
        assert_int_equal(rd_kafka_conf_set(conf, "group.id", "test", why, sizeof why), 0);
    rd_kafka_t *rk = rd_kafka_new(type, conf, why, sizeof why);
    assert_non_null(rk);
    return rk;
}

static int start(void **state)
{
    (void)state;
    host = client(RD_KAFKA_PRODUCER, NULL);
    cluster = rd_kafka_mock_cluster_new(host, 1);
    reason[0] = '\0';
    return cluster == NULL || rd_kafka_mock_topic_create(cluster, "audit", 1, 1) != 0;
}

static int stop(void **state)
{
    (void)state;
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(host);
    return 0;
}

static struct sink_kafka *opened(const char *brokers)
{
    const struct sink_kafka_settings settings = {
        .brokers = brokers, .topic = "audit", .wait_s = WAIT_S};
    struct sink_kafka *k = NULL;
    if (!gw_ok(sink_kafka_open(&settings, reason, sizeof reason, &k)))
        fail_msg("open: %s", reason);
    return k;
}

static void fill(struct buf *batch)
{
    char id[32], text[32];
    buf_init(batch, 1 << 20);
    for (int i = 0; i < MESSAGES; i++) {
        snprintf(id, sizeof id, "o/1#%d", i);
        snprintf(text, sizeof text, "{\"n\":%d}", i);
        sink_kafka_put(batch, slice_str(id), slice_str(text));
    }
    assert_true(gw_ok(buf_result(batch)));
}

/* Reads so many messages; their keys are o/1#0, o/1#1 ..., again and again, in that order. */
static void read_back(int count)
{
    rd_kafka_t *rk = client(RD_KAFKA_CONSUMER, rd_kafka_mock_cluster_bootstraps(cluster));
    rd_kafka_topic_partition_list_t *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, "audit", 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
    assert_int_equal(rd_kafka_assign(rk, list), 0);
    rd_kafka_topic_partition_list_destroy(list);
    for (int n = 0; n < count;) {
        char id[32], text[32];
        rd_kafka_message_t *m = rd_kafka_consumer_poll(rk, 10000);
        assert_non_null(m);
        if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
            snprintf(id, sizeof id, "o/1#%d", n % MESSAGES);
            snprintf(text, sizeof text, "{\"n\":%d}", n % MESSAGES);
            assert_true(slice_is(slice_of(m->key, m->key_len), slice_str(id)));
            assert_true(slice_is(slice_of(m->payload, m->len), slice_str(text)));
            n++;
        }
        rd_kafka_message_destroy(m);
    }
    rd_kafka_message_t *more = rd_kafka_consumer_poll(rk, 100);
    assert_true(more == NULL || more->err != RD_KAFKA_RESP_ERR_NO_ERROR);
    if (more != NULL)
        rd_kafka_message_destroy(more);
    rd_kafka_consumer_close(rk);
    rd_kafka_destroy(rk);
}

static void what_brokers_refuse_is_not_taken_and_may_be_sent_again(void **state)
{
    struct buf batch;
    (void)state;
    struct sink_kafka *k = opened(rd_kafka_mock_cluster_bootstraps(cluster));
    fill(&batch);
    rd_kafka_mock_push_request_errors(cluster, PRODUCE, 1,
                                      RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    assert_int_equal(sink_kafka_send(k, buf_slice(&batch), reason, sizeof reason).code,
                     GW_UNAVAILABLE);
    assert_true(strncmp(reason, "Kafka: 0 of 50 messages taken: ", 31) == 0);
    assert_non_null(strstr(reason, "authorization"));
    assert_true(gw_ok(sink_kafka_send(k, buf_slice(&batch), reason, sizeof reason)));
    read_back(MESSAGES);
    sink_kafka_close(k);
    buf_free(&batch);
}

static void a_broker_that_is_away_is_waited_for_and_no_longer(void **state)
{
    struct buf batch;
    struct timespec a, b;
    (void)state;
    struct sink_kafka *k = opened(rd_kafka_mock_cluster_bootstraps(cluster));
    fill(&batch);
    rd_kafka_mock_broker_set_down(cluster, 1);
    clock_gettime(CLOCK_MONOTONIC, &a);
    assert_int_equal(sink_kafka_send(k, buf_slice(&batch), reason, sizeof reason).code,
                     GW_UNAVAILABLE);
    clock_gettime(CLOCK_MONOTONIC, &b);
    assert_true(b.tv_sec - a.tv_sec <= 5L * WAIT_S);
    assert_true(strncmp(reason, "Kafka: 0 of 50 messages taken", 29) == 0);
    rd_kafka_mock_broker_set_up(cluster, 1);
    assert_true(gw_ok(sink_kafka_send(k, buf_slice(&batch), reason, sizeof reason)));
    sink_kafka_close(k);
    buf_free(&batch);
    read_back(MESSAGES);
}

/* What was right when the sink was opened may be right again: a CA file that is being replaced. */
static void a_producer_that_cannot_be_made_again_is_tried_again(void **state)
{
    char path[] = "/tmp/kafka-ca-XXXXXX";
    struct sink_kafka *k = NULL;
    struct buf batch;
    (void)state;
    int fd = mkstemp(path);
    assert_true(fd >= 0 && write(fd, ca_pem, sizeof ca_pem - 1) == sizeof ca_pem - 1);
    close(fd);
    const struct sink_kafka_settings settings = {
        .brokers = "127.0.0.1:1", .topic = "audit", .ca_file = path, .is_tls = true, .wait_s = 1};
    if (!gw_ok(sink_kafka_open(&settings, reason, sizeof reason, &k)))
        fail_msg("open: %s", reason);
    fill(&batch);
    assert_int_equal(sink_kafka_send(k, buf_slice(&batch), reason, sizeof reason).code,
                     GW_UNAVAILABLE);
    assert_int_equal(truncate(path, 100), 0);
    assert_int_equal(sink_kafka_send(k, buf_slice(&batch), reason, sizeof reason).code,
                     GW_UNAVAILABLE);
    assert_non_null(strstr(reason, "no producer can be made"));
    unlink(path);
    sink_kafka_close(k);
    buf_free(&batch);
}

static void a_batch_that_is_sent_twice_has_the_same_keys(void **state)
{
    struct buf batch;
    (void)state;
    struct sink_kafka *k = opened(rd_kafka_mock_cluster_bootstraps(cluster));
    fill(&batch);
    for (int i = 0; i < 2; i++)
        assert_true(gw_ok(sink_kafka_send(k, buf_slice(&batch), reason, sizeof reason)));
    assert_true(gw_ok(sink_kafka_send(k, (struct slice){0}, reason, sizeof reason)));
    read_back(2 * MESSAGES);
    sink_kafka_close(k);
    buf_free(&batch);
}

static void it_says_what_it_is(void **state)
{
    char what[80];
    (void)state;
    sink_kafka_describe(what, sizeof what);
    assert_true(strncmp(what, "librdkafka ", 11) == 0);
    sink_kafka_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_brokers_refuse_is_not_taken_and_may_be_sent_again,
                                        start, stop),
        cmocka_unit_test_setup_teardown(a_broker_that_is_away_is_waited_for_and_no_longer, start,
                                        stop),
        cmocka_unit_test_setup_teardown(a_batch_that_is_sent_twice_has_the_same_keys, start, stop),
        cmocka_unit_test_setup_teardown(a_producer_that_cannot_be_made_again_is_tried_again, start,
                                        stop),
        cmocka_unit_test(it_says_what_it_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
