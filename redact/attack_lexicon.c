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

/* Do the first `len` bytes agree, of which the head does? */
static inline bool agree(const char *a, const unsigned char *b, size_t len)
{
    size_t head = sizeof(uint32_t);
    return len <= head || memcmp(a + head, b + head, len - head) == 0;
}

/* From entry i on, the last one of the bucket at `end`. */
static __attribute__((noinline)) unsigned find_from(unsigned i, unsigned end, const char *word,
                                                    size_t len)
{
    const struct attack_lexicon *x = attack_lexicon();
    uint32_t head = x->entries[i].head;
    unsigned found = AC_NONE;
    size_t longest = 0;
    for (; i < end; i++) {
        const struct attack_entry *e = &x->entries[i];
        bool is_stem = (e->class_and_stem & 0x80) != 0;
        if (e->head != head || (is_stem ? e->len > len : e->len != len) || e->len <= longest ||
            !agree(word, x->pool + e->at, e->len))
            continue;
        found = e->class_and_stem & 0x7F;
        longest = e->len;
    }
    return found;
}

unsigned attack_lexicon_find(const char *word, size_t len)
{
    const struct attack_lexicon *x = attack_lexicon();
    uint32_t head;
    memcpy(&head, word, sizeof head);
    uint32_t bucket = attack_bucket(head);
    for (unsigned i = x->buckets[bucket], end = x->buckets[bucket + 1]; i < end; i++)
        if (x->entries[i].head == head)
            return find_from(i, end, word, len);
    return AC_NONE;
}

unsigned attack_lexicon_longest(struct slice s, size_t *len)
{
    const struct attack_lexicon *x = attack_lexicon();
    uint32_t head = 0;
    unsigned found = AC_NONE;
    *len = 0;
    memcpy(&head, s.at, s.len < 3 ? s.len : 3);
    uint32_t bucket = attack_bucket(head);
    for (unsigned i = x->buckets[bucket]; i < x->buckets[bucket + 1]; i++) {
        const struct attack_entry *e = &x->entries[i];
        if (e->head != head || e->len > s.len || e->len <= *len ||
            memcmp(x->pool + e->at, s.at, e->len) != 0)
            continue;
        found = e->class_and_stem & 0x7F;
        *len = e->len;
    }
    return found;
}

uint32_t attack_lexicon_fold(uint32_t point)
{
    if (point < ATTACK_FOLDS)
        return attack_lexicon()->folds[point];
    if (point >= ATTACK_FOLDS_MORE && point < ATTACK_FOLDS_MORE + 0x100)
        return attack_lexicon()->folds_more[point - ATTACK_FOLDS_MORE];
    return point;
}
