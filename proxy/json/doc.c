/* proxy/json/doc.c - see doc.h. A loop, not a recursion: the open containers are the tape's own
 * parents. Memory is the arena's; the table of keys lives only as long as json_scan(). */
#include "proxy/base/base.h"
#include "proxy/json/doc.h"
#include "proxy/base/bytes.h"
#include "proxy/base/secret.h"
#include "proxy/base/utf8.h"
#include "proxy/json/escape.h"

const struct json_limits *json_limits_default(void)
{
    static const struct json_limits limits = {.depth = 64, .keys = 100000, .values = 1000000};
    return &limits;
}

/* VALUE_BYTES: a value of dense JSON takes so many bytes of text, at least. */
enum {
    LEAST_VALUES = 16,
    MOST_VALUES = 64,
    VALUE_BYTES = 8,
    FIRST_SLOTS = 64,
    WORD = 8,
    NEAR = 24
};

struct slot {
    uint32_t hash;
    uint32_t key; /* index in the tape; 0: free */
};

struct scan {
    struct slice text;
    size_t at; /* the byte to be read next */
    const struct json_limits *limits;
    struct arena *arena;
    struct json_doc *doc;
    struct json_fault *fault;
    size_t room;        /* entries allocated for the tape */
    size_t depth;       /* containers that are open */
    uint32_t parent;    /* the innermost of them */
    uint32_t key;       /* key of the value to come; 0: none */
    struct slot *slots; /* first_slots, until they are too few */
    size_t slot_count, keys;
    bool is_utf8;     /* all of the text; else a string is looked at one character at a time */
    uint64_t seed[2]; /* of a table that has grown: keys that collide cannot be made beforehand */
    struct slot first_slots[FIRST_SLOTS];
};

static gw_result stop(struct scan *s, enum gw_code code, const char *reason)
{
    *s->fault = (struct json_fault){s->at, reason};
    return gw_is(code);
}

/* The byte at the reading place, or -1 at the end of the text. */
static int peek(const struct scan *s)
{
    return s->at < s->text.len ? (unsigned char)s->text.at[s->at] : -1;
}

static void skip_blanks(struct scan *s)
{
    while (s->at < s->text.len) {
        char c = s->text.at[s->at];
        if (c != ' ' && c != '\n' && c != '\r' && c != '\t')
            return;
        s->at++;
    }
}

/* A short text has few values: one of many that stand in another's strings must not cost more. */
static size_t first_room(size_t text_len)
{
    size_t room = text_len / VALUE_BYTES, most = text_len / 2 + 1; /* a byte each, and a comma */
    room = room < LEAST_VALUES ? LEAST_VALUES : room > MOST_VALUES ? MOST_VALUES : room;
    return room < most ? room : most;
}

static gw_result add_value(struct scan *s, enum json_kind kind, uint32_t *index)
{
    struct json_doc *doc = s->doc;
    if (doc->count >= s->limits->values)
        return stop(s, GW_TOO_BIG, "too many values");
    if (doc->count == s->room) {
        size_t room = s->room == 0 ? first_room(s->text.len) : s->room * 2;
        struct json_value *values =
            arena_grow(s->arena, doc->values, doc->count * sizeof *values, room * sizeof *values);
        if (values == NULL)
            return stop(s, GW_NO_MEMORY, "no memory for values");
        doc->values = values;
        s->room = room;
    }
    *index = doc->count++;
    doc->values[*index] = (struct json_value){
        .at = (uint32_t)s->at,
        .end = (uint32_t)s->at,
        .parent = s->parent,
        .key = s->key,
        .next = doc->count,
        .kind = (uint8_t)kind,
    };
    s->key = 0;
    return gw_is(GW_OK);
}

/* Moves over bytes that mean only themselves; in a text known to be UTF-8 those beyond ASCII do,
 * and short escapes are passed with them. */
static void skip_plain(struct scan *s, bool *escaped)
{
    struct slice rest = slice_of(s->text.at + s->at, s->text.len - s->at);
    s->at += s->is_utf8 ? bytes_skip_string(rest, escaped) : bytes_find_special(rest, true);
}

static gw_result take_escape(struct scan *s)
{
    struct escape e;
    if (escape_letter(s->text, s->at) != '\0') {
        s->at += 2;
        return gw_is(GW_OK);
    }
    if (!escape_read(slice_from(s->text, s->at), &e))
        return stop(s, GW_BAD, "bad escape in string");
    if (e.is_lone && !s->limits->lone_surrogates)
        return stop(s, GW_BAD, "half a surrogate pair");
    s->at += e.src_len;
    return gw_is(GW_OK);
}

static gw_result take_string(struct scan *s, uint32_t *index)
{
    if (peek(s) != '"')
        return stop(s, GW_BAD, "expected a string");
    TRY(add_value(s, JSON_STRING, index));
    struct json_value *v = &s->doc->values[*index];
    s->at++;
    s->at += bytes_find_special_near(slice_cut(s->text, s->at, s->at + NEAR));
    for (int c; (c = peek(s)) != '"'; skip_plain(s, &v->has_escape)) {
        if (c == '\\') {
            v->has_escape = true;
            TRY(take_escape(s));
        } else if (c < 0x20) {
            return stop(s, GW_BAD, c < 0 ? "string without end" : "control character in string");
        } else if (!s->is_utf8) {
            size_t n = utf8_len(slice_from(s->text, s->at));
            if (n == 0)
                return stop(s, GW_BAD, "bad UTF-8 in string");
            s->at += n;
        }
    }
    v->end = (uint32_t)++s->at;
    return gw_is(GW_OK);
}

static size_t take_digits(struct scan *s)
{
    size_t from = s->at;
    for (int c = peek(s); c >= '0' && c <= '9'; c = peek(s))
        s->at++;
    return s->at - from;
}

static gw_result take_number(struct scan *s)
{
    uint32_t index;
    TRY(add_value(s, JSON_NUMBER, &index));
    if (peek(s) == '-')
        s->at++;
    if (peek(s) == '0')
        s->at++;
    else if (take_digits(s) == 0)
        return stop(s, GW_BAD, "bad number");
    if (peek(s) == '.') {
        s->at++;
        if (take_digits(s) == 0)
            return stop(s, GW_BAD, "bad number");
    }
    if (peek(s) == 'e' || peek(s) == 'E') {
        s->at++;
        if (peek(s) == '+' || peek(s) == '-')
            s->at++;
        if (take_digits(s) == 0)
            return stop(s, GW_BAD, "bad number");
    }
    s->doc->values[index].end = (uint32_t)s->at;
    return gw_is(GW_OK);
}

static gw_result take_word(struct scan *s, struct slice word, enum json_kind kind)
{
    uint32_t index;
    if (!slice_has_prefix(slice_from(s->text, s->at), word))
        return stop(s, GW_BAD, "expected a value");
    TRY(add_value(s, kind, &index));
    s->at += word.len;
    s->doc->values[index].end = (uint32_t)s->at;
    return gw_is(GW_OK);
}

/* One step of the hash: both halves of a product with a secret factor. What an attacker changes in
 * `word` changes the high half in a way that cannot be told beforehand. */
static uint64_t mix(uint64_t h, uint64_t word, uint64_t factor)
{
    __extension__ unsigned __int128 product = (unsigned __int128)(h ^ word) * factor;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* The next eight decoded bytes, zeros behind the end; how many there were. */
static size_t next_word(struct escape_walk *w, uint64_t *word)
{
    unsigned char bytes[WORD] = {0};
    size_t n = 0;
    for (int c = 0; n < WORD && (c = escape_walk_byte(w)) >= 0; n++)
        bytes[n] = (unsigned char)c;
    memcpy(word, bytes, WORD);
    return n;
}

/* The same for a key without escapes, whose bytes stand as they are. */
static uint64_t hash_plain(const struct scan *s, struct slice key, uint64_t h)
{
    size_t at = 0;
    for (uint64_t word; key.len - at >= WORD; at += WORD) {
        memcpy(&word, key.at + at, WORD);
        h = mix(h, word, s->seed[1]);
    }
    uint64_t word = bytes_few(key.at + at, key.len - at, 0);
    return mix(h, word ^ (uint64_t)key.len << 56, s->seed[1]);
}

static uint32_t hash_key(const struct scan *s, const struct json_value *key)
{
    struct slice inner = slice_cut(s->text, key->at + 1u, key->end - 1u);
    uint64_t h = s->seed[0] ^ (key->parent * 0x9e3779b97f4a7c15u);
    if (!key->has_escape)
        return (uint32_t)hash_plain(s, inner, h);
    struct escape_walk w = {.left = inner};
    uint64_t word, len = 0;
    size_t n;
    while ((n = next_word(&w, &word)) == WORD) {
        h = mix(h, word, s->seed[1]);
        len += n;
    }
    return (uint32_t)mix(h, word ^ (len + n) << 56, s->seed[1]);
}

static bool is_same_key(const struct scan *s, const struct json_value *a,
                        const struct json_value *b)
{
    struct slice one = slice_cut(s->text, a->at + 1u, a->end - 1u);
    struct slice other = slice_cut(s->text, b->at + 1u, b->end - 1u);
    if (a->parent != b->parent)
        return false;
    if (!a->has_escape && !b->has_escape)
        return slice_is(one, other);
    struct escape_walk left = {.left = one}, right = {.left = other};
    int c;
    do {
        c = escape_walk_byte(&left);
        if (c != escape_walk_byte(&right))
            return false;
    } while (c >= 0);
    return true;
}

/* The first table is small: keys that collide in it cost nothing, and random bytes would cost a
 * small document more than its reading. A larger one is worth them. */
static gw_result grow_slots(struct scan *s)
{
    size_t count = s->slot_count * 2;
    bool is_reseeded = s->slot_count == FIRST_SLOTS;
    struct slot *slots = arena_array(s->arena, count, sizeof *slots);
    if (slots == NULL)
        return stop(s, GW_NO_MEMORY, "no memory for keys");
    if (is_reseeded)
        secret_random(s->seed, sizeof s->seed);
    s->seed[1] |= 1;
    for (size_t i = 0; i < s->slot_count; i++) {
        struct slot slot = s->slots[i];
        if (slot.key == 0)
            continue;
        if (is_reseeded)
            slot.hash = hash_key(s, &s->doc->values[slot.key]);
        size_t to = slot.hash & (count - 1);
        while (slots[to].key != 0)
            to = (to + 1) & (count - 1);
        slots[to] = slot;
    }
    s->slots = slots;
    s->slot_count = count;
    return gw_is(GW_OK);
}

/* Enters the key, or notes that its object has it already. Open addressing, never over half full.
 */
static gw_result note_key(struct scan *s, uint32_t index)
{
    const struct json_value *key = &s->doc->values[index];
    if (s->keys++ >= s->limits->keys)
        return stop(s, GW_TOO_BIG, "too many keys");
    if (s->keys * 2 > s->slot_count)
        TRY(grow_slots(s));
    uint32_t hash = hash_key(s, key);
    size_t at = hash & (s->slot_count - 1);
    for (; s->slots[at].key != 0; at = (at + 1) & (s->slot_count - 1)) {
        if (s->slots[at].hash != hash || !is_same_key(s, &s->doc->values[s->slots[at].key], key))
            continue;
        if (!s->doc->has_duplicate_key)
            s->doc->duplicate_at = key->at;
        s->doc->has_duplicate_key = true;
        return gw_is(GW_OK);
    }
    s->slots[at] = (struct slot){hash, index};
    return gw_is(GW_OK);
}

/* A key and its colon; the next value added is the key's. */
static gw_result take_key(struct scan *s)
{
    uint32_t index = 0;
    skip_blanks(s);
    TRY(take_string(s, &index));
    s->doc->values[index].is_key = true;
    TRY(note_key(s, index));
    skip_blanks(s);
    if (peek(s) != ':')
        return stop(s, GW_BAD, "expected a colon");
    s->at++;
    s->key = index;
    return gw_is(GW_OK);
}

static void close_container(struct scan *s)
{
    struct json_value *v = &s->doc->values[s->parent];
    v->end = (uint32_t)++s->at;
    v->next = s->doc->count;
    s->parent = v->parent;
    s->depth--;
}

/* Opens an array or object. *more: a value must follow; false when it was closed at once. */
static gw_result open_container(struct scan *s, enum json_kind kind, bool *more)
{
    uint32_t index;
    if (s->depth >= s->limits->depth)
        return stop(s, GW_TOO_BIG, "nested too deep");
    TRY(add_value(s, kind, &index));
    s->at++;
    s->depth++;
    s->parent = index;
    skip_blanks(s);
    *more = peek(s) != (kind == JSON_ARRAY ? ']' : '}');
    if (!*more)
        close_container(s);
    else if (kind == JSON_OBJECT)
        TRY(take_key(s));
    return gw_is(GW_OK);
}

/* One value, or the beginning of a container: then *more is true. */
static gw_result take_value(struct scan *s, bool *more)
{
    uint32_t index;
    *more = false;
    skip_blanks(s);
    switch (peek(s)) {
    case '{':
        return open_container(s, JSON_OBJECT, more);
    case '[':
        return open_container(s, JSON_ARRAY, more);
    case '"':
        return take_string(s, &index);
    case 't':
        return take_word(s, SLICE_LIT("true"), JSON_TRUE);
    case 'f':
        return take_word(s, SLICE_LIT("false"), JSON_FALSE);
    case 'n':
        return take_word(s, SLICE_LIT("null"), JSON_NULL);
    case -1:
        return stop(s, GW_BAD, "expected a value, not the end");
    default:
        if (peek(s) != '-' && (peek(s) < '0' || peek(s) > '9'))
            return stop(s, GW_BAD, "expected a value");
        return take_number(s);
    }
}

/* Behind a value: closes what ends here. *more: a comma was there and another value must follow. */
static gw_result take_ends(struct scan *s, bool *more)
{
    *more = false;
    for (skip_blanks(s); s->depth > 0; skip_blanks(s)) {
        bool is_object = s->doc->values[s->parent].kind == JSON_OBJECT;
        int c = peek(s);
        if (c == ',') {
            s->at++;
            *more = true;
            return is_object ? take_key(s) : gw_is(GW_OK);
        }
        if (c != (is_object ? '}' : ']'))
            return stop(s, GW_BAD, "expected a comma or the end of an array or object");
        close_container(s);
    }
    return s->at == s->text.len ? gw_is(GW_OK) : stop(s, GW_BAD, "bytes behind the end");
}

gw_result json_scan(struct slice text, const struct json_limits *limits, struct arena *arena,
                    struct json_doc *out, struct json_fault *fault)
{
    struct scan s = {.text = text,
                     .limits = limits,
                     .arena = arena,
                     .doc = out,
                     .fault = fault,
                     .slot_count = FIRST_SLOTS,
                     .seed = {UINT64_C(0x9e3779b97f4a7c15), UINT64_C(0xd6e8feb86659fd93)}};
    bool more = true;
    s.slots = s.first_slots;
    *out = (struct json_doc){.text = text};
    *fault = (struct json_fault){0, "none"};
    if (text.len >= UINT32_MAX)
        return stop(&s, GW_TOO_BIG, "text of 4 GiB");
    s.is_utf8 = utf8_is_valid(text);
    while (more) {
        TRY(take_value(&s, &more));
        if (!more)
            TRY(take_ends(&s, &more));
    }
    arena_trim(arena, out->values, out->count * sizeof *out->values);
    return gw_is(GW_OK);
}

uint32_t json_child(const struct json_doc *doc, uint32_t parent)
{
    const struct json_value *v = &doc->values[parent];
    if (v->next == parent + 1 || (v->kind != JSON_ARRAY && v->kind != JSON_OBJECT))
        return 0;
    return v->kind == JSON_OBJECT ? parent + 2 : parent + 1;
}

uint32_t json_sibling(const struct json_doc *doc, uint32_t value)
{
    uint32_t next = doc->values[value].next;
    if (next >= doc->values[doc->values[value].parent].next)
        return 0;
    return doc->values[next].is_key ? next + 1 : next;
}

struct slice json_raw(const struct json_doc *doc, uint32_t value)
{
    return slice_cut(doc->text, doc->values[value].at, doc->values[value].end);
}

struct slice json_inner(const struct json_doc *doc, uint32_t value)
{
    struct slice raw = json_raw(doc, value);
    return doc->values[value].kind == JSON_STRING ? slice_cut(raw, 1, raw.len - 1) : raw;
}

static bool decodes_to(struct slice inner, struct slice text)
{
    struct escape_walk w = {.left = inner};
    for (size_t i = 0; i < text.len; i++)
        if (escape_walk_byte(&w) != (unsigned char)text.at[i])
            return false;
    return escape_walk_byte(&w) < 0;
}

/* json_is() of what is known to be a string: lengths differ most often. */
static inline bool is_string(const struct json_doc *doc, const struct json_value *v,
                             struct slice text)
{
    size_t len = v->end - v->at - 2u;
    if (v->has_escape)
        return decodes_to(slice_of(doc->text.at + v->at + 1, len), text);
    return slice_is(slice_of(doc->text.at + v->at + 1, len), text);
}

bool json_is(const struct json_doc *doc, uint32_t value, struct slice text)
{
    const struct json_value *v = &doc->values[value];
    return v->kind == JSON_STRING && is_string(doc, v, text);
}

uint32_t json_find(const struct json_doc *doc, uint32_t object, struct slice name)
{
    const struct json_value *values = doc->values;
    if (values[object].kind != JSON_OBJECT)
        return 0;
    for (uint32_t key = object + 1, end = values[object].next; key < end;
         key = values[key + 1].next)
        if (is_string(doc, &values[key], name))
            return key + 1;
    return 0;
}
