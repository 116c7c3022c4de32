/* audit/record.c - see record.h. The message, integers little-endian:
 *
 *   version u8 | type u8 | dec u8 | sev u8 | out u8 | has_ref u8 | cap u8 | dur u8 | ref u64 |
 *   gen u64 | leaves u64 | scanned u64 | exempt u64 | pol 32 | xid | cls | rule count u8 | rules...
 * | GROUP_COUNT times: length u32, bytes | for HOLD_SET and ERASE perhaps: refs, u64 each; for
 *   exchanges perhaps payloads: kind u8, epoch, unit 8, length of the text u64, length u32, bytes
 *
 * xid, cls and a rule are a length u8 and that many bytes; `out` is an index into a table. Owns
 * nothing. */
#include "proxy/base/base.h"
#include "audit/record.h"
#include "audit/jcs.h"
#include "proxy/base/bytes.h"

enum { MESSAGE_VERSION = 3, KINDS = 8, FIXED = KINDS + 5 * 8, HEADS = 400 /* of payloads */ };

/* An absent `out` is row 0. */
static const char *const out_words[] = {"",
                                        "ok",
                                        "blocked",
                                        "client_abort",
                                        "upstream_error",
                                        "timeout",
                                        "gw_error",
                                        "unknown_after_crash"};

#define X(id, word) word,
static const char *const type_words[] = {"none", RECORD_TYPES(X)};
#undef X

const char *record_type_word(enum record_type type)
{
    return (size_t)type < GW_COUNT(type_words) ? type_words[type] : "none";
}

#define X(id, word) word,
static const char *const capture_words[] = {RECORD_CAPTURES(X)};
static const char *const durability_words[] = {RECORD_DURABILITIES(X)};
static const char *const payload_words[] = {"none", RECORD_PAYLOADS(X)};
#undef X

const char *record_durability_word(enum record_durability dur)
{
    return (size_t)dur < GW_COUNT(durability_words) ? durability_words[dur] : "strict";
}

const char *record_capture_word(enum record_capture cap)
{
    return (size_t)cap < GW_COUNT(capture_words) ? capture_words[cap] : "meta";
}

const char *record_payload_word(enum record_payload_kind kind)
{
    return (size_t)kind < GW_COUNT(payload_words) ? payload_words[kind] : "none";
}

const char *record_decision_word(enum record_decision dec)
{
    static const char *const words[] = {"block", "redact", "allow", "error"};
    return (size_t)dec < GW_COUNT(words) ? words[dec] : "block";
}

/* Eight bytes at a time: a byte's highest bit is set where it is no digit and no letter of a to f.
 */
static uint64_t odd_of_hex(uint64_t x)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones * 0x80;
    uint64_t low = x & ~highs;
    uint64_t is_digit = (low + ones * (0x80 - '0')) & ~(low + ones * (0x7f - '9'));
    uint64_t is_letter = (low + ones * (0x80 - 'a')) & ~(low + ones * (0x7f - 'f'));
    return (x | ~(is_digit | is_letter)) & highs;
}

gw_result record_epoch_check(struct slice name)
{
    bool is_fine = name.len == RECORD_EPOCH && name.at[10] == '-';
    for (size_t i = 0; is_fine && i < name.len; i++) {
        char c = name.at[i];
        is_fine = (c >= '0' && c <= '9') || i == 10 || (i > 10 && c >= 'a' && c <= 'f');
    }
    return gw_is(is_fine ? GW_OK : GW_BAD);
}

static bool is_xid(struct slice s)
{
    static const unsigned char lines[] = {8, 13, 18, 23};
    char hex[32];
    uint64_t odd = 0;
    if (s.len != 36)
        return false;
    for (size_t i = 0; i < sizeof lines; i++)
        odd |= (unsigned char)s.at[lines[i]] ^ (unsigned char)'-';
    memcpy(hex, s.at, 8);
    memcpy(hex + 8, s.at + 9, 4);
    memcpy(hex + 12, s.at + 14, 4);
    memcpy(hex + 16, s.at + 19, 4);
    memcpy(hex + 20, s.at + 24, 12);
    for (size_t i = 0; i < sizeof hex; i += 8) {
        uint64_t x;
        memcpy(&x, hex + i, 8);
        odd |= odd_of_hex(x);
    }
    return odd == 0;
}

static bool is_name(struct slice s)
{
    return s.len <= 200 && slice_is(clear_name(s).s, s);
}

static bool is_small(uint64_t n)
{
    return n < UINT64_C(1) << 53;
}

static bool are_kinds_sound(const struct audit_record *rec)
{
    return rec->type > RECORD_NONE && rec->type < RECORD_TYPE_COUNT && rec->sev <= 6 &&
           rec->dec <= RECORD_ERROR && rec->cap < RECORD_CAPTURE_COUNT &&
           rec->dur < RECORD_DURABILITY_COUNT;
}

static bool are_numbers_sound(const struct audit_record *rec)
{
    return is_small(rec->ref) && is_small(rec->gen) && is_small(rec->leaves) &&
           is_small(rec->scanned) && is_small(rec->exempt) && (rec->has_ref || rec->ref == 0);
}

gw_result record_ref_add(struct buf *refs, uint64_t seq)
{
    char at[8];
    bytes_put_int(at, seq, sizeof at);
    return buf_add(refs, slice_of(at, sizeof at));
}

size_t record_ref_count(const struct audit_record *rec)
{
    return rec->refs.len / 8;
}

uint64_t record_ref(const struct audit_record *rec, size_t i)
{
    return bytes_int(rec->refs.at + 8 * i, 8);
}

static bool are_refs_sound(const struct audit_record *rec)
{
    if (rec->refs.len == 0)
        return true;
    bool may = rec->type == RECORD_HOLD_SET || rec->type == RECORD_ERASE ||
               rec->type == RECORD_REVIEW_UNSEAL || rec->type == RECORD_REVIEW_REPLAY;
    bool is_fine =
        may && !rec->has_ref && rec->refs.len % 8 == 0 && record_ref_count(rec) <= RECORD_REFS;
    for (size_t i = 0; is_fine && i < record_ref_count(rec); i++)
        is_fine =
            is_small(record_ref(rec, i)) && (i == 0 || record_ref(rec, i - 1) < record_ref(rec, i));
    return is_fine;
}

/* Every governed exchange has one; other records may do without. */
static bool is_xid_sound(const struct audit_record *rec)
{
    if (rec->xid[0] == '\0')
        return rec->type > RECORD_EXCHANGE_BLOCK;
    return is_xid(slice_of(rec->xid, strnlen(rec->xid, 37)));
}

static bool are_names_sound(const struct audit_record *rec)
{
    if (!is_name(rec->cls.s) || rec->rule_count > RECORD_RULES)
        return false;
    for (size_t i = 0; i < rec->rule_count; i++)
        if (rec->rules[i].s.len == 0 || !is_name(rec->rules[i].s))
            return false;
    return true;
}

/* Each kind once, in order; none that the level does not hold. */
static bool are_payloads_sound(const struct audit_record *rec)
{
    static const enum record_capture least[] = {
        [PAYLOAD_MATCH] = RECORD_CAPTURE_FINDINGS,     [PAYLOAD_REQ_ORIG] = RECORD_CAPTURE_FULL,
        [PAYLOAD_REQ_SENT] = RECORD_CAPTURE_REDACTED,  [PAYLOAD_RESP_ORIG] = RECORD_CAPTURE_FULL,
        [PAYLOAD_RESP_SENT] = RECORD_CAPTURE_REDACTED,
    };
    size_t bytes = 0;
    enum record_payload_kind last = PAYLOAD_NONE;
    if (rec->payload_count > 0 && rec->type > RECORD_EXCHANGE_BLOCK)
        return false;
    for (size_t i = 0; i < rec->payload_count; i++) {
        const struct record_payload *p = &rec->payloads[i];
        if (p->kind <= last || p->kind >= PAYLOAD_COUNT || rec->cap < least[p->kind] ||
            !is_small(p->all) || p->sealed.s.len == 0 ||
            !gw_ok(record_epoch_check(slice_str(p->epoch))))
            return false;
        last = p->kind;
        bytes += p->sealed.s.len;
    }
    return bytes <= RECORD_SEALED_MAX;
}

/* What both ends ask of a record. */
static gw_result check(const struct audit_record *rec)
{
    return gw_is(are_kinds_sound(rec) && is_xid_sound(rec) && are_numbers_sound(rec) &&
                         are_names_sound(rec) && are_refs_sound(rec) && are_payloads_sound(rec)
                     ? GW_OK
                     : GW_BAD);
}

/* The auditor's own: it takes nobody's word for the form of what it stores. */
static gw_result check_groups(const struct audit_record *rec)
{
    for (size_t i = 0; i < GROUP_COUNT; i++)
        if (rec->groups[i].len > 0)
            TRY(jcs_check(rec->groups[i]));
    return gw_is(GW_OK);
}

static void put_int(struct buf *out, uint64_t n, size_t bytes)
{
    char at[8];
    bytes_put_int(at, n, bytes);
    buf_put(out, slice_of(at, bytes));
}

static void put_short(struct buf *out, struct slice s)
{
    put_int(out, s.len, 1);
    buf_put(out, s);
}

gw_result record_put_payloads(const struct audit_record *rec, struct buf *out)
{
    for (size_t i = 0; i < rec->payload_count; i++) {
        const struct record_payload *p = &rec->payloads[i];
        put_int(out, p->kind, 1);
        put_short(out, slice_str(p->epoch));
        buf_put(out, slice_of(p->unit, sizeof p->unit));
        put_int(out, p->all, 8);
        put_int(out, p->sealed.s.len, 4);
        buf_put(out, p->sealed.s);
    }
    return buf_result(out);
}

static size_t out_index(const char *word)
{
    for (size_t i = 0; word != NULL && i < GW_COUNT(out_words); i++)
        if (strcmp(out_words[i], word) == 0)
            return i;
    return word == NULL ? 0 : GW_COUNT(out_words);
}

gw_result record_encode_head(const struct audit_record *rec, struct buf *out)
{
    size_t word = out_index(rec->out);
    if (word == GW_COUNT(out_words))
        return gw_is(GW_BAD);
    TRY(check(rec));
    char fixed[FIXED] = {MESSAGE_VERSION, (char)rec->type,      (char)rec->dec, (char)rec->sev,
                         (char)word,      rec->has_ref ? 1 : 0, (char)rec->cap, (char)rec->dur};
    const uint64_t numbers[] = {rec->ref, rec->gen, rec->leaves, rec->scanned, rec->exempt};
    for (size_t i = 0; i < GW_COUNT(numbers); i++)
        bytes_put_int(fixed + KINDS + 8 * i, numbers[i], 8);
    buf_put(out, slice_of(fixed, sizeof fixed));
    buf_put(out, slice_of(rec->pol.at, sizeof rec->pol.at));
    put_short(out, slice_str(rec->xid));
    put_short(out, rec->cls.s);
    put_int(out, rec->rule_count, 1);
    for (size_t i = 0; i < rec->rule_count; i++)
        put_short(out, rec->rules[i].s);
    return buf_result(out);
}

size_t record_group_open(struct buf *out)
{
    put_int(out, 0, 4);
    return out->len;
}

void record_group_close(struct buf *out, size_t opened)
{
    if (!out->failed && out->len > opened)
        bytes_put_int(out->at + out->start + opened - 4, out->len - opened, 4);
}

gw_result record_is_whole(const struct buf *out)
{
    TRY(buf_result(out));
    return gw_is(out->len > RECORD_MESSAGE_MAX ? GW_TOO_BIG : GW_OK);
}

gw_result record_encode(const struct audit_record *rec, struct buf *out)
{
    size_t before = out->len;
    TRY(record_encode_head(rec, out));
    for (size_t i = 0; i < GROUP_COUNT; i++) {
        put_int(out, rec->groups[i].len, 4);
        buf_put(out, rec->groups[i]);
    }
    buf_put(out, rec->refs);
    TRY(buf_result(out));
    if (out->len - before > RECORD_MESSAGE_MAX)
        return gw_is(GW_TOO_BIG);
    return record_put_payloads(rec, out);
}

/* The first n bytes of *rest, taken off. */
static bool take(struct slice *rest, size_t n, struct slice *out)
{
    if (rest->len < n)
        return false;
    *out = slice_cut(*rest, 0, n);
    *rest = slice_from(*rest, n);
    return true;
}

static bool take_int(struct slice *rest, size_t bytes, uint64_t *n)
{
    struct slice s;
    *n = 0;
    if (!take(rest, bytes, &s))
        return false;
    *n = bytes_int(s.at, bytes);
    return true;
}

static bool take_short(struct slice *rest, struct slice *out)
{
    uint64_t len;
    return take_int(rest, 1, &len) && take(rest, (size_t)len, out);
}

static bool take_fixed(struct slice *rest, struct audit_record *out)
{
    struct slice head, pol;
    uint64_t *const numbers[] = {&out->ref, &out->gen, &out->leaves, &out->scanned, &out->exempt};
    if (!take(rest, FIXED, &head) || head.at[0] != MESSAGE_VERSION ||
        !take(rest, sizeof out->pol.at, &pol))
        return false;
    out->type = (enum record_type)(unsigned char)head.at[1];
    out->dec = (enum record_decision)(unsigned char)head.at[2];
    out->sev = (unsigned char)head.at[3];
    size_t word = (unsigned char)head.at[4];
    if (word >= GW_COUNT(out_words) || (unsigned char)head.at[5] > 1)
        return false;
    out->out = word == 0 ? NULL : out_words[word];
    out->has_ref = head.at[5] == 1;
    out->cap = (enum record_capture)(unsigned char)head.at[6];
    out->dur = (enum record_durability)(unsigned char)head.at[7];
    for (size_t i = 0; i < GW_COUNT(numbers); i++)
        *numbers[i] = bytes_int(head.at + KINDS + 8 * i, 8);
    memcpy(out->pol.at, pol.at, sizeof out->pol.at);
    return true;
}

static bool take_names(struct slice *rest, struct audit_record *out)
{
    struct slice xid;
    uint64_t count;
    if (!take_short(rest, &xid) || (xid.len != 0 && (xid.len != 36 || xid.at[0] == '\0')))
        return false;
    if (xid.len > 0)
        memcpy(out->xid, xid.at, xid.len); /* check() looks into it */
    if (!take_short(rest, &out->cls.s) || !take_int(rest, 1, &count) || count > RECORD_RULES)
        return false;
    out->rule_count = (size_t)count;
    for (size_t i = 0; i < out->rule_count; i++)
        if (!take_short(rest, &out->rules[i].s))
            return false;
    return true;
}

static bool take_payload(struct slice *rest, struct record_payload *p)
{
    struct slice epoch, unit;
    uint64_t kind, len;
    if (!take_int(rest, 1, &kind) || !take_short(rest, &epoch) || epoch.len != RECORD_EPOCH ||
        !take(rest, RECORD_UNIT, &unit) || !take_int(rest, 8, &p->all) ||
        !take_int(rest, 4, &len) || !take(rest, (size_t)len, &p->sealed.s))
        return false;
    p->kind = (enum record_payload_kind)kind;
    memcpy(p->epoch, epoch.at, epoch.len);
    memcpy(p->unit, unit.at, unit.len);
    return true;
}

static bool take_payloads(struct slice rest, struct audit_record *out)
{
    while (rest.len > 0)
        if (out->payload_count == GW_COUNT(out->payloads) ||
            !take_payload(&rest, &out->payloads[out->payload_count++]))
            return false;
    return true;
}

gw_result record_decode(struct slice message, struct audit_record *out)
{
    struct slice rest = message;
    uint64_t len;
    *out = (struct audit_record){0};
    if (message.len > RECORD_MESSAGE_MAX + RECORD_SEALED_MAX + HEADS || !take_fixed(&rest, out) ||
        !take_names(&rest, out))
        return gw_is(GW_BAD);
    for (size_t i = 0; i < GROUP_COUNT; i++)
        if (!take_int(&rest, 4, &len) || !take(&rest, (size_t)len, &out->groups[i]))
            return gw_is(GW_BAD);
    if (out->type > RECORD_EXCHANGE_BLOCK)
        out->refs = rest;
    else if (!take_payloads(rest, out))
        return gw_is(GW_BAD);
    if (message.len - (out->payload_count > 0 ? rest.len : 0) > RECORD_MESSAGE_MAX)
        return gw_is(GW_BAD);
    TRY(check(out));
    return check_groups(out);
}

void record_xid(int64_t wall_us, struct secret_pool *pool, char out[37])
{
    unsigned char id[16];
    uint64_t ms = wall_us < 0 ? 0 : (uint64_t)wall_us / 1000;
    char hex[33], *at = out;
    secret_pool_take(pool, id, sizeof id);
    for (unsigned i = 0; i < 6; i++)
        id[i] = (unsigned char)(ms >> (40 - 8 * i));
    id[6] = (unsigned char)((id[6] & 0x0f) | 0x70);
    id[8] = (unsigned char)((id[8] & 0x3f) | 0x80);
    secret_hex(id, sizeof id, hex);
    for (unsigned i = 0; i < 32; i++) {
        if (i == 8 || i == 12 || i == 16 || i == 20)
            *at++ = '-';
        *at++ = hex[i];
    }
    *at = '\0';
}
