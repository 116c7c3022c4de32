/* redact/finding.c - names of families, entities and kinds of attack, looked up in constant tables.
 *
 * Refuses to know how anything is found. Owns nothing. */
#include "proxy/base/base.h"
#include "redact/finding.h"
#include "redact/attack_views.h"
#include "redact/catalog.h"
#include "redact/check.h"
#include "redact/name_row.h"

#define X(id, name, word) name,
static const char *const names[FAM_COUNT] = {"NONE", FAMILY_TABLE(X)};
#undef X
#define X(id, name, word) word,
static const char *const words[FAM_COUNT] = {"NONE", FAMILY_TABLE(X)};
#undef X
#define X(id, word) word,
static const char *const kinds[ATTACK_KINDS] = {ATTACK_TABLE(X)};
#undef X

enum family family_from(struct slice name)
{
    for (int i = FAM_NONE + 1; i < FAM_COUNT; i++)
        if (slice_is_nocase(name, slice_str(names[i])))
            return (enum family)i;
    return FAM_NONE;
}

const char *family_name(enum family family)
{
    return (unsigned)family < FAM_COUNT ? names[family] : names[FAM_NONE];
}

const char *family_word(enum family family)
{
    return (unsigned)family < FAM_COUNT ? words[family] : words[FAM_NONE];
}

const char *attack_word(enum attack_kind kind)
{
    return (unsigned)kind < ATTACK_KINDS ? kinds[kind] : "none";
}

#define X(id, word, kind, owasp, atlas) {word, owasp, atlas, ATTACK_##kind},
static const struct {
    const char *word, *owasp, *atlas;
    enum attack_kind kind;
} reasons[] = {REASON_TABLE(X)};
#undef X

const char *attack_origin_word(enum attack_origin origin)
{
#define X(id, word) word,
    static const char *const origins[] = {ORIGIN_TABLE(X)};
#undef X
    return (unsigned)origin < ORIGIN_COUNT ? origins[origin] : "none";
}

const char *attack_reason_word(enum attack_reason reason)
{
    return (unsigned)reason < REASON_COUNT ? reasons[reason].word : "none";
}

const char *attack_reason_owasp(enum attack_reason reason)
{
    return (unsigned)reason < REASON_COUNT ? reasons[reason].owasp : "none";
}

const char *attack_reason_atlas(enum attack_reason reason)
{
    return (unsigned)reason < REASON_COUNT ? reasons[reason].atlas : "none";
}

enum attack_kind attack_reason_kind(enum attack_reason reason)
{
    return (unsigned)reason < REASON_COUNT ? reasons[reason].kind : ATTACK_INJECTION;
}

const char *attack_view_word(unsigned view)
{
    return view == 0 ? "" : attack_view_name(view);
}

const char *watch_word(enum watch_kind kind)
{
#define X(id, word) word,
    static const char *const watched[] = {WATCH_TABLE(X)};
#undef X
    return (unsigned)kind < WATCH_KINDS ? watched[kind] : "none";
}

enum watch_kind watch_from(struct slice name)
{
    unsigned kind = 0;
    while (kind < WATCH_KINDS &&
           !slice_is_nocase(name, slice_str(watch_word((enum watch_kind)kind))))
        kind++;
    return (enum watch_kind)kind;
}

bool finding_has_name(struct slice entity, enum family family, struct slice name)
{
    return slice_is_nocase(entity, name) ||
           (family != FAM_NONE && slice_is_nocase(slice_str(family_name(family)), name));
}

bool finding_is_name(struct slice name)
{
    for (size_t i = 0; name_row_at(i) != NULL; i++)
        if (finding_has_name(slice_str(name_row_at(i)->entity), (enum family)name_row_at(i)->family,
                             name))
            return true;
    return false;
}

bool finding_is_known(struct slice name)
{
    for (size_t i = 0; i < catalog_count(); i++) {
        const struct detector *d = catalog_at(i);
        if (finding_has_name(slice_str(d->entity), (enum family)d->family, name))
            return true;
    }
    return finding_is_name(name);
}

/* Does a row of the catalogue in front of this one have it? */
static bool is_listed(struct slice entity, size_t row)
{
    for (size_t i = 0; i < row; i++)
        if (slice_is(slice_str(catalog_at(i)->entity), entity))
            return true;
    return false;
}

struct slice finding_entity_next(size_t *row)
{
    size_t rows = catalog_count();
    while (*row < rows || name_row_at(*row - rows) != NULL) {
        size_t i = (*row)++;
        struct slice entity =
            slice_str(i < rows ? catalog_at(i)->entity : name_row_at(i - rows)->entity);
        if (!is_listed(entity, i < rows ? i : rows))
            return entity;
    }
    return slice_of(NULL, 0);
}

const char *style_word(enum style style)
{
    static const char *const styles[] = {"none", "token", "label", "mask", "hash", "fake", "drop"};
    return (size_t)style < GW_COUNT(styles) ? styles[style] : "none";
}

const char *finding_check_at(size_t i)
{
    const struct check *c = check_at(i);
    return c == NULL ? NULL : c->name;
}

const char *finding_shape(struct slice name)
{
    if (slice_is(name, SLICE_LIT("number")))
        return "\\b\\d{4,32}\\b";
    if (slice_is(name, SLICE_LIT("word")))
        return "\\b[0-9A-Za-z]{4,64}\\b";
    return NULL;
}
