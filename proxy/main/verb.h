/* proxy/main/verb.h - the words behind `bulla`: one table, one function each.
 *
 * A verb lives in proxy/main/verb_NAME.c, is declared here and has one row in verb.c's table; that
 * is all that a new verb needs. verb_run() answers --help (of the program and of each verb) and
 * --version, so a verb sees only its own arguments: argv[0] is its name, argv[argc] is NULL.
 *
 * A verb returns the exit code: 0 good, 1 with a reason on stderr, 2 for wrong arguments; others
 * where CONTRACT.md names them (scan: 3). It owns what it makes and frees it before it returns. */
#ifndef PROXY_MAIN_VERB_H
#define PROXY_MAIN_VERB_H

#include "proxy/base/base.h"

enum { VERB_GOOD = 0, VERB_FAILED = 1, VERB_MISUSED = 2, VERB_FOUND = 3 };

struct verb {
    const char *name; /* "scan", or "audit" for a family of words that share a file */
    const char *args; /* "[-p POLICY] [FILE...]": shown in usage lines */
    const char *text; /* first line: a sentence for the list; further lines: for --help only */
    int (*run)(int argc, char **argv);
    const char *more; /* what --help says behind the text; NULL: nothing */
};

/* Finds argv[1] in the table and runs it with the arguments from there on. */
int verb_run(int argc, char **argv);
/* "bulla: <reason>" and the usage line of the verb on stderr; always VERB_MISUSED. */
int verb_misused(const char *name, const char *reason);
/* "bulla NAME: <reason>" on stderr; always VERB_FAILED. The reason holds no caller's text. */
int verb_failed(const char *name, const char *format, ...) GW_PRINTF(2, 3);

/* The verbs, in the order of the table. */
int verb_scan(int argc, char **argv);
int verb_redact(int argc, char **argv);
int verb_key(int argc, char **argv);
int verb_certs(int argc, char **argv);
int verb_serve(int argc, char **argv);
int verb_demo(int argc, char **argv);
int verb_check(int argc, char **argv);
int verb_audit(int argc, char **argv);
int verb_policy(int argc, char **argv);
/* Words behind `policy`. */
int verb_policy_hash(int argc, char **argv);
int verb_policy_replay(int argc, char **argv);
int verb_policy_fingerprint(int argc, char **argv);
int verb_help(int argc, char **argv);
int verb_version(int argc, char **argv);

#endif
