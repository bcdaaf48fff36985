#include "base/sum.h"

static bool sum_plus(cx_i_sum *sum, uint64_t w0, uint64_t w1, uint64_t w2) {
    cx_i_sum result;
    uint64_t carry;
    result.word[0] = sum->word[0] + w0;
    carry = result.word[0] < w0;
    result.word[1] = sum->word[1] + carry;
    carry = result.word[1] < carry;
    result.word[1] += w1;
    carry += result.word[1] < w1;
    result.word[2] = sum->word[2] + w2 + carry;
    bool same_sign = ((sum->word[2] ^ w2) >> 63) == 0;
    if (same_sign && ((result.word[2] ^ w2) >> 63) != 0) return false;
    *sum = result;
    return true;
}

static void sum_negate(cx_i_sum *sum) {
    uint64_t carry = 1;
    for (int i = 0; i < 3; i++) {
        sum->word[i] = ~sum->word[i] + carry;
        carry = carry != 0 && sum->word[i] == 0;
    }
}

/* mantissa * 2^shift on the grid, for shift < 0 rounded half to even */
static cx_i_sum sum_place(uint64_t mantissa, int shift) {
    cx_i_sum placed = {{0, 0, 0}};
    if (shift <= -64) return placed; /* below half a unit: a mantissa has at most 53 bits */
    if (shift < 0) {
        uint64_t kept = mantissa >> -shift;
        uint64_t rest = mantissa & ((UINT64_C(1) << -shift) - 1);
        uint64_t half = UINT64_C(1) << (-shift - 1);
        placed.word[0] = kept + (rest > half || (rest == half && (kept & 1) != 0));
        return placed;
    }
    int word = shift / 64, bit = shift % 64;
    placed.word[word] = mantissa << bit;
    if (bit > 0 && word < 2) placed.word[word + 1] = mantissa >> (64 - bit);
    return placed;
}

/* The bits of a double rather than frexp: this is the inner loop of weighted tallies. */
bool cx_i_sum_add(cx_i_sum *sum, double value) {
    uint64_t bits;
    if (!(fabs(value) < 0x1p127)) return false;
    memcpy(&bits, &value, sizeof bits);
    int exponent = (int)(bits >> 52 & 0x7FF);
    if (exponent == 0) return true; /* zero, or far below half a unit */
    uint64_t mantissa = (bits & ((UINT64_C(1) << 52) - 1)) | UINT64_C(1) << 52;
    int short_shift = exponent - 1011;
    if (bits >> 63 == 0 && short_shift > 0 && short_shift < 64) /* 2^-11 to 2^52: nearly all */
        return sum_plus(sum, mantissa << short_shift, mantissa >> (64 - short_shift), 0);
    cx_i_sum placed = sum_place(mantissa, exponent - 1075 + 64);
    if (bits >> 63 != 0) sum_negate(&placed);
    return sum_plus(sum, placed.word[0], placed.word[1], placed.word[2]);
}

bool cx_i_sum_add_i64(cx_i_sum *sum, int64_t value) {
    return sum_plus(sum, 0, (uint64_t)value, value < 0 ? UINT64_MAX : 0);
}

bool cx_i_sum_merge(cx_i_sum *sum, const cx_i_sum *other) {
    return sum_plus(sum, other->word[0], other->word[1], other->word[2]);
}

void cx_i_sum_subtract(cx_i_sum *sum, const cx_i_sum *other) {
    cx_i_sum taken = *other;
    sum_negate(&taken);
    sum_plus(sum, taken.word[0], taken.word[1], taken.word[2]);
}

bool cx_i_sum_is_negative(const cx_i_sum *sum) {
    return sum->word[2] >> 63 != 0;
}

bool cx_i_sum_is_zero(const cx_i_sum *sum) {
    return (sum->word[0] | sum->word[1] | sum->word[2]) == 0;
}

static int sum_highest_bit(const cx_i_sum *magnitude) {
    int bit = 191;
    while (((magnitude->word[bit / 64] >> (bit % 64)) & 1) == 0) bit--;
    return bit;
}

/* The 64 bits from the highest one down, the last made sticky, so that one rounding remains. */
static uint64_t sum_top_bits(const cx_i_sum *magnitude, int highest) {
    uint64_t top = 0;
    int low = highest - 63;
    if (low <= 0) return magnitude->word[0] << -low;
    int word = low / 64, bit = low % 64;
    top = magnitude->word[word] >> bit;
    if (bit > 0) top |= magnitude->word[word + 1] << (64 - bit);
    bool sticky = bit > 0 && (magnitude->word[word] << (64 - bit)) != 0;
    for (int i = 0; i < word; i++) sticky = sticky || magnitude->word[i] != 0;
    return sticky ? top | 1 : top;
}

double cx_i_sum_value(const cx_i_sum *sum) {
    if (cx_i_sum_is_zero(sum)) return 0;
    cx_i_sum magnitude = *sum;
    bool negative = cx_i_sum_is_negative(sum);
    if (negative) sum_negate(&magnitude);
    int highest = sum_highest_bit(&magnitude);
    double value = ldexp((double)sum_top_bits(&magnitude, highest), highest - 63 - 64);
    return negative ? -value : value;
}

/* -- with a finer grid --------------------------------------------------------------------- */

bool cx_i_wide_add(cx_i_wide_sum *sum, double value) {
    if (fabs(value) < 0x1p-12) return value == 0 || cx_i_sum_add(&sum->fine, value * 0x1p80);
    return cx_i_sum_add(&sum->coarse, value);
}

bool cx_i_wide_merge(cx_i_wide_sum *sum, const cx_i_wide_sum *other) {
    cx_i_wide_sum merged = *sum;
    if (!cx_i_sum_merge(&merged.coarse, &other->coarse) ||
        !cx_i_sum_merge(&merged.fine, &other->fine))
        return false;
    *sum = merged;
    return true;
}

bool cx_i_wide_fits(const cx_i_wide_sum *sum, const cx_i_wide_sum *other) {
    cx_i_wide_sum merged = *sum;
    return cx_i_wide_merge(&merged, other);
}

/* What is rounded off lies on the grid, too. */
static void sum_two_parts(const cx_i_sum *sum, double *first, double *second) {
    cx_i_sum rest = *sum;
    *first = cx_i_sum_value(sum);
    *second = cx_i_sum_add(&rest, -*first) ? cx_i_sum_value(&rest) : 0;
}

void cx_i_wide_parts(const cx_i_wide_sum *sum, double parts[4]) {
    sum_two_parts(&sum->coarse, &parts[0], &parts[1]);
    sum_two_parts(&sum->fine, &parts[2], &parts[3]);
    parts[2] *= 0x1p-80;
    parts[3] *= 0x1p-80;
}
