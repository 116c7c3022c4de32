/* proxy/net/names.h - what a pool remembers of its upstream's name, and which answers it believes.
 *
 * Addresses that may not be used are left out: those that are forbidden always, those of this house
 * unless the pool says that they may be. An answer with none left is refused and wipes what was
 * known: a name that flips is not trusted for what it said before. When asking fails, the last good
 * answer serves on for NAMES_OLD_S. Knows no sockets and no clock of its own: `now_ns` is the
 * caller's monotonic time. Embedded, owns nothing. */
#ifndef PROXY_NET_NAMES_H
#define PROXY_NET_NAMES_H

#include "proxy/base/base.h"
#include "proxy/net/conn.h"
#include "proxy/net/question.h"

enum {
    NAMES_FRESH_S = 30, /* an answer is used so long without asking again */
    NAMES_RETRY_S = 5, /* after a failure the old answer is used so long before the next question */
    NAMES_OLD_S = 15 * 60 /* nothing older is used, whatever fails */
};

struct names {
    struct conn_address at[QUESTION_ANSWERS]; /* in the order to try them */
    size_t n;
    int64_t good_ns, until_ns; /* learned; not asked again before */
    bool may_be_private;       /* set by the owner */
    bool was_refused;          /* the last answer was */
};

/* May be used without asking. */
bool names_is_fresh(const struct names *names, int64_t now_ns);
/* Takes in an answer, or that there was none (status QUESTION_FAILED). True: n > 0, use them. */
bool names_learn(struct names *names, const struct question_answer *answer, unsigned port,
                 int64_t now_ns);
/* None of them answered: asked anew next time. */
void names_doubt(struct names *names);

#endif
