/* audit/integrate.c - see integrate.h. */
#include "proxy/base/base.h"
#include "audit/integrate.h"
#include "audit/base64.h"
#include "audit/disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { HANDED_KEEP = 1 << 20, SECTOR = 512 };

/* A tile counts once a checkpoint covers it, and publish() syncs them all before there is one: most
 * of them are on their way to the disk by then. After a crash those behind the checkpoint are
 * written again. */
static gw_result write_tile(struct audit_log *log, unsigned level, uint64_t index, unsigned width,
                            struct slice bytes)
{
    char path[TREE_PATH];
    tree_path(level, index, width, path);
    TRY(later_write(&log->unsynced, log->dir, path, bytes));
    if (width == TREE_WIDTH && log->stale[level][0] == '\0') {
        /* later full tiles had no partial ones: those are made for a checkpoint only */
        size_t len = strlen(path);
        memcpy(log->stale[level], path, len);
        memcpy(log->stale[level] + len, ".p", 3);
    }
    return gw_is(GW_OK);
}

/* The partial tiles may go once the full one is there for good. */
static gw_result remove_stale(struct audit_log *log, unsigned level)
{
    if (log->stale[level][0] != '\0')
        TRY(disk_remove_dir(log->dir, log->stale[level]));
    log->stale[level][0] = '\0';
    return gw_is(GW_OK);
}

static gw_result full_tile(void *owner, unsigned level, uint64_t index, const struct digest *hashes)
{
    struct audit_log *log = owner;
    log->written[level] = 0;
    return write_tile(log, level, index, TREE_WIDTH, slice_of(hashes, TREE_WIDTH * sizeof *hashes));
}

static gw_result grow_tree(struct audit_log *log, struct slice leaf, const struct tree_sink *sink)
{
    struct digest d = tree_leaf(leaf);
    TRY(tree_add(&log->tree, &d, sink));
    if (log->tree.size != log->signed_size)
        return gw_is(GW_OK);
    struct digest root = tree_root(&log->tree);
    return gw_is(memcmp(root.at, log->signed_root.at, sizeof root.at) == 0 ? GW_OK : GW_CORRUPT);
}

gw_result integrate_leaf(struct audit_log *log, struct slice leaf)
{
    const char len[2] = {(char)(unsigned char)(leaf.len >> 8), (char)(unsigned char)leaf.len};
    TRY(buf_add(&log->bundle, slice_of(len, sizeof len)));
    TRY(buf_add(&log->bundle, leaf));
    TRY(grow_tree(log, leaf, NULL));
    if (log->tree.size % TREE_WIDTH == 0)
        buf_clear(&log->bundle);
    return gw_is(GW_OK);
}

/* A full bundle: what an earlier batch left of it, and these bytes, which are not copied when they
 * are all of it. */
static gw_result write_bundle(struct audit_log *log, struct slice entries)
{
    if (buf_slice(&log->bundle).len > 0) {
        TRY(buf_add(&log->bundle, entries));
        entries = buf_slice(&log->bundle);
    }
    TRY(write_tile(log, TREE_ENTRIES, log->tree.size / TREE_WIDTH - 1, TREE_WIDTH, entries));
    buf_clear(&log->bundle);
    return gw_is(GW_OK);
}

static gw_result write_partial(struct audit_log *log)
{
    unsigned width = (unsigned)(log->tree.size % TREE_WIDTH);
    if (width > 0)
        TRY(write_tile(log, TREE_ENTRIES, log->tree.size / TREE_WIDTH, width,
                       buf_slice(&log->bundle)));
    for (unsigned level = 0; level < TREE_LEVELS; level++) {
        unsigned count = log->tree.count[level];
        if (count == 0 || count == log->written[level])
            continue;
        TRY(write_tile(log, level, log->tree.size >> (8 * (level + 1)), count,
                       slice_of(log->tree.at[level], count * sizeof(struct digest))));
        log->written[level] = count;
    }
    return gw_is(GW_OK);
}

/* Nobody has removed or replaced it. */
static bool is_in_place(int fd)
{
    struct stat st;
    return fd >= 0 && fstat(fd, &st) == 0 && st.st_nlink > 0;
}

/* The signer's own note: always as long as one sector, which a disk writes whole or not at all, so
 * it is overwritten where it lies, and costs a sync without a journal behind it. */
static gw_result keep_signed(struct audit_log *log, struct slice text)
{
    char sector[SECTOR];
    if (text.len > sizeof sector)
        return disk_write(AT_FDCWD, log->signed_path, text);
    memset(sector, '\n', sizeof sector);
    memcpy(sector, text.at, text.len);
    if (is_in_place(log->signed_fd))
        return gw_is(pwrite(log->signed_fd, sector, sizeof sector, 0) == sizeof sector &&
                             fdatasync(log->signed_fd) == 0
                         ? GW_OK
                         : GW_IO);
    if (log->signed_fd >= 0)
        close(log->signed_fd);
    log->signed_fd = -1;
    TRY(disk_write(AT_FDCWD, log->signed_path, slice_of(sector, sizeof sector)));
    log->signed_fd = open(log->signed_path, O_WRONLY | O_CLOEXEC);
    return gw_is(log->signed_fd >= 0 ? GW_OK : GW_IO);
}

static gw_result write_checkpoint(struct audit_log *log, struct buf *text, struct buf *note)
{
    struct note_checkpoint c = {.origin = slice_str(note_signer_key(log->signer)->name),
                                .size = log->tree.size,
                                .root = tree_root(&log->tree)};
    if (c.size < log->signed_size)
        return gw_is(GW_CORRUPT); /* never behind what was signed */
    TRY(note_checkpoint_write(&c, text));
    TRY(keep_signed(log, buf_slice(text)));
    log->signed_size = c.size;
    log->signed_root = c.root;
    TRY(note_sign(log->signer, buf_slice(text), note));
    if (log->heir != NULL)
        TRY(note_sign_too(log->heir, buf_slice(text), note));
    TRY(disk_write(log->dir, "checkpoint", buf_slice(note)));
    log->published = c.size;
    gauges_sign(log->gauges, c.size, buf_slice(note));
    return gw_is(GW_OK);
}

static gw_result publish(struct audit_log *log)
{
    struct buf text, note;
    TRY(write_partial(log));
    TRY(later_sync(&log->unsynced, log->dir));
    for (unsigned level = 0; level < GW_COUNT(log->stale); level++)
        TRY(remove_stale(log, level));
    buf_init(&text, NOTE_MAX);
    buf_init(&note, NOTE_MAX);
    gw_result r = write_checkpoint(log, &text, &note);
    buf_free(&text);
    buf_free(&note);
    return r;
}

static gw_result integrate_entries(struct audit_log *log, struct slice entries)
{
    const struct tree_sink sink = {log, full_tile};
    size_t begin = 0, at = 0; /* of the bundle, of the entry */
    while (at < entries.len) {
        size_t len = (size_t)(unsigned char)entries.at[at] << 8 | (unsigned char)entries.at[at + 1];
        TRY(grow_tree(log, slice_cut(entries, at + 2, at + 2 + len), &sink));
        at += 2 + len;
        if (log->tree.size % TREE_WIDTH != 0)
            continue;
        TRY(write_bundle(log, slice_cut(entries, begin, at)));
        begin = at;
    }
    return buf_add(&log->bundle, slice_from(entries, begin));
}

gw_result integrate_all(struct audit_log *log, bool is_due)
{
    TRY(integrate_entries(log, buf_slice(&log->handed)));
    if (log->handed.cap > HANDED_KEEP)
        buf_free(&log->handed);
    else
        buf_clear(&log->handed); /* its memory serves the next batch */
    return !is_due || log->tree.size == log->published ? gw_is(GW_OK) : publish(log);
}

/* Without the empty lines that make it a sector. */
static struct slice signed_text(struct slice all)
{
    while (slice_has_suffix(all, SLICE_LIT("\n\n")))
        all.len--;
    return all;
}

gw_result integrate_signed_read(struct audit_log *log)
{
    struct note_checkpoint c;
    struct buf text;
    buf_init(&text, NOTE_MAX);
    gw_result r = disk_read(AT_FDCWD, log->signed_path, &text);
    if (gw_ok(r)) {
        r = gw_is(gw_ok(note_checkpoint_read(signed_text(buf_slice(&text)), &c)) ? GW_OK
                                                                                 : GW_CORRUPT);
        log->signed_size = gw_ok(r) ? c.size : 0;
        if (gw_ok(r))
            log->signed_root = c.root;
    }
    buf_free(&text);
    return r.code == GW_NOT_FOUND ? gw_is(GW_OK) : r;
}
