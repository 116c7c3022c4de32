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
    ROW("jwt", "JWT", FAM_SECRET, DET_SECRET, 900, 0, 0, 8192, TRIGGER_HEAD, "ey",
     NBD "(ey[A-Za-z0-9_-]{8,4000}\\.(?:ey)?[A-Za-z0-9_-]{2,4000}\\.[A-Za-z0-9_-]{0,2000}"
     "(?:\\.[A-Za-z0-9_-]{1,4000}\\.[A-Za-z0-9_-]{1,200})?)",
     valid_jwt, NULL, "A JSON Web Token whose header decodes."),
    ROW("url_credential", "URL_CREDENTIAL", FAM_SECRET, DET_CASELESS | DET_SECRET, 960, 0, 21, 400, TRIGGER_URL, "://",
     "\\b[a-z][a-z0-9+.-]{1,20}://[^\\s/?#@:\"'<>\\x1f]{0,64}:([^\\s/\"'<>\\x1f]{1,200})@(?=[\\w\\[.-])",
     NULL, NULL, "The password in scheme://user:password@host."),
    ROW("aws_access_key_id", "SECRET_AWS_ACCESS_KEY_ID", FAM_SECRET, DET_SECRET, 900, 950, 0, 20, TRIGGER_HEAD, "A3T|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA",
     NB "((?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{16})" NA,
     valid_aws_id, "aws|amazon|access key|key id", "The id of an AWS access key."),
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
};
/* clang-format on */

CATALOG_TABLE(catalog_secrets)
