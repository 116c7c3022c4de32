/* proxy/main/lookup.h - the resolver process: getaddrinfo() for sealed workers.
 *
 * So /etc/hosts, nsswitch.conf and what a container puts there all count. Knows neither keys, nor
 * the log, nor a listener; parses what name servers answer, and that is why it stands alone. A few
 * threads, a queue with an end; a question that waited too long is not asked any more. */
#ifndef PROXY_MAIN_LOOKUP_H
#define PROXY_MAIN_LOOKUP_H

#include "proxy/base/base.h"

enum { LOOKUP_THREADS = 8, LOOKUP_QUEUE = 64, LOOKUP_CHANNELS = 512 };

/* Takes channels from the control socket (audit/channel.h) until its other end closes; the
 * process's exit code. Each channel carries question.h. */
int lookup_run(int control_fd);
/* What getaddrinfo() reads, and nothing that holds a key: for who is sealed and asks. NULL ends it.
 */
const char *const *lookup_files(void);

#endif
