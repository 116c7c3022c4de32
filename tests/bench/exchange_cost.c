/* tests/bench/exchange_cost.c - exchanges without sockets, for counting instructions under
 * callgrind.
 *
 * Plays chat exchanges through the gate as tests/unit/gate_rig.h does: made-up text, a small answer
 * or a stream. What is counted is the exchanges only, not what is compiled before them: counting is
 * switched on around them.
 *
 *   exchange_cost [--size BYTES] [--requests N] [--kind mixed|prose|code|json] [--finds
 * PER_THOUSAND]
 *                 [--stream EVENTS] [--talk TURNS] [--policy FILE] [--times]
 *
 * --talk: one conversation that grows by SIZE bytes a turn; only the last REQUESTS turns of TURNS
 *   are counted, so what an exchange costs behind a long past can be told.
 * --times: says microseconds instead, of exchanges that follow each other at once, and of ones
 * before each of which the processor's nearer memories were filled with something else: in a server
 * the system, TLS and the auditor do that. Half of all take no longer than the middle one, a tenth
 * no longer than the low one, which other work on the machine disturbs least. Says how many strings
 * the counted exchanges scanned and how many they had seen before. Two warm-up exchanges come
 * first. Everything dies with the process. */
#include "tests/unit/gate_rig.h"

#include "tests/bench/text.h"
#include <getopt.h>
#include <time.h>
#include <valgrind/callgrind.h>

/* OTHERS: more than a second-level cache holds. */
enum { HEAD_ROOM = 512, EVENT_ROOM = 256, OTHERS = 2 << 20, LINE = 64 };

struct times {
    double *us; /* one an exchange */
    long count;
    char *others; /* what is walked over before each; NULL: nothing is */
};

struct plan {
    size_t size;
    long requests, events, turns;
    const char *policy;
    bool is_timed;
    struct times *times; /* NULL: callgrind counts */
    struct text_maker maker;
};

/* The request whose body is `len` bytes at `body`, with its head in front of it. */
static struct slice with_head(char *body, size_t len)
{
    char head[HEAD_ROOM];
    int n = snprintf(head, sizeof head,
                     "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\n"
                     "content-type: application/json\r\naccept: */*\r\nuser-agent: bench/1.0\r\n"
                     "content-length: %zu\r\n\r\n",
                     len);
    assert(n > 0 && n < HEAD_ROOM);
    memcpy(body - n, head, (size_t)n);
    return slice_of(body - n, (size_t)n + len);
}

/* A small whole answer, or a stream of `events` words. */
static struct slice make_answer(long events)
{
    static const char whole[] =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 118\r\n\r\n"
        "{\"id\":\"c\",\"object\":\"chat.completion\",\"choices\":[{\"index\":0,\"message\":"
        "{\"role\":\"assistant\",\"content\":\"It is well.\"}}]}";
    static const char body_at[] = "\r\n\r\n";
    size_t room = (size_t)events * EVENT_ROOM + 1024, n = 0;
    char *at = malloc(room);
    assert(at != NULL);
    if (events == 0) {
        const char *body = strstr(whole, body_at) + 4;
        n = (size_t)snprintf(at, room,
                             "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
                             "content-length: %zu\r\n\r\n%s",
                             strlen(body), body);
        return slice_of(at, n);
    }
    n = (size_t)snprintf(at, room,
                         "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                         "transfer-encoding: chunked\r\n\r\n");
    for (long k = 0; k <= events; k++) {
        char event[EVENT_ROOM];
        int len = snprintf(event, sizeof event,
                           k == events
                               ? "data: [DONE]\n\n"
                               : "data: {\"id\":\"c\",\"object\":\"chat.completion.chunk\","
                                 "\"created\":1,\"model\":\"bench\",\"choices\":[{\"index\":0,"
                                 "\"delta\":{\"content\":\" word\"},\"finish_reason\":null}]}\n\n");
        n += (size_t)snprintf(at + n, room - n, "%x\r\n%s\r\n", (unsigned)len, event);
    }
    n += (size_t)snprintf(at + n, room - n, "0\r\n\r\n");
    return slice_of(at, n);
}

/* All that was said so far and one more turn; `talk` keeps it. */
static size_t put_turn(struct plan *plan, char *at, struct text_sink *talk, long turn)
{
    static const char open[] = "{\"model\":\"bench\",\"messages\":[{\"role\":\"system\","
                               "\"content\":\"You are an agent that edits a tree of files.\"}";
    text_say(talk, turn % 2 == 0 ? ",{\"role\":\"user\",\"content\":\""
                                 : ",{\"role\":\"assistant\",\"content\":\"");
    text_fill(&plan->maker, talk, plan->size);
    text_say(talk, "\"}");
    struct text_sink body = {.at = at, .room = SIZE_MAX};
    text_say(&body, open);
    text_put(&body, talk->at, talk->len);
    text_say(&body, "]}");
    return body.len;
}

static double now_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static bool time_it(struct times *t, struct rig *rig, const struct script *script)
{
    for (size_t i = 0; t->others != NULL && i < OTHERS; i += LINE)
        t->others[i]++;
    double began = now_us();
    bool is_over = rig_run(rig, script);
    t->us[t->count++] = now_us() - began;
    return is_over;
}

static bool count_it(struct rig *rig, const struct script *script, bool counted)
{
    if (counted)
        CALLGRIND_TOGGLE_COLLECT;
    bool is_over = rig_run(rig, script);
    if (counted)
        CALLGRIND_TOGGLE_COLLECT;
    return is_over;
}

static void play(struct rig *rig, const struct script *script, struct times *times, bool counted)
{
    bool is_over =
        counted && times != NULL ? time_it(times, rig, script) : count_it(rig, script, counted);
    if (!is_over || !rig_client_has(rig, "HTTP/1.1 200 ")) {
        fprintf(stderr, "exchange_cost: %s: %.*s\n", is_over ? "over" : "not over",
                (int)rig->client.len, buf_slice(&rig->client).at);
        exit(1);
    }
}

static void play_all(struct plan *plan, struct rig *rig)
{
    const long warm = 2, all = plan->turns > 0 ? plan->turns : plan->requests + warm;
    size_t most = plan->turns > 0 ? (size_t)plan->turns * (plan->size + 64) : plan->size;
    char *room = malloc(HEAD_ROOM + most + 256), *body = room + HEAD_ROOM;
    struct text_sink talk = {.at = malloc(most + 1), .room = most};
    struct slice answer = make_answer(plan->events);
    struct gate_counters before = rig->gate.counters;
    assert(room != NULL && talk.at != NULL);
    for (long i = 0; i < all; i++) {
        if (i == all - plan->requests) {
            before = rig->gate.counters;
            CALLGRIND_START_INSTRUMENTATION;
        }
        size_t len = plan->turns > 0
                         ? put_turn(plan, body, &talk, i)
                         : text_chat(&plan->maker, body, plan->size, "bench", plan->events > 0);
        const struct script script = {.request = with_head(body, len), .answer = answer};
        play(rig, &script, plan->times, i >= all - plan->requests);
    }
    CALLGRIND_STOP_INSTRUMENTATION;
    printf("leaves: %llu scanned, %llu remembered\n",
           (unsigned long long)(rig->gate.counters.leaves_scanned - before.leaves_scanned),
           (unsigned long long)(rig->gate.counters.leaves_seen - before.leaves_seen));
    free(room);
    free(talk.at);
    free((void *)(uintptr_t)answer.at);
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void play_and_say(struct plan *plan, struct rig *rig)
{
    struct times t = {.us = calloc((size_t)plan->requests, sizeof(double))};
    char *others = calloc(1, OTHERS);
    assert(t.us != NULL && others != NULL);
    plan->times = &t;
    for (int i = 0; i < 2; i++) {
        t.count = 0;
        t.others = i == 0 ? NULL : others;
        play_all(plan, rig);
        qsort(t.us, (size_t)t.count, sizeof *t.us, by_value);
        printf("%s: low %.1f, middle %.1f us\n", i == 0 ? "at once" : "after others",
               t.us[t.count / 10], t.us[t.count / 2]);
    }
    free(others);
    free(t.us);
}

static bool read_plan(int argc, char **argv, struct plan *plan)
{
    static const struct option known[] = {
        {"size", 1, NULL, 's'},   {"requests", 1, NULL, 'r'}, {"kind", 1, NULL, 'k'},
        {"finds", 1, NULL, 'f'},  {"stream", 1, NULL, 'e'},   {"talk", 1, NULL, 't'},
        {"policy", 1, NULL, 'p'}, {"times", 0, NULL, 'T'},    {NULL, 0, NULL, 0}};
    static const char kinds[] = "mpcj";
    for (int o; (o = getopt_long(argc, argv, "", known, NULL)) >= 0;) {
        const char *kind = o == 'k' ? strchr(kinds, *optarg) : kinds;
        if (kind == NULL || o == '?')
            return false;
        switch (o) {
        case 's':
            plan->size = (size_t)atol(optarg);
            break;
        case 'r':
            plan->requests = atol(optarg);
            break;
        case 'k':
            plan->maker.kind = (enum text_kind)(kind - kinds);
            break;
        case 'f':
            plan->maker.finds = (unsigned)atoi(optarg);
            break;
        case 'e':
            plan->events = atol(optarg);
            break;
        case 't':
            plan->turns = atol(optarg);
            break;
        case 'T':
            plan->is_timed = true;
            break;
        default:
            plan->policy = optarg;
            break;
        }
    }
    return plan->size >= 256 && plan->requests > 0 &&
           (plan->turns == 0 || plan->turns >= plan->requests);
}

int main(int argc, char **argv)
{
    static struct rig rig;
    struct plan plan = {.size = 1024, .requests = 5, .maker = {.state = 88172645463325252}};
    if (!read_plan(argc, argv, &plan)) {
        fputs("exchange_cost: see the head of tests/bench/exchange_cost.c\n", stderr);
        return 2;
    }
    rig_open(&rig, plan.policy);
    if (plan.is_timed)
        play_and_say(&plan, &rig);
    else
        play_all(&plan, &rig);
    rig_close(&rig);
    return 0;
}
