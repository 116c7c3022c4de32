/* proxy/main/master.c - see master.h. Children: auditor, workers (one serves, others drain), the
 * demo backend. Each has a row in `children`; one function sees them die. */
#include "proxy/base/base.h"
#include "proxy/main/master.h"
#include "audit/channel.h"
#include "audit/log.h"
#include "audit/service.h"
#include "proxy/base/log.h"
#include "proxy/main/backend.h"
#include "proxy/main/config.h"
#include "proxy/main/worker.h"
#include "proxy/net/listener.h"
#include "proxy/net/loop.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MASTER_CHILDREN = 16, WATCH_MS = 1000, RESPAWN_MS = 200, STOP_MS = 30000 };

enum role { ROLE_EMPTY = 0, ROLE_AUDITOR, ROLE_WORKER, ROLE_OLD_WORKER, ROLE_BACKEND };

struct child {
    enum role role;
    pid_t pid;
    int control; /* -1: none */
    bool is_ready;
    struct master *master;
    struct loop_watch *watch;
};

struct master {
    const struct master_start *start;
    struct loop *loop;
    struct config *config;
    struct worker_start worker;
    struct child children[MASTER_CHILDREN];
    char token_material[64];
    struct clock clock;
    uint64_t stamp; /* of all watched files */
    bool is_stopping, was_ready, auditor_told;
    int code;
    struct loop_timer *respawn, *hard_stop;
};

static void respawn_later(struct master *m);

static struct child *child_of(struct master *m, enum role role)
{
    for (size_t i = 0; i < MASTER_CHILDREN; i++)
        if (m->children[i].role == role)
            return &m->children[i];
    return NULL;
}

/* In the child: what only the master may hold is let go. */
static void become_child(struct master *m, const char *name, int control)
{
    static const int signals[] = {SIGTERM, SIGINT, SIGHUP, SIGCHLD};
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    for (size_t i = 0; i < GW_COUNT(signals); i++)
        signal(signals[i], signals[i] == SIGTERM || signals[i] == SIGCHLD ? SIG_DFL : SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    for (size_t i = 0; i < MASTER_CHILDREN; i++)
        if (m->children[i].role != ROLE_EMPTY && m->children[i].control >= 0 &&
            m->children[i].control != control)
            close(m->children[i].control);
    log_init((enum log_level)m->config->log.level, name, STDERR_FILENO);
}

static void close_listeners(const struct master *m)
{
    for (size_t i = 0; i < m->worker.listener_count; i++)
        for (unsigned k = 0; k < m->worker.threads; k++)
            close(m->worker.listeners[i][k]);
    if (m->worker.admin_fd >= 0)
        close(m->worker.admin_fd);
    if (m->start->backend_fd >= 0)
        close(m->start->backend_fd);
}

static int run_auditor(struct master *m, int control)
{
    char reason[500] = "", key_file[4200], host[80] = "localhost", origin[100];
    struct audit_log *log;
    become_child(m, "auditor", control);
    signal(SIGTERM, SIG_IGN); /* it ends when the master says so, or is gone */
    prctl(PR_SET_PDEATHSIG, 0);
    close_listeners(m);
    (void)gethostname(host, sizeof host - 1);
    snprintf(origin, sizeof origin, "bulla/%s", host);
    snprintf(key_file, sizeof key_file, "%s/log.key", m->config->audit.dir.at);
    const struct audit_settings settings = {
        .dir = m->config->audit.dir.at,
        .origin = origin,
        .node = host,
        .build = BULLA_VERSION,
        .key_file = key_file,
        .clock = &m->clock,
    };
    if (!gw_ok(audit_log_open(&settings, reason, sizeof reason, &log))) {
        LOGE("auditor.open", LOG_TEXT("reason", clear_word(reason)));
        return 3;
    }
    LOGI("auditor.ready", LOG_NUM("pid", getpid()));
    return service_run(log, control);
}

static int run_worker(struct master *m, int control)
{
    become_child(m, "worker", control);
    signal(SIGTERM, SIG_IGN);
    m->worker.control_fd = control;
    if (m->start->backend_fd >= 0)
        close(m->start->backend_fd);
    return worker_run(&m->worker);
}

static int run_backend(struct master *m)
{
    int fd = fcntl(m->start->backend_fd, F_DUPFD_CLOEXEC, 0);
    become_child(m, "backend", -1);
    close_listeners(m);
    return backend_run(fd);
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
        if (old == c || old->role != ROLE_WORKER)
            continue;
        old->role = ROLE_OLD_WORKER;
        if (!gw_ok(channel_send_stop(old->control)))
            kill(old->pid, SIGKILL);
    }
    if (!m->was_ready && m->start->ready != NULL)
        m->start->ready(m->start->ready_of);
    m->was_ready = true;
}

/* One channel a thread between a worker and the auditor. */
static bool link_audit(struct master *m, struct child *worker)
{
    struct child *auditor = child_of(m, ROLE_AUDITOR);
    bool is_fine = auditor != NULL;
    for (unsigned i = 0; is_fine && i < m->worker.threads; i++) {
        int ends[2];
        if (!gw_ok(channel_open(ends)))
            return false;
        is_fine = gw_ok(channel_send_fd(auditor->control, ends[1])) &&
                  gw_ok(channel_send_fd(worker->control, ends[0]));
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
        int code = role == ROLE_AUDITOR  ? run_auditor(m, ends[1])
                   : role == ROLE_WORKER ? run_worker(m, ends[1])
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
    if (role == ROLE_WORKER) {
        c->watch = loop_watch_read(m->loop, c->control, heard_child, c);
        (void)link_audit(m, c);
    }
    return c;
}

static void new_auditor(struct master *m)
{
    if (spawn(m, ROLE_AUDITOR) == NULL)
        return;
    for (size_t i = 0; i < MASTER_CHILDREN; i++)
        if (m->children[i].role == ROLE_WORKER || m->children[i].role == ROLE_OLD_WORKER)
            (void)link_audit(m, &m->children[i]);
}

static void new_worker(struct master *m)
{
    m->worker.generation++;
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

/* Workers first, then the auditor (it writes log.stop), then the loop. */
static void stop_next(struct master *m)
{
    struct child *auditor = child_of(m, ROLE_AUDITOR), *backend = child_of(m, ROLE_BACKEND);
    if (has_workers(m))
        return;
    if (auditor != NULL && !m->auditor_told) {
        m->auditor_told = true;
        if (!gw_ok(channel_send_stop(auditor->control)))
            kill(auditor->pid, SIGKILL);
    } else if (auditor == NULL) {
        if (backend != NULL)
            kill(backend->pid, SIGTERM);
        else
            loop_stop(m->loop);
    }
}

static void stop_hard(void *master)
{
    struct master *m = master;
    for (size_t i = 0; i < MASTER_CHILDREN; i++)
        if (m->children[i].role == ROLE_WORKER || m->children[i].role == ROLE_OLD_WORKER)
            kill(m->children[i].pid, SIGKILL);
}

static void begin_stop(void *master)
{
    struct master *m = master;
    if (m->is_stopping)
        return;
    m->is_stopping = true;
    LOGI("master.stop", LOG_NUM("pid", getpid()));
    for (size_t i = 0; i < MASTER_CHILDREN; i++)
        if (m->children[i].role == ROLE_WORKER)
            (void)gw_ok(channel_send_stop(m->children[i].control));
    m->hard_stop = loop_once(m->loop, STOP_MS, stop_hard, m);
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
        new_auditor(m);
    if (child_of(m, ROLE_WORKER) == NULL)
        new_worker(m);
    if (m->start->backend_fd >= 0 && child_of(m, ROLE_BACKEND) == NULL)
        (void)spawn(m, ROLE_BACKEND);
}

static void respawn_later(struct master *m)
{
    if (m->respawn == NULL)
        m->respawn = loop_once(m->loop, RESPAWN_MS, respawn, m);
}

static void buried(struct master *m, struct child *c, int status)
{
    enum role role = c->role;
    bool was_ready = c->is_ready;
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    LOGI("child.ended", LOG_NUM("child", c->pid), LOG_NUM("role", role), LOG_NUM("code", code),
         LOG_NUM("signal", WIFSIGNALED(status) ? WTERMSIG(status) : 0));
    loop_watch_free(c->watch);
    if (c->control >= 0)
        close(c->control);
    *c = (struct child){.role = ROLE_EMPTY};
    if (m->is_stopping)
        return;
    bool cannot_start =
        (role == ROLE_WORKER && code == 1 && !was_ready) || (role == ROLE_AUDITOR && code == 3);
    if (cannot_start && (!m->was_ready || role == ROLE_AUDITOR)) {
        m->code = 1;
        begin_stop(m);
    } else if (cannot_start && child_of(m, ROLE_WORKER) != NULL) {
        LOGW("reload.refused", LOG_NUM("generation", m->worker.generation));
    } else if (role != ROLE_OLD_WORKER) {
        respawn_later(m);
    }
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

static void add_stamp(uint64_t *stamp, const char *path)
{
    struct stat st;
    if (path != NULL && stat(path, &st) == 0)
        *stamp = *stamp * 31 + (uint64_t)st.st_mtim.tv_sec * 1000003 +
                 (uint64_t)st.st_mtim.tv_nsec + (uint64_t)st.st_ino;
}

static uint64_t files_stamp(const struct master *m)
{
    uint64_t stamp = 7;
    add_stamp(&stamp, m->start->config);
    for (size_t i = 0; i < m->config->policies.n; i++)
        add_stamp(&stamp, m->config->policy_files[i]);
    for (size_t i = 0; i < m->config->listen_count; i++) {
        add_stamp(&stamp, m->config->listen[i].tls.certificate.at);
        add_stamp(&stamp, m->config->listen[i].tls.key.at);
    }
    add_stamp(&stamp, m->config->keys.at);
    return stamp;
}

static void reload(void *master)
{
    struct master *m = master;
    struct child *serving = child_of(m, ROLE_WORKER);
    if (m->is_stopping || serving == NULL || !serving->is_ready)
        return; /* one reload at a time: a new worker reads the files as they are then */
    m->stamp = files_stamp(m);
    new_worker(m);
}

static void look_at_files(void *master)
{
    struct master *m = master;
    if (files_stamp(m) != m->stamp)
        reload(m);
}

static bool bind_one(const struct option_address *a, int *fd)
{
    unsigned port = a->port;
    if (gw_ok(listener_bind(a->host.at, &port, fd)))
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
            if (!bind_one(&c->listen[i].address, &m->worker.listeners[i][k]))
                return false;
        m->worker.listener_count++;
    }
    return c->admin.address.host.len == 0 || bind_one(&c->admin.address, &m->worker.admin_fd);
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
    signal(SIGPIPE, SIG_IGN);
    if (prepare(m) && (m->loop = loop_new()) != NULL) {
        watches[0] = loop_watch_signal(m->loop, SIGTERM, begin_stop, m);
        watches[1] = loop_watch_signal(m->loop, SIGINT, begin_stop, m);
        watches[2] = loop_watch_signal(m->loop, SIGHUP, reload, m);
        watches[3] = loop_watch_signal(m->loop, SIGCHLD, child_died, m);
        struct loop_timer *files = loop_every(m->loop, WATCH_MS, look_at_files, m);
        m->stamp = files_stamp(m);
        respawn(m);
        loop_run(m->loop);
        loop_timer_free(files);
        loop_timer_free(m->respawn);
        loop_timer_free(m->hard_stop);
    } else {
        m->code = 1;
    }
    for (size_t i = 0; i < GW_COUNT(watches); i++)
        loop_watch_free(watches[i]);
    if (m->loop != NULL)
        loop_free(m->loop);
    int code = m->code;
    secret_wipe(m->token_material, sizeof m->token_material);
    config_free(m->config);
    free(m);
    return code;
}
