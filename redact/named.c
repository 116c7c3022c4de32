/* redact/named.c - see named.h. Refuses to know how names are found. */
#include "proxy/base/base.h"
#include "redact/named.h"

enum { SURE = 800 }; /* the score that a name has to have at the low level */

struct taker {
    struct pass *pass;
    size_t shift; /* where the leaf begins in the flat text */
    unsigned least;
};

static gw_result take(void *taker, const struct name *name)
{
    const struct taker *t = taker;
    const struct scanner *s = t->pass->scanner;
    size_t row = s->count - NAME_KINDS + name->kind;
    if (name->score < t->least)
        return gw_is(GW_OK);
    struct finding f = {.start = (uint32_t)(t->shift + name->start),
                        .end = (uint32_t)(t->shift + name->end),
                        .detector = (uint16_t)row,
                        .family = s->rows[row].family,
                        .score = name->score,
                        .entity = s->rows[row].entity,
                        .name = s->rows[row].name};
    TRY(allow_has(&s->allow, t->pass->scratch->confirm, slice_cut(t->pass->flat, f.start, f.end),
                  f.entity, (enum family)f.family, &f.is_allowed));
    return judge_add(t->pass, &f);
}

gw_result named_scan(struct pass *p, const size_t leaf[2], struct slice key, size_t until,
                     size_t *at)
{
    const struct scan_options *o = p->options;
    unsigned least = o->names == NAMES_LOW ? SURE : o->threshold > 0 ? o->threshold : 500;
    struct taker t = {p, leaf[0], o->candidates ? 0 : least};
    size_t range[2] = {*at, until - leaf[0]};
    if (o->names == NAMES_OFF)
        return gw_is(GW_OK);
    struct slice text = slice_cut(p->flat, leaf[0], leaf[1]);
    TRY(who_find(&p->scanner->model, text, key, range, take, &t));
    *at = range[0];
    return gw_is(GW_OK);
}
