/* redact/train/names_train.c - makes a model of redact/model.h out of texts with names in them, and
 * tries one. train/names.py feeds it.
 *
 *   names_train make OUT EPOCHS BITS BIAS < frames      names_train find MODEL < frames
 *
 * A conditional random field, trained by stochastic gradients whose steps shrink where they have
 * been large. The same frames give the same model. Frames: "L bits words" puts words on lists;
 * "E weight open key bytes spans", the text on lines of its own, then "S start end tag" for each
 * span. `open`: bits of tags that a word outside all spans may have as well, for texts in which not
 * all kinds were marked. With "find" a line of "start end kind score" for each name, then a dot. */
#include "proxy/base/base.h"
#include "redact/who.h"
#include "redact/trait.h"

#include <math.h>

enum { KEY_BYTES = 64, SPANS = 512, COUNTERS = 1 << 24, LIST_BITS = 17 };

struct example {
    uint32_t words, traits; /* of the arrays, its first ones */
    uint32_t count;
    float weight;
};

struct trainer {
    struct example *examples;
    size_t count, room;
    uint8_t *may;    /* for each word: bits of tags that are right */
    uint32_t *first; /* for each word: its first trait */
    size_t words, words_room;
    uint32_t *traits;
    size_t trait_count, trait_room;
    uint8_t *seen; /* how often a trait was seen, twice at most */
    uint32_t slots[1 << LIST_BITS];
    float *weights, *squares; /* rows of TAGS */
    float steps[TAGS][TAGS], step_squares[TAGS][TAGS];
    unsigned bits;
    double bias; /* taken from each word that is no name, in natural logarithms */
    uint64_t random;
};

struct frame {
    char *text;
    size_t len;
    struct slice key;
    char key_bytes[KEY_BYTES];
    double weight;
    unsigned open, spans;
    unsigned span[SPANS][3];
};

static void fail(const char *why)
{
    fprintf(stderr, "names_train: %s\n", why);
    exit(1);
}

static void *grow(void *at, size_t *room, size_t need, size_t size)
{
    if (need <= *room)
        return at;
    *room = need * 2;
    void *grown = realloc(at, *room * size);
    if (grown == NULL)
        fail("out of memory");
    return grown;
}

static uint32_t next_random(struct trainer *t)
{
    t->random = t->random * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(t->random >> 33);
}

static void put_on_list(uint32_t *slots, uint32_t low, unsigned bits)
{
    uint32_t mask = (1u << LIST_BITS) - 1;
    uint32_t i = low * 0x9E3779B1u >> (32 - LIST_BITS);
    while (slots[i & mask] != 0 && slots[i & mask] >> 16 != low >> 16)
        i++;
    slots[i & mask] |= (low & 0xFFFF0000u) | bits;
}

/* One word, or two that belong together; longer rows are left out. */
static void add_to_lists(struct trainer *t, struct slice words, unsigned bits)
{
    struct word w[3];
    size_t n = 0;
    for (size_t at = 0; n < 3 && word_next(words, at, &w[n]); n++)
        at = w[n].end;
    if (n == 1)
        put_on_list(t->slots, w[0].low, bits);
    else if (n == 2)
        put_on_list(t->slots, word_join(w[0].low, w[1].low), bits);
}

/* The rest of a frame that begins with "E". */
static void read_frame(struct frame *f)
{
    unsigned start, end, tag;
    char newline;
    if (scanf("%lf %u %63s %zu %u%c", &f->weight, &f->open, f->key_bytes, &f->len, &f->spans,
              &newline) != 6 ||
        f->len > 1u << 24 || f->spans > SPANS)
        fail("a frame that cannot be read");
    f->key = slice_str(strcmp(f->key_bytes, "-") == 0 ? "" : f->key_bytes);
    f->text = realloc(f->text, f->len + 1);
    if (f->text == NULL || fread(f->text, 1, f->len, stdin) != f->len)
        fail("a text that is cut short");
    for (unsigned i = 0; i < f->spans; i++) {
        if (scanf(" S %u %u %u", &start, &end, &tag) != 3 || tag >= TAGS)
            fail("a span that cannot be read");
        f->span[i][0] = start;
        f->span[i][1] = end;
        f->span[i][2] = tag;
    }
}

/* The tags that are right for a word. */
static uint8_t tags_of(const struct frame *f, const struct word *w)
{
    for (unsigned i = 0; i < f->spans; i++) {
        unsigned tag = f->span[i][2];
        if (w->end <= f->span[i][0] || w->start >= f->span[i][1])
            continue;
        if (tag == TAG_NONE)
            return 0xFF; /* not told: anything */
        bool is_first = w->start <= f->span[i][0] || tag == TAG_ADDRESS;
        return (uint8_t)(1u << (is_first ? tag : tag + 1));
    }
    return (uint8_t)(1u | f->open);
}

static void add_stretch(struct trainer *t, const struct frame *f, struct word *words, size_t n)
{
    struct model lists = {.slots = t->slots, .list_bits = LIST_BITS};
    uint32_t traits[TRAIT_MOST], key = who_key(f->key);
    t->examples = grow(t->examples, &t->room, t->count + 1, sizeof *t->examples);
    t->examples[t->count++] =
        (struct example){(uint32_t)t->words, 0, (uint32_t)n, (float)f->weight};
    model_look(&lists, words, n);
    for (size_t i = 0; i < n; i++) {
        size_t k = trait_fill(words, n, i, key, traits), room = t->words_room;
        t->may = grow(t->may, &room, t->words + 2, 1);
        t->first = grow(t->first, &t->words_room, t->words + 2, sizeof *t->first);
        t->traits = grow(t->traits, &t->trait_room, t->trait_count + k, sizeof *t->traits);
        t->may[t->words] = tags_of(f, &words[i]);
        t->first[t->words++] = (uint32_t)t->trait_count;
        for (size_t j = 0; j < k; j++) {
            uint8_t *seen = &t->seen[traits[j] % COUNTERS];
            *seen = *seen < 2 ? (uint8_t)(*seen + 1) : 2;
            t->traits[t->trait_count++] = traits[j];
        }
        t->first[t->words] = (uint32_t)t->trait_count;
    }
}

static void add_example(struct trainer *t, const struct frame *f)
{
    struct word words[WHO_WORDS];
    struct slice text = slice_of(f->text, f->len);
    for (size_t at = 0, end; at < text.len; at = end) {
        size_t n = who_stretch(text, at, words, &end);
        if (n > 0)
            add_stretch(t, f, words, n);
    }
}

/* --- the field -------------------------------------------------------------------------------- */

struct field {
    double score[WHO_WORDS][TAGS]; /* e to the sums */
    double ahead[WHO_WORDS][TAGS], behind[WHO_WORDS][TAGS];
    double steps[TAGS][TAGS];
    double grad[WHO_WORDS][TAGS], grad_steps[TAGS][TAGS];
    uint8_t any[WHO_WORDS]; /* every tag may be */
};

static void scale(double v[TAGS])
{
    double sum = 0;
    for (int k = 0; k < TAGS; k++)
        sum += v[k];
    for (int k = 0; k < TAGS; k++)
        v[k] = sum > 0 ? v[k] / sum : 0;
}

/* How likely each tag of a word is by the words before it. */
static void go_ahead(struct field *f, const uint8_t *may, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (int to = 0; to < TAGS; to++) {
            double sum = 0;
            for (int from = 0; from < TAGS; from++)
                sum += (i == 0 ? (from == 0) : f->ahead[i - 1][from]) * f->steps[from][to];
            f->ahead[i][to] = may[i] >> to & 1 ? sum * f->score[i][to] : 0;
        }
        scale(f->ahead[i]);
    }
}

/* And by those behind it. */
static void go_back(struct field *f, const uint8_t *may, size_t n)
{
    for (int k = 0; k < TAGS; k++)
        f->behind[n - 1][k] = 1;
    for (size_t i = n - 1; i-- > 0;) {
        for (int from = 0; from < TAGS; from++) {
            f->behind[i][from] = 0;
            for (int to = 0; to < TAGS; to++)
                if (may[i + 1] >> to & 1)
                    f->behind[i][from] +=
                        f->steps[from][to] * f->score[i + 1][to] * f->behind[i + 1][to];
        }
        scale(f->behind[i]);
    }
}

static void add_pairs(struct field *f, const uint8_t *may, size_t i, double sign)
{
    double pair[TAGS * TAGS], sum = 0;
    for (int k = 0; k < TAGS * TAGS; k++) {
        int from = k / TAGS, to = k % TAGS;
        double before = i == 0 ? (from == 0) : f->ahead[i - 1][from];
        bool can = may[i] >> to & 1;
        pair[k] = can ? before * f->steps[from][to] * f->score[i][to] * f->behind[i][to] : 0;
        sum += pair[k];
    }
    for (int k = 0; k < TAGS * TAGS && sum > 0; k++)
        f->grad_steps[k / TAGS][k % TAGS] += sign * pair[k] / sum;
}

/* Adds `sign` times what is to be expected when each word has one of the tags it may have. */
static void expect(struct field *f, const uint8_t *may, size_t n, double sign)
{
    go_ahead(f, may, n);
    go_back(f, may, n);
    for (size_t i = 0; i < n; i++) {
        double both[TAGS];
        for (int k = 0; k < TAGS; k++)
            both[k] = f->ahead[i][k] * f->behind[i][k];
        scale(both);
        for (int k = 0; k < TAGS; k++)
            f->grad[i][k] += sign * both[k];
        add_pairs(f, may, i, sign);
    }
}

static void shift(float *weight, float *square, double grad, double rate)
{
    const double decay = 2e-6;
    grad -= decay * (double)*weight;
    *square += (float)(grad * grad);
    *weight += (float)(rate * grad / sqrt((double)*square + 1e-6));
}

static bool may_follow(int from, int to)
{
    bool goes_on = to == TAG_PERSON_ON || to == TAG_PLACE_ON || to == TAG_ORG_ON;
    return !goes_on || from == to || from == to - 1;
}

static float *row_of(struct trainer *t, float *rows, uint32_t trait)
{
    return rows + (size_t)(trait >> (32 - t->bits)) * TAGS;
}

static bool is_used(struct trainer *t, uint32_t trait, uint32_t luck)
{
    return t->seen[trait % COUNTERS] > 1 && (word_join(trait, luck) & 15) != 0;
}

static void add_row(double sums[TAGS], const float *row, bool is_used)
{
    for (int tag = 0; tag < TAGS && is_used; tag++)
        sums[tag] += (double)row[tag];
}

/* What hardly matters is left: most words are nothing, and the model knows it. */
static void shift_row(struct trainer *t, uint32_t trait, const double grad[TAGS], double weight,
                      double rate)
{
    float *row = row_of(t, t->weights, trait), *squares = row_of(t, t->squares, trait);
    for (int tag = 0; tag < TAGS; tag++)
        if (grad[tag] > 1e-4 || grad[tag] < -1e-4)
            shift(row + tag, squares + tag, weight * grad[tag], rate);
}

static void learn(struct trainer *t, struct field *f, const struct example *e, double rate)
{
    uint32_t luck = next_random(t);
    memset(f->grad, 0, sizeof f->grad);
    memset(f->grad_steps, 0, sizeof f->grad_steps);
    for (int from = 0; from < TAGS; from++)
        for (int to = 0; to < TAGS; to++)
            f->steps[from][to] = may_follow(from, to) ? exp((double)t->steps[from][to]) : 0;
    for (size_t i = 0; i < e->count; i++) {
        double sums[TAGS] = {0}, most = -1e9;
        for (uint32_t k = t->first[e->words + i]; k < t->first[e->words + i + 1]; k++)
            add_row(sums, row_of(t, t->weights, t->traits[k]), is_used(t, t->traits[k], luck));
        for (int tag = 0; tag < TAGS; tag++)
            most = sums[tag] > most ? sums[tag] : most;
        for (int tag = 0; tag < TAGS; tag++)
            f->score[i][tag] = exp(sums[tag] - most < -40 ? -40 : sums[tag] - most);
    }
    expect(f, t->may + e->words, e->count, 1);
    expect(f, f->any, e->count, -1);
    for (size_t i = 0; i < e->count; i++)
        for (uint32_t k = t->first[e->words + i]; k < t->first[e->words + i + 1]; k++)
            if (is_used(t, t->traits[k], luck))
                shift_row(t, t->traits[k], f->grad[i], (double)e->weight, rate);
    for (int k = 0; k < TAGS * TAGS; k++)
        shift(&t->steps[k / TAGS][k % TAGS], &t->step_squares[k / TAGS][k % TAGS],
              (double)e->weight * f->grad_steps[k / TAGS][k % TAGS], rate);
}

static void train(struct trainer *t, unsigned epochs)
{
    size_t rows = (size_t)TAGS << t->bits;
    uint32_t *order = malloc((t->count + 1) * sizeof *order);
    struct field *f = calloc(1, sizeof *f);
    t->weights = calloc(rows, sizeof *t->weights);
    t->squares = calloc(rows, sizeof *t->squares);
    if (order == NULL || f == NULL || t->weights == NULL || t->squares == NULL)
        fail("out of memory");
    for (uint32_t i = 0; i < t->count; i++)
        order[i] = i;
    memset(f->any, 0xFF, sizeof f->any);
    for (unsigned epoch = 0; epoch < epochs; epoch++) {
        for (size_t i = t->count; i > 1; i--) {
            size_t k = next_random(t) % i;
            uint32_t swap = order[i - 1];
            order[i - 1] = order[k];
            order[k] = swap;
        }
        for (size_t i = 0; i < t->count; i++)
            learn(t, f, &t->examples[order[i]], 0.12 * (1.0 - 0.9 * epoch / epochs));
    }
    free(order);
    free(f);
}

static int rounded(double x)
{
    long n = lround(x);
    return n > 127 ? 127 : n < -127 ? -127 : (int)n;
}

/* Addresses are hardly ever seen where there is none, and often overlooked: twice as much. */
static double bias_of(const struct trainer *t, int tag)
{
    return tag == TAG_NONE ? t->bias : tag == TAG_ADDRESS ? -t->bias : 0;
}

static void save(struct trainer *t, const char *path)
{
    FILE *to = fopen(path, "wb");
    uint32_t head[4] = {MODEL_MAGIC, t->bits, LIST_BITS, 0};
    if (to == NULL)
        fail("the model cannot be written");
    fwrite(head, sizeof head, 1, to);
    for (int from = 0; from < TAGS; from++)
        for (int k = 0; k < TAGS; k++)
            fputc(may_follow(from, k) ? rounded(((double)t->steps[from][k] - bias_of(t, k)) *
                                                MODEL_UNIT / MODEL_STEP) &
                                            0xFF
                                      : -127 & 0xFF,
                  to);
    fwrite(t->slots, sizeof t->slots, 1, to);
    for (size_t i = 0; i < (size_t)TAGS << t->bits; i++)
        fputc(128 + rounded((double)t->weights[i] * MODEL_UNIT), to);
    if (fclose(to) != 0)
        fail("the model cannot be written");
}

/* --- the two verbs ---------------------------------------------------------------------------- */

static gw_result print_name(void *of, const struct name *n)
{
    (void)of;
    printf("%u %u %u %u\n", n->start, n->end, n->kind, n->score);
    return gw_is(GW_OK);
}

static void find(const struct model *m, const struct frame *f)
{
    size_t range[2] = {0, f->len};
    if (!gw_ok(who_find(m, slice_of(f->text, f->len), f->key, range, print_name, NULL)))
        fail("a text that cannot be read");
    printf(".\n");
}

static void read_frames(struct trainer *t, const struct model *m)
{
    struct frame *f = calloc(1, sizeof *f);
    char kind, line[256];
    unsigned bits;
    if (f == NULL)
        fail("out of memory");
    while (scanf(" %c", &kind) == 1) {
        if (kind == 'E') {
            read_frame(f);
            if (m != NULL)
                find(m, f);
            else
                add_example(t, f);
        } else if (kind != 'L' || scanf("%u %255[^\n]", &bits, line) != 2) {
            fail("neither a list nor an example");
        } else if (m == NULL) {
            add_to_lists(t, slice_str(line), bits);
        }
    }
    free(f->text);
    free(f);
}

static void load(const char *path, struct model *m)
{
    FILE *from = fopen(path, "rb");
    size_t room = (size_t)TAGS << 23;
    char *bytes = malloc(room);
    if (from == NULL || bytes == NULL ||
        !gw_ok(model_open(slice_of(bytes, fread(bytes, 1, room, from)), m)))
        fail("no model");
    fclose(from);
}

int main(int argc, char **argv)
{
    struct trainer *t = calloc(1, sizeof *t);
    struct model m;
    if (t == NULL)
        fail("out of memory");
    t->random = 20;
    if (argc == 3 && strcmp(argv[1], "find") == 0) {
        load(argv[2], &m);
        read_frames(t, &m);
        return 0;
    }
    if (argc != 6 || strcmp(argv[1], "make") != 0)
        fail("make OUT EPOCHS BITS BIAS, or find MODEL");
    t->seen = calloc(COUNTERS, 1);
    t->bits = (unsigned)atoi(argv[4]);
    t->bias = atof(argv[5]);
    if (t->seen == NULL)
        fail("out of memory");
    read_frames(t, NULL);
    fprintf(stderr, "%zu stretches, %zu words, %zu traits\n", t->count, t->words, t->trait_count);
    train(t, (unsigned)atoi(argv[3]));
    save(t, argv[2]);
    return 0;
}
