/* proxy/gate/intake.c - a request from its first byte to its last: head, caller, body.
 *
 * Refuses early and in words. Knows nothing of what the body means. */
#include "proxy/base/base.h"
#include "proxy/gate/burden.h"
#include "proxy/gate/move.h"
#include "proxy/gate/state.h"
#include "proxy/http/coding.h"
#include "proxy/http/parse.h"

/* So much room a body gets before it has come. */
enum { BODY_FIRST = 16384 };

/* What a caller of any other path is told. */
#define SERVED                                                                         \
    "This path or method is not served by the gateway. Served are POST "               \
    "/v1/chat/completions, POST /v1/messages, POST /v1/messages/count_tokens and GET " \
    "/v1/models."

static void refuse(struct exchange *x, enum why why, unsigned status, const char *code,
                   const char *message)
{
    move_refuse(x, why, status, code, slice_str(message));
}

/* The credential a request shows; *several: two that differ. */
static struct slice find_credential(const struct head *h, bool *several)
{
    static const char *const names[] = {"authorization", "x-api-key", "x-goog-api-key", "api-key"};
    struct slice found = {NULL, 0};
    *several = false;
    for (size_t i = 0; i < GW_COUNT(names); i++) {
        size_t count = head_field_count(h, names[i]);
        const struct head_field *f = head_field(h, names[i]);
        *several = *several || count > 1;
        if (f == NULL)
            continue;
        struct slice value = f->value;
        if (i == 0) {
            if (value.len < 7 || !slice_is_nocase(slice_cut(value, 0, 7), SLICE_LIT("bearer ")))
                continue;
            value = slice_trim(slice_from(value, 7));
        }
        *several = *several || (found.len > 0 && !secret_is_equal(found, value));
        found = value;
    }
    return found;
}

static bool take_behalf(struct exchange *x)
{
    if (behalf_head(x))
        return true;
    refuse(x, WHY_NO_MEMORY, 503, "server_error", "Out of memory.");
    return false;
}

static bool check_caller(struct exchange *x)
{
    bool several;
    struct slice credential = find_credential(x->head, &several);
    struct gate *g = x->gate;
    if (several) {
        refuse(x, WHY_UNAUTHENTICATED, 401, "invalid_api_key", "Several credentials that differ.");
        return false;
    }
    if (g->auth == AUTH_PASSTHROUGH)
        x->credential = credential;
    if (g->auth == AUTH_OPEN || (g->auth == AUTH_PASSTHROUGH && credential.len > 0))
        return take_behalf(x);
    struct gate_known known;
    if (credential.len > 0 && g->caller != NULL && g->caller(g->caller_of, credential, &known)) {
        x->app = known.app;
        x->tenant = known.tenant;
        x->detail.key_print = known.print;
        return take_behalf(x);
    }
    refuse(x, WHY_UNAUTHENTICATED, 401, "invalid_api_key",
           credential.len == 0 ? "No application key: `authorization: Bearer KEY` or `x-api-key`."
                               : "This application key is not known here.");
    return false;
}

/* /u/NAME/rest addresses one upstream: the name is taken off the path. */
static void take_upstream_name(struct exchange *x)
{
    struct slice path = x->head->path;
    if (!slice_has_prefix(path, SLICE_LIT("/u/")))
        return;
    struct slice rest = slice_from(path, 3);
    size_t slash = slice_find_byte(rest, '/');
    if (slash == SIZE_MAX)
        return;
    x->only_upstream = slice_cut(rest, 0, slash);
    x->head->path = slice_from(rest, slash);
}

static bool is_json_type(struct slice type)
{
    size_t end = slice_find_byte(type, ';');
    struct slice media = slice_trim(end == SIZE_MAX ? type : slice_cut(type, 0, end));
    if (!slice_is_nocase(media, SLICE_LIT("application/json")))
        return false;
    if (end == SIZE_MAX)
        return true;
    struct slice rest = slice_trim(slice_from(type, end + 1));
    return rest.len == 0 || slice_is_nocase(rest, SLICE_LIT("charset=utf-8")) ||
           slice_is_nocase(rest, SLICE_LIT("charset=\"utf-8\""));
}

static bool check_body_headers(struct exchange *x)
{
    const struct head_field *type = head_field(x->head, "content-type");
    const struct head_field *coding = head_field(x->head, "content-encoding");
    if (type == NULL || !is_json_type(type->value)) {
        refuse(x, WHY_BAD_MEDIA_TYPE, 415, "unsupported_media_type",
               "Send content-type: application/json (UTF-8).");
        return false;
    }
    if (head_field_count(x->head, "content-encoding") > 1 ||
        (coding != NULL && !coding_is_known(coding->value))) {
        refuse(x, WHY_BAD_ENCODING, 415, "unsupported_encoding",
               "This content-encoding is not supported: gzip, deflate, br, zstd or none.");
        return false;
    }
    if (x->head->framing == FRAMING_LENGTH && x->head->body_len > x->gate->limits.request_body) {
        refuse(x, WHY_TOO_LARGE, 413, "request_too_large",
               "The body is larger than this gateway allows.");
        return false;
    }
    return true;
}

/* New work is refused in time, so that what runs can end. What is too large at any time is not told
 * to come again: that is check_body_headers()' to refuse. */
static bool check_room(struct exchange *x)
{
    uint64_t body = x->head->framing == FRAMING_LENGTH ? x->head->body_len : 0;
    if (body > x->gate->limits.request_body)
        body = 0;
    if (!x->peer->is_excess && burden_has_room(x->gate, body))
        return true;
    x->keep_client = false;
    refuse(x, WHY_OVERLOAD, 503, "overloaded", "The gateway has no room for this now.");
    return false;
}

/* The list of models is the gateway's own and short: which page of it is asked for does not matter.
 */
static bool check_query(struct exchange *x)
{
    struct slice q = x->head->query;
    if (q.len == 0 || slice_is(q, SLICE_LIT("beta=true")) || x->route->api == API_MODELS)
        return true;
    refuse(x, WHY_BAD_REQUEST, 400, "invalid_request_error",
           "Query parameters are not supported on this path.");
    return false;
}

static void check_head(struct exchange *x)
{
    bool method_differs = false;
    x->keep_client = x->head->keep_alive && !x->gate->is_draining;
    take_upstream_name(x);
    x->route = dialect_route(x->head, &method_differs);
    if (!check_caller(x) || !check_room(x))
        return;
    if (x->route == NULL) {
        refuse(x, method_differs ? WHY_BAD_METHOD : WHY_UNKNOWN_PATH, method_differs ? 405 : 404,
               method_differs ? "method_not_allowed" : "not_found", SERVED);
        return;
    }
    if (x->only_upstream.len > 0 && gate_upstream_index(x->gate, x->only_upstream) == SIZE_MAX) {
        refuse(x, WHY_UNKNOWN_PATH, 404, "not_found", "No upstream of that name.");
        return;
    }
    if (!check_query(x) || (x->route->api != API_MODELS && !check_body_headers(x)))
        return;
    if (x->head->expects_continue &&
        !gw_ok(buf_add(&x->to_client, SLICE_LIT("HTTP/1.1 100 Continue\r\n\r\n"))))
        refuse(x, WHY_NO_MEMORY, 503, "server_error", "Out of memory.");
}

/* parse_request() of what there is, which may be limited further. */
static gw_result parse_head(struct exchange *x, size_t most, size_t *head_len,
                            struct head_fault *fault)
{
    struct slice all = buf_slice(&x->head_bytes);
    gw_result r = parse_request(all, x->head, head_len, fault);
    size_t len = gw_ok(r) ? *head_len : all.len;
    if (len <= most || (!gw_ok(r) && r.code != GW_AGAIN))
        return r;
    *fault = (struct head_fault){431, "head too large"};
    return gw_is(GW_TOO_BIG);
}

/* A head that is refused behind its first line: in the shape of the API that it names. */
static void refuse_head(struct exchange *x, gw_result r, const struct head_fault *fault)
{
    bool method_differs;
    if (x->head->path.len > 0) {
        take_upstream_name(x);
        x->route = dialect_route(x->head, &method_differs);
    }
    x->keep_client = false;
    refuse(x, r.code == GW_TOO_BIG ? WHY_HEAD_TOO_LARGE : WHY_BAD_REQUEST, fault->status,
           "invalid_request_error", fault->reason);
}

static size_t feed_head(struct exchange *x, struct slice bytes)
{
    size_t had = x->head_bytes.len, head_len = 0, most = x->gate->limits.head;
    struct head_fault fault = {400, "malformed request"};
    if (most == 0 || most > HEAD_BYTES_MAX)
        most = HEAD_BYTES_MAX;
    size_t take = bytes.len < most + 1 - had ? bytes.len : most + 1 - had;
    if (x->head == NULL)
        x->head = arena_alloc(x->arena, sizeof *x->head);
    if (x->head == NULL || !gw_ok(buf_add(&x->head_bytes, slice_of(bytes.at, take)))) {
        refuse(x, WHY_NO_MEMORY, 503, "server_error", "Out of memory.");
        return take;
    }
    gw_result r = parse_head(x, most, &head_len, &fault);
    if (r.code == GW_AGAIN)
        return take;
    if (!gw_ok(r)) {
        refuse_head(x, r, &fault);
        return take;
    }
    arena_trim(x->arena, x->head, head_size(x->head));
    x->has_head = true;
    x->minor = x->head->minor;
    x->is_head_method = slice_is(x->head->method, SLICE_LIT("HEAD"));
    x->body_ns = clock_mono_ns(x->gate->clock);
    body_init(&x->body, x->head);
    if (x->head->framing == FRAMING_LENGTH) /* not more than a caller has to pay for with bytes */
        buf_reserve(&x->body_bytes,
                    x->head->body_len < BODY_FIRST ? (size_t)x->head->body_len : BODY_FIRST);
    check_head(x);
    if (x->state != XCHG_INTAKE && !(x->body.done || x->head->framing == FRAMING_NONE))
        x->keep_client = false; /* the body was not read: what follows cannot be told from it */
    return head_len - had;
}

/* Memory grows by so much that little is copied on the way, with what the caller has paid for in
 * bytes: four times that, as long as this much is to come; and no further than there is room. */
static gw_result add_body(struct exchange *x, struct slice piece, size_t room)
{
    struct buf *b = &x->body_bytes;
    size_t ceiling = b->ceiling, have = b->len + piece.len;
    gw_result r = gw_is(GW_OK);
    char *at;
    if (room < ceiling - b->cap)
        b->ceiling = b->cap + room;
    size_t want = have <= b->ceiling / 4 ? have * 4 : b->ceiling;
    if (x->head->framing == FRAMING_LENGTH && want > x->head->body_len)
        want = (size_t)x->head->body_len;
    if (x->head->framing == FRAMING_LENGTH && have > b->cap && want > have && want <= b->ceiling)
        r = buf_room(b, want - b->len, &at);
    if (gw_ok(r))
        r = buf_add(b, piece);
    b->ceiling = ceiling;
    return r;
}

/* Would this piece lead beyond what all may hold? What is too large at any time is add_body()'s. */
static bool is_beyond(const struct exchange *x, struct slice piece, size_t room)
{
    const struct buf *b = &x->body_bytes;
    size_t have = b->len + piece.len;
    return have <= b->ceiling && have > b->cap && have - b->cap > room;
}

static size_t feed_body(struct exchange *x, struct slice bytes)
{
    struct slice in = bytes, piece;
    const char *reason = "malformed body";
    while (!x->body.done) {
        gw_result r = body_feed(&x->body, &in, &piece, &reason);
        if (r.code == GW_AGAIN)
            break;
        if (!gw_ok(r)) {
            x->keep_client = false;
            refuse(x, WHY_BAD_REQUEST, 400, "invalid_request_error", reason);
            return bytes.len - in.len;
        }
        size_t room = burden_room(x);
        if (is_beyond(x, piece, room)) {
            x->keep_client = false;
            refuse(x, WHY_OVERLOAD, 503, "overloaded", "The gateway has no room for this now.");
            return bytes.len - in.len;
        }
        if (!gw_ok(add_body(x, piece, room))) {
            x->keep_client = false;
            refuse(x, WHY_TOO_LARGE, 413, "request_too_large",
                   "The body is larger than this gateway allows.");
            return bytes.len - in.len;
        }
    }
    return bytes.len - in.len;
}

void intake_feed(struct exchange *x, struct slice bytes, size_t *used)
{
    size_t n = 0;
    if (!x->has_head)
        n = feed_head(x, bytes);
    if (x->has_head && x->state == XCHG_INTAKE)
        n += feed_body(x, slice_from(bytes, n));
    if (x->client_bytes == 0 || x->client_bytes + n - x->body_mark >= 1024) {
        x->body_ns = clock_mono_ns(x->gate->clock);
        x->body_mark = x->client_bytes + n;
    }
    x->client_bytes += n;
    x->gate->counters.bytes_in += n;
    *used = n;
}

static bool decode_body(struct exchange *x)
{
    const struct head_field *coding = head_field(x->head, "content-encoding");
    x->content = buf_slice(&x->body_bytes);
    if (coding == NULL || slice_is_nocase(coding->value, SLICE_LIT("identity")))
        return true;
    gw_result r = coding_decode(coding->value, x->content, &x->decoded);
    if (gw_ok(r)) {
        x->content = buf_slice(&x->decoded);
        return true;
    }
    if (r.code == GW_TOO_BIG)
        refuse(x, WHY_TOO_LARGE, 413, "request_too_large", "The body is too large once decoded.");
    else
        refuse(x, WHY_BAD_ENCODING, 400, "invalid_request_error",
               "The body does not match its content-encoding.");
    return false;
}

/* The request is here whole. It is read in a turn of its own, behind all that the sockets have for
 * this turn of the loop: what takes bytes in and what looks into them are more code and tables than
 * a processor's nearest memory holds, so many requests are taken in first and then looked into, one
 * behind the other. */
enum xchg_next intake_step(struct exchange *x)
{
    if (!x->has_head || !x->body.done)
        return XCHG_WAIT;
    if (!decode_body(x))
        return XCHG_MORE;
    move_to(x, XCHG_INSPECT);
    return XCHG_WAIT;
}
