/* audit/prove.c - see prove.h. */
#include "proxy/base/base.h"
#include "audit/prove.h"
#include "audit/base64.h"
#include "audit/disk.h"
#include "audit/label.h"
#include "audit/tree.h"

#include <fcntl.h>
#include <unistd.h>

enum { BUNDLE_CEILING = 17 << 20 };

/* The leaf hashes of one bundle of `width` entries. */
static gw_result hash_bundle(struct slice rest, unsigned width, struct digest *out)
{
    for (unsigned i = 0; i < width; i++) {
        if (rest.len < 2)
            return gw_is(GW_CORRUPT);
        size_t len = (size_t)(unsigned char)rest.at[0] << 8 | (unsigned char)rest.at[1];
        if (rest.len < 2 + len)
            return gw_is(GW_CORRUPT);
        out[i] = tree_leaf(slice_cut(rest, 2, 2 + len));
        rest = slice_from(rest, 2 + len);
    }
    return gw_is(rest.len == 0 ? GW_OK : GW_CORRUPT);
}

static gw_result hash_all(int dir, uint64_t size, struct digest *out)
{
    struct buf bundle;
    gw_result r = gw_is(GW_OK);
    buf_init(&bundle, BUNDLE_CEILING);
    for (uint64_t at = 0; at < size && gw_ok(r); at += TREE_WIDTH) {
        char path[TREE_PATH];
        unsigned width = size - at < TREE_WIDTH ? (unsigned)(size - at) : TREE_WIDTH;
        tree_path(TREE_ENTRIES, at / TREE_WIDTH, width, path);
        buf_clear(&bundle);
        r = disk_read(dir, path, &bundle);
        if (gw_ok(r))
            r = hash_bundle(buf_slice(&bundle), width, out + at);
        if (r.code == GW_NOT_FOUND)
            r = gw_is(GW_CORRUPT);
    }
    buf_free(&bundle);
    return r;
}

static gw_result write_proof(const struct digest *leaves, const struct note_checkpoint *head,
                             uint64_t seq, struct buf *out)
{
    struct digest path[TREE_PROOF];
    size_t len = 0;
    TRY(tree_prove(leaves, head->size, seq, path, &len));
    if (!tree_is_included(&leaves[seq], seq, head->size, path, len, &head->root))
        return gw_is(GW_CORRUPT);
    buf_put_str(out, "c2sp.org/tlog-proof@v1\nindex ");
    buf_put_u64(out, seq);
    buf_put_str(out, "\n");
    for (size_t i = 0; i < len; i++) {
        char text[BASE64_LEN(32) + 1];
        base64_write(path[i].at, sizeof path[i].at, text);
        buf_put_str(out, text);
        buf_put_str(out, "\n");
    }
    buf_put_str(out, "\n");
    return buf_result(out);
}

static gw_result prove_in(int dir, uint64_t seq, struct buf *note, struct buf *out)
{
    struct note_key key;
    struct note_checkpoint head;
    TRY(label_read(dir, &key));
    TRY(label_checkpoint(dir, &key, note, &head));
    if (seq >= head.size)
        return gw_is(GW_NOT_FOUND);
    struct digest *leaves = calloc(head.size, sizeof *leaves);
    if (leaves == NULL)
        return gw_is(GW_NO_MEMORY);
    gw_result r = hash_all(dir, head.size, leaves);
    if (gw_ok(r))
        r = write_proof(leaves, &head, seq, out);
    free(leaves);
    return gw_ok(r) ? buf_add(out, buf_slice(note)) : r;
}

gw_result prove_record(const char *dir, uint64_t seq, struct buf *out)
{
    struct buf note;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gw_is(GW_NOT_FOUND);
    buf_init(&note, NOTE_MAX);
    gw_result r = prove_in(fd, seq, &note, out);
    buf_free(&note);
    close(fd);
    return r;
}

gw_result prove_checkpoint(const char *dir, struct buf *out)
{
    struct note_key key;
    struct note_checkpoint head;
    struct buf note;
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return gw_is(GW_NOT_FOUND);
    buf_init(&note, NOTE_MAX);
    gw_result r = label_read(fd, &key);
    if (gw_ok(r))
        r = label_checkpoint(fd, &key, &note, &head);
    if (gw_ok(r))
        r = buf_add(out, buf_slice(&note));
    buf_free(&note);
    close(fd);
    return r;
}
