/* proxy/main/identity.h - a reviewer's age identity from a file that others may not read. */
#ifndef PROXY_MAIN_IDENTITY_H
#define PROXY_MAIN_IDENTITY_H

#include "audit/age.h"
#include "proxy/base/base.h"

/* The caller wipes what it gets. False: complained on stderr. */
bool identity_read(const char *word, const char *path, struct age_identities *out);

#endif
