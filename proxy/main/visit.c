/* proxy/main/visit.c - see visit.h. */
#include "proxy/base/base.h"
#include "proxy/main/visit.h"
#include "audit/door.h"
#include "audit/log.h"
#include "audit/prove.h"
#include "audit/wire.h"
#include "proxy/base/clock.h"
#include "proxy/main/outcome.h"
#include "proxy/main/verb.h"

#include <pwd.h>
#include <unistd.h>

enum {
    GROUP_MAX = 16384,
    NAME = 64,
    SIGN_LOOKS = 600,
    SIGN_LOOK_US = 50000,
    DOOR_LOOKS = 50,
    DOOR_LOOK_US = 100000
};

/* What an operator types is theirs to have recorded: cut, and without control bytes. */
static struct clear typed(const char *text, char *room, size_t size)
{
    size_t n = 0;
    for (; text[n] != '\0' && n + 1 < size; n++)
        room[n] = (unsigned char)text[n] < ' ' || (unsigned char)text[n] > '~' ? '?' : text[n];
    room[n] = '\0';
    return clear_word(room);
}

static bool write_who(struct buf *out)
{
    struct wire w;
    char name[NAME], became[NAME];
    const struct passwd *p = getpwuid(getuid());
    const char *before = getenv("SUDO_USER");
    wire_init(&w, out);
    if (before != NULL)
        wire_text(&w, "sudo", typed(before, became, sizeof became));
    wire_u64(&w, "uid", getuid());
    wire_text(&w, "user", typed(p == NULL ? "?" : p->pw_name, name, sizeof name));
    return gw_ok(wire_end(&w));
}

static bool write_what(const struct visit *v, struct buf *out)
{
    struct wire w;
    char name[128], query[1024], reason[4096];
    wire_init(&w, out);
    if (v->case_name != NULL)
        wire_text(&w, "case", typed(v->case_name, name, sizeof name));
    wire_u64(&w, "count", v->count);
    wire_text(&w, "op", clear_word(v->op));
    if (v->query != NULL)
        wire_text(&w, "query", typed(v->query, query, sizeof query));
    if (v->reason != NULL)
        wire_text(&w, "reason", typed(v->reason, reason, sizeof reason));
    return gw_ok(wire_end(&w));
}

gw_result visit_open(const struct asked *a, const char *dir, char reason[VISIT_REASON],
                     struct audit_log **log)
{
    static const struct clock real;
    char key_file[4200], host[80] = "localhost";
    struct note_key key;
    uint64_t size;
    (void)gethostname(host, sizeof host - 1);
    snprintf(key_file, sizeof key_file, "%s/log.key", dir);
    gw_result r = prove_head(dir, &key, &size);
    if (!gw_ok(r)) {
        snprintf(reason, VISIT_REASON, "there is no log with a checkpoint");
        return r;
    }
    const struct audit_settings settings = {
        .dir = dir,
        .origin = key.name,
        .node = host,
        .build = BULLA_VERSION,
        .key_file = key_file,
        .spare_dir = a == NULL || a->config == NULL ? NULL : a->config->audit.spare_dir.at,
        .accept_loss = a != NULL && a->accept_loss,
        .mends_tiles = a != NULL && strcmp(a->word, "recover") == 0,
        .clock = &real};
    return audit_log_open(&settings, reason, VISIT_REASON, log);
}

static gw_result by_ourselves(const char *dir, const struct audit_record *rec, uint64_t *seq,
                              char reason[VISIT_REASON])
{
    struct audit_log *log = NULL;
    TRY(visit_open(NULL, dir, reason, &log));
    gw_result r = audit_log_append(log, rec, 0, seq);
    if (gw_ok(r))
        r = audit_log_sync(log);
    audit_log_close(log);
    return r;
}

static gw_result through_the_door(int fd, const struct audit_record *rec, uint64_t *seq)
{
    struct buf message;
    struct channel_ack ack = {.ok = false};
    buf_init(&message, 2 * RECORD_MESSAGE_MAX);
    gw_result r = record_encode(rec, &message);
    if (gw_ok(r))
        r = door_ask(fd, buf_slice(&message), &ack);
    buf_free(&message);
    *seq = ack.seq;
    return r;
}

/* Without the key that signs it nobody can add to it: a copy, on a reviewer's machine. */
static bool is_copy(const char *dir)
{
    char key_file[4200];
    snprintf(key_file, sizeof key_file, "%s/log.key", dir);
    return access(key_file, F_OK) != 0;
}

static gw_result send(const char *dir, const struct audit_record *rec, uint64_t *seq,
                      char reason[VISIT_REASON])
{
    int fd = -1;
    gw_result r = door_visit(dir, &fd);
    bool is_reading = rec->type == RECORD_REVIEW_READ || rec->type == RECORD_REVIEW_EXPORT;
    bool is_opening = rec->type == RECORD_REVIEW_UNSEAL || rec->type == RECORD_REVIEW_REPLAY;
    if (r.code == GW_UNAVAILABLE && (is_reading || (is_opening && is_copy(dir))))
        return r;
    for (int i = 0; r.code == GW_UNAVAILABLE; i++) {
        r = by_ourselves(dir, rec, seq, reason);
        if (r.code != GW_REFUSED || i == DOOR_LOOKS)
            return r;
        usleep(DOOR_LOOK_US); /* a gateway that starts has the log before its door is open */
        r = door_visit(dir, &fd);
    }
    if (!gw_ok(r)) {
        snprintf(reason, VISIT_REASON, "somebody else sits where this log's auditor should");
        return r;
    }
    r = through_the_door(fd, rec, seq);
    close(fd);
    if (r.code == GW_UNAVAILABLE)
        r = gw_is(GW_REFUSED); /* there is an auditor, and no record */
    if (!gw_ok(r))
        snprintf(reason, VISIT_REASON, "the auditor did not take the record");
    return r;
}

gw_result visit_record(const char *dir, enum record_type type, const struct visit *v, uint64_t *seq,
                       char reason[VISIT_REASON])
{
    struct audit_record rec = {.type = type, .sev = 1};
    struct buf who, what, refs;
    buf_init(&who, GROUP_MAX);
    buf_init(&what, GROUP_MAX);
    buf_init(&refs, RECORD_REFS * sizeof(uint64_t));
    gw_result r = gw_is(write_who(&who) && write_what(v, &what) ? GW_OK : GW_BAD);
    for (size_t i = 0; gw_ok(r) && i < v->ref_count; i++)
        r = record_ref_add(&refs, v->refs[i]);
    rec.refs = buf_slice(&refs);
    rec.groups[GROUP_WHO] = buf_slice(&who);
    rec.groups[GROUP_WHAT] = buf_slice(&what);
    snprintf(reason, VISIT_REASON, "the record cannot be made");
    if (gw_ok(r))
        r = send(dir, &rec, seq, reason);
    buf_free(&who);
    buf_free(&what);
    buf_free(&refs);
    return r;
}

gw_result visit_signed(const char *dir, uint64_t seq)
{
    struct note_key key;
    uint64_t size = 0;
    for (int i = 0; i < SIGN_LOOKS; i++) {
        if (gw_ok(prove_head(dir, &key, &size)) && size > seq)
            return gw_is(GW_OK);
        usleep(SIGN_LOOK_US); /* each second there is one; the key may change meanwhile */
    }
    return gw_is(GW_UNAVAILABLE);
}

bool visit_before_reading(const struct asked *a, enum record_type type, uint64_t count)
{
    char reason[VISIT_REASON] = "", filters[OUTCOME_FILTERS];
    uint64_t seq;
    (void)outcome_filters(a, filters);
    const struct visit v = {.op = a->word,
                            .query = a->item != NULL ? a->item : filters,
                            .case_name = a->facets[FACET_CASE],
                            .reason = a->reason,
                            .count = count};
    gw_result r = visit_record(a->dir, type, &v, &seq, reason);
    if (r.code == GW_UNAVAILABLE)
        fputs("bulla audit: no gateway writes this log: that it was read is not recorded\n",
              stderr);
    else if (!gw_ok(r))
        (void)verb_failed("audit", "%s: %s", a->word, reason);
    return gw_ok(r) || r.code == GW_UNAVAILABLE;
}
