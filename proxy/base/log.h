/* proxy/base/log.h - the program's own log: one JSON object a line on stderr.
 *
 * Takes names, numbers and cleared text only (struct clear): there is no way to hand it a caller's
 * bytes. An event is a dotted word such as "worker.ready". Thread-safe: one write() a line. */
#ifndef PROXY_BASE_LOG_H
#define PROXY_BASE_LOG_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum log_level { LOG_DEBUG = 0, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_SILENT };

struct log_field {
    const char *name; /* a literal */
    struct clear text;
    int64_t number;
    bool is_number;
};

#define LOG_TEXT(field_name, clear_text) \
    ((struct log_field){.name = (field_name), .text = (clear_text)})
#define LOG_NUM(field_name, value) \
    ((struct log_field){.name = (field_name), .number = (int64_t)(value), .is_number = true})

/* Lines below `level` are dropped; `process` (a literal: "master", "worker", ...) stands in each
 * line. Call once, before the first thread; writes to descriptor fd. */
void log_init(enum log_level level, const char *process, int fd);
/* "debug", "info", "warn", "error", "silent"; GW_NOT_FOUND otherwise. */
GW_MUST gw_result log_level_from(struct slice word, enum log_level *out);
bool log_takes(enum log_level level);
void log_write(enum log_level level, const char *event, const struct log_field *fields, size_t n);

/* What is dropped is not put together first. */
#define LOG_AT(level, event, ...)                                                \
    do {                                                                         \
        if (log_takes(level))                                                    \
            log_write((level), (event), (const struct log_field[]){__VA_ARGS__}, \
                      GW_COUNT(((const struct log_field[]){__VA_ARGS__})));      \
    } while (0)
#define LOGD(event, ...) LOG_AT(LOG_DEBUG, event, __VA_ARGS__)
#define LOGI(event, ...) LOG_AT(LOG_INFO, event, __VA_ARGS__)
#define LOGW(event, ...) LOG_AT(LOG_WARN, event, __VA_ARGS__)
#define LOGE(event, ...) LOG_AT(LOG_ERROR, event, __VA_ARGS__)

#endif
