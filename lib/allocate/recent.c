#include <cxkit/random.h>
#include <cxkit/special.h>

#include "allocate/ledger.h"
#include "allocate/recent.h"
#include "base/codec.h"
#include "stat/table.h"

/* A block is 512 bits: all probes of a contact fall into it. The blocks of all generations with the
 * same number lie side by side, so that one place in memory answers. */

enum { RECENT_WORDS = CX_I_RECENT_WORDS, RECENT_BITS = 512, RECENT_PROBES = 7, RECENT_VERSION = 1 };
#define RECENT_NOUN "filter"
#define RECENT_SECOND 1000000.0

/* -- options ------------------------------------------------------------------------------- */

void cx_recent_options_init(cx_recent_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
    options->generations = 4;
    options->bits = 16;
    options->window = 90 * 86400.0;
    options->capacity = 1000000;
}

static cx_status recent_check(const cx_recent_options *given, cx_recent_options *options,
                              cx_error *err) {
    cx_recent_options_init(options);
    if (given != NULL) {
        CX_TRY(cx_i_options_take(given, options, sizeof *options, "cx_recent_options", err));
        options->struct_size = sizeof *options;
    }
    if (options->generations < 1 || options->generations > 64)
        return cx_i_fail(err, CX_E_OPTION, "generations is %d; it has to lie between 1 and 64",
                         (int64_t)options->generations);
    if (options->bits < 4 || options->bits > 64)
        return cx_i_fail(err, CX_E_OPTION, "bits is %d; it has to lie between 4 and 64",
                         (int64_t)options->bits);
    if (!(options->window >= 60.0 * options->generations && options->window <= 1e10))
        return cx_i_fail(err, CX_E_OPTION,
                         "window is %g seconds; it has to lie between 60 for each generation and "
                         "1e10",
                         options->window);
    if (options->capacity < 1 || options->capacity > INT64_C(1) << 36)
        return cx_i_fail(err, CX_E_OPTION, "capacity is %d; it has to lie between 1 and 2^36",
                         options->capacity);
    return CX_OK;
}

/* -- life ---------------------------------------------------------------------------------- */

static size_t recent_size(const cx_recent *filter) {
    return (size_t)filter->blocks * (size_t)filter->kept * RECENT_WORDS;
}

static cx_status recent_make(const cx_recent *like, const cx_allocator *allocator, cx_recent **out,
                             cx_error *err) {
    cx_allocator own = cx_i_allocator(allocator);
    cx_recent *filter = cx_i_alloc(&own, sizeof *filter);
    if (filter == NULL) return cx_i_out_of_memory(err);
    *filter = *like;
    filter->allocator = own;
    filter->newest = -1;
    filter->words = cx_i_alloc_array(&own, (int64_t)recent_size(like), sizeof *filter->words);
    if (filter->words == NULL) {
        cx_i_free(&own, filter);
        return cx_i_out_of_memory(err);
    }
    *out = filter;
    return CX_OK;
}

cx_status cx_recent_new(const cx_recent_options *options, const cx_allocator *allocator,
                        cx_recent **out, cx_error *err) {
    cx_recent_options checked;
    cx_recent like;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(recent_check(options, &checked, err));
    memset(&like, 0, sizeof like);
    like.kept = checked.generations + 1;
    like.span = (int64_t)ceil(checked.window * RECENT_SECOND / checked.generations);
    like.capacity = (double)checked.capacity / checked.generations;
    like.blocks = (uint64_t)ceil(like.capacity * checked.bits / RECENT_BITS);
    like.fingerprint = cx_i_contact_fingerprint(checked.salt);
    return recent_make(&like, allocator, out, err);
}

void cx_recent_free(cx_recent *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    cx_i_free(&allocator, self->words);
    cx_i_free(&allocator, self);
}

void cx_recent_reset(cx_recent *self) {
    if (self == NULL) return;
    memset(self->words, 0, recent_size(self) * sizeof *self->words);
    self->newest = -1;
}

cx_status cx_recent_copy(const cx_recent *self, const cx_allocator *allocator, cx_recent **out,
                         cx_error *err) {
    cx_recent *copy;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(recent_make(self, allocator, &copy, err));
    memcpy(copy->words, self->words, recent_size(self) * sizeof *self->words);
    copy->newest = self->newest;
    *out = copy;
    return CX_OK;
}

int64_t cx_recent_memory(const cx_recent *self) {
    return self == NULL ? 0 : (int64_t)(sizeof *self + recent_size(self) * sizeof *self->words);
}

/* -- bits ---------------------------------------------------------------------------------- */

static uint64_t *recent_block(const cx_recent *filter, uint64_t block, int64_t generation) {
    uint64_t at = block * (uint64_t)filter->kept + (uint64_t)(generation % filter->kept);
    return &filter->words[at * RECENT_WORDS];
}

/* Keys are hashes: their upper half, or all of it with many blocks, chooses the block. */
static uint64_t recent_home(const cx_recent *filter, uint64_t contact) {
    uint64_t high = contact >> 32, low = contact & UINT32_MAX, blocks = filter->blocks;
    return (high * blocks + (low * blocks >> 32)) >> 32;
}

/* 63 bits for seven probes: Philox, that generations do not err about the same contacts. */
static uint64_t recent_probes(uint64_t contact, int64_t generation) {
    cx_random_words words;
    cx_philox(contact, (uint64_t)generation, RECENT_BITS, &words);
    return (uint64_t)words.w1 << 32 | words.w0;
}

static bool recent_has(const uint64_t *block, uint64_t probes) {
    for (int p = 0; p < RECENT_PROBES; p++, probes >>= 9)
        if ((block[probes >> 6 & 7] >> (probes & 63) & 1) == 0) return false;
    return true;
}

static void recent_set(uint64_t *block, uint64_t probes) {
    for (int p = 0; p < RECENT_PROBES; p++, probes >>= 9)
        block[probes >> 6 & 7] |= UINT64_C(1) << (probes & 63);
}

/* -- events -------------------------------------------------------------------------------- */

/* Generations up to this one; the oldest give way. */
static void recent_turn(cx_recent *filter, int64_t generation) {
    int64_t first = filter->newest + 1;
    if (generation - first >= filter->kept) first = generation - filter->kept + 1;
    for (int64_t g = first; g <= generation && filter->newest >= 0; g++)
        for (uint64_t b = 0; b < filter->blocks; b++)
            memset(recent_block(filter, b, g), 0, RECENT_WORDS * sizeof(uint64_t));
    if (generation > filter->newest) filter->newest = generation;
}

cx_status cx_recent_record(cx_recent *self, uint64_t contact, int64_t time, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    if (contact == 0)
        return cx_i_fail(err, CX_E_DOMAIN, "contact is 0, which is the key of nobody");
    if (time < 0)
        return cx_i_fail(err, CX_E_DOMAIN, "the time is %d microseconds; it has to lie after 1970",
                         time);
    int64_t generation = time / self->span;
    if (generation <= self->newest - self->kept) return CX_OK;
    recent_turn(self, generation);
    recent_set(recent_block(self, recent_home(self, contact), generation),
               recent_probes(contact, generation));
    return CX_OK;
}

/* The oldest generation that counts at this time. */
static int64_t recent_oldest(const cx_recent *filter, int64_t time) {
    int64_t oldest = filter->newest - filter->kept + 1;
    if (time / filter->span - filter->kept + 1 > oldest)
        oldest = time / filter->span - filter->kept + 1;
    return oldest > 0 ? oldest : 0;
}

int64_t cx_i_recent_until(const cx_recent *filter, uint64_t contact, int64_t time) {
    uint64_t home = recent_home(filter, contact);
    for (int64_t g = filter->newest; g >= recent_oldest(filter, time); g--)
        if (recent_has(recent_block(filter, home, g), recent_probes(contact, g)))
            return (g + filter->kept) * filter->span;
    return -1;
}

int cx_recent_asked(const cx_recent *self, uint64_t contact, int64_t time) {
    if (self == NULL || contact == 0) return 0;
    return cx_i_recent_until(self, contact, time) >= 0;
}

uint64_t *cx_i_recent_line(const cx_recent *filter, uint64_t contact, int64_t time) {
    return recent_block(filter, recent_home(filter, contact), time / filter->span);
}

int cx_recent_is_salted(const cx_recent *self, uint64_t salt) {
    return self != NULL && self->fingerprint == cx_i_contact_fingerprint(salt);
}

/* -- rates --------------------------------------------------------------------------------- */

static double recent_seventh(double fill) {
    return pow(fill, RECENT_PROBES);
}

static int recent_count(const uint64_t *block) {
    int count = 0;
    for (int w = 0; w < RECENT_WORDS; w++)
        for (uint64_t word = block[w]; word != 0; word &= word - 1) count++;
    return count;
}

/* Of a block with n contacts every bit is set with chance 1 - (1 - 1/512)^(7 n). */
static double recent_contacts(int count) {
    double free = count == RECENT_BITS ? 0.5 : RECENT_BITS - count;
    return log(free / RECENT_BITS) / RECENT_PROBES / log1p(-1.0 / RECENT_BITS);
}

/* At capacity: Poisson many contacts in a block. */
static double recent_expected(const cx_recent *filter, double contacts) {
    double mean = contacts / (double)filter->blocks, rate = 0;
    int most = (int)(mean + 12 * sqrt(mean) + 12);
    for (int n = 0; n <= most; n++) {
        double chance = exp(n * log(mean) - mean - cx_lgamma(n + 1.0));
        rate += chance * recent_seventh(-expm1(RECENT_PROBES * n * log1p(-1.0 / RECENT_BITS)));
    }
    return rate;
}

typedef struct recent_columns {
    int64_t *start, *end;
    double *contacts, *fill, *rate;
} recent_columns;

static void recent_measure(const cx_recent *filter, int64_t generation, int64_t row,
                           const recent_columns *to) {
    double blocks = (double)filter->blocks;
    to->start[row] = generation * filter->span;
    to->end[row] = (generation + 1) * filter->span;
    for (uint64_t b = 0; b < filter->blocks; b++) {
        int count = recent_count(recent_block(filter, b, generation));
        to->contacts[row] += recent_contacts(count);
        to->fill[row] += (double)count / RECENT_BITS / blocks;
        to->rate[row] += recent_seventh((double)count / RECENT_BITS) / blocks;
    }
}

static cx_status recent_fill(const cx_recent *filter, int64_t time, cx_table *table,
                             cx_error *err) {
    recent_columns to;
    int64_t latest = filter->newest, oldest = recent_oldest(filter, time);
    double none = 1, contacts = 0, each = recent_expected(filter, filter->capacity);
    CX_TRY(cx_i_table_time(table, "start", &to.start, err));
    CX_TRY(cx_i_table_time(table, "end", &to.end, err));
    CX_TRY(cx_i_table_f64(table, "contacts", &to.contacts, err));
    CX_TRY(cx_i_table_f64(table, "fill", &to.fill, err));
    CX_TRY(cx_i_table_f64(table, "rate", &to.rate, err));
    for (int64_t row = 0; row <= latest - oldest; row++) {
        recent_measure(filter, latest - row, row, &to);
        none *= 1 - to.rate[row];
        contacts += to.contacts[row];
    }
    CX_TRY(cx_i_table_figure(table, "rate", 1 - none, err));
    CX_TRY(cx_i_table_figure(table, "rate_expected", -expm1(filter->kept * log1p(-each)), err));
    CX_TRY(cx_i_table_figure(table, "contacts", contacts, err));
    return cx_i_table_figure(table, "bytes", (double)cx_recent_memory(filter), err);
}

double cx_i_recent_rate(const cx_recent *filter, int64_t time) {
    double none = 1, blocks = (double)filter->blocks;
    for (int64_t g = filter->newest; g >= recent_oldest(filter, time); g--) {
        double rate = 0;
        for (uint64_t b = 0; b < filter->blocks; b++)
            rate += recent_seventh((double)recent_count(recent_block(filter, b, g)) / RECENT_BITS);
        none *= 1 - rate / blocks;
    }
    return 1 - none;
}

cx_status cx_recent_rates(const cx_recent *self, int64_t time, cx_table **out, cx_error *err) {
    cx_table *table;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    if (time < 0)
        return cx_i_fail(err, CX_E_DOMAIN, "the time is %d microseconds; it has to lie after 1970",
                         time);
    int64_t rows = self->newest - recent_oldest(self, time) + 1;
    CX_TRY(cx_i_table_new(rows > 0 ? rows : 0, &self->allocator, &table, err));
    cx_status status = recent_fill(self, time, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- merging ------------------------------------------------------------------------------- */

static bool recent_alike(const cx_recent *a, const cx_recent *b) {
    return a->kept == b->kept && a->span == b->span && a->blocks == b->blocks &&
           a->capacity == b->capacity && a->fingerprint == b->fingerprint;
}

cx_status cx_recent_merge(cx_recent *self, const cx_recent *other, cx_error *err) {
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    if (!recent_alike(self, other))
        return cx_i_fail(err, CX_E_MISMATCH,
                         "the two filters were made with another window, generations, bits, "
                         "capacity or salt");
    if (self == other || other->newest < 0) return CX_OK;
    recent_turn(self, other->newest);
    int64_t oldest = self->newest - self->kept + 1;
    for (int64_t g = other->newest; g >= 0 && g >= oldest && g > other->newest - other->kept; g--)
        for (uint64_t b = 0; b < self->blocks; b++)
            for (int w = 0; w < RECENT_WORDS; w++)
                recent_block(self, b, g)[w] |= recent_block(other, b, g)[w];
    return CX_OK;
}

int cx_recent_equal(const cx_recent *a, const cx_recent *b) {
    return a != NULL && b != NULL && recent_alike(a, b) && a->newest == b->newest &&
           memcmp(a->words, b->words, recent_size(a) * sizeof *a->words) == 0;
}

/* -- bytes --------------------------------------------------------------------------------- */

size_t cx_recent_encoded_size(const cx_recent *self) {
    if (self == NULL) return 0;
    return CX_I_CODEC_OVERHEAD + 4 + 8 + 8 + 8 + 8 + 8 + recent_size(self) * 8;
}

cx_status cx_recent_encode(const cx_recent *self, uint8_t *buffer, size_t size, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_codec_check_buffer(buffer, size, cx_recent_encoded_size(self), err));
    cx_i_writer writer = {buffer, 0};
    cx_i_codec_begin(&writer, CX_I_TYPE_RECENT, RECENT_VERSION);
    cx_i_put_u32(&writer, (uint32_t)self->kept);
    cx_i_put_i64(&writer, self->span);
    cx_i_put_u64(&writer, self->blocks);
    cx_i_put_f64(&writer, self->capacity);
    cx_i_put_u64(&writer, self->fingerprint);
    cx_i_codec_payload(&writer);
    cx_i_put_i64(&writer, self->newest);
    for (size_t i = 0; i < recent_size(self); i++) cx_i_put_u64(&writer, self->words[i]);
    cx_i_codec_end(&writer);
    return CX_OK;
}

static cx_status recent_damaged(cx_error *err, const char *what) {
    return cx_i_codec_damaged(err, RECENT_NOUN, what);
}

static cx_status recent_read_settings(cx_recent *like, cx_i_reader *reader, size_t payload,
                                      cx_error *err) {
    memset(like, 0, sizeof *like);
    uint32_t kept = cx_i_get_u32(reader);
    like->span = cx_i_get_i64(reader);
    like->blocks = cx_i_get_u64(reader);
    like->capacity = cx_i_get_f64(reader);
    like->fingerprint = cx_i_get_u64(reader);
    if (!cx_i_get_done(reader)) return recent_damaged(err, "its lengths do not add up");
    if (kept < 2 || kept > 65 || like->span < 60000000 || like->span > INT64_C(10000000000000000) ||
        like->blocks < 1 || like->blocks > UINT64_C(1) << 34 ||
        !(like->capacity > 0 && like->capacity <= 0x1p36))
        return recent_damaged(err, "its settings are impossible");
    like->kept = (int32_t)kept;
    if (payload < 8 || like->blocks != (payload - 8) / 8 / RECENT_WORDS / kept ||
        recent_size(like) * 8 != payload - 8)
        return recent_damaged(err, "its lengths do not add up");
    return CX_OK;
}

/* Generations that cannot be there are empty. */
static bool recent_possible(const cx_recent *filter) {
    if (filter->newest < -1 || filter->newest > INT64_MAX / filter->span) return false;
    for (int64_t g = filter->newest + 1; g < filter->kept; g++)
        for (uint64_t b = 0; b < filter->blocks; b++)
            if (recent_count(recent_block(filter, b, g)) > 0) return false;
    return true;
}

cx_status cx_recent_decode(const uint8_t *bytes, size_t size, const cx_allocator *allocator,
                           cx_recent **out, cx_error *err) {
    cx_i_reader parameters, payload;
    cx_recent like, *filter;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_codec_open(bytes, size, CX_I_TYPE_RECENT, RECENT_VERSION, RECENT_NOUN, &parameters,
                           &payload, err));
    CX_TRY(recent_read_settings(&like, &parameters, payload.size - payload.used, err));
    CX_TRY(recent_make(&like, allocator, &filter, err));
    filter->newest = cx_i_get_i64(&payload);
    for (size_t i = 0; i < recent_size(filter); i++) filter->words[i] = cx_i_get_u64(&payload);
    if (cx_i_get_done(&payload) && recent_possible(filter)) {
        *out = filter;
        return CX_OK;
    }
    cx_recent_free(filter);
    return recent_damaged(err, "its generations are impossible");
}
