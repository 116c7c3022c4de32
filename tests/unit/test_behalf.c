/* tests/unit/test_behalf.c - proxy/gate/behalf.c: whom a record names, and whom nobody may name. */
#include "proxy/base/base.h"
#include "tests/unit/gate_bench.h"
#include "proxy/gate/exchange.h"
#include "audit/jcs.h"
#include "audit/pseudonym.h"

static bool is_portal(void *nobody, struct slice secret, struct gate_known *out)
{
    (void)nobody;
    out->app = secret.at[0] == 'p' ? SLICE_LIT("portal") : SLICE_LIT("other");
    out->tenant = SLICE_LIT("t");
    out->print = SLICE_LIT("0123456789ab");
    return !slice_is(secret, SLICE_LIT("wrong"));
}

/* The group `who` of the first record of a request with these fields and this body. */
static char who[4096];
static const char *record_who(struct bench *b, const char *fields, const char *body)
{
    const struct gate_claims claims[] = {
        {.app = SLICE_LIT("portal"),
         .person = SLICE_LIT("x-user"),
         .agent = SLICE_LIT("x-agent"),
         .agent_id = SLICE_LIT("x-agent-id"),
         .agent_instance = SLICE_LIT("x-instance")},
        {.app = SLICE_LIT("*"), .session = SLICE_LIT("x-session"), .agent = SLICE_LIT("x-agent")},
    };
    struct audit_record rec;
    size_t used;
    char all[TEXT];
    static char kept[RECORD_MESSAGE_MAX];
    bool is_chat = strstr(fields, "anthropic-version") == NULL;
    b->rig.gate.claims = claims;
    b->rig.gate.claim_count = GW_COUNT(claims);
    b->rig.gate.caller = is_portal;
    snprintf(all, sizeof all, "%s%s", JSON_TYPE, fields);
    ask_with(b, is_chat ? "POST " CHAT " HTTP/1.1" : "POST " MESSAGES " HTTP/1.1", all, body);
    rig_begin(&b->rig, &b->script);
    exchange_feed(b->rig.x, SIDE_CLIENT, b->script.request, &used);
    while ((exchange_want(b->rig.x) & WANT_TURN) != 0)
        exchange_turn(b->rig.x);
    assert_true((exchange_want(b->rig.x) & WANT_RECORD) != 0);
    struct slice bytes = exchange_record(b->rig.x);
    memcpy(kept, bytes.at, bytes.len);
    b->rig.gate.claim_count = 0; /* they end with this function */
    assert_true(gw_ok(record_decode(slice_of(kept, bytes.len), &rec)));
    snprintf(who, sizeof who, "%.*s", (int)rec.groups[GROUP_WHO].len, rec.groups[GROUP_WHO].at);
    return who;
}

static bool is(const char *text, const char *key, const char *value)
{
    struct slice got;
    return gw_ok(jcs_text(slice_str(text), key, &got)) && slice_is(got, slice_str(value));
}

static bool lacks(const char *text, const char *key)
{
    struct slice got;
    return !gw_ok(jcs_text(slice_str(text), key, &got));
}

static const char *ann(struct bench *b, const char *kind, const char *name)
{
    static char out[2][PSEUDONYM_LEN + 1];
    static unsigned turn;
    char *to = out[turn++ % 2];
    assert_true(pseudonym_make(b->rig.gate.search_key, kind, slice_str(name), to));
    return to;
}

#define PORTAL "authorization: Bearer portal\r\n"
#define OTHER "authorization: Bearer other\r\n"
#define TURN "{\"role\":\"user\",\"content\":\"hello\"}"
#define BODY(more) "{\"model\":\"m\",\"messages\":[" TURN "]" more "}"

static void who_is_not_known_here_names_nobody(void **state)
{
    struct bench *b = *state;
    b->rig.gate.auth = AUTH_KEYS;
    const char *got =
        record_who(b, "authorization: Bearer wrong\r\nx-user: ann\r\nx-session: s\r\n", BODY(""));
    assert_true(lacks(got, "sub_tok") && lacks(got, "session") && lacks(got, "conversation"));
}

static void a_header_counts_only_where_the_configuration_believes_it(void **state)
{
    struct bench *b = *state;
    b->rig.gate.auth = AUTH_KEYS;
    const char *got = record_who(b, OTHER "x-user: ann\r\n", BODY(""));
    assert_true(lacks(got, "sub_tok"));
    got = record_who(b, PORTAL "x-user: Ann \r\nx-session: s\r\n", BODY(""));
    assert_true(is(got, "sub_tok", ann(b, "person", "ann")) && is(got, "sub_by", "header"));
    assert_true(lacks(got, "session")); /* the portal's own row has no such header */
    got = record_who(b, PORTAL "x-user: ann\r\nx-user: ben\r\n", BODY(""));
    assert_true(lacks(got, "sub_tok"));
    got = record_who(b, OTHER "x-session: s\r\n", BODY(""));
    assert_true(is(got, "session", ann(b, "session", "s")));
    assert_null(strstr(got, "\"s\""));
}

static void a_body_does_not_speak_against_the_header(void **state)
{
    struct bench *b = *state;
    b->rig.gate.auth = AUTH_KEYS;
    const char *got = record_who(b, PORTAL "x-user: ann\r\n", BODY(",\"user\":\"ben\""));
    assert_true(is(got, "sub_tok", ann(b, "person", "ann")));
    got = record_who(b, PORTAL, BODY(",\"user\":\"ben\"")); /* nor stands in for it */
    assert_true(lacks(got, "sub_tok"));
    got = record_who(b, OTHER, BODY(",\"user\":\"ben\""));
    assert_true(is(got, "sub_tok", ann(b, "person", "ben")) && is(got, "sub_by", "body"));
    assert_null(strstr(got, "ben\""));
    got = record_who(b, OTHER, BODY(",\"safety_identifier\":\"cy\""));
    assert_true(is(got, "sub_tok", ann(b, "person", "cy")));
    got = record_who(b, OTHER, BODY(",\"user\":{\"a\":1}"));
    assert_true(lacks(got, "sub_tok"));
    got = record_who(b, OTHER "anthropic-version: 2023-06-01\r\n",
                     "{\"model\":\"m\",\"max_tokens\":9,\"messages\":[" TURN
                     "],\"metadata\":{\"user_id\":\"dee\"}}");
    assert_true(is(got, "sub_tok", ann(b, "person", "dee")));
}

static void an_agent_is_a_plain_name_or_nothing_of_it(void **state)
{
    struct bench *b = *state;
    assert_true(
        is(record_who(b, "x-agent: billing-bot/2\r\n", BODY("")), "agent", "billing-bot/2"));
    assert_true(is(record_who(b, "x-agent: ann@example.com\r\n", BODY("")), "agent", "?"));
    assert_true(is(record_who(b, "x-agent: a\"b\r\n", BODY("")), "agent", "?"));
    assert_true(is(record_who(b, "x-agent: Ann Lee\r\n", BODY("")), "agent", "?"));
    assert_true(lacks(record_who(b, "", BODY("")), "agent"));
    b->rig.gate.auth = AUTH_KEYS;
    const char *got = record_who(b,
                                 PORTAL "x-agent: planner\r\nx-agent-id: asst_7\r\n"
                                        "x-instance: ann@example.com\r\n",
                                 BODY(""));
    assert_true(is(got, "agent_id", "asst_7") && is(got, "agent_instance", "?"));
    got = record_who(b, OTHER "x-agent-id: asst_7\r\n", BODY("")); /* not believed of this one */
    assert_true(lacks(got, "agent_id"));
}

static void a_key_is_told_by_its_first_digits(void **state)
{
    struct bench *b = *state;
    assert_true(lacks(record_who(b, PORTAL, BODY("")), "key")); /* nobody asked for one */
    b->rig.gate.auth = AUTH_KEYS;
    assert_true(is(record_who(b, PORTAL, BODY("")), "key", "0123456789ab"));
    assert_true(lacks(record_who(b, "authorization: Bearer wrong\r\n", BODY("")), "key"));
}

static void conversation_of(struct bench *b, const char *fields, const char *body, char out[40])
{
    struct slice got;
    assert_true(gw_ok(jcs_text(slice_str(record_who(b, fields, body)), "conversation", &got)));
    assert_int_equal(got.len, PSEUDONYM_LEN);
    memcpy(out, got.at, got.len);
    out[got.len] = '\0';
}

#define TALK(first, more)                                                             \
    "{\"model\":\"m\",\"messages\":[{\"role\":\"system\",\"content\":\"Be brief.\"}," \
    "{\"role\":\"user\",\"content\":\"" first "\"}" more "]}"

static void a_conversation_is_what_it_began_with(void **state)
{
    struct bench *b = *state;
    char one[40], two[40];
    conversation_of(b, "", TALK("hello", ""), one);
    conversation_of(b, "", TALK("hello", ",{\"role\":\"assistant\",\"content\":\"hi\"}," TURN),
                    two);
    assert_string_equal(one, two);
    conversation_of(b, "", TALK("hello!", ""), two);
    assert_string_not_equal(one, two);
    conversation_of(b, "", BODY(""), two); /* another system prompt */
    assert_string_not_equal(one, two);
    conversation_of(b, "x-session: s\r\n", TALK("hello", ""), two);
    assert_string_not_equal(one, two);
}

/* Of a long text little is looked at: its ends, its middle, its length. */
static void long_beginnings_are_told_apart_by_four_things(void **state)
{
    struct bench *b = *state;
    static char body[TEXT - 1000], text[6000];
    char ids[5][40];
    for (unsigned i = 0; i < 5; i++) {
        memset(text, 'a', sizeof text);
        size_t len = i == 3 ? 5001 : 5000;
        text[0] = i == 1 ? 'b' : 'a';
        text[len - 1] = i == 2 ? 'b' : 'a';
        text[2500] = i == 4 ? 'b' : 'a';
        snprintf(body, sizeof body,
                 "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"%.*s\"}]}",
                 (int)len, text);
        conversation_of(b, "", body, ids[i]);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(ids[i], ids[k]);
    }
}

static void without_a_key_nobody_is_recorded(void **state)
{
    struct bench *b = *state;
    const struct secret_key *key = b->rig.gate.search_key;
    b->rig.gate.search_key = NULL;
    const char *got = record_who(b, "x-agent: a\r\n", BODY(",\"user\":\"ben\""));
    b->rig.gate.search_key = key;
    assert_true(lacks(got, "sub_tok") && lacks(got, "conversation") && lacks(got, "agent"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_is_not_known_here_names_nobody),
        TEST(a_header_counts_only_where_the_configuration_believes_it),
        TEST(a_body_does_not_speak_against_the_header),
        TEST(an_agent_is_a_plain_name_or_nothing_of_it),
        TEST(a_key_is_told_by_its_first_digits),
        TEST(a_conversation_is_what_it_began_with),
        TEST(long_beginnings_are_told_apart_by_four_things),
        TEST(without_a_key_nobody_is_recorded),
    };
    return cmocka_run_group_tests(tests, open_bench, close_bench);
}
