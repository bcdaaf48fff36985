#include "stat/combine.h"

void cx_i_combine_start(cx_i_weighted_mean *sum, double confidence, cx_unit unit) {
    *sum = (cx_i_weighted_mean){.estimate = cx_i_estimate_new(confidence, unit)};
    sum->estimate.value = 0;
    sum->estimate.method = CX_METHOD_MOVER;
}

static void combine_count(cx_i_weighted_mean *sum, const cx_estimate *part) {
    cx_estimate *all = &sum->estimate;
    all->n += part->n;
    all->sum_w += part->sum_w;
    all->flags |= part->flags & (CX_FLAG_WEIGHTED | CX_FLAG_ROUNDED | CX_FLAG_PARTIAL);
    for (int reason = 0; reason < CX_EXCLUDED_END; reason++)
        all->excluded[reason] += part->excluded[reason];
}

void cx_i_combine_add(cx_i_weighted_mean *sum, const cx_estimate *part, double weight) {
    if (!(weight > 0)) return; /* nobody goes there */
    double below = weight * (part->value - part->ci_low);
    double above = weight * (part->ci_high - part->value);
    combine_count(sum, part);
    sum->estimate.value += weight * part->value;
    sum->variance += weight * weight * part->se * part->se; /* NaN stays NaN */
    sum->inverse_n += weight * weight / part->n_eff;
    sum->below += below * below;
    sum->above += above * above;
    sum->parts++;
}

void cx_i_combine_without(cx_i_weighted_mean *sum, const cx_estimate *part) {
    combine_count(sum, part);
    sum->estimate.flags |= CX_FLAG_PARTIAL;
}

cx_estimate cx_i_combine_end(const cx_i_weighted_mean *sum, double low, double high) {
    cx_estimate all = sum->estimate;
    if (sum->parts == 0) {
        all.value = NAN;
        all.status = CX_E_EMPTY;
        return all;
    }
    all.se = sqrt(sum->variance);
    all.n_eff = 1 / sum->inverse_n;
    all.ci_low = all.value - sqrt(sum->below);
    all.ci_high = all.value + sqrt(sum->above);
    if (all.n_eff < 5) all.flags |= CX_FLAG_FEW;
    if (!(all.se > 0)) all.flags |= CX_FLAG_NO_VARIANCE;
    cx_i_estimate_clip(&all, low, high);
    return all;
}
