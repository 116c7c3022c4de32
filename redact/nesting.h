/* redact/nesting.h - how deep in strings of JSON the next byte of a text stands.
 *
 * Arguments of a tool are JSON; a string in them may be JSON again (a body to be sent, another
 * tool's arguments), and one in there too. A value that is put into such a place has to be escaped
 * once for each string around it. Follows the text as it comes, in any cut. A string is JSON when
 * it begins with a brace or a bracket. Refuses to know what is put in. Lives in its owner; nothing
 * to free. */
#ifndef REDACT_NESTING_H
#define REDACT_NESTING_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum { NESTING_MOST = 3 };

/* All zero before the first byte. */
struct nesting {
    struct nesting_level {
        bool in_string, is_escaped;
        bool has_begun; /* something stands in the string */
        bool is_json;   /* and it is JSON: the next level follows it */
    } at[NESTING_MOST];
};

void nesting_follow(struct nesting *n, struct slice text);
/* 0: outside of all strings; n: in a string, which stands in n - 1 others. */
unsigned nesting_depth(const struct nesting *n);
/* Does the next byte stand for itself, outside of the strings of its own JSON? */
bool nesting_is_bare(const struct nesting *n);

#endif
