/* proxy/main/admin.c - see admin.h. GET /healthz, /readyz, /metrics (Prometheus text format 0.0.4).
 */
#include "proxy/base/base.h"
#include "proxy/main/admin.h"
#include "audit/gauges.h"
#include "certs/store.h"
#include "proxy/base/clock.h"
#include "proxy/base/list.h"
#include "proxy/http/parse.h"
#include "proxy/main/sink.h"
#include "proxy/main/worker.h"
#include "proxy/net/conn.h"
#include "proxy/net/listener.h"
#include <unistd.h>

struct admin {
    struct loop *loop;
    struct listener *listener;
    struct admin_view view;
    struct list visits;
    struct loop_timer *sweep;
};

enum { VISITS_MAX = 64, VISIT_MS = 5000 };

struct visit {
    struct link link;
    int64_t since_ns;
    struct admin *admin;
    struct conn *conn;
    bool answered;
};

static uint64_t sum(const struct admin *a, size_t offset)
{
    uint64_t n = 0;
    for (size_t i = 0; i < a->view.gate_count; i++) {
        const char *at = (const char *)&a->view.gates[i]->counters + offset;
        n += __atomic_load_n((const uint64_t *)(const void *)at, __ATOMIC_RELAXED);
    }
    return n;
}

#define SUM(a, member) sum((a), offsetof(struct gate_counters, member))

static void put_metric(struct buf *out, const char *name, const char *label, uint64_t n)
{
    buf_put_str(out, name);
    buf_put_str(out, label);
    buf_put_str(out, " ");
    buf_put_u64(out, n);
    buf_put_str(out, "\n");
}

/* Alarm at 30, 7 and 1: below zero it is expired, and still served. */
static void put_certificates(const struct admin *a, struct buf *out)
{
    buf_put_str(out, "# TYPE bulla_certificate_days_left gauge\n");
    for (size_t i = 0; i < a->view.pair_count; i++)
        if (a->view.pairs[i] != NULL)
            (void)gw_ok(buf_add_format(out, "bulla_certificate_days_left{listener=\"%zu\"} %d\n", i,
                                       cert_days_left(a->view.pairs[i])));
}

/* The log and its sinks, as the processes that know have said. */
static void put_log(const struct gauges *g, struct buf *out)
{
    if (g == NULL)
        return;
    buf_put_str(out, "# TYPE bulla_audit_records gauge\n");
    put_metric(out, "bulla_audit_records", "", gauges_get(&g->records));
    put_metric(out, "bulla_audit_open", "", gauges_get(&g->is_open));
    put_metric(out, "bulla_audit_syncs_total", "", gauges_get(&g->syncs));
    put_metric(out, "bulla_audit_disk_free_kib", "", gauges_get(&g->free_kib));
    put_metric(out, "bulla_audit_disk_low", "", gauges_get(&g->is_low));
    put_metric(out, "bulla_audit_unrecorded_total", "", gauges_get(&g->unrecorded));
    for (size_t i = 0; i < gauges_sinks(g); i++) {
        char name[GAUGES_NAME], label[GAUGES_NAME + 16];
        const struct gauges_sink *s = &g->sinks[i];
        snprintf(name, sizeof name, "%.*s", GAUGES_NAME - 1, s->name);
        snprintf(label, sizeof label, "{sink=\"%s\"}", sink_is_name(name) ? name : "?");
        put_metric(out, "bulla_sink_lag_records", label, gauges_lag(g, s));
        put_metric(out, "bulla_sink_up", label, gauges_get(&s->is_up));
        put_metric(out, "bulla_sink_failures_total", label, gauges_get(&s->failures));
    }
}

static void put_metrics(const struct admin *a, struct buf *out)
{
    char label[64];
    buf_put_str(out, "# TYPE bulla_exchanges_total counter\n");
    put_metric(out, "bulla_exchanges_total", "{decision=\"allow\"}", SUM(a, allowed));
    put_metric(out, "bulla_exchanges_total", "{decision=\"redact\"}", SUM(a, redacted));
    put_metric(out, "bulla_exchanges_total", "{decision=\"block\"}", SUM(a, blocked));
    put_metric(out, "bulla_exchanges_total", "{decision=\"error\"}", SUM(a, errors));
    buf_put_str(out, "# TYPE bulla_endings_total counter\n");
    for (size_t i = 1; i < WHY_COUNT; i++) {
        snprintf(label, sizeof label, "{why=\"%s\"}", why_word((enum why)i));
        put_metric(out, "bulla_endings_total", label,
                   sum(a, offsetof(struct gate_counters, why) + i * sizeof(uint64_t)));
    }
    buf_put_str(out, "# TYPE bulla_leaves_total counter\n");
    put_metric(out, "bulla_leaves_total", "{state=\"scanned\"}", SUM(a, leaves_scanned));
    put_metric(out, "bulla_leaves_total", "{state=\"seen\"}", SUM(a, leaves_seen));
    buf_put_str(out, "# TYPE bulla_findings_total counter\n");
    put_metric(out, "bulla_findings_total", "", SUM(a, findings));
    put_metric(out, "bulla_restored_total", "", SUM(a, restored));
    put_metric(out, "bulla_streams_total", "", SUM(a, streams));
    put_metric(out, "bulla_bytes_in_total", "", SUM(a, bytes_in));
    put_metric(out, "bulla_bytes_out_total", "", SUM(a, bytes_out));
    put_metric(out, "bulla_upstream_excess_total", "", SUM(a, excess));
    buf_put_str(out, "# TYPE bulla_guard_verdicts_total counter\n");
    put_metric(out, "bulla_guard_verdicts_total", "{said=\"safe\"}", SUM(a, guard_safe));
    put_metric(out, "bulla_guard_verdicts_total", "{said=\"unsafe\"}", SUM(a, guard_unsafe));
    put_metric(out, "bulla_guard_verdicts_total", "{said=\"failed\"}", SUM(a, guard_failed));
    put_metric(out, "bulla_guard_questions_total", "", SUM(a, guard_questions));
    put_metric(out, "bulla_turned_away_total", "", SUM(a, turned_away));
    put_metric(out, "bulla_handshakes_dropped_total", "", SUM(a, unshaken));
    buf_put_str(out, "# TYPE bulla_callers gauge\n# TYPE bulla_held_bytes gauge\n");
    put_metric(out, "bulla_callers", "", SUM(a, callers));
    put_metric(out, "bulla_held_bytes", "", SUM(a, held));
    put_certificates(a, out);
    put_log(a->view.gauges, out);
}

static void answer(struct visit *v, const struct head *head)
{
    struct buf body, out;
    unsigned status = 200;
    buf_init(&body, 65536);
    buf_init(&out, 65536);
    if (slice_is(head->path, SLICE_LIT("/metrics")))
        put_metrics(v->admin, &body);
    else if (slice_is(head->path, SLICE_LIT("/healthz")) ||
             slice_is(head->path, SLICE_LIT("/readyz")))
        buf_put_str(&body, "ok\n");
    else
        status = 404;
    if (status == 404)
        buf_put_str(&body, "There are /metrics, /healthz and /readyz.\n");
    buf_put_str(&out, status == 200 ? "HTTP/1.1 200 OK\r\n" : "HTTP/1.1 404 Not Found\r\n");
    buf_put_str(&out,
                "content-type: text/plain; version=0.0.4\r\nx-content-type-options: nosniff\r\n"
                "connection: close\r\ncontent-length: ");
    buf_put_u64(&out, body.len);
    buf_put_str(&out, "\r\n\r\n");
    buf_put(&out, buf_slice(&body));
    v->answered = true;
    (void)gw_ok(conn_write(v->conn, buf_slice(&out)));
    conn_finish(v->conn);
    buf_free(&body);
    buf_free(&out);
}

static void arrived(void *visit)
{
    struct visit *v = visit;
    struct head head;
    struct head_fault fault;
    size_t used;
    if (v->answered)
        return;
    gw_result r = parse_request(conn_in(v->conn), &head, &used, &fault);
    if (r.code == GW_AGAIN)
        return;
    if (gw_ok(r) && slice_is(head.method, SLICE_LIT("GET"))) {
        answer(v, &head);
    } else {
        v->answered = true;
        conn_finish(v->conn);
    }
}

static void room(void *visit)
{
    (void)visit;
}

static void drop(struct visit *v)
{
    list_remove(&v->admin->visits, &v->link);
    conn_free(v->conn);
    free(v);
}

static void ended(void *visit, enum conn_end how)
{
    (void)how;
    drop(visit);
}

static int64_t now_ns(void)
{
    static const struct clock real = {0};
    return clock_mono_ns(&real);
}

/* Who says nothing, or does not read, is not kept. */
static void sweep(void *admin)
{
    struct admin *a = admin;
    for (struct link *k = list_first(&a->visits), *after; k != NULL; k = after) {
        struct visit *v = LIST_ITEM(k, struct visit, link);
        after = list_after(&a->visits, k);
        if (now_ns() - v->since_ns > (int64_t)VISIT_MS * 1000000)
            drop(v);
    }
}

static const struct conn_calls calls = {
    .bytes = arrived, .room = room, .end = ended, .ready = NULL};

static void accepted(void *admin, int fd)
{
    struct admin *a = admin;
    struct visit *v = a->visits.count >= VISITS_MAX ? NULL : calloc(1, sizeof *v);
    if (v == NULL) {
        close(fd);
        return;
    }
    v->admin = a;
    v->since_ns = now_ns();
    v->conn = conn_accept(a->loop, fd, NULL, VISIT_MS, &calls, v);
    if (v->conn == NULL)
        free(v);
    else
        list_append(&a->visits, &v->link);
}

struct admin *admin_new(struct loop *l, int fd, const struct admin_view *view)
{
    struct admin *a = calloc(1, sizeof *a);
    if (a == NULL)
        return NULL;
    a->loop = l;
    a->view = *view;
    list_init(&a->visits);
    a->listener = listener_new(l, fd, accepted, a);
    a->sweep = loop_every(l, VISIT_MS / 5, sweep, a);
    return a;
}

void admin_drain(struct admin *a)
{
    if (a == NULL)
        return;
    listener_free(a->listener);
    a->listener = NULL;
}

bool admin_is_empty(const struct admin *a)
{
    return a == NULL || a->visits.count == 0;
}

void admin_free(struct admin *a)
{
    if (a == NULL)
        return;
    for (struct link *k; (k = list_first(&a->visits)) != NULL;)
        drop(LIST_ITEM(k, struct visit, link));
    loop_timer_free(a->sweep);
    listener_free(a->listener);
    free(a);
}
