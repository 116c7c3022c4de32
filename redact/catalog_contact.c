/* redact/catalog_contact.c - rows: addresses, phones, cards and accounts, dates: what is the same
 * everywhere.
 *
 * Refuses to know engines and texts. Constant: nobody frees it. */
#include "proxy/base/base.h"
#include "redact/catalog_rows.h"
#include "redact/valid.h"

#define PHONE_WORDS                                                                              \
    "phone|phones|nomor hp|no "                                                                  \
    "hp|hp|telephone|tel|cell|cellphone|mobile|mob|fax|call|dial|sms|text "                      \
    "me|whatsapp|hotline|"                                                                       \
    "contact "                                                                                   \
    "number|telefon|telefonnummer|handy|mobil|rufnummer|t\xc3\xa9l\xc3\xa9phone|t\xc3\xa9l|"     \
    "portable|"                                                                                  \
    "tel\xc3\xa9"                                                                                \
    "fono|m\xc3\xb3vil|celular|telefone|cellulare|telefono|telefoon|puhelin|"                    \
    "\xe7\x94\xb5\xe8\xaf\x9d|"                                                                  \
    "\xe6\x89\x8b\xe6\x9c\xba|\xe9\x9b\xbb\xe8\xa9\xb1|"                                         \
    "\xd1\x82\xd0\xb5\xd0\xbb\xd0\xb5\xd1\x84\xd0\xbe\xd0\xbd|"                                  \
    "\xd0\xa2\xd0\xb5\xd0\xbb\xd0\xb5\xd1\x84\xd0\xbe\xd0\xbd|"                                  \
    "\xd0\xa2\xd0\x95\xd0\x9b\xd0\x95\xd0\xa4\xd0\x9e\xd0\x9d|"                                  \
    "zadzwo*|dzwoni*|bel|bellen|terugbellen|appelez|appelle|appeler|rappeler|rappelez|joindre|"  \
    "joignable|ll\xc3\xa1mame|ll\xc3\xa1meme|llama|llamar|llame|chiama|chiamare|chiamami|"       \
    "chiamate|ligue|ligar|ligue-me|anrufen|r\xc3\xbc"                                            \
    "ckruf|r\xc3\xbc"                                                                            \
    "ckrufnummer|erreichbar|ring|soita|aray\xc4\xb1n|aray\xc4\xb1n\xc4\xb1z|arayabilirsiniz|"    \
    "\xd0\xbf\xd0\xbe\xd0\xb7\xd0\xb2\xd0\xbe\xd0\xbd\xd0\xb8*|"                                 \
    "\xd0\x9f\xd0\xbe\xd0\xb7\xd0\xb2\xd0\xbe\xd0\xbd\xd0\xb8*|"                                 \
    "\xd0\xb7\xd0\xb2\xd0\xbe\xd0\xbd\xd0\xb8*|"                                                 \
    "telem\xc3\xb3vel|telemovel|tlm|mobilnummer|mobilnr|mobiltelefon|mobitel|mobiln\xc3\xad|"    \
    "telefonsz\xc3\xa1m|gsm|cep telefonu|kom\xc3\xb3rka|kom\xc3\xb3rkowy|handynummer|telefonnr|" \
    "\xe0\xb9\x80\xe0\xb8\x9a\xe0\xb8\xad\xe0\xb8\xa3\xe0\xb9\x8c|"                              \
    "\xe0\xb9\x82\xe0\xb8\x97\xe0\xb8\xa3|\xd9\x87\xd8\xa7\xd8\xaa\xd9\x81*|"                    \
    "\xd8\xac\xd9\x88\xd8\xa7\xd9\x84|\xd7\x98\xd7\x9c\xd7\xa4\xd7\x95\xd7\x9f|"                 \
    "\xd7\xa0\xd7\x99\xd7\x99\xd7\x93|"                                                          \
    "\xe0\xa4\xae\xe0\xa5\x8b\xe0\xa4\xac\xe0\xa4\xbe\xe0\xa4\x87\xe0\xa4\xb2|"                  \
    "\xe0\xa4\xab\xe0\xa4\xbc\xe0\xa5\x8b\xe0\xa4\xa8|\xc4\x91i\xe1\xbb\x87n "                   \
    "tho\xe1\xba\xa1i|\xcf\x84\xce\xb7\xce\xbb\xce\xad\xcf\x86\xcf\x89\xce\xbd\xce\xbf|"         \
    "\xce\xba\xce\xb9\xce\xbd\xce\xb7\xcf\x84\xcf\x8c|\xec\xa0\x84\xed\x99\x94|"                 \
    "\xec\x97\xb0\xeb\x9d\xbd\xec\xb2\x98|\xed\x9c\xb4\xeb\x8c\x80\xed\x8f\xb0|"                 \
    "\xed\x95\xb8\xeb\x93\x9c\xed\x8f\xb0|\xe6\x90\xba\xe5\xb8\xaf|"                             \
    "msisdn|answering|answer|messages|office|handset|landline|telepono|reach me|reach "          \
    "us|ring|call me|phone number|phonenumber|ph"
#define CARD_WORDS                                     \
    "card|credit|debit|visa|mastercard|amex|american " \
    "express|cc|pan|maestro|discover|jcb|kreditkarte|" \
    "carte|tarjeta|carta|cart\xc3\xa3o|kort|creditcard|payment|cvv|expires"
#define DOB_WORDS                                                                                 \
    "born|birth|birthday|birthdate|dob|d.o.b|date of birth|dateofbirth|geboren|geburtsdatum|geb|" \
    "geburtstag|n\xc3\xa9 le|n\xc3\xa9"                                                           \
    "e le|naissance|nacimiento|nacido|nacida|nascita|nato|nata|nascimento|"                       \
    "nascido|nascida|geboortedatum|f\xc3\xb6"                                                     \
    "delsedatum|bday"
#define WALLET_WORDS "wallet|btc|bitcoin|crypto|eth|ethereum|address|usdt|coin"

/* clang-format off */
/* Domains of countries and trades in their own script (IANA, root zone). */
#define WORLD_DOMAINS \
    "\xe5\x85\xac\xe5\x8f\xb8|\xe4\xb8\xad\xe5\x9b\xbd|\xe4\xb8\xad\xe5\x9c\x8b|\xe7\xbd\x91\xe7\xbb\x9c|\xe7\xb6\xb2\xe7\xb5\xa1|\xe9\xa6\x99\xe6\xb8\xaf|\xe5\x8f\xb0\xe7\x81\xa3|\xe5\x8f\xb0\xe6\xb9\xbe|\xe6\x96\xb0\xe5\x8a\xa0\xe5\x9d\xa1|\xe5\x9c\xa8\xe7\xba\xbf|\xe5\x95\x86\xe5\x9f\x8e|\xd1\x80\xd1\x84|\xd0\xb1\xd0\xb5\xd0\xbb|\xd1\x83\xd0\xba\xd1\x80|\xd0\xb1\xd0\xb3|\xd2\x9b\xd0\xb0\xd0\xb7|\xd1\x81\xd1\x80\xd0\xb1|\xd0\xbc\xd0\xbe\xd0\xbd|\xce\xb5\xce\xbb|\xce\xb5\xcf\x85|\xed\x95\x9c\xea\xb5\xad|\xeb\x8b\xb7\xec\xbb\xb4|\xe3\x81\xbf\xe3\x82\x93\xe3\x81\xaa|\xe3\x82\xb3\xe3\x83\xa0|\xe4\xb8\x96\xe7\x95\x8c|\xe0\xa4\xad\xe0\xa4\xbe\xe0\xa4\xb0\xe0\xa4\xa4|\xe0\xa6\xad\xe0\xa6\xbe\xe0\xa6\xb0\xe0\xa6\xa4|\xe0\xae\x87\xe0\xae\xa8\xe0\xaf\x8d\xe0\xae\xa4\xe0\xae\xbf\xe0\xae\xaf\xe0\xae\xbe|\xd8\xa7\xd9\x85\xd8\xa7\xd8\xb1\xd8\xa7\xd8\xaa|\xd8\xa7\xd9\x84\xd8\xb3\xd8\xb9\xd9\x88\xd8\xaf\xd9\x8a\xd8\xa9|\xd9\x85\xd8\xb5\xd8\xb1|\xd8\xa7\xd9\x84\xd9\x85\xd8\xba\xd8\xb1\xd8\xa8|\xd8\xa7\xdb\x8c\xd8\xb1\xd8\xa7\xd9\x86|\xd7\x99\xd7\xa9\xd7\xa8\xd7\x90\xd7\x9c|\xe0\xb9\x84\xe0\xb8\x97\xe0\xb8\xa2"
/* clang-format on */

/* How an @ and a dot are spelled. */
#define MARKED_AT "(?:_at_| ?[\\[({]at[\\])}] ?)"
#define SPELLED_DOT "(?: dot |_dot_| ?[\\[({]dot[\\])}] ?)"
#define ANY_DOT "(?:\\.| dot |_dot_| ?[\\[({]dot[\\])}] ?)"

/* clang-format off */
static const struct detector rows[] = {
    ROW("crypto_base58", "CRYPTO", FAM_CRYPTO_WALLET, 0, 750, 950, 0, 36, TRIGGER_HEAD, "1|3|2N|2M|D|L|T",
     NB "((?:[13DLT]|2[MN])[a-km-zA-HJ-NP-Z1-9]{25,34})" NA,
     valid_base58, WALLET_WORDS, "An address of Bitcoin, Litecoin, Dogecoin or Tron with a right Base58 check."),
    ROW("crypto_bech32", "CRYPTO", FAM_CRYPTO_WALLET, DET_CASELESS, 800, 950, 0, 90, TRIGGER_HEAD, "bc1|tb1|bcrt1|ltc1",
     NB "((?:bc|tb|bcrt|ltc)1[ac-hj-np-z02-9]{11,80})" NA,
     valid_bech32, WALLET_WORDS, "A Bitcoin address with a right Bech32 or Bech32m check."),
    ROW("crypto_eth", "CRYPTO", FAM_CRYPTO_WALLET, 0, 700, 900, 0, 42, TRIGGER_HEAD, "0x",
     NB "(0x[0-9a-fA-F]{40})" NA, valid_eth, WALLET_WORDS, "An Ethereum address."),
    ROW("iban", "IBAN_CODE", FAM_IBAN, DET_CASELESS | DET_GROUPED, 800, 950, 0, 48, TRIGGER_COUNTRY, NULL,
     "(?<![A-Za-z0-9])([a-z]{2}[0-9]{2}(?:[ -]{0,2}[a-z0-9]){11,36})",
     valid_iban, "iban|bank|account|konto|compte|cuenta|conto", "An IBAN of its country's length with a right check."),
    ROW("credit_card", "CREDIT_CARD", FAM_CREDIT_CARD, DET_NUMBER | DET_GROUPED | DET_JOINED, 750, 950, 0, 40, TRIGGER_DIGITS, "12",
     "([0-9](?:[ .-]{0,2}[0-9]){11,18})(?![0-9])",
     valid_card, CARD_WORDS, "A payment card number: issuer, length and Luhn."),
    ROW("us_ssn", "US_SSN", FAM_NATIONAL_ID, DET_NUMBER, 700, 950, 0, 11, TRIGGER_GROUPS, "3-2-4",
     "([0-9]{3}-[0-9]{2}-[0-9]{4})", valid_ssn,
     "ssn|social|social security|socialsecurity|ssns|itin|taxpayer", "A US social security number with dashes."),
    ROW("us_ssn_plain", "US_SSN", FAM_NATIONAL_ID, DET_NUMBER | DET_DIGITS | DET_GROUPED, 100, 800, 0, 11, TRIGGER_DIGITS, "9",
     "([0-9]{3}([ .]?)[0-9]{2}\\2[0-9]{4})", valid_ssn,
     "ssn|social|social security|socialsecurity|ssns", "The same without dashes, beside a word for it."),
    ROW("email", "EMAIL_ADDRESS", FAM_EMAIL, DET_CASELESS, 900, 950, 0, 320, TRIGGER_AT, NULL,
     "(?<![a-z0-9._%+-])(?<!://)([a-z0-9_%+](?:[a-z0-9._%+~-]|(?<=[ac-eg-qstv-z])'(?=[a-z])){0,63}@(?:[a-z0-9\\x80-\\xff](?:[a-z0-9\\x80-\\xff-]{0,62})\\.){1,8}"
     "(?:xn--[a-z0-9-]{2,59}|[a-z]{2,24}|" WORLD_DOMAINS "))(?:(?![a-z0-9_-]|\\.[a-z0-9])|(?<=\\.(?:com|org|net|edu|gov)|\\.[a-z]{2})(?=_))",
     valid_email, "mail|email|e-mail|contact", "An e-mail address."),
    ROW("email_spelled", "EMAIL_ADDRESS", FAM_EMAIL, DET_CASELESS, 700, 900, 130, 200, TRIGGER_WORD, " dot |_dot_|(dot)|[dot]|{dot}|_at_|(at)|[at]|{at}",
     "(?<![a-z0-9._%+-])([a-z0-9](?:[a-z0-9_%+-]|\\.| dot (?=[a-z])){0,40}?(?:" MARKED_AT "(?:[a-z0-9-]{1,40}" ANY_DOT "){1,3}|(?: at |@)(?:[a-z0-9-]{1,40}\\.){0,2}(?:[a-z0-9-]{1,40}" SPELLED_DOT "){1,3})"
     "(?:com|org|net|edu|gov|io|dev|info|biz|me|de|fr|es|it|nl|pl|pt|be|at|ch|se|no|dk|fi|ie|eu|us|ca|uk|au|nz|in|jp|br|mx|ru|cz))(?![a-z0-9@_-])",
     NULL, "mail|email|e-mail|contact|reach|write", "An e-mail address that is spelled out."),
    ROW("ipv4", "IP_ADDRESS", FAM_IP_ADDRESS, 0, 700, 900, 0, 15, TRIGGER_DOTTED, NULL,
     "(?<![\\w.+])(?<!\\d-)([0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3})(?![\\w]|\\.[0-9]|-[a-z0-9])", valid_ipv4,
     "ip|ipv4|address|host|server|client|dns|gateway|subnet|ping", "An IPv4 address."),
    ROW("mac", "MAC_ADDRESS", FAM_MAC_ADDRESS, DET_CASELESS, 850, 950, 0, 23, TRIGGER_PAIRS, NULL,
     "(?<![\\w:.-])([0-9a-f]{2}([:-])(?:[0-9a-f]{2}\\2){4}(?:[0-9a-f]{2}\\2[0-9a-f]{2}\\2)?[0-9a-f]{2}|"
     "[0-9a-f]{4}\\.[0-9a-f]{4}\\.[0-9a-f]{4}(?:\\.[0-9a-f]{4})?)(?!\\w|[:-][0-9a-f]|\\.[0-9a-f])",
     valid_mac, "mac|hardware|ethernet|wifi|bssid|device", "A MAC address of 48 or 64 bits."),
    ROW("ipv6", "IP_ADDRESS", FAM_IP_ADDRESS, DET_CASELESS, 800, 950, 0, 46, TRIGGER_COLONS, NULL,
     "(?<![\\w:.])((?:[0-9a-f]{0,4}:){2,8}(?:[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9a-f]{0,4}))(?![\\w:]|\\.[0-9])",
     valid_ipv6, "ip|ipv6|address|host|server|client|dns|gateway|subnet", "An IPv6 address."),
    ROW("phone_international", "PHONE_NUMBER", FAM_PHONE, DET_NUMBER | DET_JOINED, 750, 900, 0, 40, TRIGGER_PLUS, "7",
     "(?:(?<![\\w+.-])|(?<=[A-Za-z]_))((?:\\+[ (]{0,2}|00)[1-9][0-9]{0,2}\\)?(?:[ ().\\xc2\\xa0/-]{0,3}[0-9]){6,13}(?: ?(?:x|ext\\.?) ?[0-9]{1,6})?)(?![0-9])",
     valid_phone, PHONE_WORDS, "A phone number with + or 00 and a country code."),
    ROW("phone_us", "PHONE_NUMBER", FAM_PHONE, DET_NUMBER, 650, 900, 4, 40, TRIGGER_GROUPS, "3-3-4|3-7",
     "(?<![\\w+.-])((?:1[ .-]?)?(?:\\([2-9][0-9]{2}\\)[ .-]{0,2}[2-9][0-9]{2}[ .-]?|[2-9][0-9]{2}[ .-][2-9][0-9]{2}[ .-])[0-9]{4}(?: ?(?:x|ext\\.?) ?[0-9]{1,6})?)(?![0-9])",
     valid_phone_us, PHONE_WORDS, "A North American phone number with its usual separators."),
    ROW("phone_national", "PHONE_NUMBER", FAM_PHONE, DET_NUMBER | DET_DIGITS, 350, 750, 2, 40, TRIGGER_DIGITS, "7",
     "(?<![\\w+.-])(?<![0-9] )(\\(?[0-9](?:[ ().\\xc2\\xa0/-]{0,3}[0-9]){6,13}(?: ?(?:x|ext\\.?) ?[0-9]{1,6})?)(?![0-9])",
     valid_phone, PHONE_WORDS, "A national phone number beside a word for it."),
    ROW("date_of_birth", "DATE_OF_BIRTH", FAM_DATE, DET_CASELESS, 100, 850, 0, 40, TRIGGER_DATE, NULL,
     "(?<![\\w./-])([0-9]{4}([./-])[0-9]{1,2}\\2[0-9]{1,2}|[0-9]{1,2}([./-])[0-9]{1,2}\\3(?:[0-9]{4}|[0-9]{2})|"
     "[0-9]{1,2}(?:st|nd|rd|th|\\.)? (?:of |de )?" MONTHS ",?(?: de)? [0-9]{4}|" MONTHS
     "\\.? [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4})(?![\\w/-]|\\.[0-9])",
     valid_date, DOB_WORDS, "A date beside a word for birth."),
};
/* clang-format on */

CATALOG_TABLE(catalog_contact)
