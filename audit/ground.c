/* audit/ground.c - see ground.h. */
#include "proxy/base/base.h"
#include "audit/ground.h"
#include "audit/adrift.h"
#include "audit/ballast.h"
#include "audit/frames.h"
#include "audit/integrator.h"
#include "audit/state.h"
#include "proxy/base/log.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

/* The reserve on a large disk, and on a small one its share; below LEAST it counts as full. */
enum { BALLAST = 8 << 20, BALLAST_SHARE = 8, LEAST = 1 << 20, LEAST_SHARE = 16 };
/* Below this somebody should look; told to be over when there is a quarter more. */
enum { SOFT = 1 << 30, SOFT_SHARE = 10 };
enum { MUCH = 16 };        /* segments that would still fit */
enum { STEP_US = 500000 }; /* a clock that is only steered moves 500 us a second */

static uint64_t least_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Bytes that the log may still take. */
static uint64_t room_of(const struct statvfs *disk)
{
    return (uint64_t)disk->f_bavail * disk->f_frsize;
}

gw_result ground_open(struct audit_log *log, const char *path)
{
    struct ground *g = &log->ground;
    struct statvfs disk;
    if (realpath(path, g->path) == NULL || fstatvfs(log->dir, &disk) != 0)
        return state_fault(log, "directory of the log");
    uint64_t whole = (uint64_t)disk.f_blocks * disk.f_frsize;
    uint64_t room = room_of(&disk);
    g->ballast = least_of(BALLAST, whole / BALLAST_SHARE);
    g->least = least_of(LEAST, whole / LEAST_SHARE);
    g->soft = least_of(SOFT, whole / SOFT_SHARE);
    if (room >= g->least + (ballast_is_there(log) ? 0 : g->ballast))
        return gw_is(GW_OK);
    errno = ENOSPC;
    return state_fault(log, "the disk of the log");
}

void ground_settle(struct audit_log *log)
{
    if (log->ground.ballast > 0 && !ballast_is_there(log) && !gw_ok(ballast_make(log)))
        LOGW("audit.ballast", LOG_TEXT("reason", clear_word(strerrordesc_np(errno))));
}

bool ground_has_much(const struct audit_log *log)
{
    struct statvfs disk;
    uint64_t least = MUCH * (uint64_t)log->segment_bytes + 2 * log->ground.least;
    return fstatvfs(log->dir, &disk) == 0 && room_of(&disk) >= least;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
    return a->st_dev == b->st_dev && a->st_ino == b->st_ino;
}

/* The open file is the one of that name in the directory. */
static bool is_named(int dir, const char *name, int fd)
{
    struct stat open, named;
    return fstat(fd, &open) == 0 && fstatat(dir, name, &named, 0) == 0 && is_same(&open, &named);
}

static gw_result look_at_files(struct audit_log *log)
{
    char name[SEGMENT_NAME];
    segment_name(log->segment, name);
    errno = 0;
    if (log->is_adrift) /* what has become of its own is known */
        return is_named(log->spare_dir, name, log->file.fd)
                   ? gw_is(GW_OK)
                   : state_fault(log, "the segment was removed or replaced");
    if (!is_named(AT_FDCWD, log->ground.path, log->dir))
        return state_fault(log, "the directory of the log was removed or replaced");
    if (!is_named(log->dir, name, log->file.fd))
        return state_fault(log, "the segment was removed or replaced");
    if (!is_named(log->dir, "LOCK", log->lock))
        return state_fault(log, "the lock was removed or replaced");
    return gw_is(GW_OK);
}

/* The last words, when there is room for them; then a checkpoint over everything, and no more. */
static gw_result end_full(struct audit_log *log, uint64_t room)
{
    uint64_t seq;
    const struct audit_record rec = {.type = RECORD_LOG_UNAVAILABLE, .sev = 4};
    const struct leaf_counters counters = {{{"free_kib", room / 1024}}, 1};
    log->ground.is_full = true;
    ballast_drop(log);
    spare_end(&log->spare);
    (void)!gw_ok(frames_append(log, &rec, &counters, &seq));
    TRY(frames_sync(log));
    gw_result r = log->is_adrift ? gw_is(GW_OK) : integrator_finish(log);
    errno = gw_ok(r) ? ENOSPC : errno;
    return state_fault(log, gw_ok(r) ? "the disk of the log" : "tiles and checkpoint");
}

/* Below the mark; or not yet a quarter above it, when it was below. */
static bool is_below(uint64_t room, uint64_t mark, bool was)
{
    return room < (was ? mark + mark / 4 : mark);
}

/* What may be kept of content: less in the lower half of what lies between full and the soft mark,
 * nothing in the lowest quarter. */
static unsigned cut_of(const struct ground *g, uint64_t room)
{
    uint64_t between = g->soft > g->least ? g->soft - g->least : 0;
    if (between == 0)
        return 0;
    if (is_below(room, g->least + between / 4, g->cut == 2))
        return 2;
    return is_below(room, g->least + between / 2, g->cut >= 1);
}

/* Each time that one of the marks was passed, in either direction. */
static gw_result tell_room(struct audit_log *log, uint64_t room)
{
    struct ground *g = &log->ground;
    uint64_t seq;
    bool is_low = is_below(room, g->soft, g->is_low);
    unsigned cut = cut_of(g, room);
    if (log->gauges != NULL) {
        gauges_set(&log->gauges->free_kib, room / 1024);
        gauges_set(&log->gauges->is_low, is_low);
        gauges_set(&log->gauges->cut, cut);
    }
    if (is_low == g->is_low && cut == g->cut)
        return gw_is(GW_OK);
    g->is_low = is_low;
    g->cut = cut;
    LOGW("audit.disk", LOG_NUM("free_kib", room / 1024), LOG_NUM("low", is_low),
         LOG_NUM("cut", cut));
    const struct audit_record rec = {.type = RECORD_LOG_DISK, .sev = is_low ? 3 : 1};
    const struct leaf_counters counters = {
        {{"cut", cut}, {"free_kib", room / 1024}, {"low", is_low}, {"soft_kib", g->soft / 1024}},
        4};
    TRY(frames_append(log, &rec, &counters, &seq));
    return frames_sync(log);
}

static gw_result look_at_disk(struct audit_log *log)
{
    struct statvfs disk;
    errno = 0;
    if (fstatvfs(log->is_adrift ? log->spare_dir : log->dir, &disk) != 0)
        return state_fault(log, "the disk of the log");
    if ((disk.f_flag & ST_RDONLY) != 0) {
        errno = EROFS;
        return gw_ok(adrift_begin(log)) ? frames_sync(log)
                                        : state_fault(log, "the disk of the log");
    }
    uint64_t room = room_of(&disk);
    bool is_full = log->ground.is_full || room < log->ground.least;
    return is_full ? end_full(log, room) : tell_room(log, room);
}

static uint64_t magnitude(int64_t n)
{
    return (uint64_t)(n < 0 ? -n : n);
}

static gw_result look_at_clock(struct audit_log *log)
{
    struct ground *g = &log->ground;
    uint64_t seq;
    int64_t ahead = clock_wall_us(log->clock) - clock_mono_ns(log->clock) / 1000;
    int64_t step = ahead - g->ahead_us;
    struct clock_health is = clock_health(log->clock);
    bool has_stepped = g->has_ahead && (step > STEP_US || step < -STEP_US);
    bool is_news = has_stepped || (g->has_ahead && is.is_steered != g->is_steered);
    g->has_ahead = true;
    g->is_steered = is.is_steered;
    g->ahead_us = ahead;
    if (!is_news)
        return gw_is(GW_OK);
    step = has_stepped ? step : 0;
    const struct audit_record rec = {.type = RECORD_LOG_CLOCK, .sev = has_stepped ? 3 : 2};
    const struct leaf_counters counters = {{{"back", step < 0},
                                            {"error_us", is.error_us},
                                            {"offset_us", magnitude(is.offset_us)},
                                            {"steered", is.is_steered},
                                            {"step_ms", magnitude(step) / 1000}},
                                           5};
    TRY(frames_append(log, &rec, &counters, &seq));
    return frames_sync(log);
}

gw_result ground_look(struct audit_log *log)
{
    TRY(look_at_files(log));
    TRY(look_at_clock(log));
    return look_at_disk(log);
}
