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

#endif
