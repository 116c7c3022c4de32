/* proxy/main/seal.c - see seal.h. The only file that knows seccomp. The table of system calls is
 * its heart: a row is a name and the roles that may use it. Names that this processor does not have
 * are passed over. Frees what it allocates before it returns. */
#include "proxy/base/base.h"
#include "proxy/main/seal.h"
#include "proxy/base/log.h"
#include <linux/capability.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of <linux/prctl.h> since 6.3. */
enum { SEAL_SET_MDWE = 65, SEAL_REFUSE_EXEC_GAIN = 1 };

enum {
    W = 1 << SEAL_WORKER,
    A = 1 << SEAL_AUDITOR,
    R = 1 << SEAL_RESOLVER,
    S = 1 << SEAL_SHIPPER,
    ALL = W | A | R | S
};

struct row {
    const char *name;
    int roles;
};

/* clang-format off */
static const struct row allowed[] = {
    /* memory, threads, time, the end */
    {"brk", ALL}, {"munmap", ALL}, {"mremap", ALL}, {"madvise", ALL}, {"mlock", ALL}, {"munlock", ALL},
    {"futex", ALL}, {"set_robust_list", ALL}, {"rseq", ALL}, {"membarrier", ALL},
    {"sched_yield", ALL}, {"sched_getaffinity", ALL}, {"gettid", ALL}, {"getpid", ALL},
    {"exit", ALL}, {"exit_group", ALL}, {"restart_syscall", ALL},
    {"rt_sigaction", ALL}, {"rt_sigprocmask", ALL}, {"rt_sigreturn", ALL}, {"sigaltstack", ALL},
    {"clock_gettime", ALL}, {"clock_nanosleep", ALL}, {"nanosleep", ALL}, {"gettimeofday", ALL},
    {"time", ALL}, {"clock_adjtime", A}, {"adjtimex", A}, {"getrandom", ALL}, {"getrusage", ALL}, {"sysinfo", ALL},
    /* descriptors that are there */
    {"read", ALL}, {"write", ALL}, {"readv", ALL}, {"writev", ALL}, {"close", ALL}, {"fcntl", ALL},
    {"fstat", ALL}, {"lseek", ALL}, {"poll", ALL}, {"ppoll", ALL},
    {"recvmsg", ALL}, {"sendmsg", ALL}, {"recvfrom", ALL}, {"sendto", ALL}, {"shutdown", ALL},
    /* events and connections */
    {"epoll_wait", W}, {"epoll_pwait", W}, {"epoll_pwait2", W}, {"epoll_ctl", W}, {"epoll_create1", W},
    {"eventfd2", W | S}, {"timerfd_settime", W},
    {"accept4", W | A}, {"accept", W}, {"connect", W | R | S}, {"getsockopt", W | R | A | S}, {"setsockopt", W | R | S},
    {"getsockname", W | R | S}, {"getpeername", W | R | S},
    /* the log's files */
    {"openat", A | R | S}, {"open", A | R | S}, {"newfstatat", A | R | S}, {"stat", A | R | S}, {"lstat", A | R | S}, {"statx", A | R | S},
    {"getdents64", A | R | S}, {"access", A | R | S}, {"faccessat", A | R | S}, {"faccessat2", A | R | S},
    {"readlink", A | R | S}, {"readlinkat", A | R | S}, {"pread64", A | R | S}, {"fstatfs", A | R | S}, {"statfs", A | R | S},
    {"pwrite64", A}, {"pwritev", A}, {"fsync", A | S}, {"fdatasync", A | S}, {"syncfs", A}, {"sync_file_range", A}, {"ftruncate", A | S},
    {"fallocate", A}, {"rename", A | S}, {"renameat", A | S}, {"renameat2", A | S}, {"unlink", A | S}, {"unlinkat", A | S},
    {"mkdir", A | S}, {"mkdirat", A | S}, {"rmdir", A}, {"link", A}, {"linkat", A}, {"fchmod", A | S}, {"flock", A},
    {"fadvise64", A}, {"umask", A | S},
    /* what name services do */
    {"bind", R | S}, {"sendmmsg", R | S}, {"recvmmsg", R | S}, {"uname", R | S}, {"getuid", R | S}, {"geteuid", R | S},
    {"getgid", R | S}, {"getegid", R | S}, {"getcwd", R | S}, {"dup", R | S}, {"pipe2", R | S}, {"socketpair", R | S},
};
/* Libraries try files that help them and need not be there: they hear that they may not. */
static const char *const answered_eacces[] = {
    "openat", "open", "openat2", "newfstatat", "stat", "lstat", "statx", "access", "faccessat",
    "faccessat2", "readlink", "readlinkat",
};
/* clang-format on */

struct rule { /* one call with one test of one argument, or of two */
    const char *name;
    unsigned count;
    struct scmp_arg_cmp tests[2];
};

/* Argument `n` of a call, as it must be; by mask, and whole. */
static struct scmp_arg_cmp has_bits(unsigned n, uint64_t mask, uint64_t bits)
{
    return (struct scmp_arg_cmp){
        .arg = n, .op = SCMP_CMP_MASKED_EQ, .datum_a = mask, .datum_b = bits};
}

static struct scmp_arg_cmp is_equal(unsigned n, uint64_t value)
{
    return (struct scmp_arg_cmp){.arg = n, .op = SCMP_CMP_EQ, .datum_a = value};
}

static int add_rule(scmp_filter_ctx filter, uint32_t action, const struct rule *rule)
{
    int number = seccomp_syscall_resolve_name(rule->name);
    if (number < 0)
        return 0; /* not on this processor */
    return seccomp_rule_add_array(filter, action, number, rule->count, rule->tests);
}

static int add_rows(scmp_filter_ctx filter, const struct seal_plan *plan)
{
    int code = 0;
    bool may_open = plan->role != SEAL_WORKER;
    for (size_t i = 0; i < GW_COUNT(allowed) && code == 0; i++) {
        const struct rule rule = {.name = allowed[i].name};
        if ((allowed[i].roles & (1 << plan->role)) != 0)
            code = add_rule(filter, SCMP_ACT_ALLOW, &rule);
    }
    for (size_t i = 0; i < GW_COUNT(answered_eacces) && code == 0 && !may_open; i++) {
        const struct rule rule = {.name = answered_eacces[i]};
        if (!plan->only_logs)
            code = add_rule(filter, SCMP_ACT_ERRNO(EACCES), &rule);
    }
    return code;
}

static bool asks_for_names(enum seal_role role)
{
    return role == SEAL_RESOLVER || role == SEAL_SHIPPER;
}

/* Memory is never code: but for those whose name services are libraries. */
static int add_memory(scmp_filter_ctx filter, enum seal_role role)
{
    static const char *const calls[] = {"mmap", "mprotect", "pkey_mprotect"};
    int code = 0;
    for (size_t i = 0; i < GW_COUNT(calls) && code == 0; i++) {
        struct rule rule = {calls[i], 1, {has_bits(2, PROT_EXEC, 0)}};
        code = add_rule(filter, SCMP_ACT_ALLOW, &rule);
        rule.tests[0] = has_bits(2, PROT_EXEC | PROT_WRITE, PROT_EXEC);
        if (code == 0 && asks_for_names(role))
            code = add_rule(filter, SCMP_ACT_ALLOW, &rule);
    }
    return code;
}

static int add_sockets(scmp_filter_ctx filter, enum seal_role role)
{
    static const unsigned families[] = {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK};
    int code = 0;
    for (size_t i = 0; i < GW_COUNT(families) && code == 0; i++) {
        bool is_tcp = families[i] == AF_INET || families[i] == AF_INET6;
        struct rule rule = {"socket", 1, {is_equal(0, families[i])}};
        if (role == SEAL_WORKER && is_tcp) {
            rule.count = 2; /* the low bits; flags stand above them */
            rule.tests[1] = has_bits(1, 0xf, SOCK_STREAM);
        }
        if (asks_for_names(role) || (role == SEAL_WORKER && is_tcp))
            code = add_rule(filter, SCMP_ACT_ALLOW, &rule);
    }
    return code;
}

/* Threads, no processes; signals to oneself; limits are read, not set. */
static int add_others(scmp_filter_ctx filter, enum seal_role role)
{
    const uint64_t self = (uint64_t)getpid();
    const struct rule rules[] = {
        {"clone", 1, {has_bits(0, CLONE_THREAD, CLONE_THREAD)}},
        {"tgkill", 1, {is_equal(0, self)}},
        {"prlimit64", 1, {is_equal(2, 0)}},
        {"ioctl", 1, {is_equal(1, FIONREAD)}},
        {"ioctl", 1, {is_equal(1, FIONBIO)}},
        {"ioctl", 1, {is_equal(1, TIOCOUTQ)}},
    };
    int code = 0;
    for (size_t i = 0; i < GW_COUNT(rules) && code == 0; i++)
        code = add_rule(filter, SCMP_ACT_ALLOW, &rules[i]);
    const struct rule name = {"prctl", 1, {is_equal(0, PR_SET_NAME)}}; /* librdkafka's threads */
    if (code == 0 && role == SEAL_SHIPPER)
        code = add_rule(filter, SCMP_ACT_ALLOW, &name);
    const struct rule newer = {.name = "clone3"}; /* its flags cannot be looked at: clone then */
    return code != 0 ? code : add_rule(filter, SCMP_ACT_ERRNO(ENOSYS), &newer);
}

static bool filter_calls(const struct seal_plan *plan)
{
    uint32_t standard = plan->only_logs ? SCMP_ACT_LOG : SCMP_ACT_KILL_PROCESS;
    scmp_filter_ctx filter = seccomp_init(standard);
    if (filter == NULL)
        return false;
    int code = 0;
    if (!plan->only_logs)
        code = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    if (code == 0)
        code = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2); /* a tree, not a list */
    if (code == 0)
        code = add_rows(filter, plan);
    if (code == 0)
        code = add_memory(filter, plan->role);
    if (code == 0)
        code = add_sockets(filter, plan->role);
    if (code == 0)
        code = add_others(filter, plan->role);
    if (code == 0)
        code = seccomp_load(filter);
    seccomp_release(filter);
    errno = code < 0 ? -code : errno;
    return code == 0;
}

/* A service manager that has left none may have forbidden the call as well. */
static bool drop_capabilities(void)
{
    struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
    const struct __user_cap_data_struct none[2] = {{0}, {0}};
    struct __user_cap_data_struct now[2] = {{0}, {0}};
    if (syscall(SYS_capget, &head, now) == 0 && memcmp(now, none, sizeof none) == 0)
        return true;
    return syscall(SYS_capset, &head, none) == 0;
}

/* Code that was compiled at run time may be run, and not be written any more. */
static bool fix_code(void)
{
    char line[4200];
    FILE *maps = fopen("/proc/self/maps", "re");
    bool is_fine = maps != NULL;
    while (is_fine && fgets(line, sizeof line, maps) != NULL) {
        unsigned long from, to;
        char how[5] = "";
        if (sscanf(line, "%lx-%lx %4s", &from, &to, how) == 3 && how[1] == 'w' && how[2] == 'x')
            is_fine = mprotect((void *)from, to - from, PROT_READ | PROT_EXEC) == 0;
    }
    if (maps != NULL)
        fclose(maps);
    return is_fine;
}

/* NULL, or what could not be done: errno says why. */
static const char *give_up(const struct seal_plan *plan, bool *has_mdwe, int *abi)
{
    if (!drop_capabilities())
        return "capabilities";
    if (!fix_code())
        return "writable code";
    *has_mdwe = prctl(SEAL_SET_MDWE, SEAL_REFUSE_EXEC_GAIN, 0, 0, 0) == 0;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return "no_new_privs";
    *abi = landlock_abi();
    gw_result r = landlock_apply(&plan->left);
    if (!gw_ok(r) && r.code != GW_UNAVAILABLE)
        return "Landlock";
    return filter_calls(plan) ? NULL : "seccomp";
}

bool seal_only_logs(void)
{
    return BULLA_SANITIZED != 0;
}

gw_result seal_begin(void)
{
    const struct rlimit none = {0, 0};
    if (setrlimit(RLIMIT_CORE, &none) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return gw_is(GW_IO);
    /* The leak checker traces its own process. */
    return gw_is(seal_only_logs() || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 ? GW_OK : GW_IO);
}

gw_result seal_process(const struct seal_plan *plan)
{
    bool has_mdwe = false;
    int abi = 0;
    assert(plan->role != SEAL_NONE);
    const char *what = give_up(plan, &has_mdwe, &abi);
    if (what != NULL) {
        int why = errno;
        fprintf(stderr, "bulla: the process cannot be sealed: %s: %s\n", what, strerror(why));
        LOGE("seal.failed", LOG_TEXT("at", clear_word(what)), LOG_NUM("errno", why));
        return gw_is(GW_IO);
    }
    if (abi == 0)
        LOGW("seal.no_landlock", LOG_NUM("pid", getpid()));
    LOGI("sealed", LOG_TEXT("seccomp", clear_word(plan->only_logs ? "logs" : "kills")),
         LOG_NUM("landlock", abi), LOG_NUM("mdwe", has_mdwe));
    return gw_is(GW_OK);
}

void seal_describe(char *out, size_t size)
{
    const struct scmp_version *v = seccomp_version();
    snprintf(out, size, "seccomp %s (libseccomp %u.%u.%u), Landlock ABI %d",
             seal_only_logs() ? "only logs: a sanitizer build" : "kills", v->major, v->minor,
             v->micro, landlock_abi());
}
