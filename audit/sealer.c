/* audit/sealer.c - see sealer.h. Two tables in locked memory; when one is full, all begins anew. */
#include "proxy/base/base.h"
#include "audit/sealer.h"
#include "audit/cipher.h"
#include "audit/keyring.h"
#include "proxy/base/secret.h"

#define HOUR_US INT64_C(3600000000)

enum {
    EPOCHS = 32,
    UNIT_PAGE = 45,
    UNITS = 4 * UNIT_PAGE,
    KEYS_CEILING = 65536,
    KEYS_ROOM = KEYRING_ENVELOPE + 256
};

struct epoch {
    unsigned char key[CIPHER_KEY];
    struct digest tenant;
    char name[RECORD_EPOCH + 1];
};

struct unit {
    unsigned char key[CIPHER_KEY];
    struct digest subject; /* of that tenant */
    unsigned char id[RECORD_UNIT];
    struct epoch *epoch;
};

static_assert(EPOCHS * sizeof(struct epoch) <= SECRET_PAGE, "epochs fit into a locked page");
static_assert(UNIT_PAGE * sizeof(struct unit) <= SECRET_PAGE, "units fit into a locked page");

struct sealer {
    const struct age_recipient *to;
    size_t to_count;
    const struct clock *clock;
    int64_t hour;
    struct epoch *epochs;
    struct unit *units[UNITS / UNIT_PAGE];
    size_t epoch_count, unit_count;
    struct buf keys;
};

struct sealer *sealer_new(const struct age_recipient *to, size_t n, const struct clock *clock)
{
    struct sealer *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->to = to;
    s->to_count = n;
    s->clock = clock;
    buf_init(&s->keys, KEYS_CEILING);
    bool is_fine = (s->epochs = secret_page_new()) != NULL;
    for (size_t i = 0; i < GW_COUNT(s->units); i++)
        is_fine = (s->units[i] = secret_page_new()) != NULL && is_fine;
    if (is_fine)
        return s;
    sealer_free(s);
    return NULL;
}

void sealer_free(struct sealer *s)
{
    if (s == NULL)
        return;
    secret_page_free(s->epochs);
    for (size_t i = 0; i < GW_COUNT(s->units); i++)
        secret_page_free(s->units[i]);
    buf_free(&s->keys);
    free(s);
}

static void forget(struct sealer *s)
{
    secret_wipe(s->epochs, SECRET_PAGE);
    for (size_t i = 0; i < GW_COUNT(s->units); i++)
        secret_wipe(s->units[i], SECRET_PAGE);
    s->epoch_count = s->unit_count = 0;
}

void sealer_renew(struct sealer *s)
{
    forget(s);
}

void sealer_forget(struct sealer *s)
{
    forget(s);
    buf_clear(&s->keys);
}

static bool is_over(const struct sealer *s)
{
    return s->epoch_count > 0 && clock_wall_us(s->clock) / HOUR_US != s->hour;
}

void sealer_tick(struct sealer *s)
{
    if (is_over(s))
        forget(s);
}

/* "2026112820-" and 16 random digits: nothing of the tenant. */
static void name_epoch(const struct sealer *s, char out[RECORD_EPOCH + 1])
{
    char when[28];
    unsigned char random[8];
    clock_rfc3339(s->hour * HOUR_US, when);
    memcpy(out, when, 4);
    memcpy(out + 4, when + 5, 2);
    memcpy(out + 6, when + 8, 2);
    memcpy(out + 8, when + 11, 2);
    out[10] = '-';
    secret_random(random, sizeof random);
    secret_hex(random, sizeof random, out + 11);
}

static struct epoch *find_epoch(struct sealer *s, const struct digest *tenant)
{
    for (size_t i = 0; i < s->epoch_count; i++)
        if (memcmp(s->epochs[i].tenant.at, tenant->at, sizeof tenant->at) == 0)
            return &s->epochs[i];
    return NULL;
}

static struct unit *find_unit(struct sealer *s, const struct digest *subject)
{
    for (size_t i = 0; i < s->unit_count; i++) {
        struct unit *u = &s->units[i / UNIT_PAGE][i % UNIT_PAGE];
        if (memcmp(u->subject.at, subject->at, sizeof subject->at) == 0)
            return u;
    }
    return NULL;
}

/* The keys of a subject that is new in this hour, and what the auditor is told of them. */
static gw_result add_unit(struct sealer *s, const struct digest *tenant,
                          const struct digest *subject, struct unit **out)
{
    unsigned char wrapped[CIPHER_WRAPPED];
    struct buf envelope;
    gw_result r = gw_is(GW_OK);
    struct epoch *e = find_epoch(s, tenant);
    buf_init(&envelope, KEYRING_ENVELOPE);
    if (e == NULL) {
        e = &s->epochs[s->epoch_count];
        e->tenant = *tenant;
        name_epoch(s, e->name);
        secret_random(e->key, sizeof e->key);
        r = age_seal(s->to, s->to_count, slice_of(e->key, sizeof e->key), &envelope);
    }
    struct unit *u = &s->units[s->unit_count / UNIT_PAGE][s->unit_count % UNIT_PAGE];
    u->subject = *subject;
    u->epoch = e;
    secret_random(u->id, sizeof u->id);
    secret_random(u->key, sizeof u->key);
    cipher_wrap(e->key, u->key, wrapped);
    const struct keyring_item item = {slice_str(e->name), buf_slice(&envelope),
                                      slice_of(u->id, sizeof u->id),
                                      slice_of(wrapped, sizeof wrapped)};
    if (gw_ok(r))
        r = keyring_put(&s->keys, &item);
    if (gw_ok(r)) {
        s->epoch_count += envelope.len > 0;
        s->unit_count++;
        *out = u;
    }
    buf_free(&envelope);
    return gw_is(r.code == GW_REFUSED ? GW_BAD : r.code);
}

static gw_result unit_of(struct sealer *s, const struct sealer_text *in, struct unit **out)
{
    struct digest tenant = secret_sha256(in->tenant);
    const struct slice parts[] = {slice_of(tenant.at, sizeof tenant.at), in->subject};
    struct digest subject = secret_sha256_of(parts, GW_COUNT(parts));
    if (is_over(s))
        forget(s);
    *out = find_unit(s, &subject);
    if (*out != NULL)
        return gw_is(GW_OK);
    if (s->keys.len > KEYS_CEILING - KEYS_ROOM)
        return gw_is(GW_UNAVAILABLE); /* nobody takes them */
    if (s->unit_count == UNITS || s->epoch_count == EPOCHS)
        forget(s);
    if (s->epoch_count == 0)
        s->hour = clock_wall_us(s->clock) / HOUR_US;
    return add_unit(s, &tenant, &subject, out);
}

gw_result sealer_bound(enum record_payload_kind kind, const char *xid, struct buf *out)
{
    return buf_add_format(out, "bulla-audit-payload/v1\n%s\n%s", record_payload_word(kind), xid);
}

gw_result sealer_seal(struct sealer *s, const struct sealer_text *in, struct buf *out,
                      struct record_payload *made)
{
    unsigned char key[CIPHER_KEY], wrapped[CIPHER_WRAPPED];
    struct unit *u = NULL;
    struct buf bound;
    size_t before = out->len;
    struct slice text = in->text.only_to_seal;
    TRY(unit_of(s, in, &u));
    buf_init(&bound, 256);
    secret_random(key, sizeof key);
    cipher_wrap(u->key, key, wrapped);
    gw_result r = sealer_bound(in->kind, in->xid, &bound);
    if (gw_ok(r))
        r = buf_add(out, slice_of(wrapped, sizeof wrapped));
    if (gw_ok(r))
        r = cipher_stream(CIPHER_GCM, key, buf_slice(&bound), text, out);
    secret_wipe(key, sizeof key);
    buf_free(&bound);
    TRY(r);
    *made = (struct record_payload){
        .kind = in->kind, .all = in->all, .sealed = {slice_from(buf_slice(out), before)}};
    memcpy(made->epoch, u->epoch->name, sizeof made->epoch);
    memcpy(made->unit, u->id, sizeof made->unit);
    return gw_is(GW_OK);
}

struct slice sealer_keys(const struct sealer *s)
{
    return buf_slice(&s->keys);
}

void sealer_keys_sent(struct sealer *s)
{
    buf_clear(&s->keys);
}
