#include "business/aggregate.h"

#include "base/sort.h"
#include "stat/estimate.h"

#include <cxkit/special.h>

void cx_aggregate_link_options_init(cx_aggregate_link_options *options) {
    if (options == NULL) return;
    *options = (cx_aggregate_link_options){sizeof *options, 0, 2, 0, CX_I_DEFAULT_CONFIDENCE, NULL};
}

/* -- correlations -------------------------------------------------------------------------- */

typedef struct link_fit {
    double r, se, groups;
} link_fit;

/* Correlation of pairs, errors summed within groups that stand together. Below four pairs, or when
 * one side is constant, r is NaN; below two groups only the error is. */
static link_fit link_correlate(const double *x, const double *y, const int64_t *group, int64_t n) {
    link_fit fit = {NAN, NAN, 0};
    double mx = 0, my = 0, xx = 0, yy = 0, xy = 0, sum = 0;
    for (int64_t i = 0; i < n; i++) {
        mx += (x[i] - mx) / (double)(i + 1);
        my += (y[i] - my) / (double)(i + 1);
        fit.groups += i == 0 || group[i] != group[i - 1];
    }
    for (int64_t i = 0; i < n; i++) {
        xx += (x[i] - mx) * (x[i] - mx);
        yy += (y[i] - my) * (y[i] - my);
        xy += (x[i] - mx) * (y[i] - my);
    }
    double limit = 1e-26 * (double)n;
    if (n < 4 || !(xx > limit * mx * mx) || !(yy > limit * my * my)) return fit;
    fit.r = fmax(-1, fmin(1, xy / sqrt(xx) / sqrt(yy)));
    for (int64_t i = 0; i < n;) {
        double psi = 0;
        int64_t first = i;
        for (; i < n && group[i] == group[first]; i++) {
            double zx = (x[i] - mx) / sqrt(xx / (double)n), zy = (y[i] - my) / sqrt(yy / (double)n);
            psi += zx * zy - fit.r * (zx * zx + zy * zy) / 2;
        }
        sum += psi * psi;
    }
    if (fit.groups >= 2) fit.se = sqrt(sum * fit.groups / (fit.groups - 1)) / (double)n;
    return fit;
}

static int64_t link_pairs(cx_i_link *work, const cx_i_link_row *row) {
    const cx_i_people *first = &work->side[row->reverse], *second = &work->side[!row->reverse];
    int64_t n = 0;
    for (int64_t c = 0; c < second->cells; c++) {
        if (second->cell[c].n < work->options.fewest) continue;
        int64_t at =
            cx_i_link_find(work, first, second->cell_unit[c], second->cell_period[c] - row->lag);
        if (at < 0) continue;
        work->x[n] = first->cell[at].mean;
        work->y[n] = second->cell[c].mean;
        work->unit[n++] = second->cell_unit[c];
    }
    return n;
}

static double link_mean(const double *x, int64_t from, int64_t to) {
    double mean = 0;
    for (int64_t i = from; i < to; i++) mean += (x[i] - mean) / (double)(i - from + 1);
    return mean;
}

/* Averages of units behind the pairs, and what is left of the pairs without them. */
static void link_levels(cx_i_link *work, cx_i_link_row *row) {
    int64_t n = row->n, units = 0;
    double *x = work->x, *y = work->y, *mean_x = x + n, *mean_y = y + n;
    int64_t *number = work->unit + n;
    for (int64_t from = 0, to; from < n; from = to) {
        for (to = from; to < n && work->unit[to] == work->unit[from];) to++;
        double mx = link_mean(x, from, to), my = link_mean(y, from, to);
        mean_x[units] = mx, mean_y[units] = my, number[units] = units;
        units++;
        for (int64_t i = from; i < to; i++) x[i] -= mx, y[i] -= my;
    }
    row->between = units >= 4 ? link_correlate(mean_x, mean_y, number, units).r : (double)NAN;
    if (units == n) return; /* nothing is left within units of one period */
    double xx = 0, yy = 0, size_x = 0, size_y = 0;
    for (int64_t i = 0; i < n; i++) xx += x[i] * x[i], yy += y[i] * y[i];
    for (int64_t u = 0; u < units; u++) {
        size_x = fmax(size_x, fabs(mean_x[u]));
        size_y = fmax(size_y, fabs(mean_y[u]));
    }
    if (!(xx > 1e-24 * size_x * size_x) || !(yy > 1e-24 * size_y * size_y)) return;
    link_fit fit = link_correlate(x, y, work->unit, n);
    row->within = fit.r, row->within_se = fit.se;
}

/* What means without noise would show */
static void link_disattenuate(const cx_i_link *work, cx_i_link_row *row) {
    const cx_i_anova *a = &work->side[0].anova, *b = &work->side[1].anova;
    double rx = a->icc2, ry = b->icc2;
    if (!(rx > 0) || !(ry > 0)) return;
    double z = cx_i_estimate_z(work->options.confidence);
    row->true_r = row->r / sqrt(rx * ry);
    double variance = row->se * row->se / (rx * ry);
    variance += row->true_r * row->true_r / 4 *
                (a->icc2_se * a->icc2_se / (rx * rx) + b->icc2_se * b->icc2_se / (ry * ry));
    row->true_se = sqrt(variance);
    row->true_low = row->true_r - z * row->true_se;
    row->true_high = row->true_r + z * row->true_se;
}

static bool link_opposed(double a, double b) {
    return (a > 0 && b < 0) || (a < 0 && b > 0);
}

static void link_infer(const cx_i_link *work, cx_i_link_row *row, const link_fit *fit) {
    double df = fit->groups - 1, rest = 1 - fit->r * fit->r;
    row->r = fit->r, row->se = fit->se;
    if (!isnan(fit->se) && rest > 0) {
        double z = atanh(fit->r), wide = fit->se / rest;
        double half = wide * cx_t_quantile_upper((1 - work->options.confidence) / 2, df);
        row->low = tanh(z - half), row->high = tanh(z + half);
        row->p = wide > 0 ? 2 * cx_t_sf(fabs(z) / wide, df) : 0;
    } else if (!isnan(fit->se)) {
        row->low = row->high = fit->r, row->p = 0;
    }
    link_disattenuate(work, row);
}

static void link_lag(cx_i_link *work, cx_i_link_row *row) {
    row->n = link_pairs(work, row);
    link_fit fit = link_correlate(work->x, work->y, work->unit, row->n);
    row->units = (int64_t)fit.groups;
    row->status = row->n < 4 || fit.groups < 2 ? 1 : isnan(fit.r) ? 2 : 0;
    if (isnan(fit.r)) return;
    link_infer(work, row, &fit);
    link_levels(work, row);
    double below = row->lag == 0 && work->paired ? work->person : row->within;
    row->ecological = link_opposed(isnan(row->between) ? row->r : row->between, below);
}

/* Two answers of one row, within its cell */
static cx_status link_person(cx_i_link *work, cx_error *err) {
    const cx_i_people *x = &work->side[0], *y = &work->side[1];
    int64_t rows = x->rows, n = 0;
    work->person = work->person_se = work->person_n = NAN;
    if (!work->paired) return CX_OK;
    cx_i_cell *sum = cx_i_alloc_array(&work->allocator, x->cells, 2 * sizeof *sum);
    cx_i_sortable *items = cx_i_alloc_room(&work->allocator, 2 * rows, sizeof *items);
    double *a = cx_i_alloc_array(&work->allocator, rows, 3 * sizeof *a);
    cx_status status = sum == NULL || items == NULL || a == NULL ? cx_i_out_of_memory(err) : CX_OK;
    for (int64_t i = 0; i < rows && status == CX_OK; i++) {
        if (isnan(x->value[i]) || isnan(y->value[i])) continue;
        cx_i_cell_add(&sum[2 * x->at[i]], x->value[i]);
        cx_i_cell_add(&sum[2 * x->at[i] + 1], y->value[i]);
        items[n++] = (cx_i_sortable){(uint64_t)x->unit[i], i};
    }
    if (status == CX_OK) {
        double *b = a + rows;
        int64_t *group = (int64_t *)(void *)(b + rows);
        cx_i_sort(items, items + rows, n);
        for (int64_t i = 0; i < n; i++) {
            int64_t row = items[i].row;
            a[i] = x->value[row] - sum[2 * x->at[row]].mean;
            b[i] = y->value[row] - sum[2 * x->at[row] + 1].mean;
            group[i] = x->unit[row];
        }
        link_fit fit = link_correlate(a, b, group, n);
        work->person = fit.r, work->person_se = fit.se, work->person_n = (double)n;
    }
    cx_i_free(&work->allocator, sum);
    cx_i_free(&work->allocator, items);
    cx_i_free(&work->allocator, a);
    return status;
}

/* -- table --------------------------------------------------------------------------------- */

static cx_status link_figures(const cx_i_link *work, cx_table *table, cx_error *err) {
    const cx_i_people *x = &work->side[0], *y = &work->side[1];
    double ecological = 0;
    for (int64_t i = 0; i < work->rows; i++) ecological = fmax(ecological, work->row[i].ecological);
    const cx_i_lag_figure figures[] = {{"icc1_x", x->anova.icc1},
                                       {"icc2_x", x->anova.icc2},
                                       {"icc2_x_se", x->anova.icc2_se},
                                       {"icc1_y", y->anova.icc1},
                                       {"icc2_y", y->anova.icc2},
                                       {"icc2_y_se", y->anova.icc2_se},
                                       {"cells_x", (double)x->used},
                                       {"cells_y", (double)y->used},
                                       {"small_x", (double)x->small},
                                       {"small_y", (double)y->small},
                                       {"missing_x", (double)x->missing},
                                       {"missing_y", (double)y->missing},
                                       {"person", work->person},
                                       {"person_se", work->person_se},
                                       {"person_n", work->person_n},
                                       {"ecological", ecological},
                                       {"few_clusters", work->row[0].units < 5}};
    return cx_i_lag_figures(table, figures, CX_I_COUNT(figures), err);
}

static cx_status link_columns(const cx_i_link *work, const char **words, cx_table *table,
                              cx_error *err) {
    static const cx_i_lag_field fields[] = {
        {"correlation", offsetof(cx_i_link_row, r)},
        {"se", offsetof(cx_i_link_row, se)},
        {"ci_low", offsetof(cx_i_link_row, low)},
        {"ci_high", offsetof(cx_i_link_row, high)},
        {"p_value", offsetof(cx_i_link_row, p)},
        {"disattenuated", offsetof(cx_i_link_row, true_r)},
        {"disattenuated_se", offsetof(cx_i_link_row, true_se)},
        {"disattenuated_ci_low", offsetof(cx_i_link_row, true_low)},
        {"disattenuated_ci_high", offsetof(cx_i_link_row, true_high)},
        {"between", offsetof(cx_i_link_row, between)},
        {"within", offsetof(cx_i_link_row, within)},
        {"within_se", offsetof(cx_i_link_row, within_se)}};
    static const char *const names[] = {"from", "to"}, *const numbers[] = {"n", "units",
                                                                           "ecological"};
    static const char *const statuses[] = {"ok", "few", "constant"};
    int64_t *column;
    for (int c = 0; c < 2; c++) {
        for (int64_t i = 0; i < work->rows; i++)
            words[i] = work->side[work->row[i].reverse != (c == 1)].name;
        CX_TRY(cx_i_table_words(table, names[c], words, err));
    }
    CX_TRY(cx_i_table_i64(table, "lag", &column, err));
    for (int64_t i = 0; i < work->rows; i++) column[i] = work->row[i].lag;
    CX_TRY(cx_i_lag_fields(table, work->row, work->rows, sizeof *work->row, fields,
                           CX_I_COUNT(fields), err));
    for (int c = 0; c < 3; c++) {
        CX_TRY(cx_i_table_i64(table, numbers[c], &column, err));
        for (int64_t i = 0; i < work->rows; i++) {
            const cx_i_link_row *row = &work->row[i];
            column[i] = c == 0 ? row->n : c == 1 ? row->units : row->ecological;
        }
    }
    for (int64_t i = 0; i < work->rows; i++) words[i] = statuses[work->row[i].status];
    CX_TRY(cx_i_table_words(table, "status", words, err));
    return link_figures(work, table, err);
}

static cx_status link_table(const cx_i_link *work, cx_table **out, cx_error *err) {
    const char *words[2 * 100 + 1];
    cx_table *table = NULL;
    CX_TRY(cx_i_table_new(work->rows, &work->allocator, &table, err));
    cx_status status = link_columns(work, words, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status link_room(cx_i_link *work, cx_error *err) {
    int64_t most = 1;
    for (int s = 0; s < 2; s++) {
        cx_i_people *side = &work->side[s];
        int64_t rows = side->rows;
        side->value = cx_i_alloc_array(&work->allocator, rows, 6 * sizeof *side->value);
        side->cell = cx_i_alloc_array(&work->allocator, rows, sizeof *side->cell);
        if (side->value == NULL || side->cell == NULL) return cx_i_out_of_memory(err);
        side->unit = (int64_t *)(void *)(side->value + rows);
        side->period = side->unit + rows;
        side->at = side->period + rows;
        side->cell_unit = side->at + rows;
        side->cell_period = side->cell_unit + rows;
        if (rows > most) most = rows;
    }
    work->rows = 2 * (int64_t)work->options.max_lag + 1;
    work->row = cx_i_alloc_array(&work->allocator, work->rows, sizeof *work->row);
    work->x = cx_i_alloc_array(&work->allocator, 2 * most, 3 * sizeof *work->x);
    if (work->row == NULL || work->x == NULL) return cx_i_out_of_memory(err);
    work->y = work->x + 2 * most;
    work->unit = (int64_t *)(void *)(work->y + 2 * most);
    return CX_OK;
}

static cx_status link_run(cx_i_link *work, cx_table **out, cx_error *err) {
    int64_t shared = 0;
    CX_TRY(link_room(work, err));
    CX_TRY(cx_i_link_read(work, err));
    CX_TRY(link_person(work, err));
    for (int64_t i = 0; i < work->rows; i++) {
        int64_t most = work->options.max_lag;
        cx_i_link_row *row = &work->row[i];
        *row = (cx_i_link_row){NAN,
                               NAN,
                               NAN,
                               NAN,
                               NAN,
                               NAN,
                               NAN,
                               NAN,
                               NAN,
                               NAN,
                               NAN,
                               NAN,
                               i <= most ? i : i - most,
                               0,
                               0,
                               i > most,
                               0,
                               0};
        link_lag(work, row);
        shared += row->n;
    }
    if (shared == 0)
        return cx_i_fail(err, CX_E_EMPTY,
                         "x and y have no unit and period in common that has %d "
                         "answers of both",
                         (int64_t)work->options.fewest);
    return link_table(work, out, err);
}

static cx_status link_side_check(const cx_i_link *work, const cx_i_people *side, const char *role,
                                 cx_error *err) {
    const char *by = side == &work->side[0] ? "x_by" : "y_by";
    CX_TRY(cx_i_array_check(side->x, role, CX_I_NUMBERS, err));
    CX_TRY(cx_i_frame_check(side->by, by, CX_I_KEYS, err));
    if (side->by->count < 1 || side->by->count > 2)
        return cx_i_fail(err, CX_E_OPTION, "%s has %d columns; give the unit, or unit and period",
                         by, side->by->count);
    return cx_i_array_same_length(side->x, role, &side->by->columns[0], by, err);
}

static cx_status link_options(const cx_aggregate_link_options *given,
                              cx_aggregate_link_options *own, cx_error *err) {
    cx_aggregate_link_options_init(own);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(given, own, sizeof *own, "cx_aggregate_link_options", err));
    CX_TRY(cx_i_lag_range("max_lag", own->max_lag, 0, 100, err));
    CX_TRY(cx_i_lag_range("fewest", own->fewest, 1, INT32_MAX - 1, err));
    return cx_i_check_confidence(own->confidence, err);
}

cx_status cx_aggregate_link(const cx_array *x, const cx_frame *x_by, const cx_array *y,
                            const cx_frame *y_by, const cx_aggregate_link_options *options,
                            cx_table **out, cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    cx_i_link work = {.paired = y_by == NULL};
    CX_TRY(link_options(options, &work.options, err));
    work.side[0] = (cx_i_people){.x = x, .by = x_by};
    work.side[1] = (cx_i_people){.x = y, .by = work.paired ? x_by : y_by};
    CX_TRY(link_side_check(&work, &work.side[0], "x", err));
    CX_TRY(link_side_check(&work, &work.side[1], "y", err));
    for (int s = 0; s < 2; s++) {
        work.side[s].rows = work.side[s].x->length;
        work.side[s].name = cx_i_array_name(work.side[s].x, s == 0 ? "x" : "y");
    }
    work.allocator = cx_i_allocator(work.options.allocator);
    cx_status status = link_run(&work, out, err);
    for (int s = 0; s < 2; s++) {
        cx_i_free(&work.allocator, work.side[s].value);
        cx_i_free(&work.allocator, work.side[s].cell);
    }
    cx_i_free(&work.allocator, work.row);
    cx_i_free(&work.allocator, work.x);
    return status;
}
