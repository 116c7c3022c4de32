/* redact/catalog_assigned.c - rows: secrets that only the words beside them give away: passwords,
 * keys and tokens in assignments, flags, SQL, XML, headers and beside a vendor's name.
 *
 * Refuses to know engines and texts. Constant: nobody frees it. */
#include "proxy/base/base.h"
#include "redact/catalog_rows.h"
#include "redact/valid.h"
#include "redact/valid_secret.h"

/* Between a name and its value: quotes, then = := => == != : -> "is", or a comma behind a quote. */
#define SIGN                                                                                       \
    "(?:[\"'`\\\\\\])}]{0,4}\\s{0,3}(?:[:?!|]{0,2}={1,3}>?|::?|->|(?<![A-Za-z0-9_.-])is\\s)|[\"'`" \
    "]"                                                                                            \
    "\\s?,(?=\\s?[\"'`]"                                                                           \
    "))"                                                                                           \
    "\\s{0,3}"
/* A value in quotes, or without: group 1, by branch reset. */
#define QUOTED \
    "\\\\?\"([^\"\\x1f\\n]{4,100}?)\\\\?\"|'([^'\\x1f\\n]{4,100})'|`([^`\\x1f\\n]{4,100})`"
#define PASSWORD                                                                             \
    "(?:passw(?:or)?d|passwort|passphrase|pass_?code|kennwort|contrase\xc3\xb1"              \
    "a|contrasena|mot de passe|"                                                             \
    "senha|wachtwoord|has\xc5\x82o|haslo|salasana|l\xc3\xb6senord|"                          \
    "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|"                                      \
    "\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|"                                      \
    "\xd0\x9f\xd0\x90\xd0\xa0\xd0\x9e\xd0\x9b\xd0\xac|"                                      \
    "\xe5\xaf\x86\xe7\xa0\x81|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|" \
    "\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8|"                                      \
    "\xed\x8c\xa8\xec\x8a\xa4\xec\x9b\x8c\xeb\x93\x9c|pwd)"
#define PASSWORD_AT                                                                          \
    "password|passwd|passwort|passphrase|passcode|pass_code|kennwort|contrase\xc3\xb1"       \
    "a|contrasena|mot de passe|"                                                             \
    "senha|wachtwoord|has\xc5\x82o|haslo|salasana|l\xc3\xb6senord|"                          \
    "\xd0\xbf\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|"                                      \
    "\xd0\x9f\xd0\xb0\xd1\x80\xd0\xbe\xd0\xbb\xd1\x8c|"                                      \
    "\xd0\x9f\xd0\x90\xd0\xa0\xd0\x9e\xd0\x9b\xd0\xac|"                                      \
    "\xe5\xaf\x86\xe7\xa0\x81|\xe3\x83\x91\xe3\x82\xb9\xe3\x83\xaf\xe3\x83\xbc\xe3\x83\x89|" \
    "\xeb\xb9\x84\xeb\xb0\x80\xeb\xb2\x88\xed\x98\xb8|"                                      \
    "\xed\x8c\xa8\xec\x8a\xa4\xec\x9b\x8c\xeb\x93\x9c|pwd"
/* A name that goes on so says something of a password: password_hash_algorithm. */
#define NOT_OF_IT                                                                              \
    "(?![a-z0-9_.-]{0,20}(?:algo|polic|length|strength|expir|attempt|pattern|regex|rounds|req" \
    "uired|enabled|disabled|encod|encryption|hasher|validat|changed|updated|timeout|lifetime|" \
    "history|reset|hint|label|prompt"                                                          \
    "|field|input|column|[_.-](?:max|min|age|count|class|mode|type|format)))"
#define TAIL "[a-z0-9_.-]{0,24}" /* what may stand behind a word in a name */
/* Of what is named an id, but for those that belong to a secret, a UUID is one. */
#define NO_ID \
    "(?:(?<!id)|(?<=client_id)|(?<=secret_id)|(?!\\W{1,8}[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-))"
#define SECRET_WORDS                                                  \
    "secret*|token|apikey*|api key|api_key|api-key|accesskey|access " \
    "key|access_key|access-key|private key|"                          \
    "private_key|private-key|privatekey|credential*|client "          \
    "secret|bearer|auth|authorization|authtoken|"                     \
    "key|license key|passphrase|password*|passwd|pwd|signing|private*|access*"
/* Not a template: {{ }} up to the end of the line. */
#define BARE "(?!\\S{0,60}\\{\\{\\S{0,60}\\}\\}\\s*+(?:\\n|$))([^\\s\"'`,;<>|\\x1f]{6,100})"

/* clang-format off */
static const struct detector rows[] = {
    ROW("password", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 700, 0, 0, 200, TRIGGER_NAME, "4:" PASSWORD_AT,
        "(?|" PASSWORD NOT_OF_IT TAIL SIGN "(?|" QUOTED "|" BARE "))",
        valid_password, NULL, "What stands behind password= or password:, in twelve languages."),
    ROW("password_plain", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 650, 950, 0, 100, TRIGGER_NAME, "6:password|passwd",
        "(?|(?:passwor[dt]|kennwort|passwd|passphrase|pwd)[\"']?\\s{0,2}(?|[:=]{1,2}>?\\s{0,3}(?:\"([a-z_-]{6,60})\"|'([a-z_-]{6,60})')|(?::[ \\t]{1,4}|=[ \\t]{0,3})([a-z-]{6,60})[ \\t]*(?=[\\r\\n,;}]|$)))",
        valid_password_plain, "user|username|login|host|hostname|server|smtp|account|email|auth", "Words that are a password, in JSON, settings and code."),
    ROW("password_short", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 700, 0, 0, 160, TRIGGER_NAME,
        "4:pass|pswd|psswd|pwrd|paswd|paswrd|pasword|pswrd|psword|psswrd|pssword",
        "(?|(?:pass|psswr?d|pswr?d|pwrd|paswr?d|pasword|ps?sword)" SIGN "(?|" QUOTED "|" BARE "))",
        valid_password_short, NULL, "The same behind shorter and misspelt words: pass=."),
    ROW("password_pw", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 700, 0, 0, 160, TRIGGER_WORD, "pw:|pw=|pw =|pw :",
        "(?|(?<![a-z])pw ?[:=]{1,2} ?(?|" QUOTED "|" BARE "))",
        valid_password_short, NULL, "The same behind pw: and pw=."),
    ROW("password_flag", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 750, 0, 0, 200, TRIGGER_WORD,
        "-password |-passwd |-pass |-passphrase |-pw |-pwd |-secret |-token |-apikey |-api-key |-access-key |-secret-key |"
        "-password=|-passwd=|-pass=|-passphrase=|-pw=|-pwd=|-secret=|-token=|-apikey=|-api-key=|-access-key=|-secret-key=",
        "(?|-(?:password|passwd|pass|passphrase|pwd?|secret|token|api-?key|access-key|secret-key)[ =]{1,2}"
        "(?|" QUOTED "|([^\\s\"'`$<>(){}\\[\\]|&;-][^\\s\"'`<>(){}\\[\\]|&;\\x1f]{3,100})))",
        valid_password, NULL, "A password or key as a flag of a command."),
    ROW("curl_user", "SECRET_PASSWORD", FAM_SECRET, DET_SECRET, 0, 800, 0, 200, TRIGGER_WORD, "-u |--user |--user=|--proxy-user",
        "(?|(?<![\\w-])(?:-u|--user|--proxy-user)[ =]{1,3}(?![^\\s:]{0,64}:\\$[A-Z{(])(?|\"([^\\s:\"]{0,64}:[^\\s\"]{3,100})\"|'([^\\s:']{0,64}:[^\\s']{3,100})'|"
        "([^\\s:\"'-][^\\s:\"']{0,64}:(?![0-9]{1,6}(?:\\s|$))[^\\s\"]{3,100})))",
        NULL, "curl|wget|http|https|httpie", "user:password behind curl -u."),
    ROW("command_password", "SECRET_PASSWORD", FAM_SECRET, DET_SECRET, 0, 700, 0, 120, TRIGGER_WORD, " -p ",
        "(?| -p (?|'([^'\\s\\x1f]{4,60})'|\"([^\"\\s\\x1f]{4,60})\"|(?=[^\\s]{0,40}[A-Z0-9_!@#$%])(?=[^\\s:]{0,40}[A-Za-z])([A-Za-z0-9][^\\s:/\"'<>|;&]{3,60})))(?=\\s|$)",
        valid_password, "psexec|sshpass|mysql|mysqldump|docker login|az login|smbclient|rdesktop", "A password behind -p of a command that asks for one."),
    ROW("kubernetes_env", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 750, 0, 0, 200, TRIGGER_WORD,
        "password\n|passwd\n|pwd\n|secret\n|token\n|_key\n|apikey\n|password\"\n|secret\"\n|token\"\n|_key\"\n",
        "(?|(?:password|passwd|pwd|secret|token|key)[\"']?\n[ \t]{1,40}value: {1,4}(?|\"([^\"\x1f\n]{4,160})\"|'([^'\x1f\n]{4,160})'|([^\\s\"'{$][^\\s\x1f]{3,160})))",
        valid_password, NULL, "The value of an entry of an environment whose name is that of a secret."),
    ROW("sqlplus", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 800, 0, 0, 160, TRIGGER_WORD, "sqlplus |expdp |impdp |sqlldr |sqlcl |rman target ",
        "(?:sqlplus|expdp|impdp|sqlldr|sqlcl|rman target)(?: -[a-z]{1,8}){0,3} [\"']?[a-z0-9_$#]{1,40}/([^\\s@\"'/]{3,60})(?=@|[\\s\"']|$)",
        valid_password, NULL, "The password of a user of an Oracle database, on the command line."),
    ROW("powershell_secret", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 800, 0, 0, 200, TRIGGER_WORD, "securestring |-name ",
        "(?|securestring (?:-string )?(?|\"([^\"\x1f\n]{4,100})\"|'([^'\x1f\n]{4,100})')|-name [\"']?[a-z_$:]{0,30}(?:pass[a-z]{0,6}|pwd|secret|token|apikey)[\"']? -value (?|\"([^\"\x1f\n]{4,100})\"|'([^'\x1f\n]{4,100})'))",
        valid_password, NULL, "A secret in PowerShell, as a string made secure or the value of a variable."),
    ROW("net_use", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 800, 0, 0, 240, TRIGGER_WORD, "net use |cmdkey |/user:",
        "(?|net use [^\n\x1f]{2,120}?/user:[^\\s]{1,60} (?!/|\\*)([^\\s/][^\\s\x1f]{3,60})|net use [a-z*]:? [^\\s]{4,100} (?!/|\\*)([^\\s/][^\\s\x1f]{3,60}) /user:|/user:[^\\s]{1,60} /pass(?:word)?:[\"']?([^\\s\"'\x1f]{4,60}))",
        valid_password, NULL, "The password of a share in Windows, on the command line."),
    ROW("tool_password", "SECRET_PASSWORD", FAM_SECRET, DET_SECRET, 800, 0, 0, 240, TRIGGER_WORD, "ldapsearch |ldapadd |ldapmodify |ldapdelete |ldapwhoami |ssh-keygen |htpasswd |rclone config ",
        "(?:ldap[a-z]{3,6} [^\n\x1f]{0,120}?(?<= )-w |ssh-keygen [^\n\x1f]{0,120}?(?<= )-[NP] |htpasswd -[a-zA-Z]{0,6}b[a-zA-Z]{0,6} [^ \n\x1f]{1,80} [^ \n\x1f]{1,40} )[\"']?([^\\s\"'$\x1f-][^\\s\"'\x1f]{3,60})",
        valid_password, NULL, "The password of a call of a tool that takes it as a flag of its own."),
    ROW("credential_pair", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 800, 0, 0, 200, TRIGGER_WORD, "credential(|credentials(",
        "credentials?\\(\\s?[\"'][^\"'\n\x1f]{1,60}[\"'], ?[\"']([^\"'\\s\x1f]{4,64})[\"']",
        valid_told, NULL, "The second argument of a call that makes a credential."),
    ROW("openssl_password", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 800, 0, 0, 240, TRIGGER_WORD, "openssl ",
        "openssl [a-z0-9]{2,10} [^\n\x1f]{0,120}?(?<= )-(?:k |pass(?:in|out)? pass:)[\"']?([^\\s\"'$\x1f-][^\\s\"'\x1f]{3,60})",
        valid_password, NULL, "The password of a call of openssl."),
    ROW("sql_password", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 750, 0, 0, 160, TRIGGER_WORD,
        "identified by |identified with |password '|password \"|password to ",
        "(?|identified (?:with \\S{2,40} )?(?:by|as|with) (?:password )?(?|\\\\?'([^'\\x1f\\n\\\\]{3,100})|\\\\?\"([^\"\\x1f\\n\\\\]{3,100})|([^\\s'\";<>()]{3,100}))|"
        "password (?:to )?(?|'([^'\\x1f\\n]{4,100})'|\"([^\"\\x1f\\n]{4,100})\"))",
        valid_password, NULL, "The password of a user in SQL."),
    ROW("netrc", "SECRET_PASSWORD", FAM_SECRET, DET_SECRET, 0, 800, 0, 120, TRIGGER_WORD, "password ",
        "\\bpassword[ \\t]{1,4}([^\\s\"'`<>]{4,100})", valid_netrc, "machine|login|netrc", "The password of a machine in .netrc."),
    ROW("xml_secret", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 750, 0, 40, 300, TRIGGER_WORD,
        "password>|passwd>|pwd>|secret>|token>|apikey>|api_key>|api-key>|passphrase>|privatekey>|accesskey>",
        "(?|<[\\w:.-]{0,40}?(?:password|passwd|pwd|secret|token|api[_-]?key|passphrase|privatekey|accesskey)>\\s{0,8}([^<>\\s\\x1f]{4,200})\\s{0,8}</)",
        valid_password, NULL, "The content of an element such as <password>."),
    ROW("xml_named", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 750, 0, 0, 260, TRIGGER_WORD,
        "password\">|passwd\">|pwd\">|secret\">|token\">|apikey\">|api_key\">|api-key\">",
        "(?:password|passwd|pwd|secret|token|api[_-]?key)\">\\s{0,8}([^<>\\s\\x1f]{4,200})\\s{0,8}</",
        valid_password, NULL, "The content of an element that is named as a password is."),
    ROW("xml_attribute", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 750, 0, 0, 260, TRIGGER_WORD,
        "password\" value=|pwd\" value=|secret\" value=|token\" value=|apikey\" value=|key\" value=|password\", \"value\"|secret\", \"value\"|token\", \"value\"|password\",\"value\"|secret\",\"value\"|token\",\"value\"",
        "(?|(?:password|pwd|secret|token|(?:api|access|private)[_-]?key)\"(?:\\s{0,3},\\s{0,3}\"value\"\\s{0,2}:\\s{0,2}| value=)\"([^\"\\x1f]{4,200})\")",
        valid_password, NULL, "An element whose key is a password and whose value stands beside it."),
    ROW("assigned_secret", "SECRET_API_KEY", FAM_SECRET, DET_CASELESS | DET_SECRET, 700, 0, 24, 2100, TRIGGER_NAME_RUN, "16:key|token|secret|auth|credential|credentials|creds|access",
        UNREAL "(?:api|access|auth|secret|token|private|client|bearer|credential|app|account|service|encryption|signing|webhook|key)" TAIL NO_ID
        SIGN "(?:bearer |basic |token )?[\"'`]?(?=[a-z0-9_+/=.~%:-]{16})([a-z0-9_+/=.~%-]{1,2000}+(?::[a-z0-9_+/=.~%-]{1,200}+){0,4}+)(?![({\\[])",
        valid_assigned, NULL, "What stands behind api_key=, token: and the like and looks random."),
    ROW("assigned_quoted", "SECRET_API_KEY", FAM_SECRET, DET_CASELESS | DET_SECRET | DET_UNREAL, 700, 0, 24, 240, TRIGGER_NAME_QUOTED, "6:key|token|secret|credential|creds|secrete",
        UNREAL "(?|(?:api_?-?key|apikey|access_?-?key|(?<![a-z])auth|secret|token|private_?-?key|client_?-?secret|credential|signing_?-?key)" TAIL NO_ID
        SIGN "(?|" QUOTED "))",
        valid_secret, NULL, "A quoted value behind such a name that no word or path is."),
    ROW("bearer", "SECRET_BEARER", FAM_SECRET, DET_CASELESS | DET_SECRET, 800, 0, 0, 1024, TRIGGER_WORD, "bearer |basic |authorization: |authorization:",
        "(?|(?:authorization[\"']?\\s{0,2}[:=]\\s{0,2}[\"']?(?:bearer|basic|token|apikey|digest)?|bearer|basic)\\s{1,3}[\"']?([a-z0-9_+/.~=-]{12,1000}))",
        valid_bearer, NULL, "What stands behind Authorization: Bearer or Basic."),
    ROW("cookie", "SECRET_COOKIE", FAM_SECRET, DET_CASELESS | DET_SECRET, 750, 0, 0, 400, TRIGGER_WORD, "session=|sessionid=|sessid=|sid=",
        "(?:session|sessionid|sessid|sid)=([a-z0-9_%+/.:~-]{16,300})",
        valid_near, NULL, "The value of a cookie that holds a session."),
    ROW("webhook_url", "SECRET_WEBHOOK", FAM_SECRET, DET_CASELESS | DET_SECRET, 900, 0, 110, 400, TRIGGER_WORD,
        "/api/webhooks/|/webhookb2/|/hooks/catch/|maker.ifttt.com|chat.googleapis.com|hooks.chime.aws|/webhook/incoming|office.com/webhook|hook.make.com|integromat.com|/incomingwebhooks/|.tines.com/webhook/|/powerautomate/automations/|logic.azure.com",
        "((?:https?://)?(?:[\\w-]{1,60}\\.){0,4}(?:discord(?:app)?\\.com/api/(?:v[0-9]{1,2}/)?webhooks/[0-9]{6,24}/[\\w-]{20,100}|"
        "webhook\\.office\\.com/webhookb2/[\\w@/.-]{40,260}|office\\.com/webhook/[\\w@/.-]{40,260}|hooks\\.zapier\\.com/hooks/catch/[\\w/]{8,60}|"
        "maker\\.ifttt\\.com/[\\w/]{4,120}|chat\\.googleapis\\.com/v1/spaces/[^\\s\"'<>]{20,250}|hooks\\.chime\\.aws/incomingwebhooks/[^\\s\"'<>]{20,250}|"
        "hook\\.(?:[a-z0-9]{2,6}\\.)?(?:make|integromat)\\.com/[\\w-]{20,60}|[\\w.-]{1,60}\\.tines\\.com/webhook/[0-9a-z]{30,40}/[0-9a-z]{30,40}|"
        "(?:[\\w.-]{8,80}\\.environment\\.api\\.powerplatform\\.com|[\\w-]{4,20}\\.[a-z0-9]{4,20}\\.logic\\.azure\\.com)(?::443)?/[^\\s\"'<>\\x1f]{40,300}))",
        NULL, NULL, "The address of a webhook: who knows it may post."),
    ROW("jdbc", "CONNECTION_STRING", FAM_SECRET, DET_CASELESS, 950, 0, 0, 520, TRIGGER_WORD, "jdbc:",
        "(jdbc:[a-z0-9]{2,20}:[^\\s\"'<>\\x1f]{0,300}?(?:password|pwd)=(?![<{]|\\$[A-Z{(])[^\\s\"'<>&;\\x1f]{1,100}[^\\s\"'<>\\x1f]{0,100})",
        NULL, NULL, "A JDBC address with a password."),
    ROW("jdbc_host", "CONNECTION_STRING", FAM_SECRET, DET_CASELESS, 550, 0, 0, 360, TRIGGER_WORD, "jdbc:",
        "(jdbc:[a-z0-9]{2,20}:(?:[a-z0-9]{2,12}:)?(?:(?:@|//|@//)[\\w.-]{1,100}(?::[0-9]{2,5})?|[\\w.-]{1,100}:[0-9]{2,5})[/:;?][^\\s\"'<>,\\x1f]{1,200})",
        NULL, NULL, "A JDBC address of a database on a host, also without a password."),
    ROW("azure_sas", "SECRET_SIGNED_URL", FAM_SECRET, DET_SECRET, 900, 0, 0, 620, TRIGGER_WORD, "sv=20",
        "(sv=20[0-9]{2}-[0-9]{2}-[0-9]{2}&[\\w%&=:.+-]{10,400}?sig=[A-Za-z0-9%/+_-]{27,100}(?:=|%3[Dd])?)", valid_token, NULL, "A signed address of Azure's storage, from its version to its signature."),
    ROW("kubernetes_secret", "SECRET_KUBERNETES_DATA", FAM_SECRET, DET_SECRET, 0, 800, 3, 6000, TRIGGER_WORD, "data:",
        "(?:^|\\n) ?(?:data|stringData):\\s{0,2}\\n\\s{1,4}([\\w.-]{1,60}:\\s{1,2}(?:[|>]-?\\s{0,2}\\n\\s{1,8})?[A-Za-z0-9+/]{11,5600}+={0,2})", NULL,
        "secret|opaque|dockercfg|dockerconfigjson", "The first entry of a Secret of Kubernetes."),
    ROW("asana_token", "SECRET_ASANA_TOKEN", FAM_SECRET, 0, 850, 0, 3, 80, TRIGGER_DIGITS, "15",
        "(?<![\\w/])([0-9]{1,2}/[0-9]{10,20}(?:/[0-9]{10,20})?:[0-9a-f]{32})" NAD, valid_token, NULL, "A personal token of Asana."),
    ROW("everhour_key", "SECRET_EVERHOUR_KEY", FAM_SECRET, DET_CASELESS | DET_SECRET, 0, 800, 0, 40, TRIGGER_NEAR_TOKEN, "32",
        NB "([0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{6}-[0-9a-f]{6}-[0-9a-f]{8})" NA, valid_token, "everhour*", "An Everhour key."),
    ROW("kerberos_hash", "PASSWORD_HASH", FAM_SECRET, 0, 900, 0, 0, 5000, TRIGGER_WORD, "$krb5",
        "(\\$krb5(?:asrep|tgs|pa)\\$[0-9]{1,2}\\$[^\\s\"'<>\\x1f]{60,4800})", valid_token, NULL, "A Kerberos answer: it can be tried against passwords."),
    ROW("facebook_app_token", "SECRET_FACEBOOK_TOKEN", FAM_SECRET, DET_SECRET, 850, 0, 0, 50, TRIGGER_DIGITS, "15",
        NB "([0-9]{15,16}(?:\\||%7C)[A-Za-z0-9_-]{27})" NAD, valid_token, NULL, "The token of a Facebook app: its id and its secret."),
    ROW("account_key", "SECRET_AZURE_KEY", FAM_SECRET, DET_SECRET, 900, 0, 0, 140, TRIGGER_WORD, "AccountKey=|AccessKey=|accountKey=",
        "(?:Account|account|SharedAccess|Access)Key=([A-Za-z0-9+/]{30,100}={0,2})", valid_token, NULL, "The key in a connection string of Azure."),
    ROW("azure_ad_secret", "SECRET_AZURE_SECRET", FAM_SECRET, DET_SECRET, 900, 0, 3, 60, TRIGGER_WORD, "0Q~|1Q~|2Q~|3Q~|4Q~|5Q~|6Q~|7Q~|8Q~|9Q~",
        "(?<![A-Za-z0-9_~.])([A-Za-z0-9_~.]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,34})(?![A-Za-z0-9_~-])", valid_token, NULL, "A client secret of Azure's directory."),
    ROW("azure_marked", "SECRET_AZURE_KEY", FAM_SECRET, DET_SECRET, 900, 0, 80, 160, TRIGGER_WORD, "JQQJ99",
        NB "([A-Za-z0-9]{20,80}JQQJ99[A-Za-z0-9]{6,60}={0,2})", valid_token, NULL, "A key of an Azure service, told by the mark in its middle."),
    ROW("signed_url", "SECRET_SIGNED_URL", FAM_SECRET, DET_SECRET, 850, 0, 0, 140, TRIGGER_WORD, "sig=|Signature=",
        "(?:(?<=[?&;])sig|(?<![a-z])Signature)=([A-Za-z0-9%/+_-]{27,100}(?:=|%3D){0,2})", valid_token, NULL, "The signature of an address that lets its bearer in."),
    ROW("openshift_token", "SECRET_OPENSHIFT_TOKEN", FAM_SECRET, DET_SECRET, 850, 0, 0, 60, TRIGGER_WORD, "sha256~",
        NB "(sha256~[\\w-]{43})" NAD, valid_token, NULL, "An OpenShift token."),
    ROW("braintree_token", "SECRET_BRAINTREE_TOKEN", FAM_SECRET, DET_SECRET, 950, 0, 0, 90, TRIGGER_WORD, "access_token$",
        NB "(access_token\\$(?:production|sandbox)\\$[0-9a-z]{16}\\$[0-9a-f]{32})" NA, valid_token, NULL, "A Braintree token."),
    ROW("telegram_token", "SECRET_TELEGRAM_TOKEN", FAM_SECRET, DET_SECRET, 900, 0, 16, 60, TRIGGER_WORD, ":AA|:AB|:AC|:AD|:AE|:AF|:AG|:AH",
        "(?<![0-9A-Za-z])([0-9]{5,16}:A[A-H][A-Za-z0-9_-]{33})(?![A-Za-z0-9_-])", valid_token, NULL, "The token of a Telegram bot."),
    ROW("terraform_token", "SECRET_TERRAFORM_TOKEN", FAM_SECRET, DET_SECRET, 950, 0, 14, 110, TRIGGER_WORD, ".atlasv1.",
        NB "([A-Za-z0-9]{14}\\.atlasv1\\.[\\w-]{60,70})", valid_token, NULL, "A token of Terraform's cloud."),
    ROW("mailchimp_key", "SECRET_MAILCHIMP_KEY", FAM_SECRET, DET_SECRET, 900, 0, 32, 40, TRIGGER_WORD, "-us1|-us2|-us3|-us4|-us5|-us6|-us7|-us8|-us9",
        NB "([0-9a-f]{32}-us[0-9]{1,2})" NA, valid_token, NULL, "A Mailchimp key."),
    ROW("newrelic_license", "SECRET_NEWRELIC_KEY", FAM_SECRET, DET_SECRET, 900, 0, 36, 42, TRIGGER_WORD, "NRAL",
        NB "([0-9a-f]{36}NRAL)" NA, valid_token, NULL, "A New Relic licence key."),
    ROW("maxmind_key", "SECRET_MAXMIND_KEY", FAM_SECRET, DET_SECRET, 900, 0, 36, 42, TRIGGER_WORD, "_mmk",
        NB "([A-Za-z0-9]{6}_[A-Za-z0-9]{29}_mmk)" NA, valid_token, NULL, "A MaxMind licence key."),
    ROW("discord_token", "SECRET_DISCORD_TOKEN", FAM_SECRET, DET_SECRET, 850, 0, 0, 90, TRIGGER_HEAD, "M|N|O",
        NBD "([MNO][A-Za-z0-9_-]{23,27}\\.[A-Za-z0-9_-]{6}\\.[A-Za-z0-9_-]{27,40})(?![A-Za-z0-9_.-])", valid_token, NULL, "The token of a Discord bot."),
    ROW("sidekiq_key", "SECRET_SIDEKIQ_KEY", FAM_SECRET, DET_CASELESS, 900, 0, 0, 60, TRIGGER_WORD, "contribsys__com",
        "contribsys__com" TAIL SIGN "[\"']?([0-9a-f]{8}:[0-9a-f]{8})" NA, NULL, NULL, "The licence of Sidekiq."),
    ROW("kubernetes_bootstrap", "SECRET_KUBERNETES_TOKEN", FAM_SECRET, DET_SECRET, 0, 850, 0, 30, TRIGGER_NEAR_TOKEN, "23",
        "(?<![A-Za-z0-9_.-])([a-z0-9]{6}\\.[a-z0-9]{16})(?![A-Za-z0-9_.-])", valid_token, "bootstrap|token|kubeadm|join", "A token that lets a node join a cluster."),
    ROW("jwk_private", "SECRET_PRIVATE_KEY", FAM_SECRET, DET_SECRET, 0, 900, 0, 900, TRIGGER_WORD, "\"d\"|\"k\"",
        "\"[dk]\"\\s{0,3}:\\s{0,3}\"([A-Za-z0-9_-]{16,860})\"", valid_token, "kty|oct|crv|qi|rsa|ec|kid|jwk", "The secret part of a key in JSON."),
    ROW("putty_key", "SECRET_PRIVATE_KEY", FAM_SECRET, 0, 980, 0, 0, 8192, TRIGGER_WORD, "PuTTY-User-Key-File",
        "PuTTY-User-Key-File-[0-9]: [\\x20-\\x7e\\s]{80,8000}?Private-(?:MAC|Hash): [0-9a-f]{32,64}", NULL, NULL, "A private key as PuTTY writes it."),
    ROW("pem_base64", "SECRET_PRIVATE_KEY", FAM_SECRET, DET_SECRET, 900, 0, 0, 8192, TRIGGER_HEAD, "LS0tLS1CRUdJTiBQUklW|LS0tLS1CRUdJTiBSU0E|LS0tLS1CRUdJTiBFQ|LS0tLS1CRUdJTiBPUEV|LS0tLS1CRUdJTiBEU0E|LS0tLS1CRUdJTiBFTkN",
        NB "(LS0tLS1CRUdJTiB(?:QUklW|SU0Eg|FQy|PUEVO|EU0E|FTkNS)[A-Za-z0-9+/]{60,8000}={0,2})", valid_token, NULL, "A PEM private key in base64."),
    ROW("der_key", "SECRET_PRIVATE_KEY", FAM_SECRET, DET_SECRET, 800, 0, 0, 8192, TRIGGER_HEAD, "MIIEv|MIIEp|MIIJQ|MIIJK|MIICX|MIICd|MIIEo|MIIEu|MIGHAgEA",
        NB "(MI(?:IEv[A-Za-z0-9+/]IBAD|IEp|IEo|IEu|IJQ|IJK|ICX|ICd|GHAgEA)[A-Za-z0-9+/\\\\\\s]{150,8000}={0,2})", valid_der_key, NULL, "A private key as plain base64."),
    ROW("password_hash", "PASSWORD_HASH", FAM_SECRET, DET_SECRET, 900, 0, 0, 300, TRIGGER_WORD,
        "$1$|$2a$|$2b$|$2y$|$2x$|$5$|$6$|$7$|$y$|$gy$|$8$|$9$|$argon2|$pbkdf2|$scrypt$|$apr1$|$P$|$H$|$S$|pbkdf2_sha|{SSHA|{PBKDF2",
        "(?<![A-Za-z0-9$])((?:\\$(?:1|apr1)\\$[./A-Za-z0-9]{1,8}\\$[./A-Za-z0-9]{22}|\\$2[abxy]\\$[0-9]{2}\\$[./A-Za-z0-9]{53}|"
        "\\$[56]\\$(?:rounds=[0-9]{1,9}\\$)?[./A-Za-z0-9]{1,16}\\$[./A-Za-z0-9]{43,86}|\\$(?:7|y|gy)\\$[./A-Za-z0-9]{2,60}\\$[./A-Za-z0-9$]{40,120}|"
        "\\$[89]\\$[./A-Za-z0-9]{8,20}\\$[./A-Za-z0-9]{40,50}|\\$argon2(?:id|i|d)\\$[A-Za-z0-9=,$]{6,60}\\$[A-Za-z0-9+/=]{8,90}\\$[A-Za-z0-9+/=]{16,120}|"
        "\\$pbkdf2(?:-sha[0-9]{1,3})?\\$[0-9]{1,8}\\$[A-Za-z0-9+/.=]{8,90}\\$[A-Za-z0-9+/.=]{16,120}|\\$scrypt\\$[A-Za-z0-9=,$+/]{30,200}|"
        "\\$[PHS]\\$[./A-Za-z0-9]{31,52}|pbkdf2_sha(?:1|256|512)\\$[0-9]{1,8}\\$[A-Za-z0-9+/]{8,40}\\$[A-Za-z0-9+/=]{28,90}|"
        "\\{(?:SSHA(?:256|512)?|PBKDF2[A-Z0-9-]{0,8})\\}[A-Za-z0-9+/=$.]{32,140}))",
        NULL, NULL, "The hash of a password, as in /etc/shadow."),
    ROW("windows_hash", "PASSWORD_HASH", FAM_SECRET, DET_CASELESS, 900, 0, 70, 80, TRIGGER_WORD, ":::",
        "(?<![0-9a-f])([0-9a-f]{32}:[0-9a-f]{32}):::", NULL, NULL, "The hashes of a Windows password."),
    ROW("near_secret", "SECRET_API_KEY", FAM_SECRET, DET_SECRET | DET_UNREAL, 0, 620, UNREAL_BACK, 200, TRIGGER_NEAR_TOKEN, "16",
        RANDOM, valid_near, SECRET_WORDS, "A random word close to one such as token or secret."),
};
/* clang-format on */

CATALOG_TABLE(catalog_assigned)
