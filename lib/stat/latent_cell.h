#ifndef CX_I_LATENT_CELL_H
#define CX_I_LATENT_CELL_H

#include "stat/latent.h"

/* The correlations looked at stay within this. */
#define CX_I_LATENT_MOST (1 - 1e-7)

/* One cell's probability (of the row of x, for polyserial) and its derivatives. */
typedef struct cx_i_latent_term {
    double p;
    double d[5]; /* by the parameters at[0 .. count - 1]; at[0] is the correlation */
    int64_t at[5];
    int count;
    double bend; /* second derivative by the correlation */
} cx_i_latent_term;

/* Ready for terms at the present parameters; without thresholds only d[0] and bend are right. */
void cx_i_latent_prepare(cx_i_latent *self, bool thresholds);
cx_i_latent_term cx_i_latent_at(const cx_i_latent *self, int64_t cell);

#endif
