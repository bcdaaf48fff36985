#include "metric/tolerance.h"

#include "metric/suppress.h"

#include "base/times.h"
#include "metric/scores.h"
#include "stat/estimate.h"

/* Reading pairs of wait and score, and sorting them. */

#define TOLERANCE_MOST_DRAWS 1000000

void cx_tolerance_options_init(cx_tolerance_options *options) {
    if (options == NULL) return;
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
    options->scale_max = 10;
    options->promoters = 9;
    options->detractors = 6;
    options->draws = 1000;
    options->band_low = options->band_high = NAN;
    options->confidence = CX_I_DEFAULT_CONFIDENCE;
    options->seed = 1;
}

/* -- the request --------------------------------------------------------------------------- */

static cx_status tolerance_check_band(const cx_tolerance_options *options, cx_error *err) {
    double low = options->band_low, high = options->band_high;
    if (isnan(low) && isnan(high)) return CX_OK;
    if (low >= 0 && low <= high && isfinite(low)) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION,
                     "the band goes from %g to %g; it has to be two waits in seconds, the shorter "
                     "one first, or NaN twice",
                     low, high);
}

static cx_status tolerance_check_options(const cx_tolerance_options *options, cx_error *err) {
    CX_TRY(cx_i_options_check(options->struct_size, sizeof *options, "cx_tolerance_options", err));
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    if (options->shape < CX_SHAPE_ISOTONIC || options->shape > CX_SHAPE_PLATEAU)
        return cx_i_fail(err, CX_E_OPTION, "shape is %d: isotonic (0), one-knot (1) or plateau (2)",
                         (int64_t)options->shape);
    if (options->measure < CX_MEASURE_MEAN || options->measure > CX_MEASURE_NPS)
        return cx_i_fail(err, CX_E_OPTION,
                         "measure is %d: mean (0), detractors (1), promoters (2) or nps (3)",
                         (int64_t)options->measure);
    if (options->draws < 20 || options->draws > TOLERANCE_MOST_DRAWS)
        return cx_i_fail(err, CX_E_OPTION, "draws is %d and must lie between 20 and %d",
                         (int64_t)options->draws, (int64_t)TOLERANCE_MOST_DRAWS);
    CX_TRY(cx_i_tally_check_scale(options->scale_min, options->scale_max, err));
    if (options->measure != CX_MEASURE_MEAN)
        CX_TRY(cx_i_check_cuts(options->detractors, options->promoters, options->scale_min,
                               options->scale_max, err));
    return tolerance_check_band(options, err);
}

static cx_status tolerance_check_columns(const cx_i_tolerance_request *request, cx_error *err) {
    cx_i_answers answers = {request->score, request->weights, &request->reading};
    CX_TRY(cx_i_array_check(request->wait, "wait", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(request->score, "score", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(request->wait, "wait", request->score, "score", err));
    CX_TRY(cx_i_answers_check(&answers, err));
    if (request->respondent != NULL) {
        CX_TRY(cx_i_array_check(request->respondent, "respondent", CX_I_KEYS, err));
        CX_TRY(
            cx_i_array_same_length(request->wait, "wait", request->respondent, "respondent", err));
    }
    if (request->by == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(request->by, "by", CX_I_KEYS, err));
    return cx_i_array_same_length(request->wait, "wait", &request->by->columns[0], "by", err);
}

cx_status cx_i_tolerance_check(cx_i_tolerance_request *request, const cx_tolerance_options *options,
                               cx_error *err) {
    cx_tolerance_options_init(&request->options);
    if (options != NULL) {
        CX_TRY(tolerance_check_options(options, err));
        request->options = *options;
    }
    cx_answer_options_init(&request->reading);
    if (request->options.reading != NULL) request->reading = *request->options.reading;
    request->allocator = cx_i_allocator(request->options.allocator);
    CX_TRY(cx_i_min_n_check(request->options.min_n, err));
    CX_TRY(tolerance_check_columns(request, err));
    request->reading.fractional = CX_FRACTIONAL_FLOOR;
    if (request->drop > 0 && isfinite(request->drop)) return CX_OK;
    return cx_i_fail(err, CX_E_DOMAIN, "the drop is %g; it must be finite and above 0",
                     request->drop);
}

/* -- rows ---------------------------------------------------------------------------------- */

static double tolerance_reading(const cx_tolerance_options *options, double score) {
    double promoter = score >= options->promoters, detractor = score < options->detractors + 1.0;
    switch (options->measure) {
    case CX_MEASURE_DETRACTORS:
        return -detractor;
    case CX_MEASURE_PROMOTERS:
        return promoter;
    case CX_MEASURE_NPS:
        return 100 * (promoter - detractor);
    default:
        return score;
    }
}

static cx_status tolerance_read_wait(const cx_i_tolerance_request *request, int64_t row,
                                     double wait, int *step, cx_error *err) {
    cx_array named = cx_i_array_named(request->wait, "wait");
    if (isinf(wait))
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, wait, "the wait is infinite");
    if (wait < 0 && request->reading.invalid == CX_INVALID_ERROR)
        return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, wait,
                            "a wait of %g seconds ends before it begins", wait);
    if (wait < 0) *step = -1 - CX_EXCLUDED_OUT_OF_RANGE;
    if (isnan(wait)) *step = -1 - CX_EXCLUDED_MISSING;
    return CX_OK;
}

/* Room for what is left out of one more group. */
static cx_status tolerance_more_groups(cx_i_tolerance_data *data, int64_t count, cx_error *err) {
    if (count <= data->left_out_room) return CX_OK;
    const cx_i_tolerance_request *request = data->request;
    int64_t room = 2 * data->left_out_room > count ? 2 * data->left_out_room : count;
    cx_estimate *more = cx_i_alloc_array(&request->allocator, room, sizeof *more);
    if (more == NULL) return cx_i_out_of_memory(err);
    if (data->left_out_room > 0)
        memcpy(more, data->left_out, (size_t)data->left_out_room * sizeof *more);
    for (int64_t i = data->left_out_room; i < room; i++)
        more[i] = cx_i_estimate_new(request->options.confidence, CX_UNIT_SECONDS);
    cx_i_free(&request->allocator, data->left_out);
    data->left_out = more;
    data->left_out_room = room;
    return CX_OK;
}

static cx_status tolerance_take(cx_i_tolerance_data *data, int64_t row, double score,
                                cx_i_tolerance_row *read, cx_error *err) {
    const cx_i_tolerance_request *request = data->request;
    const cx_tolerance_options *options = &request->options;
    cx_i_answers answers = {request->score, request->weights, &request->reading};
    int step;
    CX_TRY(cx_i_answers_read(&answers, options->scale_min, options->scale_max, row, score, &step,
                             err));
    CX_TRY(tolerance_read_wait(request, row, read->wait, &step, err));
    if (request->weights != NULL) CX_TRY(cx_i_weight_check(request->weights, row, read->w, err));
    if (step >= 0 && read->w == 0) step = -1 - CX_EXCLUDED_ZERO_WEIGHT;
    if (step < 0) {
        data->left_out[read->group].excluded[-1 - step]++;
        return CX_OK;
    }
    if (data->rows == INT32_MAX)
        return cx_i_fail(err, CX_E_LIMIT, "there are more than %d pairs", (int64_t)INT32_MAX);
    read->y = tolerance_reading(options, score);
    data->read[data->rows++] = *read;
    return CX_OK;
}

static cx_status tolerance_read_keys(cx_i_tolerance_data *data, int64_t start, int64_t count,
                                     int64_t *groups, int64_t *people, cx_error *err) {
    const cx_i_tolerance_request *request = data->request;
    memset(groups, 0, CX_I_BLOCK * sizeof *groups);
    if (request->by != NULL)
        CX_TRY(cx_i_keys_read(&data->groups, request->by, start, count, groups, err));
    CX_TRY(tolerance_more_groups(data, request->by != NULL ? data->groups.count : 1, err));
    if (request->respondent == NULL) return CX_OK;
    cx_array column = *request->respondent;
    column.name = cx_i_array_name(request->respondent, "respondent");
    cx_frame frame = {&column, 1, {0, 0}};
    CX_TRY(cx_i_keys_read(&data->people, &frame, start, count, people, err));
    for (int64_t i = 0; i < count; i++) /* beyond all keys: one of its own */
        if (cx_i_times_missing(&column, start + i)) people[i] = -1;
    return CX_OK;
}

static cx_status tolerance_read_rows(cx_i_tolerance_data *data, cx_error *err) {
    const cx_i_tolerance_request *request = data->request;
    double waits[CX_I_BLOCK], scores[CX_I_BLOCK], weights[CX_I_BLOCK];
    int64_t groups[CX_I_BLOCK], people[CX_I_BLOCK], length = request->wait->length;
    for (int64_t start = 0; start < length; start += CX_I_BLOCK) {
        int64_t count = length - start < CX_I_BLOCK ? length - start : CX_I_BLOCK;
        cx_i_array_read(request->wait, start, count, waits);
        cx_i_array_read(request->score, start, count, scores);
        if (request->weights != NULL) cx_i_array_read(request->weights, start, count, weights);
        CX_TRY(tolerance_read_keys(data, start, count, groups, people, err));
        for (int64_t i = 0; i < count; i++) {
            cx_i_tolerance_row read = {waits[i], 0, request->weights != NULL ? weights[i] : 1,
                                       groups[i], request->respondent != NULL ? people[i] : 0};
            CX_TRY(tolerance_take(data, start + i, scores[i], &read, err));
        }
    }
    data->units = data->people.count;
    for (int64_t i = 0; i < data->rows && request->respondent != NULL; i++)
        if (data->read[i].unit < 0) data->read[i].unit = data->units++;
    return CX_OK;
}

/* -- memory -------------------------------------------------------------------------------- */

void cx_i_tolerance_free(cx_i_tolerance_data *data) {
    const cx_allocator *allocator = &data->request->allocator;
    void *memory[] = {data->read,  data->order,       data->scratch, data->x,       data->y,
                      data->w,     data->sums,        data->point,   data->unit,    data->counts,
                      data->draws, data->draws_level, data->local,   data->left_out};
    for (size_t i = 0; i < sizeof memory / sizeof *memory; i++) cx_i_free(allocator, memory[i]);
    cx_i_keys_free(&data->groups);
    cx_i_keys_free(&data->people);
}

static cx_status tolerance_memory(cx_i_tolerance_data *data, cx_error *err) {
    const cx_allocator *allocator = &data->request->allocator;
    int64_t rows = data->rows, draws = data->request->options.draws;
    data->order = cx_i_alloc_array(allocator, rows, sizeof *data->order);
    data->scratch = cx_i_alloc_array(allocator, rows, sizeof *data->scratch);
    data->x = cx_i_alloc_array(allocator, rows, sizeof *data->x);
    data->y = cx_i_alloc_array(allocator, rows, sizeof *data->y);
    data->w = cx_i_alloc_array(allocator, rows, sizeof *data->w);
    data->sums = cx_i_alloc_array(allocator, rows, 4 * sizeof *data->sums);
    data->point = cx_i_alloc_array(allocator, rows, sizeof *data->point);
    data->unit = cx_i_alloc_array(allocator, rows, sizeof *data->unit);
    data->counts = cx_i_alloc_array(allocator, rows, sizeof *data->counts);
    data->draws = cx_i_alloc_array(allocator, draws, sizeof *data->draws);
    data->draws_level = cx_i_alloc_array(allocator, draws, sizeof *data->draws_level);
    data->local = cx_i_alloc_array(allocator, data->units, sizeof *data->local);
    if (!data->order || !data->scratch || !data->x || !data->y || !data->w || !data->sums ||
        !data->point || !data->unit || !data->counts || !data->draws || !data->draws_level ||
        !data->local)
        return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < data->units; i++) data->local[i] = -1;
    return CX_OK;
}

static void tolerance_sort(cx_i_tolerance_data *data) {
    for (int64_t i = 0; i < data->rows; i++)
        data->order[i] = (cx_i_sortable){cx_i_sort_key_f64(data->read[i].wait), i};
    cx_i_sort(data->order, data->scratch, data->rows);
    if (data->request->by == NULL) return;
    for (int64_t i = 0; i < data->rows; i++)
        data->order[i].key = (uint64_t)data->read[data->order[i].row].group;
    cx_i_sort(data->order, data->scratch, data->rows);
}

/* Reads and sorts everything; `data` is to be freed whatever comes. */
cx_status cx_i_tolerance_open(const cx_i_tolerance_request *request, cx_i_tolerance_data *data,
                              cx_error *err) {
    memset(data, 0, sizeof *data);
    data->request = request;
    cx_i_keys_init(&data->groups, &request->allocator);
    cx_i_keys_init(&data->people, &request->allocator);
    if (request->by != NULL) CX_TRY(cx_i_keys_bind(&data->groups, request->by, err));
    if (request->respondent != NULL) {
        cx_array column = *request->respondent;
        column.name = cx_i_array_name(request->respondent, "respondent");
        cx_frame frame = {&column, 1, {0, 0}};
        CX_TRY(cx_i_keys_bind(&data->people, &frame, err));
    }
    data->read = cx_i_alloc_array(&request->allocator, request->wait->length, sizeof *data->read);
    if (data->read == NULL) return cx_i_out_of_memory(err);
    CX_TRY(tolerance_more_groups(data, 1, err));
    CX_TRY(tolerance_read_rows(data, err));
    CX_TRY(tolerance_memory(data, err));
    tolerance_sort(data);
    return CX_OK;
}

/* -- one group ----------------------------------------------------------------------------- */

/* The pairs at order[from] .. order[to - 1]. */
cx_i_pairs cx_i_tolerance_pairs(const cx_i_tolerance_data *data, int64_t from, int64_t to) {
    cx_i_pairs pairs;
    double *w = data->sums, *wy = w + data->rows;
    memset(&pairs, 0, sizeof pairs);
    for (int64_t i = 0; i < to - from; i++) {
        const cx_i_tolerance_row *row = &data->read[data->order[from + i].row];
        if (pairs.points.count == 0 || row->wait > data->x[pairs.points.count - 1]) {
            w[pairs.points.count] = wy[pairs.points.count] = 0;
            data->x[pairs.points.count++] = row->wait;
        }
        data->y[i] = row->y;
        data->w[i] = row->w;
        data->point[i] = (int32_t)(pairs.points.count - 1);
        w[pairs.points.count - 1] += row->w;
        wy[pairs.points.count - 1] += row->w * row->y;
        if (data->request->respondent == NULL) continue;
        if (data->local[row->unit] < 0) data->local[row->unit] = pairs.units++;
        data->unit[i] = (int32_t)data->local[row->unit];
    }
    for (int64_t i = from; i < to && data->request->respondent != NULL; i++)
        data->local[data->read[data->order[i].row].unit] = -1;
    pairs.y = data->y, pairs.w = data->w, pairs.point = data->point;
    pairs.unit = data->request->respondent != NULL ? data->unit : NULL;
    pairs.rows = to - from;
    if (pairs.unit == NULL) pairs.units = pairs.rows;
    pairs.points.x = data->x, pairs.points.w = w, pairs.points.wy = wy;
    pairs.w_drawn = wy + data->rows, pairs.wy_drawn = wy + 2 * data->rows;
    pairs.counts = data->counts, pairs.draws = data->draws, pairs.draws_level = data->draws_level;
    return pairs;
}
