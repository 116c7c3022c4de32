/* tests/unit/test_seal.c - proxy/main/seal.h and landlock.h: a process that seals itself, and then
 * tries to get out. Each attempt is a child of its own: it is killed, or its call fails. */
#include "proxy/base/base.h"
#include "proxy/main/seal.h"
#include "proxy/base/log.h"
#include "proxy/net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netdb.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

enum { KILLED = 0, FAILS = 41, WORKS = 42, UNSEALED = 43 };

struct attempt {
    const char *name;
    bool (*act)(void); /* true: it worked */
    int expected;
};

static bool runs_a_program(void)
{
    char *const none[] = {NULL};
    return execve("/bin/true", none, none) == 0;
}
static bool runs_a_program_at(void)
{
    return syscall(SYS_execveat, AT_FDCWD, "/bin/true", NULL, NULL, 0) == 0;
}
static bool forks(void)
{
    return fork() >= 0;
}
static bool opens_a_file(void)
{
    return open("/etc/passwd", O_RDONLY) >= 0;
}
static bool opens_the_old_way(void)
{
    return syscall(SYS_openat, AT_FDCWD, "/proc/self/mem", O_RDWR) >= 0;
}
static bool makes_a_file(void)
{
    return open("/tmp/bulla-escaped", O_WRONLY | O_CREAT, 0600) >= 0;
}
static bool makes_a_folder(void)
{
    return syscall(SYS_mkdirat, AT_FDCWD, "/tmp/bulla-escaped-dir", 0700) == 0;
}
static bool traces(void)
{
    return ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0;
}
static bool reads_another(void)
{
    char at[8];
    struct iovec v = {at, sizeof at};
    return syscall(SYS_process_vm_readv, getppid(), &v, 1, &v, 1, 0) >= 0;
}
static bool signals_another(void)
{
    return kill(getppid(), 0) == 0;
}
static bool opens_netlink(void)
{
    return socket(AF_NETLINK, SOCK_RAW, 0) >= 0;
}
static bool opens_udp(void)
{
    return socket(AF_INET, SOCK_DGRAM, 0) >= 0;
}
static bool opens_unix(void)
{
    return socket(AF_UNIX, SOCK_STREAM, 0) >= 0;
}
static bool opens_raw(void)
{
    return socket(AF_INET6, SOCK_RAW, 1) >= 0;
}
static bool maps_code(void)
{
    return mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0) != MAP_FAILED;
}
static bool turns_bytes_into_code(void)
{
    void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return at != MAP_FAILED && mprotect(at, 4096, PROT_READ | PROT_EXEC) == 0;
}
static bool makes_a_file_of_memory(void)
{
    return syscall(SYS_memfd_create, "x", 0) >= 0;
}
static bool asks_for_a_ring(void)
{
    char room[512] = {0};
    return syscall(SYS_io_uring_setup, 1, room) >= 0;
}
static bool leaves_its_namespace(void)
{
    return syscall(SYS_unshare, 0) == 0;
}
static bool becomes_dumpable(void)
{
    return prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) == 0;
}
static bool raises_a_limit(void)
{
    struct rlimit r = {0, 0};
    return setrlimit(RLIMIT_CORE, &r) == 0;
}
static bool changes_user(void)
{
    return syscall(SYS_setuid, getuid()) == 0;
}

static bool connects(unsigned port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    return fd >= 0 && (connect(fd, (struct sockaddr *)&to, sizeof to) == 0 ||
                       errno == EINPROGRESS || errno == ECONNREFUSED);
}
static bool connects_to_443(void)
{
    return connects(443);
}
static bool connects_to_22(void)
{
    return connects(22);
}
static bool connects_to_53(void)
{
    return connects(53);
}
static bool listens(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd >= 0 && bind(fd, (struct sockaddr *)&to, sizeof to) == 0;
}
static void *nothing(void *none)
{
    return none;
}
static bool starts_a_thread(void)
{
    pthread_t t;
    return pthread_create(&t, NULL, nothing, NULL) == 0 && pthread_join(t, NULL) == 0;
}
static bool takes_memory(void)
{
    char *at = malloc(64 << 20);
    if (at == NULL)
        return false;
    memset(at, 1, 64 << 20);
    free(at);
    return true;
}
static bool resolves(void)
{
    struct addrinfo *found = NULL;
    int code = getaddrinfo("localhost", NULL, NULL, &found);
    if (code == 0)
        freeaddrinfo(found);
    return code == 0;
}
static bool writes_its_log(void)
{
    int fd = open("a.seg", O_RDWR | O_CREAT, 0600); /* the folder of its own is the working one */
    return fd >= 0 && write(fd, "x", 1) == 1 && fsync(fd) == 0 && close(fd) == 0 &&
           rename("a.seg", "b.seg") == 0 && unlink("b.seg") == 0;
}
static bool reads_a_key(void)
{
    return open("/etc/shadow", O_RDONLY) >= 0 || open("/etc/passwd", O_RDONLY) >= 0;
}

static bool reads_a_segment(void)
{
    return open("seg/0.seg", O_RDONLY) >= 0;
}
static bool writes_a_segment(void)
{
    return open("seg/0.seg", O_WRONLY) >= 0;
}
static bool reads_the_signing_key(void)
{
    return open("log.key", O_RDONLY) >= 0;
}
static bool writes_a_cursor(void)
{
    int fd = open("sink/a.tmp", O_WRONLY | O_CREAT, 0600);
    return fd >= 0 && write(fd, "7", 1) == 1 && fsync(fd) == 0 &&
           rename("sink/a.tmp", "sink/a.pos") == 0;
}

/* What a log's folder holds, as far as a shipper is asked about it. */
static void make_log(void)
{
    (void)mkdir("seg", 0700);
    (void)mkdir("sink", 0700);
    close(open("seg/0.seg", O_WRONLY | O_CREAT, 0600));
    close(open("log.key", O_WRONLY | O_CREAT, 0600));
}

static void seal_as(enum seal_role role, const char *dir)
{
    static const unsigned https[] = {443}, names[] = {53}, sinks[] = {53, 443};
    static const char *const shown[] = {
        "seg", "/etc/hosts", "/etc/nsswitch.conf", "/usr", "/lib", "/lib64", NULL};
    static const char *const readable[] = {"/etc/hosts", "/etc/nsswitch.conf", "/usr", "/lib",
                                           "/lib64",     "/no/such/file",      NULL};
    struct seal_plan plan = {.role = role};
    if (role == SEAL_WORKER)
        plan.left = (struct landlock_plan){.ports = https, .port_count = 1};
    if (role == SEAL_AUDITOR)
        plan.left.writable = dir;
    if (role == SEAL_RESOLVER)
        plan.left = (struct landlock_plan){.readable = readable, .ports = names, .port_count = 1};
    if (role == SEAL_SHIPPER) {
        make_log();
        plan.left = (struct landlock_plan){
            .readable = shown, .writable = "sink", .ports = sinks, .port_count = 2};
    }
    log_init(LOG_SILENT, "test", STDERR_FILENO);
    if (!gw_ok(seal_process(&plan)))
        _exit(UNSEALED);
}

/* The exit code, or KILLED when seccomp ended it. */
static int try(enum seal_role role, bool (*act)(void), const char *dir)
{
    int status = 0;
    pid_t child = fork();
    if (child == 0) {
        if (chdir(dir) != 0)
            _exit(UNSEALED);
        seal_as(role, dir);
        _exit(act() ? WORKS : FAILS);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS)
        return KILLED;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void try_all(enum seal_role role, const struct attempt *attempts, size_t n)
{
    char dir[] = "/tmp/bulla-seal-XXXXXX";
    size_t bad = 0;
    assert_non_null(mkdtemp(dir));
    for (size_t i = 0; i < n; i++) {
        int got = try(role, attempts[i].act, dir);
        if (got != attempts[i].expected) {
            print_error("%s: %d instead of %d\n", attempts[i].name, got, attempts[i].expected);
            bad++;
        }
    }
    char remove[64];
    snprintf(remove, sizeof remove, "rm -rf %s", dir);
    assert_int_equal(system(remove), 0);
    assert_int_equal(bad, 0);
}

#define TRIES(call, expects) \
    {                        \
#call, call, expects \
    }
#define WITH_LANDLOCK(abi, otherwise) (landlock_abi() >= (abi) ? FAILS : (otherwise))

static void a_worker_does_not_get_out(void **state)
{
    const struct attempt attempts[] = {
        TRIES(runs_a_program, KILLED),
        TRIES(runs_a_program_at, KILLED),
        TRIES(forks, KILLED),
        TRIES(opens_a_file, FAILS),
        TRIES(opens_the_old_way, FAILS),
        TRIES(makes_a_file, FAILS),
        TRIES(makes_a_folder, KILLED),
        TRIES(traces, KILLED),
        TRIES(reads_another, KILLED),
        TRIES(signals_another, KILLED),
        TRIES(opens_netlink, KILLED),
        TRIES(opens_udp, KILLED),
        TRIES(opens_unix, KILLED),
        TRIES(opens_raw, KILLED),
        TRIES(listens, KILLED),
        TRIES(maps_code, KILLED),
        TRIES(turns_bytes_into_code, KILLED),
        TRIES(makes_a_file_of_memory, KILLED),
        TRIES(asks_for_a_ring, KILLED),
        TRIES(leaves_its_namespace, KILLED),
        TRIES(becomes_dumpable, KILLED),
        TRIES(raises_a_limit, KILLED),
        TRIES(changes_user, KILLED),
        TRIES(connects_to_22, WITH_LANDLOCK(4, WORKS)),
        TRIES(connects_to_443, WORKS),
        TRIES(starts_a_thread, WORKS),
        TRIES(takes_memory, WORKS),
    };
    (void)state;
    try_all(SEAL_WORKER, attempts, GW_COUNT(attempts));
}

static void an_auditor_has_its_folder_and_no_network(void **state)
{
    const struct attempt attempts[] = {
        TRIES(runs_a_program, KILLED),
        TRIES(forks, KILLED),
        TRIES(opens_unix, KILLED),
        TRIES(connects_to_443, KILLED),
        TRIES(traces, KILLED),
        TRIES(maps_code, KILLED),
        TRIES(signals_another, KILLED),
        TRIES(opens_a_file, WITH_LANDLOCK(1, WORKS)),
        TRIES(makes_a_file, WITH_LANDLOCK(1, WORKS)),
        TRIES(writes_its_log, WORKS),
    };
    (void)state;
    try_all(SEAL_AUDITOR, attempts, GW_COUNT(attempts));
}

static void a_resolver_resolves_and_reads_no_keys(void **state)
{
    const struct attempt attempts[] = {
        TRIES(runs_a_program, KILLED),
        TRIES(forks, KILLED),
        TRIES(traces, KILLED),
        TRIES(maps_code, KILLED),
        TRIES(makes_a_folder, KILLED),
        TRIES(reads_a_key, WITH_LANDLOCK(1, WORKS)),
        TRIES(makes_a_file, WITH_LANDLOCK(1, WORKS)),
        TRIES(connects_to_443, WITH_LANDLOCK(4, WORKS)),
        TRIES(connects_to_53, WORKS),
        TRIES(resolves, WORKS),
        TRIES(starts_a_thread, WORKS),
    };
    (void)state;
    try_all(SEAL_RESOLVER, attempts, GW_COUNT(attempts));
}

static void a_shipper_reads_segments_and_reaches_its_sinks(void **state)
{
    const struct attempt attempts[] = {
        TRIES(runs_a_program, KILLED),
        TRIES(forks, KILLED),
        TRIES(traces, KILLED),
        TRIES(maps_code, KILLED),
        TRIES(signals_another, KILLED),
        TRIES(becomes_dumpable, KILLED),
        TRIES(reads_the_signing_key, WITH_LANDLOCK(1, WORKS)),
        TRIES(writes_a_segment, WITH_LANDLOCK(1, WORKS)),
        TRIES(reads_a_key, WITH_LANDLOCK(1, WORKS)),
        TRIES(makes_a_file, WITH_LANDLOCK(1, WORKS)),
        TRIES(makes_a_folder, WITH_LANDLOCK(1, WORKS)),
        TRIES(connects_to_22, WITH_LANDLOCK(4, WORKS)),
        TRIES(reads_a_segment, WORKS),
        TRIES(writes_a_cursor, WORKS),
        TRIES(connects_to_443, WORKS),
        TRIES(resolves, WORKS),
        TRIES(starts_a_thread, WORKS),
    };
    (void)state;
    try_all(SEAL_SHIPPER, attempts, GW_COUNT(attempts));
}

/* As a JIT leaves it: a page that can be written and run. */
static void code_of_a_jit_is_fixed(void **state)
{
    int status = 0;
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        volatile char *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        signal(SIGSEGV, SIG_DFL);
        page[0] = 1;
        seal_as(SEAL_WORKER, "/");
        if (page[0] != 1)
            _exit(FAILS);
        page[0] = 2;
        _exit(WORKS);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
}

static void a_crash_leaves_no_core(void **state)
{
    struct rlimit r = {0, 0};
    int status = 0;
    (void)state;
    assert_int_equal(getrlimit(RLIMIT_CORE, &r), 0);
    pid_t child = fork();
    if (child == 0) {
        r.rlim_cur = r.rlim_max;
        signal(SIGSEGV, SIG_DFL);
        if (setrlimit(RLIMIT_CORE, &r) != 0 || !gw_ok(seal_begin()))
            _exit(UNSEALED);
        if (getrlimit(RLIMIT_CORE, &r) != 0 || r.rlim_cur != 0 || r.rlim_max != 0)
            _exit(FAILS);
        if (!seal_only_logs() && prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
            _exit(FAILS);
        if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
            _exit(FAILS);
        raise(SIGSEGV);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGSEGV);
    assert_false(WCOREDUMP(status));
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    int status = 0;
    (void)state;
    pid_t child = fork();
    if (child == 0) {
        const struct seal_plan plan = {.role = SEAL_AUDITOR, .left = {.writable = "/no/such/dir"}};
        log_init(LOG_SILENT, "test", STDERR_FILENO);
        _exit(landlock_abi() == 0 || !gw_ok(seal_process(&plan)) ? FAILS : WORKS);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(WEXITSTATUS(status), FAILS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_does_not_get_out),
        cmocka_unit_test(an_auditor_has_its_folder_and_no_network),
        cmocka_unit_test(a_resolver_resolves_and_reads_no_keys),
        cmocka_unit_test(a_shipper_reads_segments_and_reaches_its_sinks),
        cmocka_unit_test(code_of_a_jit_is_fixed),
        cmocka_unit_test(a_crash_leaves_no_core),
        cmocka_unit_test(a_folder_that_is_not_there_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
