/* proxy/main/master.h - the master process: starts, binds, supervises, reloads, drains.
 *
 * Parses nothing from the network. Holds the listening sockets for ever, so none is refused while a
 * worker is replaced. One auditor, one worker a configuration; a reload is a new worker, and the
 * last good one stays when the new one fails. */
#ifndef PROXY_MAIN_MASTER_H
#define PROXY_MAIN_MASTER_H

#include "proxy/base/base.h"

struct master_start {
    const char *config;            /* path of bulla.yaml */
    int backend_fd;                /* listening socket of the demo backend, or -1 */
    void (*ready)(void *ready_of); /* called once, when the first worker is ready; may be NULL */
    void *ready_of;
};

/* Runs until SIGTERM or SIGINT and a drain, or a start that failed; the exit code. */
int master_run(const struct master_start *start);

#endif
