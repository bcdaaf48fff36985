#include "business/regress.h"

/* Normal equations in double-double, from compensated moments. */

typedef struct solve_room {
    const cx_i_sums *sums;
    const int64_t *use;   /* positions of the columns in the sums; NULL: as they are */
    cx_i_twofold *factor; /* p x p, packed: of the columns scaled to a variance of 1 */
    cx_i_twofold *z, *b;  /* p */
    double *scale;        /* p + 1: the outcome's last */
    bool *dropped;        /* p */
} solve_room;

/* -- moments ------------------------------------------------------------------------------- */

static void solve_add(const cx_i_rows *rows, cx_moments *moments) {
    cx_i_block *block = &moments->block;
    cx_i_sums *sums = &moments->sums[moments->now];
    block->weighted = rows->weight != NULL;
    for (int64_t start = 0; start < rows->n; start += CX_I_MOMENTS_BLOCK) {
        int64_t left = rows->n - start;
        block->rows = left < CX_I_MOMENTS_BLOCK ? left : CX_I_MOMENTS_BLOCK;
        size_t bytes = (size_t)block->rows * sizeof(double);
        for (int64_t j = 0; j <= rows->p; j++)
            memcpy(block->hi + (j + 1) * CX_I_MOMENTS_BLOCK, rows->column[j] + start, bytes);
        if (block->weighted) memcpy(block->weighted_hi, rows->weight + start, bytes);
        cx_i_moments_join(sums, moments->p, block);
    }
    sums->n = rows->n;
    cx_i_sums_settle(sums, moments->p);
}

static int64_t solve_at(const solve_room *room, int64_t j) {
    return room->use == NULL ? j : room->use[j];
}

static cx_i_twofold solve_mean(const solve_room *room, int64_t j) {
    return room->sums->mean[solve_at(room, j)];
}

/* About the mean, or about 0 when there is no constant */
static cx_i_twofold solve_product(const solve_room *room, int64_t i, int64_t j, bool constant) {
    cx_i_twofold product = cx_i_moments_product(room->sums, solve_at(room, i), solve_at(room, j));
    if (constant) return product;
    cx_i_twofold means = cx_i_tf_multiply(solve_mean(room, i), solve_mean(room, j));
    return cx_i_tf_add(product, cx_i_tf_multiply(room->sums->w, means));
}

static cx_i_twofold solve_scaled(const solve_room *room, int64_t i, int64_t j, bool constant) {
    cx_i_twofold product = solve_product(room, i, j, constant);
    product = cx_i_tf_divide(product, cx_i_tf(room->scale[i]));
    return cx_i_tf_divide(product, cx_i_tf(room->scale[j]));
}

static void solve_fill(solve_room *room, int64_t p, bool constant) {
    for (int64_t j = 0; j <= p; j++) {
        double square = solve_product(room, j, j, constant).hi;
        room->scale[j] = square > 0 ? sqrt(square) : 1;
    }
    for (int64_t j = 0; j < p; j++) {
        for (int64_t i = 0; i <= j; i++)
            room->factor[cx_i_packed(j, i)] = solve_scaled(room, j, i, constant);
        room->z[j] = solve_scaled(room, j, p, constant);
    }
}

/* -- what is dropped ----------------------------------------------------------------------- */

/* Partners of a dropped column: what counts for more than a tenth in the combination that it is, in
 * standard deviations, else the largest. A hidden one says that fixed effects determine it. */
static void solve_partners(solve_room *room, const cx_i_linear *linear, int64_t j, cx_fit *fit) {
    int64_t shift = linear->constant - linear->rows->hidden, largest = 0;
    for (int64_t i = 0; i < j; i++) room->b[i] = solve_scaled(room, j, i, linear->constant);
    cx_i_cholesky_forward(room->factor, j, room->b);
    cx_i_cholesky_backward(room->factor, j, room->b);
    for (int64_t i = 0; i < j; i++)
        if (fabs(room->b[i].hi) > fabs(room->b[largest].hi)) largest = i;
    bool any = false;
    for (int64_t i = linear->rows->hidden; i < j; i++) {
        if (!(fabs(room->b[i].hi) > 0.1) && i != largest) continue;
        fit->partner[(j + shift) * fit->p + i + shift] = any = true;
    }
    if (!any) fit->status[j + shift] = CX_TERM_ABSORBED;
}

static void solve_drop(solve_room *room, const cx_i_linear *linear, cx_fit *fit) {
    for (int64_t j = linear->rows->hidden; j < linear->rows->p; j++) {
        int64_t term = j - linear->rows->hidden + linear->constant;
        if (!room->dropped[j] || fit->status[term] != CX_TERM_OK) continue;
        bool flat = !(solve_product(room, j, j, linear->constant).hi > 0);
        fit->status[term] = flat ? CX_TERM_CONSTANT : CX_TERM_COLLINEAR;
        if (!flat) solve_partners(room, linear, j, fit);
    }
}

/* -- coefficients -------------------------------------------------------------------------- */

static cx_status solve_allocate(cx_i_linear *linear, cx_error *err) {
    cx_i_rows *rows = linear->rows;
    int64_t q = linear->q, k = linear->k;
    double *room = cx_i_rows_take(rows, 3 * q + q * q + k * k, sizeof *room);
    linear->kept = cx_i_rows_take(rows, q, sizeof *linear->kept);
    if (room == NULL || linear->kept == NULL) return cx_i_out_of_memory(err);
    linear->mean = room;
    linear->scale = room + q;
    linear->beta = room + 2 * q;
    linear->lower = room + 3 * q;
    linear->root = linear->lower + q * q;
    return CX_OK;
}

/* The factor of the kept columns, and its inverse as the root of the covariance. */
static void solve_root(solve_room *room, cx_i_linear *linear) {
    int64_t q = linear->q, k = linear->k, shift = linear->constant, p = linear->rows->p;
    for (int64_t a = 0; a < q; a++)
        for (int64_t b = 0; b <= a; b++)
            linear->lower[a * q + b] =
                cx_i_tf_double(room->factor[cx_i_packed(linear->kept[a], linear->kept[b])]);
    if (linear->constant) linear->root[0] = linear->level;
    for (int64_t c = 0; c < q; c++) { /* column c of the root: L'^-1 of a unit vector */
        for (int64_t j = 0; j < p; j++) room->b[j] = cx_i_tf(j == linear->kept[c] ? 1 : 0);
        cx_i_cholesky_backward(room->factor, p, room->b);
        cx_i_twofold level = cx_i_tf(0);
        for (int64_t a = 0; a < q; a++) {
            int64_t j = linear->kept[a];
            cx_i_twofold slope = cx_i_tf_divide(room->b[j], cx_i_tf(room->scale[j]));
            linear->root[(a + shift) * k + c + shift] = cx_i_tf_double(slope);
            if (linear->constant)
                level = cx_i_tf_subtract(level, cx_i_tf_multiply(slope, solve_mean(room, j)));
        }
        if (linear->constant) linear->root[c + shift] = cx_i_tf_double(level);
    }
}

static void solve_squares(const solve_room *room, cx_i_linear *linear) {
    int64_t p = linear->rows->p;
    double scale = room->scale[p];
    cx_i_twofold rest = solve_scaled(room, p, p, linear->constant);
    linear->tss = cx_i_tf_double(rest) * scale * scale;
    for (int64_t j = 0; j < p; j++)
        rest = cx_i_tf_subtract(rest, cx_i_tf_multiply(room->z[j], room->z[j]));
    linear->rss = rest.hi > 0 ? cx_i_tf_double(rest) * scale * scale : 0;
}

static void solve_slopes(solve_room *room, cx_i_linear *linear, cx_fit *fit) {
    int64_t p = linear->rows->p, shift = linear->constant - linear->rows->hidden;
    cx_i_twofold level = linear->constant ? solve_mean(room, p) : cx_i_tf(0);
    cx_i_cholesky_backward(room->factor, p, room->z);
    for (int64_t a = 0; a < linear->q; a++) {
        int64_t j = linear->kept[a];
        cx_i_twofold b = cx_i_tf_multiply(room->z[j], cx_i_tf(room->scale[p]));
        b = cx_i_tf_divide(b, cx_i_tf(room->scale[j]));
        level = cx_i_tf_subtract(level, cx_i_tf_multiply(b, solve_mean(room, j)));
        linear->beta[a] = cx_i_tf_double(b);
        if (j >= linear->rows->hidden) fit->coefficient[j + shift] = linear->beta[a];
        linear->mean[a] = linear->constant ? cx_i_tf_double(solve_mean(room, j)) : 0;
        linear->scale[a] = room->scale[j];
    }
    linear->mean_y = linear->constant ? cx_i_tf_double(solve_mean(room, p)) : 0;
    linear->alpha = linear->constant ? cx_i_tf_double(level) : 0;
    if (linear->constant) fit->coefficient[0] = linear->alpha;
}

static cx_status solve_check(const solve_room *room, const cx_i_linear *linear, cx_error *err) {
    const cx_i_rows *rows = linear->rows;
    const char *outcome = rows->name[rows->terms];
    if (room->use == NULL && !cx_i_sums_finite(room->sums, rows->p + 1))
        return cx_i_fail(err, CX_E_OVERFLOW,
                         "the squares of a column exceed the range of double: change its unit");
    if (!(solve_product(room, rows->p, rows->p, linear->constant).hi > 0))
        return cx_i_blame(err, outcome,
                          cx_i_fail(err, CX_E_CONSTANT, "the outcome %s is constant", outcome));
    return CX_OK;
}

static cx_status solve_run(solve_room *room, cx_i_linear *linear, double tolerance, cx_fit *fit,
                           cx_error *err) {
    cx_i_rows *rows = linear->rows;
    CX_TRY(solve_check(room, linear, err));
    solve_fill(room, rows->p, linear->constant);
    linear->q = cx_i_cholesky(room->factor, rows->p, tolerance, room->dropped);
    linear->k = linear->q + linear->constant;
    linear->level = linear->constant ? 1 / sqrt(cx_i_tf_double(room->sums->w)) : 0;
    CX_TRY(solve_allocate(linear, err));
    for (int64_t j = 0, a = 0; j < rows->p; j++)
        if (!room->dropped[j]) linear->kept[a++] = j;
    solve_drop(room, linear, fit);
    cx_i_cholesky_forward(room->factor, rows->p, room->z);
    solve_squares(room, linear);
    solve_slopes(room, linear, fit);
    solve_root(room, linear);
    return CX_OK;
}

cx_status cx_i_linear_solve(cx_i_linear *linear, const cx_i_sums *sums, const int64_t *use,
                            double tolerance, cx_fit *fit, cx_error *err) {
    cx_i_rows *rows = linear->rows;
    int64_t p = rows->p;
    cx_moments *moments = NULL;
    solve_room room = {.sums = sums, .use = use};
    room.factor = cx_i_rows_take(rows, cx_i_packed_size(p) + 2 * p, sizeof *room.factor);
    room.scale = cx_i_rows_take(rows, p + 1, sizeof *room.scale);
    room.dropped = cx_i_rows_take(rows, p, sizeof *room.dropped);
    if (room.factor == NULL || room.scale == NULL || room.dropped == NULL)
        return cx_i_out_of_memory(err);
    room.z = room.factor + cx_i_packed_size(p);
    room.b = room.z + p;
    if (sums == NULL) {
        CX_TRY(cx_i_moments_make(p + 1, 0, &rows->allocator, &moments, err));
        solve_add(rows, moments);
        room.sums = cx_i_moments_now(moments);
    }
    cx_status status = solve_run(&room, linear, tolerance, fit, err);
    cx_moments_free(moments);
    return status;
}

/* -- using it ------------------------------------------------------------------------------ */

int64_t cx_i_linear_term(const cx_i_linear *linear, int64_t i) {
    if (linear->constant && i == 0) return 0;
    return linear->kept[i - linear->constant] - linear->rows->hidden + linear->constant;
}

cx_status cx_i_linear_spread(const cx_i_linear *linear, const double *meat, double factor,
                             cx_fit *fit, cx_error *err) {
    int64_t k = linear->k;
    double *half = cx_i_rows_take(linear->rows, k * k, sizeof *half);
    if (half == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j < k; j++)
            for (int64_t a = 0; a < k; a++)
                half[i * k + j] += linear->root[i * k + a] * meat[a * k + j];
    for (int64_t i = 0; i < k; i++)
        for (int64_t j = 0; j <= i; j++) {
            double sum = 0;
            for (int64_t a = 0; a < k; a++) sum += half[i * k + a] * linear->root[j * k + a];
            int64_t s = cx_i_linear_term(linear, i), t = cx_i_linear_term(linear, j);
            if (s < 0 || t < 0) continue;
            fit->covariance[s * fit->p + t] = fit->covariance[t * fit->p + s] = factor * sum;
        }
    return CX_OK;
}

void cx_i_linear_influence(const cx_i_linear *linear, const double *score, double factor,
                           cx_fit *fit, int64_t unit) {
    int64_t k = linear->k;
    double *out = fit->influence + unit * fit->p;
    for (int64_t j = 0; j < fit->p; j++) out[j] = NAN;
    for (int64_t i = 0; i < k; i++) {
        int64_t term = cx_i_linear_term(linear, i);
        double sum = 0;
        for (int64_t a = 0; a < k; a++) sum += linear->root[i * k + a] * score[a];
        if (term >= 0) out[term] = factor * sum;
    }
}

double cx_i_linear_df(const cx_i_linear *linear) {
    return linear->rows->count - (double)(linear->k + linear->rows->absorb.rank);
}

cx_status cx_i_linear_block_new(cx_i_linear *linear, cx_i_linear_block *block, cx_error *err) {
    double *room = cx_i_rows_take(linear->rows, (linear->k + 2) * CX_I_LINEAR_BLOCK, sizeof *room);
    if (room == NULL) return cx_i_out_of_memory(err);
    block->z = room;
    block->residual = room + linear->k * CX_I_LINEAR_BLOCK;
    block->w = block->residual + CX_I_LINEAR_BLOCK;
    return CX_OK;
}

static void linear_read_rows(const cx_i_linear *linear, const cx_i_linear_block *block) {
    const cx_i_rows *rows = linear->rows;
    int64_t n = block->rows, start = block->start;
    const double *y = rows->column[rows->p] + start;
    for (int64_t r = 0; r < n; r++) block->residual[r] = y[r] - linear->mean_y;
    for (int64_t r = 0; r < n; r++)
        block->w[r] = rows->weight == NULL ? 1 : rows->weight[start + r];
    for (int64_t r = 0; r < n && linear->constant; r++) block->z[r] = linear->level;
    for (int64_t a = 0; a < linear->q; a++) {
        const double *x = rows->column[linear->kept[a]] + start;
        double *z = block->z + (a + linear->constant) * CX_I_LINEAR_BLOCK;
        double mean = linear->mean[a], beta = linear->beta[a];
        for (int64_t r = 0; r < n; r++) {
            double centred = x[r] - mean;
            block->residual[r] -= beta * centred;
            z[r] = centred;
        }
    }
}

void cx_i_linear_centre(const cx_i_linear *linear, int64_t start, cx_i_linear_block *block) {
    int64_t left = linear->rows->n - start;
    block->start = start;
    block->rows = left < CX_I_LINEAR_BLOCK ? left : CX_I_LINEAR_BLOCK;
    linear_read_rows(linear, block);
}

void cx_i_linear_read(const cx_i_linear *linear, int64_t start, cx_i_linear_block *block) {
    cx_i_linear_centre(linear, start, block);
    cx_i_linear_turn(linear, block);
}

/* L^-1 of the scaled rows */
void cx_i_linear_turn(const cx_i_linear *linear, cx_i_linear_block *block) {
    int64_t q = linear->q;
    double *first = block->z + linear->constant * CX_I_LINEAR_BLOCK;
    for (int64_t a = 0; a < q; a++) {
        double *z = first + a * CX_I_LINEAR_BLOCK, unit = 1 / linear->scale[a];
        for (int64_t r = 0; r < block->rows; r++) z[r] *= unit;
        for (int64_t b = 0; b < a; b++) {
            const double *before = first + b * CX_I_LINEAR_BLOCK;
            double factor = linear->lower[a * q + b];
            for (int64_t r = 0; r < block->rows; r++) z[r] -= factor * before[r];
        }
        double pivot = 1 / linear->lower[a * q + a];
        for (int64_t r = 0; r < block->rows; r++) z[r] *= pivot;
    }
}
