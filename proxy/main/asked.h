/* proxy/main/asked.h - the arguments of `bulla audit WORD ...`: options, filters, times, which log.
 *
 * One table of options for all words. Borrows from argv; asked_free() frees what it loaded. */
#ifndef PROXY_MAIN_ASKED_H
#define PROXY_MAIN_ASKED_H

#include "audit/index.h"
#include "audit/pseudonym.h"
#include "proxy/base/base.h"
#include "proxy/main/config.h"

enum { ASKED_ALSO = 15 };

struct asked {
    const char *word;                /* "query" */
    const char *item;                /* SEQ or XID, where the word wants one */
    const char *facets[FACET_COUNT]; /* NULL: any */
    const char *dir, *config_path, *max_age, *xid, *since, *until, *after, *before, *count, *by;
    const char *sink, *to, *form, *ca, *token, *name, *index_name, *sink_dump,
        *patience;                             /* export */
    const char *out, *reason, *tsa, *tsa_ca;   /* bundle, anchor */
    const char *from, *vkey, *policy, *listen; /* verify: what was kept, who signs; prove: a size */
    bool json, groups, newest, follow, with_heads, with_findings, instead, accept_loss;
    bool payloads; /* verify: what is there of them */
    bool sealed;   /* bundle: they go along as they are sealed */
    bool value;    /* to be read from standard input, never an argument: all users see those */
    char pseudonyms[2][PSEUDONYM_LEN + 1]; /* what stands for the person and session typed */
    char imprints[1 + ASKED_ALSO]
                 [PSEUDONYM_LEN + 1]; /* for the value, in this log and the others */
    const char *identity, *kind;      /* unseal */
    const char *also[ASKED_ALSO];     /* directories of other logs that are asked as well */
    size_t also_count;
    const char *typed[2];    /* person and session, as they were before they had pseudonyms */
    const char *disclosures; /* prune: until when theirs */
    const char *leaves;      /* and the leaves */
    struct config *config;
    char complaint[80]; /* about an option, by its name */
};

/* NULL, or what is wrong with the arguments. wants_item: the first word that is no option. */
const char *asked_read(int argc, char **argv, bool wants_item, struct asked *a);
/* Finds the log: --dir, or audit.dir of -c, which is read without its secrets. Complains on stderr.
 */
bool asked_find_log(struct asked *a);
void asked_free(struct asked *a);
/* Names of a person and a session, and the value that is asked for on standard input, become what
 * records hold of them: before anything is asked, shown or recorded. What is written as a pseudonym
 * already stays, a value's as "tok:" and its digits. Complains on stderr. */
bool asked_name(struct asked *a);
/* The same question to the i-th of the other logs, after asked_name(): people have other pseudonyms
 * there, and values leave something else. Complains on stderr; borrows from *a. */
bool asked_other(const struct asked *a, size_t i, struct asked *out);
/* The filters as a question to the index; NULL, or what is wrong with them. */
const char *asked_query(const struct asked *a, int64_t now_us, struct index_query *q);
/* "90", "90s", "2m", "1h", "1d" in seconds. */
bool asked_age(const char *text, uint64_t *seconds);

#endif
