/* redact/match.c - the one file that includes <hs.h>: compile, keep, scan in slices.
 *
 * Refuses to know what a pattern means. A text is scanned in slices of 64 KiB that overlap, so that
 * no single engine call is long; what meets twice in the overlap is joined. Freed by
 * matcher_free(). */
#include "proxy/base/base.h"
#include "redact/match.h"
#include "proxy/base/secret.h"
#include <fcntl.h>
#include <hs.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SLICE_BYTES = 65536, OVERLAP = 1024, DATABASE_MAX = 64 << 20 };

struct matcher {
    hs_database_t *database;
    hs_scratch_t *scratch; /* the pattern for clones; never scanned with */
    size_t patterns;
};

struct match_scratch {
    hs_scratch_t *hs;
    uint32_t *last; /* index + 1 of each id's last match in `found` */
    size_t patterns;
    struct match *found;
    size_t count, room;
    uint32_t base; /* where the slice begins in the text */
    bool short_memory;
};

const char *match_version(void)
{
    return hs_version();
}

/* What decides whether a kept database is still the right one. */
static void database_path(const struct match_pattern *p, size_t n, const char *cache_dir,
                          char *path, size_t size)
{
    struct digest sum = secret_sha256(slice_str(hs_version()));
    char hex[65];
    for (size_t i = 0; i < n; i++) {
        char link[80];
        struct digest one = secret_sha256(p[i].text);
        memcpy(link, sum.at, 32);
        memcpy(link + 32, one.at, 32);
        link[64] = p[i].caseless ? 'i' : 'c';
        sum = secret_sha256(slice_of(link, 65));
    }
    secret_hex(sum.at, 32, hex);
    snprintf(path, size, "%s/detectors-%s.hs", cache_dir, hex);
}

static hs_database_t *read_database(const char *path)
{
    struct stat st;
    hs_database_t *database = NULL;
    char *bytes = NULL;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return NULL;
    bool sound = fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (st.st_mode & 022) == 0 &&
                 st.st_size > 40 && st.st_size <= DATABASE_MAX;
    if (sound)
        bytes = malloc((size_t)st.st_size);
    if (bytes != NULL && read(fd, bytes, (size_t)st.st_size) == st.st_size) {
        size_t len = (size_t)st.st_size - 32;
        struct digest sum = secret_sha256(slice_of(bytes + 32, len));
        if (memcmp(sum.at, bytes, 32) != 0 ||
            hs_deserialize_database(bytes + 32, len, &database) != HS_SUCCESS)
            database = NULL;
    }
    free(bytes);
    close(fd);
    return database;
}

/* Best effort: a database that cannot be kept is compiled again next time. */
static void keep_database(const hs_database_t *database, const char *path)
{
    char *bytes = NULL;
    char temporary[4200];
    size_t len = 0;
    if (hs_serialize_database(database, &bytes, &len) != HS_SUCCESS)
        return;
    struct digest sum = secret_sha256(slice_of(bytes, len));
    snprintf(temporary, sizeof temporary, "%s.%ld", path, (long)getpid());
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd >= 0) {
        bool kept = write(fd, sum.at, 32) == 32 && write(fd, bytes, len) == (ssize_t)len;
        kept = close(fd) == 0 && kept;
        if (!kept || rename(temporary, path) != 0)
            unlink(temporary);
    }
    free(bytes);
}

struct compile_input {
    const char **texts;
    unsigned *flags, *ids;
    char *copy; /* NUL-terminated copies of all patterns */
    size_t count;
};

static void compile_input_free(struct compile_input *in)
{
    free(in->texts);
    free(in->flags);
    free(in->ids);
    free(in->copy);
}

static gw_result compile_input_fill(struct compile_input *in, const struct match_pattern *p,
                                    size_t n)
{
    size_t bytes = 0, at = 0;
    for (size_t i = 0; i < n; i++)
        bytes += p[i].text.len + 1;
    *in = (struct compile_input){.texts = calloc(n, sizeof *in->texts),
                                 .flags = calloc(n, sizeof *in->flags),
                                 .ids = calloc(n, sizeof *in->ids),
                                 .copy = malloc(bytes),
                                 .count = n};
    if (in->texts == NULL || in->flags == NULL || in->ids == NULL || in->copy == NULL) {
        compile_input_free(in);
        return gw_is(GW_NO_MEMORY);
    }
    for (size_t i = 0; i < n; i++) {
        memcpy(in->copy + at, p[i].text.at, p[i].text.len);
        in->copy[at + p[i].text.len] = 0;
        in->texts[i] = in->copy + at;
        in->flags[i] = HS_FLAG_SOM_LEFTMOST | (p[i].caseless ? HS_FLAG_CASELESS : 0U);
        in->ids[i] = (unsigned)i;
        at += p[i].text.len + 1;
    }
    return gw_is(GW_OK);
}

static gw_result compile(const struct match_pattern *p, size_t n, struct match_fault *fault,
                         hs_database_t **out)
{
    struct compile_input in;
    hs_compile_error_t *error = NULL;
    TRY(compile_input_fill(&in, p, n));
    hs_error_t r =
        hs_compile_multi(in.texts, in.flags, in.ids, (unsigned)n, HS_MODE_BLOCK, NULL, out, &error);
    if (r != HS_SUCCESS) {
        if (error != NULL && error->expression >= 0)
            fault->pattern = (size_t)error->expression;
        snprintf(fault->reason, sizeof fault->reason, "%s",
                 error != NULL ? error->message : "engine failure");
        hs_free_compile_error(error);
    }
    compile_input_free(&in);
    return r == HS_SUCCESS ? gw_is(GW_OK) : gw_is(r == HS_NOMEM ? GW_NO_MEMORY : GW_BAD);
}

gw_result matcher_new(const struct match_pattern *patterns, size_t n, const char *cache_dir,
                      struct match_fault *fault, struct matcher **out)
{
    char path[4096] = "";
    hs_database_t *database = NULL;
    struct matcher *m = calloc(1, sizeof *m);
    *fault = (struct match_fault){.pattern = SIZE_MAX};
    if (m == NULL)
        return gw_is(GW_NO_MEMORY);
    if (cache_dir != NULL) {
        database_path(patterns, n, cache_dir, path, sizeof path);
        database = read_database(path);
    }
    if (database == NULL) {
        gw_result r = compile(patterns, n, fault, &database);
        if (!gw_ok(r)) {
            free(m);
            return r;
        }
        if (cache_dir != NULL)
            keep_database(database, path);
    }
    m->database = database;
    m->patterns = n;
    if (hs_alloc_scratch(database, &m->scratch) != HS_SUCCESS) {
        matcher_free(m);
        return gw_is(GW_NO_MEMORY);
    }
    *out = m;
    return gw_is(GW_OK);
}

void matcher_free(struct matcher *m)
{
    if (m == NULL)
        return;
    hs_free_scratch(m->scratch);
    hs_free_database(m->database);
    free(m);
}

struct match_scratch *match_scratch_new(const struct matcher *m)
{
    struct match_scratch *s = calloc(1, sizeof *s);
    if (s == NULL)
        return NULL;
    s->patterns = m->patterns;
    s->last = calloc(m->patterns + 1, sizeof *s->last);
    if (s->last == NULL || hs_clone_scratch(m->scratch, &s->hs) != HS_SUCCESS) {
        match_scratch_free(s);
        return NULL;
    }
    return s;
}

void match_scratch_free(struct match_scratch *scratch)
{
    if (scratch == NULL)
        return;
    hs_free_scratch(scratch->hs);
    free(scratch->last);
    free(scratch->found);
    free(scratch);
}

/* The engine's callback; non-zero ends the scan. */
static int meet(unsigned id, unsigned long long from, unsigned long long to, unsigned flags,
                void *of)
{
    struct match_scratch *s = of;
    uint32_t start = s->base + (uint32_t)from, end = s->base + (uint32_t)to;
    (void)flags;
    if (s->last[id] != 0) {
        struct match *before = &s->found[s->last[id] - 1];
        if (start <= before->end) {
            before->start = start < before->start ? start : before->start;
            before->end = end > before->end ? end : before->end;
            return 0;
        }
    }
    if (s->count == s->room) {
        size_t room = s->room == 0 ? 256 : s->room * 2;
        struct match *grown = realloc(s->found, room * sizeof *grown);
        if (grown == NULL) {
            s->short_memory = true;
            return 1;
        }
        s->found = grown;
        s->room = room;
    }
    s->found[s->count++] = (struct match){.id = id, .start = start, .end = end};
    s->last[id] = (uint32_t)s->count;
    return 0;
}

static int by_start(const void *a, const void *b)
{
    const struct match *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

gw_result match_all(const struct matcher *m, struct match_scratch *scratch, struct slice text,
                    struct arena *arena, struct match **out, size_t *count)
{
    *out = NULL;
    *count = 0;
    scratch->count = 0;
    scratch->short_memory = false;
    memset(scratch->last, 0, (m->patterns + 1) * sizeof *scratch->last);
    if (text.len > UINT32_MAX / 2)
        return gw_is(GW_TOO_BIG);
    for (size_t at = 0; at < text.len; at += SLICE_BYTES - OVERLAP) {
        struct slice part = slice_cut(text, at, at + SLICE_BYTES);
        scratch->base = (uint32_t)at;
        hs_error_t r =
            hs_scan(m->database, part.at, (unsigned)part.len, 0, scratch->hs, meet, scratch);
        if (scratch->short_memory)
            return gw_is(GW_NO_MEMORY);
        if (r != HS_SUCCESS)
            return gw_is(GW_CORRUPT);
        if (at + part.len >= text.len)
            break;
    }
    if (scratch->count == 0)
        return gw_is(GW_OK);
    *out = arena_array(arena, scratch->count, sizeof **out);
    if (*out == NULL)
        return gw_is(GW_NO_MEMORY);
    memcpy(*out, scratch->found, scratch->count * sizeof **out);
    *count = scratch->count;
    qsort(*out, *count, sizeof **out, by_start);
    return gw_is(GW_OK);
}
