/* proxy/main/verb_audit.c - `bulla audit verify | tail | query | show | prove | receipt | ...`:
 * reads a log.
 *
 * Writes nothing to it and takes no lock. Exit codes are those of audit/verify.h for all of them: 0
 * done, 1 usage or error, 2 tampered, 3 something is missing, 4 too old. */
#include "proxy/base/base.h"
#include "proxy/main/verb.h"
#include "audit/base64.h"
#include "audit/jcs.h"
#include "audit/prove.h"
#include "audit/show.h"
#include "audit/verify.h"
#include "audit/wire.h"
#include "proxy/main/config.h"

enum { FILTER_XID = 0 }; /* the first row of the table */
/* What `query` may ask for: options and the leaf's keys. */
static const struct {
    const char *option, *key;
} filters[] = {{"--xid", "xid"},   {"--decision", "dec"}, {"--class", "cls"},
               {"--type", "type"}, {"--rule", "rules"},   {"--outcome", "out"}};

struct asked {
    const char *filter[GW_COUNT(filters)]; /* NULL: any */
    uint64_t found, found_seq;             /* how many matched, and the last of them */
    const char *dir, *config_path, *seq, *max_age;
    uint64_t count;
    bool json;
    struct config *config;
};

static int misused(const char *reason)
{
    (void)verb_misused("audit", reason);
    return VERIFY_ERROR; /* 2 means tampered here */
}

/* "90", "90s", "2m", "1h", "1d" in seconds. */
static bool read_age(const char *text, uint64_t *seconds)
{
    static const struct {
        char unit;
        uint64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 86400}};
    struct slice s = slice_str(text);
    uint64_t times = 1;
    for (size_t i = 0; i < GW_COUNT(units) && s.len > 0; i++) {
        if (s.at[s.len - 1] != units[i].unit)
            continue;
        times = units[i].seconds;
        s.len--;
        break;
    }
    if (!gw_ok(slice_u64(s, seconds)) || *seconds == 0 || *seconds > UINT64_C(10000000000))
        return false;
    *seconds *= times;
    return *seconds < UINT64_C(10000000000);
}

/* One option with its value; false when it is none of ours. */
static bool take_option(struct asked *a, const char *word, const char *value)
{
    for (size_t i = 0; i < GW_COUNT(filters); i++)
        if (strcmp(word, filters[i].option) == 0) {
            a->filter[i] = value;
            return true;
        }
    if (strcmp(word, "--dir") == 0)
        a->dir = value;
    else if (strcmp(word, "-c") == 0 || strcmp(word, "--config") == 0)
        a->config_path = value;
    else if (strcmp(word, "--max-age") == 0)
        a->max_age = value;
    else if (strcmp(word, "-n") == 0)
        return gw_ok(slice_u64(slice_str(value), &a->count)) && a->count <= SHOW_TAIL;
    else
        return false;
    return true;
}

static const char *read_asked(int argc, char **argv, bool wants_seq, struct asked *a)
{
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--json") == 0) {
            a->json = true;
        } else if (argv[i][0] == '-') {
            if (i + 1 == argc || !take_option(a, argv[i], argv[i + 1]))
                return "an option is unknown or lacks its value";
            i++;
        } else if (wants_seq && a->seq == NULL) {
            a->seq = argv[i];
        } else if (a->dir == NULL) {
            a->dir = argv[i];
        } else {
            return "an argument too many";
        }
    }
    if (wants_seq && a->seq == NULL)
        return "which record? give its SEQ";
    return a->dir == NULL && a->config_path == NULL ? "which log? give --dir DIR or -c bulla.yaml"
                                                    : NULL;
}

static bool load_config(struct asked *a)
{
    struct buf complaints;
    if (a->dir != NULL)
        return true;
    buf_init(&complaints, 65536);
    bool good = gw_ok(config_load(a->config_path, &a->config, &complaints));
    if (good)
        a->dir = a->config->audit.dir.at;
    else
        fprintf(stderr, "%.*s", (int)buf_slice(&complaints).len, buf_slice(&complaints).at);
    buf_free(&complaints);
    return good && a->dir != NULL && a->dir[0] != '\0';
}

static int print_json(const struct verify_report *r)
{
    static const char *const words[] = {"ok", "error", "tampered", "incomplete", "stale"};
    struct buf out;
    struct wire w;
    buf_init(&out, 8192);
    wire_init(&w, &out);
    wire_u64(&w, "begun", r->begun);
    wire_u64(&w, "blocked", r->blocked);
    wire_u64(&w, "ended", r->ended);
    wire_u64(&w, "open", r->open);
    wire_text(&w, "origin", clear_word(r->origin));
    wire_text(&w, "reason", clear_word(r->reason));
    wire_u64(&w, "records", r->records);
    wire_base64(&w, "root", r->root.at, sizeof r->root.at);
    if (r->has_seq)
        wire_u64(&w, "seq", r->seq);
    wire_u64(&w, "signed", r->size);
    wire_u64(&w, "unknown", r->unknown);
    wire_text(&w, "verify", clear_word(words[r->code]));
    if (gw_ok(wire_end(&w)))
        printf("%.*s\n", (int)buf_slice(&out).len, buf_slice(&out).at);
    buf_free(&out);
    return (int)r->code;
}

static int print_report(const struct verify_report *r)
{
    static const char *const words[] = {"ok", "could not be done", "TAMPERED", "incomplete",
                                        "stale"};
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
    printf("  origin %s, %llu signed; exchanges: %llu begun, %llu ended, %llu open, %llu blocked, "
           "%llu unknown; policy bundles missing: %llu\n",
           r->origin, (unsigned long long)r->size, (unsigned long long)r->begun,
           (unsigned long long)r->ended, (unsigned long long)r->open,
           (unsigned long long)r->blocked, (unsigned long long)r->unknown,
           (unsigned long long)r->bundles_missing);
    return (int)r->code;
}

static int run_verify(const struct asked *a)
{
    static const struct clock real;
    struct verify_options options = {.clock = &real};
    struct verify_report report;
    if (a->max_age != NULL && !read_age(a->max_age, &options.max_age_s))
        return misused("--max-age takes a time such as 90s, 2m or 1h");
    verify_run(a->dir, &options, &report);
    return a->json ? print_json(&report) : print_report(&report);
}

static void print_field(struct slice leaf, const char *key, int width)
{
    struct slice value = SLICE_LIT("-");
    if (gw_ok(jcs_find(leaf, key, &value)) && value.len >= 2 && value.at[0] == '"')
        value = slice_cut(value, 1, value.len - 1);
    printf("%-*.*s ", width, (int)value.len, value.at);
}

static void print_leaf(void *owner, struct slice leaf)
{
    const struct asked *a = owner;
    if (a->json) {
        printf("%.*s\n", (int)leaf.len, leaf.at);
        return;
    }
    print_field(leaf, "seq", 7);
    print_field(leaf, "t", 27);
    print_field(leaf, "type", 15);
    print_field(leaf, "dec", 6);
    print_field(leaf, "out", 14);
    print_field(leaf, "xid", 36);
    putchar('\n');
}

static int explain(gw_result r, const char *verb)
{
    if (r.code == GW_CORRUPT) {
        (void)verb_failed("audit", "%s: the log contradicts itself: run `bulla audit verify`",
                          verb);
        return VERIFY_TAMPERED;
    }
    if (r.code == GW_NOT_FOUND) {
        (void)verb_failed("audit", "%s: no such record, or no log there", verb);
        return VERIFY_INCOMPLETE;
    }
    return verb_failed("audit", "%s: %s", verb, gw_word(r));
}

static int run_tail(struct asked *a)
{
    gw_result r = show_tail(a->dir, (size_t)a->count, print_leaf, a);
    return gw_ok(r) ? VERIFY_INTACT : explain(r, "tail");
}

/* A text must be the one asked for; a list must hold it. */
static bool is_wanted(const struct asked *a, struct slice leaf)
{
    char quoted[200];
    struct slice value;
    for (size_t i = 0; i < GW_COUNT(filters); i++) {
        if (a->filter[i] == NULL)
            continue;
        int n = snprintf(quoted, sizeof quoted, "\"%s\"", a->filter[i]);
        if (n < 0 || (size_t)n >= sizeof quoted || !gw_ok(jcs_find(leaf, filters[i].key, &value)))
            return false;
        bool is_list = value.len > 0 && value.at[0] == '[';
        if (is_list ? slice_find(value, slice_str(quoted)) == SIZE_MAX
                    : !slice_is(value, slice_str(quoted)))
            return false;
    }
    return true;
}

static void count_wanted(void *owner, struct slice leaf)
{
    struct asked *a = owner;
    struct slice seq;
    if (is_wanted(a, leaf) && gw_ok(jcs_find(leaf, "seq", &seq)) &&
        gw_ok(slice_u64(seq, &a->found_seq)))
        a->found++;
}

static void print_wanted(void *owner, struct slice leaf)
{
    if (is_wanted(owner, leaf))
        print_leaf(owner, leaf);
}

static int run_query(struct asked *a)
{
    gw_result r = show_each(a->dir, print_wanted, a);
    return gw_ok(r) ? VERIFY_INTACT : explain(r, "query");
}

/* The proof of the last record of an exchange: what `x-bulla-exchange` told the caller. */
static int run_receipt(struct asked *a)
{
    struct buf out;
    a->filter[FILTER_XID] = a->seq;
    buf_init(&out, SHOW_MAX);
    gw_result r = show_each(a->dir, count_wanted, a);
    if (gw_ok(r) && a->found == 0)
        r = gw_is(GW_NOT_FOUND);
    if (gw_ok(r))
        r = prove_record(a->dir, a->found_seq, &out);
    if (gw_ok(r))
        printf("%.*s", (int)buf_slice(&out).len, buf_slice(&out).at);
    buf_free(&out);
    return gw_ok(r) ? VERIFY_INTACT : explain(r, "receipt");
}

/* show, prove, checkpoint: text to standard output. */
static int run_text(const struct asked *a, const char *word)
{
    struct buf out;
    uint64_t seq = 0;
    if (a->seq != NULL && !gw_ok(slice_u64(slice_str(a->seq), &seq)))
        return misused("SEQ is a number");
    buf_init(&out, SHOW_MAX);
    gw_result r = strcmp(word, "show") == 0    ? show_record(a->dir, seq, &out)
                  : strcmp(word, "prove") == 0 ? prove_record(a->dir, seq, &out)
                                               : prove_checkpoint(a->dir, &out);
    if (gw_ok(r))
        printf("%.*s%s", (int)buf_slice(&out).len, buf_slice(&out).at,
               strcmp(word, "show") == 0 ? "\n" : "");
    buf_free(&out);
    return gw_ok(r) ? VERIFY_INTACT : explain(r, word);
}

static int run_word(struct asked *a, const char *word)
{
    if (strcmp(word, "verify") == 0)
        return run_verify(a);
    if (strcmp(word, "tail") == 0)
        return run_tail(a);
    if (strcmp(word, "query") == 0)
        return run_query(a);
    if (strcmp(word, "receipt") == 0)
        return run_receipt(a);
    return run_text(a, word);
}

int verb_audit(int argc, char **argv)
{
    static const char *const words[] = {"verify",     "tail",  "query",  "show",
                                        "checkpoint", "prove", "receipt"};
    struct asked a = {.count = 10};
    const char *word = argc < 2 ? "" : argv[1];
    size_t i = 0;
    while (i < GW_COUNT(words) && strcmp(words[i], word) != 0)
        i++;
    if (i == GW_COUNT(words))
        return misused("verify, tail, query, show, prove, receipt or checkpoint?");
    bool one =
        strcmp(word, "show") == 0 || strcmp(word, "prove") == 0 || strcmp(word, "receipt") == 0;
    const char *wrong = read_asked(argc, argv, one, &a);
    if (wrong != NULL)
        return misused(wrong);
    int code = VERIFY_ERROR;
    if (!load_config(&a))
        (void)verb_failed("audit", "no configuration that names audit.dir");
    else
        code = run_word(&a, word);
    config_free(a.config);
    return code;
}
