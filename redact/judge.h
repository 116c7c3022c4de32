/* redact/judge.h - from a trigger to findings: confirm, validate, weigh. For scan.c only.
 *
 * Looks at no more than the leaf in which a trigger stands, so that what it says depends on that
 * leaf alone. Findings live in the caller's arena. */
#ifndef REDACT_JUDGE_H
#define REDACT_JUDGE_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/offmap.h"
#include "proxy/base/slice.h"
#include "redact/scanner.h"
#include "redact/table.h"

enum { JUDGE_NEAR = 4, JUDGE_STRETCH = 256 };
/* Who asks what is around; each looks as far as its values are long. */
enum { JUDGE_DIGITS, JUDGE_TOKEN, JUDGE_ROW, JUDGE_ASKERS };

/* One pass over one subject: the flat text, or the normal form of a stretch of it. Leaves are
 * parted by TEXT_SEPARATOR in both; nothing here looks across one. */
struct pass {
    const struct scanner *scanner;
    struct scan_scratch *scratch;
    const struct scan_options *options;
    struct arena *arena;
    const struct text *text; /* for keys; NULL: a plain text has none */
    struct slice flat;
    struct slice subject;
    const struct offmap *map; /* NULL: the subject is the flat text */
    size_t map_base;          /* where the map's source begins in the flat text */
    struct finding *found;    /* offsets in the flat text */
    size_t count, room;
    /* what judge.c has looked up: lists of context words */
    size_t before_at; /* 1 + the place of the subject that `before` is about */
    size_t key_at;    /* 1 + the leaf that `key_lists` is about */
    size_t column_at; /* 1 + the place of the subject that `column` is about */
    struct context_set before, key_lists, column;
    struct context_set near[JUDGE_NEAR]; /* of stretches of the subject, by their number */
    const char *head_at;                 /* the line of heads that `head` is about; NULL: none */
    struct context_set head;
    size_t line_from, line_to;       /* the line of the subject that `heads` is about */
    const struct context_set *heads; /* `head`, or NULL: the line is not of a table */
    size_t near_at[JUDGE_NEAR];      /* 1 + the number of the stretch that near[i] is about */
    struct judge_around {            /* what some of those say together, by who asks */
        size_t from, to;             /* 1 + the first of them; the last one */
        struct context_set lists;
    } around[JUDGE_ASKERS];
    struct judge_last { /* where the last value in a token may begin that begins in [start - 1,
                           last] */
        size_t start, last, found;
    } begins[2]; /* of rows without DET_UNREAL and of those with it */
    struct table table;
    size_t free_from, free_to; /* of the subject: no separator in between */
};

/* What was confirmed before this is forgotten: a new subject. */
void judge_begin(struct pass *p);
/* All values of row `id` that begin from start (or the row's `back` bytes in front of it) to last,
 * both offsets of the subject. The places of one row come in the order of their starts. */
GW_MUST gw_result judge_trigger(struct pass *p, uint32_t id, size_t start, size_t last);
/* judge_trigger() for those rows that wait for `size` digits or bytes or fewer and whose words
 * stand near, in the key or above; for all of them when candidates are asked for. */
GW_MUST gw_result judge_near(struct pass *p, const struct trigger_near *near, size_t size,
                             size_t start, size_t last);
/* Every row that waits for its words, tried at the begin of [from, to) as if it were a value alone:
 * for those who ask for all candidates. */
GW_MUST gw_result judge_alone(struct pass *p, size_t from, size_t to);
/* A user's word of row `id` that stands at [start, end) of the subject. */
GW_MUST gw_result judge_word(struct pass *p, uint32_t id, size_t start, size_t end);
/* A finding that was confirmed elsewhere. */
GW_MUST gw_result judge_add(struct pass *p, const struct finding *f);

#endif
