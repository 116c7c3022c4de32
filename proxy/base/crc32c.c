/* proxy/base/crc32c.c - see crc32c.h. */
#include "proxy/base/base.h"
#include "proxy/base/crc32c.h"

uint32_t crc32c_add_portable(uint32_t crc, struct slice s)
{
    static const uint32_t table[16] = {0x00000000, 0x105ec76f, 0x20bd8ede, 0x30e349b1,
                                       0x417b1dbc, 0x5125dad3, 0x61c69362, 0x7198540d,
                                       0x82f63b78, 0x92a8fc17, 0xa24bb5a6, 0xb21572c9,
                                       0xc38d26c4, 0xd3d3e1ab, 0xe330a81a, 0xf36e6f75};
    crc = ~crc;
    for (size_t i = 0; i < s.len; i++) {
        crc ^= (unsigned char)s.at[i];
        crc = crc >> 4 ^ table[crc & 15];
        crc = crc >> 4 ^ table[crc & 15];
    }
    return ~crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) static uint32_t add_by_instruction(uint32_t crc, struct slice s)
{
    uint64_t sum = ~crc, word;
    size_t i = 0;
    for (; i + 8 <= s.len; i += 8) {
        memcpy(&word, s.at + i, 8);
        sum = __builtin_ia32_crc32di(sum, word);
    }
    for (; i < s.len; i++)
        sum = __builtin_ia32_crc32qi((uint32_t)sum, (unsigned char)s.at[i]);
    return ~(uint32_t)sum;
}

uint32_t crc32c_add(uint32_t crc, struct slice s)
{
    return __builtin_cpu_supports("sse4.2") ? add_by_instruction(crc, s)
                                            : crc32c_add_portable(crc, s);
}
#else
uint32_t crc32c_add(uint32_t crc, struct slice s)
{
    return crc32c_add_portable(crc, s);
}
#endif
