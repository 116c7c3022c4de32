/* proxy/main/change.c - see change.h. */
#include "proxy/base/base.h"
#include "proxy/main/change.h"
#include "audit/channel.h"
#include "audit/record.h"
#include "audit/wire.h"
#include "proxy/base/clock.h"
#include <pwd.h>
#include <sys/stat.h>

enum { GROUP_MAX = 4096 };
#define HOUR_MS UINT64_C(3600000)

/* A file, and who could write it. */
struct origin {
    const char *path; /* NULL: none, built in */
    struct stat st;
};

/* The one of these that was changed last. */
static struct origin newest(const char *const *paths, size_t n)
{
    struct origin found = {.path = NULL};
    struct stat st;
    for (size_t i = 0; i < n; i++) {
        if (stat(paths[i], &st) != 0)
            continue; /* "builtin:default" */
        bool is_newer = st.st_mtim.tv_sec > found.st.st_mtim.tv_sec ||
                        (st.st_mtim.tv_sec == found.st.st_mtim.tv_sec &&
                         st.st_mtim.tv_nsec > found.st.st_mtim.tv_nsec);
        if (found.path == NULL || is_newer)
            found = (struct origin){paths[i], st};
    }
    return found;
}

static void put_file(struct wire *w, const struct origin *from)
{
    char when[28];
    clock_rfc3339((int64_t)from->st.st_mtim.tv_sec * 1000000 + from->st.st_mtim.tv_nsec / 1000,
                  when);
    wire_text(w, "file",
              from->path == NULL ? CLEAR_LIT("builtin") : clear_name(slice_str(from->path)));
    if (from->path != NULL)
        wire_text(w, "file_time", clear_word(when));
}

static gw_result write_policy(const struct config *c, const struct origin *from, struct buf *out)
{
    struct wire w;
    wire_init(&w, out);
    put_file(&w, from);
    wire_u64(&w, "files", c->policies.n);
    return wire_end(&w);
}

/* At what level it is recorded, and who may call. */
static gw_result write_config(const struct config *c, const struct origin *from, struct buf *out)
{
    static const char *const auths[] = {"keys", "open", "passthrough"};
    const struct config_audit *a = &c->audit;
    struct wire w;
    wire_init(&w, out);
    wire_text(&w, "auth", clear_word(auths[c->auth]));
    wire_text(&w, "capture", clear_word(record_capture_word((enum record_capture)a->capture)));
    wire_u64(&w, "disclosures_hours", a->retention.disclosures / HOUR_MS);
    wire_text(&w, "durability",
              clear_word(record_durability_word((enum record_durability)a->durability)));
    put_file(&w, from);
    wire_u64(&w, "leaves_hours", a->retention.leaves / HOUR_MS);
    wire_u64(&w, "payload_bytes", a->payload);
    wire_u64(&w, "payloads_hours", a->retention.payloads / HOUR_MS);
    wire_u64(&w, "reviewers", a->reviewers.n);
    wire_u64(&w, "sinks", c->sink_count);
    wire_u64(&w, "upstreams", c->upstream_count);
    return wire_end(&w);
}

struct label_retention change_retention(const struct config *c)
{
    const struct config_retention *r = &c->audit.retention;
    return (struct label_retention){.payloads = r->payloads / HOUR_MS,
                                    .disclosures = r->disclosures / HOUR_MS,
                                    .leaves = r->leaves / HOUR_MS};
}

static gw_result write_who(const struct origin *from, struct buf *out)
{
    struct wire w;
    const struct passwd *p = from->path == NULL ? NULL : getpwuid(from->st.st_uid);
    if (from->path == NULL)
        return gw_is(GW_OK);
    wire_init(&w, out);
    wire_u64(&w, "uid", from->st.st_uid);
    wire_text(&w, "user", p == NULL ? CLEAR_LIT("?") : clear_name(slice_str(p->pw_name)));
    return wire_end(&w);
}

static gw_result pack(struct audit_record *rec, const struct origin *from, struct buf *what,
                      uint64_t ticket, struct buf *packet)
{
    struct buf who, message;
    buf_init(&who, GROUP_MAX);
    buf_init(&message, RECORD_MESSAGE_MAX);
    gw_result r = write_who(from, &who);
    rec->groups[GROUP_WHAT] = buf_slice(what);
    rec->groups[GROUP_WHO] = buf_slice(&who);
    if (gw_ok(r))
        r = record_encode(rec, &message);
    if (gw_ok(r))
        r = channel_pack(packet, ticket, buf_slice(&message));
    buf_free(&who);
    buf_free(&message);
    return r;
}

gw_result change_pack(const struct config *c, const struct digest *policy, uint64_t generation,
                      struct buf *packet)
{
    struct audit_record rec = {
        .type = RECORD_POLICY_CHANGE, .sev = 1, .gen = generation, .pol = *policy};
    struct origin from = newest(c->policy_files, c->policies.n);
    struct buf what;
    buf_init(&what, GROUP_MAX);
    gw_result r = write_policy(c, &from, &what);
    if (gw_ok(r))
        r = pack(&rec, &from, &what, CHANNEL_POLICY_SAID, packet);
    buf_clear(&what);
    rec.type = RECORD_CONFIG_CHANGE;
    rec.pol = c->digest;
    from = newest((const char *const[]){c->file.at}, 1);
    if (gw_ok(r))
        r = write_config(c, &from, &what);
    if (gw_ok(r))
        r = pack(&rec, &from, &what, 0, packet);
    buf_free(&what);
    return r;
}
