#include "allocate/plan.h"

/* Gains are compared by cross-multiplication. Doubles decide nearly every case; the rest is decided
 * by whole numbers of any length, where every double is a mantissa times a power of two. */

/* (n + known) has at most 1128 bits, two of them and two or three doubles at most 77 words. */
enum { PLAN_WORDS = 80 };

typedef struct plan_big {
    uint32_t word[PLAN_WORDS]; /* least significant first */
    int count;                 /* without leading zeros */
    int64_t exponent;
} plan_big;

static void plan_big_from(plan_big *x, double value) {
    int exponent;
    uint64_t mantissa = (uint64_t)ldexp(frexp(value, &exponent), 53);
    x->exponent = exponent - 53;
    while (mantissa != 0 && (mantissa & 1) == 0) mantissa >>= 1, x->exponent++;
    x->count = 0;
    for (; mantissa != 0; mantissa >>= 32) x->word[x->count++] = (uint32_t)mantissa;
}

static void plan_big_multiply(plan_big *x, const plan_big *y) {
    plan_big product;
    product.exponent = x->exponent + y->exponent;
    product.count = x->count + y->count;
    for (int i = 0; i < product.count; i++) product.word[i] = 0;
    for (int i = 0; i < x->count; i++) {
        uint64_t carry = 0;
        for (int j = 0; j < y->count; j++) {
            carry += product.word[i + j] + (uint64_t)x->word[i] * y->word[j];
            product.word[i + j] = (uint32_t)carry;
            carry >>= 32;
        }
        product.word[i + y->count] = (uint32_t)carry;
    }
    while (product.count > 0 && product.word[product.count - 1] == 0) product.count--;
    *x = product;
}

/* The same value with an exponent lower by `bits`. */
static void plan_big_shift(plan_big *x, int64_t bits) {
    int words = (int)(bits / 32), rest = (int)(bits % 32);
    x->exponent -= bits;
    if (x->count == 0) return;
    x->word[x->count] = 0;
    for (int i = x->count; i >= 0; i--) {
        uint64_t pair = (uint64_t)x->word[i] << 32 | (i > 0 ? x->word[i - 1] : 0);
        x->word[i + words] = (uint32_t)(pair >> (32 - rest));
    }
    for (int i = 0; i < words; i++) x->word[i] = 0;
    x->count += words + 1;
    if (x->word[x->count - 1] == 0) x->count--;
}

static void plan_big_add(plan_big *x, plan_big y) {
    if (y.count == 0) return;
    if (x->count == 0) {
        *x = y;
        return;
    }
    if (x->exponent > y.exponent) plan_big_shift(x, x->exponent - y.exponent);
    if (y.exponent > x->exponent) plan_big_shift(&y, y.exponent - x->exponent);
    uint64_t carry = 0;
    int count = x->count > y.count ? x->count : y.count;
    for (int i = 0; i < count; i++) {
        carry += (uint64_t)(i < x->count ? x->word[i] : 0) + (i < y.count ? y.word[i] : 0);
        x->word[i] = (uint32_t)carry;
        carry >>= 32;
    }
    x->count = count;
    if (carry != 0) x->word[x->count++] = (uint32_t)carry;
}

static int64_t plan_big_top(const plan_big *x) {
    int64_t bits = x->exponent + 32 * (int64_t)(x->count - 1);
    for (uint32_t word = x->word[x->count - 1]; word != 0; word >>= 1) bits++;
    return bits;
}

static int plan_big_compare(plan_big *x, plan_big *y) {
    if (x->count == 0 || y->count == 0) return (x->count > 0) - (y->count > 0);
    int64_t top_x = plan_big_top(x), top_y = plan_big_top(y);
    if (top_x != top_y) return top_x > top_y ? 1 : -1;
    if (x->exponent > y->exponent) plan_big_shift(x, x->exponent - y->exponent);
    if (y->exponent > x->exponent) plan_big_shift(y, y->exponent - x->exponent);
    for (int i = x->count - 1; i >= 0; i--)
        if (x->word[i] != y->word[i]) return x->word[i] > y->word[i] ? 1 : -1;
    return 0;
}

static void plan_big_times(plan_big *x, double value) {
    plan_big factor;
    plan_big_from(&factor, value);
    plan_big_multiply(x, &factor);
}

/* times (n + known)(n + known + 1) */
static void plan_big_times_pair(plan_big *x, double n, double known) {
    plan_big sum, term;
    plan_big_from(&sum, n);
    plan_big_from(&term, known);
    plan_big_add(&sum, term);
    plan_big_multiply(x, &sum);
    plan_big_from(&term, 1);
    plan_big_add(&sum, term);
    plan_big_multiply(x, &sum);
}

static const double plan_tiny = 1e-290, plan_huge = 1e290;

/* Either sign when the doubles are further apart than their rounding, else 0. */
static int plan_doubles_decide(double x, double y) {
    double low = x < y ? x : y, high = x < y ? y : x;
    if (!(low > plan_tiny && high < plan_huge)) return 0;
    if (high - low <= 0x1p-47 * high) return 0;
    return x > y ? 1 : -1;
}

static bool plan_is_whole(double x) {
    return x == floor(x);
}

/* One side of the comparison when every factor is a whole number and so is the product, as they
 * are where many points tie; else infinity. The other side's n and known belong to it. */
static double plan_small_side(double a, double n, double known, double cost) {
    double s = n + known, product = a * (s * (s + 1)) * cost;
    bool whole = plan_is_whole(a) && plan_is_whole(known) && plan_is_whole(cost);
    return whole && product < 0x1p53 ? product : INFINITY;
}

double cx_i_plan_key(const cx_i_plan *plan, int64_t i, double n) {
    if (cx_i_plan_rounded(plan)) return cx_i_plan_gain(plan, i, n) / cx_i_plan_cost(plan, i);
    double root = plan->root[i], s = n + plan->known[i], pair = s * (s + 1);
    if (plan->a[i] == 0 || root < 1e-140) return 0;
    return pair < plan_tiny ? INFINITY : root * root / pair;
}

int cx_i_plan_compare(const cx_i_plan *plan, int64_t i, double n, double key_i, int64_t j, double m,
                      double key_j) {
    if (cx_i_plan_rounded(plan)) return (key_i > key_j) - (key_i < key_j);
    int sign = plan_doubles_decide(key_i, key_j);
    if (sign != 0) return sign;
    double a = plan->a[i], b = plan->a[j], k = plan->known[i], l = plan->known[j];
    double c = cx_i_plan_cost(plan, i), d = cx_i_plan_cost(plan, j);
    if (a == b && k == l && c == d) return (n < m) - (n > m);
    if (a == 0 || b == 0) return (a > 0) - (b > 0);
    double x = plan_small_side(a, m, l, d), y = plan_small_side(b, n, k, c);
    if (isfinite(x) && isfinite(y)) return (x > y) - (x < y);
    plan_big left, right;
    plan_big_from(&left, a);
    plan_big_times(&left, d);
    plan_big_times_pair(&left, m, l);
    plan_big_from(&right, b);
    plan_big_times(&right, c);
    plan_big_times_pair(&right, n, k);
    return plan_big_compare(&left, &right);
}

int cx_i_plan_compare_level(const cx_i_plan *plan, int64_t i, double n, double t) {
    if (cx_i_plan_rounded(plan)) {
        double key = cx_i_plan_key(plan, i, n), level = 1 / t / t;
        if (key == 0) return -1; /* nothing to be had is below every level */
        return (key > level) - (key < level);
    }
    double s = n + plan->known[i], w = plan->root[i] * t;
    int sign = plan_doubles_decide(w * w, s * (s + 1));
    if (sign != 0 && plan->root[i] > 1e-140) return sign;
    plan_big left, right;
    plan_big_from(&left, plan->a[i]);
    plan_big_times(&left, t);
    plan_big_times(&left, t);
    left.exponent -= 2 * (int64_t)plan->exponent;
    plan_big_from(&right, cx_i_plan_cost(plan, i));
    plan_big_times_pair(&right, n, plan->known[i]);
    return plan_big_compare(&left, &right);
}
