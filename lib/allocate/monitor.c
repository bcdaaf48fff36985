#include "allocate/monitor.h"

#include "metric/scores.h"
#include "metric/tally.h"

/* -- settings ------------------------------------------------------------------------------ */

void cx_monitor_options_init(cx_monitor_options *options) {
    if (options == NULL) return;
    *options = (cx_monitor_options){.struct_size = sizeof *options,
                                    .scale_max = 10,
                                    .detractors = 6,
                                    .promoters = 9,
                                    .guard = 14,
                                    .learn = 56,
                                    .drop_count = 3,
                                    .drops = {10, 20, 40},
                                    .confidence = 0.95,
                                    .baseline = 300,
                                    .rate_drop = 0.5,
                                    .half_life = 28,
                                    .process_noise = 1,
                                    .prior_variance = 10000.0 / 3,
                                    .prior = {0.5, 0.5, 0.5},
                                    .fdr = 0.1};
}

typedef struct monitor_range {
    const char *name;
    int32_t value, low, high;
} monitor_range;

static cx_status monitor_check_whole(const cx_monitor_options *options, cx_error *err) {
    const monitor_range ranges[] = {
        {"form", options->form, CX_MONITOR_BOUNDED, CX_MONITOR_TRINOMIAL},
        {"direction", options->direction, CX_MONITOR_DOWN, CX_MONITOR_BOTH},
        {"reference", options->reference, CX_REFERENCE_LIMIT, CX_REFERENCE_PLUG_IN},
        {"late", options->late, CX_LATE_ERROR, CX_LATE_COUNT},
        {"max_age", options->max_age, 0, CX_MONITOR_MOST_AGE},
        {"guard", options->guard, 0, 100000},
        {"cycle", options->cycle, 0, CX_MONITOR_MOST_CYCLE},
        {"learn", options->learn, 1, 100000},
        {"common_shock", options->common_shock, 0, 1},
        {"drop_count", options->drop_count, 1, CX_MONITOR_MOST_DROPS},
    };
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        if (ranges[i].value < ranges[i].low || ranges[i].value > ranges[i].high)
            return cx_i_fail(err, CX_E_OPTION, "%s is %d; it must lie between %d and %d",
                             ranges[i].name, (int64_t)ranges[i].value, (int64_t)ranges[i].low,
                             (int64_t)ranges[i].high);
    if (options->cycle > 0 && options->learn < 2 * options->cycle)
        return cx_i_fail(err, CX_E_OPTION, "learn is %d; a cycle of %d needs at least two rounds",
                         (int64_t)options->learn, (int64_t)options->cycle);
    CX_TRY(cx_i_tally_check_scale(options->scale_min, options->scale_max, err));
    return cx_i_check_cuts(options->detractors, options->promoters, options->scale_min,
                           options->scale_max, err);
}

typedef struct monitor_limits {
    const char *name;
    double value, above, most; /* above < value <= most */
} monitor_limits;

static cx_status monitor_check_real(const cx_monitor_options *options, cx_error *err) {
    const monitor_limits limits[] = {
        {"arl", options->arl, 1, 1e15},
        {"confidence", options->confidence, 0.5, 1 - 1e-12},
        {"baseline", options->baseline, 0, 1e9},
        {"rate_drop", options->rate_drop, 0, 1 - 1e-6},
        {"half_life", options->half_life, 0, INFINITY},
        {"process_noise", options->process_noise, -1e-300, 40000},
        {"prior_variance", options->prior_variance, 0, 1e8},
        {"prior[0]", options->prior[0], 1e-9, 1e9},
        {"prior[1]", options->prior[1], 1e-9, 1e9},
        {"prior[2]", options->prior[2], 1e-9, 1e9},
        {"fdr", options->fdr, 0, 1},
    };
    if (options->arl == 0)
        return cx_i_fail(err, CX_E_OPTION,
                         "arl is not set: the least mean number of periods to a false alarm");
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        if (!(limits[i].value > limits[i].above && limits[i].value <= limits[i].most))
            return cx_i_fail(err, CX_E_OPTION, "%s is %g; it must lie between %g and %g",
                             limits[i].name, limits[i].value, fmax(limits[i].above, 0),
                             limits[i].most);
    for (int32_t j = 0; j < options->drop_count; j++)
        if (!(options->drops[j] > 0 && options->drops[j] <= 200))
            return cx_i_fail(err, CX_E_OPTION,
                             "a drop is %g points; it must lie above 0 and up to "
                             "200",
                             options->drops[j]);
    return CX_OK;
}

cx_status cx_i_monitor_options_check(const cx_monitor_options *options, cx_error *err) {
    CX_TRY(monitor_check_whole(options, err));
    CX_TRY(monitor_check_real(options, err));
    if (options->first_period < -(INT64_C(1) << 53) || options->first_period > INT64_C(1) << 53)
        return cx_i_fail(err, CX_E_OPTION, "first_period is %d, beyond 2^53",
                         options->first_period);
    return CX_OK;
}

/* -- memory -------------------------------------------------------------------------------- */

static cx_status monitor_allocate(cx_monitor *self, cx_error *err) {
    const cx_allocator *a = &self->allocator;
    int64_t n = self->count;
    self->points = cx_i_alloc_array(a, n, sizeof *self->points);
    self->open = cx_i_alloc_array(a, n * self->ring, sizeof *self->open);
    self->bank = cx_i_alloc_array(a, n * self->stride, sizeof *self->bank);
    self->log_r = cx_i_alloc_array(a, n, sizeof *self->log_r);
    self->arriving = cx_i_alloc_array(a, self->ring * self->ring, sizeof *self->arriving);
    self->arrived = cx_i_alloc_array(a, self->ring, sizeof *self->arrived);
    self->phases = cx_i_alloc_array(a, self->options.cycle, sizeof *self->phases);
    bool fine = self->points && self->open && self->bank && self->log_r && self->arriving &&
                self->arrived && self->phases;
    if (self->sides == 2) {
        self->upper = cx_i_alloc_array(a, n, 2 * sizeof *self->upper);
        fine = fine && self->upper;
    }
    if (self->options.common_shock == 1) {
        self->residual = cx_i_alloc_array(a, n, 2 * sizeof *self->residual);
        fine = fine && self->residual;
    }
    return fine ? CX_OK : cx_i_out_of_memory(err);
}

/* A table from numbers to positions, where the numbers lie close together. */
static cx_status monitor_index(cx_monitor *self, cx_error *err) {
    cx_i_key_part first, last, part;
    size_t size;
    if (self->keys.columns[0].kind != CX_I_KEY_NUMBER) return CX_OK;
    const uint8_t *bytes = cx_i_keys_bytes(&self->keys, 0, &size);
    cx_i_key_parse(bytes, size, CX_I_KEY_NUMBER, NULL, &first);
    bytes = cx_i_keys_bytes(&self->keys, self->count - 1, &size);
    cx_i_key_parse(bytes, size, CX_I_KEY_NUMBER, NULL, &last);
    uint64_t span = (uint64_t)last.number - (uint64_t)first.number;
    if (span > 4 * (uint64_t)self->count + 1024 || self->count > INT32_MAX) return CX_OK;
    self->low = first.number;
    self->span = (int64_t)span + 1;
    self->direct = cx_i_alloc_array(&self->allocator, self->span, sizeof *self->direct);
    if (self->direct == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < self->span; i++) self->direct[i] = -1;
    for (int64_t i = 0; i < self->count; i++) {
        bytes = cx_i_keys_bytes(&self->keys, i, &size);
        cx_i_key_parse(bytes, size, CX_I_KEY_NUMBER, NULL, &part);
        self->direct[part.number - self->low] = (int32_t)i;
    }
    return CX_OK;
}

static cx_status monitor_sort_keys(cx_monitor *self, const cx_i_keys *keys, cx_error *err) {
    int64_t *order = cx_i_alloc_array(&self->allocator, keys->count, sizeof *order), number;
    if (order == NULL) return cx_i_out_of_memory(err);
    cx_i_keys_sort(keys, order);
    cx_status status = cx_i_keys_bind_like(&self->keys, keys, err);
    if (status == CX_OK)
        status = cx_i_keys_reserve(&self->keys, keys->count, keys->bytes_used + 16, err);
    for (int64_t i = 0; i < keys->count && status == CX_OK; i++) {
        size_t size;
        const uint8_t *bytes = cx_i_keys_bytes(keys, order[i], &size);
        status = cx_i_keys_put(&self->keys, bytes, size, &number, err);
    }
    cx_i_free(&self->allocator, order);
    return status;
}

static void monitor_begin(cx_monitor *self) {
    for (int64_t i = 0; i < self->count; i++) {
        cx_i_monitor_point *point = &self->points[i];
        point->variance = self->options.prior_variance;
        if (point->weight == 0) point->weight = 1;
        point->last = point->alarm = point->rate_alarm = -1;
        cx_i_monitor_restart(self, i);
    }
    cx_i_monitor_follow(self);
}

static void monitor_settle(cx_monitor *self, const cx_monitor_options *options) {
    self->options = *options;
    for (int32_t j = options->drop_count; j < CX_MONITOR_MOST_DROPS; j++)
        self->options.drops[j] = 0;
    self->options.reserved = 0;
    self->base = options->first_period;
    self->ring = (int64_t)options->max_age + 1;
    self->sides = options->direction == CX_MONITOR_BOTH ? 2 : 1;
    self->stride = self->sides * options->drop_count * (options->common_shock == 1 ? 2 : 1);
    self->discount = exp2(-1 / options->half_life);
}

cx_status cx_i_monitor_make(const cx_monitor_options *options, const cx_i_keys *keys,
                            const cx_allocator *allocator, cx_monitor **out, cx_error *err) {
    cx_allocator used = cx_i_allocator(allocator);
    cx_monitor *self = cx_i_alloc(&used, sizeof *self);
    if (self == NULL) return cx_i_out_of_memory(err);
    self->allocator = used;
    self->count = keys->count;
    cx_i_keys_init(&self->keys, &self->allocator);
    monitor_settle(self, options);
    cx_status status = monitor_sort_keys(self, keys, err);
    if (status == CX_OK) status = monitor_allocate(self, err);
    if (status == CX_OK) status = monitor_index(self, err);
    if (status != CX_OK) {
        cx_monitor_free(self);
        return status;
    }
    monitor_begin(self);
    *out = self;
    return CX_OK;
}

void cx_monitor_free(cx_monitor *self) {
    if (self == NULL) return;
    cx_allocator allocator = self->allocator;
    void *memory[] = {self->points, self->open,     self->bank,    self->upper,    self->log_r,
                      self->phases, self->residual, self->arrived, self->arriving, self->direct};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) cx_i_free(&allocator, memory[i]);
    cx_i_keys_free(&self->keys);
    cx_i_free(&allocator, self);
}

static void monitor_clear(cx_monitor *self) {
    int64_t n = self->count, ring = self->ring;
    for (int64_t i = 0; i < n; i++) {
        cx_i_monitor_point *point = &self->points[i];
        double weight = point->weight;
        memset(point, 0, sizeof *point);
        point->weight = weight;
    }
    memset(self->open, 0, (size_t)(n * ring) * sizeof *self->open);
    memset(self->arriving, 0, (size_t)(ring * ring) * sizeof *self->arriving);
    memset(self->arrived, 0, (size_t)ring * sizeof *self->arrived);
    memset(self->phases, 0, (size_t)self->options.cycle * sizeof *self->phases);
    if (self->upper != NULL) memset(self->upper, 0, (size_t)(2 * n) * sizeof *self->upper);
    memset(self->excluded, 0, sizeof self->excluded);
}

void cx_monitor_reset(cx_monitor *self) {
    if (self == NULL) return;
    monitor_clear(self);
    self->base = self->options.first_period;
    self->now = self->cycle_known = self->late = 0;
    self->answers_open = self->invited_open = 0;
    monitor_begin(self);
}

/* -- a new one ----------------------------------------------------------------------------- */

static cx_status monitor_check_key(const cx_array *points, int64_t row, bool known, cx_error *err) {
    cx_array named = cx_i_array_named(points, "points");
    if (!cx_i_array_present(points, row))
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, NAN, "the point has no key");
    if (known)
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, NAN, "the point stands there twice");
    return CX_OK;
}

static cx_status monitor_read_keys(const cx_array *points, cx_i_keys *keys, cx_error *err) {
    cx_array column = *points;
    if (column.name == NULL) column.name = "point";
    cx_frame by = {&column, 1, {0, 0}};
    CX_TRY(cx_i_keys_bind(keys, &by, err));
    for (int64_t row = 0; row < points->length; row++) {
        int64_t number;
        CX_TRY(monitor_check_key(points, row, false, err));
        CX_TRY(cx_i_keys_read(keys, &by, row, 1, &number, err));
        CX_TRY(monitor_check_key(points, row, number < row, err));
        size_t size;
        if (cx_i_keys_bytes(keys, number, &size)[0] == CX_I_KEY_MISSING)
            return cx_i_fail_at(err, CX_E_DOMAIN, &column, row, NAN, "the point has no key");
    }
    return CX_OK;
}

static cx_status monitor_check_weights(const cx_array *points, const cx_array *weights,
                                       cx_error *err) {
    if (weights == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(weights, "weights", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(points, "points", weights, "weights", err));
    cx_array named = cx_i_array_named(weights, "weights");
    for (int64_t row = 0; row < weights->length; row++) {
        double weight;
        cx_i_array_read(weights, row, 1, &weight);
        if (!(weight >= 1e-100 && weight <= 1e100))
            return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, weight,
                                "a point's weight is %g; it must lie between 1e-100 and 1e100",
                                weight);
    }
    return CX_OK;
}

static cx_status monitor_put_weights(cx_monitor *self, const cx_array *points,
                                     const cx_array *weights, cx_error *err) {
    for (int64_t row = 0; weights != NULL && row < weights->length; row++) {
        int64_t position;
        CX_TRY(cx_i_monitor_find(self, points, row, 1, &position, err));
        cx_i_array_read(weights, row, 1, &self->points[position].weight);
    }
    cx_i_monitor_follow(self);
    return CX_OK;
}

static cx_status monitor_new(const cx_array *points, const cx_array *weights,
                             const cx_monitor_options *options, cx_i_keys *keys,
                             const cx_allocator *allocator, cx_monitor **out, cx_error *err) {
    cx_monitor *made;
    CX_TRY(monitor_read_keys(points, keys, err));
    CX_TRY(cx_i_monitor_make(options, keys, allocator, &made, err));
    cx_status status = monitor_put_weights(made, points, weights, err);
    if (status == CX_OK)
        *out = made;
    else
        cx_monitor_free(made);
    return status;
}

cx_status cx_monitor_new(const cx_array *points, const cx_array *weights,
                         const cx_monitor_options *options, const cx_allocator *allocator,
                         cx_monitor **out, cx_error *err) {
    cx_monitor_options used;
    cx_i_keys keys;
    cx_monitor_options_init(&used);
    if (options != NULL) {
        CX_TRY(cx_i_options_take(options, &used, sizeof used, "cx_monitor_options", err));
        used.struct_size = sizeof used;
    }
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_array_check(points, "points", CX_I_KEYS, err));
    CX_TRY(cx_i_monitor_options_check(&used, err));
    if (points->length == 0) return cx_i_fail(err, CX_E_EMPTY, "there are no points to watch");
    CX_TRY(monitor_check_weights(points, weights, err));
    cx_allocator mine = cx_i_allocator(allocator);
    cx_i_keys_init(&keys, &mine);
    cx_status status = monitor_new(points, weights, &used, &keys, allocator, out, err);
    cx_i_keys_free(&keys);
    return status;
}

/* -- what is asked of it ------------------------------------------------------------------- */

int64_t cx_i_monitor_modulo(int64_t period, int64_t length) {
    int64_t rest = period % length;
    return rest < 0 ? rest + length : rest;
}

int64_t cx_i_monitor_next(const cx_monitor *self) {
    return self->now - self->options.max_age;
}

int64_t cx_monitor_size(const cx_monitor *self) {
    return self == NULL ? 0 : self->count;
}

int64_t cx_monitor_period(const cx_monitor *self) {
    return self == NULL ? 0 : self->base + self->now;
}

int64_t cx_monitor_excluded(const cx_monitor *self, int32_t reason) {
    return self == NULL || reason < 0 || reason >= CX_EXCLUDED_END ? 0 : self->excluded[reason];
}

int64_t cx_monitor_late(const cx_monitor *self) {
    return self == NULL ? 0 : self->late;
}

int64_t cx_monitor_alarm_count(const cx_monitor *self) {
    int64_t count = 0;
    for (int64_t i = 0; self != NULL && i < self->count; i++)
        count += self->points[i].alarm >= 0 || self->points[i].rate_alarm >= 0;
    return count;
}

double cx_monitor_log_evidence(const cx_monitor *self) {
    return self == NULL ? (double)-INFINITY : self->log_evidence;
}

cx_status cx_monitor_settings(const cx_monitor *self, cx_monitor_options *out, cx_error *err) {
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    *out = self->options;
    return CX_OK;
}
