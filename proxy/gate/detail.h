/* proxy/gate/detail.h - what else a record tells of a request: numbers it asks with, tools that it
 * offers, what is attached, what sent it, and where in its body a finding stands.
 *
 * For the files of this folder. What a caller chose freely is told only in a shape that holds no
 * text (a number, an address, a program's name with its version, a word of the API), else as a
 * keyed pseudonym, or as "?". */
#ifndef PROXY_GATE_DETAIL_H
#define PROXY_GATE_DETAIL_H

#include "audit/wire.h"
#include "proxy/base/base.h"
#include "proxy/base/reached.h"
#include "proxy/base/slice.h"
#include "proxy/llm/walk.h"

struct exchange;

enum { DETAIL_ATTACHED = 16, DETAIL_PLACE = 160 };

/* What lies in a body as base64. */
struct attached {
    struct attached_item {
        struct slice mime; /* a word of our table, or "?" */
        uint64_t bytes;    /* decoded */
    } at[DETAIL_ATTACHED];
    size_t count;
};

/* What is known of an exchange for that. */
struct detail {
    struct slice key_print;    /* of the caller's key; empty: it has none */
    struct slice *stands;      /* one a finding: what stands for it; arena; NULL: nothing does */
    struct attached *attached; /* arena; NULL: there are none */
    struct reached up;         /* the upstream, or the guard, that was reached last */
    int64_t whole_ns;          /* the request was there */
    int64_t asked_ns;          /* its begin was recorded: it goes on */
    unsigned retries;          /* further tries to reach an upstream */
};

/* Notes an exempt leaf that is an attachment. */
GW_MUST gw_result detail_attach(struct exchange *x, const struct walk_leaf *leaf);
/* Members of `what`, in the order of their names; none of what is not there. */
void detail_attachments(const struct exchange *x, struct wire *w);
void detail_params(const struct exchange *x, struct wire *w);
void detail_tools(const struct exchange *x, struct wire *w);
/* Members of `net`: ua or ua_tok, xff. */
void detail_sender(const struct exchange *x, struct wire *w);

/* Where leaves stand, as JSON pointers (RFC 6901) into the body. Asked in the order of the leaves,
 * so that a long list is counted through once. */
struct detail_places {
    struct detail_step {
        uint32_t list, child; /* the element that was counted last, of that array */
        uint64_t index;
    } steps[8];
    size_t leaf; /* whose pointer text holds; SIZE_MAX: none yet */
    char text[DETAIL_PLACE];
};
void detail_places_init(struct detail_places *p);
/* Names of members that the API does not give are "*": a caller made them. NULL: not known. */
const char *detail_place(struct detail_places *p, const struct exchange *x, size_t leaf);

#endif
