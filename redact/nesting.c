/* redact/nesting.c - see nesting.h. Each level reads what the strings of the one around it say;
 * \uXXXX counts as letters: no writer of JSON spells quotes or braces so. */
#include "proxy/base/base.h"
#include "redact/nesting.h"

static char unescaped(char c)
{
    static const char letters[] = "bfnrt", controls[] = "\b\f\n\r\t";
    const char *at = c == '\0' ? NULL : strchr(letters, c);
    return at != NULL ? controls[at - letters] : c;
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r';
}

/* A byte at level `k`; *said: what it says to the level within, when it returns true. */
static bool take(struct nesting_level *l, char c, char *said)
{
    *said = l->is_escaped ? unescaped(c) : c;
    if (!l->in_string) {
        if (c == '"')
            *l = (struct nesting_level){.in_string = true};
        return false;
    }
    if (!l->is_escaped && c == '"') {
        l->in_string = false;
        return false;
    }
    l->is_escaped = c == '\\' && !l->is_escaped;
    return !l->is_escaped;
}

void nesting_follow(struct nesting *n, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.at[i], said;
        for (size_t k = 0; k < NESTING_MOST && take(&n->at[k], c, &said); k++) {
            struct nesting_level *l = &n->at[k];
            if (!l->has_begun && !is_blank(said)) {
                l->has_begun = true;
                l->is_json = said == '{' || said == '[';
                if (k + 1 < NESTING_MOST)
                    n->at[k + 1] = (struct nesting_level){.in_string = false};
            }
            if (!l->is_json)
                break;
            c = said;
        }
    }
}

unsigned nesting_depth(const struct nesting *n)
{
    unsigned depth = 0;
    while (depth < NESTING_MOST && n->at[depth].in_string) {
        depth++;
        if (!n->at[depth - 1].is_json)
            break;
    }
    return depth;
}

bool nesting_is_bare(const struct nesting *n)
{
    unsigned depth = nesting_depth(n);
    return depth == 0 || (depth < NESTING_MOST && n->at[depth - 1].is_json);
}
