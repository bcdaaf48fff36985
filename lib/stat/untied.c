#include "stat/untied.h"

#include "base/sort.h"

/* -- the order of a column --------------------------------------------------------------------- */

/* A number becomes a key that grows with it: as a real number near the middle, as a logarithm far
 * from it, so that columns of most shapes fill the range of keys evenly. A row's number stands in
 * the low bits. Numbers that share a key are compared themselves. */
typedef struct untied_scale {
    double middle, width;
    int64_t least;
    int shift, row_bits;
} untied_scale;

enum { UNTIED_SAMPLE = 64 };

static int64_t untied_bend(const untied_scale *scale, double value) {
    double z = (value - scale->middle) / scale->width, far = 1 + fabs(z);
    int64_t bits;
    memcpy(&bits, &far, sizeof bits);
    bits -= INT64_C(0x3FF) << 52; /* those of 1 */
    return z < 0 ? -bits : bits;
}

/* Middle and width from some rows; false when they are no use, as with ties. */
static bool untied_sample(const double *value, int64_t n, untied_scale *scale) {
    uint64_t key[UNTIED_SAMPLE], room[UNTIED_SAMPLE];
    int64_t count = n < UNTIED_SAMPLE ? n : UNTIED_SAMPLE;
    for (int64_t k = 0; k < count; k++) key[k] = cx_i_sort_key_f64(value[k * n / count]);
    cx_i_sort_u64(key, room, count);
    for (int64_t k = 1; k < count; k++)
        if (key[k] == key[k - 1]) return false;
    scale->middle = cx_i_sort_value_f64(key[count / 2]);
    scale->width = cx_i_sort_value_f64(key[3 * count / 4]) - cx_i_sort_value_f64(key[count / 4]);
    return scale->width > 0 && isfinite(scale->width);
}

static int untied_bits(uint64_t value) {
    int bits = 0;
    while (bits < 64 && value >> bits != 0) bits++;
    return bits;
}

static bool untied_fit(const double *value, int64_t n, untied_scale *scale) {
    double low = value[0], high = value[0];
    if (n < 2 || !untied_sample(value, n, scale)) return false;
    for (int64_t i = 1; i < n; i++) {
        low = value[i] < low ? value[i] : low;
        high = value[i] > high ? value[i] : high;
    }
    scale->least = untied_bend(scale, low);
    scale->row_bits = untied_bits((uint64_t)n - 1);
    int over =
        untied_bits((uint64_t)untied_bend(scale, high) - (uint64_t)scale->least) + scale->row_bits;
    scale->shift = over > 64 ? over - 64 : 0;
    return true;
}

/* Puts items that share a key in the order of their numbers; false when two are equal or there are
 * too many of them. */
static bool untied_settle(const untied_scale *scale, const double *value, uint64_t *items,
                          int64_t n) {
    uint64_t mask = (UINT64_C(1) << scale->row_bits) - 1;
    int64_t moves = 4 * n;
    for (int64_t i = 1; i < n; i++) {
        uint64_t item = items[i];
        int64_t at = i;
        for (; at > 0 && (items[at - 1] ^ item) <= mask; at--, moves--) {
            double other = value[items[at - 1] & mask], here = value[item & mask];
            if (other < here) break;
            if (other == here || moves == 0) return false;
            items[at] = items[at - 1];
        }
        items[at] = item;
    }
    return true;
}

/* Rows in the order of their numbers, in the low bits of items; false when that is not found. */
static bool untied_order(const double *value, int64_t n, uint64_t *items, uint64_t *room,
                         uint64_t *mask) {
    untied_scale scale;
    if (!untied_fit(value, n, &scale)) return false;
    for (int64_t i = 0; i < n; i++) {
        uint64_t key = (uint64_t)untied_bend(&scale, value[i]) - (uint64_t)scale.least;
        items[i] = key >> scale.shift << scale.row_bits | (uint64_t)i;
    }
    *mask = (UINT64_C(1) << scale.row_bits) - 1;
    cx_i_sort_u64(items, room, n);
    return untied_settle(&scale, value, items, n);
}

/* -- counting ---------------------------------------------------------------------------------- */

/* Rows come in the order of y. An item holds the rank of x and, in its low half, twice the number
 * of rows found below on both sides, plus 2 n minus both ranks: never negative. Ranges of x are
 * parted sixteenfold, in the order of y, until they are short. */
enum { UNTIED_WAYS = 16, UNTIED_SHORT = 8 };

typedef uint32_t untied_lanes __attribute__((vector_size(16)));

/* Lane k of row g: 1 when a row in part g is below part k */
static const union untied_step {
    uint32_t lane[UNTIED_WAYS][UNTIED_WAYS];
    untied_lanes lanes[UNTIED_WAYS][4];
} untied_steps = {{
    {0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 1},
    {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1},
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1},
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1},
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1},
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1},
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1},
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1},
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1},
    {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0},
}};

static void untied_part(const uint64_t *from, uint64_t *to, int64_t count, int shift) {
    uint32_t place[UNTIED_WAYS];
    union {
        uint32_t lane[UNTIED_WAYS];
        untied_lanes lanes[4];
    } below;
    untied_lanes a = {0}, b = {0}, c = {0}, d = {0};
    for (int g = 0; g < UNTIED_WAYS; g++) place[g] = (uint32_t)g << shift;
    for (int64_t i = 0; i < count; i++) {
        uint64_t item = from[i];
        unsigned g = (unsigned)(item >> (32 + shift)) & (UNTIED_WAYS - 1);
        below.lanes[0] = a, below.lanes[1] = b, below.lanes[2] = c, below.lanes[3] = d;
        to[place[g]++] = item + 2 * (uint64_t)below.lane[g];
        a += untied_steps.lanes[g][0], b += untied_steps.lanes[g][1];
        c += untied_steps.lanes[g][2], d += untied_steps.lanes[g][3];
    }
}

static uint64_t untied_ones(uint64_t bits) {
    bits -= bits >> 1 & UINT64_C(0x5555555555555555);
    bits = (bits & UINT64_C(0x3333333333333333)) + (bits >> 2 & UINT64_C(0x3333333333333333));
    bits = (bits + (bits >> 4)) & UINT64_C(0x0F0F0F0F0F0F0F0F);
    return bits * UINT64_C(0x0101010101010101) >> 56;
}

static cx_i_twofold untied_whole(int64_t value) {
    double high = (double)(value & ~INT64_C(0xFFFFF));
    return cx_i_tf_sum(high, (double)(value & INT64_C(0xFFFFF)));
}

/* The last 256 ranks of x: a bit for each that was seen, and how many words of bits before. */
typedef struct untied_seen {
    uint64_t bits[4], before;
} untied_seen;

/* How many below an item were seen; then it is seen too. */
CX_I_INLINE uint64_t untied_see(untied_seen *seen, uint64_t item) {
    static const uint64_t after[4] = {UINT64_C(0x0001000100010000), UINT64_C(0x0001000100000000),
                                      UINT64_C(0x0001000000000000), 0};
    uint64_t bit = UINT64_C(1) << (item >> 32 & 63);
    unsigned word = (unsigned)(item >> 38 & 3);
    uint64_t below =
        (seen->before >> (16 * word) & 0xFFFF) + untied_ones(seen->bits[word] & (bit - 1));
    seen->bits[word] |= bit;
    seen->before += after[word];
    return below;
}

static void untied_last(const uint64_t *items, int64_t count, cx_i_untied *out) {
    untied_seen seen = {{0}, 0};
    int64_t sum = 0, squares = 0;
    for (int64_t i = 0; i < count; i++) {
        uint64_t half = (items[i] & UINT32_MAX) + 2 * untied_see(&seen, items[i]);
        int64_t net = 2 * (int64_t)half - 3 * out->n - 1;
        sum += net;
        squares += net * net;
    }
    out->net = cx_i_tf_add(out->net, untied_whole(sum));
    out->squares = cx_i_tf_add(out->squares, untied_whole(squares));
}

static void untied_last_each(const uint64_t *items, int64_t count, uint32_t *below) {
    untied_seen seen = {{0}, 0};
    for (int64_t i = 0; i < count; i++) {
        uint64_t found = (items[i] & UINT32_MAX) / 2 + untied_see(&seen, items[i]);
        below[items[i] >> 32] = (uint32_t)found;
    }
}

/* Sums go to `out`, or what is below each rank to `below`. */
static void untied_parts(uint64_t *from, uint64_t *to, int64_t count, int shift, cx_i_untied *out,
                         uint32_t *below) {
    int64_t width = INT64_C(1) << shift;
    if (shift < UNTIED_SHORT) {
        if (out != NULL)
            untied_last(from, count, out);
        else
            untied_last_each(from, count, below);
        return;
    }
    untied_part(from, to, count, shift);
    for (int64_t start = 0; start < count; start += width)
        untied_parts(to + start, from + start, count - start < width ? count - start : width,
                     shift - 4, out, below);
}

static int untied_levels(int64_t n) {
    int shift = UNTIED_SHORT - 4;
    while (n >> (shift + 4) > 0) shift += 4;
    return shift;
}

void cx_i_untied_below(uint64_t *items, uint64_t *room, int64_t n, uint32_t *below) {
    untied_parts(items, room, n, untied_levels(n), NULL, below);
}

/* From rows in the order of y to what is counted of them */
static void untied_start(uint64_t *items, uint64_t mask, const uint32_t *rank, cx_i_untied *out) {
    int64_t n = out->n;
    for (int64_t start = 0; start < n; start += 256) {
        int64_t end = n - start < 256 ? n : start + 256, sum = 0;
        for (int64_t i = start; i < end; i++) {
            int64_t x = rank[items[i] & mask];
            items[i] = (uint64_t)x << 32 | (uint64_t)(2 * n - x - i);
            sum += (2 * x - (n - 1)) * (2 * i - (n - 1));
        }
        out->product = cx_i_tf_add(out->product, untied_whole(sum));
    }
}

static bool untied_run(const double *x, const double *y, uint64_t *items, uint64_t *room,
                       uint32_t *rank, cx_i_untied *out) {
    int64_t n = out->n;
    uint64_t mask;
    if (!untied_order(x, n, items, room, &mask)) return false;
    for (int64_t i = 0; i < n; i++) rank[items[i] & mask] = (uint32_t)i;
    if (!untied_order(y, n, items, room, &mask)) return false;
    untied_start(items, mask, rank, out);
    untied_parts(items, room, n, untied_levels(n), out, NULL);
    return true;
}

cx_status cx_i_untied_count(const double *x, const double *y, int64_t n,
                            const cx_allocator *allocator, bool *apart, cx_i_untied *out,
                            cx_error *err) {
    *apart = false;
    *out = (cx_i_untied){.n = n};
    if (n < 2 || n > CX_I_UNTIED_MOST) return CX_OK;
    uint64_t *items = cx_i_alloc_room(allocator, 2 * n, sizeof *items);
    uint32_t *rank = cx_i_alloc_room(allocator, n, sizeof *rank);
    bool made = items != NULL && rank != NULL;
    if (made) *apart = untied_run(x, y, items, items + n, rank, out);
    cx_i_free(allocator, items);
    cx_i_free(allocator, rank);
    return made ? CX_OK : cx_i_out_of_memory(err);
}
