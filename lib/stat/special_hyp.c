#include "stat/special.h"

/* One evaluation: parameters, the point z in (0, 1) and 1 - z, without rounding. */
typedef struct hyp_problem {
    cx_i_dd a, b, c, z, rest;
} hyp_problem;

/* value * 2^exponent and the derivative on the same scale; `largest` is the largest term met, and
 * `lost` says that the terms cancelled beyond the digits there are. */
typedef struct hyp_value {
    cx_i_dd value, derivative;
    int exponent;
    double largest;
    bool lost;
} hyp_value;

static bool hyp_is_pole(double x) {
    return x <= 0.0 && x == floor(x);
}

static const double hyp_large = 0x1p+500;

static void hyp_rescale(hyp_value *v, cx_i_dd *term) {
    *term = cx_i_dd_scale(*term, 1.0 / hyp_large);
    v->value = cx_i_dd_scale(v->value, 1.0 / hyp_large);
    v->derivative = cx_i_dd_scale(v->derivative, 1.0 / hyp_large);
    v->largest /= hyp_large;
    v->exponent += 500;
}

static void hyp_note(hyp_value *v, cx_i_dd term) {
    if (fabs(term.hi) > v->largest) v->largest = fabs(term.hi);
}

static void hyp_judge(hyp_value *v) {
    if (v->largest * 1e-30 > 1e-14 * fabs(v->value.hi)) v->lost = true;
}

/* (a + n)(b + n) / ((c + n)(n + 1)) */
static cx_i_dd hyp_ratio(const hyp_problem *h, double n) {
    cx_i_dd top = cx_i_dd_mul(cx_i_dd_add_d(h->a, n), cx_i_dd_add_d(h->b, n));
    return cx_i_dd_div(top, cx_i_dd_mul_d(cx_i_dd_add_d(h->c, n), n + 1.0));
}

/* The power series and, for the steps that follow, its derivative [DLMF 15.2.1]. */
static hyp_value hyp_series(const hyp_problem *h, cx_i_dd z) {
    cx_i_dd term = cx_i_dd_of(1.0);
    hyp_value v = {cx_i_dd_of(1.0), cx_i_dd_of(0.0), 0, 1.0, false};
    int small = 0;
    for (int n = 0; n < 2000000 && small < 4; n++) {
        term = cx_i_dd_mul(cx_i_dd_mul(term, hyp_ratio(h, n)), z);
        if (term.hi == 0.0) break;
        v.value = cx_i_dd_add(v.value, term);
        hyp_note(&v, term);
        cx_i_dd slope = cx_i_dd_mul_d(term, n + 1.0);
        v.derivative = cx_i_dd_add(v.derivative, slope);
        bool ends = fabs(term.hi) <= 1e-32 * fabs(v.value.hi) &&
                    fabs(slope.hi) <= 1e-32 * fabs(v.derivative.hi);
        small = ends ? small + 1 : 0;
        if (fabs(v.derivative.hi) > hyp_large) hyp_rescale(&v, &term);
    }
    hyp_judge(&v);
    v.derivative = cx_i_dd_div(v.derivative, z);
    return v;
}

/* From z = 1 - u to 1 - u + t, |t| <= u / 2 <= 1/4, by the Taylor series of the solution: the
 * differential equation [DLMF 15.10.1] gives a recurrence of two terms. */
static hyp_value hyp_step(const hyp_problem *h, hyp_value from, double u, cx_i_dd t) {
    cx_i_dd point = cx_i_dd_sum(1.0, -u), curve = cx_i_dd_mul_d(point, u);
    cx_i_dd s = cx_i_dd_add_d(cx_i_dd_add(h->a, h->b), 1.0);
    cx_i_dd linear = cx_i_dd_add(cx_i_dd_sub(h->c, s), cx_i_dd_mul_d(s, u));
    cx_i_dd scale = cx_i_dd_div(t, curve), square = cx_i_dd_mul(scale, t);
    cx_i_dd before = from.value, term = cx_i_dd_mul(from.derivative, t);
    hyp_value v = {cx_i_dd_add(before, term), term, from.exponent, fabs(before.hi), from.lost};
    double bend = 2.0 * u - 1.0;
    int small = 0;
    for (int n = 0; n < 20000 && small < 4; n++) {
        cx_i_dd first = cx_i_dd_mul(cx_i_dd_add_d(h->a, n), cx_i_dd_add_d(h->b, n));
        cx_i_dd second = cx_i_dd_add(cx_i_dd_product(bend, n), linear);
        first = cx_i_dd_div_d(cx_i_dd_mul(cx_i_dd_mul(first, before), square), n + 1.0);
        cx_i_dd next = cx_i_dd_sub(first, cx_i_dd_mul(cx_i_dd_mul(second, term), scale));
        next = cx_i_dd_div_d(next, n + 2.0);
        before = term;
        term = next;
        cx_i_dd slope = cx_i_dd_mul_d(term, n + 2.0);
        v.value = cx_i_dd_add(v.value, term);
        hyp_note(&v, term);
        v.derivative = cx_i_dd_add(v.derivative, slope);
        bool ends = fabs(term.hi) <= 1e-30 * fabs(v.value.hi) &&
                    fabs(slope.hi) <= 1e-30 * fabs(v.derivative.hi);
        small = ends ? small + 1 : 0;
        if (fabs(v.derivative.hi) > hyp_large) {
            hyp_rescale(&v, &term);
            before = cx_i_dd_scale(before, 1.0 / hyp_large);
        }
    }
    hyp_judge(&v);
    v.derivative = cx_i_dd_div(v.derivative, t);
    return v;
}

/* 0 < z < 1. The steps halve the distance to 1, but they lose digits to the solutions z^(1 - c) and
 * (1 - z)^(c - a - b) where these exponents are large; there the series itself converges well. */
static hyp_value hyp_inside(const hyp_problem *h) {
    double excess = h->c.hi - h->a.hi - h->b.hi, u = 0.5;
    while (u * fabs(h->c.hi) > 40.0) u *= 0.5;
    if (excess > 40.0 || h->rest.hi >= 0.8 * u) return hyp_series(h, h->z);
    hyp_value v = hyp_series(h, cx_i_dd_sum(1.0, -u));
    while (u * 0.5 > h->rest.hi) {
        v = hyp_step(h, v, u, cx_i_dd_of(0.5 * u));
        u *= 0.5;
    }
    cx_i_dd t = cx_i_dd_sub(cx_i_dd_of(u), h->rest);
    return t.hi == 0.0 ? v : hyp_step(h, v, u, t);
}

static double hyp_result(hyp_value v, cx_i_dd log_front) {
    if (v.lost) return NAN;
    const cx_i_dd ln2 = {0.6931471805599453, 2.3190468138462996e-17};
    cx_i_dd log_scale = cx_i_dd_add(log_front, cx_i_dd_mul_d(ln2, v.exponent));
    return cx_i_dd_exp_times(log_scale, v.value.hi);
}

static bool hyp_ends(cx_i_dd x) {
    return x.lo == 0.0 && hyp_is_pole(x.hi);
}

/* 0 < z < 1; Euler's transform [DLMF 15.8.1] where it makes all terms positive or shrink faster */
static double hyp_between(hyp_problem h, cx_i_dd log_front) {
    if (hyp_ends(h.a) || hyp_ends(h.b)) return hyp_result(hyp_series(&h, h.z), log_front);
    cx_i_dd c_a = cx_i_dd_sub(h.c, h.a), c_b = cx_i_dd_sub(h.c, h.b);
    cx_i_dd power = cx_i_dd_sub(c_a, h.b);
    bool wanted = h.a.hi < 0.0 || h.b.hi < 0.0 || power.hi < 0.0;
    if (wanted && h.c.hi > 0.0 && c_a.hi >= 0.0 && c_b.hi >= 0.0) {
        log_front = cx_i_dd_add(log_front, cx_i_dd_mul(power, cx_i_dd_log(h.rest)));
        h.a = c_a;
        h.b = c_b;
    }
    return hyp_result(hyp_inside(&h), log_front);
}

/* z < 0: Pfaff's transform [DLMF 15.8.1] to z / (z - 1), in the parameter that keeps signs */
static double hyp_negative(double a, double b, double c, double z) {
    hyp_problem h = {cx_i_dd_of(a), cx_i_dd_of(b), cx_i_dd_of(c), {0.0, 0.0}, {0.0, 0.0}};
    cx_i_dd distance = cx_i_dd_sum(1.0, -z), log_distance = cx_i_dd_log1p(cx_i_dd_of(-z));
    h.z = cx_i_dd_div(cx_i_dd_of(-z), distance);
    h.rest = cx_i_dd_div(cx_i_dd_of(1.0), distance);
    bool first = fabs(c - b) <= fabs(c - a);
    if (a > 0.0 && c - b >= 0.0)
        first = true;
    else if (b > 0.0 && c - a >= 0.0)
        first = false;
    double kept = first ? a : b;
    if (first)
        h.b = cx_i_dd_sum(c, -b);
    else
        h.a = cx_i_dd_sum(c, -a);
    return hyp_between(h, cx_i_dd_mul_d(log_distance, -kept));
}

/* Gauss's sum Gamma(c) Gamma(c - a - b) / (Gamma(c - a) Gamma(c - b)) [DLMF 15.4.20] */
static double hyp_at_one(double a, double b, double c) {
    cx_i_dd c_a = cx_i_dd_sum(c, -a), c_b = cx_i_dd_sum(c, -b);
    cx_i_dd excess = cx_i_dd_add_d(c_a, -b);
    if (!(excess.hi > 0.0)) return NAN;
    if (hyp_is_pole(c_a.hi) || hyp_is_pole(c_b.hi)) return 0.0;
    int sign_c, sign_a, sign_b;
    cx_i_dd sum =
        cx_i_dd_add(cx_i_dd_lgamma_signed(cx_i_dd_of(c), &sign_c), cx_i_dd_lgamma(excess));
    sum = cx_i_dd_sub(sum, cx_i_dd_lgamma_signed(c_a, &sign_a));
    sum = cx_i_dd_sub(sum, cx_i_dd_lgamma_signed(c_b, &sign_b));
    return cx_i_dd_exp_times(sum, sign_c * sign_a * sign_b);
}

/* a is 0 or a negative integer: a polynomial, for any z */
static double hyp_polynomial(double a, double b, double c, double z) {
    hyp_problem h = {cx_i_dd_of(a), cx_i_dd_of(b), cx_i_dd_of(c), {0.0, 0.0}, {0.0, 0.0}};
    const cx_i_dd zero = cx_i_dd_of(0.0);
    cx_i_dd rest = cx_i_dd_sum(1.0, -z);
    if (z < 1.0 && hyp_is_pole(c - b)) { /* Euler: the zero at 1 is a factor */
        cx_i_dd power = cx_i_dd_add_d(cx_i_dd_sum(c, -a), -b);
        h.a = cx_i_dd_sum(c, -a);
        h.b = cx_i_dd_sum(c, -b);
        return hyp_result(hyp_series(&h, cx_i_dd_of(z)),
                          cx_i_dd_mul(power, cx_i_dd_log1p(cx_i_dd_of(-z))));
    }
    if (z > 0.0 && z < 1.0 && b > 0.0 && c - b > 0.0) { /* Pfaff: all terms positive */
        h.b = cx_i_dd_sum(c, -b);
        hyp_value v = hyp_series(&h, cx_i_dd_div(cx_i_dd_of(-z), rest));
        return hyp_result(v, cx_i_dd_mul_d(cx_i_dd_log(rest), -a));
    }
    return hyp_result(hyp_series(&h, cx_i_dd_of(z)), zero);
}

double cx_hyp2f1(double a, double b, double c, double z) {
    if (isnan(z) || !isfinite(a) || !isfinite(b) || !isfinite(c) || hyp_is_pole(c)) return NAN;
    if (isinf(z)) return NAN;
    if (z == 0.0 || a == 0.0 || b == 0.0) return 1.0;
    if (z == 1.0 && c - a - b > 0.0) return hyp_at_one(a, b, c);
    if (hyp_is_pole(a)) return hyp_polynomial(a, b, c, z);
    if (hyp_is_pole(b)) return hyp_polynomial(b, a, c, z);
    if (z >= 1.0) return NAN;
    if (z < 0.0) return hyp_negative(a, b, c, z);
    hyp_problem h = {cx_i_dd_of(a), cx_i_dd_of(b), cx_i_dd_of(c), cx_i_dd_of(z),
                     cx_i_dd_sum(1.0, -z)};
    return hyp_between(h, cx_i_dd_of(0.0));
}
