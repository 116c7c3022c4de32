/* redact/catalog.c - the tables in their order: of two that say the same of a value, the row that
 * stands first wins. To add a detector: one row in catalog_*.c, two lines in
 * tests/unit/test_catalog*.c.
 *
 * Refuses to know engines and texts. Constant: nobody frees it. */
#include "proxy/base/base.h"
#include "redact/catalog.h"
#include "redact/catalog_rows.h"

static struct catalog_table table_at(size_t i)
{
    static struct catalog_table (*const tables[])(void) = {
        catalog_secrets,  catalog_tokens, catalog_assigned, catalog_contact,   catalog_europe,
        catalog_americas, catalog_asia,   catalog_vat,      catalog_passports, catalog_things,
        catalog_vendors,  catalog_told,   catalog_labelled, catalog_column,    catalog_plain,
    };
    return i < GW_COUNT(tables) ? tables[i]() : (struct catalog_table){NULL, 0};
}

size_t catalog_count(void)
{
    size_t n = 0;
    for (size_t i = 0; table_at(i).rows != NULL; i++)
        n += table_at(i).count;
    return n;
}

const struct detector *catalog_at(size_t at)
{
    struct catalog_table t = table_at(0);
    for (size_t i = 0; t.rows != NULL; t = table_at(++i)) {
        if (at < t.count)
            return &t.rows[at];
        at -= t.count;
    }
    return NULL;
}
