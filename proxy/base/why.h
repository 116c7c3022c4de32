/* proxy/base/why.h - every ending of an exchange has a name, from this one list.
 *
 * The same word stands in the log, the counter and the audit record (group `err`). Each row maps to
 * one value of the record's field `out` (AUDIT.md section 4) and says whether it counts as a fault
 * of ours or of an upstream. Varnish: tbl/sess_close.h. */
#ifndef PROXY_BASE_WHY_H
#define PROXY_BASE_WHY_H

#include "proxy/base/base.h"

/* clang-format off */
#define WHY_TABLE(X) \
    /* id               word                 out               fault */ \
    X(DONE,             "done",              "ok",             false) \
    X(POLICY_BLOCK,     "policy-block",      "blocked",        false) \
    X(NO_ROUTE,         "no-route",          "blocked",        false) \
    X(UNPLACEABLE,      "unplaceable",       "blocked",        false) \
    X(ENGINE_ERROR,     "engine-error",      "blocked",        true)  \
    X(BAD_REQUEST,      "bad-request",       "blocked",        false) \
    X(BAD_BODY,         "bad-body",          "blocked",        false) \
    X(BAD_ENCODING,     "bad-encoding",      "blocked",        false) \
    X(BAD_MEDIA_TYPE,   "bad-media-type",    "blocked",        false) \
    X(TOO_LARGE,        "too-large",         "blocked",        false) \
    X(HEAD_TOO_LARGE,   "head-too-large",    "blocked",        false) \
    X(UNKNOWN_PATH,     "unknown-path",      "blocked",        false) \
    X(BAD_METHOD,       "bad-method",        "blocked",        false) \
    X(UNAUTHENTICATED,  "unauthenticated",   "blocked",        false) \
    X(UNSUPPORTED,      "unsupported",       "blocked",        false) \
    X(CLIENT_GONE,      "client-gone",       "client_abort",   false) \
    X(CLIENT_SLOW,      "client-slow",       "timeout",        false) \
    X(UPSTREAM_CONNECT, "upstream-connect",  "upstream_error", true)  \
    X(UPSTREAM_NAME,    "upstream-name",     "upstream_error", true)  \
    X(UPSTREAM_TLS,     "upstream-tls",      "upstream_error", true)  \
    X(UPSTREAM_RESTS,   "upstream-rests",    "upstream_error", true)  \
    X(UPSTREAM_GONE,    "upstream-gone",     "upstream_error", true)  \
    X(UPSTREAM_BAD,     "upstream-bad",      "upstream_error", true)  \
    X(UPSTREAM_LARGE,   "upstream-too-large","upstream_error", true)  \
    X(UPSTREAM_STATUS,  "upstream-status",   "upstream_error", true)  \
    X(UPSTREAM_TIMEOUT, "upstream-timeout",  "timeout",        true)  \
    X(STREAM_TIMEOUT,   "stream-timeout",    "timeout",        false) \
    X(AUDIT_DOWN,       "audit-unavailable", "gw_error",       true)  \
    X(NO_MEMORY,        "no-memory",         "gw_error",       true)  \
    X(OVERLOAD,         "overload",          "gw_error",       true)  \
    X(INTERNAL,         "internal",          "gw_error",       true)
/* clang-format on */

#define X(id, word, out, fault) WHY_##id,
enum why { WHY_NONE = 0, WHY_TABLE(X) WHY_COUNT };
#undef X

/* The word; "none" for WHY_NONE. Never NULL. */
const char *why_word(enum why why);
/* The record's `out`: "ok", "blocked", "client_abort", "upstream_error", "timeout", "gw_error". */
const char *why_out(enum why why);
bool why_is_fault(enum why why);

#endif
