/* redact/name_row.c - see name_row.h. */
#include "proxy/base/base.h"
#include "redact/name_row.h"
#include "redact/finding.h"

static const struct name_row rows[NAME_KINDS] = {
    [NAME_PERSON] = {"person", "PERSON", FAM_PERSON},
    [NAME_PLACE] = {"location", "LOCATION", FAM_LOCATION},
    [NAME_ORG] = {"organization", "ORGANIZATION", FAM_ORG},
    [NAME_ADDRESS] = {"address", "ADDRESS", FAM_ADDRESS},
    [NAME_ORIGIN] = {"origin", "NRP", FAM_NRP},
    [NAME_POSTCODE] = {"postcode_behind_place", "POSTCODE", FAM_POSTCODE},
};

const struct name_row *name_row_at(size_t i)
{
    return i < GW_COUNT(rows) ? &rows[i] : NULL;
}
