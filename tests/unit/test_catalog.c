/* tests/unit/test_catalog.c - redact/catalog.c: each row with a text it must find and one it must
 * not.
 *
 * Token-shaped strings are made up and written in pieces. */
#include "proxy/base/base.h"
#include "redact/catalog.h"
#include "redact/judge.h"
#include "redact/scan.h"
#include "redact/trigger.h"
#include "tests/unit/catalog_examples_americas.h"
#include "tests/unit/catalog_examples_asia.h"
#include "tests/unit/catalog_examples_assigned.h"
#include "tests/unit/catalog_examples_column.h"
#include "tests/unit/catalog_examples_europe.h"
#include "tests/unit/catalog_examples_labelled.h"
#include "tests/unit/catalog_examples_passports.h"
#include "tests/unit/catalog_examples_plain.h"
#include "tests/unit/catalog_examples_things.h"
#include "tests/unit/catalog_examples_told.h"
#include "tests/unit/catalog_examples_tokens.h"
#include "tests/unit/catalog_examples_vat.h"
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

/* clang-format off */
static const struct example examples_contact[] = {
    {"private_key", "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7Zk3Qw8Lm5Tn1Vb7Xc9RdTyUe4RoPs6GhJf1\n-----END RSA PRIVATE KEY-----",
     "-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7Zk3Qw8Lm5Tn1Vb7Xc9RdTyUe4RoPs6GhJf1\n-----END RSA PRIVATE KEY-----"},
    {"private_key", "k=\"-----BEGIN PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA7Zk3Qw8Lm5Tn1Vb7Xc9RdTyUe4RoPs6GhJf1\\n-----END PRIVATE KEY-----\\n\"",
     "-----BEGIN PRIVATE KEY-----\\nMIIEpAIBAAKCAQEA7Zk3Qw8Lm5Tn1Vb7Xc9RdTyUe4RoPs6GhJf1\\n-----END PRIVATE KEY-----"},
    {"private_key", "-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----", NULL},
    {"private_key", "-----BEGIN CERTIFICATE-----\nMIIEpAIBAAKCAQEA7Zk3Qw8Lm5Tn1Vb7Xc9Rd\n-----END CERTIFICATE-----", NULL},
    {"jwt", "Bearer eyJhbGciOiJIUzI1NiJ9" ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P", "eyJhbGciOiJIUzI1NiJ9" ".eyJzdWIiOiIxMjM0NTY3ODkwIn0" ".dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P"},
    {"jwt", "eyeballed.eyebrows.eyelashes", NULL},
    {"url_credential", "postgres://app:s3cr3tPw9@db.internal/x", "s3cr3tPw9"},
    {"url_credential", "postgres://app:${PGPASSWORD}@db.internal/x", NULL},
    {"url_credential", "see http://example.com:8080/a@b", NULL},
    {"aws_access_key_id", "id AKIA" "Q3EGZ7PLM2XV5TNB ok", "AKIA" "Q3EGZ7PLM2XV5TNB"},
    {"aws_access_key_id", "AKIA" "IOSFODNN7EXAMPLE", NULL},
    {"aws_secret_access_key", "aws_secret_access_key = k7Xp2/Qz9LmVb4+Nt8Rw" "C1yH6sJ3dG0fUoEaKiTe", "k7Xp2/Qz9LmVb4+Nt8Rw" "C1yH6sJ3dG0fUoEaKiTe"},
    {"aws_secret_access_key", "commit da39a3ee5e6b4b0d3255bfef95601890afd80709 in aws", NULL},
    {"github_token", "token gh" "p_" R36, "gh" "p_" R36},
    {"github_token", "gh" "p_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", NULL},
    {"gitlab_token", "gl" "pat-" R20, "gl" "pat-" R20},
    {"gitlab_token", "gl" "pat-short", NULL},
    {"slack_token", "xo" "xb-123456789012-" R20, "xo" "xb-123456789012-" R20},
    {"slack_token", "xo" "xo-indieweb-logo", NULL},
    {"slack_webhook", "https://hooks.slack.com/services/T0" "A1B2C3D/B0A1B2C3D/" R20, "https://hooks.slack.com/services/T0" "A1B2C3D/B0A1B2C3D/" R20},
    {"slack_webhook", "https://hooks.slack.com/services/", NULL},
    {"stripe_key", "sk" "_live_" R20, "sk" "_live_" R20},
    {"stripe_key", "pk" "_live_" R20, NULL},
    {"anthropic_key", "sk-" "ant-api03-" R36 R36 "AA", "sk-" "ant-api03-" R36 R36 "AA"},
    {"anthropic_key", "sk-" "ant-", NULL},
    {"openai_key", "sk-" "proj-" R36 R20, "sk-" "proj-" R36 R20},
    {"openai_key", "sk-learn-is-a-library", NULL},
    {"google_api_key", "AI" "za" "a8Kd72LmQz0Xc91VbNw35TyUe4RoPs6GhJf", "AI" "za" "a8Kd72LmQz0Xc91VbNw35TyUe4RoPs6GhJf"},
    {"google_api_key", "AI" "za-short", NULL},
    {"google_oauth", "GOC" "SPX-a8Kd72LmQz0Xc91VbNw35TyUe4Ro", "GOC" "SPX-a8Kd72LmQz0Xc91VbNw35TyUe4Ro"},
    {"google_oauth", "GOC" "SPX-", NULL},
    {"huggingface_token", "hf" "_aKdLmQzXcVbNwTyUeRoPsGhJfiBvCxZqWer", "hf" "_aKdLmQzXcVbNwTyUeRoPsGhJfiBvCxZqWer"},
    {"huggingface_token", "hf_hub_download", NULL},
    {"npm_token", "np" "m_" R36, "np" "m_" R36},
    {"npm_token", "npm_config_registry", NULL},
    {"npm_config", "//registry.example/:_authToken=3f2c9d1e-77a0-4b6f-9c1d-e5" "a8b20c4f61", "3f2c9d1e-77a0-4b6f-9c1d-e5" "a8b20c4f61"},
    {"npm_config", "//registry.example/:_authToken=${NPM_TOKEN_OF_THIS_MACHINE_HERE}", NULL},
    {"crypto_base58", "send to 1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa"},
    {"crypto_base58", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNb", NULL},
    {"crypto_bech32", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t4"},
    {"crypto_bech32", "bc1qw508d6qejxtdg4y5r3zarvary0c5xw7kv8f3t5", NULL},
    {"crypto_eth", "0x52908400098527886E0F7030069857D2E4169EE7", "0x52908400098527886E0F7030069857D2E4169EE7"},
    {"crypto_eth", "0x0000000000000000000000000000000000000000", NULL},
    {"iban", "IBAN DE89 3704 0044 0532 0130 00, thanks", "DE89 3704 0044 0532 0130 00"},
    {"iban", "DE89 3704 0044 0532 0130 01", NULL},
    {"credit_card", "card 4111-1111-1111-1111 ok", "4111-1111-1111-1111"},
    {"credit_card", "4111 1111 1111 1112", NULL},
    {"credit_card", "e is 2.718281828459045", NULL},
    {"credit_card", "id 550e8400-e29b-41d4-4111-111111111111", NULL},
    {"credit_card", "v0.0.0-20190510104115-abcdef123456", NULL},
    {"us_ssn", "ssn 536-22-8145", "536-22-8145"},
    {"us_ssn", "part 1536-22-81455", NULL},
    {"us_ssn_plain", "my social security number is 536228145", "536228145"},
    {"us_ssn_plain", "order 536228145", NULL},
    {"email", "write to jane.doe+x@mail.example.co.uk.", "jane.doe+x@mail.example.co.uk"},
    {"email", "https://x.example/a.png?u=ann.lee@acme.example&n=1", "ann.lee@acme.example"},
    {"email", "path/to/ann.lee@acme.example", "ann.lee@acme.example"},
    {"email", "git clone https://a1b2c3@acme.example/x.git", NULL},
    {"email", "send(f'ann.lee@acme.example', to='b')", "ann.lee@acme.example"},
    {"email", "**ann.lee@acme.example**", "ann.lee@acme.example"},
    {"email", "sean.o'hara@acme.example", "sean.o'hara@acme.example"},
    {"email", "https://blog.example/@ann.lee/post", NULL},
    {"email", "logo@2x.png", NULL},
    {"email", "a@b", NULL},
    {"ipv4", "host 203.0.113.9 is down", "203.0.113.9"},
    {"ipv4", "version 1.2.3.4.5", NULL},
    {"ipv4", "mask 255.255.255.0", NULL},
    {"ipv6", "at 2001:db8:85a3::8a2e:370:7334 now", "2001:db8:85a3::8a2e:370:7334"},
    {"ipv6", "std::vector at 12:30:45", NULL},
    {"mac", "00:1B:44:11:3A:B7", "00:1B:44:11:3A:B7"},
    {"mac", "0102.0304.0506.07ab and 00:1B:44:11:3A:B7", "0102.0304.0506.07ab"},
    {"mac", "00:00:00:00:00:00", NULL},
    {"phone_international", "+44 20 7946 0958", "+44 20 7946 0958"},
    {"phone_international", "1+2345678901", NULL},
    {"phone_us", "(212) 555-0143", "(212) 555-0143"},
    {"phone_us", "112-555-0143", NULL},
    {"phone_national", "Telefon: 030 901820", "030 901820"},
    {"phone_national", "order 30901820", NULL},
    {"phone_national", "costs $30 901 820", NULL},
    {"credit_card", "pay_4111111111111111.png", "4111111111111111"},
    {"credit_card", "card4111111111111111", "4111111111111111"},
    {"credit_card", "a1b2c3d4111111111111111 h_4111111111111111 id4111111111111111", NULL},
    {"us_ssn", "ssn_536-22-8145.txt", "536-22-8145"},
    {"us_ssn", "part_536-22-8145.txt", NULL},
    {"iban", "invoice_DE89370400440532013000.pdf", "DE89370400440532013000"},
    {"iban", "invoice_DE89370400440532013001.pdf", NULL},
    {"phone_international", "tel_+14155550132", "+14155550132"},
    {"email", "ann.lee@acme.example.com.pdf", "ann.lee@acme.example.com"},
    {"email", "report_ann@acme.com_final.pdf", "report_ann@acme.com"},
    {"email", "ann@acme.co.uk-2024.tar.gz", "ann@acme.co.uk"},
    {"email", "logo@2x.de.png pkg@1.2.3.tgz icon@1x.json a@b.js", NULL},
    {"phone_international", "cv_+4915123456789.docx", "+4915123456789"},
    {"phone_national", "nomor HP 0812-3344-7781", "0812-3344-7781"},
    {"date_of_birth", "born on 12 March 1985", "12 March 1985"},
    {"date_of_birth", "released on 12 March 1985", NULL},
};
/* clang-format on */

static const struct {
    const struct example *rows;
    size_t count;
} tables[] = {
    {examples_contact, GW_COUNT(examples_contact)},
    {examples_americas, GW_COUNT(examples_americas)},
    {examples_asia, GW_COUNT(examples_asia)},
    {examples_assigned, GW_COUNT(examples_assigned)},
    {examples_europe, GW_COUNT(examples_europe)},
    {examples_passports, GW_COUNT(examples_passports)},
    {examples_plain, GW_COUNT(examples_plain)},
    {examples_things, GW_COUNT(examples_things)},
    {examples_tokens, GW_COUNT(examples_tokens)},
    {examples_vat, GW_COUNT(examples_vat)},
    {examples_told, GW_COUNT(examples_told)},
    {examples_labelled, GW_COUNT(examples_labelled)},
    {examples_column, GW_COUNT(examples_column)},
};

/* Example i of all tables; NULL behind the last. */
static const struct example *example_at(size_t i)
{
    for (size_t t = 0; t < GW_COUNT(tables); t++) {
        if (i < tables[t].count)
            return &tables[t].rows[i];
        i -= tables[t].count;
    }
    return NULL;
}

static size_t example_count(void)
{
    size_t n = 0;
    for (size_t t = 0; t < GW_COUNT(tables); t++)
        n += tables[t].count;
    return n;
}

static bool check(const struct scanner *s, struct scan_scratch *scratch, const struct example *e)
{
    struct arena *a = arena_new(1 << 24);
    struct scan_options options = {.candidates = e->value != NULL};
    struct scan_result result;
    bool found = false;
    assert_true(gw_ok(scan_plain(s, scratch, slice_str(e->text), &options, a, &result)));
    for (size_t i = 0; i < result.count; i++) {
        const struct finding *f = &result.findings[i];
        if (!slice_is(f->name, slice_str(e->row)))
            continue;
        struct slice value = slice_cut(slice_str(e->text), f->start, f->end);
        found |=
            e->value == NULL || (slice_has_prefix(value, slice_str(e->value)) && f->score >= 500);
    }
    if (found != (e->value != NULL))
        print_error("row %s, text: %s\n", e->row, e->text);
    arena_free(a);
    return found == (e->value != NULL);
}

static void each_row_finds_its_own_and_leaves_the_rest(void **state)
{
    char reason[300] = "";
    struct scanner *s = NULL;
    (void)state;
    if (!gw_ok(scanner_new(NULL, 0, NULL, reason, sizeof reason, &s)))
        fail_msg("%s", reason);
    struct scan_scratch *scratch = scan_scratch_new(s);
    assert_non_null(scratch);
    size_t wrong = 0;
    for (size_t i = 0; example_at(i) != NULL; i++)
        wrong += check(s, scratch, example_at(i)) ? 0 : 1;
    assert_int_equal(wrong, 0);
    scan_scratch_free(scratch);
    scanner_free(s);
}

static void every_row_has_both_kinds_of_example(void **state)
{
    size_t missing = 0;
    (void)state;
    for (size_t i = 0; i < catalog_count(); i++) {
        const struct detector *d = catalog_at(i);
        bool good = false, bad = false;
        for (size_t k = 0; example_at(k) != NULL; k++) {
            bool mine = strcmp(example_at(k)->row, d->name) == 0;
            good |= mine && example_at(k)->value != NULL;
            bad |= mine && example_at(k)->value == NULL;
        }
        if (!good || !bad)
            print_error("row %s without example\n", d->name);
        missing += good && bad ? 0 : 1;
        assert_true(d->family > FAM_NONE && d->family < FAM_COUNT);
        assert_non_null(d->about);
    }
    assert_int_equal(missing, 0);
    assert_null(catalog_at(catalog_count()));
}

/* --- nothing is overlooked -------------------------------------------------------------------- */

static uint32_t next(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

/* Examples one after the other, with anything between; some of their bytes changed. */
static size_t mix(char *out, size_t room, uint32_t *seed)
{
    static const char *const between[] = {" ", "\n", ", ", ".",  "\"",      "=",    ":",
                                          "-", "x",  "9",  "/",  "@",       " 12 ", "  ",
                                          "(", ") ", "+",  "ab", "token: ", "00"};
    size_t n = 0;
    for (;;) {
        const char *text = example_at(next(seed) % example_count())->text;
        const char *gap = between[next(seed) % GW_COUNT(between)];
        if (n + strlen(text) + strlen(gap) > room)
            return n;
        memcpy(out + n, text, strlen(text));
        if (next(seed) % 4 == 0)
            out[n + next(seed) % strlen(text)] = "0 9-a.:@"[next(seed) % 8];
        n += strlen(text);
        memcpy(out + n, gap, strlen(gap));
        n += strlen(gap);
    }
}

static bool has(const struct pass *p, const struct finding *f)
{
    for (size_t i = 0; i < p->count; i++)
        if (p->found[i].detector == f->detector && p->found[i].start == f->start &&
            p->found[i].end == f->end)
            return true;
    return false;
}

/* By intent, one kind of row overlooks what its pattern would find: a number for people or firms is
 * tried only where so many digits, or so long a word, stand as its trigger says. (So does
 * "assigned_secret", whose name must touch the sign.) */
static bool is_sized(const struct detector *d)
{
    return triggers_is_near(d) && d->source != NULL;
}

/* Each row's pattern is run over the whole text; its trigger must have led to what that finds. */
static void a_trigger_overlooks_nothing_its_pattern_would_find(void **state)
{
    char reason[300] = "", text[3000];
    struct scanner *s = NULL;
    size_t found = 0, overlooked = 0;
    uint32_t seed = 11;
    (void)state;
    assert_true(gw_ok(scanner_new(NULL, 0, NULL, reason, sizeof reason, &s)));
    struct scan_scratch *scratch = scan_scratch_new(s);
    for (int round = 0; round < 300; round++) {
        struct arena *a = arena_new(1 << 24);
        const struct scan_options options = {.candidates = true};
        struct slice subject = slice_of(text, mix(text, sizeof text, &seed));
        struct pass by_trigger = {.scanner = s,
                                  .scratch = scratch,
                                  .options = &options,
                                  .arena = a,
                                  .flat = subject,
                                  .subject = subject};
        struct pass by_force = by_trigger;
        judge_begin(&by_trigger);
        assert_true(gw_ok(triggers_try(&s->triggers, &by_trigger, 0, subject.len)));
        judge_begin(&by_force);
        for (uint32_t row = 0; row < catalog_count(); row++)
            if (strcmp(catalog_at(row)->name, "assigned_secret") != 0 && !is_sized(catalog_at(row)))
                assert_true(gw_ok(judge_trigger(&by_force, row, 0, subject.len - 1)));
        for (size_t i = 0; i < by_force.count; i++) {
            const struct finding *f = &by_force.found[i];
            if (!has(&by_trigger, f) && overlooked++ < 20)
                print_error("round %d: %.*s overlooked: ...%.*s\n", round, (int)f->name.len,
                            f->name.at, (int)(f->end - f->start) + 30,
                            text + (f->start < 20 ? 0 : f->start - 20));
        }
        found += by_force.count;
        arena_free(a);
    }
    assert_int_equal(overlooked, 0);
    assert_true(found > 5000);
    scan_scratch_free(scratch);
    scanner_free(s);
}

/* A row that waits for a token is tried only where no letter or digit stands in front: its pattern
 * must say so itself. */
static void no_token_begins_inside_a_word(void **state)
{
    const struct slice plain = SLICE_LIT("(?<![A-Za-z0-9");
    const struct slice unreal = SLICE_LIT("(*SKIP)(*FAIL)|(?<![A-Za-z0-9_+/.%@#-])");
    size_t rows = 0;
    (void)state;
    for (size_t i = 0; i < catalog_count(); i++) {
        const struct detector *d = catalog_at(i);
        struct slice pattern = slice_str(d->confirm);
        if (d->trigger != TRIGGER_NEAR_TOKEN)
            continue;
        rows++;
        if ((d->flags & DET_UNREAL) != 0 ? slice_find(pattern, unreal) == SIZE_MAX
                                         : !slice_has_prefix(pattern, plain))
            fail_msg("%s may begin inside a word", d->name);
    }
    assert_true(rows > 100);
}

static void names_are_known(void **state)
{
    (void)state;
    assert_false(finding_is_known(SLICE_LIT("NO_SUCH_THING")));
    assert_true(finding_is_known(SLICE_LIT("email_address")));
    assert_true(finding_is_known(SLICE_LIT("EMAIL")));
    assert_true(finding_is_known(SLICE_LIT("SECRET")));
    assert_false(finding_is_name(SLICE_LIT("EMAIL")));
    assert_true(finding_is_name(SLICE_LIT("person")) && finding_is_known(SLICE_LIT("person")));
    assert_true(finding_is_name(SLICE_LIT("ORG")) && finding_is_name(SLICE_LIT("ORGANIZATION")));
    assert_int_equal(family_from(SLICE_LIT("iban")), FAM_IBAN);
    assert_int_equal(family_from(SLICE_LIT("nothing")), FAM_NONE);
    assert_string_equal(family_word(FAM_LOCATION), "PLACE");
    size_t entities = 0, row = 0;
    bool person = false;
    for (struct slice s; (s = finding_entity_next(&row)).len > 0; entities++)
        person |= slice_is(s, SLICE_LIT("PERSON"));
    assert_int_equal(finding_entity_next(&row).len, 0);
    assert_true(person && entities < 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_row_finds_its_own_and_leaves_the_rest),
        cmocka_unit_test(every_row_has_both_kinds_of_example),
        cmocka_unit_test(a_trigger_overlooks_nothing_its_pattern_would_find),
        cmocka_unit_test(no_token_begins_inside_a_word),
        cmocka_unit_test(names_are_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
