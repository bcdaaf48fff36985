#include "base/sort.h"
#include "business/models.h"
#include "business/rows_used.h"

/* -- what is given ------------------------------------------------------------------------- */

static cx_status model_check_column(const cx_array *y, const cx_array *column, const char *role,
                                    cx_error *err) {
    if (column == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(column, role, CX_I_NUMBERS, err));
    return cx_i_array_same_length(y, "y", column, role, err);
}

static cx_status model_check(const cx_i_model *m, cx_error *err) {
    const cx_i_model_given *g = &m->given;
    if (g->x->count != 0) CX_TRY(cx_i_frame_check(g->x, "x", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(g->y, "y", CX_I_NUMBERS, err));
    if (g->x->count > 0) CX_TRY(model_check_column(g->y, &g->x->columns[0], "x", err));
    CX_TRY(model_check_column(g->y, g->weights, "weights", err));
    CX_TRY(model_check_column(g->y, g->exposure, "exposure", err));
    CX_TRY(model_check_column(g->y, g->offset, "offset", err));
    CX_TRY(model_check_column(g->y, g->period, "period", err));
    if (g->clusters != NULL) {
        CX_TRY(cx_i_frame_check(g->clusters, "clusters", CX_I_KEYS, err));
        if (g->clusters->count > 0)
            CX_TRY(cx_i_array_same_length(g->y, "y", &g->clusters->columns[0], "clusters", err));
    }
    if (g->x->count > 2000)
        return cx_i_fail(err, CX_E_LIMIT, "%d columns are more than the 2000 of one model",
                         g->x->count);
    return cx_i_used_check(g->x, g->y, m->options.intercept, err);
}

/* -- which rows ---------------------------------------------------------------------------- */

static cx_status model_mark_all(cx_i_model *m, uint8_t *keep, cx_error *err) {
    const cx_i_model_given *g = &m->given;
    for (int64_t j = 0; j < m->columns; j++)
        CX_TRY(cx_i_used_mark(&g->x->columns[j], "x", keep, err));
    CX_TRY(cx_i_used_mark(g->y, "y", keep, err));
    CX_TRY(cx_i_used_mark(g->exposure, "exposure", keep, err));
    CX_TRY(cx_i_used_mark(g->offset, "offset", keep, err));
    CX_TRY(cx_i_used_mark(g->period, "period", keep, err));
    for (int64_t row = 0; g->clusters != NULL && row < m->rows; row++)
        for (int64_t c = 0; c < g->clusters->count; c++)
            if (keep[row] == CX_I_ROW_KEPT && !cx_i_array_present(&g->clusters->columns[c], row))
                keep[row] = CX_I_ROW_NO_ID;
    return cx_i_used_mark_weights(g->weights, m->options.weight_kind, keep, err);
}

static cx_status model_choose(cx_i_model *m, const uint8_t *keep, cx_error *err) {
    CX_TRY(cx_i_used_count(keep, m->rows, &m->n, m->excluded, err));
    m->row = cx_i_alloc_room(&m->allocator, m->n, sizeof *m->row);
    if (m->row == NULL) return cx_i_out_of_memory(err);
    cx_i_used_list(keep, m->rows, m->row);
    return CX_OK;
}

/* -- their numbers ------------------------------------------------------------------------- */

static cx_status model_take(cx_i_model *m, const cx_array *column, double **out, cx_error *err) {
    if (column == NULL) return CX_OK;
    *out = cx_i_alloc_room(&m->allocator, m->n, sizeof **out);
    if (*out == NULL) return cx_i_out_of_memory(err);
    cx_i_used_numbers(column, m->row, m->n, *out);
    return CX_OK;
}

static cx_status model_refuse(const cx_i_model *m, const cx_array *column, const char *role,
                              int64_t i, double value, const char *why, cx_error *err) {
    cx_array named = cx_i_array_named(column, role);
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, m->row[i], value, why);
}

static cx_status model_outcomes(cx_i_model *m, cx_error *err) {
    cx_i_model_kind kind = m->given.kind;
    for (int64_t i = 0; i < m->n; i++) {
        double y = m->y[i];
        bool whole = y == floor(y) && fabs(y) < 1e15;
        if (kind == CX_I_MODEL_ORDINAL && !whole)
            return model_refuse(m, m->given.y, "y", i, y, "a class has to be a whole number", err);
        if (kind == CX_I_MODEL_POISSON && (y < 0 || (!whole && !m->options.quasi)))
            return model_refuse(m, m->given.y, "y", i, y,
                                "a count has to be 0, 1, 2, ...; set quasi for other amounts", err);
        if ((kind == CX_I_MODEL_LOGIT || kind == CX_I_MODEL_HAZARD) && y != 0 && y != 1)
            return model_refuse(m, m->given.y, "y", i, y, "the outcome has to be 0 or 1", err);
    }
    return CX_OK;
}

static cx_status model_offsets(cx_i_model *m, cx_error *err) {
    double *exposure = NULL;
    CX_TRY(model_take(m, m->given.offset, &m->offset, err));
    if (m->given.exposure == NULL) return CX_OK;
    CX_TRY(model_take(m, m->given.exposure, &exposure, err));
    cx_status status = CX_OK;
    for (int64_t i = 0; i < m->n && status == CX_OK; i++) {
        if (!(exposure[i] > 0))
            status = model_refuse(m, m->given.exposure, "exposure", i, exposure[i],
                                  "the exposure has to be positive", err);
        exposure[i] = log(exposure[i]) + (m->offset != NULL ? m->offset[i] : 0);
    }
    cx_i_free(&m->allocator, m->offset);
    m->offset = exposure;
    return status;
}

/* Whole numbers as codes in their order. */
static cx_status model_codes(cx_i_model *m, const double *values, int64_t *count, cx_error *err) {
    cx_i_sortable *items = cx_i_alloc_array(&m->allocator, m->n, 2 * sizeof *items);
    m->code = cx_i_alloc_array(&m->allocator, m->n, sizeof *m->code);
    m->label = cx_i_alloc_array(&m->allocator, m->n, sizeof *m->label);
    bool made = items != NULL && m->code != NULL && m->label != NULL;
    int64_t codes = 0;
    for (int64_t i = 0; i < m->n && made; i++)
        items[i] = (cx_i_sortable){cx_i_sort_key_f64(values[i] == 0 ? 0 : values[i]), i};
    if (made) cx_i_sort(items, items + m->n, m->n);
    for (int64_t k = 0; k < m->n && made; k++) {
        if (k == 0 || items[k].key != items[k - 1].key)
            m->label[codes++] = (int64_t)values[items[k].row];
        m->code[items[k].row] = (int32_t)(codes - 1);
    }
    cx_i_free(&m->allocator, items);
    *count = codes;
    return made ? CX_OK : cx_i_out_of_memory(err);
}

static cx_status model_periods(cx_i_model *m, cx_error *err) {
    double *period = NULL;
    if (m->given.period == NULL) return CX_OK;
    cx_status status = model_take(m, m->given.period, &period, err);
    for (int64_t i = 0; i < m->n && status == CX_OK; i++)
        if (period[i] != floor(period[i]) || fabs(period[i]) > 1e15)
            status = model_refuse(m, m->given.period, "period", i, period[i],
                                  "a period has to be a whole number", err);
    if (status == CX_OK) status = model_codes(m, period, &m->levels, err);
    cx_i_free(&m->allocator, period);
    if (status == CX_OK && m->levels > 1000)
        return cx_i_fail(err, CX_E_LIMIT,
                         "%d periods are more than 1000: make them longer, or give the baseline as "
                         "columns of x",
                         m->levels);
    return status;
}

static cx_status model_classes(cx_i_model *m, cx_error *err) {
    int64_t classes;
    CX_TRY(model_codes(m, m->y, &classes, err));
    if (classes == 1) return cx_i_fail(err, CX_E_CONSTANT, "all rows are of one class");
    if (classes > 100)
        return cx_i_fail(err, CX_E_LIMIT, "%d classes are more than 100: is y a measurement?",
                         classes);
    m->levels = classes - 1;
    return CX_OK;
}

static cx_status model_clusters(cx_i_model *m, cx_error *err) {
    const cx_frame *by = m->given.clusters;
    int64_t numbers[CX_I_BLOCK], i = 0;
    cx_i_keys_init(&m->keys, &m->allocator);
    if (by == NULL || by->count == 0) return CX_OK;
    m->unit = cx_i_alloc_array(&m->allocator, m->n, sizeof *m->unit);
    int64_t *seen = cx_i_alloc_array(&m->allocator, m->rows, sizeof *seen);
    cx_status status = m->unit == NULL || seen == NULL ? cx_i_out_of_memory(err)
                                                       : cx_i_keys_bind(&m->keys, by, err);
    for (int64_t start = 0; start < m->rows && status == CX_OK; start += CX_I_BLOCK) {
        int64_t left = m->rows - start, count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        status = cx_i_keys_read(&m->keys, by, start, count, numbers, err);
        for (; status == CX_OK && i < m->n && m->row[i] < start + count; i++) {
            int64_t key = numbers[m->row[i] - start];
            m->unit[i] = key;
            m->clusters += seen[key] == 0 ? 1 : 0;
            seen[key] = 1;
        }
    }
    cx_i_free(&m->allocator, seen);
    return status;
}

/* -- columns less their mean, over their standard deviation -------------------------------- */

static void model_center(cx_i_model *m) {
    bool centered = m->levels > 0 && !m->options.firth;
    for (int64_t j = 0; j < m->columns; j++) {
        const double *x = m->numbers + j * m->n;
        double mean = 0, square = 0;
        for (int64_t i = 0; i < m->n; i++) mean += x[i];
        mean /= (double)m->n;
        for (int64_t i = 0; i < m->n; i++) {
            double d = centered ? x[i] - mean : x[i];
            square += d * d;
        }
        double size = sqrt(square / (double)m->n);
        bool constant = !(size > 1e-14 * fabs(mean));
        m->center[j] = centered ? mean : 0;
        m->scale[j] = constant ? 1 : size;
    }
}

static cx_status model_terms(cx_i_model *m, cx_error *err) {
    const cx_allocator *a = &m->allocator;
    bool levels = m->given.kind != CX_I_MODEL_ORDINAL && m->levels > 0;
    m->p = m->levels + m->columns;
    if (m->p == 0) return cx_i_fail(err, CX_E_EMPTY, "the model has no term");
    m->term = cx_i_alloc_array(a, m->columns + 1, sizeof *m->term);
    m->center = cx_i_alloc_array(a, m->columns, sizeof *m->center);
    m->scale = cx_i_alloc_array(a, m->columns, sizeof *m->scale);
    m->separated = cx_i_alloc_array(a, m->p, sizeof *m->separated);
    m->collinear = cx_i_alloc_array(a, m->p, sizeof *m->collinear);
    m->partner = cx_i_alloc_array(a, m->p * m->p, sizeof *m->partner);
    if (m->term == NULL || m->center == NULL || m->scale == NULL || m->separated == NULL ||
        m->collinear == NULL || m->partner == NULL)
        return cx_i_out_of_memory(err);
    model_center(m);
    if (levels) m->term[0] = (cx_i_glm_term){.code = m->code};
    for (int64_t j = 0; j < m->columns; j++)
        m->term[j + (levels ? 1 : 0)] = (cx_i_glm_term){.value = m->numbers + j * m->n,
                                                        .first = m->levels + j,
                                                        .center = m->center[j],
                                                        .scale = m->scale[j]};
    return CX_OK;
}

static void model_sizes(cx_i_model *m) {
    cx_i_used_size size = cx_i_used_weigh(m->weight, m->n, m->options.weight_kind);
    m->sum_w = size.sum_w;
    m->n_eff = size.n_eff;
    m->count = size.count;
}

static cx_status model_read_rows(cx_i_model *m, cx_error *err) {
    int64_t cells;
    uint8_t *keep = cx_i_alloc_array(&m->allocator, m->rows, 1);
    cx_status status = keep == NULL ? cx_i_out_of_memory(err) : model_mark_all(m, keep, err);
    if (status == CX_OK) status = model_choose(m, keep, err);
    cx_i_free(&m->allocator, keep);
    CX_TRY(status);
    if (!cx_i_mul_i64(m->n, m->columns, &cells)) return cx_i_out_of_memory(err);
    m->numbers = cx_i_alloc_room(&m->allocator, cells, sizeof *m->numbers);
    if (m->numbers == NULL) return cx_i_out_of_memory(err);
    for (int64_t j = 0; j < m->columns; j++)
        cx_i_used_numbers(&m->given.x->columns[j], m->row, m->n, m->numbers + j * m->n);
    CX_TRY(model_take(m, m->given.y, &m->y, err));
    return model_take(m, m->given.weights, &m->weight, err);
}

cx_status cx_i_model_read(cx_i_model *m, cx_error *err) {
    m->rows = m->given.y->length;
    m->columns = m->given.x->count;
    CX_TRY(model_check(m, err));
    CX_TRY(model_read_rows(m, err));
    CX_TRY(model_outcomes(m, err));
    CX_TRY(model_offsets(m, err));
    CX_TRY(model_clusters(m, err));
    bool ordinal = m->given.kind == CX_I_MODEL_ORDINAL;
    m->levels = m->options.intercept && m->given.period == NULL ? 1 : 0;
    CX_TRY(ordinal ? model_classes(m, err) : model_periods(m, err));
    CX_TRY(model_terms(m, err));
    model_sizes(m);
    if (m->count <= (double)m->p)
        return cx_i_fail(err, CX_E_FEW, "%d complete rows cannot tell %d terms apart", m->n, m->p);
    return CX_OK;
}

void cx_i_model_free(cx_i_model *m) {
    void *const own[] = {m->row,   m->numbers, m->y,         m->weight,    m->offset,
                         m->code,  m->unit,    m->label,     m->term,      m->center,
                         m->scale, m->kept,    m->separated, m->collinear, m->partner};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) cx_i_free(&m->allocator, own[i]);
    cx_i_keys_free(&m->keys);
    cx_i_glm_free(&m->allocator, &m->fit);
}
