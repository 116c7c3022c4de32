/* tests/unit/catalog_examples_things.h - made-up numbers with right and wrong check digits. */
#ifndef TESTS_UNIT_CATALOG_EXAMPLES_THINGS_H
#define TESTS_UNIT_CATALOG_EXAMPLES_THINGS_H

#include "tests/unit/catalog_examples.h"

/* clang-format off */
static const struct example examples_things[] = {
    {"imei", "my imei: 698766930427201 ok", "698766930427201"},
    {"imei", "my imei: 264227783016417 ok", NULL},
    {"vin", "my vin: A642R2RP283VEXDMB ok", "A642R2RP283VEXDMB"},
    {"vin", "my vin: FRYWFB9SZPTZWDXN3 ok", NULL},
    {"bic", "my bic: SPSTNO2H ok", "SPSTNO2H"},
    {"bic", "my bic: UXKPKA1W ok", NULL},
    {"gen_ean", "my ean: 8545395251849 ok", "8545395251849"},
    {"gen_ean", "my ean: 8255068462586 ok", NULL},
};
/* clang-format on */

#endif
