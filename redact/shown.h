/* redact/shown.h - is the end of a text the address of an image, which whoever shows the text
 * fetches at once?
 *
 * A value in such an address has left with it: nobody clicks. The texts of images, and the
 * addresses of links, which need a click, are none of these; nor is what does not look like an
 * address (links.h), as one whose scheme is written in codes. Follows the text of an answer as it
 * comes, in any cut, and keeps what an address may begin in: 1 KiB most often, SHOWN_MOST at most.
 * Where an image's address may be longer than that, all that follows counts as one. Refuses to know
 * what is put in. shown_free() wipes. */
#ifndef REDACT_SHOWN_H
#define REDACT_SHOWN_H

#include "proxy/base/base.h"
#include "proxy/base/buf.h"
#include "proxy/base/slice.h"

enum { SHOWN_MOST = 4096 };

struct shown {
    struct buf said;
    size_t at;    /* in it: what lies before is no address that goes on */
    size_t full;  /* so long it is shortened */
    bool is_lost; /* the begin of an address fell out of it */
};

void shown_init(struct shown *s);
void shown_free(struct shown *s);
/* GW_NO_MEMORY. */
GW_MUST gw_result shown_follow(struct shown *s, struct slice text);
/* Of the end of what was followed. Asks for time by the length of an address, once a call. */
bool shown_is_fetched(struct shown *s);

#endif
