/* redact/canary.c - see canary.h. Refuses to know who planted it. */
#include "proxy/base/base.h"
#include "redact/canary.h"
#include "redact/text.h"
#include <ctype.h>

void canary_make(const struct digest *from, char out[CANARY_LEN])
{
    static const char letters[] = "BCDFGHJKLMNPQRSTVWXZ";
    static_assert(sizeof from->at >= CANARY_LEN, "a byte a letter");
    for (size_t i = 0; i < CANARY_LEN; i++) /* 256 is no multiple of 20: a loss of 0.02 bits */
        out[i] = letters[from->at[i] % (sizeof letters - 1)];
}

enum form { FORWARDS = 0, BACKWARDS, ROT13, FORMS };

static char letter_of(struct slice canary, enum form form, size_t i)
{
    char c = canary.at[form == BACKWARDS ? canary.len - 1 - i : i];
    return form == ROT13 && c <= 'M' ? (char)(c + 13) : form == ROT13 ? (char)(c - 13) : c;
}

/* Matches from `at` on. True: up to *end. *ran_out: the text ended before that was decided. */
static bool match(struct slice canary, enum form form, struct slice text, size_t at, size_t *end,
                  bool *ran_out)
{
    size_t n = 0, gap = 0;
    for (size_t i = at; i < text.len; i++) {
        unsigned char c = (unsigned char)text.at[i];
        if (isalnum(c) == 0) {
            if (++gap > CANARY_GAP || c == TEXT_SEPARATOR)
                return false;
            continue;
        }
        if (toupper(c) != letter_of(canary, form, n))
            return false;
        gap = 0;
        if (++n == canary.len) {
            *end = i + 1;
            return true;
        }
    }
    *ran_out = true;
    return false;
}

bool canary_find(struct slice canary, struct slice text, size_t at, size_t *start, size_t *end)
{
    size_t open = text.len;
    for (; at < text.len && canary.len > 0; at++) {
        int c = toupper((unsigned char)text.at[at]);
        for (unsigned form = 0; form < FORMS; form++) {
            bool ran_out = false;
            if (c != letter_of(canary, (enum form)form, 0))
                continue;
            if (match(canary, (enum form)form, text, at, end, &ran_out)) {
                *start = at;
                return true;
            }
            open = ran_out && at < open ? at : open;
        }
    }
    *start = open;
    return false;
}
