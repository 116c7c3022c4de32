/* audit/label.c - see label.h. */
#include "proxy/base/base.h"
#include "audit/label.h"
#include "audit/disk.h"

static void print(const struct note_key *key, const struct label_retention *kept,
                  char out[LABEL_MAX])
{
    char vkey[NOTE_VKEY], words[120] = "none";
    note_vkey_write(key, vkey);
    if (kept->payloads > 0 || kept->disclosures > 0 || kept->leaves > 0)
        snprintf(words, sizeof words, "payloads %lluh, disclosures %lluh, leaves %lluh",
                 (unsigned long long)kept->payloads, (unsigned long long)kept->disclosures,
                 (unsigned long long)kept->leaves);
    snprintf(out, LABEL_MAX, "bulla-audit/v1\norigin %s\nvkey %s\nretention %s\n", key->name, vkey,
             words);
}

gw_result label_write(int dir, const struct note_key *key, const struct label_retention *kept)
{
    char text[LABEL_MAX];
    print(key, kept, text);
    return disk_write(dir, "LOG", slice_str(text));
}

/* The hours behind that word, 0 when it is not there. */
static uint64_t hours(struct slice line, struct slice word)
{
    uint64_t n = 0;
    size_t at = slice_find(line, word);
    if (at == SIZE_MAX)
        return 0;
    struct slice rest = slice_from(line, at + word.len);
    return gw_ok(slice_u64(slice_cut(rest, 0, slice_find_byte(rest, 'h')), &n)) ? n : 0;
}

/* Any other bytes than are written for what was read are refused. */
static gw_result parse(struct slice text, struct note_key *key, struct label_retention *kept)
{
    char again[LABEL_MAX];
    size_t at = slice_find(text, SLICE_LIT("\nvkey "));
    if (at == SIZE_MAX)
        return gw_is(GW_CORRUPT);
    struct slice vkey = slice_from(text, at + 6);
    if (!gw_ok(note_vkey_read(slice_cut(vkey, 0, slice_find_byte(vkey, '\n')), key)))
        return gw_is(GW_CORRUPT);
    struct slice last = slice_from(vkey, slice_find_byte(vkey, '\n'));
    *kept = (struct label_retention){.payloads = hours(last, SLICE_LIT(" payloads ")),
                                     .disclosures = hours(last, SLICE_LIT(" disclosures ")),
                                     .leaves = hours(last, SLICE_LIT(" leaves "))};
    print(key, kept, again);
    return gw_is(slice_is(text, slice_str(again)) ? GW_OK : GW_CORRUPT);
}

static gw_result read_file(int dir, struct note_key *key, struct label_retention *kept)
{
    struct buf text;
    buf_init(&text, LABEL_MAX);
    gw_result r = disk_read(dir, "LOG", &text);
    if (gw_ok(r))
        r = parse(buf_slice(&text), key, kept);
    buf_free(&text);
    return r.code == GW_TOO_BIG ? gw_is(GW_CORRUPT) : r;
}

gw_result label_read(int dir, struct note_key *key)
{
    struct label_retention kept;
    return read_file(dir, key, &kept);
}

gw_result label_retention(int dir, struct label_retention *out)
{
    struct note_key key;
    return read_file(dir, &key, out);
}

gw_result label_checkpoint(int dir, const struct note_key *key, struct buf *note,
                           struct note_checkpoint *out)
{
    struct slice text;
    buf_init(note, NOTE_MAX);
    TRY(disk_read(dir, "checkpoint", note));
    if (!gw_ok(note_open(buf_slice(note), key, &text)) || !gw_ok(note_checkpoint_read(text, out)) ||
        !slice_is(out->origin, slice_str(key->name)))
        return gw_is(GW_CORRUPT);
    return gw_is(GW_OK);
}
