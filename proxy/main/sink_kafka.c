/* proxy/main/sink_kafka.c - see sink_kafka.h. librdkafka has threads of its own; what they say
 * comes back in rd_kafka_poll() and rd_kafka_flush(), on the thread that sends. */
#include "proxy/base/base.h"
#include "proxy/main/sink_kafka.h"
#include "proxy/base/clock.h"
#include "proxy/base/secret.h"

#include <librdkafka/rdkafka.h>

enum { POLL_MS = 100, WORD = 512, HEAD = 2 * sizeof(uint32_t), LOGIN = 4096 };

struct sink_kafka {
    struct sink_kafka_settings settings;
    rd_kafka_t *producer; /* NULL: none yet, or thrown away */
    size_t taken;         /* of the batch at hand */
    rd_kafka_resp_err_t why;
};

static void put_u32(struct buf *out, size_t n)
{
    uint32_t word = (uint32_t)n; /* read again by this process */
    buf_put(out, slice_of(&word, sizeof word));
}

void sink_kafka_put(struct buf *batch, struct slice key, struct slice text)
{
    put_u32(batch, key.len);
    put_u32(batch, text.len);
    buf_put(batch, key);
    buf_put(batch, text);
}

static bool take_message(struct slice *batch, struct slice *key, struct slice *text)
{
    uint32_t lengths[2];
    if (batch->len < HEAD)
        return false;
    memcpy(lengths, batch->at, sizeof lengths);
    *key = slice_cut(*batch, HEAD, HEAD + lengths[0]);
    *text = slice_cut(*batch, HEAD + lengths[0], HEAD + lengths[0] + lengths[1]);
    *batch = slice_from(*batch, HEAD + lengths[0] + lengths[1]);
    return true;
}

static void delivered(rd_kafka_t *producer, const rd_kafka_message_t *m, void *kafka)
{
    struct sink_kafka *k = kafka;
    (void)producer;
    if (m->err == RD_KAFKA_RESP_ERR_NO_ERROR)
        k->taken++;
    else
        k->why = m->err;
}

/* It would speak on stderr by itself; what counts is in the reports. */
static void say_nothing(const rd_kafka_t *producer, int level, const char *at, const char *text)
{
    (void)producer, (void)level, (void)at, (void)text;
}

/* A word for what the brokers are doing, unless a message says more. */
static void heard(rd_kafka_t *producer, int why, const char *text, void *kafka)
{
    struct sink_kafka *k = kafka;
    (void)producer, (void)text;
    if (k->why == RD_KAFKA_RESP_ERR_NO_ERROR)
        k->why = (rd_kafka_resp_err_t)why;
}

static const char *protocol_of(const struct sink_kafka_settings *s)
{
    if (s->mechanism == NULL)
        return s->is_tls ? "ssl" : "plaintext";
    return s->is_tls ? "sasl_ssl" : "sasl_plaintext";
}

/* login: two strings, one behind the other. librdkafka has a copy of the password for as long as it
 * has a producer, and wipes it. */
static gw_result set_all(const struct sink_kafka *k, const char *login, rd_kafka_conf_t *conf,
                         char *reason, size_t size)
{
    char wait[24], why[WORD];
    const struct sink_kafka_settings *s = &k->settings;
    snprintf(wait, sizeof wait, "%u", s->wait_s * 1000);
    const struct {
        const char *name, *value;
    } rows[] = {
        {"bootstrap.servers", s->brokers},
        {"client.id", "bulla"},
        {"enable.idempotence", "true"}, /* with acks=all: what is told as taken is kept */
        {"message.timeout.ms", wait},
        {"socket.keepalive.enable", "true"},
        {"security.protocol", protocol_of(s)},
        {"ssl.endpoint.identification.algorithm", "https"},
        {"ssl.ca.location", s->is_tls ? s->ca_file : NULL},
        {"sasl.mechanism", s->mechanism},
        {"sasl.username", s->mechanism != NULL ? login : NULL},
        {"sasl.password", s->mechanism != NULL ? login + strlen(login) + 1 : NULL},
    };
    for (size_t i = 0; i < GW_COUNT(rows); i++)
        if (rows[i].value != NULL && rd_kafka_conf_set(conf, rows[i].name, rows[i].value, why,
                                                       sizeof why) != RD_KAFKA_CONF_OK) {
            snprintf(reason, size, "Kafka: librdkafka does not take %s", rows[i].name);
            return gw_is(GW_BAD);
        }
    return gw_is(GW_OK);
}

static gw_result begin(struct sink_kafka *k, char *reason, size_t size)
{
    char why[WORD] = "", login[LOGIN + 2] = "";
    struct slice given = k->settings.login;
    size_t colon = slice_find_byte(given, ':');
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    if (colon < given.len && given.len <= LOGIN) {
        memcpy(login, given.at, given.len);
        login[colon] = '\0';
    }
    gw_result r = set_all(k, login, conf, reason, size);
    secret_wipe(login, sizeof login);
    if (!gw_ok(r)) {
        rd_kafka_conf_destroy(conf);
        return r;
    }
    rd_kafka_conf_set_opaque(conf, k);
    rd_kafka_conf_set_dr_msg_cb(conf, delivered);
    rd_kafka_conf_set_error_cb(conf, heard);
    rd_kafka_conf_set_log_cb(conf, say_nothing);
    k->producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, why, sizeof why);
    if (k->producer != NULL)
        return gw_is(GW_OK); /* which owns conf now */
    rd_kafka_conf_destroy(conf);
    snprintf(reason, size, "Kafka: no producer can be made: the CA file, or a broker's address");
    return gw_is(GW_BAD);
}

static void throw_away(struct sink_kafka *k)
{
    if (k->producer == NULL)
        return;
    (void)rd_kafka_purge(k->producer, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    (void)rd_kafka_flush(k->producer, POLL_MS); /* the reports of what was purged */
    rd_kafka_destroy(k->producer);
    k->producer = NULL;
}

gw_result sink_kafka_open(const struct sink_kafka_settings *settings, char *reason, size_t size,
                          struct sink_kafka **out)
{
    struct sink_kafka *k = calloc(1, sizeof *k);
    if (k == NULL)
        return gw_is(GW_NO_MEMORY);
    k->settings = *settings;
    gw_result r = begin(k, reason, size);
    if (gw_ok(r))
        *out = k;
    else
        free(k);
    return r;
}

void sink_kafka_close(struct sink_kafka *k)
{
    if (k != NULL)
        throw_away(k);
    free(k);
}

static rd_kafka_resp_err_t produce(struct sink_kafka *k, struct slice key, struct slice text)
{
    /* What is only copied is taken as if it could be changed. */
    void *key_at = (void *)(uintptr_t)key.at, *text_at = (void *)(uintptr_t)text.at;
    const rd_kafka_vu_t parts[] = {
        {.vtype = RD_KAFKA_VTYPE_TOPIC, .u.cstr = k->settings.topic},
        {.vtype = RD_KAFKA_VTYPE_KEY, .u.mem = {key_at, key.len}},
        {.vtype = RD_KAFKA_VTYPE_VALUE, .u.mem = {text_at, text.len}},
        {.vtype = RD_KAFKA_VTYPE_MSGFLAGS, .u.i = RD_KAFKA_MSG_F_COPY},
    };
    rd_kafka_error_t *wrong = rd_kafka_produceva(k->producer, parts, GW_COUNT(parts));
    rd_kafka_resp_err_t err =
        wrong == NULL ? RD_KAFKA_RESP_ERR_NO_ERROR : rd_kafka_error_code(wrong);
    if (wrong != NULL)
        rd_kafka_error_destroy(wrong);
    return err;
}

/* All of them into the producer's queue; waits while that is full. */
static bool queue_all(struct sink_kafka *k, struct slice batch, size_t *count)
{
    struct slice key, text;
    static const struct clock real;
    int64_t end = clock_mono_ns(&real) + (int64_t)k->settings.wait_s * 1000000000;
    while (take_message(&batch, &key, &text)) {
        rd_kafka_resp_err_t err = produce(k, key, text);
        while (err == RD_KAFKA_RESP_ERR__QUEUE_FULL && clock_mono_ns(&real) < end) {
            (void)rd_kafka_poll(k->producer, POLL_MS);
            err = produce(k, key, text);
        }
        if (err != RD_KAFKA_RESP_ERR_NO_ERROR) {
            k->why = err;
            return false;
        }
        ++*count;
    }
    return true;
}

gw_result sink_kafka_send(struct sink_kafka *k, struct slice batch, char *reason, size_t size)
{
    size_t count = 0;
    if (k->producer == NULL && !gw_ok(begin(k, reason, size)))
        return gw_is(GW_UNAVAILABLE); /* it was one when the sink was opened: this may pass */
    k->taken = 0;
    k->why = RD_KAFKA_RESP_ERR_NO_ERROR;
    bool is_whole = queue_all(k, batch, &count);
    (void)rd_kafka_flush(k->producer, (int)k->settings.wait_s * 1000);
    if (is_whole && k->taken == count)
        return gw_is(GW_OK);
    snprintf(reason, size, "Kafka: %zu of %zu messages taken: %s", k->taken, count,
             k->why == RD_KAFKA_RESP_ERR_NO_ERROR ? "no answer in time" : rd_kafka_err2str(k->why));
    throw_away(k);
    return gw_is(GW_UNAVAILABLE);
}

void sink_kafka_describe(char *out, size_t size)
{
    snprintf(out, size, "librdkafka %s", rd_kafka_version_str());
}
