/* tests/unit/test_bundle.c - what an outside auditor is given: audit/bundle.h. Whether it checks
 * itself is for tests/flow/test_bundle.py. */
#include "proxy/base/base.h"
#include "audit/bundle.h"
#include "audit/tar.h"
#include "tests/unit/seal_rig.h"

static struct seal_rig rig;
static struct buf tar;
static uint64_t seqs[3];

static int begin(void **state)
{
    (void)state;
    seal_rig_make(&rig);
    for (size_t i = 0; i < GW_COUNT(seqs); i++) {
        seqs[i] = seal_rig_record(&rig, "what was said");
        rig.clock.wall_us += HOUR_US;
    }
    audit_log_close(rig.log);
    buf_init(&tar, 16 << 20);
    return 0;
}

static int finish(void **state)
{
    (void)state;
    buf_free(&tar);
    seal_rig_drop(&rig);
    return 0;
}

static enum gw_code make(const struct bundle_ask *ask, struct bundle_made *made)
{
    buf_clear(&tar);
    return bundle_make(rig.path, ask, &tar, made).code;
}

/* Whether a file whose name begins so is in it; the first one's bytes. */
static bool has(const char *name, struct slice *bytes)
{
    struct slice all = buf_slice(&tar);
    for (size_t at = 0; at + TAR_BLOCK <= all.len && all.at[at] != '\0';) {
        size_t len = strtoul(all.at + at + 124, NULL, 8);
        if (strncmp(all.at + at, name, strlen(name)) == 0) {
            *bytes = slice_cut(all, at + TAR_BLOCK, at + TAR_BLOCK + len);
            return true;
        }
        at += TAR_BLOCK + (len + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    }
    return false;
}

static bool says(struct slice bytes, const char *text)
{
    return slice_find(bytes, slice_str(text)) != SIZE_MAX;
}

static void what_is_not_there_is_told(void **state)
{
    struct bundle_ask ask = {.asked = ""};
    struct bundle_made made;
    (void)state;
    assert_int_equal(bundle_make("/nowhere", &ask, &tar, &made).code, GW_NOT_FOUND);
    ask.range = (struct index_query){.has_after = true, .after = 999};
    assert_int_equal(make(&ask, &made), GW_NOT_FOUND);
    ask.range = (struct index_query){.since_us = INT64_MAX - 1};
    assert_int_equal(make(&ask, &made), GW_NOT_FOUND);
    assert_int_equal(made.records, 0);
    ask.range = (struct index_query){.limit = 0};
    struct buf little;
    buf_init(&little, 4000); /* no room for it */
    assert_int_equal(bundle_make(rig.path, &ask, &little, &made).code, GW_TOO_BIG);
    buf_free(&little);
}

/* All leaves between the first and the last, each with its proof; nothing opened of any. */
static void a_bundle_without_a_question_opens_nothing(void **state)
{
    const struct bundle_ask ask = {.asked = "", .wall_us = rig.clock.wall_us};
    struct bundle_made made;
    struct slice bytes;
    char name[64];
    (void)state;
    assert_int_equal(make(&ask, &made), GW_OK);
    assert_int_equal(made.records, made.last - made.first + 1);
    assert_int_equal(made.opened + made.sealed, 0);
    for (uint64_t seq = made.first; seq <= made.last; seq++) {
        snprintf(name, sizeof name, "leaf/%llu.json", (unsigned long long)seq);
        assert_true(has(name, &bytes));
        snprintf(name, sizeof name, "proof/%llu.txt", (unsigned long long)seq);
        assert_true(has(name, &bytes) && bytes.len > 0);
    }
    assert_false(has("open/", &bytes) || has("sealed/", &bytes) || has("keys/", &bytes));
    assert_false(says(buf_slice(&tar), "the-app-of-ann"));
    assert_true(has("LOG", &bytes) && has("checkpoint", &bytes) && has("verify.sh", &bytes));
    assert_true(slice_is(bytes, bundle_script()));
    assert_true(has("coverage.txt", &bytes) && says(bytes, "opened for: nothing"));
}

/* Its own list of digests is right for every file. */
static void every_file_is_in_the_manifest(void **state)
{
    const struct bundle_ask ask = {.opens = true, .asked = "--app x"};
    struct bundle_made made;
    struct slice manifest, all;
    size_t files = 0;
    (void)state;
    assert_int_equal(make(&ask, &made), GW_OK);
    assert_true(has("manifest.txt", &manifest));
    all = buf_slice(&tar);
    for (size_t at = 0; at + TAR_BLOCK <= all.len && all.at[at] != '\0'; files++) {
        size_t len = strtoul(all.at + at + 124, NULL, 8);
        char hex[65], line[300];
        struct digest d = secret_sha256(slice_cut(all, at + TAR_BLOCK, at + TAR_BLOCK + len));
        secret_hex(d.at, sizeof d.at, hex);
        snprintf(line, sizeof line, "%s  %.100s\n", hex, all.at + at);
        if (strcmp(all.at + at, "manifest.txt") != 0 && !says(manifest, line))
            fail_msg("%s", line);
        at += TAR_BLOCK + (len + TAR_BLOCK - 1) / TAR_BLOCK * TAR_BLOCK;
    }
    assert_true(files > 2 * made.records);
}

static void the_chosen_are_opened_and_no_others(void **state)
{
    struct bundle_ask ask = {.opens = true, .asked = "--after x"};
    struct bundle_made made;
    struct slice bytes;
    char name[64];
    (void)state;
    index_only(&ask.chosen, seqs[1]);
    assert_int_equal(make(&ask, &made), GW_OK);
    assert_int_equal(made.opened, 2); /* use and who */
    snprintf(name, sizeof name, "open/%llu.who", (unsigned long long)seqs[1]);
    assert_true(has(name, &bytes) && says(bytes, "the-app-of-ann"));
    snprintf(name, sizeof name, "open/%llu.", (unsigned long long)seqs[0]);
    assert_false(has(name, &bytes));
    assert_true(has("coverage.txt", &bytes) && says(bytes, "opened for: --after x") &&
                says(bytes, "disclosures: 2\n"));
    ask.with_sealed = true;
    assert_int_equal(make(&ask, &made), GW_OK);
    assert_int_equal(made.sealed, 1);
    assert_true(has("keys/", &bytes));
    assert_false(says(buf_slice(&tar), "what was said")); /* sealed as it was */
}

static void a_range_is_whole(void **state)
{
    struct bundle_ask ask = {.asked = ""};
    struct bundle_made made;
    struct slice bytes;
    (void)state;
    ask.range = (struct index_query){
        .has_after = true, .after = seqs[0], .has_before = true, .before = seqs[2]};
    assert_int_equal(make(&ask, &made), GW_OK);
    assert_true(made.first == seqs[0] + 1 && made.last == seqs[2] - 1);
    assert_int_equal(made.records, made.last - made.first + 1);
    char name[64];
    snprintf(name, sizeof name, "leaf/%llu.json", (unsigned long long)seqs[2]);
    assert_false(has(name, &bytes));
    ask.range.before = UINT64_MAX; /* beyond what is signed: as far as that */
    assert_int_equal(make(&ask, &made), GW_OK);
    assert_true(made.last >= seqs[2]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_there_is_told),
        cmocka_unit_test(a_bundle_without_a_question_opens_nothing),
        cmocka_unit_test(every_file_is_in_the_manifest),
        cmocka_unit_test(the_chosen_are_opened_and_no_others),
        cmocka_unit_test(a_range_is_whole),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
