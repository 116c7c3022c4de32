/* proxy/main/verb_prepare.c - `bulla policy hash` and `bulla policy fingerprint`: files that a
 * policy's detectors read in place of what they protect.
 *
 * Prints the file on standard output and how much is in it on standard error. Lists, salts and
 * documents are wiped when they have been read; none is printed. */
#include "proxy/base/base.h"
#include "proxy/main/detect.h"
#include "proxy/main/verb.h"
#include "proxy/base/mode.h"
#include "redact/known.h"
#include "redact/prints.h"
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LIST_MOST = 64 << 20, SALT_LEAST = 16, DOCUMENTS_MOST = 256 << 20 };

static int failed(const char *what, const char *why)
{
    return verb_failed("policy", "%s: %s", what, why);
}

/* The salt itself, in `into`. NULL: fine. */
static const char *read_salt(const char *reference, struct buf *into, struct slice *salt)
{
    if (strncmp(reference, "env:", 4) == 0) {
        const char *value = getenv(reference + 4);
        if (value == NULL)
            return "this variable is not set";
        *salt = slice_str(value);
    } else if (strncmp(reference, "file:", 5) == 0) {
        int fd = open(reference + 5, O_RDONLY | O_CLOEXEC | O_NOCTTY);
        const char *fault = fd < 0 ? strerror(errno) : mode_fault(fd, MODE_SECRET);
        if (fd >= 0)
            close(fd);
        if (fault != NULL)
            return fault;
        if (!gw_ok(detect_read(reference + 5, into)))
            return "cannot be read";
        *salt = slice_trim(buf_slice(into));
    } else {
        return "a salt is never written here: env:NAME or file:PATH";
    }
    return salt->len < SALT_LEAST ? "a salt has 16 characters or more" : NULL;
}

static int write_hashes(const char *reference, struct buf *salt_file, struct buf *list,
                        struct buf *out)
{
    struct slice salt = {0};
    const char *why = read_salt(reference, salt_file, &salt);
    size_t count = 0, line = 0;
    if (why != NULL)
        return failed(reference, why);
    if (!gw_ok(detect_read("-", list)))
        return failed("standard input", "cannot be read, or is larger than 64 MiB");
    if (!gw_ok(known_write(buf_slice(list), salt, out, &count, &line, &why)))
        return verb_failed("policy", "line %zu: %s", line, why);
    if (!gw_ok(detect_print(out)))
        return failed("standard output", strerror(errno));
    fprintf(stderr, "%zu values\n", count);
    return VERB_GOOD;
}

int verb_policy_hash(int argc, char **argv)
{
    struct buf salt, list, out;
    if (argc != 4 || strcmp(argv[2], "--salt") != 0)
        return verb_misused("policy", "say hash --salt env:NAME or file:PATH < LIST > FILE");
    buf_init(&salt, 1 << 17);
    buf_init(&list, LIST_MOST);
    buf_init(&out, LIST_MOST * 2);
    int code = write_hashes(argv[3], &salt, &list, &out);
    buf_free(&salt);
    buf_free(&list);
    buf_free(&out);
    return code;
}

/* One document behind the others, with the marks of a break between. */
static int add_document(const char *path, struct buf *all, size_t *ends, size_t *n)
{
    if (!gw_ok(detect_read(path, all)))
        return failed(path, "cannot be read, or the documents are larger than 256 MiB");
    ends[(*n)++] = buf_slice(all).len;
    return VERB_GOOD;
}

enum { FILES_MOST = 10000 };

/* A file, or the files of a folder. */
static int add_path(const char *path, struct buf *all, size_t *ends, size_t *n)
{
    struct stat facts;
    if (stat(path, &facts) != 0)
        return failed(path, strerror(errno));
    if (!S_ISDIR(facts.st_mode))
        return *n < FILES_MOST ? add_document(path, all, ends, n)
                               : failed(path, "more than 10000 files");
    DIR *folder = opendir(path);
    int code = folder == NULL ? failed(path, strerror(errno)) : VERB_GOOD;
    for (struct dirent *e; code == VERB_GOOD && (e = readdir(folder)) != NULL;) {
        char one[PATH_MAX];
        int len = snprintf(one, sizeof one, "%s/%s", path, e->d_name);
        if (e->d_name[0] == '.' || len < 0 || (size_t)len >= sizeof one)
            continue;
        code = *n < FILES_MOST ? add_document(one, all, ends, n)
                               : failed(path, "more than 10000 files");
    }
    if (folder != NULL)
        closedir(folder);
    return code;
}

static int write_prints(struct slice all, const size_t *ends, size_t n, struct buf *out)
{
    struct prints p;
    struct arena *arena = arena_new((size_t)4 << 30);
    size_t count = 0;
    gw_result r = arena == NULL ? gw_is(GW_NO_MEMORY) : prints_init(&p, all.len, 0, arena);
    for (size_t i = 0; i < n && gw_ok(r); i++) {
        size_t from = i == 0 ? 0 : ends[i - 1];
        r = prints_add(&p, slice_cut(all, from, ends[i]));
    }
    if (gw_ok(r)) {
        count = p.count;
        r = prints_write(&p, out);
    }
    arena_free(arena);
    if (!gw_ok(r))
        return failed("a document", r.code == GW_BAD ? "has fewer than 9 words" : gw_word(r));
    if (!gw_ok(detect_print(out)))
        return failed("standard output", strerror(errno));
    fprintf(stderr, "%zu documents, %zu fingerprints\n", n, count);
    return VERB_GOOD;
}

int verb_policy_fingerprint(int argc, char **argv)
{
    struct buf all, out;
    size_t *ends = calloc(FILES_MOST, sizeof *ends), n = 0;
    int code = VERB_GOOD;
    if (argc < 3 || ends == NULL) {
        free(ends);
        return verb_misused("policy", "say fingerprint FILE|FOLDER... > FILE");
    }
    buf_init(&all, DOCUMENTS_MOST);
    buf_init(&out, DOCUMENTS_MOST);
    for (int i = 2; i < argc && code == VERB_GOOD; i++)
        code = add_path(argv[i], &all, ends, &n);
    if (code == VERB_GOOD)
        code = write_prints(buf_slice(&all), ends, n, &out);
    buf_free(&all);
    buf_free(&out);
    free(ends);
    return code;
}
