/* tests/unit/test_segment.c - a frame is what was written or none: audit/segment.h. */
#include "proxy/base/base.h"
#include "audit/segment.h"
#include "proxy/base/bytes.h"
#include "tests/unit/frame_rig.h"
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct audit_record plain = {
    .type = RECORD_EXCHANGE_BLOCK,
    .groups = {[GROUP_WHO] = {"{\"app\":\"a\"}", 11}, [GROUP_USE] = {"{\"in\":7}", 8}}};

static struct audit_record with_payloads(void)
{
    struct audit_record rec = plain;
    rec.payload_count = 2;
    rec.payloads[0] = (struct record_payload){.kind = PAYLOAD_REQ_ORIG,
                                              .epoch = "2026112820-0123456789abcdef",
                                              .unit = {1, 2},
                                              .all = 900,
                                              .sealed = {SLICE_LIT("sealed bytes")}};
    rec.payloads[1] = rec.payloads[0];
    rec.payloads[1].kind = PAYLOAD_RESP_SENT;
    rec.payloads[1].sealed.s = SLICE_LIT("others");
    return rec;
}

/* Whatever byte is another: no frame, or one whose parts do not fit. */
static void a_changed_byte_is_seen(void **state)
{
    const struct audit_record rec = with_payloads();
    struct made_frame m = frame_of(&rec, 7);
    (void)state;
    assert_true(gw_ok(segment_check(&m.frame)));
    for (size_t i = 0; i < m.len; i++) {
        struct segment_frame f;
        m.bytes[i] = (char)(m.bytes[i] ^ 1);
        gw_result r = segment_read(slice_of(m.bytes, m.len), &f);
        if (gw_ok(r) && gw_ok(segment_check(&f)))
            fail_msg("byte %zu of %zu", i, m.len);
        assert_int_not_equal(r.code, GW_NOT_FOUND);
        m.bytes[i] = (char)(m.bytes[i] ^ 1);
    }
    frame_drop(&m);
}

static void a_cut_frame_is_none(void **state)
{
    struct made_frame m = frame_of(&plain, 7);
    struct segment_frame f;
    (void)state;
    for (size_t n = 1; n < m.len; n++)
        assert_int_equal(segment_read(slice_of(m.bytes, n), &f).code, GW_CORRUPT);
    assert_int_equal(segment_read(slice_of(m.bytes, 0), &f).code, GW_NOT_FOUND);
    assert_true(gw_ok(segment_read(slice_of(m.bytes, m.len), &f)) && f.bytes == m.len);
    static const char zeros[100];
    for (size_t n = 1; n < sizeof zeros; n += 7)
        assert_int_equal(segment_read(slice_of(zeros, n), &f).code, GW_NOT_FOUND);
    frame_drop(&m);
}

/* A leaf that is well formed, under a frame that is too, and both do not belong together. */
static void what_does_not_belong_together_is_refused(void **state)
{
    struct made_frame m = frame_of(&plain, 7);
    (void)state;
    assert_true(gw_ok(frame_pack(&m, 8, 0)) && !gw_ok(segment_check(&m.frame))); /* another seq */
    assert_int_equal(frame_pack(&m, 7, 2).code, GW_CORRUPT);                     /* unknown flags */
    assert_true(gw_ok(frame_pack(&m, 7, SEGMENT_FIRST)) && gw_ok(segment_check(&m.frame)));
    m.blobs = SLICE_LIT("extra");
    assert_true(gw_ok(frame_pack(&m, 7, 0)) && !gw_ok(segment_check(&m.frame)));
    m.blobs = slice_of(NULL, 0);
    struct buf kept = m.groups; /* groups that the leaf has not, or lacks */
    buf_init(&m.groups, 1000);
    assert_true(gw_ok(frame_pack(&m, 7, 0)) && !gw_ok(segment_check(&m.frame)));
    buf_put(&m.groups, buf_slice(&kept));
    buf_put(&m.groups, buf_slice(&kept));
    assert_true(gw_ok(frame_pack(&m, 7, 0)) && !gw_ok(segment_check(&m.frame)));
    buf_free(&kept);
    frame_drop(&m);
    static const char *const leaves[] = {
        "{\"seq\":7,\"v\":2}",         "{\"seq\":7}", "{\"v\":1}",
        "{\"v\":1,\"seq\":7}",         "[]",          "{\"g\":{},\"seq\":7,\"v\":1}",
        "{\"g\":1,\"seq\":7,\"v\":1}",
    };
    for (size_t i = 0; i < GW_COUNT(leaves); i++) {
        m = (struct made_frame){.bytes = NULL};
        buf_init(&m.leaf, 1000);
        buf_init(&m.groups, 1000);
        buf_put_str(&m.leaf, leaves[i]);
        if (gw_ok(frame_pack(&m, 7, 0)) && gw_ok(segment_check(&m.frame)))
            fail_msg("%s", leaves[i]);
        frame_drop(&m);
    }
}

static void a_leaf_without_groups_has_none(void **state)
{
    const struct audit_record rec = {.type = RECORD_LOG_HEARTBEAT};
    struct made_frame m = frame_of(&rec, 0);
    struct segment_group g;
    struct segment_blob b;
    struct slice rest = m.frame.groups;
    (void)state;
    assert_true(gw_ok(segment_check(&m.frame)));
    assert_int_equal(segment_group_next(&rest, &g).code, GW_NOT_FOUND);
    assert_int_equal(segment_blob(&m.frame, 0, &b).code, GW_NOT_FOUND);
    frame_drop(&m);
}

/* --- what may be overwritten ------------------------------------------------------------------ */

/* Zeros over the whole of a group: fine for those that say something of people. */
static void only_what_speaks_of_people_may_go(void **state)
{
    (void)state;
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK};
        rec.groups[i] = SLICE_LIT("{\"a\":1}");
        struct made_frame m = frame_of(&rec, 7);
        struct slice rest = m.frame.groups;
        struct segment_group g;
        assert_true(gw_ok(segment_group_next(&rest, &g)));
        bool may = i == GROUP_FIND || i == GROUP_NET || i == GROUP_WHO;
        assert_int_equal(segment_group_may_go(&g), may);
        assert_true(segment_group_fits(&m.frame, &g) && !segment_group_is_gone(&g));
        memset(m.bytes + (g.text.at - m.bytes), 0, g.text.len); /* the salt stays: not gone */
        assert_true(!segment_group_is_gone(&g) && !segment_group_fits(&m.frame, &g));
        assert_false(gw_ok(segment_check(&m.frame)));
        memset(m.bytes + (g.salt.at - m.bytes), 0, g.salt.len);
        assert_true(segment_group_is_gone(&g));
        assert_int_equal(segment_group_fits(&m.frame, &g), may);
        assert_int_equal(gw_ok(segment_check(&m.frame)), may);
        frame_drop(&m);
    }
}

static void payloads_are_read_and_may_go_whole(void **state)
{
    const struct audit_record rec = with_payloads();
    struct made_frame m = frame_of(&rec, 7);
    struct segment_blob b;
    (void)state;
    assert_true(gw_ok(segment_blob(&m.frame, 1, &b)));
    assert_true(slice_is(b.kind, SLICE_LIT("resp.sent")) && slice_is(b.bytes, SLICE_LIT("others")));
    assert_true(slice_is(b.epoch, SLICE_LIT("2026112820-0123456789abcdef")));
    assert_true(slice_is(b.unit, SLICE_LIT("0102000000000000")));
    assert_int_equal(b.all, 900);
    assert_int_equal(segment_blob(&m.frame, 2, &b).code, GW_NOT_FOUND);
    assert_true(segment_blob_fits(&m.frame, 0) && segment_blob_fits(&m.frame, 1));
    assert_false(segment_blob_fits(&m.frame, 2));
    assert_true(gw_ok(segment_blob(&m.frame, 0, &b)));
    char *at = m.bytes + (b.bytes.at - m.bytes);
    memset(at + 1, 0, b.bytes.len - 1); /* all but one byte: changed, not gone */
    assert_true(gw_ok(segment_blob(&m.frame, 0, &b)) && !b.is_gone);
    assert_false(gw_ok(segment_check(&m.frame)));
    at[0] = 0;
    assert_true(gw_ok(segment_blob(&m.frame, 0, &b)) && b.is_gone);
    assert_true(gw_ok(segment_check(&m.frame)));
    assert_false(segment_blob_fits(&m.frame, 0)); /* of one that is gone: false */
    assert_true(segment_blob_fits(&m.frame, 1));
    m.blobs = SLICE_LIT("sealed bytesothersand more"); /* that the leaf does not speak of */
    assert_true(gw_ok(frame_pack(&m, 7, 0)) && !gw_ok(segment_check(&m.frame)));
    m.blobs.len = strlen("sealed bytesothers");
    assert_true(gw_ok(frame_pack(&m, 7, 0)) && gw_ok(segment_check(&m.frame)));
    frame_drop(&m);
}

static void a_group_is_cut_or_whole(void **state)
{
    struct buf out;
    const struct segment_group in = {SLICE_LIT("who"), SLICE_LIT("0123456789abcdef"),
                                     SLICE_LIT("{}")};
    struct segment_group g;
    (void)state;
    buf_init(&out, 100);
    segment_group_write(&out, &in);
    for (size_t n = 1; n < out.len; n++) {
        struct slice rest = slice_cut(buf_slice(&out), 0, n);
        assert_int_equal(segment_group_next(&rest, &g).code, GW_CORRUPT);
    }
    struct slice rest = buf_slice(&out);
    assert_true(gw_ok(segment_group_next(&rest, &g)));
    assert_true(slice_is(g.name, in.name) && slice_is(g.salt, in.salt) &&
                slice_is(g.text, in.text));
    assert_int_equal(rest.len, 0);
    struct buf made_of;
    buf_init(&made_of, 200);
    segment_group_preimage(&made_of, &in);
    struct digest a = secret_sha256(buf_slice(&made_of)), b = segment_group_digest(&in);
    assert_memory_equal(a.at, b.at, sizeof a.at);
    buf_free(&made_of);
    buf_free(&out);
}

/* --- frames anywhere -------------------------------------------------------------------------- */

static void a_later_frame_is_found_behind_damage(void **state)
{
    struct made_frame m = frame_of(&plain, 7);
    char bytes[2048];
    (void)state;
    assert_true(m.len + 64 < sizeof bytes);
    memset(bytes, 0x55, sizeof bytes);
    memcpy(bytes + 64, m.bytes, m.len);
    struct slice all = slice_of(bytes, sizeof bytes);
    assert_true(segment_has_frame(all, 6, 0));
    assert_false(segment_has_frame(all, 7, 0));
    assert_false(segment_has_frame(all, 6, SEGMENT_FIRST)); /* not the first of its batch */
    assert_true(gw_ok(frame_pack(&m, 7, SEGMENT_FIRST)));
    memcpy(bytes + 64, m.bytes, m.len);
    assert_true(segment_has_frame(all, 6, SEGMENT_FIRST));
    assert_false(segment_has_frame(slice_cut(all, 0, 64 + m.len - 1), 6, 0));
    memmove(bytes + 68, bytes + 64, m.len); /* frames begin at multiples of eight */
    bytes[64] = 0;
    assert_false(segment_has_frame(all, 6, 0));
    frame_drop(&m);
}

static void a_length_is_read_off_a_head_that_may_be(void **state)
{
    struct made_frame m = frame_of(&plain, 7);
    (void)state;
    assert_int_equal(segment_frame_length(slice_of(m.bytes, SEGMENT_HEAD)), m.len);
    assert_int_equal(segment_frame_length(slice_of(m.bytes, SEGMENT_HEAD - 1)), 0);
    for (size_t at = 16; at <= 24; at += 4) { /* a part of more than a mebibyte */
        char head[SEGMENT_HEAD];
        memcpy(head, m.bytes, sizeof head);
        head[at + 3] = 1;
        assert_int_equal(segment_frame_length(slice_of(head, sizeof head)), 0);
    }
    for (size_t n = 0; n < 9; n++)
        assert_int_equal(segment_frame_bytes(n, 0, 0), n == 0 ? 32 : n == 9 ? 48 : 40);
    frame_drop(&m);
}

/* --- files ------------------------------------------------------------------------------------ */

static void segments_are_listed_in_order_and_others_passed_over(void **state)
{
    static const char *const others[] = {"seg/1.seg", "seg/0000000000000000007x.seg", "seg/spare",
                                         "seg/00000000000000000007.tmp",
                                         "seg/00000000000000000009.seg.seg"};
    char path[] = "/tmp/bulla-segment-XXXXXX", line[64], name[SEGMENT_NAME];
    struct segment_list list;
    uint64_t first = 9;
    int fd;
    (void)state;
    assert_non_null(mkdtemp(path));
    int dir = open(path, O_RDONLY | O_DIRECTORY);
    assert_true(gw_ok(segment_first(dir, &first)) && first == 0);
    assert_int_equal(mkdirat(dir, "seg", 0700), 0);
    static const uint64_t seqs[] = {300, 7, 0};
    for (size_t i = 0; i < GW_COUNT(seqs); i++) {
        assert_true(gw_ok(segment_create(dir, seqs[i], 4096, &fd)));
        assert_true(lseek(fd, 0, SEEK_END) >= 4096);
        close(fd);
    }
    for (size_t i = 0; i < GW_COUNT(others); i++)
        close(openat(dir, others[i], O_CREAT | O_WRONLY, 0600));
    assert_true(gw_ok(segment_list_read(dir, &list)));
    assert_int_equal(list.count, 3);
    assert_true(list.first[0] == 0 && list.first[1] == 7 && list.first[2] == 300);
    segment_list_free(&list);
    segment_name(UINT64_MAX, name);
    assert_string_equal(name, "seg/18446744073709551615.seg");
    segment_spare_drop(dir);
    assert_int_equal(segment_spare_take(dir, 400, &fd).code, GW_NOT_FOUND);
    assert_true(gw_ok(segment_spare_make(dir, 4096)));
    assert_true(gw_ok(segment_spare_take(dir, 400, &fd)));
    assert_true(lseek(fd, 0, SEEK_END) >= 4096);
    close(fd);
    assert_int_equal(segment_spare_take(dir, 500, &fd).code, GW_NOT_FOUND);
    close(dir);
    snprintf(line, sizeof line, "rm -r %s", path);
    assert_int_equal(system(line), 0);
}

/* Each would be summed up over a megabyte: whoever gives such a log away wants the reader to wait.
 */
static void heads_in_heads_are_not_read_for_ever(void **state)
{
    static char bytes[256 * 1024];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i += SEGMENT_HEAD) {
        bytes_put_int(bytes + i, 0x474f4c42, 4);
        bytes_put_int(bytes + i + 4, 1, 2);
        bytes_put_int(bytes + i + 8, 9, 8);
        bytes_put_int(bytes + i + 16, 100 * 1024, 4);
    }
    assert_true(segment_has_frame(slice_of(bytes, sizeof bytes), 6, 0));
    assert_false(segment_has_frame(slice_of(bytes, 64 * SEGMENT_HEAD), 6, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_changed_byte_is_seen),
        cmocka_unit_test(a_cut_frame_is_none),
        cmocka_unit_test(what_does_not_belong_together_is_refused),
        cmocka_unit_test(a_leaf_without_groups_has_none),
        cmocka_unit_test(only_what_speaks_of_people_may_go),
        cmocka_unit_test(payloads_are_read_and_may_go_whole),
        cmocka_unit_test(a_group_is_cut_or_whole),
        cmocka_unit_test(a_later_frame_is_found_behind_damage),
        cmocka_unit_test(heads_in_heads_are_not_read_for_ever),
        cmocka_unit_test(a_length_is_read_off_a_head_that_may_be),
        cmocka_unit_test(segments_are_listed_in_order_and_others_passed_over),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
