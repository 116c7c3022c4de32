/* audit/compliance.c - see compliance.h. A star marks common knowledge of a text: check the
 * issuer's wording before quoting it. */
#include "proxy/base/base.h"
#include "audit/compliance.h"

/* clang-format off */
static const struct {
    const char *control, *asks;
    bool check_wording;
    const char *by; /* blanks between */
} rows[] = {
    {"EU AI Act 12(1)-(2)", "automatic recording of events over the lifetime", false,
     "type.exchange.begin type.exchange.end type.exchange.block leaf.pol leaf.bld what.model_req find.items leaf.out"},
    {"EU AI Act 14, 26(5)", "human oversight, monitoring of operation", false,
     "type.review.read type.case.open type.case.note who.user verb.stats verb.timeline"},
    {"EU AI Act 19(1), 26(6)", "logs are kept, at least six months", false, "type.prune verb.prune verb.verify file.tile"},
    {"GDPR 5(1)(c)(e)(f), 25, 32", "minimise, limit, protect, by design", true,
     "leaf.cap leaf.g file.tile file.checkpoint verb.erase"},
    {"GDPR 17, 18", "erasure, restriction", true, "type.erase type.hold.set verb.erase verb.hold leaf.ref"},
    {"GDPR 30, 33(5)", "records of processing, documentation of breaches", true, "verb.stats verb.bundle verb.query"},
    {"ISO/IEC 42001 A.6.2.8", "event logs, at least while in use", false, "type.log.start type.log.stop type.log.heartbeat type.config.change"},
    {"SOC 2 CC6.1", "access to what is protected", true, "type.review.read type.review.export who.user"},
    {"SOC 2 CC7.2-7.4", "detect, evaluate, respond", true, "leaf.sev leaf.rules find.items type.case.open type.case.close"},
    {"SOC 2 CC8.1", "changes are controlled", true, "type.policy.change type.config.change leaf.pol leaf.was leaf.gen file.policy"},
    {"HIPAA 164.312(b), 164.308(a)(1)(ii)(D)", "audit controls, review of activity", true,
     "verb.verify verb.query verb.timeline type.review.read"},
    {"HIPAA 164.312(c)(1)", "integrity", true, "file.tile file.checkpoint verb.verify verb.prove"},
    {"HIPAA 164.316(b)(2)", "kept for six years (audit.retention: hipaa)", true, "type.prune verb.prune type.config.change file.tile"},
    {"PCI DSS 4.0 10.2.1.3", "access to logs is logged", false, "type.review.read who.uid who.user what.query"},
    {"PCI DSS 4.0 10.2.1.6", "start, stop and pause of logs", false, "type.log.start type.log.stop leaf.boot"},
    {"PCI DSS 4.0 10.2.2", "user, type, time, outcome, origin, resource", false,
     "who.app leaf.type leaf.t leaf.out net.src net.path what.route what.model_req what.upstream"},
    {"PCI DSS 4.0 10.3.1-10.3.4", "limited reading, no modification, central copy, change detection", false,
     "file.tile file.checkpoint verb.export verb.reconcile verb.verify"},
    {"PCI DSS 4.0 10.5.1, 10.7.2", "twelve months, three at hand; failing controls are found", false,
     "type.prune verb.query type.log.unavailable type.log.gap type.log.heartbeat"},
    {"DORA RTS 2024/1774 Art. 12", "protection of logs, failure of logging, clock source", false,
     "verb.verify type.log.heartbeat type.log.clock leaf.t leaf.m"},
    {"NIST 800-53 AU-3", "what, when, where, source, outcome, identity", true,
     "leaf.type leaf.t leaf.node net.src leaf.out who.app"},
    {"NIST 800-53 AU-4, AU-5, AU-11, AU-12", "capacity, response to failure, retention, generation", true,
     "type.log.disk type.log.unavailable type.log.gap type.log.fault type.prune type.exchange.begin"},
    {"NIST 800-53 AU-9, AU-10", "protection of audit records, non-repudiation", true,
     "file.checkpoint verb.prove verb.receipt verb.bundle"},
    {"NIST AI 600-1", "production monitoring, provenance", false, "what.model_req what.model_resp what.upstream leaf.pol leaf.bld find.det_ver use.in use.out verb.bundle"},
    {"OWASP LLM Top 10 2025: 02, 07, 10", "disclosure of sensitive data, of prompts, unbounded use", true,
     "find.count find.items use.in use.out use.total_ms verb.stats"},
    {"OWASP Agentic T8", "repudiation, untraceability", false, "who.agent what.tools verb.receipt verb.prove verb.witness"},
};
/* clang-format on */

gw_result compliance_page(struct buf *out)
{
    buf_put_str(out, "| control | asks, in short | answered by |\n|---|---|---|\n");
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        TRY(buf_add_format(out, "| %s%s | %s | `", rows[i].control,
                           rows[i].check_wording ? " *" : "", rows[i].asks));
        for (const char *c = rows[i].by; *c != '\0'; c++)
            buf_put_str(out, *c == ' ' ? "`, `" : (char[]){*c, '\0'});
        buf_put_str(out, "` |\n");
    }
    buf_put_str(
        out, "\n\\* common knowledge of the text: check the issuer's wording before quoting it.\n");
    return buf_result(out);
}

gw_result compliance_json(struct buf *out)
{
    for (size_t i = 0; i < GW_COUNT(rows); i++) {
        TRY(buf_add_format(
            out, "{\"control\":\"%s\",\"asks\":\"%s\",\"check_wording\":%s,\"by\":[\"",
            rows[i].control, rows[i].asks, rows[i].check_wording ? "true" : "false"));
        for (const char *c = rows[i].by; *c != '\0'; c++)
            buf_put_str(out, *c == ' ' ? "\",\"" : (char[]){*c, '\0'});
        buf_put_str(out, "\"]}\n");
    }
    return buf_result(out);
}
