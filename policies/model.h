/* policies/model.h - what a loaded policy is made of. Private to policies/.
 *
 * Built by load.c (files, lists, classes), detector.c (detectors, what is allowed), answer.c
 * (answers), rule.c (rules and routes) and test.c (tests); looked over by check.c; read by
 * decide.c. All of it lies in the policy's own arena and never changes after policy_load(). Knows
 * nothing of HTTP, JSON or audit.
 */
#ifndef POLICIES_MODEL_H
#define POLICIES_MODEL_H

#include "policies/policy.h"
#include "policies/yaml.h"
#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum { POLICY_FILES = 64, POLICY_CLASSES = 32, NO_CLASS = INT_MAX };

/* A list of words or globs as it stood in a file. */
struct words {
    const struct slice *at;
    const struct yaml *const *places; /* where each stood; NULL for words of a list file */
    size_t n;
};

/* What `when:` may ask; an empty list asks nothing. Every list that stands must have a match. */
struct when {
    struct words app, path, model, dialect, classes;
    uint32_t class_bits; /* 1 << rank for each of `classes` */
};

enum action { ACT_NONE = 0, ACT_ALLOW, ACT_REDACT, ACT_BLOCK };

struct rule {
    struct slice id;
    const char *file;
    const struct yaml *place;
    struct words find; /* entities, families, custom detectors */
    bool has_attack;
    uint16_t attack_score;   /* 1 to 1000 */
    uint32_t attack_kinds;   /* 0: any kind */
    uint32_t attack_origins; /* 1 << enum attack_origin; 0: whoever speaks */
    bool asks;               /* below ask_below the guard decides */
    uint16_t ask_below;      /* 0: whatever the score */
    bool ask_fails_open;
    struct policy_guard guard;
    unsigned guard_number;
    const struct yaml *ask_place, *guard_place;
    struct words tools; /* globs: names of tools that the model calls */
    const struct yaml *tools_place;
    struct when when;
    bool on[2]; /* by enum direction */
    bool has_on;
    enum action action;
    const struct yaml *action_place, *earlier_place;
    enum style style;
    struct slice message;
    bool as_answer;
    bool labels_earlier; /* a block is for new turns; what earlier ones say is taken out */
    struct slice class_name;
    const struct yaml *class_place;
    unsigned class_rank; /* NO_CLASS: gives none */
    bool observes;
    uint8_t capture; /* enum capture */
    struct words tags;
    bool restores;
};

struct route {
    struct slice id; /* "FILE:LINE", for explain */
    const char *file;
    const struct yaml *place;
    struct when when;
    struct words to;           /* as written */
    uint8_t capture;           /* enum capture */
    uint8_t durability;        /* enum durability */
    uint8_t on_failure;        /* enum on_failure */
    const struct slice *names; /* resolved upstreams, in order */
    const enum trust *trusts;  /* NULL when no upstreams were given */
    size_t name_count;
};

struct word_list {
    struct slice name;
    struct words words;
};

struct policy {
    struct arena *arena;
    struct slice bundle;
    struct digest digest;
    struct slice classes[POLICY_CLASSES]; /* low to high */
    size_t class_count;
    uint16_t threshold;
    uint8_t names; /* enum names */
    struct word_list *lists;
    size_t list_count;
    struct custom_detector *detectors;
    size_t detector_count;
    struct custom_allow *allows;
    size_t allow_count;
    struct policy_guard guards[POLICY_GUARDS];
    size_t guard_count;
    struct watch_rules answers;
    const struct yaml *answers_place; /* NULL: the key stands nowhere */
    struct secret_store *salts;       /* of hashed values; NULL: there are none */
    struct rule *rules;
    size_t rule_count;
    struct route *routes;
    size_t route_count;
    struct policy_test *tests;
    size_t test_count;
};

/* One run of policy_load(): what is being read, from which file. */
struct load {
    struct policy *policy;
    struct arena *arena; /* the policy's */
    struct buf *complaints;
    struct buf bundle;
    const struct policy_upstream *upstreams;
    size_t upstream_count;
    const char *file; /* the one being read */
    struct yaml *roots[POLICY_FILES];
    const char *files[POLICY_FILES];
    size_t file_count;
    size_t routes_free; /* routes are filled from the back: later files come first */
    size_t faults;      /* complaints so far */
    bool no_memory;
};

/* load.c: a path beside the policy file that is being read; false: complained about. */
bool load_path(struct load *l, const struct yaml *at, struct slice name, char path[PATH_MAX]);
/* A whole file in the arena; of a large one only the digest counts for the policy's own. */
bool load_file(struct load *l, const struct yaml *at, const char *path, bool is_large,
               struct slice *text);
/* One word a line; empty lines and such that begin with # are left out. */
struct words load_lines(struct load *l, const struct yaml *at, struct slice text);
/* detector.c: `detectors` and `allow`, for the policy. */
void detectors_take(struct load *l, const struct yaml *v, void *policy);
void allows_take(struct load *l, const struct yaml *v, void *policy);
/* rule.c: one rule or route of a file; the class names are resolved by check.c. */
void rule_read(struct load *l, const struct yaml *v, struct rule *into);
void route_read(struct load *l, const struct yaml *v, struct route *into);
/* answer.c: `answers`, for the policy; and what holds without it. */
void answers_take(struct load *l, const struct yaml *v, void *policy);
void answers_begin(struct policy *p);
/* ask.c: `ask`, for a rule; and its guard among the policy's. */
void ask_take(struct load *l, const struct yaml *v, void *rule);
void check_ask(struct load *l, struct rule *rule);
/* test.c */
void test_read(struct load *l, const struct yaml *v, struct policy_test *into);
/* check.c: resolves classes and targets; complains about what does not fit together. */
void check_policy(struct load *l);
/* Complains about a name that is no entity, family or detector of the policy. */
void check_name(struct load *l, const struct yaml *at, struct slice name);
/* Rank of a class, or NO_CLASS. */
unsigned class_rank(const struct policy *p, struct slice name);

#endif
