/* tests/unit/test_unseal.c - what opens, and what each way of not opening is called:
 * audit/unseal.h. */
#include "proxy/base/base.h"
#include "audit/keyring.h"
#include "audit/show.h"
#include "audit/unseal.h"
#include "tests/unit/seal_rig.h"
#include <fcntl.h>

/* What is done to a payload before it is opened. */
struct trial {
    const struct age_identities *ids;
    const char *xid;
    void (*change)(struct segment_blob *blob, int dir);
    char text[64];
};

static gw_result try_it(void *owner, int dir, const struct segment_frame *frame)
{
    struct trial *t = owner;
    struct segment_blob blob;
    struct buf text;
    char bytes[1000];
    TRY(segment_blob(frame, 0, &blob));
    assert_true(blob.bytes.len <= sizeof bytes);
    memcpy(bytes, blob.bytes.at, blob.bytes.len); /* a copy that may be changed */
    blob.bytes.at = bytes;
    if (t->change != NULL)
        t->change(&blob, dir);
    buf_init(&text, 1 << 16);
    gw_result r = unseal_blob(dir, t->ids, &blob, slice_str(t->xid), &text);
    snprintf(t->text, sizeof t->text, "%.*s", (int)text.len,
             text.len > 0 ? buf_slice(&text).at : "");
    buf_free(&text);
    return r;
}

static void change_text(struct segment_blob *blob, int dir)
{
    char *at = (char *)(uintptr_t)blob->bytes.at;
    (void)dir;
    at[blob->bytes.len - 1] = (char)(at[blob->bytes.len - 1] ^ 1);
}

static void change_key(struct segment_blob *blob, int dir)
{
    char *at = (char *)(uintptr_t)blob->bytes.at;
    (void)dir;
    at[0] = (char)(at[0] ^ 1);
}

static void cut_key(struct segment_blob *blob, int dir)
{
    (void)dir;
    blob->bytes.len = CIPHER_WRAPPED - 1;
}

static void cut_text(struct segment_blob *blob, int dir)
{
    (void)dir;
    blob->bytes.len--;
}

static void zero(struct segment_blob *blob, int dir)
{
    (void)dir;
    blob->is_gone = true;
}

static void other_kind(struct segment_blob *blob, int dir)
{
    (void)dir;
    blob->kind = SLICE_LIT("resp.orig");
}

static void no_kind(struct segment_blob *blob, int dir)
{
    (void)dir;
    blob->kind = SLICE_LIT("picture");
}

static void other_unit(struct segment_blob *blob, int dir)
{
    (void)dir;
    blob->unit = SLICE_LIT("ffffffffffffffff");
}

static void bad_unit(struct segment_blob *blob, int dir)
{
    (void)dir;
    blob->unit = SLICE_LIT("x");
}

static void other_epoch(struct segment_blob *blob, int dir)
{
    (void)dir;
    blob->epoch = SLICE_LIT("2025112820-ffffffffffffffff");
}

static void spoil_units(struct segment_blob *blob, int dir)
{
    char path[KEYRING_PATH];
    keyring_path(blob->epoch, "units", path);
    int fd = openat(dir, path, O_WRONLY);
    assert_true(fd >= 0 && pwrite(fd, "XXXX", 4, RECORD_UNIT + 2) == 4);
    close(fd);
}

static void erase_key(struct segment_blob *blob, int dir)
{
    unsigned char unit[RECORD_UNIT];
    assert_true(gw_ok(keyring_unit_read(blob->unit, unit)));
    assert_true(gw_ok(keyring_erase(dir, blob->epoch, unit)));
}

static void lose_envelope(struct segment_blob *blob, int dir)
{
    char path[KEYRING_PATH];
    keyring_path(blob->epoch, "age", path);
    assert_int_equal(unlinkat(dir, path, 0), 0);
}

static void each_way_of_not_opening_has_its_name(void **state)
{
    static const char other_xid[] = "0190a1b2-c3d4-7e5f-8a6b-0123456789ac";
    static const struct {
        void (*change)(struct segment_blob *blob, int dir);
        const char *xid;
        bool is_stranger;
        enum gw_code code;
    } cases[] = {
        {NULL, XID, false, GW_OK},
        {zero, XID, false, GW_NOT_FOUND},
        {NULL, XID, true, GW_REFUSED},
        {NULL, other_xid, false, GW_CORRUPT},
        {NULL, "", false, GW_CORRUPT},
        {NULL, XID "x", false, GW_CORRUPT},
        {change_text, XID, false, GW_CORRUPT},
        {change_key, XID, false, GW_CORRUPT},
        {cut_key, XID, false, GW_CORRUPT},
        {cut_text, XID, false, GW_CORRUPT},
        {other_kind, XID, false, GW_CORRUPT},
        {no_kind, XID, false, GW_CORRUPT},
        {other_unit, XID, false, GW_UNAVAILABLE},
        {bad_unit, XID, false, GW_BAD},
        {other_epoch, XID, false, GW_UNAVAILABLE},
        {spoil_units, XID, false, GW_BAD}, /* from here on the keys are not what they were */
        {erase_key, XID, false, GW_UNAVAILABLE},
        {lose_envelope, XID, false, GW_UNAVAILABLE},
    };
    struct seal_rig f;
    struct age_identities stranger = {.count = 1};
    (void)state;
    memset(stranger.at[0].at, 0x18, AGE_POINT);
    seal_rig_make(&f);
    uint64_t seq = seal_rig_record(&f, "what was said");
    audit_log_close(f.log);
    for (size_t i = 0; i < GW_COUNT(cases); i++) {
        struct trial t = {.ids = cases[i].is_stranger ? &stranger : &f.ids,
                          .xid = cases[i].xid,
                          .change = cases[i].change};
        gw_result r = show_one(f.path, seq, try_it, &t);
        if (r.code != cases[i].code)
            fail_msg("case %zu: %d", i, r.code);
        assert_string_equal(t.text, gw_ok(r) ? "what was said" : ""); /* nothing of it, else */
    }
    seal_rig_drop(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_of_not_opening_has_its_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
