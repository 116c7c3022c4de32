/* tests/fuzz/fuzz_record.c - a message that decodes encodes to the same bytes. */
#include "proxy/base/base.h"
#include "audit/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct audit_record rec;
    struct buf again;
    if (!gw_ok(record_decode(slice_of(at, len), &rec)))
        return 0;
    buf_init(&again, 2 * (RECORD_MESSAGE_MAX + RECORD_SEALED_MAX));
    if (!gw_ok(record_encode(&rec, &again)) || !slice_is(buf_slice(&again), slice_of(at, len)))
        abort();
    buf_free(&again);
    return 0;
}
