/* tests/unit/folder_rig.h - a folder of a test's own, in which it stands, and files in it. */
#ifndef TESTS_UNIT_FOLDER_RIG_H
#define TESTS_UNIT_FOLDER_RIG_H

#include "proxy/base/base.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char folder_path[] = "/tmp/bulla-test-XXXXXX";

/* A group's setup: made, and gone into. */
static inline int folder_begin(void **state)
{
    (void)state;
    return mkdtemp(folder_path) == NULL || chdir(folder_path) != 0;
}

/* Its teardown: gone, with all that is in it. */
static inline int folder_end(void **state)
{
    char line[100];
    (void)state;
    snprintf(line, sizeof line, "cd / && rm -r %s", folder_path);
    return system(line);
}

/* For its owner alone, as files with keys must be. */
static inline void folder_write(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
    assert_int_equal(chmod(name, 0600), 0);
}

#endif
