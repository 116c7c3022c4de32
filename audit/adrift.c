/* audit/adrift.c - see adrift.h. The spare directory holds LOG, a copy, and seg/. */
#include "proxy/base/base.h"
#include "audit/adrift.h"
#include "audit/disk.h"
#include "audit/scan.h"
#include "proxy/base/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LABEL_CEILING = 4096 };

static const char memo[] = "spare_dir";

#define MINUTE INT64_C(60000000000)

static gw_result say(struct audit_log *log, enum gw_code code, const char *why)
{
    snprintf(log->reason, sizeof log->reason, "audit.spare_dir: %s", why);
    return gw_is(code);
}

static gw_result open_spare(struct audit_log *log, const char *path)
{
    if (mkdir(path, 0700) != 0 && errno != EEXIST)
        return say(log, GW_IO, strerrordesc_np(errno));
    log->spare_dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (log->spare_dir < 0)
        return say(log, GW_IO, strerrordesc_np(errno));
    struct stat own, spare;
    if (fstat(log->dir, &own) == 0 && fstat(log->spare_dir, &spare) == 0 &&
        own.st_dev == spare.st_dev && own.st_ino == spare.st_ino)
        return say(log, GW_REFUSED, "it is the log's own directory");
    gw_result r = disk_write(log->spare_dir, "seg/probe", SLICE_LIT("bulla\n"));
    if (gw_ok(r) && unlinkat(log->spare_dir, "seg/probe", 0) != 0)
        r = gw_is(GW_IO);
    return gw_ok(r) ? r : say(log, GW_IO, strerrordesc_np(errno));
}

/* --- away --------------------------------------------------------------------------------------
 */

/* So that nobody takes another log's segments home. */
static gw_result copy_label(const struct audit_log *log)
{
    struct buf label;
    buf_init(&label, LABEL_CEILING);
    gw_result r = buf_add(&label, slice_of(log->label, strlen(log->label)));
    if (gw_ok(r))
        r = disk_write(log->spare_dir, "LOG", buf_slice(&label));
    buf_free(&label);
    return r;
}

static gw_result write_batch(struct direct *to, struct slice batch)
{
    char *at;
    TRY(direct_room(to, batch.len, &at));
    if (batch.len > 0)
        memcpy(at, batch.at, batch.len);
    direct_wrote(to, batch.len);
    TRY(direct_write(to));
    if (fdatasync(to->fd) != 0)
        return gw_is(GW_IO);
    direct_keep(to);
    return gw_is(GW_OK);
}

gw_result adrift_begin(struct audit_log *log)
{
    struct direct file = {.fd = -1};
    uint64_t first = log->next - log->fresh_count;
    const struct slice batch = direct_waits(&log->file);
    int fd, why = errno;
    if (log->spare_dir < 0 || log->is_adrift || why == ENOSPC || why == EDQUOT)
        return gw_is(GW_UNAVAILABLE);
    gw_result r = copy_label(log);
    if (gw_ok(r))
        r = segment_create(log->spare_dir, first, log->segment_bytes, &fd);
    if (gw_ok(r) && !gw_ok(r = direct_open(&file, fd, 0)))
        close(fd);
    else if (gw_ok(r))
        r = write_batch(&file, batch);
    if (!gw_ok(r)) {
        direct_close(&file);
        errno = why; /* what went wrong first */
        return gw_is(GW_UNAVAILABLE);
    }
    LOGE("audit.adrift", LOG_NUM("seq", first),
         LOG_TEXT("reason", clear_word(strerrordesc_np(why))));
    direct_close(&log->file);
    log->file = file;
    log->segment = first;
    log->is_adrift = true;
    log->fault = why == 0 ? EIO : why;
    log->adrift_ns = clock_mono_ns(log->clock);
    return gw_is(GW_OK);
}

bool adrift_is_over(struct audit_log *log)
{
    int64_t now = clock_mono_ns(log->clock);
    if (!log->is_adrift || now - log->adrift_ns < MINUTE)
        return false;
    log->adrift_ns = now;
    return gw_ok(disk_write(log->dir, "seg/probe", SLICE_LIT("bulla\n"))) &&
           unlinkat(log->dir, "seg/probe", 0) == 0;
}

/* --- and home ----------------------------------------------------------------------------------
 */

/* The spare directory's LOG is this log's. GW_NOT_FOUND: it has none. */
static gw_result is_ours(const struct audit_log *log)
{
    struct buf label;
    buf_init(&label, LABEL_CEILING);
    gw_result r = disk_read(log->spare_dir, "LOG", &label);
    if (gw_ok(r) && !slice_is(buf_slice(&label), slice_str(log->label)))
        r = gw_is(GW_REFUSED);
    buf_free(&label);
    return r;
}

/* Where that record would lie in the log's own segment: behind the last good frame before it. */
static gw_result find_end(const char *bytes, size_t len, uint64_t seq, size_t *at)
{
    struct segment_frame frame;
    for (*at = 0; *at < len; *at += frame.bytes)
        if (!gw_ok(segment_read(slice_of(bytes + *at, len - *at), &frame)) || frame.seq >= seq)
            break;
    return gw_is(GW_OK);
}

/* The log's own segments hold nothing from that record on. */
static gw_result cut_own(struct audit_log *log, uint64_t seq)
{
    struct segment_list list;
    struct buf bytes;
    char name[SEGMENT_NAME];
    size_t i = 0, at = 0;
    TRY(segment_list_read(log->dir, &list));
    while (i < list.count && list.first[i] < seq)
        i++;
    segment_name(i == 0 ? seq : list.first[i - 1], name);
    segment_list_free(&list);
    if (i == 0)
        return gw_is(GW_OK);
    buf_init(&bytes, SEGMENT_FILE_MAX);
    gw_result r = disk_read(log->dir, name, &bytes);
    struct slice all = buf_slice(&bytes);
    if (gw_ok(r))
        r = find_end(all.at, all.len, seq, &at);
    bool is_clean = gw_ok(r) && segment_is_zero(slice_from(all, at));
    int fd = gw_ok(r) && !is_clean ? openat(log->dir, name, O_WRONLY | O_CLOEXEC) : -1;
    if (fd >= 0) {
        r = disk_zero(fd, at, all.len - at);
        if (gw_ok(r) && fsync(fd) != 0)
            r = gw_is(GW_IO);
        close(fd);
    } else if (gw_ok(r) && !is_clean) {
        r = gw_is(GW_IO);
    }
    buf_free(&bytes);
    return r;
}

/* A segment begins with the record of its name, or it is none. */
static gw_result take_one(struct audit_log *log, uint64_t first)
{
    struct segment_frame frame;
    struct buf bytes;
    char name[SEGMENT_NAME];
    segment_name(first, name);
    buf_init(&bytes, SEGMENT_FILE_MAX);
    gw_result r = disk_read(log->spare_dir, name, &bytes);
    if (gw_ok(r) && segment_is_zero(buf_slice(&bytes)))
        r = gw_is(GW_NOT_FOUND); /* it was made, and nothing came to be in it */
    else if (gw_ok(r) && (!gw_ok(segment_read(buf_slice(&bytes), &frame)) || frame.seq != first))
        r = gw_is(GW_CORRUPT);
    if (gw_ok(r))
        r = disk_write(log->dir, name, buf_slice(&bytes));
    buf_free(&bytes);
    return r.code == GW_NOT_FOUND ? gw_is(GW_OK) : r;
}

static gw_result drop_all(struct audit_log *log, const struct segment_list *list)
{
    char name[SEGMENT_NAME];
    for (size_t i = list->count; i-- > 0;) { /* the first one says where to cut: it goes last */
        segment_name(list->first[i], name);
        if (unlinkat(log->spare_dir, name, 0) != 0)
            return gw_is(GW_IO);
    }
    return disk_sync_dir(log->spare_dir, "seg/x");
}

static gw_result take_all(struct audit_log *log, const struct segment_list *list)
{
    TRY(is_ours(log));
    if (log->signed_size > list->first[0])
        return gw_is(GW_UNAVAILABLE);
    TRY(cut_own(log, list->first[0]));
    for (size_t i = 0; i < list->count; i++)
        TRY(take_one(log, list->first[i]));
    TRY(drop_all(log, list));
    LOGW("audit.home", LOG_NUM("segments", list->count), LOG_NUM("seq", list->first[0]));
    return gw_is(GW_OK);
}

static gw_result mend(struct audit_log *log)
{
    struct segment_list list;
    if (log->spare_dir < 0)
        return gw_is(GW_OK);
    gw_result r = segment_list_read(log->spare_dir, &list);
    if (gw_ok(r) && list.count > 0)
        r = take_all(log, &list);
    segment_list_free(&list);
    if (gw_ok(r))
        return r;
    return say(log, r.code == GW_NOT_FOUND || r.code == GW_UNAVAILABLE ? GW_REFUSED : r.code,
               r.code == GW_REFUSED || r.code == GW_NOT_FOUND ? "what lies there is another log's"
               : r.code == GW_UNAVAILABLE ? "the log has gone on without what lies there"
               : r.code == GW_CORRUPT     ? "what lies there is no segment"
                                          : "what lies there cannot be taken home");
}

/* --- which one ---------------------------------------------------------------------------------
 */

/* As it was said last; "" when nothing was, or when that directory is gone. */
static gw_result recall(const struct audit_log *log, char out[PATH_MAX])
{
    struct buf text;
    out[0] = '\0';
    buf_init(&text, PATH_MAX - 1);
    gw_result r = disk_read(log->dir, memo, &text);
    struct slice path = slice_cut(buf_slice(&text), 0, slice_find_byte(buf_slice(&text), '\n'));
    if (gw_ok(r))
        snprintf(out, PATH_MAX, "%.*s", (int)path.len, path.at);
    buf_free(&text);
    if (out[0] != '\0' && access(out, F_OK) != 0 && errno == ENOENT)
        out[0] = '\0';
    return r.code == GW_NOT_FOUND ? gw_is(GW_OK) : r;
}

static gw_result remember(const struct audit_log *log, const char *path)
{
    char line[PATH_MAX + 1];
    int n = snprintf(line, sizeof line, "%s\n", path);
    return disk_write(log->dir, memo, slice_of(line, (size_t)n));
}

static gw_result read_label(struct audit_log *log)
{
    struct buf label;
    buf_init(&label, LABEL_MAX - 1);
    gw_result r = disk_read(log->dir, "LOG", &label);
    snprintf(log->label, sizeof log->label, "%.*s", (int)buf_slice(&label).len,
             buf_slice(&label).at);
    buf_free(&label);
    return r;
}

static gw_result take_in(struct audit_log *log, const char *path)
{
    TRY(open_spare(log, path));
    return mend(log);
}

static void let_go(struct audit_log *log)
{
    if (log->spare_dir >= 0)
        close(log->spare_dir);
    log->spare_dir = -1;
}

static gw_result change(struct audit_log *log, const char *before, const char *path)
{
    char whole[PATH_MAX];
    if (path[0] != '\0' && realpath(path, whole) != NULL && strcmp(whole, before) == 0)
        return gw_is(GW_OK);
    let_go(log);
    if (path[0] == '\0')
        return gw_is(unlinkat(log->dir, memo, 0) == 0 || errno == ENOENT ? GW_OK : GW_IO);
    TRY(take_in(log, path));
    return gw_is(realpath(path, whole) != NULL && gw_ok(remember(log, whole)) ? GW_OK : GW_IO);
}

gw_result adrift_find(struct audit_log *log, const char *path)
{
    char before[PATH_MAX];
    if (!gw_ok(read_label(log)) || !gw_ok(recall(log, before)))
        return state_fault(log, "LOG or spare_dir");
    if (before[0] != '\0')
        TRY(take_in(log, before));
    if (path == NULL)
        return gw_is(GW_OK);
    gw_result r = change(log, before, path);
    return gw_ok(r) || log->reason[0] != '\0' ? r : state_fault(log, memo);
}
