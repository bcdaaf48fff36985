#ifndef CX_TEST_SAMPLE_H
#define CX_TEST_SAMPLE_H

#include "../support.h"

/* A small sample: three strata of two clusters; with the columns as arrays. */

enum { SAMPLE_ROWS = 15 };

extern const double sample_y[SAMPLE_ROWS], sample_x[SAMPLE_ROWS], sample_weight[SAMPLE_ROWS];
extern cx_array sample_column_y, sample_column_x, sample_column_g, sample_weights;
extern cx_frame sample_strata, sample_clusters, sample_stages, sample_fpc, sample_fpc_stages;
extern cx_frame sample_table, sample_by;

void sample_setup(void);
/* Weights raked to the margins of g and of the strata; the caller's to free. */
cx_weights *sample_rake(void);
/* A design of the sample with its weights, strata and clusters; the caller's to free. */
cx_design *sample_design(int32_t replicates);
/* A number of tests/vectors/survey.csv */
double sample_expected(const char *id, double *tolerance);

#endif
