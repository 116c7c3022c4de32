/* tests/unit/test_account.c - what the auditor is told, and that it is never a caller's text. */
#include "proxy/base/base.h"
#include "audit/imprint.h"
#include "tests/unit/gate_bench.h"
#include "audit/record.h"
#include "proxy/gate/exchange.h"

/* Feeds the request, and copies the bytes of the first record into `text`. */
static struct audit_record first_record(struct bench *b, char text[RECORD_MESSAGE_MAX], size_t *len)
{
    struct audit_record rec;
    rig_begin(&b->rig, &b->script);
    size_t used;
    exchange_feed(b->rig.x, SIDE_CLIENT, b->script.request, &used);
    while ((exchange_want(b->rig.x) & WANT_TURN) != 0)
        exchange_turn(b->rig.x);
    assert_true((exchange_want(b->rig.x) & WANT_RECORD) != 0);
    struct slice bytes = exchange_record(b->rig.x);
    assert_true(bytes.len <= RECORD_MESSAGE_MAX);
    memcpy(text, bytes.at, bytes.len);
    *len = bytes.len;
    assert_true(gw_ok(record_decode(slice_of(text, *len), &rec)));
    return rec;
}

static bool tells(struct slice record, const char *text)
{
    return slice_find(record, slice_str(text)) != SIZE_MAX;
}

static void test_a_callers_text_is_not_recorded(void **state)
{
    struct bench *b = *state;
    static char text[RECORD_MESSAGE_MAX];
    size_t n;
    ask(b, CHAT,
        "{\"model\":\"bob@example.com\",\"messages\":[{\"role\":\"user\",\"content\":\"write "
        "to " ALICE "\"}],\"metadata\":{\"mine\":\"private\"}}");
    first_record(b, text, &n);
    static const char *const never[] = {"alice", "bob", "private", "mine", "write to", "EMAIL_"};
    for (size_t i = 0; i < GW_COUNT(never); i++)
        assert_false(tells(slice_of(text, n), never[i]));
    b->script.request =
        SLICE_LIT("POST /secret-path?secret=query HTTP/1.1\r\nhost: secret\r\n\r\n");
    first_record(b, text, &n);
    assert_false(tells(slice_of(text, n), "secret"));
}

static void test_a_begin_says_what_was_found(void **state)
{
    struct bench *b = *state;
    static char text[RECORD_MESSAGE_MAX];
    size_t n;
    ask(b, CHAT, CHAT_BODY);
    struct audit_record rec = first_record(b, text, &n);
    assert_int_equal(rec.type, RECORD_EXCHANGE_BEGIN);
    assert_int_equal(rec.dec, RECORD_REDACTED);
    assert_int_equal(rec.gen, 7);
    assert_true(rec.leaves > 0 && rec.scanned + rec.exempt == rec.leaves);
    assert_int_equal(rec.rule_count, 1);
    assert_true(slice_is(rec.rules[0].s, SLICE_LIT("personal")));
    assert_true(tells(rec.groups[GROUP_FIND], "\"count\":1"));
    assert_true(tells(rec.groups[GROUP_FIND], "\"act\":\"token\""));
    assert_true(tells(rec.groups[GROUP_WHAT], "\"upstream\":\"cloud\""));
    assert_true(tells(rec.groups[GROUP_WHAT], "\"model_req\":\"gpt-4o\""));
    assert_true(tells(rec.groups[GROUP_NET], "\"src\":\"127.0.0.1\""));
}

static void test_very_many_findings_fit_into_a_record(void **state)
{
    struct bench *b = *state;
    static char text[RECORD_MESSAGE_MAX], body[TEXT - 400];
    size_t n,
        k = (size_t)snprintf(body, sizeof body,
                             "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"");
    for (unsigned i = 0; i < 500; i++)
        k += (size_t)snprintf(body + k, sizeof body - k, "ann%u@example.com, ", i);
    snprintf(body + k, sizeof body - k, "\"}]}");
    ask(b, CHAT, body);
    struct audit_record rec = first_record(b, text, &n);
    assert_int_equal(rec.type, RECORD_EXCHANGE_BEGIN);
    assert_true(tells(rec.groups[GROUP_FIND], "\"count\":500"));
    char imprint[IMPRINT_LEN + 1]; /* the last one is found too, by its value */
    assert_true(imprint_make(b->rig.gate.search_key, SLICE_LIT("Ann499@example.com"), imprint));
    assert_true(tells(rec.groups[GROUP_FIND], imprint));
}

static void test_a_value_leaves_its_imprint_where_there_is_a_key(void **state)
{
    struct bench *b = *state;
    static char text[RECORD_MESSAGE_MAX];
    char imprint[IMPRINT_LEN + 1];
    size_t n;
    const struct secret_key *key = b->rig.gate.search_key;
    ask(b, CHAT, CHAT_BODY);
    b->rig.gate.search_key = NULL;
    struct audit_record rec = first_record(b, text, &n);
    assert_true(tells(rec.groups[GROUP_FIND], "\"count\":1"));
    assert_false(tells(rec.groups[GROUP_FIND], "\"tok\""));
    b->rig.gate.search_key = key;
    rec = first_record(b, text, &n);
    assert_true(imprint_make(key, SLICE_LIT(ALICE), imprint));
    assert_true(tells(rec.groups[GROUP_FIND], imprint));
}

static void test_an_end_refers_to_its_begin(void **state)
{
    struct bench *b = *state;
    ask(b, CHAT, CHAT_BODY);
    answer_raw(b, "HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\n{\"a\":1}");
    b->script.unconnected = 1;
    rig_begin(&b->rig, &b->script);
    while ((exchange_want(b->rig.x) & WANT_RECORD) == 0 || !b->rig.began)
        assert_true(rig_turn(&b->rig));
    struct audit_record rec;
    assert_true(gw_ok(record_decode(exchange_record(b->rig.x), &rec)));
    assert_int_equal(rec.type, RECORD_EXCHANGE_END);
    assert_true(rec.has_ref);
    assert_int_equal(rec.ref, 41);
    assert_string_equal(rec.xid, b->rig.xid);
    assert_true(tells(rec.groups[GROUP_USE], "\"status\":200"));
    assert_true(tells(rec.groups[GROUP_ERR], "\"why\":\"done\""));
    assert_true(tells(rec.groups[GROUP_WHAT], "\"upstream\":\"spare\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_callers_text_is_not_recorded),
        TEST(test_a_begin_says_what_was_found),
        TEST(test_very_many_findings_fit_into_a_record),
        TEST(test_a_value_leaves_its_imprint_where_there_is_a_key),
        TEST(test_an_end_refers_to_its_begin),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
