#ifndef CX_I_SURVEY_H
#define CX_I_SURVEY_H

#include <cxkit/survey.h>

#include "base/keys.h"
#include "survey/design.h"

/* What is estimated, and how its columns are read. */
typedef struct cx_i_survey_given {
    int32_t figure; /* a cx_survey_figure */
    const cx_array *y, *x;
    const cx_array *domain; /* true for its rows; NULL for all */
    const cx_frame *by;     /* domains by key, in place of one; NULL */
    const cx_survey_options *options;
} cx_i_survey_given;

/* Of a stratum: its units, and what the squares of their totals are expected to be. */
typedef struct cx_i_freedom {
    double units, sum, squares;
} cx_i_freedom;

/* The columns as numbers, row by row, and the rows domain by domain. */
typedef struct cx_i_survey {
    const cx_design *design;
    cx_survey_options options;
    int32_t figure;
    double *y, *x;   /* x: the denominator of a ratio, else NULL */
    uint8_t *reason; /* of each row: 0, or a cx_excluded + 1 when it is not used */
    cx_i_keys keys;  /* of the domains, with `by` */
    bool keyed;
    int64_t domains;
    int64_t *domain; /* of each row, -1 outside */
    int64_t *row;    /* rows that are used, domain by domain */
    int64_t *first;  /* of each domain: its first in `row`; one more at the end */
    int64_t (*excluded)[CX_EXCLUDED_END]; /* of each domain */
    double *variance;   /* of each domain, by replicates; NULL for linearisation */
    bool *partial;      /* of each domain: replicates without a row of it */
    double *e, *z;      /* room: influence, 0 outside the domain at hand; and what is left of it */
    cx_i_sparse sparse; /* with `by`, where it serves */
    int64_t *unit_seen, *stratum_seen; /* room: the last domain that was there, plus 1 */
    cx_i_freedom *room;                /* of each stratum of the first stage; zero between calls */
} cx_i_survey;

cx_status cx_i_survey_open(const cx_design *design, const cx_i_survey_given *given,
                           cx_i_survey *out, cx_error *err);
void cx_i_survey_free(cx_i_survey *survey);
/* The estimate of one domain; CX_E_EMPTY without a row. */
cx_status cx_i_survey_domain(cx_i_survey *survey, int64_t domain, cx_survey_estimate *out,
                             cx_error *err);
/* Variances of all domains by replicates. */
cx_status cx_i_survey_replicate(cx_i_survey *survey, cx_error *err);

/* Degrees of freedom of the variance of a mean over these rows, whose design effect against
 * independent answers with the same weights is `deff`. */
double cx_i_survey_freedom(const cx_i_survey *survey, const int64_t *row, int64_t n, double deff);

/* Sums over the rows of a domain. */
typedef struct cx_i_survey_sums {
    double w, y, x;
} cx_i_survey_sums;
double cx_i_survey_value(int32_t figure, cx_i_survey_sums sums);

/* All that an estimate follows from, wherever it was added up. */
typedef struct cx_i_survey_facts {
    const cx_survey_options *options;
    int32_t figure;
    bool weighted, partial; /* partial: a replicate has no row of the domain */
    int64_t rows;           /* of the design */
    cx_i_survey_sums sums;
    double square;   /* sum of squared weights */
    double both;     /* share of rows whose value is not 0 */
    double spread;   /* variance of one value */
    double variance; /* of the estimate */
    double freedom;  /* net scores: degrees of freedom that uneven weights leave */
} cx_i_survey_facts;

cx_status cx_i_survey_check_options(const cx_survey_options *given, int32_t figure,
                                    cx_survey_options *used, cx_error *err);
/* Why a value is not used: a cx_excluded + 1, or 0 for one that is; and what it counts. */
uint8_t cx_i_survey_reason(int32_t figure, const cx_survey_options *options, double value);
double cx_i_survey_read(int32_t figure, const cx_survey_options *options, double value);
/* An estimate without figures; then its value from n and the sums; then all that follows from the
 * variance and the units and strata counted in it. */
void cx_i_survey_begin(int32_t figure, const cx_survey_options *options, cx_survey_estimate *out);
cx_status cx_i_survey_value_of(const cx_i_survey_facts *facts, cx_survey_estimate *out,
                               cx_error *err);
/* The design effect of a net score against independent answers with the same weights. */
double cx_i_survey_net_effect(const cx_i_survey_facts *facts, const cx_survey_estimate *out);
void cx_i_survey_finish(const cx_i_survey_facts *facts, cx_survey_estimate *out);

/* Domains as a table: row i is that of the key order[i]. */
typedef struct cx_i_survey_rows {
    const cx_allocator *allocator;
    const cx_i_keys *keys;
    const int64_t *order;
    cx_survey_estimate *row;
    int64_t count, min_n;
} cx_i_survey_rows;
cx_status cx_i_survey_table(const cx_i_survey_rows *rows, cx_table **out, cx_error *err);

/* Limits of shares and net scores from value, se, df and the sums; `both` is the share of rows
 * that count for or against a net score. */
void cx_i_survey_limits_share(const cx_survey_options *options, double small_n, cx_estimate *e);
void cx_i_survey_limits_net(const cx_survey_options *options, double small_n, double both,
                            cx_estimate *e);

#endif
