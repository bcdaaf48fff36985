#include "survey/chances.h"

cx_status cx_i_chances_column(const cx_i_chances *chances, const cx_array *column, const char *role,
                              cx_error *err) {
    CX_TRY(cx_i_array_check(column, role, CX_I_NUMBERS, err));
    return cx_i_array_same_length(chances->propensity, "propensity", column, role, err);
}

cx_status cx_i_chances_check(const cx_i_chances *chances, cx_error *err) {
    CX_TRY(cx_i_array_check(chances->propensity, "propensity", CX_I_NUMBERS, err));
    if (chances->weights == NULL) return CX_OK;
    return cx_i_chances_column(chances, chances->weights, "weights", err);
}

static cx_status chances_row(const cx_i_chances *c, int64_t i, cx_error *err) {
    int64_t row = c->start + i;
    double rho = c->rho[i];
    if (c->weights != NULL) CX_TRY(cx_i_weight_check(c->weights, row, c->w[i], err));
    if (rho > 0 && rho < 1) return CX_OK;
    return cx_i_fail_at(err, CX_E_DOMAIN, c->propensity, row, rho,
                        isnan(rho) ? "the chance to answer is missing"
                                   : "%g is not a chance to answer: it lies between 0 and 1, both "
                                     "left out (0 or 1 come from a separated model)",
                        rho);
}

bool cx_i_chances_next(cx_i_chances *c, cx_status *status, cx_error *err) {
    c->start += c->count;
    int64_t left = c->propensity->length - c->start;
    if (left <= 0 || *status != CX_OK) return false;
    c->count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
    cx_i_array_read(c->propensity, c->start, c->count, c->rho);
    if (c->weights != NULL) cx_i_array_read(c->weights, c->start, c->count, c->w);
    for (int64_t i = 0; i < c->count && *status == CX_OK; i++) {
        if (c->weights == NULL) c->w[i] = 1;
        *status = chances_row(c, i, err);
    }
    return *status == CX_OK;
}

cx_status cx_i_responded_check(const cx_array *responded, int64_t row, double value,
                               cx_error *err) {
    if (value == 0 || value == 1) return CX_OK;
    return cx_i_fail_at(err, CX_E_DOMAIN, responded, row, value,
                        isnan(value) ? "it is missing: 1 for those who answered, else 0"
                                     : "%g is neither 1 (answered) nor 0",
                        value);
}
