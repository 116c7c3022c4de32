/* tests/bench/text.h - made-up chat text from a seed: prose, code and JSON, never the same twice.
 *
 * For measuring only: what was seen once must not come again, or a cache of verdicts would be
 * measured instead of the work. The same seed gives the same bytes. Holds nobody's real data;
 * `finds` says how many in a thousand paragraphs carry an e-mail address.
 * Everything is written into memory of the caller; nothing is allocated. */
#ifndef TESTS_BENCH_TEXT_H
#define TESTS_BENCH_TEXT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum text_kind { TEXT_MIXED, TEXT_PROSE, TEXT_CODE, TEXT_JSON };

struct text_maker {
    uint64_t state;      /* never 0 */
    enum text_kind kind; /* TEXT_MIXED: two of four paragraphs prose, one code, one JSON */
    unsigned finds;      /* of 1,000 paragraphs */
};

/* Bytes written so far and the room there is; what does not fit is left out. */
struct text_sink {
    char *at;
    size_t len, room;
};

static inline uint64_t text_random(struct text_maker *m)
{
    m->state ^= m->state << 13;
    m->state ^= m->state >> 7;
    m->state ^= m->state << 17;
    return m->state;
}

static inline unsigned text_below(struct text_maker *m, unsigned n)
{
    return (unsigned)(text_random(m) >> 33) % n;
}

static inline void text_put(struct text_sink *out, const char *at, size_t len)
{
    if (len > out->room - out->len)
        len = out->room - out->len;
    memcpy(out->at + out->len, at, len);
    out->len += len;
}

static inline void text_say(struct text_sink *out, const char *words)
{
    text_put(out, words, strlen(words));
}

static inline void text_word(struct text_maker *m, struct text_sink *out)
{
    /* clang-format off */
    static const char *const words[] = {
        "the", "of", "and", "to", "a", "in", "that", "is", "it", "for", "was", "on", "with", "as",
        "we", "this", "not", "be", "are", "which", "when", "from", "but", "there", "after", "before",
        "request", "service", "customer", "invoice", "meeting", "release", "quarter", "contract",
        "plainly", "summaries", "explained", "compared", "reviews", "changes", "the follower", "because",
        "table", "column", "latency", "timeout", "retry", "queue", "worker", "deployment", "cluster",
        "budget", "forecast", "report", "draft", "paragraph", "section", "figure", "reader", "team",
        "decided", "expected", "measured", "returned", "failed", "improved", "delivered", "written",
        "small", "large", "early", "late", "careful", "possible", "important", "different", "usual",
        "morning", "week", "month", "office", "project", "language", "translation", "question",
        "anchor", "example", "detail", "reason", "result", "problem", "solution", "approach",
        "shallow", "could", "would", "most", "can", "may", "have", "has", "had", "been", "made",
        "naive", "caf\xc3\xa9", "gr\xc3\xb6\xc3\x9f""er", "na\xc3\xafve", "train", "river", "weather",
        "garden", "kitchen", "music", "history", "science", "theory", "practice", "number", "value",
    };
    /* clang-format on */
    text_say(out, words[text_below(m, sizeof words / sizeof words[0])]);
}

static inline void text_name(struct text_maker *m, struct text_sink *out)
{
    static const char *const parts[] = {"user",  "order", "cache", "index", "count", "parse",
                                        "token", "state", "event", "frame", "table", "batch",
                                        "limit", "retry", "field", "entry", "chunk", "route"};
    unsigned n = sizeof parts / sizeof parts[0];
    text_say(out, parts[text_below(m, n)]);
    text_say(out, "_");
    text_say(out, parts[text_below(m, n)]);
}

static inline void text_number(struct text_maker *m, struct text_sink *out)
{
    char digits[16];
    int n = snprintf(digits, sizeof digits, "%u", text_below(m, 10000));
    text_put(out, digits, (size_t)n);
}

static inline void text_prose(struct text_maker *m, struct text_sink *out)
{
    unsigned sentences = 2 + text_below(m, 3);
    for (unsigned s = 0; s < sentences; s++) {
        unsigned words = 8 + text_below(m, 12);
        for (unsigned w = 0; w < words; w++) {
            text_say(out, w == 0 ? "" : w == 9 ? ", " : " ");
            text_word(m, out);
        }
        if (text_below(m, 5) == 0) {
            text_say(out, " ");
            text_number(m, out);
        }
        text_say(out, s % 3 == 2 ? "? " : ". ");
    }
    text_say(out, "\\n\\n");
}

static inline void text_code(struct text_maker *m, struct text_sink *out)
{
    unsigned lines = 4 + text_below(m, 5);
    text_say(out, "```python\\ndef ");
    text_name(m, out);
    text_say(out, "(self, ");
    text_name(m, out);
    text_say(out, "):\\n");
    for (unsigned i = 0; i < lines; i++) {
        text_say(out, "    ");
        text_name(m, out);
        text_say(out, i % 3 == 0 ? " = self." : i % 3 == 1 ? ".append(" : " += len(");
        text_name(m, out);
        text_say(out, i % 3 == 0 ? "[" : ", ");
        text_number(m, out);
        text_say(out, i % 3 == 0 ? "]\\n" : ")\\n");
    }
    text_say(out, "    return ");
    text_name(m, out);
    text_say(out, "\\n```\\n");
}

/* JSON inside a string of the chat: what tools answer with. */
static inline void text_json(struct text_maker *m, struct text_sink *out)
{
    char id[64];
    unsigned members = 3 + text_below(m, 4);
    snprintf(id, sizeof id, "{\\\"id\\\":\\\"%08x-%04x\\\"", text_below(m, 1u << 31),
             text_below(m, 65536));
    text_say(out, id);
    for (unsigned i = 0; i < members; i++) {
        text_say(out, ",\\\"");
        text_name(m, out);
        text_say(out, "\\\":");
        if (i % 2 == 0) {
            text_number(m, out);
            continue;
        }
        text_say(out, "\\\"");
        text_word(m, out);
        text_say(out, " ");
        text_word(m, out);
        text_say(out, "\\\"");
    }
    text_say(out, "}\\n");
}

static inline void text_find(struct text_maker *m, struct text_sink *out)
{
    char address[80];
    snprintf(address, sizeof address, "Write to reader%u@mail%u.example.com about it. ",
             text_below(m, 100000), text_below(m, 100));
    text_say(out, address);
}

/* So many bytes, or a few less, as they stand inside a JSON string; cut at a safe place. */
static inline void text_fill(struct text_maker *m, struct text_sink *out, size_t bytes)
{
    size_t room = out->room;
    if (bytes > room - out->len)
        bytes = room - out->len;
    size_t end = out->len + bytes;
    out->room = end;
    while (out->len < end) {
        unsigned kind = m->kind == TEXT_MIXED ? text_below(m, 4) : (unsigned)m->kind;
        if (m->finds > 0 && text_below(m, 1000) < m->finds)
            text_find(m, out);
        if (kind == TEXT_CODE)
            text_code(m, out);
        else if (kind == TEXT_JSON)
            text_json(m, out);
        else
            text_prose(m, out);
    }
    out->room = room;
    /* nothing may end inside an escape or a character, which have two bytes here */
    if (bytes >= 2) {
        out->at[end - 1] = ' ';
        if (out->at[end - 2] == '\\' || out->at[end - 2] == '\xc3')
            out->at[end - 2] = ' ';
    }
}

/* Made text stands as in a JSON string: here it becomes the string's text. */
static inline void text_unescape(struct text_sink *t)
{
    size_t n = 0;
    for (size_t i = 0; i < t->len; i++) {
        char c = t->at[i];
        if (c == '\\' && i + 1 < t->len)
            c = t->at[++i] == 'n' ? '\n' : t->at[i];
        t->at[n++] = c;
    }
    t->len = n;
}

/* A whole chat.completions body of about `size` bytes: one message every 4 KB, in turns. */
static inline size_t text_chat(struct text_maker *m, char *at, size_t size, const char *model,
                               bool is_stream)
{
    static const char end[] = "\"}],\"temperature\":0.2}";
    struct text_sink out = {.at = at, .room = size - (sizeof end - 1)};
    text_say(&out, "{\"model\":\"");
    text_say(&out, model);
    text_say(&out, is_stream ? "\",\"stream\":true" : "\"");
    text_say(&out, ",\"messages\":[{\"role\":\"system\",\"content\":\"You help with the text "
                   "below and keep to the facts.\"},{\"role\":\"user\",\"content\":\"");
    for (unsigned turn = 0;; turn++) {
        size_t left = out.room - out.len;
        text_fill(m, &out, left < 4200 ? left : 4096);
        if (left < 4200)
            break;
        text_say(&out, turn % 2 == 0 ? "\"},{\"role\":\"assistant\",\"content\":\""
                                     : "\"},{\"role\":\"user\",\"content\":\"");
    }
    memcpy(at + out.len, end, sizeof end - 1);
    return out.len + sizeof end - 1;
}

#endif
