/* audit/pseudonym.c - see pseudonym.h. Owns nothing; what pseudonym_key() makes is the caller's. */
#include "proxy/base/base.h"
#include "audit/pseudonym.h"
#include "audit/disk.h"
#include "proxy/base/mode.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEY_HEX = 64, KEY_FILE = KEY_HEX + 1 }; /* a line feed behind it */

void pseudonym_of(const struct secret_key *key, const struct slice *parts, size_t n,
                  char out[PSEUDONYM_LEN + 1])
{
    uint32_t lengths[SECRET_PARTS]; /* no two lists of parts give the same bytes */
    struct slice all[SECRET_PARTS + 2] = {slice_of(key->at, sizeof key->at),
                                          slice_of(lengths, n * sizeof lengths[0])};
    assert(n <= SECRET_PARTS);
    for (size_t i = 0; i < n; i++) {
        lengths[i] = (uint32_t)parts[i].len;
        all[i + 2] = parts[i];
    }
    struct digest d = secret_sha256_of(all, n + 2);
    secret_hex(d.at, PSEUDONYM_LEN / 2, out);
    secret_wipe(&d, sizeof d);
}

bool pseudonym_make(const struct secret_key *key, const char *kind, struct slice name,
                    char out[PSEUDONYM_LEN + 1])
{
    char lower[PSEUDONYM_NAME];
    struct slice plain = slice_trim(name);
    out[0] = '\0';
    if (plain.len == 0 || plain.len > sizeof lower)
        return false;
    for (size_t i = 0; i < plain.len; i++) {
        char c = plain.at[i];
        lower[i] = c >= 'A' && c <= 'Z' ? (char)(c + ('a' - 'A')) : c;
    }
    const struct slice parts[] = {slice_str(kind), slice_of(lower, plain.len)};
    struct digest d = secret_hmac(key, parts, GW_COUNT(parts));
    secret_hex(d.at, PSEUDONYM_LEN / 2, out);
    secret_wipe(lower, plain.len);
    return true;
}

static bool is_hex(struct slice text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!((text.at[i] >= '0' && text.at[i] <= '9') || (text.at[i] >= 'a' && text.at[i] <= 'f')))
            return false;
    return true;
}

bool pseudonym_is(struct slice text)
{
    return text.len == PSEUDONYM_LEN && is_hex(text);
}

static gw_result explain(enum gw_code code, const char *why, char reason[PSEUDONYM_REASON])
{
    snprintf(reason, PSEUDONYM_REASON, "search.key: %s", why);
    return gw_is(code);
}

static gw_result read_key(int dir, char reason[PSEUDONYM_REASON], struct secret_key **out)
{
    char text[KEY_FILE + 1];
    int fd = openat(dir, "search.key", O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return explain(errno == ENOENT ? GW_NOT_FOUND : GW_IO, strerror(errno), reason);
    const char *fault = mode_fault(fd, MODE_SECRET);
    ssize_t n = fault != NULL ? 0 : read(fd, text, sizeof text);
    close(fd);
    if (fault != NULL)
        return explain(GW_REFUSED, fault, reason);
    if (n < 0)
        return explain(GW_IO, strerror(errno), reason);
    bool is_key = n == KEY_FILE && text[KEY_HEX] == '\n' && is_hex(slice_of(text, KEY_HEX));
    *out = is_key ? secret_key_from(slice_of(text, KEY_HEX)) : NULL;
    secret_wipe(text, sizeof text);
    if (!is_key)
        return explain(GW_CORRUPT, "no search key of ours", reason);
    return *out == NULL ? explain(GW_NO_MEMORY, "out of memory", reason) : gw_is(GW_OK);
}

static gw_result make_key(int dir, char reason[PSEUDONYM_REASON])
{
    unsigned char fresh[KEY_HEX / 2];
    char text[KEY_FILE + 1];
    secret_random(fresh, sizeof fresh);
    secret_hex(fresh, sizeof fresh, text);
    text[KEY_HEX] = '\n';
    gw_result r = disk_write(dir, "search.key", slice_of(text, KEY_FILE));
    secret_wipe(fresh, sizeof fresh);
    secret_wipe(text, sizeof text);
    return gw_ok(r) ? r : explain(r.code, strerror(errno), reason);
}

gw_result pseudonym_key(const char *dir, bool make, char reason[PSEUDONYM_REASON],
                        struct secret_key **out)
{
    *out = NULL;
    if (make && mkdir(dir, 0700) != 0 && errno != EEXIST)
        return explain(GW_IO, strerror(errno), reason);
    int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (at < 0)
        return explain(errno == ENOENT ? GW_NOT_FOUND : GW_IO, strerror(errno), reason);
    gw_result r = read_key(at, reason, out);
    if (r.code == GW_NOT_FOUND && make) {
        r = make_key(at, reason);
        if (gw_ok(r))
            r = read_key(at, reason, out);
    }
    close(at);
    return r;
}
