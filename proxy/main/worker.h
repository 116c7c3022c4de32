/* proxy/main/worker.h - the worker process: network, parsers, scanners; one thread a core.
 *
 * Lives as long as one configuration. Reads all its files at the start, before it is ready; knows
 * the master by one control socket: channels to the auditor and the resolver come in over it, one a
 * thread and turn, and the word to drain. Returns when drained. */
#ifndef PROXY_MAIN_WORKER_H
#define PROXY_MAIN_WORKER_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct config;
struct gauges;
enum { WORKER_THREADS = 64, WORKER_LISTENERS = 16 };

struct worker_start {
    const char *config;   /* path of bulla.yaml */
    struct config *bound; /* as of the master's start: what is listened on, for ever */
    unsigned threads;     /* as the master decided once: the listeners are made for so many */
    int listeners[WORKER_LISTENERS][WORKER_THREADS]; /* [address][thread], the master's for ever */
    size_t listener_count;                           /* addresses */
    int admin_fd;                                    /* -1: none */
    int control_fd;
    uint64_t generation;
    bool is_new_pair; /* another worker serves, with other certificate files than there are now */
    struct gauges *gauges;  /* of all processes: audit/gauges.h */
    struct slice token_key; /* material, the same for all workers of a master */
};

/* Runs to the end; the process's exit code. Writes one byte 'R' to the control socket when ready:
 * where the log has witnesses (audit/cosigned.h), when they have cosigned its policy; until then
 * nobody is let in. 1: not within limits.record_time. */
int worker_run(const struct worker_start *start);

#endif
