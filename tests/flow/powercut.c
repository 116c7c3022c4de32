/* tests/flow/powercut.c - what test_powercut.py runs on a disk that loses its power: a writer that
 * says what was acknowledged, and the look afterwards.
 *
 *   powercut write DIR SECONDS [--lie]
 *
 * "ACK SEQ NANOSECONDS" for each durable batch; --lie: no sync reaches the disk, and the log does
 * not know.
 *
 *   powercut look DIR
 *
 * Opens the log, which recovers it, closes it, verifies it; "NEXT SEQ VERIFY CODE REASON", exit 1
 * when it does not open. */
#include "proxy/base/base.h"
#include "audit/log.h"
#include "audit/verify.h"
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { ENOUGH = 3000 /* records: a fast machine would fill the small disk */ };

static const struct clock real;
static bool lies;

/* In place of the library's. */
int fdatasync(int fd)
{
    return lies ? 0 : (int)syscall(SYS_fdatasync, fd);
}

int fsync(int fd)
{
    return lies ? 0 : (int)syscall(SYS_fsync, fd);
}

int syncfs(int fd)
{
    return lies ? 0 : (int)syscall(SYS_syncfs, fd);
}

static int64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static struct audit_log *opened(const char *dir)
{
    char key[4200], reason[256] = "";
    struct audit_log *log = NULL;
    snprintf(key, sizeof key, "%s/log.key", dir);
    const struct audit_settings settings = {.dir = dir,
                                            .origin = "bulla.example/powercut",
                                            .node = "n",
                                            .build = "t",
                                            .key_file = key,
                                            .segment_bytes = 256 * 1024,
                                            .clock = &real};
    if (gw_ok(audit_log_open(&settings, reason, sizeof reason, &log)))
        return log;
    printf("REFUSED %s\n", reason);
    exit(1);
}

static void must(bool is_fine, const struct audit_log *log)
{
    if (is_fine)
        return;
    printf("FAILED %s\n", audit_log_reason(log));
    exit(1);
}

/* One exchange, both records in one batch or in two. */
static uint64_t append_pair(struct audit_log *log, unsigned round)
{
    static struct secret_pool pool;
    uint64_t seq;
    struct audit_record rec = {.type = RECORD_EXCHANGE_BEGIN, .dec = RECORD_ALLOWED, .sev = 1};
    record_xid(clock_wall_us(&real), &pool, rec.xid);
    rec.groups[GROUP_WHO] = SLICE_LIT("{\"app\":\"powercut\",\"tenant\":\"t\"}");
    must(gw_ok(audit_log_append(log, &rec, 1, &seq)), log);
    if (round % 3 == 0)
        must(gw_ok(audit_log_sync(log)), log);
    rec.type = RECORD_EXCHANGE_END;
    rec.has_ref = true;
    rec.ref = seq;
    rec.out = "ok";
    must(gw_ok(audit_log_append(log, &rec, 1, &seq)), log);
    return seq;
}

static int run_writer(const char *dir, int seconds)
{
    struct audit_log *log = opened(dir);
    const int64_t end_ns = now_ns() + seconds * INT64_C(1000000000);
    uint64_t seq = 0;
    for (unsigned round = 0; now_ns() < end_ns && seq < ENOUGH; round++) {
        for (unsigned i = 0; i <= round % 5; i++)
            seq = append_pair(log, round);
        must(gw_ok(audit_log_sync(log)), log);
        printf("ACK %llu %lld\n", (unsigned long long)seq, (long long)now_ns());
        if (round % 16 == 15) {
            const struct audit_record rotate = {.type = RECORD_KEY_ROTATE};
            must(gw_ok(audit_log_tick(log, true)), log);
            if (round % 128 == 127)
                must(gw_ok(audit_log_append(log, &rotate, 1, &seq)), log);
        }
    }
    fflush(stdout);
    _exit(0); /* the power goes, the log is not closed */
}

static int run_look(const char *dir)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &real};
    audit_log_close(opened(dir));
    verify_run(dir, &options, &report);
    printf("NEXT %llu VERIFY %d %s\n", (unsigned long long)report.records, (int)report.code,
           report.reason);
    return 0;
}

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc == 3 && strcmp(argv[1], "look") == 0)
        return run_look(argv[2]);
    if (argc < 4 || strcmp(argv[1], "write") != 0)
        return 2;
    lies = argc > 4 && strcmp(argv[4], "--lie") == 0;
    return run_writer(argv[2], atoi(argv[3]));
}
