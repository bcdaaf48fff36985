#ifndef CX_I_RATES_H
#define CX_I_RATES_H

#include <cxkit/rates.h>

#include "stat/table.h"

cx_status cx_i_rates_options(const cx_rates_options *given, cx_rates_options *used, cx_error *err);
/* One column for each rate, e and coverage, null where there is none; options already checked. */
cx_status cx_i_rates_to_table(const cx_dispositions *counts, int64_t rows,
                              const cx_rates_options *options, cx_table *table, cx_error *err);

#endif
