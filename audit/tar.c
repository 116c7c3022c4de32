/* audit/tar.c - see tar.h. Field widths are POSIX.1-2017's, pax(1), ustar. */
#include "proxy/base/base.h"
#include "audit/tar.h"

static const char zeros[TAR_BLOCK];

static void octal(char *at, size_t width, uint64_t n)
{
    at[width - 1] = '\0';
    for (size_t i = width - 1; i-- > 0; n >>= 3)
        at[i] = (char)('0' + (n & 7));
}

gw_result tar_add(struct buf *out, const char *name, struct slice bytes, bool is_program,
                  int64_t time_s)
{
    char head[TAR_BLOCK] = "";
    unsigned sum = 0;
    if (strlen(name) >= TAR_NAME || bytes.len >= UINT64_C(1) << 33)
        return gw_is(GW_BAD);
    memcpy(head, name, strlen(name));
    octal(head + 100, 8, is_program ? 0755 : 0644);
    octal(head + 108, 8, 0);
    octal(head + 116, 8, 0);
    octal(head + 124, 12, bytes.len);
    octal(head + 136, 12, time_s < 0 ? 0 : (uint64_t)time_s);
    memset(head + 148, ' ', 8); /* the sum counts itself as blanks */
    head[156] = '0';
    memcpy(head + 257, "ustar\00000", 8);
    for (size_t i = 0; i < sizeof head; i++)
        sum += (unsigned char)head[i];
    octal(head + 148, 7, sum);
    buf_put(out, slice_of(head, sizeof head));
    buf_put(out, bytes);
    buf_put(out, slice_of(zeros, (TAR_BLOCK - bytes.len % TAR_BLOCK) % TAR_BLOCK));
    return buf_result(out);
}

gw_result tar_end(struct buf *out)
{
    buf_put(out, slice_of(zeros, sizeof zeros));
    buf_put(out, slice_of(zeros, sizeof zeros));
    return buf_result(out);
}
