/* proxy/main/backend.h - the demo backend's process: plain HTTP on loopback around
 * proxy/llm/demo.h.
 *
 * Remembers the last request body it was sent and shows it at GET /seen: what a backend sees. */
#ifndef PROXY_MAIN_BACKEND_H
#define PROXY_MAIN_BACKEND_H

#include "proxy/base/base.h"

/* Serves connections of the listening socket until it is killed; the exit code. */
int backend_run(int listen_fd);

#endif
