#ifndef CX_I_SILENCE_H
#define CX_I_SILENCE_H

#include <cxkit/silence.h>

#include "base/base.h"

/* The options that both readings use, checked and taken over. */
cx_status cx_i_silence_options(const cx_silence_options *given, cx_silence_options *options,
                               cx_error *err);
/* The share of silent customers and its limits, as figures of a table. customers > 0. */
cx_status cx_i_silence_figures(int64_t silent, int64_t customers, const cx_silence_options *options,
                               cx_table *table, cx_error *err);

#endif
