/* redact/hold.h - how much of a text must wait, when more of it will come.
 *
 * What a finding could still begin in, or grow in, is undecided. Bounded; knows scanners and bytes,
 * nothing of streams. Owns nothing: what it needs lies in the caller's arena and scratch. */
#ifndef REDACT_HOLD_H
#define REDACT_HOLD_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/slice.h"
#include "redact/scan.h"

enum { HOLD_MAX = 4096 };

/* How many bytes at the end of text[from, ..) are undecided: a finding could begin there and be
 * completed by what follows; text[0, from) is decided, and context. 0 when all is decided. At most
 * HOLD_MAX. Values that are complete and only lack a word behind them are not counted:
 * scan_options.is_open shows them. arena NULL: it is known that text is its own normal form.
 * GW_CORRUPT: the engine failed; the caller blocks. */
GW_MUST gw_result hold_undecided(const struct scanner *s, struct scan_scratch *scratch,
                                 struct slice text, size_t from, struct arena *arena,
                                 size_t *undecided);

#endif
