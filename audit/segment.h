/* audit/segment.h - the segment file: frames one after another in a file born full of zeros.
 *
 *   magic u32 | version u16 | flags u16 | seq u64 | leaf_len u32 | groups_len u32 | blobs_len u32 |
 *   crc32c u32 | leaf | groups | blobs, integers little-endian, padded with zeros to 8 bytes
 *
 * The CRC covers the header before it and the leaf; the digests in the leaf cover the groups, its
 * hashes the blobs. A group is: name length u8, name, salt (16), length u32, JCS text. Blobs are
 * sealed payloads (audit/sealer.h) in the order of the leaf's `p`. Everything read is borrowed. */
#ifndef AUDIT_SEGMENT_H
#define AUDIT_SEGMENT_H

#include "audit/record.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

enum { SEGMENT_BYTES = 4 << 20, SEGMENT_HEAD = 32, SEGMENT_SALT = 16, SEGMENT_NAME = 40 };
/* What a reader makes room for: more than any frame has, and than any file. */
enum { SEGMENT_FRAME_MAX = 4 << 20, SEGMENT_FILE_MAX = 256 << 20 };
/* The frame is the first of its batch: all frames before it had been synced when it was made. */
enum { SEGMENT_FIRST = 1 };

struct segment_frame {
    uint64_t seq;
    uint16_t flags;
    struct slice leaf, groups, blobs;
    size_t bytes; /* with head and padding */
};

struct segment_group {
    struct slice name, salt, text;
};

/* One of `p`, and its bytes. */
struct segment_blob {
    struct slice kind, epoch, unit; /* words of the leaf */
    uint64_t all;                   /* bytes of the text; the blob may hold less of it */
    struct slice bytes;
    bool is_gone; /* zeros: erased or pruned. Whether it was right to: audit/verify.h */
};

struct segment_list {
    uint64_t *first; /* seqs of first frames, ascending; segment_list_free() */
    size_t count;
};

/* Bytes of the frame of a leaf, groups and blobs of these lengths. */
size_t segment_frame_bytes(size_t leaf, size_t groups, size_t blobs);
/* Writes it there but for its blobs, which go to the place that it returns; its `bytes` are not
 * looked at. */
char *segment_write(char *at, const struct segment_frame *frame);
/* What the head at the start of `at` says, 0 when there is no head. */
size_t segment_frame_length(struct slice at);
/* The frame at the start of `at`. GW_NOT_FOUND: only zeros up to the end; GW_CORRUPT: no frame. */
GW_MUST gw_result segment_read(struct slice at, struct segment_frame *out);
/* Leaf well formed, its seq the frame's, its digests and hashes those of groups and blobs, or these
 * gone as they may: else GW_CORRUPT. */
GW_MUST gw_result segment_check(const struct segment_frame *frame);
/* Whether a frame that passes both stands anywhere in `at` with a seq above `seq` and those flags;
 * or so many heads of frames in one another that no disk has left them. */
bool segment_has_frame(struct slice at, uint64_t seq, uint16_t flags);
bool segment_is_zero(struct slice at);

/* The n-th payload of the frame: GW_NOT_FOUND, GW_CORRUPT. */
GW_MUST gw_result segment_blob(const struct segment_frame *frame, size_t n,
                               struct segment_blob *out);
/* Its bytes are those of the leaf's hash; of one that is gone: false. */
bool segment_blob_fits(const struct segment_frame *frame, size_t n);
/* The next group of frame->groups; GW_NOT_FOUND at the end, GW_CORRUPT. */
GW_MUST gw_result segment_group_next(struct slice *rest, struct segment_group *out);
void segment_group_write(struct buf *out, const struct segment_group *group);
/* A group that says something of people, and may be overwritten with zeros (audit/erase.h). */
bool segment_group_may_go(const struct segment_group *group);
/* That has been done: salt and text are zeros. Whether it was right to: see audit/verify.h. */
bool segment_group_is_gone(const struct segment_group *group);
/* It is what the leaf has the digest of, or gone as it may. */
bool segment_group_fits(const struct segment_frame *frame, const struct segment_group *group);
/* Appends what the digest is made of. */
void segment_group_preimage(struct buf *out, const struct segment_group *group);
struct digest segment_group_digest(const struct segment_group *group);

void segment_name(uint64_t first, char out[SEGMENT_NAME]); /* "seg/<20 digits>.seg" */
GW_MUST gw_result segment_list_read(int dir, struct segment_list *out);
/* The first seq of the first one; 0 when there is none. */
GW_MUST gw_result segment_first(int dir, uint64_t *first);
void segment_list_free(struct segment_list *list);
/* A new one full of zeros, durable, open for writing. */
GW_MUST gw_result segment_create(int dir, uint64_t first, size_t bytes, int *fd);
/* The next one ahead of its time, while nobody waits: full of zeros, durable, without a number. */
GW_MUST gw_result segment_spare_make(int dir, size_t bytes);
/* It gets its number, and is as if segment_create() had made it. GW_NOT_FOUND: there is none. */
GW_MUST gw_result segment_spare_take(int dir, uint64_t first, int *fd);
void segment_spare_drop(int dir);

#endif
