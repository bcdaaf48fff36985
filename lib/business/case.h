#ifndef CX_I_CASE_H
#define CX_I_CASE_H

#include <cxkit/case.h>

#include "base/keys.h"
#include "business/evidence.h"

/* Beside the areas of metrics; CX_AREA_END stands for one that is not said. */
enum { CX_I_AREA_INITIATIVE = -1 };

enum {
    CX_I_CASE_NAME = 64,
    CX_I_CASE_UNIT = 32,
    CX_I_CASE_SOURCE = 256,
    CX_I_CASE_INPUTS = CX_CASE_MOST_LINKS + CX_CASE_MOST_COSTS,
    CX_I_CASE_TIMES = CX_CASE_MOST_HORIZON + 1,
    CX_I_CASE_BINS = 40,
    CX_I_PURPOSE_CASE = 3001
};

typedef struct cx_i_case_metric {
    char name[CX_I_CASE_NAME], unit[CX_I_CASE_UNIT];
    int32_t area, direction;
    bool money;
} cx_i_case_metric;

/* Something uncertain: a link or a cost. */
typedef struct cx_i_input {
    char name[CX_I_CASE_NAME], source[CX_I_CASE_SOURCE];
    int32_t spread;
    double value, sd, df, low, high;
} cx_i_input;

typedef struct cx_i_case_link {
    cx_i_input input;
    cx_link_options options;
    int32_t from, to; /* metrics */
    int32_t lags;
    double lag[CX_CASE_MOST_LAGS];
    int64_t *people; /* numbers of the case's ids, and their influence */
    double *influence;
    int64_t influences;
} cx_i_case_link;

typedef struct cx_i_cost {
    cx_i_input input;
    int64_t first, last;
} cx_i_cost;

typedef struct cx_i_pair {
    int32_t a, b; /* inputs: links first, then costs, as CX_CASE_MOST_LINKS + cost */
    double rho;
} cx_i_pair;

typedef struct cx_i_case_seen {
    int32_t metric;
    int64_t period;
    double change, se;
} cx_i_case_seen;

struct cx_case {
    cx_allocator allocator;
    cx_case_options options;
    char currency[4];
    double discount[CX_I_CASE_TIMES], cost_discount[CX_I_CASE_TIMES], people[CX_I_CASE_TIMES];
    int32_t metrics, links, costs, pairs, observed, totals;
    cx_i_case_metric metric[CX_CASE_MOST_METRICS];
    cx_i_case_link link[CX_CASE_MOST_LINKS];
    cx_i_cost cost[CX_CASE_MOST_COSTS];
    cx_i_pair pair[CX_CASE_MOST_LINKS];
    cx_i_case_seen seen[CX_CASE_MOST_OBSERVED], total[CX_CASE_MOST_OBSERVED];
    cx_i_keys ids;
};

/* -- links (case_links.c) ------------------------------------------------------------------ */

int32_t cx_i_case_find_metric(const cx_case *self, const char *name); /* or -1 */
/* A metric by its unit; the area CX_AREA_END is not said. */
cx_status cx_i_case_put(cx_case *self, const char *name, int32_t area, const char *unit,
                        int32_t direction, cx_error *err);
/* The input of that name: a link, or a cost from CX_CASE_MOST_LINKS on; or -1. */
int32_t cx_i_case_slot(const cx_case *self, const char *name);
cx_status cx_i_case_text(const char *text, const char *what, size_t room, bool needed, char *out,
                         cx_error *err);
cx_status cx_i_case_input_check(const cx_i_input *input, cx_error *err);

/* -- what a draw comes to (case_model.c) --------------------------------------------------- */

/* The case in the order in which it is evaluated. */
typedef struct cx_i_case_model {
    const cx_case *of;
    int64_t times;                           /* horizon + 1 */
    int32_t order[CX_CASE_MOST_LINKS], used; /* links of the chain, each after those before it */
    double *pulse;  /* what each link from an initiative does by time, for a value of 1 */
    double *change; /* of each metric by time, in the draw evaluated last; money: a person */
    double *benefit, *cost; /* by time, in the draw evaluated last */
} cx_i_case_model;

/* What one draw comes to. */
typedef struct cx_i_outcome {
    double npv, benefit, cost, payback; /* payback NaN: never */
} cx_i_outcome;

cx_status cx_i_case_model_new(const cx_case *self, cx_i_case_model *model, cx_error *err);
void cx_i_case_model_free(cx_i_case_model *model);
/* values: of the links, then of the costs at CX_CASE_MOST_LINKS. */
cx_i_outcome cx_i_case_model_run(cx_i_case_model *model, const double *values);
double *cx_i_case_model_change(const cx_i_case_model *model, int32_t metric);

/* -- draws (case_draws.c) ------------------------------------------------------------------ */

typedef struct cx_i_case_draws {
    int32_t count; /* inputs in use */
    int32_t slot[CX_I_CASE_INPUTS], group[CX_I_CASE_INPUTS];
    int64_t draws;
    double *factor; /* count x count, of the correlations */
    double *rho;
    double *value[CX_I_CASE_INPUTS]; /* by input, draws each */
    uint8_t *bin[CX_I_CASE_INPUTS];
    bool correlated;
} cx_i_case_draws;

const cx_i_input *cx_i_case_input(const cx_case *self, int32_t slot);
cx_status cx_i_case_draw(const cx_case *self, const cx_case_run_options *options,
                         cx_i_case_draws *draws, cx_error *err);
void cx_i_case_draws_free(const cx_case *self, cx_i_case_draws *draws);
/* The value at a probability. */
double cx_i_input_quantile(const cx_i_input *input, double p);
void cx_i_input_moments(const cx_i_input *input, double *mean, double *variance);

/* -- the result (case_run.c, case_exact.c, case_tables.c, statement.c) ---------------------- */

typedef struct cx_i_case_note {
    const char *note, *about, *sentence;
    int32_t level;
    double value;
} cx_i_case_note;

enum { CX_I_CASE_TERMS = 64, CX_I_CASE_LENGTH = 16 };

/* A product of inputs: a chain, or a cost. */
typedef struct cx_i_case_term {
    double worth; /* net present value where all of its inputs are 1 */
    int32_t slot[CX_I_CASE_LENGTH], count;
} cx_i_case_term;

enum { CX_I_CASE_NOTES = 4 * CX_CASE_MOST_LINKS + 2 * CX_CASE_MOST_OBSERVED };

/* Everything that was computed, until the tables are made. */
typedef struct cx_i_case_work {
    const cx_case *of;
    cx_case_run_options options;
    cx_i_case_model model;
    cx_i_case_draws draws;
    double *npv, *benefit, *cost, *sorted, *paid;              /* draws each */
    double *mean_benefit, *mean_cost;                          /* by time */
    double *node_mean, *node_square;                           /* of metrics by time */
    double middle[CX_I_CASE_INPUTS], centre[CX_I_CASE_INPUTS]; /* medians, means, by slot */
    double swing_low[CX_I_CASE_INPUTS], swing_high[CX_I_CASE_INPUTS];
    double first[CX_I_CASE_INPUTS], total[CX_I_CASE_INPUTS], evppi[CX_I_CASE_INPUTS];
    double factor[CX_CASE_MOST_LINKS], robust[CX_CASE_MOST_LINKS];
    double change_low[CX_CASE_MOST_LINKS], change_high[CX_CASE_MOST_LINKS];
    double outside[CX_CASE_MOST_LINKS];
    int32_t level[CX_CASE_MOST_LINKS], weakest;
    cx_i_case_note note[CX_I_CASE_NOTES];
    cx_case_summary summary;
    cx_i_case_term term[CX_I_CASE_TERMS]; /* of which the net present value is the sum */
    int32_t terms;                        /* -1: it is no such sum, or too long a one */
    int64_t inspected;                    /* draws whose metrics were looked at */
} cx_i_case_work;

struct cx_case_result {
    cx_allocator allocator;
    cx_case_summary summary;
    cx_table *table[CX_CASE_PART_END];
};

bool cx_i_case_is_chain(const cx_i_case_link *link); /* not a direct estimate */
bool cx_i_case_is_first(const cx_case *self, const cx_i_case_link *link); /* from an initiative */
void cx_i_case_say(cx_i_case_work *work, const char *note, const char *about, int32_t level,
                   double value, const char *sentence);
void cx_i_case_terms(cx_i_case_work *work);
/* The net present value of one draw; quick where it is a sum of products. */
double cx_i_case_npv(cx_i_case_work *work, const double *values);
void cx_i_case_exact(cx_i_case_work *work);
void cx_i_case_analyse(cx_i_case_work *work);
void cx_i_case_judge(cx_i_case_work *work);
cx_status cx_i_case_tables(cx_i_case_work *work, cx_case_result *result, cx_error *err);
cx_status cx_i_case_checks(cx_i_case_work *work, cx_case_result *result, cx_error *err);
cx_status cx_i_case_statement(const cx_i_case_work *work, bool finnish, cx_table **out,
                              cx_error *err);

#endif
