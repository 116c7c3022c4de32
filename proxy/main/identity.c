/* proxy/main/identity.c - see identity.h. */
#include "proxy/base/base.h"
#include "proxy/main/identity.h"
#include "proxy/base/mode.h"
#include "proxy/base/secret.h"
#include "proxy/main/verb.h"

#include <fcntl.h>
#include <unistd.h>

enum { IDENTITY_FILE = 16384 };

bool identity_read(const char *word, const char *path, struct age_identities *out)
{
    char text[IDENTITY_FILE];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    const char *fault = fd < 0 ? "cannot be opened" : mode_fault(fd, MODE_SECRET);
    ssize_t n = fault != NULL ? 0 : read(fd, text, sizeof text);
    if (fd >= 0)
        close(fd);
    if (fault == NULL && (n <= 0 || n == (ssize_t)sizeof text ||
                          !gw_ok(age_identities_read(slice_of(text, (size_t)n), out))))
        fault = "holds no age identity: AGE-SECRET-KEY-1..., as age-keygen(1) writes it";
    secret_wipe(text, sizeof text);
    if (fault != NULL)
        (void)verb_failed("audit", "%s: %s: %s", word, path, fault);
    return fault == NULL;
}
