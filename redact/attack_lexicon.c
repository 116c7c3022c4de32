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

unsigned attack_lexicon_find(const char *word, size_t len)
{
    const struct attack_lexicon *x = attack_lexicon();
    uint32_t head;
    unsigned found = AC_NONE;
    size_t longest = 0;
    memcpy(&head, word, sizeof head);
    uint32_t bucket = attack_bucket(head);
    for (unsigned i = x->buckets[bucket]; i < x->buckets[bucket + 1]; i++) {
        const struct attack_entry *e = &x->entries[i];
        bool is_stem = (e->class_and_stem & 0x80) != 0;
        if (e->head != head || (is_stem ? e->len > len : e->len != len) || e->len <= longest ||
            memcmp(x->pool + e->at, word, e->len) != 0)
            continue;
        found = e->class_and_stem & 0x7F;
        longest = e->len;
    }
    return found;
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
