/* tests/unit/test_yaml.c - policies/yaml.h. */
#include "proxy/base/base.h"
#include "policies/yaml.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct arena *arena;
static struct buf said;

static int begin(void **state)
{
    (void)state;
    arena = arena_new(16 << 20);
    buf_init(&said, 65536);
    return arena == NULL;
}

static int finish(void **state)
{
    (void)state;
    arena_free(arena);
    buf_free(&said);
    return 0;
}

static bool says(const char *text)
{
    return slice_find(buf_slice(&said), slice_str(text)) != SIZE_MAX;
}

static enum gw_code parse(const char *text, struct yaml **root)
{
    buf_clear(&said);
    return yaml_parse(slice_str(text), "a.yaml", arena, &said, root).code;
}

static void what_people_cannot_read_is_refused(void **state)
{
    struct yaml *root = NULL;
    (void)state;
    assert_int_equal(parse("a: &x 1\n", &root), GW_BAD);
    assert_true(says("a.yaml:1:4: anchors and tags"));
    assert_int_equal(parse("a: *x\n", &root), GW_BAD);
    assert_int_equal(parse("a: !!str 1\n", &root), GW_BAD);
    assert_int_equal(parse("a: !x [1]\n", &root), GW_BAD);
    assert_int_equal(parse("a: &m {b: 1}\n", &root), GW_BAD);
    assert_int_equal(parse("a: 1\n---\nb: 2\n", &root), GW_BAD);
    assert_true(says("one document"));
    assert_int_equal(parse("a: 1\nb: 2\na: 3\n", &root), GW_BAD);
    assert_true(says("a.yaml:3:1: this key stands here twice"));
    assert_int_equal(parse("[a]: 1\n", &root), GW_BAD);
    assert_int_equal(parse("{a: 1}: 1\n", &root), GW_BAD);
    assert_int_equal(parse("", &root), GW_BAD);
    assert_int_equal(parse("a: [1\n", &root), GW_BAD);
    assert_int_equal(parse("a: \xff\n", &root), GW_BAD);
    assert_int_equal(parse("a:\n  b: 1\n \tc: 2\n", &root), GW_BAD);
    assert_true(says("a.yaml:3:2: a tab stands here"));
    assert_int_equal(parse("a: @b\n", &root), GW_BAD);
    assert_true(says("a.yaml:1:4: found character"));
    assert_null(root);
}

static void a_mark_of_an_editor_before_the_first_word_is_none_of_it(void **state)
{
    struct yaml *root = NULL;
    (void)state;
    assert_int_equal(parse("\xef\xbb\xbf"
                           "a: 1\nb: 2\n",
                           &root),
                     GW_OK);
    assert_true(slice_is(yaml_member(root, "a")->text, SLICE_LIT("1")));
    assert_non_null(yaml_member(root, "b"));
}

static void depth_has_a_ceiling(void **state)
{
    struct yaml *root = NULL;
    char text[200];
    (void)state;
    memset(text, '[', 33);
    text[33] = '\0';
    assert_int_equal(parse(text, &root), GW_BAD);
    assert_true(says("nested too deep"));
    memset(text, '[', 32);
    memset(text + 32, ']', 32);
    text[64] = '\0';
    assert_int_equal(parse(text, &root), GW_OK);
}

static void memory_has_a_ceiling(void **state)
{
    struct arena *small = arena_new(64);
    struct yaml *root = NULL;
    (void)state;
    assert_int_equal(yaml_parse(SLICE_LIT("a: [1, 2, 3]"), "x", small, &said, &root).code,
                     GW_NO_MEMORY);
    arena_free(small);
}

static void every_node_knows_its_place(void **state)
{
    struct yaml *root = NULL;
    (void)state;
    assert_int_equal(parse("a: 1\nlist:\n  - x\n  - \"y z\"\nmap: { b: c }\n", &root), GW_OK);
    assert_int_equal(root->kind, YAML_MAP);
    assert_int_equal(root->count, 3);
    const struct yaml *list = yaml_member(root, "list");
    assert_non_null(list);
    assert_int_equal(list->kind, YAML_LIST);
    assert_int_equal(list->key_line, 2);
    assert_int_equal(list->first->line, 3);
    assert_int_equal(list->first->column, 5);
    assert_false(list->first->quoted);
    assert_true(list->first->next->quoted);
    assert_true(slice_is(list->first->next->text, SLICE_LIT("y z")));
    assert_true(slice_is(yaml_member(yaml_member(root, "map"), "b")->text, SLICE_LIT("c")));
    assert_null(yaml_member(root, "none"));
    assert_null(yaml_member(list, "x"));
}

static void complaints_hold_no_control_bytes(void **state)
{
    (void)state;
    buf_clear(&said);
    yaml_complain(&said, "f", NULL, "a\x1b[31m%s", "\n");
    assert_true(slice_is(buf_slice(&said), SLICE_LIT("f: a?[31m?\n")));
}

static void the_nearest_word_is_suggested(void **state)
{
    static const char *const words[] = {"class", "restore", "id", NULL};
    (void)state;
    assert_null(yaml_nearest(SLICE_LIT("wholly other"), words));
    assert_null(yaml_nearest(SLICE_LIT(""), words));
    assert_null(yaml_nearest(SLICE_LIT("qq"), words));
    assert_string_equal(yaml_nearest(SLICE_LIT("clas"), words), "class");
    assert_string_equal(yaml_nearest(SLICE_LIT("RESTROE"), words), "restore");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_people_cannot_read_is_refused),
        cmocka_unit_test(a_mark_of_an_editor_before_the_first_word_is_none_of_it),
        cmocka_unit_test(depth_has_a_ceiling),
        cmocka_unit_test(memory_has_a_ceiling),
        cmocka_unit_test(every_node_knows_its_place),
        cmocka_unit_test(complaints_hold_no_control_bytes),
        cmocka_unit_test(the_nearest_word_is_suggested),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
