/* policies/answer.c - the keys of `answers`, each a row: what is looked for in answers beside
 * detectors.
 *
 * Which of it is looked for at all follows from the rules that name it: check.c. Allocates in the
 * policy's arena. */
#include "proxy/base/base.h"
#include "policies/keyword.h"
#include "policies/model.h"

/* Ordinary links of ordinary answers carry less: a search has some twenty bytes, a mark of who
 * sent it as many. Ordinary images carry nothing. */
enum { IMAGE_BYTES = 32, LINK_BYTES = 64, BYTES_MOST = 4000, WORDS_FEWEST = 8, WORDS_MOST = 1000 };

static size_t number_of(struct load *l, const struct yaml *v, size_t least, size_t most)
{
    uint64_t n = 0;
    if (!gw_ok(slice_u64(v->text, &n)) || n < least || n > most)
        load_fault(l, v, "a number from %zu to %zu is needed here", least, most);
    return (size_t)n;
}

static void hosts_take(struct load *l, const struct yaml *v, void *into)
{
    struct words hosts = words_of(l, v);
    struct watch_rules *rules = into;
    for (size_t i = 0; i < hosts.n; i++)
        if (slice_find_byte(hosts.at[i], '/') != SIZE_MAX ||
            slice_find_byte(hosts.at[i], ':') != SIZE_MAX)
            load_fault(l, hosts.places[i], "a host's name alone, such as docs.example.com");
    rules->hosts = hosts.at;
    rules->host_count = hosts.n;
}

static void image_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct watch_rules *)into)->image = number_of(l, v, 0, BYTES_MOST);
}

static void link_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct watch_rules *)into)->link = number_of(l, v, 0, BYTES_MOST);
}

/* clang-format off */
static const struct keyword link_keys[] = {
    {"hosts", SHAPE_WORDS, hosts_take, "hosts to which links may carry what they like; * stands for anything"},
    {"image", SHAPE_TEXT,  image_take, "more bytes than this in an image's URL are data; 32 when not given"},
    {"link",  SHAPE_TEXT,  link_take,  "more bytes than this in a link's URL are data; 64 when not given"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

static void links_take(struct load *l, const struct yaml *v, void *into)
{
    keyword_read(l, link_keys, v, into);
}

static void canary_take(struct load *l, const struct yaml *v, void *into)
{
    static const char *const known[] = {"off", "app", "conversation", NULL};
    ((struct watch_rules *)into)->canary = (uint8_t)choice_of(l, v, known, CANARY_NONE);
}

static void prompt_take(struct load *l, const struct yaml *v, void *into)
{
    ((struct watch_rules *)into)->prompt = number_of(l, v, WORDS_FEWEST, WORDS_MOST);
}

/* clang-format off */
static const struct keyword answer_keys[] = {
    {"links",  SHAPE_MAP,  links_take,  "which links carry data away"},
    {"canary", SHAPE_TEXT, canary_take, "what is planted in system prompts: off, one word an app, one a conversation"},
    {"prompt", SHAPE_TEXT, prompt_take, "so many words of the system prompt in a row are too many; 16 when not given"},
    {NULL, SHAPE_ANY, NULL, NULL},
};
/* clang-format on */

void answers_take(struct load *l, const struct yaml *v, void *policy)
{
    struct policy *p = policy;
    p->answers_place = v;
    keyword_read(l, answer_keys, v, &p->answers);
}

void answers_begin(struct policy *p)
{
    p->answers = (struct watch_rules){.image = IMAGE_BYTES, .link = LINK_BYTES};
}
