#include "business/moments.h"

#define PAIRS_ROWS CX_I_MOMENTS_BLOCK
#define PAIRS_COLUMNS 3 /* of a block: the constant and two */

/* -- memory ------------------------------------------------------------------------------------ */

static int64_t pairs_count(const cx_moments *self) {
    return cx_i_packed_size(self->p);
}

/* Two means, three products, two counts for each pair, twice. */
static bool pairs_size(const cx_moments *self, size_t *size) {
    size_t one = 5 * sizeof(cx_i_twofold) + 2 * sizeof(int64_t) + sizeof(cx_i_sums), all;
    size_t block = 4 * PAIRS_COLUMNS * PAIRS_ROWS * sizeof(double) +
                   PAIRS_COLUMNS * (2 * sizeof(cx_i_twofold) + 2 * sizeof(double));
    return cx_i_mul_size((size_t)pairs_count(self), 2 * one, &all) &&
           cx_i_add_size(all, block, size);
}

static void pairs_lay_out(cx_moments *self) {
    cx_i_moment_pairs *pairs = self->pairs;
    cx_i_block *block = &pairs->block;
    cx_i_twofold *numbers = pairs->memory;
    block->total = numbers;
    block->step = block->total + PAIRS_COLUMNS;
    numbers = block->step + PAIRS_COLUMNS;
    double *values = (double *)(numbers + 10 * pairs_count(self));
    double **columns[] = {&block->hi, &block->lo, &block->weighted_hi, &block->weighted_lo};
    for (int c = 0; c < 4; c++, values += PAIRS_COLUMNS * PAIRS_ROWS) *columns[c] = values;
    block->origin = values;
    block->is_short = (bool *)(values + PAIRS_COLUMNS);
    block->weighted_short = block->is_short + PAIRS_COLUMNS;
    int64_t *counts = (int64_t *)(values + 2 * PAIRS_COLUMNS);
    cx_i_sums *sums = (cx_i_sums *)(counts + 4 * pairs_count(self));
    for (int which = 0; which < 2; which++) {
        pairs->sums[which] = sums + which * pairs_count(self);
        for (int64_t k = 0; k < pairs_count(self); k++, numbers += 5, counts += 2) {
            pairs->sums[which][k].mean = numbers;
            pairs->sums[which][k].product = numbers + 2;
            pairs->sums[which][k].missing_in = counts;
        }
    }
}

cx_status cx_i_moments_make_pairs(cx_moments *self, cx_error *err) {
    size_t size;
    self->pairs = cx_i_alloc(&self->allocator, sizeof *self->pairs);
    if (self->pairs == NULL || !pairs_size(self, &size)) return cx_i_out_of_memory(err);
    self->pairs->memory = cx_i_alloc(&self->allocator, size);
    if (self->pairs->memory == NULL) return cx_i_out_of_memory(err);
    pairs_lay_out(self);
    return CX_OK;
}

void cx_i_moments_free_pairs(cx_moments *self) {
    if (self->pairs == NULL) return;
    cx_i_free(&self->allocator, self->pairs->memory);
    cx_i_free(&self->allocator, self->pairs);
    self->pairs = NULL;
}

void cx_i_moments_copy_pairs(const cx_moments *from, cx_moments *self, int now) {
    for (int64_t i = 0; i < self->p; i++)
        for (int64_t j = 0; j <= i; j++)
            cx_i_moments_copy_sums(cx_i_moments_pair(from, from->now, i, j),
                                   cx_i_moments_pair(self, now, i, j), cx_i_pair_width(i, j));
}

/* -- adding ------------------------------------------------------------------------------------ */

/* The rows of the block that have both columns, the lower one first */
static void pairs_gather(const cx_moments *self, int64_t i, int64_t j, int64_t rows) {
    cx_i_block *to = &self->pairs->block;
    const double *x = self->block.hi + (j + 1) * PAIRS_ROWS;
    const double *y = self->block.hi + (i + 1) * PAIRS_ROWS;
    to->weighted = self->block.weighted;
    to->rows = 0;
    for (int64_t r = 0; r < rows; r++) {
        to->hi[PAIRS_ROWS + to->rows] = x[r];
        to->hi[2 * PAIRS_ROWS + to->rows] = y[r];
        if (to->weighted) to->weighted_hi[to->rows] = self->block.weighted_hi[r];
        to->rows += self->keep[r] && !isnan(x[r]) && !isnan(y[r]);
    }
}

void cx_i_moments_join_pairs(cx_moments *self, int64_t rows) {
    for (int64_t i = 0; i < self->p; i++)
        for (int64_t j = 0; j <= i; j++) {
            cx_i_sums *sums = cx_i_moments_pair(self, 1 - self->now, i, j);
            pairs_gather(self, i, j, rows);
            sums->n += self->pairs->block.rows;
            cx_i_moments_join(sums, cx_i_pair_width(i, j), &self->pairs->block);
        }
}

void cx_i_moments_mark_weighted(cx_moments *self, bool weighted) {
    cx_i_sums *next = &self->sums[1 - self->now];
    next->weighted = next->weighted || weighted;
    for (int64_t k = 0; self->pairs != NULL && k < pairs_count(self); k++)
        self->pairs->sums[1 - self->now][k].weighted = next->weighted;
}

bool cx_i_moments_settle(cx_moments *self) {
    int next = 1 - self->now;
    if (!cx_i_sums_finite(&self->sums[next], self->p)) return false;
    cx_i_sums_settle(&self->sums[next], self->p);
    for (int64_t i = 0; i < self->p && self->pairs != NULL; i++)
        for (int64_t j = 0; j <= i; j++) {
            cx_i_sums *sums = cx_i_moments_pair(self, next, i, j);
            if (!cx_i_sums_finite(sums, cx_i_pair_width(i, j))) return false;
            cx_i_sums_settle(sums, cx_i_pair_width(i, j));
        }
    return true;
}
