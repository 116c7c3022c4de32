/* proxy/main/served.c - see served.h. */
#include "proxy/base/base.h"
#include "proxy/main/served.h"
#include "proxy/base/log.h"

enum { DAYS = 30 };

/* An expired certificate does not take the place of one that serves. Else it is served with all the
 * same, and loudly: a start that fails, or a worker that cannot be replaced, would end the service
 * of those too who connect without looking at it, and health and metrics that say so. */
static bool is_acceptable(const struct config_listen *l, size_t number, bool is_new_pair,
                          const struct cert_pair *pair)
{
    char reason[300] = "";
    if (!gw_ok(cert_is_current(pair, l->tls.certificate.at, reason, sizeof reason))) {
        LOGE("listener.certificate_invalid", LOG_NUM("listener", number),
             LOG_TEXT("reason", clear_word(reason)),
             LOG_TEXT("served", clear_word(is_new_pair ? "no" : "yes")));
        return !is_new_pair;
    }
    if (cert_days_left(pair) <= DAYS)
        LOGW("listener.certificate_expires", LOG_NUM("listener", number),
             LOG_NUM("days", cert_days_left(pair)));
    return true;
}

bool served_load(const struct config_listen *l, size_t number, bool is_new_pair,
                 struct cert_pair **pair, struct tls_server **server)
{
    char reason[300] = "";
    if (l->tls.certificate.len == 0)
        return true;
    if (!gw_ok(cert_load(l->tls.certificate.at, l->tls.key.at, reason, sizeof reason, pair)) ||
        !gw_ok(tls_server_new(*pair, server))) {
        LOGE("listener.certificate", LOG_TEXT("reason", clear_word(reason)));
        return false;
    }
    if (l->tls.client_ca.len > 0 &&
        !gw_ok(tls_server_ask(*server, l->tls.client_ca.at, reason, sizeof reason))) {
        LOGE("listener.client_ca", LOG_TEXT("reason", clear_word(reason)));
        return false;
    }
    return is_acceptable(l, number, is_new_pair, *pair);
}
