/* redact/catalog_told.c - rows: passwords, codes and recovery words that people tell in a sentence:
 * "the password at the office is ...", "log in with x / y".
 *
 * A word for it, at most six others, a verb or a sign, then a value that no word of a sentence
 * looks like. Each language has its own verbs: those of another would mean something else. Refuses
 * to know engines and texts. Constant: nobody frees it. */
#include "proxy/base/base.h"
#include "redact/catalog_rows.h"
#include "redact/valid_secret.h"

/* Words between the one for a password and the verb; they stay in the sentence. */
#define BETWEEN ",?(?: {1,2}[^\\s\"'`<>|{}=:\\x1f]{1,30}(?<![.!?])){0,6}?"
/* What ends in quotes, or at the next blank: group 1, by branch reset. */
#define TOLD_VALUE                                                                               \
    "\\*{0,2}(?|\"([^\"\\s\\x1f]{4,64})\"|'([^'\\s\\x1f]{4,64})'|`([^`\\s\\x1f]{4,64})`|"        \
    "\xe2\x80[\x98-\x9e]([^\\s\\x1f]{4,64}?)\xe2\x80[\x98-\x9d]|"                                \
    "\xc2[\xab\xbb] ?([^\\s\\x1f]{4,64}?) "                                                      \
    "?\xc2[\xab\xbb]|(?=[\\w!#$%&*+@?^~=\x80-\xff-])([^\\s\"'`<>|;\\x1f]{4,64})(?![^\\s\"'`<>|;" \
    "\\x1f]))"
/* Words for it, where the verb says the rest. */
/* clang-format off */
#define PASSWORD_WORD \
    "(?:passw(?:or)?d|passwort|pass ?(?:code|phrase)|kennwort|pwd|pw|pin|mot de passe|mdp|contrase\xc3\xb1" "a|contrasena|clave|senha|wachtwoord|has\xc5\x82o|\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8f|l\xc3\xb6senord|passord|heslo|parola|\xc5\x9fifre)s?"
/* clang-format on */
/* An arrow, a dash, a sign. */
#define TOLD_SIGN "(?: ?(?:[:=]|\xef\xbc\x9a|[-=]>|\xe2\x80[\x93\x94]|\xe2\x86\x92)| -)"
/* A row that waits for its words, near a token with a digit; it may begin `back` bytes in front of
 * that. */
#define NEAR_WORDS(name_, entity_, score_, flags_, back_, least_, words_, confirm_, valid_, \
                   about_)                                                                  \
    {                                                                                       \
        .name = name_, .entity = entity_, .family = FAM_SECRET, .flags = flags_,            \
        .with_words = score_, .back = back_, .max_len = 200, .trigger = TRIGGER_NEAR_TOKEN, \
        .at = least_, .confirm = "(?<![A-Za-z0-9])(?:" confirm_ ")", .valid = valid_,       \
        .words = words_, .about = about_, .source = "how people write it"                   \
    }
/* Codes that stand in for a second factor: words for them, and what may stand between. */
#define RECOVERY_WORDS                                                                             \
    "backup code*|backup-code*|backup_code*|backupcode*|recovery "                                 \
    "code*|recovery-code*|recovery_code*|recovery key*|recoverykey|rescue code*|scratch "          \
    "code*|emergency "                                                                             \
    "code*|wiederherstellungscode*|wiederherstellungsschl\xc3\xbcssel|notfallcode*|ersatzcode*|"   \
    "code de secours|codes de secours|code de r\xc3\xa9"                                           \
    "cup\xc3\xa9ration|codes de r\xc3\xa9"                                                         \
    "cup\xc3\xa9ration|cl\xc3\xa9 de r\xc3\xa9"                                                    \
    "cup\xc3\xa9ration|c\xc3\xb3"                                                                  \
    "digo de recuperaci\xc3\xb3n|c\xc3\xb3"                                                        \
    "digos de recuperaci\xc3\xb3n|c\xc3\xb3"                                                       \
    "digo de respaldo|c\xc3\xb3"                                                                   \
    "digos de respaldo|c\xc3\xb3"                                                                  \
    "digos de seguridad|c\xc3\xb3"                                                                 \
    "digo de backup|c\xc3\xb3"                                                                     \
    "digos de backup|c\xc3\xb3"                                                                    \
    "digos de recupera\xc3\xa7\xc3\xa3o|c\xc3\xb3"                                                 \
    "digo de recupera\xc3\xa7\xc3\xa3o|codice di backup|codici di backup|codice di "               \
    "recupero|codici di recupero|herstelcode*|back-upcode*|kod zapasowy|kody zapasowe|kod "        \
    "odzyskiwania|kody "                                                                           \
    "odzyskiwania|\xd1\x80\xd0\xb5\xd0\xb7\xd0\xb5\xd1\x80\xd0\xb2\xd0\xbd\xd1\x8b\xd0\xb9 "       \
    "\xd0\xba\xd0\xbe\xd0\xb4|"                                                                    \
    "\xd1\x80\xd0\xb5\xd0\xb7\xd0\xb5\xd1\x80\xd0\xb2\xd0\xbd\xd1\x8b\xd0\xb5 "                    \
    "\xd0\xba\xd0\xbe\xd0\xb4\xd1\x8b|\xd0\xba\xd0\xbe\xd0\xb4 "                                   \
    "\xd0\xb2\xd0\xbe\xd1\x81\xd1\x81\xd1\x82\xd0\xb0\xd0\xbd\xd0\xbe\xd0\xb2\xd0\xbb\xd0\xb5\xd0" \
    "\xbd\xd0\xb8\xd1\x8f|\xd0\xba\xd0\xbe\xd0\xb4\xd1\x8b "                                       \
    "\xd0\xb2\xd0\xbe\xd1\x81\xd1\x81\xd1\x82\xd0\xb0\xd0\xbd\xd0\xbe\xd0\xb2\xd0\xbb\xd0\xb5\xd0" \
    "\xbd\xd0\xb8\xd1\x8f|\xe5\xa4\x87\xe7\x94\xa8\xe7\xa0\x81|"                                   \
    "\xe6\x81\xa2\xe5\xa4\x8d\xe7\xa0\x81|\xe6\x81\xa2\xe5\xa4\x8d\xe4\xbb\xa3\xe7\xa0\x81|"       \
    "\xe5\xa4\x87\xe4\xbb\xbd\xe7\xa0\x81|\xe5\x82\x99\xe7\x94\xa8\xe7\xa2\xbc|"                   \
    "\xe5\xbe\xa9\xe5\x8e\x9f\xe7\xa2\xbc|"                                                        \
    "\xe3\x83\x90\xe3\x83\x83\xe3\x82\xaf\xe3\x82\xa2\xe3\x83\x83\xe3\x83\x97\xe3\x82\xb3\xe3\x83" \
    "\xbc\xe3\x83\x89|"                                                                            \
    "\xe3\x83\xaa\xe3\x82\xab\xe3\x83\x90\xe3\x83\xaa\xe3\x83\xbc\xe3\x82\xb3\xe3\x83\xbc\xe3\x83" \
    "\x89|\xe5\x9b\x9e\xe5\xbe\xa9\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89|\xeb\xb0\xb1\xec\x97\x85 "  \
    "\xec\xbd\x94\xeb\x93\x9c|\xeb\xb3\xb5\xea\xb5\xac \xec\xbd\x94\xeb\x93\x9c|yedek "            \
    "kod*|kurtarma "                                                                               \
    "kod*|reservkod*|\xc3\xa5terst\xc3\xa4llningskod*|gjenopprettingskode*|gendannelseskode*|"     \
    "varakoodi*|z\xc3\xa1lo\xc5\xben\xc3\xad k\xc3\xb3"                                            \
    "d*|k\xc3\xb3"                                                                                 \
    "d obnoven\xc3\xad|helyre\xc3\xa1ll\xc3\xadt\xc3\xa1si k\xc3\xb3"                              \
    "d*|cod de rezerv\xc4\x83|coduri de rezerv\xc4\x83|\xd8\xb1\xd9\x85\xd8\xb2 "                  \
    "\xd8\xa7\xd9\x84\xd9\x86\xd8\xb3\xd8\xae "                                                    \
    "\xd8\xa7\xd9\x84\xd8\xa7\xd8\xad\xd8\xaa\xd9\x8a\xd8\xa7\xd8\xb7\xd9\x8a|"                    \
    "\xd8\xb1\xd9\x85\xd9\x88\xd8\xb2 \xd8\xa7\xd9\x84\xd9\x86\xd8\xb3\xd8\xae "                   \
    "\xd8\xa7\xd9\x84\xd8\xa7\xd8\xad\xd8\xaa\xd9\x8a\xd8\xa7\xd8\xb7\xd9\x8a|"                    \
    "\xd8\xb1\xd9\x85\xd8\xb2 "                                                                    \
    "\xd8\xa7\xd9\x84\xd8\xa7\xd8\xb3\xd8\xaa\xd8\xb1\xd8\xaf\xd8\xa7\xd8\xaf|m\xc3\xa3 "          \
    "d\xe1\xbb\xb1 ph\xc3\xb2ng|m\xc3\xa3 kh\xc3\xb4i ph\xe1\xbb\xa5"                              \
    "c|kode cadangan|kode pemulihan"
#define RECOVERY_AT                                                                                \
    "(?:(?:back-?up|recovery|rescue|scratch|emergency|ersatz|notfall|wiederherstellungs|herstel|"  \
    "yedek |kurtarma |reserv|gjenopprettings|gendannelses)[ "                                      \
    "_-]?(?:code|kod)[a-z\xc4\xb1\xc3\xa4\xc3\xab\xc3\xa9]{0,4}|recovery "                         \
    "?keys?|wiederherstellungsschl\xc3\xbcssel|codes? de (?:secours|r\xc3\xa9"                     \
    "cup\xc3\xa9ration)|cl\xc3\xa9 de r\xc3\xa9"                                                   \
    "cup\xc3\xa9ration|c(?:\xc3\xb3|o)digos? de "                                                  \
    "(?:recupera(?:ci\xc3\xb3n|\xc3\xa7\xc3\xa3o)|respaldo|seguridad|backup)|codic[ei] di "        \
    "(?:backup|recupero)|kod(?:y)? "                                                               \
    "(?:zapasow[ye]|odzyskiwania)|"                                                                \
    "\xd1\x80\xd0\xb5\xd0\xb7\xd0\xb5\xd1\x80\xd0\xb2\xd0\xbd\xd1\x8b(?:\xd0\xb9|\xd0\xb5) "       \
    "\xd0\xba\xd0\xbe\xd0\xb4(?:\xd1\x8b)?|\xd0\xba\xd0\xbe\xd0\xb4(?:\xd1\x8b)? "                 \
    "\xd0\xb2\xd0\xbe\xd1\x81\xd1\x81\xd1\x82\xd0\xb0\xd0\xbd\xd0\xbe\xd0\xb2\xd0\xbb\xd0\xb5\xd0" \
    "\xbd\xd0\xb8\xd1\x8f|\xe5\xa4\x87\xe7\x94\xa8\xe7\xa0\x81|\xe6\x81\xa2\xe5\xa4\x8d(?:"        \
    "\xe4\xbb\xa3)?\xe7\xa0\x81|\xe5\xa4\x87\xe4\xbb\xbd\xe7\xa0\x81|"                             \
    "\xe5\x82\x99\xe7\x94\xa8\xe7\xa2\xbc|\xe5\xbe\xa9\xe5\x8e\x9f\xe7\xa2\xbc|"                   \
    "\xe3\x83\x90\xe3\x83\x83\xe3\x82\xaf\xe3\x82\xa2\xe3\x83\x83\xe3\x83\x97\xe3\x82\xb3\xe3\x83" \
    "\xbc\xe3\x83\x89|"                                                                            \
    "\xe3\x83\xaa\xe3\x82\xab\xe3\x83\x90\xe3\x83\xaa\xe3\x83\xbc\xe3\x82\xb3\xe3\x83\xbc\xe3\x83" \
    "\x89|\xe5\x9b\x9e\xe5\xbe\xa9\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89|(?:"                        \
    "\xeb\xb0\xb1\xec\x97\x85|\xeb\xb3\xb5\xea\xb5\xac) "                                          \
    "\xec\xbd\x94\xeb\x93\x9c|\xc3\xa5terst\xc3\xa4llningskod(?:er)?|varakoodi(?:t)?|"             \
    "z\xc3\xa1lo\xc5\xben\xc3\xad k\xc3\xb3"                                                       \
    "d(?:y)?|k\xc3\xb3"                                                                            \
    "d obnoven\xc3\xad|helyre\xc3\xa1ll\xc3\xadt\xc3\xa1si k\xc3\xb3"                              \
    "d(?:ok)?|cod(?:uri)? de rezerv\xc4\x83|\xd8\xb1\xd9\x85(?:\xd8\xb2|\xd9\x88\xd8\xb2) "        \
    "(?:\xd8\xa7\xd9\x84\xd9\x86\xd8\xb3\xd8\xae "                                                 \
    "\xd8\xa7\xd9\x84\xd8\xa7\xd8\xad\xd8\xaa\xd9\x8a\xd8\xa7\xd8\xb7\xd9\x8a|"                    \
    "\xd8\xa7\xd9\x84\xd8\xa7\xd8\xb3\xd8\xaa\xd8\xb1\xd8\xaf\xd8\xa7\xd8\xaf)|m\xc3\xa3 "         \
    "(?:d\xe1\xbb\xb1 ph\xc3\xb2ng|kh\xc3\xb4i ph\xe1\xbb\xa5"                                     \
    "c)|kode (?:cadangan|pemulihan))s?[\"'`]?(?:(?:[ "                                             \
    "(]{1,2}[^\\s\"'`<>|{}=:0-9\\x1f]{1,24}(?<![.!?])){0,6}?(?: "                                  \
    "(?:is|are|ist|sind|lautet|lauten|est|sont|es|son|s\xc3\xa3o|\xc3\xa9|\xc3\xa8|sono|to|jest|"  \
    "er|\xc3\xa4r|on)(?: now)?:?|[ "                                                               \
    ")]{0,2}(?:[:=]|\xef\xbc\x9a|\xe6\x98\xaf|\xe4\xb8\xba|\xe3\x81\xaf|\xeb\x8a\x94|"             \
    "\xec\x9d\x80){1,2}))?[\\s\"'`\\[*-]{0,6}(?:1[.)] ?)?"
/* One or more of them, in a line or a list. */
#define RECOVERY_LIST(code)                                                \
    "(" code "(?:[,;]?[\\s\"']{1,4}(?:[0-9]{1,2}[.)] ?|[-*] )?[\"']?" code \
    ")*)(?![\\w-]|[.,:][0-9])"
/* Words for codes that let their bearer in once, and what may stand between. */
#define OTP_WORDS                                                                                  \
    "verification code|one-time|one time|otp|fa code|mfa|login code|sign-in code|auth "            \
    "code|authentication code|security "                                                           \
    "code|best\xc3\xa4tigungscode|sicherheitscode|einmalcode|einmalpasswort|tan|code de "          \
    "v\xc3\xa9rification|code de s\xc3\xa9"                                                        \
    "curit\xc3\xa9|c\xc3\xb3"                                                                      \
    "digo de verificaci\xc3\xb3n|c\xc3\xb3"                                                        \
    "digo de seguridad|c\xc3\xb3"                                                                  \
    "digo de verifica\xc3\xa7\xc3\xa3o|codice di verifica|verificatiecode|kod "                    \
    "weryfikacyjny|\xd0\xba\xd0\xbe\xd0\xb4 "                                                      \
    "\xd0\xbf\xd0\xbe\xd0\xb4\xd1\x82\xd0\xb2\xd0\xb5\xd1\x80\xd0\xb6\xd0\xb4\xd0\xb5\xd0\xbd\xd0" \
    "\xb8\xd1\x8f|\xd0\x9a\xd0\xbe\xd0\xb4 "                                                       \
    "\xd0\xbf\xd0\xbe\xd0\xb4\xd1\x82\xd0\xb2\xd0\xb5\xd1\x80\xd0\xb6\xd0\xb4\xd0\xb5\xd0\xbd\xd0" \
    "\xb8\xd1\x8f|\xe9\xaa\x8c\xe8\xaf\x81\xe7\xa0\x81|"                                           \
    "\xe8\xaa\x8d\xe8\xa8\xbc\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89|"                                \
    "\xec\x9d\xb8\xec\xa6\x9d\xeb\xb2\x88\xed\x98\xb8"
#define OTP_AT                                                                                     \
    "(?<![a-z0-9_])(?:verification code|one[- ]time (?:password|passcode|code|pin)|otp|[2m]fa[ "   \
    "-]code|(?:login|sign-in|auth(?:entication)?) code|security code(?= "                          \
    "is)|(?:best\xc3\xa4tigungs|sicherheits|einmal)code|einmalpasswort|tan|code de "               \
    "(?:v\xc3\xa9rification|s\xc3\xa9"                                                             \
    "curit\xc3\xa9)|c\xc3\xb3"                                                                     \
    "digo de (?:verificaci\xc3\xb3n|seguridad|verifica\xc3\xa7\xc3\xa3o)|codice di "               \
    "verifica|verificatiecode|kod weryfikacyjny|\xd0\xba\xd0\xbe\xd0\xb4 "                         \
    "\xd0\xbf\xd0\xbe\xd0\xb4\xd1\x82\xd0\xb2\xd0\xb5\xd1\x80\xd0\xb6\xd0\xb4\xd0\xb5\xd0\xbd\xd0" \
    "\xb8\xd1\x8f|\xe9\xaa\x8c\xe8\xaf\x81\xe7\xa0\x81|"                                           \
    "\xe8\xaa\x8d\xe8\xa8\xbc\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89|"                                \
    "\xec\x9d\xb8\xec\xa6\x9d\xeb\xb2\x88\xed\x98\xb8)(?:[ "                                       \
    "(]{1,2}[^\\s\\\"'`<>|{}=:0-9\\x1f]{1,24}(?<![.!?])){0,5}?(?: "                                \
    "(?:is|was|ist|lautet|es|est|\xc3\xa9|\xc3\xa8|to|jest)(?: now)?:? ?| ?[:=] ?| "               \
    "(?=[0-9])|\xe6\x98\xaf|\xef\xbc\x9a|\xe4\xb8\xba|\xe3\x81\xaf|\xeb\x8a\x94|\xec\x9d\x80){1,"  \
    "2}[\\\"'`]?"
/* `word`, then a verb or a sign behind some words, or the value at once. */
#define TOLD(name, words, word, verb, about)                                                       \
    NEAR_WORDS(name, "SECRET_PASSWORD", 940, DET_CASELESS | DET_SECRET, 96, "5", words,            \
               word "(?=[\\s\"'`(:=,-]|\xef|\xe2)[\"']?(?:" BETWEEN "(?:,? " verb                  \
                    "[:,]?|" TOLD_SIGN ")[ \\t]{1,3}|" TOLD_SIGN "[ \\t]{0,3}|[ \\t])" TOLD_VALUE, \
               valid_told, about)
/* The same where no blanks stand between words, so that the value ends with its ASCII. */
#define TOLD_CLOSE(name, words, word, verb, about)                                                 \
    NEAR_WORDS(                                                                                    \
        name, "SECRET_PASSWORD", 940, DET_SECRET, 96, "5", words,                                  \
        word                                                                                       \
        "(?: ?[A-Za-z-]{1,10} ?)?[\x80-\xff]{0,36}? ?(?:" verb                                     \
        "|[:=]|\xef\xbc\x9a| )[ ]?(?:[\"'`]|\xe3\x80[\x8c\x8e]|\xe2\x80[\x98-\x9d]|\xef\xbc\x9a| " \
        "){0,2}([!#-&(-;=?-_a-z{}~]{4,64})",                                                       \
        valid_told, about)

/* clang-format off */
static const struct detector rows[] = {
    TOLD("password_told_english", "password*|passwd|passphrase*|passcode*|pass phrase|pass code|wifi key|wi-fi key|wlan key|network key|credentials|wifi-password",
         "(?:passw(?:or)?d|pass ?phrase|pass ?code|(?:wi-?fi|wlan|network) key|credentials)s?",
         "(?:is|was|used to be|are|were|will be|should be|would be|equals|reads|goes|ist|lautet|war|es|est|\xc3\xa8|\xc3\xa9|c'est|sono|jest|adalah|\xc3\xa0|'s|\xe2\x80\x99s)(?: now| still| just| simply| currently| actually| always| set to| called| as follows| the following)?", "A password told in a sentence in English."),
    TOLD("password_told_german", "passwort*|passw\xc3\xb6rt*|kennwort*|kennw\xc3\xb6rt*|zugangsdaten|zugangscode|wlan-schl\xc3\xbcssel|wlan schl\xc3\xbcssel|wifi-schl\xc3\xbcssel|netzwerkschl\xc3\xbcssel|losungswort|bankpasswort|adminpasswort|standardpasswort|startpasswort|einmalpasswort|wlanpasswort|benutzerpasswort",
         "[a-z]{0,16}?(?:passw(?:or|\xc3\xb6rt)t(?:er)?|passw\xc3\xb6rter|kennw(?:o|\xc3\xb6)r(?:t|ter)|zugangs(?:daten|code)|(?:wlan|wifi)[- ]?schl\xc3\xbcssel|netzwerkschl\xc3\xbcssel|losungswort)s?",
         "(?:ist|war|sind|lautet|lautete|hei\xc3\x9ft|heisst|hie\xc3\x9f|wird|sei|bleibt)(?: jetzt| nun| wieder| immer noch| aktuell| weiterhin| ab sofort| folgendes| also| einfach)?", "A password told in a sentence in German."),
    TOLD("password_told_french", "mot de passe|mots de passe|mdp|code wifi|cl\xc3\xa9 wifi|cl\xc3\xa9 wi-fi|clef wifi|phrase de passe|code d'acc\xc3\xa8s|identifiants",
         "(?:mots? de passe|mdp|code wi-?fi|cl(?:\xc3\xa9|ef) wi-?fi|phrase de passe|code d'acc\xc3\xa8s|identifiants)",
         "(?:est|\xc3\xa9tait|sera|sont|c'est|c\xe2\x80\x99" "est|reste)(?: maintenant| toujours| d\xc3\xa9sormais| donc| le suivant)?", "A password told in a sentence in French."),
    TOLD("password_told_spanish", "contrase\xc3\xb1" "a*|contrasena*|clave|claves|palabra de paso|credenciales",
         "(?<![a-z])(?:contrase(?:\xc3\xb1|n)as?|claves?(?! (?:primaria|for\xc3\xa1nea|p\xc3\xba" "blica|privada|\xc3\xbanica|principal|ajena))|palabra de paso|credenciales)",
         "(?:es|era|ser\xc3\xa1|son|ser\xc3\xad" "a|queda)(?: ahora| la siguiente| siempre| simplemente)?", "A password told in a sentence in Spanish."),
    TOLD("password_told_portuguese", "senha*|palavra-passe|palavra passe|palavra-chave|credenciais",
         "(?:senhas?|palavra[- ]passe|palavra-chave|credenciais)",
         "(?:\xc3\xa9|era|foi|ser\xc3\xa1|s\xc3\xa3o|ficou|agora \xc3\xa9|e)(?: agora| a seguinte| sempre)?", "A password told in a sentence in Portuguese."),
    TOLD("password_told_italian", "parola d'ordine|chiave wifi|chiave wi-fi|parola chiave|credenziali",
         "(?:parola d'ordine|chiave wi-?fi|parola chiave|credenziali)",
         "(?:\xc3\xa8|e'|\xc3\xa9|era|sar\xc3\xa0|sono)(?: ora| adesso| sempre| la seguente)?", "A password told in a sentence in Italian."),
    TOLD("password_told_dutch", "wachtwoord*|wachtzin|toegangscode|wifi-code|inloggegevens|inlogcode|wifiwachtwoord",
         "(?:wachtwoord(?:en)?|wachtzin|toegangscode|wifi-code|inloggegevens|inlogcode)",
         "(?:is|was|luidt|zijn|wordt|blijft)(?: nu| nog| nog steeds| voortaan| gewoon)?", "A password told in a sentence in Dutch."),
    TOLD("password_told_polish", "has\xc5\x82*|hasl*|hase\xc5\x82",
         "(?:has(?:\xc5\x82|l)(?:o|a|em|u)|hase\xc5\x82)",
         "(?:to|jest|brzmi|by\xc5\x82o|b\xc4\x99" "dzie|jest teraz)(?: teraz| nadal)?", "A password told in a sentence in Polish."),
    TOLD("password_told_russian", "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb*|\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb*|\xd0\x9f\xd0\x90\xd0\xa0\xd0\x9e\xd0\x9b\xd0\xac",
         "(?:(?:\xd0\xbf|\xd0\x9f)\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb(?:\xd1\x8c|\xd1\x8f|\xd0\xb5\xd0\xbc|\xd0\xb8)|\xd0\x9f\xd0\x90\xd0\xa0\xd0\x9e\xd0\x9b\xd0\xac)",
         "(?:(?:\xd0\xbe\xd1\x82|\xd0\xb4\xd0\xbb\xd1\x8f|\xd0\xba|\xd0\xbd\xd0\xb0|\xd0\xb8\xd0\xb7) [^\\s]{2,40}|\xd1\x8d\xd1\x82\xd0\xbe|\xd0\xb1\xd1\x8b\xd0\xbb|\xd0\xb1\xd1\x83\xd0\xb4\xd0\xb5\xd1\x82|\xd1\x82\xd0\xb0\xd0\xba\xd0\xbe\xd0\xb9|\xd1\x82\xd0\xb5\xd0\xbf\xd0\xb5\xd1\x80\xd1\x8c|\xd1\x94|\xd1\x82\xd0\xb0\xd0\xba\xd0\xb8\xd0\xb9|\xd1\x86\xd0\xb5|\xd1\x81\xd1\x82\xd0\xbe\xd0\xb8\xd1\x82|\xd0\xb5\xd1\x81\xd1\x82\xd1\x8c)(?: \xd1\x82\xd0\xb5\xd0\xbf\xd0\xb5\xd1\x80\xd1\x8c| \xd1\x82\xd0\xb0\xd0\xba\xd0\xbe\xd0\xb9| \xd0\xbf\xd0\xbe\xd0\xba\xd0\xb0)?", "A password told in a sentence in Russian and Ukrainian."),
    TOLD("password_told_turkish", "\xc5\x9fifre*|\xc5\x9eifre*|parola*|sifre*",
         "(?:(?:\xc5\x9f|\xc5\x9e|s)ifre|[pP]arola)(?:ler|lar)?(?:n?(?:i|\xc4\xb1|u|\xc3\xbc)z|m|s(?:i|\xc4\xb1)|m\xc4\xb1z|miz|n|y(?:i|\xc4\xb1))?",
         "(?:ise|art\xc4\xb1k|olarak|\xc5\x9fu|budur)", "A password told in a sentence in Turkish."),
    TOLD("password_told_nordic", "l\xc3\xb6senord*|losenord*|passord*|adgangskode*|kodeord*|salasana*|tunnussana|lykilor*",
         "(?:l(?:\xc3\xb6|o)senord|passord|adgangskode|kodeord|salasana|tunnussana|lykilor\xc3\xb0)(?:ets?|n|en|ni|si|t)?",
         "(?:\xc3\xa4r|er|var|on|oli|blir|heter|blev|lyder)(?: nu| n\xc3\xa5| nyt)?", "A password told in a sentence in the Nordic languages."),
    TOLD("password_told_central", "hesl*|jelsz*|lozink*|zaporka|geslo|parol*|slapta\xc5\xbeod*",
         "(?<![a-z])(?:hesl[oa]|jelsz(?:\xc3\xb3|avam?|ava)|lozink[ae]|zaporka|geslo|parol(?:a|\xc4\x83|e|ei|ul|a lui)|slapta\xc5\xbeodis)",
         "(?:je|bylo|bude|este|e|era|va fi|az|a|ez|on|yra|znie|glasi|is)(?: teraz| te\xc4\x8f| acum| most)?", "A password told in a sentence in Czech, Hungarian, Romanian and their neighbours."),
    TOLD("password_told_greek", "\xce\xba\xcf\x89\xce\xb4\xce\xb9\xce\xba*|\xce\x9a\xcf\x89\xce\xb4\xce\xb9\xce\xba*|\xcf\x83\xcf\x85\xce\xbd\xce\xb8\xce\xb7\xce\xbc\xce\xb1\xcf\x84\xce\xb9\xce\xba*",
         "(?:(?:\xce\xba|\xce\x9a)\xcf\x89\xce\xb4\xce\xb9\xce\xba(?:\xcf\x8c\xcf\x82|\xce\xbf\xcf\x82|\xcf\x8c|\xce\xbf|\xce\xbf\xcf\x8d)|\xcf\x83\xcf\x85\xce\xbd\xce\xb8\xce\xb7\xce\xbc\xce\xb1\xcf\x84\xce\xb9\xce\xba(?:\xcf\x8c|\xce\xbf))",
         "(?:\xce\xb5\xce\xaf\xce\xbd\xce\xb1\xce\xb9|\xce\xb5\xce\xb9\xce\xbd\xce\xb1\xce\xb9|\xce\xae\xcf\x84\xce\xb1\xce\xbd)", "A password told in a sentence in Greek."),
    TOLD("password_told_semitic", "\xd9\x83\xd9\x84\xd9\x85\xd8\xa9 \xd8\xa7\xd9\x84\xd9\x85\xd8\xb1\xd9\x88\xd8\xb1|\xd9\x83\xd9\x84\xd9\x85\xd8\xa9 \xd8\xa7\xd9\x84\xd8\xb3\xd8\xb1|\xd9\x83\xd9\x84\xd9\x85\xd8\xa9 \xd9\x85\xd8\xb1\xd9\x88\xd8\xb1|\xd8\xa7\xd9\x84\xd8\xb1\xd9\x82\xd9\x85 \xd8\xa7\xd9\x84\xd8\xb3\xd8\xb1\xd9\x8a|\xd7\xa1\xd7\x99\xd7\xa1\xd7\x9e*|\xd7\x94\xd7\xa1\xd7\x99\xd7\xa1\xd7\x9e*|\xd9\xbe\xd8\xb3\xd9\x88\xd8\xb1\xd8\xaf|\xd8\xb1\xd9\x85\xd8\xb2 \xd8\xb9\xd8\xa8\xd9\x88\xd8\xb1|\xda\xaf\xd8\xb0\xd8\xb1\xd9\x88\xd8\xa7\xda\x98\xd9\x87|\xda\xa9\xd9\x84\xd9\x85\xd9\x87 \xd8\xb9\xd8\xa8\xd9\x88\xd8\xb1|\xd8\xb1\xd9\x85\xd8\xb2",
         "(?:\xd9\x83\xd9\x84\xd9\x85\xd8\xa9 (?:\xd8\xa7\xd9\x84\xd9\x85\xd8\xb1\xd9\x88\xd8\xb1|\xd8\xa7\xd9\x84\xd8\xb3\xd8\xb1|\xd9\x85\xd8\xb1\xd9\x88\xd8\xb1)|\xd8\xa7\xd9\x84\xd8\xb1\xd9\x82\xd9\x85 \xd8\xa7\xd9\x84\xd8\xb3\xd8\xb1\xd9\x8a|\xd7\xa1\xd7\x99\xd7\xa1\xd7\x9e(?:\xd7\x94|\xd7\x90|\xd7\xaa|\xd7\xaa\xd7\x99|\xd7\xaa \xd7\x94)|\xd9\xbe\xd8\xb3\xd9\x88\xd8\xb1\xd8\xaf|\xd8\xb1\xd9\x85\xd8\xb2(?: \xd8\xb9\xd8\xa8\xd9\x88\xd8\xb1)?|\xda\xaf\xd8\xb0\xd8\xb1\xd9\x88\xd8\xa7\xda\x98\xd9\x87|\xda\xa9\xd9\x84\xd9\x85\xd9\x87 \xd8\xb9\xd8\xa8\xd9\x88\xd8\xb1)",
         "(?:\xd9\x87\xd9\x8a|\xd9\x87\xd9\x88|\xd7\x94\xd7\x99\xd7\x90|\xd7\x96\xd7\x94|\xd7\x94\xd7\x95\xd7\x90)", "A password told in a sentence in Arabic, Hebrew and Persian."),
    TOLD("password_told_indian", "\xe0\xa4\xaa\xe0\xa4\xbe\xe0\xa4\xb8\xe0\xa4\xb5\xe0\xa4\xb0\xe0\xa5\x8d\xe0\xa4\xa1|\xe0\xa6\xaa\xe0\xa6\xbe\xe0\xa6\xb8\xe0\xa6\x93\xe0\xa6\xaf\xe0\xa6\xbc\xe0\xa6\xbe\xe0\xa6\xb0\xe0\xa7\x8d\xe0\xa6\xa1|\xe0\xae\x95\xe0\xae\x9f\xe0\xae\xb5\xe0\xaf\x81\xe0\xae\x9a\xe0\xaf\x8d\xe0\xae\x9a\xe0\xaf\x8a\xe0\xae\xb2\xe0\xaf\x8d|\xe0\xb0\xaa\xe0\xb0\xbe\xe0\xb0\xb8\xe0\xb1\x8d\xe2\x80\x8c\xe0\xb0\xb5\xe0\xb0\xb0\xe0\xb1\x8d\xe0\xb0\xa1\xe0\xb1\x8d|\xe0\xaa\xaa\xe0\xaa\xbe\xe0\xaa\xb8\xe0\xaa\xb5\xe0\xaa\xb0\xe0\xab\x8d\xe0\xaa\xa1|\xd9\xbe\xd8\xa7\xd8\xb3 \xd9\x88\xd8\xb1\xda\x88",
         "(?:\xe0\xa4\xaa\xe0\xa4\xbe\xe0\xa4\xb8\xe0\xa4\xb5\xe0\xa4\xb0\xe0\xa5\x8d\xe0\xa4\xa1|\xe0\xa6\xaa\xe0\xa6\xbe\xe0\xa6\xb8\xe0\xa6\x93\xe0\xa6\xaf\xe0\xa6\xbc\xe0\xa6\xbe\xe0\xa6\xb0\xe0\xa7\x8d\xe0\xa6\xa1|\xe0\xae\x95\xe0\xae\x9f\xe0\xae\xb5\xe0\xaf\x81\xe0\xae\x9a\xe0\xaf\x8d\xe0\xae\x9a\xe0\xaf\x8a\xe0\xae\xb2\xe0\xaf\x8d|\xe0\xb0\xaa\xe0\xb0\xbe\xe0\xb0\xb8\xe0\xb1\x8d\xe2\x80\x8c\xe0\xb0\xb5\xe0\xb0\xb0\xe0\xb1\x8d\xe0\xb0\xa1\xe0\xb1\x8d|\xe0\xaa\xaa\xe0\xaa\xbe\xe0\xaa\xb8\xe0\xaa\xb5\xe0\xaa\xb0\xe0\xab\x8d\xe0\xaa\xa1|\xd9\xbe\xd8\xa7\xd8\xb3 \xd9\x88\xd8\xb1\xda\x88)",
         "(?:\xe0\xa4\xb9\xe0\xa5\x88|\xe0\xa4\xb9\xe0\xa5\x88\xe0\xa4\x82|\xe0\xa4\xa5\xe0\xa4\xbe|\xe0\xa4\xb9\xe0\xa5\x8b|\xe0\xa6\xb9\xe0\xa6\xb2\xe0\xa7\x8b|\xe0\xa6\xb9\xe0\xa6\xb2|\xdb\x81\xdb\x92)", "A password told in a sentence in Hindi, Bengali, Tamil and their neighbours."),
    TOLD("password_told_malay", "kata sandi*|sandi*|kata laluan|kata kunci|m\xe1\xba\xadt kh\xe1\xba\xa9u|mat khau|m\xe1\xba\xadt m\xc3\xa3",
         "(?<![a-z])(?:kata (?:sandi|laluan|kunci)|sandi|m(?:\xe1\xba\xad|a)t kh(?:\xe1\xba\xa9|a)u|m\xe1\xba\xadt m\xc3\xa3)(?:nya|ku|mu)?",
         "(?:adalah|ialah|yaitu|itu|l\xc3\xa0|la)(?: sekarang)?", "A password told in a sentence in Indonesian, Malay and Vietnamese."),
    TOLD_CLOSE("password_told_chinese", "\xe5\xaf\x86\xe7\xa0\x81|\xe5\xaf\x86\xe7\xa2\xbc|\xe5\x8f\xa3\xe4\xbb\xa4|\xe5\xaf\x86\xe8\xaf\xad|\xe6\x9a\x97\xe5\x8f\xb7",
         "(?:\xe5\xaf\x86\xe7\xa0\x81|\xe5\xaf\x86\xe7\xa2\xbc|\xe5\x8f\xa3\xe4\xbb\xa4|\xe5\xaf\x86\xe8\xaf\xad|\xe6\x9a\x97\xe5\x8f\xb7)",
         "(?:\xe5\xb0\xb1\xe6\x98\xaf|\xe6\x98\xaf|\xe4\xb8\xba|\xe7\x82\xba|\xe6\x94\xb9\xe6\x88\x90|\xe6\x94\xb9\xe4\xb8\xba|\xe6\x94\xb9\xe7\x82\xba|\xe8\xae\xbe\xe4\xb8\xba|\xe8\xae\xbe\xe7\xbd\xae\xe4\xb8\xba|\xe8\xae\xbe\xe6\x88\x90|\xe8\xa8\xad\xe7\x82\xba|\xe6\x8f\x9b\xe6\x88\x90|\xe5\x8f\xab|\xe7\x94\xa8)", "A password told in a sentence in Chinese."),
    TOLD_CLOSE("password_told_japanese", "\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xe6\x9a\x97\xe8\xa8\xbc\xe7\x95\xaa\xe5\x8f\xb7|\xe3\x83\x91\xe3\x82\xb9\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89|\xe5\x90\x88\xe8\xa8\x80\xe8\x91\x89",
         "(?:\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xe6\x9a\x97\xe8\xa8\xbc\xe7\x95\xaa\xe5\x8f\xb7|\xe3\x83\x91\xe3\x82\xb9\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89|\xe5\x90\x88\xe8\xa8\x80\xe8\x91\x89)",
         "(?:\xe3\x81\xaf|\xe3\x81\x8c|\xe3\x82\x92|\xe3\x81\xab|:)", "A password told in a sentence in Japanese."),
    TOLD_CLOSE("password_told_korean", "\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8|\xeb\xb9\x84\xeb\xb2\x88|\xed\x8c\xa8\xec\x8a\xa4\xec\x9b\x8c\xeb\x93\x9c|\xec\x95\x94\xed\x98\xb8",
         "(?:\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8|\xeb\xb9\x84\xeb\xb2\x88|\xed\x8c\xa8\xec\x8a\xa4\xec\x9b\x8c\xeb\x93\x9c|\xec\x95\x94\xed\x98\xb8)(?:\xeb\x8a\x94|\xec\x9d\x80|\xea\xb0\x80|\xec\x9d\xb4|\xeb\xa5\xbc|\xec\x9d\x84)?",
         "(?:\xeb\x8a\x94|\xec\x9d\x80|\xea\xb0\x80|\xec\x9d\xb4|\xeb\xa5\xbc|\xec\x9d\x84)", "A password told in a sentence in Korean."),
    TOLD_CLOSE("password_told_thai", "\xe0\xb8\xa3\xe0\xb8\xab\xe0\xb8\xb1\xe0\xb8\xaa\xe0\xb8\x9c\xe0\xb9\x88\xe0\xb8\xb2\xe0\xb8\x99|\xe0\xb8\x9e\xe0\xb8\xb2\xe0\xb8\xaa\xe0\xb9\x80\xe0\xb8\xa7\xe0\xb8\xb4\xe0\xb8\xa3\xe0\xb9\x8c\xe0\xb8\x94",
         "(?:\xe0\xb8\xa3\xe0\xb8\xab\xe0\xb8\xb1\xe0\xb8\xaa\xe0\xb8\x9c\xe0\xb9\x88\xe0\xb8\xb2\xe0\xb8\x99|\xe0\xb8\x9e\xe0\xb8\xb2\xe0\xb8\xaa\xe0\xb9\x80\xe0\xb8\xa7\xe0\xb8\xb4\xe0\xb8\xa3\xe0\xb9\x8c\xe0\xb8\x94)",
         "(?:\xe0\xb8\x84\xe0\xb8\xb7\xe0\xb8\xad|\xe0\xb9\x80\xe0\xb8\x9b\xe0\xb9\x87\xe0\xb8\x99)", "A password told in a sentence in Thai."),
    NEAR_WORDS("password_set", "SECRET_PASSWORD", 900, DET_CASELESS | DET_SECRET, 96, "5", "password*|passwd|passwort*|kennwort*|passcode*|passphrase*|mot de passe|mdp|contrase\xc3\xb1" "a*|contrasena*|clave*|senha*|wachtwoord*|has\xc5\x82*|hasl*|\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb*|\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb*|l\xc3\xb6senord*|passord*|hesl*|parol*|\xc5\x9fifre*|pin",
        "(?<![a-z])(?:(?:re)?set|chang(?:e|ed|es|ing|er|\xc3\xa9|ez)|updat(?:e|ed|ing)|rotat(?:e|ed)|switch(?:ed)?|(?:ge)?(?:\xc3\xa4nder[tne]|setz[te])|\xc3\xa4nder[en]|stelle|mis|mets|mettre|cambi(?:a|ar|\xc3\xa9|ado|ada|ato|o|are|ei)|pus[eo]|puesto|mud(?:ei|ar|ou)|alter(?:ei|ar|ado)|troc(?:ar|ou|ado)|troquei|wijzig|veranderd|zmieni(?:\xc5\x82" "em|\xc5\x82" "am|\xc4\x87|ono)|\xd1\x81\xd0\xbc\xd0\xb5\xd0\xbd\xd0\xb8\xd0\xbb(?:\xd0\xb0|\xd0\xb8)?|\xd0\xbf\xd0\xbe\xd0\xbc\xd0\xb5\xd0\xbd\xd1\x8f\xd0\xbb(?:\xd0\xb0|\xd0\xb8)?|\xd0\xb8\xd0\xb7\xd0\xbc\xd0\xb5\xd0\xbd\xd0\xb8(?:\xd0\xbb|\xd1\x82\xd1\x8c)|\xd0\xbf\xd0\xbe\xd1\x81\xd1\x82\xd0\xb0\xd0\xb2\xd0\xb8\xd0\xbb(?:\xd0\xb0|\xd0\xb8)?|\xc3\xa4ndrade|bytte|endret|\xc3\xa6ndret|zm\xc4\x9bnil|am schimbat)[^.!?:\\n\\x1f]{0,44}?" PASSWORD_WORD "(?:[ ,][^\\s\\\"'`<>|{}=:\\x1f]{1,24}){0,4}? (?:to|into|as|auf|zu|in|en|\xc3\xa0|a|por|para|op|naar|na|\xd0\xbd\xd0\xb0|till|til|kati|=):? " TOLD_VALUE,
        valid_told, "A password that is set or changed to something."),
    NEAR_WORDS("password_reset", "SECRET_PASSWORD", 900, DET_CASELESS | DET_SECRET, 96, "5", "password*|passwd|passwort*|kennwort*|passcode*|passphrase*|mot de passe|mdp|contrase\xc3\xb1" "a*|contrasena*|clave*|senha*|wachtwoord*|has\xc5\x82*|hasl*|\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb*|\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb*|l\xc3\xb6senord*|passord*|hesl*|parol*|\xc5\x9fifre*|pin",
        PASSWORD_WORD "(?:[ ,][^\\s\\\"'`<>|{}=:\\x1f]{1,24}){0,3}? (?:(?:re)?set|changed|updated|rotated|switched|chang\xc3\xa9|modifi\xc3\xa9|cambiada|cambiado|alterada|gewijzigd|zmienione|\xd0\xb8\xd0\xb7\xd0\xbc\xd0\xb5\xd0\xbd(?:\xd0\xb5|\xd1\x91)\xd0\xbd|\xd1\x81\xd0\xbc\xd0\xb5\xd0\xbd(?:\xd0\xb5|\xd1\x91)\xd0\xbd|mis|auf)(?: back| now)? ?(?:to|into|auf|en|\xc3\xa0|a|por|para|naar|in|na|\xd0\xbd\xd0\xb0)?:? " TOLD_VALUE,
        valid_told, "A password that has been set or changed to something."),
    NEAR_WORDS("password_behind", "SECRET_PASSWORD", 880, DET_CASELESS | DET_SECRET, 40, "5", "password*|passwd|passwort*|kennwort*|passcode*|passphrase*|mot de passe|mdp|contrase\xc3\xb1" "a*|contrasena*|clave*|senha*|wachtwoord*|has\xc5\x82*|hasl*|\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb*|\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb*|l\xc3\xb6senord*|passord*|hesl*|parol*|\xc5\x9fifre*|pin",
        "(?|\"([^\"\\s\\x1f]{4,64})\"|'([^'\\s\\x1f]{4,64})'|(?<![^\\s])([^\\s\"'`<>|\\x1f]{4,64}?))[,;]?(?: as| is| als| ist| como| es| comme| est| \xc3\xa9| come| \xc3\xa8| jako| to)(?: the| my| your| our| a| mein| das| mi| la| mon| le| minha| mijn| het| moje)?(?: minha| mia| new| wifi| wi-fi| temporary)? " PASSWORD_WORD,
        valid_told, "A value in front of the words that make a password of it."),
    NEAR_WORDS("password_brief", "SECRET_PASSWORD", 880, DET_CASELESS | DET_SECRET, 64, "5", "pw|pwd|pass|psw|pswd|parool|contra|mdp",
        "(?<![a-z0-9_])(?:pw|pwd|pass|psw|pswd|parool|contra)(?: (?:is|was|ist|war|es|est|to)|(?: for| f\xc3\xbcr| von| vom| of| to)(?: [^\\s:]{1,20}){1,2}(?: is| ist)?)?[:=]? " TOLD_VALUE,
        valid_told_brief, "The same behind short words: pw, pass."),
    NEAR_WORDS("login_pair", "SECRET_PASSWORD", 860, DET_CASELESS | DET_SECRET, 96, "5", "login|log in|log on|logon|sign in|signin|credential*|creds|zugangsdaten|anmeldedaten|einloggen|acceso|acc\xc3\xa8s|identifiants|credenciales|credenciais|credenziali|username|benutzername|usuario|utilisateur|utente",
        "(?<![a-z0-9_/.-])(?:log ?[io]n|sign ?in|credentials?|creds|zugangsdaten|anmeldedaten|einloggen|acceso|acc\xc3\xa8s|identifiants?|credenciales|credenciais|credenziali|username|benutzername|usuario|utilisateur|utente)(?:[ ]{1,2}[^\\s\\\"'`<>|{}=:/\\x1f]{1,30}(?<![.!?])){0,5}?[:=]?[ ]{1,3}[\\\"'`]?(?!(?:id|uid|user|name|key|session|host|ip|port|role|https?|sha[0-9]*|ref|at|time)[:/])[^\\s\\\"'`<>|{}=:/\\x1f]{2,60}(?: ?/ | with |:(?![/:])| / ?|/(?=[A-Za-z0-9]{1,40}[!@#$%^&*]))(?![^\\s:]{0,60}:[^\\s:]{0,60}:)" TOLD_VALUE,
        valid_told_brief, "A user's name and a password, with a slash or a colon between."),
    ROW("mail_pair", "SECRET_PASSWORD", FAM_SECRET, DET_SECRET, 860, 0, 0, 140, TRIGGER_AT, NULL,
        "(?<![\\w.@+-])[\\w.+-]{1,40}@\\w[\\w-]{0,39}(?:\\.[a-z-]{2,20}){1,3}(?: ?/ | / ?|:(?![/0-9]{1,5}\\b)|;| : |,? (?:pw|pass|pwd|password)[:=]? )" TOLD_VALUE,
        valid_told_brief, NULL, "A password behind an e-mail address, with a slash or a colon between."),
    ROW("password_marked", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 940, 0, 0, 330, TRIGGER_WORD, "password|passwd|passwort|passphrase|passcode|pass_code|kennwort|contrase\xc3\xb1" "a|contrasena|mot de passe|senha|wachtwoord|has\xc5\x82o|haslo|salasana|l\xc3\xb6senord|\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|\xe5\xaf\x86\xe7\xa0\x81|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8|mdp:|passord|heslo|\xc5\x9fifre|\xc5\x9eifre|\xce\xba\xcf\x89\xce\xb4\xce\xb9\xce\xba|\xe0\xa4\xaa\xe0\xa4\xbe\xe0\xa4\xb8\xe0\xa4\xb5\xe0\xa4\xb0\xe0\xa5\x8d\xe0\xa4\xa1|jelsz",
        "(?:passw(?:or)?d|passwort|pass_?code|passphrase|kennwort|contrase\xc3\xb1" "a|contrasena|mot de passe|senha|wachtwoord|has\xc5\x82o|haslo|salasana|l\xc3\xb6senord|(?:\xd0\xbf|\xd0\x9f)\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|\xe5\xaf\x86\xe7\xa0\x81|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8|mdp(?=:)|passord|heslo|(?:\xc5\x9f|\xc5\x9e)ifre|\xce\xba\xcf\x89\xce\xb4\xce\xb9\xce\xba|\xe0\xa4\xaa\xe0\xa4\xbe\xe0\xa4\xb8\xe0\xa4\xb5\xe0\xa4\xb0\xe0\xa5\x8d\xe0\xa4\xa1|jelsz)[a-z\x80-\xff]{0,6}" BETWEEN "(?:,? (?:is|was|are|will be|ist|war|lautet|hei\xc3\x9ft|est|\xc3\xa9tait|c'est|es|era|\xc3\xa9|\xc3\xa8|foi|to|jest|brzmi|\xd1\x8d\xd1\x82\xd0\xbe|\xd0\xb1\xd1\x8b\xd0\xbb|\xc3\xa4r|er|on|je|\xce\xb5\xce\xaf\xce\xbd\xce\xb1\xce\xb9|\xe0\xa4\xb9\xe0\xa5\x88|a|auf|en|at|adalah|l\xc3\xa0|als|para|na)(?: now| jetzt| teraz| ahora)?[:,]?)?(?: ?(?:[:=]|\xef\xbc\x9a|[-=]>|\xe2\x80\x93|\xe2\x80\x94|\xe2\x86\x92)| -|\xe6\x98\xaf|\xe4\xb8\xba|\xe3\x81\xaf|\xeb\x8a\x94)?(?:[ \\t]{1,3}|(?<=[\x80-\xff]))(?=[^\\s]{0,60}[!@#$%^&*+?])" TOLD_VALUE,
        valid_told_marked, NULL, "A password with odd marks in it, told in a sentence in any of these languages."),
    ROW("passphrase_told", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 860, 0, 0, 220, TRIGGER_WORD, "passphrase|password|passwort|passcode|kennwort|mot de passe|contrase\xc3\xb1" "a|senha|wachtwoord|\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c",
        "(?:pass(?:phrase|code)|passwor[dt]|kennwort|mot de passe|contrase\xc3\xb1" "a|senha|wachtwoord|\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c)" BETWEEN "(?:,? (?:is|was|ist|lautet|war|est|es|\xc3\xa9|\xc3\xa8|to|\xd1\x8d\xd1\x82\xd0\xbe|hei\xc3\x9ft)(?: now| jetzt| still)?[:,]?|(?:'|\xe2\x80\x99)s| ?\xe2\x80\x94) \\*{0,2}(?|\"([^\"\\n\\x1f]{4,80})\"|'([^'\\n\\x1f]{4,80})'(?![a-z])|`([^`\\n\\x1f]{4,80})`|(?:\xe2\x80\x9c|\xe2\x80\x9e)([^\\n\\x1f]{4,80}?)(?:\xe2\x80\x9d|\xe2\x80\x9c)|\xc2\xab ?([^\\n\\x1f]{4,80}?) ?\xc2\xbb)",
        valid_told_quoted, NULL, "A word or some words in quotes that are said to be the password."),
    NEAR_WORDS("wifi_key", "SECRET_WIFI", 880, DET_CASELESS | DET_SECRET, 80, "5", "ssid|wifi|wpa*|psk|netzwerkname",
        "(?|wifi:(?:[ths]:[^;\\s]{0,40};){0,3}p:([^;\\s\\x1f]{5,63});|(?:ssid|netzwerkname)[^\\n\\x1f]{1,50}?[\\s,;|/(]{1,4}(?:key|pass(?:word|wort|phrase|code|key)?|psk|pw|schl\xc3\xbcssel|kennwort|clave|cl\xc3\xa9|contrase\xc3\xb1" "a|senha)[\"']?(?:[ \\t]?[:=]|[ \\t])[ \\t]{0,4}[\"']?([^\\s\"'`<>|;,\\x1f]{8,63})|(?<![a-z])(?:wpa[23]?(?:[- ]?(?:psk|personal|key|passphrase|pw|password))?|psk)(?: key)?[\"']?(?: is|[:=])[ \\t]{0,4}[\"']?([^\\s\"'`<>|;,\\x1f]{8,63}))",
        valid_told, "The key of a wireless network behind its name."),
    ROW("pin", "SECRET_PIN", FAM_SECRET, DET_CASELESS | DET_SECRET, 800, 0, 0, 160, TRIGGER_WORD, "clave del cajero|clave de la tarjeta|clave del cofre|senha do cart\xc3\xa3o|senha do cofre|senha do banco|code de la carte|code bancaire|code confidentiel|geheimzahl|pincode|pin-kod|\xd0\xbf\xd0\xb8\xd0\xbd-\xd0\xba\xd0\xbe\xd0\xb4|\xd0\xbf\xd0\xb8\xd0\xbd\xd0\xba\xd0\xbe\xd0\xb4|\xd0\x9f\xd0\x98\xd0\x9d-\xd0\xba\xd0\xbe\xd0\xb4|alarm off|alarm on |pin |pin:|pin=|pin's|pin\xe2\x80\x99|pinc|pinn|passcode|door code|gate code|alarm code|lock code",
        "(?<![a-z0-9_])(?:pin(?![ -]?(?:code|number)?[ :=]{1,3}[0-9]{6}(?![0-9]))(?: ?(?:code|number|nummer|no\\.?))?|passcode|(?:door|gate|alarm(?: off| on)?|(?<=un)lock) code|clave (?:del cajero|de la tarjeta|del cofre)|senha do (?:cart\xc3\xa3o|cofre|banco)|code (?:de la carte|bancaire|confidentiel)|geheimzahl|pin-?kod|(?:\xd0\xbf\xd0\xb8\xd0\xbd|\xd0\x9f\xd0\x98\xd0\x9d)-?\xd0\xba\xd0\xbe\xd0\xb4)(?:[ (]{1,2}(?:[^\\s\\\"'`<>|{}=:0-9\\x1f]{1,24}(?<![.!?])|[0-9]{4}(?= (?:is|was|ist|es|est) ))){0,6}?(?: (?:is|was|ist|war|lautet|es|est|\xc3\xa9|\xc3\xa8|to|jest|\xc3\xa4r|er|on)(?: now| jetzt)?:?|'s|\xe2\x80\x99s| ?[:=]|(?<=code)(?= [0-9]))[ \\t]{0,2}[\\\"'`]?([0-9]{4,8}#?)(?![\\w%$-]|[.,:][0-9]| ?(?:digit|char|stellig|chiffre|times|bytes|attempt))",
        NULL, NULL, "A PIN or the code of a door behind a word for it."),
    ROW("pin_close_script", "SECRET_PIN", FAM_SECRET, 0, 800, 0, 0, 60, TRIGGER_WORD, "\xe6\x9a\x97\xe8\xa8\xbc\xe7\x95\xaa\xe5\x8f\xb7|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8|\xe5\xaf\x86\xe7\xa0\x81|\xe5\xaf\x86\xe7\xa2\xbc|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xe3\x83\x91\xe3\x82\xb9\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89",
        "(?:\xe6\x9a\x97\xe8\xa8\xbc\xe7\x95\xaa\xe5\x8f\xb7|\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8|\xe5\xaf\x86\xe7\xa0\x81|\xe5\xaf\x86\xe7\xa2\xbc|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|\xe3\x83\x91\xe3\x82\xb9\xe3\x82\xb3\xe3\x83\xbc\xe3\x83\x89)(?:\xe3\x81\xaf|\xe6\x98\xaf|\xe4\xb8\xba|\xe7\x82\xba|\xeb\x8a\x94|\xef\xbc\x9a|:|\xe3\x82\x92|\xe3\x81\x8c){1,2}[ ]?([0-9]{4,8})(?![\\w%$-]|[.,:][0-9])",
        NULL, NULL, "A PIN behind a word for it, where no blanks stand between words."),
    ROW("pin_close", "SECRET_PIN", FAM_SECRET, DET_CASELESS | DET_SECRET, 750, 0, 0, 60, TRIGGER_WORD, "pin |door code|gate code|alarm code",
        "(?<![a-z0-9_])(?:(?:(?<=atm )|(?<=card )|(?<=bank )|(?<=sim )|(?<=lock )|(?<=my )|(?<=phone )|(?<=mi )|(?<=mein )|(?<=meine ))pin|(?:door|gate|alarm) code)(?:,| -)? [\\\"'`]?#?([0-9]{4,8}#?)(?![\\w%$-]|[.,:][0-9])",
        NULL, NULL, "The same where nothing stands between."),
    NEAR_WORDS("one_time_code", "SECRET_OTP", 880, DET_CASELESS | DET_SECRET, 80, "5", OTP_WORDS,
        OTP_AT "((?:[A-Z]-)?[0-9]{3}[ -]?[0-9]{3}|[0-9]{5,8})(?![\\w%$-]|[.,:][0-9])",
        NULL, "A code that lets its bearer in once."),
    NEAR_WORDS("recovery_code", "SECRET_RECOVERY_CODE", 880, DET_CASELESS | DET_SECRET, 96, "8", RECOVERY_WORDS,
        RECOVERY_AT RECOVERY_LIST("(?=[A-Z-]{0,11}[0-9])(?!(?:19|20)[0-9]{2}-(?:19|20))(?:[A-Z0-9]{4,6}(?:-[A-Z0-9]{4,6}){1,7}|[0-9]{6,10}|[A-Z0-9]{8,12})"),
        NULL, "A code, or a list of them, that lets its bearer in without the second factor."),
    {
        .name = "recovery_code_spaced", .entity = "SECRET_RECOVERY_CODE", .family = FAM_SECRET, .flags = DET_CASELESS | DET_SECRET, .with_words = 880, .back = 96, .max_len = 200,
        .trigger = TRIGGER_NEAR_DIGITS, .at = "8", .confirm = "(?<![A-Za-z0-9])(?:" RECOVERY_AT RECOVERY_LIST("[0-9]{4} [0-9]{4}") ")",
        .words = RECOVERY_WORDS, .about = "The same of digits with a blank between.", .source = "how people write it",
    },
    {
        .name = "one_time_code_spaced", .entity = "SECRET_OTP", .family = FAM_SECRET, .flags = DET_CASELESS | DET_SECRET, .with_words = 880, .back = 80, .max_len = 200,
        .trigger = TRIGGER_NEAR_DIGITS, .at = "6", .confirm = "(?<![A-Za-z0-9])(?:" OTP_AT "([0-9]{3} [0-9]{3})(?![\\w%$-]|[.,:]? ?[0-9]))",
        .words = OTP_WORDS, .about = "The same with a blank in its midst.", .source = "how people write it",
    },
    NEAR_WORDS("code_in_front", "SECRET_OTP", 880, DET_CASELESS | DET_SECRET, 4, "5", "verification|security code|one-time|one time|otp|login code|best\xc3\xa4tigungscode|sicherheitscode|einmalcode|c\xc3\xb3" "digo de verificaci\xc3\xb3n|code de v\xc3\xa9rification",
        "(?<![\\w-])((?:[A-Z]-)?[0-9]{3}[ -]?[0-9]{3}|[0-9]{5,8}) (?:is|ist|es|est) (?:your|ihr|dein|tu|su|votre|ton)(?: [^\\s]{1,20}){0,2}? (?:(?:verification|security|one[- ]time|login)(?: code| password)?|otp|(?:best\xc3\xa4tigungs|sicherheits|einmal)code|c\xc3\xb3" "digo de|code de)",
        NULL, "The same in front of the word for it."),
    NEAR_WORDS("setting_value", "SECRET_PASSWORD", 900, DET_CASELESS | DET_SECRET, 96, "5", "password*|passwd|passphrase*",
        "(?:password|passwd|passphrase)[\"']?[ \\t]{0,3}\\n[ \\t]{1,20}value[\"']?: {1,3}[\"']?([^\\s\"'`<>|\\x1f]{5,64})(?![^\\s\"'`<>|\\x1f])",
        valid_told, "The value of a setting whose name is a password, on the next line."),
    NEAR_WORDS("mysql_password", "SECRET_PASSWORD", 900, DET_SECRET, 6, "5", "mysql|mysqldump|mysqladmin|mariadb|sqlcmd|sshpass|smbclient",
        "(?<= )-[pP][\"']?([^\\s\"'`<>|\\x1f-][^\\s\"'`<>|\\x1f]{4,63})",
        valid_told_brief, "A password that touches the flag for it."),
    NEAR_WORDS("password_call", "SECRET_PASSWORD", 880, DET_CASELESS | DET_SECRET, 40, "5", "password*|passwd|passphrase*",
        "[a-z_]{0,24}(?:password|passwd|passphrase)\\(\\s?[\"']([^\\s\"'`<>|\\x1f]{5,64})[\"']\\s?\\)",
        valid_told, "A password that is given to a function of such a name."),
    ROW("recovery_words", "SECRET_RECOVERY_PHRASE", FAM_SECRET, DET_CASELESS, 950, 0, 0, 400, TRIGGER_WORD, "seed phrase|recovery phrase|mnemonic|seed words|recovery words|wiederherstellungsphrase|frase semilla|\xe5\x8a\xa9\xe8\xae\xb0\xe8\xaf\x8d|\xd1\x81\xd0\xb8\xd0\xb4-\xd1\x84\xd1\x80\xd0\xb0\xd0\xb7\xd0\xb0",
        "(?:seed (?:phrase|words)|recovery (?:phrase|words)|mnemonic|wiederherstellungsphrase|frase semilla|\xe5\x8a\xa9\xe8\xae\xb0\xe8\xaf\x8d|\xd1\x81\xd0\xb8\xd0\xb4-\xd1\x84\xd1\x80\xd0\xb0\xd0\xb7\xd0\xb0)[^:=\\\"'\\n\\x1f]{0,40}?(?:[:=]|\xef\xbc\x9a| is| are| ist|est| es|'s|\xe6\x98\xaf)\\s{0,3}[\\\"'`]?((?:(?:[0-9]{1,2}[.)] ?)?[a-z]{3,8}[ ,\\n]{1,2}){11,23}(?:[0-9]{1,2}[.)] ?)?[a-z]{3,8})(?![a-z])",
        NULL, NULL, "The words that give a wallet back."),
};
/* clang-format on */

CATALOG_TABLE(catalog_told)
