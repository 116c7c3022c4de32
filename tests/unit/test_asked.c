/* tests/unit/test_asked.c - the arguments of `bulla audit`: proxy/main/asked.h. */
#include "proxy/base/base.h"
#include "proxy/main/asked.h"
#include "tests/unit/stdio_rig.h"

/* "word option value ..." as main() gets it behind `bulla audit`. */
static const char *asked(const char *line, bool wants_item, struct asked *a)
{
    static char text[600];
    static char *argv[64];
    int argc = 1;
    snprintf(text, sizeof text, "%s", line);
    argv[0] = text;
    for (char *rest = text, *one; (one = strsep(&rest, " ")) != NULL;)
        if (*one != '\0')
            argv[argc++] = one;
    *a = (struct asked){.word = argv[1]};
    return asked_read(argc, argv, wants_item, a);
}

static void what_cannot_be_asked_is_told(void **state)
{
    static const struct {
        const char *line;
        bool wants_item;
        const char *says;
    } cases[] = {
        {"query", false, "which log?"},
        {"query --dir", false, "--dir lacks its value"},
        {"query --dirr d", false, "--dirr is no option"},
        {"query -x d", false, "-x is no option"},
        {"query d e", false, "an argument too many"},
        {"show --dir d", true, "which record?"},
        {"show 7 d e", true, "an argument too many"},
        {"verify d --and e", false, "--and DIR goes with query"},
        {"query d --and e --after 7", false, "--after and --before are of one log"},
        {"query d --and", false, "--and lacks its value"},
        {"query --value secret --dir d", false, "a value is never an argument"},
    };
    struct asked a;
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        const char *says = asked(cases[i].line, cases[i].wants_item, &a);
        if (says == NULL || strncmp(says, cases[i].says, strlen(cases[i].says)) != 0)
            fail_msg("%s: %s", cases[i].line, says != NULL ? says : "nothing");
    }
}

static void arguments_go_where_they_belong(void **state)
{
    struct asked a;
    (void)state;
    assert_null(asked("query --app hr --since 2h --newest --json -n 5 --value --dir d", false, &a));
    assert_string_equal(a.facets[FACET_APP], "hr");
    assert_string_equal(a.since, "2h");
    assert_string_equal(a.count, "5");
    assert_string_equal(a.dir, "d");
    assert_true(a.newest && a.json && a.value && !a.groups && !a.sealed);
    assert_null(asked("show 7 d", true, &a));
    assert_true(strcmp(a.item, "7") == 0 && strcmp(a.dir, "d") == 0);
    assert_null(asked("query d --and e --and f", false, &a));
    assert_true(a.also_count == 2 && strcmp(a.also[1], "f") == 0);
    assert_null(asked("query -c bulla.yaml", false, &a));
    assert_true(a.dir == NULL && strcmp(a.config_path, "bulla.yaml") == 0);
    assert_null(asked("compliance", false, &a));      /* it reads no log */
    assert_null(asked("prove d --from 7", true, &a)); /* between two sizes: of no record */
    assert_true(a.item == NULL && strcmp(a.dir, "d") == 0);
    for (enum facet_id i = FACET_TYPE; i < FACET_COUNT; i++) { /* each facet is an option */
        char line[100];
        snprintf(line, sizeof line, "query d --%s x", facet_name(i));
        if (i == FACET_FOUND)
            continue; /* its option says that it is read elsewhere */
        assert_null(asked(line, false, &a));
        assert_string_equal(a.facets[i], "x");
    }
}

static void so_many_logs_are_asked_at_once(void **state)
{
    char line[400] = "query d";
    struct asked a;
    (void)state;
    for (int i = 0; i < ASKED_ALSO; i++)
        strncat(line, " --and e", 9);
    assert_null(asked(line, false, &a));
    assert_int_equal(a.also_count, ASKED_ALSO);
    strncat(line, " --and e", 9);
    assert_non_null(asked(line, false, &a));
}

static void an_age_has_a_unit_or_is_of_seconds(void **state)
{
    static const struct {
        const char *text;
        uint64_t seconds; /* 0: none */
    } cases[] = {
        {"90", 90},
        {"90s", 90},
        {"2m", 120},
        {"1h", 3600},
        {"1d", 86400},
        {"", 0},
        {"0", 0},
        {"0d", 0},
        {"s", 0},
        {"-1", 0},
        {"1w", 0},
        {"1.5h", 0},
        {"1hh", 0},
        {" 1", 0},
        {"9999999999", 9999999999},
        {"10000000000", 0},
        {"9999999999d", 0},
        {"115740d", 9999936000},
        {"115741d", 0},
        {"18446744073709551615d", 0},
        {"18446744073709551616", 0},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        uint64_t seconds = 0;
        bool good = asked_age(cases[i].text, &seconds);
        if (good != (cases[i].seconds > 0) || (good && seconds != cases[i].seconds))
            fail_msg("%s: %llu", cases[i].text, (unsigned long long)seconds);
    }
}

static void filters_become_a_question(void **state)
{
    const int64_t now = INT64_C(1795898400000000); /* 2026-11-28T20:40:00Z */
    struct asked a;
    struct index_query q;
    (void)state;
    assert_null(asked("query d --since 2h --until 2026-11-28 --after 5 --before 9 -n 3 --newest "
                      "--xid x --model m",
                      false, &a));
    assert_null(asked_query(&a, now, &q));
    assert_true(q.since_us == now - INT64_C(7200000000));
    assert_true(q.until_us == INT64_C(1795824000000000));
    assert_true(q.has_after && q.after == 5 && q.has_before && q.before == 9);
    assert_true(q.limit == 3 && q.newest_first && slice_is(q.xid, SLICE_LIT("x")));
    assert_true(slice_is(q.facets[FACET_MODEL], SLICE_LIT("m")));
    assert_null(q.facets[FACET_APP].at);
    assert_null(asked("query d", false, &a));
    assert_null(asked_query(&a, now, &q));
    assert_true(!q.has_after && !q.has_before && q.limit == 0 && q.since_us == 0);
    static const char *const bad[] = {
        "--since yesterday",
        "--since 2026-11",
        "--until 2026-11-28T17:00:00",
        "--after x",
        "--after -1",
        "--before 9223372036854775808",
        "-n 0",
        "-n x",
        "--since 0d",
    };
    for (size_t i = 0; i < GW_COUNT(bad); i++) {
        char line[100];
        snprintf(line, sizeof line, "query d %s", bad[i]);
        assert_null(asked(line, false, &a));
        if (asked_query(&a, now, &q) == NULL)
            fail_msg("%s", bad[i]);
    }
}

/* --- people and values ------------------------------------------------------------------------ */

static char one[] = "/tmp/bulla-asked-XXXXXX", other[] = "/tmp/bulla-asked-XXXXXX";

static int make_keys(void **state)
{
    char reason[PSEUDONYM_REASON];
    struct secret_key *key = NULL;
    (void)state;
    if (mkdtemp(one) == NULL || mkdtemp(other) == NULL)
        return 1;
    for (int i = 0; i < 2; i++) {
        if (!gw_ok(pseudonym_key(i == 0 ? one : other, true, reason, &key)))
            return 1;
        secret_key_free(key);
    }
    return 0;
}

static int drop_keys(void **state)
{
    char line[200];
    (void)state;
    snprintf(line, sizeof line, "rm -r %s %s", one, other);
    return system(line);
}

static void a_name_becomes_what_records_hold(void **state)
{
    struct asked a = {.word = "query", .dir = one}, b;
    char first[PSEUDONYM_LEN + 1];
    (void)state;
    a.also[0] = other;
    a.also_count = 1;
    a.facets[FACET_PERSON] = "Ann Lee";
    assert_true(asked_name(&a));
    assert_true(pseudonym_is(slice_str(a.facets[FACET_PERSON])));
    snprintf(first, sizeof first, "%s", a.facets[FACET_PERSON]);
    assert_true(asked_name(&a)); /* what is one already stays */
    assert_string_equal(a.facets[FACET_PERSON], first);
    assert_true(asked_other(&a, 0, &b)); /* and is another one in another log */
    assert_true(pseudonym_is(slice_str(b.facets[FACET_PERSON])));
    assert_string_not_equal(b.facets[FACET_PERSON], first);
    assert_string_equal(b.dir, other);
}

static void a_name_that_cannot_be_is_refused(void **state)
{
    struct stdio_rig said;
    char long_name[PSEUDONYM_NAME + 2];
    struct asked a = {.word = "query", .dir = one};
    (void)state;
    memset(long_name, 'a', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    a.facets[FACET_PERSON] = long_name;
    stdio_begin(&said, 2);
    bool named = asked_name(&a);
    assert_non_null(strstr(stdio_end(&said), "nobody can be looked for by name: it is longer"));
    assert_false(named);
    a = (struct asked){.word = "query", .dir = "/nowhere"};
    a.facets[FACET_SESSION] = "s";
    stdio_begin(&said, 2);
    named = asked_name(&a);
    assert_non_null(strstr(stdio_end(&said), "nobody can be looked for"));
    assert_false(named);
}

static void a_value_is_read_and_never_shown(void **state)
{
    static const struct {
        const char *given;
        bool with_other, holds;
        const char *says;
    } cases[] = {
        {"4111 1111 1111 1111\n", false, true, ""},
        {"4111 1111 1111 1111", false, true, ""},
        {"4111 1111 1111 1111\n", true, true, ""},
        {"tok:0123456789abcdef0123456789abcdef\n", false, true, ""},
        {"tok:0123456789abcdef0123456789abcdef\n", true, false, "are of one log"},
        {"\n", false, false, "standard input has none"},
        {"", false, false, "standard input has none"},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        struct asked a = {.word = "query", .dir = one, .value = true};
        struct stdio_rig said;
        a.also[0] = other;
        a.also_count = cases[i].with_other;
        stdio_give(cases[i].given);
        stdio_begin(&said, 2);
        bool named = asked_name(&a);
        const char *text = stdio_end(&said);
        if (named != cases[i].holds || strstr(text, cases[i].says) == NULL)
            fail_msg("case %zu: %s", i, text);
        assert_null(strstr(text, "4111"));
        assert_true(!named || pseudonym_is(slice_str(a.facets[FACET_FOUND])));
        if (named && cases[i].with_other)
            assert_string_not_equal(a.imprints[0], a.imprints[1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_asked_is_told),
        cmocka_unit_test(arguments_go_where_they_belong),
        cmocka_unit_test(so_many_logs_are_asked_at_once),
        cmocka_unit_test(an_age_has_a_unit_or_is_of_seconds),
        cmocka_unit_test(filters_become_a_question),
        cmocka_unit_test(a_name_becomes_what_records_hold),
        cmocka_unit_test(a_name_that_cannot_be_is_refused),
        cmocka_unit_test(a_value_is_read_and_never_shown),
    };
    return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
