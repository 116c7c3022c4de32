/* proxy/base/reached.h - who is at the other end of a connection, as records tell it: proxy/net
 * fills it, proxy/gate keeps it. */
#ifndef PROXY_BASE_REACHED_H
#define PROXY_BASE_REACHED_H

#include "proxy/base/base.h"
#include "proxy/base/secret.h"

struct reached {
    char address[48]; /* "127.0.0.1", "::1"; "": nobody */
    unsigned port;
    bool has_print;      /* it has shown a certificate: */
    struct digest print; /* its SHA-256 */
};

#endif
