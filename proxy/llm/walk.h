/* proxy/llm/walk.h - every string leaf of a body, classified: scanned or exempt for a written
 * reason.
 *
 * Generic: rules are a table of key names. A leaf is text unless a row exempts it AND its value
 * looks like its kind (wire.md 2.1). Keys of objects are leaves too: inspect only, but
 * for names of the API's own (members.h), and so are long numbers: all in free JSON, and elsewhere
 * in requests those that no row knows (LEAF_NUMBER: what may take their place, but in schemas). A
 * string whose text is itself a JSON object or array (tool arguments) is walked inside, up to
 * WALK_NEST levels, with composed maps; it is then not a leaf of its own, its inner strings are.
 * Sum checked: scanned
 * + exempt = leaves. */
#ifndef PROXY_LLM_WALK_H
#define PROXY_LLM_WALK_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/offmap.h"
#include "proxy/base/slice.h"
#include "proxy/json/doc.h"

enum { WALK_NEST = 4 };

enum leaf_use { LEAF_EXEMPT = 0, LEAF_INSPECT, LEAF_REWRITE, LEAF_NUMBER };
enum leaf_role {
    LEAF_NOBODY = 0,
    LEAF_SYSTEM,
    LEAF_USER,
    LEAF_ASSISTANT,
    LEAF_TOOL,
    LEAF_SCHEMA,
    LEAF_META
};
/* The shape a value must have to be exempt under a key. */
enum leaf_shape {
    SHAPE_NONE = 0,
    SHAPE_WORD,
    SHAPE_ID,
    SHAPE_BASE64,
    SHAPE_MEDIA,
    SHAPE_MODEL,
    SHAPE_NUMBER /* no string: a long number that the API knows by this name */
};

/* The first two letters and the length of a name: names that differ in them are not compared. */
#define WALK_CODE(first, second, len)                                            \
    ((uint32_t)(unsigned char)(first) | (uint32_t)(unsigned char)(second) << 8 | \
     (uint32_t)(len) << 16)
#define WALK_KEY(name) (name), WALK_CODE((name)[0], (name)[1], sizeof(name) - 1)

struct walk_rule {
    const char *key; /* member name anywhere in the body; with its code: WALK_KEY() */
    uint32_t code;
    enum leaf_use use;     /* LEAF_EXEMPT or LEAF_INSPECT when the shape holds; else LEAF_REWRITE */
    enum leaf_shape shape; /* SHAPE_WORD: one of `words`; ID: [A-Za-z0-9_:.-]{1,128} */
    const char *words;     /* space-separated known words, for SHAPE_WORD */
    const char *reason;    /* why it is exempt: one written sentence */
};

struct walk_rules {
    const struct walk_rule *rules; /* ends with a NULL key */
    /* Key names under which free JSON lives (tool input, schemas, metadata): below them no row
     * exempts. */
    const char *const *free_under; /* NULL-terminated */
    /* True: the object holding this leaf is sealed as a whole (thinking with a signature). */
    bool (*is_sealed)(const struct json_doc *doc, uint32_t object);
    bool nest; /* walk JSON in strings (requests); answers hand such a string out whole */
};

struct walk_leaf {
    const struct json_doc *doc; /* the document it stands in: the body's, or a nested one */
    uint32_t value;             /* tape index in doc */
    struct slice text;          /* decoded */
    struct offmap map;          /* decoded offsets -> offsets in the BODY (nested: composed) */
    bool is_unmapped;           /* not made yet: string_map(doc, value) makes it; depth is 1 */
    struct slice key;           /* decoded nearest member name; a key's own text for keys */
    enum leaf_use use;
    enum leaf_role role;
    unsigned depth; /* 1 in the body, 2 in JSON in a string, ... */
    bool is_key;
    bool is_json; /* answers (nest == false): member `arguments`, `input` string, `partial_json` */
    const char *reason; /* for exempt leaves */
};

/* Called for each leaf; a result other than GW_OK ends the walk with it. */
typedef gw_result (*walk_sink)(void *sink_of, const struct walk_leaf *leaf);

struct walk_count {
    uint64_t leaves, scanned, exempt, exempt_bytes;
};

/* Nested documents are scanned with json_limits_default(); a nested text that is not strict JSON
 * stays plain text. */
GW_MUST gw_result walk_body(const struct json_doc *doc, const struct walk_rules *rules,
                            struct arena *arena, walk_sink sink, void *sink_of,
                            struct walk_count *count);
/* True when a walk would hand this string of an answer out as text to be rewritten; is_free: a name
 * of free_under stands above it. */
bool walk_is_text(const struct walk_rules *rules, const struct json_doc *doc, uint32_t value,
                  bool is_free);
/* The row that exempts such a member of an answer whenever its string has the row's shape; NULL:
 * there is none, or it takes more to tell. */
const struct walk_rule *walk_row_of(const struct walk_rules *rules, const struct json_doc *doc,
                                    uint32_t value);
/* True when `text` has the shape. words as in struct walk_rule. */
bool walk_has_shape(struct slice text, enum leaf_shape shape, const char *words);

#endif
