/* proxy/main/keys.c - see keys.h. Refuses a file with a line that it does not understand: a key
 * that was mistyped must not go unnoticed. Owns its rows. */
#include "proxy/base/base.h"
#include "proxy/main/keys.h"
#include "proxy/base/buf.h"
#include "proxy/base/mode.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { KEYS_FILE_MAX = 4 << 20, HEX_LEN = 64, REVOKE_HEX_MIN = 8, KEYS_PATH_MAX = 4096 };

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

struct keys {
    struct keys_row *rows;
    size_t count, room;
};

bool keys_is_name(struct slice name)
{
    if (name.len == 0 || name.len > KEYS_NAME_MAX)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (memchr(base62, name.at[i], sizeof base62 - 1) == NULL &&
            memchr("._-", name.at[i], 3) == NULL)
            return false;
    return true;
}

static bool parse_hex(struct slice text, struct digest *out)
{
    static const char digits[] = "0123456789abcdef";
    if (text.len != HEX_LEN)
        return false;
    for (size_t i = 0; i < sizeof out->at; i++) {
        const char *high = memchr(digits, text.at[2 * i], 16);
        const char *low = memchr(digits, text.at[2 * i + 1], 16);
        if (high == NULL || low == NULL)
            return false;
        out->at[i] = (unsigned char)((high - digits) << 4 | (low - digits));
    }
    return true;
}

static struct slice next_word(struct slice *line)
{
    *line = slice_trim(*line);
    size_t end = slice_find_byte(*line, ' ');
    struct slice word = slice_cut(*line, 0, end == SIZE_MAX ? line->len : end);
    *line = slice_from(*line, word.len);
    return word;
}

static bool parse_row(struct slice line, struct keys_row *row)
{
    memset(row, 0, sizeof *row);
    struct slice hash = next_word(&line), app = next_word(&line), tenant = next_word(&line);
    struct slice created = next_word(&line);
    if (!parse_hex(hash, &row->hash) || !keys_is_name(app) || !keys_is_name(tenant) ||
        created.len == 0 || created.len >= sizeof row->created || slice_trim(line).len > 0)
        return false;
    memcpy(row->app, app.at, app.len);
    memcpy(row->tenant, tenant.at, tenant.len);
    memcpy(row->created, created.at, created.len);
    secret_hex(row->hash.at, KEYS_PRINT / 2, row->print);
    return true;
}

static gw_result add_row(struct keys *k, const struct keys_row *row)
{
    if (k->count == k->room) {
        size_t room = k->room == 0 ? 16 : k->room * 2;
        struct keys_row *rows = realloc(k->rows, room * sizeof *rows);
        if (rows == NULL)
            return gw_is(GW_NO_MEMORY);
        k->rows = rows;
        k->room = room;
    }
    k->rows[k->count++] = *row;
    return gw_is(GW_OK);
}

static gw_result parse_file(struct keys *k, struct slice text, unsigned *line_number)
{
    while (text.len > 0) {
        size_t end = slice_find_byte(text, '\n');
        struct slice line = slice_trim(slice_cut(text, 0, end == SIZE_MAX ? text.len : end));
        struct keys_row row;
        text = end == SIZE_MAX ? slice_from(text, text.len) : slice_from(text, end + 1);
        ++*line_number;
        if (line.len == 0 || line.at[0] == '#')
            continue;
        if (!parse_row(line, &row))
            return gw_is(GW_BAD);
        TRY(add_row(k, &row));
    }
    return gw_is(GW_OK);
}

static gw_result read_whole(int fd, struct buf *to)
{
    ssize_t n;
    do {
        char *at;
        TRY(buf_room(to, 4096, &at));
        n = read(fd, at, 4096);
        if (n > 0)
            buf_wrote(to, (size_t)n);
    } while (n > 0 || (n < 0 && errno == EINTR));
    return gw_is(n == 0 ? GW_OK : GW_IO);
}

static gw_result read_file(const char *file, struct buf *to)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return gw_is(errno == ENOENT ? GW_NOT_FOUND : GW_IO);
    gw_result r = mode_fault(fd, MODE_RULE) != NULL ? gw_is(GW_REFUSED) : read_whole(fd, to);
    close(fd);
    return r;
}

gw_result keys_load(const char *file, char *reason, size_t size, struct keys **out)
{
    struct buf text;
    unsigned line = 0;
    struct keys *k = calloc(1, sizeof *k);
    if (k == NULL)
        return gw_is(GW_NO_MEMORY);
    buf_init(&text, KEYS_FILE_MAX);
    gw_result r = read_file(file, &text);
    if (r.code == GW_REFUSED)
        snprintf(reason, size, "%s: others may change it: chmod o-w it", file);
    else if (r.code == GW_NOT_FOUND)
        snprintf(reason, size, "%s: is not there; `bulla key new --app NAME` makes it", file);
    else if (!gw_ok(r))
        snprintf(reason, size, "%s: cannot be read", file);
    else
        r = parse_file(k, buf_slice(&text), &line);
    if (r.code == GW_BAD)
        snprintf(reason, size, "%s:%u: not a line of \"sha256hex app tenant created\"", file, line);
    buf_free(&text);
    if (gw_ok(r))
        *out = k;
    else
        keys_free(k);
    return r;
}

void keys_free(struct keys *k)
{
    if (k == NULL)
        return;
    free(k->rows);
    free(k);
}

const struct keys_row *keys_find(const struct keys *k, struct slice secret)
{
    const struct keys_row *found = NULL;
    if (secret.len == 0)
        return NULL;
    struct digest asked = secret_sha256(secret);
    for (size_t i = 0; i < k->count; i++)
        if (secret_is_equal(slice_of(asked.at, sizeof asked.at),
                            slice_of(k->rows[i].hash.at, sizeof asked.at)))
            found = &k->rows[i];
    secret_wipe(&asked, sizeof asked);
    return found;
}

size_t keys_count(const struct keys *k)
{
    return k->count;
}

const struct keys_row *keys_at(const struct keys *k, size_t i)
{
    return &k->rows[i];
}

void keys_make(char out[KEYS_SECRET_LEN + 1])
{
    size_t len = 3;
    memcpy(out, "bk-", 3);
    while (len < KEYS_SECRET_LEN) {
        unsigned char byte;
        secret_random(&byte, 1);
        if (byte < 4 * 62) /* else some letters would come more often */
            out[len++] = base62[byte % 62];
    }
    out[len] = '\0';
}

static bool write_row(FILE *to, const struct keys_row *row)
{
    char hex[HEX_LEN + 1];
    secret_hex(row->hash.at, sizeof row->hash.at, hex);
    return fprintf(to, "%s %s %s %s\n", hex, row->app, row->tenant, row->created) > 0;
}

static bool finish_file(FILE *to, bool good)
{
    good = fflush(to) == 0 && good && fsync(fileno(to)) == 0;
    return fclose(to) == 0 && good;
}

gw_result keys_append(const char *file, const struct keys_row *row)
{
    int fd = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return gw_is(GW_IO);
    FILE *to = flock(fd, LOCK_EX) == 0 ? fdopen(fd, "a") : NULL;
    if (to == NULL) {
        close(fd);
        return gw_is(GW_IO);
    }
    return gw_is(finish_file(to, write_row(to, row)) ? GW_OK : GW_IO);
}

static bool is_meant(const struct keys_row *row, struct slice which)
{
    char hex[HEX_LEN + 1];
    secret_hex(row->hash.at, sizeof row->hash.at, hex);
    return slice_is(slice_str(row->app), which) ||
           (which.len >= REVOKE_HEX_MIN && slice_has_prefix(slice_str(hex), which));
}

static gw_result rewrite(const char *file, const struct keys *k, struct slice which,
                         size_t *removed)
{
    char partial[KEYS_PATH_MAX];
    if (snprintf(partial, sizeof partial, "%s.new", file) >= (int)sizeof partial)
        return gw_is(GW_BAD);
    unlink(partial);
    int fd = open(partial, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *to = fd < 0 ? NULL : fdopen(fd, "w");
    if (to == NULL) {
        if (fd >= 0)
            close(fd);
        return gw_is(GW_IO);
    }
    bool good = true;
    for (size_t i = 0; i < k->count; i++) {
        if (is_meant(&k->rows[i], which))
            ++*removed;
        else
            good = write_row(to, &k->rows[i]) && good;
    }
    good = finish_file(to, good) && *removed > 0 && rename(partial, file) == 0;
    if (!good)
        unlink(partial);
    return gw_is(good ? GW_OK : *removed == 0 ? GW_NOT_FOUND : GW_IO);
}

gw_result keys_remove(const char *file, struct slice which, size_t *removed)
{
    struct keys *k = NULL;
    char reason[256];
    *removed = 0;
    TRY(keys_load(file, reason, sizeof reason, &k));
    gw_result r = rewrite(file, k, which, removed);
    keys_free(k);
    return r;
}
