#include "metric/joint.h"

/* Merging joint states, and reading what they hold. */

cx_status cx_i_joint_overflow(cx_error *err) {
    return cx_i_fail(err, CX_E_OVERFLOW,
                     "there are more than 2^42 respondents, or a sum of weights exceeds 2^127");
}

/* -- sums ---------------------------------------------------------------------------------- */

static cx_i_sum joint_stored(const cx_i_joint_sums *sums, const cx_i_sum *stored, int64_t slot) {
    cx_i_sum ones = {{0, 0, 0}};
    if (sums->weighted) return stored[slot];
    cx_i_sum_add_i64(&ones, sums->plain[slot]);
    return ones;
}

void cx_i_joint_make_weighted(cx_joint *self, cx_i_joint_sums *sums) {
    if (sums->weighted) return;
    for (int64_t s = 0; s < self->slots; s++)
        sums->weight[s] = sums->square[s] = joint_stored(sums, sums->weight, s);
    sums->weighted = true;
}

static bool joint_sums_fit(const cx_joint *self, const cx_i_joint_sums *more) {
    if (self->sums.rows + more->rows > CX_I_JOINT_ROWS) return false;
    for (int64_t s = 0; s < self->slots && (self->sums.weighted || more->weighted); s++) {
        cx_i_sum weight = joint_stored(&self->sums, self->sums.weight, s);
        cx_i_sum square = joint_stored(&self->sums, self->sums.square, s);
        cx_i_sum more_weight = joint_stored(more, more->weight, s);
        cx_i_sum more_square = joint_stored(more, more->square, s);
        if (!cx_i_sum_merge(&weight, &more_weight) || !cx_i_sum_merge(&square, &more_square))
            return false;
    }
    return true;
}

static void joint_sums_merge(cx_joint *self, const cx_i_joint_sums *more) {
    cx_i_joint_sums *sums = &self->sums;
    bool weighted = sums->weighted || more->weighted;
    if (weighted) cx_i_joint_make_weighted(self, sums);
    for (int64_t s = 0; s < self->slots; s++) {
        if (weighted) {
            cx_i_sum weight = joint_stored(more, more->weight, s);
            cx_i_sum square = joint_stored(more, more->square, s);
            cx_i_sum_merge(&sums->weight[s], &weight);
            cx_i_sum_merge(&sums->square[s], &square);
        }
        sums->plain[s] += more->plain[s];
    }
    sums->rows += more->rows;
    for (int r = 0; r < CX_EXCLUDED_END; r++) {
        sums->nobody[r] += more->nobody[r];
        sums->incomplete[r] += more->incomplete[r];
    }
}

/* -- states -------------------------------------------------------------------------------- */

static bool joint_same_reading(const cx_joint_options *a, const cx_joint_options *b) {
    return a->score == b->score && a->scale_min == b->scale_min && a->scale_max == b->scale_max &&
           a->high == b->high && a->low == b->low;
}

cx_status cx_i_joint_same(const cx_joint *a, const cx_joint *b, cx_error *err) {
    if (a->k != b->k)
        return cx_i_fail(err, CX_E_MISMATCH, "one state has %d components, the other %d", a->k,
                         b->k);
    for (int64_t i = 0; i < a->k; i++) {
        if (strcmp(a->component[i].name, b->component[i].name) != 0)
            return cx_i_fail(err, CX_E_MISMATCH,
                             "component %d is %s in one state and %s in the "
                             "other",
                             i, a->component[i].name, b->component[i].name);
        if (!joint_same_reading(&a->component[i].as, &b->component[i].as))
            return cx_i_fail(err, CX_E_MISMATCH,
                             "component %s is read differently in the two states: other cut "
                             "points or another scale",
                             a->component[i].name);
    }
    return CX_OK;
}

/* Adds the scratch, or another state: all or nothing. */
static cx_status joint_take(cx_joint *self, const cx_joint *other, bool scratch, cx_error *err) {
    const cx_i_joint_sums *more = scratch ? &other->scratch : &other->sums;
    bool fit = joint_sums_fit(self, more);
    for (int64_t i = 0; i < self->k && fit; i++) {
        const cx_tally *tally = other->component[i].tally;
        fit = cx_i_cells_fit(&self->component[i].tally->cells,
                             scratch ? &tally->scratch : &tally->cells, cx_i_tally_levels(tally));
    }
    if (!fit) return cx_i_joint_overflow(err);
    joint_sums_merge(self, more);
    for (int64_t i = 0; i < self->k; i++) {
        const cx_tally *tally = other->component[i].tally;
        cx_i_cells_merge(&self->component[i].tally->cells,
                         scratch ? &tally->scratch : &tally->cells, cx_i_tally_levels(tally));
    }
    return CX_OK;
}

cx_status cx_i_joint_commit(cx_joint *self, cx_error *err) {
    return joint_take(self, self, true, err);
}

cx_status cx_joint_merge(cx_joint *self, const cx_joint *other, cx_error *err) {
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    CX_TRY(cx_i_joint_same(self, other, err));
    return joint_take(self, other, false, err);
}

static bool joint_same_sums(const cx_joint *a, const cx_joint *b) {
    const cx_i_joint_sums *x = &a->sums, *y = &b->sums;
    size_t slots = (size_t)a->slots;
    return x->rows == y->rows && x->weighted == y->weighted &&
           memcmp(x->nobody, y->nobody, sizeof x->nobody) == 0 &&
           memcmp(x->incomplete, y->incomplete, sizeof x->incomplete) == 0 &&
           memcmp(x->plain, y->plain, slots * sizeof *x->plain) == 0 &&
           (!x->weighted || (memcmp(x->weight, y->weight, slots * sizeof *x->weight) == 0 &&
                             memcmp(x->square, y->square, slots * sizeof *x->square) == 0));
}

int cx_joint_equal(const cx_joint *a, const cx_joint *b) {
    if (a == NULL || b == NULL) return 0;
    bool equal = cx_i_joint_same(a, b, NULL) == CX_OK && joint_same_sums(a, b);
    for (int64_t i = 0; equal && i < a->k; i++)
        equal = cx_tally_equal(a->component[i].tally, b->component[i].tally) != 0;
    return equal;
}

/* -- reading ------------------------------------------------------------------------------- */

static bool joint_has(const cx_joint *self, int64_t index) {
    return self != NULL && index >= 0 && index < self->k;
}

int64_t cx_joint_columns(const cx_joint *self) {
    return self == NULL ? 0 : self->k;
}

const char *cx_joint_name(const cx_joint *self, int64_t index) {
    return joint_has(self, index) ? self->component[index].name : NULL;
}

int64_t cx_joint_find(const cx_joint *self, const char *name) {
    for (int64_t i = 0; self != NULL && name != NULL && i < self->k; i++)
        if (strcmp(self->component[i].name, name) == 0) return i;
    return -1;
}

int64_t cx_joint_n(const cx_joint *self) {
    return self == NULL ? 0 : self->sums.plain[cx_i_joint_everyone(self)];
}

int64_t cx_joint_complete(const cx_joint *self) {
    return self == NULL ? 0 : self->sums.plain[cx_i_joint_complete_one(self)];
}

int64_t cx_joint_both(const cx_joint *self, int64_t i, int64_t j) {
    if (!joint_has(self, i) || !joint_has(self, j)) return 0;
    return i == j ? cx_tally_n(self->component[i].tally)
                  : self->sums.plain[cx_i_joint_pair(i, j) + CX_I_BOTH];
}

int64_t cx_joint_excluded(const cx_joint *self, int32_t reason) {
    return self == NULL || reason < 0 || reason >= CX_EXCLUDED_END ? 0 : self->sums.nobody[reason];
}

int cx_joint_weighted(const cx_joint *self) {
    return self != NULL && self->sums.weighted;
}

cx_status cx_joint_tally(const cx_joint *self, int64_t index, cx_tally **out, cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    if (!joint_has(self, index))
        return cx_i_fail(err, CX_E_NAME, "there are %d components, and none at %d", self->k, index);
    return cx_tally_copy(self->component[index].tally, &self->allocator, out, err);
}
