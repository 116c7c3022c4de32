/* proxy/json/mould.h - texts that are alike but for a few values: the next one is compared with the
 * first, not read again.
 *
 * The events of a stream repeat one another: all bytes but those of the new word stand where they
 * stood. A mould keeps such a text, its tape and which of its values are free. What fits has been
 * proven: its fixed bytes are those that json_scan() accepted, and each free value is looked at.
 * Nothing is guessed: what does not fit is read by json_scan() as ever. Holds a copy of the text,
 * which mould_free() wipes. */
#ifndef PROXY_JSON_MOULD_H
#define PROXY_JSON_MOULD_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/json/doc.h"

/* Longer texts, and those of more values, are not worth the memory of every stream. */
enum { MOULD_TEXT = 640, MOULD_VALUES = 40, MOULD_FREE = 6 };

struct mould;

struct mould *mould_new(void); /* empty: nothing fits; NULL: no memory */
void mould_free(struct mould *m);
void mould_empty(struct mould *m);
/* Keeps doc, of which the values at the n indices (any order, each once) may differ next time:
 * strings that are not keys, and numbers. False, and empty: doc is too large for it, has a key
 * twice, or an index is of another kind. */
bool mould_take(struct mould *m, const struct json_doc *doc, const uint32_t *free, size_t n);
/* True: text is what was kept, with other values in the free places: strings without escapes,
 * numbers without sign, point and exponent. *out is then what json_scan() would have made of it,
 * with the same indices; its tape is the arena's. False: look for yourself. */
bool mould_fits(const struct mould *m, struct slice text, struct arena *arena,
                struct json_doc *out);
/* The same without a tape: what stands in the free places, in the order of the text; of strings,
 * what is between the quotes. */
bool mould_parts(const struct mould *m, struct slice text, struct slice parts[MOULD_FREE]);
/* Which of the parts is that value of the tape; MOULD_FREE: none, it is not free. */
size_t mould_part(const struct mould *m, uint32_t value);

#endif
