#include "survey/strata.h"

/* Rows into sums. A call fills a state of its own, which is then merged. */

typedef struct strata_given {
    const cx_array *y, *x, *weights, *strata, *clusters, *fpc;
    const cx_frame *by;
    cx_array *column; /* of the keys: stratum, cluster, those of `by` */
    cx_frame keys, stratum;
    int64_t zero; /* the stratum of all rows where there are none */
} strata_given;

/* -- checks -------------------------------------------------------------------------------- */

static cx_status strata_check_column(const strata_given *in, const cx_array *column,
                                     const char *role, int accepts, cx_error *err) {
    if (column == NULL) return CX_OK;
    CX_TRY(cx_i_array_check(column, role, accepts, err));
    return cx_i_array_same_length(in->y, "y", column, role, err);
}

static cx_status strata_check_by(const strata_given *in, cx_error *err) {
    if (in->by == NULL) return CX_OK;
    CX_TRY(cx_i_frame_check(in->by, "by", CX_I_KEYS, err));
    if (in->by->count == 0) return cx_i_fail(err, CX_E_EMPTY, "by has no column");
    if (in->by->count > 60)
        return cx_i_fail(err, CX_E_OPTION, "by has %d columns, and may have 60", in->by->count);
    for (int64_t i = 0; i < in->by->count; i++)
        if (strcmp(in->by->columns[i].name, CX_I_STRATA_STRATUM) == 0 ||
            strcmp(in->by->columns[i].name, CX_I_STRATA_CLUSTER) == 0)
            return cx_i_fail(err, CX_E_OPTION, "a key column cannot be called %s",
                             in->by->columns[i].name);
    return cx_i_array_same_length(in->y, "y", &in->by->columns[0], "by", err);
}

static cx_status strata_check(const cx_strata *self, const strata_given *in, cx_error *err) {
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_array_check(in->y, "y", CX_I_NUMBERS, err));
    if ((self->figure == CX_SURVEY_RATIO) != (in->x != NULL))
        return cx_i_fail(err, CX_E_OPTION,
                         in->x == NULL ? "a ratio needs a denominator"
                                       : "only a ratio has a denominator");
    CX_TRY(strata_check_column(in, in->x, "denominator", CX_I_NUMBERS, err));
    CX_TRY(strata_check_column(in, in->weights, "weights", CX_I_NUMBERS, err));
    CX_TRY(strata_check_column(in, in->strata, "strata", CX_I_KEYS, err));
    CX_TRY(strata_check_column(in, in->clusters, "clusters", CX_I_KEYS, err));
    CX_TRY(strata_check_column(in, in->fpc, "fpc", CX_I_NUMBERS, err));
    return strata_check_by(in, err);
}

/* -- keys ---------------------------------------------------------------------------------- */

/* Where there are no strata, a column of the one and only. */
static void strata_columns(strata_given *in) {
    int64_t used = 0;
    in->column[used] =
        in->strata != NULL ? *in->strata : cx_array_of(&in->zero, CX_I64, in->y->length);
    if (in->strata == NULL) in->column[used].stride = 0;
    in->column[used++].name = CX_I_STRATA_STRATUM;
    if (in->clusters != NULL) {
        in->column[used] = *in->clusters;
        in->column[used++].name = CX_I_STRATA_CLUSTER;
    }
    for (int64_t i = 0; in->by != NULL && i < in->by->count; i++)
        in->column[used++] = in->by->columns[i];
    in->keys = (cx_frame){in->column, used, {0, 0}};
    in->stratum = (cx_frame){in->column, 1, {0, 0}};
}

static cx_status strata_settle(cx_strata *self, const strata_given *in, cx_error *err) {
    self->form = CX_I_STRATA_SETTLED;
    if (in->weights != NULL) self->form |= CX_I_STRATA_WEIGHTED;
    if (in->strata != NULL) self->form |= CX_I_STRATA_STRATA;
    if (in->clusters != NULL) self->form |= CX_I_STRATA_CLUSTERS;
    if (in->fpc != NULL) self->form |= CX_I_STRATA_FINITE;
    CX_TRY(cx_i_keys_bind(&self->strata, &in->stratum, err));
    return cx_i_keys_bind(&self->keys, &in->keys, err);
}

/* -- one row ------------------------------------------------------------------------------- */

static bool strata_put(cx_i_wide_sum *sum, cx_i_twofold value) {
    return cx_i_wide_add(sum, value.hi) && (value.lo == 0 || cx_i_wide_add(sum, value.lo));
}

static bool strata_put_squares(cx_i_wide_sum *sum, bool ratio, double w, cx_i_twofold wy,
                               cx_i_twofold wx) {
    bool fits = strata_put(&sum[CX_I_SUM_WWYY], cx_i_tf_multiply(wy, wy)) &&
                strata_put(&sum[CX_I_SUM_WWXY], cx_i_tf_multiply(wy, wx));
    if (!ratio) return fits;
    return fits && strata_put(&sum[CX_I_SUM_WWY], cx_i_tf_multiply(wy, cx_i_tf(w))) &&
           strata_put(&sum[CX_I_SUM_WWXX], cx_i_tf_multiply(wx, wx)) &&
           strata_put(&sum[CX_I_SUM_WWX], cx_i_tf_multiply(wx, cx_i_tf(w)));
}

static bool strata_put_row(cx_i_wide_sum *sum, bool clusters, bool ratio, double w, double y,
                           double x) {
    cx_i_twofold wy = cx_i_tf_product(w, y), wx = ratio ? cx_i_tf_product(w, x) : cx_i_tf(w);
    bool fits = cx_i_wide_add(&sum[CX_I_SUM_W], w) && strata_put(&sum[CX_I_SUM_WY], wy) &&
                strata_put(&sum[CX_I_SUM_WW], cx_i_tf_product(w, w)) &&
                strata_put(&sum[CX_I_SUM_WYY], ratio ? wx : cx_i_tf_multiply(wy, cx_i_tf(y)));
    return fits && (clusters || strata_put_squares(sum, ratio, w, wy, wx));
}

static bool strata_put_fourth(cx_i_wide_sum *sum, double w) {
    cx_i_twofold ww = cx_i_tf_product(w, w);
    return strata_put(&sum[CX_I_SUM_W4], cx_i_tf_multiply(ww, ww));
}

/* Rows that are not used keep their weight: with a calibration it counts. */
static bool strata_put_out(cx_i_wide_sum *sum, bool clusters, double w) {
    return cx_i_wide_add(&sum[CX_I_SUM_OUT], w) &&
           (clusters || strata_put(&sum[CX_I_SUM_OUT2], cx_i_tf_product(w, w)));
}

/* -- blocks -------------------------------------------------------------------------------- */

typedef struct strata_block {
    int64_t start, count;
    double y[CX_I_BLOCK], x[CX_I_BLOCK], w[CX_I_BLOCK];
    uint8_t reason[CX_I_BLOCK]; /* 0, or a cx_excluded + 1 */
    int64_t number[CX_I_BLOCK];
} strata_block;

static cx_status strata_read_values(const cx_strata *self, const cx_array *column, double *values,
                                    strata_block *block, cx_error *err) {
    cx_i_array_read(column, block->start, block->count, values);
    for (int64_t i = 0; i < block->count; i++) {
        if (isinf(values[i]))
            return cx_i_fail_at(err, CX_E_DOMAIN, column, block->start + i, values[i],
                                "the value is infinite");
        if (block->reason[i] != 0) continue;
        block->reason[i] = cx_i_survey_reason(self->figure, &self->scale, values[i]);
        values[i] = cx_i_survey_read(self->figure, &self->scale, values[i]);
    }
    return CX_OK;
}

static cx_status strata_read_weights(const strata_given *in, strata_block *block, cx_error *err) {
    if (in->weights != NULL) cx_i_array_read(in->weights, block->start, block->count, block->w);
    for (int64_t i = 0; i < block->count; i++) {
        if (in->weights == NULL)
            block->w[i] = 1;
        else
            CX_TRY(cx_i_weight_check(in->weights, block->start + i, block->w[i], err));
        if (block->reason[i] == 0 && block->w[i] == 0)
            block->reason[i] = CX_EXCLUDED_ZERO_WEIGHT + 1;
    }
    return CX_OK;
}

/* Every row's stratum, so that all are known; and that its population is one. */
static cx_status strata_read_populations(cx_strata *self, const strata_given *in,
                                         const strata_block *block, cx_error *err) {
    double population[CX_I_BLOCK];
    int64_t number[CX_I_BLOCK];
    cx_array fpc = *in->fpc;
    fpc.name = cx_i_array_name(&fpc, "fpc");
    int64_t known = self->strata.count;
    CX_TRY(cx_i_keys_read(&self->strata, &in->stratum, block->start, block->count, number, err));
    CX_TRY(cx_i_strata_reserve(self, 0, self->strata.count, err));
    cx_i_array_read(&fpc, block->start, block->count, population);
    for (int64_t i = 0; i < block->count; i++) {
        int64_t row = block->start + i, h = number[i];
        if (!(population[i] > 0) || isinf(population[i]))
            return cx_i_fail_at(err, CX_E_DOMAIN, &fpc, row, population[i],
                                "the population of a stratum has to be above 0, and is %g",
                                population[i]);
        if (h >= known) self->population[h] = population[i], known = h + 1;
        if (self->population[h] != population[i])
            return cx_i_strata_other_population(self, h, population[i], err);
    }
    return CX_OK;
}

static cx_status strata_overflow(const strata_given *in, bool net, int64_t row, double y,
                                 cx_error *err) {
    if (net)
        return cx_i_fail_at(err, CX_E_OVERFLOW, in->y, row, y,
                            "the sum of the fourth powers of the weights exceeds 1.7e38: give "
                            "weights in larger units");
    return cx_i_fail_at(err, CX_E_OVERFLOW, in->y, row, y,
                        "the sum of squared weighted values exceeds 1.7e38: give weights or "
                        "values in larger units");
}

static cx_status strata_add_block(cx_strata *self, const strata_given *in, strata_block *block,
                                  cx_error *err) {
    bool clusters = (self->form & CX_I_STRATA_CLUSTERS) != 0, ratio = in->x != NULL;
    bool net = self->figure == CX_SURVEY_NPS && !clusters;
    for (int64_t i = 0; i < block->count; i++) {
        int64_t number = block->number[i];
        cx_i_strata_cell *cell = &self->cell[number];
        cx_i_wide_sum *sum = cx_i_strata_at(self, number);
        bool fits;
        if (block->reason[i] == 0) {
            cell->n++;
            fits = strata_put_row(sum, clusters, ratio, block->w[i], block->y[i], block->x[i]);
        } else {
            for (int r = 0; r < CX_I_STRATA_REASONS; r++)
                cell->excluded[r] += cx_i_strata_reasons[r] + 1 == block->reason[i];
            fits = strata_put_out(sum, clusters, block->w[i]);
        }
        if (net && block->reason[i] == 0) fits = fits && strata_put_fourth(sum, block->w[i]);
        if (!fits) return strata_overflow(in, net, block->start + i, block->y[i], err);
    }
    return CX_OK;
}

/* New keys get their sums; the room for them may have moved. */
static cx_status strata_read_keys(cx_strata *self, const strata_given *in, strata_block *block,
                                  cx_error *err) {
    CX_TRY(cx_i_keys_read(&self->keys, &in->keys, block->start, block->count, block->number, err));
    return cx_i_strata_reserve(self, self->keys.count, 0, err);
}

static cx_status strata_fill(cx_strata *self, const strata_given *in, strata_block *block,
                             cx_error *err) {
    CX_TRY(strata_settle(self, in, err));
    self->rows = in->y->length;
    for (block->start = 0; block->start < self->rows; block->start += CX_I_BLOCK) {
        int64_t left = self->rows - block->start;
        block->count = left < CX_I_BLOCK ? left : CX_I_BLOCK;
        memset(block->reason, 0, sizeof block->reason);
        CX_TRY(strata_read_keys(self, in, block, err));
        CX_TRY(strata_read_values(self, in->y, block->y, block, err));
        if (in->x != NULL) CX_TRY(strata_read_values(self, in->x, block->x, block, err));
        CX_TRY(strata_read_weights(in, block, err));
        if (in->fpc != NULL) CX_TRY(strata_read_populations(self, in, block, err));
        CX_TRY(strata_add_block(self, in, block, err));
    }
    return CX_OK;
}

/* -- the call ------------------------------------------------------------------------------ */

/* Without finite populations the strata follow from the keys. */
static cx_status strata_list(cx_strata *self, cx_error *err) {
    if (self->form & CX_I_STRATA_FINITE) return CX_OK;
    for (int64_t key = 0; key < self->keys.count; key++) {
        int64_t number;
        size_t size;
        const uint8_t *bytes = cx_i_keys_bytes(&self->keys, key, &size);
        size = cx_i_key_part_size(bytes, size, self->keys.columns[0].kind);
        CX_TRY(cx_i_keys_put(&self->strata, bytes, size, &number, err));
    }
    return cx_i_strata_reserve(self, 0, self->strata.count, err);
}

static cx_status strata_add(cx_strata *self, strata_given *in, cx_error *err) {
    cx_strata *more;
    int64_t columns = 2 + (in->by == NULL ? 0 : in->by->count);
    CX_TRY(cx_strata_new(CX_SURVEY_MEAN, NULL, &self->allocator, &more, err));
    more->figure = self->figure;
    more->scale = self->scale;
    in->column = cx_i_alloc_array(&self->allocator, columns, sizeof *in->column);
    strata_block *block = cx_i_alloc(&self->allocator, sizeof *block);
    cx_status status = in->column == NULL || block == NULL ? cx_i_out_of_memory(err) : CX_OK;
    if (status == CX_OK) strata_columns(in);
    if (status == CX_OK) status = strata_fill(more, in, block, err);
    if (status == CX_OK) status = strata_list(more, err);
    if (status == CX_OK) status = cx_strata_merge(self, more, err);
    if (status == CX_OK) self->form |= more->form & CX_I_STRATA_WEIGHTED;
    cx_i_free(&self->allocator, block);
    cx_i_free(&self->allocator, in->column);
    cx_strata_free(more);
    return status;
}

cx_status cx_strata_add(cx_strata *self, const cx_array *y, const cx_array *denominator,
                        const cx_array *weights, const cx_array *strata, const cx_array *clusters,
                        const cx_array *fpc, const cx_frame *by, cx_error *err) {
    strata_given in = {.y = y,
                       .x = denominator,
                       .weights = weights,
                       .strata = strata,
                       .clusters = clusters,
                       .fpc = fpc,
                       .by = by};
    CX_TRY(strata_check(self, &in, err));
    return strata_add(self, &in, err);
}
