#include "allocate/monitor.h"

/* Copies, companions, and two monitors in one. */

/* -- the same? ----------------------------------------------------------------------------- */

static bool monitor_same_settings(const cx_monitor *a, const cx_monitor *b) {
    cx_monitor_options x = a->options, y = b->options;
    x.first_period = y.first_period = 0;
    x.struct_size = y.struct_size = 0;
    return memcmp(&x, &y, sizeof x) == 0;
}

static bool monitor_same_keys(const cx_i_keys *a, const cx_i_keys *b) {
    return cx_i_keys_same_columns(a, b) && a->count == b->count && a->bytes_used == b->bytes_used &&
           memcmp(a->bytes, b->bytes, a->bytes_used) == 0 &&
           memcmp(a->ends, b->ends, (size_t)a->count * sizeof *a->ends) == 0;
}

#define MONITOR_SAME(field, count)                                                                 \
    (memcmp(a->field, b->field, (size_t)(count) * sizeof *a->field) == 0)

int cx_monitor_equal(const cx_monitor *a, const cx_monitor *b) {
    if (a == NULL || b == NULL) return 0;
    if (!monitor_same_settings(a, b) || !monitor_same_keys(&a->keys, &b->keys)) return 0;
    int64_t n = a->count, ring = a->ring;
    return a->base == b->base && a->now == b->now && a->late == b->late &&
           a->cycle_known == b->cycle_known && MONITOR_SAME(excluded, CX_EXCLUDED_END) &&
           MONITOR_SAME(points, n) && MONITOR_SAME(open, n * ring) &&
           MONITOR_SAME(bank, n * a->stride) && MONITOR_SAME(arriving, ring * ring) &&
           MONITOR_SAME(arrived, ring) && MONITOR_SAME(phases, a->options.cycle) &&
           (a->upper == NULL || MONITOR_SAME(upper, 2 * n));
}

/* -- one point from another monitor -------------------------------------------------------- */

static void monitor_shift_period(int32_t *period, int64_t shift) {
    if (*period >= 0) *period += (int32_t)shift;
}

/* Everything but the open cohorts. */
static void monitor_take_point(cx_monitor *self, int64_t i, const cx_monitor *from, int64_t j) {
    int64_t shift = from->base - self->base;
    cx_i_monitor_point *point = &self->points[i];
    *point = from->points[j];
    monitor_shift_period(&point->last, shift);
    monitor_shift_period(&point->since, shift);
    monitor_shift_period(&point->alarm, shift);
    monitor_shift_period(&point->rate_alarm, shift);
    memcpy(cx_i_monitor_bank_of(self, i, false), cx_i_monitor_bank_of(from, j, false),
           (size_t)self->stride * sizeof *self->bank);
    if (self->upper != NULL) memcpy(&self->upper[2 * i], &from->upper[2 * j], 2 * sizeof(double));
    cx_i_monitor_combine(self, i);
}

static uint32_t monitor_sum(uint32_t a, uint32_t b) {
    return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

/* A point that is there already: one of the two has no history. */
static void monitor_join_point(cx_monitor *self, int64_t i, const cx_monitor *from, int64_t j) {
    cx_i_monitor_point before = self->points[i], *point = &self->points[i];
    if (cx_i_monitor_has_history(from, j))
        monitor_take_point(self, i, from, j);
    else if (!cx_i_monitor_has_history(self, i))
        point->variance = fmax(point->variance, from->points[j].variance);
    const cx_i_monitor_point *other = &from->points[j];
    point->invited = monitor_sum(before.invited, other->invited);
    point->shown = monitor_sum(before.shown, other->shown);
    point->declined = monitor_sum(before.declined, other->declined);
}

static void monitor_add_open(cx_monitor *self, int64_t i, const cx_monitor *from, int64_t j) {
    for (int64_t slot = 0; slot < self->ring; slot++) {
        cx_i_monitor_cell *cell = cx_i_monitor_cell_of(self, i, slot);
        const cx_i_monitor_cell *more = cx_i_monitor_cell_of(from, j, slot);
        for (int k = 0; k < 3; k++) cell->n[k] += more->n[k];
        cell->invited += more->invited;
    }
}

/* -- the whole ----------------------------------------------------------------------------- */

static void monitor_add_shared(cx_monitor *self, const cx_monitor *from) {
    for (int64_t k = 0; k < self->ring * self->ring; k++) self->arriving[k] += from->arriving[k];
    for (int64_t k = 0; k < self->ring; k++) self->arrived[k] += from->arrived[k];
    for (int r = 0; r < CX_EXCLUDED_END; r++) self->excluded[r] += from->excluded[r];
    self->late += from->late;
    self->answers_open += from->answers_open;
    self->invited_open += from->invited_open;
    for (int32_t k = 0; k < self->options.cycle; k++) {
        self->phases[k].weight += from->phases[k].weight;
        self->phases[k].sum += from->phases[k].sum;
        if (from->cycle_known == 0) continue;
        self->phases[k].offset = from->phases[k].offset;
        self->phases[k].se = from->phases[k].se;
    }
    self->cycle_known = self->cycle_known || from->cycle_known;
}

static int64_t monitor_counterpart(const cx_monitor *self, const cx_monitor *of, int64_t j) {
    size_t size;
    const uint8_t *bytes = cx_i_keys_bytes(&of->keys, j, &size);
    return cx_i_keys_find(&self->keys, bytes, size);
}

/* `fresh`: its points are new to self. */
static void monitor_pour(cx_monitor *self, const cx_monitor *from, const cx_monitor *before) {
    for (int64_t j = 0; j < from->count; j++) {
        int64_t i = monitor_counterpart(self, from, j);
        if (before != NULL && monitor_counterpart(before, from, j) >= 0)
            monitor_join_point(self, i, from, j);
        else
            monitor_take_point(self, i, from, j);
        monitor_add_open(self, i, from, j);
    }
    monitor_add_shared(self, from);
    cx_i_monitor_follow(self);
}

cx_status cx_monitor_copy(const cx_monitor *self, const cx_allocator *allocator, cx_monitor **out,
                          cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    cx_monitor *made;
    CX_TRY(cx_i_monitor_make(&self->options, &self->keys, allocator, &made, err));
    made->base = self->base;
    made->now = self->now;
    monitor_pour(made, self, NULL);
    *out = made;
    return CX_OK;
}

cx_status cx_monitor_fork(const cx_monitor *self, const cx_allocator *allocator, cx_monitor **out,
                          cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    cx_monitor *made;
    CX_TRY(cx_i_monitor_make(&self->options, &self->keys, allocator, &made, err));
    made->base = self->base;
    made->now = self->now;
    for (int64_t i = 0; i < made->count; i++) {
        made->points[i].weight = self->points[i].weight;
        made->points[i].since = (int32_t)fmax((double)cx_i_monitor_next(made), 0);
    }
    for (int32_t k = 0; k < made->options.cycle && self->cycle_known == 1; k++) {
        made->phases[k].offset = self->phases[k].offset;
        made->phases[k].se = self->phases[k].se;
    }
    made->cycle_known = self->cycle_known;
    cx_i_monitor_follow(made);
    *out = made;
    return CX_OK;
}

/* -- merging ------------------------------------------------------------------------------- */

static bool monitor_same_cycle(const cx_monitor *a, const cx_monitor *b) {
    if (a->cycle_known == 0 || b->cycle_known == 0) return true;
    for (int32_t k = 0; k < a->options.cycle; k++)
        if (a->phases[k].offset != b->phases[k].offset || a->phases[k].se != b->phases[k].se)
            return false;
    return true;
}

static cx_status monitor_check_points(const cx_monitor *self, const cx_monitor *other,
                                      cx_error *err) {
    for (int64_t j = 0; j < other->count; j++) {
        int64_t i = monitor_counterpart(self, other, j);
        if (i < 0) continue;
        if (self->points[i].weight != other->points[j].weight)
            return cx_i_fail(err, CX_E_MISMATCH,
                             "the point at %d in key order has weight %g here and %g there", i,
                             self->points[i].weight, other->points[j].weight);
        if (cx_i_monitor_has_history(self, i) && cx_i_monitor_has_history(other, j))
            return cx_i_fail(err, CX_E_MISMATCH,
                             "the point at %d in key order has a history in both monitors; "
                             "collect in a fork, which has none",
                             i);
    }
    return CX_OK;
}

static cx_status monitor_check_merge(const cx_monitor *self, const cx_monitor *other,
                                     cx_error *err) {
    if (!monitor_same_settings(self, other))
        return cx_i_fail(err, CX_E_MISMATCH, "the settings of the two monitors differ");
    if (!cx_i_keys_same_columns(&self->keys, &other->keys))
        return cx_i_fail(err, CX_E_MISMATCH,
                         "the points of the two monitors are called %s and %s, "
                         "or are text and numbers",
                         self->keys.columns[0].name, other->keys.columns[0].name);
    if (cx_monitor_period(self) != cx_monitor_period(other))
        return cx_i_fail(err, CX_E_MISMATCH, "one monitor is at period %d and the other at %d",
                         cx_monitor_period(self), cx_monitor_period(other));
    if (!monitor_same_cycle(self, other))
        return cx_i_fail(err, CX_E_MISMATCH, "the cycles of the two monitors differ");
    if (self->answers_open + other->answers_open > UINT32_MAX ||
        self->invited_open + other->invited_open > UINT32_MAX)
        return cx_i_fail(err, CX_E_OVERFLOW,
                         "there would be more than 2^32 - 1 answers or invitations in the open "
                         "periods");
    return monitor_check_points(self, other, err);
}

static cx_status monitor_union(const cx_monitor *self, const cx_monitor *other, cx_i_keys *keys,
                               cx_error *err) {
    const cx_monitor *both[2] = {self, other};
    CX_TRY(cx_i_keys_bind_like(keys, &self->keys, err));
    for (int m = 0; m < 2; m++)
        for (int64_t i = 0; i < both[m]->count; i++) {
            size_t size;
            int64_t number;
            const uint8_t *bytes = cx_i_keys_bytes(&both[m]->keys, i, &size);
            CX_TRY(cx_i_keys_put(keys, bytes, size, &number, err));
        }
    return CX_OK;
}

/* self takes over what was made from it. The keys point to their owner's allocator. */
static void monitor_become(cx_monitor *self, cx_monitor *made) {
    cx_monitor old = *self;
    *self = *made;
    *made = old;
    self->keys.allocator = &self->allocator;
    made->keys.allocator = &made->allocator;
    cx_monitor_free(made);
}

cx_status cx_monitor_merge(cx_monitor *self, const cx_monitor *other, cx_error *err) {
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    cx_i_keys keys;
    cx_monitor *made = NULL;
    CX_TRY(monitor_check_merge(self, other, err));
    int64_t base = self->base < other->base ? self->base : other->base;
    int64_t now = cx_monitor_period(self) - base;
    if (now >= INT32_MAX) return cx_i_fail(err, CX_E_OVERFLOW, "there are more than 2^31 periods");
    cx_monitor_options options = self->options;
    options.first_period = base;
    cx_i_keys_init(&keys, &self->allocator);
    cx_status status = monitor_union(self, other, &keys, err);
    if (status == CX_OK) status = cx_i_monitor_make(&options, &keys, &self->allocator, &made, err);
    cx_i_keys_free(&keys);
    if (status != CX_OK) return status;
    made->now = now;
    monitor_pour(made, self, NULL);
    monitor_pour(made, other, self);
    monitor_become(self, made);
    return CX_OK;
}
