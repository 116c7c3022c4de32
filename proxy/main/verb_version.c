/* proxy/main/verb_version.c - `bulla version` and `bulla --version`: what this program is made of.
 *
 * Compiles the detectors to tell about them, and frees them. */
#include "proxy/base/base.h"
#include "proxy/main/verb.h"
#include "redact/scan.h"

int verb_version(int argc, char **argv)
{
    char reason[256] = "", engine[256] = "none";
    struct scanner *scanner = NULL;
    (void)argc;
    printf("bulla %s\n", BULLA_VERSION);
    printf("compiler: %s\n", __VERSION__);
    if (!gw_ok(scanner_new(NULL, 0, NULL, reason, sizeof reason, &scanner)))
        return verb_failed(argv[0], "the detectors did not compile: %s", reason);
    scanner_describe(scanner, engine, sizeof engine);
    printf("scan engine: %s\n", engine);
    scanner_free(scanner);
    return VERB_GOOD;
}
