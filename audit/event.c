/* audit/event.c - see event.h. */
#include "proxy/base/base.h"
#include "audit/event.h"
#include "audit/facet.h"
#include "audit/jcs.h"
#include "audit/tree.h"
#include "audit/wire.h"
#include "proxy/base/clock.h"
#include "proxy/base/secret.h"

enum { RULES = 40 };

static struct slice find_text(const struct segment_frame *frame, const char *group, const char *key)
{
    struct slice text = {0}, rest = frame->groups;
    struct segment_group g;
    if (group == NULL)
        return gw_ok(jcs_text(frame->leaf, key, &text)) ? text : (struct slice){0};
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, slice_str(group)) && gw_ok(jcs_text(g.text, key, &text)))
            return text;
    return (struct slice){0};
}

struct slice event_text(const struct event *e, const char *group, const char *key)
{
    struct slice text = find_text(e->frame, group, key);
    return text.len > 0 || e->begin == NULL || group == NULL ? text
                                                             : find_text(e->begin, group, key);
}

static bool find_number(const struct segment_frame *frame, const char *group, const char *key,
                        uint64_t *n)
{
    struct slice rest = frame->groups;
    struct segment_group g;
    if (group == NULL)
        return gw_ok(jcs_u64(frame->leaf, key, n));
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, slice_str(group)) && gw_ok(jcs_u64(g.text, key, n)))
            return true;
    return false;
}

uint64_t event_number(const struct event *e, const char *group, const char *key, uint64_t other)
{
    uint64_t n;
    if (find_number(e->frame, group, key, &n))
        return n;
    return e->begin != NULL && group != NULL && find_number(e->begin, group, key, &n) ? n : other;
}

static struct slice find_value(const struct segment_frame *frame, const char *group,
                               const char *key)
{
    struct slice value = {0}, rest = frame->groups;
    struct segment_group g;
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, slice_str(group)) && gw_ok(jcs_find(g.text, key, &value)))
            return value;
    return (struct slice){0};
}

struct slice event_value(const struct event *e, const char *group, const char *key)
{
    struct slice value = find_value(e->frame, group, key);
    return value.len > 0 || e->begin == NULL ? value : find_value(e->begin, group, key);
}

void event_id(const struct event *e, char out[EVENT_ID])
{
    const char *kind = e->head.len > 0 ? "head-" : e->is_finding ? "finding-" : "";
    snprintf(out, EVENT_ID, "%s#%s%llu", e->origin, kind, (unsigned long long)e->frame->seq);
}

gw_result event_head(uint64_t size, int64_t wall_us, struct buf *leaf)
{
    struct wire w;
    char t[28];
    clock_rfc3339(wall_us, t);
    wire_init(&w, leaf);
    wire_u64(&w, "seq", size);
    wire_u64(&w, "sev", 1);
    wire_text(&w, "t", clear_word(t));
    wire_text(&w, "type", CLEAR_LIT("log.checkpoint"));
    wire_u64(&w, "v", 1);
    return wire_end(&w);
}

void event_leaf_hash(const struct event *e, char out[65])
{
    struct digest d = tree_leaf(e->frame->leaf);
    secret_hex(d.at, sizeof d.at, out);
}

/* What the log holds is cleared already. */
struct clear event_clear(struct slice s)
{
    return (struct clear){s};
}

void event_put(struct wire *w, const char *key, struct slice text)
{
    if (text.len > 0)
        wire_text(w, key, event_clear(text));
}

uint64_t event_time_ms(const struct event *e)
{
    return (uint64_t)facet_time_us(event_text(e, NULL, "t")) / 1000;
}

bool event_is_exchange(const struct event *e)
{
    return slice_has_prefix(event_text(e, NULL, "type"), SLICE_LIT("exchange."));
}

/* A list of texts of the leaf, or of one key of the findings, each once. */
void event_put_list(struct wire *w, const char *name, struct slice list, const char *key)
{
    struct slice item, value, seen[RULES];
    size_t n = 0;
    wire_open(w, name, '[');
    while (n < RULES && gw_ok(jcs_item(&list, &item))) {
        if (key == NULL ? item.len < 2 : !gw_ok(jcs_find(item, key, &value)))
            continue;
        value = key == NULL ? item : value;
        size_t k = 0;
        while (k < n && !slice_is(seen[k], value))
            k++;
        if (k < n || value.len < 2 || value.at[0] != '"')
            continue;
        seen[n++] = value;
        wire_text(w, NULL, event_clear(slice_cut(value, 1, value.len - 1)));
    }
    wire_close(w);
}

struct slice event_findings(const struct segment_frame *frame)
{
    struct slice rest = frame->groups, items;
    struct segment_group g;
    while (gw_ok(segment_group_next(&rest, &g)))
        if (slice_is(g.name, SLICE_LIT("find")) && gw_ok(jcs_find(g.text, "items", &items)))
            return items;
    return (struct slice){0};
}

struct slice event_rules(const struct event *e)
{
    struct slice list = {0};
    return gw_ok(jcs_find(e->frame->leaf, "rules", &list)) ? list : (struct slice){0};
}

bool event_is_observed(const struct event *e)
{
    struct slice list = event_findings(e->begin != NULL ? e->begin : e->frame);
    return slice_find(list, SLICE_LIT("\"obs\":true")) != SIZE_MAX;
}

/* An attack is an entry with a score that no detector is named for. */
static bool has_attack(const struct segment_frame *frame)
{
    struct slice list = event_findings(frame), item, value;
    while (gw_ok(jcs_item(&list, &item)))
        if (gw_ok(jcs_find(item, "conf", &value)) && !gw_ok(jcs_find(item, "det", &value)))
            return true;
    return false;
}

bool event_has_finding(const struct event *e)
{
    struct slice type = event_text(e, NULL, "type");
    bool is_over =
        slice_is(type, SLICE_LIT("exchange.end")) || slice_is(type, SLICE_LIT("exchange.block"));
    return is_over && (slice_is(event_text(e, NULL, "dec"), SLICE_LIT("block")) ||
                       event_is_observed(e) || has_attack(e->begin != NULL ? e->begin : e->frame));
}

const char *event_severity(uint64_t id)
{
    static const char *const words[] = {"Unknown", "Informational", "Low",  "Medium",
                                        "High",    "Critical",      "Fatal"};
    return id < GW_COUNT(words) ? words[id] : words[0];
}
