/* tests/unit/catalog_examples_labelled.h - numbers that the word in front of them tells. */
#ifndef TESTS_UNIT_CATALOG_EXAMPLES_LABELLED_H
#define TESTS_UNIT_CATALOG_EXAMPLES_LABELLED_H

#include "tests/unit/catalog_examples.h"

/* clang-format off */
static const struct example examples_labelled[] = {
    {"bic_named", "and BIC COBADEFFXXX, SWIFT", "COBADEFFXXX"},
    {"bic_named", "SWIFT: DEUTDEFF", "DEUTDEFF"},
    {"bic_named", "SWIFT LANGUAGE, bic ABCDEFGH", NULL},
    {"de_id_card_named", "Personalausweis L01X00T47", "L01X00T47"},
    {"de_id_card_named", "Personalausweis ABGELAUFEN, Ausweis nr 12", NULL},
    {"de_passport_named", "Reisepass Nr. C01X00T47", "C01X00T47"},
    {"de_passport_named", "Reisepass CHANGELOG", NULL},
    {"driver_license_named", "N\xc2\xb0 permis : 14AA00002", "14AA00002"},
    {"driver_license_named", "DL#: B482-719-36-004-0", "B482-719-36-004-0"},
    {"driver_license_named", "{\"driverLicenseNumber\":\"S4827193\"}", "S4827193"},
    {"driver_license_named", "a permis de construire 12 caf\xc3\xa9s", NULL},
    {"br_rg", "RG 12.345.678-9, CEP", "12.345.678-9"},
    {"br_rg", "RG: MG-14.808.688", "MG-14.808.688"},
    {"br_rg", "RG-45 org 12.345.678", NULL},
    {"medical_record", "patient MRN 00482913 DOB", "00482913"},
    {"medical_record", "MRN#: A-8839201", "A-8839201"},
    {"medical_record", "patient notes from 2024", NULL},
    {"health_member", "Insurance Member ID: XQ-88120034", "XQ-88120034"},
    {"health_member", "insurance costs 1200 a year", NULL},
    {"sort_code", "sort code 12-34-56", "12-34-56"},
    {"sort_code", "sort codes by value 12 34", NULL},
    {"bank_branch", "BLZ 37040044", "37040044"},
    {"bank_branch", "IFSC: HDFC0001234", "HDFC0001234"},
    {"bank_branch", "BSB boundary, blz 12", NULL},
    {"account_named", "Konto-Nr. 532013000", "532013000"},
    {"account_named", "account number 42, account no 3 of 5", NULL},
    {"iccid", "ICCID 8901410321111851072", "8901410321111851072"},
    {"iccid", "iccid 1201410321111851072", NULL},
    {"imsi", "IMSI: 262021234567890", "262021234567890"},
    {"imsi", "imsi 12", NULL},
    {"ru_passport_named", "\xd0\x9f\xd0\xb0\xd1\x81\xd0\xbf\xd0\xbe\xd1\x80\xd1\x82 45 08 123456, \xd0\x98\xd0\x9d\xd0\x9d", "45 08 123456"},
    {"ru_passport_named", "\xd0\xbf\xd0\xb0\xd1\x81\xd0\xbf\xd0\xbe\xd1\x80\xd1\x82 \xd1\x81\xd0\xb5\xd1\x80\xd0\xb8\xd1\x8f 4510 \xe2\x84\x96 654321", "4510 \xe2\x84\x96 654321"},
    {"ru_passport_named", "\xd0\xbf\xd0\xb0\xd1\x81\xd0\xbf\xd0\xbe\xd1\x80\xd1\x82 \xd0\xbe\xd1\x82 12.03.2010", NULL},
    {"coordinates_named", "lat 48.858370, lon 2.294481 meet", "48.858370, lon 2.294481"},
    {"coordinates_named", "flat 48.858370, lon 2.294481, latency 12.345", NULL},
    {"coordinates_degrees", "at 48\xc2\xb0" "51\xe2\x80\xb2" "24\xe2\x80\xb3N 2\xc2\xb0" "21\xe2\x80\xb2" "03\xe2\x80\xb3" "E now", "48\xc2\xb0" "51\xe2\x80\xb2" "24\xe2\x80\xb3N 2\xc2\xb0" "21\xe2\x80\xb2" "03\xe2\x80\xb3" "E"},
    {"coordinates_degrees", "at 48\xc2\xb0" "51'24\"N 2\xc2\xb0" "21'03\"E now", "48\xc2\xb0" "51'24\"N 2\xc2\xb0" "21'03\"E"},
    {"coordinates_degrees", "N 47\xc2\xb0 22.133' E 8\xc2\xb0 32.476' now", "N 47\xc2\xb0 22.133' E 8\xc2\xb0 32.476'"},
    {"coordinates_degrees", "at 45\xc2\xb0 an angle, 12\xc2\xb0 C", NULL},
    {"coordinates_decimal", "position 48.8584\xc2\xb0 N, 2.2945\xc2\xb0 E now", "48.8584\xc2\xb0 N, 2.2945"},
    {"coordinates_decimal", "at 45.5\xc2\xb0 an angle, 12.25\xc2\xb0 C", NULL},
    {"coordinates_map", "geo:37.786971,-122.399677", "37.786971,-122.399677"},
    {"coordinates_map", "POINT(1 2), location=here", NULL},
    {"driver_license_named", "\xe9\x81\x8b\xe8\xbb\xa2\xe5\x85\x8d\xe8\xa8\xb1\xe8\xa8\xbc\xe3\x81\xae\xe7\x95\xaa\xe5\x8f\xb7\xe3\x81\xaf" "301234567890\xe3\x81\xa7\xe3\x81\x99", "301234567890"},
    {"driver_license_named", "\xe5\x85\x8d\xe8\xa8\xb1\xe8\xa8\xbc\xe7\x95\xaa\xe5\x8f\xb7\xef\xbc\x9a" "301234567890", "301234567890"},
    {"account_named", "\xe5\x8f\xa3\xe5\xba\xa7\xe7\x95\xaa\xe5\x8f\xb7\xe3\x81\xaf" "1234567\xe3\x81\xa7\xe3\x81\x99", "1234567"},
    {"medical_record", "\xe6\x82\xa3\xe8\x80\x85\xe7\x95\xaa\xe5\x8f\xb7\xe3\x81\xaf" "00482917", "00482917"},
    {"passport_named", "My passport number is C4F7H219K, issued in Hamburg", "C4F7H219K"},
    {"passport_named", "passport validation of RFC2119 and SHA256SUM", NULL},
    {"account_named", "BSB 062-000 Account 1183 4402 name", "1183 4402"},
};
/* clang-format on */

#endif
