#include "business/penalised.h"

#include "stat/linalg.h"

/* -- memory -------------------------------------------------------------------------------- */

static void penalised_lay_out(cx_i_penalised *model, double *memory) {
    int64_t p = model->p, steps = model->options.penalties;
    model->memory = memory;
    model->block = (cx_i_penalised_block){.xx = memory, .xy = memory + p * p};
    model->block.mean = model->block.xy + p;
    model->matrix = model->block.mean + p;
    model->r = model->matrix + p * p;
    model->scale = model->r + p;
    model->grid = model->scale + p;
    model->error = model->grid + steps;
    model->spread = model->error + steps;
}

void cx_i_penalised_close(cx_i_penalised *model) {
    cx_i_free(model->allocator, model->memory);
    cx_i_free(model->allocator, model->room.memory);
    cx_i_free(model->allocator, model->ridge.memory);
}

/* -- reading a state ----------------------------------------------------------------------- */

void cx_i_penalised_block_read(const cx_i_penalised *model, const cx_moments *state,
                               cx_i_penalised_block *block) {
    const cx_i_sums *sums = cx_i_moments_now(state);
    int64_t p = model->p;
    block->w = cx_i_tf_double(sums->w);
    for (int64_t i = 0; i < p; i++) {
        int64_t column = model->use[i];
        for (int64_t k = 0; k <= i; k++) {
            cx_i_twofold product = cx_i_moments_product(sums, column, model->use[k]);
            block->xx[i * p + k] = block->xx[k * p + i] = cx_i_tf_double(product) / block->w;
        }
        cx_i_twofold with = cx_i_moments_product(sums, column, model->outcome);
        block->xy[i] = cx_i_tf_double(with) / block->w;
        block->mean[i] = cx_i_tf_double(sums->mean[column]);
    }
    cx_i_twofold own = cx_i_moments_product(sums, model->outcome, model->outcome);
    block->yy = cx_i_tf_double(own) / block->w;
    block->y_mean = cx_i_tf_double(sums->mean[model->outcome]);
}

static void penalised_standardise(cx_i_penalised *model) {
    const cx_i_penalised_block *block = &model->block;
    int64_t p = model->p;
    model->y_scale = sqrt(block->yy);
    for (int64_t i = 0; i < p; i++)
        model->scale[i] = block->xx[i * p + i] > 0 ? sqrt(block->xx[i * p + i]) : 1;
    for (int64_t i = 0; i < p; i++) {
        model->r[i] = block->xy[i] / (model->scale[i] * model->y_scale);
        for (int64_t k = 0; k < p; k++)
            model->matrix[i * p + k] = block->xx[i * p + k] / (model->scale[i] * model->scale[k]);
        if (block->xx[i * p + i] > 0) model->matrix[i * p + i] = 1;
    }
}

cx_status cx_i_penalised_read(cx_i_penalised *model, const cx_moments *state, cx_error *err) {
    cx_i_penalised_block_read(model, state, &model->block);
    if (!(model->block.yy > 0)) {
        const char *name = cx_moments_name(model->x, model->outcome);
        return cx_i_blame(err, name,
                          cx_i_fail(err, CX_E_CONSTANT, "the outcome %s is constant", name));
    }
    penalised_standardise(model);
    memset(model->room.beta, 0, (size_t)model->p * sizeof(double));
    if (model->options.method != CX_PENALTY_RIDGE) return CX_OK;
    cx_i_free(model->allocator, model->ridge.memory);
    model->ridge.memory = NULL;
    return cx_i_ridge_new(&model->ridge, model->matrix, model->r, model->p, model->allocator, err);
}

/* -- the path ------------------------------------------------------------------------------ */

/* Where an elastic net's first column comes in. A ridge has no such place: it starts where next to
 * nothing of the outcome is explained. */
static double penalised_largest(const cx_i_penalised *model) {
    double most = 0;
    for (int64_t j = 0; j < model->p; j++) {
        double r = model->options.non_negative ? model->r[j] : fabs(model->r[j]);
        if (r > most) most = r;
    }
    if (!(most > 0)) most = 1e-6;
    return most * (model->options.method == CX_PENALTY_RIDGE ? 1000 : 1 / model->options.mix);
}

static void penalised_grid(cx_i_penalised *model) {
    int64_t steps = model->options.penalties;
    double largest = penalised_largest(model);
    bool wide = cx_moments_n(model->x) <= model->p;
    double range = model->options.method == CX_PENALTY_RIDGE ? 1e-9 : wide ? 1e-2 : 1e-4;
    for (int64_t s = 0; s < steps; s++)
        model->grid[s] = largest * pow(range, (double)s / (double)(steps - 1));
}

cx_status cx_i_penalised_open(cx_i_penalised *model, cx_error *err) {
    int64_t p = model->p;
    int64_t doubles = 2 * p * p + 4 * p + 3 * model->options.penalties;
    double *memory = cx_i_alloc_array(model->allocator, doubles, sizeof *memory);
    if (memory == NULL) return cx_i_out_of_memory(err);
    penalised_lay_out(model, memory);
    CX_TRY(cx_i_penalty_room_new(&model->room, p, model->allocator, err));
    CX_TRY(cx_i_penalised_read(model, model->x, err));
    penalised_grid(model);
    return CX_OK;
}

/* -- solving ------------------------------------------------------------------------------- */

static cx_i_penalty penalised_problem(const cx_i_penalised *model, double penalty) {
    bool bare = model->options.method == CX_PENALTY_NON_NEGATIVE;
    return (cx_i_penalty){.p = model->p,
                          .matrix = model->matrix,
                          .outcome = model->r,
                          .penalty = bare ? 0 : penalty,
                          .mix = bare ? 1 : model->options.mix,
                          .non_negative = bare || model->options.non_negative};
}

double cx_i_penalised_solve(cx_i_penalised *model, double penalty) {
    if (model->options.method == CX_PENALTY_RIDGE) {
        cx_i_ridge_solve(&model->ridge, penalty, model->room.beta);
        return 0;
    }
    cx_i_penalty problem = penalised_problem(model, penalty);
    return cx_i_penalty_solve(&problem, &model->room);
}

double cx_i_penalised_freedom(cx_i_penalised *model, double penalty) {
    if (model->options.method == CX_PENALTY_RIDGE)
        return cx_i_ridge_freedom(&model->ridge, penalty);
    cx_i_penalty problem = penalised_problem(model, penalty);
    return cx_i_penalty_freedom(&problem, &model->room);
}

/* 2 r'b - b'R b */
double cx_i_penalised_r2(const cx_i_penalised *model) {
    int64_t p = model->p;
    const double *beta = model->room.beta;
    double sum = 0;
    for (int64_t i = 0; i < p; i++) {
        double row = 0;
        for (int64_t k = 0; k < p && beta[i] != 0; k++) row += model->matrix[i * p + k] * beta[k];
        sum += beta[i] * (2 * model->r[i] - row);
    }
    return sum;
}

double cx_i_penalised_coefficient(const cx_i_penalised *model, int64_t j) {
    return model->room.beta[j] * model->y_scale / model->scale[j];
}

double cx_i_penalised_constant(const cx_i_penalised *model) {
    double level = model->block.y_mean;
    for (int64_t j = 0; j < model->p; j++)
        level -= cx_i_penalised_coefficient(model, j) * model->block.mean[j];
    return level;
}
