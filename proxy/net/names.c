/* proxy/net/names.c - see names.h. */
#include "proxy/base/base.h"
#include "proxy/net/names.h"
#include "proxy/net/address.h"

static int64_t seconds(int n)
{
    return (int64_t)n * 1000000000;
}

bool names_is_fresh(const struct names *names, int64_t now_ns)
{
    return names->n > 0 && now_ns < names->until_ns;
}

static bool is_allowed(const struct names *names, const struct conn_address *a)
{
    enum address_kind kind = address_judge(a);
    return kind == ADDRESS_PUBLIC || (kind == ADDRESS_PRIVATE && names->may_be_private);
}

static void keep_allowed(struct names *names, const struct question_answer *answer, unsigned port)
{
    names->n = 0;
    for (size_t i = 0; i < answer->n; i++) {
        struct conn_address a;
        struct slice bytes = slice_of((const char *)answer->at[i].at, answer->at[i].len);
        if (address_make(bytes, port, &a) && is_allowed(names, &a))
            names->at[names->n++] = a;
    }
}

bool names_learn(struct names *names, const struct question_answer *answer, unsigned port,
                 int64_t now_ns)
{
    names->was_refused = false;
    switch (answer->status) {
    case QUESTION_FOUND:
        keep_allowed(names, answer, port);
        names->was_refused = names->n == 0;
        names->good_ns = now_ns;
        names->until_ns = now_ns + seconds(NAMES_FRESH_S);
        break;
    case QUESTION_NONE:
        names->n = 0;
        break;
    case QUESTION_FAILED:
        if (names->n > 0 && now_ns - names->good_ns >= seconds(NAMES_OLD_S))
            names->n = 0;
        names->until_ns = now_ns + seconds(NAMES_RETRY_S);
        break;
    }
    return names->n > 0;
}

void names_doubt(struct names *names)
{
    names->until_ns = 0;
}
