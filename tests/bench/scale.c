/* tests/bench/scale.c - a log of many records: how long it takes to write, verify and ask, and in
 * how much memory.
 *
 *   scale DIR [--records N] [--keep]   DIR must not exist; made with the records of a busy year
 *
 * Without --records: ten million. Pages of 50 are asked for by each of several filters, and each
 * record of a page is read from its segment and checked. The log is removed unless --keep. */
#include "proxy/base/base.h"
#include "audit/index.h"
#include "audit/log.h"
#include "audit/verify.h"
#include <time.h>

enum { BATCH = 512, APPS = 200, PAGE = 50, ROUNDS = 40 };

static const struct clock real;
static const struct slice policy = {"policy: scale\n", 14};

static double now_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Of this program alone: what getrusage() says is also of the one that it was started from. */
static double peak_mib(void)
{
    char line[128];
    unsigned long kib = 0;
    FILE *f = fopen("/proc/self/status", "r");
    while (f != NULL && kib == 0 && fgets(line, sizeof line, f) != NULL)
        (void)sscanf(line, "VmHWM: %lu kB", &kib);
    if (f != NULL)
        fclose(f);
    return (double)kib / 1024;
}

static void must(bool is_fine, const char *what)
{
    if (is_fine)
        return;
    fprintf(stderr, "scale: %s\n", what);
    exit(1);
}

static void append(struct audit_log *log, uint64_t n, uint64_t begins[BATCH], char xids[BATCH][37])
{
    static struct secret_pool pool;
    char who[96], what[160];
    uint64_t seq, i = n % BATCH;
    bool is_end = i >= BATCH / 2;
    size_t pair = (size_t)(is_end ? i - BATCH / 2 : i);
    uint64_t of = n - i + pair; /* the exchange: both its records know the application */
    struct audit_record rec = {.type = is_end ? RECORD_EXCHANGE_END : RECORD_EXCHANGE_BEGIN,
                               .has_ref = is_end,
                               .ref = is_end ? begins[pair] : 0,
                               .out = is_end ? "ok" : NULL,
                               .dec = of % 97 == 0 ? RECORD_REDACTED : RECORD_ALLOWED,
                               .sev = 1,
                               .cls = CLEAR_LIT("internal"),
                               .gen = 1,
                               .leaves = 3,
                               .scanned = 3,
                               .pol = secret_sha256(policy)};
    if (of % 97 == 0)
        rec.rules[rec.rule_count++] = CLEAR_LIT("pan");
    snprintf(who, sizeof who, "{\"app\":\"app-%u\",\"auth\":\"key\",\"tenant\":\"t-%u\"}",
             (unsigned)(of * 7919 % APPS), (unsigned)(of % 11));
    snprintf(what, sizeof what,
             "{\"dialect\":\"openai\",\"model_req\":\"m-%u\",\"msgs\":3,\"op\":\"chat\","
             "\"stream\":true,\"tools\":0,\"upstream\":\"cloud\"}",
             (unsigned)(of % 5));
    if (is_end) {
        rec.groups[GROUP_USE] = SLICE_LIT("{\"bytes_in\":1234,\"bytes_out\":567,\"in\":310,\"out\":"
                                          "122,\"status\":200,\"total_ms\":812}");
    } else {
        record_xid(clock_wall_us(&real), &pool, xids[pair]);
        rec.groups[GROUP_WHO] = slice_str(who);
        rec.groups[GROUP_WHAT] = slice_str(what);
    }
    memcpy(rec.xid, xids[pair], sizeof rec.xid);
    must(gw_ok(audit_log_append(log, &rec, 1, &seq)), "append");
    if (!is_end)
        begins[pair] = seq;
}

static void build(const char *dir, uint64_t records)
{
    static uint64_t begins[BATCH];
    static char xids[BATCH][37];
    char key[4096], reason[256] = "";
    struct audit_log *log = NULL;
    snprintf(key, sizeof key, "%s/log.key", dir);
    const struct audit_settings settings = {.dir = dir,
                                            .origin = "bulla.example/scale",
                                            .node = "n",
                                            .build = "scale",
                                            .key_file = key,
                                            .clock = &real};
    if (!gw_ok(audit_log_open(&settings, reason, sizeof reason, &log)))
        must(false, reason);
    must(gw_ok(audit_log_policy(log, policy)), "policy");
    for (uint64_t n = 0; n < records; n++) {
        append(log, n, begins, xids);
        if (n % BATCH != BATCH - 1)
            continue;
        must(gw_ok(audit_log_sync(log)), "sync");
        must(gw_ok(audit_log_tick(log, false)), audit_log_reason(log));
    }
    audit_log_close(log);
}

static gw_result see(void *owner, const struct index_row *row)
{
    struct index_row *page = owner;
    page[page[PAGE].seq++] = *row;
    return gw_is(GW_OK);
}

/* Worst and middle of many pages of one question, in ms. */
static void ask(struct index *ix, const char *name, const struct index_query *question)
{
    struct index_row page[PAGE + 1];
    struct segment_frame frame;
    double times[ROUNDS];
    uint64_t shown = 0;
    struct index_query q = *question;
    struct buf bytes;
    buf_init(&bytes, 1 << 20);
    q.limit = PAGE;
    for (size_t i = 0; i < ROUNDS; i++) {
        double began = now_s();
        page[PAGE].seq = 0;
        must(gw_ok(index_find(ix, &q, see, page)), "query");
        for (size_t k = 0; k < page[PAGE].seq; k++) {
            buf_clear(&bytes);
            must(gw_ok(index_frame(ix, &page[k], &bytes, &frame)), "frame");
        }
        times[i] = (now_s() - began) * 1000;
        shown += page[PAGE].seq;
        for (size_t k = i; k > 0 && times[k - 1] > times[k]; k--) {
            double t = times[k];
            times[k] = times[k - 1];
            times[k - 1] = t;
        }
        if (page[PAGE].seq > 0) { /* the page behind it */
            q.has_after = !q.newest_first;
            q.has_before = q.newest_first;
            q.after = q.before = page[page[PAGE].seq - 1].seq;
        }
    }
    printf("query %-28s %4llu rows, median %.1f ms, slowest %.1f ms\n", name,
           (unsigned long long)shown, times[ROUNDS / 2], times[ROUNDS - 1]);
    buf_free(&bytes);
}

static void ask_all(const char *dir)
{
    struct index *ix = NULL;
    double began = now_s();
    must(gw_ok(index_open(dir, &ix)), "index");
    printf("index made in %.1f s, peak %.0f MiB\n", now_s() - began, peak_mib());
    index_close(ix);
    began = now_s();
    must(gw_ok(index_open(dir, &ix)), "index");
    printf("index opened in %.3f s\n", now_s() - began);
    const struct slice app = SLICE_LIT("app-7"), model = SLICE_LIT("m-3"), rule = SLICE_LIT("pan"),
                       redact = SLICE_LIT("redact");
    ask(ix, "app", &(struct index_query){.facets[FACET_APP] = app});
    ask(ix, "app, newest first",
        &(struct index_query){.facets[FACET_APP] = app, .newest_first = true});
    ask(ix, "model", &(struct index_query){.facets[FACET_MODEL] = model});
    ask(ix, "rule", &(struct index_query){.facets[FACET_RULE] = rule});
    ask(ix, "app and model and decision",
        &(struct index_query){.facets[FACET_APP] = app,
                              .facets[FACET_MODEL] = model,
                              .facets[FACET_DECISION] = redact});
    ask(ix, "all, newest first", &(struct index_query){.newest_first = true});
    index_close(ix);
}

int main(int argc, char **argv)
{
    uint64_t records = 10000000;
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    bool keep = false;
    char line[4200];
    for (int i = 2; i < argc; i++)
        if (strcmp(argv[i], "--keep") == 0)
            keep = true;
        else
            must(strcmp(argv[i], "--records") == 0 && i + 1 < argc &&
                     gw_ok(slice_u64(slice_str(argv[++i]), &records)),
                 "scale DIR [--records N] [--keep]");
    must(argc > 1, "scale DIR [--records N] [--keep]");
    records -= records % BATCH;
    setvbuf(stdout, NULL, _IOLBF, 0);
    double began = now_s(), spent = cpu_s();
    build(argv[1], records);
    printf("%llu records written in %.1f s (%.2f s of CPU), peak %.0f MiB\n",
           (unsigned long long)records, now_s() - began, cpu_s() - spent, peak_mib());
    began = now_s();
    spent = cpu_s();
    verify_run(argv[1], &options, &report);
    must(report.code == VERIFY_INTACT, report.reason);
    printf("verified in %.1f s (%.2f s of CPU), peak %.0f MiB\n", now_s() - began, cpu_s() - spent,
           peak_mib());
    ask_all(argv[1]);
    snprintf(line, sizeof line, "rm -rf '%s'", argv[1]);
    return keep || system(line) == 0 ? 0 : 1;
}
