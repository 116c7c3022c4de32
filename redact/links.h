/* redact/links.h - URLs in a text as whoever shows it would read them, and how much each carries.
 *
 * Whoever shows an answer fetches its images at once and its links at a click: what a URL carries
 * goes to its host. Reads Markdown, HTML, CSS and bare text alike: it looks for URLs, not for what
 * stands around them. Knows nothing of policies. Owns nothing. */
#ifndef REDACT_LINKS_H
#define REDACT_LINKS_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

struct found_link {
    size_t start, end; /* of the URL, bytes of the text */
    struct slice host; /* as it stands there, without port and without what stands before an @ */
    struct slice load; /* all behind the host: path, query and fragment */
    size_t bytes; /* of it that may be data: user, query, fragment, long names and pieces of path */
    bool is_image; /* fetched without a click, or it cannot be told */
    bool is_open;  /* the text ends before the URL does */
};

/* The next URL at or behind *at, which moves behind it; false: there is none. */
bool links_next(struct slice text, size_t *at, struct found_link *out);
/* Does an address that begins at `start` stand where whoever shows the text fetches it at once?
 * What begins before the text may be such a place. */
bool links_is_image(struct slice text, size_t start);
/* Is the host one of these globs, in any case and with or without a dot at its end? */
bool links_is_listed(struct slice host, const struct slice *globs, size_t n);

#endif
