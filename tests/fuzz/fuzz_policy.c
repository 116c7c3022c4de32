/* tests/fuzz/fuzz_policy.c - any bytes as a policy file: yaml, load, check, then one decision. */
#include "proxy/base/base.h"
#include "policies/policy.h"
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void decide_once(const struct policy *p)
{
    struct finding f = {.end = 3,
                        .family = FAM_EMAIL,
                        .score = 900,
                        .entity = SLICE_LIT("EMAIL_ADDRESS"),
                        .name = SLICE_LIT("email")};
    struct facts facts = {.findings = &f, .finding_count = 1, .model = SLICE_LIT("gpt-4o")};
    struct arena *arena = arena_new(1 << 20);
    struct verdict v;
    gw_result r = policy_decide(p, &facts, arena, NULL, NULL, &v);
    if (!gw_ok(r) && v.decision != DECISION_BLOCK)
        abort();
    arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[64];
    const char *file = path;
    struct policy *p = NULL;
    struct buf said;
    int fd = memfd_create("policy", 0);
    if (fd < 0 || fchmod(fd, 0600) != 0 || write(fd, data, size) != (ssize_t)size)
        abort(); /* a file that others may change is no policy */
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    buf_init(&said, 1 << 20);
    gw_result r = policy_load(&file, 1, NULL, 0, &said, &p);
    if (gw_ok(r))
        decide_once(p);
    policy_free(p);
    buf_free(&said);
    close(fd);
    return 0;
}
