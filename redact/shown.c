/* redact/shown.c - see shown.h. Where addresses are, and which are of images, knows links.h. */
#include "proxy/base/base.h"
#include "redact/shown.h"
#include "redact/links.h"
#include <ctype.h>

enum {
    SHOWN_ROOM = 1024,   /* after so much more it is looked through, and shortened */
    SHOWN_CONTEXT = 256, /* kept in front of an address: its brackets, its tag */
    SHOWN_SCHEME = 16    /* an address of which no more has come is not seen yet */
};

void shown_init(struct shown *s)
{
    *s = (struct shown){.full = SHOWN_ROOM};
    buf_init(&s->said, SHOWN_MOST);
}

void shown_free(struct shown *s)
{
    buf_free(&s->said);
}

/* Attributes that are fetched with their element. */
static bool is_fetching(struct slice name)
{
    static const char *const names[] = {"src",  "srcset",     "imagesrcset", "poster",
                                        "href", "background", "data"};
    return slice_is_any(name, names, GW_COUNT(names));
}

static bool is_of_name(char c)
{
    return isalnum((unsigned char)c) != 0 || c == '_' || c == '-';
}

/* An address behind "NAME=" of which no tag is to be seen is that of an element only by its name.
 */
static bool is_fetched(struct slice said, size_t start)
{
    size_t i = start;
    while (i > 0 && said.at[i - 1] != '\0' && strchr(" \t\n\"'\\<", said.at[i - 1]) != NULL)
        i--;
    size_t end = i - (i > 0 && said.at[i - 1] == '=');
    if (end == i)
        return links_is_image(said, start);
    for (i = end; i > 0 && is_of_name(said.at[i - 1]);)
        i--;
    return is_fetching(slice_cut(said, i, end)) && links_is_image(said, start);
}

/* Passes the addresses that have ended. True: one goes on at the end, and is fetched. */
static bool look(struct shown *s)
{
    struct slice said = buf_slice(&s->said);
    size_t from = s->at, next = from;
    struct found_link link;
    while (links_next(said, &next, &link)) {
        s->at = link.is_open ? link.start : next;
        if (link.is_open)
            return is_fetched(said, link.start);
        from = next;
    }
    s->at = said.len > from + SHOWN_SCHEME ? said.len - SHOWN_SCHEME : from;
    return false;
}

static void shorten(struct shown *s)
{
    look(s);
    size_t old = s->at > SHOWN_CONTEXT ? s->at - SHOWN_CONTEXT : 0;
    buf_consume(&s->said, old);
    s->at -= old;
    s->full = buf_slice(&s->said).len + SHOWN_ROOM;
    s->is_lost = s->full > SHOWN_MOST;
    if (s->is_lost)
        buf_free(&s->said);
}

gw_result shown_follow(struct shown *s, struct slice text)
{
    while (text.len > 0 && !s->is_lost) {
        struct slice some = slice_cut(text, 0, s->full - buf_slice(&s->said).len);
        TRY(buf_add(&s->said, some));
        text = slice_from(text, some.len);
        if (buf_slice(&s->said).len == s->full) /* wherever the text was cut */
            shorten(s);
    }
    return gw_is(GW_OK);
}

bool shown_is_fetched(struct shown *s)
{
    return s->is_lost || look(s);
}
