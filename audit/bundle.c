/* audit/bundle.c - see bundle.h. */
#include "proxy/base/base.h"
#include "audit/bundle.h"
#include "audit/base64.h"
#include "audit/chain.h"
#include "audit/disk.h"
#include "audit/jcs.h"
#include "audit/prove.h"
#include "audit/tar.h"
#include "proxy/base/clock.h"
#include "proxy/base/secret.h"

enum { FILE_MAX = 64 << 20, POLICIES = 1024 };

struct making {
    const struct bundle_ask *ask;
    struct bundle_made *made;
    struct prove log;
    struct index *index;
    struct buf *out, manifest, part, frame;
    struct digest policies[POLICIES]; /* named so far */
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
    return gw_is(GW_OK);
}

static gw_result add_coverage(struct making *m)
{
    char t[28];
    clock_rfc3339(m->ask->wall_us, t);
    buf_clear(&m->part);
    TRY(buf_add_format(
        &m->part,
        "bulla-audit-bundle/v1\norigin: %s\nmade: %s\nsigned records: %llu\nfirst record: %llu\n"
        "last record: %llu\nrecords: %llu\ndisclosures: %llu\npolicies: %llu\nopened for: %s\n\n"
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
        (unsigned long long)m->made->policies, m->ask->opens ? m->ask->asked : "nothing"));
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
    if (m->ask->opens)
        TRY(index_find(m->index, &chosen, open_groups, m));
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
    buf_init(&m->manifest, FILE_MAX);
    buf_init(&m->part, FILE_MAX);
    buf_init(&m->frame, SEGMENT_FRAME_MAX);
    gw_result r = prove_open(dir, &m->log);
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
    free(m);
    return r;
}
