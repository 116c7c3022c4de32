/* proxy/main/verb_serve.c - `bulla serve` and `bulla demo`: the same three processes.
 *
 * The demo makes what serve is given: a folder with certificates, a configuration, an audit log,
 * and the demo backend as two upstreams, one closed and one local. The folder is left for the
 * curious. */
#include "proxy/base/base.h"
#include "certs/store.h"
#include "proxy/main/master.h"
#include "proxy/main/verb.h"
#include "proxy/net/listener.h"
#include <unistd.h>

static int take_options(int argc, char **argv, const char *flag, const char **value)
{
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], flag) != 0)
            return verb_misused(argv[0], "unknown argument");
        if (i + 1 >= argc)
            return verb_misused(argv[0], "an argument is missing");
        *value = argv[++i];
    }
    return VERB_GOOD;
}

int verb_serve(int argc, char **argv)
{
    const char *config = NULL;
    int code = take_options(argc, argv, "-c", &config);
    if (code != VERB_GOOD)
        return code;
    if (config == NULL)
        return verb_misused(argv[0], "-c CONFIG is needed");
    const struct master_start start = {.config = config, .backend_fd = -1};
    code = master_run(&start);
    if (code == VERB_FAILED)
        fprintf(stderr, "bulla: it ends for the reason above; `bulla check -c %s` says more\n",
                config);
    return code;
}

struct demo {
    char dir[200], config[300];
    unsigned port, backend_port;
};

static const char demo_config[] =
    "# made by `bulla demo`: what bulla.yaml looks like\n"
    "listen:\n"
    "  - address: 127.0.0.1:%u\n"
    "    tls: { certificate: certs/server.pem, key: certs/server.key }\n"
    "admin: { address: 127.0.0.1:%u }\n"
    "auth: open\n"
    "upstreams:\n"
    "  openai:    { dialect: demo, url: \"http://127.0.0.1:%u\", trust: closed, models: [gpt-4o, "
    "claude-sonnet] }\n"
    "  local:     { dialect: demo, url: \"http://127.0.0.1:%u\", trust: local, model: "
    "llama-3.1-8b-instruct }\n"
    "audit: { dir: audit, capture: meta }\n"
    "log: { level: warn }\n";

static bool write_config(struct demo *d)
{
    snprintf(d->config, sizeof d->config, "%s/bulla.yaml", d->dir);
    FILE *f = fopen(d->config, "w");
    if (f == NULL)
        return false;
    int n = fprintf(f, demo_config, d->port, d->port + 1, d->backend_port, d->backend_port);
    return fclose(f) == 0 && n > 0;
}

static void tell(void *demo)
{
    const struct demo *d = demo;
    printf("bulla: gateway https://127.0.0.1:%u\n", d->port);
    printf("bulla: ca %s/certs/ca.pem\n", d->dir);
    printf("bulla: backend http://127.0.0.1:%u/seen\n", d->backend_port);
    printf("bulla: audit %s/audit\n", d->dir);
    printf("bulla: config %s\n", d->config);
    printf("bulla: admin http://127.0.0.1:%u/metrics\n", d->port + 1);
    puts("bulla: ready; stop with Ctrl-C");
    fflush(stdout);
}

/* Two behind the gateway's port, so that a README can name it; any other when that is taken. */
static gw_result bind_backend(struct demo *d, int *fd)
{
    d->backend_port = d->port + 2 <= 65535 ? d->port + 2 : 0;
    gw_result r = listener_bind("127.0.0.1", &d->backend_port, fd);
    if (gw_ok(r))
        return r;
    d->backend_port = 0;
    return listener_bind("127.0.0.1", &d->backend_port, fd);
}

int verb_demo(int argc, char **argv)
{
    const char *port = "8443";
    char certs[256], reason[300] = "";
    struct demo d = {.dir = "/tmp/bulla-demo-XXXXXX"};
    int code = take_options(argc, argv, "--port", &port), fd = -1;
    uint64_t number = 0;
    if (code != VERB_GOOD)
        return code;
    if (!gw_ok(slice_u64(slice_str(port), &number)) || number == 0 || number > 65534)
        return verb_misused(argv[0], "--port takes a number from 1 to 65534");
    d.port = (unsigned)number;
    if (mkdtemp(d.dir) == NULL)
        return verb_failed(argv[0], "cannot make a folder in /tmp: %s", strerror(errno));
    snprintf(certs, sizeof certs, "%s/certs", d.dir);
    if (!gw_ok(cert_dev(certs, NULL, 0, reason, sizeof reason)))
        return verb_failed(argv[0], "%s", reason);
    if (!gw_ok(bind_backend(&d, &fd)))
        return verb_failed(argv[0], "the demo backend cannot listen: %s", strerror(errno));
    if (!write_config(&d))
        return verb_failed(argv[0], "cannot write %s: %s", d.config, strerror(errno));
    const struct master_start start = {
        .config = d.config, .backend_fd = fd, .ready = tell, .ready_of = &d};
    return master_run(&start);
}
