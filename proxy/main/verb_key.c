/* proxy/main/verb_key.c - `bulla key new|list|revoke`: the file of application keys (keys.h).
 *
 * A key is printed once, on stdout, when it is made; only its hash is kept. Owns nothing after it
 * ends. */
#include "proxy/base/base.h"
#include "proxy/base/clock.h"
#include "proxy/main/keys.h"
#include "proxy/main/verb.h"

struct key_args {
    const char *file, *app, *tenant;
    const char *which; /* the plain argument, for revoke */
    bool json;         /* list: one object a line */
};

static bool take_args(int argc, char **argv, struct key_args *out)
{
    *out = (struct key_args){.file = "keys", .tenant = "default"};
    for (int i = 2; i < argc; i++) {
        const char **to = strcmp(argv[i], "--file") == 0     ? &out->file
                          : strcmp(argv[i], "--app") == 0    ? &out->app
                          : strcmp(argv[i], "--tenant") == 0 ? &out->tenant
                                                             : NULL;
        if (to != NULL && i + 1 < argc)
            *to = argv[++i];
        else if (strcmp(argv[i], "--json") == 0)
            out->json = true;
        else if (to == NULL && argv[i][0] != '-' && out->which == NULL)
            out->which = argv[i];
        else
            return false;
    }
    return true;
}

static int key_new(const char *verb, const struct key_args *a)
{
    static const struct clock real = {0};
    char secret[KEYS_SECRET_LEN + 1];
    struct keys_row row = {0};
    if (a->app == NULL || a->which != NULL)
        return verb_misused(verb, "new needs --app NAME");
    if (!keys_is_name(slice_str(a->app)) || !keys_is_name(slice_str(a->tenant)))
        return verb_misused(verb, "names are made of letters, digits, '.', '_' and '-'");
    keys_make(secret);
    row.hash = secret_sha256(slice_str(secret));
    snprintf(row.app, sizeof row.app, "%s", a->app);
    snprintf(row.tenant, sizeof row.tenant, "%s", a->tenant);
    clock_rfc3339(clock_wall_us(&real), row.created);
    gw_result r = keys_append(a->file, &row);
    if (gw_ok(r))
        printf("%s\n", secret);
    secret_wipe(secret, sizeof secret);
    if (!gw_ok(r))
        return verb_failed(verb, "%s: %s", a->file, strerror(errno));
    fprintf(stderr, "bulla key: shown this once; %s holds its hash for app %s, tenant %s\n",
            a->file, a->app, a->tenant);
    return VERB_GOOD;
}

static int key_list(const char *verb, const struct key_args *a)
{
    struct keys *k = NULL;
    char reason[512] = "no memory", hex[65];
    gw_result r = keys_load(a->file, reason, sizeof reason, &k);
    if (!gw_ok(r))
        return verb_failed(verb, "%s", reason);
    for (size_t i = 0; i < keys_count(k); i++) {
        const struct keys_row *row = keys_at(k, i);
        secret_hex(row->hash.at, sizeof row->hash.at, hex);
        /* Names are letters, digits and "._-" (keys_is_name()): nothing in them to escape. */
        printf(a->json
                   ? "{\"hash\":\"%.12s\",\"app\":\"%s\",\"tenant\":\"%s\",\"created\":\"%s\"}\n"
                   : "%.12s  %-20s %-20s %s\n",
               hex, row->app, row->tenant, row->created);
    }
    keys_free(k);
    return VERB_GOOD;
}

static int key_revoke(const char *verb, const struct key_args *a)
{
    size_t removed = 0;
    if (a->which == NULL && a->app == NULL)
        return verb_misused(verb, "revoke needs the first digits of a hash, or --app NAME");
    gw_result r = keys_remove(a->file, slice_str(a->which != NULL ? a->which : a->app), &removed);
    if (r.code == GW_NOT_FOUND)
        return verb_failed(verb, "%s: no such key", a->file);
    if (!gw_ok(r))
        return verb_failed(verb, "%s: cannot be read or replaced (%s)", a->file, gw_word(r));
    printf("%zu revoked\n", removed);
    return VERB_GOOD;
}

int verb_key(int argc, char **argv)
{
    struct key_args a;
    if (argc < 2)
        return verb_misused(argv[0], "new, list or revoke?");
    if (!take_args(argc, argv, &a))
        return verb_misused(argv[0], "an argument is unknown or lacks its value");
    if (strcmp(argv[1], "new") == 0)
        return key_new(argv[0], &a);
    if (strcmp(argv[1], "list") == 0)
        return key_list(argv[0], &a);
    if (strcmp(argv[1], "revoke") == 0)
        return key_revoke(argv[0], &a);
    return verb_misused(argv[0], "new, list or revoke?");
}
