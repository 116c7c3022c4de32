/* tests/unit/test_detail.c - proxy/gate/detail.c: what a record tells of a request besides, and
 * what of a caller's own words it does not. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "audit/jcs.h"
#include "proxy/gate/exchange.h"

static char group[3][8192]; /* what, net, find */

/* The groups of the first record of this request. */
static void record_of(struct bench *b, const char *fields, const char *body)
{
    static const enum record_group groups[] = {GROUP_WHAT, GROUP_NET, GROUP_FIND};
    struct audit_record rec;
    size_t used;
    char all[TEXT];
    snprintf(all, sizeof all, "%s%s", JSON_TYPE, fields);
    ask_with(b, "POST " CHAT " HTTP/1.1", all, body);
    rig_begin(&b->rig, &b->script);
    exchange_feed(b->rig.x, SIDE_CLIENT, b->script.request, &used);
    while ((exchange_want(b->rig.x) & WANT_TURN) != 0)
        exchange_turn(b->rig.x);
    assert_true((exchange_want(b->rig.x) & WANT_RECORD) != 0);
    assert_true(gw_ok(record_decode(exchange_record(b->rig.x), &rec)));
    for (size_t i = 0; i < GW_COUNT(groups); i++)
        snprintf(group[i], sizeof group[i], "%.*s", (int)rec.groups[groups[i]].len,
                 rec.groups[groups[i]].at);
}

static bool says(size_t i, const char *text)
{
    return strstr(group[i], text) != NULL;
}

#define USER(text) "{\"role\":\"user\",\"content\":\"" text "\"}"
#define BODY(more) "{\"model\":\"m\",\"messages\":[" USER("hello") "]" more "}"

static void what_a_caller_calls_itself_is_told_only_as_a_program(void **state)
{
    struct bench *b = *state;
    static const char *const never[] = {"ann.lee",
                                        "Ann Lee/1.0",
                                        "sk-proj-ab12cd34",
                                        "x7/9",
                                        "node",
                                        "a/b c",
                                        "curl/8.5.0x7f3k9",

                                        "curl/",
                                        "/1.0",
                                        "Ann Lee 555-0100",
                                        "curl/8.5.0\t",
                                        "curl/ann 12-34-ann@x"};
    static const char *const programs[] = {"curl/8.5.0", "OpenAI/Python 1.40.0",
                                           "python-requests/2.31.0", "Go-http-client/1.1",
                                           "httpx/0.27.0b2"};
    char fields[200], told[100];
    for (size_t i = 0; i < GW_COUNT(never); i++) {
        snprintf(fields, sizeof fields, "user-agent: %s\r\n", never[i]);
        record_of(b, fields, BODY(""));
        assert_true(says(1, "\"ua_tok\":\"") != says(1, "\"ua\":\""));
        if (strcmp(never[i], "curl/8.5.0\t") != 0) /* blanks at its end are not of it */
            assert_false(says(1, "\"ua\":\""));
        assert_false(says(1, "ann") || says(1, "Ann") || says(1, "secret"));
    }
    for (size_t i = 0; i < GW_COUNT(programs); i++) {
        snprintf(fields, sizeof fields, "user-agent: %s (Ann's laptop)\r\n", programs[i]);
        snprintf(told, sizeof told, "\"ua\":\"%s\"", programs[i]);
        record_of(b, fields, BODY(""));
        assert_true(says(1, told));
    }
    record_of(b, "", BODY(""));
    assert_false(says(1, "\"ua"));
}

static void only_addresses_were_forwarded_for(void **state)
{
    struct bench *b = *state;
    record_of(b, "x-forwarded-for: ann, 192.0.2.7:80, 10.1, 1.2.3.4\r\n", BODY(""));
    assert_true(says(1, "\"xff\":[\"?\",\"?\",\"?\",\"1.2.3.4\"]"));
    record_of(b, "x-forwarded-for: 2001:db8::1,1.1.1.1,1.1.1.2,1.1.1.3,1.1.1.4\r\n", BODY(""));
    assert_true(says(1, "\"xff\":[\"2001:db8::1\",\"1.1.1.1\",\"1.1.1.2\",\"1.1.1.3\"]"));
    record_of(b, "x-forwarded-for: 1.1.1.1\r\nx-forwarded-for: 1.1.1.2\r\n", BODY(""));
    assert_false(says(1, "xff")); /* twice is none */
}

static void numbers_are_told_as_they_were_asked(void **state)
{
    struct bench *b = *state;
    record_of(b, "", BODY(",\"max_tokens\":\"ann\",\"seed\":null,\"temperature\":\"hot\""));
    assert_false(says(0, "params") || says(0, "ann") || says(0, "hot"));
    record_of(b, "", BODY(",\"max_completion_tokens\":9,\"seed\":-4,\"temperature\":1e-1"));
    assert_true(says(0, "\"params\":{\"max_tokens\":9,\"seed\":\"-4\",\"temperature\":\"1e-1\"}"));
    record_of(b, "", BODY(",\"seed\":9007199254740993"));
    assert_true(says(0, "\"params\":{\"seed\":\"9007199254740993\"}"));
    record_of(b, "", BODY(",\"seed\":123456789012345678901234567890"));
    assert_true(says(0, "\"params\":{\"seed\":\"?\"}"));
}

#define PICTURE "iVBORw0KGgoAAAANSUhEUgAAAAEAAAAB"

static void what_is_attached_is_told_by_sort_and_size(void **state)
{
    struct bench *b = *state;
    static char body[TEXT - 400];
    size_t n = (size_t)snprintf(
        body, sizeof body,
        "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":["
        "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.org/ann.png\"}},"
        "{\"type\":\"file\",\"file\":{\"file_data\":\"data:ann/"
        "lee;base64," PICTURE "\"}},"
        "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"" PICTURE "\","
        "\"format\":\"wav\"}}");
    for (unsigned i = 0; i < 15; i++)
        n += (size_t)snprintf(body + n, sizeof body - n,
                              ",{\"type\":\"image_url\",\"image_url\":{\"url\":"
                              "\"data:image/gif;base64," PICTURE "\"}}");
    snprintf(body + n, sizeof body - n, "]}]}");
    record_of(b, "", body);
    assert_true(says(0, "\"attachments\":[{\"mime\":\"?\",\"n\":24},{\"mime\":\"wav\",\"n\":24},"
                        "{\"mime\":\"image/gif\",\"n\":24}"));
    assert_true(says(0, "\"attachments_n\":17")); /* a picture that lies elsewhere is text */
    assert_false(says(0, "ann"));
}

static void tools_are_told_by_name_where_nothing_was_found_in_one(void **state)
{
    struct bench *b = *state;
    record_of(b, "",
              BODY(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"a_b-1\"}},"
                   "{\"type\":\"custom\",\"custom\":{\"name\":\"c\"}},"
                   "{\"type\":\"function\",\"function\":{\"name\":\"of ann\"}}],"
                   "\"functions\":[{\"name\":\"d\"}]"));
    assert_true(says(0, "\"tools\":[\"a_b-1\",\"c\",\"?\",\"d\"]"));
    assert_false(says(0, "tools_n"));
    record_of(b, "",
              BODY(",\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"fine\"}},"
                   "{\"type\":\"function\",\"function\":{\"name\":\"" ALICE "\"}}]"));
    assert_true(says(0, "\"tools\":[],\"tools_n\":2"));
    record_of(b, "", "{\"model\":\"m\",\"messages\":[],\"tools\":[{\"name\":\"secret\"}]}");
    assert_true(says(0, "\"tools\":[],\"tools_n\":1")); /* refused before it was looked at */
}

static void a_finding_says_where_it_stands(void **state)
{
    struct bench *b = *state;
    record_of(
        b, "",
        "{\"model\":\"m\",\"messages\":[" USER(
            "x " ALICE) ",{\"role\":\"assistant\",\"content\":null,"
                        "\"tool_calls\":[{\"id\":\"1\",\"type\":\"function\",\"function\":{"
                        "\"name\":\"f\","
                        "\"arguments\":\"{\\\"ann's\\\":[1,\\\"to " ALICE "\\\"]}\"}}]},"
                        "{\"role\":\"tool\",\"tool_call_id\":\"1\",\"content\":\"\\u00e4 " ALICE
                        "\"}],"
                        "\"metadata\":{\"ann's\":\"" ALICE "\"}}");
    assert_true(says(2, "\"ptr\":\"/messages/0/content\",\"repl\":\"EMAIL_"));
    assert_true(says(2, "\"off\":2,\"ptr\":\"/messages/0/content\""));
    assert_true(says(2, "\"off\":3,\"ptr\":\"/messages/1/tool_calls/0/function/arguments\""));
    assert_true(says(2, "\"off\":3,\"ptr\":\"/messages/2/content\"")); /* bytes of UTF-8 */
    assert_true(says(2, "\"off\":0,\"ptr\":\"/metadata/*\""));         /* a name of the caller's */
    assert_false(says(2, "ann's") || says(2, "alice"));
    assert_true(says(2, "\"det_ver\":\""));
    record_of(b, "", "{\"model\":\"m\",\"messages\":[" USER("hello") "],\"" ALICE "\":1}");
    assert_true(says(2, "\"ptr\":\"/*\""));
    assert_false(says(2, "alice"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_a_caller_calls_itself_is_told_only_as_a_program),
        TEST(only_addresses_were_forwarded_for),
        TEST(numbers_are_told_as_they_were_asked),
        TEST(what_is_attached_is_told_by_sort_and_size),
        TEST(tools_are_told_by_name_where_nothing_was_found_in_one),
        TEST(a_finding_says_where_it_stands),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
