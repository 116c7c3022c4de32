/* redact/catalog_column.c - rows: values that only the head of their column tells (column.h):
 * passwords, PINs, plates, numbers of files and accounts in CSV and Markdown.
 *
 * `at` is what ends such a head, `confirm` a whole cell. Refuses to know engines and texts.
 * Constant: nobody frees it. */
#include "proxy/base/base.h"
#include "redact/catalog_rows.h"
#include "redact/valid_people.h"
#include "redact/valid_secret.h"

/* clang-format off */
#define COLUMN(name_, entity_, family_, flags_, score_, at_, cell_, valid_, about_)                     \
    {                                                                                                   \
        .name = name_, .entity = entity_, .family = family_, .flags = DET_COLUMN | (flags_), \
        .base = score_, .max_len = 64, .trigger = TRIGGER_WORD, .at = at_, .confirm = "(" cell_ ")$",   \
        .valid = valid_, .about = about_, .source = "how people write it"                               \
    }

static const struct detector rows[] = {
    COLUMN("password_column", "SECRET_PASSWORD", FAM_SECRET, DET_SECRET | DET_CASELESS, 900,
        "password|passwort|kennwort|passwd|passphrase|passcode|mot de passe|contrase\xc3\xb1" "a|senha|wachtwoord|has\xc5\x82o|\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|l\xc3\xb6senord|passord|adgangskode|heslo|\xc5\x9fifre|salasana|\xe5\xaf\x86\xe7\xa0\x81|\xe5\xaf\x86\xe7\xa2\xbc|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8|pwd",
        "[^\\s|\\x1f]{4,64}", valid_column, "A password below the head of its column."),
    { .name = "password_word_column", .entity = "SECRET_PASSWORD", .family = FAM_SECRET, .flags = DET_COLUMN | DET_SECRET | DET_CASELESS,
        .base = 600, .with_words = 900, .max_len = 64, .trigger = TRIGGER_WORD,
        .at = "password|passwort|kennwort|passwd|passphrase|pwd", .confirm = "([a-z]{3,}(?:[-_]?[a-z]{3,}){1,8})$",
        .valid = valid_password_plain, .words = "password*|passwort|kennwort|passwd|passphrase|pwd",
        .about = "Words that are a password below the head of its column.", .source = "how people write it" },
    /* as it is spelled: in small letters it begins at too many places of a text */
    COLUMN("pin_column", "SECRET_PIN", FAM_SECRET, 0, 800, "PIN|Pin|TAN",
        "[0-9]{4,8}", NULL, "A PIN below the head of its column."),
    COLUMN("pin_code_column", "SECRET_PIN", FAM_SECRET, DET_CASELESS, 800, "pin code|pin_code|pincode|pin no|pin number|pin_number|card pin|card_pin|user pin|user_pin|code pin|geheimzahl|c\xc3\xb3" "digo pin",
        "[0-9]{4,8}", NULL, "A PIN below the head of its column, in more words."),
    COLUMN("card_code_column", "CVV", FAM_CREDIT_CARD, DET_CASELESS, 800, "cvv|cvc|cvv2|card code|security code",
        "[0-9]{3,4}", NULL, "The code of a payment card below the head of its column."),
    COLUMN("plate_column", "LICENSE_PLATE", FAM_LICENSE_PLATE, DET_CASELESS, 700, "plate|plates|vehicle reg|vehicle_reg|car reg|registration mark|registration plate|kennzeichen|kenteken|immatriculation|plaque|matr\xc3\xad" "cula|placa|targa|plaka|rejestracyjny|rejestracja|nummerplaat|\xe8\xbd\xa6\xe7\x89\x8c",
        "(?=.{0,5}[0-9])[A-Z0-9\x80-\xff]{1,4}(?:[ .\xc2\xb7-]?[A-Z0-9]{1,5}){1,3}", NULL, "A vehicle's plate below the head of its column."),
    COLUMN("patient_column", "MEDICAL_RECORD", FAM_HEALTH_ID, DET_CASELESS, 800, "mrn|medical record|patient id|patient no|patientid|patient_id|patientennummer|fallnummer|hospital no|chart no|numero de dossier|historia cl\xc3\xadnica",
        "(?=.{0,6}[0-9]{2})[A-Z]{0,4}-?[0-9][0-9A-Z-]{3,14}", NULL, "The number of a patient's file below the head of its column."),
    COLUMN("account_column", "BANK_ACCOUNT", FAM_BANK_ACCOUNT, DET_CASELESS, 800, "account number|account no|account_number|account_no|acct no|bank account|bank_account|kontonummer|rekeningnummer|num\xc3\xa9ro de compte|n\xc3\xbamero de cuenta|cuenta bancaria|numer konta|conta corrente",
        "(?=(?:[^0-9]*[0-9]){6})[0-9](?:[ .-]?[0-9]){5,23}", NULL, "A bank account below the head of its column."),
    COLUMN("sort_code_column", "UK_SORT_CODE", FAM_BANK_ACCOUNT, DET_CASELESS, 800, "sort code|sort_code|sortcode|bsb",
        "[0-9]{2}-?[0-9]{2}-?[0-9]{2}|[0-9]{3}-[0-9]{3}", NULL, "The code of a bank's branch below the head of its column."),
    COLUMN("passport_column", "PASSPORT_NUMBER", FAM_PASSPORT, DET_CASELESS, 800, "passport|passport number|passport_number|passport no|passport_no|reisepass|passnummer|passeport|pasaporte|passaporto|paspoort|paszport|paszportu",
        "(?=.{0,4}[0-9]{2})[A-Z]{0,3} ?[0-9][0-9A-Z]{5,9}", NULL, "The number of a passport below the head of its column."),
    COLUMN("licence_column", "DRIVER_LICENSE_NUMBER", FAM_DRIVER_LICENSE, DET_CASELESS, 800, "driver license|driver_license|drivers license|driver's license|driving licence|driving license|driving_licence|driver licence|licence_no|license_no|licence no|f\xc3\xbchrerschein|f\xc3\xbchrerscheinnummer|permis|permis de conduire|carnet de conducir|patente di guida",
        "(?=.{0,8}[0-9]{2})[A-Z0-9](?:[ -]?[A-Z0-9]){5,17}", NULL, "The number of a driving licence below the head of its column."),
};
/* clang-format on */

CATALOG_TABLE(catalog_column)
