/* tests/bench/records.c - what a durable record costs: the auditor under load, beside a bare loop.
 *
 * A worker's side with so many exchanges in flight (begin, acknowledged, end, acknowledged, the
 * next one) in front of a real auditor in a process of its own, on real files. Then, in the same
 * run, a loop that only appends as many bytes in batches of the same size and syncs them: what the
 * disk allows. CPU time is the system's count for each side. The log is verified at the end.
 *
 *   records [--dir DIR] [--seconds S] [--in-flight N] [--bytes N]
 *
 * Without --in-flight: 1, 8, 64 and 256. --bytes: of a record's frame, about. Everything dies with
 * the process; DIR must not exist and is left behind. */
#include "proxy/base/base.h"
#include "audit/channel.h"
#include "audit/direct.h"
#include "audit/log.h"
#include "audit/segment.h"
#include "audit/service.h"
#include "audit/verify.h"
#include "tests/bench/made_record.h"
#include <dirent.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { FLIGHT_MAX = 4096, TIMES_MAX = 1 << 22 };
enum {
    WISH = 40000,
    WISH_SHARE = 80 /* percent */,
    WISH_CPU_US = 15 /* of both for an exchange */
};
enum { HASHES = 4000, HASH_BYTES = 1024 };

static const struct slice policy = {"policy: bench\n", 14};

struct plan {
    const char *dir;
    double seconds;
    size_t in_flight, bytes;
};

struct exchange {
    char xid[37];
    uint64_t begin;
    bool has_begin;
    int64_t asked_ns;
};

struct worker {
    const struct plan *plan;
    int fd;
    struct exchange at[FLIGHT_MAX];
    size_t ready[FLIGHT_MAX], ready_count; /* exchanges that have something to say */
    struct secret_pool pool;
    struct digest policy;
    struct buf packet, message;
    char find[MADE_FIND];
    uint64_t acknowledged, wakes, packed;
    uint32_t *times_us;
    size_t time_count;
};

/* What the scheduler counted for all threads of a process. */
static double cpu_us(pid_t pid)
{
    char path[PATH_MAX];
    double sum_ns = 0, ns;
    snprintf(path, sizeof path, "/proc/%d/task", (int)pid);
    DIR *tasks = opendir(path);
    made_must(tasks != NULL, path);
    for (struct dirent *e = readdir(tasks); e != NULL; e = readdir(tasks)) {
        if (e->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/%d/task/%.20s/schedstat", (int)pid, e->d_name);
        FILE *f = fopen(path, "r");
        if (f != NULL && fscanf(f, "%lf", &ns) == 1)
            sum_ns += ns;
        if (f != NULL)
            fclose(f);
    }
    closedir(tasks);
    return sum_ns / 1000;
}

static void flush(struct worker *w)
{
    gw_result r;
    if (w->packed == 0)
        return;
    while ((r = channel_send(w->fd, buf_slice(&w->packet))).code == GW_AGAIN)
        poll(&(struct pollfd){.fd = w->fd, .events = POLLOUT}, 1, 1000);
    made_must(gw_ok(r), "channel_send");
    buf_clear(&w->packet);
    w->packed = 0;
}

static void say(struct worker *w, size_t i)
{
    struct audit_record rec;
    struct exchange *x = &w->at[i];
    if (!x->has_begin)
        record_xid(INT64_C(1700000000000000) + made_ns(CLOCK_MONOTONIC) / 1000, &w->pool, x->xid);
    made_record(x->xid, x->has_begin ? &x->begin : NULL, &w->policy, w->find, &rec);
    buf_clear(&w->message);
    made_must(gw_ok(record_encode(&rec, &w->message)) &&
                  gw_ok(channel_pack(&w->packet, i, buf_slice(&w->message))),
              "record");
    x->asked_ns = made_ns(CLOCK_MONOTONIC);
    if (++w->packed == CHANNEL_PACK)
        flush(w);
}

static void hear(struct worker *w)
{
    struct channel_ack acks[CHANNEL_ACKS];
    size_t n;
    int64_t now = made_ns(CLOCK_MONOTONIC);
    w->wakes++;
    while (gw_ok(channel_receive(w->fd, acks, CHANNEL_ACKS, &n)))
        for (size_t i = 0; i < n; i++) {
            struct exchange *x = &w->at[acks[i].ticket];
            made_must(acks[i].ok, "a record was refused");
            if (w->time_count < TIMES_MAX)
                w->times_us[w->time_count++] = (uint32_t)((now - x->asked_ns) / 1000);
            x->begin = acks[i].seq;
            x->has_begin = !x->has_begin;
            w->ready[w->ready_count++] = acks[i].ticket;
            w->acknowledged++;
        }
}

/* Until the time is over and all exchanges have ended. Seconds. */
static double run_worker(struct worker *w)
{
    int64_t began = made_ns(CLOCK_MONOTONIC), end = began + (int64_t)(w->plan->seconds * 1e9);
    size_t active = w->plan->in_flight;
    for (size_t i = 0; i < active; i++)
        w->ready[w->ready_count++] = i;
    while (active > 0) {
        bool is_over = made_ns(CLOCK_MONOTONIC) >= end;
        for (size_t k = 0; k < w->ready_count; k++) {
            if (is_over && !w->at[w->ready[k]].has_begin)
                active--;
            else
                say(w, w->ready[k]);
        }
        w->ready_count = 0;
        flush(w);
        if (active == 0)
            break;
        poll(&(struct pollfd){.fd = w->fd, .events = POLLIN}, 1, 1000);
        hear(w);
    }
    return (double)(made_ns(CLOCK_MONOTONIC) - began) / 1e9;
}

static void wait_for_policy(struct worker *w)
{
    struct channel_ack acks[CHANNEL_ACKS];
    size_t n = 0;
    made_must(gw_ok(channel_send_policy(w->fd, 0, policy)), "policy");
    poll(&(struct pollfd){.fd = w->fd, .events = POLLIN}, 1, 10000);
    made_must(gw_ok(channel_receive(w->fd, acks, CHANNEL_ACKS, &n)) && n == 1 && acks[0].ok,
              "policy");
}

static pid_t start_auditor(const struct plan *plan, const char *dir, int control)
{
    static const struct clock real;
    char key[PATH_MAX], reason[256] = "";
    struct audit_log *log;
    snprintf(key, sizeof key, "%s.key.pem", dir);
    const struct audit_settings settings = {.dir = dir,
                                            .origin = "bulla.example/bench",
                                            .node = "bench",
                                            .build = "bench",
                                            .key_file = key,
                                            .clock = &real};
    (void)plan;
    pid_t pid = fork();
    made_must(pid >= 0, "fork");
    if (pid != 0)
        return pid;
    if (!gw_ok(audit_log_open(&settings, reason, sizeof reason, &log))) {
        fprintf(stderr, "%s\n", reason);
        _exit(1);
    }
    _exit(service_run(log, control, -1));
}

static int order(const void *a, const void *b)
{
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static double percentile_ms(struct worker *w, double share)
{
    return w->time_count == 0 ? 0
                              : w->times_us[(size_t)((double)(w->time_count - 1) * share)] / 1e3;
}

/* Bytes of one record on disk, from the segments of the log. */
static double frame_bytes(const char *dir, uint64_t records)
{
    struct segment_list list;
    struct stat st;
    char name[SEGMENT_NAME];
    double whole = 0;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    made_must(fd >= 0 && gw_ok(segment_list_read(fd, &list)), dir);
    for (size_t i = 0; i + 1 < list.count; i++) { /* all but the last are full */
        segment_name(list.first[i], name);
        whole += fstatat(fd, name, &st, 0) == 0 ? (double)st.st_size : 0;
        records = list.first[i + 1];
    }
    segment_list_free(&list);
    close(fd);
    return whole == 0 ? 1100 : whole / (double)records;
}

/* Records a second. */
static double bare_loop(const struct plan *plan, const char *dir, size_t record, size_t batch)
{
    static char bytes[SEGMENT_BYTES];
    struct direct file = {.fd = -1};
    uint64_t n = 0, first = 0;
    int fd;
    made_must(record * batch < sizeof bytes && (mkdir(dir, 0700) == 0), dir);
    memset(bytes, 'r', sizeof bytes);
    int dirfd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    double before = cpu_us(getpid());
    int64_t began = made_ns(CLOCK_MONOTONIC), end = began + (int64_t)(plan->seconds * 1e9);
    while (made_ns(CLOCK_MONOTONIC) < end) {
        if (file.fd < 0 || file.at + record * batch > SEGMENT_BYTES) {
            direct_close(&file);
            made_must(gw_ok(segment_create(dirfd, first++, SEGMENT_BYTES, &fd)) &&
                          gw_ok(direct_open(&file, fd, 0)),
                      "segment");
        }
        made_must(gw_ok(direct_add(&file, slice_of(bytes, record * batch))), "write");
        made_must(fdatasync(file.fd) == 0, "fdatasync");
        n += batch;
    }
    double took = (double)(made_ns(CLOCK_MONOTONIC) - began) / 1e9;
    printf("%9s  bare loop  %9.0f %8.0f %8.1f\n", "", (double)n / took,
           (double)n / (double)batch / took, (cpu_us(getpid()) - before) / (double)n);
    direct_close(&file);
    close(dirfd);
    return (double)n / took;
}

static void check(const char *dir, uint64_t least)
{
    static const struct clock real;
    struct verify_report report;
    verify_run(dir, &(struct verify_options){.clock = &real}, &report);
    if (report.code == VERIFY_INTACT && report.records >= least && report.open == 0)
        return;
    fprintf(stderr, "the log is not what it should be: %d %s\n", report.code, report.reason);
    exit(1);
}

/* What was wished for, of many in flight: so many, or as many as the disk allows. */
static void say_share(double records, double bare)
{
    bool is_kept = records >= WISH || records >= bare * WISH_SHARE / 100;
    printf("%9s  %.0f %% of the bare loop; wished %d records/s or %d %%: %s\n", "",
           100 * records / bare, WISH, WISH_SHARE, is_kept ? "kept" : "missed");
}

/* How fast this machine is just now: neighbours make all figures larger, and this one as well. */
static double hash_us(void)
{
    static char bytes[HASH_BYTES];
    struct timespec before, after;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &before);
    for (size_t i = 0; i < HASHES; i++) {
        struct digest d = secret_sha256(slice_of(bytes, sizeof bytes));
        memcpy(bytes, d.at, sizeof d.at);
    }
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &after);
    double ns =
        (double)(after.tv_sec - before.tv_sec) * 1e9 + (double)(after.tv_nsec - before.tv_nsec);
    return ns / 1000 / HASHES;
}

/* An exchange has two records; what both sides spend on them. */
static void say_cpu(double record_us)
{
    double us = 2 * record_us;
    printf(
        "%9s  %.1f us of CPU an exchange, both sides; wished %d: %s (1 KiB is hashed in %.2f us)\n",
        "", us, WISH_CPU_US, us <= WISH_CPU_US ? "kept" : "missed", hash_us());
}

static void measure(const struct plan *plan)
{
    static struct worker w; /* large */
    char dir[PATH_MAX];
    int control[2], channel[2], status = 0;
    w = (struct worker){.plan = plan, .policy = secret_sha256(policy)};
    snprintf(dir, sizeof dir, "%s/%zu", plan->dir, plan->in_flight);
    w.times_us = calloc(TIMES_MAX, sizeof *w.times_us);
    buf_init(&w.packet, CHANNEL_PACKET_MAX);
    buf_init(&w.message, RECORD_MESSAGE_MAX);
    made_must(w.times_us != NULL && gw_ok(made_find(plan->bytes, w.find)) &&
                  gw_ok(channel_open(control)) && gw_ok(channel_open(channel)),
              "fd");
    pid_t pid = start_auditor(plan, dir, control[1]);
    made_must(gw_ok(channel_send_fd(control[0], CHANNEL_AUDIT, channel[1])), "channel");
    close(channel[1]);
    close(control[1]);
    w.fd = channel[0];
    wait_for_policy(&w); /* the log is open */
    double auditor = cpu_us(pid), own = cpu_us(getpid());
    double took = run_worker(&w), n = (double)w.acknowledged;
    own = cpu_us(getpid()) - own;
    auditor = cpu_us(pid) - auditor;
    made_must(gw_ok(channel_send_stop(control[0])) && waitpid(pid, &status, 0) == pid &&
                  status == 0,
              "auditor");
    check(dir, w.acknowledged);
    qsort(w.times_us, w.time_count, sizeof *w.times_us, order);
    printf("%9zu  auditor    %9.0f %8.0f %8.1f %8.1f  %7.2f %7.2f %7.2f\n", plan->in_flight,
           n / took, (double)w.wakes / took, auditor / n, own / n, percentile_ms(&w, 0.5),
           percentile_ms(&w, 0.99), percentile_ms(&w, 0.999));
    size_t batch = (size_t)(n / (double)w.wakes + 0.5), record = (size_t)frame_bytes(dir, 1);
    snprintf(dir, sizeof dir, "%s/%zu-bare", plan->dir, plan->in_flight);
    double bare = bare_loop(plan, dir, record, batch == 0 ? 1 : batch);
    printf("%9s  %zu bytes a record, %zu a batch\n", "", record, batch);
    say_share(n / took, bare);
    say_cpu((auditor + own) / n);
    buf_free(&w.packet);
    buf_free(&w.message);
    free(w.times_us);
    close(channel[0]);
    close(control[0]);
}

int main(int argc, char **argv)
{
    static const struct option words[] = {{"dir", required_argument, NULL, 'd'},
                                          {"seconds", required_argument, NULL, 's'},
                                          {"in-flight", required_argument, NULL, 'n'},
                                          {"bytes", required_argument, NULL, 'b'},
                                          {NULL, 0, NULL, 0}};
    static const size_t usual[] = {1, 8, 64, 256};
    struct plan plan = {.dir = "build/bench/records", .seconds = 3, .bytes = 1024};
    for (int c; (c = getopt_long(argc, argv, "", words, NULL)) != -1;) {
        if (c == 'd')
            plan.dir = optarg;
        else if (c == 's')
            plan.seconds = strtod(optarg, NULL);
        else if (c == 'n')
            plan.in_flight = (size_t)strtoul(optarg, NULL, 10);
        else if (c == 'b')
            plan.bytes = (size_t)strtoul(optarg, NULL, 10);
        else
            return 2;
    }
    made_must(plan.in_flight <= FLIGHT_MAX && plan.bytes <= 4000,
              "at most 4096 in flight, 4000 bytes");
    made_must(mkdir(plan.dir, 0700) == 0, plan.dir);
    setvbuf(stdout, NULL, _IOLBF, 0);
    printf("                                      CPU us a record      latency in ms\n"
           "in flight             records/s  syncs/s  auditor   worker      p50     p99   p99.9\n");
    size_t one = plan.in_flight;
    for (size_t i = 0; i < (one == 0 ? GW_COUNT(usual) : 1); i++) {
        plan.in_flight = one == 0 ? usual[i] : one;
        measure(&plan);
    }
    return 0;
}
