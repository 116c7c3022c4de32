/* tests/fuzz/fuzz_note.c - notes, verifier keys, checkpoints, proofs and policies of a stranger;
 * nobody's key signs. */
#include "proxy/base/base.h"
#include "audit/note.h"
#include "audit/quorum.h"
#include "audit/receipt.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len);

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t len)
{
    struct slice s = slice_of(at, len), text;
    struct note_key key = {.name = "o", .kind = NOTE_TEXT, .at = {3}};
    struct note_checkpoint c;
    if (gw_ok(note_open(s, &key, &text)))
        abort();
    (void)!gw_ok(note_checkpoint_read(s, &c));
    (void)!gw_ok(note_vkey_read(s, &key));
    (void)!gw_ok(note_witness_read(s, &key));
    struct receipt proof;
    struct receipt_growth growth;
    if (gw_ok(receipt_read(s, &proof)) && proof.len > TREE_PROOF)
        abort();
    if (gw_ok(receipt_growth_read(s, &growth)) && growth.len >= TREE_PROOF)
        abort();
    struct quorum *q = malloc(sizeof *q);
    size_t line;
    if (q != NULL && gw_ok(quorum_read(s, q, &line)) && quorum_is_met(q, s, NULL) &&
        q->top < q->count)
        abort();
    free(q);
    return 0;
}
