/* proxy/base/list.h - an intrusive doubly linked list with a head; a link knows whether it is in
 * one.
 *
 * Owns nothing. A zeroed link is in no list. LIST_ITEM gets back from a link to what holds it. */
#ifndef PROXY_BASE_LIST_H
#define PROXY_BASE_LIST_H

#include "proxy/base/base.h"

/* Lives inside what is listed; both NULL while it is in no list. */
struct link {
    struct link *before, *after;
};

/* The head closes the ring: an empty list's head points at itself. */
struct list {
    struct link head;
    size_t count; /* of links, without the head */
};

/* LIST_ITEM(k, struct session, link): the session whose member `link` k points at. k not NULL. */
#define LIST_ITEM(link_at, type, member) \
    ((type *)(void *)((char *)(link_at)-offsetof(type, member)))

/* Before anything else; forgets what was in it without touching the links. */
static inline void list_init(struct list *l)
{
    l->head.before = l->head.after = &l->head;
    l->count = 0;
}
/* In some list; which one, the caller knows. */
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
/* The first link, or NULL when the list is empty. A caller that walks and removes takes the next
 * link before it removes the one in hand. */
static inline struct link *list_first(const struct list *l)
{
    return l->head.after == &l->head ? NULL : l->head.after;
}
/* The one after k, or NULL at the end; k must be in l. */
static inline struct link *list_after(const struct list *l, const struct link *k)
{
    return k->after == &l->head ? NULL : k->after;
}

#endif
