/* policies/load.c - files become a policy: texts, trees, lists, classes; then detectors, rules,
 * routes and tests by their own readers, and check.c's judgement.
 *
 * Knows nothing of deciding. The policy owns one arena in which everything lies, the texts of its
 * files included; policy_free() gives all of it back. */
#include "proxy/base/base.h"
#include "policies/keyword.h"
#include "policies/model.h"
#include "policies/pack.h"
#include "proxy/base/mode.h"
#include <fcntl.h>
#include <unistd.h>

enum {
    POLICY_ARENA = 256 << 20,
    POLICY_BUNDLE = 8 << 20,
    FILE_MAX = 4 << 20,
    FILE_LARGE = 64 << 20,
    LIST_WORDS = 100000
};

static const char builtin[] = "builtin:default";

/* The whole file appended to *into; GW_IO: errno says why not, GW_REFUSED: *fault does. */
static gw_result read_file(const char *path, struct buf *into, const char **fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    gw_result r = fd < 0 ? gw_is(GW_IO) : gw_is(GW_OK);
    if (gw_ok(r) && (*fault = mode_fault(fd, MODE_RULE)) != NULL)
        r = gw_is(GW_REFUSED);
    for (ssize_t n = 1; gw_ok(r) && n > 0;) {
        char *at;
        r = buf_room(into, 65536, &at);
        if (!gw_ok(r))
            break;
        n = read(fd, at, 65536);
        if (n < 0)
            r = gw_is(GW_IO);
        else
            buf_wrote(into, (size_t)n);
    }
    if (fd >= 0) {
        int kept = errno;
        close(fd);
        errno = kept;
    }
    return r;
}

/* What a file of fingerprints or hashes leaves in the bundle: which it was. */
static void put_digest(struct load *l, const char *path, struct slice text)
{
    char hex[65];
    secret_hex(secret_sha256(text).at, 32, hex);
    buf_put_str(&l->bundle, path);
    buf_put_str(&l->bundle, " sha256 ");
    buf_put_str(&l->bundle, hex);
    buf_put_str(&l->bundle, "\n");
}

/* The file's text in the arena and, as it counts for the digest, in the bundle; of a large one only
 * its digest. */
static bool take_text(struct load *l, const struct yaml *at, const char *path, bool is_large,
                      struct slice *text)
{
    struct buf b;
    int most = is_large ? FILE_LARGE : FILE_MAX;
    buf_init(&b, (size_t)most);
    errno = 0;
    const char *fault = "";
    gw_result r =
        strcmp(path, builtin) == 0 ? buf_add(&b, pack_default()) : read_file(path, &b, &fault);
    if (gw_ok(r)) {
        *text = arena_copy(l->arena, buf_slice(&b));
        l->no_memory |= text->at == NULL;
        if (is_large)
            put_digest(l, path, buf_slice(&b));
        else
            buf_put(&l->bundle, buf_slice(&b));
    } else if (r.code == GW_REFUSED) {
        load_fault(l, at, "%s: %s", path, fault);
    } else if (r.code == GW_TOO_BIG) {
        load_fault(l, at, "%s is larger than %d bytes", path, most);
    } else {
        load_fault(l, at, "%s cannot be read: %s", path, strerror(errno));
    }
    buf_free(&b);
    return gw_ok(r) && text->at != NULL;
}

static void policy_take(struct load *l, const struct yaml *v, void *into)
{
    (void)into;
    if (v->text.len == 0)
        load_fault(l, v, "a policy's name is not empty");
}

static void threshold_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct policy *)into)->threshold = score_of(l, v);
}

static void names_take(struct load *l, const struct yaml *v, void *into)
{
    static const char *const levels[] = {
        [NAMES_OFF] = "off", [NAMES_LOW] = "low", [NAMES_HIGH] = "high"};
    for (uint8_t i = 0; i < GW_COUNT(levels); i++)
        if (slice_is(v->text, slice_str(levels[i]))) {
            struct policy *p = into;
            p->names =
                i > p->names ? i : p->names; /* of several files the one that asks for most */
            return;
        }
    load_fault(l, v, "names: off, low or high");
}

/* A name that is new goes behind the one that stood before it; known ones must keep their order. */
static void merge_class(struct load *l, const struct yaml *at, struct slice name, unsigned *before)
{
    struct policy *p = l->policy;
    unsigned rank = class_rank(p, name);
    if (rank == NO_CLASS) {
        if (p->class_count == POLICY_CLASSES) {
            load_fault(l, at, "more than %d classes", POLICY_CLASSES);
            return;
        }
        rank = *before == NO_CLASS ? 0 : *before + 1;
        memmove(&p->classes[rank + 1], &p->classes[rank],
                (p->class_count - rank) * sizeof p->classes[0]);
        p->classes[rank] = name;
        p->class_count++;
    } else if (*before != NO_CLASS && rank <= *before) {
        load_fault(l, at, "class '%.*s' stands elsewhere in another order, or twice", (int)name.len,
                   name.at);
        return;
    }
    *before = rank;
}

static void classes_take(struct load *l, const struct yaml *v, void *into)
{
    (void)into;
    struct words words = words_of(l, v);
    unsigned before = NO_CLASS;
    for (size_t i = 0; i < words.n; i++) {
        if (slice_is(clear_name(words.at[i]).s, SLICE_LIT("?")))
            load_fault(l, words.places[i], "a class is letters, digits and '-'");
        else
            merge_class(l, words.places[i], words.at[i], &before);
    }
}

struct words load_lines(struct load *l, const struct yaml *at, struct slice text)
{
    size_t lines = 1, n = 0;
    for (size_t i = 0; i < text.len; i++)
        lines += text.at[i] == '\n';
    struct slice *words = load_array(l, lines, sizeof *words);
    while (words != NULL && text.len > 0) {
        size_t end = slice_find_byte(text, '\n');
        struct slice line = slice_trim(slice_cut(text, 0, end));
        text = end == SIZE_MAX ? slice_from(text, text.len) : slice_from(text, end + 1);
        if (line.len > 0 && line.at[0] != '#')
            words[n++] = line;
    }
    if (n == 0 && words != NULL)
        load_fault(l, at, "this file holds no words");
    if (n > LIST_WORDS)
        load_fault(l, at, "this file holds %zu words; a list has %d at most", n, LIST_WORDS);
    return (struct words){words, NULL, n};
}

bool load_path(struct load *l, const struct yaml *at, struct slice name, char path[PATH_MAX])
{
    const char *slash = strrchr(l->file, '/');
    int dir = slash == NULL || name.len == 0 || name.at[0] == '/' ? 0 : (int)(slash + 1 - l->file);
    int n = snprintf(path, PATH_MAX, "%.*s%.*s", dir, l->file, (int)name.len,
                     name.len == 0 ? "" : name.at);
    if (name.len > 0 && n > 0 && n < PATH_MAX)
        return true;
    load_fault(l, at, "a path is needed here");
    return false;
}

bool load_file(struct load *l, const struct yaml *at, const char *path, bool is_large,
               struct slice *text)
{
    return take_text(l, at, path, is_large, text);
}

static void list_file_take(struct load *l, const struct yaml *v, void *into)
{
    char path[PATH_MAX];
    struct slice text = {0};
    if (load_path(l, v, v->text, path) && take_text(l, v, path, false, &text))
        *(struct words *)into = load_lines(l, v, text);
}

/* clang-format off */
static const struct keyword list_keys[] = {
    {"file", SHAPE_TEXT, list_file_take, "a file with one word a line, beside the policy file"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

static void lists_take(struct load *l, const struct yaml *v, void *into)
{
    struct policy *p = into;
    for (const struct yaml *m = v->first; m != NULL; m = m->next) {
        struct word_list *list = &p->lists[p->list_count];
        *list = (struct word_list){.name = m->key};
        for (size_t i = 0; i < p->list_count; i++)
            if (slice_is(p->lists[i].name, m->key))
                load_fault(l, m, "a list of this name stands in another file");
        p->list_count++;
        if (m->kind == YAML_MAP)
            keyword_read(l, list_keys, m, &list->words);
        else
            list->words = words_of(l, m);
        if (m->kind == YAML_MAP && yaml_member(m, "file") == NULL)
            load_fault(l, m, "a list of words, or {file: NAME}, is needed here");
    }
}

static void rules_take(struct load *l, const struct yaml *v, void *into)
{
    struct policy *p = into;
    for (const struct yaml *m = v->first; m != NULL; m = m->next)
        rule_read(l, m, &p->rules[p->rule_count++]);
}

static void routes_take(struct load *l, const struct yaml *v, void *into)
{
    struct policy *p = into;
    size_t i = l->routes_free -= v->count;
    for (const struct yaml *m = v->first; m != NULL; m = m->next)
        route_read(l, m, &p->routes[i++]);
}

static void tests_take(struct load *l, const struct yaml *v, void *into)
{
    struct policy *p = into;
    for (const struct yaml *m = v->first; m != NULL; m = m->next)
        test_read(l, m, &p->tests[p->test_count++]);
}

/* In the order in which they are read: what later ones refer to comes first. */
/* clang-format off */
static const struct keyword policy_keys[] = {
    {"policy",    SHAPE_TEXT,  policy_take,    "the policy's name"},
    {"threshold", SHAPE_TEXT,  threshold_take, "the lowest score at which a finding counts; 0.5 when not given"},
    {"names",     SHAPE_TEXT,  names_take,     "how hard names of persons and places and addresses are looked for: off, low, high"},
    {"classes",   SHAPE_LIST,  classes_take,   "classes from low to high"},
    {"lists",     SHAPE_MAP,   lists_take,     "named lists of words: a list, or {file: PATH}"},
    {"detectors", SHAPE_MAP,   detectors_take, "detectors beside the built-in ones"},
    {"allow",     SHAPE_ANY,   allows_take,    "values that are no secret: a map, or a list of maps"},
    {"answers",   SHAPE_MAP,   answers_take,   "what is looked for in answers beside detectors"},
    {"rules",     SHAPE_LIST,  rules_take,     "what is looked for and what is done"},
    {"routes",    SHAPE_LIST,  routes_take,    "where exchanges go; the first match counts"},
    {"tests",     SHAPE_LIST,  tests_take,     "requests and what must become of them"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

static size_t count_of(const struct load *l, const char *name, enum yaml_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < l->file_count; i++) {
        const struct yaml *m = yaml_member(l->roots[i], name);
        n += m != NULL && m->kind == kind ? m->count : 0;
    }
    return n;
}

static void make_room(struct load *l)
{
    struct policy *p = l->policy;
    p->route_count = l->routes_free = count_of(l, "routes", YAML_LIST);
    p->lists = load_array(l, count_of(l, "lists", YAML_MAP), sizeof *p->lists);
    p->detectors = load_array(l, count_of(l, "detectors", YAML_MAP), sizeof *p->detectors);
    p->allows = load_array(l, count_of(l, "allow", YAML_LIST) + l->file_count, sizeof *p->allows);
    p->rules = load_array(l, count_of(l, "rules", YAML_LIST), sizeof *p->rules);
    p->routes = load_array(l, p->route_count, sizeof *p->routes);
    p->tests = load_array(l, count_of(l, "tests", YAML_LIST), sizeof *p->tests);
}

static void default_classes(struct policy *p)
{
    static const char *const names[] = {"public", "internal", "confidential", "restricted"};
    if (p->class_count > 0)
        return;
    for (; p->class_count < GW_COUNT(names); p->class_count++)
        p->classes[p->class_count] = slice_str(names[p->class_count]);
}

static void read_texts(struct load *l, const char *const *files, size_t n)
{
    for (size_t i = 0; i < n && !l->no_memory; i++) {
        struct slice name = arena_copy(l->arena, slice_str(files[i]));
        struct slice text;
        l->no_memory |= name.at == NULL;
        if (l->no_memory)
            return;
        l->file = name.at;
        if (!take_text(l, NULL, files[i], false, &text))
            continue;
        gw_result r = yaml_parse(text, l->file, l->arena, l->complaints, &l->roots[l->file_count]);
        if (gw_ok(r))
            l->files[l->file_count++] = l->file;
        else if (r.code == GW_NO_MEMORY)
            l->no_memory = true;
        else
            l->faults++;
    }
}

static gw_result load_all(struct load *l, const char *const *files, size_t n)
{
    read_texts(l, files, n);
    if (l->faults > 0 || l->no_memory)
        return gw_is(l->no_memory ? GW_NO_MEMORY : GW_BAD);
    make_room(l);
    for (size_t i = 0; i < l->file_count && !l->no_memory; i++) {
        l->file = l->files[i];
        keyword_read(l, policy_keys, l->roots[i], l->policy);
    }
    default_classes(l->policy);
    if (!l->no_memory && l->faults == 0)
        check_policy(l);
    l->policy->bundle = arena_copy(l->arena, buf_slice(&l->bundle));
    if (l->no_memory || l->policy->bundle.at == NULL)
        return gw_is(GW_NO_MEMORY);
    l->policy->digest = secret_sha256(l->policy->bundle);
    if (l->bundle.failed)
        load_fault(l, NULL, "the policy's files are larger than %d bytes", POLICY_BUNDLE);
    return gw_is(l->faults > 0 ? GW_BAD : GW_OK);
}

gw_result policy_load(const char *const *files, size_t n, const struct policy_upstream *upstreams,
                      size_t upstream_count, struct buf *complaints, struct policy **out)
{
    *out = NULL;
    if (n == 0 || n > POLICY_FILES) {
        yaml_complain(complaints, "policies", NULL, "1 to %d policy files are needed",
                      POLICY_FILES);
        return gw_is(GW_BAD);
    }
    struct load l = {.arena = arena_new(POLICY_ARENA),
                     .complaints = complaints,
                     .upstreams = upstreams,
                     .upstream_count = upstream_count};
    l.policy = l.arena == NULL ? NULL : arena_zalloc(l.arena, sizeof *l.policy);
    if (l.policy == NULL) {
        arena_free(l.arena);
        return gw_is(GW_NO_MEMORY);
    }
    l.policy->arena = l.arena;
    l.policy->threshold = 500;
    answers_begin(l.policy);
    buf_init(&l.bundle, POLICY_BUNDLE);
    gw_result r = load_all(&l, files, n);
    buf_free(&l.bundle);
    if (gw_ok(r))
        *out = l.policy;
    else
        policy_free(l.policy);
    return r;
}

gw_result policy_load_default(const struct policy_upstream *upstreams, size_t n,
                              struct buf *complaints, struct policy **out)
{
    const char *file = builtin;
    return policy_load(&file, 1, upstreams, n, complaints, out);
}

void policy_free(struct policy *p)
{
    if (p == NULL)
        return;
    secret_store_free(p->salts);
    arena_free(p->arena);
}
