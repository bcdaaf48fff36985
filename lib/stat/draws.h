#ifndef CX_I_DRAWS_H
#define CX_I_DRAWS_H

#include "base/base.h"

/* Random numbers of one element in one draw: a stream of its own, so that neither order nor threads
 * show. */
typedef struct cx_i_draws {
    uint64_t block, high, seed;
} cx_i_draws;

/* index < 2^40 */
cx_i_draws cx_i_draws_at(uint64_t seed, uint32_t purpose, uint32_t draw, int64_t index);
double cx_i_draw_normal(cx_i_draws *draws);
double cx_i_draw_gamma(cx_i_draws *draws, double shape); /* shape > 0, scale 1 */
double cx_i_draw_beta(cx_i_draws *draws, double a, double b);
double cx_i_draw_uniform(cx_i_draws *draws); /* strictly between 0 and 1 */
/* n >= 0 tries, 0 <= chance <= 1 */
int64_t cx_i_draw_binomial(cx_i_draws *draws, int64_t n, double chance);
/* n >= 0 answers in three classes, of which the first and the last have these chances. */
void cx_i_draw_trinomial(cx_i_draws *draws, int64_t n, double first, double last, int64_t out[3]);

#endif
