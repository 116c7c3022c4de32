/* proxy/main/verb_verify.c - `bulla audit verify` and `bulla audit prove --from N`: a log against
 * its key and against what somebody kept of it, and the proof that it only grew.
 *
 * Reads only. Exit codes: audit/verify.h. */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "proxy/main/outcome.h"
#include "audit/base64.h"
#include "audit/disk.h"
#include "audit/note.h"
#include "audit/present.h"
#include "audit/prove.h"
#include "audit/verify.h"
#include "audit/wire.h"
#include "proxy/main/tlog_policy.h"
#include "proxy/main/verb.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEPT = 1000 };

/* Files that hold what was kept, each with its bytes. */
struct shelf {
    struct buf files[KEPT];
    struct slice texts[KEPT];
    size_t count;
};

static int print_json(const struct verify_report *r)
{
    static const char *const words[] = {"ok",         "error", "tampered",
                                        "incomplete", "stale", "unwitnessed"};
    struct buf out;
    struct wire w;
    buf_init(&out, 8192);
    wire_init(&w, &out);
    wire_u64(&w, "begun", r->begun);
    wire_u64(&w, "blocked", r->blocked);
    wire_u64(&w, "ended", r->ended);
    wire_u64(&w, "erased", r->erased);
    wire_u64(&w, "kept", r->kept);
    wire_u64(&w, "leaves_from", r->leaves_from);
    wire_u64(&w, "open", r->open);
    wire_text(&w, "origin", clear_word(r->origin));
    wire_u64(&w, "pruned", r->pruned);
    wire_text(&w, "reason", clear_word(r->reason));
    wire_u64(&w, "records", r->records);
    wire_base64(&w, "root", r->root.at, sizeof r->root.at);
    wire_u64(&w, "segments_from", r->segments_from);
    if (r->has_seq)
        wire_u64(&w, "seq", r->seq);
    wire_u64(&w, "signed", r->size);
    wire_u64(&w, "unknown", r->unknown);
    wire_text(&w, "verify", clear_word(words[r->code]));
    wire_u64(&w, "witnessed", r->witnessed);
    if (gw_ok(wire_end(&w)))
        printf("%.*s\n", (int)buf_slice(&out).len, buf_slice(&out).at);
    buf_free(&out);
    return (int)r->code;
}

static int print_report(const struct verify_report *r)
{
    static const char *const words[] = {"ok",    "could not be done", "TAMPERED", "incomplete",
                                        "stale", "not witnessed"};
    char root[BASE64_LEN(32) + 1];
    base64_write(r->root.at, sizeof r->root.at, root);
    printf("audit verify: %s", words[r->code]);
    if (r->reason[0] != '\0')
        printf(": %s", r->reason);
    if (r->has_seq)
        printf(" (record %llu)", (unsigned long long)r->seq);
    if (r->code == VERIFY_ERROR || r->code == VERIFY_TAMPERED) {
        putchar('\n');
        return (int)r->code;
    }
    printf(", %llu records, root %s\n", (unsigned long long)r->records, root);
    printf(
        "  origin %s, %llu signed; exchanges: %llu begun, %llu ended, %llu open, %llu blocked, "
        "%llu unknown; policy bundles missing: %llu; erased: %llu; pruned: %llu; kept checkpoints: "
        "%llu; witnessed: %llu\n",
        r->origin, (unsigned long long)r->size, (unsigned long long)r->begun,
        (unsigned long long)r->ended, (unsigned long long)r->open, (unsigned long long)r->blocked,
        (unsigned long long)r->unknown, (unsigned long long)r->bundles_missing,
        (unsigned long long)r->erased, (unsigned long long)r->pruned, (unsigned long long)r->kept,
        (unsigned long long)r->witnessed);
    if (r->segments_from > 0)
        printf("  ended, as recorded: disclosures below record %llu, leaves below %llu\n",
               (unsigned long long)r->segments_from, (unsigned long long)r->leaves_from);
    return (int)r->code;
}

/* --- payloads ----------------------------------------------------------------------------------
 */

/* One that is not there, or not as it was. */
static gw_result print_item(void *asked, const struct present_item *item)
{
    const struct asked *a = asked;
    unsigned long long seq = item->seq, by = item->by;
    bool has_by = item->state == PRESENT_ERASED || item->state == PRESENT_PRUNED;
    int len = (int)item->kind.len;
    if (a->json)
        printf("{\"record\":%llu,\"%s\":\"%.*s\",\"is\":\"%s\"", seq,
               item->is_group ? "group" : "payload", len, item->kind.at, present_word(item->state));
    else
        printf("  record %llu, %s %.*s: %s", seq, item->is_group ? "group" : "payload", len,
               item->kind.at, present_word(item->state));
    if (has_by)
        printf(a->json ? ",\"by\":%llu" : " by record %llu", by);
    puts(a->json ? "}" : "");
    return gw_is(GW_OK);
}

static void print_counts(const struct asked *a, const char *name, const uint64_t *counts)
{
    printf(a->json ? "{\"%s\":{" : "  %s: ", name);
    for (unsigned i = PRESENT_STATES; i-- > 0;)
        printf(a->json ? "\"%s\":%llu%s" : "%s %llu%s", present_word((enum present_state)i),
               (unsigned long long)counts[i], i > 0 ? (a->json ? "," : ", ") : "");
    puts(a->json ? "}}" : "");
}

/* What is changed was tampered with; what is missing, or cannot be opened, is missing. */
static int print_payloads(const struct asked *a, uint64_t size, int code)
{
    struct present_counts n;
    gw_result r = present_run(a->dir, size, print_item, (void *)(uintptr_t)a, &n);
    if (!gw_ok(r))
        return r.code == GW_CORRUPT ? VERIFY_TAMPERED : outcome_explain(r, "verify");
    print_counts(a, "payloads", n.payloads);
    print_counts(a, "groups", n.groups);
    if (code == VERIFY_TAMPERED || n.payloads[PRESENT_CHANGED] + n.groups[PRESENT_CHANGED] > 0)
        return VERIFY_TAMPERED;
    bool lacks = n.payloads[PRESENT_MISSING] + n.groups[PRESENT_MISSING] > 0 ||
                 n.payloads[PRESENT_KEYLESS] > 0;
    return lacks && code != VERIFY_ERROR ? VERIFY_INCOMPLETE : code;
}

static bool take_file(struct shelf *s, int dir, const char *path)
{
    if (s->count == KEPT)
        return false;
    struct buf *file = &s->files[s->count];
    buf_init(file, NOTE_MAX);
    if (!gw_ok(disk_read(dir, path, file)))
        return false;
    s->texts[s->count++] = buf_slice(file);
    return true;
}

/* A file, or all files of a folder but hidden ones. */
static bool take_all(struct shelf *s, const char *path)
{
    bool good = true;
    struct stat st;
    if (stat(path, &st) != 0)
        return false;
    if (!S_ISDIR(st.st_mode))
        return take_file(s, AT_FDCWD, path);
    DIR *d = opendir(path);
    if (d == NULL)
        return false;
    for (struct dirent *e = readdir(d); e != NULL && good; e = readdir(d))
        good = e->d_name[0] == '.' || take_file(s, dirfd(d), e->d_name);
    closedir(d);
    return good;
}

static int verify_with(const struct asked *a, const struct shelf *s, const struct quorum *q,
                       uint64_t max_age_s)
{
    static const struct clock real;
    const struct verify_options options = {.clock = &real,
                                           .max_age_s = max_age_s,
                                           .vkey = a->vkey,
                                           .quorum = q,
                                           .kept = s->texts,
                                           .kept_count = s->count};
    struct verify_report report;
    verify_run(a->dir, &options, &report);
    int code = a->json ? print_json(&report) : print_report(&report);
    return a->payloads && code != VERIFY_ERROR ? print_payloads(a, report.size, code) : code;
}

int verb_verify(const struct asked *a)
{
    uint64_t max_age_s = 0;
    int code;
    if (a->max_age != NULL && !asked_age(a->max_age, &max_age_s))
        return outcome_misused("--max-age takes a time such as 90s, 2m or 1h");
    struct tlog_policy policy = {.quorum = {.count = 0}};
    if (a->policy != NULL && !tlog_policy_load(a->policy, &policy))
        return VERIFY_ERROR;
    struct shelf *s = calloc(1, sizeof *s);
    if (s == NULL) {
        buf_free(&policy.text);
        return verb_failed("audit", "verify: out of memory");
    }
    if (a->from != NULL && !take_all(s, a->from))
        code =
            verb_failed("audit", "verify: --from takes a checkpoint or a receipt, or a folder of "
                                 "at most 1000 of them");
    else
        code = verify_with(a, s, a->policy == NULL ? NULL : &policy.quorum, max_age_s);
    for (size_t i = 0; i < KEPT; i++)
        buf_free(&s->files[i]);
    free(s);
    buf_free(&policy.text);
    return code;
}

int verb_growth(const struct asked *a)
{
    uint64_t from, to = 0;
    struct prove log;
    struct buf out;
    if (!gw_ok(slice_u64(slice_str(a->from), &from)) ||
        (a->to != NULL && !gw_ok(slice_u64(slice_str(a->to), &to))))
        return outcome_misused("--from and --to take numbers of records");
    gw_result r = prove_open(a->dir, &log);
    if (!gw_ok(r))
        return outcome_explain(r, "prove");
    buf_init(&out, PROVE_MAX);
    r = prove_consistency(&log, from, a->to == NULL ? log.head.size : to, &out);
    if (gw_ok(r))
        printf("%.*s", (int)buf_slice(&out).len, buf_slice(&out).at);
    buf_free(&out);
    prove_close(&log);
    return gw_ok(r) ? VERIFY_INTACT : outcome_explain(r, "prove");
}
