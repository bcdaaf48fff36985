#ifndef CX_I_POWER_H
#define CX_I_POWER_H

#include "base/base.h"

/* P(T > t), T noncentral by `shift`; df may be infinite. */
double cx_i_noncentral_sf(double shift, double t, double df);
/* Of the two-sided test at level alpha, for an effect of so many standard errors. */
double cx_i_power(double effect, double df, double alpha);
/* The effect, in standard errors, that is found with that power, in (alpha, 1). */
double cx_i_power_effect(double power, double df, double alpha);

#endif
