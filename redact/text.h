/* redact/text.h - all string leaves of one body in one flat UTF-8 buffer with a segment table.
 *
 * Leaves are separated by one byte 0x1F (unit separator), which belongs to no leaf; no finding may
 * hold it. Built by the gate, read by scan and replace. Lives in the exchange's arena; flat has a
 * ceiling. */
#ifndef REDACT_TEXT_H
#define REDACT_TEXT_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/offmap.h"
#include "proxy/base/slice.h"

enum { TEXT_SEPARATOR = 0x1F };

/* What may be done with a leaf. */
enum text_use {
    TEXT_INSPECT = 0, /* scanned; a finding that must be replaced blocks: keys, tool names */
    TEXT_REWRITE,     /* scanned, may be replaced */
    TEXT_NUMBER,      /* scanned, a number of JSON: digits may be replaced by digits, and the whole
                         of it by a string */
};

/* Who speaks: thresholds and scopes may depend on it. */
enum text_role {
    ROLE_NONE = 0,
    ROLE_SYSTEM,
    ROLE_USER,
    ROLE_ASSISTANT,
    ROLE_TOOL,
    ROLE_SCHEMA,
    ROLE_META
};

struct text_leaf {
    uint32_t start, end; /* in flat */
    struct offmap map;   /* from offsets inside the leaf to offsets in the body */
    struct slice key;    /* decoded name of the nearest member key: context for detectors */
    uint32_t value;      /* caller's number: index in the JSON tape */
    uint8_t use;         /* enum text_use */
    uint8_t role;        /* enum text_role */
    bool is_unmapped;    /* the map is not made yet: nothing in this leaf may be replaced */
    uint8_t depth;       /* escaping depth for replacements: 1 in a JSON string, 2 nested, ... */
};

struct text {
    struct arena *arena;
    struct buf flat;
    struct text_leaf *leaves;
    size_t count, room;
};

void text_init(struct text *t, struct arena *arena, size_t ceiling);
void text_free(struct text *t); /* wipes flat; leaves belong to the arena */
/* Appends one decoded leaf; start and end are filled here, the rest is copied from *leaf. */
GW_MUST gw_result text_add(struct text *t, struct slice decoded, const struct text_leaf *leaf);
/* Index of the leaf that holds flat offset `at`, or SIZE_MAX for a separator. */
size_t text_leaf_at(const struct text *t, size_t at);
/* Index of the first leaf that ends behind `at`; count when none does. */
size_t text_leaf_from(const struct text *t, size_t at);

#endif
