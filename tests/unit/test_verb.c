/* tests/unit/test_verb.c - proxy/main/verb.h: exit codes, and that scan prints no caller's text. */
#include "proxy/base/base.h"
#include "proxy/main/verb.h"
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

/* Runs a verb with `input` on standard input; what it prints stands in out (size bytes). */
static int ran(char **argv, const char *input, char *out, size_t size)
{
    int argc = 0, kept_in = dup(0), kept_out = dup(1);
    FILE *from = tmpfile(), *to = tmpfile();
    assert_true(from != NULL && to != NULL && kept_in >= 0 && kept_out >= 0);
    fputs(input, from);
    rewind(from);
    fflush(stdout);
    dup2(fileno(from), 0);
    dup2(fileno(to), 1);
    clearerr(stdin);
    while (argv[argc] != NULL)
        argc++;
    int code = verb_run(argc, argv);
    fflush(stdout);
    dup2(kept_in, 0);
    dup2(kept_out, 1);
    close(kept_in);
    close(kept_out);
    rewind(to);
    out[fread(out, 1, size - 1, to)] = '\0';
    fclose(from);
    fclose(to);
    return code;
}

static char bulla[] = "bulla", scan[] = "scan", redact[] = "redact", jsonl[] = "--jsonl",
            help[] = "--help", wrong[] = "--wrong";

static void wrong_words_are_refused(void **state)
{
    char out[4096];
    char *none[] = {bulla, NULL}, *verb[] = {bulla, wrong, NULL},
         *option[] = {bulla, scan, wrong, NULL}, *file[] = {bulla, redact, scan, NULL};
    (void)state;
    assert_int_equal(ran(none, "", out, sizeof out), VERB_MISUSED);
    assert_int_equal(ran(verb, "", out, sizeof out), VERB_MISUSED);
    assert_int_equal(ran(option, "", out, sizeof out), VERB_MISUSED);
    assert_int_equal(ran(file, "", out, sizeof out), VERB_MISUSED);
    assert_int_equal(strlen(out), 0);
}

static void every_verb_has_help(void **state)
{
    char out[4096];
    char *all[] = {bulla, help, NULL}, *one[] = {bulla, scan, help, NULL};
    (void)state;
    assert_int_equal(ran(all, "", out, sizeof out), VERB_GOOD);
    assert_non_null(strstr(out, "redact"));
    assert_int_equal(ran(one, "", out, sizeof out), VERB_GOOD);
    assert_non_null(strstr(out, "--candidates"));
}

static void scan_says_what_it_found(void **state)
{
    char out[4096];
    char *argv[] = {bulla, scan, NULL};
    (void)state;
    assert_int_equal(ran(argv, "nothing to see", out, sizeof out), VERB_GOOD);
    assert_int_equal(strlen(out), 0);
    assert_int_equal(ran(argv, "x\nto anna@acme.org", out, sizeof out), VERB_FOUND);
    assert_non_null(strstr(out, "-:2:4 EMAIL_ADDRESS"));
    assert_null(strstr(out, "anna"));
}

static void lines_answer_lines(void **state)
{
    char out[4096];
    char *argv[] = {bulla, scan, jsonl, NULL};
    (void)state;
    assert_int_equal(ran(argv, "[1]\n{\"id\":1}\n", out, sizeof out), VERB_FAILED);
    assert_true(strncmp(out, "{\"id\":null,\"error\":", 19) == 0);
    assert_non_null(strstr(out, "\n{\"id\":1,\"error\":"));
    assert_int_equal(
        ran(argv, "{\"id\":\"a\\n\",\"text\":\"\\u00e9 anna@acme.org\"}\n{\"text\":\"\",\"id\":2}",
            out, sizeof out),
        VERB_GOOD);
    assert_true(strncmp(out, "{\"id\":\"a\\n\",\"findings\":[{\"entity\":\"EMAIL_ADDRESS\",", 49) ==
                0);
    assert_non_null(strstr(out, "\"start\":3,\"end\":16,"));
    assert_non_null(
        strstr(out, "\n{\"id\":2,\"findings\":[],\"attack\":{\"score\":0,\"kinds\":[]}}\n"));
}

static void redact_replaces(void **state)
{
    char out[4096];
    char *argv[] = {bulla, redact, NULL};
    (void)state;
    assert_int_equal(ran(argv, "", out, sizeof out), VERB_GOOD);
    assert_int_equal(ran(argv, "to anna@acme.org\n", out, sizeof out), VERB_GOOD);
    assert_true(strncmp(out, "to EMAIL_", 9) == 0);
    assert_int_equal(strlen(out), 3 + 12 + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_words_are_refused), cmocka_unit_test(every_verb_has_help),
        cmocka_unit_test(scan_says_what_it_found), cmocka_unit_test(lines_answer_lines),
        cmocka_unit_test(redact_replaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
