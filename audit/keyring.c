/* audit/keyring.c - see keyring.h. */
#include "proxy/base/base.h"
#include "audit/keyring.h"
#include "audit/disk.h"
#include "audit/segment.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

gw_result keyring_put(struct buf *out, const struct keyring_item *item)
{
    char len[2] = {(char)(unsigned char)item->envelope.len,
                   (char)(unsigned char)(item->envelope.len >> 8)};
    const struct slice parts[] = {item->epoch, slice_of(len, sizeof len), item->envelope,
                                  item->unit, item->wrapped};
    if (item->envelope.len > KEYRING_ENVELOPE)
        return gw_is(GW_TOO_BIG);
    for (size_t i = 0; i < GW_COUNT(parts); i++)
        TRY(buf_add(out, parts[i]));
    return gw_is(GW_OK);
}

static struct slice take(struct slice *rest, size_t n)
{
    struct slice s = slice_cut(*rest, 0, n);
    *rest = slice_from(*rest, n);
    return s;
}

gw_result keyring_take(struct slice *rest, struct keyring_item *out)
{
    if (rest->len == 0)
        return gw_is(GW_NOT_FOUND);
    out->epoch = take(rest, RECORD_EPOCH);
    struct slice len = take(rest, 2);
    if (!gw_ok(record_epoch_check(out->epoch)) || len.len != 2)
        return gw_is(GW_BAD);
    size_t n = (size_t)(unsigned char)len.at[0] | (size_t)(unsigned char)len.at[1] << 8;
    out->envelope = take(rest, n);
    out->unit = take(rest, RECORD_UNIT);
    out->wrapped = take(rest, CIPHER_WRAPPED);
    bool is_fine = n <= KEYRING_ENVELOPE && out->wrapped.len == CIPHER_WRAPPED &&
                   (n == 0 || slice_has_prefix(out->envelope, SLICE_LIT("age-encryption.org/")));
    return gw_is(is_fine ? GW_OK : GW_BAD);
}

void keyring_path(struct slice epoch, const char *ending, char out[KEYRING_PATH])
{
    snprintf(out, KEYRING_PATH, "keys/%.*s.%s", RECORD_EPOCH, epoch.at, ending);
}

/* What a full disk or a power cut left of a row goes: those behind it would be found no more. */
static gw_result cut_torn(int fd)
{
    struct stat st;
    if (fstat(fd, &st) != 0)
        return gw_is(GW_IO);
    off_t torn = st.st_size % KEYRING_ROW;
    return gw_is(torn == 0 || ftruncate(fd, st.st_size - torn) == 0 ? GW_OK : GW_IO);
}

static gw_result write_row(int fd, const struct keyring_item *item)
{
    char row[KEYRING_ROW];
    memcpy(row, item->unit.at, RECORD_UNIT);
    memcpy(row + RECORD_UNIT, item->wrapped.at, CIPHER_WRAPPED);
    bool is_done = write(fd, row, sizeof row) == (ssize_t)sizeof row && fdatasync(fd) == 0;
    return gw_is(is_done ? GW_OK : GW_IO);
}

gw_result keyring_store(int dir, const struct keyring_item *item)
{
    char path[KEYRING_PATH];
    keyring_path(item->epoch, "age", path);
    bool is_new = item->envelope.len > 0, is_there = faccessat(dir, path, F_OK, 0) == 0;
    if (is_new == is_there)
        return gw_is(GW_REFUSED);
    if (is_new)
        TRY(disk_write(dir, path, item->envelope));
    keyring_path(item->epoch, "units", path);
    int fd = openat(dir, path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return gw_is(GW_IO);
    gw_result r = cut_torn(fd);
    if (gw_ok(r))
        r = write_row(fd, item);
    close(fd);
    return gw_ok(r) && is_new ? disk_sync_dir(dir, path) : r;
}

/* Where the unit's row begins: in *rows, and so in the file. */
static gw_result find_row(int dir, const char *path, const unsigned char unit[RECORD_UNIT],
                          struct buf *rows, size_t *at)
{
    TRY(disk_read(dir, path, rows));
    struct slice all = buf_slice(rows);
    for (*at = 0; *at + KEYRING_ROW <= all.len; *at += KEYRING_ROW)
        if (memcmp(all.at + *at, unit, RECORD_UNIT) == 0)
            return gw_is(GW_OK);
    return gw_is(GW_NOT_FOUND);
}

gw_result keyring_unit(int dir, struct slice epoch, const unsigned char unit[RECORD_UNIT],
                       unsigned char wrapped[CIPHER_WRAPPED])
{
    char path[KEYRING_PATH];
    struct buf rows;
    size_t at;
    if (!gw_ok(record_epoch_check(epoch)))
        return gw_is(GW_BAD);
    keyring_path(epoch, "units", path);
    buf_init(&rows, KEYRING_UNITS);
    gw_result r = find_row(dir, path, unit, &rows, &at);
    if (gw_ok(r)) {
        memcpy(wrapped, buf_slice(&rows).at + at + RECORD_UNIT, CIPHER_WRAPPED);
        if (segment_is_zero(slice_of(wrapped, CIPHER_WRAPPED)))
            r = gw_is(GW_NOT_FOUND);
    }
    buf_free(&rows);
    return r;
}

gw_result keyring_erase(int dir, struct slice epoch, const unsigned char unit[RECORD_UNIT])
{
    static const char zeros[CIPHER_WRAPPED];
    char path[KEYRING_PATH];
    struct buf rows;
    size_t at = 0;
    if (!gw_ok(record_epoch_check(epoch)))
        return gw_is(GW_BAD);
    keyring_path(epoch, "units", path);
    buf_init(&rows, KEYRING_UNITS);
    gw_result r = find_row(dir, path, unit, &rows, &at);
    buf_free(&rows);
    if (r.code == GW_NOT_FOUND)
        return gw_is(GW_OK);
    TRY(r);
    int fd = openat(dir, path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return gw_is(GW_IO);
    bool is_done =
        pwrite(fd, zeros, sizeof zeros, (off_t)(at + RECORD_UNIT)) == (ssize_t)sizeof zeros &&
        fdatasync(fd) == 0;
    close(fd);
    return gw_is(is_done ? GW_OK : GW_IO);
}

gw_result keyring_unit_read(struct slice hex, unsigned char unit[RECORD_UNIT])
{
    static const char digits[] = "0123456789abcdef";
    if (hex.len != 2 * RECORD_UNIT)
        return gw_is(GW_BAD);
    for (size_t i = 0; i < hex.len; i++) {
        const char *at = memchr(digits, hex.at[i], sizeof digits - 1);
        if (at == NULL)
            return gw_is(GW_BAD);
        unsigned four = (unsigned)(at - digits);
        unit[i / 2] = (unsigned char)(i % 2 == 0 ? four << 4 : unit[i / 2] | four);
    }
    return gw_is(GW_OK);
}
