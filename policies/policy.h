/* policies/policy.h - policy files: loaded, checked, then asked once an exchange. Pure: no clock,
 * no I/O and no memory of its own while deciding. Immutable after policy_load(); shared by threads.
 *
 * Format: CONTRACT.md "Policy". Several files make one policy: classes and lists merge, rules and
 * routes are taken in file order (routes of later files come first, so that a company's own file
 * wins over a pack). Every error names file, line, column, a reason and, where near, a suggestion.
 */
#ifndef POLICIES_POLICY_H
#define POLICIES_POLICY_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/secret.h"
#include "proxy/base/slice.h"
#include "redact/finding.h"

enum trust { TRUST_CLOSED = 0, TRUST_LOCAL }; /* higher is more trusted */

/* What a policy may name under `to:`; from the configuration. */
struct policy_upstream {
    struct slice name;
    enum trust trust;
};

struct policy;

/* Loads and checks files[0..n). Complaints, one a line ("acme.yaml:12:5: unknown key 'clas'; did
 * you mean 'class'?"), are appended to *complaints (the caller's, with a ceiling). upstreams may be
 * NULL (scan, redact, policy test without a config): then route targets are not checked. GW_OK or
 * GW_BAD. */
GW_MUST gw_result policy_load(const char *const *files, size_t n,
                              const struct policy_upstream *upstreams, size_t upstream_count,
                              struct buf *complaints, struct policy **out);
void policy_free(struct policy *p); /* NULL is fine */
/* The built-in default pack, compiled into the binary from policies/packs/default.yaml: the same
 * text. */
GW_MUST gw_result policy_load_default(const struct policy_upstream *upstreams, size_t n,
                                      struct buf *complaints, struct policy **out);
/* Custom detectors of the files; borrowed from p. */
const struct custom_detector *policy_detectors(const struct policy *p, size_t *n);
/* They and all else that the files say to the scanner, for scanner_new_for(); borrowed from p. */
struct custom_set policy_custom(const struct policy *p);
/* SHA-256 of the effective bundle (all file texts in order), for `pol`; and the text itself. */
struct digest policy_digest(const struct policy *p);
struct slice policy_bundle(const struct policy *p);
/* Lowest score at which a finding counts (policy key `threshold:`, default 500). */
uint16_t policy_threshold(const struct policy *p);
/* How hard names are looked for (policy key `names:`, default off). */
enum names policy_names(const struct policy *p);

/* Guard models that rules ask about scores that decide nothing yet (key `ask`): how they are spoken
 * with, and which there are. */
/* clang-format off */
#define GUARD_FORMATS(X) \
    X(LLAMA, "llama-guard") X(GRANITE, "granite-guardian") X(PROMPT, "prompt-guard") \
    X(YES_NO, "yes-no") X(JSON, "json")
/* clang-format on */
#define X(id, word) GUARD_##id,
enum guard_format { GUARD_FORMATS(X) GUARD_FORMAT_COUNT };
#undef X

enum { POLICY_GUARDS = 4 };
struct policy_guard {
    struct slice upstream, model; /* model may be empty: the upstream's own */
    enum guard_format format;
    unsigned within_ms; /* for all that is asked of it in one exchange */
};
const char *policy_format_word(enum guard_format format);
/* Those that rules name, each once; at most POLICY_GUARDS. Borrowed from p. */
const struct policy_guard *policy_guards(const struct policy *p, size_t *n);

/* What a guard has said of an exchange. */
enum guard_said { SAID_NOTHING = 0, SAID_SAFE, SAID_UNSAFE, SAID_FAILED };
const char *policy_said_word(unsigned said); /* "nothing", "safe", "unsafe", "failed" */

/* Which turns of a conversation a text belongs to: those that the model has not answered yet (as
 * far as the caller tells), or the ones before. */
enum turn { TURN_NEW = 0, TURN_EARLIER, TURN_COUNT };

/* The lowest attack scores that count, by turn and by who speaks; 0: none does. */
struct attack_scope {
    uint16_t from[TURN_COUNT][ORIGIN_COUNT];
};

enum direction { FROM_REQUEST = 0, FROM_ANSWER };

struct facts {
    enum direction direction;
    struct slice app, tenant; /* of the caller's key; empty when open */
    struct slice path, model, dialect;
    const struct finding *findings;
    size_t finding_count;
    struct attack attack;
    unsigned class_rank; /* the exchange has this class already: 0, and its request's in answers */
    bool has_call;       /* the question is about a tool call of an answer: */
    struct slice tool;   /* the tool that the model calls; may be empty */
    uint16_t turns[TURN_COUNT][ORIGIN_COUNT];  /* the highest attack scores */
    uint8_t guards[POLICY_GUARDS][TURN_COUNT]; /* enum guard_said of each guard, by its number */
};

/* How much of an exchange's content is kept for reviewers: what a rule or a route says of it. */
/* clang-format off */
#define CAPTURE_TABLE(X) X(META, "meta") X(FINDINGS, "findings") X(REDACTED, "redacted") X(FULL, "full")
/* clang-format on */
#define X(id, word) CAPTURE_##id,
enum capture { CAPTURE_UNSAID = 0, CAPTURE_TABLE(X) CAPTURE_COUNT };
#undef X

/* When its exchanges go on, and whether they do without a record: what a route says of it. */
/* clang-format off */
#define DURABILITY_TABLE(X) X(STRICT, "strict") X(SYNC, "sync") X(ASYNC, "async")
/* clang-format on */
#define X(id, word) DURABILITY_##id,
enum durability { DURABILITY_UNSAID = 0, DURABILITY_TABLE(X) DURABILITY_COUNT };
#undef X

enum on_failure { ON_FAILURE_UNSAID = 0, ON_FAILURE_BLOCK, ON_FAILURE_PASS };

enum decision { DECISION_BLOCK = 0, DECISION_REDACT, DECISION_ALLOW }; /* forgotten = block */

enum { VERDICT_RULES = 32, VERDICT_ROUTE = 8 };

struct verdict {
    enum decision decision;
    struct slice class_name; /* highest that a rule gave; the lowest class otherwise */
    unsigned class_rank;
    struct slice message;        /* of the blocking rule */
    bool as_answer;              /* refusal as a normal 200 answer */
    enum style *styles;          /* one per finding (arena): STYLE_NONE leaves it */
    bool *observed;              /* one per finding: an observing rule matched it */
    struct slice *finding_rules; /* one per finding: id of the rule that set its style, of another
                                    that means it, of one that observes, or empty */
    struct slice rules[VERDICT_RULES]; /* ids of enforced rules that matched, file order */
    size_t rule_count;
    struct slice observed_rules[VERDICT_RULES];
    size_t observed_count;
    struct slice
        route[VERDICT_ROUTE]; /* names of upstreams to try, in order; none: no route matched */
    size_t route_count;
    struct slice route_id;       /* "FILE:LINE" of the route; borrowed from the policy */
    bool route_is_by_class;      /* it is for the exchange's class, and not for any */
    uint8_t capture;             /* enum capture: at least this, as rules say */
    uint8_t route_capture;       /* as the route says, in place of the configuration's */
    uint8_t route_durability;    /* enum durability: likewise */
    uint8_t route_on_failure;    /* enum on_failure: of the audit log, likewise */
    bool restores_secrets;       /* a rule said restore: true for secrets */
    struct attack_scope removed; /* texts from these scores on do not reach the model */
    /* Guards that must be asked before this verdict stands; none when it blocks anyway. Then the
     * policy is asked once more, with what they said. */
    struct verdict_ask {
        bool is_wanted;
        struct attack_scope scope; /* texts from these scores on are asked about */
        struct slice rule;         /* the first that wants it */
    } asks[POLICY_GUARDS];
};

/* For `policy explain`: called once a rule and route with why it did or did not apply. May be NULL.
 */
typedef void (*policy_trace)(void *trace_of, struct slice id, bool applied, const char *reason);

/* GW_OK or GW_NO_MEMORY (then *out blocks). For FROM_ANSWER no route is chosen. */
GW_MUST gw_result policy_decide(const struct policy *p, const struct facts *facts,
                                struct arena *arena, policy_trace trace, void *trace_of,
                                struct verdict *out);
/* True when some enforced or observing rule looks at the text of answers (on: contains response,
 * the default), or at the tools that they call. */
bool policy_has_answer_rules(const struct policy *p);
bool policy_has_tool_rules(const struct policy *p);

/* Does the route say that its exchanges go on when nothing can be recorded? */
bool policy_passes(const struct verdict *v);
const char *policy_capture_word(unsigned capture); /* "unsaid", "meta", ... */
/* The most that any rule or route (of answers: any rule) may ask to be kept: enum capture. */
enum capture policy_capture_most(const struct policy *p);
enum capture policy_capture_most_late(const struct policy *p);

/* What is looked for beside detectors, in answers and (canaries) in requests; kinds is 0 when no
 * rule names any of it. Borrowed from p. */
const struct watch_rules *policy_answers(const struct policy *p);

/* Tests that stand in policy files. */
struct policy_test {
    struct slice name, file; /* file:line for messages */
    unsigned line;
    struct slice path; /* default /v1/chat/completions */
    uint8_t guard;     /* enum guard_said: what guards say when they are asked */
    struct slice body; /* the request as JSON text (built from request: model, user, system, ...) */
    /* expectations; empty or 0 count: not asked */
    struct slice decision, class_name, upstream;
    const struct slice *sent_lacks, *sent_has, *rules;
    size_t lacks_count, has_count, rule_count;
};
const struct policy_test *policy_tests(const struct policy *p, size_t *n);
/* Ids of all rules, for "rules never hit". */
size_t policy_rule_count(const struct policy *p);
struct slice policy_rule_id(const struct policy *p, size_t i);
/* The rule's words for reports (`tags`), by its id; borrowed from p. */
const struct slice *policy_tags(const struct policy *p, struct slice id, size_t *n);
/* The i-th name that a route goes to, repeats included; an empty slice behind the last. */
struct slice policy_target(const struct policy *p, size_t i);

#endif
