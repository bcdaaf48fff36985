#ifndef CX_I_DETECT_H
#define CX_I_DETECT_H

#include "base/base.h"

/* Statistics that see a change in a stream of log likelihood ratios, one step each. */

/* R <- (R + 1) LR, in logarithms; -infinity before the first step [Shiryaev1963] [Roberts1966]. */
double cx_i_roberts_step(double log_r, double log_ratio);
/* C <- max(C + log LR, 0); 0 before the first step [Page1954]. */
double cx_i_cusum_step(double sum, double log_ratio);

#endif
