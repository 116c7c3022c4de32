/* proxy/main/verb_certs.c - `bulla certs dev|show`: development certificates, and what a file
 * holds.
 *
 * The work is certs/; here are words and paths only. Owns nothing after it ends. */
#include "proxy/base/base.h"
#include "certs/store.h"
#include "proxy/json/string.h"
#include "proxy/main/config.h"
#include "proxy/main/detect.h"
#include "proxy/main/verb.h"

enum { NAMES_MAX = 32, PATH_ROOM = 4096 };

static int certs_dev(int argc, char **argv)
{
    const char *dir = "certs", *names[NAMES_MAX];
    char reason[512] = "no memory", path[PATH_ROOM];
    size_t n = 0;
    for (int i = 2; i < argc; i++) {
        if (strcmp(argv[i], "--dir") == 0 && i + 1 < argc)
            dir = argv[++i];
        else if (argv[i][0] != '-' && n < NAMES_MAX)
            names[n++] = argv[i];
        else
            return verb_misused(argv[0], "an argument is unknown or lacks its value");
    }
    if (!gw_ok(cert_dev(dir, names, n, reason, sizeof reason)))
        return verb_failed(argv[0], "%s", reason);
    snprintf(path, sizeof path, "%s/ca.pem", dir);
    char *whole = realpath(path, NULL);
    const char *ca = whole != NULL ? whole : path;
    printf("%s/server.pem, %s/server.key: for localhost, 127.0.0.1, ::1", dir, dir);
    for (size_t i = 0; i < n; i++)
        printf(", %s", names[i]);
    printf("\n\nClients trust it by:\n"
           "  curl:            curl --cacert %s ...\n"
           "  Node.js:         export NODE_EXTRA_CA_CERTS=%s\n"
           "  Python, OpenSSL: export SSL_CERT_FILE=%s\n"
           "\nFor development only: the CA's key lies beside it, unsealed.\n",
           ca, ca, ca);
    free(whole);
    return VERB_GOOD;
}

/* cert_describe()'s lines "name: value" as one JSON object. */
static int print_json(const char *text)
{
    struct buf out;
    buf_init(&out, 65536);
    for (const char *line = text; *line != '\0';) {
        struct slice all = slice_of(line, strcspn(line, "\n"));
        size_t colon = slice_find_byte(all, ':');
        line += all.len + (line[all.len] == '\n');
        if (colon == SIZE_MAX)
            continue;
        buf_put_str(&out, out.len == 0 ? "{\"" : ",\"");
        buf_put(&out, slice_cut(all, 0, colon));
        buf_put_str(&out, "\":\"");
        if (!gw_ok(string_escape(&out, slice_trim(slice_from(all, colon + 1)), 1)))
            out.failed = true;
        buf_put_str(&out, "\"");
    }
    buf_put_str(&out, "}\n");
    gw_result r = detect_print(&out);
    buf_free(&out);
    return gw_ok(r) ? VERB_GOOD : verb_failed("certs", "cannot be printed: %s", gw_word(r));
}

struct shown {
    const char *file, *key, *config;
    bool json;
};

/* NULL, or what is wrong with the arguments. */
static const char *read_shown(int argc, char **argv, struct shown *s)
{
    for (int i = 2; i < argc; i++) {
        const char **to = strcmp(argv[i], "-f") == 0   ? &s->file
                          : strcmp(argv[i], "-k") == 0 ? &s->key
                          : strcmp(argv[i], "-c") == 0 ? &s->config
                                                       : NULL;
        if (strcmp(argv[i], "--json") == 0)
            s->json = true;
        else if (to == NULL || i + 1 == argc)
            return "an argument is unknown or lacks its value";
        else
            *to = argv[++i];
    }
    bool has_one = (s->file != NULL) != (s->config != NULL);
    return has_one && (s->file != NULL || s->key == NULL)
               ? NULL
               : "show needs -f CERTIFICATE or -c CONFIG, and -k goes with -f";
}

static int show_pair(const struct shown *s)
{
    struct cert_pair *pair = NULL;
    char reason[512] = "no memory", text[4096];
    gw_result r = s->key != NULL ? cert_load(s->file, s->key, reason, sizeof reason, &pair)
                                 : cert_read(s->file, reason, sizeof reason, &pair);
    if (!gw_ok(r))
        return verb_failed("certs", "%s", reason);
    cert_describe(pair, text, sizeof text);
    cert_free(pair);
    if (s->json)
        return print_json(text);
    fputs(text, stdout);
    return VERB_GOOD;
}

/* What each listener of a configuration shows to callers, and whether its key goes with it. */
static int show_configured(const struct shown *s)
{
    struct config *config = NULL;
    struct buf complaints;
    int code = VERB_GOOD;
    buf_init(&complaints, 1 << 16);
    gw_result r = config_load_open(s->config, &config, &complaints);
    if (!gw_ok(r)) {
        fprintf(stderr, "%.*s", (int)buf_slice(&complaints).len, buf_slice(&complaints).at);
        code = VERB_FAILED;
    }
    for (size_t i = 0; gw_ok(r) && i < config->listen_count; i++) {
        const struct config_tls *tls = &config->listen[i].tls;
        const struct shown one = {tls->certificate.at, tls->key.at, NULL, s->json};
        if (tls->certificate.len == 0)
            continue;
        if (!s->json)
            printf("%s%s\n", i > 0 ? "\n" : "", tls->certificate.at);
        if (show_pair(&one) != VERB_GOOD)
            code = VERB_FAILED;
    }
    buf_free(&complaints);
    config_free(config);
    return code;
}

static int certs_show(int argc, char **argv)
{
    struct shown s = {.file = NULL};
    const char *wrong = read_shown(argc, argv, &s);
    if (wrong != NULL)
        return verb_misused(argv[0], wrong);
    return s.config != NULL ? show_configured(&s) : show_pair(&s);
}

int verb_certs(int argc, char **argv)
{
    if (argc >= 2 && strcmp(argv[1], "dev") == 0)
        return certs_dev(argc, argv);
    if (argc >= 2 && strcmp(argv[1], "show") == 0)
        return certs_show(argc, argv);
    return verb_misused(argv[0], "dev or show?");
}
