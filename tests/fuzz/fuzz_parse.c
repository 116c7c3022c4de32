/* tests/fuzz/fuzz_parse.c - proxy/http/parse.h: any bytes, as request and as response. A prefix
 * says "again" or the verdict of the whole; what is accepted obeys the rules its reader relies on.
 */
#include "proxy/base/base.h"
#include "proxy/http/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

struct verdict {
    enum gw_code code;
    unsigned status;
    size_t used;
};

static struct verdict parse(struct slice in, bool response, struct head *out)
{
    struct head_fault fault = {0};
    size_t used = 0;
    gw_result r = response ? parse_response(in, SLICE_LIT("POST"), out, &used, &fault)
                           : parse_request(in, out, &used, &fault);
    return (struct verdict){r.code, fault.status, used};
}

static void require(bool truth)
{
    if (!truth)
        abort();
}

static void check_accepted(struct slice in, const struct head *h, struct verdict v, bool response)
{
    require(v.used >= 4 && v.used <= in.len && v.used <= HEAD_BYTES_MAX);
    require(memcmp(in.at + v.used - 4, "\r\n\r\n", 4) == 0);
    require(head_field_count(h, "Content-Length") + head_field_count(h, "Transfer-Encoding") <= 1);
    require(h->minor == 1 || h->framing != FRAMING_CHUNKED);
    require(response || (h->framing != FRAMING_CLOSE && head_field(h, "Host") != NULL));
    require(response || (h->path.len > 0 && h->path.at[0] == '/'));
    for (size_t i = 0; i < v.used; i++) {
        unsigned char c = (unsigned char)in.at[i];
        require(c >= 0x20 || c == '\t' || c == '\r' || c == '\n');
        require(c != '\r' || in.at[i + 1] == '\n');
        require(c != '\n' || in.at[i - 1] == '\r');
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    static struct head whole, part;
    struct slice in = slice_of(at, len);
    for (int response = 0; response < 2; response++) {
        struct verdict v = parse(in, response, &whole);
        if (v.code == GW_OK)
            check_accepted(in, &whole, v, response);
        else
            require(v.used == 0 && (v.code == GW_AGAIN || v.status != 0));
        require(v.code != GW_AGAIN || len < HEAD_BYTES_MAX);
        for (size_t n = 0; n < len; n += 1 + len / 64) {
            char *copy = malloc(n + 1);
            memcpy(copy, at, n);
            struct verdict p = parse(slice_of(copy, n), response, &part);
            free(copy);
            require(p.code == GW_AGAIN ||
                    (p.code == v.code && p.status == v.status && p.used == v.used));
        }
    }
    return 0;
}
