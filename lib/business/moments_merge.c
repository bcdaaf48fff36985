#include "business/moments.h"

/* What is left of a variance after subtraction below this part of what was there is rounding. */
#define MERGE_NOISE 0x1p-90

static cx_status merge_check(const cx_moments *self, const cx_moments *other, cx_error *err) {
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    if (self->p != other->p)
        return cx_i_fail(err, CX_E_MISMATCH, "one state has %d columns and the other %d", self->p,
                         other->p);
    if ((self->pairs == NULL) != (other->pairs == NULL))
        return cx_i_fail(err, CX_E_MISMATCH,
                         "one state holds complete rows and the other pairs of columns");
    for (int64_t i = 0; i < self->p; i++)
        if (strcmp(self->names[i], other->names[i]) != 0)
            return cx_i_fail(err, CX_E_MISMATCH, "column %d is %s in one state and %s in the other",
                             i, self->names[i], other->names[i]);
    return CX_OK;
}

/* to += direction * from for all counts; false on overflow or when a count falls below zero. Of
 * complete rows a column misses no more than are incomplete. */
static bool merge_counts(cx_i_sums *to, const cx_i_sums *from, int64_t p, int64_t direction,
                         bool complete) {
    int64_t all;
    bool fine = cx_i_add_i64(to->n, direction * from->n, &to->n) && to->n >= 0 &&
                cx_i_add_i64(to->zero, direction * from->zero, &to->zero) && to->zero >= 0 &&
                cx_i_add_i64(to->missing, direction * from->missing, &to->missing) &&
                to->missing >= 0 && cx_i_add_i64(to->n, to->zero, &all) &&
                cx_i_add_i64(all, to->missing, &all);
    for (int64_t j = 0; j < p && fine; j++) {
        int64_t *count = &to->missing_in[j];
        fine = cx_i_add_i64(*count, direction * from->missing_in[j], count) && *count >= 0 &&
               *count <= (complete ? to->missing : all);
    }
    return fine;
}

/* product += direction * (from's products + factor (difference of means) (its transpose)) */
static void merge_products(cx_i_sums *to, const cx_i_sums *from, cx_i_twofold factor,
                           const cx_i_twofold *step, int64_t p, bool add) {
    for (int64_t j = 0; j < p; j++) {
        cx_i_twofold scaled = cx_i_tf_multiply(factor, step[j]);
        for (int64_t i = 0; i <= j; i++) {
            cx_i_twofold *product = &to->product[cx_i_packed(j, i)];
            cx_i_twofold change =
                cx_i_tf_add(from->product[cx_i_packed(j, i)], cx_i_tf_multiply(scaled, step[i]));
            *product = add ? cx_i_tf_add(*product, change) : cx_i_tf_subtract(*product, change);
        }
    }
}

static void merge_steps(const cx_i_sums *to, const cx_i_sums *from, cx_i_twofold *step, int64_t p) {
    for (int64_t j = 0; j < p; j++) step[j] = cx_i_tf_subtract(from->mean[j], to->mean[j]);
}

static bool merge_sums(cx_i_sums *to, const cx_i_sums *from, int64_t p, bool complete,
                       cx_i_twofold *step) {
    if (!merge_counts(to, from, p, 1, complete)) return false;
    to->weighted = to->weighted || from->weighted;
    if (from->n == 0) return true;
    cx_i_twofold both = cx_i_tf_add(to->w, from->w), fraction = cx_i_tf_divide(from->w, both);
    merge_steps(to, from, step, p);
    merge_products(to, from, cx_i_tf_multiply(to->w, fraction), step, p, true);
    for (int64_t j = 0; j < p; j++)
        to->mean[j] = cx_i_tf_add(to->mean[j], cx_i_tf_multiply(step[j], fraction));
    to->w = both;
    to->w2 = cx_i_tf_add(to->w2, from->w2);
    return true;
}

cx_status cx_moments_merge(cx_moments *self, const cx_moments *other, cx_error *err) {
    CX_TRY(merge_check(self, other, err));
    cx_i_sums *to = cx_i_moments_next(self);
    if (!merge_sums(to, cx_i_moments_now(other), self->p, self->pairs == NULL, self->block.step))
        return cx_i_fail(err, CX_E_OVERFLOW, "there are more rows than can be counted");
    /* a pair has no more rows than there are */
    for (int64_t i = 0; i < self->p && self->pairs != NULL; i++)
        for (int64_t j = 0; j <= i; j++)
            merge_sums(cx_i_moments_pair(self, 1 - self->now, i, j),
                       cx_i_moments_pair(other, other->now, i, j), cx_i_pair_width(i, j), true,
                       self->block.step);
    cx_i_moments_mark_weighted(self, to->weighted);
    if (!cx_i_moments_settle(self))
        return cx_i_fail(err, CX_E_OVERFLOW,
                         "the sum of the two states exceeds the range of double");
    cx_i_moments_commit(self);
    return CX_OK;
}

static cx_status merge_not_part(const char *what, const char *column, cx_error *err) {
    return cx_i_fail(err, CX_E_DOMAIN,
                     "other is not part of self: the %s%s%s would fall below zero", what,
                     column == NULL ? "" : " of ", column == NULL ? "" : column);
}

/* Repeated subtraction leaves rounding that may carry a product beyond what its squares allow. */
static void merge_bound(cx_i_sums *to, int64_t p) {
    for (int64_t j = 0; j < p; j++)
        for (int64_t i = 0; i < j; i++) {
            cx_i_twofold *xy = &to->product[cx_i_packed(j, i)];
            double most =
                sqrt(to->product[cx_i_packed(i, i)].hi) * sqrt(to->product[cx_i_packed(j, j)].hi);
            if (fabs(xy->hi) > most * (1 + 1e-6)) *xy = cx_i_tf(copysign(most, xy->hi));
        }
}

/* A variance that cannot be told from 0 becomes 0, with its row and column. */
static cx_status merge_settle(const cx_i_sums *before, cx_i_sums *to, int64_t p,
                              const char *const *names, cx_error *err) {
    for (int64_t j = 0; j < p; j++) {
        double had = before->product[cx_i_packed(j, j)].hi;
        double left = to->product[cx_i_packed(j, j)].hi;
        if (left < -1e-9 * had) return merge_not_part("variance", names[j], err);
        if (left <= MERGE_NOISE * had || to->n < 2) cx_i_sums_flatten(to, p, j);
    }
    cx_i_sums_settle(to, p);
    merge_bound(to, p);
    return CX_OK;
}

static void merge_clear(cx_i_sums *to, int64_t p) {
    to->w = to->w2 = cx_i_tf(0);
    to->weighted = to->zero > 0;
    memset(to->mean, 0, (size_t)p * sizeof *to->mean);
    memset(to->product, 0, (size_t)cx_i_packed_size(p) * sizeof *to->product);
}

static cx_status merge_take_out(const cx_i_sums *before, cx_i_sums *to, const cx_i_sums *from,
                                int64_t p, const char *const *names, cx_i_twofold *step,
                                cx_error *err) {
    cx_i_twofold left = cx_i_tf_subtract(to->w, from->w);
    to->w2 = cx_i_tf_subtract(to->w2, from->w2);
    if (!(left.hi > 0) || !(to->w2.hi > 0)) return merge_not_part("sum of weights", NULL, err);
    cx_i_twofold fraction = cx_i_tf_divide(from->w, left);
    merge_steps(to, from, step, p);
    merge_products(to, from, cx_i_tf_multiply(to->w, fraction), step, p, false);
    for (int64_t j = 0; j < p; j++)
        to->mean[j] = cx_i_tf_subtract(to->mean[j], cx_i_tf_multiply(step[j], fraction));
    to->w = left;
    return merge_settle(before, to, p, names, err);
}

/* `to` begins as a copy of `before`. */
static cx_status merge_subtract(const cx_i_sums *before, cx_i_sums *to, const cx_i_sums *from,
                                int64_t p, bool complete, const char *const *names,
                                cx_i_twofold *step, cx_error *err) {
    if (!merge_counts(to, from, p, -1, complete))
        return merge_not_part("number of rows", NULL, err);
    if (to->n == 0)
        merge_clear(to, p);
    else if (from->n > 0)
        CX_TRY(merge_take_out(before, to, from, p, names, step, err));
    return cx_i_sums_finite(to, p) ? CX_OK : merge_not_part("sum", NULL, err);
}

cx_status cx_moments_subtract(cx_moments *self, const cx_moments *other, cx_error *err) {
    CX_TRY(merge_check(self, other, err));
    cx_i_sums *to = cx_i_moments_next(self);
    cx_i_twofold *step = self->block.step;
    CX_TRY(merge_subtract(cx_i_moments_now(self), to, cx_i_moments_now(other), self->p,
                          self->pairs == NULL, (const char *const *)self->names, step, err));
    for (int64_t i = 0; i < self->p && self->pairs != NULL; i++)
        for (int64_t j = 0; j <= i; j++) {
            const char *const names[] = {self->names[j], self->names[i]};
            CX_TRY(merge_subtract(cx_i_moments_pair(self, self->now, i, j),
                                  cx_i_moments_pair(self, 1 - self->now, i, j),
                                  cx_i_moments_pair(other, other->now, i, j), cx_i_pair_width(i, j),
                                  true, names, step, err));
        }
    for (int64_t k = 0; self->pairs != NULL && k < cx_i_packed_size(self->p); k++)
        self->pairs->sums[1 - self->now][k].weighted = to->weighted;
    cx_i_moments_commit(self);
    return CX_OK;
}
