/* policies/keyword.c - see keyword.h.
 *
 * Knows no key by name. Allocates in the policy's arena only. Complaints quote the policy file,
 * which is the operator's own text, never a caller's. */
#include "proxy/base/base.h"
#include "policies/keyword.h"
#include <stdarg.h>

enum { KEYWORDS = 32 };

void load_fault(struct load *l, const struct yaml *at, const char *format, ...)
{
    char line[500];
    va_list values;
    va_start(values, format);
    if (vsnprintf(line, sizeof line, format, values) < 0)
        line[0] = '\0';
    va_end(values);
    l->faults++;
    yaml_complain(l->complaints, l->file, at, "%s", line);
}

void load_unknown(struct load *l, const struct yaml *at, const char *what, struct slice word,
                  const char *const *known)
{
    const char *near = yaml_nearest(word, known);
    int len = (int)(word.len < 60 ? word.len : 60);
    if (near != NULL)
        load_fault(l, at, "unknown %s '%.*s'; did you mean '%s'?", what, len, word.at, near);
    else
        load_fault(l, at, "unknown %s '%.*s'", what, len, word.at);
}

static bool has_shape(const struct yaml *v, enum shape shape)
{
    switch (shape) {
    case SHAPE_TEXT:
        return v->kind == YAML_TEXT;
    case SHAPE_WORDS:
        return v->kind == YAML_LIST || (v->kind == YAML_TEXT && v->text.len > 0);
    case SHAPE_LIST:
        return v->kind == YAML_LIST;
    case SHAPE_MAP:
        return v->kind == YAML_MAP;
    case SHAPE_ANY:
        return true;
    }
    return false;
}

static void take_member(struct load *l, const struct keyword *row, const struct yaml *v, void *into)
{
    static const char *const shapes[] = {"text", "a list", "a list", "a map", "something"};
    if (has_shape(v, row->shape))
        row->take(l, v, into);
    else
        load_fault(l, v, "'%s' takes %s: %s", row->name, shapes[row->shape], row->says);
}

void keyword_read(struct load *l, const struct keyword *table, const struct yaml *v, void *into)
{
    const char *names[KEYWORDS + 1] = {NULL};
    if (v->kind != YAML_MAP) {
        load_fault(l, v, "a map with keys is needed here");
        return;
    }
    for (size_t i = 0; table[i].name != NULL && i < KEYWORDS; i++) {
        const struct yaml *m = yaml_member(v, table[i].name);
        names[i] = table[i].name;
        if (m != NULL)
            take_member(l, &table[i], m, into);
    }
    for (const struct yaml *m = v->first; m != NULL; m = m->next) {
        struct yaml key = {.line = m->key_line, .column = m->key_column};
        size_t i = 0;
        while (names[i] != NULL && !slice_is(m->key, slice_str(names[i])))
            i++;
        if (names[i] == NULL)
            load_unknown(l, &key, "key", m->key, names);
    }
}

void *load_array(struct load *l, size_t n, size_t size)
{
    if (n == 0)
        return NULL;
    void *at = arena_array(l->arena, n, size);
    if (at == NULL)
        l->no_memory = true;
    return at;
}

struct words words_of(struct load *l, const struct yaml *v)
{
    struct words none = {0};
    size_t n = v->kind == YAML_LIST ? v->count : 1;
    struct slice *at = load_array(l, n, sizeof *at);
    const struct yaml **places = load_array(l, n, sizeof *places);
    if (at == NULL || places == NULL) {
        if (n == 0)
            load_fault(l, v, "an empty list matches nothing");
        return none;
    }
    size_t i = 0;
    for (const struct yaml *m = v->kind == YAML_LIST ? v->first : v; m != NULL && i < n;
         m = m->next) {
        if (m->kind != YAML_TEXT || m->text.len == 0) {
            load_fault(l, m, "text is needed here");
            return none;
        }
        at[i] = m->text;
        places[i++] = m;
    }
    return (struct words){at, places, i};
}

bool flag_of(struct load *l, const struct yaml *v)
{
    if (slice_is(v->text, SLICE_LIT("true")))
        return true;
    if (!slice_is(v->text, SLICE_LIT("false")))
        load_fault(l, v, "'true' or 'false' is needed here");
    return false;
}

/* "0.125" as 125; SIZE_MAX when it is not so written. Digits behind the third do not count. */
static size_t thousandths(struct slice s)
{
    if (s.len == 0 || s.len > 8 || (s.at[0] != '0' && s.at[0] != '1'))
        return SIZE_MAX;
    if (s.len == 2 || (s.len > 2 && s.at[1] != '.'))
        return SIZE_MAX;
    size_t n = s.at[0] == '1' ? 1000 : 0;
    for (size_t i = 2, worth = 100; i < s.len; i++, worth /= 10) {
        if (s.at[i] < '0' || s.at[i] > '9')
            return SIZE_MAX;
        n += (size_t)(s.at[i] - '0') * worth;
    }
    return n;
}

uint16_t score_of(struct load *l, const struct yaml *v)
{
    size_t n = thousandths(v->text);
    if (n >= 1 && n <= 1000)
        return (uint16_t)n;
    load_fault(l, v, "a number above 0 and up to 1 is needed here, such as 0.9");
    return 0;
}

size_t choice_of(struct load *l, const struct yaml *v, const char *const *known, size_t otherwise)
{
    if (v->kind == YAML_TEXT)
        for (size_t i = 0; known[i] != NULL; i++)
            if (slice_is(v->text, slice_str(known[i])))
                return i;
    char all[200];
    size_t used = 0;
    all[0] = '\0';
    for (size_t i = 0; known[i] != NULL && used < sizeof all; i++)
        used +=
            (size_t)snprintf(all + used, sizeof all - used, "%s%s", i > 0 ? ", " : "", known[i]);
    load_fault(l, v, "one of these is needed here: %s", all);
    return otherwise;
}
