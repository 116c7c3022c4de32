/* audit/pulse.c - see pulse.h. */
#include "proxy/base/base.h"
#include "audit/pulse.h"
#include "audit/frames.h"
#include "audit/state.h"
#include "audit/wire.h"
#include "proxy/base/log.h"

enum { WHAT_MAX = 256 };

gw_result pulse_look(struct audit_log *log)
{
    struct gauges *g = log->gauges;
    uint64_t seq;
    if (g == NULL)
        return gw_is(GW_OK);
    uint64_t all = gauges_get(&g->unrecorded), told = gauges_get(&g->told);
    if (all <= told)
        return gw_is(GW_OK);
    LOGW("audit.gap", LOG_NUM("exchanges", all - told));
    const struct audit_record rec = {.type = RECORD_LOG_GAP, .sev = 4};
    const struct leaf_counters counters = {{{"exchanges", all - told}}, 1};
    TRY(frames_append(log, &rec, &counters, &seq));
    TRY(frames_sync(log));
    gauges_set(&g->told, all);
    return gw_is(GW_OK);
}

uint64_t pulse_dropped(const struct gauges *g)
{
    return g == NULL ? 0 : gauges_get(&g->unrecorded);
}

uint64_t pulse_lag(const struct gauges *g)
{
    uint64_t most = 0;
    for (size_t i = 0; i < gauges_sinks(g); i++) {
        uint64_t lag = gauges_lag(g, &g->sinks[i]);
        most = lag > most ? lag : most;
    }
    return most;
}

static gw_result tell(struct audit_log *log, const char *name, uint64_t lag, bool is_up)
{
    struct wire w;
    struct buf what;
    uint64_t seq;
    buf_init(&what, WHAT_MAX);
    wire_init(&w, &what);
    wire_text(&w, "sink", clear_name(slice_str(name)));
    gw_result r = wire_end(&w);
    struct audit_record rec = {.type = RECORD_SINK_STATE, .sev = is_up ? 1 : 3};
    const struct leaf_counters counters = {{{"lag", lag}, {"up", is_up}}, 2};
    rec.groups[GROUP_WHAT] = buf_slice(&what);
    if (gw_ok(r))
        r = frames_append(log, &rec, &counters, &seq);
    buf_free(&what);
    return r;
}

/* The place of a sink among those that are away; of a free one, when it is not there. */
static char *place_of(struct pulse *p, const char *name)
{
    char *room = NULL;
    for (size_t i = 0; i < GAUGES_SINKS; i++) {
        if (strcmp(p->names[i], name) == 0)
            return p->names[i];
        if (p->names[i][0] == '\0' && room == NULL)
            room = p->names[i];
    }
    return room;
}

static bool is_there(const struct gauges *g, const char *name)
{
    for (size_t i = 0; i < gauges_sinks(g); i++)
        if (strncmp(g->sinks[i].name, name, GAUGES_NAME - 1) == 0)
            return true;
    return false;
}

/* A sink that a reload took away will not come back; when it does, it is another one. While there
 * is no shipper there are no sinks, and that says nothing of them. */
static void forget_removed(struct pulse *p, const struct gauges *g)
{
    for (size_t i = 0; gauges_sinks(g) > 0 && i < GAUGES_SINKS; i++)
        if (!is_there(g, p->names[i]))
            p->names[i][0] = '\0';
}

gw_result pulse_beat(struct audit_log *log)
{
    const struct gauges *g = log->gauges;
    forget_removed(&log->pulse, g);
    for (size_t i = 0; i < gauges_sinks(g); i++) {
        const struct gauges_sink *s = &g->sinks[i];
        char name[GAUGES_NAME];
        snprintf(name, sizeof name, "%.*s", GAUGES_NAME - 1, s->name);
        char *place = place_of(&log->pulse, name);
        bool is_up = gauges_get(&s->is_up) != 0;
        if (!is_up && gauges_get(&s->failures) == 0)
            continue; /* not tried yet */
        if (place == NULL || is_up == (place[0] == '\0'))
            continue; /* as it was told */
        TRY(tell(log, name, gauges_lag(g, s), is_up));
        snprintf(place, GAUGES_NAME, "%s", is_up ? "" : name);
    }
    return gw_is(GW_OK);
}
