/* tests/unit/test_head_corpus.c - two public corpora through proxy/http: llhttp's own cases and
 * those of Http11Probe. Same verdict as theirs, or a row in `differences` that says why not.
 *
 * The files stand beside the tree and are not part of it; without them the test is skipped. */
#include "proxy/base/base.h"
#include "proxy/base/arena.h"
#include "proxy/http/body.h"
#include "proxy/http/parse.h"
#include "proxy/json/doc.h"
#include "proxy/json/string.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define ROBUST TREE "/../shared/data/robust/"

struct difference {
    const char *file; /* of llhttp's suite, or "" for Http11Probe */
    const char *title;
    const char *reason;
};

/* clang-format off */
static const struct difference differences[] = {
    {"request/connection.md", "Multiple tokens with folding and LWS",
     "Upgrade is refused: no tunnels through a filter"},
    {"request/connection.md", "Setting a flag and pausing",
     "Upgrade is refused: no tunnels through a filter"},
    {"request/connection.md", "Emitting part of body and pausing",
     "Upgrade is refused: no tunnels through a filter"},
    {"request/connection.md", "Upgrade GET request",
     "Upgrade is refused: no tunnels through a filter"},
    {"request/connection.md", "Upgrade POST request",
     "Upgrade is refused: no tunnels through a filter"},
    {"request/content-length.md", "Error on `Content-Length` overflow",
     "said when the line or the head is whole: until then it is unfinished, under a timeout"},
    {"request/content-length.md", "Error on duplicate `Content-Length`",
     "said when the line or the head is whole: until then it is unfinished, under a timeout"},
    {"request/invalid.md", "Invalid HTTP version",
     "said when the line or the head is whole: until then it is unfinished, under a timeout"},
    {"request/invalid.md", "Invalid space after start line",
     "said when the line or the head is whole: until then it is unfinished, under a timeout"},
    {"request/method.md", "REPORT request",
     "501: no service here knows the method"},
    {"request/method.md", "M-SEARCH request",
     "501: no service here knows the method"},
    {"request/method.md", "PURGE request",
     "501: no service here knows the method"},
    {"request/method.md", "SEARCH request",
     "501: no service here knows the method"},
    {"request/method.md", "LINK request",
     "501: no service here knows the method"},
    {"request/method.md", "SOURCE request",
     "501: no service here knows the method"},
    {"request/method.md", "QUERY request",
     "501: no service here knows the method"},
    {"request/method.md", "CONNECT request",
     "CONNECT is refused with 405: no tunnels through a filter"},
    {"request/method.md", "CONNECT request with CAPS",
     "CONNECT is refused with 405: no tunnels through a filter"},
    {"request/method.md", "CONNECT with body",
     "CONNECT is refused with 405: no tunnels through a filter"},
    {"request/method.md", "SOURCE request with ICE",
     "RTSP and ICE are not HTTP"},
    {"request/method.md", "OPTIONS request with RTSP",
     "RTSP and ICE are not HTTP"},
    {"request/method.md", "ANNOUNCE request with RTSP",
     "RTSP and ICE are not HTTP"},
    {"request/method.md", "PRI request HTTP2",
     "asterisk-form is refused, PRI is no method here"},
    {"request/pausing.md", "on_chunk_extension_name",
     "chunk extensions are refused (smuggling by parsers that disagree on them)"},
    {"request/pausing.md", "on_chunk_extension_value",
     "chunk extensions are refused (smuggling by parsers that disagree on them)"},
    {"request/pipelining.md", "Should parse multiple events",
     "stray CRLF before a message is refused: a second reading of where it begins"},
    {"request/transfer-encoding.md", "Chunk extensions",
     "chunk extensions are refused (smuggling by parsers that disagree on them)"},
    {"request/transfer-encoding.md", "Chunk extensions quoting",
     "chunk extensions are refused (smuggling by parsers that disagree on them)"},
    {"response/pausing.md", "on_chunk_extension_name",
     "chunk extensions are refused (smuggling by parsers that disagree on them)"},
    {"response/pausing.md", "on_chunk_extension_value",
     "chunk extensions are refused (smuggling by parsers that disagree on them)"},
    {"response/pipelining.md", "Should parse multiple events",
     "stray CRLF before a message is refused: a second reading of where it begins"},
    {"response/transfer-encoding.md", "Chunk extensions",
     "chunk extensions are refused (smuggling by parsers that disagree on them)"},
    {"response/transfer-encoding.md", "Chunk extensions quoting",
     "chunk extensions are refused (smuggling by parsers that disagree on them)"},
    {"request/sample.md", "Prefix newline",
     "stray CRLF before a message is refused: a second reading of where it begins"},
    {"request/sample.md", "Request starting with CRLF",
     "stray CRLF before a message is refused: a second reading of where it begins"},
    {"request/sample.md", "No HTTP version",
     "HTTP/0.9 is refused"},
    {"request/transfer-encoding.md", "Trailing headers",
     "trailer fields are refused: they can pass for header fields"},
    {"request/transfer-encoding.md", "POST with `chunked` as last transfer-encoding",
     "only exactly \"chunked\" is understood; other codings cannot be filtered"},
    {"request/transfer-encoding.md", "POST with `chunked` as last transfer-encoding (multiple headers)",
     "only exactly \"chunked\" is understood; other codings cannot be filtered"},
    {"request/uri.md", "Quotes in URI",
     "a byte that RFC 3986 keeps out of paths"},
    {"request/uri.md", "Host terminated by a query string",
     "absolute-form is refused: the caller does not choose the upstream"},
    {"request/uri.md", "`host:port` terminated by a query string",
     "absolute-form is refused: the caller does not choose the upstream"},
    {"request/uri.md", "`host:port` terminated by a space",
     "absolute-form is refused: the caller does not choose the upstream"},
    {"request/uri.md", "`host:port` and basic auth",
     "absolute-form is refused: the caller does not choose the upstream"},
    {"request/uri.md", "Fragment in URI",
     "a fragment is never sent (RFC 9112 3.2.1)"},
    {"request/uri.md", "Underscore in hostname",
     "CONNECT is refused with 405: no tunnels through a filter"},
    {"response/connection.md", "HTTP 101 response with Upgrade and Content-Length header",
     "101 is refused: nothing here asks for it"},
    {"response/connection.md", "HTTP 101 response with Upgrade and Transfer-Encoding header",
     "101 is refused: nothing here asks for it"},
    {"response/connection.md", "HTTP 304 with Content-Length",
     "stray CRLF before a message is refused: a second reading of where it begins"},
    {"response/connection.md", "HTTP 100 first, then 400",
     "stray CRLF before a message is refused: a second reading of where it begins"},
    {"response/invalid.md", "Invalid space after start line",
     "said when the line or the head is whole: until then it is unfinished, under a timeout"},
    {"response/sample.md", "RTSP response",
     "RTSP and ICE are not HTTP"},
    {"response/sample.md", "ICE response",
     "RTSP and ICE are not HTTP"},
    {"response/sample.md", "HTTP version 0.9",
     "HTTP/0.9 is refused"},
    {"response/sample.md", "Response starting with CRLF",
     "stray CRLF before a message is refused: a second reading of where it begins"},
    {"response/transfer-encoding.md", "`chunked` before other transfer-encoding",
     "only exactly \"chunked\" is understood; other codings cannot be filtered"},
    {"response/transfer-encoding.md", "multiple transfer-encoding where chunked is not the last one",
     "only exactly \"chunked\" is understood; other codings cannot be filtered"},
    {"response/transfer-encoding.md", "`chunkedchunked` transfer-encoding does not enable chunked enconding",
     "only exactly \"chunked\" is understood; other codings cannot be filtered"},
    {"", "COMP-OPTIONS-STAR",
     "asterisk-form is refused: there is no server-wide option to tell"},
    {"", "COMP-CHUNKED-TRAILER-VALID",
     "trailer fields are refused: they can pass for header fields"},
};
/* clang-format on */

static bool differs_knowingly(struct slice file, struct slice title)
{
    for (size_t i = 0; i < GW_COUNT(differences); i++)
        if (slice_is(file, slice_str(differences[i].file)) &&
            slice_is(title, slice_str(differences[i].title)))
            return true;
    return false;
}

enum outcome { REFUSED, COMPLETE, UNFINISHED };

struct reading {
    bool response;
    struct slice in; /* the whole connection */
    size_t at;       /* begin of what is not used yet */
    bool in_body;
    bool closed; /* a message said that nothing follows it */
    struct head head;
    struct body body;
};

/* One step over what `seen` bytes allow: GW_OK progress, GW_AGAIN, or the refusal. */
static gw_result step_once(struct reading *r, size_t seen)
{
    struct slice window = slice_cut(r->in, r->at, seen), out;
    struct head_fault fault;
    const char *reason;
    size_t used = 0;
    if (r->in_body) {
        struct slice rest = window;
        gw_result result = body_feed(&r->body, &rest, &out, &reason);
        r->at += window.len - rest.len;
        r->in_body = !r->body.done;
        return result;
    }
    if (r->closed)
        return gw_is(window.len > 0 ? GW_BAD : GW_AGAIN);
    gw_result result = r->response
                           ? parse_response(window, SLICE_LIT("GET"), &r->head, &used, &fault)
                           : parse_request(window, &r->head, &used, &fault);
    if (!gw_ok(result))
        return result;
    r->at += used;
    r->closed = !r->head.keep_alive;
    r->in_body = true;
    body_init(&r->body, &r->head);
    return result;
}

static enum outcome read_in_steps(struct slice in, bool response, size_t step)
{
    struct reading r = {.response = response, .in = in};
    for (size_t seen = 0; seen < in.len;) {
        seen = seen + step < in.len ? seen + step : in.len;
        gw_result result = gw_is(GW_OK);
        while (gw_ok(result) && (r.at < seen || (r.in_body && r.body.done)))
            result = step_once(&r, seen);
        if (!gw_ok(result) && result.code != GW_AGAIN)
            return REFUSED;
    }
    return r.at == in.len && (!r.in_body || r.body.done) ? COMPLETE : UNFINISHED;
}

static enum outcome read_messages(struct slice in, bool response)
{
    enum outcome whole = read_in_steps(in, response, in.len);
    for (size_t step = 1; step < 9; step++)
        assert_int_equal(read_in_steps(in, response, step), whole);
    return whole;
}

/* llhttp asks for no Host: one is put behind every start line of a request that has none. */
static void add_hosts(struct slice raw, struct buf *out)
{
    for (size_t i = 0; i + 5 < raw.len; i++) {
        if (slice_is_nocase(slice_cut(raw, i, i + 5), SLICE_LIT("host:"))) {
            buf_put(out, raw);
            return;
        }
    }
    while (raw.len > 0) {
        size_t end = slice_find(raw, SLICE_LIT("\r\n"));
        struct slice line = slice_cut(raw, 0, end == SIZE_MAX ? raw.len : end + 2);
        buf_put(out, line);
        if (slice_has_suffix(line, SLICE_LIT(" HTTP/1.1\r\n")) ||
            slice_has_suffix(line, SLICE_LIT(" HTTP/1.0\r\n")))
            buf_put_str(out, "Host: a\r\n");
        raw = slice_from(raw, line.len);
    }
}

static struct slice member(const struct json_doc *doc, uint32_t object, const char *name,
                           struct arena *arena)
{
    struct slice text = SLICE_LIT("");
    uint32_t value = json_member(doc, object, name);
    if (value != 0 && doc->values[value].kind == JSON_STRING)
        assert_true(gw_ok(string_decode(doc, value, arena, &text, NULL)));
    return text;
}

/* Counts a case whose verdict is not the expected one and stands in no row, or the other way round.
 */
static size_t judge(struct slice file, struct slice title, bool same, const char *ours)
{
    if (same != differs_knowingly(file, title))
        return 0;
    print_error("%.*s | %.*s: %s%s\n", (int)file.len, file.at, (int)title.len, title.at, ours,
                same ? ", and the row is stale" : "");
    return 1;
}

static const char *const outcome_words[] = {"refused", "complete", "unfinished"};

static size_t judge_llhttp(const struct json_doc *doc, uint32_t one, struct arena *arena)
{
    struct slice type = member(doc, one, "type", arena);
    struct slice file = member(doc, one, "file", arena);
    struct slice title = member(doc, one, "title", arena);
    bool response = slice_has_prefix(type, SLICE_LIT("response"));
    bool error = slice_is(member(doc, one, "expect", arena), SLICE_LIT("error"));
    struct buf raw;
    buf_init(&raw, 1 << 20);
    if (response)
        buf_put(&raw, member(doc, one, "raw", arena));
    else
        add_hosts(member(doc, one, "raw", arena), &raw);
    enum outcome ours = read_messages(buf_slice(&raw), response);
    buf_free(&raw);
    if (slice_find(type, SLICE_LIT("lenient")) != SIZE_MAX)
        return 0; /* there is no lenient mode here: only that it ends, and the same in any cut */
    return judge(file, title, error == (ours == REFUSED), outcome_words[ours]);
}

static size_t judge_probe(const struct json_doc *doc, uint32_t one, struct arena *arena)
{
    struct slice expected = member(doc, one, "expected", arena);
    bool may_refuse = slice_find(expected, SLICE_LIT("400")) != SIZE_MAX;
    bool may_pass = slice_find(expected, SLICE_LIT("2xx")) != SIZE_MAX;
    bool may_wait = slice_find(expected, SLICE_LIT("timeout")) != SIZE_MAX;
    bool warns = slice_find(expected, SLICE_LIT("Warn")) != SIZE_MAX;
    enum outcome ours = read_messages(member(doc, one, "raw", arena), false);
    bool same = true;
    if (may_refuse && (!may_pass || warns))
        same = ours == REFUSED || (may_wait && ours == UNFINISHED);
    else if (may_pass && !may_refuse)
        same = ours == COMPLETE;
    return judge(SLICE_LIT(""), member(doc, one, "title", arena), same, outcome_words[ours]);
}

static void run_corpus(const char *path,
                       size_t (*judge_one)(const struct json_doc *, uint32_t, struct arena *))
{
    static char text[1 << 20];
    FILE *f = fopen(path, "rb");
    if (f == NULL)
        skip();
    size_t len = fread(text, 1, sizeof text, f);
    fclose(f);
    struct arena *arena = arena_new(64 << 20);
    struct json_doc doc;
    struct json_fault fault;
    assert_non_null(arena);
    assert_true(gw_ok(json_scan(slice_of(text, len), json_limits_default(), arena, &doc, &fault)));
    size_t cases = 0, wrong = 0;
    for (uint32_t one = json_child(&doc, 0); one != 0; one = json_sibling(&doc, one)) {
        wrong += judge_one(&doc, one, arena);
        cases++;
    }
    arena_free(arena);
    assert_true(cases > 50);
    assert_int_equal(wrong, 0);
}

static void llhttp_and_we_say_the_same(void **state)
{
    (void)state;
    run_corpus(ROBUST "llhttp-cases.json", judge_llhttp);
}

static void http11probe_is_content(void **state)
{
    (void)state;
    run_corpus(ROBUST "h1-payloads-dev.json", judge_probe);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(llhttp_and_we_say_the_same),
        cmocka_unit_test(http11probe_is_content),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
