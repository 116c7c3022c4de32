/* redact/attack_lexicon.c - see attack_lexicon.h. */
#include "proxy/base/base.h"
#include "redact/attack_lexicon.h"

const char *attack_class_name(unsigned class)
{
#define X(name) #name,
    static const char *const names[] = {"NONE", ATTACK_CLASSES(X) "WORDS", ATTACK_MARKS(X)};
#undef X
    return class < GW_COUNT(names) ? names[class] : "?";
}

__attribute__((cold, noinline)) unsigned attack_lexicon_none(void)
{
    return AC_NONE;
}

enum { BEGIN = sizeof(uint64_t), DENSE = 0xFFFFFF };

/* The entries up to *end whose head, the bits of `mask` in `begin`, is that; NULL: there are none.
 */
static inline const struct attack_entry *find_head(uint64_t begin, uint32_t mask,
                                                   const struct attack_entry **end)
{
    const struct attack_lexicon *x = attack_lexicon();
    uint32_t hash = attack_head_hash((uint32_t)begin & mask), slot = attack_head_slot(hash);
    uint8_t tag = attack_head_tag(hash);
    for (; x->tags[slot] != 0; slot = (slot + 1) % ATTACK_SLOTS) {
        const struct attack_entry *e = x->entries + x->starts[slot];
        if (x->tags[slot] == tag && ((uint32_t)(e->begin ^ begin) & mask) == 0) {
            *end = x->entries + x->starts[slot + 1];
            return e;
        }
    }
    *end = NULL;
    return NULL;
}

/* The first one that fits is the longest. */
unsigned attack_lexicon_stem(const char *word, size_t len)
{
    uint64_t begin;
    memcpy(&begin, word, sizeof begin);
    const struct attack_entry *end, *e = find_head(begin, UINT32_MAX, &end);
    for (; e < end; e++) {
        const char *rest = (const char *)attack_lexicon()->pool + e->at + BEGIN;
        if ((begin ^ e->begin) << e->unused == 0 && len - e->len <= e->more &&
            (e->len <= BEGIN || memcmp(word + BEGIN, rest, e->len - BEGIN) == 0))
            return e->class;
    }
    return AC_NONE;
}

unsigned attack_lexicon_find(const char *word, size_t len)
{
    uint64_t part[3];
    memcpy(part, word, sizeof part);
    uint32_t hash = attack_word_hash(part[0], part[1], part[2]);
    unsigned class =
        len <= BEGIN ? attack_lexicon_short(hash, part[0]) : attack_lexicon_long(hash, part);
    if (class != AC_NONE || !attack_lexicon_may_stem((uint32_t)part[0]))
        return class;
    return attack_lexicon_stem(word, len);
}

unsigned attack_lexicon_longest(struct slice s, size_t *len)
{
    uint64_t begin = 0;
    if (s.len >= BEGIN)
        memcpy(&begin, s.at, BEGIN);
    else
        memcpy(&begin, s.at, s.len);
    const struct attack_entry *end, *e = find_head(begin, DENSE, &end);
    for (*len = 0; e < end; e++) {
        const char *rest = (const char *)attack_lexicon()->pool + e->at + BEGIN;
        if ((begin ^ e->begin) << e->unused == 0 && e->len <= s.len &&
            (e->len <= BEGIN || memcmp(s.at + BEGIN, rest, e->len - BEGIN) == 0)) {
            *len = e->len;
            return e->class;
        }
    }
    return AC_NONE;
}
