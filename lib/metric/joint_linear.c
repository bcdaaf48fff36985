#include "metric/joint.h"

#include "stat/estimate.h"

/* Sums of coefficient times mean, and their variance by linearisation: a respondent moves the
 * figure by sum_i c_i w (y_i - m_i) / W_i over the components answered. Its square, summed over
 * respondents, needs for each pair the sums over those who answered both. */

typedef struct linear_work {
    const cx_joint *joint;
    const double *coefficient;
    bool complete;
    double mean[CX_JOINT_COLUMNS], weight[CX_JOINT_COLUMNS]; /* of y; of the answers behind it */
    int64_t n[CX_JOINT_COLUMNS];
} linear_work;

static double linear_read(int32_t score, const void *context) {
    const cx_i_component *component = context;
    return component->read[score - component->as.scale_min];
}

static cx_status linear_means(linear_work *work, cx_error *err) {
    const cx_joint *joint = work->joint;
    double complete = cx_i_joint_sum(joint, cx_i_joint_complete_one(joint), 1);
    for (int64_t i = 0; i < joint->k; i++) {
        const cx_i_component *component = &joint->component[i];
        if (work->coefficient[i] == 0) continue;
        CX_TRY(cx_i_tally_check_weights(component->tally, err));
        cx_i_figures figures = cx_i_tally_figures(component->tally, linear_read, component);
        work->n[i] = work->complete ? cx_joint_complete(joint) : figures.n;
        work->weight[i] = work->complete ? complete : figures.sum_w;
        if (!(work->weight[i] > 0))
            return work->complete ? cx_i_fail(err, CX_E_EMPTY, "nobody answered every component")
                                  : cx_i_fail(err, CX_E_EMPTY, "there is no valid answer to %s",
                                              component->name);
        work->mean[i] = work->complete ? cx_i_joint_sum(joint, cx_i_joint_complete_y(joint, i), 1) /
                                             work->weight[i]
                                       : figures.mean;
    }
    return CX_OK;
}

/* Sum of w^power (y_i - m_i)^2 of one component, from its tally. */
static double linear_square(const linear_work *work, int64_t i, int power) {
    const cx_i_component *component = &work->joint->component[i];
    double sum = 0;
    for (int32_t step = 0; step < cx_i_tally_levels(component->tally); step++) {
        double distance = component->read[step] - work->mean[i];
        double weight = power == 2
                            ? cx_i_tally_square(component->tally, step)
                            : cx_tally_weight(component->tally, component->as.scale_min + step);
        sum += weight * distance * distance;
    }
    return sum;
}

/* Sum of w^power (y_i - m_i)(y_j - m_j) over those who answered both. */
static double linear_product(const linear_work *work, int64_t i, int64_t j, int power) {
    const cx_joint *joint = work->joint;
    double one, y, z, yz;
    if (!work->complete && i == j) return linear_square(work, i, power);
    if (work->complete) {
        one = cx_i_joint_sum(joint, cx_i_joint_complete_one(joint), power);
        y = cx_i_joint_sum(joint, cx_i_joint_complete_y(joint, i), power);
        z = cx_i_joint_sum(joint, cx_i_joint_complete_y(joint, j), power);
        yz = cx_i_joint_sum(joint, cx_i_joint_complete_yy(joint, i, j), power);
    } else {
        int64_t slot = cx_i_joint_pair(i, j);
        one = cx_i_joint_sum(joint, slot + CX_I_BOTH, power);
        y = cx_i_joint_sum(joint, slot + (i > j ? CX_I_Y : CX_I_Z), power);
        z = cx_i_joint_sum(joint, slot + (i > j ? CX_I_Z : CX_I_Y), power);
        yz = cx_i_joint_sum(joint, slot + CX_I_YZ, power);
    }
    return yz - work->mean[i] * z - work->mean[j] * y + work->mean[i] * work->mean[j] * one;
}

/* Answers of one weight: what a component of n answers lacks for n - 1 in its divisor. */
static double linear_factor(const linear_work *work, int64_t i) {
    return (double)work->n[i] / ((double)work->n[i] - 1);
}

typedef struct linear_sums {
    double plain, corrected, srs; /* variance, with n / (n - 1), and as if weights were equal */
    double scale;                 /* sum of the squared terms: what rounding is measured by */
    double share, inverse_df;     /* sums of |part|, |part| / (n - 1): df is their ratio */
    double inverse_n;             /* |part| / n */
} linear_sums;

static void linear_add_row(const linear_work *work, int64_t i, linear_sums *sums) {
    const cx_joint *joint = work->joint;
    double part = 0, n = (double)work->n[i];
    double ci = work->coefficient[i] * joint->component[i].factor / work->weight[i];
    for (int64_t j = 0; j < joint->k; j++) {
        if (work->coefficient[j] == 0) continue;
        double cj = work->coefficient[j] * joint->component[j].factor / work->weight[j];
        double product = ci * cj * linear_product(work, i, j, 2);
        sums->plain += product;
        part += product * sqrt(linear_factor(work, i) * linear_factor(work, j));
        sums->srs += ci * cj * linear_product(work, i, j, 1) *
                     sqrt(work->weight[i] / n * (work->weight[j] / (double)work->n[j]));
        if (i == j) sums->scale += product;
    }
    sums->corrected += part;
    sums->share += fabs(part);
    sums->inverse_df += fabs(part) / (n - 1);
    sums->inverse_n += fabs(part) / n;
}

static linear_sums linear_variance(const linear_work *work) {
    linear_sums sums = {0, 0, 0, 0, 0, 0, 0};
    for (int64_t i = 0; i < work->joint->k; i++)
        if (work->coefficient[i] != 0) linear_add_row(work, i, &sums);
    return sums;
}

static void linear_value(const linear_work *work, cx_i_combination *out) {
    const cx_joint *joint = work->joint;
    int64_t fewest = INT64_MAX;
    for (int64_t i = 0; i < joint->k; i++) {
        const cx_i_component *component = &joint->component[i];
        if (work->coefficient[i] == 0) continue;
        out->value +=
            work->coefficient[i] * (component->factor * work->mean[i] + component->origin);
        fewest = work->n[i] < fewest ? work->n[i] : fewest;
    }
    int64_t slot = work->complete ? cx_i_joint_complete_one(joint) : cx_i_joint_everyone(joint);
    out->n = joint->sums.plain[slot];
    out->sum_w = cx_i_joint_sum(joint, slot, 1);
    out->single = fewest < 2;
    out->n_eff = out->df = (double)fewest;
}

/* Below `rounding` of the squared terms nothing but rounding is left of their sum: all alike. */
cx_status cx_i_joint_combine(const cx_joint *joint, const double *coefficient, bool complete,
                             cx_i_combination *out, cx_error *err) {
    static const double rounding = 1e-10;
    linear_work work = {.joint = joint, .coefficient = coefficient, .complete = complete};
    memset(out, 0, sizeof *out);
    CX_TRY(linear_means(&work, err));
    linear_value(&work, out);
    out->variance = out->se = NAN;
    if (out->single) return CX_OK;
    linear_sums sums = linear_variance(&work);
    out->df -= 1;
    out->alike = !(sums.plain > rounding * sums.scale);
    out->variance = out->alike ? 0 : sums.plain;
    out->se = out->alike ? 0 : sqrt(sums.corrected);
    if (out->alike) return CX_OK;
    out->df = sums.share / sums.inverse_df;
    out->n_eff = sums.share / sums.inverse_n;
    if (joint->sums.weighted) out->n_eff *= fmin(sums.srs / sums.plain, 1);
    return CX_OK;
}
