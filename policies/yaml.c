/* policies/yaml.c - libyaml's events become a tree with places: see yaml.h.
 *
 * Knows nothing of policies or of the configuration. Keeps a stack of open lists and maps instead
 * of recursing. Everything lies in the caller's arena; libyaml's own memory is freed before
 * yaml_parse() returns. */
#include "proxy/base/base.h"
#include "policies/yaml.h"
#include <stdarg.h>
#include <yaml.h>

enum { YAML_DEPTH = 32, YAML_NODES = 200000, YAML_MEMBERS = 2000, YAML_NEAR = 3, YAML_WORD = 48 };

/* What is being read, and the maps and lists that are open around it. */
struct tree {
    const char *file;
    struct arena *arena;
    struct buf *complaints;
    struct yaml *open[YAML_DEPTH];
    struct yaml *last[YAML_DEPTH]; /* newest child of open[i] */
    size_t depth;
    size_t nodes;
    struct yaml *root;
    struct yaml key; /* waits for its value, when has_key */
    bool has_key;
    bool ended;
};

void yaml_complain(struct buf *complaints, const char *file, const struct yaml *at,
                   const char *format, ...)
{
    char line[600];
    va_list values;
    va_start(values, format);
    int n = vsnprintf(line, sizeof line, format, values);
    va_end(values);
    for (char *c = line; n > 0 && *c != '\0'; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    buf_put_str(complaints, file);
    if (at != NULL && at->line > 0) {
        buf_put_str(complaints, ":");
        buf_put_u64(complaints, at->line);
        buf_put_str(complaints, ":");
        buf_put_u64(complaints, at->column);
    }
    buf_put_str(complaints, ": ");
    buf_put_str(complaints, n > 0 ? line : "?");
    buf_put_str(complaints, "\n");
}

static gw_result refuse(struct tree *t, const yaml_mark_t *mark, const char *reason)
{
    struct yaml at = {.line = (unsigned)mark->line + 1, .column = (unsigned)mark->column + 1};
    yaml_complain(t->complaints, t->file, &at, "%s", reason);
    return gw_is(GW_BAD);
}

static bool has_member(const struct yaml *map, struct slice key)
{
    for (const struct yaml *m = map->first; m != NULL; m = m->next)
        if (slice_is(m->key, key))
            return true;
    return false;
}

/* Hangs a node into what is open. */
static gw_result hang(struct tree *t, struct yaml *node, const yaml_mark_t *mark)
{
    if (t->depth == 0) {
        t->root = node;
        return gw_is(GW_OK);
    }
    struct yaml *into = t->open[t->depth - 1];
    if (into->kind == YAML_MAP) {
        if (!t->has_key)
            return refuse(t, mark, "a key must be plain text");
        if (into->count >= YAML_MEMBERS)
            return refuse(t, mark, "too many members in one map");
        node->key = t->key.text;
        node->key_line = t->key.line;
        node->key_column = t->key.column;
        t->has_key = false;
    }
    if (t->last[t->depth - 1] == NULL)
        into->first = node;
    else
        t->last[t->depth - 1]->next = node;
    t->last[t->depth - 1] = node;
    into->count++;
    return gw_is(GW_OK);
}

static struct yaml *node_at(struct tree *t, enum yaml_kind kind, const yaml_mark_t *mark)
{
    struct yaml *node = arena_zalloc(t->arena, sizeof *node);
    if (node == NULL)
        return NULL;
    node->kind = kind;
    node->line = (unsigned)mark->line + 1;
    node->column = (unsigned)mark->column + 1;
    return node;
}

static gw_result open_node(struct tree *t, enum yaml_kind kind, bool marked,
                           const yaml_mark_t *mark)
{
    if (marked)
        return refuse(t, mark, "anchors and tags are not allowed here");
    if (t->depth == YAML_DEPTH || ++t->nodes > YAML_NODES)
        return refuse(t, mark, "nested too deep, or too large");
    struct yaml *node = node_at(t, kind, mark);
    if (node == NULL)
        return gw_is(GW_NO_MEMORY);
    TRY(hang(t, node, mark));
    t->open[t->depth] = node;
    t->last[t->depth] = NULL;
    t->depth++;
    return gw_is(GW_OK);
}

static gw_result take_scalar(struct tree *t, const yaml_event_t *e)
{
    const yaml_mark_t *mark = &e->start_mark;
    if (e->data.scalar.anchor != NULL || e->data.scalar.tag != NULL)
        return refuse(t, mark, "anchors and tags are not allowed here");
    if (++t->nodes > YAML_NODES)
        return refuse(t, mark, "too large");
    struct yaml *node = node_at(t, YAML_TEXT, mark);
    if (node == NULL)
        return gw_is(GW_NO_MEMORY);
    node->text = arena_copy(t->arena, slice_of(e->data.scalar.value, e->data.scalar.length));
    if (node->text.at == NULL)
        return gw_is(GW_NO_MEMORY);
    node->quoted = e->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    bool is_key = t->depth > 0 && t->open[t->depth - 1]->kind == YAML_MAP && !t->has_key;
    if (!is_key)
        return hang(t, node, mark);
    if (has_member(t->open[t->depth - 1], node->text))
        return refuse(t, mark, "this key stands here twice");
    t->key = *node;
    t->has_key = true;
    return gw_is(GW_OK);
}

static gw_result take(struct tree *t, const yaml_event_t *e)
{
    switch (e->type) {
    case YAML_DOCUMENT_START_EVENT:
        if (t->root != NULL)
            return refuse(t, &e->start_mark, "one document a file");
        return gw_is(GW_OK);
    case YAML_ALIAS_EVENT:
        return refuse(t, &e->start_mark, "aliases are not allowed here");
    case YAML_SCALAR_EVENT:
        return take_scalar(t, e);
    case YAML_SEQUENCE_START_EVENT:
        return open_node(t, YAML_LIST,
                         e->data.sequence_start.anchor != NULL ||
                             e->data.sequence_start.tag != NULL,
                         &e->start_mark);
    case YAML_MAPPING_START_EVENT:
        return open_node(t, YAML_MAP,
                         e->data.mapping_start.anchor != NULL || e->data.mapping_start.tag != NULL,
                         &e->start_mark);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT:
        t->depth--;
        return gw_is(GW_OK);
    case YAML_STREAM_END_EVENT:
        t->ended = true;
        return gw_is(GW_OK);
    default:
        return gw_is(GW_OK);
    }
}

/* The parser says of a tab only that no word begins so. */
static bool is_tab(struct slice text, const yaml_mark_t *mark)
{
    for (size_t i = 0; i < mark->line; i++) {
        size_t end = slice_find_byte(text, '\n');
        text = slice_from(text, end == SIZE_MAX ? text.len : end + 1);
    }
    return mark->column < text.len && text.at[mark->column] == '\t';
}

static const char *problem_of(const yaml_parser_t *parser, struct slice text)
{
    if (is_tab(text, &parser->problem_mark))
        return "a tab stands here: YAML is indented with blanks";
    return parser->problem != NULL ? parser->problem : "not YAML";
}

static gw_result read_events(struct tree *t, yaml_parser_t *parser, struct slice text)
{
    while (!t->ended) {
        yaml_event_t e;
        if (!yaml_parser_parse(parser, &e))
            return refuse(t, &parser->problem_mark, problem_of(parser, text));
        gw_result r = take(t, &e);
        yaml_event_delete(&e);
        TRY(r);
    }
    return gw_is(GW_OK);
}

gw_result yaml_parse(struct slice text, const char *file, struct arena *arena,
                     struct buf *complaints, struct yaml **root)
{
    struct tree t = {.file = file, .arena = arena, .complaints = complaints};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser))
        return gw_is(GW_NO_MEMORY);
    if (slice_has_prefix(text, SLICE_LIT("\xef\xbb\xbf")))
        text = slice_from(text, 3); /* editors on Windows begin a file so */
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)(text.len > 0 ? text.at : ""),
                                 text.len);
    gw_result r = read_events(&t, &parser, text);
    yaml_parser_delete(&parser);
    TRY(r);
    if (t.root == NULL) {
        yaml_complain(complaints, file, NULL, "the file is empty");
        return gw_is(GW_BAD);
    }
    *root = t.root;
    return gw_is(GW_OK);
}

const struct yaml *yaml_member(const struct yaml *map, const char *name)
{
    if (map == NULL || map->kind != YAML_MAP)
        return NULL;
    for (const struct yaml *m = map->first; m != NULL; m = m->next)
        if (slice_is(m->key, slice_str(name)))
            return m;
    return NULL;
}

/* Edit distance without case, for words of at most YAML_WORD bytes. */
static size_t distance(struct slice a, struct slice b)
{
    size_t row[YAML_WORD + 1];
    for (size_t j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 0; i < a.len; i++) {
        size_t corner = row[0];
        row[0] = i + 1;
        for (size_t j = 0; j < b.len; j++) {
            size_t best = corner + (slice_lower(a.at[i]) != slice_lower(b.at[j]));
            corner = row[j + 1];
            if (corner + 1 < best)
                best = corner + 1;
            if (row[j] + 1 < best)
                best = row[j] + 1;
            row[j + 1] = best;
        }
    }
    return row[b.len];
}

const char *yaml_nearest(struct slice text, const char *const *words)
{
    const char *near = NULL;
    size_t least = YAML_NEAR + 1;
    if (text.len == 0 || text.len > YAML_WORD)
        return NULL;
    for (; *words != NULL; words++) {
        struct slice word = slice_str(*words);
        if (word.len > YAML_WORD)
            continue;
        size_t d = distance(text, word);
        if (d < least && d < word.len) { /* "do" is not a misspelt "id" */
            least = d;
            near = *words;
        }
    }
    return near;
}
