#include "metric/silence.h"

#include "base/array.h"
#include "base/times.h"
#include "stat/estimate.h"
#include "stat/interval.h"

/* Options, shares, and customers whose rhythm is known already. */

void cx_silence_options_init(cx_silence_options *options) {
    if (options == NULL) return;
    *options =
        (cx_silence_options){sizeof *options, 0, 0.05, 0, NAN, NAN, CX_I_DEFAULT_CONFIDENCE, NULL};
}

cx_status cx_i_silence_options(const cx_silence_options *given, cx_silence_options *options,
                               cx_error *err) {
    cx_silence_options_init(options);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_check(given->struct_size, sizeof *given, "cx_silence_options", err));
    CX_TRY(cx_i_check_confidence(given->confidence, err));
    if (!(given->level > 0 && given->level < 1))
        return cx_i_fail(err, CX_E_OPTION, "level is %g and must lie between 0 and 1, such as 0.05",
                         given->level);
    if (!(given->merge_gap >= 0 && isfinite(given->merge_gap)))
        return cx_i_fail(err, CX_E_OPTION, "merge_gap is %g seconds; it must be at least 0",
                         given->merge_gap);
    bool none = isnan(given->prior_shape) && isnan(given->prior_scale);
    bool own = given->prior_shape == 0 && given->prior_scale == 0;
    if (!none && !own &&
        !(given->prior_shape > 0 && isfinite(given->prior_shape) && given->prior_scale > 0 &&
          isfinite(given->prior_scale)))
        return cx_i_fail(err, CX_E_OPTION,
                         "the prior has shape %g and scale %g; both must be above 0, or both 0, "
                         "or both NaN",
                         given->prior_shape, given->prior_scale);
    *options = *given;
    return CX_OK;
}

cx_status cx_i_silence_figures(int64_t silent, int64_t customers, const cx_silence_options *options,
                               cx_table *table, cx_error *err) {
    cx_i_interval limits = cx_i_share_interval(CX_METHOD_WILSON, (double)silent, (double)customers,
                                               options->confidence);
    double share = (double)silent / (double)customers;
    double low = fmax(limits.low, 0), high = fmin(limits.high, 1), level = options->level;
    const struct {
        const char *name;
        double value;
    } figures[] = {{"customers", (double)customers},
                   {"silent", (double)silent},
                   {"share", share},
                   {"share_ci_low", low},
                   {"share_ci_high", high},
                   {"beyond_chance", fmax((share - level) / (1 - level), 0)},
                   {"beyond_chance_ci_low", fmax((low - level) / (1 - level), 0)},
                   {"beyond_chance_ci_high", fmax((high - level) / (1 - level), 0)}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        CX_TRY(cx_i_table_figure(table, figures[i].name, figures[i].value, err));
    return CX_OK;
}

/* -- rhythms that are known ---------------------------------------------------------------- */

typedef struct silence_known {
    const cx_array *last, *rhythm, *gaps;
    int64_t now;
    cx_silence_options options;
    int64_t *time, *silent;
    double *elapsed, *usual, *tail;
    int64_t customers, silents, missing, later, out_of_range;
} silence_known;

static cx_status silence_known_finite(const cx_array *column, const char *role, int64_t row,
                                      double value, cx_error *err) {
    if (!isinf(value)) return CX_OK;
    cx_array named = cx_i_array_named(column, role);
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value, "the %s is infinite", role);
}

static cx_status silence_known_row(silence_known *known, int64_t row, cx_error *err) {
    double rhythm, gaps = INFINITY;
    cx_array named = cx_i_array_named(known->last, "last");
    cx_i_array_read(known->rhythm, row, 1, &rhythm);
    CX_TRY(silence_known_finite(known->rhythm, "rhythm", row, rhythm, err));
    if (known->gaps != NULL) {
        cx_i_array_read(known->gaps, row, 1, &gaps);
        CX_TRY(silence_known_finite(known->gaps, "gaps", row, gaps, err));
    }
    known->elapsed[row] = known->usual[row] = known->tail[row] = NAN;
    if (!cx_i_times_missing(known->last, row)) {
        CX_TRY(cx_i_times_read(&named, row, &known->time[row], err));
        known->elapsed[row] = ((double)known->now - (double)known->time[row]) / 1e6;
    }
    if (rhythm > 0) known->usual[row] = rhythm;
    if (isnan(known->elapsed[row]) || isnan(rhythm) || isnan(gaps)) {
        known->missing++;
    } else if (!(rhythm > 0) || !(gaps > 0)) {
        known->out_of_range++;
    } else if (known->elapsed[row] < 0) {
        known->later++;
    } else {
        double e = known->elapsed[row];
        known->tail[row] = isinf(gaps) ? exp(-e / rhythm) : exp(-gaps * log1p(e / (gaps * rhythm)));
        known->silent[row] = known->tail[row] <= known->options.level;
        known->silents += known->silent[row];
        known->customers++;
    }
    return CX_OK;
}

static cx_status silence_known_nulls(const double *values, cx_table *table, cx_error *err) {
    for (int64_t i = 0; i < cx_table_rows(table); i++)
        if (isnan(values[i])) CX_TRY(cx_i_table_null(table, i, err));
    return CX_OK;
}

static cx_status silence_known_fill(silence_known *known, double *scratch, cx_table *table,
                                    cx_error *err) {
    int64_t rows = cx_table_rows(table), *silent, *time;
    double *column;
    known->elapsed = scratch, known->usual = scratch + rows, known->tail = scratch + 2 * rows;
    known->time = (int64_t *)(void *)(scratch + 3 * rows);
    known->silent = known->time + rows;
    for (int64_t row = 0; row < rows; row++) CX_TRY(silence_known_row(known, row, err));
    if (known->customers == 0)
        return cx_i_fail(err, CX_E_EMPTY,
                         "there is no customer with a last contact by now and a rhythm");
    CX_TRY(cx_i_table_i64(table, "last", &time, err));
    memcpy(time, known->time, (size_t)rows * sizeof *time);
    CX_TRY(silence_known_nulls(known->elapsed, table, err));
    const struct {
        const char *name;
        const double *values;
    } columns[] = {{"elapsed", known->elapsed}, {"rhythm", known->usual}, {"tail", known->tail}};
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        CX_TRY(cx_i_table_f64(table, columns[c].name, &column, err));
        memcpy(column, columns[c].values, (size_t)rows * sizeof *column);
        CX_TRY(silence_known_nulls(columns[c].values, table, err));
    }
    CX_TRY(cx_i_table_i64(table, "silent", &silent, err));
    memcpy(silent, known->silent, (size_t)rows * sizeof *silent);
    CX_TRY(silence_known_nulls(known->tail, table, err));
    CX_TRY(cx_i_silence_figures(known->silents, known->customers, &known->options, table, err));
    CX_TRY(cx_i_table_figure(table, "missing", (double)known->missing, err));
    CX_TRY(cx_i_table_figure(table, "later", (double)known->later, err));
    return cx_i_table_figure(table, "out_of_range", (double)known->out_of_range, err);
}

cx_status cx_silence_rhythm(const cx_array *last, const cx_array *rhythm, const cx_array *gaps,
                            int64_t now, const cx_silence_options *options, cx_table **out,
                            cx_error *err) {
    silence_known known = {.last = last, .rhythm = rhythm, .gaps = gaps, .now = now};
    cx_table *table = NULL;
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    CX_TRY(cx_i_silence_options(options, &known.options, err));
    CX_TRY(cx_i_times_check(last, "last", err));
    CX_TRY(cx_i_array_check(rhythm, "rhythm", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(last, "last", rhythm, "rhythm", err));
    if (gaps != NULL) {
        CX_TRY(cx_i_array_check(gaps, "gaps", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(last, "last", gaps, "gaps", err));
    }
    cx_allocator allocator = cx_i_allocator(known.options.allocator);
    double *scratch = cx_i_alloc_array(&allocator, last->length, 5 * sizeof *scratch);
    if (scratch == NULL) return cx_i_out_of_memory(err);
    cx_status status = cx_i_table_new(last->length, &allocator, &table, err);
    if (status == CX_OK) status = silence_known_fill(&known, scratch, table, err);
    cx_i_free(&allocator, scratch);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
