/* tests/unit/test_show.c - records read back: audit/show.h. */
#include "proxy/base/base.h"
#include "audit/show.h"
#include "tests/unit/frame_rig.h"
#include "tests/unit/log_rig.h"

static const struct clock real;

static uint64_t append(struct audit_log *log, const char *who)
{
    uint64_t seq;
    struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK, .out = "blocked"};
    rec.groups[GROUP_WHO] = slice_str(who);
    assert_true(gw_ok(audit_log_append(log, &rec, 1, &seq)));
    return seq;
}

static bool has(const struct buf *out, const char *part)
{
    return slice_find(buf_slice(out), slice_str(part)) != SIZE_MAX;
}

static void note(void *owner, struct slice leaf)
{
    char *seqs = owner;
    size_t at = slice_find(leaf, SLICE_LIT("\"seq\":")), n = strlen(seqs);
    struct slice rest = slice_from(leaf, at + 6);
    snprintf(seqs + n, 4000 - n, "%.*s ", (int)slice_find_byte(rest, ','), rest.at);
}

static void what_is_not_there_is_told(void **state)
{
    struct buf out;
    char seqs[4000] = "";
    (void)state;
    buf_init(&out, SHOW_MAX);
    assert_int_equal(show_record("/nowhere", 0, &out).code, GW_NOT_FOUND);
    assert_int_equal(show_tail("/nowhere", 3, note, seqs).code, GW_NOT_FOUND);
    assert_int_equal(show_each("/nowhere", note, seqs).code, GW_NOT_FOUND);
    struct audit_log *log = rig_log(dir, &real, 0);
    audit_log_close(log);
    assert_int_equal(show_record(dir, 999, &out).code, GW_NOT_FOUND);
    assert_int_equal(show_record(dir, UINT64_MAX, &out).code, GW_NOT_FOUND);
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

static void a_record_is_shown_with_its_groups(void **state)
{
    struct audit_log *log = rig_log(dir, &real, 0);
    struct buf out;
    (void)state;
    uint64_t first = append(log, "{\"app\":\"one\"}"), second = append(log, "{\"app\":\"two\"}");
    audit_log_close(log);
    buf_init(&out, SHOW_MAX);
    assert_true(gw_ok(show_record(dir, first, &out)));
    assert_true(slice_has_prefix(buf_slice(&out),
                                 SLICE_LIT("{\"groups\":{\"who\":{\"app\":\"one\"}},\"leaf\":{")));
    assert_false(has(&out, "two"));
    buf_clear(&out);
    assert_true(gw_ok(show_record(dir, second, &out)) && has(&out, "two"));
    buf_free(&out);
}

/* n - 1, n, n + 1 of all; none; more than are ever given. */
static void the_last_ones_come_oldest_first(void **state)
{
    struct audit_log *log = rig_log(dir, &real, 64 * 1024);
    char want[4000], got[4000], all[4000] = "";
    (void)state;
    for (int i = 0; i < 300; i++)
        append(log, "{}");
    audit_log_close(log);
    assert_true(gw_ok(show_each(dir, note, all)));
    size_t count = 0;
    for (size_t i = 0; all[i] != '\0'; i++)
        count += all[i] == ' ';
    static const size_t asked[] = {0, 1, 2, 299, SHOW_TAIL, SHOW_TAIL + 1, SIZE_MAX};
    for (size_t i = 0; i < GW_COUNT(asked); i++) {
        size_t n = asked[i] < count ? asked[i] : count, skip = count - n;
        const char *from = all;
        for (; skip > 0; skip--)
            from = strchr(from, ' ') + 1;
        snprintf(want, sizeof want, "%s", from);
        got[0] = '\0';
        assert_true(gw_ok(show_tail(dir, asked[i], note, got)));
        assert_string_equal(got, want);
    }
    for (size_t n = count - 1; n <= count + 1; n++) {
        got[0] = '\0';
        assert_true(gw_ok(show_tail(dir, n, note, got)));
        assert_string_equal(got, n < count ? strchr(all, ' ') + 1 : all);
    }
}

static void an_erased_group_is_null(void **state)
{
    const struct audit_record rec = {
        .type = RECORD_EXCHANGE_BLOCK,
        .groups = {
            [GROUP_WHO] = SLICE_LIT("{\"app\":\"a\"}"), [GROUP_USE] = SLICE_LIT("{\"in\":1}")}};
    struct made_frame m = frame_of(&rec, 1);
    struct slice rest = m.frame.groups;
    struct segment_group g;
    struct buf out;
    (void)state;
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, SLICE_LIT("who"))) {
            memset((char *)(uintptr_t)g.salt.at, 0, g.salt.len);
            memset((char *)(uintptr_t)g.text.at, 0, g.text.len);
        }
    buf_init(&out, SHOW_MAX);
    assert_true(gw_ok(show_frame(&m.frame, &out)));
    assert_true(slice_has_prefix(buf_slice(&out),
                                 SLICE_LIT("{\"groups\":{\"use\":{\"in\":1},\"who\":null},")));
    buf_free(&out);
    buf_init(&out, 20);
    assert_false(gw_ok(show_frame(&m.frame, &out)));
    buf_free(&out);
    frame_drop(&m);
}

/* Its segment is gone, as retention lets it: the tree has its leaf still. */
static void a_record_without_its_segment_has_its_leaf(void **state)
{
    struct audit_log *log = rig_log(dir, &real, 64 * 1024);
    char name[SEGMENT_NAME];
    struct buf out;
    (void)state;
    uint64_t seq = append(log, "{\"app\":\"one\"}");
    for (int i = 0; i < 300; i++)
        append(log, "{\"app\":\"one\"}");
    audit_log_close(log);
    struct segment_list list = rig_segments(dir);
    assert_true(list.count > 1 && list.first[1] > seq);
    segment_list_free(&list);
    segment_name(0, name);
    int fd = open(dir, O_RDONLY | O_DIRECTORY);
    assert_int_equal(unlinkat(fd, name, 0), 0);
    close(fd);
    buf_init(&out, SHOW_MAX);
    assert_true(gw_ok(show_record(dir, seq, &out)));
    assert_true(slice_has_prefix(buf_slice(&out), SLICE_LIT("{\"groups\":{},\"leaf\":{")));
    assert_false(has(&out, "one"));
    buf_free(&out);
}

/* clang-format off */
#define TEST(name) cmocka_unit_test_setup_teardown(name, rig_memory, rig_gone)
/* clang-format on */

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_not_there_is_told),
        TEST(a_record_is_shown_with_its_groups),
        TEST(the_last_ones_come_oldest_first),
        TEST(an_erased_group_is_null),
        TEST(a_record_without_its_segment_has_its_leaf),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
