#include "metric/trend.h"

#include "metric/suppress.h"
#include "stat/combine.h"
#include "stat/keys_table.h"
#include "stat/multiple.h"
#include "stat/table.h"

#include <cxkit/special.h>

void cx_trend_options_init(cx_trend_options *options) {
    if (options == NULL) return;
    *options =
        (cx_trend_options){sizeof *options, CX_SCORE_NPS, 9, 6, 0, 5, CX_I_DEFAULT_CONFIDENCE, 0};
}

static cx_status trend_options(const cx_trend_options *given, cx_i_trend *trend, cx_error *err) {
    cx_trend_options used;
    cx_trend_options_init(&used);
    CX_TRY(cx_i_options_take(given, &used, sizeof used, "cx_trend_options", err));
    if (used.few < 2 || used.few > 1000000)
        return cx_i_fail(err, CX_E_OPTION, "few is %d; it has to lie between 2 and 1,000,000",
                         (int64_t)used.few);
    CX_TRY(cx_i_min_n_check(used.min_n, err));
    cx_compare_options_init(&trend->score);
    trend->score.score = used.score;
    trend->score.promoters = used.promoters;
    trend->score.detractors = used.detractors;
    trend->score.top = used.top;
    trend->score.confidence = used.confidence;
    trend->few = used.few;
    trend->min_n = used.min_n;
    return cx_i_compare_reading(&trend->score, trend->state->scale_min, trend->state->scale_max,
                                &trend->as, err);
}

/* -- tests --------------------------------------------------------------------------------- */

static bool trend_has(const cx_i_trend_window *window) {
    return window->estimate.status == CX_OK;
}

static cx_status trend_difference(const cx_estimate *a, const cx_estimate *b, bool few,
                                  cx_i_trend_change *out, cx_error *err) {
    cx_estimate difference;
    CX_TRY(cx_compare_estimates(a, b, NULL, &difference, err));
    *out = (cx_i_trend_change){difference.value,
                               difference.ci_low,
                               difference.ci_high,
                               few ? NAN : difference.p_value,
                               NAN,
                               true,
                               few};
    return CX_OK;
}

/* The mean of the windows before `at`, each counting the same. */
static cx_estimate trend_earlier(const cx_i_trend *trend, int64_t at, int64_t windows) {
    cx_i_weighted_mean sum;
    cx_i_combine_start(&sum, trend->score.confidence, cx_i_compare_unit(trend->score.score));
    for (int64_t i = 0; i < at; i++)
        if (trend_has(&trend->window[i]))
            cx_i_combine_add(&sum, &trend->window[i].estimate, 1.0 / (double)windows);
    return cx_i_combine_end(&sum, -INFINITY, INFINITY);
}

static cx_status trend_changes(cx_i_trend *trend, cx_error *err) {
    int64_t before = -1, windows = 0, all_n = 0;
    for (int64_t i = 0; i < trend->count; i++) {
        cx_i_trend_window *window = &trend->window[i];
        if (!trend_has(window)) continue;
        if (before >= 0) {
            const cx_estimate *last = &trend->window[before].estimate;
            bool few = window->estimate.n < trend->few;
            cx_estimate earlier = trend_earlier(trend, i, windows);
            CX_TRY(trend_difference(&window->estimate, last, few || last->n < trend->few,
                                    &window->change, err));
            CX_TRY(trend_difference(&window->estimate, &earlier, few || all_n < trend->few,
                                    &window->against, err));
        }
        before = i;
        windows++;
        all_n += window->estimate.n;
    }
    return CX_OK;
}

static cx_i_trend_change *trend_change_of(cx_i_trend_window *window, int which) {
    return which == 0 ? &window->change : &window->against;
}

/* One family of tests for each of the two series. */
static cx_status trend_adjust(cx_i_trend *trend, cx_error *err) {
    const cx_allocator *allocator = &trend->state->allocator;
    double *p = cx_i_alloc_array(allocator, 2 * trend->count, sizeof *p);
    int64_t *order = cx_i_alloc_array(allocator, trend->count, sizeof *order);
    cx_status status = p == NULL || order == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int which = 0; which < 2 && status == CX_OK; which++) {
        for (int64_t i = 0; i < trend->count; i++) {
            const cx_i_trend_change *change = trend_change_of(&trend->window[i], which);
            p[i] = change->known ? change->p : (double)NAN;
        }
        cx_i_holm(p, trend->count, order, p + trend->count);
        for (int64_t i = 0; i < trend->count; i++)
            trend_change_of(&trend->window[i], which)->adjusted = p[trend->count + i];
    }
    cx_i_free(allocator, p);
    cx_i_free(allocator, order);
    return status;
}

/* -- slope --------------------------------------------------------------------------------- */

typedef struct trend_line {
    double w, wx, wy, sxx, sxy, q;
    double slope, se, low, high, p, df, excess;
    int64_t points;
} trend_line;

/* The variance of a window's score, with one more answer that is spread as those of all: windows
 * whose answers are all alike do not have weight without end. */
static double trend_variance(const cx_i_trend *trend, int64_t i, const cx_tally *all,
                             const cx_i_figures *total, double *value) {
    const cx_tally *tally = trend->window[i].tally;
    if (trend->window[i].estimate.status == CX_E_SUPPRESSED) return NAN;
    cx_i_figures own = cx_i_tally_figures(tally, trend->as.reading, trend->as.context);
    *value = own.mean;
    if (own.n < 2 || !(own.sum_w > 0)) return NAN;
    return cx_i_compare_spread(tally, &own, all, total, &trend->as, 1) / own.n_eff;
}

static void trend_line_pass(const cx_i_trend *trend, const cx_tally *all, trend_line *line,
                            int pass) {
    cx_i_figures total = cx_i_tally_figures(all, trend->as.reading, trend->as.context);
    double x_mean = line->wx / line->w, y_mean = line->wy / line->w;
    for (int64_t i = 0; i < trend->count; i++) {
        double y, variance = trend_variance(trend, i, all, &total, &y);
        if (!(variance > 0)) continue;
        double w = 1 / variance, dx = (double)i - x_mean, dy = y - y_mean;
        if (pass == 0) {
            line->points++;
            line->w += w;
            line->wx += w * (double)i;
            line->wy += w * y;
        } else if (pass == 1) {
            line->sxx += w * dx * dx;
            line->sxy += w * dx * dy;
        } else {
            line->q += w * (dy - line->slope * dx) * (dy - line->slope * dx);
        }
    }
}

static void trend_fit(const cx_i_trend *trend, const cx_tally *all, trend_line *line) {
    *line = (trend_line){.slope = NAN, .se = NAN, .low = NAN, .high = NAN, .p = NAN, .df = NAN};
    line->excess = NAN;
    trend_line_pass(trend, all, line, 0);
    if (line->points < 3) return;
    trend_line_pass(trend, all, line, 1);
    line->slope = line->sxy / line->sxx;
    trend_line_pass(trend, all, line, 2);
    line->df = (double)line->points - 2;
    line->excess = fmax(1, line->q / line->df);
    line->se = sqrt(line->excess / line->sxx);
    cx_i_difference limits =
        cx_i_difference_around(line->slope, line->se, line->df, trend->score.confidence);
    line->low = limits.low, line->high = limits.high, line->p = limits.p;
}

/* -- table --------------------------------------------------------------------------------- */

static cx_status trend_column(const cx_i_trend *trend, const char *name,
                              double (*value)(cx_i_trend_window *, int), int which, cx_table *table,
                              cx_error *err) {
    double *column;
    CX_TRY(cx_i_table_f64(table, name, &column, err));
    for (int64_t i = 0; i < trend->count; i++) {
        column[i] = value(&trend->window[i], which);
        if (isnan(column[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    return CX_OK;
}

static double trend_get(cx_i_trend_window *window, int what) {
    const cx_i_trend_change *change = trend_change_of(window, what / 5);
    const double values[] = {change->value, change->low, change->high, change->p, change->adjusted};
    return change->known ? values[what % 5] : (double)NAN;
}

static double trend_of_estimate(const cx_estimate *estimate, int what) {
    const double values[] = {estimate->value, estimate->ci_low, estimate->ci_high,
                             estimate->se,    estimate->n_eff,  estimate->p_value};
    return estimate->status == CX_OK ? values[what] : (double)NAN;
}

static double trend_get_sites(cx_i_trend_window *window, int what) {
    if (what < 6) return window->parts[what];
    if (what < 11) return trend_of_estimate(&window->panel, what - 6);
    return trend_of_estimate(&window->panel_change, what == 14 ? 5 : what - 11);
}

static const char *trend_flag(const cx_i_trend_change *change, double alpha) {
    if (!change->known) return "";
    if (change->few) return "too few";
    if (!(change->adjusted <= alpha)) return "none";
    return change->value > 0 ? "up" : "down";
}

static cx_status trend_change_columns(cx_i_trend *trend, int which, const char **words,
                                      cx_table *table, cx_error *err) {
    static const char *const names[] = {
        "change",  "change_ci_low",  "change_ci_high",  "change_p",  "change_p_adjusted",
        "against", "against_ci_low", "against_ci_high", "against_p", "against_p_adjusted"};
    for (int what = 5 * which; what < 5 * which + 5; what++)
        CX_TRY(trend_column(trend, names[what], trend_get, what, table, err));
    for (int64_t i = 0; i < trend->count; i++)
        words[i] =
            trend_flag(trend_change_of(&trend->window[i], which), 1 - trend->score.confidence);
    CX_TRY(cx_i_table_words(table, which == 0 ? "change_flag" : "against_flag", words, err));
    for (int64_t i = 0; i < trend->count; i++)
        if (!trend_change_of(&trend->window[i], which)->known)
            CX_TRY(cx_i_table_null(table, i, err));
    return CX_OK;
}

static cx_status trend_site_columns(const cx_i_trend *trend, cx_table *table, cx_error *err) {
    static const char *const names[] = {"mix",
                                        "mix_ci_low",
                                        "mix_ci_high",
                                        "within",
                                        "within_ci_low",
                                        "within_ci_high",
                                        "panel_value",
                                        "panel_ci_low",
                                        "panel_ci_high",
                                        "panel_se",
                                        "panel_n_eff",
                                        "panel_change",
                                        "panel_change_ci_low",
                                        "panel_change_ci_high",
                                        "panel_change_p"};
    int64_t *keys, *n;
    CX_TRY(cx_i_table_i64(table, "keys", &keys, err));
    for (int64_t i = 0; i < trend->count; i++) {
        keys[i] = trend->window[i].keys;
        if (trend->window[i].estimate.status == CX_E_SUPPRESSED)
            CX_TRY(cx_i_table_null(table, i, err));
    }
    CX_TRY(cx_i_table_i64(table, "panel_n", &n, err));
    for (int64_t i = 0; i < trend->count; i++) {
        n[i] = trend->window[i].panel.n;
        if (trend->window[i].estimate.status == CX_E_SUPPRESSED ||
            trend->window[i].panel.status == CX_E_SUPPRESSED)
            CX_TRY(cx_i_table_null(table, i, err));
    }
    for (int what = 0; what < 15; what++)
        CX_TRY(trend_column(trend, names[what], trend_get_sites, what, table, err));
    return CX_OK;
}

static cx_status trend_columns(cx_i_trend *trend, cx_estimate *rows, const char **words,
                               cx_table *table, cx_error *err) {
    int64_t *start, *end;
    CX_TRY(cx_i_table_time(table, "window", &start, err));
    CX_TRY(cx_i_table_time(table, "window_end", &end, err));
    for (int64_t i = 0; i < trend->count; i++) {
        start[i] = cx_i_calendar_start(&trend->calendar, trend->first + i);
        end[i] = cx_i_calendar_start(&trend->calendar, trend->first + i + 1);
        rows[i] = trend->window[i].estimate;
    }
    CX_TRY(cx_i_estimates_to_table(rows, trend->count, table, err));
    CX_TRY(trend_change_columns(trend, 0, words, table, err));
    CX_TRY(trend_change_columns(trend, 1, words, table, err));
    return trend->sites ? trend_site_columns(trend, table, err) : CX_OK;
}

static cx_status trend_figures(const cx_i_trend *trend, const trend_line *line, int64_t no_time,
                               cx_table *table, cx_error *err) {
    int64_t windows = 0;
    for (int64_t i = 0; i < trend->count; i++) windows += trend_has(&trend->window[i]);
    const struct {
        const char *name;
        double value;
    } figures[] = {{"slope", line->slope},         {"slope_se", line->se},
                   {"slope_ci_low", line->low},    {"slope_ci_high", line->high},
                   {"slope_p", line->p},           {"slope_df", line->df},
                   {"slope_excess", line->excess}, {"windows", (double)windows},
                   {"keys", (double)trend->keys},  {"panel_keys", (double)trend->panel_keys},
                   {"no_time", (double)no_time}};
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        CX_TRY(cx_i_table_figure(table, figures[i].name, figures[i].value, err));
    return CX_OK;
}

static cx_status trend_table(cx_i_trend *trend, const trend_line *line, int64_t no_time,
                             cx_table **out, cx_error *err) {
    const cx_allocator *allocator = &trend->state->allocator;
    cx_table *table = NULL;
    cx_estimate *rows = cx_i_alloc_array(allocator, trend->count, sizeof *rows);
    const char **words = cx_i_alloc_array(allocator, trend->count, sizeof *words);
    cx_status status = rows == NULL || words == NULL
                           ? cx_i_out_of_memory(err)
                           : cx_i_table_new(trend->count, allocator, &table, err);
    if (status == CX_OK) status = trend_columns(trend, rows, words, table, err);
    if (status == CX_OK) status = trend_figures(trend, line, no_time, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    cx_i_free(allocator, rows);
    cx_i_free(allocator, (void *)words);
    return status;
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status trend_read(cx_i_trend *trend, int64_t *no_time, cx_error *err) {
    int64_t step, i = 0;
    for (; i < trend->series->keys.count && cx_i_windows_step(trend->series, i, &step); i++) {
        cx_i_trend_window *window = &trend->window[i];
        if (i == 0) trend->first = step;
        window->tally = cx_tallies_at(trend->series, i);
        for (int part = 0; part < 6; part++) window->parts[part] = NAN;
        window->panel.status = window->panel_change.status = CX_E_EMPTY;
        cx_status status =
            cx_i_compare_estimate(window->tally, &trend->score, &window->estimate, err);
        if (status != CX_OK && status != CX_E_EMPTY) return status;
        window->estimate.status = (int32_t)status;
    }
    trend->count = i;
    *no_time = i < trend->series->keys.count ? cx_tally_n(cx_tallies_at(trend->series, i)) : 0;
    cx_error_init(err);
    return CX_OK;
}

/* Windows are the cells of one key. */
static cx_status trend_hide(cx_i_trend *trend, cx_error *err) {
    const cx_allocator *allocator = &trend->state->allocator;
    cx_i_cube cube;
    if (trend->min_n < 2) return CX_OK;
    int64_t *codes = cx_i_alloc_array(allocator, trend->count, sizeof *codes);
    int64_t *n = cx_i_alloc_array(allocator, trend->count, sizeof *n);
    cx_status status = codes == NULL || n == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int64_t i = 0; i < trend->count && status == CX_OK; i++)
        codes[i] = i, n[i] = trend->window[i].estimate.n;
    if (status == CX_OK) status = cx_i_cube_new(codes, 1, n, trend->count, allocator, &cube, err);
    cx_i_free(allocator, codes);
    cx_i_free(allocator, n);
    CX_TRY(status);
    status = cx_i_cube_suppress(&cube, trend->min_n, err);
    for (int64_t i = 0; i < trend->count && status == CX_OK; i++)
        if (cube.hidden[i]) cx_i_estimate_hide(&trend->window[i].estimate);
    cx_i_cube_free(&cube);
    return status;
}

static cx_status trend_run(cx_i_trend *trend, cx_table **out, cx_error *err) {
    trend_line line;
    int64_t no_time;
    cx_tally *all;
    const cx_allocator *allocator = &trend->state->allocator;
    trend->window = cx_i_alloc_array(allocator, trend->series->keys.count, sizeof *trend->window);
    if (trend->window == NULL) return cx_i_out_of_memory(err);
    cx_status status = trend_read(trend, &no_time, err);
    if (status == CX_OK) status = trend_hide(trend, err);
    if (status == CX_OK) status = trend_changes(trend, err);
    if (status == CX_OK) status = trend_adjust(trend, err);
    if (status == CX_OK && trend->sites) status = cx_i_trend_sites(trend, err);
    if (status == CX_OK) status = cx_tallies_total(trend->series, allocator, &all, err);
    if (status == CX_OK) {
        trend_fit(trend, all, &line);
        cx_tally_free(all);
        status = trend_table(trend, &line, no_time, out, err);
    }
    cx_i_free(allocator, trend->window);
    return status;
}

cx_status cx_trend(const cx_tallies *windows, const cx_trend_options *options, cx_table **out,
                   cx_error *err) {
    cx_i_trend trend = {.state = windows};
    cx_tallies *margin, *series;
    if (windows == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", windows == NULL ? "windows" : "out");
    CX_TRY(trend_options(options, &trend, err));
    CX_TRY(cx_i_windows_calendar(windows, &trend.calendar, err));
    if (trend.calendar.steps > 1)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "rolling windows share answers, so that their changes cannot be tested: "
                         "give the windows they were made of");
    trend.sites = windows->keys.column_count > 1;
    int64_t others = ((int64_t)1 << (windows->keys.column_count - 1)) - 1;
    CX_TRY(cx_tallies_margin(windows, others, &windows->allocator, &margin, err));
    cx_status status = cx_windows_roll(margin, 1, 1, &windows->allocator, &series, err);
    cx_tallies_free(margin);
    CX_TRY(status);
    trend.series = series;
    status = trend_run(&trend, out, err);
    cx_tallies_free(series);
    return status;
}
