/* tests/fuzz/fuzz_attack.c - any bytes: a score between 0 and 1000, its window inside the text, the
 * same twice; what is explained weighs in order. */
#include "proxy/base/base.h"
#include "redact/attack.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    struct slice text = slice_of(bytes, len);
    bool decoded = len > 0 && (bytes[0] & 1) != 0;
    struct attack a = attack_score(text, decoded), b = attack_look_behind(a, text, 0);
    struct attack again = attack_look_behind(attack_score(text, decoded), text, 0);
    struct attack_weight w[6];
    if (a.score > 1000 || b.score > 1000 || a.from > a.to || a.to > len || b.to > len)
        abort();
    if (b.score < a.score || b.score != again.score || b.reasons != again.reasons ||
        b.kinds != again.kinds || b.from != again.from || b.to != again.to)
        abort();
    size_t n = attack_explain(text, b.from, b.to, w, GW_COUNT(w));
    for (size_t i = 0; i < n; i++)
        if (w[i].milli <= 0 || (i > 0 && w[i].milli > w[i - 1].milli))
            abort();
    return 0;
}
