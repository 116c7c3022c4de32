/* proxy/base/list.h - an intrusive doubly linked list with a head; a link knows whether it is in
 * one.
 *
 * Owns nothing. A zeroed link is in no list. LIST_ITEM gets back from a link to what holds it. */
#ifndef PROXY_BASE_LIST_H
#define PROXY_BASE_LIST_H

#include "proxy/base/base.h"

struct link {
    struct link *before, *after;
};

struct list {
    struct link head;
    size_t count;
};

#define LIST_ITEM(link_at, type, member) \
    ((type *)(void *)((char *)(link_at)-offsetof(type, member)))

static inline void list_init(struct list *l)
{
    l->head.before = l->head.after = &l->head;
    l->count = 0;
}
static inline bool link_is_listed(const struct link *k)
{
    return k->after != NULL;
}
/* Appends; k must be in no list. */
static inline void list_append(struct list *l, struct link *k)
{
    assert(!link_is_listed(k));
    k->before = l->head.before;
    k->after = &l->head;
    k->before->after = k;
    l->head.before = k;
    l->count++;
}
/* Takes k out of l, in which it must be. */
static inline void list_remove(struct list *l, struct link *k)
{
    assert(link_is_listed(k) && l->count > 0);
    k->before->after = k->after;
    k->after->before = k->before;
    k->before = k->after = NULL;
    l->count--;
}
/* First link, or NULL when empty; and the one after k, or NULL. */
static inline struct link *list_first(const struct list *l)
{
    return l->head.after == &l->head ? NULL : l->head.after;
}
static inline struct link *list_after(const struct list *l, const struct link *k)
{
    return k->after == &l->head ? NULL : k->after;
}

#endif
