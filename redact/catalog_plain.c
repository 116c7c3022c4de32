/* redact/catalog_plain.c - rows: what says something of a person and is seldom a secret alone:
 * dates, ages, addresses of the web, postcodes, plates, titles, origins, places on the map.
 *
 * Their scores are the least, so that whatever else lies in them wins. Policies that want them name
 * them. Refuses to know engines and texts. Constant: nobody frees it. */
#include "proxy/base/base.h"
#include "redact/catalog_rows.h"
#include "redact/valid.h"

/* clang-format off */
#define PLATE_FIRM \
    "(?:[A-Z]{2}[0-9]{2}[ -]?[A-Z]{3}|[0-9]{2}[ -]?[A-Z]{1,3}[ -]?[0-9]{2,4}|[A-Z]{2,3}[ -][0-9]{2,4}[ -]?[A-Z]{2}|[A-Z]{2}[ -]?[0-9]{1,2}[ -]?[A-Z]{1,3}[ -]?[0-9]{1,4}|[A-Z]{1,3}[ -][A-Z]{1,2}[ -]?[0-9]{1,4}[ -]?[EH]?|[0-9]{4}[ -]?[B-DF-HJ-NPR-TV-Z]{3}|[A-Z]{2} ?[0-9]{3} ?[A-Z]{2}|[A-Z]{3}[ -]?[0-9][A-Z0-9][0-9]{2}|[0-9]{3}[ -]?[A-Z]{2,3}|[A-Z]{2}-[0-9]{2}-[A-Z0-9]{2}|[0-9]{2}-[A-Z0-9]{2}-[A-Z0-9]{2}|[0-9][A-Z]{2,3}[0-9]{3,4}|[0-9][A-Z][0-9]{5})"
#define PLATE "(?:" PLATE_FIRM "|[A-Z]{1,3}[ -]?[0-9]{3,6})"
#define PLATE_RARE \
    "(?:[A-Z]{2}[ -]?[0-9]{2}[ -]?[A-Z]{2}|[A-Z]{1,3}[ -][A-Z]{1,2}[ -]?[0-9]{1,4}[ -]?[EH]?|[0-9]{2}(?:[ .-]|\\xc2\\xb7)[0-9]{2}(?:[ .-]|\\xc2\\xb7)[A-Z]{2}|[A-Z]{2}[ -][0-9]{2}[ -][0-9]{2}|[0-9]{3,4} ?[A-Z]{2}|[A-Z]-[A-Z] ?[0-9]{4}|S[A-Z]{1,2}[ -]?[0-9]{1,4}[ -]?[A-Z]|[A-Z]{3} ?[0-9]{2}[A-Z0-9]|[A-Z]{1,2}[ -][0-9]{1,5} ?[A-Z]{1,3})"
#define PLATE_WORDS \
    "plate|plates|license plate|licence plate|number plate|car reg|registration number|reg number|kennzeichen|plaka|plakas\xc4\xb1|immatriculation|plaque|targa|matr\xc3\xad" "cula|matricula|placa|kenteken|rejestracyjny|rejestracja|nummerplaat"
#define POST_WORDS \
    "zip|zip code|zipcode|postcode|post code|postal code|postal|plz|postleitzahl|code postal|c\xc3\xb3" "digo postal|codigo postal|cap|codice postale|cep|c\xc3\xb3" "digo de endere\xc3\xa7" "amento|postnummer|postnr|kod pocztowy|postcode|ps\xc4\x8d|\xd0\xb8\xd0\xbd\xd0\xb4\xd0\xb5\xd0\xba\xd1\x81|\xd0\x98\xd0\xbd\xd0\xb4\xd0\xb5\xd0\xba\xd1\x81|\xd0\x98\xd0\x9d\xd0\x94\xd0\x95\xd0\x9a\xd0\xa1|pin code|pincode|eircode"
/* Letters that stand where, by Royal Mail's PAF guide. */
#define UK_POSTCODE "(?:GIR ?0AA|[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKNPSTUW]|[A-HK-Y][0-9][ABEHMNPRV-Y]) ?[0-9][ABD-HJLNP-UW-Z]{2})"
#define WHEN "(?:[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\\.[0-9]{1,9})?)?(?: ?(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2}))?)?"

static const struct detector rows[] = {
    ROW("date", "DATE_TIME", FAM_DATE, DET_CASELESS, 505, 0, 0, 60, TRIGGER_DATE, NULL,
     "(?<![\\w./-])([0-9]{4}([./-])[0-9]{1,2}\\2[0-9]{1,2}" WHEN "|[0-9]{1,2}([./-])[0-9]{1,2}\\3(?:[0-9]{4}|[0-9]{2})" WHEN "|"
     "[0-9]{1,2}(?:st|nd|rd|th|\\.)? (?:of |de )?" MONTHS ",?(?: de)? [0-9]{4}|" MONTHS
     "\\.? [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4})(?![\\w/-]|\\.[0-9])",
     valid_moment, NULL, "A date, perhaps with a time."),
    ROW("date_month", "DATE_TIME", FAM_DATE, DET_CASELESS, 505, 0, 0, 60, TRIGGER_MONTH, NULL,
     "(?<![\\w./-])((?:0?[1-9]|[12][0-9]|3[01])([-/])" MONTHS "\\2(?:(?:19|20)[0-9]{2}|[0-9]{2})|" MONTHS "(?:[ /-]|, )(?:19|20)[0-9]{2}|" MONTHS "-[0-9]{2})(?![\\w/-]|\\.[0-9])",
     NULL, NULL, "A month of a year, perhaps with the day, joined by dashes."),
    ROW("year", "DATE_TIME", FAM_DATE, DET_CASELESS, 500, 0, 0, 12, TRIGGER_WORD, "in 19|in 20|during 19|during 20|since 19|since 20|act of 19|act of 20|until 19|until 20",
     "(?<![a-z])(?:in|during|since|until|act of) ((?:19|20)[0-9]{2})(?![\\w%$-]|[.,:][0-9])",
     NULL, NULL, "A year behind a word such as during."),
    ROW("weekday", "DATE_TIME", FAM_DATE, 0, 500, 0, 0, 12, TRIGGER_WORD, "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday",
     NB "((?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day)" NA, NULL, NULL, "A day of the week."),
    ROW("age", "AGE", FAM_AGE, DET_CASELESS, 520, 0, 5, 40, TRIGGER_WORD,
     "year-old|years-old|year old|years old|yr-old|yrs-old|yr old|yrs old|years of age|y/o|yo male|yo female|jahre alt|jaar oud|a\xc3\xb1os de edad|anos de idade|anni d'et\xc3\xa0|age of |age: |age is |aged |ll turn |st turn |turning |n he was |n she was ",
     "(?|(?<![\\w.,$])([1-9][0-9]{0,2})[ -]?(?:(?:years?|yrs?)[ -]old|years of age|y/o|yo (?:fe)?male|jahre alt|jaar oud|a\xc3\xb1os de edad|anos de idade|anni d'et\xc3\xa0)(?![a-z])|"
     "(?<![a-z])(?:age of|age:|age is|aged|(?:i'll|i will|will|just|about to) turn|turning|when s?he was) ([1-9][0-9]{0,2})(?![\\w%$-]|[.,:][0-9]| (?:times|minutes|days|hours|km|miles|percent|degrees)))",
     valid_age, NULL, "The age of a person."),
    ROW("age_sex", "AGE", FAM_AGE, 0, 520, 0, 6, 12, TRIGGER_WORD,
     "F presents|M presents|F presenting|M presenting|F with |M with |F admitted|M admitted|F c/o|M c/o|F h/o|M h/o|F w/|M w/|F s/p|M s/p|F who |M who |F, MRN|M, MRN|F in clinic|M in clinic|F seen|M seen",
     "(?<![\\w.,$/-])([1-9][0-9]?|10[0-9]) ?(?:y/?o ?|yo? ?|yrs? ?)?[MF](?=, MRN| (?:presents|presenting|with |admitted|c/o|h/o|w/|s/p|who |in clinic|seen))", valid_age, NULL, "The age of a patient in front of the sex."),
    ROW("url", "URL", FAM_URL, DET_CASELESS, 500, 0, 12, 2100, TRIGGER_WORD, "://",
     "(?<![a-z0-9])((?:https?|ftps?|sftp|wss?)://[^\\s\"<>`\\\\^{|}\\x1f]{3,2000})", valid_url, NULL, "An address of the web."),
    ROW("domain", "URL", FAM_URL, DET_CASELESS, 300, 500, 130, 140, TRIGGER_WORD, ".com|.org|.net|.co.|.gov|.edu",
     "(?<![a-z0-9@._/-])((?:[a-z0-9](?:[a-z0-9-]{0,28}[a-z0-9])?\\.){1,4}(?:com|org|net|gov|edu|co\\.[a-z]{2}))(?![a-z0-9@_-]|\\.[a-z0-9])",
     NULL, "domain|domains|website|websites|web site|site|url|homepage|visit", "A name in the web beside a word for it."),
    ROW("postcode_named", "POSTCODE", FAM_POSTCODE, DET_CASELESS, 520, 0, 0, 60, TRIGGER_WORD,
     "zip code|zipcode|zip:|zip |zip=|zip\"|zip'|postcode|post code|postal code|postleitzahl|code postal|kod pocztowy|postnummer|eircode|pin code|pincode|plz:|plz |plz=|plz\"|plz'|c\xc3\xb3" "digo postal|codigo postal",
     "(?<![a-z])(?:zip ?code|zip|post ?code|postal code|postleitzahl|plz|code postal|c\xc3\xb3" "digo postal|codigo postal|kod pocztowy|postnummer|eircode|pin ?code)(?=[ :=\"'])[\"']?(?: is| are| no\\.?| number)?[:=]?[ \\t]{0,2}[\"']?"
     "([0-9]{3,4}[ -]?[A-Z]{2}|[0-9]{2}-[0-9]{3}|[0-9]{3,5}-[0-9]{3,4}|[0-9]{3} [0-9]{2,3}|[0-9]{3,7}|[A-Z]{1,2}[0-9][A-Z0-9]? ?[0-9][A-Z]{2}|[A-Z][0-9][A-Z][ -]?[0-9][A-Z][0-9]|[A-Z][0-9W][0-9] ?[A-Z0-9]{4})(?![\\w%-]|[.,][0-9])",
     NULL, NULL, "A postcode behind a word for it."),
    ID("postcode_digits", "POSTCODE", FAM_POSTCODE, NULL, DET_NUMBER, 60, 510, 0, TRIGGER_NEAR_DIGITS, "5",
     "(?<![.,-])(?:[0-9]{5}(?:-[0-9]{3,4})?|[0-9]{6,7}|[0-9]{3}[ -][0-9]{2,4}|[0-9]{2}-[0-9]{3}|[0-9]{4}-[0-9]{3})(?![\\w-]|[.,][0-9])",
     NULL, NULL, POST_WORDS, "A postcode of digits."),
    ID("postcode_short", "POSTCODE", FAM_POSTCODE, NULL, DET_NUMBER, 60, 510, 0, TRIGGER_NEAR_DIGITS, "5",
     "(?<![.,-])(?:[0-9]{3,4}|[0-9]{10})(?![\\w-]|[.,][0-9])",
     NULL, NULL, "postcode|post code|postal code|zip code|postleitzahl|code postal", "A postcode of few digits, or of ten."),
    ID("postcode_letters", "POSTCODE", FAM_POSTCODE, NULL, DET_CASELESS, 60, 510, 4, TRIGGER_NEAR_TOKEN, "5",
     "(?<![_.-])(?:" UK_POSTCODE "|[A-Z][0-9][A-Z][ -]?[0-9][A-Z][0-9]|[0-9]{4} ?[A-Z]{2}|(?:AD|AZ|HT|LV-|LT-|MD-?|BB|KY[123]-|VG|LC)[0-9]{3,5}|[A-Z][0-9]{4}[A-Z]{3}|[A-Z][0-9W][0-9] ?[A-Z0-9]{4}|[A-Z]{3} [0-9]{4})(?![\\w-])",
     NULL, NULL, POST_WORDS, "A postcode with letters."),
    ROW("plate_named", "LICENSE_PLATE", FAM_LICENSE_PLATE, DET_CASELESS, 520, 0, 0, 60, TRIGGER_WORD,
     "license plate|licence plate|number plate|plate number|plate: |plate |plates: |plate is|plaka|car reg|kennzeichen|kenteken|targa |immatriculation|vehicle |vehicles |registration number|registration: |registration plate|registration mark|reg no|reg. no|reg |reg: |reg plate|reg number|vrm: |vrm |amtliches kennz|matr\xc3\xad" "cula",
     "(?<![a-z])(?:(?:licen[sc]e|number) plate|plate number|plates?(?=: | (?-i:(?=[A-Z0-9 -]{0,7}[A-Z])(?=[A-Z0-9 -]{0,7}[0-9])[A-Z0-9](?:[ -]?[A-Z0-9]){5}))|plate(?= is)|plaka|car reg|kennzeichen|kenteken|targa(?= )|immatriculation|matr\xc3\xad" "cula|vehicles?(?: reg(?:istration|\\.)?)?(?=[ :])|registration (?:number|plate|mark)|registration(?=: )|reg\\.? (?:no|plate|number)|reg(?=:? (?-i:[A-Z]{2}[0-9]{2} ?[A-Z]{3}))|vrm)(?:s|s\xc4\xb1| number| no\\.?)?[\"']?(?: is| was)?[:=]?[ \\t]{0,2}[\"']?"
     "((?=[A-Z0-9 -]{0,6}[0-9])(?-i:" PLATE "|" PLATE_RARE "))(?![\\w-])",
     NULL, NULL, "The plate of a vehicle behind a word for it."),
    ID("plate", "LICENSE_PLATE", FAM_LICENSE_PLATE, NULL, 0, 60, 510, 8, TRIGGER_NEAR_TOKEN, "5",
     "(?<![_.+/=-])(?=[A-Z0-9 -]{0,4}[0-9])" PLATE "(?![\\w/=+-]|\\.[A-Za-z0-9])",
     NULL, NULL, PLATE_WORDS, "The plate of a vehicle close to a word for it."),
    ID("plate_vehicle", "LICENSE_PLATE", FAM_LICENSE_PLATE, NULL, 0, 60, 510, 8, TRIGGER_NEAR_TOKEN, "5",
     "(?<![_.+/=-])(?=[A-Z0-9 -]{0,4}[0-9])" PLATE_FIRM "(?![\\w/=+-]|\\.[A-Za-z0-9])",
     NULL, NULL, "vehicle|vehicles", "The plate of a vehicle close to that word, of a form that few other things have."),
    ID("plate_rare", "LICENSE_PLATE", FAM_LICENSE_PLATE, NULL, 0, 60, 510, 8, TRIGGER_NEAR_TOKEN, "5",
     "(?<![\\w.+/=-])(?:" PLATE_RARE "|[A-Z]{2,5}[0-9]{1,4}[EH]?|[A-Z]{1,3} [0-9]{1,6})(?![\\w/=+-]|\\.[A-Za-z0-9])",
     NULL, NULL, "license plate|licence plate|number plate|plate number|kennzeichen|kenteken|plaka", "The plate of a vehicle, of a form that other things have too."),
    ID("coordinates", "COORDINATES", FAM_LOCATION, NULL, DET_CASELESS, 200, 520, 2, TRIGGER_NEAR_DIGITS, "5",
     "(?<![_.])[-+]?(?:90|[0-8]?[0-9])\\.[0-9]{3,10}(?:\\xc2\\xb0 ?[NS])?[,;]? {0,2}[-+]?(?:180|1[0-7][0-9]|[0-9]{1,2})\\.[0-9]{3,10}(?:\\xc2\\xb0 ?[EW])?(?![\\w.])",
     NULL, NULL, "lat|latitude|lon|lng|longitude|coordinates|coords|gps|location|position|koordinaten|coordenadas|located|coordonn\xc3\xa9" "es|coordinate|pinged|dropped pin|tracker|geolocation|waypoint|near|rear-ended|crash site|\xd0\xba\xd0\xbe\xd0\xbe\xd1\x80\xd0\xb4\xd0\xb8\xd0\xbd\xd0\xb0\xd1\x82\xd1\x8b|\xd0\x9a\xd0\xbe\xd0\xbe\xd1\x80\xd0\xb4\xd0\xb8\xd0\xbd\xd0\xb0\xd1\x82\xd1\x8b|\xe5\x9d\x90\xe6\xa0\x87|\xe5\xba\xa7\xe6\xa8\x99|\xec\xa2\x8c\xed\x91\x9c", "A place on the map by latitude and longitude."),
    ROW("card_code", "CVV", FAM_CREDIT_CARD, DET_CASELESS, 700, 0, 0, 30, TRIGGER_WORD, "cvv|cvc|cvn|security code|sec code|sec. code",
     "(?<![a-z])(?:cvv2?|cvc2?|cvn|(?:card )?sec(?:urity|\\.)? code)[\"']?(?: number| code)?(?: is)?[ \\t]{0,2}[:=#]?[ \\t]{0,2}[\"']?([0-9]{3,4})(?![\\w-]|[.,:][0-9])",
     NULL, NULL, "The code of a payment card behind a word for it."),
    ROW("title", "TITLE", FAM_TITLE, 0, 520, 0, 0, 12, TRIGGER_WORD, "Mr. |Mrs. |Ms. |Dr. |Prof. |Mr |Mrs |Ms |Miss |Herr |Frau |Mme |Dott. ",
     NB "(Mrs?\\.?|Ms\\.?|Dr\\.|Prof\\.|Miss|Herr|Frau|Mme|Dott\\.)(?= (?:[A-Z]|\\xc3[\\x80-\\x9e]|\\xc4|\\xc5|\\xce|\\xd0))", NULL, NULL, "How a person is addressed."),
    ROW("origin_named", "NRP", FAM_NRP, DET_CASELESS, 520, 0, 0, 60, TRIGGER_WORD,
     "nationality|religion|ethnicity|citizenship|political party|staatsangeh\xc3\xb6rigkeit|nationalit\xc3\xa9|nacionalidad|konfession",
     "(?<![a-z])(?:nationality|religion|ethnicity|citizenship|political party|staatsangeh\xc3\xb6rigkeit|nationalit\xc3\xa9|nacionalidad|konfession)[\"']?(?: is|:|=)[ \\t]{0,2}[\"']?([a-z\\x80-\\xff]{3,30}(?: [A-Z][a-z]{2,20})?)",
     NULL, NULL, "Nationality, religion or party behind a word for it."),
};
/* clang-format on */

CATALOG_TABLE(catalog_plain)
