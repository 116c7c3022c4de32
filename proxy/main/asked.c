/* proxy/main/asked.c - see asked.h. */
#include "proxy/base/base.h"
#include "proxy/main/asked.h"
#include "audit/imprint.h"

#include <termios.h>
#include <unistd.h>

enum { VALUE_MOST = 65536 };

#define AT(field) offsetof(struct asked, field)
/* clang-format off */
static const struct {
    const char *option;
    size_t at; /* of a const char * */
} values[] = {
    {"--dir",     AT(dir)},     {"-c",      AT(config_path)}, {"--config", AT(config_path)},
    {"--max-age", AT(max_age)}, {"--xid",   AT(xid)},         {"--since",  AT(since)},
    {"--until",   AT(until)},   {"--after", AT(after)},       {"--before", AT(before)},
    {"--sink",    AT(sink)},    {"--to",    AT(to)},          {"--form",   AT(form)},
    {"--ca",      AT(ca)},      {"--token", AT(token)},       {"--name",   AT(name)},
    {"--index-name", AT(index_name)},      {"--sink-dump", AT(sink_dump)},
    {"--out",     AT(out)},     {"--reason", AT(reason)},
    {"--patience", AT(patience)},
    {"--tsa", AT(tsa)}, {"--tsa-ca", AT(tsa_ca)}, {"--from", AT(from)}, {"--vkey", AT(vkey)},
    {"--policy", AT(policy)}, {"--listen", AT(listen)},
    {"--disclosures", AT(disclosures)}, {"--leaves", AT(leaves)},    {"--identity", AT(identity)},          {"--kind", AT(kind)},
    {"-n",        AT(count)},   {"--by",    AT(by)},
};
static const struct {
    const char *option;
    size_t at; /* of a bool */
} switches[] = {
    {"--json", AT(json)}, {"--groups", AT(groups)}, {"--newest", AT(newest)}, {"--follow", AT(follow)},
    {"--with-heads", AT(with_heads)}, {"--with-findings", AT(with_findings)},
    {"--instead", AT(instead)}, {"--accept-loss", AT(accept_loss)},
    {"--value", AT(value)}, {"--payloads", AT(payloads)}, {"--sealed", AT(sealed)},
};
/* clang-format on */

/* Where the value of an option goes; NULL: it is none of ours. */
static const char **slot(struct asked *a, const char *option)
{
    for (size_t i = 0; i < GW_COUNT(values); i++)
        if (strcmp(option, values[i].option) == 0)
            return (const char **)(void *)((char *)a + values[i].at);
    if (strncmp(option, "--", 2) != 0)
        return NULL;
    enum facet_id facet = facet_named(option + 2);
    return facet == FACET_COUNT ? NULL : &a->facets[facet];
}

static bool is_switch(struct asked *a, const char *option)
{
    for (size_t i = 0; i < GW_COUNT(switches); i++)
        if (strcmp(option, switches[i].option) == 0) {
            *(bool *)(void *)((char *)a + switches[i].at) = true;
            return true;
        }
    return false;
}

/* Several logs are asked together where records are searched for, by time. */
static const char *may_have_others(const struct asked *a)
{
    bool is_search = strcmp(a->word, "query") == 0 || strcmp(a->word, "timeline") == 0 ||
                     strcmp(a->word, "stats") == 0;
    if (!is_search)
        return "--and DIR goes with query, timeline and stats";
    return a->after != NULL || a->before != NULL
               ? "--after and --before are of one log: with --and it is --since and --until"
               : NULL;
}

/* What is still missing when all arguments are read. */
static const char *lacks(struct asked *a, bool wants_item)
{
    if (strcmp(a->word, "prove") == 0 && a->from != NULL) { /* between sizes: of no record */
        a->dir = a->dir == NULL ? a->item : a->dir;
        wants_item = false;
        a->item = NULL;
    }
    if (wants_item && a->item == NULL)
        return "which record? give its SEQ";
    if (strcmp(a->word, "compliance") == 0)
        a->dir = "."; /* it reads none */
    const char *wrong = a->also_count > 0 ? may_have_others(a) : NULL;
    if (wrong != NULL)
        return wrong;
    return a->dir == NULL && a->config_path == NULL ? "which log? give --dir DIR or -c bulla.yaml"
                                                    : NULL;
}

/* NULL, or what is wrong with the option. */
static const char *take_option(struct asked *a, const char *option, const char *value)
{
    const char **to = slot(a, option);
    if (to != NULL && value != NULL) {
        *to = value;
        return NULL;
    }
    snprintf(a->complaint, sizeof a->complaint, "%.40s %s", option,
             to == NULL && strcmp(option, "--and") != 0 ? "is no option" : "lacks its value");
    return a->complaint;
}

const char *asked_read(int argc, char **argv, bool wants_item, struct asked *a)
{
    for (int i = 2; i < argc; i++) {
        if (is_switch(a, argv[i])) {
            if (strcmp(argv[i], "--value") == 0 && i + 1 < argc && argv[i + 1][0] != '-')
                return "a value is never an argument, `ps` shows those to everybody: --value reads "
                       "it from standard input; give the log by --dir";
            continue;
        }
        if (strcmp(argv[i], "--and") == 0 && i + 1 < argc && a->also_count < ASKED_ALSO) {
            a->also[a->also_count++] = argv[++i];
        } else if (argv[i][0] == '-') {
            const char *wrong =
                take_option(a, argv[i], argv[i + 1]); /* NULL stands behind the last */
            if (wrong != NULL)
                return wrong;
            i++;
        } else if (wants_item && a->item == NULL) {
            a->item = argv[i];
        } else if (a->dir == NULL) {
            a->dir = argv[i];
        } else {
            return "an argument too many";
        }
    }
    return lacks(a, wants_item);
}

bool asked_find_log(struct asked *a)
{
    struct buf complaints;
    if (a->dir != NULL)
        return true;
    buf_init(&complaints, 65536);
    bool good = gw_ok(config_load_open(a->config_path, &a->config, &complaints));
    if (good)
        a->dir = a->config->audit.dir.at;
    else
        fprintf(stderr, "%.*s", (int)buf_slice(&complaints).len, buf_slice(&complaints).at);
    buf_free(&complaints);
    return good && a->dir != NULL && a->dir[0] != '\0';
}

/* One line of standard input; at a terminal it is asked for and not shown. Empty: there is none. */
static struct slice read_value(char *room, size_t size)
{
    struct termios was, quiet;
    bool is_asked = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &was) == 0;
    if (is_asked) {
        quiet = was;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &quiet);
        fputs("value (not shown): ", stderr);
    }
    (void)setvbuf(stdin, NULL, _IONBF, 0); /* no copy of it stays */
    char *line = fgets(room, (int)size, stdin);
    if (is_asked) {
        (void)tcsetattr(STDIN_FILENO, TCSAFLUSH, &was);
        fputc('\n', stderr);
    }
    struct slice value = slice_str(line);
    return slice_cut(value, 0, slice_find_byte(value, '\n'));
}

/* What is an imprint says so, as "tok:" and its digits: a value may well be 32 of them, and a
 * question is written into the log. */
static bool is_imprint(struct slice text, char imprint[IMPRINT_LEN + 1])
{
    text = slice_trim(text);
    if (!slice_has_prefix(text, SLICE_LIT("tok:")) || !pseudonym_is(slice_from(text, 4)))
        return false;
    memcpy(imprint, text.at + 4, IMPRINT_LEN);
    return true;
}

/* What the value leaves in the records of that log. */
static bool imprint_in(const char *dir, struct slice value, char reason[PSEUDONYM_REASON],
                       char imprint[IMPRINT_LEN + 1])
{
    struct secret_key *key = NULL;
    bool good = gw_ok(pseudonym_key(dir, false, reason, &key));
    if (good) {
        good = imprint_make(key, value, imprint);
        if (!good)
            snprintf(reason, PSEUDONYM_REASON, "standard input has none");
    }
    secret_key_free(key);
    return good;
}

/* The value is read once, and each log has its own key. */
static bool name_value(struct asked *a, char reason[PSEUDONYM_REASON])
{
    char room[VALUE_MOST];
    if (!a->value)
        return true;
    struct slice value = read_value(room, sizeof room);
    bool good = value.len + 1 < sizeof room;
    if (!good) {
        snprintf(reason, PSEUDONYM_REASON, "it is longer than a value may be");
    } else if (is_imprint(value, a->imprints[0])) {
        good = a->also_count == 0;
        snprintf(reason, PSEUDONYM_REASON, "tok: and digits are of one log, and --and names more");
    } else {
        good = imprint_in(a->dir, value, reason, a->imprints[0]);
        for (size_t i = 0; i < a->also_count && good; i++)
            good = imprint_in(a->also[i], value, reason, a->imprints[1 + i]);
    }
    secret_wipe(room, sizeof room);
    a->facets[FACET_FOUND] = a->imprints[0];
    return good;
}

static bool name_people(struct asked *a, char reason[PSEUDONYM_REASON])
{
    static const enum facet_id named[] = {FACET_PERSON, FACET_SESSION};
    struct secret_key *key = NULL;
    bool good = true;
    snprintf(reason, PSEUDONYM_REASON, "it is longer than a name may be");
    for (size_t i = 0; i < GW_COUNT(named) && good; i++) {
        const char **typed = &a->facets[named[i]];
        if (*typed == NULL || pseudonym_is(slice_str(*typed)))
            continue;
        a->typed[i] = *typed;
        good = (key != NULL || gw_ok(pseudonym_key(a->dir, false, reason, &key))) &&
               pseudonym_make(key, facet_name(named[i]), slice_str(*typed), a->pseudonyms[i]);
        *typed = a->pseudonyms[i];
    }
    secret_key_free(key);
    return good;
}

static bool explain(bool is_named, const char *reason)
{
    fprintf(stderr, "bulla audit: %s: %s; give %sthe 32 digits that records show\n",
            is_named ? "no value can be looked for" : "nobody can be looked for by name", reason,
            is_named ? "tok: and " : "");
    return false;
}

bool asked_name(struct asked *a)
{
    char reason[PSEUDONYM_REASON];
    bool is_named = name_people(a, reason);
    return (is_named && name_value(a, reason)) || explain(is_named, reason);
}

bool asked_other(const struct asked *a, size_t i, struct asked *out)
{
    static const enum facet_id named[GW_COUNT(a->typed)] = {FACET_PERSON, FACET_SESSION};
    char reason[PSEUDONYM_REASON];
    *out = *a;
    out->dir = a->also[i];
    for (size_t k = 0; k < GW_COUNT(named); k++)
        if (a->typed[k] != NULL)
            out->facets[named[k]] = a->typed[k];
    if (a->value)
        out->facets[FACET_FOUND] = a->imprints[1 + i];
    return name_people(out, reason) || explain(false, reason);
}

void asked_free(struct asked *a)
{
    config_free(a->config);
    a->config = NULL;
}

bool asked_age(const char *text, uint64_t *seconds)
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

/* "2h" ago, "2026-11-28", or "2026-11-28T17:00:00Z". */
static bool read_time(const char *text, int64_t now_us, int64_t *us)
{
    uint64_t seconds;
    char day[24];
    *us = 0;
    if (text == NULL)
        return true;
    if (asked_age(text, &seconds)) {
        *us = now_us - (int64_t)seconds * 1000000;
        return true;
    }
    *us = facet_time_us(slice_str(text));
    if (*us == 0 && strlen(text) == 10) {
        snprintf(day, sizeof day, "%sT00:00:00Z", text);
        *us = facet_time_us(slice_str(day));
    }
    return *us != 0;
}

static bool read_seq(const char *text, bool *has, uint64_t *seq)
{
    *has = text != NULL;
    return text == NULL || (gw_ok(slice_u64(slice_str(text), seq)) && *seq <= INT64_MAX);
}

const char *asked_query(const struct asked *a, int64_t now_us, struct index_query *q)
{
    bool has_limit;
    *q = (struct index_query){.newest_first = a->newest};
    for (size_t i = 0; i < FACET_COUNT; i++)
        q->facets[i] = slice_str(a->facets[i]);
    q->xid = slice_str(a->xid);
    if (!read_time(a->since, now_us, &q->since_us) || !read_time(a->until, now_us, &q->until_us))
        return "a time is 2h, 7d, 2026-11-28 or 2026-11-28T17:00:00Z";
    if (!read_seq(a->after, &q->has_after, &q->after) ||
        !read_seq(a->before, &q->has_before, &q->before))
        return "--after and --before take a SEQ";
    if (!read_seq(a->count, &has_limit, &q->limit) || (has_limit && q->limit == 0))
        return "-n takes a number";
    return NULL;
}
