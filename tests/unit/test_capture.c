/* tests/unit/test_capture.c - proxy/gate/capture.h: what is kept of an exchange's content at which
 * level, of long texts the two ends, and what rules and routes say of it. */
#include "proxy/base/base.h"
#include "audit/age.h"
#include "audit/sealer.h"
#include "proxy/gate/state.h"
#include "tests/unit/gate_rig.h"
#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>
#include <cmocka.h>

#define HEAD                                                           \
    "POST /v1/chat/completions HTTP/1.1\r\nhost: gw\r\ncontent-type: " \
    "application/json\r\ncontent-length: "
#define SAID \
    "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"good day\"}}]}"

enum { ROOM = 400000 };

struct bench {
    struct rig rig;
    struct script script;
    struct age_identities ids;
    struct age_recipient to;
    char policy[40];
    char *request, *answer;
    struct record_payload begin[PAYLOAD_COUNT], end[PAYLOAD_COUNT];
    size_t begin_count, end_count;
    enum record_capture begin_cap, end_cap;
};

static void write_policy(struct bench *b, const char *text)
{
    snprintf(b->policy, sizeof b->policy, "/tmp/bulla-capture-XXXXXX");
    int fd = mkstemp(b->policy);
    assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    close(fd);
}

static void begin(struct bench *b, const char *policy, enum record_capture capture)
{
    *b = (struct bench){.request = malloc(ROOM), .answer = malloc(ROOM)};
    assert_true(b->request != NULL && b->answer != NULL);
    if (policy != NULL)
        write_policy(b, policy);
    rig_open(&b->rig, policy == NULL ? NULL : b->policy);
    if (policy != NULL)
        unlink(b->policy);
    memset(b->ids.at[0].at, 0x17, AGE_POINT);
    b->to = age_recipient_of(&b->ids.at[0]);
    b->rig.gate.sealer = sealer_new(&b->to, 1, &b->rig.clock);
    b->rig.gate.capture = capture;
    b->rig.gate.capture_bytes = 1000;
    assert_non_null(b->rig.gate.sealer);
}

static void end(struct bench *b)
{
    exchange_free(b->rig.x);
    b->rig.x = NULL;
    sealer_free(b->rig.gate.sealer);
    rig_close(&b->rig);
    free(b->request);
    free(b->answer);
}

/* One exchange; what its records keep. */
static void play(struct bench *b, const char *body, const char *answer)
{
    snprintf(b->request, ROOM, HEAD "%zu\r\n\r\n%s", strlen(body), body);
    snprintf(b->answer, ROOM,
             "HTTP/1.1 200 OK\r\ncontent-type: %s\r\ncontent-length: %zu\r\n\r\n%s",
             answer[0] == 'd' ? "text/event-stream" : "application/json", strlen(answer), answer);
    b->script = (struct script){.request = slice_str(b->request), .answer = slice_str(b->answer)};
    b->begin_count = b->end_count = 0;
    rig_begin(&b->rig, &b->script);
    for (bool is_over = false; !is_over;) {
        bool has_record = (exchange_want(b->rig.x) & WANT_RECORD) != 0;
        struct audit_record rec;
        if (has_record) {
            assert_true(gw_ok(record_decode(exchange_record(b->rig.x), &rec)));
            bool is_begin = rec.type == RECORD_EXCHANGE_BEGIN;
            memcpy(is_begin ? b->begin : b->end, rec.payloads, sizeof rec.payloads);
            *(is_begin ? &b->begin_count : &b->end_count) = rec.payload_count;
            *(is_begin ? &b->begin_cap : &b->end_cap) = rec.cap;
            sealer_keys_sent(b->rig.gate.sealer);
        }
        is_over = !rig_turn(&b->rig);
    }
}

/* "match req.orig ..." */
static const char *kinds(const struct record_payload *p, size_t n)
{
    static char text[200];
    size_t len = 0;
    text[0] = '\0';
    for (size_t i = 0; i < n; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "%s%s", i == 0 ? "" : " ",
                                record_payload_word(p[i].kind));
    return text;
}

static void keeps(struct bench *b, const char *request, const char *answer)
{
    assert_string_equal(kinds(b->begin, b->begin_count), request);
    assert_string_equal(kinds(b->end, b->end_count), answer);
}

#define MAIL                                                                    \
    "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"write to " \
    "ann@corp.example\"}]}"
#define STREAM                                                                              \
    "{\"model\":\"m\",\"stream\":true,\"messages\":[{\"role\":\"user\",\"content\":\"good " \
    "day\"}]}"
#define DELTA(text) "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"" text "\"}}]}\n\n"
#define PLAIN "{\"model\":\"m\",\"messages\":[{\"role\":\"user\",\"content\":\"good day\"}]}"
#define RULE(more)                                                             \
    "policy: t\nclasses: [public, secret]\nrules:\n"                           \
    "  - { id: mail, find: [EMAIL_ADDRESS], do: { redact: token }" more " }\n" \
    "routes: [ { to: [cloud] } ]\n"

static void nothing_is_kept_without_a_level_or_without_reviewers(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, NULL, RECORD_CAPTURE_META);
    play(&b, MAIL, SAID);
    keeps(&b, "", "");
    end(&b);
    begin(&b, RULE(", capture: full"), RECORD_CAPTURE_FULL);
    struct sealer *s = b.rig.gate.sealer;
    b.rig.gate.sealer = NULL;
    sealer_free(s);
    snprintf(b.request, ROOM, HEAD "%zu\r\n\r\n%s", strlen(MAIL), MAIL);
    b.script = (struct script){.request = slice_str(b.request), .answer = slice_str("")};
    rig_begin(&b.rig, &b.script);
    while ((exchange_want(b.rig.x) & WANT_RECORD) == 0)
        assert_true(rig_turn(&b.rig));
    struct audit_record rec;
    assert_true(gw_ok(record_decode(exchange_record(b.rig.x), &rec)));
    assert_int_equal(rec.payload_count, 0);
    assert_int_equal(rec.cap, RECORD_CAPTURE_META);
    end(&b);
}

static void each_level_keeps_what_the_one_before_keeps_and_more(void **state)
{
    static const char *const of[RECORD_CAPTURE_COUNT][2] = {
        {"", ""},
        {"match", ""},
        {"match req.sent", "resp.sent"},
        {"match req.orig req.sent", "resp.orig resp.sent"}};
    (void)state;
    for (unsigned level = 0; level < RECORD_CAPTURE_COUNT; level++) {
        struct bench b;
        begin(&b, RULE(""), (enum record_capture)level);
        play(&b, MAIL, SAID);
        keeps(&b, of[level][0], of[level][1]);
        assert_int_equal(b.begin_cap, level);
        assert_int_equal(b.end_cap, level);
        end(&b);
    }
}

/* A rule that asks for all of it has no more of a disk than the others. */
static void a_disk_that_runs_short_keeps_less(void **state)
{
    static const struct {
        enum record_capture cap;
        const char *begin;
    } rows[] = {{RECORD_CAPTURE_FULL, "match req.orig req.sent"},
                {RECORD_CAPTURE_FINDINGS, "match"},
                {RECORD_CAPTURE_META, ""},
                {RECORD_CAPTURE_META, ""}};
    (void)state;
    for (unsigned i = 0; i < GW_COUNT(rows); i++) {
        struct bench b;
        begin(&b, RULE(", capture: full"), RECORD_CAPTURE_REDACTED);
        b.rig.gate.short_of_room = (uint8_t)i;
        play(&b, MAIL, SAID);
        keeps(&b, rows[i].begin, i == 0 ? "resp.orig resp.sent" : "");
        assert_true(b.begin_cap == rows[i].cap && b.end_cap == rows[i].cap);
        end(&b);
    }
}

static void a_rule_keeps_more_of_what_it_is_for_and_of_nothing_else(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, RULE(", capture: full"), RECORD_CAPTURE_META);
    play(&b, PLAIN, SAID);
    keeps(&b, "", "");
    play(&b, MAIL, SAID);
    keeps(&b, "match req.orig req.sent", "resp.orig resp.sent");
    assert_int_equal(b.begin_cap, RECORD_CAPTURE_FULL);
    end(&b);
    begin(&b, RULE(", capture: findings"), RECORD_CAPTURE_REDACTED); /* never less */
    play(&b, MAIL, SAID);
    keeps(&b, "match req.sent", "resp.sent");
    end(&b);
    begin(&b, RULE(", capture: full, mode: observe"), RECORD_CAPTURE_META); /* without effect */
    play(&b, MAIL, SAID);
    keeps(&b, "", "");
    end(&b);
}

static void a_route_says_it_in_place_of_the_configuration(void **state)
{
    static const char policy[] =
        "policy: t\nclasses: [public, secret]\nrules:\n"
        "  - { id: mail, find: [EMAIL_ADDRESS], class: secret }\n"
        "routes: [ { when: { class: secret }, to: [house], capture: meta }, "
        "{ to: [cloud], capture: full } ]\n";
    struct bench b;
    (void)state;
    begin(&b, policy, RECORD_CAPTURE_REDACTED);
    play(&b, MAIL, SAID);
    keeps(&b, "", "");
    play(&b, PLAIN, SAID);
    keeps(&b, "req.orig req.sent", "resp.orig resp.sent");
    end(&b);
}

static void a_rule_for_answers_keeps_the_answer(void **state)
{
    struct bench b;
    (void)state;
    begin(&b, RULE(", on: [response], capture: full"), RECORD_CAPTURE_META);
    play(&b, MAIL, SAID);
    keeps(&b, "", "");
    play(&b, MAIL,
         "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"ask "
         "bob@corp.example\"}}]}");
    keeps(&b, "", "match resp.orig resp.sent"); /* the request is gone by then */
    assert_int_equal(b.begin_cap, RECORD_CAPTURE_META);
    assert_int_equal(b.end_cap, RECORD_CAPTURE_FULL);
    end(&b);
    begin(&b, RULE(", on: [response], capture: redacted"), RECORD_CAPTURE_META);
    play(&b, STREAM,
         DELTA("the weather is fine today and will be so. ")
             DELTA("Ask bob@corp.example") "data: [DONE]\n\n");
    keeps(&b, "", "match resp.sent"); /* with what was said before anything was found */
    assert_true(b.end[1].all > strlen("the weather is fine today and will be so. Ask "));
    end(&b);
}

/* The two ends, whatever the pieces in which it comes; how long it was is told. */
static void of_a_long_answer_the_two_ends_are_kept(void **state)
{
    static const size_t cuts[] = {0, 1, 7, 499, 500, 501, 1000, 4096};
    char *long_answer = malloc(ROOM);
    (void)state;
    assert_non_null(long_answer);
    size_t n = (size_t)snprintf(
        long_answer, ROOM,
        "{\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"");
    for (unsigned i = 0; i < 5000; i++)
        n += (size_t)snprintf(long_answer + n, ROOM - n, "%c", 'a' + (char)(i % 26));
    n += (size_t)snprintf(long_answer + n, ROOM - n, "\"}}]}");
    for (size_t i = 0; i < GW_COUNT(cuts); i++) {
        struct bench b;
        begin(&b, RULE(""), RECORD_CAPTURE_FULL);
        struct capture_tape *t = NULL;
        struct exchange *x = exchange_new(&b.rig.gate, &(struct exchange_peer){.port = 1});
        assert_non_null(x);
        for (size_t at = 0; at < n; at += cuts[i] == 0 ? n : cuts[i])
            capture_heard(x,
                          slice_cut(slice_of(long_answer, n), at, cuts[i] == 0 ? n : at + cuts[i]));
        t = &x->heard;
        assert_int_equal(t->all, n);
        struct slice head = buf_slice(&t->head), tail = buf_slice(&t->tail);
        assert_true(slice_is(head, slice_of(long_answer, 500)));
        assert_true(tail.len >= 500 && tail.len <= 1000);
        tail = slice_from(tail, tail.len - 500); /* what counts of it */
        assert_true(slice_is(tail, slice_from(slice_of(long_answer, n), n - 500)));
        exchange_free(x);
        end(&b);
    }
    struct bench b;
    begin(&b, RULE(""), RECORD_CAPTURE_FULL);
    play(&b, MAIL, long_answer);
    keeps(&b, "match req.orig req.sent", "resp.orig resp.sent");
    assert_int_equal(b.end[0].all, n);
    assert_int_equal(b.end[1].all, 5000);
    assert_true(b.end[1].sealed.s.len < 1000 + 500);
    end(&b);
    free(long_answer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_kept_without_a_level_or_without_reviewers),
        cmocka_unit_test(each_level_keeps_what_the_one_before_keeps_and_more),
        cmocka_unit_test(a_disk_that_runs_short_keeps_less),
        cmocka_unit_test(a_rule_keeps_more_of_what_it_is_for_and_of_nothing_else),
        cmocka_unit_test(a_route_says_it_in_place_of_the_configuration),
        cmocka_unit_test(a_rule_for_answers_keeps_the_answer),
        cmocka_unit_test(of_a_long_answer_the_two_ends_are_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
