/* proxy/main/verb_scan.c - `bulla scan`: what the detectors see, for people and for scripts.
 *
 * With --jsonl one JSON object a line in, one out, flushed each; else one line a finding, or with
 * --json one object a file. Prints offsets and names, never the text. Owns and frees all it makes.
 */
#include "proxy/base/base.h"
#include "proxy/json/string.h"
#include "proxy/main/detect.h"
#include "proxy/main/verb.h"
#include "redact/reason.h"

#include <getopt.h>
#include <unistd.h>

struct scan_verb {
    struct detect detect;
    bool jsonl, json, candidates, explains;
    const char *policy;
    struct buf out;
    size_t found;
    bool failed;
};

/* 990 is 0.99. */
static void put_score(struct buf *out, unsigned score)
{
    char text[16];
    int n = snprintf(text, sizeof text, "%u.%03u", score / 1000, score % 1000);
    while (text[n - 1] == '0')
        n--;
    n -= text[n - 1] == '.';
    buf_put(out, slice_of(text, (size_t)n));
}

static void put_text(struct buf *out, struct slice text)
{
    buf_put_str(out, "\"");
    if (!gw_ok(string_escape(out, text, 1)))
        out->failed = true;
    buf_put_str(out, "\"");
}

static void put_member(struct buf *out, const char *name, struct slice text)
{
    buf_put_str(out, ",\"");
    buf_put_str(out, name);
    buf_put_str(out, "\":");
    put_text(out, text);
}

/* Why it is one. */
static void put_reason(const struct scan_verb *s, struct buf *out, struct slice text,
                       const struct finding *f)
{
    struct reason r;
    reason_of(s->detect.scanner, text, slice_of(NULL, 0), f, &r);
    buf_put_str(out, f->is_allowed ? ",\"allowed\":true" : "");
    buf_put_str(out, ",\"why\":{\"base\":");
    put_score(out, (unsigned)r.base);
    put_member(out, "by", slice_str(r.by));
    put_member(out, "pattern", r.pattern);
    put_member(out, "checks", slice_str(r.checks));
    put_member(out, "word", r.word);
    if (r.with_word > 0) {
        buf_put_str(out, ",\"with_word\":");
        put_score(out, (unsigned)r.with_word);
    }
    put_member(out, "form", slice_str(r.is_normal ? "normal" : "plain"));
    put_member(out, "about", slice_str(r.about));
    buf_put_str(out, "}");
}

static void put_finding(const struct scan_verb *s, struct buf *out, struct slice text,
                        const struct finding *f)
{
    buf_put_str(out, "{\"entity\":");
    put_text(out, f->entity);
    buf_put_str(out, ",\"family\":");
    put_text(out, slice_str(family_name((enum family)f->family)));
    buf_put_str(out, ",\"start\":");
    buf_put_u64(out, f->start);
    buf_put_str(out, ",\"end\":");
    buf_put_u64(out, f->end);
    buf_put_str(out, ",\"score\":");
    put_score(out, f->score);
    buf_put_str(out, ",\"detector\":");
    put_text(out, f->name);
    if (s->explains)
        put_reason(s, out, text, f);
    buf_put_str(out, "}");
}

/* Where and why: left out where nothing speaks for an attack. */
static void put_reasons(struct buf *out, const struct attack *a)
{
    bool any = false;
    if (a->kinds == 0)
        return;
    buf_put_str(out, ",\"start\":");
    buf_put_u64(out, a->from);
    buf_put_str(out, ",\"end\":");
    buf_put_u64(out, a->to);
    if (a->view != 0) {
        buf_put_str(out, ",\"disguise\":");
        put_text(out, slice_str(attack_view_word(a->view)));
    }
    buf_put_str(out, ",\"reasons\":[");
    for (int i = 0; i < REASON_COUNT; i++) {
        if ((a->reasons & (1u << i)) == 0)
            continue;
        buf_put_str(out, any ? ",{\"reason\":" : "{\"reason\":");
        put_text(out, slice_str(attack_reason_word((enum attack_reason)i)));
        buf_put_str(out, ",\"owasp\":");
        put_text(out, slice_str(attack_reason_owasp((enum attack_reason)i)));
        buf_put_str(out, ",\"atlas\":");
        put_text(out, slice_str(attack_reason_atlas((enum attack_reason)i)));
        buf_put_str(out, "}");
        any = true;
    }
    buf_put_str(out, "]");
}

/* What the policy allows is shown only to who asks why, or for all candidates. */
static bool is_shown(const struct scan_verb *s, const struct finding *f)
{
    return !f->is_allowed || s->explains || s->candidates;
}

static void put_result(const struct scan_verb *s, struct buf *out, struct slice text,
                       const struct scan_result *r)
{
    bool any = false;
    const char *between = "";
    buf_put_str(out, "\"findings\":[");
    for (size_t i = 0; i < r->count; i++) {
        if (!is_shown(s, &r->findings[i]))
            continue;
        buf_put_str(out, between);
        between = ",";
        put_finding(s, out, text, &r->findings[i]);
    }
    buf_put_str(out, "],\"attack\":{\"score\":");
    put_score(out, r->attack.score);
    buf_put_str(out, ",\"kinds\":[");
    for (int k = 0; k < ATTACK_KINDS; k++) {
        if ((r->attack.kinds & (1u << k)) == 0)
            continue;
        buf_put_str(out, any ? "," : "");
        put_text(out, slice_str(attack_word((enum attack_kind)k)));
        any = true;
    }
    buf_put_str(out, "]");
    put_reasons(out, &r->attack);
    buf_put_str(out, "}");
}

static gw_result scan_one(const struct scan_verb *s, struct slice text, struct arena *arena,
                          struct scan_result *out)
{
    const struct scan_options options = {.threshold = s->detect.threshold,
                                         .candidates = s->candidates,
                                         .attacks = true,
                                         .repeats = true,
                                         .names = s->detect.names};
    *out = (struct scan_result){0};
    if (text.len == 0)
        return gw_is(GW_OK);
    return scan_plain(s->detect.scanner, s->detect.scratch, text, &options, arena, out);
}

static const char *read_line(struct scan_verb *s, struct slice line, struct arena *arena,
                             struct slice *id, struct slice *text_out, struct scan_result *result)
{
    struct json_doc doc;
    struct json_fault fault;
    struct slice text;
    *id = SLICE_LIT("null");
    if (!gw_ok(json_scan(line, json_limits_default(), arena, &doc, &fault)))
        return "not a JSON object on one line";
    if (doc.values[0].kind != JSON_OBJECT)
        return "not a JSON object";
    uint32_t id_at = json_member(&doc, 0, "id"), text_at = json_member(&doc, 0, "text");
    if (id_at != 0)
        *id = json_raw(&doc, id_at);
    if (text_at == 0 || doc.values[text_at].kind != JSON_STRING)
        return "no member text that is a string";
    if (!gw_ok(string_decode(&doc, text_at, arena, &text, NULL)))
        return "memory is short";
    *text_out = text;
    return gw_ok(scan_one(s, text, arena, result)) ? NULL : "the scan engine failed";
}

static bool answer_fault(struct scan_verb *s, struct slice id, const char *fault)
{
    buf_put_str(&s->out, "{\"id\":");
    buf_put(&s->out, id);
    buf_put_str(&s->out, ",\"error\":");
    put_text(&s->out, slice_str(fault));
    buf_put_str(&s->out, "}\n");
    s->failed = true;
    return gw_ok(detect_print(&s->out));
}

static bool answer_line(struct scan_verb *s, struct slice line)
{
    struct slice id, text = {0};
    struct scan_result result;
    struct arena *arena = arena_new(DETECT_INPUT * 4);
    bool goes_on = false;
    if (arena == NULL)
        return false;
    const char *fault = read_line(s, line, arena, &id, &text, &result);
    if (fault == NULL) {
        buf_put_str(&s->out, "{\"id\":");
        buf_put(&s->out, id);
        buf_put_str(&s->out, ",");
        put_result(s, &s->out, text, &result);
        buf_put_str(&s->out, "}\n");
        goes_on = gw_ok(detect_print(&s->out));
    } else {
        goes_on = answer_fault(s, id, fault);
    }
    arena_free(arena);
    return goes_on;
}

/* One line, of which `line` holds what there is room for. */
static bool take_line(struct scan_verb *s, struct buf *line, bool is_whole)
{
    struct slice text = slice_trim(buf_slice(line));
    bool goes_on = true;
    if (!is_whole)
        goes_on = answer_fault(s, SLICE_LIT("null"), "a line of more than 256 MiB");
    else if (text.len > 0)
        goes_on = answer_line(s, text);
    buf_clear(line);
    return goes_on;
}

/* Each line is answered as soon as it has come. One that is too long is read to its end, not kept.
 */
static void scan_lines(struct scan_verb *s, FILE *from)
{
    struct buf line;
    char block[1 << 16];
    bool is_whole = true, goes_on = true;
    buf_init(&line, DETECT_INPUT);
    for (ssize_t n; goes_on && (n = read(fileno(from), block, sizeof block)) > 0;) {
        struct slice left = slice_of(block, (size_t)n);
        while (left.len > 0 && goes_on) {
            size_t end = slice_find_byte(left, '\n'), len = end == SIZE_MAX ? left.len : end;
            is_whole = is_whole && gw_ok(buf_add(&line, slice_cut(left, 0, len)));
            left = slice_from(left, end == SIZE_MAX ? left.len : end + 1);
            if (end == SIZE_MAX)
                continue;
            goes_on = take_line(s, &line, is_whole);
            is_whole = true;
        }
    }
    goes_on = goes_on && take_line(s, &line, is_whole);
    s->failed |= !goes_on;
    secret_wipe(block, sizeof block);
    buf_free(&line);
}

/* Where a walk over a text has come to. */
struct place {
    size_t at, line, begin;
};

static void walk_to(struct place *p, struct slice text, size_t to)
{
    for (; p->at < to && p->at < text.len; p->at++)
        if (text.at[p->at] == '\n') {
            p->line++;
            p->begin = p->at + 1;
        }
}

/* "file:LINE:COLUMN ENTITY 0.99 detector [start, end)"; columns are bytes from 1. */
static void put_row(struct buf *out, const char *file, const struct place *p,
                    const struct finding *f)
{
    buf_put_str(out, file);
    buf_put_str(out, ":");
    buf_put_u64(out, p->line);
    buf_put_str(out, ":");
    buf_put_u64(out, f->start - p->begin + 1);
    buf_put_str(out, " ");
    buf_put(out, f->entity);
    buf_put_str(out, " ");
    put_score(out, f->score);
    buf_put_str(out, " ");
    buf_put(out, f->name);
    buf_put_str(out, " [");
    buf_put_u64(out, f->start);
    buf_put_str(out, ", ");
    buf_put_u64(out, f->end);
    buf_put_str(out, ")\n");
}

/* "    pattern, check luhn, beside 'card': 0.9" */
static void put_why(struct scan_verb *s, struct slice text, const struct finding *f)
{
    struct reason r;
    struct buf *out = &s->out;
    reason_of(s->detect.scanner, text, slice_of(NULL, 0), f, &r);
    buf_put_str(out, "    by ");
    buf_put_str(out, r.by);
    if (r.pattern.len > 0) {
        buf_put_str(out, " ");
        buf_put(out, r.pattern);
    }
    if (r.checks[0] != '\0') {
        buf_put_str(out, ", check ");
        buf_put_str(out, r.checks);
    }
    if (r.word.len > 0) {
        buf_put_str(out, ", beside '");
        buf_put(out, r.word);
        buf_put_str(out, "'");
    }
    buf_put_str(out, r.is_normal ? ", in the normal form" : "");
    buf_put_str(out, f->is_allowed ? ", allowed by the policy\n" : "\n");
}

static void put_file(struct scan_verb *s, const char *file, struct slice text,
                     const struct scan_result *r)
{
    if (s->json) {
        buf_put_str(&s->out, "{\"file\":");
        put_text(&s->out, slice_str(file));
        buf_put_str(&s->out, ",");
        put_result(s, &s->out, text, r);
        buf_put_str(&s->out, "}\n");
        return;
    }
    struct place place = {.line = 1};
    for (size_t i = 0; i < r->count; i++) {
        const struct finding *f = &r->findings[i];
        if (!is_shown(s, f))
            continue;
        walk_to(&place, text, f->start);
        put_row(&s->out, file, &place, f);
        if (s->explains)
            put_why(s, text, f);
    }
    if (r->attack.score >= 500) {
        buf_put_str(&s->out, file);
        buf_put_str(&s->out, ": attack ");
        put_score(&s->out, r->attack.score);
        for (int k = 0; k < ATTACK_KINDS; k++)
            if (r->attack.kinds & (1u << k)) {
                buf_put_str(&s->out, " ");
                buf_put_str(&s->out, attack_word((enum attack_kind)k));
            }
        buf_put_str(&s->out, "\n");
    }
}

static void scan_file(struct scan_verb *s, const char *file)
{
    struct buf text;
    struct scan_result result;
    struct arena *arena = arena_new(DETECT_INPUT * 4);
    buf_init(&text, DETECT_INPUT);
    gw_result r = arena == NULL ? gw_is(GW_NO_MEMORY) : detect_read(file, &text);
    if (gw_ok(r))
        r = scan_one(s, buf_slice(&text), arena, &result);
    if (gw_ok(r)) {
        put_file(s, file, buf_slice(&text), &result);
        for (size_t i = 0; i < result.count; i++)
            s->found += !result.findings[i].is_allowed;
        r = detect_print(&s->out);
    }
    if (!gw_ok(r)) {
        verb_failed("scan", "%s: %s", file, detect_why(r));
        s->failed = true;
    }
    buf_free(&text);
    arena_free(arena);
}

static void scan_inputs(struct scan_verb *s, char **files)
{
    char dash[] = "-", *standard[] = {dash, NULL};
    for (char **file = *files == NULL ? standard : files; *file != NULL; file++) {
        if (!s->jsonl) {
            scan_file(s, *file);
            continue;
        }
        FILE *from = strcmp(*file, "-") == 0 ? stdin : fopen(*file, "rb");
        if (from == NULL) {
            verb_failed("scan", "%s: %s", *file, strerror(errno));
            s->failed = true;
            continue;
        }
        scan_lines(s, from);
        if (from != stdin)
            fclose(from);
    }
}

static bool read_options(struct scan_verb *s, int argc, char **argv)
{
    static const struct option options[] = {
        {"policy", required_argument, NULL, 'p'}, {"jsonl", no_argument, NULL, 'l'},
        {"json", no_argument, NULL, 'j'},         {"candidates", no_argument, NULL, 'c'},
        {"explain", no_argument, NULL, 'e'},      {NULL, 0, NULL, 0}};
    int c;
    optind = 1;
    while ((c = getopt_long(argc, argv, "p:", options, NULL)) != -1) {
        if (c == 'p')
            s->policy = optarg;
        else if (c == 'l')
            s->jsonl = true;
        else if (c == 'j')
            s->json = true;
        else if (c == 'c')
            s->candidates = true;
        else if (c == 'e')
            s->explains = true;
        else
            return false;
    }
    return true;
}

int verb_scan(int argc, char **argv)
{
    struct scan_verb s = {0};
    if (!read_options(&s, argc, argv))
        return verb_misused(argv[0], "wrong arguments");
    if (!detect_open(argv[0], s.policy, &s.detect))
        return VERB_FAILED;
    buf_init(&s.out, DETECT_INPUT);
    scan_inputs(&s, argv + optind);
    buf_free(&s.out);
    detect_close(&s.detect);
    if (s.failed)
        return VERB_FAILED;
    return s.found > 0 && !s.jsonl ? VERB_FOUND : VERB_GOOD;
}
