/* redact/scanner.c - builds a scanner out of the catalogue and a policy's own detectors.
 *
 * Refuses to know texts. What it makes is immutable; scanner_free() frees it. */
#include "proxy/base/base.h"
#include "redact/scanner.h"
#include "redact/column.h"
#include "redact/cues.h"
#include "redact/name_row.h"
#include "proxy/base/buf.h"
#include "proxy/base/secret.h"
#include "redact/trial.h"
#include "redact/valid.h"

enum {
    ARENA_CEILING = 512 << 20,
    ROWS_TEXT = 16 << 20,
    VERSION_BYTES = 6,
    CUSTOM_MAX_LEN = 1024,
    CUSTOM_SCORE = 990,
    WITHIN = 40,
    MARGIN = 128,
    WORDS_MAX = 60000
};

/* A copy of n slices and their bytes; NULL when memory is short. */
static struct slice *copy_slices(struct scanner *s, const struct slice *from, size_t n)
{
    struct slice *out = arena_array(s->arena, n, sizeof *out);
    for (size_t i = 0; out != NULL && i < n; i++) {
        out[i] = arena_copy(s->arena, from[i]);
        if (out[i].at == NULL)
            return NULL;
    }
    return out;
}

static bool is_word_byte(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* One literal as a pattern: escaped, bounded where it begins or ends with a letter or digit. */
static void add_literal(struct buf *b, struct slice word)
{
    if (word.len > 0 && is_word_byte(word.at[0]))
        buf_put_str(b, "\\b");
    for (size_t i = 0; i < word.len; i++) {
        char hex[8];
        if (is_word_byte(word.at[i]))
            snprintf(hex, sizeof hex, "%c", word.at[i]);
        else
            snprintf(hex, sizeof hex, "\\x%02x", (unsigned)(unsigned char)word.at[i]);
        buf_put_str(b, hex);
    }
    if (word.len > 0 && is_word_byte(word.at[word.len - 1]))
        buf_put_str(b, "\\b");
}

/* Words join the lists; those that begin with none of a word's bytes become a pattern. */
static gw_result custom_words(struct scanner *s, uint32_t row, const struct custom_detector *c,
                              struct buf *pattern)
{
    buf_init(pattern, WORDS_MAX);
    for (size_t i = 0; i < c->word_count; i++) {
        struct slice word = c->words[i];
        if (lists_takes(word)) {
            TRY(lists_add(&s->lists, word, row, s->arena));
        } else if (word.len > 0) {
            if (buf_slice(pattern).len > 0)
                buf_put_str(pattern, "|");
            add_literal(pattern, word);
        }
    }
    return buf_result(pattern);
}

/* The pattern of a custom detector: its own, or of its words as far as they are in no list. */
static gw_result custom_pattern(struct scanner *s, uint32_t row, const struct custom_detector *c,
                                struct slice *out)
{
    struct buf b;
    if (c->pattern.len > 0) {
        *out = arena_copy(s->arena, c->pattern);
        return gw_is(out->at == NULL ? GW_NO_MEMORY : GW_OK);
    }
    gw_result r = custom_words(s, row, c, &b);
    if (gw_ok(r)) {
        *out = arena_copy(s->arena, buf_slice(&b));
        r = gw_is(out->at == NULL ? GW_NO_MEMORY : GW_OK);
    }
    buf_free(&b);
    return r;
}

/* Room for all words of all lists. */
static gw_result begin_lists(struct scanner *s, const struct custom_detector *custom, size_t n)
{
    size_t words = 0;
    for (size_t i = 0; i < n; i++)
        words += custom[i].pattern.len == 0 ? custom[i].word_count : 0;
    return lists_init(&s->lists, words, s->arena);
}

static gw_result set_checks(struct scanner *s, struct row *row, const struct custom_detector *c,
                            char *why, size_t size)
{
    row->checks = arena_array(s->arena, c->check_count + 1, sizeof *row->checks);
    if (row->checks == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < c->check_count; i++) {
        row->checks[row->check_count++] = check_named(c->checks[i]);
        if (row->checks[i] == NULL) {
            snprintf(why, size, "unknown check");
            return gw_is(GW_BAD);
        }
    }
    return gw_is(GW_OK);
}

static gw_result set_known(struct scanner *s, struct row *row, const struct custom_detector *c,
                           char *why, size_t size)
{
    const char *fault = "";
    row->known = arena_zalloc(s->arena, sizeof *row->known);
    if (row->known == NULL)
        return gw_is(GW_NO_MEMORY);
    gw_result r = known_read(row->known, c->hashed, c->salt, s->arena, &fault);
    snprintf(why, size, "%s", fault);
    return r;
}

static gw_result set_documents(struct scanner *s, size_t i, const struct custom_detector *c,
                               char *why, size_t size)
{
    struct row *row = &s->rows[i];
    size_t bytes = 0;
    for (size_t k = 0; k < c->document_count; k++)
        bytes += c->documents[k].len;
    row->prints = arena_zalloc(s->arena, sizeof *row->prints);
    if (row->prints == NULL)
        return gw_is(GW_NO_MEMORY);
    TRY(prints_init(row->prints, bytes, c->least > 0 ? c->least : PRINTS_LEAST, s->arena));
    snprintf(why, size, "a document has fewer than %d words, or a damaged file of fingerprints",
             PRINTS_GRAM + PRINTS_WINDOW - 1);
    for (size_t k = 0; k < c->document_count; k++)
        TRY(prints_add(row->prints, c->documents[k]));
    s->documents[s->document_count++] = (uint32_t)i;
    return gw_is(GW_OK);
}

/* What a policy's own detector has beside words and pattern. */
static gw_result set_more(struct scanner *s, size_t i, const struct custom_detector *c, char *why,
                          size_t size)
{
    struct row *row = &s->rows[i];
    if (c->check_count > 0)
        TRY(set_checks(s, row, c, why, size));
    if (c->hashed.len > 0)
        TRY(set_known(s, row, c, why, size));
    return c->document_count > 0 ? set_documents(s, i, c, why, size) : gw_is(GW_OK);
}

static gw_result set_custom(struct scanner *s, size_t i, const struct custom_detector *c,
                            struct match_pattern *pattern)
{
    struct row *row = &s->rows[i];
    struct slice *near = NULL;
    if (c->near_count > 0) {
        near = copy_slices(s, c->near, c->near_count);
        if (near == NULL)
            return gw_is(GW_NO_MEMORY);
    }
    *row = (struct row){.name = arena_copy(s->arena, c->name),
                        .family = FAM_CUSTOM,
                        .base = CUSTOM_SCORE,
                        .max_len = CUSTOM_MAX_LEN,
                        .margin = MARGIN,
                        .near = near,
                        .near_count = c->near_count,
                        .pattern = arena_copy(s->arena, c->pattern),
                        .where = arena_copy(s->arena, c->where),
                        .within = c->within > 0 ? c->within : WITHIN};
    if (row->within > row->margin)
        row->margin = row->within < CUSTOM_MAX_LEN ? (uint32_t)row->within : CUSTOM_MAX_LEN;
    row->entity = row->name;
    pattern->caseless = c->pattern.len == 0;
    return custom_pattern(s, (uint32_t)i, c, &pattern->text);
}

static void set_built_in(struct row *row, const struct detector *d, struct match_pattern *pattern)
{
    const char *search = d->trigger == TRIGGER_SEARCH && d->at != NULL ? d->at : d->confirm;
    *row = (struct row){.name = slice_str(d->name),
                        .entity = slice_str(d->entity),
                        .built_in = d,
                        .family = d->family,
                        .flags = d->flags,
                        .base = d->base,
                        .with_words = d->with_words,
                        .back = d->back,
                        .max_len = d->max_len,
                        .margin = MARGIN,
                        .most = (uint16_t)(d->base + (d->valid != NULL ? VALID_SURE : 0)),
                        .needs_words = d->words != NULL && d->base < d->with_words &&
                                       d->max_len <= TRIGGER_NEAR_MAX && !triggers_is_near(d)};
    *pattern = (struct match_pattern){slice_str(search), (d->flags & DET_CASELESS) != 0};
}

/* A row for each kind of name, behind all others. */
static gw_result fill_names(struct scanner *s)
{
    for (size_t i = 0; i < NAME_KINDS; i++) {
        const struct name_row *from = name_row_at(i);
        s->rows[s->count - NAME_KINDS + i] = (struct row){.name = slice_str(from->name),
                                                          .entity = slice_str(from->entity),
                                                          .family = from->family};
    }
    struct cues *cues;
    TRY(model_open(model_built_in(), &s->model));
    TRY(cues_new(s->arena, &cues));
    s->model.cues = cues;
    return gw_is(GW_OK);
}

static void blame(const struct scanner *s, size_t i, const char *why, char *reason, size_t size)
{
    struct slice name = i < s->count ? s->rows[i].name : SLICE_LIT("?");
    struct slice where = i < s->count ? s->rows[i].where : SLICE_LIT("");
    snprintf(reason, size, "%.*s%sdetector %.*s: %s", (int)where.len,
             where.at == NULL ? "" : where.at, where.len > 0 ? ": " : "",
             (int)(name.len > 80 ? 80 : name.len), name.at, why);
}

/* Does the pattern hold ^ or $, or \A, \z and the like, wherever. */
static bool may_be_anchored(struct slice pattern)
{
    for (size_t i = 0; i < pattern.len; i++) {
        char c = pattern.at[i], next = i + 1 < pattern.len ? pattern.at[i + 1] : '\0';
        if (c == '^' || c == '$' || (c == '\\' && next != '\0' && strchr("AzZG", next) != NULL))
            return true;
    }
    return false;
}

/* A policy's own detector: what it looks for, and what it asks beside. */
static gw_result fill_custom(struct scanner *s, size_t i, const struct custom_detector *custom,
                             struct match_pattern *pattern, char *reason, size_t size)
{
    char why[200] = "too many words that begin with no letter of ASCII, digit or _: as a pattern "
                    "they may have 60,000 bytes";
    gw_result r = set_custom(s, i, custom, pattern);
    if (gw_ok(r))
        r = set_more(s, i, custom, why, sizeof why);
    else if (r.code == GW_TOO_BIG)
        r = gw_is(GW_BAD);
    if (r.code == GW_BAD)
        blame(s, i, why, reason, size);
    return r;
}

/* A policy's pattern must not explode. */
static gw_result try_out(struct scanner *s, size_t i, struct slice pattern, char *reason,
                         size_t size)
{
    char why[160] = "";
    if (pattern.len == 0)
        return gw_is(GW_OK); /* it is made of words */
    gw_result r = trial_run(s->rows[i].confirmer, pattern, why, sizeof why);
    if (r.code == GW_BAD)
        blame(s, i, why, reason, size);
    return r;
}

/* Row i of the catalogue takes the confirmer of an earlier row that has the very pattern: compiling
 * is the most that a start costs. */
static void share_confirmer(struct scanner *s, size_t i)
{
    struct row *row = &s->rows[i];
    row->confirm_len = strlen(row->built_in->confirm);
    for (size_t k = 0; k < i; k++) {
        const struct row *other = &s->rows[k];
        if (other->confirm_len != row->confirm_len ||
            ((other->flags ^ row->flags) & DET_CASELESS) != 0 ||
            strcmp(other->built_in->confirm, row->built_in->confirm) != 0)
            continue;
        row->confirmer = other->confirmer;
        row->is_shared = true;
        return;
    }
}

/* Row i: its pattern joins the searched ones when it has no trigger of its own. */
static gw_result fill_row(struct scanner *s, size_t i, const struct custom_detector *custom,
                          struct match_pattern *patterns, char *reason, size_t size)
{
    char why[200] = "no words and no pattern";
    struct match_pattern *pattern = &patterns[s->searched_count];
    struct row *row = &s->rows[i];
    size_t listed = s->lists.count;
    if (custom == NULL) {
        set_built_in(row, catalog_at(i), pattern);
        share_confirmer(s, i);
    } else {
        TRY(fill_custom(s, i, custom, pattern, reason, size));
    }
    if (row->prints != NULL)
        return gw_is(GW_OK); /* documents have no pattern */
    const struct detector *d = row->built_in;
    struct slice confirm = d != NULL ? slice_str(d->confirm) : pattern->text;
    if (confirm.len > 0 && row->confirmer == NULL)
        row->confirmer = confirmer_new(confirm, pattern->caseless, why, sizeof why);
    if (confirm.len == 0 && s->lists.count > listed)
        return gw_is(GW_OK); /* its words are in the lists, all of them */
    if (row->confirmer == NULL) {
        blame(s, i, why, reason, size);
        return gw_is(GW_BAD);
    }
    if (d == NULL) {
        struct lead_bytes first;
        confirmer_prepare_open(row->confirmer);
        confirmer_first(row->confirmer, first.bits);
        TRY(leads_add(&s->leads, confirm, pattern->caseless, &first, (uint32_t)i, s->arena));
        TRY(try_out(s, i, custom->pattern, reason, size));
    }
    if (d == NULL || d->trigger == TRIGGER_SEARCH) {
        s->anchored = s->anchored || may_be_anchored(pattern->text);
        s->searched[s->searched_count++] = (uint32_t)i;
    }
    return gw_is(GW_OK);
}

static gw_result build_triggers(struct scanner *s, char *reason, size_t size)
{
    size_t own = catalog_count(), bad = SIZE_MAX;
    const struct detector **rows = arena_array(s->arena, own, sizeof *rows);
    unsigned *list_of = arena_array(s->arena, own, sizeof *list_of);
    if (rows == NULL || list_of == NULL)
        return gw_is(GW_NO_MEMORY);
    for (size_t i = 0; i < own; i++) {
        rows[i] = s->rows[i].built_in;
        list_of[i] = s->rows[i].words;
    }
    gw_result r = triggers_build(&s->triggers, rows, own, s->arena, &bad);
    if (gw_ok(r))
        r = triggers_sort_near(&s->triggers, list_of, s->arena);
    if (r.code == GW_BAD)
        blame(s, bad, "its trigger cannot be read", reason, size);
    return r;
}

/* Rows with the same words share a list. */
static gw_result build_words(struct scanner *s, char *reason, size_t size)
{
    size_t own = catalog_count(), words = 0;
    unsigned lists = CONTEXT_AGAINST + 1;
    for (size_t i = 0; i < own; i++)
        words += context_count(s->rows[i].built_in->words);
    TRY(context_table_init(&s->words, words, s->arena));
    for (size_t i = 0; i < own; i++) {
        const char *list = s->rows[i].built_in->words;
        for (size_t k = 0; k < i && list != NULL && s->rows[i].words == 0; k++) {
            const char *other = s->rows[k].built_in->words;
            if (other != NULL && strcmp(other, list) == 0)
                s->rows[i].words = s->rows[k].words;
        }
        if (list == NULL || s->rows[i].words != 0)
            continue;
        gw_result r = context_table_add(&s->words, lists, list);
        if (!gw_ok(r)) {
            blame(s, i, "its context words cannot be read, or there are too many lists", reason,
                  size);
            return r;
        }
        s->rows[i].words = lists++;
    }
    return gw_is(GW_OK);
}

static gw_result fill(struct scanner *s, const struct custom_set *set, const char *cache_dir,
                      char *reason, size_t size)
{
    struct match_fault fault;
    const struct custom_detector *custom = set->detectors;
    size_t own = catalog_count();
    struct match_pattern *patterns = arena_array(s->arena, s->count + 1, sizeof *patterns);
    s->rows = arena_array(s->arena, s->count, sizeof *s->rows);
    s->searched = arena_array(s->arena, s->count, sizeof *s->searched);
    s->documents = arena_array(s->arena, set->count + 1, sizeof *s->documents);
    if (patterns == NULL || s->rows == NULL || s->searched == NULL || s->documents == NULL)
        return gw_is(GW_NO_MEMORY);
    TRY(allow_init(&s->allow, set->allows, set->allow_count, s->arena, reason, size));
    TRY(begin_lists(s, custom, set->count));
    TRY(leads_init(&s->leads, set->count, s->arena));
    for (size_t i = 0; i < own + set->count; i++)
        TRY(fill_row(s, i, i < own ? NULL : &custom[i - own], patterns, reason, size));
    TRY(fill_names(s));
    TRY(lists_done(&s->lists, s->arena));
    leads_done(&s->leads);
    TRY(build_words(s, reason, size));
    TRY(build_triggers(s, reason, size));
    TRY(column_build(&s->columns, s->rows, own, s->arena));
    if (s->searched_count == 0)
        return gw_is(GW_OK);
    gw_result r = matcher_new(patterns, s->searched_count, cache_dir, &fault, &s->matcher);
    if (r.code == GW_BAD)
        blame(s, fault.pattern < s->searched_count ? s->searched[fault.pattern] : SIZE_MAX,
              fault.reason, reason, size);
    return r;
}

/* What a row finds and how sure it is of it; not what it says to people. */
static gw_result write_version(struct scanner *s)
{
    struct buf all;
    buf_init(&all, ROWS_TEXT);
    for (size_t i = 0; i < catalog_count(); i++) {
        const struct detector *d = catalog_at(i);
        const char *const texts[] = {d->name, d->entity, d->at, d->confirm, d->check, d->words};
        for (size_t k = 0; k < GW_COUNT(texts); k++)
            buf_put(&all, slice_of(texts[k] == NULL ? "" : texts[k],
                                   texts[k] == NULL ? 1 : strlen(texts[k]) + 1));
        const unsigned numbers[] = {d->base, d->with_words, d->flags,  d->family,
                                    d->back, d->max_len,    d->trigger};
        for (size_t k = 0; k < GW_COUNT(numbers); k++) {
            buf_put_u64(&all, numbers[k]);
            buf_put_str(&all, " ");
        }
    }
    gw_result r = buf_result(&all);
    struct digest digest = secret_sha256(buf_slice(&all));
    secret_hex(digest.at, VERSION_BYTES, s->version);
    buf_free(&all);
    return r;
}

gw_result scanner_new(const struct custom_detector *custom, size_t n, const char *cache_dir,
                      char *reason, size_t size, struct scanner **out)
{
    const struct custom_set set = {.detectors = custom, .count = n};
    return scanner_new_for(&set, cache_dir, reason, size, out);
}

gw_result scanner_new_for(const struct custom_set *set, const char *cache_dir, char *reason,
                          size_t size, struct scanner **out)
{
    struct scanner *s = calloc(1, sizeof *s);
    gw_result r = gw_is(GW_NO_MEMORY);
    if (s != NULL && (s->arena = arena_new(ARENA_CEILING)) != NULL) {
        s->count = catalog_count() + set->count + NAME_KINDS;
        r = fill(s, set, cache_dir, reason, size);
        if (gw_ok(r))
            r = write_version(s);
    }
    if (!gw_ok(r)) {
        scanner_free(s);
        return r;
    }
    *out = s;
    return r;
}

void scanner_free(struct scanner *s)
{
    if (s == NULL)
        return;
    for (size_t i = 0; s->rows != NULL && i < s->count; i++) {
        if (!s->rows[i].is_shared)
            confirmer_free(s->rows[i].confirmer);
        if (s->rows[i].known != NULL)
            known_free(s->rows[i].known);
    }
    allow_free(&s->allow);
    matcher_free(s->matcher);
    arena_free(s->arena);
    free(s);
}

struct scan_scratch *scan_scratch_new(const struct scanner *s)
{
    struct scan_scratch *scratch = calloc(1, sizeof *scratch);
    if (scratch == NULL)
        return NULL;
    scratch->match = s->matcher != NULL ? match_scratch_new(s->matcher) : NULL;
    scratch->confirm = confirm_scratch_new();
    scratch->done = calloc(s->count, sizeof *scratch->done);
    if ((s->matcher != NULL && scratch->match == NULL) || scratch->confirm == NULL ||
        scratch->done == NULL) {
        scan_scratch_free(scratch);
        return NULL;
    }
    return scratch;
}

void scan_scratch_free(struct scan_scratch *scratch)
{
    if (scratch == NULL)
        return;
    match_scratch_free(scratch->match);
    confirm_scratch_free(scratch->confirm);
    free(scratch->done);
    free(scratch);
}

void scanner_describe(const struct scanner *s, char *out, size_t size)
{
    char pcre2[32];
    confirm_version(pcre2, sizeof pcre2);
    snprintf(out, size, "Hyperscan %.*s, PCRE2 %s, %zu detectors",
             (int)strcspn(match_version(), " "), match_version(), pcre2, s->count);
}

const char *scanner_version(const struct scanner *s)
{
    return s->version;
}
