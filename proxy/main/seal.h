/* proxy/main/seal.h - what a process gives up for ever once it has read all that it needs.
 *
 * In this order: capabilities, writable code (JIT pages become read-and-execute, then nothing gains
 * execution any more), files and ports (landlock.h), and all system calls that its role does not
 * list. What is not listed ends the process; opening a file, which libraries try, fails instead.
 * There is no option that leaves a part out: a kernel without Landlock or PR_SET_MDWE has less to
 * give, every other failure is an error and the process must not go on.
 *
 * Call before the first thread is started; threads inherit it. SECURITY.md has the table of roles.
 */
#ifndef PROXY_MAIN_SEAL_H
#define PROXY_MAIN_SEAL_H

#include "proxy/base/base.h"
#include "proxy/main/landlock.h"

enum seal_role { SEAL_NONE = 0, SEAL_WORKER, SEAL_AUDITOR, SEAL_RESOLVER, SEAL_SHIPPER };

/* Sanitizers need system calls of their own for a report: in their builds, by a constant of the
 * build and no option, a call that is not listed is logged by the kernel and goes on. */
bool seal_only_logs(void);

enum { CANNOT_SEAL = 4 }; /* what a process says, by its exit code, that could not be sealed */

struct seal_plan {
    enum seal_role role;
    bool only_logs;            /* seal_only_logs(); tests of the seal itself say false */
    struct landlock_plan left; /* files and ports that it keeps */
};

/* For every process, at the start of the first: no core file, no tracing by others of the same
 * user, no new privileges. Inherited by children. */
GW_MUST gw_result seal_begin(void);
/* Logs what it did. GW_IO: not sealed as it must be; the reason stands in the log and on stderr,
 * and the process has to end. */
GW_MUST gw_result seal_process(const struct seal_plan *plan);
/* One line for --version: what this kernel and this build can do. */
void seal_describe(char *out, size_t size);

#endif
