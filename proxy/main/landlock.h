/* proxy/main/landlock.h - takes files, TCP ports and signals away from this process, by the
 * kernel's Landlock (5.13 and later; ports since ABI 4, signals and abstract sockets since ABI 6).
 *
 * Asks the running kernel what it can; what is older or without gives less, and says so. Holds for
 * the calling thread and those it starts later: call it before the first. Knows nothing of roles.
 * Allocates nothing. */
#ifndef PROXY_MAIN_LANDLOCK_H
#define PROXY_MAIN_LANDLOCK_H

#include "proxy/base/base.h"

/* What is left; all the rest is gone. */
struct landlock_plan {
    const char *const *readable; /* files and folders, NULL at the end; one that lacks is passed
                                    over; NULL: none */
    const char *writable, *also; /* folders in which everything is allowed; NULL: none */
    const unsigned *ports;       /* TCP ports that may be connected to */
    size_t port_count;
};

/* 0: the kernel has no Landlock. */
int landlock_abi(void);
/* GW_UNAVAILABLE: the kernel has none; GW_IO: errno says why not. */
GW_MUST gw_result landlock_apply(const struct landlock_plan *plan);

#endif
