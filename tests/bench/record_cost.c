/* tests/bench/record_cost.c - what a record costs the auditor beside the system's calls: decoded,
 * checked, made a leaf and a frame; and, for who wants to see it, made a part of the tree.
 *
 *   record_cost DIR [ROUNDS]
 *
 * DIR must not exist and is left behind; on a tmpfs the disk costs little. Prints the processor
 * time of the best of so many rounds, after those that warm up. Under callgrind the rounds are
 * counted (tests/bench/growth). Everything dies with the process. */
#include "proxy/base/base.h"
#include "audit/log.h"
#include "tests/bench/made_record.h"
#include <sys/stat.h>
#include <time.h>
#include <valgrind/callgrind.h>

enum { BATCH = 64, BATCHES = 8, WARM_UP = 2 /* rounds: the log has two buffers for leaves */ };

static double now_us(clockid_t id)
{
    return (double)made_ns(id) / 1e3;
}

struct side {
    struct secret_pool pool;
    struct digest policy;
    struct buf packet;
    char find[MADE_FIND], xids[BATCH][37];
    uint64_t begun[BATCH];
    size_t at[BATCH + 1];
};

/* The worker's part: not measured. */
static void say(struct side *s, bool is_end)
{
    struct audit_record rec;
    buf_clear(&s->packet);
    for (size_t i = 0; i < BATCH; i++) {
        if (!is_end)
            record_xid(INT64_C(1700000000000000), &s->pool, s->xids[i]);
        made_record(s->xids[i], is_end ? &s->begun[i] : NULL, &s->policy, s->find, &rec);
        s->at[i] = s->packet.len;
        made_must(gw_ok(record_encode(&rec, &s->packet)), "record");
    }
    s->at[BATCH] = s->packet.len;
}

static void take(struct side *s, struct audit_log *log)
{
    struct slice all = buf_slice(&s->packet);
    for (size_t i = 0; i < BATCH; i++) {
        struct audit_record rec;
        made_must(gw_ok(record_decode(slice_cut(all, s->at[i], s->at[i + 1]), &rec)) &&
                      gw_ok(audit_log_append(log, &rec, 1, &s->begun[i])),
                  "append");
    }
}

/* Microseconds of this thread for a record, its batch on disk; of the whole process in *all. */
static double run_round(struct side *s, struct audit_log *log, bool is_counted, double *all)
{
    double spent = 0, before = now_us(CLOCK_PROCESS_CPUTIME_ID), made = 0;
    for (unsigned n = 0; n < 2 * BATCHES; n++) {
        double began = now_us(CLOCK_THREAD_CPUTIME_ID);
        say(s, n % 2 == 1);
        double said = now_us(CLOCK_THREAD_CPUTIME_ID);
        if (is_counted)
            CALLGRIND_START_INSTRUMENTATION;
        take(s, log);
        CALLGRIND_STOP_INSTRUMENTATION;
        made += said - began;
        spent += now_us(CLOCK_THREAD_CPUTIME_ID) - said;
        made_must(gw_ok(audit_log_sync(log)), "sync");
    }
    made_must(gw_ok(audit_log_tick(log, true)), "tick");
    *all = (now_us(CLOCK_PROCESS_CPUTIME_ID) - before - made) / (2 * BATCHES * BATCH);
    return spent / (2 * BATCHES * BATCH);
}

int main(int argc, char **argv)
{
    static const struct clock real;
    static struct side s; /* large */
    char key[PATH_MAX], dir[PATH_MAX], reason[256] = "";
    struct audit_log *log;
    unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 1;
    made_must(argc > 1 && mkdir(argv[1], 0700) == 0, "record_cost DIR [ROUNDS]");
    snprintf(dir, sizeof dir, "%s/audit", argv[1]);
    snprintf(key, sizeof key, "%s/key.pem", argv[1]);
    const struct audit_settings settings = {.dir = dir,
                                            .origin = "bulla.example/bench",
                                            .node = "bench",
                                            .build = "bench",
                                            .key_file = key,
                                            .clock = &real};
    s.policy = secret_sha256(SLICE_LIT("policy: bench\n"));
    buf_init(&s.packet, BATCH * RECORD_MESSAGE_MAX);
    made_must(gw_ok(made_find(1024, s.find)), "bytes");
    if (!gw_ok(audit_log_open(&settings, reason, sizeof reason, &log))) {
        fprintf(stderr, "%s\n", reason);
        return 1;
    }
    double all, best_all = 0, best = 0;
    for (unsigned i = 0; i < WARM_UP; i++)
        best = run_round(&s, log, false, &best_all);
    for (unsigned i = 0; i < rounds; i++) {
        double us = run_round(&s, log, true, &all);
        best = us < best ? us : best;
        best_all = all < best_all ? all : best_all;
    }
    printf("%.2f us a record for the thread that writes, %.2f for all; %u records a round\n", best,
           best_all, 2 * BATCHES * BATCH);
    audit_log_close(log);
    buf_free(&s.packet);
    return 0;
}
