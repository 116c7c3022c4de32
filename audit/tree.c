/* audit/tree.c - see tree.h. */
#include "proxy/base/base.h"
#include "audit/tree.h"
#define OPENSSL_SUPPRESS_DEPRECATED /* as in proxy/base/secret.c */
#include <openssl/sha.h>

/* Of what everybody may see: nothing to wipe. */
static struct digest hash(const unsigned char *head, size_t len, struct slice rest)
{
    struct digest d;
    SHA256_CTX sha;
    if (SHA256_Init(&sha) != 1 || SHA256_Update(&sha, head, len) != 1 ||
        SHA256_Update(&sha, rest.at, rest.len) != 1 || SHA256_Final(d.at, &sha) != 1)
        abort(); /* a log without its hash must not go on */
    return d;
}

gw_result tree_entry_next(struct slice *rest, struct slice *entry)
{
    if (rest->len < 2)
        return gw_is(GW_CORRUPT);
    size_t len = (size_t)(unsigned char)rest->at[0] << 8 | (unsigned char)rest->at[1];
    if (rest->len - 2 < len)
        return gw_is(GW_CORRUPT);
    *entry = slice_cut(*rest, 2, 2 + len);
    *rest = slice_from(*rest, 2 + len);
    return gw_is(GW_OK);
}

struct digest tree_leaf(struct slice entry)
{
    return hash(&(const unsigned char){0}, 1, entry);
}

struct digest tree_node(const struct digest *left, const struct digest *right)
{
    unsigned char both[1 + sizeof left->at + sizeof right->at] = {1};
    memcpy(both + 1, left->at, sizeof left->at);
    memcpy(both + 1 + sizeof left->at, right->at, sizeof right->at);
    return hash(both, sizeof both, (struct slice){0});
}

void tree_init(struct tree *t)
{
    memset(t, 0, sizeof *t);
}

/* The root over n hashes, n a power of two. */
static struct digest perfect_root(const struct digest *hashes, size_t n)
{
    struct digest row[TREE_WIDTH];
    memcpy(row, hashes, n * sizeof row[0]);
    for (; n > 1; n /= 2)
        for (size_t i = 0; i < n / 2; i++)
            row[i] = tree_node(&row[2 * i], &row[2 * i + 1]);
    return row[0];
}

gw_result tree_add(struct tree *t, const struct digest *leaf, const struct tree_sink *sink)
{
    struct digest up = *leaf;
    t->size++;
    for (unsigned level = 0; level < TREE_LEVELS; level++) {
        t->at[level][t->count[level]++] = up;
        if (t->count[level] < TREE_WIDTH)
            return gw_is(GW_OK);
        uint64_t index = (t->size >> (8 * (level + 1))) - 1;
        if (sink != NULL)
            TRY(sink->full(sink->owner, level, index, t->at[level]));
        up = perfect_root(t->at[level], TREE_WIDTH);
        t->count[level] = 0;
    }
    return gw_is(GW_TOO_BIG);
}

struct digest tree_root(const struct tree *t)
{
    struct digest root = {{0}};
    bool any = false;
    if (t->size == 0)
        return secret_sha256((struct slice){0});
    /* Perfect subtrees from the smallest, on the right, to the largest. */
    for (unsigned level = 0; level < TREE_LEVELS; level++) {
        unsigned end = t->count[level];
        for (unsigned width = 1; width < TREE_WIDTH; width *= 2) {
            if ((t->count[level] & width) == 0)
                continue;
            end -= width;
            struct digest left = perfect_root(&t->at[level][end], width);
            root = any ? tree_node(&left, &root) : left;
            any = true;
        }
    }
    return root;
}

void tree_path(unsigned level, uint64_t index, unsigned width, char out[TREE_PATH])
{
    char number[40] = "";
    size_t at = sizeof number - 1;
    for (bool last = true; last || index > 0; last = false) {
        char part[8];
        snprintf(part, sizeof part, "%s%03u", last ? "" : "x", (unsigned)(index % 1000));
        index /= 1000;
        size_t len = strlen(part);
        if (!last)
            number[--at] = '/';
        at -= len;
        memcpy(number + at, part, len);
    }
    char head[24] = "tile/entries";
    if (level < TREE_LEVELS)
        snprintf(head, sizeof head, "tile/%u", level);
    if (width == TREE_WIDTH)
        snprintf(out, TREE_PATH, "%s/%s", head, number + at);
    else
        snprintf(out, TREE_PATH, "%s/%s.p/%u", head, number + at, width);
}

static struct digest range_root(const struct digest *leaves, size_t n)
{
    struct tree *t = calloc(1, sizeof *t);
    if (t == NULL)
        abort();
    for (size_t i = 0; i < n; i++)
        if (!gw_ok(tree_add(t, &leaves[i], NULL)))
            abort();
    struct digest root = tree_root(t);
    free(t);
    return root;
}

gw_result tree_prove(const struct digest *leaves, size_t n, size_t index, struct digest *proof,
                     size_t *len)
{
    struct digest down[TREE_PROOF];
    size_t found = 0;
    if (index >= n)
        return gw_is(GW_NOT_FOUND);
    while (n > 1 && found < TREE_PROOF) {
        size_t half = 1;
        while (half * 2 < n)
            half *= 2;
        if (index < half) {
            down[found++] = range_root(leaves + half, n - half);
            n = half;
        } else {
            down[found++] = range_root(leaves, half);
            leaves += half;
            index -= half;
            n -= half;
        }
    }
    for (size_t i = 0; i < found; i++)
        proof[i] = down[found - 1 - i];
    *len = found;
    return gw_is(GW_OK);
}

bool tree_is_included(const struct digest *leaf, uint64_t index, uint64_t size,
                      const struct digest *proof, size_t len, const struct digest *root)
{
    uint64_t fn = index, sn = size - 1;
    struct digest r = *leaf;
    if (index >= size)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (sn == 0)
            return false;
        if ((fn & 1) != 0 || fn == sn) {
            r = tree_node(&proof[i], &r);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            r = tree_node(&r, &proof[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0 && memcmp(r.at, root->at, sizeof r.at) == 0;
}

/* Both roots along the path at once: fr of the old tree, sr of the new one. */
static bool walk_both(uint64_t fn, uint64_t sn, const struct digest *proof, size_t len,
                      struct digest *fr, struct digest *sr)
{
    for (size_t i = 0; i < len; i++) {
        if (sn == 0)
            return false;
        if ((fn & 1) != 0 || fn == sn) {
            *fr = tree_node(&proof[i], fr);
            *sr = tree_node(&proof[i], sr);
            while ((fn & 1) == 0 && fn != 0) {
                fn >>= 1;
                sn >>= 1;
            }
        } else {
            *sr = tree_node(sr, &proof[i]);
        }
        fn >>= 1;
        sn >>= 1;
    }
    return sn == 0;
}

bool tree_is_consistent(const struct tree_head *before, const struct tree_head *after,
                        const struct digest *proof, size_t len)
{
    uint64_t fn = before->size - 1, sn = after->size - 1;
    if (before->size == after->size)
        return len == 0 && memcmp(before->root.at, after->root.at, sizeof after->root.at) == 0;
    if (before->size == 0 || before->size > after->size)
        return before->size == 0 && len == 0;
    bool is_whole = (before->size & (before->size - 1)) == 0; /* the old root is the first hash */
    if (!is_whole && len == 0)
        return false;
    struct digest fr = is_whole ? before->root : proof[0], sr = fr;
    for (; (fn & 1) != 0; fn >>= 1)
        sn >>= 1;
    size_t from = is_whole ? 0 : 1;
    return walk_both(fn, sn, proof + from, len - from, &fr, &sr) &&
           memcmp(fr.at, before->root.at, sizeof fr.at) == 0 &&
           memcmp(sr.at, after->root.at, sizeof sr.at) == 0;
}
