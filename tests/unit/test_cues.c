/* tests/unit/test_cues.c - words that say what stands beside them: found alone, in a phrase, as
 * programs write them; and not found where only a part of them stands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "proxy/base/base.h"

#include "redact/cues.h"

static struct arena *arena;
static struct cues *cues;

static int set_up(void **state)
{
    (void)state;
    arena = arena_new(1 << 20);
    return arena != NULL && gw_ok(cues_new(arena, &cues)) ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    arena_free(arena);
    return 0;
}

static uint16_t of(const char *label)
{
    return cues_of_label(cues, slice_str(label));
}

static void what_is_no_cue_says_nothing(void **state)
{
    static const char *const labels[] = {"",   " ",           "::",       "content",  "prefix",
                                         "42", "schlussname", "filename", "hostname", "Dateiname"};
    (void)state;
    for (size_t i = 0; i < GW_COUNT(labels); i++)
        if (of(labels[i]) != 0)
            fail_msg("%s says %x", labels[i], of(labels[i]));
}

static void labels_say_what_follows(void **state)
{
    static const struct {
        const char *label;
        uint16_t cue;
    } cases[] = {
        {"Vorname", CUE_PART},
        {"NACHNAME", CUE_PART},
        {"Imię i nazwisko", CUE_PART},
        {"ФИО", CUE_PART},
        {"Ф. И. О.", CUE_PART},
        {"first_name", CUE_PART},
        {"firstName", CUE_PART},
        {"First name", CUE_PART},
        {"Nom et prénom", CUE_PART},
        {"姓名", CUE_PART},
        {"氏名", CUE_PART},
        {"성명", CUE_PART},
        {"Name", CUE_NAME},
        {"customer", CUE_ROLE},
        {"Straße", CUE_ADDRESS},
        {"billing_address", CUE_ADDRESS},
        {"住所", CUE_ADDRESS},
        {"주소", CUE_ADDRESS},
        {"Wohnhaft in", CUE_ADDRESS},
        {"lieu de naissance", CUE_PLACE},
        {"Ort", CUE_PLACE},
        {"raison sociale", CUE_COMPANY},
        {"m'appelle", 0},
        {"Je m'appelle", CUE_INTRO},
        {"je m’appelle", CUE_INTRO},
        {"г-н", CUE_TITLE},
        {"IMEI", CUE_ID},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        unsigned said = of(cases[i].label) & ~(unsigned)(CUE_PHRASE | CUE_NOT | CUE_STREET);
        if ((said & cases[i].cue) != cases[i].cue || (cases[i].cue == 0 && said != 0))
            fail_msg("%s says %x, not %x", cases[i].label, said, cases[i].cue);
    }
}

static void the_last_word_of_a_label_decides(void **state)
{
    (void)state;
    assert_int_equal(of("Name des Produkts") & CUE_NAME, 0);
    assert_int_not_equal(of("Name des Kontoinhabers") & CUE_PART, 0);
    assert_int_equal(of("heiße"), CUE_PHRASE); /* "ich" is missing */
    assert_int_equal(of("sie ich heiße") & CUE_INTRO, CUE_INTRO);
}

static void every_row_can_be_read(void **state)
{
    size_t rows = 0;
    (void)state;
    for (const struct cue_row *row; (row = cue_row_at(rows)) != NULL; rows++)
        assert_true(row->kind != 0 && row->words[0] != '\0' && strstr(row->words, "||") == NULL);
    assert_true(rows > 20);
    assert_true(cues->count > 1000 && cues->count <= CUE_SLOTS / 2);
}

static void no_room_is_said(void **state)
{
    struct arena *small = arena_new(1024);
    struct cues *none;
    (void)state;
    assert_non_null(small);
    assert_int_equal(cues_new(small, &none).code, GW_NO_MEMORY);
    assert_null(none);
    arena_free(small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_cue_says_nothing),
        cmocka_unit_test(labels_say_what_follows),
        cmocka_unit_test(the_last_word_of_a_label_decides),
        cmocka_unit_test(every_row_can_be_read),
        cmocka_unit_test(no_room_is_said),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
