/* proxy/gate/inspect.c - the body is read: every string leaf goes into one flat text, and is
 * scanned.
 *
 * The sum is checked: scanned + exempt = leaves. What cannot be read is refused, never passed. */
#include "proxy/base/base.h"
#include "proxy/gate/burden.h"
#include "proxy/gate/detail.h"
#include "proxy/gate/move.h"
#include "proxy/gate/seams.h"
#include "proxy/gate/state.h"
#include "proxy/gate/turns.h"
#include "proxy/json/string.h"

/* So much is scanned before others get their turn of the loop: a few milliseconds where a text is
 * nothing but findings (tests/bench/growth), a twentieth of one where it has none. */
enum { TURN_BYTES = 32 * 1024 };

static gw_result refuse(struct exchange *x, enum why why, unsigned status, const char *code,
                        struct slice message)
{
    move_refuse(x, why, status, code, message);
    return gw_is(GW_REFUSED);
}

static gw_result refuse_memory(struct exchange *x)
{
    burden_refuse(x);
    return gw_is(GW_REFUSED);
}

static gw_result refuse_json(struct exchange *x, const char *reason, size_t at)
{
    char *text = arena_alloc(x->arena, 200);
    if (text == NULL)
        return refuse_memory(x);
    int n = snprintf(text, 200, "The body is not acceptable JSON: %s, at byte %zu.", reason, at);
    return refuse(x, WHY_BAD_BODY, 400, "invalid_request_error", slice_of(text, (size_t)n));
}

static gw_result read_json(struct exchange *x)
{
    struct json_fault fault = {0, "unreadable"};
    const struct json_limits limits = gate_json_limits(x->gate);
    gw_result r = json_scan(x->content, &limits, x->arena, &x->doc, &fault);
    if (r.code == GW_NO_MEMORY)
        return refuse_memory(x);
    if (!gw_ok(r))
        return refuse_json(x, fault.reason, fault.at);
    if (x->doc.has_duplicate_key)
        return refuse_json(x, "a key stands twice in one object", x->doc.duplicate_at);
    if (x->doc.values[0].kind != JSON_OBJECT)
        return refuse_json(x, "an object is expected", 0);
    x->known = (struct json_known){.value = 0};
    x->doc.known = &x->known;
    r = x->route->dialect->read_request(&x->doc, x->route->api, x->arena, &x->request);
    if (!gw_ok(r))
        return refuse_memory(x);
    if (x->request.complaint != NULL)
        return refuse(x, WHY_UNSUPPORTED, 400, "invalid_request_error",
                      slice_str(x->request.complaint));
    return gw_is(GW_OK);
}

static enum text_role role_of(enum leaf_role role)
{
    static const enum text_role roles[] = {
        [LEAF_NOBODY] = ROLE_NONE,         [LEAF_SYSTEM] = ROLE_SYSTEM, [LEAF_USER] = ROLE_USER,
        [LEAF_ASSISTANT] = ROLE_ASSISTANT, [LEAF_TOOL] = ROLE_TOOL,     [LEAF_SCHEMA] = ROLE_SCHEMA,
        [LEAF_META] = ROLE_META,
    };
    return roles[role];
}

static gw_result take_leaf(void *exchange, const struct walk_leaf *leaf)
{
    static const uint8_t uses[] = {
        [LEAF_INSPECT] = TEXT_INSPECT, [LEAF_REWRITE] = TEXT_REWRITE, [LEAF_NUMBER] = TEXT_NUMBER};
    struct exchange *x = exchange;
    if (leaf->use == LEAF_EXEMPT)
        return detail_attach(x, leaf);
    struct text_leaf t = {
        .map = leaf->map,
        .is_unmapped = leaf->is_unmapped,
        .key = leaf->key,
        .value = leaf->value,
        .use = uses[leaf->use],
        .role = (uint8_t)role_of(leaf->role),
        .depth = (uint8_t)leaf->depth,
    };
    return text_add(&x->text, leaf->text, &t);
}

static void tell_score(struct exchange *x, size_t leaf, const struct attack *attack)
{
    x->leaf_scores[leaf] = attack->score;
}

static gw_result refuse_scan(struct exchange *x, gw_result r)
{
    if (r.code == GW_NO_MEMORY)
        return refuse_memory(x);
    /* an engine's error is never "no match" */
    return refuse(x, WHY_ENGINE_ERROR, 403, "policy_blocked",
                  SLICE_LIT("The request could not be inspected."));
}

static gw_result start_scan(struct exchange *x)
{
    x->memory = (struct leaf_memory){
        .x = x, .text = &x->text, .suspect = 's', .other = '-', .told = tell_score};
    const struct scan_options options = {.threshold = policy_threshold(x->gate->policy),
                                         .attacks = true,
                                         .repeats = true,
                                         .names = (uint8_t)policy_names(x->gate->policy),
                                         .seen = &x->seen};
    x->job = arena_zalloc(x->arena, sizeof *x->job);
    x->leaf_scores = arena_array(x->arena, x->text.count + 1, sizeof *x->leaf_scores);
    gw_result r =
        x->job == NULL || x->leaf_scores == NULL || !gw_ok(memory_start(&x->memory, &x->seen))
            ? gw_is(GW_NO_MEMORY)
            : scan_start(x->job, x->gate->scanner, x->gate->scratch, &x->text, &options, x->arena);
    return gw_ok(r) ? r : refuse_scan(x, r);
}

/* Every string of the body into one flat text. */
static gw_result read_request(struct exchange *x)
{
    TRY(read_json(x));
    size_t most = x->gate->limits.request_body * 2 + (1u << 20), room = burden_room(x);
    text_init(&x->text, x->arena, most < room ? most : room);
    buf_use(&x->text.flat, &x->gate->bufs);
    buf_reserve(&x->text.flat, x->content.len);
    arena_limit(x->arena, burden_room(x));
    gw_result r =
        walk_body(&x->doc, x->route->dialect->request_rules, x->arena, take_leaf, x, &x->coverage);
    if (!gw_ok(r))
        return refuse_memory(x);
    if (x->coverage.scanned + x->coverage.exempt != x->coverage.leaves ||
        x->coverage.scanned != x->text.count)
        return refuse(x, WHY_INTERNAL, 500, "server_error",
                      SLICE_LIT("Not every string was read."));
    return start_scan(x);
}

/* What of a leaf the findings from the i-th on lie in, which is the first that touches it. */
static struct string_part part_found(const struct exchange *x, const struct text_leaf *l, size_t i)
{
    const struct finding *f = &x->found.findings[i];
    size_t from = f->start > l->start ? f->start : l->start, to = from;
    for (; i < x->found.count && x->found.findings[i].start < l->end; i++)
        if (x->found.findings[i].end > to)
            to = x->found.findings[i].end;
    to = to < l->end ? to : l->end;
    return (struct string_part){from - l->start, to - l->start, l->end - l->start};
}

/* Maps for the leaves in which something was found, as far as that lies: the others need none. */
static gw_result map_found(struct exchange *x)
{
    for (size_t i = 0; i < x->found.count; i++) {
        const struct finding *f = &x->found.findings[i];
        for (size_t k = text_leaf_at(&x->text, f->start);
             k < x->text.count && x->text.leaves[k].start < f->end; k++) {
            struct text_leaf *l = &x->text.leaves[k];
            if (!l->is_unmapped)
                continue;
            const struct string_part part = part_found(x, l, i);
            TRY(string_map_part(&x->doc, l->value, &part, x->arena, &l->map));
            l->is_unmapped = false;
        }
    }
    return gw_is(GW_OK);
}

/* All leaves, then what lies across their seams. */
static gw_result scan_more(struct exchange *x, bool *done)
{
    *done = x->seams != NULL;
    if (!*done)
        TRY(scan_step(x->job, TURN_BYTES, done));
    return *done ? seams_step(x, TURN_BYTES, done) : gw_is(GW_OK);
}

enum xchg_next inspect_step(struct exchange *x)
{
    bool done = false;
    if (x->route->api == API_MODELS) { /* there is no body */
        move_to(x, XCHG_DECIDE);
        return XCHG_MORE;
    }
    arena_limit(x->arena, burden_room(x));
    if (x->job == NULL && !gw_ok(read_request(x)))
        return XCHG_MORE;
    gw_result r = scan_more(x, &done);
    if (!gw_ok(r)) {
        r = refuse_scan(x, r);
        return XCHG_MORE;
    }
    if (!done)
        return XCHG_WAIT;
    x->found = x->job->result;
    r = keep_canary(x);
    if (!gw_ok(r) || !gw_ok(map_found(x))) {
        r = refuse_memory(x);
        return XCHG_MORE;
    }
    turns_find(x);
    x->gate->counters.findings += x->found.count;
    move_to(x, XCHG_DECIDE);
    return XCHG_MORE;
}
