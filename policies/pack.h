/* policies/pack.h - the built-in pack as bytes. Private to policies/.
 *
 * The definition is made at build time from policies/packs/default.yaml (pack_default.c.in). */
#ifndef POLICIES_PACK_H
#define POLICIES_PACK_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* The text of policies/packs/default.yaml; lives as long as the program. */
struct slice pack_default(void);

#endif
