/* tests/fuzz/fuzz_segment.c - frames of a log as somebody may have left them: bytes as they are,
 * and leaf, groups and blobs of his in a frame whose sum holds. What is written is read back. And
 * the same bytes as a bundle of entries. */
#include "proxy/base/base.h"
#include "audit/expire.h"
#include "audit/facet.h"
#include "audit/jcs.h"
#include "audit/resume.h"
#include "audit/segment.h"
#include "audit/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

static gw_result take_value(void *of, enum facet_id facet, struct slice value)
{
    (void)of;
    if (facet >= FACET_COUNT || value.len == 0 || value.len > FACET_VALUE)
        abort();
    return gw_is(GW_OK);
}

/* All that readers of a log ask of a frame. */
static void ask(const struct segment_frame *frame)
{
    struct slice rest = frame->groups;
    struct segment_group group;
    struct segment_blob blob;
    size_t bytes = 0;
    bool is_sound = gw_ok(segment_check(frame));
    while (gw_ok(segment_group_next(&rest, &group)))
        (void)segment_group_is_gone(&group);
    if (is_sound && rest.len > 0)
        abort();
    for (size_t i = 0; i < 64 && gw_ok(segment_blob(frame, i, &blob)); i++)
        bytes += blob.bytes.len;
    if (bytes > frame->blobs.len)
        abort();
    struct since since = {.policy = {.seq = 0}};
    struct resume_word word;
    if (is_sound) {
        since_read(&since, frame->leaf);
        (void)resume_read(frame->leaf, &word);
        (void)expire_said(frame, true);
    }
    (void)!gw_ok(facet_each(frame, take_value, NULL));
    (void)facet_sums(frame);
}

static void ask_bundle(struct slice bundle)
{
    struct slice rest = bundle, entry;
    size_t bytes = 0;
    while (gw_ok(tree_entry_next(&rest, &entry)))
        bytes += 2 + entry.len;
    if (bytes + rest.len != bundle.len)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct slice s = slice_of(at, len), body = slice_from(s, 4);
    struct segment_frame raw, made = {.flags = 0}, again;
    if (gw_ok(segment_read(s, &raw)))
        ask(&raw);
    (void)segment_has_frame(s, 0, 0);
    ask_bundle(s);
    if (len < 4)
        return 0;
    size_t leaf = at[0] | (size_t)at[1] << 8, groups = at[2] | (size_t)at[3] << 8;
    made.leaf = slice_cut(body, 0, leaf);
    made.groups = slice_cut(body, leaf, leaf + groups);
    made.blobs = slice_from(body, leaf + groups);
    if (!gw_ok(jcs_u64(made.leaf, "seq", &made.seq)))
        made.seq = 7;
    size_t bytes = segment_frame_bytes(made.leaf.len, made.groups.len, made.blobs.len);
    char *frame = calloc(1, bytes);
    if (frame == NULL)
        return 0;
    char *to = segment_write(frame, &made);
    if (made.blobs.len > 0)
        memcpy(to, made.blobs.at, made.blobs.len);
    if (!gw_ok(segment_read(slice_of(frame, bytes), &again)) || again.bytes != bytes ||
        !slice_is(again.leaf, made.leaf) || !slice_is(again.groups, made.groups) ||
        !slice_is(again.blobs, made.blobs))
        abort();
    ask(&again);
    free(frame);
    return 0;
}
