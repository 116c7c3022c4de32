/* audit/bundle.c - see bundle.h. */
#include "proxy/base/base.h"
#include "audit/bundle.h"
#include "audit/base64.h"
#include "audit/chain.h"
#include "audit/disk.h"
#include "audit/jcs.h"
#include "audit/keyring.h"
#include "audit/prove.h"
#include "audit/seqs.h"
#include "audit/tar.h"
#include "proxy/base/clock.h"
#include "proxy/base/secret.h"

enum { FILE_MAX = 64 << 20, POLICIES = 1024, KEYS = 65536, NAME = 128 };

/* A key that a sealed text needs: of its unit, below its epoch's. */
struct key_name {
    char epoch[RECORD_EPOCH + 1];
    unsigned char unit[RECORD_UNIT];
};

struct making {
    const struct bundle_ask *ask;
    struct bundle_made *made;
    struct prove log;
    struct index *index;
    struct buf *out, manifest, part, frame;
    struct digest policies[POLICIES]; /* named so far */
    struct key_name *keys;            /* that are there already */
    size_t key_count;
    uint64_t *held; /* what the holds of the case name */
    size_t held_count, held_room;
    uint64_t stamped, cosigned; /* sizes of the anchors; UINT64_MAX: none */
};

static gw_result add(struct making *m, const char *name, struct slice bytes, bool is_program)
{
    char hex[65];
    struct digest d = secret_sha256(bytes);
    secret_hex(d.at, sizeof d.at, hex);
    TRY(buf_add_format(&m->manifest, "%s  %s\n", hex, name));
    return tar_add(m->out, name, bytes, is_program, m->ask->wall_us / 1000000);
}

/* A file of the log, under its own name. */
static gw_result add_file(struct making *m, const char *path)
{
    buf_clear(&m->part);
    TRY(disk_read(m->log.dir, path, &m->part));
    return add(m, path, buf_slice(&m->part), false);
}

/* The bundle of the policy, once. One that the log has lost is told by whoever checks. */
static gw_result add_policy(struct making *m, struct slice leaf)
{
    struct slice pol;
    struct digest d;
    size_t len;
    char path[80] = "policy/";
    if (!gw_ok(jcs_text(leaf, "pol", &pol)) || !gw_ok(base64_read(pol, d.at, sizeof d.at, &len)) ||
        len != sizeof d.at)
        return gw_is(GW_OK);
    for (size_t i = 0; i < m->made->policies; i++)
        if (memcmp(m->policies[i].at, d.at, sizeof d.at) == 0)
            return gw_is(GW_OK);
    if (m->made->policies == POLICIES)
        return gw_is(GW_TOO_BIG);
    m->policies[m->made->policies++] = d;
    secret_hex(d.at, sizeof d.at, path + strlen(path));
    gw_result r = add_file(m, path);
    return r.code == GW_NOT_FOUND ? gw_is(GW_OK) : r;
}

static gw_result add_record(void *owner, const struct index_row *row)
{
    struct making *m = owner;
    struct segment_frame frame;
    char name[64];
    if (m->made->records++ == 0)
        m->made->first = row->seq;
    else if (row->seq != m->made->last + 1)
        return gw_is(GW_CORRUPT);
    m->made->last = row->seq;
    if (m->made->records > BUNDLE_RECORDS)
        return gw_is(GW_TOO_BIG);
    TRY(index_frame(m->index, row, &m->frame, &frame));
    snprintf(name, sizeof name, "leaf/%llu.json", (unsigned long long)row->seq);
    TRY(add(m, name, frame.leaf, false));
    buf_clear(&m->part);
    TRY(prove_one(&m->log, row->seq, &m->part));
    snprintf(name, sizeof name, "proof/%llu.txt", (unsigned long long)row->seq);
    TRY(add(m, name, buf_slice(&m->part), false));
    return add_policy(m, frame.leaf);
}

/* --- sealed texts ----------------------------------------------------------------------------- */

/* The epoch's envelope and the unit's wrapped key, each once. What has lost its key goes without.
 */
static gw_result add_key(struct making *m, const struct segment_blob *blob)
{
    struct key_name key = {.epoch = ""};
    unsigned char wrapped[CIPHER_WRAPPED];
    char path[KEYRING_PATH], name[NAME];
    bool has_epoch = false;
    TRY(record_epoch_check(blob->epoch));
    memcpy(key.epoch, blob->epoch.at, RECORD_EPOCH);
    TRY(keyring_unit_read(blob->unit, key.unit));
    for (size_t i = m->key_count; i-- > 0;) {
        bool is_epoch = strcmp(m->keys[i].epoch, key.epoch) == 0;
        if (is_epoch && memcmp(m->keys[i].unit, key.unit, sizeof key.unit) == 0)
            return gw_is(GW_OK);
        has_epoch = has_epoch || is_epoch;
    }
    if (m->key_count == KEYS)
        return gw_is(GW_TOO_BIG);
    keyring_path(blob->epoch, "age", path);
    gw_result r = has_epoch ? gw_is(GW_OK) : add_file(m, path);
    if (gw_ok(r))
        r = keyring_unit(m->log.dir, blob->epoch, key.unit, wrapped);
    if (r.code == GW_NOT_FOUND)
        return gw_is(GW_OK);
    TRY(r);
    m->keys[m->key_count++] = key;
    snprintf(name, sizeof name, "keys/%s.%.*s", key.epoch, (int)blob->unit.len, blob->unit.at);
    return add(m, name, slice_of(wrapped, sizeof wrapped), false);
}

static gw_result add_sealed(struct making *m, const struct segment_frame *frame)
{
    struct segment_blob blob;
    gw_result r;
    char name[NAME];
    for (size_t i = 0; gw_ok(r = segment_blob(frame, i, &blob)); i++) {
        if (blob.is_gone)
            continue;
        snprintf(name, sizeof name, "sealed/%llu.%.*s", (unsigned long long)frame->seq,
                 (int)blob.kind.len, blob.kind.at);
        TRY(add(m, name, blob.bytes, false));
        TRY(add_key(m, &blob));
        m->made->sealed++;
    }
    return gw_is(r.code == GW_NOT_FOUND ? GW_OK : r.code);
}

/* --- what was chosen -------------------------------------------------------------------------- */

static gw_result hold_one(struct making *m, uint64_t seq)
{
    if (m->held_count == m->held_room) {
        size_t room = m->held_room == 0 ? 256 : 2 * m->held_room;
        uint64_t *more = realloc(m->held, room * sizeof *more);
        if (more == NULL)
            return gw_is(GW_NO_MEMORY);
        m->held = more;
        m->held_room = room;
    }
    m->held[m->held_count++] = seq;
    return gw_is(GW_OK);
}

static gw_result see_hold(void *owner, const struct index_row *row)
{
    struct making *m = owner;
    struct segment_frame frame;
    struct slice refs, item;
    uint64_t seq;
    TRY(index_frame(m->index, row, &m->frame, &frame));
    if (!gw_ok(jcs_find(frame.leaf, "ref", &refs)))
        return gw_is(GW_OK);
    while (gw_ok(jcs_item(&refs, &item)))
        if (gw_ok(slice_u64(item, &seq)) && seq >= m->made->first && seq <= m->made->last)
            TRY(hold_one(m, seq));
    return gw_is(GW_OK);
}

/* A disclosure is what the digest was made of. */
static gw_result open_groups(void *owner, const struct index_row *row)
{
    struct making *m = owner;
    struct segment_frame frame;
    struct segment_group g;
    char name[64];
    TRY(index_frame(m->index, row, &m->frame, &frame));
    struct slice rest = frame.groups;
    while (gw_ok(segment_group_next(&rest, &g))) {
        if (segment_group_is_gone(&g))
            continue;
        buf_clear(&m->part);
        segment_group_preimage(&m->part, &g);
        TRY(buf_result(&m->part));
        snprintf(name, sizeof name, "open/%llu.%.*s", (unsigned long long)row->seq, (int)g.name.len,
                 g.name.at);
        TRY(add(m, name, buf_slice(&m->part), false));
        m->made->opened++;
    }
    return m->ask->with_sealed ? add_sealed(m, &frame) : gw_is(GW_OK);
}

static gw_result see_one(void *is_there, const struct index_row *row)
{
    (void)row;
    *(bool *)is_there = true;
    return gw_is(GW_OK);
}

/* A case is the records that say so, and those of the range that are or were held for it, whenever
 * that was said. */
static gw_result open_held(struct making *m, struct index_query chosen)
{
    struct index_query holds = {.has_before = true, .before = m->log.head.size};
    holds.facets[FACET_CASE] = chosen.facets[FACET_CASE];
    holds.facets[FACET_TYPE] = SLICE_LIT("hold.set");
    if (chosen.facets[FACET_CASE].len == 0)
        return gw_is(GW_OK);
    TRY(index_find(m->index, &holds, see_hold, m));
    if (m->held_count > 0)
        qsort(m->held, m->held_count, sizeof *m->held, seqs_order);
    for (size_t i = 0; i < m->held_count; i++) {
        struct index_query one = {0};
        bool is_there = i > 0 && m->held[i] == m->held[i - 1];
        index_only(&one, m->held[i]);
        index_only(&chosen, m->held[i]);
        if (!is_there)
            TRY(index_find(m->index, &chosen, see_one, &is_there)); /* opened already */
        if (!is_there)
            TRY(index_find(m->index, &one, open_groups, m));
    }
    return gw_is(GW_OK);
}

/* --- what others vouch for -------------------------------------------------------------------- */

/* "4711.tsr": the smallest size that covers the range is the oldest witness of it. */
static gw_result see_anchor(void *making, int folder, const char *file)
{
    struct making *m = making;
    struct slice name = slice_str(file);
    size_t dot = slice_find_byte(name, '.');
    uint64_t size;
    (void)folder;
    if (!gw_ok(slice_u64(slice_cut(name, 0, dot), &size)) || size <= m->made->last ||
        size > m->log.head.size)
        return gw_is(GW_OK);
    uint64_t *least = slice_is(slice_from(name, dot), SLICE_LIT(".tsr")) ? &m->stamped
                      : slice_is(slice_from(name, dot), SLICE_LIT(".witnessed.checkpoint"))
                          ? &m->cosigned
                          : NULL;
    if (least != NULL && size < *least)
        *least = size;
    return gw_is(GW_OK);
}

/* The head that was vouched for, and that the log of today grew out of it. */
static gw_result add_anchor(struct making *m, uint64_t size, const char *const *endings)
{
    char name[NAME];
    if (size == UINT64_MAX)
        return gw_is(GW_OK);
    for (; *endings != NULL; endings++) {
        snprintf(name, sizeof name, "anchor/%llu%s", (unsigned long long)size, *endings);
        TRY(add_file(m, name));
    }
    m->made->anchors++;
    if (size == m->log.head.size || (m->made->anchors == 2 && m->stamped == m->cosigned))
        return gw_is(GW_OK);
    buf_clear(&m->part);
    TRY(prove_consistency(&m->log, size, m->log.head.size, &m->part));
    snprintf(name, sizeof name, "anchor/%llu.growth", (unsigned long long)size);
    return add(m, name, buf_slice(&m->part), false);
}

static gw_result add_anchors(struct making *m)
{
    static const char *const stamp[] = {".checkpoint", ".tsr", NULL}, *const cosigned[] = {
                                                                          ".witnessed.checkpoint",
                                                                          NULL};
    m->stamped = m->cosigned = UINT64_MAX;
    TRY(disk_each(m->log.dir, "anchor", see_anchor, m));
    TRY(add_anchor(m, m->stamped, stamp));
    return add_anchor(m, m->cosigned, cosigned);
}

/* --- all of it -------------------------------------------------------------------------------- */

static gw_result add_coverage(struct making *m)
{
    char t[28];
    clock_rfc3339(m->ask->wall_us, t);
    buf_clear(&m->part);
    TRY(buf_add_format(
        &m->part,
        "bulla-audit-bundle/v1\norigin: %s\nmade: %s\nsigned records: %llu\nfirst record: %llu\n"
        "last record: %llu\nrecords: %llu\ndisclosures: %llu\nsealed texts: %llu\npolicies: "
        "%llu\nanchors: %llu\n"
        "opened for: %s\n\n"
        "Every record from the first to the last is here, whether it fits the question or not: "
        "leaves "
        "name nobody.\nGroups (who, what, find, net, use, err) are opened only for the records "
        "that "
        "the question chose;\nof the others the leaves hold salted digests. What happened before "
        "and "
        "after this range is not said.\n",
        m->log.key.name, t, (unsigned long long)m->log.head.size,
        (unsigned long long)m->made->first, (unsigned long long)m->made->last,
        (unsigned long long)m->made->records, (unsigned long long)m->made->opened,
        (unsigned long long)m->made->sealed, (unsigned long long)m->made->policies,
        (unsigned long long)m->made->anchors, m->ask->opens ? m->ask->asked : "nothing"));
    return add(m, "coverage.txt", buf_slice(&m->part), false);
}

/* Who vouches for the key that signs today. */
static gw_result add_rotations(struct making *m)
{
    struct chain keys;
    char path[CHAIN_PATH];
    TRY(chain_read(m->log.dir, &keys));
    for (size_t i = 1; i < keys.count; i++) {
        chain_path(keys.links[i].seq, path);
        TRY(add_file(m, path));
    }
    return gw_is(GW_OK);
}

/* Nothing beyond what is signed. */
static struct index_query bound(const struct making *m, struct index_query q)
{
    if (!q.has_before || q.before > m->log.head.size) {
        q.has_before = true;
        q.before = m->log.head.size;
    }
    q.newest_first = false;
    q.limit = 0;
    return q;
}

static gw_result see_end(void *owner, const struct index_row *row)
{
    struct bundle_made *made = owner;
    if (made->records++ == 0)
        made->first = row->seq;
    made->last = row->seq;
    return gw_is(GW_OK);
}

/* A clock that stepped may leave records out of a time: those between two that are in are in too.
 */
static gw_result find_range(struct making *m, struct index_query *range)
{
    struct bundle_made ends = {0};
    *range = bound(m, m->ask->range);
    TRY(index_find(m->index, range, see_end, &ends));
    if (ends.records == 0)
        return gw_is(GW_NOT_FOUND);
    *range = (struct index_query){
        .has_after = ends.first > 0, .has_before = true, .before = ends.last + 1};
    range->after = ends.first == 0 ? 0 : ends.first - 1;
    return gw_is(GW_OK);
}

static gw_result make(struct making *m)
{
    struct index_query range, chosen = bound(m, m->ask->chosen);
    TRY(find_range(m, &range));
    TRY(add_file(m, "LOG"));
    TRY(add(m, "checkpoint", buf_slice(&m->log.note), false));
    TRY(add_rotations(m));
    TRY(index_find(m->index, &range, add_record, m));
    if (m->ask->opens) {
        TRY(index_find(m->index, &chosen, open_groups, m));
        TRY(open_held(m, chosen));
    }
    TRY(add_anchors(m));
    TRY(add_coverage(m));
    TRY(add(m, "verify.sh", bundle_script(), true));
    TRY(tar_add(m->out, "manifest.txt", buf_slice(&m->manifest), false, m->ask->wall_us / 1000000));
    return tar_end(m->out);
}

gw_result bundle_make(const char *dir, const struct bundle_ask *ask, struct buf *out,
                      struct bundle_made *made)
{
    struct making *m = calloc(1, sizeof *m);
    *made = (struct bundle_made){0};
    if (m == NULL)
        return gw_is(GW_NO_MEMORY);
    *m = (struct making){.ask = ask, .made = made, .out = out};
    m->keys = ask->with_sealed ? calloc(KEYS, sizeof *m->keys) : NULL;
    buf_init(&m->manifest, FILE_MAX);
    buf_init(&m->part, FILE_MAX);
    buf_init(&m->frame, SEGMENT_FRAME_MAX);
    bool is_fine = !ask->with_sealed || m->keys != NULL;
    gw_result r = is_fine ? prove_open(dir, &m->log) : gw_is(GW_NO_MEMORY);
    bool is_open = gw_ok(r);
    if (gw_ok(r))
        r = index_open(dir, &m->index);
    if (gw_ok(r))
        r = make(m);
    index_close(m->index);
    if (is_open)
        prove_close(&m->log);
    buf_free(&m->manifest);
    buf_free(&m->part);
    buf_free(&m->frame);
    free(m->keys);
    free(m->held);
    free(m);
    return r;
}
