/* proxy/gate/forward.c - the request as an upstream gets it: our head, the caller's bytes with the
 * edits.
 *
 * Headers are rebuilt from an allow-list; what a caller sends in others never leaves. */
#include "proxy/base/base.h"
#include "proxy/gate/move.h"
#include "proxy/gate/outbound.h"
#include "proxy/gate/state.h"

/* A short body goes out in one piece with its head; of a long one only so much is copied. */
enum { COPIED_WHOLE = 32768, COPIED_FIRST = 16384, KEY_BYTES = 16 };

/* Names that commas part: of a letter at least, or too short to be anybody's number, each. Nothing
 * that a rule would look for, and nothing that an upstream could take for more than a word. */
static bool is_words(struct slice value)
{
    while (value.len > 0) {
        size_t comma = slice_find_byte(value, ',');
        struct slice word = slice_trim(slice_cut(value, 0, comma));
        size_t equals = slice_find_byte(word, '='); /* assistants=v2 */
        if (!walk_has_shape(slice_cut(word, 0, equals), SHAPE_ID, NULL) ||
            (equals != SIZE_MAX && !walk_has_shape(slice_from(word, equals + 1), SHAPE_ID, NULL)))
            return false;
        value = comma == SIZE_MAX ? (struct slice){NULL, 0} : slice_from(value, comma + 1);
    }
    return true;
}

/* Two applications that choose the same key must not get each other's answer from a provider who
 * knows only the gateway. */
static void put_key(struct exchange *x, struct slice value, struct buf *out)
{
    char hex[2 * KEY_BYTES + 1];
    const struct slice parts[] = {SLICE_LIT("idempotency"), x->tenant, x->app, value};
    struct digest d = secret_hmac(x->gate->token_key, parts, GW_COUNT(parts));
    secret_hex(d.at, KEY_BYTES, hex);
    buf_put_str(out, hex);
}

static void put_forwarded(struct exchange *x, struct buf *out)
{
    for (const struct forward_rule *r = x->route->dialect->forward; r->name != NULL; r++) {
        const struct head_field *f = head_field(x->head, r->name);
        bool may_pass = r->how != FORWARD_OWN || x->credential.len > 0;
        if (f == NULL || f->value.len == 0 || !may_pass ||
            (r->how != FORWARD_KEY && !is_words(f->value)))
            continue;
        buf_put_str(out, r->name);
        buf_put_str(out, ": ");
        if (r->how == FORWARD_KEY)
            put_key(x, f->value, out);
        else
            buf_put(out, f->value);
        buf_put_str(out, "\r\n");
    }
}

static gw_result put_request(struct exchange *x, size_t upstream, struct slice body)
{
    const struct gate_upstream *u = &x->gate->upstreams[upstream];
    struct buf *out = &x->to_upstream;
    struct slice key = x->credential.len > 0 ? x->credential : u->key;
    size_t copied = body.len > COPIED_WHOLE ? COPIED_FIRST : body.len;
    buf_reserve(out, copied + 512);
    buf_put_str(out, "POST ");
    buf_put(out, u->prefix);
    buf_put_str(out, x->route->path);
    if (x->head->query.len > 0) {
        buf_put_str(out, "?");
        buf_put(out, x->head->query);
    }
    buf_put_str(out, " HTTP/1.1\r\nhost: ");
    buf_put(out, u->authority);
    buf_put_str(out,
                "\r\ncontent-type: application/json\r\naccept: application/json, text/event-stream"
                "\r\naccept-encoding: identity\r\nuser-agent: bulla\r\n");
    put_forwarded(x, out);
    if (key.len > 0)
        TRY(x->route->dialect->put_credential(key, out));
    buf_put_str(out, "content-length: ");
    buf_put_u64(out, body.len);
    buf_put_str(out, "\r\n\r\n");
    buf_put(out, slice_cut(body, 0, copied));
    x->body_rest = slice_from(body, copied);
    return buf_result(out);
}

bool forward_owes(const struct exchange *x)
{
    return x->to_upstream.len > 0 || x->body_rest.len > 0;
}

struct slice forward_output(const struct exchange *x)
{
    return x->to_upstream.len > 0 ? buf_slice(&x->to_upstream) : x->body_rest;
}

void forward_sent(struct exchange *x, size_t n)
{
    bool is_rest = x->to_upstream.len == 0;
    if (is_rest)
        x->body_rest = slice_from(x->body_rest, n);
    else
        buf_consume(&x->to_upstream, n);
    if (is_rest ? x->body_rest.len == 0 : x->to_upstream.len == 0) /* who waits holds nothing */
        buf_free(is_rest ? &x->edited : &x->to_upstream);
}

void forward_drop(struct exchange *x)
{
    buf_clear(&x->to_upstream);
    buf_free(&x->edited);
    x->body_rest = (struct slice){NULL, 0};
}

enum xchg_next forward_step(struct exchange *x)
{
    if (!x->connected)
        return XCHG_WAIT;
    if (!x->sent_any && !forward_owes(x)) {
        size_t to = x->candidates[x->candidate];
        bool is_untouched =
            x->edit_count == 0 && x->plant.with.len == 0 && x->gate->upstreams[to].model.len == 0;
        gw_result r = is_untouched ? gw_is(GW_OK) : outbound_body(x, to, &x->edited);
        if (gw_ok(r))
            r = put_request(x, to, is_untouched ? x->content : buf_slice(&x->edited));
        if (x->body_rest.len == 0)
            buf_free(&x->edited);
        if (!gw_ok(r)) {
            forward_drop(x);
            move_refuse(x, WHY_INTERNAL, 500, "server_error",
                        SLICE_LIT("The request could not be rewritten."));
            return XCHG_MORE;
        }
        return XCHG_WAIT;
    }
    if (forward_owes(x) && !x->has_answer_head)
        return XCHG_WAIT;
    move_to(x, XCHG_RELAY);
    return XCHG_MORE;
}

/* What lay in the request's arena is named nowhere after this, but by what was copied. */
static void forget_names(struct exchange *x)
{
    x->head = NULL;
    x->behalf = NULL;
    x->content = x->credential = x->only_upstream = (struct slice){NULL, 0};
    x->request.system = x->request.first_user = x->request.person = (struct slice){NULL, 0};
    x->plant = (struct edit){.with = {NULL, 0}};
    x->doc = (struct json_doc){.values = NULL};
    x->known = (struct json_known){.value = 0};
    x->job = NULL;
    x->seams = NULL;
    x->leaf_scores = NULL;
    x->found.findings = NULL;
    x->found.count = 0;
    x->verdict.styles = x->styles = NULL;
    x->detail.stands = NULL;
    x->detail.attached = NULL;
    x->verdict.observed = NULL;
    x->verdict.finding_rules = NULL;
    x->edits = NULL; /* how many there were is still asked for */
}

bool forward_forget(struct exchange *x)
{
    struct arena *kept =
        arena_new_from(&x->gate->arenas, x->gate->limits.request_body * 4 + (1u << 20));
    struct vault *vault = NULL;
    if (kept == NULL)
        return false;
    if (x->body_rest.len > 0) { /* answered before all was sent: the rest stands alone from here */
        struct slice rest = x->body_rest;
        x->body_rest = (struct slice){NULL, 0};
        if (!gw_ok(buf_add(&x->to_upstream, rest))) {
            arena_free(kept);
            return false;
        }
    }
    struct slice model = arena_copy(kept, x->request.model);
    struct head *answer_head = arena_alloc(kept, head_size(x->answer_head));
    if (model.at == NULL || answer_head == NULL || !gw_ok(keep_watch(x, kept)) ||
        !gw_ok(calls_keep(x, kept)) ||
        (x->vault != NULL && !gw_ok(vault_keep(x->vault, kept, &vault)))) {
        arena_free(kept);
        return false;
    }
    forget_names(x);
    memcpy(answer_head, x->answer_head, head_size(x->answer_head));
    x->answer_head = answer_head;
    x->vault = vault;
    x->watch.vault = vault;
    x->request.model = model;
    if (x->text.arena != NULL)
        text_free(&x->text);
    x->text = (struct text){.count = 0};
    struct buf *bufs[] = {&x->head_bytes, &x->body_bytes, &x->decoded, &x->edited};
    for (size_t i = 0; i < GW_COUNT(bufs); i++)
        buf_free(bufs[i]);
    arena_free(x->arena);
    x->arena = kept;
    return true;
}

bool forward_to_next(struct exchange *x, enum why why)
{
    x->connected = x->sent_any = false;
    forward_drop(x);
    if (x->candidate + 1 < x->candidate_count) {
        x->candidate++; /* of the same trust or higher: choose_upstreams() saw to that */
        x->detail.retries++;
        x->always_new = false;
        return true;
    }
    if (why == WHY_UPSTREAM_RESTS)
        move_refuse(
            x, why, 503, "upstream_rests",
            SLICE_LIT("The model's server failed just now, and is not asked for a moment."));
    else
        move_refuse(x, why, 502, "upstream_unreachable",
                    SLICE_LIT("The model's server cannot be reached."));
    return false;
}
