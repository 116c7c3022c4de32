/* proxy/gate/capture.c - see capture.h. Plain text stands in buffers that are wiped, for the length
 * of one call; of an answer its two ends, until its record is made. */
#include "proxy/base/base.h"
#include "proxy/gate/capture.h"
#include "audit/sealer.h"
#include "proxy/gate/outbound.h"
#include "proxy/gate/state.h"
#include "proxy/base/utf8.h"
#include "proxy/json/string.h"

enum { NOTE = 96 };

static_assert((int)CAPTURE_FULL - (int)CAPTURE_META == (int)RECORD_CAPTURE_FULL,
              "the policy's words are those of the record");

/* The policy's level, where it is more. */
static enum record_capture at_least(enum record_capture level, unsigned said)
{
    enum record_capture wanted =
        said == CAPTURE_UNSAID ? RECORD_CAPTURE_META : (enum record_capture)(said - CAPTURE_META);
    return wanted > level ? wanted : level;
}

/* No more than the disk had room for when the exchange began. */
static enum record_capture fit(const struct exchange *x, enum record_capture level)
{
    static const enum record_capture most[] = {RECORD_CAPTURE_FULL, RECORD_CAPTURE_FINDINGS,
                                               RECORD_CAPTURE_META};
    enum record_capture room = most[x->short_of_room < GW_COUNT(most) ? x->short_of_room : 2];
    return level < room ? level : room;
}

static enum record_capture level(const struct exchange *x)
{
    enum record_capture base = x->gate->capture;
    if (x->gate->sealer == NULL)
        return RECORD_CAPTURE_META;
    if (x->verdict.route_capture != CAPTURE_UNSAID)
        base = at_least(RECORD_CAPTURE_META, x->verdict.route_capture);
    return fit(x, at_least(at_least(base, x->verdict.capture), x->answer_capture));
}

/* What of an answer may have to be kept, as far as is known while it comes. */
static enum record_capture level_yet(const struct exchange *x)
{
    return x->gate->sealer == NULL
               ? RECORD_CAPTURE_META
               : fit(x, at_least(level(x), policy_capture_most_late(x->gate->policy)));
}

static size_t most(const struct exchange *x)
{
    return x->gate->capture_bytes;
}

void capture_init(struct exchange *x)
{
    struct capture_tape *const tapes[] = {&x->heard, &x->said};
    x->short_of_room = x->gate->short_of_room;
    x->lines = (struct capture_lines){.before_len = 0};
    buf_init(&x->lines.text, CAPTURE_MATCH);
    for (size_t i = 0; i < GW_COUNT(tapes); i++) {
        *tapes[i] = (struct capture_tape){.all = 0};
        buf_init(&tapes[i]->head, CAPTURE_MOST);
        buf_init(&tapes[i]->tail, 2 * CAPTURE_MOST);
    }
}

void capture_free(struct exchange *x)
{
    struct capture_tape *const tapes[] = {&x->heard, &x->said};
    for (size_t i = 0; i < GW_COUNT(tapes); i++) {
        buf_free(&tapes[i]->head);
        buf_free(&tapes[i]->tail);
        tapes[i]->all = 0;
    }
    buf_free(&x->lines.text);
    secret_wipe(x->lines.before, sizeof x->lines.before);
    secret_wipe(x->lines.after, sizeof x->lines.after);
}

size_t capture_held(const struct exchange *x)
{
    return x->heard.head.cap + x->heard.tail.cap + x->said.head.cap + x->said.tail.cap +
           x->lines.text.cap;
}

/* --- tapes ------------------------------------------------------------------------------------ */

/* The first half, and twice the last half at most: cut back in steps, not for each byte. A buffer
 * that has no memory makes the record fail later. */
static void tape_add(struct capture_tape *t, size_t most_bytes, struct slice bytes)
{
    size_t half = most_bytes / 2;
    t->all += bytes.len;
    struct slice first = slice_cut(bytes, 0, half - (t->head.len < half ? t->head.len : half));
    buf_put(&t->head, first);
    bytes = slice_from(bytes, first.len);
    if (bytes.len > half)
        bytes = slice_from(bytes, bytes.len - half);
    if (t->tail.len + bytes.len > 2 * half && t->tail.len > half)
        buf_consume(&t->tail, t->tail.len - half);
    buf_put(&t->tail, bytes);
}

void capture_heard(struct exchange *x, struct slice bytes)
{
    if (level_yet(x) >= RECORD_CAPTURE_FULL)
        tape_add(&x->heard, most(x), bytes);
}

void capture_said(void *exchange, struct slice text)
{
    struct exchange *x = exchange;
    if (level_yet(x) >= RECORD_CAPTURE_REDACTED)
        tape_add(&x->said, most(x), text);
}

void capture_new_text(struct exchange *x, uint32_t key)
{
    if (x->said.all > 0 && key != x->said.key)
        capture_said(x, SLICE_LIT("\n"));
    x->said.key = key;
}

void capture_unsay(struct exchange *x)
{
    buf_free(&x->said.head);
    buf_free(&x->said.tail);
    x->said.all = 0;
}

/* --- payloads --------------------------------------------------------------------------------- */

/* What is being made: the record's payloads, and where their bytes go. */
struct making {
    struct exchange *x;
    struct audit_record *rec;
    struct buf *sealed;
};

static gw_result seal(const struct making *m, enum record_payload_kind kind, struct slice text,
                      uint64_t all)
{
    const struct exchange *x = m->x;
    struct audit_record *rec = m->rec;
    bool is_known = x->kept_for[0] != '\0';
    const struct sealer_text in = {.kind = kind,
                                   .xid = x->xid,
                                   .tenant = x->tenant,
                                   .subject = is_known ? slice_str(x->kept_for) : x->app,
                                   .text = raw_of(text),
                                   .all = all};
    if (all == 0)
        return gw_is(GW_OK);
    TRY(sealer_seal(x->gate->sealer, &in, m->sealed, &rec->payloads[rec->payload_count]));
    rec->payload_count++;
    return gw_is(GW_OK);
}

/* Whole characters only. */
static struct slice context(struct slice flat, size_t from, size_t to)
{
    while (from < to && utf8_is_tail(flat.at[from]))
        from++;
    while (to > from && to < flat.len && utf8_is_tail(flat.at[to]))
        to--;
    return slice_cut(flat, from, to);
}

/* Two ends of a text, and between them how much is not kept. */
static gw_result seal_ends(const struct making *m, enum record_payload_kind kind, struct slice head,
                           struct slice tail, uint64_t all)
{
    struct buf text;
    buf_init(&text, CAPTURE_MOST + NOTE);
    uint64_t kept = head.len + tail.len;
    gw_result r = buf_add(&text, head);
    if (gw_ok(r) && kept < all)
        r = buf_add_format(&text, "\n[... %llu bytes are not kept ...]\n",
                           (unsigned long long)(all - kept));
    if (gw_ok(r))
        r = buf_add(&text, tail);
    if (gw_ok(r))
        r = seal(m, kind, buf_slice(&text), all);
    buf_free(&text);
    return r;
}

static gw_result seal_whole(const struct making *m, enum record_payload_kind kind,
                            struct slice text)
{
    size_t half = most(m->x) / 2;
    if (text.len <= most(m->x))
        return seal(m, kind, text, text.len);
    return seal_ends(m, kind, context(text, 0, half), context(text, text.len - half, text.len),
                     text.len);
}

static gw_result seal_tape(const struct making *m, enum record_payload_kind kind,
                           struct capture_tape *t)
{
    size_t half = most(m->x) / 2;
    if (t->head.failed || t->tail.failed)
        return gw_is(GW_NO_MEMORY);
    struct slice tail = buf_slice(&t->tail);
    if (tail.len > half)
        tail = slice_from(tail, tail.len - half);
    return seal_ends(m, kind, buf_slice(&t->head), tail, t->all);
}

/* --- findings --------------------------------------------------------------------------------- */

static void put_quoted(struct buf *out, const char *key, struct slice text)
{
    buf_put_str(out, ",\"");
    buf_put_str(out, key);
    buf_put_str(out, "\":\"");
    if (!gw_ok(string_escape(out, text, 1)))
        out->failed = true;
    buf_put_str(out, "\"");
}

/* A line for a finding, while there is room. False: there is none. */
static bool put_match(struct buf *out, struct slice entity, struct slice before, struct slice found,
                      struct slice after)
{
    struct slice name = clear_name(entity).s;
    if (out->len + 6 * (found.len + 2 * CAPTURE_CONTEXT) + 200 > CAPTURE_MATCH)
        return false;
    buf_put_str(out, "{\"ent\":\"");
    buf_put(out, name);
    buf_put_str(out, "\"");
    put_quoted(out, "before", before);
    put_quoted(out, "match", found);
    put_quoted(out, "after", after);
    buf_put_str(out, "}\n");
    return true;
}

/* A line for each finding, as many as fit: what was found, and what stands around it in its leaf.
 */
static gw_result put_matches(const struct exchange *x, struct buf *out)
{
    struct slice flat = buf_slice(&x->text.flat);
    for (size_t i = 0; i < x->found.count; i++) {
        const struct finding *f = &x->found.findings[i];
        size_t leaf = text_leaf_at(&x->text, f->start);
        if (f->end > flat.len || leaf == SIZE_MAX)
            continue;
        size_t from = x->text.leaves[leaf].start, to = x->text.leaves[leaf].end;
        if (f->start > from + CAPTURE_CONTEXT)
            from = f->start - CAPTURE_CONTEXT;
        if (to > f->end + CAPTURE_CONTEXT)
            to = f->end + (size_t)CAPTURE_CONTEXT;
        struct slice found = slice_cut(flat, f->start, f->end);
        if (!put_match(out, f->entity, context(flat, from, f->start), found,
                       context(flat, f->end, to)))
            break;
    }
    return buf_result(out);
}

bool capture_wants_found(const struct exchange *x)
{
    return level_yet(x) >= RECORD_CAPTURE_FINDINGS;
}

/* Without the parts of characters that stand at its ends. */
static size_t keep_whole(char *to, struct slice text, size_t most_bytes)
{
    struct slice whole = context(text, 0, text.len < most_bytes ? text.len : most_bytes);
    size_t last = whole.len;
    while (last > 0 && utf8_is_tail(whole.at[last - 1]))
        last--;
    if (last > 0 && utf8_len(slice_from(whole, last - 1)) != whole.len - (last - 1))
        whole.len = last - 1;
    if (whole.len > 0)
        memcpy(to, whole.at, whole.len);
    return whole.len;
}

void capture_near(void *exchange, struct slice before, struct slice after)
{
    struct exchange *x = exchange;
    x->lines.before_len = keep_whole(x->lines.before, before, sizeof x->lines.before);
    x->lines.after_len = keep_whole(x->lines.after, after, sizeof x->lines.after);
}

void capture_found(struct exchange *x, struct slice entity, struct slice value)
{
    if (value.len > 0 && capture_wants_found(x))
        (void)put_match(&x->lines.text, entity, slice_of(x->lines.before, x->lines.before_len),
                        value, slice_of(x->lines.after, x->lines.after_len));
}

/* Those of the request, if they are wanted here, then those of the answer. */
static gw_result seal_matches(const struct making *m, bool of_request)
{
    struct exchange *x = m->x;
    struct buf lines;
    gw_result r = gw_is(GW_OK);
    buf_init(&lines, 2 * CAPTURE_MATCH);
    if (of_request && x->text.arena != NULL && x->found.count > 0)
        r = put_matches(x, &lines);
    if (gw_ok(r))
        r = buf_result(&x->lines.text);
    if (gw_ok(r))
        r = buf_add(&lines, buf_slice(&x->lines.text));
    if (gw_ok(r))
        r = seal(m, PAYLOAD_MATCH, buf_slice(&lines), lines.len);
    buf_free(&lines);
    return r;
}

/* --- records ---------------------------------------------------------------------------------- */

/* The buffer has moved while it grew: where each one stands now. */
static bool settle(struct audit_record *rec, struct buf *sealed, gw_result r)
{
    size_t at = 0;
    for (size_t i = 0; i < rec->payload_count; i++) {
        struct slice *s = &rec->payloads[i].sealed.s;
        *s = slice_cut(buf_slice(sealed), at, at + s->len);
        at += s->len;
    }
    return gw_ok(r);
}

static gw_result seal_sent(const struct making *m)
{
    struct exchange *x = m->x;
    struct buf sent;
    buf_init(&sent, x->gate->limits.request_body * 2);
    gw_result r = outbound_splice(x, x->candidates[x->candidate], &sent);
    if (gw_ok(r))
        r = seal_whole(m, PAYLOAD_REQ_SENT, buf_slice(&sent));
    buf_free(&sent);
    return r;
}

/* What of the request a level keeps and a lower one, under which it was kept already, does not. */
static gw_result seal_request(const struct making *m, enum record_capture had, bool is_sent)
{
    enum record_capture cap = m->rec->cap;
    if (cap >= RECORD_CAPTURE_FINDINGS && had < RECORD_CAPTURE_FINDINGS)
        TRY(seal_matches(m, true));
    if (cap >= RECORD_CAPTURE_FULL && had < RECORD_CAPTURE_FULL)
        TRY(seal_whole(m, PAYLOAD_REQ_ORIG, m->x->content));
    return cap >= RECORD_CAPTURE_REDACTED && is_sent ? seal_sent(m) : gw_is(GW_OK);
}

bool capture_request(struct exchange *x, bool is_sent, struct audit_record *rec, struct buf *sealed)
{
    const struct making m = {x, rec, sealed};
    rec->cap = level(x);
    x->begin_capture = (uint8_t)rec->cap;
    if (x->behalf != NULL)
        memcpy(x->kept_for, x->behalf->person, sizeof x->kept_for);
    return settle(rec, sealed, seal_request(&m, RECORD_CAPTURE_META, is_sent));
}

bool capture_answer(struct exchange *x, struct audit_record *rec, struct buf *sealed)
{
    const struct making m = {x, rec, sealed};
    gw_result r = gw_is(GW_OK);
    rec->cap = level(x);
    enum record_capture had = (enum record_capture)x->begin_capture;
    bool is_late = x->text.arena != NULL && had < RECORD_CAPTURE_FINDINGS;
    if (rec->cap >= RECORD_CAPTURE_FINDINGS)
        r = seal_matches(&m, is_late);
    if (gw_ok(r) && x->text.arena != NULL) /* nothing of the request was given back yet */
        r = seal_request(&m, had < RECORD_CAPTURE_FINDINGS ? RECORD_CAPTURE_FINDINGS : had, false);
    if (gw_ok(r) && rec->cap >= RECORD_CAPTURE_FULL)
        r = seal_tape(&m, PAYLOAD_RESP_ORIG, &x->heard);
    if (gw_ok(r) && rec->cap >= RECORD_CAPTURE_REDACTED)
        r = seal_tape(&m, PAYLOAD_RESP_SENT, &x->said);
    return settle(rec, sealed, r);
}
