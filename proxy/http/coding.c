/* proxy/http/coding.c - see coding.h. Knows no HTTP but the names of codings.
 *
 * Decoders write into a small array that is copied out and wiped, so the ceiling of the caller's
 * buffer stops a bomb at once. Each decoder is freed where it was made; zstd's window is bounded by
 * RFC 8878's 8 MiB. */
#include "proxy/base/base.h"
#include "proxy/http/coding.h"
#include "proxy/base/secret.h"
#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

enum { STEP = 16384, ZSTD_WINDOW_LOG = 23, ZLIB_BITS = 15, GZIP_BITS = 15 + 16 };

struct step {
    unsigned char at[STEP];
};

/* GW_AGAIN stands for "more to come". */
static gw_result inflate_step(z_stream *z, struct step *step, struct buf *out)
{
    z->next_out = step->at;
    z->avail_out = STEP;
    int rc = inflate(z, Z_NO_FLUSH);
    size_t made = STEP - z->avail_out;
    TRY(buf_add(out, slice_of(step->at, made)));
    if (rc == Z_STREAM_END)
        return gw_is(z->avail_in == 0 ? GW_OK : GW_BAD);
    if (rc == Z_MEM_ERROR)
        return gw_is(GW_NO_MEMORY);
    return gw_is(rc == Z_OK && (made > 0 || z->avail_in > 0) ? GW_AGAIN : GW_BAD);
}

static gw_result decode_zlib(struct slice in, int bits, struct buf *out, struct step *step)
{
    z_stream z = {0};
    if (in.len > UINT_MAX)
        return gw_is(GW_TOO_BIG);
    if (inflateInit2(&z, bits) != Z_OK)
        return gw_is(GW_NO_MEMORY);
    z.next_in = (z_const Bytef *)(uintptr_t)in.at;
    z.avail_in = (uInt)in.len;
    gw_result r = gw_is(GW_AGAIN);
    while (r.code == GW_AGAIN)
        r = inflate_step(&z, step, out);
    inflateEnd(&z);
    return r;
}

static gw_result decode_gzip(struct slice in, struct buf *out, struct step *step)
{
    return decode_zlib(in, GZIP_BITS, out, step);
}

static gw_result decode_deflate(struct slice in, struct buf *out, struct step *step)
{
    return decode_zlib(in, ZLIB_BITS, out, step);
}

static gw_result decode_brotli(struct slice in, struct buf *out, struct step *step)
{
    BrotliDecoderState *br = BrotliDecoderCreateInstance(NULL, NULL, NULL);
    if (br == NULL)
        return gw_is(GW_NO_MEMORY);
    const uint8_t *next_in = (const uint8_t *)in.at;
    size_t left = in.len;
    gw_result r = gw_is(GW_AGAIN);
    while (r.code == GW_AGAIN) {
        uint8_t *next_out = step->at;
        size_t room = STEP;
        BrotliDecoderResult rc =
            BrotliDecoderDecompressStream(br, &left, &next_in, &room, &next_out, NULL);
        r = buf_add(out, slice_of(step->at, STEP - room));
        if (!gw_ok(r))
            break;
        if (rc == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT)
            r = gw_is(GW_AGAIN);
        else if (rc != BROTLI_DECODER_RESULT_SUCCESS || left > 0)
            r = gw_is(GW_BAD);
    }
    BrotliDecoderDestroyInstance(br);
    return r;
}

static gw_result zstd_step(ZSTD_DCtx *zstd, ZSTD_inBuffer *from, struct step *step, struct buf *out)
{
    ZSTD_outBuffer to = {.dst = step->at, .size = STEP};
    size_t rc = ZSTD_decompressStream(zstd, &to, from);
    if (ZSTD_isError(rc))
        return gw_is(GW_BAD);
    TRY(buf_add(out, slice_of(step->at, to.pos)));
    if (rc == 0)
        return gw_is(from->pos == from->size ? GW_OK : GW_BAD);
    return gw_is(to.pos == STEP || from->pos < from->size ? GW_AGAIN : GW_BAD);
}

static gw_result decode_zstd(struct slice in, struct buf *out, struct step *step)
{
    /* A skippable frame is no content: only the magic number of a real frame may stand first. */
    if (!slice_has_prefix(in, SLICE_LIT("\x28\xB5\x2F\xFD")))
        return gw_is(GW_BAD);
    ZSTD_DCtx *zstd = ZSTD_createDCtx();
    if (zstd == NULL)
        return gw_is(GW_NO_MEMORY);
    gw_result r = gw_is(GW_AGAIN);
    if (ZSTD_isError(ZSTD_DCtx_setParameter(zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG)))
        r = gw_is(GW_NO_MEMORY);
    ZSTD_inBuffer from = {.src = in.at, .size = in.len};
    while (r.code == GW_AGAIN)
        r = zstd_step(zstd, &from, step, out);
    ZSTD_freeDCtx(zstd);
    return r;
}

static gw_result decode_nothing(struct slice in, struct buf *out, struct step *step)
{
    (void)step;
    return buf_add(out, in);
}

struct coding {
    const char *name;
    gw_result (*decode)(struct slice in, struct buf *out, struct step *step);
};

static const struct coding *find_coding(struct slice name)
{
    static const struct coding codings[] = {
        {"", decode_nothing},    {"identity", decode_nothing}, {"gzip", decode_gzip},
        {"x-gzip", decode_gzip}, {"deflate", decode_deflate},  {"br", decode_brotli},
        {"zstd", decode_zstd},
    };
    for (size_t i = 0; i < GW_COUNT(codings); i++)
        if (slice_is_nocase(name, slice_str(codings[i].name)))
            return &codings[i];
    return NULL;
}

bool coding_is_known(struct slice name)
{
    return find_coding(name) != NULL;
}

gw_result coding_decode(struct slice name, struct slice in, struct buf *out)
{
    const struct coding *coding = find_coding(name);
    if (coding == NULL)
        return gw_is(GW_REFUSED);
    struct step step = {{0}};
    gw_result r = coding->decode(in, out, &step);
    secret_wipe(&step, sizeof step);
    if (!gw_ok(r))
        buf_clear(out);
    return r;
}
