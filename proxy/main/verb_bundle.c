/* proxy/main/verb_bundle.c - `bulla audit bundle --out FILE.tar`: what an outside auditor is given.
 *
 * All that it decides is what was chosen; audit/bundle.h makes it. */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "audit/bundle.h"
#include "audit/verify.h"
#include "proxy/base/clock.h"
#include "proxy/main/outcome.h"
#include "proxy/main/verb.h"
#include "proxy/main/visit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static gw_result write_out(const char *path, struct slice bytes)
{
    bool is_out = strcmp(path, "-") == 0;
    int fd = is_out ? STDOUT_FILENO : open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    gw_result r = gw_is(fd < 0 ? GW_IO : GW_OK);
    while (gw_ok(r) && bytes.len > 0) {
        ssize_t n = write(fd, bytes.at, bytes.len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            r = gw_is(GW_IO);
        else
            bytes = slice_from(bytes, (size_t)n);
    }
    if (!is_out && fd >= 0 && close(fd) != 0)
        r = gw_is(GW_IO);
    return r;
}

static void tell(const struct asked *a, const struct bundle_made *made)
{
    FILE *to = strcmp(a->out, "-") == 0 ? stderr : stdout;
    const unsigned long long n[] = {made->first,  made->last,     made->opened,
                                    made->sealed, made->policies, made->anchors};
    fprintf(to,
            a->json ? "{\"first\":%llu,\"last\":%llu,\"disclosures\":%llu,\"sealed\":%llu,"
                      "\"policies\":%llu,\"anchors\":%llu}\n"
                    : "audit bundle: records %llu to %llu, %llu disclosures, %llu sealed texts, "
                      "%llu policies, %llu anchors\n",
            n[0], n[1], n[2], n[3], n[4], n[5]);
    if (!a->json)
        fputs("  check it with: tar xf FILE && sh verify.sh VKEY\n", to);
}

/* NULL, or what is wrong with what was asked. */
static const char *wrong_with(const struct asked *a, struct bundle_ask *ask, char *asked)
{
    const char *wrong = asked_query(a, ask->wall_us, &ask->chosen);
    ask->opens = outcome_filters(a, asked) || a->groups;
    ask->with_sealed = a->sealed;
    if (wrong == NULL && a->out == NULL)
        wrong = "where to? --out FILE.tar, or - for standard output";
    if (wrong == NULL && (a->count != NULL || a->newest))
        wrong = "a bundle holds its whole range: --since, --until, --after, --before";
    if (wrong == NULL && a->sealed && !ask->opens)
        wrong = "whose sealed texts? give a filter, or --groups for all";
    return wrong;
}

int verb_bundle(const struct asked *a)
{
    static const struct clock real;
    char asked[OUTCOME_FILTERS];
    struct buf out;
    struct bundle_made made;
    struct bundle_ask ask = {.asked = asked, .wall_us = clock_wall_us(&real)};
    const char *wrong = wrong_with(a, &ask, asked);
    if (wrong != NULL)
        return outcome_misused(wrong);
    (void)umask(0077);
    ask.range = ask.chosen;
    memset(ask.range.facets, 0, sizeof ask.range.facets);
    ask.range.xid = (struct slice){0};
    buf_init(&out, BUNDLE_MAX);
    gw_result r = bundle_make(a->dir, &ask, &out, &made);
    int code = VERIFY_INTACT;
    if (gw_ok(r) && ask.opens && !visit_before_reading(a, RECORD_REVIEW_EXPORT, made.opened))
        r = gw_is(GW_REFUSED);
    if (!gw_ok(r))
        code = outcome_explain(r, "bundle");
    else if (!gw_ok(write_out(a->out, buf_slice(&out))))
        code = verb_failed("audit", "bundle: %s cannot be written, or is there already", a->out);
    else
        tell(a, &made);
    buf_free(&out);
    return code;
}
