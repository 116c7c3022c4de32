/* audit/leaf.c - see leaf.h. Salts are fresh random bytes; they live in the segment, beside the
 * group, and nowhere else. */
#include "proxy/base/base.h"
#include "audit/leaf.h"
#include "audit/segment.h"
#include "audit/wire.h"
#include "proxy/base/clock.h"

#define X(id, word) word,
static const char *const group_words[] = {RECORD_GROUPS(X)};
#undef X

static void put_groups(struct wire *w, const struct audit_record *rec, struct secret_pool *salts,
                       struct buf *groups)
{
    bool any = false;
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        unsigned char salt[SEGMENT_SALT];
        if (rec->groups[i].len == 0)
            continue;
        if (!any)
            wire_open(w, "g", '{');
        any = true;
        secret_pool_take(salts, salt, sizeof salt);
        struct segment_group g = {slice_str(group_words[i]), slice_of(salt, sizeof salt),
                                  rec->groups[i]};
        struct digest d = segment_group_digest(&g);
        segment_group_write(groups, &g);
        wire_base64(w, group_words[i], d.at, sizeof d.at);
        secret_wipe(salt, sizeof salt);
    }
    if (any)
        wire_close(w);
}

static void put_coverage(struct wire *w, const struct audit_record *rec)
{
    wire_text(w, "cls", rec->cls);
    wire_open(w, "cov", '{');
    wire_u64(w, "exempt", rec->exempt);
    wire_u64(w, "leaves", rec->leaves);
    wire_u64(w, "scanned", rec->scanned);
    wire_close(w);
}

static void put_counters(struct wire *w, const struct leaf_counters *counters)
{
    if (counters == NULL)
        return;
    wire_open(w, "ctr", '{');
    for (size_t i = 0; i < counters->count; i++)
        wire_u64(w, counters->at[i].name, counters->at[i].n);
    wire_close(w);
}

static void put_payloads(struct wire *w, const struct audit_record *rec)
{
    if (rec->payload_count == 0)
        return;
    wire_open(w, "p", '[');
    for (size_t i = 0; i < rec->payload_count; i++) {
        const struct record_payload *p = &rec->payloads[i];
        struct digest d = secret_sha256(p->sealed.s);
        char unit[2 * RECORD_UNIT + 1];
        secret_hex(p->unit, sizeof p->unit, unit);
        wire_open(w, NULL, '{');
        wire_u64(w, "all", p->all);
        wire_text(w, "ep", clear_word(p->epoch));
        wire_text(w, "eu", clear_word(unit));
        wire_base64(w, "h", d.at, sizeof d.at);
        wire_text(w, "k", clear_word(record_payload_word(p->kind)));
        wire_u64(w, "n", p->sealed.s.len);
        wire_close(w);
    }
    wire_close(w);
}

static bool has_hash(const struct audit_record *rec)
{
    return !segment_is_zero(slice_of(rec->pol.at, sizeof rec->pol.at));
}

static void put_decision(struct wire *w, const struct audit_record *rec, bool exchange)
{
    if (rec->out != NULL)
        wire_text(w, "out", clear_word(rec->out));
    put_payloads(w, rec);
    if (rec->type != RECORD_CONFIG_CHANGE && has_hash(rec))
        wire_base64(w, "pol", rec->pol.at, sizeof rec->pol.at);
    if (rec->has_ref || rec->refs.len > 0) {
        wire_open(w, "ref", '[');
        if (rec->has_ref)
            wire_u64(w, NULL, rec->ref);
        for (size_t i = 0; i < record_ref_count(rec); i++)
            wire_u64(w, NULL, record_ref(rec, i));
        wire_close(w);
    }
    if (!exchange)
        return;
    wire_open(w, "rules", '[');
    for (size_t i = 0; i < rec->rule_count; i++)
        wire_text(w, NULL, rec->rules[i]);
    wire_close(w);
}

gw_result leaf_write(const struct audit_record *rec, const struct leaf_stamp *stamp,
                     const struct leaf_counters *counters, struct buf *leaf, struct buf *groups)
{
    struct wire w;
    char when[28], vkey[NOTE_VKEY];
    bool exchange = rec->type <= RECORD_EXCHANGE_BLOCK;
    clock_rfc3339(stamp->wall_us, when);
    wire_init(&w, leaf);
    wire_text(&w, "bld", clear_word(stamp->build));
    wire_text(&w, "boot", clear_word(stamp->boot));
    if (exchange) {
        wire_text(&w, "cap", clear_word(record_capture_word(rec->cap)));
        put_coverage(&w, rec);
    }
    if (rec->type == RECORD_CONFIG_CHANGE && has_hash(rec))
        wire_base64(&w, "cfg", rec->pol.at, sizeof rec->pol.at);
    put_counters(&w, counters);
    if (exchange) {
        wire_text(&w, "dec", clear_word(record_decision_word(rec->dec)));
        wire_text(&w, "dur", clear_word(record_durability_word(rec->dur)));
    }
    put_groups(&w, rec, stamp->salts, groups);
    wire_u64(&w, "gen", rec->gen);
    wire_u64(&w, "m", stamp->mono_us);
    wire_text(&w, "node", clear_word(stamp->node));
    put_decision(&w, rec, exchange);
    wire_u64(&w, "seq", stamp->seq);
    wire_u64(&w, "sev", rec->sev);
    wire_text(&w, "t", clear_word(when));
    wire_text(&w, "type", clear_word(record_type_word(rec->type)));
    wire_u64(&w, "v", 1);
    if (rec->type == RECORD_KEY_ROTATE && stamp->next_key != NULL) {
        note_vkey_write(stamp->next_key, vkey);
        wire_text(&w, "vkey", clear_word(vkey));
    }
    if (stamp->was != NULL)
        wire_base64(&w, "was", stamp->was->at, sizeof stamp->was->at);
    if (rec->xid[0] != '\0')
        wire_text(&w, "xid", clear_word(rec->xid));
    TRY(wire_end(&w));
    TRY(buf_result(groups));
    return gw_is(buf_slice(leaf).len > UINT16_MAX ? GW_TOO_BIG : GW_OK);
}
