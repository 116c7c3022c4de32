/* tests/bench/made_record.h - the two records of an exchange, as the gate makes them
 * (proxy/gate/account.c), for what measures the auditor; its clock, and its way to give up.
 *
 * Texts are borrowed: they live as long as the program; `find` is the caller's. */
#ifndef TESTS_BENCH_MADE_RECORD_H
#define TESTS_BENCH_MADE_RECORD_H

#include "audit/record.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/secret.h"
#include <stdlib.h>
#include <time.h>

enum { MADE_LEAF_BYTES = 760, MADE_FIND = 4096 };

/* What has to work ends the program where it does not. */
static inline void made_must(bool is_fine, const char *what)
{
    if (is_fine)
        return;
    perror(what);
    exit(1);
}

/* Nanoseconds of a clock of the system. */
static inline int64_t made_ns(clockid_t id)
{
    struct timespec t;
    clock_gettime(id, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

/* The begin of exchange `xid`, or the end of the one that began as `begin`. */
static inline void made_record(const char xid[37], const uint64_t *begin,
                               const struct digest *policy, const char *find,
                               struct audit_record *rec)
{
    *rec =
        (struct audit_record){.type = begin != NULL ? RECORD_EXCHANGE_END : RECORD_EXCHANGE_BEGIN,
                              .has_ref = begin != NULL,
                              .ref = begin != NULL ? *begin : 0,
                              .out = "ok",
                              .dec = RECORD_ALLOWED,
                              .sev = 1,
                              .cls = CLEAR_LIT("internal"),
                              .rules = {CLEAR_LIT("default")},
                              .rule_count = 1,
                              .pol = *policy,
                              .gen = 1,
                              .leaves = 3,
                              .scanned = 2,
                              .exempt = 1};
    memcpy(rec->xid, xid, sizeof rec->xid);
    if (begin != NULL) {
        rec->groups[GROUP_ERR] = SLICE_LIT("{\"why\":\"done\"}");
        rec->groups[GROUP_USE] = SLICE_LIT(
            "{\"bytes_in\":1234,\"bytes_out\":567,\"events\":0,\"finish\":\"stop\",\"gw_us\":310,"
            "\"in\":0,\"out\":0,\"status\":200,\"total_ms\":12,\"ttfb_ms\":11}");
        rec->groups[GROUP_WHAT] =
            SLICE_LIT("{\"model_resp\":\"bench\",\"up_addr\":\"127.0.0.1\",\"up_cert_fp\":"
                      "\"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\",\"upstream\":\"cloud\"}");
    } else {
        rec->groups[GROUP_NET] =
            SLICE_LIT("{\"method\":\"POST\",\"path\":\"/v1/chat/completions\",\"port\":45678,"
                      "\"src\":\"127.0.0.1\",\"tls\":\"TLSv1.3\",\"ua\":\"curl/8.5.0\"}");
        rec->groups[GROUP_WHAT] =
            SLICE_LIT("{\"dialect\":\"openai\",\"model_req\":\"bench\",\"msgs\":1,\"op\":\"chat\","
                      "\"route\":\"policy.yaml:9\",\"stream\":false,\"upstream\":\"cloud\"}");
        rec->groups[GROUP_WHO] =
            SLICE_LIT("{\"app\":\"bench\",\"auth\":\"key\",\"key\":\"0123456789ab\",\"tenant\":"
                      "\"bench\"}");
    }
    rec->groups[GROUP_FIND] = slice_str(find);
}

/* Findings that fill a record's frame up to about so many bytes. */
static inline gw_result made_find(size_t frame_bytes, char find[MADE_FIND])
{
    struct buf b;
    buf_init(&b, MADE_FIND - 1);
    buf_put_str(&b, "{\"count\":0,\"items\":[");
    for (bool is_first = true; MADE_LEAF_BYTES + 330 + b.len + 95 < frame_bytes; is_first = false)
        buf_put_str(&b, is_first ? "{\"act\":\"token\",\"conf\":900,\"det\":\"email\",\"ent\":"
                                   "\"EMAIL\",\"leaf\":1,\"len\":24}"
                                 : ",{\"act\":\"token\",\"conf\":900,\"det\":\"email\",\"ent\":"
                                   "\"EMAIL\",\"leaf\":1,\"len\":24}");
    buf_put_str(&b, "]}");
    gw_result r = buf_result(&b);
    if (gw_ok(r)) {
        memcpy(find, b.at, b.len);
        find[b.len] = '\0';
    }
    buf_free(&b);
    return r;
}

#endif
