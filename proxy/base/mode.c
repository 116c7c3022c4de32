/* proxy/base/mode.c - see mode.h. */
#include "proxy/base/base.h"
#include "proxy/base/mode.h"
#include <unistd.h>

/* A group may read what root has laid out for it: never what an editor or a key tool left. */
static bool is_given(const struct stat *facts, uid_t uid)
{
    return facts->st_uid == 0 && (uid != 0 || (facts->st_mode & S_IWUSR) == 0);
}

static const char *judge_secret(const struct stat *facts, uid_t uid)
{
    mode_t mode = facts->st_mode;
    if (S_ISREG(mode) && (mode & S_IWGRP) != 0)
        return "its group may change it: chmod 600 it";
    if ((mode & S_IROTH) != 0)
        return "others may read it: chmod 600 it";
    if ((mode & S_IRGRP) != 0 && !is_given(facts, uid))
        return "its group may read it: chmod 600 it";
    if (uid != 0 && facts->st_uid != 0 && facts->st_uid != uid)
        return "it belongs to another user: chown it to the one that runs bulla, or to root";
    return NULL;
}

const char *mode_judge(const struct stat *facts, enum mode_kind kind, uid_t uid)
{
    if (S_ISREG(facts->st_mode) && (facts->st_mode & S_IWOTH) != 0)
        return kind == MODE_SECRET ? "others may change it: chmod 600 it"
                                   : "others may change it: chmod o-w it";
    return kind == MODE_SECRET ? judge_secret(facts, uid) : NULL;
}

const char *mode_fault(int fd, enum mode_kind kind)
{
    struct stat facts;
    if (fstat(fd, &facts) != 0)
        return "it cannot be looked at";
    return mode_judge(&facts, kind, geteuid());
}
