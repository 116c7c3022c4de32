/* proxy/base/result.c - names of result codes. */
#include "proxy/base/base.h"

const char *gw_word(gw_result r)
{
    static const char *const words[] = {
        [GW_NONE] = "unset",
        [GW_OK] = "ok",
        [GW_AGAIN] = "again",
        [GW_BAD] = "bad",
        [GW_TOO_BIG] = "too-big",
        [GW_NO_MEMORY] = "no-memory",
        [GW_NOT_FOUND] = "not-found",
        [GW_REFUSED] = "refused",
        [GW_IO] = "io",
        [GW_CORRUPT] = "corrupt",
        [GW_UNAVAILABLE] = "unavailable",
    };
    return (size_t)r.code < GW_COUNT(words) ? words[r.code] : "unknown";
}
