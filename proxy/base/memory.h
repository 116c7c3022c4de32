/* proxy/base/memory.h - how the allocator keeps and gives back what was freed.
 *
 * Knows no callers and owns nothing. With a C library that has no such settings both do nothing. */
#ifndef PROXY_BASE_MEMORY_H
#define PROXY_BASE_MEMORY_H

#include "proxy/base/base.h"

/* Once, before threads: large blocks are the system's own and go back at once when freed; the bound
 * does not grow with what was freed, which would keep bodies of megabytes in the heap for ever. */
void memory_settle(void);
/* What is free in all heaps goes back to the system: after a wave, for it walks them whole. */
void memory_trim(void);

#endif
