/* tests/fuzz/fuzz_walk.c - any strict JSON as request, answer and event of every dialect.
 *
 * Holds: scanned + exempt = leaves; every leaf's map stays in the body, in order; replacing every
 * rewritable leaf by itself, and a number by a string, gives strict JSON with as many leaves. */
#include "proxy/base/base.h"
#include "proxy/json/string.h"
#include "proxy/llm/dialect.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

enum { MOST = 4096 };

struct seen {
    const struct json_doc *doc;
    struct arena *arena;
    struct edit edits[MOST];
    size_t n, leaves, body_len, last;
};

static void check(bool holds)
{
    if (!holds)
        abort();
}

static gw_result look(void *sink_of, const struct walk_leaf *leaf)
{
    struct seen *s = sink_of;
    size_t from, to;
    struct offmap map = leaf->map;
    check(leaf->is_unmapped ==
          (leaf->depth == 1 && leaf->doc->values[leaf->value].kind == JSON_STRING));
    if (leaf->is_unmapped)
        check(leaf->doc == s->doc && gw_ok(string_map(s->doc, leaf->value, s->arena, &map)));
    offmap_range(&map, 0, leaf->text.len, &from, &to);
    check(from <= to && to <= s->body_len && leaf->depth >= 1 && leaf->depth <= WALK_NEST);
    check(leaf->use != LEAF_EXEMPT || leaf->reason != NULL);
    s->leaves++;
    if (leaf->text.len == 0)
        return gw_is(GW_OK);
    check(from >= s->last);
    s->last = to;
    if (leaf->use == LEAF_REWRITE && s->n < MOST)
        s->edits[s->n++] = (struct edit){from, to, leaf->text, leaf->depth};
    if (leaf->use == LEAF_NUMBER && s->n < MOST)
        s->edits[s->n++] = (struct edit){from, to, SLICE_LIT("\"1234567890\""), leaf->depth - 1};
    return gw_is(GW_OK);
}

static void check_walk(const struct json_doc *doc, const struct walk_rules *rules,
                       struct arena *arena)
{
    static struct seen first, again;
    struct walk_count count;
    struct json_doc copy;
    struct json_fault fault;
    struct buf out;
    first.n = first.leaves = first.last = 0;
    first.body_len = doc->text.len;
    first.doc = doc;
    first.arena = again.arena = arena;
    again.doc = &copy;
    if (!gw_ok(walk_body(doc, rules, arena, look, &first, &count)))
        return;
    check(count.scanned + count.exempt == count.leaves && count.leaves == first.leaves);
    buf_init(&out, doc->text.len * 64 + 64);
    check(gw_ok(string_splice(doc->text, first.edits, first.n, &out)));
    check(gw_ok(json_scan(buf_slice(&out), json_limits_default(), arena, &copy, &fault)));
    again.n = again.leaves = again.last = 0;
    again.body_len = out.len;
    check(gw_ok(walk_body(&copy, rules, arena, look, &again, &count)));
    check(again.leaves == first.leaves && again.n == first.n);
    buf_free(&out);
}

static void check_readers(const struct dialect *d, const struct json_doc *doc, struct arena *arena)
{
    static struct llm_event event;
    struct llm_request request;
    struct llm_stream stream = {.open = 0};
    struct buf out;
    (void)!gw_ok(d->read_request(doc, API_CHAT, arena, &request));
    check(gw_ok(d->read_event(&stream, SLICE_LIT(""), doc->text, doc, &event)));
    check(event.count <= EVENT_PIECES && event.end_count <= EVENT_ENDS);
    buf_init(&out, 1u << 20);
    for (size_t i = 0; i < event.count; i++) {
        check(doc->values[event.pieces[i].value].kind == JSON_STRING);
        if (event.pieces[i].key != 0)
            check(gw_ok(d->put_piece(&stream, event.pieces[i].key, SLICE_LIT("x"), &out)));
    }
    check(gw_ok(d->put_stream_stop(&stream, &out)));
    d->read_answer(doc, &stream);
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct json_doc doc;
    struct json_fault fault;
    struct arena *arena = arena_new(256u << 20);
    check(arena != NULL);
    if (gw_ok(json_scan(slice_of(bytes, len), json_limits_default(), arena, &doc, &fault))) {
        for (size_t i = 0; dialect_at(i) != NULL; i++) {
            check_walk(&doc, dialect_at(i)->request_rules, arena);
            check_walk(&doc, dialect_at(i)->answer_rules, arena);
            check_readers(dialect_at(i), &doc, arena);
        }
    }
    arena_free(arena);
    return 0;
}
