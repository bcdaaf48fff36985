#include "metric/joint.h"

#include <cxkit/index.h>
#include <cxkit/special.h>

#include "metric/index.h"
#include "metric/suppress.h"
#include "stat/interval.h"

/* Indices: weighted means of the components of a joint state. */

void cx_index_options_init(cx_index_options *options) {
    if (options == NULL) return;
    *options = (cx_index_options){
        sizeof *options, CX_METHOD_AUTO, CX_CASES_AVAILABLE, 0, CX_I_DEFAULT_CONFIDENCE, 0};
}

/* -- checks -------------------------------------------------------------------------------- */

cx_status cx_i_check_cases(int32_t cases, cx_error *err) {
    if (cases == CX_CASES_AVAILABLE || cases == CX_CASES_COMPLETE) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "cases is %d, neither available (0) nor complete (1)",
                     (int64_t)cases);
}

cx_status cx_i_check_reserved(int32_t reserved, cx_error *err) {
    if (reserved == 0) return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "reserved is %d and must be 0", (int64_t)reserved);
}

cx_status cx_i_joint_check_alike(const cx_i_component *a, const cx_i_component *b, cx_error *err) {
    if (a->as.score != b->as.score)
        return cx_i_fail(err, CX_E_MISMATCH,
                         "%s and %s are read differently: net scores, shares "
                         "and means have different units",
                         a->name, b->name);
    if (a->as.score == CX_SCORE_MEAN &&
        (a->as.scale_min != b->as.scale_min || a->as.scale_max != b->as.scale_max))
        return cx_i_fail(err, CX_E_MISMATCH,
                         "the mean of %s is on the scale %d to %d and that of "
                         "%s on %d to %d",
                         a->name, (int64_t)a->as.scale_min, (int64_t)a->as.scale_max, b->name,
                         (int64_t)b->as.scale_min, (int64_t)b->as.scale_max);
    return CX_OK;
}

static cx_status index_check(const cx_joint *joint, const cx_index_options *options,
                             cx_error *err) {
    static const cx_method methods[] = {CX_METHOD_AUTO, CX_METHOD_ADJUSTED_WALD, CX_METHOD_T};
    CX_TRY(cx_i_options_check(options->struct_size, sizeof *options, "cx_index_options", err));
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    CX_TRY(cx_i_check_method(options->method, methods, 3, err));
    CX_TRY(cx_i_check_cases(options->cases, err));
    CX_TRY(cx_i_check_reserved(options->reserved, err));
    CX_TRY(cx_i_min_n_check(options->min_n, err));
    for (int64_t i = 1; i < joint->k; i++)
        CX_TRY(cx_i_joint_check_alike(&joint->component[0], &joint->component[i], err));
    if (options->method == CX_METHOD_ADJUSTED_WALD && joint->component[0].as.score == CX_SCORE_MEAN)
        return cx_i_fail(err, CX_E_OPTION,
                         "means have t intervals: adjusted-wald is for net "
                         "scores and shares");
    return CX_OK;
}

cx_status cx_i_joint_importance(const cx_array *importance, int64_t k, double *share,
                                cx_error *err) {
    double total = 0;
    for (int64_t i = 0; i < k; i++) share[i] = 1;
    if (importance != NULL) {
        CX_TRY(cx_i_array_check(importance, "importance", CX_I_NUMBERS, err));
        if (importance->length != k)
            return cx_i_fail(err, CX_E_LENGTH, "importance has %d numbers for %d components",
                             importance->length, k);
        cx_i_array_read(importance, 0, k, share);
    }
    for (int64_t i = 0; i < k; i++) {
        if (!(share[i] >= 0 && share[i] <= 1e100))
            return cx_i_fail_at(err, CX_E_DOMAIN, importance, i, share[i],
                                "an importance is a number from 0 to 1e100");
        total += share[i];
    }
    if (!(total > 0)) return cx_i_fail(err, CX_E_DOMAIN, "every importance is 0");
    for (int64_t i = 0; i < k; i++) share[i] /= total;
    return CX_OK;
}

/* Components nobody answered lose their share to the others; true when one had any. */
static cx_status index_shares(const cx_joint *joint, const cx_array *importance, double *share,
                              bool *partial, cx_error *err) {
    double total = 0;
    *partial = false;
    CX_TRY(cx_i_joint_importance(importance, joint->k, share, err));
    for (int64_t i = 0; i < joint->k; i++) {
        if (cx_tally_n(joint->component[i].tally) == 0) {
            *partial = *partial || share[i] > 0;
            share[i] = 0;
        }
        total += share[i];
    }
    if (!(total > 0)) return cx_i_fail(err, CX_E_EMPTY, "no component has a valid answer");
    for (int64_t i = 0; i < joint->k; i++) share[i] /= total;
    return CX_OK;
}

/* -- intervals ----------------------------------------------------------------------------- */

cx_i_range cx_i_component_range(const cx_i_component *component) {
    switch (component->as.score) {
    case CX_SCORE_NPS:
        return (cx_i_range){-100, 100, CX_UNIT_POINTS};
    case CX_SCORE_TOP_BOX:
        return (cx_i_range){0, 1, CX_UNIT_FRACTION};
    default:
        return (cx_i_range){component->as.scale_min, component->as.scale_max, CX_UNIT_SCALE};
    }
}

/* Of n respondents none differs from c: at most a share z^2 / (n + z^2) does (Wilson's limit for 0
 * of n), by at most the range. With a variance of unknown size, Wilson's limits of the share of the
 * range's end that has the same mean. */
void cx_i_bounded(double low, double high, bool alike, cx_estimate *out) {
    double z = cx_i_estimate_z(out->confidence), n = fmax(out->n_eff, 1), range = high - low;
    out->method = CX_METHOD_BOUNDED;
    if (alike) {
        double rest = z * z / (n + z * z);
        out->ci_low = out->value - rest * (out->value - low);
        out->ci_high = out->value + rest * (high - out->value);
        return;
    }
    double share = fmin(fmax((out->value - low) / range, 0), 1);
    cx_i_interval interval = cx_i_share_interval(CX_METHOD_WILSON, share * n, n, out->confidence);
    out->ci_low = low + range * interval.low;
    out->ci_high = low + range * interval.high;
}

void cx_i_t_interval(cx_estimate *out) {
    double half = cx_t_quantile_upper((1 - out->confidence) / 2, out->df) * out->se;
    out->method = CX_METHOD_T;
    out->ci_low = out->value - half;
    out->ci_high = out->value + half;
}

/* More respondents, `added` of them, with a sum of 0 about the middle and a sum of squares of
 * added / 2 (net) or all of it (shares, half the range away). */
static void index_adjusted(const cx_i_combination *found, cx_i_range range, cx_estimate *out) {
    double middle = (range.low + range.high) / 2, half_range = (range.high - range.low) / 2;
    double added = range.unit == CX_UNIT_POINTS ? 3 : 4;
    double squares = range.unit == CX_UNIT_POINTS ? 1.5 : 4;
    double n = found->n_eff, mean = (found->value - middle) / half_range;
    double variance = found->variance * n / (half_range * half_range);
    double centre = n * mean / (n + added);
    double spread = (n * (variance + mean * mean) + squares) / (n + added) - centre * centre;
    double half = cx_i_estimate_z(out->confidence) * sqrt(spread / (n + added));
    out->method = CX_METHOD_ADJUSTED_WALD;
    out->df = INFINITY;
    out->ci_low = middle + half_range * (centre - half);
    out->ci_high = middle + half_range * (centre + half);
}

static void index_interval(const cx_i_combination *found, cx_i_range range, int32_t method,
                           cx_estimate *out) {
    bool adjusted = method == CX_METHOD_ADJUSTED_WALD ||
                    (method == CX_METHOD_AUTO && range.unit != CX_UNIT_SCALE);
    if (found->single || (found->alike && !adjusted))
        cx_i_bounded(range.low, range.high, found->alike, out);
    else if (adjusted)
        index_adjusted(found, range, out);
    else
        cx_i_t_interval(out);
    cx_i_estimate_clip(out, range.low, range.high);
}

/* -- the index ----------------------------------------------------------------------------- */

static void index_exclude(const cx_joint *joint, bool complete, cx_estimate *out) {
    const int64_t *left = complete ? joint->sums.incomplete : joint->sums.nobody;
    for (int r = 0; r < CX_EXCLUDED_END; r++) out->excluded[r] = left[r];
}

void cx_i_joint_describe(const cx_joint *joint, const cx_i_combination *found, bool complete,
                         cx_estimate *out) {
    index_exclude(joint, complete, out);
    out->value = found->value;
    out->n = found->n;
    out->sum_w = found->sum_w;
    out->n_eff = found->n_eff;
    out->df = found->single || found->alike ? (double)INFINITY : found->df;
    if (!found->single && !found->alike) out->se = found->se;
    if (found->single || found->alike) out->flags |= CX_FLAG_NO_VARIANCE;
    if (found->n_eff < 5) out->flags |= CX_FLAG_FEW;
    if (joint->sums.weighted) out->flags |= CX_FLAG_WEIGHTED;
    for (int64_t i = 0; i < joint->k; i++)
        if (joint->component[i].tally->cells.rounded) out->flags |= CX_FLAG_ROUNDED;
}

/* Fills what is known even when the status is CX_E_EMPTY. */
static cx_status index_estimate(const cx_joint *joint, const cx_array *importance,
                                const cx_index_options *options, double *share, cx_estimate *out,
                                cx_error *err) {
    cx_i_combination found;
    bool partial, complete = options->cases == CX_CASES_COMPLETE;
    CX_TRY(index_check(joint, options, err));
    cx_i_range range = cx_i_component_range(&joint->component[0]);
    *out = cx_i_estimate_new(options->confidence, range.unit);
    index_exclude(joint, complete, out);
    CX_TRY(index_shares(joint, importance, share, &partial, err));
    CX_TRY(cx_i_joint_combine(joint, share, complete, &found, err));
    cx_i_joint_describe(joint, &found, complete, out);
    out->value = fmin(fmax(out->value, range.low), range.high); /* shares add up to about 1 */
    if (partial) out->flags |= CX_FLAG_PARTIAL;
    index_interval(&found, range, options->method, out);
    return CX_OK;
}

cx_status cx_index(const cx_joint *joint, const cx_array *importance,
                   const cx_index_options *options, cx_estimate *out, cx_error *err) {
    cx_index_options defaults;
    cx_estimate estimate;
    double share[CX_JOINT_COLUMNS];
    cx_index_options_init(&defaults);
    if (joint == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", joint == NULL ? "joint" : "out");
    if (options == NULL) options = &defaults;
    CX_TRY(index_estimate(joint, importance, options, share, &estimate, err));
    CX_TRY(cx_i_min_n_one(estimate.n, options->min_n, err));
    *out = estimate;
    return CX_OK;
}

/* -- components ---------------------------------------------------------------------------- */

/* Each as the metric of its own tally. */
cx_status cx_i_component_estimate(const cx_i_component *component, double confidence,
                                  cx_estimate *out, cx_error *err) {
    const cx_joint_options *as = &component->as;
    cx_nps_options net;
    cx_csat_options top;
    cx_mean_options mean;
    cx_nps_options_init(&net);
    cx_csat_options_init(&top);
    cx_mean_options_init(&mean);
    net.promoters = as->high, net.detractors = as->low, net.confidence = confidence;
    top.top = as->scale_max - as->high + 1, top.confidence = confidence;
    mean.confidence = confidence;
    if (as->score == CX_SCORE_NPS) return cx_i_nps_estimate(component->tally, &net, out, err);
    if (as->score == CX_SCORE_TOP_BOX) return cx_i_csat_estimate(component->tally, &top, out, err);
    return cx_i_mean_estimate(component->tally, &mean, out, err);
}

static cx_status index_rows(const cx_joint *joint, const cx_index_options *options,
                            const double *share, cx_estimate *rows, const char **names,
                            cx_table *table, cx_error *err) {
    double *importance;
    for (int64_t i = 0; i < joint->k; i++) {
        names[i] = joint->component[i].name;
        cx_status status =
            cx_i_component_estimate(&joint->component[i], options->confidence, &rows[i], err);
        rows[i].status = (int32_t)status;
        if (status != CX_OK && status != CX_E_EMPTY) return status;
    }
    cx_error_init(err);
    cx_i_parts_suppress(rows, share, joint->k, options->min_n);
    CX_TRY(cx_i_table_words(table, "component", names, err));
    CX_TRY(cx_i_table_f64(table, "importance", &importance, err));
    memcpy(importance, share, (size_t)joint->k * sizeof *importance);
    return cx_i_estimates_to_table(rows, joint->k, table, err);
}

static cx_status index_figures(const cx_joint *joint, const cx_estimate *whole, cx_table *table,
                               cx_error *err) {
    CX_TRY(cx_i_table_figure(table, "value", whole->value, err));
    CX_TRY(cx_i_table_figure(table, "ci_low", whole->ci_low, err));
    CX_TRY(cx_i_table_figure(table, "ci_high", whole->ci_high, err));
    CX_TRY(cx_i_table_figure(table, "se", whole->se, err));
    CX_TRY(cx_i_table_figure(table, "n", (double)whole->n, err));
    return cx_i_table_figure(table, "complete", (double)cx_joint_complete(joint), err);
}

cx_status cx_index_components(const cx_joint *joint, const cx_array *importance,
                              const cx_index_options *options, cx_table **out, cx_error *err) {
    cx_index_options defaults;
    cx_estimate whole, rows[CX_JOINT_COLUMNS];
    const char *names[CX_JOINT_COLUMNS];
    double share[CX_JOINT_COLUMNS];
    cx_table *table;
    cx_index_options_init(&defaults);
    if (options == NULL) options = &defaults;
    if (joint == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", joint == NULL ? "joint" : "out");
    CX_TRY(index_estimate(joint, importance, options, share, &whole, err));
    CX_TRY(cx_i_min_n_one(whole.n, options->min_n, err));
    CX_TRY(cx_i_table_new(joint->k, &joint->allocator, &table, err));
    cx_status status = index_rows(joint, options, share, rows, names, table, err);
    if (status == CX_OK) status = index_figures(joint, &whole, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- one row for each key ------------------------------------------------------------------ */

typedef struct index_context {
    const cx_array *importance;
    const cx_index_options *options;
} index_context;

static cx_status index_metric(const cx_joint *joint, const void *context, cx_estimate *out,
                              cx_error *err) {
    const index_context *index = context;
    double share[CX_JOINT_COLUMNS];
    return index_estimate(joint, index->importance, index->options, share, out, err);
}

static cx_status index_read(const cx_i_joint_source *source, cx_joint *target, int64_t row,
                            int64_t r, const double *weight, int16_t *y, int32_t *reason,
                            cx_error *err) {
    for (int64_t i = target->k; i-- > 0;) {
        cx_i_answers answers = {source->columns[i], source->weights, source->answers};
        CX_TRY(cx_i_joint_answer(target, i, &answers, row, source->values[i * CX_I_JOINT_BLOCK + r],
                                 weight, &y[i], reason, err));
    }
    return CX_OK;
}

cx_status cx_index_by(const cx_joint *like, const cx_frame *x, const cx_array *weights,
                      const cx_frame *by, const cx_array *importance,
                      const cx_answer_options *answers, const cx_index_options *options,
                      cx_table **out, cx_error *err) {
    cx_index_options defaults;
    cx_answer_options plain;
    const cx_array *columns[CX_JOINT_COLUMNS];
    cx_index_options_init(&defaults);
    cx_answer_options_init(&plain);
    index_context context = {importance, options != NULL ? options : &defaults};
    if (like == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", like == NULL ? "like" : "out");
    cx_i_joint_source source = {.columns = columns,
                                .count = like->k,
                                .weights = weights,
                                .answers = answers != NULL ? answers : &plain,
                                .read = index_read};
    CX_TRY(cx_i_joint_source_find(&source, like, like->k, x, "x", 0, err));
    CX_TRY(cx_i_joint_source_open(&source, &like->allocator, err));
    cx_status status =
        cx_i_joint_by(&source, like, by, index_metric, &context, context.options->min_n, out, err);
    cx_i_joint_source_close(&source, &like->allocator);
    return status;
}
