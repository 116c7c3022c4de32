/* tests/unit/test_learned.c - a name that was told once is found in all leaves, before and behind;
 * what only looks like it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"
#include "redact/learned.h"
#include "tests/unit/scan_rig.h"

static void add(struct rig *r, const char *text)
{
    const struct text_leaf leaf = {.role = ROLE_USER};
    assert_true(gw_ok(text_add(&r->text, slice_str(text), &leaf)));
}

/* The persons of all leaves, each with a bar behind it. */
static void persons(struct rig *r, uint8_t names, size_t budget, char *out, size_t size)
{
    struct scan_options options = {.names = names};
    struct scan_job job;
    bool done = false;
    uint32_t end = 0;
    assert_true(gw_ok(scan_start(&job, r->scanner, r->scratch, &r->text, &options, r->arena)));
    while (!done)
        assert_true(gw_ok(scan_step(&job, budget, &done)));
    out[0] = '\0';
    for (size_t i = 0; i < job.result.count; i++) {
        const struct finding *f = &job.result.findings[i];
        assert_true(f->start >= end && f->end > f->start);
        end = f->end;
        if (f->family == FAM_PERSON)
            snprintf(out + strlen(out), size - strlen(out), "%.*s|", (int)(f->end - f->start),
                     buf_slice(&r->text.flat).at + f->start);
    }
}

static const char told[] = "My name is Zbigniew Okonkwo.";

static void nothing_is_learned_when_names_are_off(void **state)
{
    struct rig r = rig_new();
    char got[500];
    (void)state;
    add(&r, told);
    persons(&r, NAMES_OFF, SIZE_MAX, got, sizeof got);
    assert_string_equal(got, "");
    rig_free(&r);
}

static void what_only_looks_like_it_is_not_found(void **state)
{
    struct rig r = rig_new();
    char got[500];
    (void)state;
    add(&r, told);
    add(&r, "see github.com/okonkwo and okonkwo_v2 = x.okonkwo(); okonkwo.py");
    add(&r, "okonkwoss okonk");
    persons(&r, NAMES_HIGH, SIZE_MAX, got, sizeof got);
    assert_string_equal(got, "Zbigniew Okonkwo|");
    rig_free(&r);
}

static void a_mention_is_found_before_and_behind(void **state)
{
    static const char before[] = "id;okonkwo;4", behind[] = "total 4: OKONKWO, 12";
    struct rig r = rig_new();
    char got[500], again[500];
    (void)state;
    add(&r, before);
    add(&r, told);
    add(&r, behind);
    persons(&r, NAMES_HIGH, SIZE_MAX, got, sizeof got);
    assert_non_null(strstr(got, "okonkwo|Zbigniew Okonkwo|"));
    assert_non_null(strstr(got, "OKONKWO|"));
    persons(&r, NAMES_HIGH, 1, again, sizeof again);
    assert_string_equal(got, again);
    rig_free(&r);
}

/* Where words are not parted, a name of three characters or more is looked for inside of them. */
static void a_name_is_found_inside_of_a_sentence(void **state)
{
    struct rig r = rig_new();
    char got[500], again[500];
    (void)state;
    add(&r, "上周欧阳志远和张伟明去了3楼。");
    add(&r, "姓名：张伟明");
    add(&r, "姓名：刘芳");
    add(&r, "联系人：欧阳志远");
    add(&r, "记录里写着张伟明的电话，张伟民不在，刘芳草地。");
    persons(&r, NAMES_HIGH, SIZE_MAX, got, sizeof got);
    assert_string_equal(got, "欧阳志远|张伟明|张伟明|刘芳|欧阳志远|张伟明|");
    persons(&r, NAMES_HIGH, 1, again, sizeof again);
    assert_string_equal(got, again);
    rig_free(&r);
}

static void common_words_are_not_learned(void **state)
{
    struct rig r = rig_new();
    char got[500];
    (void)state;
    add(&r, "My name is Will May.");
    add(&r, "will it rain in may?");
    persons(&r, NAMES_HIGH, SIZE_MAX, got, sizeof got);
    assert_null(strstr(got, "will|"));
    assert_null(strstr(got, "may|"));
    rig_free(&r);
}

static void only_so_many_words_are_learned(void **state)
{
    struct rig r = rig_new();
    static char got[200000];
    (void)state;
    for (int i = 0; i < 2 * LEARNED_MOST; i++) {
        char text[100];
        snprintf(text, sizeof text, "My name is Zbigniew Okonkwo%c%c.", 'a' + i / 26 % 26,
                 'a' + i % 26);
        add(&r, text);
    }
    persons(&r, NAMES_HIGH, SIZE_MAX, got, sizeof got);
    assert_true(strlen(got) > 2 * LEARNED_MOST * 10);
    rig_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_learned_when_names_are_off),
        cmocka_unit_test(what_only_looks_like_it_is_not_found),
        cmocka_unit_test(a_mention_is_found_before_and_behind),
        cmocka_unit_test(a_name_is_found_inside_of_a_sentence),
        cmocka_unit_test(common_words_are_not_learned),
        cmocka_unit_test(only_so_many_words_are_learned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
