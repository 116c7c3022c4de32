/* redact/reason.c - see reason.h. Refuses to decide anything: what it says changes nothing. */
#include "proxy/base/base.h"
#include "redact/reason.h"
#include "redact/who.h"
#include "redact/scanner.h"

enum { BEFORE = 64, BEHIND = 32 }; /* as judge.c looks */

/* The first of the words "a|b|c" that stands in text as a word of its own. */
static struct slice word_in(const char *words, struct slice text)
{
    struct slice rest = slice_str(words);
    while (rest.len > 0) {
        size_t bar = slice_find_byte(rest, '|');
        struct slice word = slice_cut(rest, 0, bar);
        rest = bar == SIZE_MAX ? slice_of(NULL, 0) : slice_from(rest, bar + 1);
        for (size_t i = 0; i + word.len <= text.len; i++)
            if (context_has_word(text, i, word))
                return slice_cut(text, i, i + word.len);
    }
    return slice_of(NULL, 0);
}

static struct slice near_in(const struct row *row, struct slice text)
{
    for (size_t i = 0; i < row->near_count; i++)
        for (size_t k = 0; k + row->near[i].len <= text.len; k++)
            if (slice_is_nocase(slice_cut(text, k, k + row->near[i].len), row->near[i]))
                return slice_cut(text, k, k + row->near[i].len);
    return slice_of(NULL, 0);
}

/* The word that spoke for it: in the key, in front, behind. */
static void find_word(const struct row *row, struct slice text, struct slice key,
                      const struct finding *f, struct reason *out)
{
    size_t reach = row->built_in == NULL ? row->within : BEFORE;
    size_t behind = row->built_in == NULL ? row->within : BEHIND;
    struct slice left = slice_cut(text, f->start > reach ? f->start - reach : 0, f->start);
    struct slice right = slice_cut(text, f->end, f->end + behind);
    if (row->built_in == NULL) {
        out->word = near_in(row, left);
        if (out->word.len == 0)
            out->word = near_in(row, right);
        return;
    }
    const char *words = row->built_in->words;
    if (words == NULL)
        return;
    out->word = word_in(words, key);
    out->is_key = out->word.len > 0;
    if (out->word.len == 0)
        out->word = word_in(words, left);
    if (out->word.len == 0)
        out->word = word_in(words, right);
}

static void name_checks(const struct row *row, struct reason *out)
{
    const struct detector *d = row->built_in;
    char *names = out->checks;
    size_t used = 0, room = sizeof out->checks;
    if (d != NULL && d->valid != NULL) {
        const char *name = check_word(d->valid);
        snprintf(names, room, "%s", name != NULL ? name : d->name);
    }
    for (size_t i = 0; i < row->check_count && used + 1 < room; i++)
        used += (size_t)snprintf(names + used, room - used, "%s%s", i == 0 ? "" : " ",
                                 row->checks[i]->name);
}

static const char *way_of(const struct row *row)
{
    if (row->known != NULL)
        return "hashed";
    if (row->prints != NULL)
        return "documents";
    return row->confirmer != NULL ? "pattern" : "words";
}

/* Does the detector's pattern fit the value as it stands? */
static bool is_plain(const struct row *row, struct slice text, const struct finding *f)
{
    size_t range[3];
    struct confirm_scratch *scratch = confirm_scratch_new();
    size_t back = row->back + row->max_len, from = f->start > back ? f->start - back : 0;
    bool found = row->confirmer == NULL || scratch == NULL;
    while (!found && from <= f->start) {
        gw_result r = confirm_next(row->confirmer, scratch, text, from, f->start, range);
        if (!gw_ok(r))
            break;
        found = range[CONFIRM_START] <= f->start && f->start < range[CONFIRM_END];
        from = range[CONFIRM_ALL_END] > from ? range[CONFIRM_ALL_END] : from + 1;
    }
    confirm_scratch_free(scratch);
    return found;
}

void reason_of(const struct scanner *s, struct slice text, struct slice key,
               const struct finding *f, struct reason *out)
{
    *out = (struct reason){.by = "model", .about = ""};
    if (f->detector >= s->count - NAME_KINDS) /* names have no row that says more */
        return;
    const struct row *row = &s->rows[f->detector];
    const struct detector *d = row->built_in;
    out->by = way_of(row);
    out->pattern = d != NULL ? slice_str(d->confirm) : row->pattern;
    out->base = row->base;
    out->with_word = row->with_words;
    out->about = d != NULL && d->about != NULL ? d->about : "";
    name_checks(row, out);
    find_word(row, text, key, f, out);
    out->is_normal = !is_plain(row, text, f);
}
