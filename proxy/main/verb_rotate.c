/* proxy/main/verb_rotate.c - `bulla audit key rotate | list`: the key that signs the log's
 * checkpoints.
 *
 * The auditor makes the new key, or whoever opens the log when nobody writes it: no verb sees one.
 */
#include "proxy/base/base.h"
#include "proxy/main/verb_audit.h"
#include "audit/chain.h"
#include "audit/verify.h"
#include "proxy/main/outcome.h"
#include "proxy/main/verb.h"
#include "proxy/main/visit.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static void print_link(const struct chain *keys, size_t i, bool json)
{
    const struct chain_link *link = &keys->links[i];
    char vkey[NOTE_VKEY];
    note_vkey_write(&link->key, vkey);
    if (json)
        printf("{\"from\":%llu,\"now\":%s,\"vkey\":\"%s\"}\n", (unsigned long long)link->head.size,
               i + 1 == keys->count ? "true" : "false", vkey);
    else
        printf("%s  from %llu records on%s\n", vkey, (unsigned long long)link->head.size,
               i + 1 == keys->count ? ", signs today" : "");
}

static int list(const struct asked *a)
{
    struct chain keys;
    int dir = open(a->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    gw_result r = dir < 0 ? gw_is(GW_NOT_FOUND) : chain_read(dir, &keys);
    if (dir >= 0)
        close(dir);
    if (!gw_ok(r))
        return outcome_explain(r, "key");
    for (size_t i = 0; i < keys.count; i++)
        print_link(&keys, i, a->json);
    return VERIFY_INTACT;
}

static int rotate(const struct asked *a)
{
    char reason[VISIT_REASON] = "";
    const struct visit v = {.op = "rotate", .reason = a->reason};
    uint64_t seq;
    if (a->reason == NULL)
        return outcome_misused("why? --reason TEXT goes into the record");
    (void)umask(0077);
    if (!gw_ok(visit_record(a->dir, RECORD_KEY_ROTATE, &v, &seq, reason)))
        return verb_failed("audit", "key rotate: %s", reason);
    printf(a->json ? "{\"seq\":%llu}\n"
                   : "audit key: changed by record %llu; tell those who hold "
                     "the old vkey, and keep rotate/ with the log\n",
           (unsigned long long)seq);
    return VERIFY_INTACT;
}

int verb_signing_key(const struct asked *a)
{
    if (strcmp(a->item, "list") == 0)
        return list(a);
    if (strcmp(a->item, "rotate") == 0)
        return rotate(a);
    return outcome_misused("key rotate, or key list");
}
