#include "business/regress.h"

#include "base/array.h"

/* Least squares from a state of moments. */

typedef struct moments_model {
    const cx_moments *x;
    int64_t *use; /* positions of the terms, then of the outcome */
    int64_t p;
    cx_i_rows rows;
} moments_model;

static cx_status regressed_use(moments_model *model, const cx_array *terms, int64_t row,
                               cx_error *err) {
    cx_i_named named = cx_i_moments_named(model->x);
    int64_t at;
    CX_TRY(cx_i_named_at(&named, terms, "terms", row, &at, err));
    for (int64_t j = 0; j < model->p; j++)
        if (model->use[j] == at)
            return cx_i_fail(err, CX_E_OPTION, "the term %s is named twice", model->x->names[at]);
    model->use[model->p++] = at;
    return CX_OK;
}

static cx_status regressed_terms(moments_model *model, int64_t outcome, const cx_array *terms,
                                 cx_error *err) {
    if (terms == NULL) {
        for (int64_t j = 0; j < model->x->p; j++)
            if (j != outcome) model->use[model->p++] = j;
    } else {
        CX_TRY(cx_i_names_check(terms, "terms", err));
        if (terms->length >= model->x->p)
            return cx_i_fail(err, CX_E_OPTION, "terms names more columns than the moments have");
        for (int64_t r = 0; r < terms->length; r++) CX_TRY(regressed_use(model, terms, r, err));
        for (int64_t j = 0; j < model->p; j++)
            if (model->use[j] == outcome)
                return cx_i_fail(err, CX_E_OPTION, "the outcome %s is also a term",
                                 model->x->names[outcome]);
    }
    if (model->p == 0) return cx_i_fail(err, CX_E_EMPTY, "there is no term");
    model->use[model->p] = outcome;
    return CX_OK;
}

static cx_status regressed_rows(moments_model *model, const cx_regress_options *options,
                                cx_error *err) {
    cx_i_rows *rows = &model->rows;
    rows->p = rows->terms = model->p;
    rows->n = cx_moments_n(model->x);
    rows->count = (double)rows->n;
    rows->sum_w = cx_moments_sum_w(model->x);
    rows->n_eff = cx_moments_n_eff(model->x);
    rows->weighted = cx_moments_weighted(model->x) != 0;
    rows->kind = options->weight_kind;
    rows->tss = NAN;
    for (int32_t r = 0; r < CX_EXCLUDED_END; r++)
        rows->excluded[r] = cx_moments_excluded(model->x, r);
    rows->name = cx_i_rows_take(rows, model->p + 1, sizeof *rows->name);
    if (rows->name == NULL) return cx_i_out_of_memory(err);
    for (int64_t j = 0; j <= model->p; j++) rows->name[j] = model->x->names[model->use[j]];
    for (int64_t j = 0; j < model->p && options->intercept; j++)
        if (strcmp(rows->name[j], "const") == 0)
            return cx_i_fail(err, CX_E_NAME,
                             "a column is called const, which is the intercept's name: rename it");
    if (rows->n == 0) return cx_i_fail(err, CX_E_EMPTY, "the moments hold no complete row");
    if (rows->weighted && rows->kind != CX_WEIGHT_PRECISION)
        return cx_i_fail(err, CX_E_OPTION,
                         "classical errors take weights for precisions: with survey weights give "
                         "the rows, or name the kind of weights");
    return CX_OK;
}

static cx_status regressed_run(moments_model *model, int64_t outcome, const cx_array *terms,
                               const cx_regress_options *options, cx_fit **fit, cx_error *err) {
    bool constant = options->intercept == 1;
    model->use = cx_i_rows_take(&model->rows, model->x->p + 1, sizeof *model->use);
    if (model->use == NULL) return cx_i_out_of_memory(err);
    CX_TRY(regressed_terms(model, outcome, terms, err));
    CX_TRY(regressed_rows(model, options, err));
    CX_TRY(cx_i_regress_fit(&model->rows, options, constant, fit, err));
    cx_i_linear linear = {.rows = &model->rows, .constant = constant};
    CX_TRY(cx_i_linear_solve(&linear, cx_i_moments_now(model->x), model->use, options->tolerance,
                             *fit, err));
    return cx_i_regress_finish(&linear, options, *fit, err);
}

cx_status cx_regress_moments(const cx_moments *x, const char *outcome, const cx_array *terms,
                             const cx_regress_options *options, cx_fit **out, cx_error *err) {
    if (x == NULL || outcome == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         x == NULL         ? "x"
                         : outcome == NULL ? "outcome"
                                           : "out");
    cx_regress_options chosen;
    CX_TRY(cx_i_regress_options(options, &chosen, err));
    if ((chosen.cov != CX_COV_AUTO && chosen.cov != CX_COV_CLASSICAL) || chosen.influence)
        return cx_i_fail(err, CX_E_OPTION,
                         "moments give classical errors only: for others, and for influences, give "
                         "the rows");
    chosen.cov = CX_COV_CLASSICAL;
    cx_i_named named = cx_i_moments_named(x);
    int64_t at;
    CX_TRY(cx_i_named_find(&named, outcome, &at, err));
    moments_model model = {.x = x, .rows = {.allocator = cx_i_allocator(chosen.allocator)}};
    cx_fit *fit = NULL;
    cx_status status = regressed_run(&model, at, terms, &chosen, &fit, err);
    cx_i_rows_free(&model.rows);
    if (status == CX_OK) *out = fit;
    if (status != CX_OK) cx_fit_free(fit);
    return status;
}
