/* redact/catalog_secrets.c - rows: keys, and secrets that have a vendor's own shape.
 *
 * Refuses to know engines and texts. Constant: nobody frees it. */
#include "proxy/base/base.h"
#include "redact/catalog_rows.h"
#include "redact/valid.h"

/* clang-format off */
static const struct detector rows[] = {
    ROW("private_key", "SECRET_PRIVATE_KEY", FAM_SECRET, 0, 980, 0, 5, 16384, TRIGGER_WORD, "BEGIN ",
     "-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:(?:[^\\x1f-]++|-(?!----))++"
     "-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----|[A-Za-z0-9+/=\\s\\\\]{40,16000})",
     valid_pem, NULL, "A private key in PEM form, also with its line ends written as \\n."),
    ROW("jwt", "JWT", FAM_JWT, DET_SECRET, 900, 0, 0, 8192, TRIGGER_HEAD, "ey",
     NBD "(ey[A-Za-z0-9_-]{8,4000}\\.(?:ey)?[A-Za-z0-9_-]{2,4000}\\.[A-Za-z0-9_-]{0,2000}"
     "(?:\\.[A-Za-z0-9_-]{1,4000}\\.[A-Za-z0-9_-]{1,200})?)",
     valid_jwt, NULL, "A JSON Web Token whose header decodes."),
    ROW("url_credential", "URL_CREDENTIAL", FAM_SECRET, DET_CASELESS | DET_SECRET, 960, 0, 21, 400, TRIGGER_URL, "://",
     "\\b[a-z][a-z0-9+.-]{1,20}://[^\\s/?#@:\"'<>\\x1f]{0,64}:([^\\s/\"'<>\\x1f]{1,200})@(?=[\\w\\[.-])",
     NULL, NULL, "The password in scheme://user:password@host."),
    ROW("aws_access_key_id", "SECRET_AWS_ACCESS_KEY_ID", FAM_SECRET, DET_SECRET, 900, 950, 0, 20, TRIGGER_HEAD, "A3T|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA",
     NB "((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z2-7]{16})" NA,
     valid_token, "aws|amazon|access key|key id", "The id of an AWS access key."),
    ROW("aws_secret_access_key", "SECRET_AWS_SECRET_ACCESS_KEY", FAM_SECRET, DET_SECRET, 0, 900, 0, 40, TRIGGER_FORTY, NULL,
     "(?<![A-Za-z0-9/+])([A-Za-z0-9/+]{40})(?![A-Za-z0-9/+])",
     valid_aws_secret, "aws|amazon|secret access key|secretaccesskey|secret_access_key|secret key|akia",
     "An AWS secret key: 40 characters beside a word of AWS."),
    ROW("github_token", "SECRET_GITHUB_TOKEN", FAM_SECRET, DET_SECRET, 850, 0, 0, 1024, TRIGGER_HEAD, "ghp_|gho_|ghu_|ghs_|ghr_|github_pat_",
     NB "(gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9_]{36,255}|ghs_[0-9]{1,12}_eyJ[\\w.-]{20,900})" NA,
     valid_github, NULL, "A GitHub token of any kind."),
    ROW("gitlab_token", "SECRET_GITLAB_TOKEN", FAM_SECRET, DET_SECRET, 900, 0, 0, 300, TRIGGER_HEAD, "glpat-|glptt-|gldt-|glrt-|glcbt-|glft-|glimt-|glagent-|gloas-|glsoat-|glffct-|GR134894",
     NB "(gl(?:pat|ptt|dt|rt|cbt|ft|imt|agent|oas|soat|ffct)-[0-9A-Za-z_-]{9}[0-9A-Za-z_=-]{7,191}"
     "(?:\\.[0-9a-z]{2}\\.[0-9a-z]{7})?|GR1348941[0-9A-Za-z_-]{20})" NA,
     valid_token, NULL, "A GitLab token of any kind."),
    ROW("slack_token", "SECRET_SLACK_TOKEN", FAM_SECRET, DET_SECRET, 900, 0, 0, 400, TRIGGER_HEAD, "xoxa|xoxb|xoxe|xoxo|xoxp|xoxr|xoxs|xapp-",
     NB "(xox[abeoprs]-(?=[A-Za-z-]{0,60}[0-9])[A-Za-z0-9-]{18,250}|xoxe\\.xox[bp]-(?=[A-Za-z0-9-]{0,60}[0-9][A-Za-z0-9-]{6})[A-Za-z0-9-]{40,250}|xapp-[0-9]-[A-Za-z0-9-]{10,250})" NA,
     valid_token, NULL, "A Slack token."),
    ROW("slack_webhook", "SECRET_SLACK_WEBHOOK", FAM_SECRET, DET_SECRET, 900, 0, 8, 200, TRIGGER_WORD, "hooks.slack",
     "((?:https://)?hooks\\.slack(?:-gov)?\\.com/(?:services|workflows|triggers)/[A-Za-z0-9+/]{20,100})",
     valid_token, NULL, "The address of a Slack webhook."),
    ROW("stripe_key", "SECRET_STRIPE_KEY", FAM_SECRET, DET_SECRET, 900, 0, 0, 120, TRIGGER_HEAD, "sk_test_|sk_live_|sk_prod_|rk_test_|rk_live_|rk_prod_|whsec_",
     NB "([sr]k_(?:test|live|prod)_[0-9A-Za-z]{10,110}|whsec_[A-Za-z0-9+/]{24,100}=?)" NA,
     valid_token, NULL, "A Stripe secret, restricted or webhook key."),
    ROW("anthropic_key", "SECRET_ANTHROPIC_API_KEY", FAM_SECRET, DET_SECRET, 950, 0, 0, 200, TRIGGER_HEAD, "sk-ant-",
     NBD "(sk-ant-[a-z]{2,8}[0-9]{0,2}-[A-Za-z0-9_-]{20,180})",
     valid_token, NULL, "An Anthropic API or admin key."),
    ROW("openai_key", "SECRET_OPENAI_API_KEY", FAM_SECRET, DET_SECRET, 900, 0, 0, 260, TRIGGER_HEAD, "sk-",
     NBD "(sk-(?:proj|svcacct|admin|None)-[A-Za-z0-9_-]{20,240}|sk-[A-Za-z0-9]{20}T3BlbkFJ[A-Za-z0-9]{20}|"
     "sk-[A-Za-z0-9]{32,64})" NA,
     valid_token, NULL, "An OpenAI key, or one of its imitators' (sk-...)."),
    ROW("google_api_key", "SECRET_GOOGLE_API_KEY", FAM_SECRET, DET_SECRET, 900, 0, 0, 39, TRIGGER_HEAD, "AIza",
     NBD "(AIza[0-9A-Za-z_-]{35})" NAD, valid_token, NULL, "A Google API key."),
    ROW("google_oauth", "SECRET_GOOGLE_OAUTH_TOKEN", FAM_SECRET, DET_SECRET, 900, 0, 0, 400, TRIGGER_HEAD, "GOCSPX-|ya29.",
     NBD "(GOCSPX-[0-9A-Za-z_-]{28}|ya29\\.[0-9A-Za-z_.-]{20,380})" NAD,
     valid_token, NULL, "A Google OAuth client secret or access token."),
    ROW("huggingface_token", "SECRET_HUGGINGFACE_TOKEN", FAM_SECRET, DET_SECRET, 900, 0, 0, 60, TRIGGER_HEAD, "hf_|api_org_",
     NB "((?:hf_|api_org_)[A-Za-z0-9]{34,40})" NA,
     valid_token, NULL, "A Hugging Face token."),
    ROW("npm_token", "SECRET_NPM_TOKEN", FAM_SECRET, DET_SECRET, 850, 0, 0, 60, TRIGGER_HEAD, "npm_",
     NB "(npm_[0-9A-Za-z]{36})" NA, valid_github, NULL, "An npm access token."),
    ROW("npm_config", "SECRET_NPM_TOKEN", FAM_SECRET, DET_SECRET, 850, 0, 0, 80, TRIGGER_NAME, "32:_authtoken",
     "_authToken\\s{0,2}=\\s{0,2}[\"']?([0-9a-f-]{36})", valid_github, NULL, "An npm access token in its settings file."),
    ROW("vendor_token", "SECRET_VENDOR_TOKEN", FAM_SECRET, DET_SECRET, 850, 0, 0, 300, TRIGGER_HEAD, "gsk_|xai-|pplx-|r8_|SG.|dop_v1_|doo_v1_|dor_v1_|hvs.|glsa_|pypi-AgEI|rubygems|dckr_|dapi|shpat_|shpca_|shppa_|"
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
     valid_token, NULL, "A token of another vendor that has a prefix of its own."),
    ROW("password", "SECRET_PASSWORD", FAM_SECRET, DET_CASELESS | DET_SECRET, 700, 0, 0, 160, TRIGGER_NAME, "4:password|passwd|passwort|kennwort|contrase\xc3\xb1" "a|mot de passe|senha|pwd",
     "(?:passw(?:or)?d|passwort|kennwort|contrase\xc3\xb1" "a|mot de passe|senha|pwd)[\"'`]{0,2}\\s{0,3}"
     "(?::=|=>|[:=]|is\\s)\\s{0,3}(?:\"([^\"\\s\\x1f]{4,100})\"|'([^'\\s\\x1f]{4,100})'|([^\\s\"'`,;<>(){}\\[\\]&\\x1f]{6,100}))",
     valid_password, NULL, "What stands behind password= or password:."),
    ROW("assigned_secret", "SECRET_API_KEY", FAM_SECRET, DET_CASELESS | DET_SECRET, 700, 0, 24, 200, TRIGGER_NAME, "16:key|token|secret|auth|credential|credentials|creds|access",
     "(?:api|access|auth|secret|token|private|client|bearer|credential|app|account|service|encryption|signing|webhook|key)[a-z0-9_.-]{0,24}"
     "[\"'`]{0,2}[ \\t]{0,3}(?::=|=>|[:=])[ \\t]{0,3}(?:bearer |basic |token )?[\"'`]?([a-z0-9_+/=.~-]{16,150})(?![a-z0-9_+/=.~({\\[-])",
     valid_random, NULL, "What stands behind api_key=, token: and the like and looks random."),
};
/* clang-format on */

CATALOG_TABLE(catalog_secrets)
