#include "business/moments.h"

#include <cxkit/estimate.h>

static bool moments_inside(const cx_moments *self, int64_t i) {
    return self != NULL && i >= 0 && i < self->p;
}

int64_t cx_moments_columns(const cx_moments *self) {
    return self == NULL ? 0 : self->p;
}

const char *cx_moments_name(const cx_moments *self, int64_t i) {
    return moments_inside(self, i) ? self->names[i] : NULL;
}

int64_t cx_moments_find(const cx_moments *self, const char *name) {
    if (self == NULL || name == NULL) return -1;
    for (int64_t i = 0; i < self->p; i++)
        if (strcmp(self->names[i], name) == 0) return i;
    return -1;
}

int64_t cx_moments_n(const cx_moments *self) {
    return self == NULL ? 0 : cx_i_moments_now(self)->n;
}

double cx_moments_sum_w(const cx_moments *self) {
    return self == NULL ? 0 : cx_i_tf_double(cx_i_moments_now(self)->w);
}

double cx_moments_n_eff(const cx_moments *self) {
    if (self == NULL) return 0;
    const cx_i_sums *sums = cx_i_moments_now(self);
    if (sums->n == 0 || !sums->weighted) return (double)sums->n;
    cx_i_twofold share = cx_i_tf_divide(sums->w2, sums->w);
    return cx_i_tf_double(cx_i_tf_divide(sums->w, share));
}

int cx_moments_weighted(const cx_moments *self) {
    return self != NULL && cx_i_moments_now(self)->weighted;
}

int64_t cx_moments_excluded(const cx_moments *self, int32_t reason) {
    if (self == NULL) return 0;
    if (reason == CX_EXCLUDED_MISSING) return cx_i_moments_now(self)->missing;
    return reason == CX_EXCLUDED_ZERO_WEIGHT ? cx_i_moments_now(self)->zero : 0;
}

int64_t cx_moments_missing(const cx_moments *self, int64_t i) {
    return moments_inside(self, i) ? cx_i_moments_now(self)->missing_in[i] : 0;
}

cx_i_moments_view cx_i_moments_see(const cx_moments *self, int64_t i, int64_t j) {
    if (self->pairs == NULL) return (cx_i_moments_view){cx_i_moments_now(self), i, j};
    const cx_i_sums *sums = cx_i_moments_pair(self, self->now, i, j);
    return (cx_i_moments_view){sums, i > j, j > i};
}

int cx_moments_pairwise(const cx_moments *self) {
    return self != NULL && self->pairs != NULL;
}

int64_t cx_moments_n_pair(const cx_moments *self, int64_t i, int64_t j) {
    if (!moments_inside(self, i) || !moments_inside(self, j)) return 0;
    return cx_i_moments_see(self, i, j).sums->n;
}

double cx_moments_mean(const cx_moments *self, int64_t i) {
    if (!moments_inside(self, i)) return NAN;
    cx_i_moments_view view = cx_i_moments_see(self, i, i);
    return view.sums->n == 0 ? NAN : cx_i_tf_double(view.sums->mean[view.i]);
}

double cx_moments_variance(const cx_moments *self, int64_t i) {
    return cx_moments_covariance(self, i, i);
}

double cx_moments_covariance(const cx_moments *self, int64_t i, int64_t j) {
    if (!moments_inside(self, i) || !moments_inside(self, j)) return NAN;
    cx_i_moments_view view = cx_i_moments_see(self, i, j);
    if (view.sums->n < 2) return NAN;
    double n = (double)view.sums->n;
    cx_i_twofold product = cx_i_moments_product(view.sums, view.i, view.j);
    return cx_i_tf_double(cx_i_tf_divide(product, view.sums->w)) * (n / (n - 1));
}

double cx_moments_correlation(const cx_moments *self, int64_t i, int64_t j) {
    if (!moments_inside(self, i) || !moments_inside(self, j)) return NAN;
    cx_i_moments_view view = cx_i_moments_see(self, i, j);
    cx_i_twofold xx = cx_i_moments_product(view.sums, view.i, view.i);
    cx_i_twofold yy = cx_i_moments_product(view.sums, view.j, view.j);
    if (!(xx.hi > 0) || !(yy.hi > 0)) return NAN;
    return cx_i_moments_ratio(cx_i_moments_product(view.sums, view.i, view.j), xx, yy);
}

cx_status cx_i_moments_need_complete(const cx_moments *self, cx_error *err) {
    if (self->pairs == NULL) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION,
                     "this needs rows that are complete, and the state was made pairwise: make one "
                     "with cx_moments_new(), or take its nearest correlations");
}

cx_i_twofold cx_i_moments_product(const cx_i_sums *sums, int64_t i, int64_t j) {
    return sums->product[i > j ? cx_i_packed(i, j) : cx_i_packed(j, i)];
}

double cx_i_moments_ratio(cx_i_twofold xy, cx_i_twofold xx, cx_i_twofold yy) {
    cx_i_twofold half = cx_i_tf_divide(xy, cx_i_tf_sqrt(xx));
    double r = cx_i_tf_double(cx_i_tf_divide(half, cx_i_tf_sqrt(yy)));
    return r > 1 ? 1 : r < -1 ? -1 : r;
}
