/* tests/fuzz/fuzz_note.c - notes, verifier keys and checkpoints of a stranger; nobody's key signs.
 */
#include "proxy/base/base.h"
#include "audit/note.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct slice s = slice_of(at, len), text;
    struct note_key key = {.name = "o", .at = {3}};
    struct note_checkpoint c;
    if (gw_ok(note_open(s, &key, &text)))
        abort();
    (void)!gw_ok(note_checkpoint_read(s, &c));
    (void)!gw_ok(note_vkey_read(s, &key));
    return 0;
}
