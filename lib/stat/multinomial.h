#ifndef CX_I_MULTINOMIAL_H
#define CX_I_MULTINOMIAL_H

#include "base/base.h"

/* Doubles of scratch for cx_i_sison_glaz. */
#define CX_I_SISON_GLAZ_SCRATCH (3 * 4500)

/* Half the width of Sison and Glaz's intervals, in answers: below by `down`, above by `up`. */
typedef struct cx_i_sison_glaz_width {
    double down, up;
} cx_i_sison_glaz_width;

/* `counts` are k >= 2 whole numbers with the sum n > 0. */
cx_i_sison_glaz_width cx_i_sison_glaz(const double *counts, int64_t k, double n, double confidence,
                                      double *scratch);

#endif
