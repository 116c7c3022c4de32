/* redact/trial.c - see trial.h. Texts of one thing again and again: what people's repeats are
 * about, and the letters of the pattern itself, behind the words that it begins with.
 *
 * Refuses to know what the pattern is for. Nothing is kept. */
#include "proxy/base/base.h"
#include "redact/trial.h"

enum { BYTES = 200, HEAD_MAX = 40, LETTERS_MAX = 12 };

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z');
}

/* What the pattern begins with, as far as it is plain; it may be cut by a repeat. */
static size_t head_of(struct slice pattern, char *head)
{
    size_t n = 0;
    for (size_t i = 0; i < pattern.len && n < HEAD_MAX; i++) {
        char c = pattern.at[i];
        if (!is_alnum(c) && (c == '\0' || strchr("_=-:/@#,; \"'<>&", c) == NULL))
            break;
        head[n++] = c;
    }
    return n;
}

/* Head, then `unit` over and over, then `last`: GW_BAD when the engine gives up. */
static gw_result try_text(const struct confirmer *c, struct confirm_scratch *scratch,
                          struct slice head, const char *unit, const char *last)
{
    char text[HEAD_MAX + BYTES + 8];
    size_t n = head.len, range[3], at;
    memcpy(text, head.at, head.len);
    for (size_t i = 0; i < BYTES; i++)
        text[n++] = unit[i % strlen(unit)];
    memcpy(text + n, last, strlen(last));
    n += strlen(last);
    gw_result found = confirm_next(c, scratch, slice_of(text, n), 0, n, range);
    gw_result open = confirm_open(c, scratch, slice_of(text, n), 0, n, &at);
    return gw_is(found.code == GW_CORRUPT || open.code == GW_CORRUPT ? GW_BAD : GW_OK);
}

static gw_result try_unit(const struct confirmer *c, struct confirm_scratch *scratch,
                          struct slice head, const char *unit)
{
    TRY(try_text(c, scratch, slice_of("", 0), unit, "\x01"));
    TRY(try_text(c, scratch, slice_of("", 0), unit, "!"));
    return head.len == 0 ? gw_is(GW_OK) : try_text(c, scratch, head, unit, "\x01");
}

/* The letters and digits that stand in the pattern, each as a unit. */
static gw_result try_letters(const struct confirmer *c, struct confirm_scratch *scratch,
                             struct slice pattern, struct slice head, char unit[2])
{
    char done[LETTERS_MAX + 1] = "";
    size_t n = 0;
    for (size_t i = 0; i < pattern.len && n < LETTERS_MAX; i++) {
        char letter = pattern.at[i];
        if (!is_alnum(letter) || strchr(done, letter) != NULL)
            continue;
        done[n++] = unit[0] = letter;
        TRY(try_unit(c, scratch, head, unit));
    }
    return gw_is(GW_OK);
}

gw_result trial_run(const struct confirmer *c, struct slice pattern, char *why, size_t size)
{
    static const char *const units[] = {"a", "A", "1", " ", "a ", "1 ", "a.", "ab", "-", "a@a."};
    struct confirm_scratch *scratch = confirm_scratch_new();
    char start[HEAD_MAX], letter[2] = "";
    struct slice head = slice_of(start, head_of(pattern, start));
    const char *unit = letter;
    gw_result r = gw_is(scratch == NULL ? GW_NO_MEMORY : GW_OK);
    if (gw_ok(r))
        r = try_letters(c, scratch, pattern, head, letter);
    for (size_t i = 0; i < GW_COUNT(units) && gw_ok(r); i++)
        r = try_unit(c, scratch, head, unit = units[i]);
    if (r.code == GW_BAD)
        snprintf(why, size,
                 "it explodes on \"%s\" %d times over: a repeat inside a repeat must not match one "
                 "text in two ways",
                 unit, BYTES / (int)strlen(unit));
    confirm_scratch_free(scratch);
    return r;
}
