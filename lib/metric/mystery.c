#include "metric/mystery.h"

#include <cxkit/special.h>

#include "stat/interval.h"
#include "stat/keys_table.h"

/* Mystery shopping: the score of visits, the effect of auditors, items and outlets. */

void cx_mystery_options_init(cx_mystery_options *options) {
    if (options == NULL) return;
    *options = (cx_mystery_options){sizeof *options, 0, 1, CX_I_DEFAULT_CONFIDENCE, NULL};
}

/* -- between and within auditors ----------------------------------------------------------- */

typedef struct mystery_group {
    int64_t n;
    double sum, squares; /* about the mean of all */
} mystery_group;

static double mystery_mean(const cx_i_visits *visits) {
    double sum = 0;
    for (int64_t r = 0; r < visits->rows; r++)
        if (visits->score[r] >= 0) sum += visits->score[r];
    return sum / (double)visits->n;
}

static double mystery_squares(const cx_i_visits *visits, double mean) {
    double squares = 0;
    for (int64_t r = 0; r < visits->rows; r++)
        if (visits->score[r] >= 0) squares += (visits->score[r] - mean) * (visits->score[r] - mean);
    return squares;
}

typedef struct mystery_sums {
    double between, within, squared_sizes, cluster; /* sums of squares; of n_a^2; of sums^2 */
} mystery_sums;

static mystery_sums mystery_sum_up(const mystery_group *groups, int64_t count, int64_t *used) {
    mystery_sums sums = {0, 0, 0, 0};
    *used = 0;
    for (int64_t a = 0; a < count; a++) {
        double n = (double)groups[a].n;
        if (groups[a].n == 0) continue;
        (*used)++;
        sums.between += groups[a].sum * groups[a].sum / n;
        sums.within += fmax(groups[a].squares - groups[a].sum * groups[a].sum / n, 0);
        sums.squared_sizes += n * n;
        sums.cluster += groups[a].sum * groups[a].sum;
    }
    return sums;
}

/* Below rounding a sum of squares is nothing: scores of one auditor that are all alike. */
static void mystery_decompose(const mystery_sums *sums, cx_mystery_result *out) {
    double n = (double)out->visits, auditors = (double)out->auditors;
    double nothing = 1e-20 * n, within = sums->within > nothing ? sums->within : 0;
    out->df_between = auditors - 1;
    out->df_within = n - auditors;
    if (out->auditors < 2 || out->df_within < 1) return;
    double ms_between = (sums->between > nothing ? sums->between : 0) / out->df_between;
    double ms_within = within / out->df_within;
    double size = (n - sums->squared_sizes / n) / out->df_between;
    out->variance_within = ms_within;
    out->variance_between = fmax((ms_between - ms_within) / size, 0);
    double variance = out->variance_between + ms_within;
    if (!(variance > 0)) return; /* every score alike */
    out->icc = out->variance_between / variance;
    out->f = ms_within > 0 ? ms_between / ms_within : (double)INFINITY;
    out->p_value = ms_within > 0 ? cx_f_sf(out->f, out->df_between, out->df_within) : 0;
}

static void mystery_cluster(const mystery_sums *sums, cx_mystery_result *out) {
    double auditors = (double)out->auditors, n = (double)out->visits;
    cx_estimate *score = &out->score;
    if (out->auditors < 2) {
        score->flags |= CX_FLAG_UNIDENTIFIED;
        return;
    }
    if (score->flags & CX_FLAG_NO_VARIANCE) return;
    double se = sqrt(auditors / (auditors - 1) * sums->cluster) / n;
    if (!(se > 1e-12)) return; /* auditors with equal totals say nothing of their spread */
    score->se = se;
    score->df = auditors - 1;
    score->n_eff = fmin(n, n * out->se_visits * out->se_visits / (se * se));
    cx_i_t_interval(score);
    cx_i_estimate_clip(score, 0, 1);
}

static cx_status mystery_auditors(const cx_i_visits *visits, double mean, cx_mystery_result *out,
                                  cx_error *err) {
    mystery_group *groups =
        cx_i_alloc_array(&visits->allocator, visits->auditors.count, sizeof *groups);
    if (groups == NULL) return cx_i_out_of_memory(err);
    for (int64_t r = 0; r < visits->rows; r++) {
        if (visits->score[r] < 0) continue;
        mystery_group *group = &groups[visits->of_auditor[r]];
        double distance = visits->score[r] - mean;
        group->n++;
        group->sum += distance;
        group->squares += distance * distance;
    }
    mystery_sums sums = mystery_sum_up(groups, visits->auditors.count, &out->auditors);
    cx_i_free(&visits->allocator, groups);
    mystery_decompose(&sums, out);
    mystery_cluster(&sums, out);
    return CX_OK;
}

/* -- the result ---------------------------------------------------------------------------- */

/* The number of outlets with a score, and whether one of them has two auditors. */
static cx_status mystery_shop_count(const cx_i_visits *visits, cx_mystery_result *out,
                                    cx_error *err) {
    int64_t *first = cx_i_alloc_array(&visits->allocator, visits->shops.count, sizeof *first);
    bool crossed = false;
    if (first == NULL) return cx_i_out_of_memory(err);
    for (int64_t r = 0; r < visits->rows; r++) {
        if (visits->score[r] < 0) continue;
        int64_t *auditor = &first[visits->of_shop[r]];
        if (*auditor == 0) out->shops++;
        if (visits->auditor == NULL)
            *auditor = 1;
        else if (*auditor == 0)
            *auditor = visits->of_auditor[r] + 1;
        else
            crossed = crossed || *auditor != visits->of_auditor[r] + 1;
    }
    cx_i_free(&visits->allocator, first);
    out->confounded = visits->auditor != NULL && out->shops > 1 && !crossed;
    return CX_OK;
}

static cx_status mystery_result(const cx_i_visits *visits, cx_mystery_result *out, cx_error *err) {
    memset(out, 0, sizeof *out);
    out->se_visits = out->f = out->p_value = out->icc = NAN;
    out->variance_between = out->variance_within = out->df_between = out->df_within = NAN;
    if (visits->n == 0) return cx_i_fail(err, CX_E_EMPTY, "no visit has an item that applies");
    double mean = mystery_mean(visits);
    cx_i_visits_estimate(visits, visits->n, mean, mystery_squares(visits, mean), &out->score);
    memcpy(out->score.excluded, visits->excluded, sizeof visits->excluded);
    out->se_visits = out->score.se;
    out->visits = visits->n;
    if (visits->auditor != NULL) CX_TRY(mystery_auditors(visits, mean, out, err));
    return visits->shop != NULL ? mystery_shop_count(visits, out, err) : CX_OK;
}

static cx_status mystery_missing(const void *items, const void *out, cx_error *err) {
    if (items != NULL && out != NULL) return CX_OK;
    return cx_i_fail(err, CX_E_NULL, "%s is missing", items == NULL ? "items" : "out");
}

cx_status cx_mystery(const cx_frame *items, const cx_array *maximum, const cx_array *importance,
                     const cx_frame *auditor, const cx_frame *shop,
                     const cx_answer_options *answers, const cx_mystery_options *options,
                     cx_mystery_result *out, cx_error *err) {
    cx_mystery_options defaults;
    cx_answer_options plain;
    cx_mystery_result result;
    cx_mystery_options_init(&defaults);
    cx_answer_options_init(&plain);
    CX_TRY(mystery_missing(items, out, err));
    cx_i_visits visits = {.items = items,
                          .auditor = auditor,
                          .shop = shop,
                          .maximum = maximum,
                          .importance = importance,
                          .answers = answers != NULL ? answers : &plain};
    CX_TRY(cx_i_visits_open(&visits, options != NULL ? options : &defaults, err));
    cx_status status = mystery_result(&visits, &result, err);
    cx_i_visits_close(&visits);
    if (status == CX_OK) *out = result;
    return status;
}

/* -- items --------------------------------------------------------------------------------- */

static cx_status mystery_item(const cx_i_visits *visits, int64_t item, cx_estimate *row,
                              double *points, cx_error *err) {
    double value, share, sum = 0;
    int64_t passed = 0;
    *row = cx_i_estimate_new(visits->options.confidence, CX_UNIT_FRACTION);
    for (int64_t r = 0; r < visits->rows; r++) {
        cx_i_array_read(&visits->items->columns[item], r, 1, &value);
        CX_TRY(cx_i_visits_points(visits, item, r, value, &share, err));
        if (share < 0) {
            row->excluded[-1 - (int)share]++;
            continue;
        }
        row->n++;
        sum += share;
        passed += share >= visits->options.pass_mark;
    }
    double n = (double)row->n, p = (double)passed / n;
    *points = sum / n;
    row->n_eff = row->sum_w = n;
    row->status = row->n == 0 ? CX_E_EMPTY : CX_OK;
    if (row->n == 0) return CX_OK;
    cx_i_interval interval =
        cx_i_share_interval(CX_METHOD_WILSON, (double)passed, n, visits->options.confidence);
    row->value = p;
    row->ci_low = interval.low, row->ci_high = interval.high;
    row->method = CX_METHOD_WILSON;
    if (row->n > 1) row->se = sqrt(p * (1 - p) / n);
    if (row->n < 5) row->flags |= CX_FLAG_FEW;
    if (passed == 0 || passed == row->n) row->flags |= CX_FLAG_NO_VARIANCE;
    cx_i_estimate_clip(row, 0, 1);
    return CX_OK;
}

static cx_status mystery_item_rows(const cx_i_visits *visits, cx_estimate *rows, const char **names,
                                   cx_table *table, cx_error *err) {
    int64_t k = visits->items->count;
    double *importance, *points, total = 0;
    for (int64_t i = 0; i < k; i++) {
        names[i] = visits->items->columns[i].name;
        total += visits->weight[i] * visits->most[i];
    }
    CX_TRY(cx_i_table_words(table, "item", names, err));
    CX_TRY(cx_i_table_f64(table, "importance", &importance, err));
    for (int64_t i = 0; i < k; i++) importance[i] = visits->weight[i] * visits->most[i] / total;
    CX_TRY(cx_i_table_f64(table, "points", &points, err));
    for (int64_t i = 0; i < k; i++) {
        CX_TRY(mystery_item(visits, i, &rows[i], &points[i], err));
        if (rows[i].n == 0) CX_TRY(cx_i_table_null(table, i, err));
    }
    return cx_i_estimates_to_table(rows, k, table, err);
}

static cx_status mystery_item_table(const cx_i_visits *visits, cx_table **out, cx_error *err) {
    int64_t k = visits->items->count;
    cx_table *table;
    CX_TRY(cx_i_table_new(k, &visits->allocator, &table, err));
    cx_estimate *rows = cx_i_alloc_array(&visits->allocator, k, sizeof *rows);
    const char **names = cx_i_alloc_array(&visits->allocator, k, sizeof *names);
    cx_status status = rows == NULL || names == NULL
                           ? cx_i_out_of_memory(err)
                           : mystery_item_rows(visits, rows, names, table, err);
    cx_i_free(&visits->allocator, rows);
    cx_i_free(&visits->allocator, names);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_mystery_items(const cx_frame *items, const cx_array *maximum,
                           const cx_array *importance, const cx_answer_options *answers,
                           const cx_mystery_options *options, cx_table **out, cx_error *err) {
    cx_mystery_options defaults;
    cx_answer_options plain;
    cx_mystery_options_init(&defaults);
    cx_answer_options_init(&plain);
    CX_TRY(mystery_missing(items, out, err));
    cx_i_visits visits = {.items = items,
                          .maximum = maximum,
                          .importance = importance,
                          .answers = answers != NULL ? answers : &plain};
    CX_TRY(cx_i_visits_open(&visits, options != NULL ? options : &defaults, err));
    cx_status status = mystery_item_table(&visits, out, err);
    cx_i_visits_close(&visits);
    return status;
}

/* -- outlets ------------------------------------------------------------------------------- */

static cx_status mystery_adjusted(const cx_i_visits *visits, const cx_i_crossing *crossing,
                                  const int64_t *order, cx_table *table, cx_error *err) {
    static const char *const names[] = {"adjusted", "adjusted_se", "adjusted_ci_low",
                                        "adjusted_ci_high"};
    double t = crossing->df >= 1
                   ? cx_t_quantile_upper((1 - visits->options.confidence) / 2, crossing->df)
                   : (double)NAN;
    for (int c = 0; c < 4; c++) {
        double *column;
        CX_TRY(cx_i_table_f64(table, names[c], &column, err));
        for (int64_t i = 0; i < visits->shops.count; i++) {
            int64_t s = order[i];
            double value = crossing->adjusted[s], half = t * crossing->se[s];
            column[i] = c == 0        ? value
                        : c == 1      ? crossing->se[s]
                        : isnan(half) ? half
                        : c == 2      ? fmax(value - half, 0)
                                      : fmin(value + half, 1);
            bool known = crossing->identified && crossing->visits[s] > 0;
            if (!known || isnan(column[i])) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return CX_OK;
}

static cx_status mystery_shop_columns(const cx_i_visits *visits, const cx_i_crossing *crossing,
                                      const double *squares, const int64_t *order,
                                      cx_estimate *rows, cx_table *table, cx_error *err) {
    int64_t shops = visits->shops.count;
    CX_TRY(cx_i_keys_to_table(&visits->shops, order, 1, table, err));
    CX_TRY(mystery_adjusted(visits, crossing, order, table, err));
    cx_estimate *sorted = rows + shops;
    for (int64_t s = 0; s < shops; s++) {
        cx_i_visits_estimate(visits, crossing->visits[s], crossing->mean[s], squares[s], &rows[s]);
        if (visits->auditor != NULL && !crossing->identified) rows[s].flags |= CX_FLAG_UNIDENTIFIED;
    }
    for (int64_t r = 0; r < visits->rows; r++)
        if (visits->score[r] < 0) rows[visits->of_shop[r]].excluded[-1 - (int)visits->score[r]]++;
    for (int64_t i = 0; i < shops; i++) sorted[i] = rows[order[i]];
    CX_TRY(cx_i_estimates_to_table(sorted, shops, table, err));
    CX_TRY(cx_i_table_figure(table, "identified", crossing->identified ? 1 : 0, err));
    CX_TRY(cx_i_table_figure(table, "residual_sd", crossing->sd, err));
    return cx_i_table_figure(table, "df", crossing->df, err);
}

static cx_status mystery_shop_fill(const cx_i_visits *visits, const cx_i_crossing *crossing,
                                   cx_table *table, cx_error *err) {
    int64_t shops = visits->shops.count;
    const cx_allocator *allocator = &visits->allocator;
    double *squares = cx_i_alloc_array(allocator, shops, sizeof *squares);
    int64_t *order = cx_i_alloc_array(allocator, shops, sizeof *order);
    cx_estimate *rows = cx_i_alloc_array(allocator, 2 * shops, sizeof *rows);
    cx_status status = CX_OK;
    if (squares == NULL || order == NULL || rows == NULL) {
        status = cx_i_out_of_memory(err);
    } else {
        cx_i_keys_sort(&visits->shops, order);
        for (int64_t r = 0; r < visits->rows; r++) {
            int64_t s = visits->of_shop[r];
            double distance = visits->score[r] - crossing->mean[s];
            if (visits->score[r] >= 0) squares[s] += distance * distance;
        }
        status = mystery_shop_columns(visits, crossing, squares, order, rows, table, err);
    }
    cx_i_free(allocator, squares);
    cx_i_free(allocator, order);
    cx_i_free(allocator, rows);
    return status;
}

static cx_status mystery_shop_table(const cx_i_visits *visits, cx_table **out, cx_error *err) {
    cx_i_crossing crossing;
    cx_table *table;
    if (visits->n == 0) return cx_i_fail(err, CX_E_EMPTY, "no visit has an item that applies");
    CX_TRY(cx_i_table_new(visits->shops.count, &visits->allocator, &table, err));
    memset(&crossing, 0, sizeof crossing);
    cx_status status = cx_i_crossing_fit(visits, &crossing, err);
    if (status == CX_OK) status = mystery_shop_fill(visits, &crossing, table, err);
    cx_i_crossing_close(visits, &crossing);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_mystery_shops(const cx_frame *items, const cx_array *maximum,
                           const cx_array *importance, const cx_frame *auditor,
                           const cx_frame *shop, const cx_answer_options *answers,
                           const cx_mystery_options *options, cx_table **out, cx_error *err) {
    cx_mystery_options defaults;
    cx_answer_options plain;
    cx_mystery_options_init(&defaults);
    cx_answer_options_init(&plain);
    CX_TRY(mystery_missing(items, out, err));
    if (shop == NULL) return cx_i_fail(err, CX_E_NULL, "shop is missing");
    cx_i_visits visits = {.items = items,
                          .auditor = auditor,
                          .shop = shop,
                          .maximum = maximum,
                          .importance = importance,
                          .answers = answers != NULL ? answers : &plain};
    CX_TRY(cx_i_visits_open(&visits, options != NULL ? options : &defaults, err));
    cx_status status = mystery_shop_table(&visits, out, err);
    cx_i_visits_close(&visits);
    return status;
}
