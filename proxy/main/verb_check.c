/* proxy/main/verb_check.c - `bulla check -c bulla.yaml`: would the gateway start with this?
 *
 * Reads everything that `serve` would read - configuration, policies, detectors, certificates, keys
 * - and prints what is wrong with it: file:line:column, a reason, a suggestion. Starts nothing,
 * binds nothing, prints no secret. Owns and frees all that it loads. */
#include "proxy/base/base.h"
#include "certs/store.h"
#include "policies/policy.h"
#include "proxy/base/buf.h"
#include "proxy/json/string.h"
#include "proxy/main/config.h"
#include "proxy/main/detect.h"
#include "proxy/main/keys.h"
#include "proxy/main/verb.h"
#include "redact/scan.h"
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COMPLAINTS = 1 << 20, REASON = 512, DAYS_SOON = 21 };

/* What has been found out so far. */
struct check {
    struct config *config;
    struct policy *policy;
    struct buf said;
    size_t faults, rules, keys;
};

static void say(struct check *k, const char *kind, const char *file, const char *reason)
{
    buf_put_str(&k->said, file);
    buf_put_str(&k->said, kind);
    buf_put_str(&k->said, reason);
    buf_put_str(&k->said, "\n");
}

static void fault(struct check *k, const char *file, const char *reason)
{
    k->faults++;
    say(k, ": ", file, reason);
}

/* One that begins with its place. */
static void fault_there(struct check *k, const char *reason)
{
    k->faults++;
    buf_put_str(&k->said, reason);
    buf_put_str(&k->said, "\n");
}

static void warn(struct check *k, const char *file, const char *reason)
{
    say(k, ": warning: ", file, reason);
}

/* Patterns of the policy's own detectors have to compile as well. */
static void check_detectors(struct check *k)
{
    char reason[REASON] = "memory is short";
    struct scanner *scanner = NULL;
    const struct custom_set custom = policy_custom(k->policy);
    if (gw_ok(scanner_new_for(&custom, NULL, reason, sizeof reason, &scanner))) {
        scanner_free(scanner);
        return;
    }
    fault_there(k, reason);
}

static void check_policies(struct check *k)
{
    const struct config *c = k->config;
    gw_result r = policy_load(c->policy_files, c->policies.n, c->policy_upstreams,
                              c->upstream_count, &k->said, &k->policy);
    if (!gw_ok(r)) {
        k->faults++;
        return;
    }
    k->faults += !config_may_capture(c, k->policy, &k->said);
    k->rules = policy_rule_count(k->policy);
    if (policy_target(k->policy, 0).len == 0)
        warn(k, c->policies.n > 0 ? c->policy_files[0] : "policies",
             "no route: every request is refused");
    check_detectors(k);
}

static void check_certificate(struct check *k, const struct config_tls *tls)
{
    char reason[REASON] = "memory is short";
    struct cert_pair *pair = NULL;
    if (tls->certificate.len == 0)
        return;
    if (!gw_ok(cert_load(tls->certificate.at, tls->key.at, reason, sizeof reason, &pair))) {
        fault_there(k, reason);
        return;
    }
    int days = cert_days_left(pair);
    if (!gw_ok(cert_is_current(pair, tls->certificate.at, reason, sizeof reason))) {
        fault_there(k, reason);
    } else if (days < DAYS_SOON) {
        snprintf(reason, sizeof reason, "expires in %d days", days);
        warn(k, tls->certificate.at, reason);
    }
    cert_free(pair);
}

static void check_readable(struct check *k, struct slice path)
{
    if (path.len > 0 && access(path.at, R_OK) != 0)
        fault(k, path.at, strerror(errno));
}

static void check_keys(struct check *k)
{
    char reason[REASON] = "memory is short";
    struct keys *keys = NULL;
    if (k->config->auth != CONFIG_KEYS)
        return;
    gw_result r = keys_load(k->config->keys.at, reason, sizeof reason, &keys);
    if (gw_ok(r))
        k->keys = keys_count(keys);
    if (r.code == GW_NOT_FOUND) /* it may be made where the gateway runs */
        warn(k, k->config->keys.at,
             "is not there, and nothing starts without; `bulla key new --app NAME` makes it");
    else if (gw_ok(r) && k->keys == 0)
        warn(k, k->config->keys.at,
             "no application keys: every caller is refused; `bulla key new`");
    else if (!gw_ok(r))
        fault_there(k, reason);
    keys_free(keys);
}

/* Who runs this need not be who runs the gateway: what only he cannot do is a warning. */
static void check_log(struct check *k)
{
    struct stat st;
    char parent[PATH_MAX];
    const char *dir = k->config->audit.dir.at, *slash = strrchr(dir, '/');
    if (stat(dir, &st) == 0 && !S_ISDIR(st.st_mode)) {
        fault(k, dir, "the audit log needs a folder, and this is none");
        return;
    }
    snprintf(parent, sizeof parent, "%.*s", slash == NULL ? 1 : (int)(slash - dir) + 1,
             slash == NULL ? "." : dir);
    if (access(dir, F_OK) == 0 && access(dir, W_OK | X_OK) != 0)
        warn(k, dir, "you may not write into the folder of the audit log");
    else if (access(dir, F_OK) != 0 && access(parent, W_OK | X_OK) != 0)
        warn(k, dir, "the folder of the audit log is not there, and you may not make it");
}

static void check_all(struct check *k, const char *file)
{
    if (!gw_ok(config_load(file, &k->config, &k->said))) {
        k->faults++;
        return;
    }
    check_policies(k);
    for (size_t i = 0; i < k->config->listen_count; i++) {
        check_certificate(k, &k->config->listen[i].tls);
        check_readable(k, k->config->listen[i].tls.client_ca);
    }
    for (size_t i = 0; i < k->config->upstream_count; i++)
        check_readable(k, k->config->upstreams[i].ca);
    check_keys(k);
    check_log(k);
}

static void put_member(struct buf *out, const char *name, const char *text)
{
    buf_put_str(out, "\"");
    buf_put_str(out, name);
    buf_put_str(out, "\":");
    if (text == NULL) {
        buf_put_str(out, "null,");
        return;
    }
    buf_put_str(out, "\"");
    if (!gw_ok(string_escape(out, slice_str(text), 1)))
        out->failed = true;
    buf_put_str(out, "\",");
}

/* The table of options as scripts read it: one object a line. */
static int print_options_json(void)
{
    const struct option_row *row;
    struct buf out;
    buf_init(&out, COMPLAINTS);
    for (size_t i = 0; (row = option_at(i)) != NULL; i++) {
        buf_put_str(&out, "{");
        put_member(&out, "section", option_section_name(row->section));
        put_member(&out, "name", row->name);
        put_member(&out, "default", row->standard);
        put_member(&out, "choices", row->choices);
        put_member(&out, "says", row->says);
        buf_put_str(&out, row->kind == OPTION_MAP ? "\"opens\":true," : "\"opens\":false,");
        buf_put_str(&out, row->required ? "\"needed\":true," : "\"needed\":false,");
        buf_put_str(&out, row->reloads ? "\"reloads\":true}\n" : "\"reloads\":false}\n");
    }
    gw_result r = detect_print(&out);
    buf_free(&out);
    return gw_ok(r) ? VERB_GOOD : verb_failed("check", "cannot be printed: %s", gw_word(r));
}

/* The table of options as people read it. */
static int print_options(void)
{
    const struct option_row *row;
    for (size_t i = 0; (row = option_at(i)) != NULL; i++) {
        const char *section = option_section_name(row->section);
        printf("%s%s%s%s%s%s%s%s\n    %s\n", section, section[0] != '\0' ? "." : "", row->name,
               row->standard != NULL ? " = " : "", row->standard != NULL ? row->standard : "",
               row->choices != NULL ? "  # " : "", row->choices != NULL ? row->choices : "",
               row->required  ? "  (needed)"
               : row->reloads ? ""
                              : "  (restart)",
               row->says);
    }
    return VERB_GOOD;
}

int verb_check(int argc, char **argv)
{
    const char *file = "bulla.yaml";
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--options") == 0)
            return i + 1 < argc && strcmp(argv[i + 1], "--json") == 0 ? print_options_json()
                                                                      : print_options();
        bool named = strcmp(argv[i], "-c") == 0 || strcmp(argv[i], "--config") == 0;
        if (!named || i + 1 == argc)
            return verb_misused(argv[0], "an argument is unknown or lacks its value");
        file = argv[++i];
    }
    struct check k = {0};
    buf_init(&k.said, COMPLAINTS);
    check_all(&k, file);
    struct slice said = buf_slice(&k.said);
    if (said.len > 0)
        fwrite(said.at, 1, said.len, stderr);
    if (k.faults == 0)
        printf(
            "%s: good (listeners: %zu, upstreams: %zu, policy files: %zu, rules: %zu, keys: %zu)\n",
            file, k.config->listen_count, k.config->upstream_count, k.config->policies.n, k.rules,
            k.keys);
    policy_free(k.policy);
    config_free(k.config);
    buf_free(&k.said);
    return k.faults == 0 ? VERB_GOOD : VERB_FAILED;
}
