/* redact/catalog_rows.h - how the tables of the catalogue are written: for catalog_*.c only.
 *
 * One table a file, each with one kind of data; catalog.c puts them in their order. */
#ifndef REDACT_CATALOG_ROWS_H
#define REDACT_CATALOG_ROWS_H

#include "proxy/base/base.h"
#include "redact/catalog.h"

struct catalog_table {
    const struct detector *rows;
    size_t count;
};

struct catalog_table catalog_secrets(void);  /* keys and vendors' tokens */
struct catalog_table catalog_tokens(void);   /* tokens with a beginning of their own */
struct catalog_table catalog_assigned(void); /* what stands beside words for secrets */
struct catalog_table catalog_told(void);     /* what is told in a sentence */
struct catalog_table catalog_labelled(void); /* what the word in front of it tells */
struct catalog_table catalog_column(void);   /* what the head of its column tells */
struct catalog_table catalog_vendors(void);  /* what stands beside a vendor's name */
struct catalog_table catalog_europe(void);
struct catalog_table catalog_americas(void);
struct catalog_table catalog_asia(void); /* and Africa and Oceania */
struct catalog_table catalog_vat(void);
struct catalog_table catalog_passports(void);
struct catalog_table catalog_things(void);  /* phones, vehicles, banks and goods */
struct catalog_table catalog_plain(void);   /* what is seldom a secret alone: dates, ages, URLs */
struct catalog_table catalog_contact(void); /* mail, networks, phones, cards, dates */

/* The table of a file: its rows stand in `rows`. */
#define CATALOG_TABLE(name)                                  \
    struct catalog_table name(void)                          \
    {                                                        \
        return (struct catalog_table){rows, GW_COUNT(rows)}; \
    }

/* A row whose validator is a function. */
#define ROW(name_, entity_, family_, flags_, base_, with_words_, back_, max_len_, trigger_, at_, \
            confirm_, valid_, words_, about_)                                                    \
    {                                                                                            \
        .name = name_, .entity = entity_, .family = family_, .flags = flags_, .base = base_,     \
        .with_words = with_words_, .back = back_, .max_len = max_len_, .trigger = trigger_,      \
        .at = at_, .confirm = confirm_, .valid = valid_, .words = words_, .about = about_        \
    }

#define NB "(?<![A-Za-z0-9_])" /* nothing of a word in front */
#define NA "(?![A-Za-z0-9_])"  /* nor behind */
#define NBD "(?<![A-Za-z0-9_-])"
#define NAD "(?![A-Za-z0-9_-])"

/* In front of a pattern: what a name that says so itself does not mean (fakeKey,
 * non_matching_token) and a UUID whose name says that it is an id are passed over, name and value.
 * Each begins with the next byte, which tells of most places that neither stands there: what stands
 * in front is dearer to ask. */
#define UNREAL                                                                                \
    "(?:(?-i:(?=[NnFfDdIiMmBb])(?<![A-Za-z0-9])"                                              \
    "(?:[Nn]on|[Ff]ake|[Dd]ummy|[Ii]nvalid|[Mm]ock|[Bb]ogus)(?=[A-Z_-])"                      \
    "[A-Za-z0-9_-]{1,40})[\"'`)\\]]{0,2}\\s{0,3}[:=]{1,3}\\s{0,3}[\"'`]?[\\w.+/~%=-]{0,300}|" \
    "(?-i:(?=[\"'`\\s:=])(?<=[a-z]Id|[a-z]ID|_id|-id|_ID)"                                    \
    "(?<!secret_id)(?<!client_id)(?<!SECRET_ID)[\"'`]?"                                       \
    "\\s{0,3}[:=]{1,2}\\s{0,3}[\"'`]?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))(*SKIP)(*FAIL)|"
enum { UNREAL_BACK = 48 }; /* of a row with it: so far back stands the name */
/* A word that may be random: valid_near() looks whether it is. Not a part of a pattern. */
#define RANDOM                                                                  \
    UNREAL "(?<![A-Za-z0-9_+/.%@#-])(?<!h1:)(?<!sha1:)(?<!sha256:)(?<!sha512:)" \
           "(?<!-----\\n)([A-Za-z0-9_.-]{5}[A-Za-z0-9_+/"                       \
           ".~%-]{11,185}+={0,2}+)(?![\\[({]|\\s{1,2}-----END)"

/* A row that waits for its words: the value as group 1, no letter or digit around it. */
#define ID(name_, entity_, family_, country_, flags_, base_, with_words_, back_, trigger_, at_,  \
           pattern_, check_, valid_, words_, about_)                                             \
    {                                                                                            \
        .name = name_, .entity = entity_, .family = family_, .flags = flags_, .base = base_,     \
        .with_words = with_words_, .back = back_, .max_len = 40, .trigger = trigger_, .at = at_, \
        .confirm = "(?<![A-Za-z0-9])(?<![A-Za-z0-9]/)(?<!\\+)(" pattern_ ")(?![A-Za-z0-9])",     \
        .check = check_, .valid = valid_, .words = words_, .about = about_, .country = country_, \
        .source = "the issuing office"                                                           \
    }

#define MONTHS                                                                                   \
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:"   \
    "ember)?|"                                                                                   \
    "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|januar|februar|m\xc3\xa4rz|mai|juni|juli|oktober|" \
    "dezember|"                                                                                  \
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"  \
    "janvier|f\xc3\xa9vrier|mars|avril|juin|juillet|ao\xc3\xbbt|septembre|octobre|novembre|"     \
    "d\xc3\xa9"                                                                                  \
    "cembre)"

/* Words that speak for any number of their kind. */
/* clang-format off */
#define ID_WORDS \
    "\xd8\xb1\xd9\x82\xd9\x85 \xd8\xa7\xd9\x84\xd9\x87\xd9\x88\xd9\x8a\xd8\xa9|\xd8\xa8\xd8\xb7\xd8\xa7\xd9\x82\xd8\xa9 \xd8\xa7\xd9\x84\xd9\x87\xd9\x88\xd9\x8a\xd8\xa9|\xd8\xa7\xd9\x84\xd9\x87\xd9\x88\xd9\x8a\xd8\xa9 \xd8\xa7\xd9\x84\xd9\x88\xd8\xb7\xd9\x86\xd9\x8a\xd8\xa9|\xd8\xa7\xd9\x84\xd8\xb1\xd9\x82\xd9\x85 \xd8\xa7\xd9\x84\xd9\x82\xd9\x88\xd9\x85\xd9\x8a|\xd7\xaa\xd7\xa2\xd7\x95\xd7\x93\xd7\xaa \xd7\x94\xd7\x96\xd7\x94\xd7\x95\xd7\xaa|nomor ktp|national id|national identification|national identity|identity number|identification number|id number|personal id|personal identification|citizen id|identity card|id card|identity document|national insurance|personal code|identity code|id code|personal identity code|personal number|id number|government id|ausweis|ausweisnummer|personalausweis|personenkennzeichen|carte d'identit\xc3\xa9|pi\xc3\xa8" "ce d'identit\xc3\xa9|num\xc3\xa9ro d'identit\xc3\xa9|num\xc3\xa9ro national|registre national|documento de identidad|n\xc3\xbamero de identificaci\xc3\xb3n|documento nacional|carta d'identit\xc3\xa0|documento d'identit\xc3\xa0|bilhete de identidade|cart\xc3\xa3o de cidad\xc3\xa3o|n\xc3\xbamero de identifica\xc3\xa7\xc3\xa3o|identiteitskaart|identiteitsnummer|rijksregisternummer|dow\xc3\xb3" "d osobisty|numer dowodu|numer identyfikacyjny|henkil\xc3\xb6tunnu*|personnummer*|f\xc3\xb8" "dselsnummer*"
#define TAX_WORDS \
    "tax id|tax identification|taxpayer|tin|tax number|tax no|tax reference|fiscal number|fiscal code|tax code|steuernummer|steuer-id|steueridentifikationsnummer|steuernr|num\xc3\xa9ro fiscal|identifiant fiscal|nif|identificaci\xc3\xb3n fiscal|n\xc3\xbamero fiscal|rfc|codice fiscale|contribuinte|n\xc3\xbamero de contribuinte|fiscaal nummer|belastingnummer|numer podatkowy|nip"
#define FIRM_WORDS \
    "company number|registration number|company registration|business number|company id|business id|registry code|commercial register|organisation number|organization number|company registry|company identity|handelsregister|handelsregisternummer|registernummer|firmenbuchnummer|siren|siret|rcs|num\xc3\xa9ro d'entreprise|registre du commerce|registro mercantil|n\xc3\xbamero de empresa|registro imprese|registo comercial|kvk|kvk-nummer|ondernemingsnummer|numer rejestrowy"
#define VAT_WORDS \
    "vat|vatin|vat number|vat id|vat no|vat reg|tva|mwst|ust|ust-id|ustid|ustidnr|ust-idnr|umsatzsteuer|iva|btw|moms|mva|alv|dph|di\xc4\x8d|dic|pvn|pvm|km|afa|\xc3\xa1" "fa|gst|partita iva|p.iva|p. iva|nif|uid|num\xc3\xa9ro de tva|n\xc3\xbamero de iva|nip|kdv|fpa|tax|\xd0\xbd\xd0\xb4 \xd1\x81|\xd0\x9d\xd0\xb4 \xd1\x81|\xd0\x9d\xd0\x94 \xd0\xa1|\xd0\xbd\xd0\xb4\xd1\x81|\xd0\x9d\xd0\xb4\xd1\x81|\xd0\x9d\xd0\x94\xd0\xa1|rechnung|facture|factura|fattura|fatura|faktura"
/* clang-format on */

#endif
