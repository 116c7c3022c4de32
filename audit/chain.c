/* audit/chain.c - see chain.h. */
#include "proxy/base/base.h"
#include "audit/chain.h"
#include "audit/base64.h"
#include "audit/disk.h"
#include "audit/jcs.h"
#include "audit/label.h"
#include "audit/receipt.h"
#include "audit/seqs.h"

#include <fcntl.h>
#include <unistd.h>

enum { LEAF_MAX = UINT16_MAX };

const struct note_key *chain_now(const struct chain *c)
{
    return &c->links[c->count - 1].key;
}

bool chain_has(const struct chain *c, const struct note_key *key)
{
    for (size_t i = 0; i < c->count; i++)
        if (memcmp(&c->links[i].key, key, sizeof *key) == 0)
            return true;
    return false;
}

void chain_path(uint64_t seq, char out[CHAIN_PATH])
{
    snprintf(out, CHAIN_PATH, "rotate/%020llu.tlog-proof", (unsigned long long)seq);
}

gw_result chain_open(const struct chain *c, struct slice note, struct note_checkpoint *out)
{
    gw_result r = gw_is(GW_NOT_FOUND);
    for (size_t i = c->count; i-- > 0 && r.code == GW_NOT_FOUND;) {
        struct slice text;
        r = note_open(note, &c->links[i].key, &text);
        if (!gw_ok(r))
            continue;
        TRY(note_checkpoint_read(text, out));
        bool is_after = i + 1 < c->count && out->size > c->links[i + 1].head.size;
        if (out->size < c->links[i].head.size || is_after ||
            !slice_is(out->origin, slice_str(c->links[i].key.name)))
            return gw_is(GW_CORRUPT);
    }
    return r;
}

/* The record says which key comes next. */
static gw_result read_record(struct slice leaf, uint64_t index, struct note_key *next)
{
    struct slice type, vkey;
    uint64_t seq;
    if (!gw_ok(jcs_check(leaf)) || !gw_ok(jcs_text(leaf, "type", &type)) ||
        !slice_is(type, SLICE_LIT("key.rotate")) || !gw_ok(jcs_u64(leaf, "seq", &seq)) ||
        seq != index || !gw_ok(jcs_text(leaf, "vkey", &vkey)) || !gw_ok(note_vkey_read(vkey, next)))
        return gw_is(GW_CORRUPT);
    return gw_is(GW_OK);
}

/* Both keys signed the checkpoint, and the record is under it. */
static gw_result check_link(const struct chain *c, const struct receipt *proof, struct slice leaf,
                            struct chain_link *link)
{
    const struct chain_link *last = &c->links[c->count - 1];
    struct digest hash = tree_leaf(leaf);
    struct note_checkpoint head;
    struct slice text, again;
    if (!gw_ok(note_open(proof->note, &last->key, &text)) ||
        !gw_ok(note_open(proof->note, &link->key, &again)) ||
        !gw_ok(note_checkpoint_read(text, &head)) ||
        !slice_is(head.origin, slice_str(last->key.name)) ||
        strcmp(last->key.name, link->key.name) != 0 || head.size <= last->head.size ||
        proof->index < last->head.size || chain_has(c, &link->key) ||
        !tree_is_included(&hash, proof->index, head.size, proof->path, proof->len, &head.root))
        return gw_is(GW_CORRUPT);
    link->seq = proof->index;
    link->head = (struct tree_head){head.size, head.root};
    return gw_is(GW_OK);
}

gw_result chain_add(struct chain *c, struct slice file)
{
    struct receipt proof;
    struct chain_link link = {.seq = 0};
    unsigned char leaf[LEAF_MAX];
    size_t len;
    if (c->count == CHAIN_KEYS || !gw_ok(receipt_read(file, &proof)) ||
        !gw_ok(base64_read(proof.extra, leaf, sizeof leaf, &len)))
        return gw_is(GW_CORRUPT);
    struct slice record = slice_of(leaf, len);
    TRY(read_record(record, proof.index, &link.key));
    TRY(check_link(c, &proof, record, &link));
    c->links[c->count++] = link;
    return gw_is(GW_OK);
}

struct listing {
    uint64_t seqs[CHAIN_KEYS];
    size_t count;
};

/* The seq in a file's name; other names are refused, so none is passed over. */
static gw_result list_one(void *listing, int folder, const char *name)
{
    struct listing *l = listing;
    char path[CHAIN_PATH];
    uint64_t seq = 0;
    (void)folder;
    if (slice_has_suffix(slice_str(name), SLICE_LIT(".tmp")))
        return gw_is(GW_OK);
    bool good = gw_ok(slice_u64(slice_cut(slice_str(name), 0, 20), &seq));
    chain_path(seq, path);
    if (!good || strcmp(path + strlen("rotate/"), name) != 0 || l->count == CHAIN_KEYS)
        return gw_is(GW_CORRUPT);
    l->seqs[l->count++] = seq;
    return gw_is(GW_OK);
}

static gw_result add_file(struct chain *c, int dir, uint64_t seq)
{
    char path[CHAIN_PATH];
    struct buf file;
    buf_init(&file, CHAIN_FILE_MAX);
    chain_path(seq, path);
    gw_result r = disk_read(dir, path, &file);
    if (gw_ok(r))
        r = chain_add(c, buf_slice(&file));
    if (gw_ok(r) && c->links[c->count - 1].seq != seq)
        r = gw_is(GW_CORRUPT);
    buf_free(&file);
    return r.code == GW_TOO_BIG || r.code == GW_NOT_FOUND ? gw_is(GW_CORRUPT) : r;
}

gw_result chain_read(int dir, struct chain *out)
{
    struct listing l = {.count = 0};
    *out = (struct chain){.count = 1};
    TRY(label_read(dir, &out->links[0].key));
    TRY(disk_each(dir, "rotate", list_one, &l));
    qsort(l.seqs, l.count, sizeof l.seqs[0], seqs_order);
    for (size_t i = 0; i < l.count; i++)
        TRY(add_file(out, dir, l.seqs[i]));
    return gw_is(GW_OK);
}

gw_result chain_checkpoint(const struct chain *c, int dir, struct buf *note,
                           struct note_checkpoint *out)
{
    buf_init(note, NOTE_MAX);
    TRY(disk_read(dir, "checkpoint", note));
    return chain_newest(c, buf_slice(note), out);
}

gw_result chain_newest(const struct chain *c, struct slice note, struct note_checkpoint *out)
{
    struct slice text;
    if (!gw_ok(note_open(note, chain_now(c), &text)) || !gw_ok(note_checkpoint_read(text, out)) ||
        !slice_is(out->origin, slice_str(chain_now(c)->name)) ||
        out->size < c->links[c->count - 1].head.size)
        return gw_is(GW_CORRUPT);
    return gw_is(GW_OK);
}
