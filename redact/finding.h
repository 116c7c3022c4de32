/* redact/finding.h - what was found, where: types only. The one header of redact that policies may
 * see.
 *
 * A finding is a range in the flat buffer, never the text. Families are CONTRACT.md's, in its
 * order. */
#ifndef REDACT_FINDING_H
#define REDACT_FINDING_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

/* clang-format off */
#define FAMILY_TABLE(X) /* id, policy name, word used in tokens */ \
    X(PERSON, "PERSON", "PERSON") X(ADDRESS, "ADDRESS", "ADDRESS") X(LOCATION, "LOCATION", "PLACE") \
    X(ORG, "ORG", "ORG") X(PHONE, "PHONE", "PHONE") X(EMAIL, "EMAIL", "EMAIL") X(URL, "URL", "URL") \
    X(IP_ADDRESS, "IP_ADDRESS", "IP") X(MAC_ADDRESS, "MAC_ADDRESS", "MAC") \
    X(CREDIT_CARD, "CREDIT_CARD", "CARD") X(IBAN, "IBAN", "IBAN") \
    X(BANK_ACCOUNT, "BANK_ACCOUNT", "ACCOUNT") X(CRYPTO_WALLET, "CRYPTO_WALLET", "WALLET") \
    X(NATIONAL_ID, "NATIONAL_ID", "ID") X(TAX_ID, "TAX_ID", "TAXID") X(COMPANY_ID, "COMPANY_ID", "COMPANYID") \
    X(VAT, "VAT", "VAT") X(PASSPORT, "PASSPORT", "PASSPORT") X(DRIVER_LICENSE, "DRIVER_LICENSE", "LICENSE") \
    X(LICENSE_PLATE, "LICENSE_PLATE", "PLATE") X(HEALTH_ID, "HEALTH_ID", "HEALTHID") X(IMEI, "IMEI", "IMEI") \
    X(PRODUCT_CODE, "PRODUCT_CODE", "CODE") X(POSTCODE, "POSTCODE", "POSTCODE") X(DATE, "DATE", "DATE") \
    X(AGE, "AGE", "AGE") X(NRP, "NRP", "NRP") X(TITLE, "TITLE", "TITLE") X(JWT, "JWT", "JWT") \
    X(SECRET, "SECRET", "SECRET") X(CUSTOM, "CUSTOM", "VALUE")
/* clang-format on */
#define X(id, name, word) FAM_##id,
enum family { FAM_NONE = 0, FAMILY_TABLE(X) FAM_COUNT };
#undef X

/* How hard names of persons, places and organisations and addresses are looked for: not at all,
 * only those that are as good as certain, all that reach the threshold. */
enum names { NAMES_OFF = 0, NAMES_LOW, NAMES_HIGH };

struct finding {
    uint32_t start, end; /* bytes of the flat text */
    uint16_t detector;   /* index in the scanner's table */
    uint8_t family;      /* enum family */
    uint16_t score;      /* 0 to 1000 */
    bool is_open;        /* a finding only if a word that it needs still comes behind it */
    bool is_allowed;     /* the policy says that this value is no secret: nothing is done with it */
    struct slice entity; /* "EMAIL_ADDRESS"; borrowed from the scanner */
    struct slice name;   /* the detector's name: "email"; borrowed from the scanner */
};

/* Kinds of attack, CONTRACT.md's words. */
/* clang-format off */
#define ATTACK_TABLE(X) \
    X(INJECTION, "injection") X(JAILBREAK, "jailbreak") X(EXFILTRATION, "exfiltration") \
    X(ENCODED, "encoded") X(LEAK, "system_prompt_leak") X(HARMFUL, "harmful_request")
/* clang-format on */
#define X(id, word) ATTACK_##id,
enum attack_kind { ATTACK_TABLE(X) ATTACK_KINDS };
#undef X

/* What speaks for an attack: word, kind, tags of the OWASP list for LLM applications (2025) and of
 * MITRE ATLAS. */
/* clang-format off */
#define REASON_TABLE(X) \
    X(OVERRIDE, "instruction_override", INJECTION, "LLM01", "AML.T0051") \
    X(ROLE_PLAY, "role_play", JAILBREAK, "LLM01", "AML.T0054") \
    X(DEVELOPER, "developer_mode", JAILBREAK, "LLM01", "AML.T0054") \
    X(LEAK, "prompt_leak", LEAK, "LLM07", "AML.T0057") \
    X(SECRETS, "secret_request", EXFILTRATION, "LLM02", "AML.T0057") \
    X(TEMPLATE, "template_forgery", INJECTION, "LLM01", "AML.T0051") \
    X(TOOLS, "tool_call_forgery", INJECTION, "LLM06", "AML.T0053") \
    X(EXECUTE, "code_execution", INJECTION, "LLM05", "AML.T0051") \
    X(URL, "exfiltration_url", EXFILTRATION, "LLM02", "AML.T0057") \
    X(MANY_SHOT, "many_shot", JAILBREAK, "LLM01", "AML.T0054") \
    X(FIXED, "fixed_output", INJECTION, "LLM01", "AML.T0051") \
    X(HIDE, "hide_from_user", INJECTION, "LLM01", "AML.T0051") \
    X(TO_AI, "addressed_to_ai", INJECTION, "LLM01", "AML.T0051") \
    X(HIDDEN, "hidden_text", INJECTION, "LLM01", "AML.T0051") \
    X(INVISIBLE, "invisible_characters", ENCODED, "LLM01", "AML.T0051") \
    X(ENCODED, "encoded_payload", ENCODED, "LLM01", "AML.T0051") \
    X(HARMFUL, "harmful_topic", HARMFUL, "LLM01", "AML.T0054")
/* clang-format on */
#define X(id, word, kind, owasp, atlas) REASON_##id,
enum attack_reason { REASON_TABLE(X) REASON_COUNT };
#undef X

/* Whose words a text is, as far as attacks go: policies name them. */
/* clang-format off */
#define ORIGIN_TABLE(X) X(USER, "user") X(TOOL, "tool_result")
/* clang-format on */
#define X(id, word) ORIGIN_##id,
enum attack_origin { ORIGIN_TABLE(X) ORIGIN_COUNT };
#undef X

struct attack {
    uint16_t score;            /* 0 to 1000 */
    uint16_t view;             /* the disguise that was taken off: attack_view_name(); 0: none */
    uint32_t kinds;            /* bit 1 << enum attack_kind */
    uint32_t reasons;          /* bit 1 << enum attack_reason */
    uint32_t from, to;         /* the window that decided, in bytes of the text; empty: none did */
    uint16_t in[ORIGIN_COUNT]; /* the highest score of each origin; of one text alone: 0 */
};

/* What no detector has: the gate looks for it where a rule's `find` names it, since only the whole
 * exchange shows it. CANARY_TOKEN is looked for in requests too, the others in answers. */
/* clang-format off */
#define WATCH_TABLE(X) \
    X(IMAGE, "EXFILTRATION_IMAGE") X(LINK, "EXFILTRATION_LINK") X(CANARY, "CANARY_TOKEN") \
    X(PROMPT, "SYSTEM_PROMPT") X(TOOL, "UNKNOWN_TOOL") X(ARGUMENTS, "TOOL_ARGUMENTS")
/* clang-format on */
#define X(id, word) WATCH_##id,
enum watch_kind { WATCH_TABLE(X) WATCH_KINDS };
#undef X

/* Whose conversations share a canary; none: nothing is planted. */
enum canary { CANARY_NONE = 0, CANARY_APP, CANARY_CONVERSATION };

/* What a policy says about it (its key `answers`). */
struct watch_rules {
    uint32_t kinds;            /* bit 1 << enum watch_kind: those that a rule names */
    const struct slice *hosts; /* globs: links to them may carry what they like */
    size_t host_count;
    size_t image, link; /* so many bytes in an image's or a link's URL are data */
    size_t prompt;      /* words of a system prompt in a row that are too many; 0: PRINTS_LEAST */
    uint8_t canary;     /* enum canary */
};

/* A detector that a policy file defines; borrowed by scanner_new() only during the call. */
struct custom_detector {
    struct slice name;         /* also its entity, as written in the policy */
    const struct slice *words; /* literal words, whole-word, ASCII case ignored */
    size_t word_count;
    struct slice pattern;     /* PCRE2/Hyperscan syntax; empty when words are given */
    const struct slice *near; /* at least one must stand within `within` bytes; none: not needed */
    size_t near_count;
    size_t within;              /* bytes; default 40 */
    const struct slice *checks; /* names of finding_check_at(): a value must pass them all */
    size_t check_count;
    struct slice hashed;           /* a file of redact/known.h; `pattern` is the values' shape */
    struct slice salt;             /* of that file */
    const struct slice *documents; /* texts, or files of redact/prints.h; no words, no pattern */
    size_t document_count;
    size_t least; /* words of a document in a row; 0: the usual number */
    struct slice
        where; /* "file:line:column" it is written at, for complaints; empty: nobody wrote it */
};

/* Values that are no secret: findings with them are allowed. */
struct custom_allow {
    const struct slice *values;
    size_t value_count;
    const struct slice *patterns; /* PCRE2, for the whole value */
    size_t pattern_count;
    const struct slice *entities; /* entities, families or detectors; none: all */
    size_t entity_count;
    struct slice where; /* as above */
};

/* All that policy files say to the scanner; borrowed by it only while it is made. */
struct custom_set {
    const struct custom_detector *detectors;
    size_t count;
    const struct custom_allow *allows;
    size_t allow_count;
};

/* "EMAIL" and "email" give FAM_EMAIL; FAM_NONE when unknown. And back: policy name, token word. */
enum family family_from(struct slice name);
const char *family_name(enum family family);
const char *family_word(enum family family);
const char *attack_word(enum attack_kind kind);
const char *attack_origin_word(enum attack_origin origin);
const char *attack_reason_word(enum attack_reason reason);
const char *attack_reason_owasp(enum attack_reason reason);
const char *attack_reason_atlas(enum attack_reason reason);
enum attack_kind attack_reason_kind(enum attack_reason reason);
/* "rot13"; "" for 0. */
const char *attack_view_word(unsigned view);
/* "CANARY_TOKEN"; and back, in any case: WATCH_KINDS when it is none. */
const char *watch_word(enum watch_kind kind);
enum watch_kind watch_from(struct slice name);
/* How a finding is replaced; STYLE_BLOCK is not a style. */
enum style {
    STYLE_NONE = 0,
    STYLE_TOKEN,
    STYLE_LABEL,
    STYLE_MASK,
    STYLE_HASH,
    STYLE_FAKE,
    STYLE_DROP
};
/* "token", "label", ...: the words of policies and records; "none" for STYLE_NONE. Never NULL. */
const char *style_word(enum style style);
/* True when a finding of this entity and family is meant by `name` (entity or family, case
 * ignored). */
bool finding_has_name(struct slice entity, enum family family, struct slice name);
/* True when any built-in detector has that entity or family: for checking policies. */
bool finding_is_known(struct slice name);
/* True when it is one of those that are found only where names are looked for. */
bool finding_is_name(struct slice name);
/* The next built-in entity name, each once; *row is 0 before the first one. Empty slice behind the
 * last: for suggestions. */
struct slice finding_entity_next(size_t *row);
/* The i-th name of a check that custom_detector.checks may hold; NULL behind the last. */
const char *finding_check_at(size_t i);
/* The pattern that a shape's name stands for ("number", "word"), or NULL: it is a pattern. */
const char *finding_shape(struct slice name);

#endif
