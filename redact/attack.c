/* redact/attack.c - placeholder */
#include "proxy/base/base.h"
#include "redact/attack.h"

struct attack attack_score(struct slice text, bool decoded)
{
    (void)text;
    (void)decoded;
    return (struct attack){0};
}

struct attack attack_join(struct attack a, struct attack b)
{
    return (struct attack){.score = a.score > b.score ? a.score : b.score,
                           .kinds = a.kinds | b.kinds};
}
