/* proxy/base/base.h - what every source file includes first: the system's headers, our attributes,
 * the result type, and the list of calls that do not compile here.
 *
 * Knows nothing of bytes, files or sockets. Public names: GW_MUST, GW_COUNT, TRY, gw_result. */
#ifndef PROXY_BASE_BASE_H
#define PROXY_BASE_BASE_H

#include <assert.h>
#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The result of this call may not be dropped. */
#define GW_MUST __attribute__((warn_unused_result))
/* Printf-like: argument f is the format, argument a the first value. */
#define GW_PRINTF(f, a) __attribute__((format(printf, f, a)))
/* An array of which only what was filled is read: builds that clear every variable leave it. */
#define GW_UNSET __attribute__((uninitialized))
/* Number of elements of an array (not of a pointer). */
#define GW_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Why a call did not do what it was asked to. GW_NONE is never returned: a forgotten result is a
 * fault. */
enum gw_code {
    GW_NONE = 0,   /* unset: a bug */
    GW_OK,         /* done */
    GW_AGAIN,      /* needs more input, or more room: call again later; nothing was lost */
    GW_BAD,        /* the input breaks its format */
    GW_TOO_BIG,    /* a ceiling was met; what was being filled is wiped and empty */
    GW_NO_MEMORY,  /* the allocator said no */
    GW_NOT_FOUND,  /* no such thing */
    GW_REFUSED,    /* understood and not allowed */
    GW_IO,         /* the system said no: errno holds why */
    GW_CORRUPT,    /* stored bytes contradict their own checks */
    GW_UNAVAILABLE /* the other side is not there now */
};

/* A result is a struct, so that "if (r)" and "r < 0" do not compile (s2n-tls: s2n_result). */
typedef struct {
    enum gw_code code;
} gw_result;

static inline gw_result gw_is(enum gw_code code)
{
    return (gw_result){.code = code};
}
static inline bool gw_ok(gw_result r)
{
    return r.code == GW_OK;
}
/* One lower-case word for a code, for logs and messages: "bad", "too-big". Never NULL. */
const char *gw_word(gw_result r);

/* In a function that owns nothing: returns the first result that is not OK. */
#define TRY(call)                 \
    do {                          \
        gw_result try_r = (call); \
        if (!gw_ok(try_r))        \
            return try_r;         \
    } while (0)

/* Calls that may not be made. After every system header, before any of ours. */
#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets strncpy

#endif
