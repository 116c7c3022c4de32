/* proxy/gate/behalf.c - for whom an application asks: from the headers that the configuration
 * believes of it, else from its body; and to which conversation a request belongs.
 *
 * Only pseudonyms are kept, but for the agent's name. Decides nothing: what a caller says of itself
 * lowers no rule and no record. */
#include "proxy/base/base.h"
#include "proxy/gate/behalf.h"
#include "proxy/gate/state.h"

enum { GIST_END = 16, GIST_MIDDLE = 32, AGENT_MOST = 128 };

static const struct gate_claims *claims_of(const struct exchange *x)
{
    const struct gate_claims *any = NULL;
    for (size_t i = 0; i < x->gate->claim_count; i++) {
        const struct gate_claims *c = &x->gate->claims[i];
        if (x->app.len > 0 && slice_is(c->app, x->app))
            return c;
        any = slice_is(c->app, SLICE_LIT("*")) ? c : any;
    }
    return any;
}

/* The one field of that name; empty: none is asked for, it is not there, or it stands twice. */
static struct slice field(const struct exchange *x, struct slice name)
{
    const struct head_field *f = name.len == 0 ? NULL : head_field(x->head, name.at);
    return f == NULL ? (struct slice){NULL, 0} : f->value;
}

/* Names of programs stand in records as they are; anything else would be a caller's text. */
static struct slice plain_name(struct slice name)
{
    bool is_plain = name.len <= AGENT_MOST;
    for (size_t i = 0; is_plain && i < name.len; i++)
        is_plain = name.at[i] != '@' && name.at[i] != ' ';
    return name.len == 0 ? name : is_plain ? clear_name(name).s : SLICE_LIT("?");
}

bool behalf_head(struct exchange *x)
{
    const struct secret_key *key = x->gate->search_key;
    const struct gate_claims *c = claims_of(x);
    if (key == NULL)
        return true;
    x->behalf = arena_zalloc(x->arena, sizeof *x->behalf);
    if (x->behalf == NULL || c == NULL)
        return x->behalf != NULL;
    struct behalf *b = x->behalf;
    b->has_header = c->person.len > 0;
    b->is_from_header = pseudonym_make(key, "person", field(x, c->person), b->person);
    (void)pseudonym_make(key, "session", field(x, c->session), b->session);
    b->agent = plain_name(field(x, c->agent));
    b->agent_id = plain_name(field(x, c->agent_id));
    b->agent_instance = plain_name(field(x, c->agent_instance));
    return true;
}

/* What tells two texts apart, for a few hundred instructions: both ends, the middle (of a form that
 * is filled in only that differs), the length. All of it would cost what scanning it costs. */
struct gist {
    char at[2 * GIST_END + GIST_MIDDLE + sizeof(size_t)];
};

static struct slice gist_of(struct slice text, struct gist *g)
{
    size_t len = 0;
    if (text.len <= 2 * GIST_END + GIST_MIDDLE) {
        if (text.len > 0)
            memcpy(g->at, text.at, text.len);
        len = text.len;
    } else {
        memcpy(g->at, text.at, GIST_END);
        memcpy(g->at + GIST_END, text.at + (text.len - GIST_MIDDLE) / 2, GIST_MIDDLE);
        memcpy(g->at + GIST_END + GIST_MIDDLE, text.at + text.len - GIST_END, GIST_END);
        len = 2 * GIST_END + GIST_MIDDLE;
    }
    memcpy(g->at + len, &text.len, sizeof text.len);
    return slice_of(g->at, len + sizeof text.len);
}

/* A conversation goes on from what it began with: each turn says its first words again. */
void behalf_body(struct exchange *x)
{
    struct behalf *b = x->behalf;
    GW_UNSET struct gist system, first;
    if (b == NULL)
        return;
    if (!b->has_header)
        (void)pseudonym_make(x->gate->search_key, "person", x->request.person, b->person);
    if (x->request.system.len + x->request.first_user.len == 0)
        return;
    const struct slice parts[] = {SLICE_LIT("talk"),
                                  x->tenant,
                                  x->app,
                                  slice_str(b->person),
                                  slice_str(b->session),
                                  gist_of(x->request.system, &system),
                                  gist_of(x->request.first_user, &first)};
    pseudonym_of(x->gate->search_key, parts, GW_COUNT(parts), b->conversation);
    secret_wipe(&system, sizeof system);
    secret_wipe(&first, sizeof first);
}
