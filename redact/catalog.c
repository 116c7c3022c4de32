/* redact/catalog.c - the rows. To add a detector: one row here, one line in
 * tests/unit/test_catalog.c.
 *
 * Refuses to know engines and texts. Constant: nobody frees it. */
#include "proxy/base/base.h"
#include "redact/catalog.h"
#include "redact/valid.h"

#define MONTHS                                                                                   \
    "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:"   \
    "ember)?|"                                                                                   \
    "oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|januar|februar|m\xc3\xa4rz|mai|juni|juli|oktober|" \
    "dezember|"                                                                                  \
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre|"  \
    "janvier|f\xc3\xa9vrier|mars|avril|juin|juillet|ao\xc3\xbbt|septembre|octobre|novembre|"     \
    "d\xc3\xa9"                                                                                  \
    "cembre)"
#define PHONE_WORDS                                                                          \
    "phone|phones|telephone|tel|cell|cellphone|mobile|mob|fax|call|dial|sms|text "           \
    "me|whatsapp|hotline|"                                                                   \
    "contact "                                                                               \
    "number|telefon|telefonnummer|handy|mobil|rufnummer|t\xc3\xa9l\xc3\xa9phone|t\xc3\xa9l|" \
    "portable|"                                                                              \
    "tel\xc3\xa9"                                                                            \
    "fono|m\xc3\xb3vil|celular|telefone|cellulare|telefono|telefoon|puhelin|"                \
    "\xe7\x94\xb5\xe8\xaf\x9d|"                                                              \
    "\xe6\x89\x8b\xe6\x9c\xba|\xe9\x9b\xbb\xe8\xa9\xb1|"                                     \
    "\xd1\x82\xd0\xb5\xd0\xbb\xd0\xb5\xd1\x84\xd0\xbe\xd0\xbd|"                              \
    "msisdn|answering|answer|messages|office|handset|landline|telepono|reach me|reach "      \
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
#define NB "(?<![A-Za-z0-9_])" /* nothing of a word in front */
#define NA "(?![A-Za-z0-9_])"  /* nor behind */
#define NBD "(?<![A-Za-z0-9_-])"
#define NAD "(?![A-Za-z0-9_-])"

/* clang-format off */
static const struct detector rows[] = {
    {"private_key", "SECRET_PRIVATE_KEY", FAM_SECRET, 0, 980, 0, 5, 16384, TRIGGER_WORD, "BEGIN ",
     "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?:[^\\x1f-]++|-(?!----))++"
     "-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\\s\\\\]{40,16000})",
     valid_pem, NULL, "A private key in PEM form, also with its line ends written as \\n."},
    {"jwt", "JWT", FAM_JWT, DET_SECRET, 900, 0, 0, 8192, TRIGGER_HEAD, "ey",
     NBD "(ey[A-Za-z0-9_-]{8,4000}\\.(?:ey)?[A-Za-z0-9_-]{2,4000}\\.[A-Za-z0-9_-]{0,2000}"
     "(?:\\.[A-Za-z0-9_-]{1,4000}\\.[A-Za-z0-9_-]{1,200})?)",
     valid_jwt, NULL, "A JSON Web Token whose header decodes."},
    {"url_credential", "URL_CREDENTIAL", FAM_SECRET, DET_CASELESS | DET_SECRET, 960, 0, 21, 400, TRIGGER_URL, "://",
     "\\b[a-z][a-z0-9+.-]{1,20}://[^\\s/?#@:\"'<>\\x1f]{0,64}:([^\\s/\"'<>\\x1f]{1,200})@(?=[\\w\\[.-])",
     NULL, NULL, "The password in scheme://user:password@host."},
    {"aws_access_key_id", "SECRET_AWS_ACCESS_KEY_ID", FAM_SECRET, DET_SECRET, 900, 950, 0, 20, TRIGGER_HEAD, "A3T|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA",
     NB "((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z2-7]{16})" NA,
     valid_token, "aws|amazon|access key|key id", "The id of an AWS access key."},
    {"aws_secret_access_key", "SECRET_AWS_SECRET_ACCESS_KEY", FAM_SECRET, DET_SECRET, 0, 900, 0, 40, TRIGGER_FORTY, NULL,
     "(?<![A-Za-z0-9/+])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])",
     valid_aws_secret, "aws|amazon|secret access key|secretaccesskey|secret_access_key|secret key|akia",
     "An AWS secret key: 40 characters beside a word of AWS."},
    {"github_token", "SECRET_GITHUB_TOKEN", FAM_SECRET, DET_SECRET, 850, 0, 0, 1024, TRIGGER_HEAD, "ghp_|gho_|ghu_|ghs_|ghr_|github_pat_",
     NB "(gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{36,255}|ghs_[0-9]{1,12}_eyJ[\\w.-]{20,900})" NA,
     valid_github, NULL, "A GitHub token of any kind."},
    {"gitlab_token", "SECRET_GITLAB_TOKEN", FAM_SECRET, DET_SECRET, 900, 0, 0, 300, TRIGGER_HEAD, "glpat-|glptt-|gldt-|glrt-|glcbt-|glft-|glimt-|glagent-|gloas-|glsoat-|glffct-|GR134894",
     NB "(gl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|oas|soat|ffct)-[0-9A-Za-z_-]{9}[0-9A-Za-z_=-]{7,191}"
     "(?:\\.[0-9a-z]{2}\\.[0-9a-z]{7})?|GR1348941[0-9A-Za-z_-]{20})" NA,
     valid_token, NULL, "A GitLab token of any kind."},
    {"slack_token", "SECRET_SLACK_TOKEN", FAM_SECRET, DET_SECRET, 900, 0, 0, 400, TRIGGER_HEAD, "xoxa|xoxb|xoxe|xoxo|xoxp|xoxr|xoxs|xapp-",
     NB "(xox[abeoprs]-(?=[A-Za-z-]{0,60}[0-9])[A-Za-z0-9-]{18,250}|xoxe\\.xox[bp]-(?=[A-Za-z0-9-]{0,60}[0-9][A-Za-z0-9-]{6})[A-Za-z0-9-]{40,250}|xapp-[0-9]-[A-Za-z0-9-]{10,250})" NA,
     valid_token, NULL, "A Slack token."},
    {"slack_webhook", "SECRET_SLACK_WEBHOOK", FAM_SECRET, DET_SECRET, 900, 0, 8, 200, TRIGGER_WORD, "hooks.slack",
     "((?:https://)?hooks\\.slack(?:-gov)?\\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,100})",
     valid_token, NULL, "The address of a Slack webhook."},
    {"stripe_key", "SECRET_STRIPE_KEY", FAM_SECRET, DET_SECRET, 900, 0, 0, 120, TRIGGER_HEAD, "sk_test_|sk_live_|sk_prod_|rk_test_|rk_live_|rk_prod_|whsec_",
     NB "([sr]k_(?:test|live|prod)_[0-9A-Za-z]{10,110}|whsec_[A-Za-z0-9+/]{24,100}=?)" NA,
     valid_token, NULL, "A Stripe secret, restricted or webhook key."},
    {"anthropic_key", "SECRET_ANTHROPIC_API_KEY", FAM_SECRET, DET_SECRET, 950, 0, 0, 200, TRIGGER_HEAD, "sk-ant-",
     NBD "(sk-ant-[a-z]{2,8}[0-9]{0,2}-[A-Za-z0-9_-]{20,180})",
     valid_token, NULL, "An Anthropic API or admin key."},
    {"openai_key", "SECRET_OPENAI_API_KEY", FAM_SECRET, DET_SECRET, 900, 0, 0, 260, TRIGGER_HEAD, "sk-",
     NBD "(sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,240}|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|"
     "sk-[A-Za-z0-9]{32,64})" NA,
     valid_token, NULL, "An OpenAI key, or one of its imitators' (sk-...)."},
    {"google_api_key", "SECRET_GOOGLE_API_KEY", FAM_SECRET, DET_SECRET, 900, 0, 0, 39, TRIGGER_HEAD, "AIza",
     NBD "(AIza[0-9A-Za-z_-]{35})" NAD, valid_token, NULL, "A Google API key."},
    {"google_oauth", "SECRET_GOOGLE_OAUTH_TOKEN", FAM_SECRET, DET_SECRET, 900, 0, 0, 400, TRIGGER_HEAD, "GOCSPX-|ya29.",
     NBD "(GOCSPX-[0-9A-Za-z_-]{28}|ya29\\.[0-9A-Za-z_.-]{20,380})" NAD,
     valid_token, NULL, "A Google OAuth client secret or access token."},
    {"huggingface_token", "SECRET_HUGGINGFACE_TOKEN", FAM_SECRET, DET_SECRET, 900, 0, 0, 60, TRIGGER_HEAD, "hf_|api_org_",
     NB "((?:hf_|api_org_)[A-Za-z0-9]{34,40})" NA,
     valid_token, NULL, "A Hugging Face token."},
    {"npm_token", "SECRET_NPM_TOKEN", FAM_SECRET, DET_SECRET, 850, 0, 0, 60, TRIGGER_HEAD, "npm_",
     NB "(npm_[0-9A-Za-z]{36})" NA, valid_github, NULL, "An npm access token."},
    {"npm_config", "SECRET_NPM_TOKEN", FAM_SECRET, DET_SECRET, 850, 0, 0, 80, TRIGGER_NAME, "32:_authtoken",
     "_authToken\\s{0,2}=\\s{0,2}[\"']?([0-9a-f-]{36})", valid_github, NULL, "An npm access token in its settings file."},
    {"vendor_token", "SECRET_VENDOR_TOKEN", FAM_SECRET, DET_SECRET, 850, 0, 0, 300, TRIGGER_HEAD, "gsk_|xai-|pplx-|r8_|SG.|dop_v1_|doo_v1_|dor_v1_|hvs.|glsa_|pypi-AgEI|rubygems|dckr_|dapi|shpat_|shpca_|shppa_|"
     "shpss_|lin_api_|ntn_|PMAK-|sntrys_|sntryu_|NRAK-|tskey-|figd_|sq0atp-|sq0csp-|key-|dp.pt.|dp.st.|xkeysib-|AGE-SECR|"
     "pscale_|tvly-|lsv2_",
     NBD "(gsk_[A-Za-z0-9]{40,60}|xai-[A-Za-z0-9]{40,100}|pplx-[A-Za-z0-9]{32,64}|r8_[A-Za-z0-9]{30,50}|"
     "SG\\.[\\w-]{20,24}\\.[\\w-]{39,50}|do[opr]_v1_[a-f0-9]{64}|hvs\\.[\\w-]{24,200}|glsa_[A-Za-z0-9]{32}_[A-Fa-f0-9]{8}|"
     "pypi-AgEI[\\w-]{40,250}|rubygems_[a-f0-9]{48}|dckr_[po]at_[\\w-]{27,32}|dapi[a-f0-9]{32}(?:-\\d)?|"
     "shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}|lin_api_[A-Za-z0-9]{40}|ntn_[0-9]{11}[A-Za-z0-9]{32,35}|"
     "PMAK-[a-f0-9]{24}-[a-f0-9]{34}|sntry[su]_[\\w+/=-]{40,250}|NRAK-[A-Z0-9]{27}|tskey-[a-z]+-[\\w-]{16,80}|"
     "figd_[\\w-]{40}|sq0(?:atp|csp)-[\\w-]{22,60}|key-[0-9a-f]{32}|dp\\.[ps]t\\.[A-Za-z0-9]{40,44}|"
     "xkeysib-[a-f0-9]{64}-[A-Za-z0-9]{16}|AGE-SECRET-KEY-1[0-9A-Z]{58}|pscale_(?:tkn|pw|oauth)_[\\w=.-]{32,64}|"
     "tvly-[A-Za-z0-9-]{20,60}|lsv2_(?:pt|sk)_[a-f0-9]{32}_[a-f0-9]{10})" NA,
     valid_token, NULL, "A token of another vendor that has a prefix of its own."},
    {"password", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 700, 0, 0, 160, TRIGGER_NAME, "4:password|passwd|passwort|kennwort|contrase\xc3\xb1" "a|mot de passe|senha|pwd",
     "(?:passw(?:or)?d|passwort|kennwort|contrase\xc3\xb1" "a|mot de passe|senha|pwd)[\"'`]{0,2}\\s{0,3}"
     "(?::=|=>|[:=]|is\\s)\\s{0,3}(?:\"([^\"\\s\\x1f]{4,100})\"|'([^'\\s\\x1f]{4,100})'|([^\\s\"'`,;<>(){}\\[\\]&\\x1f]{6,100}))",
     valid_password, NULL, "What stands behind password= or password:."},
    {"assigned_secret", "SECRET_API_KEY", FAM_SECRET, DET_CASELESS | DET_SECRET, 700, 0, 24, 200, TRIGGER_NAME, "16:key|token|secret|auth|credential|credentials|creds|access",
     "(?:api|access|auth|secret|token|private|client|bearer|credential|app|account|service|encryption|signing|webhook|key)[a-z0-9_.-]{0,24}"
     "[\"'`]{0,2}[ \\t]{0,3}(?::=|=>|[:=])[ \\t]{0,3}(?:bearer |basic |token )?[\"'`]?([a-z0-9_+/=.~-]{16,150})(?![a-z0-9_+/=.~({\\[-])",
     valid_random, NULL, "What stands behind api_key=, token: and the like and looks random."},
    {"crypto_base58", "CRYPTO", FAM_CRYPTO_WALLET, 0, 750, 950, 0, 35, TRIGGER_HEAD, "1|3",
     NB "([13][a-km-zA-HJ-NP-Z1-9]{25,34})" NA,
     valid_base58, WALLET_WORDS, "A Bitcoin address with a right Base58 check."},
    {"crypto_bech32", "CRYPTO", FAM_CRYPTO_WALLET, DET_CASELESS, 800, 950, 0, 90, TRIGGER_HEAD, "bc1|tb1",
     NB "((?:bc|tb)1[ac-hj-np-z02-9]{11,80})" NA,
     valid_bech32, WALLET_WORDS, "A Bitcoin address with a right Bech32 or Bech32m check."},
    {"crypto_eth", "CRYPTO", FAM_CRYPTO_WALLET, 0, 700, 900, 0, 42, TRIGGER_HEAD, "0x",
     NB "(0x[0-9a-fA-F]{40})" NA, valid_eth, WALLET_WORDS, "An Ethereum address."},
    {"iban", "IBAN_CODE", FAM_IBAN, DET_CASELESS | DET_GROUPED, 800, 950, 0, 48, TRIGGER_COUNTRY, NULL,
     NB "([a-z]{2}[0-9]{2}(?:[ -]{0,2}[a-z0-9]){11,36})",
     valid_iban, "iban|bank|account|konto|compte|cuenta|conto", "An IBAN of its country's length with a right check."},
    {"credit_card", "CREDIT_CARD", FAM_CREDIT_CARD, DET_NUMBER | DET_GROUPED, 750, 950, 0, 40, TRIGGER_DIGITS, "12",
     "([0-9](?:[ .-]{0,2}[0-9]){11,18})(?![0-9])",
     valid_card, CARD_WORDS, "A payment card number: issuer, length and Luhn."},
    {"us_ssn", "US_SSN", FAM_NATIONAL_ID, DET_NUMBER, 700, 950, 0, 11, TRIGGER_GROUPS, "3-2-4",
     "([0-9]{3}-[0-9]{2}-[0-9]{4})", valid_ssn,
     "ssn|social|social security|socialsecurity|ssns|itin|taxpayer", "A US social security number with dashes."},
    {"us_ssn_plain", "US_SSN", FAM_NATIONAL_ID, DET_NUMBER | DET_DIGITS | DET_GROUPED, 100, 800, 0, 11, TRIGGER_DIGITS, "9",
     "([0-9]{3}[ .]?[0-9]{2}[ .]?[0-9]{4})", valid_ssn,
     "ssn|social|social security|socialsecurity|ssns", "The same without dashes, beside a word for it."},
    {"email", "EMAIL_ADDRESS", FAM_EMAIL, DET_CASELESS, 900, 950, 0, 320, TRIGGER_AT, NULL,
     "(?<![a-z0-9._%+-])([a-z0-9_%+](?:[a-z0-9._%+'!#$&*/=?^{|}~`-]{0,63})@(?:[a-z0-9\\x80-\\xff](?:[a-z0-9\\x80-\\xff-]{0,62})\\.){1,8}"
     "(?:xn--[a-z0-9-]{2,59}|[a-z]{2,24}))(?![a-z0-9_-]|\\.[a-z0-9])",
     valid_email, "mail|email|e-mail|contact", "An e-mail address."},
    {"ipv4", "IP_ADDRESS", FAM_IP_ADDRESS, 0, 700, 900, 0, 15, TRIGGER_DOTTED, NULL,
     "(?<![\\w.+])(?<!\\d-)([0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3})(?![\\w]|\\.[0-9]|-[a-z0-9])", valid_ipv4,
     "ip|ipv4|address|host|server|client|dns|gateway|subnet|ping", "An IPv4 address."},
    {"mac", "MAC_ADDRESS", FAM_MAC_ADDRESS, DET_CASELESS, 850, 950, 0, 23, TRIGGER_PAIRS, NULL,
     "(?<![\\w:.-])([0-9a-f]{2}([:-])(?:[0-9a-f]{2}\\2){4}(?:[0-9a-f]{2}\\2[0-9a-f]{2}\\2)?[0-9a-f]{2}|"
     "[0-9a-f]{4}\\.[0-9a-f]{4}\\.[0-9a-f]{4})(?!\\w|[:-][0-9a-f]|\\.[0-9a-f])",
     valid_mac, "mac|hardware|ethernet|wifi|bssid|device", "A MAC address of 48 or 64 bits."},
    {"ipv6", "IP_ADDRESS", FAM_IP_ADDRESS, DET_CASELESS, 800, 950, 0, 46, TRIGGER_COLONS, NULL,
     "(?<![\\w:.])((?:[0-9a-f]{0,4}:){2,7}(?:[0-9]{1,3}(?:\\.[0-9]{1,3}){3}|[0-9a-f]{0,4}))(?![\\w:]|\\.[0-9])",
     valid_ipv6, "ip|ipv6|address|host|server|client|dns|gateway|subnet", "An IPv6 address."},
    {"phone_international", "PHONE_NUMBER", FAM_PHONE, DET_NUMBER, 750, 900, 0, 40, TRIGGER_PLUS, "7",
     "(?<![\\w+.-])((?:\\+[ (]{0,2}|00)[1-9][0-9]{0,2}\\)?(?:[ ().\\xc2\\xa0/-]{0,3}[0-9]){6,13}(?: ?(?:x|ext\\.?) ?[0-9]{1,6})?)(?![0-9])",
     valid_phone, PHONE_WORDS, "A phone number with + or 00 and a country code."},
    {"phone_us", "PHONE_NUMBER", FAM_PHONE, DET_NUMBER, 650, 900, 4, 40, TRIGGER_GROUPS, "3-3-4|3-7",
     "(?<![\\w+.-])((?:1[ .-]?)?(?:\\([2-9][0-9]{2}\\)[ .-]{0,2}[2-9][0-9]{2}[ .-]?|[2-9][0-9]{2}[ .-][2-9][0-9]{2}[ .-])[0-9]{4}(?: ?(?:x|ext\\.?) ?[0-9]{1,6})?)(?![0-9])",
     valid_phone_us, PHONE_WORDS, "A North American phone number with its usual separators."},
    {"phone_national", "PHONE_NUMBER", FAM_PHONE, DET_NUMBER | DET_DIGITS, 350, 750, 2, 40, TRIGGER_DIGITS, "7",
     "(?<![\\w+.-])(\\(?[0-9](?:[ ().\\xc2\\xa0/-]{0,3}[0-9]){6,13}(?: ?(?:x|ext\\.?) ?[0-9]{1,6})?)(?![0-9])",
     valid_phone, PHONE_WORDS, "A national phone number beside a word for it."},
    {"date_of_birth", "DATE_OF_BIRTH", FAM_DATE, DET_CASELESS, 100, 850, 0, 40, TRIGGER_DATE, NULL,
     "(?<![\\w./-])([0-9]{4}([./-])[0-9]{1,2}\\2[0-9]{1,2}|[0-9]{1,2}([./-])[0-9]{1,2}\\3(?:[0-9]{4}|[0-9]{2})|"
     "[0-9]{1,2}(?:st|nd|rd|th|\\.)? (?:of |de )?" MONTHS ",?(?: de)? [0-9]{4}|" MONTHS
     "\\.? [0-9]{1,2}(?:st|nd|rd|th)?,? [0-9]{4})(?![\\w/-]|\\.[0-9])",
     valid_date, DOB_WORDS, "A date beside a word for birth."},
};
/* clang-format on */

size_t catalog_count(void)
{
    return GW_COUNT(rows);
}

const struct detector *catalog_at(size_t i)
{
    return i < GW_COUNT(rows) ? &rows[i] : NULL;
}
