/* policies/yaml.h - a YAML file as a tree with places, for policies and for the configuration.
 *
 * The only file that uses libyaml. Refuses anchors, aliases, tags, several documents, duplicate
 * keys, depth over 32 and more than 200,000 nodes: a policy is read by people. Freed as a whole. */
#ifndef POLICIES_YAML_H
#define POLICIES_YAML_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum yaml_kind { YAML_NONE = 0, YAML_TEXT, YAML_LIST, YAML_MAP };

struct yaml {
    enum yaml_kind kind;
    struct slice key;      /* member name, for members of a map */
    struct slice text;     /* scalar */
    bool quoted;           /* scalar stood in quotes */
    unsigned line, column; /* from 1 */
    unsigned key_line, key_column;
    struct yaml *first, *next; /* children; next sibling */
    size_t count;              /* children */
};

/* Parses text; `file` is used in complaints only. Everything in the arena. */
GW_MUST gw_result yaml_parse(struct slice text, const char *file, struct arena *arena,
                             struct buf *complaints, struct yaml **root);
/* Member of a map, or NULL. */
const struct yaml *yaml_member(const struct yaml *map, const char *name);
/* "file:line:column: message\n" appended; never fails loudly (the buffer has a ceiling). */
void yaml_complain(struct buf *complaints, const char *file, const struct yaml *at,
                   const char *format, ...) GW_PRINTF(4, 5);
/* The word of `words` (NULL-terminated) nearest to `text` by edit distance <= 3, or NULL. */
const char *yaml_nearest(struct slice text, const char *const *words);

#endif
