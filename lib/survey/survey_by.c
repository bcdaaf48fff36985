#include "survey/survey.h"

/* One domain for each key: the columns are read once, and replicates serve all domains. */

typedef struct by_rows {
    cx_i_survey survey;
    int64_t count;
    int64_t *order; /* domains in the order of their keys */
    cx_survey_estimate *row;
} by_rows;

static void by_free(by_rows *rows) {
    const cx_allocator *a = &rows->survey.design->allocator;
    cx_i_free(a, rows->order);
    cx_i_free(a, rows->row);
    cx_i_survey_free(&rows->survey);
}

static cx_status by_room(by_rows *rows, cx_error *err) {
    const cx_allocator *a = &rows->survey.design->allocator;
    rows->count = rows->survey.domains;
    rows->order = cx_i_alloc_array(a, rows->count, sizeof *rows->order);
    rows->row = cx_i_alloc_array(a, rows->count, sizeof *rows->row);
    if (rows->order == NULL || rows->row == NULL) return cx_i_out_of_memory(err);
    cx_i_keys_sort(&rows->survey.keys, rows->order);
    return CX_OK;
}

/* A domain without a row, or without a denominator, is a row with its status. */
static cx_status by_estimate(by_rows *rows, cx_error *err) {
    cx_i_survey *s = &rows->survey;
    for (int64_t i = 0; i < rows->count; i++) {
        cx_survey_estimate *row = &rows->row[i];
        cx_status status = cx_i_survey_domain(s, rows->order[i], row, err);
        if (status != CX_OK && status != CX_E_EMPTY && status != CX_E_DOMAIN) return status;
        row->estimate.status = (int32_t)status;
    }
    cx_error_init(err);
    return CX_OK;
}

static cx_status by_table(by_rows *rows, cx_table **out, cx_error *err) {
    CX_TRY(by_room(rows, err));
    CX_TRY(by_estimate(rows, err));
    cx_i_survey_rows table = {
        &rows->survey.design->allocator, &rows->survey.keys, rows->order, rows->row, rows->count,
        rows->survey.options.min_n};
    return cx_i_survey_table(&table, out, err);
}

cx_status cx_survey_by(int32_t figure, const cx_array *y, const cx_array *denominator,
                       const cx_design *design, const cx_frame *by,
                       const cx_survey_options *options, cx_table **out, cx_error *err) {
    cx_i_survey_given given = {figure, y, denominator, NULL, by, options};
    by_rows rows;
    if (y == NULL || design == NULL || by == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         y == NULL        ? "y"
                         : design == NULL ? "design"
                         : by == NULL     ? "by"
                                          : "out");
    if (figure < 0 || figure >= CX_SURVEY_END)
        return cx_i_fail(err, CX_E_OPTION, "figure is %d, which is not a cx_survey_figure",
                         (int64_t)figure);
    if ((figure == CX_SURVEY_RATIO) != (denominator != NULL))
        return cx_i_fail(err, CX_E_OPTION,
                         denominator == NULL ? "a ratio needs a denominator"
                                             : "only a ratio has a denominator");
    memset(&rows, 0, sizeof rows);
    CX_TRY(cx_i_survey_open(design, &given, &rows.survey, err));
    cx_status status = by_table(&rows, out, err);
    by_free(&rows);
    return status;
}
