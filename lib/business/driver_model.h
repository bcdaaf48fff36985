#ifndef CX_I_DRIVER_MODEL_H
#define CX_I_DRIVER_MODEL_H

#include "business/driver.h"

/* Most dropped columns whose partners are named. */
enum { CX_I_DRIVER_PARTNERS = 12 };

/* Where a model comes from: named columns, and those of them it uses: adjusting, then drivers. */
typedef struct cx_i_driver_source {
    const char *const *name;
    int64_t count, outcome; /* position of the outcome */
    int64_t *use, all;      /* room goes with the analysis */
} cx_i_driver_source;

/* Finds the columns, and the groups of the drivers. */
cx_status cx_i_driver_choose(cx_driver_fit *fit, cx_i_driver_source *from, const cx_array *drivers,
                             const char *outcome, const cx_driver_options *options, cx_error *err);
/* Position in the source of column i of the model, the outcome last. */
int64_t cx_i_driver_source_column(const cx_driver_fit *fit, const cx_i_driver_source *from,
                                  int64_t i);
/* Names, and room for correlations and coefficients. */
cx_status cx_i_driver_model_room(cx_driver_fit *fit, const cx_i_driver_source *from, cx_error *err);
/* Which columns explain the dropped ones. */
cx_status cx_i_driver_partners(cx_driver_fit *fit, cx_error *err);

#endif
