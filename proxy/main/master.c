/* proxy/main/master.c - see master.h. Children: auditor, resolver, shipper, workers (one serves,
 * others drain), the demo backend. Each has a row in `children`; one function sees them die. */
#include "proxy/base/base.h"
#include "proxy/main/master.h"
#include "audit/channel.h"
#include "audit/log.h"
#include "audit/service.h"
#include "proxy/base/log.h"
#include "proxy/main/backend.h"
#include "proxy/main/change.h"
#include "proxy/main/config.h"
#include "proxy/main/lookup.h"
#include "proxy/main/notify.h"
#include "proxy/main/seal.h"
#include "proxy/main/shipper.h"
#include "proxy/main/stamp.h"
#include "proxy/main/worker.h"
#include "proxy/net/listener.h"
#include "proxy/net/loop.h"
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum {
    MASTER_CHILDREN = 64,
    WATCH_MS = 1000,
    RESPAWN_MS = 200,
    REOPEN_MS = 2000,
    AUDITOR_CANNOT = 3,
    LOCK_TRIES = 50,
    LOCK_MS = 100,
    BIND_TRIES = 40,
    BIND_MS = 50
};

enum role {
    ROLE_EMPTY = 0,
    ROLE_AUDITOR,
    ROLE_WORKER,
    ROLE_OLD_WORKER,
    ROLE_BACKEND,
    ROLE_RESOLVER,
    ROLE_SHIPPER
};

struct child {
    enum role role;
    pid_t pid;
    int control; /* -1: none */
    uint64_t generation;
    bool is_ready;
    struct master *master;
    struct loop_watch *watch;
};

struct master {
    const struct master_start *start;
    struct loop *loop;
    struct config *config;  /* of the start: what needs a restart is taken from here */
    struct config *watched; /* as it was last read, for the names of files; NULL: config */
    struct worker_start worker;
    struct gauges *gauges;
    struct child children[MASTER_CHILDREN];
    char token_material[64];
    struct clock clock;
    uint64_t stamp;                     /* of all watched files */
    uint64_t names_stamp;               /* of what the resolver reads */
    uint64_t pairs_begun, pairs_served; /* of certificates: as a worker began; as one serves */
    bool is_stopping, was_ready, auditor_told, reload_again;
    bool has_log, has_worker; /* an auditor opened the log, a worker served, since the start */
    pid_t pid;
    int code;
    struct loop_timer *respawn, *hard_stop;
};

static void respawn_later(struct master *m, unsigned ms);
static void reload(void *master);

static struct child *child_of(struct master *m, enum role role)
{
    for (size_t i = 0; i < MASTER_CHILDREN; i++)
        if (m->children[i].role == role)
            return &m->children[i];
    return NULL;
}

/* As it was last read. */
static struct config *now(const struct master *m)
{
    return m->watched != NULL ? m->watched : m->config;
}

static int by_number(const void *a, const void *b)
{
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

/* Descriptors that a role does not need are not there: neither the master's own, nor other
 * children's, nor what whoever started us had open. */
static void close_others(const struct master *m, enum role role, int control)
{
    int kept[3 + WORKER_LISTENERS * WORKER_THREADS] = {control};
    unsigned n = 1, from = STDERR_FILENO + 1;
    if (role == ROLE_BACKEND)
        kept[n++] = m->start->backend_fd;
    if (role == ROLE_WORKER) {
        kept[n++] = m->worker.admin_fd;
        for (size_t i = 0; i < m->worker.listener_count; i++)
            for (unsigned k = 0; k < m->worker.threads; k++)
                kept[n++] = m->worker.listeners[i][k];
    }
    qsort(kept, n, sizeof *kept, by_number);
    for (unsigned i = 0; i < n; i++) {
        unsigned fd = (unsigned)kept[i];
        if (kept[i] < 0 || fd < from)
            continue;
        if (fd > from)
            (void)close_range(from, fd - 1, 0);
        from = fd + 1;
    }
    (void)close_range(from, UINT_MAX, 0);
}

/* In the child: what only the master may hold is let go. */
static void become_child(struct master *m, enum role role, const char *name, int control)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    int at_master_end = role == ROLE_AUDITOR ? 0 : role == ROLE_BACKEND ? SIGTERM : SIGKILL;
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (size_t i = 0; i < GW_COUNT(signals); i++)
        signal(signals[i], signals[i] == SIGTERM || signals[i] == SIGCHLD ? SIG_DFL : SIG_IGN);
    if (role != ROLE_BACKEND)
        signal(SIGTERM, SIG_IGN); /* they end when the master says so, or is gone */
    prctl(PR_SET_PDEATHSIG, at_master_end);
    if (at_master_end != 0 && getppid() != m->pid)
        _exit(0); /* it went before it could be promised to us */
    close_others(m, role, control);
    log_init((enum log_level)m->config->log.level, name, STDERR_FILENO);
}

static void close_listeners(struct master *m)
{
    for (size_t i = 0; i < m->worker.listener_count; i++)
        for (unsigned k = 0; k < m->worker.threads; k++)
            close(m->worker.listeners[i][k]);
    m->worker.listener_count = 0;
    if (m->worker.admin_fd >= 0)
        close(m->worker.admin_fd);
    m->worker.admin_fd = -1;
}

/* An auditor whose master was killed may still be writing its last words: wait for its lock. */
static gw_result open_log(const struct audit_settings *settings, char *reason, size_t size,
                          struct audit_log **log)
{
    gw_result r = audit_log_open(settings, reason, size, log);
    for (int i = 0; i < LOCK_TRIES && r.code == GW_REFUSED && strstr(reason, "another") == reason;
         i++) {
        usleep(LOCK_MS * 1000);
        r = audit_log_open(settings, reason, size, log);
    }
    return r;
}

/* What the others need not know is wiped from their copy of the master's memory. */
static void forget_secrets(struct master *m)
{
    static const char *const kept[] = {"RES_OPTIONS", "LOCALDOMAIN", "HOSTALIASES", NULL};
    secret_drop_environment(kept);
    secret_wipe(m->token_material, sizeof m->token_material);
    config_free(m->watched);
    config_free(m->config);
    m->config = m->watched = NULL;
}

static int run_auditor(struct master *m, int control)
{
    char reason[500] = "", dir[4096], spare_dir[4096], key_file[4200], host[80] = "localhost",
         origin[100];
    struct audit_log *log;
    become_child(m, ROLE_AUDITOR, "auditor", control);
    (void)gethostname(host, sizeof host - 1);
    snprintf(origin, sizeof origin, "bulla/%s", host);
    snprintf(dir, sizeof dir, "%s", m->config->audit.dir.at);
    snprintf(key_file, sizeof key_file, "%s/log.key", dir);
    snprintf(spare_dir, sizeof spare_dir, "%.*s", (int)m->config->audit.spare_dir.len,
             m->config->audit.spare_dir.at);
    const struct label_retention kept = change_retention(m->config);
    forget_secrets(m);
    const struct audit_settings settings = {.dir = dir,
                                            .origin = origin,
                                            .node = host,
                                            .build = BULLA_VERSION,
                                            .key_file = key_file,
                                            .spare_dir = spare_dir,
                                            .retention = kept,
                                            .gauges = m->gauges,
                                            .clock = &m->clock};
    gw_result r = open_log(&settings, reason, sizeof reason, &log);
    if (!gw_ok(r)) {
        fprintf(stderr, "bulla: audit log %s: %s\n", dir, reason);
        LOGE("auditor.open", LOG_TEXT("reason", clear_word(reason)));
        return AUDITOR_CANNOT;
    }
    int door = door_open(dir);
    const struct seal_plan plan = {
        .role = SEAL_AUDITOR,
        .only_logs = seal_only_logs(),
        .left = {.writable = dir, .also = spare_dir[0] == '\0' ? NULL : spare_dir}};
    if (!gw_ok(seal_process(&plan)))
        return CANNOT_SEAL;
    LOGI("auditor.ready", LOG_NUM("pid", getpid()));
    (void)!write(control, "R", 1);
    return service_run(log, control, door);
}

static int run_worker(struct master *m, int control)
{
    become_child(m, ROLE_WORKER, "worker", control);
    m->worker.control_fd = control;
    if (m->watched != m->config)
        config_free(m->watched); /* its own copy: the worker reads for itself */
    m->watched = NULL;
    return worker_run(&m->worker);
}

static int run_resolver(struct master *m, int control)
{
    static const unsigned ports[] = {53};
    const struct seal_plan plan = {
        .role = SEAL_RESOLVER,
        .only_logs = seal_only_logs(),
        .left = {.readable = lookup_files(), .ports = ports, .port_count = GW_COUNT(ports)},
    };
    become_child(m, ROLE_RESOLVER, "resolver", control);
    forget_secrets(m);
    if (!gw_ok(seal_process(&plan)))
        return CANNOT_SEAL;
    return lookup_run(control);
}

static int run_shipper(struct master *m, int control)
{
    char dir[4096];
    struct config *config = now(m);
    become_child(m, ROLE_SHIPPER, "shipper", control);
    snprintf(dir, sizeof dir, "%s", m->config->audit.dir.at);
    m->config = config == m->config ? NULL : m->config;
    m->watched = NULL;
    forget_secrets(m);
    const struct shipper_start start = {config, dir, m->gauges, control};
    return shipper_run(&start);
}

static int run_backend(struct master *m)
{
    become_child(m, ROLE_BACKEND, "backend", -1);
    return backend_run(m->start->backend_fd);
}

/* Ready is who has both: a worker that serves, and a log that it can write. */
static void announce(struct master *m)
{
    if (!m->has_log || !m->has_worker)
        return;
    notify_send("READY=1");
    if (!m->was_ready && m->start->ready != NULL)
        m->start->ready(m->start->ready_of);
    m->was_ready = true;
}

static void heard_child(void *child)
{
    struct child *c = child;
    struct master *m = c->master;
    char byte;
    ssize_t n = read(c->control, &byte, 1);
    if (n <= 0) { /* its end comes by SIGCHLD */
        loop_watch_free(c->watch);
        c->watch = NULL;
        return;
    }
    c->is_ready = true;
    for (size_t i = 0; i < MASTER_CHILDREN; i++) { /* the one before drains now */
        struct child *old = &m->children[i];
        if (old->role != ROLE_WORKER || old->generation >= c->generation)
            continue;
        old->role = ROLE_OLD_WORKER;
        if (!gw_ok(channel_send_stop(old->control)))
            kill(old->pid, SIGKILL);
    }
    m->has_worker = true;
    m->pairs_served = m->pairs_begun;
    announce(m);
    if (m->reload_again)
        reload(m);
}

/* The log is open: one word, once. Until then a log that cannot be opened ends the start. */
static void heard_auditor(void *child)
{
    struct child *c = child;
    char byte;
    c->master->has_log = c->master->has_log || read(c->control, &byte, 1) == 1;
    loop_watch_free(c->watch);
    c->watch = NULL;
    announce(c->master);
}

/* One channel a thread between a worker and another child. */
static bool link_to(struct master *m, struct child *worker, struct child *other,
                    enum channel_word word)
{
    bool is_fine = other != NULL;
    for (unsigned i = 0; is_fine && i < m->worker.threads; i++) {
        int ends[2];
        if (!gw_ok(channel_open(ends)))
            return false;
        is_fine = gw_ok(channel_send_fd(other->control, word, ends[1])) &&
                  gw_ok(channel_send_fd(worker->control, word, ends[0]));
        close(ends[0]);
        close(ends[1]);
    }
    return is_fine;
}

static struct child *spawn(struct master *m, enum role role)
{
    int ends[2] = {-1, -1};
    struct child *c = child_of(m, ROLE_EMPTY);
    if (c == NULL || (role != ROLE_BACKEND && !gw_ok(channel_open(ends))))
        return NULL;
    pid_t pid = fork();
    if (pid == 0) {
        if (ends[0] >= 0)
            close(ends[0]);
        int code = role == ROLE_AUDITOR    ? run_auditor(m, ends[1])
                   : role == ROLE_WORKER   ? run_worker(m, ends[1])
                   : role == ROLE_RESOLVER ? run_resolver(m, ends[1])
                   : role == ROLE_SHIPPER  ? run_shipper(m, ends[1])
                                           : run_backend(m);
        fflush(NULL);
        _exit(code);
    }
    if (ends[1] >= 0)
        close(ends[1]);
    if (pid < 0) {
        close(ends[0]);
        return NULL;
    }
    *c = (struct child){.role = role, .pid = pid, .control = ends[0], .master = m};
    c->generation = m->worker.generation;
    if (role == ROLE_AUDITOR)
        c->watch = loop_watch_read(m->loop, c->control, heard_auditor, c);
    if (role == ROLE_WORKER) {
        c->watch = loop_watch_read(m->loop, c->control, heard_child, c);
        (void)link_to(m, c, child_of(m, ROLE_AUDITOR), CHANNEL_AUDIT);
        (void)link_to(m, c, child_of(m, ROLE_RESOLVER), CHANNEL_NAMES);
    }
    return c;
}

/* An auditor or a resolver: all workers there are get channels to it. */
static void new_service(struct master *m, enum role role, enum channel_word word)
{
    struct child *service = spawn(m, role);
    if (service == NULL)
        return;
    for (size_t i = 0; i < MASTER_CHILDREN; i++)
        if (m->children[i].role == ROLE_WORKER || m->children[i].role == ROLE_OLD_WORKER)
            (void)link_to(m, &m->children[i], service, word);
}

static void new_worker(struct master *m)
{
    m->worker.generation++;
    m->pairs_begun = stamp_pairs(now(m));
    m->worker.is_new_pair = child_of(m, ROLE_WORKER) != NULL && m->pairs_begun != m->pairs_served;
    LOGI("worker.start", LOG_NUM("generation", m->worker.generation));
    if (spawn(m, ROLE_WORKER) == NULL)
        LOGE("worker.fork", LOG_NUM("errno", errno));
}

static bool has_workers(const struct master *m)
{
    for (size_t i = 0; i < MASTER_CHILDREN; i++)
        if (m->children[i].role == ROLE_WORKER || m->children[i].role == ROLE_OLD_WORKER)
            return true;
    return false;
}

/* Workers first, then the auditor (it writes log.stop), then the shipper, then the loop. */
static void stop_next(struct master *m)
{
    struct child *auditor = child_of(m, ROLE_AUDITOR), *backend = child_of(m, ROLE_BACKEND);
    struct child *resolver = child_of(m, ROLE_RESOLVER), *shipper = child_of(m, ROLE_SHIPPER);
    if (has_workers(m))
        return;
    if (resolver != NULL)
        kill(resolver->pid, SIGKILL); /* nobody asks, and it has nothing to lose */
    if (auditor != NULL && !m->auditor_told) {
        m->auditor_told = true;
        if (!gw_ok(channel_send_stop(auditor->control)))
            kill(auditor->pid, SIGKILL);
    } else if (auditor == NULL) {
        if (shipper != NULL)
            shutdown(shipper->control, SHUT_WR); /* the log's last words go out too */
        if (backend != NULL)
            kill(backend->pid, SIGTERM);
        else if (resolver == NULL && shipper == NULL)
            loop_stop(m->loop);
    }
}

/* The workers first; told again, whoever is left. */
static void stop_hard(void *master)
{
    struct master *m = master;
    bool only_workers = has_workers(m);
    LOGW("master.stop_hard", LOG_NUM("pid", m->pid));
    for (size_t i = 0; i < MASTER_CHILDREN; i++) {
        const struct child *c = &m->children[i];
        bool is_worker = c->role == ROLE_WORKER || c->role == ROLE_OLD_WORKER;
        if (c->role != ROLE_EMPTY && (is_worker || !only_workers))
            kill(c->pid, SIGKILL);
    }
}

static void begin_stop(void *master)
{
    struct master *m = master;
    if (m->is_stopping) {
        stop_hard(m);
        return;
    }
    m->is_stopping = true;
    notify_send("STOPPING=1");
    LOGI("master.stop", LOG_NUM("pid", m->pid));
    close_listeners(m); /* whoever comes now is refused, not left waiting */
    for (size_t i = 0; i < MASTER_CHILDREN; i++)
        if (m->children[i].role == ROLE_WORKER || m->children[i].role == ROLE_OLD_WORKER)
            shutdown(m->children[i].control, SHUT_WR);
    m->hard_stop = loop_once(m->loop, (unsigned)m->config->limits.drain, stop_hard, m);
    stop_next(m);
}

static void respawn(void *master)
{
    struct master *m = master;
    loop_timer_free(m->respawn);
    m->respawn = NULL;
    if (m->is_stopping)
        return;
    if (child_of(m, ROLE_AUDITOR) == NULL)
        new_service(m, ROLE_AUDITOR, CHANNEL_AUDIT);
    if (child_of(m, ROLE_RESOLVER) == NULL)
        new_service(m, ROLE_RESOLVER, CHANNEL_NAMES);
    if (shipper_is_needed(now(m)) && child_of(m, ROLE_SHIPPER) == NULL)
        (void)spawn(m, ROLE_SHIPPER);
    if (child_of(m, ROLE_WORKER) == NULL)
        new_worker(m);
    if (m->start->backend_fd >= 0 && child_of(m, ROLE_BACKEND) == NULL)
        (void)spawn(m, ROLE_BACKEND);
}

static void respawn_later(struct master *m, unsigned ms)
{
    if (m->respawn == NULL)
        m->respawn = loop_once(m->loop, ms, respawn, m);
}

static void worker_ended(struct master *m, const struct child *c, int code)
{
    if (!c->is_ready && child_of(m, ROLE_WORKER) != NULL) {
        notify_send("READY=1"); /* as before */
        LOGW("reload.refused", LOG_NUM("generation", c->generation));
        if (m->reload_again)
            reload(m);
    } else if (!c->is_ready && !m->has_worker && code == 1) {
        m->code = 1; /* the very first one said why */
        begin_stop(m);
    } else {
        respawn_later(m, RESPAWN_MS);
    }
}

/* Without a log nothing is answered but 503; a log that cannot be opened may be mended meanwhile.
 */
static void auditor_ended(struct master *m, int code)
{
    if (!m->has_log && code == AUDITOR_CANNOT) {
        m->code = 1;
        begin_stop(m);
    } else {
        respawn_later(m, code == AUDITOR_CANNOT ? REOPEN_MS : RESPAWN_MS);
    }
}

/* What nobody measures any more. */
static void clear_gauges(struct master *m, enum role role)
{
    if (role == ROLE_AUDITOR)
        gauges_set(&m->gauges->is_open, 0);
    if (role == ROLE_SHIPPER && now(m)->sink_count == 0) /* nobody comes who would say so */
        gauges_set(&m->gauges->sink_count, 0);
}

static void buried(struct master *m, struct child *at, int status)
{
    const struct child c = *at;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    LOGI("child.ended", LOG_NUM("child", c.pid), LOG_NUM("role", c.role), LOG_NUM("code", code),
         LOG_NUM("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
    loop_watch_free(c.watch);
    if (c.control >= 0)
        close(c.control);
    *at = (struct child){.role = ROLE_EMPTY};
    clear_gauges(m, c.role);
    if (m->is_stopping)
        return;
    if (code == CANNOT_SEAL && (!m->was_ready || c.generation == 0)) {
        m->code = 1; /* it said why; a start without its seals is none */
        begin_stop(m);
        return;
    }
    if (c.role == ROLE_WORKER)
        worker_ended(m, &c, code);
    else if (c.role == ROLE_AUDITOR)
        auditor_ended(m, code);
    else if (c.role == ROLE_BACKEND || c.role == ROLE_RESOLVER || c.role == ROLE_SHIPPER)
        respawn_later(m, RESPAWN_MS);
}

static void child_died(void *master)
{
    struct master *m = master;
    int status;
    for (pid_t pid; (pid = waitpid(-1, &status, WNOHANG)) > 0;)
        for (size_t i = 0; i < MASTER_CHILDREN; i++)
            if (m->children[i].role != ROLE_EMPTY && m->children[i].pid == pid)
                buried(m, &m->children[i], status);
    if (m->is_stopping)
        stop_next(m);
}

/* The names of the files to watch may be others now. */
static void read_again(struct master *m)
{
    struct config *now;
    struct buf complaints;
    buf_init(&complaints, 65536);
    if (gw_ok(config_load(m->start->config, &now, &complaints))) {
        config_free(m->watched);
        m->watched = now;
    }
    buf_free(&complaints);
}

/* The sinks may be others now. The one before ends by itself, with what it has begun: what it had
 * sent is behind its cursors, and the next one comes when it is gone. */
static void new_shipper(struct master *m)
{
    const struct child *shipper = child_of(m, ROLE_SHIPPER);
    if (shipper != NULL)
        shutdown(shipper->control, SHUT_WR);
    else
        respawn_later(m, RESPAWN_MS);
}

/* One reload at a time: the next begins when this one's worker is ready, or has failed. */
static void reload(void *master)
{
    struct master *m = master;
    bool is_starting = child_of(m, ROLE_WORKER) == NULL || child_of(m, ROLE_EMPTY) == NULL;
    for (size_t i = 0; i < MASTER_CHILDREN; i++)
        is_starting |= m->children[i].role == ROLE_WORKER && !m->children[i].is_ready;
    m->reload_again = is_starting;
    if (m->is_stopping || is_starting)
        return;
    notify_send("RELOADING=1");
    read_again(m);
    new_shipper(m);
    m->stamp = stamp_files(now(m));
    new_worker(m);
}

static void look_at_files(void *master)
{
    struct master *m = master;
    const struct child *resolver = child_of(m, ROLE_RESOLVER);
    uint64_t names = stamp_names();
    if (names != m->names_stamp && resolver != NULL) /* it may read the old files only */
        kill(resolver->pid, SIGKILL);
    m->names_stamp = names;
    notify_send("WATCHDOG=1"); /* the loop turns */
    if (stamp_files(now(m)) != m->stamp)
        reload(m);
}

/* is_first: no other of ours is bound there yet, so none at all may be. The workers of a master
 * that was killed may still be on their way out: their port is waited for. */
static bool bind_one(const struct option_address *a, bool is_first, int *fd)
{
    unsigned port = a->port;
    gw_result r = is_first ? listener_is_free(a->host.at, port) : gw_is(GW_OK);
    for (int i = 0; i < BIND_TRIES && !gw_ok(r) && errno == EADDRINUSE; i++) {
        usleep(BIND_MS * 1000);
        r = listener_is_free(a->host.at, port);
    }
    if (gw_ok(r) && gw_ok(listener_bind(a->host.at, &port, fd)))
        return true;
    fprintf(stderr, "bulla: cannot listen on %s port %u: %s\n", a->host.at, port, strerror(errno));
    return false;
}

static bool bind_all(struct master *m)
{
    const struct config *c = m->config;
    m->worker.threads = c->threads > WORKER_THREADS ? WORKER_THREADS : (unsigned)c->threads;
    m->worker.admin_fd = -1;
    for (size_t i = 0; i < c->listen_count && i < WORKER_LISTENERS; i++) {
        for (unsigned k = 0; k < m->worker.threads; k++)
            if (!bind_one(&c->listen[i].address, k == 0, &m->worker.listeners[i][k]))
                return false;
        m->worker.listener_count++;
    }
    return c->admin.address.host.len == 0 || bind_one(&c->admin.address, true, &m->worker.admin_fd);
}

static bool prepare(struct master *m)
{
    struct buf complaints;
    buf_init(&complaints, 65536);
    bool is_fine = gw_ok(config_load(m->start->config, &m->config, &complaints));
    fprintf(stderr, "%.*s", (int)complaints.len,
            complaints.len > 0 ? buf_slice(&complaints).at : "");
    buf_free(&complaints);
    if (!is_fine)
        return false;
    log_init((enum log_level)m->config->log.level, "master", STDERR_FILENO);
    m->worker.config = m->start->config;
    m->worker.bound = m->config;
    m->worker.token_key = m->config->token_key;
    if (m->worker.token_key.len == 0) {
        secret_random(m->token_material, sizeof m->token_material);
        m->worker.token_key = slice_of(m->token_material, sizeof m->token_material);
    }
    return bind_all(m);
}

int master_run(const struct master_start *start)
{
    struct master *m = calloc(1, sizeof *m);
    struct loop_watch *watches[4] = {NULL};
    if (m == NULL)
        return 1;
    m->start = start;
    m->pid = getpid();
    m->code = 1; /* until it runs */
    m->gauges = m->worker.gauges = gauges_new();
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow is a write that fails */
    secret_hide_environment();
    if (!gw_ok(seal_begin()))
        fprintf(stderr, "bulla: the process cannot be sealed: %s\n", strerror(errno));
    else if (m->gauges != NULL && prepare(m) && (m->loop = loop_new()) != NULL) {
        m->code = 0;
        watches[0] = loop_watch_signal(m->loop, SIGTERM, begin_stop, m);
        watches[1] = loop_watch_signal(m->loop, SIGINT, begin_stop, m);
        watches[2] = loop_watch_signal(m->loop, SIGHUP, reload, m);
        watches[3] = loop_watch_signal(m->loop, SIGCHLD, child_died, m);
        struct loop_timer *files = loop_every(m->loop, WATCH_MS, look_at_files, m);
        m->stamp = stamp_files(now(m));
        m->names_stamp = stamp_names();
        respawn(m);
        loop_run(m->loop);
        loop_timer_free(files);
        loop_timer_free(m->respawn);
        loop_timer_free(m->hard_stop);
    }
    for (size_t i = 0; i < GW_COUNT(watches); i++)
        loop_watch_free(watches[i]);
    if (m->loop != NULL)
        loop_free(m->loop);
    int code = m->code;
    secret_wipe(m->token_material, sizeof m->token_material);
    config_free(m->watched);
    config_free(m->config);
    gauges_free(m->gauges);
    free(m);
    return code;
}
