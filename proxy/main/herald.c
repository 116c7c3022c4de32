/* proxy/main/herald.c - see herald.h. */
#include "proxy/base/base.h"
#include "proxy/main/herald.h"
#include "audit/cosigned.h"
#include "audit/disk.h"
#include "audit/prove.h"
#include "audit/quorum.h"
#include "proxy/base/log.h"
#include "proxy/main/cosign.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

struct herald {
    int dir;
    const struct gauges *numbers;
    struct buf text; /* of the policy */
    struct quorum quorum;
    uint64_t met; /* so many records are cosigned, as far as we know */
};

bool herald_is_needed(const char *dir)
{
    int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool is = fd >= 0 && cosigned_is_asked(fd);
    if (fd >= 0)
        close(fd);
    return is;
}

static gw_result open_herald(struct herald *h, const char *dir)
{
    static const char *const folders[] = {"anchor", "rotate"};
    size_t line = 0;
    h->dir = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    for (size_t i = 0; i < GW_COUNT(folders);
         i++) /* what is there when it is sealed can be opened */
        if (h->dir < 0 || (mkdirat(h->dir, folders[i], 0700) != 0 && errno != EEXIST))
            return gw_is(GW_IO);
    gw_result r = disk_read(h->dir, COSIGNED_FILE, &h->text);
    if (gw_ok(r))
        r = quorum_read(buf_slice(&h->text), &h->quorum, &line);
    if (!gw_ok(r))
        LOGE("herald.refused", LOG_TEXT("file", clear_word(COSIGNED_FILE)), LOG_NUM("line", line));
    return r;
}

gw_result herald_new(const char *dir, const struct gauges *numbers, struct herald **out)
{
    struct herald *h = calloc(1, sizeof *h);
    if (h == NULL)
        return gw_is(GW_NO_MEMORY);
    h->numbers = numbers;
    buf_init(&h->text, QUORUM_FILE_MAX);
    gw_result r = open_herald(h, dir);
    if (gw_ok(r))
        *out = h;
    else
        herald_free(h);
    return r;
}

void herald_free(struct herald *h)
{
    if (h == NULL)
        return;
    buf_free(&h->text);
    if (h->dir >= 0)
        close(h->dir);
    free(h);
}

size_t herald_ports(const struct herald *h, unsigned *ports, size_t room)
{
    return cosign_ports(&h->quorum, ports, room);
}

static void complain(const struct quorum_node *w, const char *reason)
{
    LOGW("witness.refused", LOG_TEXT("witness", clear_name(w->name)),
         LOG_TEXT("reason", clear_word(reason)));
}

static bool ask(struct herald *h, const struct prove *log)
{
    struct cosign_found found;
    const struct cosign how = {.log = log, .complain = complain};
    gw_result r = cosign_ask(&how, &h->quorum, &found);
    if (!gw_ok(r))
        LOGW("herald.failed", LOG_TEXT("reason", clear_word(gw_word(r))));
    if (gw_ok(r) && found.is_met)
        h->met = log->head.size;
    return gw_ok(r) && found.is_met;
}

bool herald_turn(struct herald *h)
{
    uint64_t size = 0, wanted = gauges_get(&h->numbers->wanted);
    struct buf note;
    struct prove log;
    if (wanted <= h->met)
        return true;
    buf_init(&note, GAUGES_NOTE);
    bool is_signed = gw_ok(gauges_signed(h->numbers, &size, &note)) && size >= wanted;
    gw_result r = gw_is(GW_OK);
    bool is_fine = !is_signed; /* that comes within a second */
    if (is_signed && gw_ok(r = prove_open_under(h->dir, buf_slice(&note), &log))) {
        is_fine = ask(h, &log);
        prove_close(&log);
    }
    if (!gw_ok(r))
        LOGE("herald.failed", LOG_TEXT("reason", clear_word(gw_word(r))));
    buf_free(&note);
    return is_fine;
}
