#ifndef CX_I_ORDINAL_H
#define CX_I_ORDINAL_H

#include "stat/glm.h"

/* Ordered classes 0 .. classes - 1: P(y <= k) = F(cut_k - x'b) [McCullagh1980]. The likelihood is
 * concave in the cuts and b [Pratt1981]: Newton's method with step halving. */
typedef struct cx_i_ordinal {
    bool probit;           /* else logit */
    int64_t rows, columns; /* p = classes - 1 + columns: the cuts first */
    int64_t classes;
    const cx_i_glm_term *column; /* numbers only */
    const int32_t *y;
    const double *weight; /* NULL for 1 */
    const double *offset; /* NULL for 0 */
    int64_t max_iterations;
    const cx_allocator *allocator;
} cx_i_ordinal;

/* The same result as of other models: coefficients are the cuts, then b; `fitted` is the
 * probability of the class that was seen. The covariance is that of the observed information. */
cx_status cx_i_ordinal_solve(const cx_i_ordinal *model, cx_i_glm_fit *out, cx_error *err);
/* Adds each row's weighted score to the p numbers of its unit: unit NULL, each row is one. */
void cx_i_ordinal_scores(const cx_i_ordinal *model, const cx_i_glm_fit *fit, const int64_t *unit,
                         double *scores);
/* The distances of a row's limits from its predictor along a direction: how each moves. */
void cx_i_ordinal_sides(const cx_i_ordinal *model, const double *direction, int64_t row,
                        double *lower, double *upper);

#endif
