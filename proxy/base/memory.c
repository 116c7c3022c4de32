/* proxy/base/memory.c - see memory.h. The place where C libraries differ; owns nothing. */
#include "proxy/base/base.h"
#include "proxy/base/memory.h"
#if defined(__GLIBC__)
#include <malloc.h>
#endif

void memory_settle(void)
{
#if defined(__GLIBC__)
    (void)mallopt(M_MMAP_THRESHOLD, 1 << 20);
    (void)mallopt(M_TRIM_THRESHOLD, 1 << 21);
#endif
}

void memory_trim(void)
{
#if defined(__GLIBC__)
    (void)malloc_trim(0);
#endif
}
