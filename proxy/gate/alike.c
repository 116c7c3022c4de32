/* proxy/gate/alike.c - an event of a stream that is as the one before it, but for its words.
 *
 * Most events of a stream are. Such a one is compared (json/mould.h) instead of being read again:
 * what the dialect said of the first holds of it too, for nothing that the dialect reads has
 * changed but the texts themselves. Whatever ends a text, calls a tool, says a text twice or moves
 * what is remembered of the stream is read as ever. Knows no dialect's names. */
#include "proxy/base/base.h"
#include "proxy/gate/alike.h"
#include "proxy/gate/state.h"

/* The texts of the event, when it is one of texts only: each goes on with one that has a key. (What
 * an error says has none.) */
static bool is_plain(const struct llm_event *e)
{
    bool is_fine = e->count > 0 && e->count <= ALIKE_PIECES && e->end_count == 0 &&
                   e->call_count == 0 && e->echo_count == 0 && !e->ends_all && !e->is_last &&
                   !e->too_many;
    for (size_t i = 0; is_fine && i < e->count; i++)
        is_fine = e->pieces[i].key != 0 && !e->pieces[i].is_exempt;
    return is_fine;
}

/* Members that nobody reads: numbers, and strings as long as they are exempt. */
static void find_idle(struct alike *a, const struct dialect *d, const struct json_doc *doc)
{
    a->idle_count = 0;
    for (const char *const *name = d->idle; *name != NULL && a->idle_count < ALIKE_IDLE; name++) {
        uint32_t v = json_member(doc, 0, *name);
        bool is_string = v != 0 && doc->values[v].kind == JSON_STRING;
        if (v != 0 && (doc->values[v].kind == JSON_NUMBER ||
                       (is_string && !walk_is_text(d->answer_rules, doc, v, false))))
            a->idle[a->idle_count++] = v;
    }
}

/* Where the mould finds what alike_text() looks at. */
static void find_parts(struct alike *a, const struct dialect *d, const struct json_doc *doc)
{
    a->part = (uint8_t)mould_part(a->mould, a->pieces[0].value);
    a->is_alone = a->piece_count == 1;
    for (size_t i = 0; i < a->idle_count; i++) {
        bool is_number = doc->values[a->idle[i]].kind == JSON_NUMBER;
        a->rows[i] = is_number ? NULL : walk_row_of(d->answer_rules, doc, a->idle[i]);
        a->idle_parts[i] = (uint8_t)mould_part(a->mould, a->idle[i]);
        a->is_alone = a->is_alone && (is_number || a->rows[i] != NULL);
    }
}

void alike_forget(struct exchange *x)
{
    if (x->alike.mould != NULL)
        mould_empty(x->alike.mould);
}

void alike_free(struct exchange *x)
{
    mould_free(x->alike.mould);
    x->alike.mould = NULL;
}

void alike_keep(struct exchange *x, const struct sse_event *in, const struct json_doc *doc,
                const struct llm_event *e)
{
    struct alike *a = &x->alike;
    uint32_t free[ALIKE_PIECES + ALIKE_IDLE];
    size_t n = 0;
    alike_forget(x);
    if (!is_plain(e) || in->name.len > sizeof a->name ||
        memcmp(&x->before, &x->stream, sizeof x->stream) != 0)
        return;
    if (a->mould == NULL && (a->mould = mould_new()) == NULL)
        return;
    find_idle(a, x->route->dialect, doc);
    for (size_t i = 0; i < e->count; i++)
        free[n++] = (a->pieces[i] = e->pieces[i]).value;
    for (size_t i = 0; i < a->idle_count; i++)
        free[n++] = a->idle[i];
    a->piece_count = e->count;
    a->name_len = in->name.len;
    if (in->name.len > 0)
        memcpy(a->name, in->name.at, in->name.len);
    if (mould_take(a->mould, doc, free, n)) /* else it stays empty */
        find_parts(a, x->route->dialect, doc);
}

bool alike_text(const struct exchange *x, const struct sse_event *in, struct slice *text)
{
    const struct alike *a = &x->alike;
    struct slice parts[MOULD_FREE];
    if (a->mould == NULL || !a->is_alone || !slice_is(in->name, slice_of(a->name, a->name_len)) ||
        !mould_parts(a->mould, in->payload, parts))
        return false;
    for (size_t i = 0; i < a->idle_count; i++)
        if (a->rows[i] != NULL &&
            !walk_has_shape(parts[a->idle_parts[i]], a->rows[i]->shape, a->rows[i]->words))
            return false;
    *text = parts[a->part];
    return text->len > 0; /* an empty text is none */
}

bool alike_read(struct exchange *x, const struct sse_event *in, struct json_doc *doc,
                struct llm_event *e)
{
    const struct alike *a = &x->alike;
    const struct dialect *d = x->route->dialect;
    if (a->mould == NULL || !slice_is(in->name, slice_of(a->name, a->name_len)) ||
        !mould_fits(a->mould, in->payload, x->scratch, doc))
        return false;
    for (size_t i = 0; i < a->idle_count; i++)
        if (doc->values[a->idle[i]].kind == JSON_STRING &&
            walk_is_text(d->answer_rules, doc, a->idle[i], false))
            return false;
    e->count = a->piece_count;
    e->end_count = e->call_count = e->echo_count = 0;
    e->ends_all = e->is_last = e->is_error = e->too_many = false;
    for (size_t i = 0; i < a->piece_count; i++) {
        e->pieces[i] = a->pieces[i];
        if (json_inner(doc, a->pieces[i].value).len == 0)
            return false; /* an empty text is none */
    }
    return true;
}
