/* proxy/http/head.c - see head.h. */
#include "proxy/base/base.h"
#include "proxy/http/head.h"

const struct head_field *head_find(const struct head *h, struct slice name)
{
    const struct head_field *found = NULL;
    for (size_t i = 0; i < h->count; i++) {
        if (!slice_is_nocase(h->fields[i].name, name))
            continue;
        if (found != NULL)
            return NULL;
        found = &h->fields[i];
    }
    return found;
}

size_t head_count(const struct head *h, struct slice name)
{
    size_t n = 0;
    for (size_t i = 0; i < h->count; i++)
        n += slice_is_nocase(h->fields[i].name, name);
    return n;
}

static bool list_has(struct slice list, struct slice word)
{
    while (list.len > 0) {
        size_t comma = slice_find_byte(list, ',');
        if (slice_is_nocase(slice_trim(slice_cut(list, 0, comma)), word))
            return true;
        if (comma == SIZE_MAX)
            return false;
        list = slice_from(list, comma + 1);
    }
    return false;
}

bool head_has_word(const struct head *h, const char *name, const char *word)
{
    struct slice wanted = slice_str(name);
    for (size_t i = 0; i < h->count; i++)
        if (slice_is_nocase(h->fields[i].name, wanted) &&
            list_has(h->fields[i].value, slice_str(word)))
            return true;
    return false;
}
