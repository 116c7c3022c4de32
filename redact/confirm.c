/* redact/confirm.c - the one file that includes <pcre2.h>: just-in-time compiled, with our own
 * limits.
 *
 * Refuses to know what it confirms. "No match" is an answer; every other negative result is an
 * engine error and goes to the caller as GW_CORRUPT, who blocks. Freed by confirmer_free(). */
#include "proxy/base/base.h"
#include "redact/confirm.h"
#include "proxy/base/utf8.h"
#include <ctype.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

enum {
    MATCH_LIMIT = 100000,
    DEPTH_LIMIT = 10000,
    HEAP_KIB = 8192,
    STACK_MAX = 1 << 20,
    GROUPS = 12
};

struct confirmer {
    pcre2_code *code;
    bool fast; /* there is machine code for it */
    bool utf;  /* it says (*UTF): places inside a letter are none to it */
};

struct confirm_scratch {
    pcre2_match_data *match;
    pcre2_match_context *limits;
    pcre2_jit_stack *stack;
};

struct confirmer *confirmer_new(struct slice pattern, bool caseless, char *reason, size_t size)
{
    int code = 0;
    size_t at = 0;
    struct confirmer *c = calloc(1, sizeof *c);
    if (c == NULL)
        return NULL;
    c->code = pcre2_compile((PCRE2_SPTR)pattern.at, pattern.len,
                            (caseless ? PCRE2_CASELESS : 0U) | PCRE2_NEVER_BACKSLASH_C |
                                PCRE2_USE_OFFSET_LIMIT,
                            &code, &at, NULL);
    if (c->code == NULL) {
        PCRE2_UCHAR text[160] = "";
        pcre2_get_error_message(code, text, sizeof text);
        snprintf(reason, size, "%s at character %zu", (char *)text, at);
        free(c);
        return NULL;
    }
    uint32_t options = 0;
    c->utf =
        pcre2_pattern_info(c->code, PCRE2_INFO_ALLOPTIONS, &options) == 0 && options & PCRE2_UTF;
    c->fast = pcre2_jit_compile(c->code, PCRE2_JIT_COMPLETE) == 0; /* else the interpreter runs */
    return c;
}

void confirmer_free(struct confirmer *c)
{
    if (c == NULL)
        return;
    pcre2_code_free(c->code);
    free(c);
}

struct confirm_scratch *confirm_scratch_new(void)
{
    struct confirm_scratch *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->match = pcre2_match_data_create(GROUPS, NULL);
    s->limits = pcre2_match_context_create(NULL);
    s->stack = pcre2_jit_stack_create(32 * 1024, STACK_MAX, NULL);
    if (s->match == NULL || s->limits == NULL || s->stack == NULL) {
        confirm_scratch_free(s);
        return NULL;
    }
    pcre2_set_match_limit(s->limits, MATCH_LIMIT);
    pcre2_set_depth_limit(s->limits, DEPTH_LIMIT);
    pcre2_set_heap_limit(s->limits, HEAP_KIB);
    pcre2_jit_stack_assign(s->limits, NULL, s->stack);
    return s;
}

void confirm_scratch_free(struct confirm_scratch *scratch)
{
    if (scratch == NULL)
        return;
    pcre2_match_data_free(scratch->match);
    pcre2_match_context_free(scratch->limits);
    pcre2_jit_stack_free(scratch->stack);
    free(scratch);
}

gw_result confirm_next(const struct confirmer *c, struct confirm_scratch *scratch,
                       struct slice subject, size_t from, size_t latest, size_t range[3])
{
    pcre2_set_offset_limit(scratch->limits, latest);
    int r = c->fast ? pcre2_jit_match(c->code, (PCRE2_SPTR)subject.at, subject.len, from, 0,
                                      scratch->match, scratch->limits)
                    : pcre2_match(c->code, (PCRE2_SPTR)subject.at, subject.len, from, 0,
                                  scratch->match, scratch->limits);
    if (r == PCRE2_ERROR_NOMATCH)
        return gw_is(GW_NOT_FOUND);
    if (r < 0)
        return gw_is(GW_CORRUPT);
    const size_t *at = pcre2_get_ovector_pointer(scratch->match);
    uint32_t groups = r == 0 ? GROUPS : (uint32_t)r;
    uint32_t pick = 0;
    for (uint32_t i = 1; i < groups && pick == 0; i++)
        if (at[2 * i] != PCRE2_UNSET)
            pick = i;
    range[CONFIRM_START] = at[2 * pick];
    range[CONFIRM_END] = at[2 * pick + 1];
    range[CONFIRM_ALL_END] = at[1];
    return gw_is(GW_OK);
}

void confirmer_prepare_open(struct confirmer *c)
{
    (void)pcre2_jit_compile(c->code, PCRE2_JIT_PARTIAL_HARD);
}

gw_result confirm_open(const struct confirmer *c, struct confirm_scratch *scratch,
                       struct slice subject, size_t from, size_t latest, size_t *at)
{
    pcre2_set_offset_limit(scratch->limits, latest);
    *at = subject.len;
    while (from < subject.len && from <= latest) {
        int r = pcre2_match(c->code, (PCRE2_SPTR)subject.at, subject.len, from, PCRE2_PARTIAL_HARD,
                            scratch->match, scratch->limits);
        const size_t *range = pcre2_get_ovector_pointer(scratch->match);
        if (r == PCRE2_ERROR_NOMATCH)
            return gw_is(GW_OK);
        if (r == PCRE2_ERROR_PARTIAL) {
            *at = range[0] < from ? from : range[0];
            return gw_is(GW_OK);
        }
        if (r < 0)
            return gw_is(GW_CORRUPT);
        from = range[0] < from ? from + 1 : range[0] + 1;
        while (c->utf && from < subject.len && utf8_is_tail(subject.at[from]))
            from++;
    }
    return gw_is(GW_OK);
}

static void add_byte(uint64_t bits[4], uint32_t b)
{
    bits[b / 64] |= UINT64_C(1) << b % 64;
}

void confirmer_first(const struct confirmer *c, uint64_t bits[4])
{
    const uint8_t *map = NULL;
    uint32_t kind = 0, unit = 0;
    memset(bits, 0, 4 * sizeof *bits);
    if (pcre2_pattern_info(c->code, PCRE2_INFO_FIRSTBITMAP, &map) == 0 && map != NULL) {
        for (uint32_t b = 0; b < 256; b++)
            if ((map[b / 8] >> b % 8 & 1) != 0)
                add_byte(bits, b);
        return;
    }
    if (pcre2_pattern_info(c->code, PCRE2_INFO_FIRSTCODETYPE, &kind) != 0 || kind != 1 ||
        pcre2_pattern_info(c->code, PCRE2_INFO_FIRSTCODEUNIT, &unit) != 0 || unit >= 0x80) {
        memset(bits, 0xFF, 4 * sizeof *bits);
        return;
    }
    /* It is not told whether case counts: both, and in UTF-8 long s and the Kelvin sign. */
    add_byte(bits, (uint32_t)tolower((int)unit));
    add_byte(bits, (uint32_t)toupper((int)unit));
    if (strchr("kKsS", (int)unit) != NULL) {
        add_byte(bits, 0xC5);
        add_byte(bits, 0xE2);
    }
}

void confirm_version(char *out, size_t size)
{
    char text[64] = "";
    if (pcre2_config(PCRE2_CONFIG_VERSION, NULL) > (int)sizeof text ||
        pcre2_config(PCRE2_CONFIG_VERSION, text) < 0)
        text[0] = '\0';
    snprintf(out, size, "%.*s", (int)strcspn(text, " "), text);
}
