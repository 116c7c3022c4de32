/* proxy/main/sink_http.c - see sink_http.h. */
#include "proxy/base/base.h"
#include "proxy/main/sink_http.h"
#include "proxy/http/body.h"
#include "proxy/http/parse.h"
#include "proxy/main/option.h"
#include "proxy/net/dial.h"

enum { HEAD_ROOM = 4096, WIRE_MAX = 16 << 20 };

static bool copy(char *to, size_t size, struct slice from)
{
    if (from.len >= size)
        return false;
    if (from.len > 0)
        memcpy(to, from.at, from.len);
    to[from.len] = '\0';
    return true;
}

static bool is_address(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        char c = s.at[i];
        bool is_word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (c == '\0' || (!is_word && strchr("-._:~/[]%", c) == NULL))
            return false;
    }
    return true;
}

/* "host:514", "[::1]:514", "host": what stands between scheme and path. */
static bool read_place(struct slice place, const char *usual_port, struct sink_address *out)
{
    size_t bracket = slice_find_byte(place, ']');
    bool is_six = place.len > 0 && place.at[0] == '[' && bracket != SIZE_MAX;
    size_t end = is_six ? bracket + 1 : slice_find_byte(place, ':');
    struct slice host = is_six ? slice_cut(place, 1, bracket) : slice_cut(place, 0, end);
    struct slice port = slice_from(place, end == SIZE_MAX ? place.len : end);
    uint64_t n;
    if (port.len > 0 && port.at[0] != ':')
        return false;
    port = port.len > 0 ? slice_from(port, 1) : slice_str(usual_port);
    if (host.len == 0 || !gw_ok(slice_u64(port, &n)) || n == 0 || n > 65535)
        return false;
    out->is_loopback = option_is_loopback(host);
    return copy(out->host, sizeof out->host, host) && copy(out->port, sizeof out->port, port);
}

bool sink_address_read(const char *text, struct sink_address *out)
{
    static const struct {
        const char *scheme, *port;
        bool is_tls, is_http;
    } schemes[] = {{"tcp://", NULL, false, false},
                   {"tls://", "6514", true, false},
                   {"http://", NULL, false, true},
                   {"https://", "443", true, true}};
    struct slice rest = slice_str(text);
    size_t i = 0;
    while (i < GW_COUNT(schemes) && !slice_has_prefix(rest, slice_str(schemes[i].scheme)))
        i++;
    if (i == GW_COUNT(schemes) || !is_address(rest))
        return false;
    *out = (struct sink_address){.is_tls = schemes[i].is_tls, .is_http = schemes[i].is_http};
    rest = slice_from(rest, strlen(schemes[i].scheme));
    size_t slash = slice_find_byte(rest, '/');
    struct slice path = slice_from(rest, slash == SIZE_MAX ? rest.len : slash);
    if (path.len > 0 && path.at[path.len - 1] == '/')
        path.len--;
    return read_place(slice_cut(rest, 0, slash), schemes[i].port, out) &&
           copy(out->path, sizeof out->path, path);
}

static gw_result write_head(const struct sink_post *p, struct buf *out)
{
    bool is_six = strchr(p->to->host, ':') != NULL;
    TRY(buf_add_format(out,
                       "POST %s%s HTTP/1.1\r\nHost: %s%s%s:%s\r\nConnection: close\r\n"
                       "Content-Type: %s\r\nContent-Length: %zu\r\n",
                       p->to->path, p->path, is_six ? "[" : "", p->to->host, is_six ? "]" : "",
                       p->to->port, p->kind, p->body.len));
    if (p->token.len > 0) {
        buf_put_str(out, "Authorization: ");
        buf_put_str(out, p->scheme);
        buf_put(out, p->token);
        buf_put_str(out, "\r\n");
    }
    if (p->channel != NULL)
        TRY(buf_add_format(out, "X-Splunk-Request-Channel: %s\r\n", p->channel));
    return buf_add(out, SLICE_LIT("\r\n"));
}

/* The head of the answer; what stands behind it stays in `in`. */
static gw_result read_head(struct dial *d, struct buf *in, struct head *head)
{
    struct head_fault fault;
    size_t used = 0;
    for (;;) {
        gw_result r = parse_response(buf_slice(in), SLICE_LIT("POST"), head, &used, &fault);
        if (gw_ok(r) && head->status < 200) {
            buf_consume(in, used);
            continue;
        }
        if (gw_ok(r))
            buf_consume(in, used);
        if (r.code != GW_AGAIN)
            return r;
        TRY(dial_receive(d, in));
    }
}

static gw_result read_body(struct dial *d, struct buf *in, const struct head *head,
                           struct buf *reply)
{
    struct body body;
    const char *reason;
    body_init(&body, head);
    while (!body.done) {
        struct slice rest = buf_slice(in), piece;
        gw_result r = body_feed(&body, &rest, &piece, &reason);
        if (gw_ok(r)) {
            TRY(buf_add(reply, piece));
            buf_consume(in, buf_slice(in).len - rest.len);
            continue;
        }
        if (r.code != GW_AGAIN)
            return r;
        r = dial_receive(d, in);
        if (r.code == GW_NOT_FOUND)
            return body_end(&body);
        TRY(r);
    }
    return gw_is(GW_OK);
}

gw_result sink_post(const struct sink_post *p, unsigned *status, struct buf *reply, char *reason,
                    size_t size)
{
    struct head head;
    struct buf in, out;
    struct dial *d = NULL;
    const struct dial_to to = {.host = p->to->host,
                               .port = p->to->port,
                               .is_tls = p->to->is_tls,
                               .ca_file = p->ca_file,
                               .wait_s = p->wait_s};
    buf_init(&in, WIRE_MAX);
    buf_init(&out, HEAD_ROOM);
    gw_result r = dial_open(&to, reason, size, &d);
    if (gw_ok(r)) {
        snprintf(reason, size, "the answer did not come, or was not one");
        r = write_head(p, &out);
    }
    if (gw_ok(r))
        r = dial_send(d, buf_slice(&out));
    if (gw_ok(r))
        r = dial_send(d, p->body);
    if (gw_ok(r))
        r = read_head(d, &in, &head);
    if (gw_ok(r))
        r = read_body(d, &in, &head, reply);
    if (gw_ok(r))
        *status = head.status;
    dial_close(d);
    buf_free(&in);
    buf_free(&out);                              /* it holds the token */
    return gw_ok(r) ? r : gw_is(GW_UNAVAILABLE); /* whatever it was, the batch was not taken */
}
