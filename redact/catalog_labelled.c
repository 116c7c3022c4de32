/* redact/catalog_labelled.c - rows: numbers that only the word right in front of them tells: a
 * bank's code, an identity card, a patient's file, a SIM card, a place on the map.
 *
 * Many such numbers have no check, or are of letters alone: the word says all, so it is what is
 * looked for. Refuses to know engines and texts. Constant: nobody frees it. */
#include "proxy/base/base.h"
#include "redact/catalog_rows.h"
#include "redact/valid_people.h"

/* clang-format off */
/* `label`, perhaps "number" and a sign, then the value: group 1. */
#define LABEL(name_, entity_, family_, country_, score_, back_, trigger_, at_, words_, label_, value_, valid_, about_)   \
    {                                                                                                   \
        .name = name_, .entity = entity_, .family = family_, .flags = DET_CASELESS, .with_words = score_, .back = back_, \
        .max_len = 100, .trigger = trigger_, .at = at_, .words = words_,                                \
        .confirm = "(?<![A-Za-z0-9])" label_ "(?:(?:\xe3\x81\xae)?\xe7\x95\xaa\xe5\x8f\xb7|\xe5\x8f\xb7\xe7\xa0\x81|\xe8\x99\x9f\xe7\xa2\xbc|\xeb\xb2\x88\xed\x98\xb8)?\\.?(?:[ _-]?(?:code|id|card|number|num|no|nr|n\xc2\xba|n\xc2\xb0|\xe2\x84\x96)\\.?){0,2}[\"'`]?" \
                   "(?: (?:is|was|ist|lautet|es|est|e|\xc3\xa9|\xc3\xa8)(?=[ :]))?[ \\t]{0,3}(?:[:=#]|\xef\xbc\x9a|\xe2\x80\x94|\xe2\x84\x96|\xe3\x81\xaf|\xe6\x98\xaf|\xe4\xb8\xba|\xe7\x82\xba|\xeb\x8a\x94|\xec\x9d\x80){0,2}[ \\t]{0,3}[\"'`]?" \
                   "(?<![A-Za-z0-9])(" value_ ")(?![\\w-]|[.,][0-9])",                                 \
                         .valid = valid_, .about = about_, .country = country_,                         \
        .source = "the issuing office"                                                                  \
    }

static const struct detector rows[] = {
    ROW("bic_named", "BIC", FAM_BANK_ACCOUNT, DET_CASELESS, 850, 0, 1, 60, TRIGGER_WORD, " bic|\"bic|bic:|swift",
        "(?:[ \"]bic(?:/swift)?|(?<![a-z])bic(?=:)|(?<![a-z])swift(?:/bic)?(?=[ -]?code|[ -]?no| is|[\\\"']?[:=#]| [A-Z0-9]{11}(?![A-Z0-9])| [A-Z]{6}[0-9]))(?:[ _-]?(?:code|number|no|nr)\\.?){0,2}[\\\"']?(?: (?:is|ist|lautet|est|es)(?=[ :]))?[ \\t]{0,3}[:=#]?[ \\t]{0,3}[\\\"']?(?<![A-Za-z0-9])((?-i:[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?))(?![\\w-])",
        valid_bic, NULL, "The code of a bank behind its word."),
    LABEL("de_id_card_named", "DE_ID_CARD", FAM_NATIONAL_ID, "de", 850, 48, TRIGGER_NEAR_TOKEN, "9", "personalausweis*|ausweisnummer|ausweisnr|ausweis-nr|ausweis nr|perso-nr|persoausweis|pa-nummer|aufenthaltstitel*",
          "(?:personalausweis|ausweis(?=nummer|nr|-nr| nr)|perso(?=-nr)|persoausweis|pa(?=-nummer)|aufenthaltstitel)(?:[ -]?(?:nummer|nr\\.?|dokument))?(?: (?:lautet|hat die nummer|mit der nummer))?",
          "(?-i:(?=[A-Z0-9]{1,8}[0-9])[CFGHJKLMNPRTVWXYZ][CFGHJKLMNPRTVWXYZ0-9]{8}(?:[0-9]D?)?)", NULL, "A German identity card behind its word."),
    LABEL("de_passport_named", "DE_PASSPORT", FAM_PASSPORT, "de", 850, 48, TRIGGER_NEAR_TOKEN, "9",
          "reisepass*|passnummer|pass-nr|passnr|pass-nummer",
          "(?:reisepass|pass(?=nummer|nr|-nr|-nummer))(?:[ -]?(?:nummer|nr\\.?))?",
          "(?-i:(?=[A-Z0-9]{1,8}[0-9][A-Z0-9]{0,7}[0-9])[CFGHJK][CFGHJKLMNPRTVWXYZ0-9]{8}(?:[0-9]D?)?)", NULL, "A German passport behind its word."),
    LABEL("passport_named", "PASSPORT_NUMBER", FAM_PASSPORT, NULL, 780, 48, TRIGGER_NEAR_TOKEN, "6",
          "passport*|passeport|pasaporte|passaporto|passaporte|paspoort*|paszport*|pasaport*|passnummer",
          "(?:passport(?:[ _-]?(?:number|no\\.?|nr\\.?|#|id)|(?= ?[:#]))|(?:passeport|pasaporte|passaport[oe]|paspoort|paszportu?|pasaport)(?:[ _-]?(?:num(?:ber|mer|aras\xc4\xb1|aram)?|n(?:\xc2\xba|\xc2\xb0|r)|no\\.?))?|passnummer)",
          "(?-i:(?=[A-Z]{0,8}[0-9][A-Z]{0,7}[0-9][A-Z]{0,6}[0-9])(?=[0-9]{0,8}[A-Z])[A-Z0-9]{7,11})", NULL, "A passport behind its word, whoever issued it."),
    LABEL("driver_license_named", "DRIVER_LICENSE_NUMBER", FAM_DRIVER_LICENSE, NULL, 780, 48, TRIGGER_NEAR_TOKEN, "5", "driver license*|driver's license*|drivers license*|driving license*|driver licence*|driver's licence*|driving licence*|dl|dln|permis|permis de conduire|f\xc3\xbchrerschein*|fuehrerschein*|patente|patente di guida|carnet de conducir|licencia de conducir|permiso de conducir|cnh|carta de condu\xc3\xa7\xc3\xa3o|rijbewijs*|prawo jazdy|prawa jazdy|k\xc3\xb6rkort*|f\xc3\xb8rerkort*|k\xc3\xb8rekort*|ehliyet*|\xd0\xb2\xd0\xbe\xd0\xb4\xd0\xb8\xd1\x82\xd0\xb5\xd0\xbb\xd1\x8c\xd1\x81\xd0\xba*|\xd0\x92\xd0\xbe\xd0\xb4\xd0\xb8\xd1\x82\xd0\xb5\xd0\xbb\xd1\x8c\xd1\x81\xd0\xba*|\xe9\xa9\xbe\xe9\xa9\xb6\xe8\xaf\x81|\xe5\x85\x8d\xe8\xa8\xb1\xe8\xa8\xbc|\xec\x9a\xb4\xec\xa0\x84\xeb\xa9\xb4\xed\x97\x88|\xe9\x81\x8b\xe8\xbb\xa2\xe5\x85\x8d\xe8\xa8\xb1",
          "(?<![a-z])(?:driv(?:er(?:'?s)?|ing)[ _-]?licen[sc]e|dln?(?=[ #:.])|permis(?: de conduire)?|f(?:\xc3\xbc|ue)hrerschein(?:nummer)?|patente(?: di guida)?|(?:carnet|licencia|permiso) de conducir|cnh|carta de condu\xc3\xa7\xc3\xa3o|rijbewijs(?:nummer)?|praw[oa] jazdy|k(?:\xc3\xb6|\xc3\xb8)re?kort(?:snummer)?|f\xc3\xb8rerkort|ehliyet|(?:\xd0\xb2|\xd0\x92)\xd0\xbe\xd0\xb4\xd0\xb8\xd1\x82\xd0\xb5\xd0\xbb\xd1\x8c\xd1\x81\xd0\xba\xd0\xbe\xd0\xb5 \xd1\x83\xd0\xb4\xd0\xbe\xd1\x81\xd1\x82\xd0\xbe\xd0\xb2\xd0\xb5\xd1\x80\xd0\xb5\xd0\xbd\xd0\xb8\xd0\xb5|\xe9\xa9\xbe\xe9\xa9\xb6\xe8\xaf\x81(?:\xe5\x8f\xb7)?|(?:\xe9\x81\x8b\xe8\xbb\xa2)?\xe5\x85\x8d\xe8\xa8\xb1(?:\xe8\xa8\xbc)?|\xec\x9a\xb4\xec\xa0\x84\xeb\xa9\xb4\xed\x97\x88(?:\xec\xa6\x9d)?)[ _-]?#?",
          "(?-i:(?=(?:[A-Z -]{0,5}[0-9]){4})[A-Z0-9](?:[ -]?[A-Z0-9]){4,18})", NULL, "The number of a driving licence behind a word for it."),
    LABEL("br_rg", "BR_RG", FAM_NATIONAL_ID, "br", 850, 48, TRIGGER_NEAR_DIGITS, "7", "rg|registro geral|identidade",
          "(?<![a-z])(?:rg|registro geral|(?:carteira de )?identidade)(?: n(?:\xc2\xba|\xc2\xb0|o)\\.?)?",
          "(?:[A-Z]{2}-?)?[0-9]{1,2}\\.?[0-9]{3}\\.?[0-9]{3}(?:-?[0-9Xx])?", NULL, "A Brazilian RG behind its word."),
    LABEL("medical_record", "MEDICAL_RECORD", FAM_HEALTH_ID, NULL, 850, 48, TRIGGER_NEAR_DIGITS, "5", "mrn|medical record*|patient id|patient no|patient num*|patient-id|patient_id|patientid|patientnr|chart no|chart num*|chart|hospital no|hospital num*|fallnummer|patientennummer|patientennr|patienten-nr|patienten-id|num\xc3\xa9ro de patient|n\xc2\xb0 patient|n\xc2\xb0 dossier|n\xc2\xb0 de dossier|num\xc3\xa9ro de dossier|historia cl\xc3\xadnica|historia clinica|prontu\xc3\xa1rio|prontuario|cartella clinica|pati\xc3\xabntnummer|patientnummer|journalnummer|nr pacjenta|\xd0\xbc\xd0\xb5\xd0\xb4\xd0\xba\xd0\xb0\xd1\x80\xd1\x82\xd0\xb0|\xd0\xbc\xd0\xb5\xd0\xb4\xd0\xba\xd0\xb0\xd1\x80\xd1\x82\xd1\x8b|\xe7\x97\x85\xe5\x8e\x86\xe5\x8f\xb7|\xe7\x97\x85\xe6\xa1\x88\xe5\x8f\xb7|\xe3\x82\xab\xe3\x83\xab\xe3\x83\x86\xe7\x95\xaa\xe5\x8f\xb7|\xe6\x82\xa3\xe8\x80\x85\xe7\x95\xaa\xe5\x8f\xb7",
          "(?<![a-z])(?:mrn|medical record|patient[ _-]?(?:id|no|num|nr)|chart|hospital|fallnummer|patienten(?:nummer|-?nr\\.?|-id)|(?:num\xc3\xa9ro|n\xc2\xb0) (?:de |du )?(?:patient|dossier)(?: (?:m\xc3\xa9" "dical|patient))?|historia cl(?:\xc3\xad|i)nica|prontu(?:\xc3\xa1|a)rio|cartella clinica|pati(?:\xc3\xab|e)ntnummer|patientnummer|journalnummer|nr pacjenta|\xd0\xbc\xd0\xb5\xd0\xb4\xd0\xba\xd0\xb0\xd1\x80\xd1\x82(?:\xd0\xb0|\xd1\x8b)|\xe7\x97\x85\xe5\x8e\x86\xe5\x8f\xb7|\xe7\x97\x85\xe6\xa1\x88\xe5\x8f\xb7|\xe3\x82\xab\xe3\x83\xab\xe3\x83\x86\xe7\x95\xaa\xe5\x8f\xb7|\xe6\x82\xa3\xe8\x80\x85\xe7\x95\xaa\xe5\x8f\xb7)(?:ber)?",
          "(?=[A-Z-]{0,5}[0-9]{2})[A-Z]{0,4}-?[0-9]{2}[0-9A-Z-]{3,12}", NULL, "The number of a patient's file behind a word for it."),
    LABEL("health_member", "HEALTH_INSURANCE_ID", FAM_HEALTH_ID, NULL, 800, 48, TRIGGER_NEAR_DIGITS, "6", "insurance id|insurance no|insurance num*|insurance member|insurance policy|insurance card|health card|health plan|member id|member-id|memberid|subscriber id|subscriber no|beneficiary id|krankenversicherungsnummer|versichertennummer|versicherten-nr|krankenkassennummer|num\xc3\xa9ro d'adh\xc3\xa9rent|n\xc3\xbamero de afiliado|tarjeta sanitaria|carteirinha|cart\xc3\xa3o sus|tessera sanitaria|polisnummer|verzekerdennummer",
          "(?<![a-z])(?:(?:health |medical |dental )?insurance(?: (?:member|card|policy))?|health (?:card|plan)(?: member)?|member(?=[ -]?id)|subscriber|beneficiary|krankenversicherungsnummer|versicherten(?:nummer|-nr\\.?)|krankenkassennummer|num\xc3\xa9ro d'adh\xc3\xa9rent|n\xc3\xbamero de afiliado|tarjeta sanitaria|carteirinha|cart\xc3\xa3o sus|tessera sanitaria|polisnummer|verzekerdennummer)",
          "(?=[A-Z-]{0,8}[0-9])(?:[A-Z]{1,5}[ -]?)?[0-9][0-9A-Z-]{5,16}", NULL, "The number of somebody insured behind a word for it."),
    LABEL("sort_code", "UK_SORT_CODE", FAM_BANK_ACCOUNT, "gb", 850, 48, TRIGGER_NEAR_DIGITS, "6", "sort code|sort-code|sortcode|sort_code",
          "sort[ _-]?code",
          "[0-9]{2}[ -]?[0-9]{2}[ -]?[0-9]{2}", NULL, "The code of a British bank's branch."),
    LABEL("bank_branch", "BANK_CODE", FAM_BANK_ACCOUNT, NULL, 850, 48, TRIGGER_NEAR_DIGITS, "5", "bsb|blz|bankleitzahl|ifsc|transit number|institution number|c\xc3\xb3" "digo de banco|ag\xc3\xaancia|agencia|code banque|code guichet|clearingnummer|\xe9\x8a\x80\xe8\xa1\x8c\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89|\xe6\x94\xaf\xe5\xba\x97\xe7\x95\xaa\xe5\x8f\xb7",
          "(?<![a-z])(?:bsb|blz|bankleitzahl|ifsc|(?:transit|institution)(?= number)|c\xc3\xb3" "digo de banco|ag\xc3\xaancia|agencia(?=:)|code (?:banque|guichet)|clearingnummer|\xe9\x8a\x80\xe8\xa1\x8c\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89|\xe6\x94\xaf\xe5\xba\x97\xe7\x95\xaa\xe5\x8f\xb7)",
          "(?:[A-Z]{4}0[A-Z0-9]{6}|[0-9]{3}[ -][0-9]{3}|[0-9]{3} ?[0-9]{3} ?[0-9]{2}|[0-9]{3,8}(?:-[0-9X])?)", NULL, "The code of a bank or branch behind its word."),
    LABEL("account_named", "BANK_ACCOUNT", FAM_BANK_ACCOUNT, NULL, 920, 48, TRIGGER_NEAR_DIGITS, "6", "bank account|account num*|account no|account|acct|a/c|kontonummer|kontonr|konto-nr|kto-nr|kto|rekeningnummer|num\xc3\xa9ro de compte|n\xc2\xb0 de compte|n\xc3\xbamero de cuenta|n\xc2\xba de cuenta|cuenta corriente|conta corrente|n\xc3\xbamero da conta|numero di conto|conto corrente|numer konta|numer rachunku|\xd1\x80\xd0\xb0\xd1\x81\xd1\x87\xd1\x91\xd1\x82\xd0\xbd\xd1\x8b\xd0\xb9 \xd1\x81\xd1\x87\xd1\x91\xd1\x82|\xd1\x80\xd0\xb0\xd1\x81\xd1\x87\xd0\xb5\xd1\x82\xd0\xbd\xd1\x8b\xd0\xb9 \xd1\x81\xd1\x87\xd0\xb5\xd1\x82|\xd0\xa0\xd0\xb0\xd1\x81\xd1\x87\xd1\x91\xd1\x82\xd0\xbd\xd1\x8b\xd0\xb9 \xd1\x81\xd1\x87\xd1\x91\xd1\x82|\xd0\xa0\xd0\xb0\xd1\x81\xd1\x87\xd0\xb5\xd1\x82\xd0\xbd\xd1\x8b\xd0\xb9 \xd1\x81\xd1\x87\xd0\xb5\xd1\x82|\xd1\x80/\xd1\x81|\xd0\xbd\xd0\xbe\xd0\xbc\xd0\xb5\xd1\x80 \xd1\x81\xd1\x87\xd0\xb5\xd1\x82\xd0\xb0|\xd0\xbd\xd0\xbe\xd0\xbc\xd0\xb5\xd1\x80 \xd1\x81\xd1\x87\xd1\x91\xd1\x82\xd0\xb0|\xd0\x9d\xd0\xbe\xd0\xbc\xd0\xb5\xd1\x80 \xd1\x81\xd1\x87\xd1\x91\xd1\x82\xd0\xb0|\xe8\xb4\xa6\xe5\x8f\xb7|\xe5\xb8\xb3\xe8\x99\x9f|\xe5\x8f\xa3\xe5\xba\xa7\xe7\x95\xaa\xe5\x8f\xb7|\xea\xb3\x84\xec\xa2\x8c\xeb\xb2\x88\xed\x98\xb8|\xe9\x93\xb6\xe8\xa1\x8c\xe5\x8d\xa1\xe5\x8f\xb7",
          "(?<![a-z])(?:(?:bsb|sort[ -]?code|routing)(?: (?:number|no\\.?))?[:#]? [0-9][0-9 -]{4,9}[ ,;/]{1,3}(?:account|acct?)|account (?:number|no|num|#)|bank[ _-]?account(?:[ _-]?(?:number|no))?|acct(?: no| #|(?=: ))|a/c(?: no)?|kontonummer|konto-?nr|kto(?:\\.?-nr|(?=\\. |: ))|rekeningnummer|(?:num\xc3\xa9ro|n\xc2\xb0) de compte|(?:n\xc3\xbamero|n\xc2\xba) de cuenta|cuenta corriente|conta corrente|n\xc3\xbamero da conta|numero di conto|conto corrente|numer (?:konta|rachunku)|\xd1\x80\xd0\xb0\xd1\x81\xd1\x87(?:\xd0\xb5|\xd1\x91)\xd1\x82\xd0\xbd\xd1\x8b\xd0\xb9 \xd1\x81\xd1\x87(?:\xd0\xb5|\xd1\x91)\xd1\x82|\xd1\x80/\xd1\x81|\xd0\xbd\xd0\xbe\xd0\xbc\xd0\xb5\xd1\x80 \xd1\x81\xd1\x87(?:\xd0\xb5|\xd1\x91)\xd1\x82\xd0\xb0|\xe8\xb4\xa6\xe5\x8f\xb7|\xe5\xb8\xb3\xe8\x99\x9f|\xe5\x8f\xa3\xe5\xba\xa7\xe7\x95\xaa\xe5\x8f\xb7|\xea\xb3\x84\xec\xa2\x8c\xeb\xb2\x88\xed\x98\xb8|\xe9\x93\xb6\xe8\xa1\x8c\xe5\x8d\xa1\xe5\x8f\xb7)",
          "(?=[0-9 .-]{0,30}[0-9]{3})[0-9](?:[ .-]?[0-9]){5,23}(?:-[0-9X])?", NULL, "A bank account behind a word for it."),
    LABEL("iccid", "ICCID", FAM_IMEI, NULL, 960, 48, TRIGGER_NEAR_DIGITS, "17", "iccid|sim card|sim number|sim no|simkarte|sim-karte",
          "(?<![a-z])(?:iccid|sim(?:[ -]?(?:card|karte))?)(?:[ -]?nummer)?",
          "89[0-9]{2}(?:[ -]?[0-9]){14,18}", NULL, "The number of a SIM card behind its word."),
    LABEL("imsi", "IMSI", FAM_IMEI, NULL, 850, 48, TRIGGER_NEAR_DIGITS, "14", "imsi",
          "(?<![a-z])imsi",
          "[2-7][0-9]{13,14}", NULL, "The number of a mobile subscriber behind its word."),
    LABEL("ru_passport_named", "RU_PASSPORT", FAM_PASSPORT, "ru", 920, 48, TRIGGER_NEAR_DIGITS, "5", "\xd0\xbf\xd0\xb0\xd1\x81\xd0\xbf\xd0\xbe\xd1\x80\xd1\x82*|\xd0\x9f\xd0\xb0\xd1\x81\xd0\xbf\xd0\xbe\xd1\x80\xd1\x82*|\xd0\x9f\xd0\x90\xd0\xa1\xd0\x9f\xd0\x9e\xd0\xa0\xd0\xa2|\xd1\x81\xd0\xb5\xd1\x80\xd0\xb8\xd1\x8f|\xd0\xa1\xd0\xb5\xd1\x80\xd0\xb8\xd1\x8f",
          "(?:(?:\xd0\xbf|\xd0\x9f)\xd0\xb0\xd1\x81\xd0\xbf\xd0\xbe\xd1\x80\xd1\x82(?:\xd0\xb0|\xd1\x83|\xd0\xbe\xd0\xbc)?|\xd0\x9f\xd0\x90\xd0\xa1\xd0\x9f\xd0\x9e\xd0\xa0\xd0\xa2|(?:\xd1\x81|\xd0\xa1)\xd0\xb5\xd1\x80\xd0\xb8\xd1\x8f(?: \xd0\xb8 \xd0\xbd\xd0\xbe\xd0\xbc\xd0\xb5\xd1\x80)?)(?: (?:\xd0\xa0\xd0\xa4|\xd0\xa0\xd0\xbe\xd1\x81\xd1\x81\xd0\xb8\xd0\xb8|\xd0\xb3\xd1\x80\xd0\xb0\xd0\xb6\xd0\xb4\xd0\xb0\xd0\xbd\xd0\xb8\xd0\xbd\xd0\xb0 \xd0\xa0\xd0\xa4|ru))?(?: \xd1\x81\xd0\xb5\xd1\x80\xd0\xb8\xd1\x8f| \xd1\x81\xd0\xb5\xd1\x80\xd0\xb8\xd0\xb8)?",
          "[0-9]{2} ?[0-9]{2}(?: ?(?:\xe2\x84\x96|\xd0\xbd\xd0\xbe\xd0\xbc\xd0\xb5\xd1\x80|N)? ?)[0-9]{6}", NULL, "A Russian passport behind its word."),
    LABEL("coordinates_named", "COORDINATES", FAM_LOCATION, NULL, 700, 48, TRIGGER_NEAR_DIGITS, "5", "lat|latitude|\xd1\x88\xd0\xb8\xd1\x80\xd0\xbe\xd1\x82\xd0\xb0|\xd0\xa8\xd0\xb8\xd1\x80\xd0\xbe\xd1\x82\xd0\xb0|\xe7\xba\xac\xe5\xba\xa6|\xe7\xb7\xaf\xe5\xba\xa6",
          "(?<![a-z])(?:lat(?:itude)?|\xd1\x88\xd0\xb8\xd1\x80\xd0\xbe\xd1\x82\xd0\xb0|\xe7\xba\xac\xe5\xba\xa6|\xe7\xb7\xaf\xe5\xba\xa6)",
          "[-+]?(?:90|[0-8]?[0-9])\\.[0-9]{3,15}(?:\xc2\xb0? ?[NS])?[\\\"']?[,;&]?\\s{0,12}(?:and |und |et |y )?[\\\"']?(?:lon(?:g(?:itude)?)?|lng|\xd0\xb4\xd0\xbe\xd0\xbb\xd0\xb3\xd0\xbe\xd1\x82\xd0\xb0|\xe7\xbb\x8f\xe5\xba\xa6|\xe7\xb6\x93\xe5\xba\xa6)[\\\"']?[:=]?\\s{0,2}[\\\"']?[-+]?[0-9]{1,3}\\.[0-9]{3,15}", NULL, "Latitude and longitude, each behind its word."),
    ROW("coordinates_degrees", "COORDINATES", FAM_LOCATION, DET_CASELESS, 650, 0, 8, 80, TRIGGER_WORD, "\xc2\xb0" "0|\xc2\xb0" "1|\xc2\xb0" "2|\xc2\xb0" "3|\xc2\xb0" "4|\xc2\xb0" "5|\xc2\xb0 0|\xc2\xb0 1|\xc2\xb0 2|\xc2\xb0 3|\xc2\xb0 4|\xc2\xb0 5",
        "(?<![\\w.])([-+]?[0-9]{1,3}\xc2\xb0 ?[0-5][0-9]?(?:[.,][0-9]{1,6})? ?(?:'|\xe2\x80\xb2|\xe2\x80\x99|\xca\xb9) ?(?:[0-9]{1,2}(?:[.,][0-9]{1,6})? ?(?:\\\\?\"|\xe2\x80\xb3|\xe2\x80\xb2\xe2\x80\xb2|\xe2\x80\x9d|'') ?)?[NS][,;/]? {0,2}[-+]?[0-9]{1,3}\xc2\xb0 ?[0-5][0-9]?(?:[.,][0-9]{1,6})? ?(?:'|\xe2\x80\xb2|\xe2\x80\x99|\xca\xb9) ?(?:[0-9]{1,2}(?:[.,][0-9]{1,6})? ?(?:\\\\?\"|\xe2\x80\xb3|\xe2\x80\xb2\xe2\x80\xb2|\xe2\x80\x9d|'') ?)?[EWO]|[NS] ?[-+]?[0-9]{1,3}\xc2\xb0 ?[0-5][0-9]?(?:[.,][0-9]{1,6})? ?(?:'|\xe2\x80\xb2|\xe2\x80\x99|\xca\xb9) ?(?:[0-9]{1,2}(?:[.,][0-9]{1,6})? ?(?:\\\\?\"|\xe2\x80\xb3|\xe2\x80\xb2\xe2\x80\xb2|\xe2\x80\x9d|'') ?)?[,;/]? {0,2}[EWO] ?[-+]?[0-9]{1,3}\xc2\xb0 ?[0-5][0-9]?(?:[.,][0-9]{1,6})? ?(?:'|\xe2\x80\xb2|\xe2\x80\x99|\xca\xb9) ?(?:[0-9]{1,2}(?:[.,][0-9]{1,6})? ?(?:\\\\?\"|\xe2\x80\xb3|\xe2\x80\xb2\xe2\x80\xb2|\xe2\x80\x9d|'') ?)?)(?![a-z0-9])",
        NULL, NULL, "A place on the map in degrees."),
    {
        .name = "coordinates_decimal", .entity = "COORDINATES", .family = FAM_LOCATION, .flags = DET_CASELESS, .with_words = 650, .back = 3, .max_len = 80,
        .trigger = TRIGGER_NEAR_TOKEN, .at = "5", .confirm = "(?<![A-Za-z0-9_.])([-+]?[0-9]{1,2}\\.[0-9]{2,10} ?\xc2\xb0 ?[NS][,;/]? {0,2}[-+]?[0-9]{1,3}\\.[0-9]{2,10})(?= ?\xc2\xb0 ?[EWO](?![a-z0-9]))",
        .words = "\xc2\xb0", .about = "A place on the map in degrees and their fractions.",
    },
    {
        .name = "coordinates_map", .entity = "COORDINATES", .family = FAM_LOCATION, .flags = DET_CASELESS, .with_words = 650, .back = 60, .max_len = 80,
        .trigger = TRIGGER_NEAR_TOKEN, .at = "5", .confirm = "(?<![A-Za-z0-9])(?:geo:|maps/(?:@|search/|place/[^\\s\"]{1,40}/@)|maps/?[?&](?:q|ll|center|daddr|saddr|query)=|[?&](?:q|ll|center|daddr|saddr|query)=|point ?\\(|coordinates[\"\\\\]{0,3}:\\s{0,2}\\[\\s{0,12})([-+]?[0-9]{1,3}\\.[0-9]{3,15}(?:,|/|%2C| )\\s{0,12}[-+]?[0-9]{1,3}\\.[0-9]{3,15})(?![0-9.])",
        .words = "geo|maps|point|coordinates", .about = "A place on the map in an address or a point of geometry.",
    },
};
/* clang-format on */

CATALOG_TABLE(catalog_labelled)
