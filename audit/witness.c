/* audit/witness.c - see witness.h. Text: https://c2sp.org/tlog-witness */
#include "proxy/base/base.h"
#include "audit/witness.h"
#include "audit/disk.h"
#include "audit/receipt.h"

enum { KEPT_MAX = 1024 };

struct call {
    const struct witness *w;
    struct receipt_growth growth;
    struct slice text; /* of the note, once a known key signed it */
    struct tree_head head, kept;
    char path[65];
};

/* Which of our logs that is, and whether it signed. */
static unsigned open_note(struct call *c)
{
    struct slice note = c->growth.note, origin = slice_cut(note, 0, slice_find_byte(note, '\n'));
    bool is_known = false;
    for (size_t i = 0; i < c->w->known->log_count; i++) {
        const struct note_key *key = &c->w->known->logs[i];
        if (!slice_is(origin, slice_str(key->name)))
            continue;
        is_known = true;
        if (gw_ok(note_open(note, key, &c->text)))
            return 200;
    }
    return is_known ? 403 : 404;
}

static unsigned read_head(struct call *c)
{
    struct note_checkpoint head;
    unsigned status = open_note(c);
    if (status != 200)
        return status;
    if (!gw_ok(note_checkpoint_read(c->text, &head)) || c->growth.old > head.size)
        return 400;
    struct digest d = secret_sha256(head.origin);
    secret_hex(d.at, sizeof d.at, c->path);
    c->head = (struct tree_head){head.size, head.root};
    return 200;
}

/* What was cosigned last: size 0 when nothing was. */
static unsigned read_kept(struct call *c)
{
    struct note_checkpoint kept;
    struct buf text;
    buf_init(&text, KEPT_MAX);
    gw_result r = disk_read(c->w->dir, c->path, &text);
    bool is_good = gw_ok(r) && gw_ok(note_checkpoint_read(buf_slice(&text), &kept));
    if (is_good)
        c->kept = (struct tree_head){kept.size, kept.root};
    buf_free(&text);
    return is_good || r.code == GW_NOT_FOUND ? 200 : 500;
}

static unsigned conflict(const struct call *c, struct buf *reply)
{
    buf_put_u64(reply, c->kept.size);
    buf_put_str(reply, "\n");
    return 409;
}

static unsigned compare(const struct call *c, struct buf *reply)
{
    bool is_same = c->kept.size == c->head.size;
    if (c->growth.old != c->kept.size)
        return conflict(c, reply);
    if (c->kept.size > 0 && is_same &&
        memcmp(c->kept.root.at, c->head.root.at, sizeof c->head.root.at) != 0)
        return conflict(c, reply);
    if (c->kept.size == 0)
        return c->growth.len == 0 ? 200 : 422;
    return tree_is_consistent(&c->kept, &c->head, c->growth.path, c->growth.len) ? 200 : 422;
}

unsigned witness_hear(const struct witness *w, struct slice body, uint64_t now_s, struct buf *reply)
{
    struct call c = {.w = w};
    if (!gw_ok(receipt_growth_read(body, &c.growth)))
        return 400;
    unsigned status = read_head(&c);
    if (status == 200)
        status = read_kept(&c);
    if (status == 200)
        status = compare(&c, reply);
    if (status != 200)
        return status;
    if (!gw_ok(disk_write(w->dir, c.path, c.text)) ||
        !gw_ok(note_cosign(w->signer, now_s, c.text, reply)))
        return 500;
    return 200;
}
