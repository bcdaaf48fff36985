#include "business/penalised.h"

#include <cxkit/random.h>

#include "base/array.h"
#include "base/keys.h"
#include "stat/resample.h"

/* Everything that lives while the parts are gone through. */
typedef struct folds_work {
    cx_i_penalised *model;
    const cx_frame *x;
    const cx_array *y, *weights, *clusters;
    int64_t rows, width; /* columns of x, the outcome, the weights */
    int32_t *fold;       /* of each row */
    int64_t *count;      /* rows of each fold */
    double *copy;        /* one fold's rows, by columns */
    cx_array *column;    /* the same as arrays, with their names */
    cx_moments *part, *rest;
    cx_i_penalised_block block; /* of the part */
    double *coefficient;        /* p */
    double *mean;               /* folds x penalties: squared error of a part */
    double *w;                  /* weight of a part */
    cx_i_keys keys;
    const cx_allocator *a;
} folds_work;

static void folds_free(folds_work *work) {
    cx_i_keys_free(&work->keys);
    cx_moments_free(work->part);
    cx_moments_free(work->rest);
    void *pieces[] = {work->fold,     work->count,       work->copy, work->column,
                      work->block.xx, work->coefficient, work->mean};
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) cx_i_free(work->a, pieces[i]);
}

static cx_status folds_allocate(folds_work *work, cx_error *err) {
    int64_t p = work->model->p, folds = work->model->options.folds;
    int64_t steps = work->model->options.penalties, errors = folds * steps + folds;
    work->fold = cx_i_alloc_array(work->a, work->rows, sizeof *work->fold);
    work->count = cx_i_alloc_array(work->a, folds, sizeof *work->count);
    work->column = cx_i_alloc_array(work->a, work->width, sizeof *work->column);
    work->block.xx = cx_i_alloc_array(work->a, p * p + 2 * p, sizeof(double));
    work->coefficient = cx_i_alloc_array(work->a, p, sizeof(double));
    work->mean = cx_i_alloc_array(work->a, errors, sizeof(double));
    if (work->fold == NULL || work->count == NULL || work->column == NULL ||
        work->block.xx == NULL || work->coefficient == NULL || work->mean == NULL)
        return cx_i_out_of_memory(err);
    work->block.xy = work->block.xx + p * p;
    work->block.mean = work->block.xy + p;
    work->w = work->mean + folds * steps;
    return CX_OK;
}

/* -- which row goes where ------------------------------------------------------------------ */

/* A whole number below `most` */
static int64_t folds_draw(const cx_penalised_options *options, uint64_t index, int64_t most) {
    return (int64_t)(cx_random_uniform(options->seed, CX_I_PURPOSE_FOLDS, index, 0) * (double)most);
}

/* Rows are dealt in blocks of one for each part, in an order of their own: parts are of one size.
 */
static cx_status folds_by_row(folds_work *work, cx_error *err) {
    const cx_penalised_options *options = &work->model->options;
    int64_t folds = options->folds;
    int32_t *deck = cx_i_alloc_array(work->a, folds, sizeof *deck);
    if (deck == NULL) return cx_i_out_of_memory(err);
    for (int64_t k = 0; k < folds; k++) deck[k] = (int32_t)k;
    for (int64_t r = 0; r < work->rows; r++) {
        int64_t left = folds - r % folds, at = folds_draw(options, (uint64_t)r, left);
        work->fold[r] = deck[at];
        deck[at] = deck[left - 1];
        deck[left - 1] = work->fold[r];
    }
    cx_i_free(work->a, deck);
    return CX_OK;
}

static cx_status folds_by_cluster(folds_work *work, cx_error *err) {
    const cx_penalised_options *options = &work->model->options;
    cx_array key = *work->clusters;
    key.name = cx_i_array_name(&key, "clusters");
    cx_frame by = {&key, 1, {0, 0}};
    int64_t number[CX_I_BLOCK];
    CX_TRY(cx_i_keys_bind(&work->keys, &by, err));
    for (int64_t start = 0; start < work->rows; start += CX_I_BLOCK) {
        int64_t count = work->rows - start < CX_I_BLOCK ? work->rows - start : CX_I_BLOCK;
        CX_TRY(cx_i_keys_read(&work->keys, &by, start, count, number, err));
        for (int64_t i = 0; i < count; i++) {
            size_t size;
            const uint8_t *bytes = cx_i_keys_bytes(&work->keys, number[i], &size);
            work->fold[start + i] =
                (int32_t)folds_draw(options, cx_i_keys_hash(bytes, size), options->folds);
        }
    }
    return CX_OK;
}

static cx_status folds_assign(folds_work *work, cx_error *err) {
    CX_TRY(work->clusters != NULL ? folds_by_cluster(work, err) : folds_by_row(work, err));
    for (int64_t r = 0; r < work->rows; r++) work->count[work->fold[r]]++;
    int64_t most = 0;
    for (int64_t k = 0; k < work->model->options.folds; k++)
        if (work->count[k] > most) most = work->count[k];
    work->copy = cx_i_alloc_array(work->a, most * work->width, sizeof(double));
    return work->copy == NULL ? cx_i_out_of_memory(err) : CX_OK;
}

/* -- one part ------------------------------------------------------------------------------ */

static const cx_array *folds_source(const folds_work *work, int64_t c) {
    int64_t p = work->x->count;
    return c < p ? &work->x->columns[c] : c == p ? work->y : work->weights;
}

static void folds_gather(folds_work *work, int64_t k) {
    double room[CX_I_BLOCK];
    for (int64_t c = 0; c < work->width; c++) {
        double *out = work->copy + c * work->count[k];
        for (int64_t start = 0, used = 0; start < work->rows; start += CX_I_BLOCK) {
            int64_t count = work->rows - start < CX_I_BLOCK ? work->rows - start : CX_I_BLOCK;
            const double *from = cx_i_array_doubles(folds_source(work, c), start, count, room);
            for (int64_t i = 0; i < count; i++)
                if (work->fold[start + i] == k) out[used++] = from[i];
        }
        work->column[c] = cx_array_of(out, CX_F64, work->count[k]);
        work->column[c].name = c < work->width ? cx_moments_name(work->model->x, c) : NULL;
    }
}

/* The part's moments, and those of all other rows */
static cx_status folds_split(folds_work *work, int64_t k, cx_error *err) {
    const cx_moments *all = work->model->x;
    cx_frame frame = {work->column, work->x->count + 1, {0, 0}};
    folds_gather(work, k);
    cx_moments_free(work->part);
    cx_moments_free(work->rest);
    work->part = work->rest = NULL;
    CX_TRY(cx_moments_copy(all, work->a, &work->part, err));
    CX_TRY(cx_moments_copy(all, work->a, &work->rest, err));
    cx_moments_reset(work->part);
    CX_TRY(cx_moments_add(work->part, &frame,
                          work->weights == NULL ? NULL : &work->column[work->width - 1], err));
    if (cx_moments_n(all) - cx_moments_n(work->part) < 2)
        return cx_i_fail(err, CX_E_FEW,
                         "part %d of %d has %d of %d rows, which leaves too few for a fit: give "
                         "more clusters, or more rows",
                         k + 1, work->model->options.folds, cx_moments_n(work->part),
                         cx_moments_n(all));
    return cx_moments_subtract(work->rest, work->part, err);
}

/* Mean squared error in the part of the model that the rest gave */
static double folds_error(folds_work *work) {
    const cx_i_penalised *model = work->model;
    const cx_i_penalised_block *block = &work->block;
    int64_t p = model->p;
    double shift = block->y_mean - cx_i_penalised_constant(model), sum = block->yy;
    for (int64_t j = 0; j < p; j++) work->coefficient[j] = cx_i_penalised_coefficient(model, j);
    for (int64_t i = 0; i < p; i++) {
        double b = work->coefficient[i], row = 0;
        if (b == 0) continue;
        for (int64_t j = 0; j < p; j++) row += block->xx[i * p + j] * work->coefficient[j];
        sum += b * (row - 2 * block->xy[i]);
        shift -= b * block->mean[i];
    }
    return sum + shift * shift;
}

static cx_status folds_part(folds_work *work, int64_t k, cx_error *err) {
    cx_i_penalised *model = work->model;
    int64_t steps = model->options.penalties;
    work->w[k] = 0;
    if (work->count[k] == 0) return CX_OK;
    CX_TRY(folds_split(work, k, err));
    if (cx_moments_n(work->part) == 0) return CX_OK;
    CX_TRY(cx_i_penalised_read(model, work->rest, err));
    cx_i_penalised_block_read(model, work->part, &work->block);
    work->w[k] = work->block.w;
    for (int64_t s = 0; s < steps; s++) {
        cx_i_penalised_solve(model, model->grid[s]);
        work->mean[k * steps + s] = folds_error(work);
    }
    return CX_OK;
}

static void folds_summarise(folds_work *work) {
    cx_i_penalised *model = work->model;
    int64_t folds = model->options.folds, steps = model->options.penalties;
    int64_t used = 0;
    double w = 0;
    for (int64_t k = 0; k < folds; k++) w += work->w[k];
    for (int64_t k = 0; k < folds; k++) used += work->w[k] > 0 ? 1 : 0;
    for (int64_t s = 0; s < steps; s++) {
        double mean = 0, square = 0;
        for (int64_t k = 0; k < folds; k++) mean += work->w[k] * work->mean[k * steps + s] / w;
        for (int64_t k = 0; k < folds; k++) {
            double off = work->mean[k * steps + s] - mean;
            square += work->w[k] / w * off * off;
        }
        model->error[s] = mean;
        model->spread[s] = sqrt(square / (double)(used - 1));
    }
}

cx_status cx_i_penalised_folds(cx_i_penalised *model, const cx_frame *x, const cx_array *y,
                               const cx_array *weights, const cx_array *clusters, cx_error *err) {
    folds_work work = {.model = model,
                       .x = x,
                       .y = y,
                       .weights = weights,
                       .clusters = clusters,
                       .a = model->allocator};
    work.rows = y->length;
    work.width = x->count + (weights == NULL ? 1 : 2);
    cx_i_keys_init(&work.keys, work.a);
    cx_status status = folds_allocate(&work, err);
    if (status == CX_OK) status = folds_assign(&work, err);
    for (int64_t k = 0; k < model->options.folds && status == CX_OK; k++)
        status = folds_part(&work, k, err);
    if (status == CX_OK) folds_summarise(&work);
    if (status == CX_OK) status = cx_i_penalised_read(model, model->x, err);
    folds_free(&work);
    return status;
}
