#include "allocate/monitor.h"

#include "base/codec.h"

/* A monitor as bytes. Parameters: the settings, the name and kind of the points. Payload: periods,
 * what is shared, and each point in key order with its key. */

#define MONITOR_VERSION 1
#define MONITOR_NOUN "monitor"

/* -- settings ------------------------------------------------------------------------------ */

enum { MONITOR_WHOLE = 14, MONITOR_REAL = 11 };

/* In the order in which they are written. */
static void monitor_list_settings(cx_monitor_options *options, int32_t *whole[MONITOR_WHOLE],
                                  double *real[MONITOR_REAL]) {
    int32_t *wholes[MONITOR_WHOLE] = {
        &options->form,         &options->direction,  &options->reference, &options->scale_min,
        &options->scale_max,    &options->detractors, &options->promoters, &options->max_age,
        &options->late,         &options->guard,      &options->cycle,     &options->learn,
        &options->common_shock, &options->drop_count};
    double *reals[MONITOR_REAL] = {&options->arl,
                                   &options->confidence,
                                   &options->baseline,
                                   &options->rate_drop,
                                   &options->half_life,
                                   &options->process_noise,
                                   &options->prior_variance,
                                   &options->prior[0],
                                   &options->prior[1],
                                   &options->prior[2],
                                   &options->fdr};
    memcpy(whole, wholes, sizeof wholes);
    memcpy(real, reals, sizeof reals);
}

static void monitor_put_settings(const cx_monitor *self, cx_i_writer *writer) {
    cx_monitor_options options = self->options;
    int32_t *whole[MONITOR_WHOLE];
    double *real[MONITOR_REAL];
    monitor_list_settings(&options, whole, real);
    for (int k = 0; k < MONITOR_WHOLE; k++) cx_i_put_u32(writer, (uint32_t)*whole[k]);
    for (int k = 0; k < MONITOR_REAL; k++) cx_i_put_f64(writer, *real[k]);
    for (int j = 0; j < CX_MONITOR_MOST_DROPS; j++) cx_i_put_f64(writer, options.drops[j]);
}

static cx_status monitor_damaged(cx_error *err, const char *what) {
    return cx_i_codec_damaged(err, MONITOR_NOUN, what);
}

static cx_status monitor_get_settings(cx_monitor_options *options, cx_i_reader *reader,
                                      cx_error *err) {
    int32_t *whole[MONITOR_WHOLE];
    double *real[MONITOR_REAL];
    cx_monitor_options_init(options);
    monitor_list_settings(options, whole, real);
    for (int k = 0; k < MONITOR_WHOLE; k++) *whole[k] = (int32_t)cx_i_get_u32(reader);
    for (int k = 0; k < MONITOR_REAL; k++) *real[k] = cx_i_get_f64(reader);
    for (int j = 0; j < CX_MONITOR_MOST_DROPS; j++) options->drops[j] = cx_i_get_f64(reader);
    if (reader->failed || cx_i_monitor_options_check(options, NULL) != CX_OK)
        return monitor_damaged(err, "its settings are impossible");
    for (int32_t j = options->drop_count; j < CX_MONITOR_MOST_DROPS; j++)
        if (options->drops[j] != 0 || signbit(options->drops[j]))
            return monitor_damaged(err, "its settings are impossible");
    return CX_OK;
}

/* -- writing ------------------------------------------------------------------------------- */

static void monitor_put_cell(cx_i_writer *writer, const cx_i_monitor_cell *cell) {
    for (int k = 0; k < 3; k++) cx_i_put_u32(writer, cell->n[k]);
    cx_i_put_u32(writer, cell->invited);
}

static void monitor_put_point(const cx_monitor *self, int64_t i, cx_i_writer *writer) {
    const cx_i_monitor_point *p = &self->points[i];
    const double reals[] = {p->level,          p->variance,     p->shares[0],    p->shares[1],
                            p->shares[2],      p->reference[0], p->reference[1], p->log_rate,
                            p->rate_reference, p->asked,        p->replied,      p->weight};
    const uint32_t wholes[] = {
        p->answered,       p->invited,         p->shown,           p->declined,
        (uint32_t)p->last, (uint32_t)p->since, (uint32_t)p->alarm, (uint32_t)p->rate_alarm,
        p->reference_n,    p->watching};
    for (size_t k = 0; k < sizeof reals / sizeof *reals; k++) cx_i_put_f64(writer, reals[k]);
    for (size_t k = 0; k < sizeof wholes / sizeof *wholes; k++) cx_i_put_u32(writer, wholes[k]);
    monitor_put_cell(writer, &p->window);
    monitor_put_cell(writer, &p->recent);
    for (int64_t s = 0; s < self->ring; s++)
        monitor_put_cell(writer, cx_i_monitor_cell_of(self, i, s));
    for (int64_t j = 0; j < self->stride; j++)
        cx_i_put_f64(writer, self->bank[i * self->stride + j]);
    if (self->upper != NULL) {
        cx_i_put_f64(writer, self->upper[2 * i]);
        cx_i_put_f64(writer, self->upper[2 * i + 1]);
    }
}

static void monitor_put_shared(const cx_monitor *self, cx_i_writer *writer) {
    cx_i_put_i64(writer, self->base);
    cx_i_put_i64(writer, self->now);
    cx_i_put_i64(writer, self->count);
    cx_i_put_i64(writer, self->late);
    for (int r = 0; r < CX_EXCLUDED_END; r++) cx_i_put_i64(writer, self->excluded[r]);
    for (int64_t k = 0; k < self->ring * self->ring; k++) cx_i_put_i64(writer, self->arriving[k]);
    for (int64_t k = 0; k < self->ring; k++) cx_i_put_i64(writer, self->arrived[k]);
    cx_i_put_u8(writer, (uint8_t)self->cycle_known);
    for (int32_t k = 0; k < self->options.cycle; k++) {
        cx_i_put_f64(writer, self->phases[k].weight);
        cx_i_put_f64(writer, self->phases[k].sum);
        cx_i_put_f64(writer, self->phases[k].offset);
        cx_i_put_f64(writer, self->phases[k].se);
    }
}

static void monitor_write(const cx_monitor *self, cx_i_writer *writer) {
    cx_i_codec_begin(writer, CX_I_TYPE_MONITOR, MONITOR_VERSION);
    monitor_put_settings(self, writer);
    cx_i_keys_put_columns(&self->keys, writer);
    cx_i_codec_payload(writer);
    monitor_put_shared(self, writer);
    for (int64_t i = 0; i < self->count; i++) {
        size_t size;
        const uint8_t *key = cx_i_keys_bytes(&self->keys, i, &size);
        cx_i_put_u64(writer, size);
        cx_i_put_bytes(writer, key, size);
        monitor_put_point(self, i, writer);
    }
    cx_i_codec_end(writer);
}

size_t cx_monitor_encoded_size(const cx_monitor *self) {
    cx_i_writer writer = {NULL, 0};
    if (self != NULL) monitor_write(self, &writer);
    return writer.used;
}

cx_status cx_monitor_encode(const cx_monitor *self, uint8_t *buffer, size_t size, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_codec_check_buffer(buffer, size, cx_monitor_encoded_size(self), err));
    cx_i_writer writer = {buffer, 0};
    monitor_write(self, &writer);
    return CX_OK;
}

/* -- reading ------------------------------------------------------------------------------- */

static cx_i_monitor_cell monitor_get_cell(cx_i_reader *reader) {
    cx_i_monitor_cell cell;
    for (int k = 0; k < 3; k++) cell.n[k] = cx_i_get_u32(reader);
    cell.invited = cx_i_get_u32(reader);
    return cell;
}

static void monitor_get_point(cx_monitor *self, int64_t i, cx_i_reader *reader) {
    cx_i_monitor_point *p = &self->points[i];
    double *reals[] = {&p->level,          &p->variance,     &p->shares[0],    &p->shares[1],
                       &p->shares[2],      &p->reference[0], &p->reference[1], &p->log_rate,
                       &p->rate_reference, &p->asked,        &p->replied,      &p->weight};
    uint32_t *counts[] = {&p->answered, &p->invited, &p->shown, &p->declined};
    int32_t *periods[] = {&p->last, &p->since, &p->alarm, &p->rate_alarm};
    for (size_t k = 0; k < sizeof reals / sizeof *reals; k++) *reals[k] = cx_i_get_f64(reader);
    for (int k = 0; k < 4; k++) *counts[k] = cx_i_get_u32(reader);
    for (int k = 0; k < 4; k++) *periods[k] = (int32_t)cx_i_get_u32(reader);
    p->reference_n = cx_i_get_u32(reader);
    p->watching = cx_i_get_u32(reader);
    p->window = monitor_get_cell(reader);
    p->recent = monitor_get_cell(reader);
    for (int64_t s = 0; s < self->ring; s++)
        *cx_i_monitor_cell_of(self, i, s) = monitor_get_cell(reader);
    for (int64_t j = 0; j < self->stride; j++)
        self->bank[i * self->stride + j] = cx_i_get_f64(reader);
    if (self->upper != NULL) {
        self->upper[2 * i] = cx_i_get_f64(reader);
        self->upper[2 * i + 1] = cx_i_get_f64(reader);
    }
}

static bool monitor_between(double value, double low, double high) {
    return value >= low && value <= high;
}

static bool monitor_ends_possible(const double ends[2]) {
    return monitor_between(ends[0], 0, 1) && monitor_between(ends[1], 0, 1) &&
           ends[0] + ends[1] <= 1 + 1e-9;
}

static bool monitor_periods_possible(const cx_monitor *self, const cx_i_monitor_point *p) {
    return p->last >= -1 && p->last <= self->now && p->since >= 0 && p->since <= self->now &&
           p->alarm >= -1 && p->alarm < self->now && p->rate_alarm >= -1 &&
           p->rate_alarm < self->now;
}

static bool monitor_point_possible(const cx_monitor *self, int64_t i) {
    const cx_i_monitor_point *p = &self->points[i];
    bool fine = monitor_between(p->level, -1e6, 1e6) && p->variance > 0 && p->variance <= 1e15 &&
                monitor_between(p->asked, 0, 1e15) && monitor_between(p->replied, 0, p->asked) &&
                monitor_between(p->weight, 1e-100, 1e100) &&
                monitor_between(p->rate_reference, 0, 0.999) && p->watching <= 1 &&
                p->log_rate < 1e15 && (p->watching == 1 || p->rate_reference == 0) &&
                monitor_ends_possible(p->reference) && monitor_periods_possible(self, p);
    for (int k = 0; k < 3; k++) fine = fine && monitor_between(p->shares[k], 0, 1e15);
    for (int64_t j = 0; j < self->stride; j++)
        fine = fine && self->bank[i * self->stride + j] < 1e15;
    return fine && (self->upper == NULL || monitor_ends_possible(&self->upper[2 * i]));
}

static cx_status monitor_get_shared(cx_monitor *self, cx_i_reader *reader, cx_error *err) {
    bool fine = true;
    for (int64_t k = 0; k < self->ring * self->ring; k++) {
        self->arriving[k] = cx_i_get_i64(reader);
        fine = fine && self->arriving[k] >= 0 && self->arriving[k] <= UINT32_MAX;
    }
    for (int64_t k = 0; k < self->ring; k++) {
        self->arrived[k] = cx_i_get_i64(reader);
        fine = fine && self->arrived[k] >= 0 && self->arrived[k] <= INT64_C(1) << 53;
    }
    uint8_t known = cx_i_get_u8(reader);
    self->cycle_known = known;
    for (int32_t k = 0; k < self->options.cycle; k++) {
        cx_i_monitor_phase *p = &self->phases[k];
        p->weight = cx_i_get_f64(reader);
        p->sum = cx_i_get_f64(reader);
        p->offset = cx_i_get_f64(reader);
        p->se = cx_i_get_f64(reader);
        fine = fine && monitor_between(p->weight, 0, 1e300) && isfinite(p->sum) &&
               monitor_between(p->offset, -1e6, 1e6) && monitor_between(p->se, 0, 1e300);
    }
    if (fine && known <= (self->options.cycle > 0)) return CX_OK;
    return monitor_damaged(err, "what its points share is impossible");
}

/* Each cohort's answers by age are those in its cells. */
static bool monitor_totals_fit(cx_monitor *self) {
    bool fine = true;
    uint64_t answers = 0, invited = 0;
    for (int64_t slot = 0; slot < self->ring; slot++) {
        uint64_t cells = 0, ages = 0;
        for (int64_t i = 0; i < self->count; i++) {
            const cx_i_monitor_cell *cell = cx_i_monitor_cell_of(self, i, slot);
            cells += cx_i_monitor_answers(cell);
            invited += cell->invited;
        }
        for (int64_t age = 0; age < self->ring; age++)
            ages += (uint64_t)self->arriving[slot * self->ring + age];
        fine = fine && cells == ages;
        answers += cells;
    }
    self->answers_open = (int64_t)answers;
    self->invited_open = (int64_t)invited;
    return fine && answers <= UINT32_MAX && invited <= UINT32_MAX;
}

static cx_status monitor_get_points(cx_monitor *self, cx_i_reader *reader, cx_error *err) {
    for (int64_t i = 0; i < self->count; i++) {
        uint64_t size = cx_i_get_u64(reader);
        (void)cx_i_get_bytes(reader, (size_t)size);
        monitor_get_point(self, i, reader);
        if (reader->failed) return monitor_damaged(err, "its lengths do not add up");
        if (!monitor_point_possible(self, i)) return monitor_damaged(err, "a point is impossible");
        cx_i_monitor_combine(self, i);
    }
    if (!cx_i_get_done(reader)) return monitor_damaged(err, "its lengths do not add up");
    if (!monitor_totals_fit(self)) return monitor_damaged(err, "its counts do not add up");
    cx_i_monitor_follow(self);
    return CX_OK;
}

/* What stands before the points, and how many bytes each of them takes besides its key. */
typedef struct monitor_head {
    int64_t base, now, count, late;
    int64_t excluded[CX_EXCLUDED_END];
    size_t each, shared;
} monitor_head;

static cx_status monitor_get_head(monitor_head *head, const cx_monitor_options *options,
                                  cx_i_reader *reader, cx_error *err) {
    size_t ring = (size_t)options->max_age + 1,
           sides = options->direction == CX_MONITOR_BOTH ? 2 : 1;
    size_t drops = (size_t)options->drop_count * (options->common_shock == 1 ? 2 : 1);
    bool fine = true;
    head->base = cx_i_get_i64(reader);
    head->now = cx_i_get_i64(reader);
    head->count = cx_i_get_i64(reader);
    head->late = cx_i_get_i64(reader);
    for (int r = 0; r < CX_EXCLUDED_END; r++) {
        head->excluded[r] = cx_i_get_i64(reader);
        fine = fine && head->excluded[r] >= 0;
    }
    head->shared = ring * ring * 8 + ring * 8 + 1 + (size_t)options->cycle * 32;
    head->each = 8 + 12 * 8 + 10 * 4 + 32 + ring * 16 + sides * drops * 8 + (sides == 2 ? 16 : 0);
    int64_t most = INT64_C(1) << 53;
    if (reader->failed || !fine || head->late < 0 || head->base < -most || head->base > most ||
        head->now < 0 || head->now >= INT32_MAX || head->count < 1 ||
        reader->size - reader->used < head->shared ||
        (uint64_t)head->count > (reader->size - reader->used - head->shared) / head->each)
        return monitor_damaged(err, "its periods or its number of points are impossible");
    return CX_OK;
}

/* The keys, each before its point: they have to be there before the memory is asked for. */
static cx_status monitor_get_keys(const monitor_head *head, cx_i_reader reader, cx_i_keys *keys,
                                  char *scratch, cx_error *err) {
    (void)cx_i_get_bytes(&reader, head->shared);
    for (int64_t i = 0; i < head->count; i++) {
        uint64_t size = cx_i_get_u64(&reader);
        const uint8_t *key = cx_i_get_bytes(&reader, (size_t)size);
        int64_t number;
        if (key == NULL || size == 0 || key[0] == CX_I_KEY_MISSING ||
            !cx_i_keys_well_formed(keys, key, (size_t)size, scratch))
            return monitor_damaged(err, "a key is impossible");
        CX_TRY(cx_i_keys_put(keys, key, (size_t)size, &number, err));
        if (number != i) return monitor_damaged(err, "a key stands twice");
        (void)cx_i_get_bytes(&reader, head->each - 8);
        if (reader.failed) return monitor_damaged(err, "its lengths do not add up");
    }
    return CX_OK;
}

static cx_status monitor_read_all(const monitor_head *head, const cx_monitor_options *options,
                                  const cx_i_keys *keys, cx_i_reader *payload,
                                  const cx_allocator *allocator, cx_monitor **out, cx_error *err) {
    cx_monitor *made;
    CX_TRY(cx_i_monitor_make(options, keys, allocator, &made, err));
    made->now = head->now;
    made->late = head->late;
    memcpy(made->excluded, head->excluded, sizeof made->excluded);
    cx_status status = monitor_get_shared(made, payload, err);
    if (status == CX_OK && memcmp(made->keys.bytes, keys->bytes, keys->bytes_used) != 0)
        status = monitor_damaged(err, "its keys are not in order");
    if (status == CX_OK) status = monitor_get_points(made, payload, err);
    if (status == CX_OK)
        *out = made;
    else
        cx_monitor_free(made);
    return status;
}

static cx_status monitor_read_parts(cx_i_reader *parameters, cx_i_reader *payload, cx_i_keys *keys,
                                    const cx_allocator *allocator, cx_monitor **out,
                                    cx_error *err) {
    cx_monitor_options options;
    monitor_head head;
    CX_TRY(monitor_get_settings(&options, parameters, err));
    CX_TRY(cx_i_keys_get_columns(keys, parameters, MONITOR_NOUN, err));
    if (keys->column_count != 1) return monitor_damaged(err, "its points have no single key");
    CX_TRY(monitor_get_head(&head, &options, payload, err));
    options.first_period = head.base;
    char *scratch = cx_i_alloc(keys->allocator, payload->size);
    if (scratch == NULL) return cx_i_out_of_memory(err);
    cx_status status = monitor_get_keys(&head, *payload, keys, scratch, err);
    cx_i_free(keys->allocator, scratch);
    if (status != CX_OK) return status;
    return monitor_read_all(&head, &options, keys, payload, allocator, out, err);
}

cx_status cx_monitor_decode(const uint8_t *bytes, size_t size, const cx_allocator *allocator,
                            cx_monitor **out, cx_error *err) {
    cx_i_reader parameters, payload;
    cx_i_keys keys;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_codec_open(bytes, size, CX_I_TYPE_MONITOR, MONITOR_VERSION, MONITOR_NOUN,
                           &parameters, &payload, err));
    cx_allocator mine = cx_i_allocator(allocator);
    cx_i_keys_init(&keys, &mine);
    cx_status status = monitor_read_parts(&parameters, &payload, &keys, allocator, out, err);
    cx_i_keys_free(&keys);
    return status;
}
