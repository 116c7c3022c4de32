/* proxy/main/served.h - the certificate that a listener serves with.
 *
 * Read once, as a worker begins; says on the log what is wrong with it. The caller frees both by
 * cert_free() and tls_server_free(); a listener without TLS has neither. */
#ifndef PROXY_MAIN_SERVED_H
#define PROXY_MAIN_SERVED_H

#include "certs/store.h"
#include "proxy/base/base.h"
#include "proxy/main/config.h"
#include "proxy/net/tls.h"

/* Of the listener of that number. is_new_pair: another worker serves with other files than there
 * are now, and one that has expired does not take their place. False: it cannot be served with. */
bool served_load(const struct config_listen *l, size_t number, bool is_new_pair,
                 struct cert_pair **pair, struct tls_server **server);

#endif
