#ifndef CX_I_TWOFOLD_H
#define CX_I_TWOFOLD_H

#include "base/base.h"

#include <math.h>

/* Double-double arithmetic: the unevaluated sum of two doubles, about 31 digits [Dekker1971;
 * OgitaRumpOishi2005]. fma() rounds once by definition, in hardware or not: same bits everywhere.
 * Inlined by force, so that callers compiled for a processor with fma use its instruction. */
typedef struct cx_i_twofold {
    double hi, lo;
} cx_i_twofold;

CX_I_INLINE cx_i_twofold cx_i_tf(double value) {
    return (cx_i_twofold){value, 0};
}

/* a + b without loss [Knuth1969] */
CX_I_INLINE cx_i_twofold cx_i_tf_sum(double a, double b) {
    double s = a + b, t = s - a;
    return (cx_i_twofold){s, (a - (s - t)) + (b - t)};
}

/* The same for |a| >= |b| */
CX_I_INLINE cx_i_twofold cx_i_tf_quick(double a, double b) {
    double s = a + b;
    return (cx_i_twofold){s, b - (s - a)};
}

/* a b without loss */
CX_I_INLINE cx_i_twofold cx_i_tf_product(double a, double b) {
    double p = a * b;
    return (cx_i_twofold){p, fma(a, b, -p)};
}

CX_I_INLINE cx_i_twofold cx_i_tf_add(cx_i_twofold a, cx_i_twofold b) {
    cx_i_twofold s = cx_i_tf_sum(a.hi, b.hi), t = cx_i_tf_sum(a.lo, b.lo);
    s = cx_i_tf_quick(s.hi, s.lo + t.hi);
    return cx_i_tf_quick(s.hi, s.lo + t.lo);
}

CX_I_INLINE cx_i_twofold cx_i_tf_negate(cx_i_twofold a) {
    return (cx_i_twofold){-a.hi, -a.lo};
}

CX_I_INLINE cx_i_twofold cx_i_tf_subtract(cx_i_twofold a, cx_i_twofold b) {
    return cx_i_tf_add(a, cx_i_tf_negate(b));
}

CX_I_INLINE cx_i_twofold cx_i_tf_multiply(cx_i_twofold a, cx_i_twofold b) {
    cx_i_twofold p = cx_i_tf_product(a.hi, b.hi);
    return cx_i_tf_quick(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

CX_I_INLINE cx_i_twofold cx_i_tf_divide(cx_i_twofold a, cx_i_twofold b) {
    double q = a.hi / b.hi;
    cx_i_twofold r = cx_i_tf_subtract(a, cx_i_tf_multiply(b, cx_i_tf(q)));
    double q2 = r.hi / b.hi;
    r = cx_i_tf_subtract(r, cx_i_tf_multiply(b, cx_i_tf(q2)));
    return cx_i_tf_add(cx_i_tf_quick(q, q2), cx_i_tf(r.hi / b.hi));
}

/* One Newton step from the double root; 0 for a <= 0 */
CX_I_INLINE cx_i_twofold cx_i_tf_sqrt(cx_i_twofold a) {
    if (!(a.hi > 0)) return cx_i_tf(0);
    double root = sqrt(a.hi);
    cx_i_twofold rest = cx_i_tf_subtract(a, cx_i_tf_product(root, root));
    return cx_i_tf_quick(root, rest.hi / (2 * root));
}

CX_I_INLINE double cx_i_tf_double(cx_i_twofold a) {
    return a.hi + a.lo;
}

#endif
