/* tests/unit/test_config.c - proxy/main/config.h: a whole file, and what does not fit together. */
#include "proxy/base/base.h"
#include "proxy/main/config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char dir[] = "/tmp/bulla-config-XXXXXX";
static struct buf said;

static int begin(void **state)
{
    (void)state;
    buf_init(&said, 65536);
    setenv("BULLA_TEST_KEY",
           "sk"
           "-test",
           1);
    unsetenv("BULLA_TEST_NONE");
    return mkdtemp(dir) == NULL || chdir(dir) != 0;
}

static int finish(void **state)
{
    (void)state;
    buf_free(&said);
    unlink("bulla.yaml");
    unlink("secret");
    return chdir("/") != 0 || rmdir(dir) != 0;
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    assert_int_equal(fclose(f), 0);
}

static bool says(const char *text)
{
    bool found = slice_find(buf_slice(&said), slice_str(text)) != SIZE_MAX;
    if (!found)
        print_message("said: %.*s\n", (int)buf_slice(&said).len, buf_slice(&said).at);
    return found;
}

static struct config *load(const char *text)
{
    char path[100];
    struct config *c = NULL;
    write_file("bulla.yaml", text);
    snprintf(path, sizeof path, "%s/bulla.yaml", dir);
    buf_clear(&said);
    gw_result r = config_load(path, &c, &said);
    assert_true(gw_ok(r) == (c != NULL));
    return c;
}

#define LISTEN "listen: [{address: 127.0.0.1:8443}]\n"
#define UP "upstreams: {demo: {dialect: demo, url: 'http://127.0.0.1:9'}}\n"

static void refused(const char *text, const char *complaint)
{
    struct config *c = load(text);
    assert_null(c);
    assert_true(says(complaint));
}

static void unknown_and_wrong_keys_are_refused(void **state)
{
    (void)state;
    refused(LISTEN UP "limts: {}\n", "bulla.yaml:3:1: unknown key 'limts'; did you mean 'limits'?");
    refused(LISTEN UP "limits: {idel: 60s}\n", "did you mean 'idle'?");
    refused(LISTEN UP "limits: {idle: 60}\n", "'idle' is a time such as");
    refused(LISTEN UP "limits: {request_body: 2g}\n", "'request_body' is out of bounds");
    refused(LISTEN UP "limits: [1]\n", "a map with keys");
    refused(LISTEN UP "threads: many\n", "'threads' is a number");
    refused(LISTEN UP "auth: none\n", "keys|open|passthrough");
    refused(UP, "'listen' is needed here");
    refused(LISTEN, "'upstreams' is needed here");
    refused("listen: []\n" UP, "'listen' takes a list of 1 to");
    refused("listen: [{address: 'localhost:80'}]\n" UP, "a numeric address and a port");
    refused("listen: [{address: '127.0.0.1:80', tls: {key: x}}]\n" UP, "'certificate' is needed");
    refused("- a\n", "a map with keys");
    refused("a: &x\n", "anchors");
}

static void upstreams_are_checked(void **state)
{
    (void)state;
    refused(LISTEN "upstreams: {a: {url: 'https://x'}}\n", "'dialect' is needed");
    refused(LISTEN "upstreams: {a: {dialect: openai}}\n", "'url' is needed");
    refused(LISTEN "upstreams: {a: {dialect: openai, url: x}}\n", "a URL is needed");
    refused(LISTEN "upstreams: {'a/b': {dialect: demo}}\n", "an upstream's name");
    refused(LISTEN "upstreams: {a: {dialect: demo, apis: [chta]}}\n", "did you mean 'chat'?");
    refused(LISTEN "upstreams: {a: {dialect: demo, trust: full}}\n", "closed|local");
    refused(LISTEN "upstreams: [a]\n", "'upstreams' takes a map");
}

static void secrets_are_references_that_resolve(void **state)
{
    (void)state;
    refused(LISTEN "upstreams: {a: {dialect: demo, key: hunter2}}\n", "a secret is never written");
    assert_true(slice_find(buf_slice(&said), SLICE_LIT("hunter2")) == SIZE_MAX);
    refused(LISTEN "upstreams: {a: {dialect: demo, key: 'env:BULLA_TEST_NONE'}}\n",
            "BULLA_TEST_NONE is not set");
    refused(LISTEN "upstreams: {a: {dialect: demo, key: 'file:none'}}\n", "cannot be read");
    write_file("secret", "one-word\n"); /* as an editor leaves it: 0644 */
    refused(LISTEN "upstreams: {a: {dialect: demo, key: 'file:secret'}}\n", "chmod 600 it");
    assert_int_equal(chmod("secret", 0600), 0);
    write_file("secret", "two words\n");
    refused(LISTEN "upstreams: {a: {dialect: demo, key: 'file:secret'}}\n", "more than one word");
    write_file("secret", "one-word\n");
    struct config *c = load(LISTEN "upstreams: {a: {dialect: demo, key: 'file:secret'}}\n"
                                   "token_key: env:BULLA_TEST_KEY\n");
    assert_true(c != NULL || says("nothing"));
    assert_true(slice_is(c->upstreams[0].key, SLICE_LIT("one-word")));
    assert_true(slice_is(c->token_key, SLICE_LIT("sk"
                                                 "-test")));
    config_forget_secrets(c);
    assert_int_equal(c->upstreams[0].key.len + c->token_key.len, 0);
    assert_true(slice_is(c->upstreams[0].name, SLICE_LIT("a")));
    config_free(c);
    config_free(NULL);
}

static void who_asks_where_things_are_needs_no_secret(void **state)
{
    char path[100];
    struct config *c = NULL;
    (void)state;
    write_file("bulla.yaml",
               LISTEN "upstreams: {a: {dialect: demo, key: 'file:none'}}\n"
                      "token_key: env:BULLA_TEST_NONE\n"
                      "audit: {dir: /var/log/x}\n"
                      "sinks: {s: {kind: splunk, to: 'https://h', token: 'file:no'}}\n");
    snprintf(path, sizeof path, "%s/bulla.yaml", dir);
    buf_clear(&said);
    assert_false(gw_ok(config_load(path, &c, &said)));
    buf_clear(&said);
    assert_true(gw_ok(config_load_open(path, &c, &said)));
    assert_true(slice_is(c->audit.dir, SLICE_LIT("/var/log/x")));
    config_free(c);
    write_file("bulla.yaml", LISTEN "upstreams: {a: {dialect: demo, key: hunter2}}\n");
    assert_false(gw_ok(config_load_open(path, &c, &said)));
    assert_true(says("a secret is never written"));
}

static void ports_of_sinks_are_as_many_as_the_shipper_can_be_sealed_with(void **state)
{
    char text[8192], same[8192];
    int n = snprintf(text, sizeof text, "%s%ssinks: {s: {kind: kafka, to: 'tcp://h:1", LISTEN, UP);
    int k = snprintf(same, sizeof same, "%s", text);
    (void)state;
    for (int port = 2; port <= SINK_PORTS; port++) {
        n += snprintf(text + n, sizeof text - (size_t)n, ",h:%d", port);
        k += snprintf(same + k, sizeof same - (size_t)k, ",h:1,i:1");
    }
    snprintf(text + n, sizeof text - (size_t)n, "'}}\n");
    snprintf(same + k, sizeof same - (size_t)k, "'}}\n");
    struct config *c = load(text);
    assert_true(c != NULL || says("nothing"));
    config_free(c);
    c = load(same);
    assert_true(c != NULL || says("nothing"));
    config_free(c);
    snprintf(text + n, sizeof text - (size_t)n, ",h:64'}}\n");
    refused(text, "at most 63 ports");
    snprintf(text + n, sizeof text - (size_t)n, "'}, t: {kind: syslog, to: 'tcp://h:64'}}\n");
    refused(text, "at most 63 ports");
}

static void a_sinks_token_is_forgotten_where_nothing_is_sent(void **state)
{
    (void)state;
    struct config *c = load(LISTEN "upstreams: {a: {dialect: demo, key: 'env:BULLA_TEST_KEY'}}\n"
                                   "sinks: {s: {kind: splunk, to: 'https://h', "
                                   "token: 'env:BULLA_TEST_KEY'}, p: {kind: jsonl, to: '-'}}\n");
    assert_true(c != NULL || says("nothing"));
    struct slice token = c->sinks[0].token;
    assert_true(token.len > 0);
    config_forget_sinks(c);
    assert_int_equal(c->sinks[0].token.len, 0);
    for (size_t i = 0; i < token.len; i++)
        assert_int_equal(token.at[i], 0);
    assert_int_equal(c->upstreams[0].key.len, token.len); /* that is kept */
    config_free(c);
}

static void what_is_kept_ends_when_it_is_said(void **state)
{
    (void)state;
    refused(LISTEN UP "audit: {retention: {leaves: 10m}}\n", "'leaves' is out of bounds");
    struct config *c = load(LISTEN UP);
    assert_int_equal(c->audit.retention.leaves / 3600000, 400 * 24);
    config_free(c);
    refused(LISTEN UP "audit: {retention: soon}\n", "or a profile: standard, hipaa");
    c = load(LISTEN UP "audit: {retention: hipaa}\n");
    assert_int_equal(c->audit.retention.leaves / 3600000, 2192 * 24);
    assert_int_equal(c->audit.retention.payloads / 3600000, 30 * 24);
    config_free(c);
    c = load(LISTEN UP "audit: {retention: {leaves: 2192d}}\n"); /* six years */
    assert_int_equal(c->audit.retention.leaves / 3600000, 2192 * 24);
    assert_int_equal(c->audit.retention.disclosures / 3600000, 400 * 24);
    config_free(c);
}

static void open_means_loopback_and_capture_means_reviewers(void **state)
{
    (void)state;
    refused("listen: [{address: '127.0.0.1:1'}, {address: '0.0.0.0:2'}]\nauth: open\n" UP,
            "'auth: open' is for loopback");
    refused(LISTEN UP "audit: {capture: full}\n", "needs 'reviewers'");
    refused(LISTEN UP "audit: {capture: findings}\n", "needs 'reviewers'");
    refused(LISTEN UP "audit: {capture: full, reviewers: [age1abc]}\n", "an age recipient");
    refused(LISTEN UP "audit: {reviewers: ["
                      "age1qqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqqq5cu47z]}\n",
            "an age recipient"); /* the point zero */
    refused(LISTEN UP "admin: {address: 127.0.0.1:8443}\n", "'admin' has an address of its own");
    struct config *c = load("listen: [{address: '0.0.0.0:2'}]\n" UP);
    assert_non_null(c);
    assert_true(says("bulla.yaml:1:10: warning: keys and prompts travel in the clear"));
    config_free(c);
    c = load(LISTEN UP "auth: open\n");
    assert_non_null(c);
    assert_int_equal(c->auth, CONFIG_OPEN);
    assert_int_equal(buf_slice(&said).len, 0);
    config_free(c);
}

static void callers_are_named_with_headers_that_name_people(void **state)
{
    (void)state;
    refused(LISTEN UP "callers: [portal]\n", "'callers' takes a map");
    refused(LISTEN UP "callers: {portal: {persn: x-user}}\n", "did you mean 'person'?");
    refused(LISTEN UP "callers: {portal: {person: 'x user'}}\n", "a header's name is needed here");
    refused(LISTEN UP "callers: {portal: {person: Authorization}}\n", "not one of a key");
    refused(LISTEN UP "callers: {portal: {session: cookie}}\n", "bulla.yaml:3:29: a header's name");
    refused(LISTEN UP "callers: {'a\"b': {person: x-user}}\n", "an application's name is as in");
    struct config *c =
        load(LISTEN UP "callers: {portal: {person: X-User-Id, agent: x-agent}, '*': {}}\n");
    assert_non_null(c);
    assert_int_equal(c->caller_count, 2);
    assert_true(slice_is(c->callers[0].app, SLICE_LIT("portal")));
    assert_string_equal(c->callers[0].person.at, "x-user-id");
    assert_string_equal(c->callers[0].agent.at, "x-agent");
    assert_int_equal(c->callers[0].session.len + c->callers[1].person.len, 0);
    config_free(c);
}

static void defaults_stand_where_nothing_is_said(void **state)
{
    char path[100];
    (void)state;
    struct config *c = load(LISTEN UP);
    assert_non_null(c);
    assert_int_equal(c->limits.request_body, 32 << 20);
    assert_int_equal(c->limits.idle, 60000);
    assert_int_equal(c->limits.stream_time, 1800000);
    assert_int_equal(c->auth, CONFIG_KEYS);
    assert_true(c->threads > 0);
    assert_string_equal(c->policy_files[0], "builtin:default");
    assert_int_equal(c->audit.durability, RECORD_STRICT);
    assert_int_equal(c->audit.capture, RECORD_CAPTURE_META);
    assert_int_equal(c->audit.payload, 57344);
    assert_int_equal(c->admin.address.port, 8444);
    assert_int_equal(c->log.level, 1);
    assert_int_equal(c->upstreams[0].apis.n, 4);
    snprintf(path, sizeof path, "%s/keys", dir);
    assert_string_equal(c->keys.at, path);
    config_free(c);
}

static const char contract[] =
    "listen:\n"
    "  - address: 0.0.0.0:8443\n"
    "    tls: { certificate: certs/server.pem, key: certs/server.key }     # + client_ca\n"
    "admin: { address: 127.0.0.1:8444 }\n"
    "upstreams:\n"
    "  openai:    { dialect: openai,    url: \"https://api.openai.com\",    key: "
    "env:BULLA_TEST_KEY,    trust: closed }\n"
    "  gemini:    { dialect: gemini,    url: \"https://generativelanguage.googleapis.com\", trust: "
    "closed }\n"
    "  llama:     { dialect: openai,    url: \"http://127.0.0.1:8080\",     trust: local, model: "
    "llama-3.1-8b-instruct }\n"
    "  neox:      { dialect: openai,    url: \"http://127.0.0.1:8081\",     trust: local, model: "
    "gpt-neox-20b, apis: [completions] }\n"
    "policies: [policies/packs/default.yaml, /etc/acme.yaml]\n"
    "audit: { dir: /var/lib/bulla/audit, durability: strict, capture: redacted, reviewers: "
    "[age1zgcwn4t8wnfy2p5tr3v937rttzyjff9e39kgw9jl4mq8w0xthytsa4fqxr] }\n"
    "limits: { request_body: 32m, stream_time: 30m, idle: 60s }\n";

static void the_contracts_example_loads(void **state)
{
    char path[100];
    (void)state;
    struct config *c = load(contract);
    assert_true(c != NULL || says("nothing"));
    assert_int_equal(c->audit.capture, RECORD_CAPTURE_REDACTED);
    assert_int_equal(c->audit.reviewers.n, 1);
    assert_int_equal(c->listen_count, 1);
    assert_int_equal(c->listen[0].address.port, 8443);
    snprintf(path, sizeof path, "%s/certs/server.pem", dir);
    assert_string_equal(c->listen[0].tls.certificate.at, path);
    assert_int_equal(c->upstream_count, 4);
    assert_true(slice_is(c->upstreams[0].key, SLICE_LIT("sk"
                                                        "-test")));
    assert_int_equal(c->upstreams[2].trust, TRUST_LOCAL);
    assert_int_equal(c->policy_upstreams[2].trust, TRUST_LOCAL);
    assert_true(slice_is(c->upstreams[2].model, SLICE_LIT("llama-3.1-8b-instruct")));
    assert_true(slice_is(c->upstreams[3].apis.at[0], SLICE_LIT("completions")));
    assert_int_equal(c->upstreams[2].url.port, 8080);
    assert_string_equal(c->policy_files[1], "/etc/acme.yaml");
    assert_int_equal(c->policies.n, 2);
    config_free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(unknown_and_wrong_keys_are_refused),
        cmocka_unit_test(upstreams_are_checked),
        cmocka_unit_test(secrets_are_references_that_resolve),
        cmocka_unit_test(who_asks_where_things_are_needs_no_secret),
        cmocka_unit_test(ports_of_sinks_are_as_many_as_the_shipper_can_be_sealed_with),
        cmocka_unit_test(a_sinks_token_is_forgotten_where_nothing_is_sent),
        cmocka_unit_test(open_means_loopback_and_capture_means_reviewers),
        cmocka_unit_test(what_is_kept_ends_when_it_is_said),
        cmocka_unit_test(callers_are_named_with_headers_that_name_people),
        cmocka_unit_test(defaults_stand_where_nothing_is_said),
        cmocka_unit_test(the_contracts_example_loads),
    };
    return cmocka_run_group_tests(tests, begin, finish);
}
