/* proxy/main/config.c - the sections of bulla.yaml and what must fit together: see config.h.
 *
 * Single values are option.c's. Opens the configuration file and nothing else; what it makes lies
 * in the configuration's arena and goes with config_free(). */
#include "proxy/base/base.h"
#include "proxy/main/config.h"
#include "policies/yaml.h"
#include "proxy/base/mode.h"
#include "proxy/base/secret.h"
#include "proxy/main/option.h"
#include <fcntl.h>
#include <unistd.h>

enum {
    CONFIG_ARENA = 32 << 20,
    CONFIG_FILE = 1 << 20,
    LISTENERS = 64,
    UPSTREAMS = 256,
    CALLERS = 1000,
    SINKS = 16
};

static const char *const dialects[] = {"openai", "anthropic", "gemini", "ollama", "demo"};

/* What an upstream speaks when `apis` does not say. */
/* clang-format off */
static const struct {
    const char *words[4];
} standard_apis[] = {
    [CONFIG_OPENAI]    = {{"chat", "models"}},
    [CONFIG_ANTHROPIC] = {{"messages", "count_tokens", "models"}},
    [CONFIG_GEMINI]    = {{"generate", "models"}},
    [CONFIG_OLLAMA]    = {{"chat", "generate", "models"}},
    [CONFIG_DEMO]      = {{"chat", "messages", "count_tokens", "models"}},
};
static const char *const api_words[] = {
    "chat", "responses", "completions", "embeddings", "messages", "count_tokens", "generate",
    "models", NULL,
};
/* clang-format on */

static void *some(struct option_reader *r, size_t n, size_t size)
{
    void *at = arena_array(r->arena, n + 1, size);
    if (at == NULL)
        r->no_memory = true;
    return at;
}

/* Who may change it says who may come in. */
static void check_client_ca(struct option_reader *r, const struct yaml *tls, struct slice path)
{
    int fd = path.len == 0 ? -1 : open(path.at, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    const char *fault = fd < 0 ? NULL : mode_fault(fd, MODE_RULE);
    if (fault != NULL)
        option_fault(r, yaml_member(tls, "client_ca"), "'%s': %s", path.at, fault);
    if (fd >= 0)
        close(fd);
}

static void read_listen(struct option_reader *r, const struct yaml *list, struct config *c)
{
    if (list == NULL)
        return;
    if (list->kind != YAML_LIST || list->count == 0 || list->count > LISTENERS) {
        option_fault(r, list, "'listen' takes a list of 1 to %d addresses", LISTENERS);
        return;
    }
    c->listen = some(r, list->count, sizeof *c->listen);
    for (const struct yaml *m = list->first; m != NULL && !r->no_memory; m = m->next) {
        struct config_listen *l = &c->listen[c->listen_count++];
        const struct yaml *tls = yaml_member(m, "tls");
        option_read(r, SECTION_LISTEN, m, l);
        if (tls != NULL)
            option_read(r, SECTION_TLS, tls, &l->tls);
        check_client_ca(r, tls, l->tls.client_ca);
        if (tls == NULL && !l->address.is_loopback && l->address.host.len > 0)
            option_warn(r, m, "keys and prompts travel in the clear here: no 'tls'");
    }
}

static void check_apis(struct option_reader *r, const struct yaml *at, struct config_upstream *u)
{
    if (u->apis.n == 0) {
        struct slice *words = some(r, 4, sizeof *words);
        for (size_t i = 0; words != NULL && i < 4 && standard_apis[u->dialect].words[i]; i++)
            words[u->apis.n++] = slice_str(standard_apis[u->dialect].words[i]);
        u->apis.at = words;
        return;
    }
    for (size_t i = 0; i < u->apis.n; i++) {
        size_t k = 0;
        while (api_words[k] != NULL && !slice_is(u->apis.at[i], slice_str(api_words[k])))
            k++;
        if (api_words[k] != NULL || u->apis.at[i].len == 0)
            continue;
        const char *near = yaml_nearest(u->apis.at[i], api_words);
        option_fault(r, yaml_member(at, "apis"), "unknown API '%.60s'%s%s%s", u->apis.at[i].at,
                     near != NULL ? "; did you mean '" : "", near != NULL ? near : "",
                     near != NULL ? "'?" : "");
    }
}

static void check_url(struct option_reader *r, const struct yaml *m,
                      const struct config_upstream *u)
{
    if (slice_has_suffix(u->url.prefix, SLICE_LIT("/v1")))
        option_warn(r, yaml_member(m, "url"),
                    "the API's paths begin with /v1 themselves: leave it out here");
    if (u->url.host.len > 0 || yaml_member(m, "url") != NULL)
        return;
    if (u->dialect == CONFIG_DEMO)
        option_warn(r, m, "nothing answers without 'url': that of the backend of `bulla demo`");
    else
        option_fault(r, m, "'url' is needed here");
}

static void read_prices(struct option_reader *r, const struct yaml *at, struct config_upstream *u)
{
    u->prices = some(r, u->price_words.n, sizeof *u->prices);
    for (size_t i = 0; u->prices != NULL && i < u->price_words.n; i++)
        if (!gw_ok(price_read(u->price_words.at[i], &u->prices[i])))
            option_fault(r, yaml_member(at, "prices"),
                         "'%.60s' is no price: 'gpt-4o* 2.50 10 1.25', for a million tokens each, "
                         "asked, answered, cached",
                         u->price_words.at[i].at);
}

static void read_upstream(struct option_reader *r, const struct yaml *m, struct config_upstream *u)
{
    option_read(r, SECTION_UPSTREAM, m, u);
    u->name = m->key;
    u->dialect_name = slice_str(dialects[u->dialect]);
    if (slice_is(clear_name(u->name).s, SLICE_LIT("?")) ||
        slice_find_byte(u->name, '/') != SIZE_MAX || slice_find_byte(u->name, ':') != SIZE_MAX)
        option_fault(r, m, "an upstream's name is letters, digits, '-', '_' and '.'");
    check_url(r, m, u);
    if (!u->url.https && u->url.host.len > 0 && !u->url.is_loopback && u->key.len > 0)
        option_warn(r, m, "the key of '%s' travels in the clear: http://", u->name.at);
    if (u->trust == TRUST_CLOSED && u->url.host.len > 0 && !u->url.https && !u->url.is_loopback)
        option_warn(r, m, "prompts for '%s' travel in the clear: http://", u->name.at);
    check_apis(r, m, u);
    read_prices(r, m, u);
}

static void read_upstreams(struct option_reader *r, const struct yaml *map, struct config *c)
{
    if (map == NULL)
        return;
    if (map->kind != YAML_MAP || map->count == 0 || map->count > UPSTREAMS) {
        option_fault(r, map, "'upstreams' takes a map of 1 to %d names", UPSTREAMS);
        return;
    }
    c->upstreams = some(r, map->count, sizeof *c->upstreams);
    c->policy_upstreams = some(r, map->count, sizeof *c->policy_upstreams);
    for (const struct yaml *m = map->first; m != NULL && !r->no_memory; m = m->next) {
        struct config_upstream *u = &c->upstreams[c->upstream_count];
        read_upstream(r, m, u);
        c->policy_upstreams[c->upstream_count++] = (struct policy_upstream){
            .name = u->name, .trust = u->trust == 1 ? TRUST_LOCAL : TRUST_CLOSED};
    }
}

/* A field's name into room for it, in lower case. */
static bool lower_name(struct slice name, char *to)
{
    for (size_t i = 0; i < name.len; i++) {
        char c = name.at[i];
        bool is_capital = c >= 'A' && c <= 'Z';
        if (!is_capital && !(c >= 'a' && c <= 'z') && !(c >= '0' && c <= '9') && c != '-' &&
            c != '_')
            return false;
        to[i] = is_capital ? (char)(c + ('a' - 'A')) : c;
    }
    to[name.len] = '\0';
    return true;
}

/* Credentials and what frames a message name nobody. */
static void check_header(struct option_reader *r, const struct yaml *at, struct slice *name)
{
    static const char *const never[] = {"authorization",     "x-api-key", "x-goog-api-key",
                                        "api-key",           "cookie",    "proxy-authorization",
                                        "transfer-encoding", "host",      "content-length"};
    char *lower = some(r, name->len, 1);
    bool is_fine = lower != NULL && name->len <= 64 && lower_name(*name, lower);
    for (size_t i = 0; is_fine && i < GW_COUNT(never); i++)
        is_fine = strcmp(lower, never[i]) != 0;
    if (is_fine)
        name->at = lower;
    else
        option_fault(r, at, "a header's name is needed here, such as x-user-id; not one of a key");
}

/* Up to three names in one option: of the agent, its id, its instance. */
static void split_agent(struct option_reader *r, const struct yaml *at, struct config_caller *c)
{
    struct slice rest = slice_trim(c->agent), *const parts[] = {&c->agent, &c->agent_id,
                                                                &c->agent_instance};
    c->agent = rest;
    for (size_t i = 0; i < GW_COUNT(parts) && rest.len > 0; i++) {
        size_t end = slice_find_byte(rest, ' ');
        *parts[i] = slice_cut(rest, 0, end == SIZE_MAX ? rest.len : end);
        rest = slice_trim(slice_from(rest, parts[i]->len));
    }
    if (rest.len > 0)
        option_fault(r, at, "'agent' takes at most three headers: name, id, instance");
}

static void read_callers(struct option_reader *r, const struct yaml *map, struct config *c)
{
    if (map == NULL)
        return;
    if (map->kind != YAML_MAP || map->count == 0 || map->count > CALLERS) {
        option_fault(r, map, "'callers' takes a map of 1 to %d applications", CALLERS);
        return;
    }
    c->callers = some(r, map->count, sizeof *c->callers);
    for (const struct yaml *m = map->first; m != NULL && !r->no_memory; m = m->next) {
        struct config_caller *caller = &c->callers[c->caller_count++];
        option_read(r, SECTION_CALLER, m, caller);
        caller->app = m->key;
        if (!slice_is(m->key, SLICE_LIT("*")) && slice_is(clear_name(m->key).s, SLICE_LIT("?")))
            option_fault(r, m, "an application's name is as in `bulla key new`; '*' is any other");
        split_agent(r, yaml_member(m, "agent"), caller);
        struct slice *const names[] = {&caller->person, &caller->session, &caller->agent,
                                       &caller->agent_id, &caller->agent_instance};
        static const char *const keys[] = {"person", "session", "agent", "agent", "agent"};
        for (size_t i = 0; i < GW_COUNT(names); i++)
            if (names[i]->len > 0)
                check_header(r, yaml_member(m, keys[i]), names[i]);
    }
}

static const char *const sink_forms[] = {NULL, "ocsf", "cef", "leaf"};

struct sink_settings config_sink_settings(const struct config_sink *s)
{
    return (struct sink_settings){.kind = sink_kind(s->kind),
                                  .to = s->to.at,
                                  .form = sink_forms[s->form],
                                  .ca_file = s->ca.len > 0 ? s->ca.at : NULL,
                                  .index_name = s->index.at,
                                  .token = s->token,
                                  .with_findings = s->with_findings,
                                  .wait_s = (unsigned)((s->patience + 999) / 1000)};
}

static void read_with(struct option_reader *r, const struct yaml *at, struct config_sink *s)
{
    for (size_t i = 0; i < s->with.n; i++) {
        if (slice_is(s->with.at[i], SLICE_LIT("findings")))
            s->with_findings = true;
        else
            option_fault(r, yaml_member(at, "with"),
                         "'with' takes findings; signed heads go to every sink, people by their "
                         "pseudonyms");
    }
}

static void read_sink(struct option_reader *r, const struct yaml *m, struct config_sink *s)
{
    size_t faults = r->faults;
    option_read(r, SECTION_SINK, m, s);
    read_with(r, m, s);
    s->name = m->key;
    if (!sink_is_name(s->name.at))
        option_fault(r, m, "a sink's name is letters, digits, '-', '_' and '.'");
    if (r->faults > faults || r->no_memory)
        return;
    const struct sink_settings settings = config_sink_settings(s);
    const char *wrong = sink_judge(&settings);
    if (wrong != NULL)
        option_fault(r, m, "%s", wrong);
    else if (sink_is_file(&settings) && s->to.at[0] != '/' && strcmp(s->to.at, "-") != 0)
        option_fault(r, yaml_member(m, "to"), "an absolute path is needed here, or '-'");
}

/* The shipper is sealed with a list of them: one that is not on it would be refused for ever. */
static void check_ports(struct option_reader *r, const struct yaml *map, const struct config *c)
{
    unsigned ports[SINK_PORTS + 1];
    size_t n = 0;
    for (size_t i = 0; i < c->sink_count; i++) {
        const struct sink_settings settings = config_sink_settings(&c->sinks[i]);
        n += sink_ports(&settings, ports + n, GW_COUNT(ports) - n);
    }
    if (n > SINK_PORTS)
        option_fault(r, map, "'sinks' takes at most %d ports, of all sinks together", SINK_PORTS);
}

static void read_sinks(struct option_reader *r, const struct yaml *map, struct config *c)
{
    if (map == NULL)
        return;
    if (map->kind != YAML_MAP || map->count == 0 || map->count > SINKS) {
        option_fault(r, map, "'sinks' takes a map of 1 to %d names", SINKS);
        return;
    }
    size_t faults = r->faults;
    c->sinks = some(r, map->count, sizeof *c->sinks);
    for (const struct yaml *m = map->first; m != NULL && !r->no_memory; m = m->next)
        read_sink(r, m, &c->sinks[c->sink_count++]);
    if (r->faults == faults && !r->no_memory)
        check_ports(r, map, c);
}

static void read_policies(struct option_reader *r, struct config *c)
{
    if (c->policies.n == 0) {
        struct slice *one = some(r, 1, sizeof *one);
        if (one == NULL)
            return;
        one[0] = SLICE_LIT("builtin:default");
        c->policies = (struct option_words){one, 1};
    }
    c->policy_files = some(r, c->policies.n, sizeof *c->policy_files);
    for (size_t i = 0; i < c->policies.n && !r->no_memory; i++)
        c->policy_files[i] = c->policies.at[i].at;
}

/* A key that hides nothing is found by sealing for it once. */
static bool is_recipient(struct slice text, struct age_recipient *out)
{
    struct buf trial;
    buf_init(&trial, 4096);
    bool is_fine =
        gw_ok(age_recipient_read(text, out)) && gw_ok(age_seal(out, 1, SLICE_LIT("trial"), &trial));
    buf_free(&trial);
    return is_fine;
}

/* Content is kept sealed for reviewers, or not at all. */
static void check_audit(struct option_reader *r, const struct yaml *at, struct config_audit *audit)
{
    const struct yaml *list = yaml_member(at, "reviewers");
    if (audit->capture != RECORD_CAPTURE_META && audit->reviewers.n == 0)
        option_fault(r, at, "'capture' of content needs 'reviewers': it is kept for them alone");
    if (audit->reviewers.n > AGE_PEOPLE)
        option_fault(r, list, "at most %d reviewers", AGE_PEOPLE);
    audit->recipients = some(r, audit->reviewers.n, sizeof *audit->recipients);
    for (size_t i = 0; audit->recipients != NULL && i < audit->reviewers.n; i++)
        if (!is_recipient(audit->reviewers.at[i], &audit->recipients[i]))
            option_fault(r, list, "a reviewer is an age recipient, age1...: see age-keygen(1)");
}

static void check_auth(struct option_reader *r, const struct yaml *root, const struct config *c)
{
    const struct yaml *at = yaml_member(root, "auth");
    for (size_t i = 0; i < c->listen_count; i++) {
        const struct option_address *a = &c->listen[i].address;
        if (c->auth == CONFIG_OPEN && !a->is_loopback)
            option_fault(r, at,
                         "'auth: open' is for loopback addresses only, and one of 'listen' "
                         "is not");
        if (a->port != 0 && a->port == c->admin.address.port &&
            slice_is(a->host, c->admin.address.host))
            option_fault(r, yaml_member(root, "admin"),
                         "'admin' has an address of its own, never "
                         "one of 'listen'");
    }
}

/* Clocks, or the name of a profile in their place. */
static void read_retention(struct option_reader *r, const struct yaml *at,
                           struct config_retention *out)
{
    static const struct {
        const char *name;
        uint64_t leaves; /* days; the other clocks are the usual ones */
    } profiles[] = {{"standard", 400}, {"hipaa", 2192}};
    bool is_name = at != NULL && at->kind == YAML_TEXT;
    option_read(r, SECTION_RETENTION, is_name ? NULL : at, out);
    for (size_t i = 0; is_name && i < GW_COUNT(profiles); i++)
        if (slice_is(at->text, slice_str(profiles[i].name))) {
            out->leaves = profiles[i].leaves * 24 * 3600 * 1000;
            return;
        }
    if (is_name)
        option_fault(r, at, "'retention' takes clocks, or a profile: standard, hipaa");
}

static void read_all(struct option_reader *r, const struct yaml *root, struct config *c)
{
    option_read(r, SECTION_TOP, root, c);
    if (root->kind != YAML_MAP)
        return;
    read_listen(r, yaml_member(root, "listen"), c);
    option_read(r, SECTION_ADMIN, yaml_member(root, "admin"), &c->admin);
    read_upstreams(r, yaml_member(root, "upstreams"), c);
    option_read(r, SECTION_AUDIT, yaml_member(root, "audit"), &c->audit);
    read_retention(r, yaml_member(yaml_member(root, "audit"), "retention"), &c->audit.retention);
    option_read(r, SECTION_LIMITS, yaml_member(root, "limits"), &c->limits);
    option_read(r, SECTION_LOG, yaml_member(root, "log"), &c->log);
    read_callers(r, yaml_member(root, "callers"), c);
    read_sinks(r, yaml_member(root, "sinks"), c);
    read_policies(r, c);
    check_audit(r, yaml_member(root, "audit"), &c->audit);
    check_auth(r, root, c);
    if (c->threads == 0) {
        long cores = sysconf(_SC_NPROCESSORS_ONLN);
        c->threads = cores > 0 ? (uint64_t)cores : 1;
    }
}

/* The file's text in the arena; complains when it cannot be had. */
static bool read_file(struct option_reader *r, struct slice *text)
{
    char *at = arena_alloc(r->arena, CONFIG_FILE + 1);
    int fd = at == NULL ? -1 : open(r->file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    size_t used = 0;
    ssize_t n = fd < 0 ? -1 : 1;
    const char *fault = fd < 0 ? NULL : mode_fault(fd, MODE_RULE);
    while (fault == NULL && n > 0 && used <= CONFIG_FILE) {
        n = read(fd, at + used, CONFIG_FILE + 1 - used);
        used += n > 0 ? (size_t)n : 0;
    }
    if (n < 0)
        option_fault(r, NULL, "cannot be read: %s", strerror(errno));
    else if (fault != NULL)
        option_fault(r, NULL, "%s", fault);
    else if (used > CONFIG_FILE)
        option_fault(r, NULL, "larger than %d bytes", CONFIG_FILE);
    if (fd >= 0)
        close(fd);
    *text = slice_of(at, used);
    return n >= 0 && fault == NULL && used <= CONFIG_FILE;
}

static gw_result load(struct option_reader *r, struct config *c)
{
    struct slice text;
    struct yaml *root;
    if (!read_file(r, &text))
        return gw_is(GW_BAD);
    c->digest = secret_sha256(text);
    TRY(yaml_parse(text, r->file, r->arena, r->complaints, &root));
    read_all(r, root, c);
    if (r->no_memory)
        return gw_is(GW_NO_MEMORY);
    return gw_is(r->faults > 0 ? GW_BAD : GW_OK);
}

static gw_result load_file(const char *path, bool no_secrets, struct config **out,
                           struct buf *complaints)
{
    struct arena *arena = arena_new(CONFIG_ARENA);
    struct config *c = arena == NULL ? NULL : arena_zalloc(arena, sizeof *c);
    gw_result r = gw_is(GW_NO_MEMORY);
    *out = NULL;
    struct secret_store *secrets = c == NULL ? NULL : secret_store_new();
    if (c != NULL) {
        c->arena = arena;
        c->secrets = secrets;
        c->file = arena_copy(arena, slice_str(path));
    }
    if (secrets != NULL && c->file.at != NULL) {
        struct option_reader reader = {.arena = arena,
                                       .secrets = secrets,
                                       .complaints = complaints,
                                       .file = c->file.at,
                                       .no_secrets = no_secrets};
        r = load(&reader, c);
    }
    if (gw_ok(r)) {
        *out = c;
    } else {
        secret_store_free(secrets);
        arena_free(arena);
    }
    return r;
}

gw_result config_load(const char *path, struct config **out, struct buf *complaints)
{
    return load_file(path, false, out, complaints);
}

gw_result config_load_open(const char *path, struct config **out, struct buf *complaints)
{
    return load_file(path, true, out, complaints);
}

void config_forget_sinks(struct config *c)
{
    for (size_t i = 0; i < c->sink_count; i++) {
        struct slice *token = &c->sinks[i].token; /* in the store, which can be written */
        if (token->len > 0)
            secret_wipe((void *)(uintptr_t)token->at, token->len);
        *token = (struct slice){0};
    }
}

void config_forget_secrets(struct config *c)
{
    secret_store_free(c->secrets);
    c->secrets = NULL;
    c->token_key = (struct slice){0};
    for (size_t i = 0; i < c->upstream_count; i++)
        c->upstreams[i].key = (struct slice){0};
    for (size_t i = 0; i < c->sink_count; i++)
        c->sinks[i].token = (struct slice){0};
}

bool config_may_capture(const struct config *c, const struct policy *policy, struct buf *complaints)
{
    if (policy_capture_most(policy) <= CAPTURE_META || c->audit.reviewers.n > 0)
        return true;
    buf_put_str(complaints, "'capture' of a rule or a route needs 'audit.reviewers': what is kept "
                            "is kept for them alone\n");
    return false;
}

void config_free(struct config *c)
{
    if (c == NULL)
        return;
    secret_store_free(c->secrets);
    arena_free(c->arena);
}

static bool is_same(const struct option_address *a, const struct option_address *b)
{
    return a->port == b->port && slice_is(a->host, b->host);
}

bool config_is_bound_alike(const struct config *now, const struct config *then)
{
    bool is_fine = now->listen_count == then->listen_count &&
                   is_same(&now->admin.address, &then->admin.address);
    for (size_t i = 0; is_fine && i < now->listen_count; i++)
        is_fine = is_same(&now->listen[i].address, &then->listen[i].address);
    return is_fine;
}
