#include "metric/gap.h"

#include <cxkit/special.h>

#include "metric/suppress.h"
#include "stat/interval.h"

/* Reading gaps: items, shares, quadrants, the whole. */

void cx_gap_options_init(cx_gap_options *options) {
    if (options == NULL) return;
    *options = (cx_gap_options){
        sizeof *options, CX_CASES_AVAILABLE, CX_CUT_MEANS, 0, 0, 0, CX_I_DEFAULT_CONFIDENCE, 0};
}

static cx_status gap_check_options(const cx_gap_options *options, cx_error *err) {
    CX_TRY(cx_i_options_check(options->struct_size, sizeof *options, "cx_gap_options", err));
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    CX_TRY(cx_i_check_cases(options->cases, err));
    CX_TRY(cx_i_check_reserved(options->reserved, err));
    CX_TRY(cx_i_min_n_check(options->min_n, err));
    if (options->cut != CX_CUT_MEANS && options->cut != CX_CUT_FIXED)
        return cx_i_fail(err, CX_E_OPTION, "cut is %d, neither means (0) nor fixed (1)",
                         (int64_t)options->cut);
    if (!isfinite(options->cut_importance) || !isfinite(options->cut_experience))
        return cx_i_fail(err, CX_E_OPTION, "the cuts are %g and %g; give two numbers",
                         options->cut_importance, options->cut_experience);
    return CX_OK;
}

/* -- the whole ----------------------------------------------------------------------------- */

/* Coefficients of the differences; those of items without answers go to the others. */
static cx_status gap_shares(const cx_joint *joint, const cx_array *importance, double *share,
                            bool *partial, cx_error *err) {
    int64_t m = joint->k / 2;
    double total = 0;
    *partial = false;
    memset(share, 0, CX_JOINT_COLUMNS * sizeof *share);
    CX_TRY(cx_i_joint_importance(importance, m, share, err));
    for (int64_t i = 0; i < m; i++) {
        if (cx_tally_n(joint->component[i].tally) == 0) {
            *partial = *partial || share[i] > 0;
            share[i] = 0;
        }
        total += share[i];
    }
    if (!(total > 0))
        return cx_i_fail(err, CX_E_EMPTY, "nobody answered both expectation and experience");
    for (int64_t i = 0; i < m; i++) share[i] /= total;
    return CX_OK;
}

static void gap_interval(const cx_i_combination *found, cx_i_range range, cx_estimate *out) {
    if (found->single || found->alike) {
        cx_i_bounded(range.low, range.high, found->alike, out);
    } else {
        cx_i_t_interval(out);
        out->p_value = 2 * cx_t_sf(fabs(out->value) / out->se, out->df);
    }
    cx_i_estimate_clip(out, range.low, range.high);
}

static cx_status gap_estimate(const cx_joint *joint, const double *coefficient, bool complete,
                              cx_estimate *out, cx_error *err) {
    cx_i_combination found;
    CX_TRY(cx_i_joint_combine(joint, coefficient, complete, &found, err));
    cx_i_joint_describe(joint, &found, complete, out);
    gap_interval(&found, cx_i_component_range(&joint->component[0]), out);
    return CX_OK;
}

typedef struct gap_context {
    const cx_array *importance;
    const cx_gap_options *options;
} gap_context;

/* Fills what is known even when the status is CX_E_EMPTY. */
static cx_status gap_total(const cx_joint *joint, const void *context, cx_estimate *out,
                           cx_error *err) {
    const gap_context *gap = context;
    double share[CX_JOINT_COLUMNS];
    bool partial, complete = gap->options->cases == CX_CASES_COMPLETE;
    CX_TRY(gap_check_options(gap->options, err));
    CX_TRY(cx_i_gap_check(joint, err));
    *out = cx_i_estimate_new(gap->options->confidence, CX_UNIT_SCALE);
    memcpy(out->excluded, complete ? joint->sums.incomplete : joint->sums.nobody,
           sizeof out->excluded);
    CX_TRY(gap_shares(joint, gap->importance, share, &partial, err));
    CX_TRY(gap_estimate(joint, share, complete, out, err));
    if (partial) out->flags |= CX_FLAG_PARTIAL;
    return CX_OK;
}

cx_status cx_gap_total(const cx_joint *joint, const cx_array *importance,
                       const cx_gap_options *options, cx_estimate *out, cx_error *err) {
    cx_gap_options defaults;
    cx_estimate estimate;
    cx_gap_options_init(&defaults);
    gap_context context = {importance, options != NULL ? options : &defaults};
    if (joint == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", joint == NULL ? "joint" : "out");
    CX_TRY(gap_total(joint, &context, &estimate, err));
    CX_TRY(cx_i_min_n_one(estimate.n, context.options->min_n, err));
    *out = estimate;
    return CX_OK;
}

cx_status cx_gap_by(const cx_joint *like, const cx_frame *expectation, const cx_frame *experience,
                    const cx_array *weights, const cx_frame *by, const cx_array *importance,
                    const cx_answer_options *answers, const cx_gap_options *options, cx_table **out,
                    cx_error *err) {
    cx_gap_options defaults;
    cx_answer_options plain;
    const cx_array *columns[CX_JOINT_COLUMNS];
    cx_gap_options_init(&defaults);
    cx_answer_options_init(&plain);
    gap_context context = {importance, options != NULL ? options : &defaults};
    if (like == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", like == NULL ? "like" : "out");
    cx_i_joint_source source = {
        .columns = columns, .weights = weights, .answers = answers != NULL ? answers : &plain};
    CX_TRY(cx_i_gap_source(&source, like, expectation, experience, err));
    cx_status status =
        cx_i_joint_by(&source, like, by, gap_total, &context, context.options->min_n, out, err);
    cx_i_joint_source_close(&source, &like->allocator);
    return status;
}

/* -- items --------------------------------------------------------------------------------- */

typedef struct gap_work {
    const cx_joint *joint;
    const cx_gap_options *options;
    int64_t m;
    double raw[CX_JOINT_COLUMNS], share[CX_JOINT_COLUMNS]; /* importance as given; of the whole */
    bool ranked;                                           /* importance was given */
    cx_estimate rows[CX_GAP_ITEMS];
    const char *names[CX_GAP_ITEMS], *quadrant[CX_GAP_ITEMS];
} gap_work;

/* The interval of a sum of experiences lies on one side of the cut: 1 above, -1 below, else 0. */
static cx_status gap_side(const gap_work *work, const double *coefficient, double cut, int *side,
                          cx_error *err) {
    cx_i_combination found;
    cx_estimate e = cx_i_estimate_new(work->options->confidence, CX_UNIT_SCALE);
    const cx_i_component *any = &work->joint->component[work->m];
    double range = (double)any->as.scale_max - any->as.scale_min;
    CX_TRY(cx_i_joint_combine(work->joint, coefficient, false, &found, err));
    e.value = found.value, e.se = found.se, e.df = found.df, e.n_eff = found.n_eff;
    if (found.single || found.alike)
        cx_i_bounded(found.value - range, found.value + range, found.alike, &e);
    else
        cx_i_t_interval(&e);
    *side = e.ci_low > cut ? 1 : e.ci_high < cut ? -1 : 0;
    return CX_OK;
}

static cx_status gap_performance(const gap_work *work, int64_t i, int *side, cx_error *err) {
    double coefficient[CX_JOINT_COLUMNS] = {0};
    int64_t answered = 0;
    *side = 0;
    for (int64_t j = 0; j < work->m; j++) answered += work->rows[j].n > 0;
    for (int64_t j = 0; j < work->m && work->options->cut == CX_CUT_MEANS; j++)
        if (work->rows[j].n > 0) coefficient[work->m + j] = -1 / (double)answered;
    if (work->options->cut == CX_CUT_MEANS && answered < 2) return CX_OK;
    coefficient[work->m + i] += 1;
    double cut = work->options->cut == CX_CUT_FIXED ? work->options->cut_experience : 0;
    return gap_side(work, coefficient, cut, side, err);
}

static cx_status gap_quadrant(gap_work *work, int64_t i, cx_error *err) {
    static const char *const words[2][2] = {{"low-priority", "overkill"}, {"concentrate", "keep"}};
    double mean = 0, cut;
    int side = 0;
    for (int64_t j = 0; j < work->m; j++) mean += work->raw[j] / (double)work->m;
    cut = work->options->cut == CX_CUT_FIXED ? work->options->cut_importance : mean;
    if (work->rows[i].n > 0) CX_TRY(gap_performance(work, i, &side, err));
    work->quadrant[i] = side == 0 ? "undecided" : words[work->raw[i] >= cut][side > 0];
    return CX_OK;
}

static cx_status gap_rows(gap_work *work, cx_error *err) {
    for (int64_t i = 0; i < work->m; i++) {
        const cx_i_component *component = &work->joint->component[i];
        cx_mean_options mean;
        cx_mean_options_init(&mean);
        mean.confidence = work->options->confidence;
        cx_estimate *row = &work->rows[i];
        cx_status status = cx_i_mean_estimate(component->tally, &mean, row, err);
        row->status = (int32_t)status;
        if (status != CX_OK && status != CX_E_EMPTY) return status;
        work->names[i] = component->name;
        if (status == CX_E_EMPTY) continue;
        cx_i_range range = cx_i_component_range(component);
        if (row->flags & CX_FLAG_NO_VARIANCE) {
            cx_i_bounded(range.low, range.high, row->n > 1, row);
            row->se = NAN;
        } else {
            row->p_value = 2 * cx_t_sf(fabs(row->value) / row->se, row->df);
        }
    }
    for (int64_t i = 0; i < work->m; i++) CX_TRY(gap_quadrant(work, i, err));
    cx_i_parts_suppress(work->rows, work->share, work->m, work->options->min_n);
    cx_error_init(err);
    return CX_OK;
}

/* -- the table ----------------------------------------------------------------------------- */

static double gap_read_side(int32_t gap, const void *side) {
    const int *wanted = side;
    return (gap > 0) - (gap < 0) == *wanted ? 1 : 0;
}

static cx_status gap_put(double *column, cx_table *table, int64_t row, double value,
                         cx_error *err) {
    column[row] = value;
    return isnan(value) ? cx_i_table_null(table, row, err) : CX_OK;
}

static cx_status gap_share_columns(const gap_work *work, int side, const char *const *names,
                                   cx_table *table, cx_error *err) {
    for (int column = 0; column < 3; column++) {
        double *values;
        CX_TRY(cx_i_table_f64(table, names[column], &values, err));
        for (int64_t i = 0; i < work->m; i++) {
            const cx_tally *tally = work->joint->component[i].tally;
            cx_i_figures f = cx_i_tally_figures(tally, gap_read_side, &side);
            double value = NAN;
            if (f.n > 0 && work->rows[i].status != CX_E_SUPPRESSED) {
                cx_i_interval interval = cx_i_share_interval(CX_METHOD_WILSON, f.mean * f.n_eff,
                                                             f.n_eff, work->options->confidence);
                value = column == 0   ? f.mean
                        : column == 1 ? fmax(interval.low, 0)
                                      : fmin(interval.high, 1);
            }
            CX_TRY(gap_put(values, table, i, value, err));
        }
    }
    return CX_OK;
}

static cx_status gap_means(const gap_work *work, cx_table *table, cx_error *err) {
    double *column;
    for (int which = 0; which < 2; which++) {
        CX_TRY(cx_i_table_f64(table, which == 0 ? "expectation" : "experience", &column, err));
        for (int64_t i = 0; i < work->m; i++) {
            cx_i_figures f = cx_i_tally_figures(work->joint->component[work->m + i].tally,
                                                cx_i_read_score, NULL);
            double mean = which == 0 ? f.mean - work->rows[i].value : f.mean;
            if (work->rows[i].status == CX_E_SUPPRESSED) mean = NAN;
            CX_TRY(gap_put(column, table, i, mean, err));
        }
    }
    return CX_OK;
}

static cx_status gap_columns(gap_work *work, cx_table *table, cx_error *err) {
    static const char *const below[] = {"below", "below_ci_low", "below_ci_high"};
    static const char *const same[] = {"same", "same_ci_low", "same_ci_high"};
    static const char *const above[] = {"above", "above_ci_low", "above_ci_high"};
    double *importance;
    CX_TRY(cx_i_table_words(table, "item", work->names, err));
    CX_TRY(cx_i_table_f64(table, "importance", &importance, err));
    memcpy(importance, work->share, (size_t)work->m * sizeof *importance);
    CX_TRY(gap_means(work, table, err));
    CX_TRY(gap_share_columns(work, -1, below, table, err));
    CX_TRY(gap_share_columns(work, 0, same, table, err));
    CX_TRY(gap_share_columns(work, 1, above, table, err));
    for (int64_t i = 0; i < work->m; i++)
        if (work->rows[i].status == CX_E_SUPPRESSED) work->quadrant[i] = "";
    CX_TRY(cx_i_table_words(table, "quadrant", work->quadrant, err));
    for (int64_t i = 0; i < work->m; i++)
        if (!work->ranked || work->rows[i].status == CX_E_SUPPRESSED)
            CX_TRY(cx_i_table_null(table, i, err));
    return cx_i_estimates_to_table(work->rows, work->m, table, err);
}

static cx_status gap_figures(const cx_estimate *total, cx_table *table, cx_error *err) {
    CX_TRY(cx_i_table_figure(table, "value", total->value, err));
    CX_TRY(cx_i_table_figure(table, "ci_low", total->ci_low, err));
    CX_TRY(cx_i_table_figure(table, "ci_high", total->ci_high, err));
    CX_TRY(cx_i_table_figure(table, "se", total->se, err));
    CX_TRY(cx_i_table_figure(table, "p_value", total->p_value, err));
    return cx_i_table_figure(table, "n", (double)total->n, err);
}

cx_status cx_gap(const cx_joint *joint, const cx_array *importance, const cx_gap_options *options,
                 cx_table **out, cx_error *err) {
    cx_gap_options defaults;
    cx_estimate total;
    cx_table *table;
    bool partial;
    cx_gap_options_init(&defaults);
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    if (options == NULL) options = &defaults;
    CX_TRY(cx_gap_total(joint, importance, options, &total, err));
    gap_work work = {
        .joint = joint, .options = options, .m = joint->k / 2, .ranked = importance != NULL};
    CX_TRY(gap_shares(joint, importance, work.share, &partial, err));
    if (importance != NULL) cx_i_array_read(importance, 0, work.m, work.raw);
    CX_TRY(gap_rows(&work, err));
    CX_TRY(cx_i_table_new(work.m, &joint->allocator, &table, err));
    cx_status status = gap_columns(&work, table, err);
    if (status == CX_OK) status = gap_figures(&total, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
