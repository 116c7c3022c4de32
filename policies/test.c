/* policies/test.c - the tests that stand in policy files: keys, and the request as JSON.
 *
 * Knows nothing of running them; whoever does asks policy_tests(). cJSON builds the bodies and is
 * freed here; results lie in the policy's arena. */
#include "proxy/base/base.h"
#include "policies/keyword.h"
#include "policies/model.h"
#include <cjson/cJSON.h>

/* What `request:` says before it becomes a body. */
struct request {
    struct policy_test *test;
    struct slice model, system, user, body;
};

static void model_take(struct load *l, const struct yaml *v, void *into)
{
    (void)l;
    ((struct request *)into)->model = v->text;
}
static void system_take(struct load *l, const struct yaml *v, void *into)
{
    (void)l;
    ((struct request *)into)->system = v->text;
}
static void user_take(struct load *l, const struct yaml *v, void *into)
{
    (void)l;
    ((struct request *)into)->user = v->text;
}
static void body_take(struct load *l, const struct yaml *v, void *into)
{
    (void)l;
    ((struct request *)into)->body = v->text;
}
static void path_take(struct load *l, const struct yaml *v, void *into)
{
    (void)l;
    ((struct request *)into)->test->path = v->text;
}

/* clang-format off */
static const struct keyword request_keys[] = {
    {"model",  SHAPE_TEXT, model_take,  "the model's name"},
    {"system", SHAPE_TEXT, system_take, "the system prompt"},
    {"user",   SHAPE_TEXT, user_take,   "what the user says"},
    {"body",   SHAPE_TEXT, body_take,   "the whole body as JSON text, instead of the others"},
    {"path",   SHAPE_TEXT, path_take,   "where it is sent; /v1/chat/completions when not given"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

/* Texts in the arena end with a NUL; one inside would cut the text short, which a test may not do.
 */
static bool add_message(struct load *l, const struct yaml *at, cJSON *messages, const char *role,
                        struct slice text)
{
    if (text.len == 0)
        return true;
    if (memchr(text.at, '\0', text.len) != NULL)
        load_fault(l, at, "a NUL byte cannot stand here; use 'body'");
    cJSON *message = cJSON_CreateObject();
    if (!cJSON_AddItemToArray(messages, message)) {
        cJSON_Delete(message);
        return false;
    }
    return cJSON_AddStringToObject(message, "role", role) != NULL &&
           cJSON_AddStringToObject(message, "content", text.at) != NULL;
}

/* The body in the shape that its path asks for. */
static void build_body(struct load *l, const struct yaml *v, const struct request *r)
{
    bool anthropic = slice_is(r->test->path, SLICE_LIT("/v1/messages"));
    cJSON *body = cJSON_CreateObject();
    cJSON *messages = cJSON_AddArrayToObject(body, "messages");
    bool good = messages != NULL;
    if (r->model.len > 0)
        good = good && cJSON_AddStringToObject(body, "model", r->model.at) != NULL;
    if (anthropic) {
        good = good && cJSON_AddNumberToObject(body, "max_tokens", 256) != NULL;
        if (r->system.len > 0)
            good = good && cJSON_AddStringToObject(body, "system", r->system.at) != NULL;
    } else {
        good = good && add_message(l, v, messages, "system", r->system);
    }
    good = good && add_message(l, v, messages, "user", r->user);
    char *text = good ? cJSON_PrintUnformatted(body) : NULL;
    if (text != NULL)
        r->test->body = arena_copy(l->arena, slice_str(text));
    if (r->test->body.at == NULL)
        l->no_memory = true;
    cJSON_free(text);
    cJSON_Delete(body);
}

static void request_take(struct load *l, const struct yaml *v, void *into)
{
    struct request r = {.test = into};
    keyword_read(l, request_keys, v, &r);
    if (r.body.len > 0) {
        r.test->body = r.body;
        if (r.model.len > 0 || r.user.len > 0 || r.system.len > 0)
            load_fault(l, v, "'body' stands alone, without 'model', 'system' and 'user'");
        return;
    }
    if (r.user.len == 0 && r.system.len == 0)
        load_fault(l, v, "a request needs 'user', 'system' or 'body'");
    build_body(l, v, &r);
}

static void decision_take(struct load *l, const struct yaml *v, void *into)
{
    static const char *const known[] = {"allow", "redact", "block", NULL};
    choice_of(l, v, known, 0);
    ((struct policy_test *)into)->decision = v->text;
}
static void class_take(struct load *l, const struct yaml *v, void *into)
{
    (void)l;
    ((struct policy_test *)into)->class_name = v->text;
}
static void upstream_take(struct load *l, const struct yaml *v, void *into)
{
    (void)l;
    ((struct policy_test *)into)->upstream = v->text;
}
static void lacks_take(struct load *l, const struct yaml *v, void *into)
{
    struct policy_test *test = into;
    struct words words = words_of(l, v);
    test->sent_lacks = words.at;
    test->lacks_count = words.n;
}
static void has_take(struct load *l, const struct yaml *v, void *into)
{
    struct policy_test *test = into;
    struct words words = words_of(l, v);
    test->sent_has = words.at;
    test->has_count = words.n;
}
static void rules_take(struct load *l, const struct yaml *v, void *into)
{
    struct policy_test *test = into;
    struct words words = words_of(l, v);
    test->rules = words.at;
    test->rule_count = words.n;
}

/* clang-format off */
static const struct keyword expect_keys[] = {
    {"decision",   SHAPE_TEXT,  decision_take, "allow, redact or block"},
    {"class",      SHAPE_TEXT,  class_take,    "the class that the exchange has in the end"},
    {"upstream",   SHAPE_TEXT,  upstream_take, "the first upstream of the route"},
    {"sent_lacks", SHAPE_WORDS, lacks_take,    "texts that may not be in what is sent"},
    {"sent_has",   SHAPE_WORDS, has_take,      "texts that must be in what is sent"},
    {"rules",      SHAPE_WORDS, rules_take,    "ids of rules that must have matched"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

static void expect_take(struct load *l, const struct yaml *v, void *into)
{
    keyword_read(l, expect_keys, v, into);
    if (v->count == 0)
        load_fault(l, v, "'expect' expects nothing");
}

static void name_take(struct load *l, const struct yaml *v, void *into)
{
    (void)l;
    ((struct policy_test *)into)->name = v->text;
}

static void guard_take(struct load *l, const struct yaml *v, void *into)
{
    static const char *const known[] = {"safe", "unsafe", "failed", NULL};
    ((struct policy_test *)into)->guard = (uint8_t)(SAID_SAFE + choice_of(l, v, known, 2));
}

/* clang-format off */
static const struct keyword test_keys[] = {
    {"name",    SHAPE_TEXT, name_take,    "a sentence that says what must hold"},
    {"request", SHAPE_MAP,  request_take, "what a caller sends"},
    {"guard",   SHAPE_TEXT, guard_take,   "what a guard model says when a rule asks: safe, unsafe, failed (when not given)"},
    {"expect",  SHAPE_MAP,  expect_take,  "what the policy must do with it"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

void test_read(struct load *l, const struct yaml *v, struct policy_test *into)
{
    *into = (struct policy_test){.file = slice_str(l->file),
                                 .line = v->line,
                                 .path = SLICE_LIT("/v1/chat/completions"),
                                 .guard = SAID_FAILED};
    keyword_read(l, test_keys, v, into);
    if (v->kind == YAML_MAP && into->body.len == 0 && yaml_member(v, "request") == NULL)
        load_fault(l, v, "a test needs a 'request'");
    if (v->kind == YAML_MAP && yaml_member(v, "expect") == NULL)
        load_fault(l, v, "a test needs an 'expect'");
}

const struct policy_test *policy_tests(const struct policy *p, size_t *n)
{
    *n = p->test_count;
    return p->tests;
}
