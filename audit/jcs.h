/* audit/jcs.h - a strict reader of the JSON that audit/wire.h writes, and of nothing else.
 *
 * JCS-safe subset (RFC 8785): no spaces, keys ascending and once, integers below 2^53, shortest
 * escapes, no floats. Any other text is GW_BAD, so a stored byte has one meaning. Allocates
 * nothing; slices are borrowed from the text. */
#ifndef AUDIT_JCS_H
#define AUDIT_JCS_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum { JCS_DEPTH = 8 };

/* The whole text is one object or list of the subset. */
GW_MUST gw_result jcs_check(struct slice text);
/* The raw value of a key of a checked object: GW_NOT_FOUND. */
GW_MUST gw_result jcs_find(struct slice object, const char *key, struct slice *value);
/* The n-th key and raw value of a checked object, the key without quotes: GW_NOT_FOUND. */
GW_MUST gw_result jcs_member(struct slice object, size_t n, struct slice *key, struct slice *value);
/* The same with the value decoded: a string without escapes, an integer. GW_BAD for other kinds. */
GW_MUST gw_result jcs_text(struct slice object, const char *key, struct slice *text);
/* The next raw value of a checked list, of which *rest is what is left: "[...]" at first.
 * GW_NOT_FOUND: no more. */
GW_MUST gw_result jcs_item(struct slice *rest, struct slice *value);
GW_MUST gw_result jcs_u64(struct slice object, const char *key, uint64_t *n);

#endif
