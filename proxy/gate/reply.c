/* proxy/gate/reply.c - what the gateway itself says to a client: heads, refusals, its list of
 * models. */
#include "proxy/base/base.h"
#include "proxy/gate/state.h"

static const char *status_text(unsigned status)
{
    static const struct {
        unsigned status;
        const char *text;
    } rows[] = {
        {200, "OK"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {408, "Request Timeout"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {417, "Expectation Failed"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {501, "Not Implemented"},
        {502, "Bad Gateway"},
        {503, "Service Unavailable"},
        {504, "Gateway Timeout"},
        {505, "HTTP Version Not Supported"},
    };
    for (size_t i = 0; i < GW_COUNT(rows); i++)
        if (rows[i].status == status)
            return rows[i].text;
    return "Status";
}

static void put_field(struct buf *out, const char *name, struct clear value)
{
    buf_put_str(out, name);
    buf_put_str(out, ": ");
    buf_put(out, value.s);
    buf_put_str(out, "\r\n");
}

static void put_own_fields(struct exchange *x, struct buf *out)
{
    put_field(out, "x-bulla-exchange", clear_word(x->xid));
    put_field(out, "x-bulla-decision", clear_word(record_decision_word(account_decision(x))));
    if (x->verdict.class_name.len > 0)
        put_field(out, "x-bulla-class", clear_name(x->verdict.class_name));
    if (x->has_begin && x->candidate_count > 0)
        put_field(out, "x-bulla-upstream",
                  clear_name(x->gate->upstreams[x->candidates[x->candidate]].name));
    buf_put_str(out, "x-bulla-policy: ");
    buf_put_u64(out, x->gate->generation);
    buf_put_str(out, "\r\n");
}

/* A number of seconds or an HTTP date: nothing else of an upstream's passes here. */
static bool is_wait(struct slice value)
{
    if (value.len == 0 || value.len > 40)
        return false;
    for (size_t i = 0; i < value.len; i++) {
        char c = value.at[i];
        if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
            c != ' ' && c != ',' && c != ':')
            return false;
    }
    return true;
}

/* When to come again: as the upstream says with the same status, else soon after a 503. */
static void put_wait(struct exchange *x, unsigned status, struct buf *out)
{
    static const char *const names[] = {"retry-after", "retry-after-ms"};
    bool said = false;
    if (status != 429 && status != 503)
        return;
    for (size_t i = 0; i < GW_COUNT(names) && x->answer_head != NULL; i++) {
        const struct head_field *f = head_field(x->answer_head, names[i]);
        if (f == NULL || x->answer_status != status || !is_wait(f->value))
            continue;
        said = true;
        buf_put_str(out, names[i]);
        buf_put_str(out, ": ");
        buf_put(out, f->value);
        buf_put_str(out, "\r\n");
    }
    if (said || status != 503)
        return;
    /* 3 to 8 s by the chance in the exchange's id: those refused together do not come back together
     */
    buf_put_str(out, "retry-after: ");
    buf_put_u64(out, 3 + (unsigned)x->xid[sizeof x->xid - 2] % 6);
    buf_put_str(out, "\r\n");
}

/* length < 0: the body's length is not known: chunked, or until the connection ends for HTTP/1.0.
 */
void reply_head(struct exchange *x, unsigned status, const char *content_type, int64_t length,
                struct buf *out)
{
    if (length < 0 && x->minor == 0)
        x->keep_client = false;
    buf_put_str(out, "HTTP/1.1 ");
    buf_put_u64(out, status);
    buf_put_str(out, " ");
    buf_put_str(out, status_text(status));
    buf_put_str(out, "\r\n");
    put_field(out, "content-type", clear_word(content_type));
    put_own_fields(x, out);
    if (length >= 0) {
        buf_put_str(out, "content-length: ");
        buf_put_u64(out, (uint64_t)length);
        buf_put_str(out, "\r\n");
    } else {
        buf_put_str(out, "cache-control: no-cache, no-transform\r\nx-accel-buffering: no\r\n");
        if (x->minor > 0)
            buf_put_str(out, "transfer-encoding: chunked\r\n");
    }
    if (status == 403)
        buf_put_str(out, "x-should-retry: false\r\n");
    put_wait(x, status, out);
    if (!x->keep_client)
        buf_put_str(out, "connection: close\r\n");
    else if (x->minor == 0)
        buf_put_str(out, "connection: keep-alive\r\n");
    buf_put_str(out, "\r\n");
}

void reply_refusal(struct exchange *x)
{
    const struct dialect *d = x->route == NULL ? dialect_fallback() : x->route->dialect;
    bool is_answer = x->refusal.status == 200;
    bool is_stream = is_answer && x->request.is_stream;
    struct buf body;
    buf_init(&body, 1u << 20);
    gw_result r = is_answer ? d->put_answer(&x->refusal, x->request.model, is_stream, &body)
                            : d->put_error(&x->refusal, &body);
    if (gw_ok(r)) {
        const char *type = is_stream ? d->content_type_stream : "application/json";
        reply_head(x, x->refusal.status, type, (int64_t)body.len, &x->to_client);
        if (!x->is_head_method)
            buf_put(&x->to_client, buf_slice(&body));
    }
    x->is_cut = !gw_ok(r) || x->to_client.failed;
    x->answered = true;
    buf_free(&body);
}

bool reply_models(struct exchange *x)
{
    struct buf body;
    struct slice names[256];
    size_t n = 0;
    buf_init(&body, 1u << 20);
    for (size_t i = 0; i < x->gate->upstream_count; i++)
        for (size_t k = 0; k < x->gate->upstreams[i].model_count && n < GW_COUNT(names); k++)
            names[n++] = x->gate->upstreams[i].models[k];
    if (gw_ok(x->route->dialect->put_models(names, n, &body))) {
        reply_head(x, 200, "application/json", (int64_t)body.len, &x->tail);
        buf_put(&x->tail, buf_slice(&body));
        x->answered = !x->tail.failed;
    }
    buf_free(&body);
    return x->answered;
}
