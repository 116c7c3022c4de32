/* redact/name_row.h - kinds of names as rows of a scanner, behind the catalogue's and the policy's:
 * what policies call them. */
#ifndef REDACT_NAME_ROW_H
#define REDACT_NAME_ROW_H

#include "proxy/base/base.h"
#include "redact/who.h"

/* A row of the scanner for each kind of name. */
struct name_row {
    const char *name;   /* the detector's */
    const char *entity; /* as policies write it */
    uint8_t family;
};

/* Row i, by enum name_kind; NULL behind the last. */
const struct name_row *name_row_at(size_t i);

#endif
