/* audit/cosigned.c - see cosigned.h. */
#include "proxy/base/base.h"
#include "audit/cosigned.h"
#include "audit/chain.h"
#include "audit/disk.h"
#include "audit/kept.h"
#include "audit/quorum.h"

#include <fcntl.h>
#include <unistd.h>

bool cosigned_is_asked(int dir)
{
    return faccessat(dir, COSIGNED_FILE, F_OK, 0) == 0 || errno != ENOENT;
}

static bool is_met(int dir, struct quorum *q, struct buf *text, struct chain *keys, uint64_t seq)
{
    size_t line;
    struct kept kept = {.quorum = q, .over = seq};
    bool is = gw_ok(disk_read(dir, COSIGNED_FILE, text)) &&
              gw_ok(quorum_read(buf_slice(text), q, &line)) && gw_ok(chain_read(dir, keys)) &&
              gw_ok(kept_add_dir(&kept, dir, "anchor", keys)) && kept.witnessed > seq;
    kept_free(&kept);
    return is;
}

bool cosigned_covers(int dir, uint64_t seq)
{
    struct buf text;
    struct chain *keys = calloc(1, sizeof *keys);
    struct quorum *q = calloc(1, sizeof *q);
    buf_init(&text, QUORUM_FILE_MAX);
    bool is = keys != NULL && q != NULL && is_met(dir, q, &text, keys, seq);
    buf_free(&text);
    free(keys);
    free(q);
    return is;
}
