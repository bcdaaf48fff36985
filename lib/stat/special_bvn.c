#include "stat/special.h"

/* The integrand phi(u) Phi((k - rho u) / s), s^2 = 1 - rho^2: log-concave in u. */
typedef struct bvn_integrand {
    double k, rho;
    cx_i_dd s;
} bvn_integrand;

static const double bvn_depth = 44.0;

static cx_i_dd bvn_argument(const bvn_integrand *f, double u) {
    cx_i_dd top = cx_i_dd_add_d(cx_i_dd_neg(cx_i_dd_product(f->rho, u)), f->k);
    return cx_i_dd_div(top, f->s);
}

static double bvn_density(const bvn_integrand *f, double u) {
    return cx_normal_pdf(u) * cx_i_normal_sf(cx_i_dd_neg(bvn_argument(f, u)));
}

static double bvn_log_density(const bvn_integrand *f, double u) {
    return -0.5 * u * u + cx_normal_log_cdf(bvn_argument(f, u).hi);
}

static double bvn_slope(const bvn_integrand *f, double u) {
    double v = bvn_argument(f, u).hi;
    double hazard = v < -30.0 ? -v : cx_normal_pdf(v) / cx_normal_cdf(v);
    return -u - f->rho / f->s.hi * hazard;
}

/* Where the integrand is largest on (-inf, h]; a rough place is enough. */
static double bvn_mode(const bvn_integrand *f, double h) {
    if (bvn_slope(f, h) >= 0.0) return h;
    double reach = 1.0;
    while (bvn_slope(f, h - reach) < 0.0) reach *= 2.0;
    double low = h - reach, high = h;
    for (int k = 0; k < 40; k++) {
        double middle = 0.5 * (low + high);
        if (bvn_slope(f, middle) < 0.0)
            high = middle;
        else
            low = middle;
    }
    return low;
}

/* The point on one side of the mode where the integrand has fallen by e^-44, a little beyond. */
static double bvn_end(const bvn_integrand *f, double mode, double direction, double limit) {
    double floor_at = bvn_log_density(f, mode) - bvn_depth, inside = 0.0, outside = 1e-8;
    while (outside < limit && bvn_log_density(f, mode + direction * outside) > floor_at) {
        inside = outside;
        outside *= 2.0;
    }
    if (outside >= limit) {
        if (bvn_log_density(f, mode + direction * limit) > floor_at)
            return mode + direction * limit;
        outside = limit;
    }
    for (int k = 0; k < 6; k++) {
        double middle = 0.5 * (inside + outside);
        if (bvn_log_density(f, mode + direction * middle) > floor_at)
            inside = middle;
        else
            outside = middle;
    }
    return mode + direction * outside;
}

static double bvn_panel(const bvn_integrand *f, double left, double right) {
    double half = 0.5 * (right - left), middle = left + half, sum = 0.0;
    for (int k = 0; k < 10; k++) {
        double offset = half * cx_i_legendre_node[k];
        sum += cx_i_legendre_weight[k] *
               (bvn_density(f, middle - offset) + bvn_density(f, middle + offset));
    }
    return sum * half;
}

enum { BVN_STACK = 64 };

/* Adaptive bisection without recursion: the right halves wait on a stack. */
static double bvn_integral(const bvn_integrand *f, double left, double right, double scale) {
    double edge[BVN_STACK], value[BVN_STACK], total = 0.0;
    int depth = 0;
    double whole = bvn_panel(f, left, right);
    for (;;) {
        double middle = 0.5 * (left + right);
        double first = bvn_panel(f, left, middle), second = bvn_panel(f, middle, right);
        bool fine = fabs(first + second - whole) <= 1e-16 * scale + 4e-16 * fabs(whole);
        if (!fine && depth < BVN_STACK - 1 && middle > left && middle < right) {
            edge[depth] = right;
            value[depth++] = second;
            right = middle;
            whole = first;
            continue;
        }
        total += first + second;
        if (depth == 0) return total;
        left = right;
        right = edge[--depth];
        whole = value[depth];
    }
}

static double bvn_by_integral(double h, double k, double rho) {
    bvn_integrand f = {k, rho, {0.0, 0.0}};
    cx_i_dd square = cx_i_dd_mul(cx_i_dd_sum(1.0, -rho), cx_i_dd_sum(1.0, rho));
    double root = sqrt(square.hi);
    cx_i_dd error = cx_i_dd_sub(square, cx_i_dd_product(root, root));
    f.s = cx_i_dd_quick(root, error.hi / (2.0 * root));
    double mode = bvn_mode(&f, h), step = fabs(rho) > 1e-100 ? k / rho : h;
    double left = bvn_end(&f, mode, -1.0, HUGE_VAL);
    double right = h > mode ? bvn_end(&f, mode, 1.0, h - mode) : h;
    double width = fabs(rho) > 1e-100 ? 8.0 * f.s.hi / fabs(rho) : 0.0;
    /* the step of the conditional probability may be narrow: no panel may overlook it */
    double cut[6] = {left, step - width, step, step + width, mode, right};
    for (int n = 1; n < 6; n++) {
        double place = cut[n] < left ? left : cut[n] > right ? right : cut[n];
        int at = n;
        for (; at > 0 && cut[at - 1] > place; at--) cut[at] = cut[at - 1];
        cut[at] = place;
    }
    double scale = 0.0, sum = 0.0;
    for (int n = 0; n < 5; n++) scale += bvn_panel(&f, cut[n], cut[n + 1]);
    for (int n = 0; n < 5; n++)
        if (cut[n + 1] > cut[n]) sum += bvn_integral(&f, cut[n], cut[n + 1], scale);
    return sum;
}

/* P(low <= Z <= high): the tails subtracted on one side, or the density integrated if narrow. */
static double bvn_between(double low, double high) {
    if (!(high > low)) return 0.0;
    if (high - low < 0.5) {
        double half = 0.5 * (high - low), sum = 0.0;
        for (int k = 0; k < 10; k++) {
            double offset = half * cx_i_legendre_node[k];
            sum += cx_i_legendre_weight[k] *
                   (cx_normal_pdf(low + (half - offset)) + cx_normal_pdf(low + (half + offset)));
        }
        return sum * half;
    }
    return low > 0.0 ? cx_normal_sf(low) - cx_normal_sf(high)
                     : cx_normal_cdf(high) - cx_normal_cdf(low);
}

double cx_bvn_cdf(double h, double k, double rho) {
    if (isnan(h) || isnan(k) || !(rho >= -1.0 && rho <= 1.0)) return NAN;
    if (h == -HUGE_VAL || k == -HUGE_VAL) return 0.0;
    if (h == HUGE_VAL) return cx_normal_cdf(k);
    if (k == HUGE_VAL) return cx_normal_cdf(h);
    if (rho == 0.0) return cx_normal_cdf(h) * cx_normal_cdf(k);
    if (rho == 1.0) return cx_normal_cdf(h < k ? h : k);
    if (rho == -1.0) return bvn_between(-k, h);
    if (h < -40.0 || k < -40.0) return 0.0;
    if (h > 40.0) return cx_normal_cdf(k);
    if (k > 40.0) return cx_normal_cdf(h);
    return bvn_by_integral(h, k, rho);
}
