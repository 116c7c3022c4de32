/* proxy/gate/detail.c - see detail.h. Owns nothing; what it notes lies in the request's arena. */
#include "proxy/base/base.h"
#include "proxy/gate/detail.h"
#include "proxy/gate/state.h"
#include "proxy/llm/members.h"

enum { TOOLS_LISTED = 32, TOOL_NAME = 64, NUMBER = 24, PROGRAM = 64, WORD = 40, SENDERS = 4 };

/* --- attachments ------------------------------------------------------------------------------ */

static struct slice word_of(struct slice text, const char *words)
{
    return walk_has_shape(text, SHAPE_WORD, words) ? text : SLICE_LIT("?");
}

/* Its media type: in a data: URL in front of it, else in a member beside it. */
static struct slice mime_of(const struct walk_leaf *leaf)
{
    static const char known[] =
        "image/png image/jpeg image/gif image/webp application/pdf text/plain audio/wav audio/mp3 "
        "audio/mpeg audio/aac audio/flac audio/opus audio/pcm16 wav mp3 aac flac opus pcm16";
    struct slice text = slice_cut(leaf->text, 0, WORD);
    uint32_t object = leaf->doc->values[leaf->value].parent, beside;
    if (slice_has_prefix(text, SLICE_LIT("data:"))) {
        size_t end = slice_find_byte(text, ';');
        return word_of(slice_cut(text, 5, end == SIZE_MAX ? 5 : end), known);
    }
    beside = json_member(leaf->doc, object, "media_type");
    if (beside == 0)
        beside = json_member(leaf->doc, object, "format");
    if (beside == 0 || leaf->doc->values[beside].kind != JSON_STRING)
        return SLICE_LIT("?");
    return word_of(json_inner(leaf->doc, beside), known);
}

static uint64_t decoded_bytes(struct slice text)
{
    size_t comma = slice_has_prefix(text, SLICE_LIT("data:")) ? slice_find_byte(text, ',') : 0;
    size_t from = comma == SIZE_MAX ? text.len : comma == 0 ? 0 : comma + 1, end = text.len;
    while (end > from && text.at[end - 1] == '=')
        end--;
    return (uint64_t)(end - from) * 3 / 4;
}

static bool is_attachment(struct slice key)
{
    return slice_is(key, SLICE_LIT("data")) || slice_is(key, SLICE_LIT("url")) ||
           slice_is(key, SLICE_LIT("file_data")) || slice_is(key, SLICE_LIT("image_url"));
}

gw_result detail_attach(struct exchange *x, const struct walk_leaf *leaf)
{
    if (leaf->is_key || !is_attachment(leaf->key))
        return gw_is(GW_OK);
    if (x->detail.attached == NULL)
        x->detail.attached = arena_zalloc(x->arena, sizeof *x->detail.attached);
    if (x->detail.attached == NULL)
        return gw_is(GW_NO_MEMORY);
    if (x->detail.attached->count < DETAIL_ATTACHED) {
        struct attached_item *item = &x->detail.attached->at[x->detail.attached->count];
        item->bytes = decoded_bytes(leaf->text);
        item->mime = mime_of(leaf);
    }
    x->detail.attached->count++;
    return gw_is(GW_OK);
}

void detail_attachments(const struct exchange *x, struct wire *w)
{
    if (x->detail.attached == NULL)
        return;
    wire_open(w, "attachments", '[');
    for (size_t i = 0; i < x->detail.attached->count && i < DETAIL_ATTACHED; i++) {
        wire_open(w, NULL, '{');
        wire_text(w, "mime", clear_name(x->detail.attached->at[i].mime));
        wire_u64(w, "n", x->detail.attached->at[i].bytes);
        wire_close(w);
    }
    wire_close(w);
    if (x->detail.attached->count > DETAIL_ATTACHED)
        wire_u64(w, "attachments_n", x->detail.attached->count);
}

/* --- numbers ---------------------------------------------------------------------------------- */

/* As a number where it is one that the log's JSON knows, else as it is spelt. */
static void put_number(const struct exchange *x, struct wire *w, const char *key, uint32_t value)
{
    uint64_t n;
    struct slice raw = value == 0 ? (struct slice){NULL, 0} : json_raw(&x->doc, value);
    if (raw.len == 0)
        return;
    if (gw_ok(slice_u64(raw, &n)) && n < UINT64_C(1) << 53)
        wire_put_u64(w, slice_str(key), n);
    else
        wire_put_text(w, slice_str(key), raw.len <= NUMBER ? clear_name(raw) : CLEAR_LIT("?"));
}

void detail_params(const struct exchange *x, struct wire *w)
{
    const struct llm_request *r = &x->request;
    if (x->doc.values == NULL || r->max_tokens + r->seed + r->temperature == 0)
        return;
    wire_open(w, "params", '{');
    put_number(x, w, "max_tokens", r->max_tokens);
    put_number(x, w, "seed", r->seed);
    if (r->temperature != 0) { /* no fractions in the log's JSON */
        struct slice raw = json_raw(&x->doc, r->temperature);
        wire_text(w, "temperature", raw.len <= NUMBER ? clear_name(raw) : CLEAR_LIT("?"));
    }
    wire_close(w);
}

/* --- tools ------------------------------------------------------------------------------------ */

/* Names are inspected like any text: where something was found in one, or in a key, none is told;
 * nor before all of them were. */
static bool may_tell_names(const struct exchange *x)
{
    if (x->doc.values == NULL || x->verdict.class_name.len == 0)
        return false;
    for (size_t i = 0; i < x->found.count; i++) {
        size_t leaf = text_leaf_at(&x->text, x->found.findings[i].start);
        if (leaf == SIZE_MAX || x->text.leaves[leaf].use == TEXT_INSPECT)
            return false;
    }
    return true;
}

/* What APIs take as the name of a function. */
static struct clear tool_name(struct slice name)
{
    bool is_plain = name.len > 0 && name.len <= TOOL_NAME;
    for (size_t i = 0; is_plain && i < name.len; i++) {
        char c = name.at[i];
        is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                   c == '_' || c == '-' || c == '.';
    }
    return is_plain ? clear_name(name) : CLEAR_LIT("?");
}

void detail_tools(const struct exchange *x, struct wire *w)
{
    uint32_t names[TOOLS_LISTED];
    size_t n = 0;
    if (x->request.tools == 0)
        return;
    if (may_tell_names(x))
        n = dialect_tools(&x->doc, names, TOOLS_LISTED);
    wire_open(w, "tools", '[');
    for (size_t i = 0; i < n; i++)
        wire_text(w, NULL, tool_name(json_inner(&x->doc, names[i])));
    wire_close(w);
    if (n < x->request.tools)
        wire_u64(w, "tools_n", x->request.tools);
}

/* --- what sent it ----------------------------------------------------------------------------- */

static bool is_of_name(char c, bool inside)
{
    bool is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return is_letter || (inside && (c == '-' || c == '_' || c == '.'));
}

/* How many bytes of letters (and of what stands in names of programs) `text` begins with. */
static size_t letters(struct slice text)
{
    size_t n = 0;
    for (; n < text.len && n <= WORD; n++) {
        if (!is_of_name(text.at[n], n > 0))
            break;
    }
    return n > WORD ? 0 : n;
}

/* Digits, dots, and one word of at most five letters: 1.40.0, 2.0.0b1, 4.12-alpha. */
static size_t version(struct slice text)
{
    size_t n = 0, run = 0, words = 0;
    for (; n < text.len && n < 20; n++) {
        char c = text.at[n];
        bool is_digit = c >= '0' && c <= '9', is_letter = is_of_name(c, false);
        run = is_letter ? run + 1 : 0;
        words += run == 1;
        if (run > 5 || words > 1 ||
            (!is_digit && (n == 0 || (!is_letter && c != '.' && c != '-' && c != '+'))))
            break;
    }
    return n;
}

static bool is_over(struct slice text, size_t at)
{
    return at == text.len || text.at[at] == ' ' || text.at[at] == ';' || text.at[at] == ',';
}

/* The program in front, such as "curl/8.5.0" or "OpenAI/Python 1.40.0": a name of letters, perhaps
 * its language, a version. 0: it does not begin so. */
static size_t program(struct slice ua)
{
    size_t at = letters(ua), more;
    if (at == 0 || at == ua.len || ua.at[at] != '/')
        return 0;
    at++;
    more = letters(slice_from(ua, at));
    if (more > 0) {
        at += more;
        if (at == ua.len || ua.at[at] != ' ')
            return 0;
        at++;
    }
    more = version(slice_from(ua, at));
    return more > 0 && is_over(ua, at + more) && at + more <= PROGRAM ? at + more : 0;
}

static bool is_address(struct slice s)
{
    size_t dots = 0, colons = 0;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        bool is_hex = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
        dots += c == '.';
        colons += c == ':';
        if (!is_hex && c != '.' && c != ':')
            return false;
    }
    return s.len <= 45 && (colons >= 2 || (colons == 0 && dots == 3));
}

/* As a proxy in front of us says it; nobody has checked that. The first few. */
static void put_forwarded_for(const struct exchange *x, struct wire *w)
{
    static const char name[] = "x-forwarded-for";
    const struct head_field *f = head_field(x->head, name);
    if (f == NULL)
        return;
    struct slice rest = f->value;
    wire_open(w, "xff", '[');
    for (size_t i = 0; i < SENDERS && rest.len > 0; i++) {
        size_t comma = slice_find_byte(rest, ',');
        struct slice one = slice_trim(slice_cut(rest, 0, comma == SIZE_MAX ? rest.len : comma));
        wire_text(w, NULL, is_address(one) ? clear_name(one) : CLEAR_LIT("?"));
        rest = comma == SIZE_MAX ? (struct slice){NULL, 0} : slice_from(rest, comma + 1);
    }
    wire_close(w);
}

void detail_sender(const struct exchange *x, struct wire *w)
{
    char token[PSEUDONYM_LEN + 1];
    if (x->head == NULL || !x->has_head) /* none that was read whole */
        return;
    const struct head_field *ua = head_field(x->head, "user-agent");
    size_t n = ua == NULL ? 0 : program(ua->value);
    if (n > 0)
        wire_text(w, "ua", clear_name(slice_cut(ua->value, 0, n)));
    else if (ua != NULL && x->gate->search_key != NULL &&
             pseudonym_make(x->gate->search_key, "ua", ua->value, token))
        wire_text(w, "ua_tok", clear_word(token));
    put_forwarded_for(x, w);
}

/* --- places ----------------------------------------------------------------------------------- */

/* Beside those that llm/members.h knows: what a caller too may call something. */
static const char more_names[] = "container custom examples function_call functions mcp_servers "
                                 "output prompt query reasoning reasoning_content suffix";

static bool is_api_name(struct slice key)
{
    return members_have(key) || walk_has_shape(key, SHAPE_WORD, more_names);
}

void detail_places_init(struct detail_places *p)
{
    *p = (struct detail_places){.leaf = SIZE_MAX};
}

/* Which element of the array it is; goes on from the one before it. */
static uint64_t index_in(struct detail_step *s, const struct json_doc *doc, uint32_t value)
{
    uint32_t list = doc->values[value].parent;
    if (s->list != list || s->child == 0 || s->child > value)
        *s = (struct detail_step){.list = list, .child = json_child(doc, list)};
    while (s->child != value && s->child != 0) {
        s->child = json_sibling(doc, s->child);
        s->index++;
    }
    return s->index;
}

/* The string of the body in which the leaf stands: itself, or the one that holds its JSON. */
static uint32_t value_of(const struct exchange *x, const struct text_leaf *l)
{
    size_t at, end;
    uint32_t low = 0, high = x->doc.count;
    if (l->depth <= 1)
        return l->value < x->doc.count ? l->value : 0;
    offmap_range(&l->map, 0, 0, &at, &end);
    while (high - low > 1) { /* values stand in the order of their bytes */
        uint32_t middle = low + (high - low) / 2;
        if (x->doc.values[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    return x->doc.values[low].kind == JSON_STRING ? low : 0;
}

const char *detail_place(struct detail_places *p, const struct exchange *x, size_t leaf)
{
    uint32_t path[GW_COUNT(p->steps)];
    size_t depth = 0, n = 0;
    const struct json_value *values = x->doc.values;
    if (values == NULL || leaf >= x->text.count)
        return NULL;
    if (leaf == p->leaf)
        return p->text;
    p->leaf = SIZE_MAX;
    for (uint32_t v = value_of(x, &x->text.leaves[leaf]); v != 0; v = values[v].parent) {
        if (depth == GW_COUNT(path))
            return NULL;
        path[depth++] = v;
    }
    for (size_t i = 0; i < depth; i++) {
        uint32_t v = path[depth - 1 - i];
        struct slice key = values[v].is_key ? SLICE_LIT("*") : json_inner(&x->doc, values[v].key);
        if (values[values[v].parent].kind == JSON_ARRAY)
            n += (size_t)snprintf(p->text + n, sizeof p->text - n, "/%llu",
                                  (unsigned long long)index_in(&p->steps[i], &x->doc, v));
        else if (is_api_name(key))
            n += (size_t)snprintf(p->text + n, sizeof p->text - n, "/%.*s", (int)key.len, key.at);
        else
            n += (size_t)snprintf(p->text + n, sizeof p->text - n, "/*");
        if (n >= sizeof p->text)
            return NULL;
    }
    p->leaf = leaf;
    return depth == 0 ? NULL : p->text;
}
