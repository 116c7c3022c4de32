/* proxy/base/log.c - see log.h. The settings are written once, before the first thread starts. */
#include "proxy/base/base.h"
#include "proxy/base/log.h"
#include "proxy/base/clock.h"
#include <unistd.h>

static struct {
    enum log_level level;
    const char *process;
    int fd;
} settings = {LOG_INFO, "bulla", STDERR_FILENO};

static const char *const level_words[] = {"debug", "info", "warn", "error", "silent"};

void log_init(enum log_level level, const char *process, int fd)
{
    settings.level = level;
    settings.process = process;
    settings.fd = fd;
}

gw_result log_level_from(struct slice word, enum log_level *out)
{
    for (size_t i = 0; i < GW_COUNT(level_words); i++) {
        if (slice_is(word, slice_str(level_words[i]))) {
            *out = (enum log_level)i;
            return gw_is(GW_OK);
        }
    }
    return gw_is(GW_NOT_FOUND);
}

struct line {
    char at[2048];
    size_t len;
};

static void put(struct line *l, const char *text, size_t len)
{
    size_t room = sizeof l->at - 2 - l->len; /* the end keeps room for "}\n" */
    if (len > room)
        len = room;
    memcpy(l->at + l->len, text, len);
    l->len += len;
}

static void put_quoted(struct line *l, struct slice s)
{
    put(l, "\"", 1);
    for (size_t i = 0; i < s.len && i < 300; i++) {
        char c = s.at[i];
        if (c == '"' || c == '\\')
            put(l, "\\", 1);
        put(l, (unsigned char)c < 0x20 || c == 0x7f ? "?" : &c, 1);
    }
    put(l, "\"", 1);
}

static void put_field(struct line *l, const struct log_field *f)
{
    put(l, ",", 1);
    put_quoted(l, slice_str(f->name));
    put(l, ":", 1);
    if (f->is_number) {
        char digits[24];
        int n = snprintf(digits, sizeof digits, "%lld", (long long)f->number);
        put(l, digits, (size_t)n);
    } else {
        put_quoted(l, f->text.s);
    }
}

bool log_takes(enum log_level level)
{
    return level >= settings.level && settings.level != LOG_SILENT;
}

void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t n)
{
    if (!log_takes(level))
        return;
    struct line l = {.len = 0};
    struct clock real = {0};
    char when[28];
    clock_rfc3339(clock_wall_us(&real), when);
    put(&l, "{\"t\":", 5);
    put_quoted(&l, slice_str(when));
    const struct log_field head[] = {
        LOG_TEXT("level", clear_word(level_words[level])),
        LOG_TEXT("process", clear_word(settings.process)),
        LOG_NUM("pid", getpid()),
        LOG_TEXT("event", clear_word(event)),
    };
    for (size_t i = 0; i < GW_COUNT(head); i++)
        put_field(&l, &head[i]);
    for (size_t i = 0; i < n; i++)
        if (fields[i].name != NULL)
            put_field(&l, &fields[i]);
    memcpy(l.at + l.len, "}\n", 2);
    ssize_t written = write(settings.fd, l.at, l.len + 2);
    (void)written; /* a log that cannot be written is not a reason to stop */
}
