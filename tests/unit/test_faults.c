/* tests/unit/test_faults.c - each system call of the auditor fails in turn, and nothing that was
 * acknowledged is lost; each one of a verifier, and it never says that all is well.
 *
 * The auditor runs whole (audit/service.h) in a process of its own, the test is its worker and its
 * visitor. This program's own open, write, sync, rename ... stand in front of the library's: the
 * n-th of a kind fails, is interrupted, does half of it, or is the moment of a kill -9. A sync that
 * fails takes along what it should have kept, as a disk does: who believes one loses. A few of each
 * kind, and with BULLA_LONG=1 every single one; BULLA_SEED repeats a choice. */
#include "proxy/base/base.h"
#include "audit/channel.h"
#include "audit/door.h"
#include "audit/keyring.h"
#include "audit/scan.h"
#include "audit/service.h"
#include "audit/verify.h"
#include "proxy/base/log.h"
#include "tests/unit/log_rig.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum call {
    CALL_NONE = 0,
    CALL_OPEN,
    CALL_WRITE,
    CALL_PWRITE,
    CALL_FDATASYNC,
    CALL_FSYNC,
    CALL_SYNCFS,
    CALL_RENAME,
    CALL_MKDIR,
    CALL_UNLINK,
    CALL_READ, /* from here on: of a verifier */
    CALL_PREAD,
    CALL_READDIR,
    CALLS
};
enum how { HOW_NONE = 0, HOW_EIO, HOW_ENOSPC, HOW_EINTR, HOW_SHORT, HOW_KILL, HOWS };

static const char *const call_words[] = {"none",  "open",   "write",  "pwrite", "fdatasync",
                                         "fsync", "syncfs", "rename", "mkdir",  "unlink",
                                         "read",  "pread",  "readdir"};
static const char *const how_words[] = {"none", "EIO", "ENOSPC", "EINTR", "half of it", "SIGKILL"};

/* Seen by both processes. */
struct plan {
    enum call call;
    enum how how;
    unsigned when;    /* the n-th of that call, from 1 */
    unsigned adrift;  /* and this write of the writer's own: from there on it goes on in `spare`;
                       * 0: none */
    unsigned written; /* by the writer's thread, which is the auditor's first */
    bool is_careless; /* what fails says that it did not: the negative control */
    bool has_struck;
    unsigned seen[CALLS];
};

/* Bytes as they were before a write that no sync has kept yet. */
struct before {
    dev_t dev;
    ino_t ino;
    int fd;
    off_t at, size;
    size_t len;
    char *bytes;
};

enum { BEFORES = 4096, OWED = 64 };

/* A file that lost something in a sync of all: Linux tells that also who syncs the file next. */
struct owed {
    dev_t dev;
    ino_t ino;
};

static struct plan *plan;
static bool is_armed; /* of this process */
static struct before befores[BEFORES];
static size_t before_count;
static struct owed owed[OWED];
static size_t owed_count;
static bool is_losing; /* a sync of all: what is unsynced behind the next write */
static pthread_mutex_t guard = PTHREAD_MUTEX_INITIALIZER;
static char spare[112]; /* another directory to go on in; empty: there is none */
static struct clock hands = {.fake = true, .mono_ns = 5000000000, .wall_us = 1790000000000000};

/* In the auditor a failed assertion of the rig is a crash, not the next test. */
static void must(bool is_so)
{
    if (!is_so)
        abort();
}

/* --- in place of the library's ---------------------------------------------------------------- */

static bool strikes(enum call call)
{
    if (!is_armed || __atomic_add_fetch(&plan->seen[call], 1, __ATOMIC_RELAXED) != plan->when ||
        plan->call != call)
        return false;
    plan->has_struck = true;
    if (plan->how == HOW_KILL)
        kill(getpid(), SIGKILL);
    errno = plan->how == HOW_EIO ? EIO : plan->how == HOW_ENOSPC ? ENOSPC : EINTR;
    return true;
}

int openat(int at, const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    unsigned mode = (flags & O_CREAT) != 0 ? va_arg(more, unsigned) : 0;
    va_end(more);
    return strikes(CALL_OPEN) ? -1 : (int)syscall(SYS_openat, at, path, flags, mode);
}

int open(const char *path, int flags, ...)
{
    va_list more;
    va_start(more, flags);
    unsigned mode = (flags & O_CREAT) != 0 ? va_arg(more, unsigned) : 0;
    va_end(more);
    return strikes(CALL_OPEN) ? -1 : (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* What a write is about to change is remembered until a sync; under the guard. */
static void remember(int fd, off_t at, size_t len)
{
    struct stat st;
    char path[40];
    if (!is_armed || fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return;
    must(before_count < BEFORES);
    struct before *b = &befores[before_count++];
    *b = (struct before){
        .dev = st.st_dev, .ino = st.st_ino, .at = at, .size = st.st_size, .len = len};
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    b->fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR | O_CLOEXEC, 0);
    b->bytes = calloc(1, len + 1);
    must(b->fd >= 0 && b->bytes != NULL);
    (void)!syscall(SYS_pread64, b->fd, b->bytes, len, at);
}

static void owe(const struct before *b)
{
    for (size_t i = 0; i < owed_count; i++)
        if (owed[i].dev == b->dev && owed[i].ino == b->ino)
            return;
    must(owed_count < OWED);
    owed[owed_count++] = (struct owed){b->dev, b->ino};
}

/* Once. */
static bool is_owed(int fd)
{
    struct stat st;
    bool is = false;
    if (!is_armed || fstat(fd, &st) != 0)
        return false;
    pthread_mutex_lock(&guard);
    for (size_t i = owed_count; i-- > 0;)
        if (owed[i].dev == st.st_dev && owed[i].ino == st.st_ino) {
            owed[i] = owed[--owed_count];
            is = true;
        }
    pthread_mutex_unlock(&guard);
    return is;
}

/* Those of the file (-1: of all) are kept, or are lost as if they had never been written. */
static void forget(int fd, bool is_lost)
{
    struct stat st = {0};
    size_t left = 0;
    if (!is_armed || (fd >= 0 && fstat(fd, &st) != 0))
        return;
    pthread_mutex_lock(&guard);
    for (size_t i = before_count; i-- > 0;) {
        struct before *b = &befores[i];
        if (fd >= 0 && (b->dev != st.st_dev || b->ino != st.st_ino))
            continue;
        if (is_lost) {
            must(syscall(SYS_pwrite64, b->fd, b->bytes, b->len, b->at) == (long)b->len);
            must(ftruncate(b->fd, b->size) == 0);
            if (fd < 0)
                owe(b);
        }
        syscall(SYS_close, b->fd);
        free(b->bytes);
        b->bytes = NULL;
    }
    for (size_t i = 0; i < before_count; i++)
        if (befores[i].bytes != NULL)
            befores[left++] = befores[i];
    before_count = left;
    pthread_mutex_unlock(&guard);
}

static ssize_t some_written(int fd, const void *at, size_t n, off_t where, enum call call)
{
    size_t half = n / 2 >= 512 ? n / 2 / 512 * 512 : n / 2;
    bool struck = strikes(call), is_half = struck && plan->how == HOW_SHORT && half > 0;
    if (struck && !is_half && plan->how != HOW_SHORT)
        return plan->is_careless ? (ssize_t)n : -1;
    pthread_mutex_lock(&guard); /* a write is lost whole or not at all */
    if (where >= 0)
        remember(fd, where, n);
    else if (is_armed)
        remember(fd, lseek(fd, 0, SEEK_CUR), n);
    long done = where >= 0 ? syscall(SYS_pwrite64, fd, at, is_half ? half : n, where)
                           : syscall(SYS_write, fd, at, is_half ? half : n);
    pthread_mutex_unlock(&guard);
    if (__atomic_exchange_n(&is_losing, false, __ATOMIC_SEQ_CST))
        forget(-1, true);
    return is_half && plan->is_careless ? (ssize_t)n : (ssize_t)done;
}

ssize_t write(int fd, const void *at, size_t n)
{
    return fd <= 2 ? (ssize_t)syscall(SYS_write, fd, at, n)
                   : some_written(fd, at, n, -1, CALL_WRITE);
}

ssize_t pwrite(int fd, const void *at, size_t n, off_t where)
{
    /* spare segments and tiles are written by threads of their own */
    if (is_armed && gettid() == getpid() && ++plan->written == plan->adrift) {
        errno = EIO;
        return -1;
    }
    return some_written(fd, at, n, where, CALL_PWRITE);
}

/* What is unsynced of all files is lost: behind the next write of another thread, if one comes. */
static void lose_all(void)
{
    __atomic_store_n(&is_losing, true, __ATOMIC_SEQ_CST);
    for (unsigned i = 0; i < 50 && __atomic_load_n(&is_losing, __ATOMIC_SEQ_CST); i++)
        usleep(1000);
    if (__atomic_exchange_n(&is_losing, false, __ATOMIC_SEQ_CST))
        forget(-1, true);
}

/* EIO and ENOSPC: what was to be kept is gone. EINTR: it is not yet kept. */
static int synced(int fd, int of, enum call call, long number)
{
    if (!strikes(call)) {
        int r = (int)syscall(number, fd);
        forget(of, false);
        if (of < 0 || !is_owed(fd))
            return r;
        errno = EIO;
        return -1;
    }
    int why = errno;
    if (plan->how != HOW_EINTR && of < 0)
        lose_all();
    else if (plan->how != HOW_EINTR)
        forget(of, true);
    errno = why;
    return plan->is_careless ? 0 : -1;
}

/* Of the segment: the writer's thread syncs nothing else so. It is what moves the log's clock. */
int fdatasync(int fd)
{
    if (gettid() != getpid())
        return synced(fd, fd, CALL_FSYNC, SYS_fdatasync);
    if (is_armed) {
        hands.mono_ns += 400000000;
        hands.wall_us += 400000;
    }
    return synced(fd, fd, CALL_FDATASYNC, SYS_fdatasync);
}

int fsync(int fd)
{
    return synced(fd, fd, CALL_FSYNC, SYS_fsync);
}

int syncfs(int fd)
{
    return synced(fd, -1, CALL_SYNCFS, SYS_syncfs);
}

int renameat(int from, const char *old, int to, const char *fresh)
{
    return strikes(CALL_RENAME) ? -1 : (int)syscall(SYS_renameat, from, old, to, fresh);
}

int mkdirat(int at, const char *path, mode_t mode)
{
    return strikes(CALL_MKDIR) ? -1 : (int)syscall(SYS_mkdirat, at, path, mode);
}

int mkdir(const char *path, mode_t mode)
{
    return mkdirat(AT_FDCWD, path, mode);
}

int unlinkat(int at, const char *path, int flags)
{
    return strikes(CALL_UNLINK) ? -1 : (int)syscall(SYS_unlinkat, at, path, flags);
}

ssize_t read(int fd, void *at, size_t n)
{
    bool struck = strikes(CALL_READ);
    if (struck && plan->how != HOW_SHORT)
        return -1;
    return (ssize_t)syscall(SYS_read, fd, at, struck && n > 1 ? n / 2 : n);
}

ssize_t pread(int fd, void *at, size_t n, off_t where)
{
    bool struck = strikes(CALL_PREAD);
    if (struck && plan->how != HOW_SHORT)
        return -1;
    return (ssize_t)syscall(SYS_pread64, fd, at, struck && n > 1 ? n / 2 : n, where);
}

struct dirent *readdir(DIR *d)
{
    return strikes(CALL_READDIR) ? NULL : (struct dirent *)readdir64(d);
}

/* --- the worker ------------------------------------------------------------------------------- */

enum { ROUNDS = 12, ACKED = 256, WAIT_MS = 20000, ADRIFT_AT = 9 };

struct acked {
    uint64_t seq;
    char xid[37];
};

struct worker {
    int fd, control;
    bool is_alone; /* the auditor is gone */
    uint64_t tickets;
    struct acked acked[ACKED]; /* records that it was told are durable */
    size_t count;
    struct secret_pool pool;
    struct digest policy;
    bool has_policy, is_hung;
};

/* Sends a packet and waits for so many answers, which come in the order of their messages. */
static void exchange(struct worker *w, struct buf *packet, struct channel_ack *acks, size_t want)
{
    size_t have = 0;
    if (!gw_ok(channel_send(w->fd, buf_slice(packet))))
        w->is_alone = true;
    while (have < want && !w->is_alone) {
        struct channel_ack some[CHANNEL_ACKS];
        struct pollfd wait = {.fd = w->fd, .events = POLLIN};
        size_t n = 0;
        if (poll(&wait, 1, WAIT_MS) != 1) {
            w->is_hung = w->is_alone = true;
            break;
        }
        gw_result r = channel_receive(w->fd, some, CHANNEL_ACKS, &n);
        w->is_alone = r.code == GW_UNAVAILABLE;
        for (size_t i = 0; i < n && have < want; i++)
            if (some[i].ticket != 0) /* nobody waits for those of keys */
                acks[have++] = some[i];
    }
    for (; have < want; have++)
        acks[have].ok = false;
}

static void add_record(struct worker *w, struct buf *packet, const struct audit_record *rec)
{
    struct buf message;
    buf_init(&message, RECORD_MESSAGE_MAX);
    assert_true(gw_ok(record_encode(rec, &message)));
    assert_true(gw_ok(channel_pack(packet, ++w->tickets, buf_slice(&message))));
    buf_free(&message);
}

static void keep_acked(struct worker *w, const struct audit_record *rec,
                       const struct channel_ack *ack)
{
    if (!ack->ok)
        return;
    assert_true(w->count < ACKED);
    w->acked[w->count].seq = ack->seq;
    memcpy(w->acked[w->count++].xid, rec->xid, sizeof rec->xid);
}

/* Keys of a payload's unit, of a fresh epoch each. */
static void add_keys(struct buf *packet, unsigned round)
{
    char epoch[RECORD_EPOCH + 1];
    struct buf message;
    buf_init(&message, 4096);
    snprintf(epoch, sizeof epoch, "2026112820-%016x", round);
    for (unsigned unit = 0; unit < 3; unit++) {
        char id[9];
        snprintf(id, sizeof id, "unit%04u", unit);
        const struct keyring_item item = {
            .epoch = slice_str(epoch),
            .envelope = unit == 0 ? SLICE_LIT("age-encryption.org/v1\nnobody's\n") : SLICE_LIT(""),
            .unit = slice_str(id),
            .wrapped = SLICE_LIT("0123456789012345678901234567890123456789")};
        assert_true(gw_ok(keyring_put(&message, &item)));
    }
    assert_true(gw_ok(channel_pack_keys(packet, buf_slice(&message))));
    buf_free(&message);
}

/* Some exchanges: their begins, then their ends. */
static void one_round(struct worker *w, unsigned round)
{
    struct audit_record rec[3] = {{.type = RECORD_NONE}};
    struct channel_ack acks[3];
    struct buf packet;
    size_t n = 1 + round % 3, ends = 0;
    static char
        long_text[6000]; /* over more than one block: the next write does not mend this one */
    snprintf(long_text, sizeof long_text, "{\"ua\":\"%05990d\"}", 7);
    buf_init(&packet, CHANNEL_PACKET_MAX);
    if (round % 4 == 2)
        add_keys(&packet, round);
    for (size_t i = 0; i < n; i++) {
        rec[i] = (struct audit_record){.type = RECORD_EXCHANGE_BEGIN, .dec = RECORD_ALLOWED};
        if (w->has_policy)
            rec[i].pol = w->policy;
        rec[i].groups[GROUP_WHO] = SLICE_LIT("{\"app\":\"faults\",\"tenant\":\"t\"}");
        rec[i].groups[GROUP_NET] = slice_str(long_text);
        record_xid((int64_t)w->tickets, &w->pool, rec[i].xid);
        add_record(w, &packet, &rec[i]);
    }
    exchange(w, &packet, acks, n);
    buf_clear(&packet);
    for (size_t i = 0; i < n; i++) {
        keep_acked(w, &rec[i], &acks[i]);
        if (!acks[i].ok)
            continue;
        rec[ends] = rec[i];
        rec[ends].type = RECORD_EXCHANGE_END;
        rec[ends].has_ref = true;
        rec[ends].ref = acks[i].seq;
        rec[ends].out = "ok";
        add_record(w, &packet, &rec[ends++]);
    }
    if (ends > 0)
        exchange(w, &packet, acks, ends);
    for (size_t i = 0; i < ends; i++)
        keep_acked(w, &rec[i], &acks[i]);
    buf_free(&packet);
}

/* Somebody comes by the door: with what people do, and once for another key. */
static void visit(struct worker *w, enum record_type type)
{
    struct audit_record rec = {.type = type};
    struct channel_ack ack = {.ok = false};
    struct buf message;
    int fd = -1;
    buf_init(&message, RECORD_MESSAGE_MAX);
    record_xid((int64_t)++w->tickets, &w->pool, rec.xid);
    assert_true(gw_ok(record_encode(&rec, &message)));
    if (gw_ok(door_visit(dir, &fd)) && gw_ok(door_ask(fd, buf_slice(&message), &ack)) &&
        type != RECORD_KEY_ROTATE)
        keep_acked(w, &rec, &ack);
    if (fd >= 0)
        close(fd);
    buf_free(&message);
}

static void send_policy(struct worker *w)
{
    const struct slice bundle = SLICE_LIT("rules: []\n");
    struct channel_ack ack = {.ok = false};
    struct pollfd wait = {.fd = w->fd, .events = POLLIN};
    size_t n = 0;
    struct channel_ack some[CHANNEL_ACKS];
    if (!gw_ok(channel_send_policy(w->fd, ++w->tickets, bundle)) || poll(&wait, 1, WAIT_MS) != 1 ||
        !gw_ok(channel_receive(w->fd, some, CHANNEL_ACKS, &n)) || n != 1) {
        w->is_alone = true;
        return;
    }
    ack = some[0];
    w->has_policy = ack.ok;
    w->policy = secret_sha256(bundle);
}

static void work(struct worker *w)
{
    send_policy(w);
    for (unsigned round = 0; round < ROUNDS && !w->is_alone; round++) {
        one_round(w, round);
        if (round == 4)
            visit(w, RECORD_REVIEW_READ);
        if (round == 7)
            visit(w, RECORD_KEY_ROTATE);
    }
}

/* Sends what is in the packet and waits for its answer: how often the segment was synced for it. */
static unsigned syncs_of(struct worker *w, struct buf *packet, struct channel_ack *acks,
                         size_t want)
{
    unsigned before = __atomic_load_n(&plan->seen[CALL_FDATASYNC], __ATOMIC_SEQ_CST);
    exchange(w, packet, acks, want);
    buf_clear(packet);
    for (size_t i = 0; i < want; i++)
        assert_true(acks[i].ok);
    return __atomic_load_n(&plan->seen[CALL_FDATASYNC], __ATOMIC_SEQ_CST) - before;
}

/* One exchange after the other, then three of which all begin at once. */
static void wait_for_syncs(struct worker *w)
{
    struct audit_record rec;
    struct channel_ack acks[3];
    struct buf packet;
    buf_init(&packet, CHANNEL_PACKET_MAX);
    send_policy(w); /* the log is open */
    for (unsigned i = 0; i < 20; i++) {
        rec = (struct audit_record){.type = RECORD_EXCHANGE_BEGIN};
        record_xid((int64_t)i, &w->pool, rec.xid);
        add_record(w, &packet, &rec);
        assert_int_equal(syncs_of(w, &packet, acks, 1), 1);
        rec.type = RECORD_EXCHANGE_END;
        rec.has_ref = true;
        rec.ref = acks[0].seq;
        rec.out = "ok";
        add_record(w, &packet, &rec);
        assert_int_equal(syncs_of(w, &packet, acks, 1), 1);
    }
    for (unsigned i = 0; i < 3; i++) {
        rec = (struct audit_record){.type = RECORD_EXCHANGE_BEGIN};
        record_xid((int64_t)i, &w->pool, rec.xid);
        add_record(w, &packet, &rec);
    }
    assert_int_equal(syncs_of(w, &packet, acks, 3), 1);
    buf_free(&packet);
}

/* --- the auditor ------------------------------------------------------------------------------ */

static struct audit_log *opened(char *reason, size_t size)
{
    struct audit_log *log = NULL;
    const struct audit_settings settings = {.origin = "bulla.example/faults",
                                            .segment_bytes = 64 * 1024,
                                            .spare_dir = spare[0] == '\0' ? NULL : spare,
                                            .clock = &hands};
    return gw_ok(rig_try(settings, reason, size, &log)) ? log : NULL;
}

/* How an auditor ends by itself; a sanitizer's report ends otherwise, with 1. */
enum { EXIT_STOPPED = 0, EXIT_POISONED = 8, EXIT_SHUT = 9 };

/* What the last auditor complained of. */
static int said(int flags)
{
    char path[96];
    snprintf(path, sizeof path, "%s/said", base);
    return open(path, flags | O_CLOEXEC, 0600);
}

static void show_what_it_said(void)
{
    char some[4096];
    int fd = said(O_RDONLY);
    for (ssize_t n; fd >= 0 && (n = read(fd, some, sizeof some)) > 0;)
        fwrite(some, 1, (size_t)n, stderr);
    if (fd >= 0)
        close(fd);
}

static int serve(int control)
{
    static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGSYS, SIGABRT};
    char reason[256] = "";
    for (size_t i = 0; i < GW_COUNT(crashes); i++)
        signal(crashes[i], SIG_DFL); /* cmocka would go on with the next test */
    int complaints = said(O_WRONLY | O_CREAT | O_TRUNC);
    if (complaints >= 0)
        dup2(complaints, 2); /* as it should */
    is_armed = true;
    struct audit_log *log = opened(reason, sizeof reason);
    if (log == NULL)
        return EXIT_SHUT;
    return service_run(log, control, door_open(dir)) == 0 ? EXIT_STOPPED : EXIT_POISONED;
}

enum ending { ENDS, HANGS, CRASHES };

/* Of a waited-for auditor; a kill of the plan's is an end, a sanitizer's exit code is none. */
static enum ending ending_by(int status)
{
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGKILL && plan->how == HOW_KILL && plan->has_struck ? ENDS
                                                                                        : CRASHES;
    int code = WEXITSTATUS(status);
    return code == EXIT_STOPPED || code == EXIT_POISONED || code == EXIT_SHUT ? ENDS : CRASHES;
}

/* The auditor's end, which is waited for. */
static enum ending ending_of(pid_t child)
{
    int status = 0;
    pid_t gone = 0;
    for (int i = 0; i < WAIT_MS && (gone = waitpid(child, &status, WNOHANG)) == 0; i++)
        usleep(1000);
    if (gone == 0) {
        kill(child, SIGKILL);
        waitpid(child, &status, 0);
        return HANGS;
    }
    assert_int_equal(gone, child);
    enum ending ending = ending_by(status);
    if (ending == CRASHES)
        show_what_it_said();
    return ending;
}

/* An auditor that meets the plan, and what its worker was told. */
static enum ending live_with(struct worker *w, void (*what)(struct worker *w))
{
    int control[2], channel[2];
    *w = (struct worker){.fd = -1};
    memset(plan->seen, 0, sizeof plan->seen);
    plan->written = 0;
    plan->has_struck = false;
    assert_true(gw_ok(channel_open(control)) && gw_ok(channel_open(channel)));
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        close(control[0]);
        close(channel[0]);
        close(channel[1]);
        _exit(serve(control[1]));
    }
    close(control[1]);
    bool is_given = gw_ok(channel_send_fd(control[0], CHANNEL_AUDIT, channel[1]));
    close(channel[1]);
    w->fd = channel[0];
    if (is_given)
        what(w);
    (void)!gw_ok(channel_send_stop(control[0]));
    enum ending ending = ending_of(child);
    close(channel[0]);
    close(control[0]);
    return ending == ENDS && w->is_hung ? HANGS : ending;
}

static enum ending live(struct worker *w)
{
    return live_with(w, work);
}

/* --- the judge -------------------------------------------------------------------------------- */

struct search {
    const struct worker *worker;
    size_t found;
};

static gw_result see(void *search, const struct segment_frame *frame)
{
    struct search *s = search;
    for (size_t i = 0; i < s->worker->count; i++)
        if (s->worker->acked[i].seq == frame->seq &&
            slice_find(frame->leaf, slice_str(s->worker->acked[i].xid)) != SIZE_MAX)
            s->found++;
    return gw_is(GW_OK);
}

static size_t found_of(const struct worker *w)
{
    struct search s = {.worker = w};
    struct scan_end end;
    int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0 || !gw_ok(scan_walk(at, 0, see, &s, &end)))
        s.found = 0;
    close(at);
    return s.found;
}

/* What is wrong after an auditor's life; "" when nothing is. The next one opens the log first. */
static void judge(const struct worker *w, char *why, size_t size)
{
    char reason[256] = "";
    struct verify_report report;
    const struct verify_options options = {.clock = &hands};
    *why = '\0';
    verify_run(dir, &options, &report);
    if (report.code == VERIFY_TAMPERED) { /* nobody has had a hand in it, and it must not look so */
        snprintf(why, size, "as it was left: %s", report.reason);
        return;
    }
    struct audit_log *log = opened(reason, sizeof reason);
    if (log == NULL) {
        snprintf(why, size, "the log does not open: %s", reason);
        return;
    }
    audit_log_close(log);
    verify_run(dir, &options, &report);
    size_t found = found_of(w);
    bool is_fine = report.code == VERIFY_INTACT ||
                   (report.code == VERIFY_INCOMPLETE && strstr(report.reason, "unknown") != NULL);
    if (found != w->count)
        snprintf(why, size, "%zu of %zu acknowledged records are lost", w->count - found, w->count);
    else if (!is_fine)
        snprintf(why, size, "verify: %d, %s", (int)report.code, report.reason);
}

static void clear(void)
{
    char path[160];
    rig_remove(dir);
    if (spare[0] != '\0') {
        rig_remove(spare);
        assert_int_equal(mkdir(spare, 0700), 0);
    }
    for (unsigned i = 0; i < 3; i++) {
        snprintf(path, sizeof path, "%s.pem%s", dir, i == 0 ? "" : i == 1 ? ".signed" : ".next");
        (void)remove(path);
    }
}

/* One life with one fault. */
static void try(enum call call, enum how how, unsigned when, char *why, size_t size)
{
    struct worker w;
    clear();
    plan->call = call;
    plan->how = how;
    plan->when = when;
    enum ending ending = live(&w);
    if (ending == ENDS)
        judge(&w, why, size);
    else
        snprintf(why, size, "the auditor %s", ending == HANGS ? "hangs" : "crashes");
}

static bool may_be(enum call call, enum how how)
{
    return how != HOW_SHORT || call == CALL_WRITE || call == CALL_PWRITE;
}

static unsigned some(unsigned of)
{
    static unsigned seed;
    const char *given = getenv("BULLA_SEED");
    if (seed == 0) {
        seed = given != NULL ? (unsigned)atoi(given) : (unsigned)time(NULL);
        print_message("BULLA_SEED=%u\n", seed);
    }
    seed = seed * 1103515245u + 12345u;
    return (seed >> 8) % of;
}

/* --- what is held ----------------------------------------------------------------------------- */

static void without_a_fault_all_is_kept(void **state)
{
    struct worker w;
    char why[300];
    (void)state;
    plan->call = CALL_NONE;
    assert_int_equal(live(&w), ENDS);
    judge(&w, why, sizeof why);
    assert_string_equal(why, "");
    assert_true(w.count > 2 * ROUNDS && !w.is_alone && w.has_policy);
    for (enum call c = CALL_OPEN; c < CALL_READ; c++)
        /* the first only when something went wrong, the other only for many tiles (test_later) */
        if (plan->seen[c] == 0 && c != CALL_UNLINK && c != CALL_SYNCFS)
            fail_msg("no %s was seen: the rig does not stand in front of it", call_words[c]);
}

/* What a record adds to its exchange: one sync, whatever else the auditor does, and no fewer. */
static void a_record_waits_for_one_sync(void **state)
{
    struct worker w;
    (void)state;
    plan->call = CALL_NONE;
    clear();
    assert_int_equal(live_with(&w, wait_for_syncs), ENDS);
}

/* A fault at each call, or at some of each kind. */
static void no_fault_loses_what_was_acknowledged(void **state)
{
    const bool is_long = getenv("BULLA_LONG") != NULL;
    unsigned counts[CALLS], lives = 0, struck = 0, bad = 0;
    struct worker w;
    char why[300];
    (void)state;
    plan->call = CALL_NONE;
    clear();
    assert_int_equal(live(&w), ENDS);
    memcpy(counts, plan->seen, sizeof counts);
    for (enum call c = CALL_OPEN; c < CALL_READ; c++)
        for (enum how h = HOW_EIO; h < HOWS; h++)
            for (unsigned i = 0; may_be(c, h) && i < (is_long || counts[c] == 0 ? counts[c] : 2);
                 i++) {
                unsigned when = is_long ? i + 1 : 1 + some(counts[c]);
                try(c, h, when, why, sizeof why);
                lives++;
                struck += plan->has_struck;
                if (why[0] == '\0')
                    continue;
                bad++;
                print_error("%s number %u, %s: %s\n", call_words[c], when, how_words[h], why);
            }
    print_message("%u lives, %u faults met, %u bad\n", lives, struck, bad);
    assert_int_equal(bad, 0);
    assert_true(struck > lives * 3 / 4);
}

/* One life whose disk fails at its ninth write, and which meets the fault elsewhere; or, for
 * `is_way_home`, one without, and then one that meets it while it takes its segments home. */
static void try_adrift(const struct plan *with, bool is_way_home, char *why, size_t size)
{
    struct worker w, nobody;
    clear();
    *plan = (struct plan){.adrift = ADRIFT_AT};
    if (!is_way_home) {
        *plan = *with;
        plan->adrift = ADRIFT_AT;
    }
    enum ending ending = live(&w);
    bool has_struck = plan->has_struck;
    if (is_way_home && ending == ENDS) {
        *plan = *with;
        ending = live_with(&nobody, send_policy);
        has_struck = plan->has_struck;
    }
    plan->adrift = 0;
    if (ending == ENDS)
        judge(&w, why, size);
    else
        snprintf(why, size, "the auditor %s", ending == HANGS ? "hangs" : "crashes");
    plan->has_struck = has_struck;
}

/* How often each call is made, without another fault. */
static void count_adrift(bool is_way_home, unsigned counts[CALLS])
{
    char why[300];
    const struct plan none = {.call = CALL_NONE};
    try_adrift(&none, is_way_home, why, sizeof why);
    assert_string_equal(why, "");
    memcpy(counts, plan->seen, sizeof plan->seen);
}

static void no_fault_in_the_spare_directory_loses_anything(void **state)
{
    const bool is_long = getenv("BULLA_LONG") != NULL;
    unsigned counts[CALLS], lives = 0, struck = 0, bad = 0;
    char why[300];
    (void)state;
    snprintf(spare, sizeof spare, "%s/spare", base);
    for (int home = 0; home < 2; home++) {
        count_adrift(home == 1, counts);
        for (enum call c = CALL_OPEN; c < CALL_READ; c++)
            for (enum how h = HOW_EIO; h < HOWS; h++)
                for (unsigned i = 0;
                     may_be(c, h) && i < (is_long || counts[c] == 0 ? counts[c] : 1); i++) {
                    const struct plan with = {
                        .call = c, .how = h, .when = is_long ? i + 1 : 1 + some(counts[c])};
                    try_adrift(&with, home == 1, why, sizeof why);
                    lives++;
                    struck += plan->has_struck;
                    if (why[0] == '\0')
                        continue;
                    bad++;
                    print_error("%s: %s number %u, %s: %s\n", home == 1 ? "home" : "away",
                                call_words[c], with.when, how_words[h], why);
                }
    }
    spare[0] = '\0';
    print_message("%u lives, %u faults met, %u bad\n", lives, struck, bad);
    assert_int_equal(bad, 0);
    assert_true(struck > lives / 2);
}

/* The rig sees a loss where there must be one: a sync that lies, and a write that did half. */
static void who_believes_a_failed_call_does_lose(void **state)
{
    const bool is_long = getenv("BULLA_LONG") != NULL;
    unsigned lost = 0, halves = 0, away = 0, stride = is_long ? 1 : 5, lies = 0, parts = 0;
    struct worker w;
    char why[300];
    (void)state;
    plan->call = CALL_NONE;
    clear();
    assert_int_equal(live(&w), ENDS);
    unsigned syncs = plan->seen[CALL_FDATASYNC], writes = plan->seen[CALL_PWRITE];
    plan->is_careless = true;
    for (unsigned i = 1 + syncs / 4; i <= syncs; i += stride) {
        try(CALL_FDATASYNC, HOW_EIO, i, why, sizeof why);
        lost += why[0] != '\0';
        lies++;
    }
    for (unsigned i = 1 + writes / 4; i <= writes; i += stride) {
        try(CALL_PWRITE, HOW_SHORT, i, why, sizeof why);
        halves += why[0] != '\0';
        parts++;
    }
    plan->is_careless = false;
    print_message("careless: %u of %u syncs and %u of %u writes lost something\n", lost, lies,
                  halves, parts);
    assert_true(lost >= 3 && halves >= 1);
    snprintf(spare, sizeof spare, "%s/spare", base);
    for (unsigned i = ADRIFT_AT + 2; i <= ADRIFT_AT + 8; i += 2) { /* and away from home */
        const struct plan lie = {
            .call = CALL_FDATASYNC, .how = HOW_EIO, .when = i, .is_careless = true};
        try_adrift(&lie, false, why, sizeof why);
        away += why[0] != '\0';
    }
    spare[0] = '\0';
    plan->is_careless = false;
    assert_true(away >= 1);
}

/* --- a verifier ------------------------------------------------------------------------------- */

static enum verify_code verified(void)
{
    struct verify_report report;
    const struct verify_options options = {.clock = &hands};
    memset(plan->seen, 0, sizeof plan->seen);
    plan->has_struck = false;
    is_armed = true;
    verify_run(dir, &options, &report);
    is_armed = false;
    return report.code;
}

/* Whatever cannot be read was not checked, and is not called intact. */
static void a_verifier_that_cannot_read_says_so(void **state)
{
    static const enum call calls[] = {CALL_OPEN, CALL_READ, CALL_PREAD, CALL_READDIR};
    struct worker w;
    unsigned counts[CALLS], tried = 0;
    (void)state;
    plan->call = CALL_NONE;
    clear();
    assert_int_equal(live(&w), ENDS);
    assert_int_equal(verified(), VERIFY_INTACT);
    memcpy(counts, plan->seen, sizeof counts);
    for (size_t i = 0; i < GW_COUNT(calls); i++)
        for (unsigned when = 1; when <= counts[calls[i]]; when++) {
            *plan = (struct plan){.call = calls[i], .how = HOW_EIO, .when = when};
            enum verify_code code = verified();
            if (code != VERIFY_ERROR || !plan->has_struck)
                fail_msg("%s number %u failed, and the answer is %d", call_words[calls[i]], when,
                         (int)code);
            tried++;
            if (calls[i] == CALL_OPEN || calls[i] == CALL_READDIR)
                continue;
            plan->how = HOW_EINTR; /* and what is only interrupted is read again */
            assert_int_equal(verified(), VERIFY_INTACT);
            plan->how = HOW_SHORT;
            assert_int_equal(verified(), VERIFY_INTACT);
        }
    print_message("%u calls of a verifier failed\n", tried);
    assert_true(tried > 30);
}

static int begin(void **state)
{
    plan = mmap(NULL, sizeof *plan, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(plan != MAP_FAILED);
    memset(plan, 0, sizeof *plan);
    log_init(LOG_SILENT, "test", STDERR_FILENO);
    return rig_memory(state);
}

static int end(void **state)
{
    munmap(plan, sizeof *plan);
    return rig_gone(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(without_a_fault_all_is_kept, begin, end),
        cmocka_unit_test_setup_teardown(a_record_waits_for_one_sync, begin, end),
        cmocka_unit_test_setup_teardown(no_fault_loses_what_was_acknowledged, begin, end),
        cmocka_unit_test_setup_teardown(no_fault_in_the_spare_directory_loses_anything, begin, end),
        cmocka_unit_test_setup_teardown(who_believes_a_failed_call_does_lose, begin, end),
        cmocka_unit_test_setup_teardown(a_verifier_that_cannot_read_says_so, begin, end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
