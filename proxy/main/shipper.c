/* proxy/main/shipper.c - see shipper.h. */
#include "proxy/base/base.h"
#include "proxy/main/shipper.h"
#include "audit/follow.h"
#include "audit/quorum.h"
#include "proxy/base/log.h"
#include "proxy/main/herald.h"
#include "proxy/main/lookup.h"
#include "proxy/main/seal.h"
#include "proxy/main/ship.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum {
    REST_MS = 500,      /* when there is nothing to send */
    AGAIN_MS = 1000,    /* after a failure, and twice as long after the next */
    AGAIN_MOST = 30000, /* ms */
    LAST_MS = 3000,     /* for what is left at the end */
    BATCH_MS = 1000,    /* and for the batch that is under way then */
    LOOK_MS = 100,
    READABLE = 64,
    PORTS = SINK_PORTS + 1 + QUORUM_NODES /* and a name server's, and witnesses' */
};

struct shipper;

/* One sink. */
struct lane {
    struct shipper *of;
    const struct config_sink *config;
    struct sink_settings settings;
    struct ship ship;
    struct follow *follow;
    struct gauges_sink *gauge;
    bool is_away; /* and that was said */
};

struct shipper {
    const struct shipper_start *start;
    int dir;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t turn;
    bool is_ending;
    struct timespec last; /* when nothing more is begun */
    size_t running;       /* lanes */
    struct lane lanes[GAUGES_SINKS];
    size_t count;
    struct herald *herald; /* NULL: the log has no witnesses */
};

static struct gauges_sink *gauge_of(const struct shipper *s, size_t i)
{
    return &s->start->gauges->sinks[i];
}

/* By the clock that nobody sets. */
static struct timespec in_ms(unsigned ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += (long)(ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    return until;
}

/* Sleeps; true: the end has come. */
static bool rests(struct shipper *s, unsigned ms)
{
    const struct timespec until = in_ms(ms);
    pthread_mutex_lock(&s->lock);
    while (!s->is_ending && pthread_cond_timedwait(&s->turn, &s->lock, &until) == 0)
        continue;
    bool is_ending = s->is_ending;
    pthread_mutex_unlock(&s->lock);
    return is_ending;
}

/* Is the time over in which what is left may go out? Only the end has one. */
static bool is_late(struct shipper *s)
{
    const struct timespec t = in_ms(0);
    pthread_mutex_lock(&s->lock);
    bool is_over =
        t.tv_sec > s->last.tv_sec || (t.tv_sec == s->last.tv_sec && t.tv_nsec >= s->last.tv_nsec);
    pthread_mutex_unlock(&s->lock);
    return is_over;
}

static gw_result add_record(void *lane, const struct segment_frame *frame,
                            const struct segment_frame *begin)
{
    struct lane *l = lane;
    return ship_record(&l->ship, frame, begin);
}

/* The name of the log is the first line of what it signs. */
static void take_origin(struct lane *l, struct slice note)
{
    struct slice line = slice_cut(note, 0, slice_find_byte(note, '\n'));
    snprintf(l->ship.origin, sizeof l->ship.origin, "%.*s", (int)line.len, line.at);
}

static gw_result fill_batch(struct lane *l)
{
    uint64_t size = 0, from = follow_next(l->follow);
    struct buf note;
    buf_init(&note, GAUGES_NOTE);
    gw_result r = gauges_signed(l->of->start->gauges, &size, &note);
    ship_clear(&l->ship);
    if (gw_ok(r)) {
        take_origin(l, buf_slice(&note));
        r = follow_each(l->follow, size, SHIP_BATCH, add_record, l);
        if (l->ship.is_full)
            r = gw_is(GW_OK); /* the rest comes with the next one */
        if (gw_ok(r) && follow_next(l->follow) == size && from < size)
            r = ship_head(&l->ship, size, buf_slice(&note));
    }
    buf_free(&note);
    return r.code == GW_AGAIN ? gw_is(GW_OK) : r; /* the note is being written */
}

/* One batch; *any: there was one. What was not taken comes again. */
static gw_result send_batch(struct lane *l, bool *any)
{
    uint64_t from = follow_next(l->follow);
    gw_result r = fill_batch(l);
    *any = l->ship.sent > 0;
    if (gw_ok(r))
        r = ship_send(&l->ship);
    if (!gw_ok(r)) {
        follow_rewind(l->follow, from);
        sink_forget(l->ship.sink);
        return r;
    }
    gauges_set(&l->gauge->next, follow_next(l->follow));
    return r;
}

static void tell(struct lane *l, gw_result r)
{
    const char *why = r.code == GW_UNAVAILABLE ? sink_reason(l->ship.sink) : gw_word(r);
    bool is_away = !gw_ok(r);
    gauges_set(&l->gauge->is_up, !is_away);
    if (is_away)
        gauges_set(&l->gauge->failures, gauges_get(&l->gauge->failures) + 1);
    if (is_away && !l->is_away)
        LOGW("sink.away", LOG_TEXT("sink", clear_name(l->config->name)),
             LOG_TEXT("reason", clear_word(why)));
    if (!is_away && l->is_away)
        LOGI("sink.back", LOG_TEXT("sink", clear_name(l->config->name)),
             LOG_NUM("next", follow_next(l->follow)));
    l->is_away = is_away;
}

static void send_all(struct lane *l)
{
    unsigned wait_ms = AGAIN_MS;
    bool any = false, is_ending = false;
    for (;;) {
        gw_result r = send_batch(l, &any);
        tell(l, r);
        if (is_ending && (!any || l->is_away || is_late(l->of)))
            return; /* all of it, or as much as is taken */
        if (l->is_away) {
            is_ending = rests(l->of, wait_ms);
            wait_ms = wait_ms * 2 > AGAIN_MOST ? AGAIN_MOST : wait_ms * 2;
        } else {
            wait_ms = AGAIN_MS;
            is_ending = rests(l->of, any ? 0 : REST_MS);
        }
    }
}

static void leave(struct shipper *s)
{
    pthread_mutex_lock(&s->lock);
    s->running--;
    pthread_cond_broadcast(&s->turn);
    pthread_mutex_unlock(&s->lock);
}

static void *run_lane(void *lane)
{
    struct lane *l = lane;
    send_all(l);
    leave(l->of);
    return NULL;
}

static void *run_herald(void *shipper)
{
    struct shipper *s = shipper;
    unsigned wait_ms = AGAIN_MS;
    for (bool is_ending = false; !is_ending;) {
        bool is_fine = herald_turn(s->herald);
        wait_ms = is_fine ? AGAIN_MS : wait_ms * 2 > AGAIN_MOST ? AGAIN_MOST : wait_ms * 2;
        is_ending = rests(s, is_fine ? REST_MS : wait_ms / 2);
    }
    leave(s);
    return NULL;
}

/* Files are opened before the process is sealed, all others after it: libraries start threads. */
static void open_sink(struct lane *l)
{
    char reason[SINK_REASON] = "";
    if (l->ship.sink != NULL)
        return;
    if (!gw_ok(sink_open(&l->settings, reason, &l->ship.sink)))
        LOGE("sink.refused", LOG_TEXT("sink", clear_name(l->config->name)),
             LOG_TEXT("reason", clear_word(reason)));
}

static gw_result open_lane(struct lane *l)
{
    bool has;
    uint64_t after = 0;
    const char *wrong = ship_name(&l->ship, l->config->name.at);
    l->ship.dir = l->of->dir;
    assert(wrong == NULL); /* config.c has looked */
    TRY(ship_begin(&l->ship, &has, &after));
    gauges_set(&l->gauge->next, has ? after + 1 : 0);
    return follow_open(l->of->dir, has ? after + 1 : 0, &l->follow);
}

static bool take_config(struct shipper *s)
{
    struct config *c = s->start->config;
    struct secret_store *kept = secret_store_new(); /* lives as long as the process */
    s->count = c->sink_count < GAUGES_SINKS ? c->sink_count : GAUGES_SINKS;
    gauges_set(&s->start->gauges->sink_count, 0);
    for (size_t i = 0; kept != NULL && i < s->count; i++) {
        struct lane *l = &s->lanes[i];
        l->of = s;
        l->config = &c->sinks[i];
        l->gauge = gauge_of(s, i);
        *l->gauge = (struct gauges_sink){.next = UINT64_MAX}; /* its cursor is not read yet */
        snprintf(l->gauge->name, sizeof l->gauge->name, "%s", l->config->name.at);
        l->settings = config_sink_settings(l->config);
        if (l->settings.token.len > 0)
            l->settings.token = secret_store_keep(kept, l->settings.token);
        l->ship.with_heads = true;
        l->ship.with_findings = l->config->with_findings;
    }
    __atomic_store_n(&s->start->gauges->sink_count, s->count, __ATOMIC_RELEASE);
    config_forget_secrets(c);
    return kept != NULL;
}

/* A log that was never open has no segments to read. False: the end came first. */
static bool wait_for_log(const struct shipper *s)
{
    struct pollfd p = {.fd = s->start->control_fd, .events = POLLIN};
    while (gauges_get(&s->start->gauges->note_turn) == 0)
        if (poll(&p, 1, LOOK_MS) != 0)
            return false;
    return true;
}

/* What `to` of all sinks names, and a name server's. */
static size_t list_ports(const struct shipper *s, unsigned *ports)
{
    size_t n = 0;
    ports[n++] = 53;
    for (size_t i = 0; i < s->count; i++)
        n += sink_ports(&s->lanes[i].settings, ports + n, PORTS - n);
    return s->herald == NULL ? n : n + herald_ports(s->herald, ports + n, PORTS - n);
}

static gw_result seal(const struct shipper *s)
{
    static const char *const parts[] = {"seg", "tile", "LOG", "rotate"};
    char paths[GW_COUNT(parts)][PATH_MAX], sinks[PATH_MAX], anchors[PATH_MAX];
    const char *readable[READABLE];
    unsigned ports[PORTS];
    size_t n = 0;
    const char *const *names = lookup_files();
    snprintf(sinks, sizeof sinks, "%s/sink", s->start->dir);
    snprintf(anchors, sizeof anchors, "%s/anchor", s->start->dir);
    for (size_t i = 0; i < (s->herald == NULL ? 1 : GW_COUNT(parts)); i++) {
        snprintf(paths[i], sizeof paths[i], "%s/%s", s->start->dir, parts[i]);
        readable[n++] = paths[i];
    }
    readable[n++] = "/etc/ssl";
    for (size_t i = 0; i < s->count; i++)
        if (s->lanes[i].settings.ca_file != NULL)
            readable[n++] = s->lanes[i].settings.ca_file;
    for (size_t i = 0; names[i] != NULL && n + 1 < READABLE; i++)
        readable[n++] = names[i];
    readable[n] = NULL;
    const struct seal_plan plan = {.role = SEAL_SHIPPER,
                                   .only_logs = seal_only_logs(),
                                   .left = {.readable = readable,
                                            .writable = sinks,
                                            .also = s->herald == NULL ? NULL : anchors,
                                            .ports = ports,
                                            .port_count = list_ports(s, ports)}};
    return seal_process(&plan);
}

/* A batch that was begun in time has a while more. A lane that hangs ends with us. */
static void end_lanes(struct shipper *s)
{
    pthread_mutex_lock(&s->lock);
    s->is_ending = true;
    s->last = in_ms(LAST_MS);
    pthread_cond_broadcast(&s->turn);
    const struct timespec until = in_ms(LAST_MS + BATCH_MS);
    while (s->running > 0 && pthread_cond_timedwait(&s->turn, &s->lock, &until) == 0)
        continue;
    pthread_mutex_unlock(&s->lock);
}

static bool start_thread(struct shipper *s, void *(*run)(void *), void *of)
{
    pthread_t thread;
    pthread_mutex_lock(&s->lock);
    bool is_started = pthread_create(&thread, NULL, run, of) == 0 &&
                      pthread_detach(thread) == 0; /* `running` says when it has ended */
    s->running += is_started;
    pthread_mutex_unlock(&s->lock);
    return is_started;
}

/* What cannot be opened any more when the process is sealed. */
static void open_files(struct shipper *s)
{
    const char *dir = s->start->dir;
    if (herald_is_needed(dir) && !gw_ok(herald_new(dir, s->start->gauges, &s->herald)))
        LOGE("herald.idle", LOG_NUM("errno", errno));
    for (size_t i = 0; i < s->count; i++)
        if (sink_is_file(&s->lanes[i].settings))
            open_sink(&s->lanes[i]);
}

static void start_lanes(struct shipper *s)
{
    if (s->herald != NULL && !start_thread(s, run_herald, s))
        LOGE("herald.idle", LOG_NUM("errno", errno));
    for (size_t i = 0; i < s->count; i++) {
        struct lane *l = &s->lanes[i];
        if (!sink_is_file(&l->settings)) /* that was opened, or refused, in front of the seal */
            open_sink(l);
        gw_result r = l->ship.sink == NULL ? gw_is(GW_BAD) : open_lane(l);
        if (gw_ok(r) && start_thread(s, run_lane, l))
            continue;
        follow_close(l->follow);
        l->follow = NULL;
        gauges_set(&l->gauge->failures, 1);
        if (gauges_get(&l->gauge->next) == UINT64_MAX)
            gauges_set(&l->gauge->next, 0); /* nobody knows what it has */
        LOGE("sink.idle", LOG_TEXT("sink", clear_name(l->config->name)),
             LOG_TEXT("reason", clear_word(gw_ok(r) ? "no thread" : gw_word(r))));
    }
}

bool shipper_is_needed(const struct config *c)
{
    return c->sink_count > 0 || herald_is_needed(c->audit.dir.at);
}

/* Waits by the clock that nobody sets. */
static void begin_turns(struct shipper *s)
{
    pthread_condattr_t how;
    pthread_condattr_init(&how);
    pthread_condattr_setclock(&how, CLOCK_MONOTONIC);
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->turn, &how);
    pthread_condattr_destroy(&how);
}

int shipper_run(const struct shipper_start *start)
{
    struct shipper *s = calloc(1, sizeof *s);
    struct pollfd p = {.fd = start->control_fd, .events = POLLIN};
    if (s == NULL)
        return 1;
    s->start = start;
    begin_turns(s);
    if (!take_config(s) || !wait_for_log(s))
        return 0;
    s->dir = open(start->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (s->dir < 0 || (mkdirat(s->dir, "sink", 0700) != 0 && errno != EEXIST)) {
        LOGE("shipper.log", LOG_NUM("errno", errno));
        return 1;
    }
    open_files(s);
    if (!gw_ok(seal(s)))
        return CANNOT_SEAL;
    start_lanes(s);
    LOGI("shipper.ready", LOG_NUM("pid", getpid()), LOG_NUM("sinks", s->count));
    while (poll(&p, 1, -1) < 0 && errno == EINTR)
        continue;
    end_lanes(s);
    return 0;
}
