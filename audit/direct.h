/* audit/direct.h - bytes added inside a file that has its full size already, past the page cache.
 * They are made where they are written from.
 *
 * A log is written once and hardly read, so copies of it in the page cache cost time and memory for
 * nothing (open(2), O_DIRECT). Such writes are whole blocks: the block at the end is kept here and
 * written again, its new bytes behind the same old ones, the rest zeros as they are in the file.
 * Where the file system or the file's size does not allow it, bytes are written as they are. */
#ifndef AUDIT_DIRECT_H
#define AUDIT_DIRECT_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum { DIRECT_BLOCK = 4096 };

struct direct {
    int fd;           /* owned; -1: none */
    size_t at;        /* where the next byte goes */
    char *block;      /* from the last whole block on; DIRECT_BLOCK aligned */
    size_t room;      /* bytes that it has, of which at % DIRECT_BLOCK are in the file */
    size_t waits;     /* bytes behind those that are not yet written */
    bool is_in_cache; /* the plain way */
};

/* Takes the file, open for reading and writing, and goes on at that byte. GW_IO (errno),
 * GW_NO_MEMORY; the file is the caller's then. */
GW_MUST gw_result direct_open(struct direct *d, int fd, size_t at);
/* Where the next n bytes go, behind those that wait; to be followed by direct_wrote() with at most
 * n. GW_NO_MEMORY. */
GW_MUST gw_result direct_room(struct direct *d, size_t n, char **at);
void direct_wrote(struct direct *d, size_t n);
/* What waits, borrowed. */
struct slice direct_waits(const struct direct *d);
/* The two halves of direct_flush(), for who may have to write it elsewhere when its sync fails: it
 * is written and still waits; then it does no more. */
GW_MUST gw_result direct_write(struct direct *d);
void direct_keep(struct direct *d);
/* Adds what waits to the file, which must have room for it; not durable before fdatasync(d->fd).
 * GW_IO (errno): part of it may be there. */
GW_MUST gw_result direct_flush(struct direct *d);
/* All three for these bytes. */
GW_MUST gw_result direct_add(struct direct *d, struct slice bytes);
/* Closes the file. */
void direct_close(struct direct *d);
/* Writes that many zeros from the file's first byte on. GW_IO (errno), GW_NO_MEMORY. */
GW_MUST gw_result direct_zero(int fd, size_t bytes);

#endif
