/* proxy/main/sink.c - see sink.h. Replies are read by proxy/http and cJSON: a sink is no friend. */
#include "proxy/base/base.h"
#include "proxy/main/sink.h"
#include "audit/event_form.h"
#include "audit/facet.h"
#include "proxy/base/clock.h"
#include "proxy/base/secret.h"
#include "proxy/main/sink_http.h"
#include "proxy/main/sink_kafka.h"
#include "proxy/net/dial.h"

#include <cJSON.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { REPLY_MAX = 8 << 20, ACK_TRIES = 30, SYSLOG_AUDIT = 13, SYSLOG_HOST = 255, SYSLOG_ID = 32 };

struct row {
    const char *name, *form;
    bool is_http;
    void (*put)(struct sink *s, const struct event *e, struct slice text);
    gw_result (*send)(struct sink *s);
};

struct sink {
    const struct row *row;
    const struct event_form *form;
    struct sink_settings settings;
    struct sink_address to;
    struct dial *dial;        /* syslog's */
    struct sink_kafka *kafka; /* Kafka's */
    int fd;                   /* a file's */
    struct buf batch, line;
    size_t count; /* events in the batch */
    uint64_t last_seq;
    bool confirms;
    char channel[37]; /* Splunk's, an id for its acknowledgements */
    char reason[SINK_REASON];
};

static const char *or_else(const char *text, const char *other)
{
    return text == NULL ? other : text;
}

static gw_result refuse(struct sink *s, const char *why)
{
    snprintf(s->reason, sizeof s->reason, "%s", why);
    return gw_is(GW_UNAVAILABLE);
}

static void put_line(struct sink *s, const struct event *e, struct slice text)
{
    (void)e;
    buf_put(&s->batch, text);
    buf_put_str(&s->batch, "\n");
}

static off_t size_of(int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 ? st.st_size : -1;
}

/* A batch that was not taken comes again: half of a line must not stay in front of it. What another
 * has written meanwhile stays. */
static void take_back(const struct sink *s, off_t was, size_t written)
{
    if (s->fd != STDOUT_FILENO && was >= 0 && size_of(s->fd) == was + (off_t)written)
        (void)!ftruncate(s->fd, was);
}

static gw_result send_file(struct sink *s)
{
    struct slice rest = buf_slice(&s->batch);
    off_t was = size_of(s->fd);
    while (rest.len > 0) {
        ssize_t n = write(s->fd, rest.at, rest.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            take_back(s, was, buf_slice(&s->batch).len - rest.len);
            return refuse(s, "the file or the pipe takes no more");
        }
        rest = slice_from(rest, (size_t)n);
    }
    if (s->fd != STDOUT_FILENO && fdatasync(s->fd) != 0)
        return refuse(s, "the file cannot be synced");
    return gw_is(GW_OK);
}

/* RFC 5424 in the frames of RFC 6587: octets are counted. */
static void put_syslog(struct sink *s, const struct event *e, struct slice text)
{
    static const unsigned levels[] = {6, 6, 5, 4, 3, 2, 1}; /* OCSF's severity to syslog's */
    char head[400], t[28], size[24];
    uint64_t sev = event_number(e, NULL, "sev", 1);
    struct slice node = slice_cut(event_text(e, NULL, "node"), 0, SYSLOG_HOST);
    struct slice type = slice_cut(event_text(e, NULL, "type"), 0, SYSLOG_ID);
    node = node.len > 0 ? node : SLICE_LIT("-");
    clock_rfc3339(facet_time_us(event_text(e, NULL, "t")), t);
    int len = snprintf(head, sizeof head, "<%u>1 %s %.*s bulla - %.*s - ",
                       SYSLOG_AUDIT * 8 + levels[sev < GW_COUNT(levels) ? sev : 0], t,
                       (int)node.len, node.at, (int)type.len, type.at);
    snprintf(size, sizeof size, "%zu ", (size_t)len + text.len);
    buf_put_str(&s->batch, size);
    buf_put(&s->batch, slice_of(head, (size_t)len));
    buf_put(&s->batch, text);
}

/* Nothing tells that a collector has taken what the kernel took: only that it is still there. */
static gw_result send_stream(struct sink *s)
{
    if (s->dial != NULL && !dial_is_open(s->dial)) {
        dial_close(s->dial);
        s->dial = NULL;
    }
    if (s->dial == NULL) {
        const struct dial_to to = {.host = s->to.host,
                                   .port = s->to.port,
                                   .is_tls = s->to.is_tls,
                                   .ca_file = s->settings.ca_file,
                                   .wait_s = s->settings.wait_s};
        TRY(dial_open(&to, s->reason, sizeof s->reason, &s->dial));
    }
    gw_result r = dial_send(s->dial, buf_slice(&s->batch));
    if (gw_ok(r) && dial_is_open(s->dial))
        return r;
    dial_close(s->dial);
    s->dial = NULL;
    return refuse(s, "the connection broke while records were sent");
}

static gw_result post(struct sink *s, const char *path, const char *kind, struct slice body,
                      cJSON **reply)
{
    struct sink_post p = {.to = &s->to,
                          .ca_file = s->settings.ca_file,
                          .wait_s = s->settings.wait_s,
                          .path = path,
                          .kind = kind,
                          .scheme = s->row->name[0] == 's' ? "Splunk " : "ApiKey ",
                          .token = s->settings.token,
                          .channel = s->row->name[0] == 's' ? s->channel : NULL,
                          .body = body};
    struct buf in;
    unsigned status = 0;
    *reply = NULL;
    buf_init(&in, REPLY_MAX);
    gw_result r = sink_post(&p, &status, &in, s->reason, sizeof s->reason);
    if (gw_ok(r) && (status < 200 || status > 299)) {
        snprintf(s->reason, sizeof s->reason, "the other side answered %u", status);
        r = gw_is(GW_UNAVAILABLE);
    }
    if (gw_ok(r))
        *reply = cJSON_ParseWithLength(buf_slice(&in).at, buf_slice(&in).len);
    buf_free(&in);
    return r;
}

/* What OTLP calls them, in logs and in traces. */
static void put_resource(struct sink *s, const struct event *e, struct slice text,
                         const char *resources, const char *list)
{
    struct slice node = event_text(e, NULL, "node");
    if (s->count == 0) {
        buf_put_str(&s->batch, resources);
        buf_put_str(&s->batch, "[{\"resource\":{\"attributes\":["
                               "{\"key\":\"service.name\",\"value\":{\"stringValue\":\"bulla\"}},"
                               "{\"key\":\"service.instance.id\",\"value\":{\"stringValue\":\"");
        buf_put(&s->batch, node);
        buf_put_str(&s->batch, list);
    }
    buf_put_str(&s->batch, s->count == 0 ? "" : ",");
    buf_put(&s->batch, text);
}

static void put_otlp(struct sink *s, const struct event *e, struct slice text)
{
    put_resource(s, e, text, "{\"resourceLogs\":",
                 "\"}}]},\"scopeLogs\":[{\"scope\":{\"name\":\"bulla.audit\"},\"logRecords\":[");
}

static void put_spans(struct sink *s, const struct event *e, struct slice text)
{
    put_resource(s, e, text, "{\"resourceSpans\":",
                 "\"}}]},\"scopeSpans\":[{\"scope\":{\"name\":\"bulla.audit\"},\"spans\":[");
}

static gw_result send_all_of(struct sink *s, const char *path, const char *rejected)
{
    cJSON *reply;
    buf_put_str(&s->batch, "]}]}]}");
    TRY(buf_result(&s->batch));
    TRY(post(s, path, "application/json", buf_slice(&s->batch), &reply));
    const cJSON *part = cJSON_GetObjectItemCaseSensitive(reply, "partialSuccess");
    const cJSON *lost = cJSON_GetObjectItemCaseSensitive(part, rejected);
    bool all = lost == NULL || (cJSON_IsNumber(lost) && lost->valuedouble == 0) ||
               (cJSON_IsString(lost) && strcmp(lost->valuestring, "0") == 0);
    cJSON_Delete(reply);
    return all ? gw_is(GW_OK) : refuse(s, "the collector rejected some of the records");
}

static gw_result send_otlp(struct sink *s)
{
    return send_all_of(s, "/v1/logs", "rejectedLogRecords");
}

static gw_result send_spans(struct sink *s)
{
    return send_all_of(s, "/v1/traces", "rejectedSpans");
}

/* HEC: the event is the OCSF object, our id beside it. */
static void put_splunk(struct sink *s, const struct event *e, struct slice text)
{
    char id[EVENT_ID], head[EVENT_ID + 120];
    int64_t us = facet_time_us(event_text(e, NULL, "t"));
    event_id(e, id);
    snprintf(head, sizeof head,
             "{\"time\":%lld.%06lld,\"source\":\"bulla\",\"sourcetype\":\"bulla:audit\","
             "\"fields\":{\"audit_id\":\"%s\"},\"event\":",
             (long long)(us / 1000000), (long long)(us % 1000000), id);
    buf_put_str(&s->batch, head);
    buf_put(&s->batch, text);
    buf_put_str(&s->batch, "}\n");
}

/* 200 means received, not indexed; that is what the acknowledgement says, where it is on. */
static gw_result wait_for_ack(struct sink *s, long long id)
{
    char ask[48], name[24];
    snprintf(ask, sizeof ask, "{\"acks\":[%lld]}", id);
    snprintf(name, sizeof name, "%lld", id);
    for (int i = 0; i < ACK_TRIES; i++) {
        cJSON *reply;
        TRY(post(s, "/services/collector/ack", "application/json", slice_str(ask), &reply));
        const cJSON *acks = cJSON_GetObjectItemCaseSensitive(reply, "acks");
        bool done = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(acks, name));
        cJSON_Delete(reply);
        if (done)
            return gw_is(GW_OK);
        usleep(i < 5 ? 100000 : 1000000);
    }
    return refuse(s, "Splunk does not acknowledge the batch as indexed");
}

static gw_result send_splunk(struct sink *s)
{
    cJSON *reply;
    TRY(post(s, "/services/collector/event", "application/json", buf_slice(&s->batch), &reply));
    const cJSON *code = cJSON_GetObjectItemCaseSensitive(reply, "code");
    const cJSON *ack = cJSON_GetObjectItemCaseSensitive(reply, "ackId");
    bool good = cJSON_IsNumber(code) && code->valuedouble == 0;
    bool has_ack = cJSON_IsNumber(ack);
    long long id = has_ack ? (long long)ack->valuedouble : 0;
    cJSON_Delete(reply);
    s->confirms = has_ack;
    if (!good)
        return refuse(s, "Splunk did not take the batch");
    return has_ack ? wait_for_ack(s, id) : gw_is(GW_OK);
}

static void put_elastic(struct sink *s, const struct event *e, struct slice text)
{
    char id[EVENT_ID];
    event_id(e, id);
    buf_put_str(&s->batch, "{\"create\":{\"_id\":\"");
    buf_put_str(&s->batch, id);
    buf_put_str(&s->batch, "\"}}\n");
    buf_put(&s->batch, text);
    buf_put_str(&s->batch, "\n");
}

/* An item that is there already (409) was taken earlier. */
static bool all_taken(const cJSON *reply)
{
    const cJSON *item;
    if (cJSON_IsFalse(cJSON_GetObjectItemCaseSensitive(reply, "errors")))
        return true;
    const cJSON *items = cJSON_GetObjectItemCaseSensitive(reply, "items");
    if (!cJSON_IsArray(items))
        return false;
    cJSON_ArrayForEach(item, items)
    {
        const cJSON *status = cJSON_GetObjectItemCaseSensitive(
            cJSON_GetObjectItemCaseSensitive(item, "create"), "status");
        if (!cJSON_IsNumber(status) || (status->valuedouble > 299 && status->valuedouble != 409))
            return false;
    }
    return true;
}

static gw_result send_elastic(struct sink *s)
{
    char path[200];
    cJSON *reply;
    snprintf(path, sizeof path, "/%s/_bulk", or_else(s->settings.index_name, "bulla-audit"));
    TRY(post(s, path, "application/x-ndjson", buf_slice(&s->batch), &reply));
    bool taken = all_taken(reply);
    cJSON_Delete(reply);
    return taken ? gw_is(GW_OK) : refuse(s, "Elasticsearch did not take all of the batch");
}

static void put_kafka(struct sink *s, const struct event *e, struct slice text)
{
    char id[EVENT_ID];
    event_id(e, id);
    sink_kafka_put(&s->batch, slice_str(id), text);
}

static gw_result send_kafka(struct sink *s)
{
    return sink_kafka_send(s->kafka, buf_slice(&s->batch), s->reason, sizeof s->reason);
}

/* clang-format off */
static const struct row rows[] = {
    {"jsonl",   "leaf", false, put_line,    send_file},
    {"syslog",  "ocsf", false, put_syslog,  send_stream},
    {"otlp",    "otlp", true,  put_otlp,    send_otlp},
    {"splunk",  "ocsf", true,  put_splunk,  send_splunk},
    {"elastic", "ocsf", true,  put_elastic, send_elastic},
    {"kafka",   "ocsf", false, put_kafka,   send_kafka},
    {"spans",   "span", true,  put_spans,   send_spans},
};
/* clang-format on */

const char *sink_kind(size_t i)
{
    return i < GW_COUNT(rows) ? rows[i].name : NULL;
}

/* Forms that a collector alone takes, each at its own place. */
static bool is_otlp(const char *form)
{
    return strcmp(form, "otlp") == 0 || strcmp(form, "span") == 0;
}

static const char *choose(struct sink *s)
{
    size_t i = 0;
    while (i < GW_COUNT(rows) && strcmp(rows[i].name, s->settings.kind) != 0)
        i++;
    if (i == GW_COUNT(rows))
        return "--sink takes jsonl, syslog, otlp, spans, splunk, elastic or kafka";
    s->row = &rows[i];
    s->form = event_form(s->settings.form == NULL ? rows[i].form : s->settings.form);
    if (s->form == NULL || (strcmp(rows[i].form, s->form->name) != 0 &&
                            (is_otlp(rows[i].form) || is_otlp(s->form->name))))
        return "--form takes ocsf, cef or leaf";
    bool takes_json = rows[i].is_http || rows[i].send == send_kafka;
    if (takes_json && strcmp(s->form->name, "cef") == 0)
        return "this sink takes JSON: --form ocsf or leaf";
    if (s->settings.with_findings && !s->form->has_findings)
        return "findings are events of OCSF: --form ocsf";
    return NULL;
}

/* The next of "HOST:PORT,HOST:PORT"; *rest NULL: it was the last. */
static bool next_broker(const char **rest, struct sink_address *out)
{
    char one[sizeof out->host + 16];
    const char *end = strchr(*rest, ',');
    size_t len = end == NULL ? strlen(*rest) : (size_t)(end - *rest);
    if (len + 7 > sizeof one)
        return false;
    snprintf(one, sizeof one, "tcp://%.*s", (int)len, *rest);
    *rest = end == NULL ? NULL : end + 1;
    return sink_address_read(one, out);
}

/* How brokers ask for a password, the usual way first: with SCRAM they prove that they know it too,
 * PLAIN sends it as it is. */
static const struct sasl {
    const char *word, *mechanism;
} sasls[] = {{"", "SCRAM-SHA-512"},
             {"+scram-sha-512", "SCRAM-SHA-512"},
             {"+scram-sha-256", "SCRAM-SHA-256"},
             {"+plain", "PLAIN"}};

/* tcp:// or tls://, perhaps with a way of asking: tls+plain://. */
struct kafka_place {
    const char *brokers;
    const struct sasl *sasl;
    bool is_tls;
};

static bool read_kafka(const char *to, struct kafka_place *out)
{
    const char *slashes = strstr(to, "://");
    *out = (struct kafka_place){.is_tls = strncmp(to, "tls", 3) == 0};
    if (slashes == NULL || (!out->is_tls && strncmp(to, "tcp", 3) != 0))
        return false;
    for (size_t i = 0; i < GW_COUNT(sasls); i++)
        if (slice_is(slice_of(to + 3, (size_t)(slashes - to - 3)), slice_str(sasls[i].word)))
            out->sasl = &sasls[i];
    out->brokers = slashes + 3;
    return out->sasl != NULL;
}

/* A token that was not read is judged when the sink is opened. */
static const char *judge_kafka(const struct sink *s, const char *to)
{
    struct sink_address a;
    struct kafka_place place;
    struct slice login = s->settings.token;
    size_t user = slice_find_byte(login, ':');
    bool is_fine = read_kafka(to, &place), is_near = true;
    for (const char *rest = place.brokers; is_fine && rest != NULL;) {
        is_fine = next_broker(&rest, &a);
        is_near = is_near && is_fine && a.is_loopback;
    }
    if (!is_fine)
        return "Kafka is at tcp://HOST:PORT or tls://HOST:PORT; more brokers after commas";
    if (login.len == 0)
        return NULL;
    if (user == 0 || user >= login.len - 1)
        return "the token for Kafka's brokers is USER:PASSWORD";
    return place.is_tls || is_near ? NULL : "a password does not go out without TLS: tls://";
}

static const char *judge_place(struct sink *s)
{
    const char *to = or_else(s->settings.to, "-");
    if (s->row->send == send_file)
        return NULL;
    if (s->row->send == send_kafka)
        return judge_kafka(s, to);
    if (!sink_address_read(to, &s->to))
        return "a sink is at tcp://HOST:PORT, tls://HOST:PORT, http://HOST:PORT or "
               "https://HOST:PORT";
    if (s->to.is_http != s->row->is_http)
        return "syslog goes to tcp:// or tls://, the others to http:// or https://";
    if (s->settings.token.len > 0 && !s->to.is_tls && !s->to.is_loopback)
        return "a token does not go out without TLS: https://";
    return NULL;
}

/* What the settings mean: row, form and address. */
static const char *judge(struct sink *s)
{
    const char *wrong = choose(s);
    return wrong != NULL ? wrong : judge_place(s);
}

const char *sink_judge(const struct sink_settings *settings)
{
    struct sink s = {.settings = *settings};
    return judge(&s);
}

bool sink_is_name(const char *name)
{
    size_t len = strlen(name);
    return len > 0 && len < 64 && name[0] != '.' &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == len;
}

bool sink_is_file(const struct sink_settings *settings)
{
    struct sink s = {.settings = *settings};
    return judge(&s) == NULL && s.row->send == send_file;
}

static size_t add_port(const char *text, unsigned *ports, size_t n, size_t room)
{
    unsigned port = (unsigned)strtoul(text, NULL, 10);
    for (size_t i = 0; i < n; i++)
        if (ports[i] == port)
            return n;
    if (n < room)
        ports[n++] = port;
    return n;
}

size_t sink_ports(const struct sink_settings *settings, unsigned *ports, size_t room)
{
    struct sink s = {.settings = *settings};
    struct sink_address a;
    size_t n = 0;
    if (judge(&s) != NULL || s.row->send == send_file)
        return 0;
    struct kafka_place place = {NULL, NULL, false};
    bool is_kafka = s.row->send == send_kafka && read_kafka(settings->to, &place);
    const char *rest = place.brokers;
    while (rest != NULL && next_broker(&rest, &a))
        n = add_port(a.port, ports, n, room);
    return is_kafka ? n : add_port(s.to.port, ports, n, room);
}

/* Whoever wrote into it last may have been killed in the middle of a line: ours begin their own. */
static bool begin_line(int fd)
{
    char last = '\n';
    off_t size = size_of(fd);
    return size >= 0 && (size == 0 || pread(fd, &last, 1, size - 1) == 1) &&
           (last == '\n' || write(fd, "\n", 1) == 1);
}

/* Never waits: nobody may be at the other end of a pipe that has a name. */
static const char *open_file(struct sink *s, const char *to)
{
    struct stat st;
    if (strcmp(to, "-") == 0) {
        s->fd = STDOUT_FILENO;
        return NULL;
    }
    s->fd = open(to, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0600);
    if (s->fd < 0)
        return "the file cannot be opened to be read and written";
    if (fstat(s->fd, &st) != 0 || !S_ISREG(st.st_mode))
        return "this is no regular file: a path of one is needed, or '-' for standard output";
    return begin_line(s->fd) ? NULL : "the file cannot be written";
}

static const char *open_place(struct sink *s, char *reason)
{
    const char *to = or_else(s->settings.to, "-");
    if (s->row->send == send_file)
        return open_file(s, to);
    if (s->row->send != send_kafka)
        return NULL;
    struct kafka_place place;
    if (!read_kafka(to, &place))
        return "Kafka is at tcp:// or tls://";
    struct slice login = s->settings.token;
    if (login.len == 0 && place.sasl != sasls)
        return "the token for Kafka's brokers is USER:PASSWORD";
    const struct sink_kafka_settings settings = {
        .brokers = place.brokers,
        .topic = or_else(s->settings.index_name, "bulla-audit"),
        .ca_file = s->settings.ca_file,
        .is_tls = place.is_tls,
        .login = login,
        .mechanism = login.len > 0 ? place.sasl->mechanism : NULL,
        .wait_s = s->settings.wait_s};
    return gw_ok(sink_kafka_open(&settings, reason, SINK_REASON, &s->kafka)) ? NULL : reason;
}

gw_result sink_open(const struct sink_settings *settings, char *reason, struct sink **out)
{
    unsigned char id[16];
    struct sink *s = calloc(1, sizeof *s);
    if (s == NULL)
        return gw_is(GW_NO_MEMORY);
    s->settings = *settings;
    s->fd = -1;
    buf_init(&s->batch,
             SINK_BATCH_BYTES + 3 * EVENT_MAX); /* a record, its finding, what frames them */
    buf_init(&s->line, EVENT_MAX);
    const char *wrong = judge(s);
    if (wrong == NULL)
        wrong = open_place(s, reason);
    if (wrong != NULL) {
        if (wrong != reason)
            snprintf(reason, SINK_REASON, "%s", wrong);
        sink_close(s);
        return gw_is(GW_BAD);
    }
    secret_random(id, sizeof id);
    secret_hex(id, sizeof id, s->channel);
    s->confirms = s->row->send != send_stream;
    *out = s;
    return gw_is(GW_OK);
}

void sink_close(struct sink *s)
{
    if (s == NULL)
        return;
    dial_close(s->dial);
    sink_kafka_close(s->kafka);
    if (s->fd > STDOUT_FILENO)
        close(s->fd);
    buf_free(&s->batch);
    buf_free(&s->line);
    free(s);
}

gw_result sink_add(struct sink *s, const struct event *e)
{
    if (!e->is_finding && buf_slice(&s->batch).len >= SINK_BATCH_BYTES)
        return gw_is(GW_TOO_BIG); /* a finding goes with its record */
    buf_clear(&s->line);
    TRY(s->form->write(e, &s->line));
    if (buf_slice(&s->line).len == 0)
        return gw_is(GW_OK); /* it has no place in that form */
    s->row->put(s, e, buf_slice(&s->line));
    s->count++;
    s->last_seq = e->frame->seq;
    return buf_result(&s->batch);
}

gw_result sink_flush(struct sink *s)
{
    gw_result r = s->count == 0 ? gw_is(GW_OK) : s->row->send(s);
    sink_forget(s);
    return r;
}

void sink_forget(struct sink *s)
{
    buf_clear(&s->batch);
    s->count = 0;
}

const char *sink_reason(const struct sink *s)
{
    return s->reason;
}

bool sink_confirms(const struct sink *s)
{
    return s->confirms;
}
