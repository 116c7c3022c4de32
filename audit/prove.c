/* audit/prove.c - see prove.h. A path of RFC 9162 is a hash for each turn on the way to the leaf;
 * each is put together from a few hashes of one tile a level, so a proof costs the logarithm. */
#include "proxy/base/base.h"
#include "audit/prove.h"
#include "audit/base64.h"
#include "audit/chain.h"
#include "audit/disk.h"
#include "audit/minimum.h"

#include <fcntl.h>
#include <unistd.h>

enum { BUNDLE_CEILING = 17 << 20, TILE_BITS = 8 };

/* note.at NULL: the checkpoint in dir. */
static gw_result open_under(int dir, struct slice note, struct prove *out)
{
    struct chain keys;
    *out = (struct prove){.dir = fcntl(dir, F_DUPFD_CLOEXEC, 0)};
    buf_init(&out->note, NOTE_MAX);
    gw_result r = out->dir < 0 ? gw_is(GW_NOT_FOUND) : chain_read(out->dir, &keys);
    if (gw_ok(r) && note.at == NULL)
        r = chain_checkpoint(&keys, out->dir, &out->note, &out->head);
    else if (gw_ok(r)) {
        r = buf_add(&out->note, note);
        if (gw_ok(r))
            r = chain_newest(&keys, buf_slice(&out->note), &out->head);
    }
    if (gw_ok(r))
        out->key = *chain_now(&keys);
    else
        prove_close(out);
    return r;
}

gw_result prove_open_at(int dir, struct prove *out)
{
    return open_under(dir, (struct slice){0}, out);
}

gw_result prove_open_under(int dir, struct slice note, struct prove *out)
{
    return open_under(dir, note, out);
}

gw_result prove_open(const char *dir, struct prove *out)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    *out = (struct prove){.dir = -1};
    if (fd < 0)
        return gw_is(GW_NOT_FOUND);
    gw_result r = prove_open_at(fd, out);
    close(fd);
    return r;
}

void prove_close(struct prove *p)
{
    buf_free(&p->note);
    if (p->dir >= 0)
        close(p->dir);
    p->dir = -1;
}

/* The tile or bundle of a level that holds this index, as wide as it is under the checkpoint. */
static gw_result read_tile(const struct prove *p, unsigned level, uint64_t index, struct buf *out)
{
    char path[TREE_PATH];
    unsigned shift = level == TREE_ENTRIES ? 0 : TILE_BITS * level;
    uint64_t tile = index / TREE_WIDTH, left = (p->head.size >> shift) - tile * TREE_WIDTH;
    tree_path(level, tile, left < TREE_WIDTH ? (unsigned)left : TREE_WIDTH, path);
    gw_result r = disk_read(p->dir, path, out);
    return r.code == GW_NOT_FOUND || r.code == GW_TOO_BIG ? gw_is(GW_CORRUPT) : r;
}

/* Of a full subtree: 2^bits leaves from `index` times as many on. */
static gw_result full_hash(const struct prove *p, unsigned bits, uint64_t index, struct digest *out)
{
    struct digest at[TREE_WIDTH];
    struct buf tile;
    unsigned level = bits / TILE_BITS, n = 1u << bits % TILE_BITS;
    uint64_t first = index * n;
    if (level >= TREE_LEVELS)
        return gw_is(GW_TOO_BIG);
    buf_init(&tile, TREE_WIDTH * sizeof at[0] + 1);
    gw_result r = read_tile(p, level, first, &tile);
    size_t from = (size_t)(first % TREE_WIDTH) * sizeof at[0];
    if (gw_ok(r) && buf_slice(&tile).len < from + n * sizeof at[0])
        r = gw_is(GW_CORRUPT);
    if (gw_ok(r))
        memcpy(at, buf_slice(&tile).at + from, n * sizeof at[0]);
    buf_free(&tile);
    TRY(r);
    for (; n > 1; n /= 2)
        for (unsigned i = 0; i < n / 2; i++)
            at[i] = tree_node(&at[2 * i], &at[2 * i + 1]);
    *out = at[0];
    return gw_is(GW_OK);
}

/* Of the leaves lo to hi, hi not among them; lo is where RFC 6962 would cut. */
static gw_result range_hash(const struct prove *p, uint64_t lo, uint64_t hi, struct digest *out)
{
    struct digest left, right;
    unsigned bits = 63 - (unsigned)__builtin_clzll(hi - lo);
    uint64_t half = UINT64_C(1) << bits;
    if (half == hi - lo)
        return full_hash(p, bits, lo >> bits, out);
    TRY(full_hash(p, bits, lo >> bits, &left));
    TRY(range_hash(p, lo + half, hi, &right));
    *out = tree_node(&left, &right);
    return gw_is(GW_OK);
}

/* What lies beside the way down from the top of [0, *hi) to the leaf in front of `from`, from the
 * bottom upwards: to the leaf itself (`is_leaf`), or to the largest whole subtree that ends there.
 * [*lo, *hi) is where the way ends. */
static gw_result find_way(const struct prove *p, uint64_t from, bool is_leaf, uint64_t range[2],
                          struct digest *path, size_t *len)
{
    struct digest down[TREE_PROOF];
    uint64_t lo = range[0], hi = range[1];
    size_t n = 0;
    while ((is_leaf ? hi - lo > 1 : from < hi) && n + 1 < TREE_PROOF) {
        uint64_t half = UINT64_C(1) << (63 - (unsigned)__builtin_clzll(hi - lo - 1));
        bool is_left = from <= lo + half;
        TRY(is_left ? range_hash(p, lo + half, hi, &down[n])
                    : range_hash(p, lo, lo + half, &down[n]));
        n++;
        if (is_left)
            hi = lo + half;
        else
            lo += half;
    }
    for (size_t i = 0; i < n; i++)
        path[i] = down[n - 1 - i];
    *len = n;
    range[0] = lo;
    range[1] = hi;
    return gw_is(GW_OK);
}

/* The entry as it lies in its bundle, whose bytes it borrows. */
static gw_result find_entry(const struct prove *p, uint64_t seq, struct buf *bundle,
                            struct slice *entry)
{
    TRY(read_tile(p, TREE_ENTRIES, seq, bundle));
    struct slice rest = buf_slice(bundle);
    for (uint64_t i = 0; i <= seq % TREE_WIDTH; i++) {
        size_t len = rest.len < 2
                         ? SIZE_MAX
                         : (size_t)(unsigned char)rest.at[0] << 8 | (unsigned char)rest.at[1];
        if (len == SIZE_MAX || rest.len < 2 + len)
            return gw_is(GW_CORRUPT);
        *entry = slice_cut(rest, 2, 2 + len);
        rest = slice_from(rest, 2 + len);
    }
    return gw_is(GW_OK);
}

static void put_hash(struct buf *out, const struct digest *d)
{
    char text[BASE64_LEN(32) + 1];
    base64_write(d->at, sizeof d->at, text);
    buf_put_str(out, text);
    buf_put_str(out, "\n");
}

static gw_result put_extra(struct slice entry, struct buf *out)
{
    char *at;
    buf_put_str(out, "extra ");
    TRY(buf_room(out, BASE64_LEN(entry.len) + 1, &at));
    base64_write(entry.at, entry.len, at);
    buf_wrote(out, BASE64_LEN(entry.len));
    return buf_add(out, SLICE_LIT("\n"));
}

/* Without the entry (its `at` is NULL) its hash is taken off the tile, and the path tells whether
 * it is the one. */
static gw_result write_proof(const struct prove *p, uint64_t seq, struct slice entry,
                             bool with_entry, struct buf *out)
{
    struct digest path[TREE_PROOF], leaf;
    size_t len = 0;
    uint64_t range[2] = {0, p->head.size};
    if (entry.at != NULL)
        leaf = tree_leaf(entry);
    else
        TRY(range_hash(p, seq, seq + 1, &leaf));
    TRY(find_way(p, seq + 1, true, range, path, &len));
    if (!tree_is_included(&leaf, seq, p->head.size, path, len, &p->head.root))
        return gw_is(GW_CORRUPT);
    buf_put_str(out, "c2sp.org/tlog-proof@v1\n");
    if (with_entry)
        TRY(put_extra(entry, out));
    buf_put_str(out, "index ");
    buf_put_u64(out, seq);
    buf_put_str(out, "\n");
    for (size_t i = 0; i < len; i++)
        put_hash(out, &path[i]);
    buf_put_str(out, "\n");
    buf_put(out, buf_slice(&p->note));
    return buf_result(out);
}

static gw_result prove(const struct prove *p, uint64_t seq, bool with_entry, struct buf *out)
{
    struct slice entry = {NULL, 0};
    struct buf bundle;
    if (seq >= p->head.size)
        return gw_is(GW_NOT_FOUND);
    buf_init(&bundle, BUNDLE_CEILING);
    bool is_gone = seq < minimum_index(p->dir, p->head.size, p->head.size);
    gw_result r =
        is_gone ? gw_is(with_entry ? GW_NOT_FOUND : GW_OK) : find_entry(p, seq, &bundle, &entry);
    if (gw_ok(r))
        r = write_proof(p, seq, entry, with_entry, out);
    buf_free(&bundle);
    return r;
}

gw_result prove_one(const struct prove *p, uint64_t seq, struct buf *out)
{
    return prove(p, seq, false, out);
}

gw_result prove_whole(const struct prove *p, uint64_t seq, struct buf *out)
{
    return prove(p, seq, true, out);
}

/* From the bottom upwards; 0 < from <= to. */
static gw_result find_growth(const struct prove *p, uint64_t from, uint64_t to, struct digest *path,
                             size_t *len)
{
    uint64_t range[2] = {0, to};
    TRY(find_way(p, from, false, range, path + 1, len));
    if (range[0] > 0) { /* else the old root itself is the hash, and whoever checks has it */
        TRY(range_hash(p, range[0], range[1], &path[0]));
        ++*len;
    } else
        memmove(path, path + 1, *len * sizeof *path);
    return gw_is(GW_OK);
}

gw_result prove_head_at(const struct prove *p, uint64_t size, struct tree_head *out)
{
    out->size = size;
    out->root = secret_sha256((struct slice){0});
    return size == 0 ? gw_is(GW_OK) : range_hash(p, 0, size, &out->root);
}

/* A path between two of the log's own sizes that holds; what tiles say is held against it. */
static gw_result checked_growth(const struct prove *p, uint64_t from, const struct tree_head *to,
                                struct digest *path, size_t *len)
{
    struct tree_head old;
    *len = 0;
    TRY(prove_head_at(p, from, &old));
    if (from > 0)
        TRY(find_growth(p, from, to->size, path, len));
    return gw_is(tree_is_consistent(&old, to, path, *len) ? GW_OK : GW_CORRUPT);
}

gw_result prove_growth(const struct prove *p, uint64_t from, uint64_t to, struct digest *path,
                       size_t *len)
{
    const struct tree_head newest = {p->head.size, p->head.root};
    struct tree_head at;
    if (from > to || to > newest.size)
        return gw_is(GW_NOT_FOUND);
    TRY(prove_head_at(p, to, &at));
    TRY(checked_growth(p, to, &newest, path, len)); /* so its root is one that was signed */
    return checked_growth(p, from, &at, path, len);
}

gw_result prove_consistency(const struct prove *p, uint64_t from, uint64_t to, struct buf *out)
{
    struct digest path[TREE_PROOF];
    struct tree_head at;
    size_t len = 0;
    TRY(prove_growth(p, from, to, path, &len));
    buf_put_str(out, "old ");
    buf_put_u64(out, from);
    buf_put_str(out, "\n");
    for (size_t i = 0; i < len; i++)
        put_hash(out, &path[i]);
    buf_put_str(out, "\n");
    if (to == p->head.size) {
        buf_put(out, buf_slice(&p->note));
        return buf_result(out);
    }
    TRY(prove_head_at(p, to, &at));
    const struct note_checkpoint c = {.origin = p->head.origin, .size = to, .root = at.root};
    return note_checkpoint_write(&c, out);
}

gw_result prove_record(const char *dir, uint64_t seq, struct buf *out)
{
    struct prove p;
    TRY(prove_open(dir, &p));
    gw_result r = prove_one(&p, seq, out);
    prove_close(&p);
    return r;
}

gw_result prove_entry(const char *dir, uint64_t seq, struct buf *out)
{
    struct prove p;
    struct slice entry;
    struct buf bundle;
    TRY(prove_open(dir, &p));
    buf_init(&bundle, BUNDLE_CEILING);
    bool is_there = seq < p.head.size && seq >= minimum_index(p.dir, p.head.size, p.head.size);
    gw_result r = is_there ? find_entry(&p, seq, &bundle, &entry) : gw_is(GW_NOT_FOUND);
    if (gw_ok(r))
        r = buf_add(out, entry);
    buf_free(&bundle);
    prove_close(&p);
    return r;
}

gw_result prove_checkpoint(const char *dir, struct buf *out)
{
    struct prove p;
    TRY(prove_open(dir, &p));
    gw_result r = buf_add(out, buf_slice(&p.note));
    prove_close(&p);
    return r;
}

gw_result prove_head(const char *dir, struct note_key *key, uint64_t *size)
{
    struct prove p;
    *size = 0;
    TRY(prove_open(dir, &p));
    *key = p.key;
    *size = p.head.size;
    prove_close(&p);
    return gw_is(GW_OK);
}
