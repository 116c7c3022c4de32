/* proxy/main/landlock.c - see landlock.h. The kernel's numbers stand here, since the headers of the
 * system that builds may be older than the kernel that runs. */
#include "proxy/base/base.h"
#include "proxy/main/landlock.h"
#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { RULE_PATH = 1, RULE_PORT = 2, ABI_MAX = 7, ASK_VERSION = 1 };

/* Accesses to files, in the kernel's order of bits; each ABI knew so many. */
#define FILES_BITS(n) ((UINT64_C(1) << (n)) - 1)
static const uint64_t known_files[ABI_MAX + 1] = {
    0,
    FILES_BITS(13), /* execute .. make_sym */
    FILES_BITS(14), /* and refer */
    FILES_BITS(15), /* and truncate */
    FILES_BITS(15),
    FILES_BITS(16), /* and ioctl_dev */
    FILES_BITS(16),
    FILES_BITS(16),
};
enum { CAN_EXECUTE = 1 << 0, CAN_READ = 1 << 2, CAN_LIST = 1 << 3 };
enum { PORT_BIND = 1 << 0, PORT_CONNECT = 1 << 1, SCOPE_ABSTRACT = 1 << 0, SCOPE_SIGNAL = 1 << 1 };

struct ruleset { /* struct landlock_ruleset_attr as of ABI 6 */
    uint64_t files, ports, scoped;
};
struct path_rule {
    uint64_t allowed;
    int32_t fd;
} __attribute__((packed));
struct port_rule {
    uint64_t allowed, port;
};

int landlock_abi(void)
{
    long abi = syscall(SYS_landlock_create_ruleset, NULL, 0, ASK_VERSION);
    return abi < 0 ? 0 : abi > ABI_MAX ? ABI_MAX : (int)abi;
}

static bool add_path(int rules, const char *path, uint64_t allowed, bool is_needed)
{
    struct stat st;
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return !is_needed;
    if (fstat(fd, &st) == 0 && !S_ISDIR(st.st_mode))
        allowed &= CAN_READ | CAN_EXECUTE;
    const struct path_rule rule = {.allowed = allowed, .fd = fd};
    bool is_added = syscall(SYS_landlock_add_rule, rules, RULE_PATH, &rule, 0) == 0;
    close(fd);
    return is_added;
}

static bool add_all(int rules, const struct landlock_plan *plan, const struct ruleset *handled)
{
    for (size_t i = 0; plan->readable != NULL && plan->readable[i] != NULL; i++)
        if (!add_path(rules, plan->readable[i], CAN_READ | CAN_LIST | CAN_EXECUTE, false))
            return false;
    const char *const writable[] = {plan->writable, plan->also};
    for (size_t i = 0; i < GW_COUNT(writable); i++)
        if (writable[i] != NULL && !add_path(rules, writable[i], handled->files, true))
            return false;
    for (size_t i = 0; handled->ports != 0 && i < plan->port_count; i++) {
        const struct port_rule rule = {.allowed = PORT_CONNECT, .port = plan->ports[i]};
        if (syscall(SYS_landlock_add_rule, rules, RULE_PORT, &rule, 0) != 0)
            return false;
    }
    return true;
}

gw_result landlock_apply(const struct landlock_plan *plan)
{
    int abi = landlock_abi();
    if (abi == 0)
        return gw_is(GW_UNAVAILABLE);
    const struct ruleset handled = {
        .files = known_files[abi],
        .ports = abi >= 4 ? PORT_BIND | PORT_CONNECT : 0,
        .scoped = abi >= 6 ? SCOPE_ABSTRACT | SCOPE_SIGNAL : 0,
    };
    int rules = (int)syscall(SYS_landlock_create_ruleset, &handled, sizeof handled, 0);
    if (rules < 0)
        return gw_is(GW_IO);
    bool is_fine = add_all(rules, plan, &handled) && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                   syscall(SYS_landlock_restrict_self, rules, 0) == 0;
    int why = errno;
    close(rules);
    errno = why;
    return gw_is(is_fine ? GW_OK : GW_IO);
}
