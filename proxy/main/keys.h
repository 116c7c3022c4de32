/* proxy/main/keys.h - the application keys that callers show: a file of hashes, one key a line.
 *
 *     sha256hex app tenant created
 *
 * The key itself ("bk-" and 40 letters and digits, 238 bits) is shown once, when it is made;
 * without it a hash is of no use, so plain SHA-256 is enough. Loaded whole, immutable after, shared
 * by threads; whoever loaded it frees it. Knows nothing of headers: who found the key in one asks
 * keys_find(). */
#ifndef PROXY_MAIN_KEYS_H
#define PROXY_MAIN_KEYS_H

#include "proxy/base/base.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"

enum { KEYS_NAME_MAX = 64, KEYS_SECRET_LEN = 43, KEYS_PRINT = 12 };

struct keys;

struct keys_row {
    struct digest hash;
    char app[KEYS_NAME_MAX + 1], tenant[KEYS_NAME_MAX + 1]; /* [A-Za-z0-9._-]+ */
    char created[28];                                       /* RFC 3339, UTC */
    char print[KEYS_PRINT + 1]; /* first hex digits of the hash; made when the file is loaded */
};

/* GW_BAD with a reason that names file and line; GW_NOT_FOUND when there is no such file. */
GW_MUST gw_result keys_load(const char *file, char *reason, size_t size, struct keys **out);
void keys_free(struct keys *k); /* NULL is fine */
/* Whose key this is; NULL when it is no one's. Compares the hash with every row, in constant time
 * for a file. Valid as long as k. */
const struct keys_row *keys_find(const struct keys *k, struct slice secret);
size_t keys_count(const struct keys *k);
const struct keys_row *keys_at(const struct keys *k, size_t i);
/* True when the name may stand in the file. */
bool keys_is_name(struct slice name);
/* A new secret into out, NUL-terminated. */
void keys_make(char out[KEYS_SECRET_LEN + 1]);
/* Appends one row and syncs; the file is made 0600 when it is missing. GW_IO: errno says why. */
GW_MUST gw_result keys_append(const char *file, const struct keys_row *row);
/* Replaces the file by one without the rows whose hash begins with the hex digits (8 at least), or
 * whose app is `which`; *removed says how many went. */
GW_MUST gw_result keys_remove(const char *file, struct slice which, size_t *removed);

#endif
