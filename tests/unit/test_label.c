/* tests/unit/test_label.c - the file LOG: any byte that its writer would not have written is
 * refused; it says for how long records were to be kept when the log was born. */
#include "proxy/base/base.h"
#include "audit/disk.h"
#include "audit/label.h"
#include "tests/unit/log_rig.h"

static int place;
static struct note_key key;
static char text[LABEL_MAX];

static gw_result read_with(const char *words)
{
    struct note_key back;
    assert_true(gw_ok(disk_write(place, "LOG", slice_str(words))));
    gw_result r = label_read(place, &back);
    if (gw_ok(r))
        assert_memory_equal(&back, &key, sizeof key);
    return r;
}

static void write_label(const struct label_retention *kept)
{
    struct buf bytes;
    buf_init(&bytes, LABEL_MAX);
    assert_true(gw_ok(label_write(place, &key, kept)));
    assert_true(gw_ok(disk_read(place, "LOG", &bytes)));
    snprintf(text, sizeof text, "%.*s", (int)buf_slice(&bytes).len, buf_slice(&bytes).at);
    buf_free(&bytes);
}

static void any_other_byte_is_refused(void **state)
{
    (void)state;
    write_label(&(struct label_retention){720, 9600, 52608});
    size_t last = (size_t)(strstr(text, "retention") - text);
    for (size_t i = 0; text[i] != '\0'; i++) {
        bool is_hour = i > last && text[i] >= '0' && text[i] <= '9'; /* other hours are well made */
        text[i] ^= 1;
        if (!is_hour)
            assert_int_equal(read_with(text).code, GW_CORRUPT);
        text[i] ^= 1;
    }
    assert_true(gw_ok(read_with(text)));
    char longer[LABEL_MAX + 8];
    snprintf(longer, sizeof longer, "%s\n", text);
    assert_int_equal(read_with(longer).code, GW_CORRUPT);
}

static void it_says_how_long_records_are_kept(void **state)
{
    (void)state;
    write_label(&(struct label_retention){720, 9600, 52608});
    assert_non_null(strstr(text, "\nretention payloads 720h, disclosures 9600h, leaves 52608h\n"));
    write_label(&(struct label_retention){0});
    assert_non_null(strstr(text, "\nretention none\n"));
    assert_true(gw_ok(read_with(text)));
}

static int begin(void **state)
{
    char file[96];
    struct note_signer *signer = NULL;
    assert_int_equal(rig_memory(state), 0);
    snprintf(file, sizeof file, "%s/key", base);
    assert_true(gw_ok(note_signer_open(file, "bulla.example/node1", true, &signer)));
    key = *note_signer_key(signer);
    note_signer_free(signer);
    place = open(base, O_RDONLY | O_DIRECTORY);
    return place < 0;
}

static int end(void **state)
{
    close(place);
    return rig_gone(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_other_byte_is_refused),
        cmocka_unit_test(it_says_how_long_records_are_kept),
    };
    return cmocka_run_group_tests(tests, begin, end);
}
