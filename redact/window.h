/* redact/window.h - one text of a streamed answer: inspects it, restores tokens, across any cut.
 *
 * Holds back only what is undecided: a suffix that could become a live token, a suffix that could
 * become a finding (when inspecting), half a surrogate pair. Knows text and findings; nothing of
 * HTTP, sockets, policy or audit. A token in the address of an image stays one: whoever shows the
 * text would send its value away. Lives in the exchange's arena; window_free() wipes the hold.
 * Never logs what it holds. Order: inspect the upstream's own text first, then restore: restored
 * values are not inspected. */
#ifndef REDACT_WINDOW_H
#define REDACT_WINDOW_H

#include "proxy/base/arena.h"
#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "redact/finding.h"
#include "redact/nesting.h"
#include "redact/scan.h"
#include "redact/shown.h"
#include "redact/vault.h"
#include "redact/watch.h"

/* Asked once for each finding in an answer, which is `value`: the style to replace it with,
 * STYLE_NONE to leave it. What only the vault could make or undo (token, fake, hash) becomes a
 * label here. Sets *stop to end the stream before this finding's first byte. */
typedef enum style (*window_judge)(void *judge_of, const struct finding *f, struct slice value,
                                   bool *stop);

/* Told of what stands around the value that the judge is asked about next, as far as it is there:
 * at most WINDOW_NEAR bytes on each side, as they came. */
typedef void (*window_near)(void *judge_of, struct slice before, struct slice after);

/* Told of each piece of text as it goes out, with tokens in place of what they are restored to. */
typedef void (*window_tap)(void *tap_of, struct slice text);

enum { WINDOW_CONTEXT = 128, WINDOW_NEAR = 75 };

struct window_rules {
    const struct scanner *scanner; /* NULL: restore only */
    struct scan_scratch *scratch;
    window_judge judge;
    void *judge_of;
    window_near near;          /* NULL: nobody asks */
    struct arena *arena;       /* for findings of one feed: reset by the owner, never here */
    const struct watch *watch; /* what the exchange itself must not be told by; NULL: nothing */
    window_tap tap;            /* NULL: nobody listens */
    void *tap_of;
};

struct window {
    const struct vault *vault;        /* NULL: nothing to restore */
    const struct window_rules *rules; /* NULL: restore only */
    struct buf hold;                  /* upstream text not yet decided: whole characters */
    char cut[8];                      /* a character of which more must come, or half a pair */
    size_t cut_len;
    size_t judged; /* bytes at the begin of hold that belong to a finding already judged */
    char before[WINDOW_CONTEXT]; /* the end of the text already decided: context for detectors */
    size_t before_len;
    bool is_odd;    /* the decided text ends in an odd run of backslashes, however long */
    unsigned depth; /* 0: text; 1: JSON (tool arguments); restored values are escaped so often at
                       least */
    struct shown shown;     /* where there is something to restore: what came before it */
    struct nesting nesting; /* in arguments: in which strings the decided text ends */
    bool stopped;           /* a judge said stop: all further text is swallowed */
    bool is_normal;         /* what was foreseen is its own normal form */
    size_t foreseen;        /* bytes that come next, in which nothing is found */
    struct slice ahead; /* context, hold and those, in the rules' arena, while foreseen is not 0 */
    size_t ahead_at;    /* in it: where the hold begins */
    uint64_t restored, replaced; /* counts, for the record */
};

/* ceiling: bytes of text that may come at a time, beside what is undecided (HOLD_MAX at most). */
void window_init(struct window *w, const struct vault *vault, const struct window_rules *rules,
                 unsigned depth, size_t ceiling);
void window_free(struct window *w);
/* Takes decoded text, appends to out what is decided. last: no more text follows, everything goes
 * out. Surrogate halves are mended; one that never meets its partner becomes U+FFFD. GW_REFUSED:
 * stopped now; out holds what was before the finding. In arguments what is put in place of a number
 * is a string. */
GW_MUST gw_result window_feed(struct window *w, struct slice text, bool last, struct buf *out);
/* Looks at texts that will all come next, joined: where nothing at all stands in them, each of
 * their feeds is spared that look. What comes out of them is the same. What it keeps lies in the
 * arena that the rules name now: before that goes, all have come, or no texts are foreseen. */
GW_MUST gw_result window_foresee(struct window *w, struct slice texts);
bool window_is_sane(const struct window *w);

#endif
