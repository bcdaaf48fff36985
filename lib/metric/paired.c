#include "metric/index.h"

#include <cxkit/special.h>

#include "stat/interval.h"

/* Two scores of the same people, or of samples that overlap. */

void cx_paired_options_init(cx_paired_options *options) {
    if (options == NULL) return;
    *options = (cx_paired_options){sizeof *options, CX_METHOD_AUTO, CX_CASES_AVAILABLE, 0,
                                   CX_I_DEFAULT_CONFIDENCE};
}

/* The two scores in units of their reading (net -1 to 1), and what the overlap says. */
typedef struct paired_pair {
    const cx_joint *joint;
    int64_t i, j;
    double mean[2], spread[2], n_eff[2], weight[2];
    int64_t n[2], both;
    double cross; /* sum over both of w^2 times the product of distances, over the weights */
    bool same_people;
} paired_pair;

static cx_status paired_check(const cx_joint *joint, int64_t i, int64_t j,
                              const cx_paired_options *options, cx_error *err) {
    static const cx_method methods[] = {CX_METHOD_AUTO, CX_METHOD_T, CX_METHOD_SCORE,
                                        CX_METHOD_AGRESTI_CAFFO, CX_METHOD_ADJUSTED_WALD};
    CX_TRY(cx_i_options_check(options->struct_size, sizeof *options, "cx_paired_options", err));
    CX_TRY(cx_i_check_confidence(options->confidence, err));
    CX_TRY(cx_i_check_method(options->method, methods, 5, err));
    CX_TRY(cx_i_check_cases(options->cases, err));
    CX_TRY(cx_i_check_reserved(options->reserved, err));
    if (i < 0 || i >= joint->k || j < 0 || j >= joint->k || i == j)
        return cx_i_fail(err, CX_E_NAME, "components %d and %d are not two of the %d there are", i,
                         j, joint->k);
    return cx_i_joint_check_alike(&joint->component[i], &joint->component[j], err);
}

static cx_status paired_method(const paired_pair *pair, int32_t wanted, cx_method *method,
                               cx_error *err) {
    int32_t score = pair->joint->component[pair->i].as.score;
    bool tango = score == CX_SCORE_TOP_BOX && pair->same_people && !pair->joint->sums.weighted;
    cx_method adjusted = score == CX_SCORE_NPS ? CX_METHOD_ADJUSTED_WALD : CX_METHOD_AGRESTI_CAFFO;
    *method = (cx_method)wanted;
    if (wanted == CX_METHOD_AUTO)
        *method = score == CX_SCORE_MEAN ? CX_METHOD_T : tango ? CX_METHOD_SCORE : adjusted;
    if (*method == CX_METHOD_SCORE && !tango)
        return cx_i_fail(err, CX_E_OPTION,
                         "score is for unweighted shares answered by the same people");
    if (*method == CX_METHOD_T || *method == CX_METHOD_SCORE ||
        (*method == adjusted && score != CX_SCORE_MEAN))
        return CX_OK;
    return cx_i_fail(err, CX_E_OPTION, "%s is not a method for %s", cx_method_name(wanted),
                     score == CX_SCORE_NPS       ? "net scores"
                     : score == CX_SCORE_TOP_BOX ? "shares"
                                                 : "means");
}

/* -- the pair ------------------------------------------------------------------------------ */

/* y of the first or the second score over those who answered both */
static double paired_sum(const paired_pair *pair, int which, int square, int power) {
    bool first = (pair->i > pair->j) == (which == 0);
    int64_t slot = cx_i_joint_pair(pair->i, pair->j) +
                   (square ? (first ? CX_I_YY : CX_I_ZZ) : (first ? CX_I_Y : CX_I_Z));
    return cx_i_joint_sum(pair->joint, slot, power);
}

static double paired_product(const paired_pair *pair, int power) {
    return cx_i_joint_sum(pair->joint, cx_i_joint_pair(pair->i, pair->j) + CX_I_YZ, power);
}

static double paired_both(const paired_pair *pair, int power) {
    return cx_i_joint_sum(pair->joint, cx_i_joint_pair(pair->i, pair->j) + CX_I_BOTH, power);
}

/* sum of w^power (y - m)(z - l) over those who answered both; a and b are 0 or 1 for y or z */
static double paired_about(const paired_pair *pair, int a, int b, int power) {
    double product = a == b ? paired_sum(pair, a, 1, power) : paired_product(pair, power);
    return product - pair->mean[a] * paired_sum(pair, b, 0, power) -
           pair->mean[b] * paired_sum(pair, a, 0, power) +
           pair->mean[a] * pair->mean[b] * paired_both(pair, power);
}

static double paired_read(int32_t score, const void *context) {
    const cx_i_component *component = context;
    return component->read[score - component->as.scale_min];
}

static cx_status paired_figures(paired_pair *pair, bool complete, cx_error *err) {
    const int64_t at[] = {pair->i, pair->j};
    pair->both = cx_joint_both(pair->joint, pair->i, pair->j);
    if (complete && pair->both == 0)
        return cx_i_fail(err, CX_E_EMPTY, "nobody answered both %s and %s",
                         pair->joint->component[pair->i].name,
                         pair->joint->component[pair->j].name);
    for (int s = 0; s < 2; s++) {
        const cx_i_component *component = &pair->joint->component[at[s]];
        CX_TRY(cx_i_tally_check_weights(component->tally, err));
        cx_i_figures figures = cx_i_tally_figures(component->tally, paired_read, component);
        if (!(figures.sum_w > 0))
            return cx_i_fail(err, CX_E_EMPTY, "there is no valid answer to %s", component->name);
        pair->n[s] = complete ? pair->both : figures.n;
        pair->weight[s] = complete ? paired_both(pair, 1) : figures.sum_w;
        pair->mean[s] = complete ? paired_sum(pair, s, 0, 1) / pair->weight[s] : figures.mean;
        pair->spread[s] = complete ? paired_about(pair, s, s, 1) / pair->weight[s] : figures.spread;
        pair->n_eff[s] = complete ? (double)pair->both : figures.n_eff;
        if (complete && pair->joint->sums.weighted)
            pair->n_eff[s] =
                fmin((double)pair->both, pair->weight[s] * pair->weight[s] / paired_both(pair, 2));
    }
    pair->cross = paired_about(pair, 0, 1, 2) / (pair->weight[0] * pair->weight[1]);
    pair->same_people = pair->n[0] == pair->both && pair->n[1] == pair->both;
    return CX_OK;
}

/* -- intervals ----------------------------------------------------------------------------- */

/* One of the three groups of people: its part of the variance, and how many they are. */
typedef struct paired_group {
    double variance;
    int64_t n;
} paired_group;

/* Sum of w^2 (y - m)^2 of everyone who answered score s, over the squared weight. */
static double paired_own(const paired_pair *pair, int s) {
    const cx_i_component *component = &pair->joint->component[s == 0 ? pair->i : pair->j];
    double sum = 0;
    for (int32_t step = 0; step < cx_i_tally_levels(component->tally); step++) {
        double distance = component->read[step] - pair->mean[s];
        sum += cx_i_tally_square(component->tally, step) * distance * distance;
    }
    return sum / (pair->weight[s] * pair->weight[s]);
}

static void paired_groups(const paired_pair *pair, bool complete, paired_group *groups) {
    double square[2];
    for (int s = 0; s < 2; s++) {
        square[s] = paired_about(pair, s, s, 2) / (pair->weight[s] * pair->weight[s]);
        groups[s].n = complete ? 0 : pair->n[s] - pair->both;
        groups[s].variance = groups[s].n > 0 ? fmax(paired_own(pair, s) - square[s], 0) : 0;
    }
    groups[2].n = pair->both;
    groups[2].variance = pair->both > 0 ? square[0] + square[1] - 2 * pair->cross : 0;
}

/* Variance and degrees of freedom for t; a group of one person has neither. Each group's part
 * gets the n / (n - 1) of the score's own number of answers. */
static bool paired_t(const paired_pair *pair, bool complete, double *se, double *df) {
    static const double rounding = 1e-10;
    paired_group groups[3];
    double total = 0, scale = 0, squares = 0;
    paired_groups(pair, complete, groups);
    for (int g = 0; g < 3; g++) {
        double n =
            g < 2 ? (double)pair->n[g] : (double)fmin((double)pair->n[0], (double)pair->n[1]);
        double part = n > 1 ? groups[g].variance * n / (n - 1) : 0;
        total += part;
        squares += groups[g].n > 1 ? part * part / ((double)groups[g].n - 1) : part * part;
    }
    for (int s = 0; s < 2; s++) scale += paired_own(pair, s);
    *df = squares > 0 ? total * total / squares : INFINITY;
    *se = sqrt(fmax(total, 0));
    if (total > rounding * scale) return true;
    *se = 0;
    return false;
}

/* A share or a net score after `added` answers with no net effect: its variance over n. */
typedef struct paired_adjusted {
    double centre, half;
} paired_adjusted;

static paired_adjusted paired_adjust(const paired_pair *pair, bool net, double z) {
    double added = net ? 1.5 : 2, squares = net ? 0.75 : 2, centre[2], variance = 0, shrink = 1;
    for (int s = 0; s < 2; s++) {
        double n = pair->n_eff[s], middle = net ? 0 : 0.5, unit = net ? 1 : 0.5;
        double mean = (pair->mean[s] - middle) / unit, spread = pair->spread[s] / (unit * unit);
        centre[s] = n * mean / (n + added);
        variance += unit * unit *
                    ((n * (spread + mean * mean) + squares) / (n + added) - centre[s] * centre[s]) /
                    (n + added);
        centre[s] *= unit;
        shrink *= n / (n + added);
    }
    variance -= 2 * pair->cross * shrink;
    return (paired_adjusted){centre[0] - centre[1], z * sqrt(variance)};
}

static void paired_tango(const paired_pair *pair, double confidence, cx_estimate *out) {
    double both = paired_product(pair, 0);
    double plus = paired_sum(pair, 0, 0, 0) - both, minus = paired_sum(pair, 1, 0, 0) - both;
    cx_i_interval interval = cx_i_net_interval(
        CX_METHOD_SCORE, (cx_i_trinomial){minus, (double)pair->both - plus - minus, plus},
        confidence);
    out->ci_low = interval.low;
    out->ci_high = interval.high;
    out->p_value = plus + minus > 0 ? 2 * cx_normal_sf(fabs(plus - minus) / sqrt(plus + minus)) : 1;
}

static void paired_interval(const paired_pair *pair, cx_method method, bool varies, bool single,
                            cx_i_range range, cx_estimate *out) {
    double size = pair->joint->component[pair->i].factor;
    double width = range.high - range.low, z = cx_i_estimate_z(out->confidence);
    out->method = (int32_t)method;
    if (method == CX_METHOD_SCORE) {
        paired_tango(pair, out->confidence, out);
    } else if (method != CX_METHOD_T) {
        paired_adjusted adjusted = paired_adjust(pair, method == CX_METHOD_ADJUSTED_WALD, z);
        out->ci_low = size * (adjusted.centre - adjusted.half);
        out->ci_high = size * (adjusted.centre + adjusted.half);
        out->p_value = 2 * cx_normal_sf(fabs(adjusted.centre) / (adjusted.half / z));
    } else if (!varies || single) {
        cx_i_bounded(-width, width, !single, out);
    } else {
        cx_i_t_interval(out);
        out->p_value = 2 * cx_t_sf(fabs(out->value) / out->se, out->df);
    }
    if (out->method != CX_METHOD_T) out->df = INFINITY;
    cx_i_estimate_clip(out, -width, width);
}

/* -- the difference ------------------------------------------------------------------------ */

static void paired_describe(const paired_pair *pair, const cx_joint *joint, bool complete,
                            cx_estimate *out) {
    out->n = complete ? pair->both : pair->n[0] + pair->n[1] - pair->both;
    out->sum_w = pair->weight[0];
    if (!complete) out->sum_w += pair->weight[1] - paired_both(pair, 1);
    out->n_eff = pair->same_people || complete ? fmin(pair->n_eff[0], pair->n_eff[1]) : NAN;
    if (isnan(out->n_eff)) { /* respondents of the two samples, each at its own worth */
        double overlap =
            (double)pair->both / (double)(pair->n[0] < pair->n[1] ? pair->n[0] : pair->n[1]);
        out->n_eff =
            pair->n_eff[0] + pair->n_eff[1] - overlap * fmin(pair->n_eff[0], pair->n_eff[1]);
    }
    if (pair->n_eff[0] < 5 || pair->n_eff[1] < 5) out->flags |= CX_FLAG_FEW;
    if (joint->sums.weighted) out->flags |= CX_FLAG_WEIGHTED;
    const int64_t at[] = {pair->i, pair->j};
    for (int s = 0; s < 2; s++) {
        const cx_tally *tally = joint->component[at[s]].tally;
        for (int r = 0; r < CX_EXCLUDED_END; r++) out->excluded[r] += tally->cells.excluded[r];
        if (tally->cells.rounded) out->flags |= CX_FLAG_ROUNDED;
    }
}

cx_status cx_compare_paired(const cx_joint *joint, int64_t i, int64_t j,
                            const cx_paired_options *options, cx_estimate *out, cx_error *err) {
    cx_paired_options defaults;
    cx_method method;
    cx_paired_options_init(&defaults);
    if (options == NULL) options = &defaults;
    if (joint == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", joint == NULL ? "joint" : "out");
    CX_TRY(paired_check(joint, i, j, options, err));
    bool complete = options->cases == CX_CASES_COMPLETE;
    paired_pair pair = {.joint = joint, .i = i, .j = j};
    CX_TRY(paired_figures(&pair, complete, err));
    CX_TRY(paired_method(&pair, options->method, &method, err));
    cx_i_range range = cx_i_component_range(&joint->component[i]);
    cx_estimate estimate = cx_i_estimate_new(options->confidence, range.unit);
    double size = joint->component[i].factor;
    bool single = pair.n[0] < 2 || pair.n[1] < 2;
    paired_describe(&pair, joint, complete, &estimate);
    estimate.value = size * (pair.mean[0] - pair.mean[1]);
    bool varies = paired_t(&pair, complete, &estimate.se, &estimate.df);
    estimate.se *= size;
    if (single || !varies) {
        estimate.flags |= CX_FLAG_NO_VARIANCE;
        estimate.se = NAN;
    }
    paired_interval(&pair, method, varies, single, range, &estimate);
    *out = estimate;
    return CX_OK;
}
