/* proxy/json/string.h - the decoded text of a JSON string with its offset map, and escaping.
 *
 * Decoding never fails on what json_scan() accepted. Lone surrogates (only where the scan allowed
 * them) decode to their three-byte form (WTF-8). Memory from the arena. */
#ifndef PROXY_JSON_STRING_H
#define PROXY_JSON_STRING_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/edit.h"
#include "proxy/base/offmap.h"
#include "proxy/json/doc.h"

/* Decodes the string value; `map` (initialised here) leads from decoded offsets to offsets in
 * doc->text. A string without escapes is borrowed from doc->text, with a one-run map. map may be
 * NULL. The longest one is kept in doc->known, where there is such a place. */
GW_MUST gw_result string_decode(const struct json_doc *doc, uint32_t value, struct arena *arena,
                                struct slice *out, struct offmap *map);
/* The map alone: it is as large as there are escapes, and few strings ever need theirs. */
GW_MUST gw_result string_map(const struct json_doc *doc, uint32_t value, struct arena *arena,
                             struct offmap *map);
/* The same of a part: from byte `from` up to byte `to` of the decoded text, which has `len` bytes,
 * the map is as that one. What stands in front of it and behind it is one unit each. */
struct string_part {
    size_t from, to, len;
};
GW_MUST gw_result string_map_part(const struct json_doc *doc, uint32_t value,
                                  const struct string_part *part, struct arena *arena,
                                  struct offmap *map);
/* Appends text as the inside of a JSON string nested `depth` deep (0: as it is; 1: escaped once; 2:
 * escaped, and the result escaped again). WTF-8 halves become \udXXX escapes. */
GW_MUST gw_result string_escape(struct buf *out, struct slice text, unsigned depth);
/* Copies body into out with the edits made, each escaped for its depth. GW_BAD when edits overlap,
 * are unsorted or leave the body. Everything outside the edits is copied byte for byte. */
GW_MUST gw_result string_splice(struct slice body, const struct edit *edits, size_t n,
                                struct buf *out);

#endif
