/* proxy/main/worker.c - see worker.h. Everything process-wide hangs on one struct worker. */
#include "proxy/base/base.h"
#include "proxy/main/worker.h"
#include "audit/channel.h"
#include "audit/gauges.h"
#include "audit/pseudonym.h"
#include "audit/sealer.h"
#include "proxy/base/log.h"
#include "proxy/base/memory.h"
#include "proxy/main/admin.h"
#include "proxy/main/change.h"
#include "proxy/main/config.h"
#include "proxy/main/herald.h"
#include "proxy/main/keys.h"
#include "proxy/main/seal.h"
#include "proxy/main/served.h"
#include "proxy/main/session.h"
#include "proxy/net/listener.h"
#include "redact/seen.h"
#include <pthread.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* Handshakes in flight, for each thread: a few, and a share of the connections. FD_LAST: the last
 * descriptors are not for upstreams either. */
enum {
    TICK_MS = 100,
    SEEN_ENTRIES = 65536,
    SHAKING_MIN = 32,
    SHAKING_SHARE = 8,
    FD_LAST = 8,
    FD_MANY = 1 << 20
};

struct worker;

struct lane { /* one thread of the worker */
    struct worker *worker;
    unsigned index;
    pthread_t thread;
    struct session_thread sessions;
    struct resolver *resolver;
    struct listener *listeners[WORKER_LISTENERS];
    struct lane_door {
        struct lane *lane;
        struct tls_server *tls;
    } doors[WORKER_LISTENERS];
    struct loop_watch *audit_watch;
    struct loop_timer *ticks;
    bool is_draining, is_over;
    uint64_t told; /* of the exchanges without a record: look_at_log() */
};

struct worker {
    const struct worker_start *start;
    struct config *config;
    struct policy *policy;
    struct scanner *scanner;
    struct seen *seen;
    struct keys *keys;
    struct secret_key *token_key, *search_key;
    struct fingerprint_key *scope_key;
    struct clock clock;
    struct cert_pair *pairs[WORKER_LISTENERS];
    struct tls_server *servers[WORKER_LISTENERS];
    struct tls_client **clients; /* one an upstream; NULL: plain */
    struct gate_upstream *upstreams;
    struct gate_claims *claims;
    struct lane lanes[WORKER_THREADS];
    struct gate *gates[WORKER_THREADS]; /* of the lanes */
    uint64_t held;                      /* bytes of all exchanges; atomic */
    int fd_limit;
    unsigned running; /* lanes, guarded by lock */
    pthread_mutex_t lock;
    unsigned next_audit, next_names; /* the lanes that get the next channel */
    struct loop_watch *control;
    struct admin *admin;
    struct buf changes; /* what each channel to the log begins with: change.h */
    bool is_sealed;
    bool must_wait;   /* for witnesses of its policy */
    bool is_in_force; /* atomic; that policy */
    bool is_refused;  /* they were waited for for too long */
};

static bool find_caller(void *worker, struct slice secret, struct gate_known *out)
{
    struct worker *w = worker;
    const struct keys_row *row = w->keys == NULL ? NULL : keys_find(w->keys, secret);
    if (row == NULL)
        return false;
    *out = (struct gate_known){slice_str(row->app), slice_str(row->tenant), slice_str(row->print)};
    return true;
}

static unsigned api_bits(const struct option_words *words)
{
    unsigned bits = 0;
    for (size_t i = 0; i < words->n; i++)
        bits |= 1u << api_from(words->at[i]);
    return bits & ~(1u << API_NONE);
}

static bool load_upstreams(struct worker *w)
{
    char reason[300] = "";
    w->clients = calloc(w->config->upstream_count + 1, sizeof(struct tls_client *));
    w->upstreams = calloc(w->config->upstream_count + 1, sizeof *w->upstreams);
    for (size_t i = 0; w->clients != NULL && w->upstreams != NULL && i < w->config->upstream_count;
         i++) {
        const struct config_upstream *u = &w->config->upstreams[i];
        bool is_alone = u->models.n == 0 && u->model.len > 0;
        w->upstreams[i] = (struct gate_upstream){
            .name = u->name,
            .trust = (enum trust)u->trust,
            .authority = u->url.authority,
            .prefix = u->url.prefix,
            .key = u->key,
            .model = u->model,
            .models = is_alone ? &u->model : u->models.at,
            .model_count = is_alone ? 1 : u->models.n,
            .apis = api_bits(&u->apis),
            .prices = u->prices,
            .price_count = u->price_words.n,
        };
        if (u->url.https && !gw_ok(tls_client_new(u->ca.len == 0 ? NULL : u->ca.at, reason,
                                                  sizeof reason, &w->clients[i]))) {
            LOGE("upstream.tls", LOG_TEXT("upstream", clear_name(u->name)),
                 LOG_TEXT("reason", clear_word(reason)));
            return false;
        }
    }
    return w->clients != NULL && w->upstreams != NULL;
}

/* The key lies beside the log: who asks the log for somebody needs the same. */
static bool load_claims(struct worker *w)
{
    char reason[PSEUDONYM_REASON] = "";
    const char *dir = w->config->audit.dir.at;
    if (!gw_ok(pseudonym_key(dir, true, reason, &w->search_key))) {
        fprintf(stderr, "bulla: audit log %s: %s\n", dir, reason);
        LOGE("worker.start", LOG_TEXT("reason", clear_word(reason)));
        return false;
    }
    w->claims = calloc(w->config->caller_count + 1, sizeof *w->claims);
    for (size_t i = 0; w->claims != NULL && i < w->config->caller_count; i++) {
        const struct config_caller *c = &w->config->callers[i];
        w->claims[i] = (struct gate_claims){c->app,   c->person,   c->session,
                                            c->agent, c->agent_id, c->agent_instance};
    }
    return w->claims != NULL;
}

static bool load_listeners(struct worker *w)
{
    for (size_t i = 0; i < w->config->listen_count && i < WORKER_LISTENERS; i++)
        if (!served_load(&w->config->listen[i], i, w->start->is_new_pair, &w->pairs[i],
                         &w->servers[i]))
            return false;
    return true;
}

static bool load(struct worker *w)
{
    char reason[500] = "";
    struct buf complaints;
    buf_init(&complaints, 65536);
    bool is_fine = gw_ok(config_load(w->start->config, &w->config, &complaints)) &&
                   gw_ok(policy_load(w->config->policy_files, w->config->policies.n,
                                     w->config->policy_upstreams, w->config->upstream_count,
                                     &complaints, &w->policy));
    if (is_fine)
        config_forget_sinks(w->config); /* the shipper's */
    if (is_fine)
        is_fine = config_may_capture(w->config, w->policy, &complaints);
    if (!is_fine) {
        (void)!write(STDERR_FILENO, buf_slice(&complaints).at, complaints.len);
        LOGE("config.refused", LOG_NUM("bytes", complaints.len));
    }
    buf_free(&complaints);
    if (!is_fine)
        return false;
    const struct custom_set custom = policy_custom(w->policy);
    gw_result r = scanner_new_for(&custom, NULL, reason, sizeof reason, &w->scanner);
    if (gw_ok(r) && w->config->auth == CONFIG_KEYS)
        r = keys_load(w->config->keys.at, reason, sizeof reason, &w->keys);
    if (!gw_ok(r)) {
        LOGE("worker.start", LOG_TEXT("reason", clear_word(reason)));
        return false;
    }
    if (!config_is_bound_alike(w->config, w->start->bound)) {
        LOGE("config.refused",
             LOG_TEXT("reason", clear_word("'listen' and 'admin' change by a restart only")));
        return false;
    }
    if (!secret_store_is_locked(w->config->secrets)) {
        struct rlimit most = {0, 0};
        (void)getrlimit(RLIMIT_MEMLOCK, &most);
        LOGW("keys.not_locked", LOG_NUM("memlock", most.rlim_cur)); /* they may be swapped out */
    }
    w->must_wait = herald_is_needed(w->config->audit.dir.at);
    w->token_key = secret_key_from(w->start->token_key);
    config_forget_secrets(w->start->bound); /* this process's copy of the master's */
    w->scope_key = fingerprint_key_from(w->token_key);
    w->seen = seen_new(SEEN_ENTRIES);
    return w->scope_key != NULL && w->seen != NULL && load_upstreams(w) && load_claims(w) &&
           load_listeners(w);
}

static void accepted(void *door, int fd)
{
    struct lane_door *d = door;
    session_accept(&d->lane->sessions, fd, d->tls);
}

static void close_channel(struct lane *l)
{
    loop_watch_free(l->audit_watch);
    l->audit_watch = NULL;
    if (l->sessions.audit_fd >= 0)
        close(l->sessions.audit_fd);
    l->sessions.audit_fd = -1;
}

static bool open_doors(struct lane *l)
{
    const struct worker_start *start = l->worker->start;
    for (size_t i = 0; i < start->listener_count; i++) {
        l->listeners[i] =
            listener_new(l->sessions.loop, start->listeners[i][l->index], accepted, &l->doors[i]);
        if (l->listeners[i] == NULL)
            return false;
    }
    return true;
}

static void let_in(void *lane)
{
    struct lane *l = lane;
    if (!l->is_draining && !open_doors(l))
        abort(); /* the master starts another worker */
}

static void say_ready(const struct worker *w)
{
    LOGI("worker.ready", LOG_NUM("threads", w->start->threads),
         LOG_NUM("generation", w->start->generation));
    (void)!write(w->start->control_fd, "R", 1);
}

static void post_all(struct worker *w, loop_call call);

/* The auditor's word on the record of its policy, to one of the lanes. */
static void policy_said(struct worker *w, bool is_fine)
{
    bool was = !is_fine || __atomic_exchange_n(&w->is_in_force, true, __ATOMIC_RELAXED);
    if (was || !w->must_wait)
        return;
    post_all(w, let_in);
    say_ready(w);
}

/* A message that is not full was the last one, or the channel says again that there is more. */
static void acknowledged(void *lane)
{
    struct lane *l = lane;
    struct channel_ack acks[CHANNEL_ACKS];
    size_t n = 0;
    gw_result r;
    do {
        r = channel_receive(l->sessions.audit_fd, acks, GW_COUNT(acks), &n);
        for (size_t i = 0; gw_ok(r) && i < n; i++)
            if (acks[i].ticket == CHANNEL_RENEW)
                session_renew(&l->sessions);
            else if (acks[i].ticket == CHANNEL_POLICY_SAID)
                policy_said(l->worker, acks[i].ok);
            else
                session_recorded(&l->sessions, acks[i].ticket, acks[i].ok, acks[i].seq);
    } while (gw_ok(r) && n == GW_COUNT(acks));
    if (gw_ok(r) || r.code == GW_AGAIN) {
        if (l->sessions.is_channel_full) /* else what was packed just now goes with this turn's */
            session_flush(&l->sessions);
        return;
    }
    LOGW("auditor.lost", LOG_NUM("thread", l->index));
    close_channel(l);
    session_audit_lost(&l->sessions);
}

struct arrival { /* a channel on its way from the control socket to its lane */
    struct lane *lane;
    enum channel_word word;
    int fd;
};

static void take_audit(struct lane *l, int fd);

/* In the lane's thread: the channel that the master sent. */
static void take_channel(void *arrival)
{
    const struct arrival a = *(struct arrival *)arrival;
    struct lane *l = a.lane;
    free(arrival);
    if (l->is_over)
        close(a.fd);
    else if (a.word == CHANNEL_NAMES)
        resolver_use(l->resolver, a.fd);
    else
        take_audit(l, a.fd);
}

static void take_audit(struct lane *l, int fd)
{
    if (l->sessions.audit_fd >= 0) {
        close_channel(l);
        session_audit_lost(&l->sessions);
    }
    l->sessions.audit_fd = fd;
    l->audit_watch = loop_watch_read(l->sessions.loop, l->sessions.audit_fd, acknowledged, l);
    /* by the same way as the records that go by it, and in front of them */
    if (!gw_ok(channel_send_policy(fd, 0, policy_bundle(l->worker->policy))) ||
        (!l->is_draining && !gw_ok(channel_send(fd, buf_slice(&l->worker->changes)))))
        LOGW("audit.policy", LOG_NUM("sent", 0));
    l->sessions.had_audit = true;
    l->sessions.is_audit_slow = false;
    session_tick(&l->sessions); /* what waited for it goes on */
}

static void stop_lane(void *lane)
{
    struct lane *l = lane;
    struct worker *w = l->worker;
    pthread_mutex_lock(&w->lock);
    w->running--;
    pthread_mutex_unlock(&w->lock);
    loop_stop(l->sessions.loop);
}

/* What went without a record, for the log to tell of; and how much room that has. */
static void look_at_log(struct lane *l)
{
    struct gauges *g = l->worker->start->gauges;
    uint64_t cut = g == NULL ? 0 : gauges_get(&g->cut);
    l->sessions.gate.short_of_room = (uint8_t)(cut < 2 ? cut : 2);
    uint64_t all = l->sessions.gate.counters.unrecorded;
    if (g != NULL && all > l->told)
        gauges_add(&g->unrecorded, all - l->told);
    l->told = all;
}

/* What nobody has cosigned in time is refused: whoever served before goes on. */
static void look_at_policy(struct worker *w)
{
    int64_t waited = clock_mono_ns(&w->clock) - w->lanes[0].sessions.born_ns;
    if (!w->must_wait || w->is_refused || __atomic_load_n(&w->is_in_force, __ATOMIC_RELAXED) ||
        waited <= (int64_t)w->config->limits.record_time * 1000000)
        return;
    LOGE("policy.refused",
         LOG_TEXT("reason",
                  clear_word("its record was not cosigned in time by the log's witnesses")));
    w->is_refused = true;
    post_all(w, stop_lane);
}

static void tick(void *lane)
{
    struct lane *l = lane;
    if (l->index == 0)
        look_at_policy(l->worker);
    look_at_log(l);
    session_tick(&l->sessions);
    if (l->sessions.gate.sealer != NULL)
        sealer_tick(l->sessions.gate.sealer);
    bool is_visited = l->index == 0 && !admin_is_empty(l->worker->admin);
    if (l->is_draining && l->sessions.sessions.count == 0 && !is_visited)
        stop_lane(l);
}

static void drain(void *lane)
{
    struct lane *l = lane;
    if (l->is_draining)
        return;
    l->is_draining = true;
    for (size_t i = 0; i < l->worker->start->listener_count; i++) {
        listener_free(l->listeners[i]);
        l->listeners[i] = NULL;
        close(l->worker->start->listeners[i][l->index]); /* no call waits where no one accepts */
    }
    if (l->index == 0 && l->worker->admin != NULL) {
        admin_drain(l->worker->admin);
        close(l->worker->start->admin_fd);
    }
    session_drain(&l->sessions);
}

static void hurry(void *lane)
{
    struct lane *l = lane;
    drain(l);
    session_hurry(&l->sessions);
}

static void post_all(struct worker *w, loop_call call)
{
    for (unsigned i = 0; i < w->start->threads; i++)
        loop_post(w->lanes[i].sessions.loop, call, &w->lanes[i]);
}

/* The master sends one of a kind for each lane, in turn. */
static void give_channel(struct worker *w, enum channel_word word, int fd)
{
    unsigned *next = word == CHANNEL_NAMES ? &w->next_names : &w->next_audit;
    struct arrival *a = malloc(sizeof *a);
    if (a == NULL)
        abort(); /* the master starts another worker */
    *a = (struct arrival){&w->lanes[(*next)++ % w->start->threads], word, fd};
    loop_post(a->lane->sessions.loop, take_channel, a);
}

/* A new channel; the word to drain, for another worker serves now; or the end of the control
 * socket: the program stops, and idle callers are not waited for. */
static void heard_master(void *worker)
{
    struct worker *w = worker;
    enum channel_word word;
    int fd;
    for (;;) {
        gw_result r = channel_take_fd(w->start->control_fd, &word, &fd);
        if (r.code == GW_AGAIN)
            return;
        if (!gw_ok(r))
            break;
        if (word == CHANNEL_STOP)
            post_all(w, drain);
        else
            give_channel(w, word, fd);
    }
    loop_watch_free(w->control);
    w->control = NULL;
    post_all(w, hurry);
}

/* A name of somebody else's house may not lead into ours, unless the operator says so. */
static bool may_be_private(const struct config_upstream *u)
{
    return u->trust != TRUST_CLOSED || u->is_private == 1 || u->url.is_loopback;
}

static bool make_pools(struct worker *w, struct lane *l)
{
    struct session_thread *t = &l->sessions;
    t->pools = calloc(w->config->upstream_count + 1, sizeof *t->pools);
    for (size_t i = 0; t->pools != NULL && i < w->config->upstream_count; i++) {
        const struct config_upstream *u = &w->config->upstreams[i];
        const struct pool_settings settings = {
            .host = u->url.host,
            .port = u->url.port,
            .tls = w->clients[i],
            .connect_ms = (unsigned)w->config->limits.connect,
            .idle_ms = 30000,
            .idle_max = w->config->limits.upstream_idle,
            .resolver = l->resolver,
            .fd_most = w->fd_limit - FD_LAST,
            .may_be_private = may_be_private(u),
        };
        t->pools[i] = pool_new(t->loop, &settings);
        if (t->pools[i] == NULL)
            return false;
    }
    return t->pools != NULL;
}

static struct gate_limits limits_of(const struct config *c)
{
    struct gate_limits l = *gate_limits_default();
    l.head = c->limits.head;
    l.request_body = c->limits.request_body;
    l.answer_body = c->limits.answer_body;
    l.event = c->limits.event;
    l.json_keys = c->limits.json_keys;
    l.memory = c->limits.memory;
    l.head_ms = (unsigned)c->limits.header_time;
    l.body_ms = (unsigned)c->limits.body_time;
    l.first_byte_ms = (unsigned)c->limits.first_byte;
    l.between_ms = (unsigned)c->limits.idle;
    l.stream_ms = (unsigned)c->limits.stream_time;
    l.keep_alive_ms = (unsigned)c->limits.keep_alive;
    return l;
}

static bool make_lane(struct worker *w, unsigned index)
{
    struct lane *l = &w->lanes[index];
    struct session_thread *t = &l->sessions;
    l->worker = w;
    l->index = index;
    t->loop = loop_new();
    t->audit_fd = -1;
    t->born_ns = clock_mono_ns(&w->clock);
    t->handshake_ms = (unsigned)w->config->limits.header_time;
    t->idle_ms = (unsigned)w->config->limits.keep_alive;
    t->stall_ms = (unsigned)w->config->limits.write_time;
    t->record_ms = (unsigned)w->config->limits.record_time;
    t->max_sessions = w->config->limits.connections;
    t->max_shaking = SHAKING_MIN + (size_t)t->max_sessions / SHAKING_SHARE;
    t->fd_limit = w->fd_limit;
    t->all = w->gates;
    t->all_count = w->start->threads;
    w->gates[index] = &t->gate;
    list_init(&t->shaking);
    list_init(&t->sessions);
    list_init(&t->pending);
    list_init(&t->turns);
    list_init(&t->graveyard);
    buf_init(&t->packet, CHANNEL_PACKET_MAX);
    t->gate = (struct gate){
        .policy = w->policy,
        .scanner = w->scanner,
        .scratch = scan_scratch_new(w->scanner),
        .seen = w->seen,
        .token_key = w->token_key,
        .scope_key = w->scope_key,
        .search_key = w->search_key,
        .held_by_all = &w->held,
        .claims = w->claims,
        .claim_count = w->config->caller_count,
        .upstreams = w->upstreams,
        .upstream_count = w->config->upstream_count,
        .limits = limits_of(w->config),
        .auth = (enum gate_auth)w->config->auth,
        .caller = find_caller,
        .caller_of = w,
        .generation = w->start->generation,
        .policy_digest = policy_digest(w->policy),
        .durability = (enum record_durability)w->config->audit.durability,
    };
    const struct config_audit *audit = &w->config->audit;
    if (audit->capture != RECORD_CAPTURE_META || policy_capture_most(w->policy) > CAPTURE_META) {
        t->gate.sealer = sealer_new(audit->recipients, audit->reviewers.n, &w->clock);
        t->gate.capture = (enum record_capture)audit->capture;
        t->gate.capture_bytes = audit->payload;
        if (t->gate.sealer == NULL)
            return false;
    }
    l->resolver = t->loop == NULL ? NULL : resolver_new(t->loop);
    if (l->resolver == NULL || t->gate.scratch == NULL || !make_pools(w, l))
        return false;
    t->gate.clock = loop_clock(t->loop);
    for (size_t i = 0; i < w->start->listener_count; i++)
        l->doors[i] = (struct lane_door){l, w->servers[i]};
    if (!w->must_wait && !open_doors(l))
        return false;
    l->ticks = loop_every(t->loop, TICK_MS, tick, l);
    return l->ticks != NULL;
}

static void free_lane(struct lane *l)
{
    struct session_thread *t = &l->sessions;
    l->is_over = true;
    look_at_log(l);
    loop_timer_free(l->ticks);
    close_channel(l);
    for (size_t i = 0; i < WORKER_LISTENERS; i++)
        listener_free(l->listeners[i]);
    for (size_t i = 0; t->pools != NULL && i < l->worker->config->upstream_count; i++)
        pool_free(t->pools[i]);
    free(t->pools);
    resolver_free(l->resolver);
    scan_scratch_free(t->gate.scratch);
    sealer_free(t->gate.sealer);
    buf_free(&t->packet);
    gate_free_spares(&t->gate);
    loop_free(t->loop);
}

static void *run_lane(void *lane)
{
    loop_run(((struct lane *)lane)->sessions.loop);
    return NULL;
}

static void free_worker(struct worker *w)
{
    for (size_t i = 0; i < WORKER_LISTENERS; i++) {
        tls_server_free(w->servers[i]);
        cert_free(w->pairs[i]);
    }
    for (size_t i = 0; w->clients != NULL && i < w->config->upstream_count; i++)
        tls_client_free(w->clients[i]);
    free(w->clients);
    free(w->upstreams);
    free(w->claims);
    keys_free(w->keys);
    seen_free(w->seen);
    if (!w->is_sealed)
        scanner_free(w->scanner); /* else its code cannot be written, so not freed: PCRE2 would */
    policy_free(w->policy);
    buf_free(&w->changes);
    secret_key_free(w->token_key);
    fingerprint_key_free(w->scope_key);
    secret_key_free(w->search_key);
    config_free(w->config);
    free(w);
}

static void run_all(struct worker *w)
{
    w->running = w->start->threads;
    for (unsigned i = 1; i < w->start->threads; i++)
        if (pthread_create(&w->lanes[i].thread, NULL, run_lane, &w->lanes[i]) != 0)
            abort(); /* the master starts another worker */
    if (!w->must_wait)
        say_ready(w);
    run_lane(&w->lanes[0]);
    for (unsigned i = 1; i < w->start->threads; i++)
        pthread_join(w->lanes[i].thread, NULL);
    LOGI("worker.drained", LOG_NUM("generation", w->start->generation));
}

/* From here on: no files, no other ports than the upstreams', no new code. */
static bool seal(struct worker *w)
{
    const struct config *c = w->config;
    unsigned *ports = calloc(c->upstream_count + 1, sizeof *ports);
    if (ports == NULL)
        return false;
    for (size_t i = 0; i < c->upstream_count; i++)
        ports[i] = c->upstreams[i].url.port;
    const struct seal_plan plan = {
        .role = SEAL_WORKER,
        .only_logs = seal_only_logs(),
        .left = {.ports = ports, .port_count = c->upstream_count},
    };
    tzset(); /* reads a file the first time */
    w->is_sealed = gw_ok(seal_process(&plan));
    free(ports);
    return w->is_sealed;
}

static bool say_changes(struct worker *w)
{
    const struct digest policy = policy_digest(w->policy);
    return gw_ok(change_pack(w->config, &policy, w->start->generation, &w->changes));
}

/* As many descriptors as this process may have; how many that is. */
static int raise_descriptors(void)
{
    struct rlimit most;
    if (getrlimit(RLIMIT_NOFILE, &most) != 0)
        return FD_MANY;
    most.rlim_cur = most.rlim_max < FD_MANY ? most.rlim_max : FD_MANY;
    if (setrlimit(RLIMIT_NOFILE, &most) != 0 && getrlimit(RLIMIT_NOFILE, &most) != 0)
        return FD_MANY;
    return (int)most.rlim_cur;
}

int worker_run(const struct worker_start *start)
{
    struct worker *w = calloc(1, sizeof *w);
    if (w == NULL)
        return 1;
    w->start = start;
    memory_settle();
    pthread_mutex_init(&w->lock, NULL);
    buf_init(&w->changes, CHANNEL_PACKET_MAX);
    w->fd_limit = raise_descriptors();
    bool is_fine = load(w);
    secret_drop_environment((const char *const[]){NULL}); /* nothing asks it any more */
    for (unsigned i = 0; is_fine && i < start->threads; i++)
        is_fine = make_lane(w, i);
    is_fine = is_fine && say_changes(w);
    is_fine = is_fine && seal(w);
    if (is_fine) {
        struct loop *first = w->lanes[0].sessions.loop;
        w->control = loop_watch_read(first, start->control_fd, heard_master, w);
        const struct admin_view view = {w->gates, start->threads, w->pairs, start->listener_count,
                                        start->gauges};
        w->admin = start->admin_fd < 0 ? NULL : admin_new(first, start->admin_fd, &view);
        run_all(w);
        admin_free(w->admin);
        loop_watch_free(w->control);
    }
    for (unsigned i = 0; i < start->threads; i++)
        if (w->lanes[i].worker != NULL)
            free_lane(&w->lanes[i]);
    pthread_mutex_destroy(&w->lock);
    bool is_refused = w->is_refused;
    free_worker(w);
    return is_fine && !is_refused ? 0 : 1;
}
