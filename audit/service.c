/* audit/service.c - see service.h. One thread; it sleeps in poll(2) and in fdatasync(2). */
#include "proxy/base/base.h"
#include "audit/service.h"
#include "audit/channel.h"
#include "audit/door.h"
#include "proxy/base/clock.h"
#include "proxy/base/log.h"

#include <poll.h>
#include <unistd.h>

enum { TICK_MS = 100, HELD = 16, RENEW_MS = 10000, COSIGNED_MS = 500 };
#define VISITOR (UINT64_C(1) << 63) /* of an owner: a verb, come in by the door */

struct waiting {
    size_t channel; /* index into polled[]; the control pair is 0 */
    struct channel_ack ack;
    bool is_erasure, is_policy;
};

/* An erasure that destroys keys: it is answered when no worker seals under the old ones. */
struct held {
    uint64_t owner;
    struct channel_ack ack;
    int64_t until_ns; /* then it is refused: a worker says nothing */
};

struct service {
    struct audit_log *log;
    uint64_t owners[1 + SERVICE_CHANNELS]; /* of the channels: the log's word for who began */
    uint64_t last_owner;
    bool owes[1 + SERVICE_CHANNELS]; /* of the channels: the word that it has new keys */
    struct channel_ack policies[1 + SERVICE_CHANNELS]; /* and answers that wait for witnesses */
    uint64_t wanted;   /* so many records must be cosigned for those; 0: none */
    int64_t wanted_ns; /* when that was looked at */
    struct held held[HELD];
    size_t held_count;
    struct pollfd polled[1 + SERVICE_CHANNELS];
    size_t count; /* with the control pair */
    struct waiting batch[SERVICE_BATCH];
    size_t taken;
    int door; /* one of polled[], or -1 */
    bool stopping;
    char packet[CHANNEL_PACKET_MAX];
};

static int64_t now_ns(void)
{
    static const struct clock real;
    return clock_mono_ns(&real);
}

static bool is_visitor(uint64_t owner)
{
    return (owner & VISITOR) != 0;
}

/* A worker that is gone ends nothing any more: its exchanges get their end here and now. */
static void drop(struct service *s, size_t channel)
{
    if (!gw_ok(audit_log_abandon(s->log, s->owners[channel])))
        LOGW("audit.abandon", LOG_NUM("channel", (int64_t)channel)); /* the next start does it */
    close(s->polled[channel].fd);
    s->polled[channel].fd = -1; /* poll() passes over it; swept between batches */
    s->owes[channel] = false;   /* its keys are gone with it */
    s->policies[channel] = (struct channel_ack){0};
}

static void sweep(struct service *s)
{
    size_t kept = 1;
    for (size_t i = 1; i < s->count; i++)
        if (s->polled[i].fd >= 0) {
            s->owners[kept] = s->owners[i];
            s->owes[kept] = s->owes[i];
            s->policies[kept] = s->policies[i];
            s->polled[kept++] = s->polled[i];
        }
    s->count = kept;
}

static void add_channel(struct service *s, int fd, uint64_t owner)
{
    s->owners[s->count] = owner;
    s->owes[s->count] = false;
    s->policies[s->count] = (struct channel_ack){0};
    s->polled[s->count++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void hear_master(struct service *s)
{
    enum channel_word word;
    int fd;
    for (;;) {
        gw_result r = channel_take_fd(s->polled[0].fd, &word, &fd);
        if (r.code == GW_AGAIN)
            return;
        if (!gw_ok(r) || word != CHANNEL_AUDIT) {
            s->stopping = true; /* told to, or the master is gone */
            return;
        }
        if (s->count == GW_COUNT(s->polled))
            close(fd); /* the worker finds its auditor gone and refuses traffic */
        else
            add_channel(s, fd, ++s->last_owner);
    }
}

/* Half of the channels are the workers'. */
static void hear_door(struct service *s)
{
    int fd;
    while (s->count < SERVICE_CHANNELS / 2 && gw_ok(door_take(s->door, &fd)))
        add_channel(s, fd, VISITOR | ++s->last_owner);
}

/* A worker may write about exchanges and changes, a visitor about what people do; nobody about the
 * log. */
static bool may_write(enum record_type type, uint64_t owner)
{
    return is_visitor(owner) ? type >= RECORD_REVIEW_READ : type <= RECORD_CONFIG_CHANGE;
}

/* Wrapped keys; none: the channel has new ones, and nothing under the old ones comes behind. */
static gw_result accept_keys(struct service *s, size_t channel, struct slice message)
{
    if (message.len == 0)
        s->owes[channel] = false;
    return audit_log_keys(s->log, message);
}

static bool any_owes(const struct service *s)
{
    for (size_t i = 1; i < s->count; i++)
        if (s->owes[i])
            return true;
    return false;
}

/* All workers take new keys: those that they have may be destroyed now. */
static void renew_keys(struct service *s)
{
    const struct channel_ack word = {.ticket = CHANNEL_RENEW};
    for (size_t i = 1; i < s->count; i++) {
        if (s->polled[i].fd < 0 || is_visitor(s->owners[i]))
            continue;
        s->owes[i] = true;
        if (!gw_ok(channel_answer(s->polled[i].fd, &word, 1)))
            drop(s, i);
    }
}

/* One message into the log. */
static gw_result accept_message(struct service *s, enum channel_kind kind, struct slice message,
                                struct waiting *w)
{
    struct audit_record rec;
    uint64_t owner = s->owners[w->channel];
    if (kind != CHANNEL_RECORD && is_visitor(owner))
        return gw_is(GW_REFUSED);
    if (kind == CHANNEL_POLICY)
        return audit_log_policy(s->log, message);
    if (kind == CHANNEL_KEYS)
        return accept_keys(s, w->channel, message);
    TRY(record_decode(message, &rec));
    if (!may_write(rec.type, owner))
        return gw_is(GW_REFUSED);
    bool is_erasure = rec.type == RECORD_ERASE && record_ref_count(&rec) > 0;
    if (is_erasure && any_owes(s))
        return gw_is(GW_AGAIN); /* a worker's word would answer for the keys before these */
    TRY(audit_log_append(s->log, &rec, owner, &w->ack.seq));
    w->is_policy = rec.type == RECORD_POLICY_CHANGE;
    w->is_erasure = is_erasure;
    if (is_erasure)
        renew_keys(s);
    return gw_is(GW_OK);
}

/* The messages of one packet, of which the batch has room for CHANNEL_PACK. */
static gw_result accept_packet(struct service *s, size_t channel, struct slice packet)
{
    enum channel_kind kind;
    struct slice message;
    for (unsigned n = 0;; n++) {
        struct waiting *w = &s->batch[s->taken];
        *w = (struct waiting){.channel = channel};
        gw_result r = channel_next(&packet, &w->ack.ticket, &kind, &message);
        if (r.code == GW_NOT_FOUND)
            return gw_is(GW_OK);
        TRY(r);
        if (n == CHANNEL_PACK)
            return gw_is(GW_BAD);
        s->taken++;
        w->ack.ok = gw_ok(accept_message(s, kind, message, w));
    }
}

/* What waits on one channel, as far as the batch has room. */
static void hear_channel(struct service *s, size_t channel)
{
    struct slice packet;
    if (s->polled[channel].fd == s->door) {
        hear_door(s);
        return;
    }
    while (s->taken + CHANNEL_PACK < SERVICE_BATCH) {
        gw_result r = channel_take(s->polled[channel].fd, s->packet, sizeof s->packet, &packet);
        if (r.code == GW_AGAIN)
            return;
        if (gw_ok(r))
            r = accept_packet(s, channel, packet);
        if (!gw_ok(r)) {
            drop(s, channel);
            return;
        }
    }
}

/* Erasures are answered later; of too many at once the last are refused. */
static void hold_erasures(struct service *s)
{
    for (size_t i = 0; i < s->taken; i++) {
        struct waiting *w = &s->batch[i];
        if (!w->is_erasure)
            continue;
        w->ack.ok = w->ack.ok && s->held_count < HELD;
        if (!w->ack.ok)
            continue;
        s->held[s->held_count++] =
            (struct held){s->owners[w->channel], w->ack, now_ns() + RENEW_MS * INT64_C(1000000)};
        w->channel = 0; /* nobody's answer */
    }
}

/* Those that waited for the workers' word. */
static void answer_erasures(struct service *s)
{
    size_t kept = 0;
    bool waits = any_owes(s);
    int64_t now = s->held_count == 0 ? 0 : now_ns();
    for (size_t i = 0; i < s->held_count; i++) {
        struct held *h = &s->held[i];
        if (waits && now < h->until_ns) {
            s->held[kept++] = *h;
            continue;
        }
        h->ack.ok = h->ack.ok && !waits;
        for (size_t channel = 1; channel < s->count; channel++)
            if (s->owners[channel] == h->owner && s->polled[channel].fd >= 0 &&
                !gw_ok(channel_answer(s->polled[channel].fd, &h->ack, 1)))
                drop(s, channel);
    }
    s->held_count = kept;
}

/* A policy is in force when its record is, where the log has witnesses, cosigned. */
static void hold_policies(struct service *s)
{
    for (size_t i = 0; i < s->taken; i++) {
        struct waiting *w = &s->batch[i];
        if (!w->is_policy || !w->ack.ok || audit_log_is_cosigned(s->log, w->ack.seq))
            continue;
        if (w->ack.seq >= s->wanted) {
            s->wanted = w->ack.seq + 1;
            audit_log_want_cosigned(s->log, s->wanted);
            LOGW("policy.waits", LOG_NUM("seq", (int64_t)w->ack.seq));
        }
        s->policies[w->channel] = w->ack;
        w->channel = 0; /* nobody's answer */
    }
}

/* Those that waited for witnesses. The wish stays while nobody waits: who comes again finds it met.
 */
static void answer_policies(struct service *s)
{
    const struct channel_ack none = {0};
    int64_t now = s->wanted == 0 ? 0 : now_ns();
    if (s->wanted == 0 || now - s->wanted_ns < COSIGNED_MS * INT64_C(1000000))
        return;
    s->wanted_ns = now;
    if (!audit_log_is_cosigned(s->log, s->wanted - 1))
        return;
    LOGI("policy.cosigned", LOG_NUM("seq", (int64_t)s->wanted - 1));
    s->wanted = 0;
    audit_log_want_cosigned(s->log, 0);
    for (size_t channel = 1; channel < s->count; channel++) {
        const struct channel_ack ack = s->policies[channel];
        s->policies[channel] = none;
        if (ack.ok && s->polled[channel].fd >= 0 &&
            !gw_ok(channel_answer(s->polled[channel].fd, &ack, 1)))
            drop(s, channel);
    }
}

/* Each channel its answers, in order. */
static void answer(struct service *s, bool durable)
{
    struct channel_ack acks[CHANNEL_ACKS];
    if (durable) {
        hold_erasures(s);
        hold_policies(s);
    }
    for (size_t channel = 1; channel < s->count; channel++) {
        size_t n = 0;
        for (size_t i = 0; i < s->taken && s->polled[channel].fd >= 0; i++) {
            if (s->batch[i].channel != channel)
                continue;
            acks[n] = s->batch[i].ack;
            acks[n].ok = acks[n].ok && durable;
            if (++n < CHANNEL_ACKS)
                continue;
            if (!gw_ok(channel_answer(s->polled[channel].fd, acks, n)))
                drop(s, channel);
            n = 0;
        }
        if (n > 0 && s->polled[channel].fd >= 0 &&
            !gw_ok(channel_answer(s->polled[channel].fd, acks, n)))
            drop(s, channel);
    }
    s->taken = 0;
}

static bool take_batch(struct service *s, size_t from)
{
    for (size_t i = 1; i < s->count; i++) {
        size_t channel = 1 + (from + i) % (s->count - 1); /* nobody is always the last */
        if (s->polled[channel].revents != 0)
            hear_channel(s, channel);
    }
    bool any = s->taken > 0;
    answer(s, gw_ok(audit_log_sync(s->log)));
    (void)!gw_ok(audit_log_sync(s->log)); /* ends of those that did not take their answers */
    answer_erasures(s);
    sweep(s);
    return any;
}

static bool is_poisoned(const struct service *s)
{
    return audit_log_reason(s->log)[0] != '\0';
}

static void drain(struct service *s)
{
    for (size_t i = 1; i < s->count; i++)
        s->polled[i].revents = POLLIN;
    for (size_t turn = 0; !is_poisoned(s) && take_batch(s, turn); turn++)
        for (size_t i = 1; i < s->count; i++)
            s->polled[i].revents = POLLIN;
}

static int end(struct service *s)
{
    int code = 0;
    if (is_poisoned(s)) {
        LOGE("audit.poisoned", LOG_TEXT("reason", clear_word(audit_log_reason(s->log))));
        code = 1;
    }
    for (size_t i = 1; i < s->count; i++)
        close(s->polled[i].fd);
    audit_log_close(s->log);
    free(s);
    return code;
}

int service_run(struct audit_log *log, int control_fd, int door_fd)
{
    struct service *s = calloc(1, sizeof *s);
    if (s == NULL) {
        audit_log_close(log);
        return 1;
    }
    s->log = log;
    s->polled[0] = (struct pollfd){.fd = control_fd, .events = POLLIN};
    s->count = 1;
    s->door = door_fd;
    if (door_fd >= 0)
        add_channel(s, door_fd, VISITOR);
    for (size_t turn = 0; !s->stopping && !is_poisoned(s); turn++) {
        int ready = poll(s->polled, (nfds_t)s->count, TICK_MS);
        if (ready < 0 && errno != EINTR)
            break;
        if (ready > 0) {
            size_t heard = s->count; /* new channels have no revents yet */
            if (s->polled[0].revents != 0)
                hear_master(s);
            for (size_t i = heard; i < s->count; i++)
                s->polled[i].revents = 0;
            (void)take_batch(s, turn);
        } else {
            answer_erasures(s);
        }
        answer_policies(s);
        if (!gw_ok(audit_log_tick(s->log, false)))
            break;
    }
    if (!is_poisoned(s))
        drain(s);
    return end(s);
}
