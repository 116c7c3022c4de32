/* proxy/main/detect.c - see detect.h. Compiled pattern databases are not cached here. */
#include "proxy/base/base.h"
#include "proxy/main/detect.h"
#include "proxy/main/verb.h"

static bool open_policy(const char *verb, const char *file, struct detect *out)
{
    struct buf complaints;
    buf_init(&complaints, 1 << 16);
    gw_result r = policy_load(&file, 1, NULL, 0, &complaints, &out->policy);
    if (!gw_ok(r)) {
        struct slice s = buf_slice(&complaints);
        fwrite(s.at, 1, s.len, stderr);
        verb_failed(verb, "the policy was not loaded");
        out->policy = NULL;
    } else {
        out->threshold = policy_threshold(out->policy);
        out->names = (uint8_t)policy_names(out->policy);
    }
    buf_free(&complaints);
    return gw_ok(r);
}

bool detect_open(const char *verb, const char *policy_file, struct detect *out)
{
    char reason[256] = "";
    struct custom_set custom = {0};
    *out = (struct detect){.names = NAMES_HIGH};
    if (policy_file != NULL && !open_policy(verb, policy_file, out))
        return false;
    if (out->policy != NULL)
        custom = policy_custom(out->policy);
    gw_result r = scanner_new_for(&custom, NULL, reason, sizeof reason, &out->scanner);
    if (!gw_ok(r))
        verb_failed(verb, "the detectors did not compile: %s %s", gw_word(r), reason);
    else
        out->scratch = scan_scratch_new(out->scanner);
    if (gw_ok(r) && out->scratch != NULL)
        return true;
    if (gw_ok(r))
        verb_failed(verb, "memory is short");
    else
        out->scanner = NULL;
    detect_close(out);
    return false;
}

void detect_close(struct detect *d)
{
    scan_scratch_free(d->scratch);
    scanner_free(d->scanner);
    policy_free(d->policy);
    *d = (struct detect){0};
}

const char *detect_why(gw_result r)
{
    if (r.code == GW_IO)
        return strerror(errno);
    return r.code == GW_TOO_BIG ? "larger than 256 MiB: cut it into parts" : gw_word(r);
}

gw_result detect_read(const char *file, struct buf *into)
{
    FILE *from = strcmp(file, "-") == 0 ? stdin : fopen(file, "rb");
    gw_result r = gw_is(GW_OK);
    char *at;
    size_t got = 1;
    if (from == NULL)
        return gw_is(GW_IO);
    while (gw_ok(r) && got > 0) {
        r = buf_room(into, 1 << 16, &at);
        got = gw_ok(r) ? fread(at, 1, 1 << 16, from) : 0;
        if (gw_ok(r))
            buf_wrote(into, got);
    }
    if (gw_ok(r) && ferror(from))
        r = gw_is(GW_IO);
    if (from != stdin)
        fclose(from);
    return r;
}

gw_result detect_print(struct buf *out)
{
    struct slice s = buf_slice(out);
    gw_result r = buf_result(out);
    if (gw_ok(r) && s.len > 0)
        r = gw_is(fwrite(s.at, 1, s.len, stdout) == s.len ? GW_OK : GW_IO);
    if (gw_ok(r) && fflush(stdout) != 0)
        r = gw_is(GW_IO);
    buf_clear(out);
    return r;
}
