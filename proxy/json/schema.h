/* proxy/json/schema.h - does a value hold to a JSON schema, as far as the schemas of tools go?
 *
 * Knows type (and nullable), enum, const, required, properties, additionalProperties, items, anyOf,
 * oneOf, allOf. What it does not know ($ref, formats, ranges) holds: it says no only where it is
 * sure. Knows nothing of tools. Owns nothing. */
#ifndef PROXY_JSON_SCHEMA_H
#define PROXY_JSON_SCHEMA_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/json/doc.h"

/* What lies deeper holds; what takes more steps does not. */
enum { SCHEMA_DEPTH = 16, SCHEMA_STEPS = 200000 };

/* GW_OK: it holds. GW_BAD: it does not, or is too much to look at. GW_NO_MEMORY. */
GW_MUST gw_result schema_holds(const struct json_doc *schema, uint32_t at,
                               const struct json_doc *doc, uint32_t value, struct arena *arena);

#endif
