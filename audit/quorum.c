/* audit/quorum.c - see quorum.h. Text: https://c2sp.org/tlog-policy. A name is a member of one
 * group at most, so the nodes are a forest and each stands behind its members: one pass decides. */
#include "proxy/base/base.h"
#include "audit/quorum.h"

enum { WORDS = 3 + QUORUM_NODES };

struct words {
    struct slice at[WORDS];
    size_t count;
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static bool split(struct slice line, struct words *out)
{
    out->count = 0;
    for (size_t i = 0; i < line.len;) {
        size_t from = i;
        if (is_blank(line.at[i])) {
            i++;
            continue;
        }
        while (i < line.len && !is_blank(line.at[i]))
            i++;
        if (out->count == WORDS)
            return false;
        out->at[out->count++] = slice_cut(line, from, i);
    }
    return true;
}

static bool is_text(struct slice s)
{
    for (size_t i = 0; i < s.len; i++)
        if (((unsigned char)s.at[i] < 0x20 && s.at[i] != '\t') || s.at[i] == 0x7f)
            return false;
    return true;
}

static size_t find(const struct quorum *q, struct slice name)
{
    size_t i = 0;
    while (i < q->count && !slice_is(q->nodes[i].name, name))
        i++;
    return i;
}

static bool is_free(const struct quorum *q, struct slice name)
{
    return find(q, name) == q->count && !slice_is(name, SLICE_LIT("none"));
}

static gw_result add_log(struct quorum *q, const struct words *w)
{
    struct note_key key;
    if (w->count < 2 || w->count > 3 || !gw_ok(note_vkey_read(w->at[1], &key)))
        return gw_is(GW_BAD);
    for (size_t i = 0; i < q->log_count; i++)
        if (memcmp(q->logs[i].at, key.at, sizeof key.at) == 0)
            return gw_is(GW_BAD);
    if (q->log_count == QUORUM_LOGS)
        return gw_is(GW_TOO_BIG);
    q->logs[q->log_count++] = key;
    return gw_is(GW_OK);
}

static gw_result add_witness(struct quorum *q, const struct words *w)
{
    struct quorum_node n = {.is_witness = true};
    if (w->count < 3 || w->count > 4 || !is_free(q, w->at[1]) ||
        !gw_ok(note_witness_read(w->at[2], &n.key)))
        return gw_is(GW_BAD);
    for (size_t i = 0; i < q->count; i++)
        if (q->nodes[i].is_witness && memcmp(q->nodes[i].key.at, n.key.at, sizeof n.key.at) == 0)
            return gw_is(GW_BAD);
    if (q->count == QUORUM_NODES)
        return gw_is(GW_TOO_BIG);
    n.name = w->at[1];
    n.url = w->count == 4 ? w->at[3] : (struct slice){0};
    q->nodes[q->count++] = n;
    return gw_is(GW_OK);
}

static bool read_need(struct slice word, size_t members, size_t *need)
{
    uint64_t n = members;
    if (slice_is(word, SLICE_LIT("any")))
        n = 1;
    else if (!slice_is(word, SLICE_LIT("all")) &&
             (!gw_ok(slice_u64(word, &n)) || word.at[0] == '0'))
        return false;
    *need = (size_t)n;
    return n >= 1 && n <= members;
}

static gw_result add_group(struct quorum *q, const struct words *w)
{
    struct quorum_node n = {.is_witness = false};
    if (w->count < 4 || !is_free(q, w->at[1]) || !read_need(w->at[2], w->count - 3, &n.need))
        return gw_is(GW_BAD);
    if (q->count == QUORUM_NODES)
        return gw_is(GW_TOO_BIG);
    for (size_t i = 3; i < w->count; i++) {
        size_t at = find(q, w->at[i]);
        if (at == q->count || q->nodes[at].is_member)
            return gw_is(GW_BAD);
        q->nodes[at].is_member = true;
        q->nodes[at].parent = q->count;
    }
    n.name = w->at[1];
    q->nodes[q->count++] = n;
    return gw_is(GW_OK);
}

/* `top` is SIZE_MAX until the line was there. */
static gw_result set_top(struct quorum *q, const struct words *w)
{
    if (w->count != 2 || q->top != SIZE_MAX)
        return gw_is(GW_BAD);
    if (slice_is(w->at[1], SLICE_LIT("none"))) {
        q->top = QUORUM_NODES;
        return gw_is(GW_OK);
    }
    q->top = find(q, w->at[1]);
    return gw_is(q->top < q->count ? GW_OK : GW_BAD);
}

static gw_result read_line(struct quorum *q, struct slice line)
{
    static const struct {
        const char *word;
        gw_result (*take)(struct quorum *q, const struct words *w);
    } kinds[] = {
        {"log", add_log}, {"witness", add_witness}, {"group", add_group}, {"quorum", set_top}};
    struct words w;
    if (!is_text(line))
        return gw_is(GW_BAD);
    line = slice_trim(line);
    if (line.len == 0 || line.at[0] == '#') /* however long */
        return gw_is(GW_OK);
    if (!split(line, &w))
        return gw_is(GW_BAD);
    for (size_t i = 0; i < GW_COUNT(kinds); i++)
        if (slice_is(w.at[0], slice_str(kinds[i].word)))
            return kinds[i].take(q, &w);
    return gw_is(GW_BAD);
}

gw_result quorum_read(struct slice text, struct quorum *out, size_t *line)
{
    *out = (struct quorum){.top = SIZE_MAX};
    *line = 0;
    while (text.len > 0) {
        size_t end = slice_find_byte(text, '\n');
        ++*line;
        if (end == SIZE_MAX)
            return gw_is(GW_BAD);
        TRY(read_line(out, slice_cut(text, 0, end)));
        text = slice_from(text, end + 1);
    }
    return gw_is(out->top == SIZE_MAX ? GW_BAD : GW_OK);
}

bool quorum_is_met(const struct quorum *q, struct slice note, size_t *signers)
{
    size_t have[QUORUM_NODES] = {0}, count = 0;
    bool met[QUORUM_NODES] = {false};
    struct slice text;
    for (size_t i = 0; i < q->count; i++) {
        const struct quorum_node *n = &q->nodes[i];
        met[i] = n->is_witness ? gw_ok(note_open(note, &n->key, &text)) : have[i] >= n->need;
        count += n->is_witness && met[i];
        if (met[i] && n->is_member)
            have[n->parent]++;
    }
    if (signers != NULL)
        *signers = count;
    return q->top >= q->count || met[q->top];
}

gw_result quorum_take(const struct quorum_node *witness, struct slice text, struct slice answer,
                      struct buf *out)
{
    size_t found = 0;
    while (answer.len > 0) {
        size_t end = slice_find_byte(answer, '\n');
        struct slice line = slice_cut(answer, 0, end == SIZE_MAX ? answer.len : end + 1), again;
        struct buf note;
        answer = slice_from(answer, line.len);
        buf_init(&note, NOTE_MAX);
        buf_put(&note, text);
        buf_put_str(&note, "\n");
        buf_put(&note, line);
        bool is_good =
            gw_ok(buf_result(&note)) && gw_ok(note_open(buf_slice(&note), &witness->key, &again));
        buf_free(&note);
        if (is_good && found++ < 4)
            TRY(buf_add(out, line));
    }
    return gw_is(found > 0 ? GW_OK : GW_NOT_FOUND);
}
