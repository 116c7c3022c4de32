/* tests/unit/stdio_rig.h - what is said on a standard stream while something runs, and what is
 * given on standard input. stdio_begin(), then stdio_end(), whose text lives until the next begin.
 */
#ifndef TESTS_UNIT_STDIO_RIG_H
#define TESTS_UNIT_STDIO_RIG_H

#include "proxy/base/base.h"
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

struct stdio_rig {
    int kept, which; /* 1 or 2 */
    FILE *to;
    char text[4000];
};

static inline void stdio_begin(struct stdio_rig *r, int which)
{
    fflush(which == 1 ? stdout : stderr);
    *r = (struct stdio_rig){.kept = dup(which), .which = which, .to = tmpfile()};
    assert_true(r->kept >= 0 && r->to != NULL && dup2(fileno(r->to), which) == which);
}

static inline const char *stdio_end(struct stdio_rig *r)
{
    fflush(r->which == 1 ? stdout : stderr);
    dup2(r->kept, r->which);
    close(r->kept);
    rewind(r->to);
    r->text[fread(r->text, 1, sizeof r->text - 1, r->to)] = '\0';
    fclose(r->to);
    return r->text;
}

/* The next bytes of standard input. */
static inline void stdio_give(const char *text)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_true(write(ends[1], text, strlen(text)) == (ssize_t)strlen(text));
    close(ends[1]);
    assert_int_equal(dup2(ends[0], 0), 0);
    close(ends[0]);
    clearerr(stdin);
}

#endif
