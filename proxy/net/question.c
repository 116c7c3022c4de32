/* proxy/net/question.c - see question.h. Question: id (8), name. Answer: id (8), status (1), then
 * per address its length (1) and its bytes. Owns nothing. */
#include "proxy/base/base.h"
#include "proxy/net/question.h"

static void put_id(unsigned char *at, uint64_t id)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (unsigned char)(id >> (8 * i));
}

static uint64_t get_id(struct slice message)
{
    uint64_t id = 0;
    for (unsigned i = 0; i < 8; i++)
        id |= (uint64_t)(unsigned char)message.at[i] << (8 * i);
    return id;
}

size_t question_put(const struct question *q, unsigned char *out)
{
    size_t len = strlen(q->host);
    assert(len <= QUESTION_NAME);
    put_id(out, q->id);
    memcpy(out + 8, q->host, len);
    return 8 + len;
}

gw_result question_take(struct slice message, struct question *q)
{
    *q = (struct question){.id = 0};
    if (message.len <= 8 || message.len > 8 + QUESTION_NAME)
        return gw_is(GW_BAD);
    struct slice name = slice_from(message, 8);
    if (slice_find_byte(name, '\0') != SIZE_MAX)
        return gw_is(GW_BAD);
    q->id = get_id(message);
    memcpy(q->host, name.at, name.len);
    return gw_is(GW_OK);
}

size_t question_put_answer(const struct question_answer *a, unsigned char *out)
{
    size_t len = 9;
    put_id(out, a->id);
    out[8] = (unsigned char)a->status;
    for (size_t i = 0; i < a->n && i < QUESTION_ANSWERS; i++) {
        assert(a->at[i].len <= sizeof a->at[i].at);
        out[len++] = (unsigned char)a->at[i].len;
        memcpy(out + len, a->at[i].at, a->at[i].len);
        len += a->at[i].len;
    }
    return len;
}

static gw_result take_address(struct slice *rest, struct question_address *to)
{
    unsigned len = (unsigned char)rest->at[0];
    if ((len != 4 && len != 16) || rest->len - 1 < len)
        return gw_is(GW_BAD);
    to->len = len;
    memcpy(to->at, rest->at + 1, len);
    *rest = slice_from(*rest, 1 + len);
    return gw_is(GW_OK);
}

gw_result question_take_answer(struct slice message, struct question_answer *a)
{
    *a = (struct question_answer){.id = 0};
    if (message.len < 9 || (unsigned char)message.at[8] > QUESTION_FOUND)
        return gw_is(GW_BAD);
    a->id = get_id(message);
    a->status = (enum question_status)message.at[8];
    struct slice rest = slice_from(message, 9);
    while (rest.len > 0) {
        if (a->n == QUESTION_ANSWERS)
            return gw_is(GW_BAD);
        TRY(take_address(&rest, &a->at[a->n++]));
    }
    return gw_is((a->n > 0) == (a->status == QUESTION_FOUND) ? GW_OK : GW_BAD);
}
