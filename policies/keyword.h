/* policies/keyword.h - maps are read by tables: each key a row. Private to policies/.
 *
 * A table ends with a row whose name is NULL. A row holds the key, the shape that its value must
 * have, a function that takes the value, and a sentence for people. keyword_read() complains about
 * keys that have no row, with a suggestion, and about values of another shape; so a reader only
 * sees what fits. New keys are new rows (and a line in deploy/schema, which tests/lint compares).
 */
#ifndef POLICIES_KEYWORD_H
#define POLICIES_KEYWORD_H

#include "policies/model.h"
#include "policies/yaml.h"
#include "proxy/base/base.h"

/* WORDS takes a list of texts or one text; ANY leaves the judgement to the reader. */
enum shape { SHAPE_TEXT = 0, SHAPE_WORDS, SHAPE_LIST, SHAPE_MAP, SHAPE_ANY };

struct keyword {
    const char *name;
    enum shape shape;
    void (*take)(struct load *l, const struct yaml *v, void *into);
    const char *says;
};

/* Every member of the map `v` through its row, in the order of the table. A value that is no map is
 * complained about. */
void keyword_read(struct load *l, const struct keyword *table, const struct yaml *v, void *into);
/* A complaint at `at` in the file being read; counts as a fault. */
void load_fault(struct load *l, const struct yaml *at, const char *format, ...) GW_PRINTF(3, 4);
/* The same with "; did you mean 'X'?" when a word of the NULL-terminated list is near. */
void load_unknown(struct load *l, const struct yaml *at, const char *what, struct slice word,
                  const char *const *known);
/* A text or a list of texts as words; complains about anything else inside. */
struct words words_of(struct load *l, const struct yaml *v);
/* "true" and "false" only. */
bool flag_of(struct load *l, const struct yaml *v);
/* Above 0 and up to 1, as 1 to 1000; 0 after a complaint. */
uint16_t score_of(struct load *l, const struct yaml *v);
/* Index of a text in the NULL-terminated list; complains and gives `otherwise` when it is not. */
size_t choice_of(struct load *l, const struct yaml *v, const char *const *known, size_t otherwise);
/* n zeroed elements in the policy's arena; NULL notes that memory is short (or n is 0). */
void *load_array(struct load *l, size_t n, size_t size);

#endif
