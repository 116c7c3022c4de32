/* redact/catalog_things.c - rows: phones, vehicles, banks and goods by their numbers.
 *
 * Written as the issuing office says, and checked by its check digits where it says how. Refuses to
 * know engines and texts. Constant: nobody frees it. */
#include "proxy/base/base.h"
#include "redact/catalog_rows.h"
#include "redact/valid_people.h"

/* clang-format off */
static const struct detector rows[] = {
    ID("imei", "IMEI", FAM_IMEI, NULL, DET_CASELESS | DET_NUMBER, 300, 950, 12, TRIGGER_NEAR_DIGITS, "15",
       "[0-9]{2}-?[0-9]{6}-?[0-9]{6}-?[0-9]", "luhn", NULL,
       "imei|device id|handset|serial",
       "The number of a mobile phone."),
    ID("vin", "VIN", FAM_LICENSE_PLATE, NULL, DET_CASELESS, 300, 900, 12, TRIGGER_NEAR_TOKEN, "17",
       "[A-HJ-NPR-Z0-9]{17}", NULL, valid_vin,
       "vin|chassis|vehicle identification|fahrgestellnummer|fin|vehicle",
       "The number of a vehicle."),
    ID("bic", "BIC", FAM_BANK_ACCOUNT, NULL, DET_CASELESS, 250, 850, 12, TRIGGER_NEAR_TOKEN, "8",
       "[A-Z]{4}[A-Z]{2}[A-Z0-9]{2}(?:[A-Z0-9]{3})?", NULL, valid_bic,
       "bic|swift|swift code|bic code",
       "The code of a bank."),
    ID("gen_ean", "GEN_EAN", FAM_PRODUCT_CODE, NULL, DET_CASELESS | DET_NUMBER, 60, 600, 12, TRIGGER_NEAR_DIGITS, "8",
       "[0-9](?:-?[0-9]){7,13}", "len:13&neg:1,3,1,3,1,3,1,3,1,3,1,3%10|len:8&neg:3,1,3,1,3,1,3%10|len:12&neg:3,1,3,1,3,1,3,1,3,1,3%10|len:14&neg:3,1,3,1,3,1,3,1,3,1,3,1,3%10", NULL,
       "ean|gtin|isbn|barcode",
       "The number of a product."),
};
/* clang-format on */

CATALOG_TABLE(catalog_things)
