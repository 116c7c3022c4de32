/* proxy/main/verb.c - the table of verbs, usage and --help: see verb.h.
 *
 * Knows nothing of what a verb does. Allocates nothing. */
#include "proxy/base/base.h"
#include "proxy/main/verb.h"

#include <stdarg.h>

/* clang-format off */
static const struct verb verbs[] = {
    {"serve", "-c bulla.yaml",
     "runs the gateway; SIGHUP or a changed file reloads, SIGTERM drains\n"
     "`bulla check -c bulla.yaml` says what would be wrong; `bulla check --options` lists all options.\n"
     "Exit: 0 drained, 1 with a reason.", verb_serve, NULL},
    {"demo", "[--port 8443]",
     "runs the gateway with no files: throw-away certificates, demo backend, default policy", verb_demo, NULL},
    {"scan", "[-p POLICY] [--jsonl | --json] [--candidates] [--explain] [FILE...]",
     "shows what the detectors see in files or standard input\n"
     "  -p, --policy FILE  its own detectors and threshold as well\n"
     "  --jsonl            {\"id\": ..., \"text\": ...} a line in, findings and attack score a line out\n"
     "  --json             one object a file\n"
     "  --candidates       every confirmed candidate, overlapping and low ones too\n"
     "  --explain          why each finding is one: pattern, check, word beside it, what it adds; and what is allowed\n"
     "Offsets are bytes, end exclusive. Exit: 0 nothing found, 3 found, 1 error; with --jsonl 0.",
     verb_scan, NULL},
    {"redact", "[-p POLICY]",
     "copies standard input to standard output with findings replaced\n"
     "  -p, --policy FILE  its rules for requests decide; without one: tokens, labels for secrets",
     verb_redact, NULL},
    {"key", "new --app NAME [--tenant NAME] | list [--json] | revoke HASH  [--file keys]",
     "makes, lists and revokes the keys that applications show\n"
     "A new key is printed once; the file keeps its SHA-256, app, tenant and date, a line each.\n"
     "revoke takes the first digits of a hash as list shows them (8 at least), or an app's name.",
     verb_key, NULL},
    {"certs", "dev [--dir certs] [NAME...] | show (-f CERTIFICATE [-k KEY] | -c CONFIG) [--json]",
     "makes development certificates, shows what a certificate says\n"
     "dev keeps a CA that is there and makes the server's pair anew, for localhost, 127.0.0.1, ::1\n"
     "and the names given. show -k also checks that the key belongs to it and is ours alone; show -c tells\n"
     "of the certificate of each listener that is configured, when it expires among it.",
     verb_certs, NULL},
    {"check", "[-c bulla.yaml] | --options [--json]",
     "checks configuration, policies, certificates and keys without starting anything\n"
     "Prints file:line:column, a reason and, where one is near, a suggestion.\n"
     "Exit: 0 good (there may be warnings), 1 not.",
     verb_check, NULL},
    {"audit", "verify | tail | query | timeline | stats | show SEQ | prove SEQ | receipt XID | checkpoint | export | reconcile | bundle | case | hold | erase | prune | unseal SEQ | diff SEQ | rekey | compliance | anchor | key | witness  (DIR | --dir DIR | -c FILE)",
     "reads the audit log: verifies it, finds and shows records, proves that one is in it\n"
     "  verify [--json] [--max-age 2m] [--from FILE|FOLDER]  rebuilds every hash; prints ok or the first\n"
     "                                  contradiction; --from: the log must grow out of each checkpoint or\n"
     "                                  receipt that you kept, as out of those in its own anchor/; --vkey KEY: must be one of its keys;\n"
     "                                  --policy FILE: a C2SP tlog-policy, whose quorum must have cosigned;\n"
     "                                  --payloads: what of texts and disclosures is present, erased, pruned,\n"
     "                                  missing, without its key, or changed\n"
     "  tail [-n 10] [--json]           the last records\n"
     "  query [FILTERS] [--json] [--groups]  the records that match all filters, oldest first; --groups\n"
     "                                  adds what the leaf only has the digests of; --and DIR: another log too\n"
     "  timeline [FILTERS] [--json]     a line a record, with who, what and how long after the first\n"
     "  stats --by NAME,... [FILTERS] [--json]  exchanges, decisions and tokens by hour, day or any filter\n"
     "  show SEQ                        a record and its groups, as JSON\n"
     "  prove SEQ                       a C2SP tlog-proof\n"
     "  prove --from N [--to M]         that the log of M records (else the newest head) begins with those N\n"
     "  receipt XID                     the same for an answer's x-bulla-exchange\n"
     "  checkpoint                      the newest signed head\n"
     "  export --sink jsonl|syslog|otlp|spans|splunk|elastic|kafka [--to URL] [--form ocsf|cef|leaf] [--follow]\n"
     "                                  what is signed, each record at least once; --to a file, tcp:// tls://\n"
     "                                  http:// https://; --ca FILE, --token env:NAME, --index-name NAME (topic),\n"
     "                                  --name NAME (cursor), --patience 30s, --with-heads,\n"
     "                                  --with-findings (ocsf: a Detection Finding for what is blocked or flagged)\n"
     "  reconcile --sink-dump FILE [--json]  what a sink holds against the log, both ways\n"
     "  bundle --out FILE.tar [FILTERS] [--groups] [--sealed]  for an outside auditor: all leaves of the\n"
     "                                  range, proofs, policies, stamps, what the filters chose opened,\n"
     "                                  --sealed: its sealed texts; verify.sh needs only openssl and sha256sum\n"
     "  case open|note|close|list --case NAME [--reason TEXT]  an investigation, in the log itself\n"
     "  hold set|clear|list --case NAME [FILTERS]  what is held is not erased\n"
     "  erase FILTERS --reason TEXT     overwrites who, net and find of somebody's exchanges; proofs stay\n"
     "  prune [--until 30d] [--disclosures 400d] [--leaves 400d] [--json]  ends payloads of hours before:\n"
     "                                  their keys, then the sealed bytes; and who, net and find of exchanges,\n"
     "                                  whole segments when all in them has ended, and the leaves; with -c as\n"
     "                                  audit.retention says; what is held stays\n"
     "  unseal SEQ --identity FILE --reason TEXT [--kind KIND] [--json]  opens what was captured of an\n"
     "                                  exchange, for a reviewer; the record of it comes first\n"
     "  diff SEQ [--identity FILE --reason TEXT] [--json]  what was sent instead of what came\n"
     "  rekey --identity FILE --to age1... [--instead]  opens all epochs for another reviewer too\n"
     "  recover [--accept-loss] [--json]  mends a log that no gateway writes, as a start does; goes on in front\n"
     "                                  of a damaged record when that is accepted, and records it\n"
     "  compliance [--json]             which control is answered by what\n"
     "  anchor --tsa URL [--tsa-ca FILE]  an RFC 3161 time stamp over the newest checkpoint, kept in anchor/\n"
     "  anchor --policy FILE            the same for C2SP witnesses: each of the tlog-policy's cosigns it\n"
     "  witness --dir STATE --name NAME --policy FILE --listen HOST:PORT  is one, for the policy's logs\n"
     "  key rotate --reason TEXT | list [--json]  another signing key, vouched for by the old one; who signed",
     verb_audit,
     "Filters: --app --tenant --person --session --conversation --agent --model --upstream --dialect --op\n"
     "  --entity --rule --tag --class --decision --type --outcome --why --status --source --xid, --since\n"
     "  and --until (2h, 7d, 2026-11-28, 2026-11-28T17:00:00Z). An answer is found by what its request says.\n"
     "  --value: of a value on standard input (arguments are seen in ps), however it is spaced; recorded.\n"
     "  Or tok: and the 32 digits that a record shows of it.\n"
     "Pages: -n 50, then --after SEQ; --newest turns the order round, then --before SEQ.\n"
     "They use an index beside the log, made anew when missing; what is shown is the log's.\n"
     "Exit: 0 intact, 1 usage or error, 2 tampered, 3 incomplete, 4 stale, 5 not witnessed."},
    {"policy", "test [FILE...] | explain [-c CONFIG] [--path PATH] [--guard safe|unsafe|failed] < request.json | replay | hash | fingerprint",
     "runs the tests in policy files; shows a whole decision as JSON\n"
     "  replay --policy NEW (--dir DIR | -c CONFIG) --identity FILE --reason TEXT [filters as of `audit query`] [--json]\n"
     "           what a new policy would have done with recorded requests: differences and counts\n"
     "  test     without files: those of -c, else the built-in policy; names rules that no test hits\n"
     "  explain  leaves, findings and why, rules and why, class, route, the bytes that would be sent\n"
     "  hash --salt env:NAME|file:PATH < LIST > FILE\n"
     "           a file for a detector's `hashed`: the values of LIST, one a line, as keyed hashes\n"
     "  fingerprint FILE|FOLDER... > FILE\n"
     "           a file for a detector's `documents`: what finds stretches of texts without the texts\n"
     "Exit: 0 every test passed, 1 not.", verb_policy, NULL},
    {"help", "[VERB]", "tells what a verb does and takes", verb_help, NULL},
    {"version", "", "prints the version, the build and the libraries", verb_version, NULL},
};
/* clang-format on */

static const struct verb *verb_named(const char *name)
{
    for (size_t i = 0; i < GW_COUNT(verbs); i++)
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
    return NULL;
}

static void print_usage(FILE *to, const struct verb *v)
{
    fprintf(to, "usage: bulla %s%s%s\n", v->name, v->args[0] == '\0' ? "" : " ", v->args);
}

static void print_list(FILE *to)
{
    fputs("usage: bulla VERB [ARGUMENTS]\n\nverbs:\n", to);
    for (size_t i = 0; i < GW_COUNT(verbs); i++)
        fprintf(to, "  %-9s %.*s\n", verbs[i].name, (int)strcspn(verbs[i].text, "\n"),
                verbs[i].text);
    fputs("\n`bulla VERB --help` says more about one of them.\n", to);
}

int verb_misused(const char *name, const char *reason)
{
    const struct verb *v = verb_named(name);
    fprintf(stderr, "bulla %s: %s\n", name, reason);
    if (v != NULL)
        print_usage(stderr, v);
    return VERB_MISUSED;
}

int verb_failed(const char *name, const char *format, ...)
{
    va_list values;
    fprintf(stderr, "bulla %s: ", name);
    va_start(values, format);
    vfprintf(stderr, format, values);
    va_end(values);
    fputc('\n', stderr);
    return VERB_FAILED;
}

int verb_help(int argc, char **argv)
{
    if (argc < 2) {
        print_list(stdout);
        return VERB_GOOD;
    }
    const struct verb *v = verb_named(argv[1]);
    if (v == NULL)
        return verb_misused(argv[0], "no such verb; `bulla help` lists them");
    print_usage(stdout, v);
    printf("\n%s\n%s%s", v->text, v->more == NULL ? "" : v->more, v->more == NULL ? "" : "\n");
    return VERB_GOOD;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0)
            return true;
    return false;
}

int verb_run(int argc, char **argv)
{
    if (argc < 2) {
        print_list(stderr);
        return VERB_MISUSED;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0)
        word = "help";
    else if (strcmp(word, "--version") == 0 || strcmp(word, "-V") == 0)
        word = "version";
    const struct verb *v = verb_named(word);
    if (v == NULL) {
        fprintf(stderr, "bulla: no verb of that name; `bulla help` lists them\n");
        return VERB_MISUSED;
    }
    if (asks_for_help(argc - 2, argv + 2)) {
        char *asked[] = {argv[0], argv[1], NULL};
        return verb_help(2, asked);
    }
    return v->run(argc - 1, argv + 1);
}
