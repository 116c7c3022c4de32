/* tests/unit/test_facet.c - what a record can be asked for: audit/facet.h. */
#include "proxy/base/base.h"
#include "audit/facet.h"
#include "tests/unit/frame_rig.h"

/* "name=value;" of all that is told; it is an error when there is no room. */
struct told {
    char text[4000];
};

static gw_result tell(void *owner, enum facet_id facet, struct slice value)
{
    struct told *t = owner;
    size_t n = strlen(t->text);
    int more = snprintf(t->text + n, sizeof t->text - n, "%s=%.*s;", facet_name(facet),
                        (int)value.len, value.at);
    return gw_is(more > 0 && (size_t)more < sizeof t->text - n ? GW_OK : GW_TOO_BIG);
}

static struct told told_of(const struct audit_record *rec)
{
    struct made_frame m = frame_of(rec, 7);
    struct told t = {""};
    assert_true(gw_ok(facet_each(&m.frame, tell, &t)));
    frame_drop(&m);
    return t;
}

static bool has(const struct told *t, const char *words)
{
    return strstr(t->text, words) != NULL;
}

/* Long words, words with escapes, and what is no word at all. */
static void what_cannot_be_asked_for_is_not_told(void **state)
{
    char who[300], app[FACET_VALUE + 2];
    (void)state;
    memset(app, 'a', sizeof app);
    for (int n = FACET_VALUE - 1; n <= FACET_VALUE + 1; n++) {
        snprintf(who, sizeof who, "{\"app\":\"%.*s\"}", n, app);
        const struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK,
                                         .groups = {[GROUP_WHO] = slice_str(who)}};
        const struct told t = told_of(&rec);
        assert_int_equal(has(&t, "app="), n <= FACET_VALUE);
    }
    const struct audit_record rec = {
        .type = RECORD_EXCHANGE_BLOCK,
        .groups = {[GROUP_WHO] = SLICE_LIT("{\"agent\":true,\"app\":\"a\\nb\",\"key\":null,"
                                           "\"session\":\"\",\"tenant\":{\"a\":\"b\"}}"),
                   [GROUP_USE] = SLICE_LIT("{\"app\":\"elsewhere\",\"status\":403}")}};
    const struct told t = told_of(&rec);
    assert_true(has(&t, "status=403;"));
    static const char *const none[] = {"app=", "agent=", "key=", "session=", "tenant="};
    for (size_t i = 0; i < GW_COUNT(none); i++)
        assert_false(has(&t, none[i]));
}

static void every_row_finds_its_value(void **state)
{
    const struct audit_record rec = {
        .type = RECORD_EXCHANGE_BLOCK,
        .dec = RECORD_REDACTED,
        .out = "ok",
        .cls = CLEAR_LIT("public"),
        .rules = {CLEAR_LIT("r1"), CLEAR_LIT("r2")},
        .rule_count = 2,
        .groups = {[GROUP_ERR] = SLICE_LIT("{\"why\":\"w\"}"),
                   [GROUP_FIND] =
                       SLICE_LIT("{\"items\":[{\"ent\":\"E1\",\"tok\":\"T1\"},{\"ent\":\"E2\"}],"
                                 "\"tags\":[\"g1\",\"g2\"]}"),
                   [GROUP_NET] = SLICE_LIT("{\"src\":\"10.0.0.1\"}"),
                   [GROUP_USE] = SLICE_LIT("{\"status\":200}"),
                   [GROUP_WHAT] = SLICE_LIT("{\"case\":\"c\",\"dialect\":\"d\",\"model_req\":\"m\","
                                            "\"op\":\"o\",\"route\":\"rt\",\"tools\":[\"t1\"],"
                                            "\"upstream\":\"u\"}"),
                   [GROUP_WHO] =
                       SLICE_LIT("{\"agent\":\"ag\",\"agent_instance\":\"in\",\"app\":\"ap\","
                                 "\"conversation\":\"co\",\"key\":\"k\",\"session\":\"s\","
                                 "\"sub_tok\":\"p\",\"tenant\":\"te\"}")}};
    static const char *const all[] = {
        "type=exchange.block;",
        "decision=redact;",
        "outcome=ok;",
        "status=200;",
        "why=w;",
        "class=public;",
        "rule=r1;",
        "rule=r2;",
        "entity=E1;",
        "entity=E2;",
        "app=ap;",
        "tenant=te;",
        "person=p;",
        "session=s;",
        "conversation=co;",
        "agent=ag;",
        "model=m;",
        "upstream=u;",
        "dialect=d;",
        "op=o;",
        "source=10.0.0.1;",
        "case=c;",
        "tag=g1;",
        "tag=g2;",
        "value=T1;",
        "key=k;",
        "instance=in;",
        "route=rt;",
        "tool=t1;",
    };
    (void)state;
    const struct told t = told_of(&rec);
    for (size_t i = 0; i < GW_COUNT(all); i++)
        if (!has(&t, all[i]))
            fail_msg("%s is not in %s", all[i], t.text);
}

/* What its reader says ends the round. */
static gw_result stop(void *owner, enum facet_id facet, struct slice value)
{
    (void)facet;
    (void)value;
    return gw_is(++*(unsigned *)owner == 2 ? GW_REFUSED : GW_OK);
}

static void a_reader_may_stop(void **state)
{
    const struct audit_record rec = {.type = RECORD_EXCHANGE_BLOCK,
                                     .groups = {[GROUP_WHO] = SLICE_LIT("{\"app\":\"a\"}")}};
    struct made_frame m = frame_of(&rec, 7);
    unsigned n = 0;
    (void)state;
    assert_int_equal(facet_each(&m.frame, stop, &n).code, GW_REFUSED);
    assert_int_equal(n, 2);
    frame_drop(&m);
}

static void names_lead_to_facets_and_back(void **state)
{
    (void)state;
    for (enum facet_id i = FACET_TYPE; i < FACET_COUNT; i++) {
        assert_int_equal(facet_named(facet_name(i)), i);
        assert_int_equal(facet_is_inherited(i), i > FACET_WHY);
    }
    assert_int_equal(facet_named("Type"), FACET_COUNT);
    assert_int_equal(facet_named(""), FACET_COUNT);
    assert_string_equal(facet_name(FACET_COUNT), "none");
}

static void sums_are_of_what_was_used(void **state)
{
    struct audit_record rec = {
        .type = RECORD_EXCHANGE_BLOCK,
        .groups = {[GROUP_USE] = SLICE_LIT("{\"bytes_in\":3,\"bytes_out\":4,\"in\":1,\"out\":\"x\","
                                           "\"total_ms\":5}"),
                   [GROUP_WHO] = SLICE_LIT("{\"in\":99}")}};
    struct made_frame m = frame_of(&rec, 7);
    struct facet_sums s = facet_sums(&m.frame);
    (void)state;
    assert_true(s.tokens_in == 1 && s.tokens_out == 0 && s.bytes_in == 3 && s.bytes_out == 4 &&
                s.ms == 5);
    frame_drop(&m);
    rec.groups[GROUP_USE] = SLICE_LIT("");
    m = frame_of(&rec, 7);
    s = facet_sums(&m.frame);
    assert_int_equal(s.tokens_in + s.tokens_out + s.bytes_in + s.bytes_out + s.ms, 0);
    frame_drop(&m);
}

static void a_time_is_one_or_0(void **state)
{
    static const struct {
        const char *text;
        int64_t us;
    } cases[] = {
        {"1970-01-01T00:00:00Z", 0},
        {"1970-01-01T00:00:01Z", 1000000},
        {"1970-01-01T00:00:01.5Z", 1500000},
        {"2026-11-28T20:40:00.123456Z", INT64_C(1795898400123456)},
        {"2026-11-28T20:40:00.1234567Z", INT64_C(1795898400123456)},
        {"", 0},
        {"2026-11-28T20:40:00", 0},
        {"2026-11-28T20:40:00+00:00", 0},
        {"2026-11-28 20:40:00Z", 0},
        {"2026-11-28T20:40:00.Zx", 0},
        {"2026-11-8T20:40:00Z", 0},
        {"2026-11-28T20:40:00.12345678901234567890Z", 0},
    };
    (void)state;
    for (size_t i = 0; i < GW_COUNT(cases); i++)
        if (facet_time_us(slice_str(cases[i].text)) != cases[i].us)
            fail_msg("%s: %lld", cases[i].text, (long long)facet_time_us(slice_str(cases[i].text)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_cannot_be_asked_for_is_not_told),
        cmocka_unit_test(every_row_finds_its_value),
        cmocka_unit_test(a_reader_may_stop),
        cmocka_unit_test(names_lead_to_facets_and_back),
        cmocka_unit_test(sums_are_of_what_was_used),
        cmocka_unit_test(a_time_is_one_or_0),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
