/* redact/vault.c - see vault.h. Entries stand in one array, a trie over their folded bytes finds
 * them.
 *
 * Refuses to know where a token is used. Everything lies in the exchange's arena, which wipes it.
 */
#include "proxy/base/base.h"
#include "redact/vault.h"

enum {
    ID_LETTERS = 5,    /* of a token's id, before the check letter */
    ID_STEP = 2,       /* added on a clash */
    ID_LONGEST = 29,   /* a digest has 32 bytes */
    ESCAPES = 2,       /* backslashes tolerated before '_': Markdown's, and JSON's around it */
    LIKE_MAX = 1 << 25 /* bits of the look-alike filter: 4 MiB */
};

static const char letters[] = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

struct entry {
    struct slice token, value;
    struct digest digest; /* of the canonical value; unused for stand-ins put in */
    bool is_derived;
};

struct node {
    uint32_t child, sibling; /* indices of nodes, 0: none */
    uint32_t entry;          /* index + 1 of the entry that ends here, 0: none */
    unsigned char byte;      /* upper case */
};

struct vault {
    struct arena *arena;
    const struct secret_key *key;
    struct digest scope;
    struct slice input;
    struct entry *entries;
    size_t count, room;
    uint32_t *slots; /* entry index + 1 by digest; slot_count is a power of two */
    size_t slot_count;
    struct node *nodes; /* [0] is unused: no node */
    size_t node_count, node_room;
    uint32_t first[256];  /* the trie's root */
    unsigned char *likes; /* filter of ids that stand in the input; NULL until the first token */
    size_t like_bits;
    size_t longest;
};

static unsigned char fold(char c)
{
    return (unsigned char)(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
}

/* clang-format off */
/* The place of a letter in `letters`, in either case, and one more; 0: it is none of them. */
static const uint8_t places[256] = {
    ['2'] = 1, ['3'] = 2, ['4'] = 3, ['5'] = 4, ['6'] = 5, ['7'] = 6, ['8'] = 7, ['9'] = 8,
    ['A'] = 9, ['B'] = 10, ['C'] = 11, ['D'] = 12, ['E'] = 13, ['F'] = 14, ['G'] = 15, ['H'] = 16,
    ['J'] = 17, ['K'] = 18, ['L'] = 19, ['M'] = 20, ['N'] = 21, ['P'] = 22, ['Q'] = 23, ['R'] = 24,
    ['S'] = 25, ['T'] = 26, ['U'] = 27, ['V'] = 28, ['W'] = 29, ['X'] = 30, ['Y'] = 31, ['Z'] = 32,
    ['a'] = 9, ['b'] = 10, ['c'] = 11, ['d'] = 12, ['e'] = 13, ['f'] = 14, ['g'] = 15, ['h'] = 16,
    ['j'] = 17, ['k'] = 18, ['l'] = 19, ['m'] = 20, ['n'] = 21, ['p'] = 22, ['q'] = 23, ['r'] = 24,
    ['s'] = 25, ['t'] = 26, ['u'] = 27, ['v'] = 28, ['w'] = 29, ['x'] = 30, ['y'] = 31, ['z'] = 32,
};
/* clang-format on */

struct vault *vault_new(struct arena *arena, const struct secret_key *key, struct digest scope,
                        struct slice input)
{
    struct vault *v = arena_zalloc(arena, sizeof *v);
    if (v == NULL)
        return NULL;
    v->arena = arena;
    v->key = key;
    v->scope = scope;
    v->input = input;
    return v;
}

/* --- canonical values ------------------------------------------------------------------------- */

enum canon { CANON_EXACT, CANON_BLANKS, CANON_LOWER, CANON_NUMBER };

static enum canon canon_of(enum family family)
{
    switch (family) {
    case FAM_EMAIL:
    case FAM_IP_ADDRESS:
        return CANON_LOWER;
    case FAM_PHONE:
    case FAM_MAC_ADDRESS:
    case FAM_CREDIT_CARD:
    case FAM_IBAN:
    case FAM_BANK_ACCOUNT:
    case FAM_NATIONAL_ID:
    case FAM_TAX_ID:
    case FAM_COMPANY_ID:
    case FAM_VAT:
    case FAM_PASSPORT:
    case FAM_DRIVER_LICENSE:
    case FAM_LICENSE_PLATE:
    case FAM_HEALTH_ID:
    case FAM_IMEI:
        return CANON_NUMBER;
    case FAM_PERSON:
    case FAM_ADDRESS:
    case FAM_LOCATION:
    case FAM_ORG:
        return CANON_BLANKS;
    default:
        return CANON_EXACT;
    }
}

/* Keeps letters, digits, '+' at the begin, and whatever is not ASCII. */
static size_t canon_number(struct slice value, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < value.len; i++) {
        unsigned char f = fold(value.at[i]);
        bool keeps = (f >= '0' && f <= '9') || (f >= 'A' && f <= 'Z') || f >= 0x80;
        if (keeps || (f == '+' && n == 0))
            to[n++] = (char)f;
    }
    if (n > 2 && to[0] == '0' && to[1] == '0') { /* 0049 is +49 */
        to[0] = '+';
        memmove(to + 1, to + 2, n - 2);
        n--;
    }
    return n;
}

static size_t canon_blanks(struct slice value, char *to)
{
    size_t n = 0;
    for (size_t i = 0; i < value.len; i++) {
        if (!slice_is_blank(value.at[i]))
            to[n++] = value.at[i];
        else if (n > 0 && to[n - 1] != ' ')
            to[n++] = ' ';
    }
    return n > 0 && to[n - 1] == ' ' ? n - 1 : n;
}

static size_t canonical(enum family family, struct slice value, char *to)
{
    enum canon how = canon_of(family);
    size_t n = 0;
    if (how == CANON_NUMBER)
        n = canon_number(value, to);
    else if (how == CANON_BLANKS)
        n = canon_blanks(value, to);
    if (n > 0)
        return n;
    for (; n < value.len; n++)
        to[n] = how == CANON_LOWER ? (char)fold(value.at[n]) : value.at[n];
    return n;
}

struct digest vault_digest(const struct vault *v, enum family family, struct slice value)
{
    char small[256], *to = small;
    if (value.len > sizeof small)
        to = arena_alloc(v->arena, value.len);
    struct slice canon = to == NULL ? value : slice_of(to, canonical(family, value, to));
    const struct slice parts[] = {slice_of(v->scope.at, sizeof v->scope.at),
                                  slice_str(family_name(family)), canon};
    struct digest d = secret_hmac(v->key, parts, GW_COUNT(parts));
    secret_wipe(small, sizeof small);
    return d;
}

/* --- look-alikes in the input ----------------------------------------------------------------- */

/* The hash of the first ID_LETTERS + 1 letters behind a '_', or SIZE_MAX when they are none: most
 * often the first one tells. */
static size_t like_hash(struct slice id)
{
    uint64_t word = 0;
    if (id.len < ID_LETTERS + 1)
        return SIZE_MAX;
    for (size_t i = 0; i < ID_LETTERS + 1; i++) {
        uint64_t place = places[(unsigned char)id.at[i]];
        if (place == 0)
            return SIZE_MAX;
        word = word << 6 | place;
    }
    return (size_t)(word * UINT64_C(0x9E3779B97F4A7C15) >> 32);
}

/* Marks the look-alikes of the input, which is read once for it: a bit for each of its bytes is
 * seven or more for each of them, as long as they are. */
static gw_result like_build(struct vault *v)
{
    if (v->like_bits > 0)
        return gw_is(GW_OK);
    size_t bits = 64;
    while (bits < v->input.len && bits < LIKE_MAX)
        bits *= 2;
    v->likes = arena_zalloc(v->arena, bits / 8);
    if (v->likes == NULL)
        return gw_is(GW_NO_MEMORY);
    v->like_bits = bits;
    struct slice rest = v->input;
    for (size_t at; (at = slice_find_byte(rest, '_')) != SIZE_MAX;) {
        rest = slice_from(rest, at + 1);
        size_t h = like_hash(rest);
        if (h != SIZE_MAX)
            v->likes[(h % bits) / 8] |= (unsigned char)(1u << (h % 8));
    }
    return gw_is(GW_OK);
}

/* Does `word` (upper case) begin `text`, ASCII case ignored, with \_ for _? */
static bool begins_with(struct slice text, struct slice word)
{
    size_t i = 0;
    for (size_t k = 0; k < word.len; k++, i++) {
        for (size_t n = 0; word.at[k] == '_' && n < ESCAPES; n++)
            i += i < text.len && text.at[i] == '\\';
        if (i >= text.len || fold(text.at[i]) != fold(word.at[k]))
            return false;
    }
    return true;
}

bool vault_is_in_input(const struct vault *v, struct slice text)
{
    if (text.len == 0)
        return true;
    for (size_t i = 0; i < v->input.len; i++)
        if (fold(v->input.at[i]) == fold(text.at[0]) && begins_with(slice_from(v->input, i), text))
            return true;
    return false;
}

static bool is_like_input(const struct vault *v, struct slice token)
{
    size_t h = like_hash(slice_from(token, slice_find_byte(token, '_') + 1));
    if (h != SIZE_MAX && (v->likes[(h % v->like_bits) / 8] & (1u << (h % 8))) == 0)
        return false;
    return vault_is_in_input(v, token);
}

/* --- the trie --------------------------------------------------------------------------------- */

static uint32_t child_of(const struct vault *v, uint32_t node, unsigned char byte)
{
    if (node == 0)
        return v->first[byte];
    uint32_t at = v->nodes[node].child;
    while (at != 0 && v->nodes[at].byte != byte)
        at = v->nodes[at].sibling;
    return at;
}

static gw_result node_room(struct vault *v, size_t more)
{
    size_t need = v->node_count + more + 1;
    if (need <= v->node_room)
        return gw_is(GW_OK);
    size_t room = v->node_room * 2 > need ? v->node_room * 2 : need + 64;
    if (room > UINT32_MAX)
        return gw_is(GW_TOO_BIG);
    struct node *nodes = arena_array(v->arena, room, sizeof *nodes);
    if (nodes == NULL)
        return gw_is(GW_NO_MEMORY);
    if (v->node_count > 0)
        memcpy(nodes, v->nodes, (v->node_count + 1) * sizeof *nodes);
    v->nodes = nodes;
    v->node_room = room;
    return gw_is(GW_OK);
}

static gw_result trie_add(struct vault *v, struct slice token, size_t entry)
{
    TRY(node_room(v, token.len));
    uint32_t node = 0;
    for (size_t i = 0; i < token.len; i++) {
        unsigned char byte = fold(token.at[i]);
        uint32_t next = child_of(v, node, byte);
        if (next == 0) {
            next = (uint32_t)++v->node_count;
            v->nodes[next].byte = byte;
            if (node == 0) {
                v->first[byte] = next;
            } else {
                v->nodes[next].sibling = v->nodes[node].child;
                v->nodes[node].child = next;
            }
        }
        node = next;
    }
    v->nodes[node].entry = (uint32_t)entry + 1;
    return gw_is(GW_OK);
}

/* One step down by the character at text[*at]; *at moves behind it. 0: no such token. *short_of:
 * the text ends inside an escape that could still become the next character. */
static uint32_t step(const struct vault *v, uint32_t node, struct slice text, size_t *at,
                     bool *short_of)
{
    uint32_t next = child_of(v, node, fold(text.at[*at]));
    if (next != 0) {
        *at += 1;
        return next;
    }
    if (node == 0 || text.at[*at] != '\\' || (next = child_of(v, node, '_')) == 0)
        return 0;
    size_t i = *at;
    while (i < text.len && text.at[i] == '\\' && i - *at < ESCAPES)
        i++;
    *short_of = i == text.len;
    if (*short_of || text.at[i] != '_')
        return 0;
    *at = i + 1;
    return next;
}

gw_result vault_match(const struct vault *v, struct slice text, size_t *len, struct slice *value)
{
    uint32_t node = 0;
    size_t at = 0;
    bool short_of = false;
    *len = 0;
    *value = (struct slice){NULL, 0};
    if (v->count == 0)
        return gw_is(GW_NOT_FOUND);
    while (at < text.len) {
        uint32_t next = step(v, node, text, &at, &short_of);
        if (next == 0)
            break;
        node = next;
        if (v->nodes[node].entry != 0) {
            *len = at;
            *value = v->entries[v->nodes[node].entry - 1].value;
        }
    }
    if (short_of || (at == text.len && (node == 0 || v->nodes[node].child != 0)))
        return gw_is(GW_AGAIN);
    return gw_is(*len > 0 ? GW_OK : GW_NOT_FOUND);
}

bool vault_find(const struct vault *v, struct slice token, struct slice *value)
{
    size_t len;
    struct slice found;
    gw_result r = vault_match(v, token, &len, &found);
    if (r.code == GW_NOT_FOUND || len == 0 || len != token.len)
        return false;
    *value = found;
    return true;
}

/* --- entries ---------------------------------------------------------------------------------- */

static size_t slot_of(const struct vault *v, const struct digest *d)
{
    uint64_t h;
    memcpy(&h, d->at, sizeof h);
    size_t i = (size_t)h & (v->slot_count - 1);
    while (v->slots[i] != 0 &&
           memcmp(v->entries[v->slots[i] - 1].digest.at, d->at, sizeof d->at) != 0)
        i = (i + 1) & (v->slot_count - 1);
    return i;
}

static gw_result entry_room(struct vault *v)
{
    if (v->count < v->room)
        return gw_is(GW_OK);
    size_t room = 16; /* a power of two: slot_of() */
    while (room <= v->count)
        room *= 2;
    struct entry *entries = arena_array(v->arena, room, sizeof *entries);
    uint32_t *slots = arena_array(v->arena, room * 2, sizeof *slots);
    if (entries == NULL || slots == NULL)
        return gw_is(GW_NO_MEMORY);
    if (v->count > 0)
        memcpy(entries, v->entries, v->count * sizeof *entries);
    v->entries = entries;
    v->room = room;
    v->slots = slots;
    v->slot_count = room * 2;
    for (size_t i = 0; i < v->count; i++)
        if (entries[i].is_derived)
            slots[slot_of(v, &entries[i].digest)] = (uint32_t)i + 1;
    return gw_is(GW_OK);
}

/* Both texts are copied: the vault outlives what they were found in. */
static gw_result add_entry(struct vault *v, struct slice token, struct slice value)
{
    TRY(entry_room(v));
    struct entry *e = &v->entries[v->count];
    *e = (struct entry){.token = arena_copy(v->arena, token), .value = arena_copy(v->arena, value)};
    if (e->token.at == NULL || e->value.at == NULL)
        return gw_is(GW_NO_MEMORY);
    TRY(trie_add(v, e->token, v->count));
    v->count++;
    size_t written = token.len;
    for (size_t i = 0; i < token.len; i++)
        written += token.at[i] == '_' ? ESCAPES : 0;
    v->longest = written > v->longest ? written : v->longest;
    return gw_is(GW_OK);
}

/* The last letter checks the rest: odd weights, so that one changed letter never goes unseen. */
static size_t write_id(const struct digest *d, size_t n, char *to)
{
    unsigned sum = (unsigned)n;
    for (size_t i = 0; i < n; i++) {
        unsigned letter = d->at[i] & 31u;
        sum += letter * (unsigned)(2 * i + 1);
        to[i] = letters[letter];
    }
    to[n] = letters[sum & 31u];
    return n + 1;
}

static struct slice write_token(const struct digest *d, enum family family, size_t n, char *to)
{
    struct slice word = slice_str(family_word(family));
    memcpy(to, word.at, word.len);
    to[word.len] = '_';
    return slice_of(to, word.len + 1 + write_id(d, n, to + word.len + 1));
}

gw_result vault_token(struct vault *v, enum family family, struct slice value, struct slice *token)
{
    char text[ID_LONGEST + 64];
    if (value.len == 0 || slice_str(family_word(family)).len > 32)
        return gw_is(GW_BAD);
    TRY(like_build(v));
    TRY(entry_room(v));
    struct digest d = vault_digest(v, family, value);
    uint32_t known = v->slots[slot_of(v, &d)];
    if (known != 0) {
        *token = v->entries[known - 1].token;
        return gw_is(GW_OK);
    }
    for (size_t n = ID_LETTERS; n <= ID_LONGEST; n += ID_STEP) {
        struct slice taken, made = write_token(&d, family, n, text);
        if (vault_find(v, made, &taken) || is_like_input(v, made))
            continue;
        TRY(add_entry(v, made, value));
        struct entry *e = &v->entries[v->count - 1];
        e->digest = d;
        e->is_derived = true;
        v->slots[slot_of(v, &d)] = (uint32_t)v->count;
        *token = e->token;
        return gw_is(GW_OK);
    }
    return gw_is(GW_REFUSED);
}

gw_result vault_put(struct vault *v, struct slice stand_in, struct slice value)
{
    struct slice taken;
    if (stand_in.len == 0)
        return gw_is(GW_BAD);
    if (vault_find(v, stand_in, &taken))
        return gw_is(slice_is(taken, value) ? GW_OK : GW_REFUSED);
    return add_entry(v, stand_in, value);
}

gw_result vault_keep(const struct vault *v, struct arena *arena, struct vault **out)
{
    struct vault *k = arena_alloc(arena, sizeof *k);
    if (k == NULL)
        return gw_is(GW_NO_MEMORY);
    *k = *v;
    k->arena = arena;
    k->input = (struct slice){NULL, 0};
    k->likes = NULL;
    k->like_bits = 0;
    k->slots = NULL; /* made anew, with room, when a token is */
    k->slot_count = 0;
    k->room = v->count;
    k->node_room = v->node_count + 1;
    k->entries = arena_array(arena, v->count + 1, sizeof *k->entries);
    k->nodes = arena_array(arena, v->node_count + 1, sizeof *k->nodes);
    if (k->entries == NULL || k->nodes == NULL)
        return gw_is(GW_NO_MEMORY);
    if (v->node_count > 0)
        memcpy(k->nodes, v->nodes, (v->node_count + 1) * sizeof *k->nodes);
    for (size_t i = 0; i < v->count; i++) {
        struct entry *e = &k->entries[i];
        *e = v->entries[i];
        e->token = arena_copy(arena, e->token);
        e->value = arena_copy(arena, e->value);
        if (e->token.at == NULL || e->value.at == NULL)
            return gw_is(GW_NO_MEMORY);
    }
    *out = k;
    return gw_is(GW_OK);
}

size_t vault_count(const struct vault *v)
{
    return v->count;
}

size_t vault_longest(const struct vault *v)
{
    return v->longest;
}
