/* proxy/net/question.h - a name on its way to the resolver process, and its answer on its way back.
 *
 * One message each on a SOCK_SEQPACKET pair. Knows nothing of who asks and how it is found out. An
 * answer holds bare addresses, never ports: what is connected to is not the resolver's to say. All
 * integers little-endian. The buffers are the caller's; nothing is allocated. */
#ifndef PROXY_NET_QUESTION_H
#define PROXY_NET_QUESTION_H

#include "proxy/base/base.h"
#include "proxy/base/slice.h"

enum {
    QUESTION_NAME = 253,  /* bytes of a name at most */
    QUESTION_ANSWERS = 8, /* addresses of one answer at most */
    QUESTION_BYTES = 8 + 1 + QUESTION_NAME + QUESTION_ANSWERS * 17 /* a message at most */
};

enum question_status {
    QUESTION_FAILED = 0, /* could not be found out now */
    QUESTION_NONE,       /* there is no such name, or it has no address */
    QUESTION_FOUND
};

struct question {
    uint64_t id;
    char host[QUESTION_NAME + 1]; /* with a NUL; no other in it */
};

struct question_address {
    unsigned char at[16];
    unsigned len; /* 4 or 16 */
};

struct question_answer {
    uint64_t id;
    enum question_status status;
    struct question_address at[QUESTION_ANSWERS];
    size_t n; /* more than none just with QUESTION_FOUND */
};

/* Bytes of the message in out[QUESTION_BYTES]. */
size_t question_put(const struct question *q, unsigned char *out);
size_t question_put_answer(const struct question_answer *a, unsigned char *out);
/* GW_BAD: not such a message; *q or *a is not to be used. */
GW_MUST gw_result question_take(struct slice message, struct question *q);
GW_MUST gw_result question_take_answer(struct slice message, struct question_answer *a);

#endif
