/* proxy/main/stamp.c - see stamp.h. */
#include "proxy/base/base.h"
#include "proxy/main/stamp.h"
#include "proxy/main/lookup.h"
#include <sys/stat.h>

static void add_stamp(uint64_t *stamp, const char *path)
{
    struct stat st;
    if (path != NULL && stat(path, &st) == 0)
        *stamp = *stamp * 31 + (uint64_t)st.st_mtim.tv_sec * 1000003 +
                 (uint64_t)st.st_mtim.tv_nsec + (uint64_t)st.st_ino;
}

uint64_t stamp_pairs(const struct config *c)
{
    uint64_t stamp = 7;
    for (size_t i = 0; i < c->listen_count; i++) {
        add_stamp(&stamp, c->listen[i].tls.certificate.at);
        add_stamp(&stamp, c->listen[i].tls.key.at);
        add_stamp(&stamp, c->listen[i].tls.client_ca.at);
    }
    return stamp;
}

uint64_t stamp_files(const struct config *c)
{
    uint64_t stamp = stamp_pairs(c);
    add_stamp(&stamp, c->file.at);
    for (size_t i = 0; i < c->policies.n; i++)
        add_stamp(&stamp, c->policy_files[i]);
    add_stamp(&stamp, c->keys.at);
    return stamp;
}

uint64_t stamp_names(void)
{
    uint64_t stamp = 7;
    struct stat st;
    const char *const *files = lookup_files();
    for (size_t i = 0; files[i] != NULL; i++)
        if (stat(files[i], &st) == 0)
            stamp = stamp * 31 + (uint64_t)st.st_ino * 7 + (uint64_t)st.st_dev;
    return stamp;
}
