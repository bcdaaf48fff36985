#include <cxkit/linkage.h>

#include "business/lag.h"
#include "stat/estimate.h"

#include <cxkit/multiplicity.h>
#include <cxkit/special.h>

static const char *const linkage_areas[] = {
#define LINKAGE_AREA(name, number, text) [number] = text,
    CX_AREA_LIST(LINKAGE_AREA)
#undef LINKAGE_AREA
};

const char *cx_area_name(int32_t area) {
    return area >= 0 && area < CX_AREA_END ? linkage_areas[area] : "unknown";
}

void cx_linkage_options_init(cx_linkage_options *options) {
    if (options == NULL) return;
    *options = (cx_linkage_options){.struct_size = sizeof *options,
                                    .max_lag = 3,
                                    .fewest = 20,
                                    .covariance = CX_LAG_AUTO,
                                    .level = 0.05,
                                    .effect = 0.3,
                                    .power = 0.8,
                                    .confidence = CX_I_DEFAULT_CONFIDENCE};
}

enum { LINKAGE_OK, LINKAGE_FEW, LINKAGE_CONSTANT, LINKAGE_COLLINEAR };

typedef struct linkage_row {
    double correlation, se, low, high, t, df, p, adjusted, detectable;
    double wider; /* robust over classical standard error */
    int64_t from, to, lag, n;
    uint8_t status, verdict;
} linkage_row;

typedef struct linkage_work {
    cx_linkage_options options;
    cx_allocator allocator;
    cx_i_periods periods;
    int64_t metrics, rows; /* of the table */
    const cx_frame *frame;
    uint8_t area[CX_LINKAGE_METRICS];
    double *value;                          /* metrics x periods.rows */
    double *design, *outcome, *v;           /* room */
    int64_t *position, *time, *group, used; /* rows of one test */
    linkage_row *row;
} linkage_work;

/* -- options and areas --------------------------------------------------------------------- */

static cx_status linkage_open(const char *name, double value, cx_error *err) {
    if (value > 0 && value < 1) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is %g; it has to lie between 0 and 1", name, value);
}

static cx_status linkage_options(const cx_linkage_options *given, bool panel,
                                 cx_linkage_options *own, cx_error *err) {
    cx_linkage_options_init(own);
    if (given == NULL) return CX_OK;
    CX_TRY(cx_i_options_take(given, own, sizeof *own, "cx_linkage_options", err));
    CX_TRY(cx_i_lag_range("max_lag", own->max_lag, 0, 24, err));
    CX_TRY(cx_i_lag_range("fewest", own->fewest, 3, INT32_MAX - 1, err));
    CX_TRY(cx_i_lag_range("covariance", own->covariance, 0, CX_LAG_COVARIANCE_END - 1, err));
    if (own->covariance == CX_LAG_CLUSTER && !panel)
        return cx_i_fail(err, CX_E_OPTION,
                         "covariance cluster needs unit: one series is one cluster");
    CX_TRY(linkage_open("level", own->level, err));
    CX_TRY(linkage_open("effect", own->effect, err));
    CX_TRY(linkage_open("power", own->power, err));
    return cx_i_check_confidence(own->confidence, err);
}

static cx_status linkage_area(linkage_work *work, const cx_array *areas, int64_t i, cx_error *err) {
    const char *text = "";
    int64_t length = 0;
    if (cx_i_array_present(areas, i))
        CX_TRY(cx_i_array_text(areas, "areas", i, &text, &length, err));
    for (uint8_t a = 0; a < CX_AREA_END; a++) {
        work->area[i] = a;
        if ((int64_t)strlen(linkage_areas[a]) == length &&
            memcmp(linkage_areas[a], text, (size_t)length) == 0)
            return CX_OK;
    }
    cx_array named = cx_i_array_named(areas, "areas");
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, i, NAN,
                        "the area of %s has to be brand, experience, relationship or result",
                        work->frame->columns[i].name);
}

static cx_status linkage_register(linkage_work *work, const cx_frame *metrics,
                                  const cx_array *areas, cx_error *err) {
    CX_TRY(cx_i_frame_check(metrics, "metrics", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(areas, "areas", CX_I_KEYS, err));
    work->frame = metrics;
    work->metrics = metrics->count;
    if (metrics->count > CX_LINKAGE_METRICS)
        return cx_i_fail(err, CX_E_LIMIT, "%d metrics are more than the %d of one call",
                         metrics->count, (int64_t)CX_LINKAGE_METRICS);
    if (areas->length != metrics->count)
        return cx_i_fail(err, CX_E_LENGTH, "areas has %d words for %d metrics", areas->length,
                         metrics->count);
    bool differ = false;
    for (int64_t i = 0; i < metrics->count; i++) {
        CX_TRY(linkage_area(work, areas, i, err));
        differ = differ || work->area[i] != work->area[0];
    }
    if (differ && metrics->columns[0].length > 0) return CX_OK;
    return cx_i_fail(err, CX_E_EMPTY,
                     differ ? "metrics has no rows"
                            : "the metrics are all of one area; links are between "
                              "areas");
}

/* -- one test ------------------------------------------------------------------------------ */

static const double *linkage_metric(const linkage_work *work, int64_t metric) {
    return work->value + metric * work->periods.rows;
}

/* Columns of a test: a at t - k, b at t - 1, at lag 0 a at t - 1, the others at t - k. Returns how
 * many; `out` may be NULL to learn whether the row has them all (-1: not). */
static int64_t linkage_columns(const linkage_work *work, const linkage_row *row, int64_t position,
                               double *out) {
    int64_t then = cx_i_periods_back(&work->periods, position, row->lag);
    int64_t before = cx_i_periods_back(&work->periods, position, 1), count = 0;
    double found[CX_LINKAGE_METRICS + 2];
    if (then < 0 || before < 0 || isnan(linkage_metric(work, row->to)[position])) return -1;
    found[count++] = linkage_metric(work, row->from)[then];
    found[count++] = linkage_metric(work, row->to)[before];
    if (row->lag == 0) found[count++] = linkage_metric(work, row->from)[before];
    for (int64_t m = 0; m < work->metrics; m++) {
        /* at lag 1 the past of `to` stands there already, at lag 0 it is the outcome */
        if (m == row->from || (m == row->to && row->lag <= 1)) continue;
        found[count++] = linkage_metric(work, m)[then];
    }
    for (int64_t j = 0; j < count; j++) {
        if (isnan(found[j])) return -1;
        if (out != NULL) out[j] = found[j];
    }
    return count;
}

static int64_t linkage_gather(linkage_work *work, const linkage_row *row) {
    double values[CX_LINKAGE_METRICS + 2];
    int64_t p = 0;
    work->used = 0;
    for (int64_t i = 0; i < work->periods.rows; i++)
        if (linkage_columns(work, row, i, NULL) > 0) work->position[work->used++] = i;
    for (int64_t i = 0; i < work->used; i++) {
        int64_t at = work->position[i];
        p = linkage_columns(work, row, at, values);
        for (int64_t j = 0; j < p; j++) work->design[j * work->used + i] = values[j];
        work->outcome[i] = linkage_metric(work, row->to)[at];
        work->time[i] = work->periods.period[at];
        work->group[i] = work->periods.unit[at];
    }
    return p;
}

static cx_i_ols_kind linkage_kind(const linkage_work *work, int64_t groups) {
    if (work->options.covariance != CX_LAG_AUTO)
        return (cx_i_ols_kind)cx_i_lag_kind(work->options.covariance, work->periods.named);
    return work->periods.named && groups >= 10 ? CX_I_OLS_CLUSTER : CX_I_OLS_HAC;
}

static cx_status linkage_infer(linkage_work *work, const cx_i_ols *model, linkage_row *row,
                               cx_error *err) {
    cx_i_ols_kind kind = linkage_kind(work, model->groups);
    if (kind == CX_I_OLS_CLUSTER && model->groups < 2) {
        row->status = LINKAGE_FEW;
        return CX_OK;
    }
    int64_t lags = cx_i_hac_lags(model->rows / (model->groups > 0 ? model->groups : 1));
    CX_TRY(cx_i_ols_covariance(model, kind, lags, true, work->v, err));
    double classical = sqrt(model->rss / model->df * model->inverse[0]), se = sqrt(work->v[0]);
    double t = model->beta[0] / classical;
    row->df = kind == CX_I_OLS_CLUSTER ? (double)model->groups - 1 : model->df;
    row->correlation = t / sqrt(t * t + model->df);
    row->wider = se / classical;
    row->t = model->beta[0] / se;
    row->p = 2 * cx_t_sf(fabs(row->t), row->df);
    double wide = row->wider / sqrt(model->df - 1), z = atanh(row->correlation);
    double half = wide * cx_t_quantile_upper((1 - work->options.confidence) / 2, row->df);
    row->se = (1 - row->correlation * row->correlation) * wide;
    row->low = tanh(z - half), row->high = tanh(z + half);
    row->detectable = wide;
    return CX_OK;
}

static cx_status linkage_test(linkage_work *work, linkage_row *row, cx_error *err) {
    int64_t p = linkage_gather(work, row);
    row->n = work->used;
    row->status = LINKAGE_FEW;
    if (work->used == 0) return CX_OK;
    cx_i_ols model = {.allocator = &work->allocator,
                      .rows = work->used,
                      .p = p,
                      .x = work->design,
                      .y = work->outcome,
                      .time = work->time,
                      .group = work->group};
    cx_i_ols_centre(&model, work->periods.named);
    if (model.rows - p - model.absorbed < work->options.fewest) return CX_OK;
    cx_status status = cx_i_ols_fit(&model, err);
    if (status == CX_OK) {
        if (!(model.square > 0) || !(model.product[0].hi > 0))
            row->status = LINKAGE_CONSTANT;
        else if (model.rank < p || !(model.rss > 1e-20 * model.square))
            row->status = LINKAGE_COLLINEAR;
        else
            row->status = LINKAGE_OK;
    }
    if (status == CX_OK && row->status == LINKAGE_OK)
        status = linkage_infer(work, &model, row, err);
    cx_i_ols_free(&model);
    return status;
}

/* -- all tests ----------------------------------------------------------------------------- */

/* Pairs of areas in order, in them pairs of metrics, in them lags; counts when `work->row` is
 * NULL. */
static int64_t linkage_list(linkage_work *work) {
    int64_t count = 0;
    for (int a = 0; a < CX_AREA_END; a++)
        for (int b = 0; b < CX_AREA_END; b++)
            for (int64_t i = 0; i < work->metrics; i++)
                for (int64_t j = 0; j < work->metrics; j++)
                    for (int64_t lag = a < b ? 0 : 1; lag <= work->options.max_lag; lag++) {
                        if (a == b || work->area[i] != a || work->area[j] != b) continue;
                        if (work->row != NULL)
                            work->row[count] = (linkage_row){.correlation = NAN,
                                                             .se = NAN,
                                                             .low = NAN,
                                                             .high = NAN,
                                                             .t = NAN,
                                                             .df = NAN,
                                                             .p = NAN,
                                                             .adjusted = NAN,
                                                             .detectable = NAN,
                                                             .from = i,
                                                             .to = j,
                                                             .lag = lag};
                        count++;
                    }
    return count;
}

/* The tree of tests; `path` has room for four columns of rows. */
static cx_status linkage_adjust(linkage_work *work, double *path, cx_error *err) {
    static const char *const names[] = {"areas", "metrics", "lag"};
    int64_t n = work->rows;
    cx_array column[3], p = cx_array_of(path + 3 * n, CX_F64, n), adjusted, gate;
    cx_frame by = {column, 3, {0, 0}};
    int64_t *part = (int64_t *)(void *)path;
    cx_multiplicity_options options;
    cx_table *table = NULL;
    for (int64_t i = 0; i < n; i++) {
        const linkage_row *row = &work->row[i];
        part[i] = work->area[row->from] * CX_AREA_END + work->area[row->to];
        part[n + i] = row->from * work->metrics + row->to;
        part[2 * n + i] = row->lag;
        path[3 * n + i] = row->p;
    }
    for (int c = 0; c < 3; c++) {
        column[c] = cx_array_of(part + c * n, CX_I64, n);
        column[c].name = names[c];
    }
    cx_multiplicity_options_init(&options);
    options.method = CX_MULTIPLICITY_HIERARCHICAL;
    options.level = work->options.level;
    options.allocator = &work->allocator;
    CX_TRY(cx_adjust_p(&p, &by, &options, &table, err));
    cx_status status = cx_table_column(table, cx_table_find(table, "adjusted"), &adjusted, err);
    if (status == CX_OK) status = cx_table_column(table, cx_table_find(table, "gate"), &gate, err);
    for (int64_t i = 0; i < n && status == CX_OK; i++)
        if (!isnan(work->row[i].p))
            work->row[i].adjusted =
                fmax(((const double *)adjusted.data)[i],
                     cx_i_array_valid(&gate, i) ? ((const double *)gate.data)[i] : 0);
    cx_table_free(table);
    return status;
}

static void linkage_verdicts(linkage_work *work) {
    double tests = 0;
    for (int64_t i = 0; i < work->rows; i++) tests += !isnan(work->row[i].p);
    for (int64_t i = 0; i < work->rows; i++) {
        linkage_row *row = &work->row[i];
        row->verdict = 2;
        if (isnan(row->p)) continue;
        double reach = cx_t_quantile_upper(work->options.level / tests / 2, row->df) +
                       cx_normal_quantile(work->options.power);
        row->detectable = tanh(reach * row->detectable);
        if (row->adjusted <= work->options.level)
            row->verdict = 0;
        else if (row->detectable <= work->options.effect)
            row->verdict = 1;
    }
}

/* -- table --------------------------------------------------------------------------------- */

static cx_status linkage_words(const linkage_work *work, const char **words, cx_table *table,
                               cx_error *err) {
    static const char *const names[] = {"from", "from_area", "to", "to_area"};
    for (int c = 0; c < 4; c++) {
        for (int64_t i = 0; i < work->rows; i++) {
            int64_t metric = c < 2 ? work->row[i].from : work->row[i].to;
            words[i] =
                c % 2 == 0 ? work->frame->columns[metric].name : linkage_areas[work->area[metric]];
        }
        CX_TRY(cx_i_table_words(table, names[c], words, err));
    }
    return CX_OK;
}

static cx_status linkage_numbers(const linkage_work *work, uint8_t *codes, cx_table *table,
                                 cx_error *err) {
    static const cx_i_lag_field fields[] = {{"correlation", offsetof(linkage_row, correlation)},
                                            {"se", offsetof(linkage_row, se)},
                                            {"ci_low", offsetof(linkage_row, low)},
                                            {"ci_high", offsetof(linkage_row, high)},
                                            {"statistic", offsetof(linkage_row, t)},
                                            {"df", offsetof(linkage_row, df)},
                                            {"p_value", offsetof(linkage_row, p)},
                                            {"p_adjusted", offsetof(linkage_row, adjusted)},
                                            {"detectable", offsetof(linkage_row, detectable)}};
    static const char *const verdicts[] = {"link found", "no link found",
                                           "not testable with these data"};
    static const char *const statuses[] = {"ok", "few", "constant", "collinear"};
    int64_t *column;
    CX_TRY(cx_i_table_i64(table, "lag", &column, err));
    for (int64_t i = 0; i < work->rows; i++) column[i] = work->row[i].lag;
    CX_TRY(cx_i_lag_fields(table, work->row, work->rows, sizeof *work->row, fields,
                           CX_I_COUNT(fields), err));
    CX_TRY(cx_i_table_i64(table, "n", &column, err));
    for (int64_t i = 0; i < work->rows; i++) column[i] = work->row[i].n;
    for (int64_t i = 0; i < work->rows; i++) codes[i] = work->row[i].verdict;
    CX_TRY(cx_i_table_coded(table, "verdict", codes, verdicts, err));
    for (int64_t i = 0; i < work->rows; i++) codes[i] = work->row[i].status;
    return cx_i_table_coded(table, "status", codes, statuses, err);
}

static cx_status linkage_figures(const linkage_work *work, cx_table *table, cx_error *err) {
    double tests = 0, found = 0;
    for (int64_t i = 0; i < work->rows; i++) {
        tests += !isnan(work->row[i].p);
        found += work->row[i].verdict == 0;
    }
    bool named = work->periods.named, cluster = work->options.covariance == CX_LAG_CLUSTER;
    const cx_i_lag_figure figures[] = {
        {"tests", tests},
        {"found", found},
        {"level", work->options.level},
        {"effect", work->options.effect},
        {"power", work->options.power},
        {"metrics", (double)work->metrics},
        {"units", (double)work->periods.units},
        {"rows", (double)work->periods.rows},
        {"nickell", named && work->periods.rows < 15 * work->periods.units},
        {"few_clusters", cluster && work->periods.units < 5}};
    return cx_i_lag_figures(table, figures, CX_I_COUNT(figures), err);
}

static cx_status linkage_table(linkage_work *work, void *room, cx_table **out, cx_error *err) {
    cx_table *table = NULL;
    CX_TRY(cx_i_table_new(work->rows, &work->allocator, &table, err));
    cx_status status = linkage_words(work, room, table, err);
    if (status == CX_OK) status = linkage_numbers(work, room, table, err);
    if (status == CX_OK) status = linkage_figures(work, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- all together -------------------------------------------------------------------------- */

static cx_status linkage_room(linkage_work *work, double **memory, double **path, cx_error *err) {
    int64_t n = work->periods.rows, p = work->metrics + 2;
    *memory = cx_i_alloc_array(&work->allocator, n, (size_t)(work->metrics + p + 1) * 8);
    work->position = cx_i_alloc_array(&work->allocator, n, 3 * sizeof *work->position);
    work->v = cx_i_alloc_array(&work->allocator, p, (size_t)p * 8);
    work->rows = linkage_list(work);
    work->row = cx_i_alloc_array(&work->allocator, work->rows, sizeof *work->row);
    *path = cx_i_alloc_array(&work->allocator, work->rows, 4 * sizeof **path);
    if (*memory == NULL || work->position == NULL || work->v == NULL || work->row == NULL ||
        *path == NULL)
        return cx_i_out_of_memory(err);
    work->value = *memory;
    work->design = work->value + work->metrics * n;
    work->outcome = work->design + p * n;
    work->time = work->position + n;
    work->group = work->time + n;
    linkage_list(work);
    return CX_OK;
}

static cx_status linkage_run(linkage_work *work, const cx_array *unit, const cx_array *period,
                             cx_table **out, cx_error *err) {
    double *memory = NULL, *path = NULL;
    int64_t n = work->frame->columns[0].length;
    cx_status status = cx_i_periods_read(&work->periods, unit, period, n, &work->allocator, err);
    if (status == CX_OK) status = linkage_room(work, &memory, &path, err);
    for (int64_t m = 0; m < work->metrics && status == CX_OK; m++)
        status = cx_i_periods_column(&work->periods, &work->frame->columns[m], "metrics",
                                     work->value + m * n, err);
    for (int64_t i = 0; i < work->rows && status == CX_OK; i++)
        status = linkage_test(work, &work->row[i], err);
    if (status == CX_OK) status = linkage_adjust(work, path, err);
    if (status == CX_OK) {
        linkage_verdicts(work);
        status = linkage_table(work, path, out, err);
    }
    cx_i_free(&work->allocator, memory);
    cx_i_free(&work->allocator, path);
    cx_i_free(&work->allocator, work->position);
    cx_i_free(&work->allocator, work->v);
    cx_i_free(&work->allocator, work->row);
    cx_i_periods_free(&work->periods);
    return status;
}

cx_status cx_linkage(const cx_frame *metrics, const cx_array *areas, const cx_array *unit,
                     const cx_array *period, const cx_linkage_options *options, cx_table **out,
                     cx_error *err) {
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    linkage_work work = {.rows = 0};
    CX_TRY(linkage_options(options, unit != NULL, &work.options, err));
    CX_TRY(linkage_register(&work, metrics, areas, err));
    work.allocator = cx_i_allocator(work.options.allocator);
    return linkage_run(&work, unit, period, out, err);
}
