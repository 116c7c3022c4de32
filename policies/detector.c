/* policies/detector.c - the keys of a policy's own detectors and of what it allows, each a row.
 *
 * Reads what stands there; what a pattern, a check or a file of hashes is worth is for redact/ to
 * say when the scanner is made. Refuses to know how anything is found. Allocates in the policy's
 * arena; salts lie in its store of secrets. */
#include "proxy/base/base.h"
#include "policies/keyword.h"
#include "policies/model.h"
#include "proxy/base/mode.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NEAR_DEFAULT = 40, NEAR_MAX = 1000, SALT_MAX = 4096, SALT_LEAST = 16, DOCUMENTS = 1000 };
enum { STRETCH_LEAST = 8, STRETCH_MOST = 1000 };

static void use_list_take(struct load *l, const struct yaml *v, void *into)
{
    const struct policy *p = l->policy;
    const char **names = load_array(l, p->list_count + 1, sizeof *names);
    for (size_t i = 0; i < p->list_count && names != NULL; i++) {
        names[i] = p->lists[i].name.at;
        if (slice_is(p->lists[i].name, v->text)) {
            *(struct words *)into = p->lists[i].words;
            return;
        }
    }
    if (names != NULL)
        load_unknown(l, v, "list", v->text, names);
}

/* clang-format off */
static const struct keyword use_keys[] = {
    {"list", SHAPE_TEXT, use_list_take, "the name of a list of this file or an earlier one"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

static struct words list_or_words(struct load *l, const struct yaml *v)
{
    struct words words = {0};
    if (v->kind != YAML_MAP)
        return words_of(l, v);
    keyword_read(l, use_keys, v, &words);
    if (yaml_member(v, "list") == NULL)
        load_fault(l, v, "a list of words, or {list: NAME}, is needed here");
    return words;
}

static void words_take(struct load *l, const struct yaml *v, void *into)
{
    struct custom_detector *d = into;
    struct words words = list_or_words(l, v);
    d->words = words.at;
    d->word_count = words.n;
}

static void pattern_take(struct load *l, const struct yaml *v, void *into)
{
    if (v->text.len == 0)
        load_fault(l, v, "an empty pattern finds nothing");
    ((struct custom_detector *)into)->pattern = v->text;
}

static void near_words_take(struct load *l, const struct yaml *v, void *into)
{
    struct custom_detector *d = into;
    struct words words = list_or_words(l, v);
    d->near = words.at;
    d->near_count = words.n;
}

static void within_take(struct load *l, const struct yaml *v, void *into)
{
    uint64_t n = 0;
    if (!gw_ok(slice_u64(v->text, &n)) || n == 0 || n > NEAR_MAX)
        load_fault(l, v, "'within' is a number of bytes from 1 to %d", NEAR_MAX);
    ((struct custom_detector *)into)->within = (size_t)n;
}

/* clang-format off */
static const struct keyword near_keys[] = {
    {"words",  SHAPE_ANY,  near_words_take, "of which one must stand near: a list, or {list: NAME}"},
    {"within", SHAPE_TEXT, within_take,     "how near, in bytes; 40 when it is not given"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

static void near_take(struct load *l, const struct yaml *v, void *into)
{
    keyword_read(l, near_keys, v, into);
    if (((struct custom_detector *)into)->near_count == 0)
        load_fault(l, v, "'near' needs 'words'");
}

static void checks_take(struct load *l, const struct yaml *v, void *into)
{
    struct custom_detector *d = into;
    struct words names = words_of(l, v);
    size_t known = 0;
    while (finding_check_at(known) != NULL)
        known++;
    const char **all = load_array(l, known + 1, sizeof *all);
    for (size_t i = 0; all != NULL && i < known; i++)
        all[i] = finding_check_at(i);
    for (size_t i = 0; all != NULL && i < names.n; i++) {
        size_t k = 0;
        while (k < known && !slice_is(names.at[i], slice_str(all[k])))
            k++;
        if (k == known)
            load_unknown(l, names.places[i], "check", names.at[i], all);
    }
    d->checks = names.at;
    d->check_count = names.n;
}

static void hashed_file_take(struct load *l, const struct yaml *v, void *into)
{
    char path[PATH_MAX];
    if (load_path(l, v, v->text, path))
        (void)load_file(l, v, path, true, &((struct custom_detector *)into)->hashed);
}

/* The file's content without the white space around it, in text[0, SALT_MAX). */
static struct slice read_salt(struct load *l, const struct yaml *at, const char *path, char *text)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    const char *fault = fd < 0 ? strerror(errno) : mode_fault(fd, MODE_SECRET);
    ssize_t n = fault != NULL ? 0 : read(fd, text, SALT_MAX);
    if (n < 0)
        fault = strerror(errno);
    else if (n == SALT_MAX)
        fault = "a salt has fewer bytes"; /* what is cut off would make it another one */
    if (fault != NULL)
        load_fault(l, at, "%s: %s", path, fault);
    if (fd >= 0)
        close(fd);
    return slice_trim(slice_of(text, n > 0 ? (size_t)n : 0));
}

static struct slice keep_salt(struct load *l, const struct yaml *at, struct slice salt)
{
    struct policy *p = l->policy;
    if (salt.len < SALT_LEAST) {
        load_fault(l, at, "a salt of %d characters or more is needed", SALT_LEAST);
        return slice_of(NULL, 0);
    }
    if (p->salts == NULL)
        p->salts = secret_store_new();
    struct slice kept = p->salts == NULL ? slice_of(NULL, 0) : secret_store_keep(p->salts, salt);
    l->no_memory |= kept.at == NULL;
    return kept;
}

static void salt_take(struct load *l, const struct yaml *v, void *into)
{
    struct custom_detector *d = into;
    char path[PATH_MAX], text[SALT_MAX];
    if (slice_has_prefix(v->text, SLICE_LIT("env:"))) {
        const char *value = getenv(v->text.at + 4); /* texts of the tree end with a NUL */
        if (value == NULL)
            load_fault(l, v, "the environment's %s is not set", v->text.at + 4);
        else
            d->salt = keep_salt(l, v, slice_str(value));
    } else if (slice_has_prefix(v->text, SLICE_LIT("file:"))) {
        size_t faults = l->faults;
        if (!load_path(l, v, slice_from(v->text, 5), path))
            return;
        struct slice salt = read_salt(l, v, path, text);
        if (l->faults == faults)
            d->salt = keep_salt(l, v, salt);
        secret_wipe(text, sizeof text);
    } else {
        load_fault(l, v, "a secret is never written here: env:NAME or file:PATH");
    }
}

static void shape_take(struct load *l, const struct yaml *v, void *into)
{
    const char *named = finding_shape(v->text);
    if (v->text.len == 0)
        load_fault(l, v, "a shape is a pattern, or 'number' or 'word'");
    ((struct custom_detector *)into)->pattern = named != NULL ? slice_str(named) : v->text;
}

/* clang-format off */
static const struct keyword hashed_keys[] = {
    {"file",  SHAPE_TEXT, hashed_file_take, "made by `bulla policy hash`"},
    {"salt",  SHAPE_TEXT, salt_take,        "env:NAME or file:PATH of the salt that it was made with"},
    {"shape", SHAPE_TEXT, shape_take,       "how a value looks: a pattern, or 'number' or 'word'"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

static void hashed_take(struct load *l, const struct yaml *v, void *into)
{
    struct custom_detector *d = into;
    size_t faults = l->faults;
    keyword_read(l, hashed_keys, v, d);
    if (l->faults == faults && (d->hashed.len == 0 || d->salt.len == 0 || d->pattern.len == 0))
        load_fault(l, v, "'hashed' needs 'file', 'salt' and 'shape'");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the files of a folder, sorted; hidden ones are left out. */
static size_t names_in(struct load *l, const struct yaml *at, const char *path, const char **names)
{
    size_t n = 0;
    DIR *folder = opendir(path);
    if (folder == NULL)
        load_fault(l, at, "%s cannot be read: %s", path, strerror(errno));
    for (struct dirent *e; folder != NULL && (e = readdir(folder)) != NULL;) {
        if (e->d_name[0] == '.')
            continue;
        if (n == DOCUMENTS) {
            load_fault(l, at, "%s holds more than %d files", path, DOCUMENTS);
            break;
        }
        names[n] = arena_copy(l->arena, slice_of(e->d_name, strlen(e->d_name) + 1)).at;
        l->no_memory |= names[n] == NULL;
        n += names[n] != NULL;
    }
    if (folder != NULL)
        closedir(folder);
    if (n > 0)
        qsort(names, n, sizeof *names, by_name);
    return n;
}

static void document_file_take(struct load *l, const struct yaml *v, void *into)
{
    struct custom_detector *d = into;
    char path[PATH_MAX], one[PATH_MAX];
    struct stat facts;
    if (!load_path(l, v, v->text, path))
        return;
    bool is_folder = stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
    const char **names = load_array(l, DOCUMENTS, sizeof *names);
    struct slice *texts = load_array(l, DOCUMENTS, sizeof *texts);
    if (names == NULL || texts == NULL)
        return;
    size_t n = is_folder ? names_in(l, v, path, names) : 1;
    for (size_t i = 0; i < n && !l->no_memory; i++) {
        int len = is_folder ? snprintf(one, sizeof one, "%s/%s", path, names[i])
                            : snprintf(one, sizeof one, "%s", path);
        if (len < 0 || (size_t)len >= sizeof one)
            load_fault(l, v, "a path is too long");
        else if (load_file(l, v, one, true, &texts[d->document_count]))
            d->document_count++;
    }
    d->documents = texts;
    if (n == 0)
        load_fault(l, v, "%s holds no documents", path);
}

static void least_take(struct load *l, const struct yaml *v, void *into)
{
    uint64_t n = 0;
    if (!gw_ok(slice_u64(v->text, &n)) || n < STRETCH_LEAST || n > STRETCH_MOST)
        load_fault(l, v, "'least' is a number of words from %d to %d", STRETCH_LEAST, STRETCH_MOST);
    ((struct custom_detector *)into)->least = (size_t)n;
}

/* clang-format off */
static const struct keyword document_keys[] = {
    {"file",  SHAPE_TEXT, document_file_take, "a file made by `bulla policy fingerprint`, or a text, or a folder of either"},
    {"least", SHAPE_TEXT, least_take,         "how many words in a row make a finding; 16 when it is not given"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

static void documents_take(struct load *l, const struct yaml *v, void *into)
{
    size_t faults = l->faults;
    keyword_read(l, document_keys, v, into);
    if (l->faults == faults && ((struct custom_detector *)into)->document_count == 0)
        load_fault(l, v, "'documents' needs 'file'");
}

/* clang-format off */
static const struct keyword detector_keys[] = {
    {"words",   SHAPE_ANY,  words_take,   "whole words to find: a list, or {list: NAME}"},
    {"pattern", SHAPE_TEXT, pattern_take, "a regular expression (PCRE2)"},
    {"check",   SHAPE_WORDS, checks_take, "checks by name, such as luhn: all must hold"},
    {"hashed",  SHAPE_MAP,  hashed_take,  "values that are known as salted hashes only"},
    {"documents", SHAPE_MAP, documents_take, "texts of which no stretch may leave"},
    {"near",    SHAPE_MAP,  near_take,    "words of which one must stand near"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

/* A pattern is compiled where it is used, and what is wrong with it is said in terms of this file.
 */
static struct slice place_of(struct load *l, const struct yaml *detector)
{
    static const char *const ways[] = {"pattern", "hashed", "documents", "patterns"};
    const struct yaml *pattern = NULL;
    for (size_t i = 0; i < GW_COUNT(ways) && pattern == NULL; i++)
        pattern = yaml_member(detector, ways[i]);
    const struct yaml *at = pattern != NULL ? pattern : detector;
    char place[300];
    int n = snprintf(place, sizeof place, "%s:%u:%u", l->file, at->line, at->column);
    bool fits = n > 0 && (size_t)n < sizeof place;
    return fits ? arena_copy(l->arena, slice_of(place, (size_t)n)) : (struct slice){NULL, 0};
}

/* One way of finding, and what goes with it. */
static void check_kind(struct load *l, const struct yaml *m, const struct custom_detector *d)
{
    static const char *const ways[] = {"words", "pattern", "hashed", "documents"};
    size_t n = 0;
    if (m->kind != YAML_MAP)
        return;
    for (size_t i = 0; i < GW_COUNT(ways); i++)
        n += yaml_member(m, ways[i]) != NULL;
    if (n != 1)
        load_fault(l, m, "a detector has one of 'words', 'pattern', 'hashed' and 'documents'");
    if (d->check_count > 0 && yaml_member(m, "pattern") == NULL)
        load_fault(l, yaml_member(m, "check"), "'check' goes with a 'pattern'");
}

void detectors_take(struct load *l, const struct yaml *v, void *into)
{
    struct policy *p = into;
    for (const struct yaml *m = v->first; m != NULL; m = m->next) {
        struct custom_detector *d = &p->detectors[p->detector_count++];
        *d = (struct custom_detector){.name = m->key, .within = NEAR_DEFAULT};
        keyword_read(l, detector_keys, m, d);
        d->where = place_of(l, m);
        check_kind(l, m, d);
        if (m->key.len == 0 || slice_is(clear_name(m->key).s, SLICE_LIT("?")))
            load_fault(
                l, m,
                "a detector's name is letters, digits, blanks and + - . / : @ _, at most 200");
        if (finding_is_known(m->key) || family_from(m->key) != FAM_NONE)
            load_fault(l, m, "a built-in detector or family has this name");
        if (watch_from(m->key) < WATCH_KINDS || slice_is_nocase(m->key, SLICE_LIT("TOOL_CALL")))
            load_fault(l, m, "records call so what was found in an answer");
        for (size_t i = 0; i + 1 < p->detector_count; i++)
            if (slice_is_nocase(p->detectors[i].name, m->key))
                load_fault(l, m, "a detector of this name stands elsewhere");
    }
}

static void allow_values_take(struct load *l, const struct yaml *v, void *into)
{
    struct custom_allow *a = into;
    struct words words = list_or_words(l, v);
    a->values = words.at;
    a->value_count = words.n;
}

/* Behind the values: both may be given. */
static void allow_file_take(struct load *l, const struct yaml *v, void *into)
{
    struct custom_allow *a = into;
    char path[PATH_MAX];
    struct slice text = {0};
    if (!load_path(l, v, v->text, path) || !load_file(l, v, path, false, &text))
        return;
    struct words more = load_lines(l, v, text);
    struct slice *all = load_array(l, a->value_count + more.n, sizeof *all);
    if (all == NULL)
        return;
    if (a->value_count > 0)
        memcpy(all, a->values, a->value_count * sizeof *all);
    memcpy(all + a->value_count, more.at, more.n * sizeof *all);
    a->values = all;
    a->value_count += more.n;
}

static void allow_patterns_take(struct load *l, const struct yaml *v, void *into)
{
    struct custom_allow *a = into;
    struct words words = words_of(l, v);
    a->patterns = words.at;
    a->pattern_count = words.n;
}

static void allow_entities_take(struct load *l, const struct yaml *v, void *into)
{
    struct custom_allow *a = into;
    struct words words = words_of(l, v);
    a->entities = words.at;
    a->entity_count = words.n;
    for (size_t i = 0; i < words.n; i++)
        check_name(l, words.places[i], words.at[i]);
}

/* clang-format off */
static const struct keyword allow_keys[] = {
    {"values",   SHAPE_ANY,   allow_values_take,   "whole values: a list, or {list: NAME}"},
    {"file",     SHAPE_TEXT,  allow_file_take,     "a file with one value a line, beside the policy file"},
    {"patterns", SHAPE_WORDS, allow_patterns_take, "regular expressions (PCRE2) for the whole value"},
    {"entities", SHAPE_WORDS, allow_entities_take, "only for these entities, families or detectors; all when not given"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

void allows_take(struct load *l, const struct yaml *v, void *into)
{
    struct policy *p = into;
    if (v->kind != YAML_MAP && v->kind != YAML_LIST) {
        load_fault(l, v, "'allow' takes a map, or a list of maps");
        return;
    }
    for (const struct yaml *m = v->kind == YAML_LIST ? v->first : v; m != NULL; m = m->next) {
        struct custom_allow *a = &p->allows[p->allow_count++];
        size_t faults = l->faults;
        *a = (struct custom_allow){.where = place_of(l, m)};
        keyword_read(l, allow_keys, m, a);
        if (l->faults == faults && a->value_count + a->pattern_count == 0)
            load_fault(l, m, "this allows nothing: 'values', 'file' or 'patterns' is needed");
        if (v->kind == YAML_MAP)
            break;
    }
}
