/* audit/segment.c - see segment.h. A frame's head and leaf carry a CRC-32C. */
#include "proxy/base/base.h"
#include "audit/segment.h"
#include "audit/base64.h"
#include "audit/disk.h"
#include "audit/jcs.h"
#include "audit/seqs.h"
#include "proxy/base/bytes.h"
#include "proxy/base/crc32c.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAGIC = 0x474f4c42, VERSION = 1, CRC_AT = 28, PART_MAX = 1 << 20, ENOUGH = 4 }; /* "BLOG" */

static size_t padding(size_t len)
{
    return (8 - len % 8) % 8;
}

size_t segment_frame_bytes(size_t leaf, size_t groups, size_t blobs)
{
    size_t len = leaf + groups + blobs;
    return SEGMENT_HEAD + len + padding(len);
}

size_t segment_frame_length(struct slice at)
{
    if (at.len < SEGMENT_HEAD || bytes_int(at.at, 4) != MAGIC)
        return 0;
    size_t leaf = bytes_int(at.at + 16, 4), groups = bytes_int(at.at + 20, 4);
    size_t blobs = bytes_int(at.at + 24, 4);
    bool is_fine = leaf <= PART_MAX && groups <= PART_MAX && blobs <= PART_MAX;
    return is_fine ? segment_frame_bytes(leaf, groups, blobs) : 0;
}

char *segment_write(char *at, const struct segment_frame *frame)
{
    size_t len = frame->leaf.len + frame->groups.len;
    bytes_put_int(at, MAGIC, 4);
    bytes_put_int(at + 4, VERSION, 2);
    bytes_put_int(at + 6, frame->flags, 2);
    bytes_put_int(at + 8, frame->seq, 8);
    bytes_put_int(at + 16, frame->leaf.len, 4);
    bytes_put_int(at + 20, frame->groups.len, 4);
    bytes_put_int(at + 24, frame->blobs.len, 4);
    bytes_put_int(at + CRC_AT, crc32c_add(crc32c_add(0, slice_of(at, CRC_AT)), frame->leaf), 4);
    at += SEGMENT_HEAD;
    memcpy(at, frame->leaf.at, frame->leaf.len);
    if (frame->groups.len > 0)
        memcpy(at + frame->leaf.len, frame->groups.at, frame->groups.len);
    memset(at + len + frame->blobs.len, 0, padding(len + frame->blobs.len));
    return at + len;
}

bool segment_is_zero(struct slice at)
{
    uint64_t word, any = 0;
    size_t i = 0;
    for (; i + 8 <= at.len; i += 8) {
        memcpy(&word, at.at + i, 8);
        any |= word;
    }
    for (; i < at.len; i++)
        any |= (unsigned char)at.at[i];
    return any == 0;
}

gw_result segment_read(struct slice at, struct segment_frame *out)
{
    if (at.len < SEGMENT_HEAD || bytes_int(at.at, 4) != MAGIC)
        return gw_is(segment_is_zero(at) ? GW_NOT_FOUND : GW_CORRUPT);
    size_t leaf = bytes_int(at.at + 16, 4), groups = bytes_int(at.at + 20, 4);
    size_t blobs = bytes_int(at.at + 24, 4);
    if (bytes_int(at.at + 4, 2) != VERSION || leaf > PART_MAX || groups > PART_MAX ||
        blobs > PART_MAX)
        return gw_is(GW_CORRUPT);
    size_t len = SEGMENT_HEAD + leaf + groups + blobs, pad = padding(leaf + groups + blobs);
    if (at.len < len + pad || !segment_is_zero(slice_cut(at, len, len + pad)))
        return gw_is(GW_CORRUPT);
    out->flags = (uint16_t)bytes_int(at.at + 6, 2);
    out->seq = bytes_int(at.at + 8, 8);
    out->leaf = slice_cut(at, SEGMENT_HEAD, SEGMENT_HEAD + leaf);
    out->groups = slice_cut(at, SEGMENT_HEAD + leaf, len - blobs);
    out->blobs = slice_cut(at, len - blobs, len);
    out->bytes = len + pad;
    uint32_t crc = crc32c_add(crc32c_add(0, slice_cut(at, 0, CRC_AT)), out->leaf);
    return gw_is(crc == bytes_int(at.at + CRC_AT, 4) && out->flags <= SEGMENT_FIRST ? GW_OK
                                                                                    : GW_CORRUPT);
}

#define GROUP_HEAD "bulla-audit-group/v1\n"

void segment_group_preimage(struct buf *out, const struct segment_group *group)
{
    buf_put_str(out, GROUP_HEAD);
    buf_put(out, group->name);
    buf_put_str(out, "\n");
    buf_put(out, group->salt);
    buf_put(out, group->text);
}

struct digest segment_group_digest(const struct segment_group *group)
{
    const struct slice parts[] = {SLICE_LIT(GROUP_HEAD), group->name, SLICE_LIT("\n"), group->salt,
                                  group->text};
    return secret_sha256_of(parts, GW_COUNT(parts));
}

void segment_group_write(struct buf *out, const struct segment_group *group)
{
    char len[4], name_len = (char)group->name.len;
    bytes_put_int(len, group->text.len, 4);
    buf_put(out, slice_of(&name_len, 1));
    buf_put(out, group->name);
    buf_put(out, group->salt);
    buf_put(out, slice_of(len, sizeof len));
    buf_put(out, group->text);
}

gw_result segment_group_next(struct slice *rest, struct segment_group *out)
{
    if (rest->len == 0)
        return gw_is(GW_NOT_FOUND);
    size_t name = (unsigned char)rest->at[0], head = 1 + name + SEGMENT_SALT + 4;
    if (rest->len < head)
        return gw_is(GW_CORRUPT);
    size_t text = bytes_int(rest->at + head - 4, 4);
    if (text > rest->len - head)
        return gw_is(GW_CORRUPT);
    out->name = slice_cut(*rest, 1, 1 + name);
    out->salt = slice_cut(*rest, 1 + name, 1 + name + SEGMENT_SALT);
    out->text = slice_cut(*rest, head, head + text);
    *rest = slice_from(*rest, head + text);
    return gw_is(GW_OK);
}

bool segment_group_may_go(const struct segment_group *group)
{
    return slice_is(group->name, SLICE_LIT("find")) || slice_is(group->name, SLICE_LIT("net")) ||
           slice_is(group->name, SLICE_LIT("who"));
}

bool segment_group_is_gone(const struct segment_group *group)
{
    return group->text.len > 0 && group->text.at[0] == '\0' && segment_is_zero(group->salt) &&
           segment_is_zero(group->text);
}

static bool group_fits(const struct segment_group *group, struct slice quoted)
{
    struct digest d = segment_group_digest(group);
    char text[BASE64_LEN(sizeof d.at) + 1];
    if (segment_group_may_go(group) && segment_group_is_gone(group))
        return true;
    base64_write(d.at, sizeof d.at, text);
    return quoted.len == sizeof text + 1 &&
           slice_is(slice_cut(quoted, 1, sizeof text), slice_str(text)) &&
           gw_ok(jcs_check(group->text));
}

bool segment_group_fits(const struct segment_frame *frame, const struct segment_group *group)
{
    struct slice g, key, value;
    if (!gw_ok(jcs_find(frame->leaf, "g", &g)))
        return false;
    for (size_t n = 0; gw_ok(jcs_member(g, n, &key, &value)); n++)
        if (slice_is(key, group->name))
            return group_fits(group, value);
    return false;
}

/* `p`, as a list that is taken apart item by item. */
static gw_result blob_next(struct slice *items, struct slice *bytes, struct segment_blob *out,
                           struct slice *hash)
{
    struct slice item;
    uint64_t len;
    TRY(jcs_item(items, &item));
    *out = (struct segment_blob){.is_gone = false};
    if (!gw_ok(jcs_text(item, "k", &out->kind)) || !gw_ok(jcs_text(item, "ep", &out->epoch)) ||
        !gw_ok(jcs_text(item, "eu", &out->unit)) || !gw_ok(jcs_u64(item, "all", &out->all)) ||
        !gw_ok(jcs_text(item, "h", hash)) || !gw_ok(jcs_u64(item, "n", &len)) || len == 0 ||
        len > bytes->len)
        return gw_is(GW_CORRUPT);
    out->bytes = slice_cut(*bytes, 0, (size_t)len);
    out->is_gone = segment_is_zero(out->bytes);
    *bytes = slice_from(*bytes, (size_t)len);
    return gw_is(GW_OK);
}

gw_result segment_blob(const struct segment_frame *frame, size_t n, struct segment_blob *out)
{
    struct slice items, bytes = frame->blobs, hash;
    TRY(jcs_find(frame->leaf, "p", &items));
    for (size_t i = 0; i < n; i++)
        TRY(blob_next(&items, &bytes, out, &hash));
    return blob_next(&items, &bytes, out, &hash);
}

static bool has_hash(const struct segment_blob *blob, struct slice hash)
{
    char text[BASE64_LEN(sizeof(struct digest)) + 1];
    struct digest d = secret_sha256(blob->bytes);
    base64_write(d.at, sizeof d.at, text);
    return slice_is(hash, slice_str(text));
}

bool segment_blob_fits(const struct segment_frame *frame, size_t n)
{
    struct slice items, bytes = frame->blobs, hash = {NULL, 0};
    struct segment_blob blob = {.is_gone = true};
    gw_result r = jcs_find(frame->leaf, "p", &items);
    for (size_t i = 0; i <= n && gw_ok(r); i++)
        r = blob_next(&items, &bytes, &blob, &hash);
    return gw_ok(r) && has_hash(&blob, hash);
}

static bool blobs_fit(const struct segment_frame *frame)
{
    struct slice items, bytes = frame->blobs, hash;
    struct segment_blob blob;
    gw_result r;
    if (!gw_ok(jcs_find(frame->leaf, "p", &items)))
        return bytes.len == 0;
    while (gw_ok(r = blob_next(&items, &bytes, &blob, &hash)))
        if (!blob.is_gone && !has_hash(&blob, hash))
            return false;
    return r.code == GW_NOT_FOUND && bytes.len == 0;
}

static bool leaf_fits(const struct segment_frame *frame)
{
    uint64_t seq, version;
    return frame->leaf.len <= UINT16_MAX && gw_ok(jcs_check(frame->leaf)) &&
           gw_ok(jcs_u64(frame->leaf, "seq", &seq)) && seq == frame->seq &&
           gw_ok(jcs_u64(frame->leaf, "v", &version)) && version == 1;
}

gw_result segment_check(const struct segment_frame *frame)
{
    struct slice g, key, value, rest = frame->groups;
    struct segment_group group;
    if (!leaf_fits(frame) || !blobs_fit(frame))
        return gw_is(GW_CORRUPT);
    if (!gw_ok(jcs_find(frame->leaf, "g", &g)))
        return gw_is(rest.len == 0 ? GW_OK : GW_CORRUPT);
    for (size_t n = 0;; n++) {
        gw_result r = jcs_member(g, n, &key, &value);
        gw_result s = segment_group_next(&rest, &group);
        if (r.code == GW_NOT_FOUND && s.code == GW_NOT_FOUND && n > 0)
            return gw_is(GW_OK);
        if (!gw_ok(r) || !gw_ok(s) || !slice_is(group.name, key) || !group_fits(&group, value))
            return gw_is(GW_CORRUPT);
    }
}

bool segment_has_frame(struct slice at, uint64_t seq, uint16_t flags)
{
    struct segment_frame f;
    size_t budget =
        ENOUGH * (at.len + 3 * PART_MAX); /* heads in heads would be summed up for hours */
    for (size_t i = 0; i + SEGMENT_HEAD <= at.len; i += 8) {
        size_t bytes = segment_frame_length(slice_from(at, i));
        if (bytes == 0)
            continue;
        if (bytes > budget)
            return true;
        budget -= bytes;
        if (!gw_ok(segment_read(slice_from(at, i), &f)))
            continue;
        if (f.seq > seq && (f.flags & flags) == flags && gw_ok(segment_check(&f)))
            return true;
    }
    return false;
}

void segment_name(uint64_t first, char out[SEGMENT_NAME])
{
    snprintf(out, SEGMENT_NAME, "seg/%020llu.seg", (unsigned long long)first);
}

static gw_result list_add(void *segment_list, int folder, const char *file)
{
    struct segment_list *list = segment_list;
    struct slice name = slice_str(file);
    uint64_t first;
    (void)folder;
    if (name.len != 24 || !slice_has_suffix(name, SLICE_LIT(".seg")) ||
        !gw_ok(slice_u64(slice_cut(name, 0, 20), &first)))
        return gw_is(GW_OK); /* not one of ours */
    uint64_t *more = realloc(list->first, (list->count + 1) * sizeof *more);
    if (more == NULL)
        return gw_is(GW_NO_MEMORY);
    list->first = more;
    list->first[list->count++] = first;
    return gw_is(GW_OK);
}

gw_result segment_list_read(int dir, struct segment_list *out)
{
    *out = (struct segment_list){0};
    gw_result r = disk_each(dir, "seg", list_add, out);
    if (!gw_ok(r))
        segment_list_free(out);
    else if (out->count > 0)
        qsort(out->first, out->count, sizeof out->first[0], seqs_order);
    return r;
}

gw_result segment_first(int dir, uint64_t *first)
{
    struct segment_list list;
    TRY(segment_list_read(dir, &list));
    *first = list.count == 0 ? 0 : list.first[0];
    segment_list_free(&list);
    return gw_is(GW_OK);
}

void segment_list_free(struct segment_list *list)
{
    free(list->first);
    *list = (struct segment_list){0};
}

static const char spare[] = "seg/spare";

gw_result segment_spare_make(int dir, size_t bytes)
{
    return disk_write_zeros(dir, spare, bytes);
}

gw_result segment_spare_take(int dir, uint64_t first, int *fd)
{
    char name[SEGMENT_NAME];
    segment_name(first, name);
    if (renameat(dir, spare, dir, name) != 0)
        return gw_is(GW_NOT_FOUND);
    TRY(disk_sync_dir(dir, name));
    *fd = openat(dir, name, O_RDWR | O_CLOEXEC);
    return gw_is(*fd < 0 ? GW_IO : GW_OK);
}

void segment_spare_drop(int dir)
{
    (void)unlinkat(dir, spare, 0);
    (void)unlinkat(dir, "seg/spare.tmp", 0); /* of one that was being made */
}

gw_result segment_create(int dir, uint64_t first, size_t bytes, int *fd)
{
    char name[SEGMENT_NAME];
    segment_name(first, name);
    TRY(disk_write_zeros(dir, name, bytes));
    *fd = openat(dir, name, O_RDWR | O_CLOEXEC);
    return gw_is(*fd < 0 ? GW_IO : GW_OK);
}
