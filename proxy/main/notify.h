/* proxy/main/notify.h - tells the service manager how the master is: systemd's notification socket,
 * without its library.
 *
 * The socket is $NOTIFY_SOCKET; without it nobody is told and nothing is done. Each message is one
 * datagram; one that cannot be sent is dropped. Keeps nothing. */
#ifndef PROXY_MAIN_NOTIFY_H
#define PROXY_MAIN_NOTIFY_H

#include "proxy/base/base.h"

/* "READY=1", "RELOADING=1", "STOPPING=1", "WATCHDOG=1". */
void notify_send(const char *state);

#endif
