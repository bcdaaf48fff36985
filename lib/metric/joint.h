#ifndef CX_I_JOINT_H
#define CX_I_JOINT_H

#include <cxkit/joint.h>

#include "base/names.h"
#include "metric/codes.h"
#include "metric/scores.h"

/* Respondents of one state: products of two sums of readings stay exact in double. */
#define CX_I_JOINT_ROWS (INT64_C(1) << 42)

/* How a component is read: y is a whole number for each step, `factor` y + `origin` its value. */
typedef struct cx_i_component {
    char *name;
    cx_joint_options as;
    int16_t *read; /* y of each step, below 1024 in size */
    double factor, origin;
    cx_tally *tally;
} cx_i_component;

/* Sums over respondents, each for ones, weights and squared weights. Slots: for each pair i > j the
 * six of cx_i_pair_slot; over complete respondents 1, every y, every product y y' (packed); last,
 * everyone in use. While not weighted the sums are those of ones and stay implied. */
typedef struct cx_i_joint_sums {
    int64_t rows, nobody[CX_EXCLUDED_END], incomplete[CX_EXCLUDED_END];
    bool weighted;
    int64_t *plain;
    cx_i_sum *weight, *square;
} cx_i_joint_sums;

enum cx_i_pair_slot { CX_I_BOTH, CX_I_Y, CX_I_Z, CX_I_YY, CX_I_ZZ, CX_I_YZ, CX_I_PAIR_SLOTS };

struct cx_joint {
    cx_allocator allocator;
    int64_t k;
    cx_i_component *component;
    cx_i_joint_sums sums, scratch; /* as in a tally: a failing call leaves no trace */
    const cx_array **found;        /* the column of each component, during a call */
    cx_i_codes *codes;             /* how the column of each component is read, likewise */
    int16_t *block;                /* rows being read: CX_I_JOINT_BLOCKS(k) blocks */
    int64_t slots;
};

#define CX_I_NO_ANSWER INT16_MIN
#define CX_I_JOINT_BLOCK 256 /* their products, below 2^20 each, add up in 32 bits */
#define CX_I_JOINT_BLOCKS(k) (2 * (k) + 2)

/* Slot of i > j; of the complete respondents: their number, y of i, product of i >= j; everyone. */
int64_t cx_i_joint_pair(int64_t i, int64_t j);
int64_t cx_i_joint_complete_one(const cx_joint *joint);
int64_t cx_i_joint_complete_y(const cx_joint *joint, int64_t i);
int64_t cx_i_joint_complete_yy(const cx_joint *joint, int64_t i, int64_t j);
int64_t cx_i_joint_everyone(const cx_joint *joint);
/* power 0: answers, 1: weights, 2: squared weights */
double cx_i_joint_sum(const cx_joint *joint, int64_t slot, int power);

cx_status cx_i_joint_make(int64_t k, const cx_allocator *allocator, cx_joint **out, cx_error *err);
/* Text, 1 to `most` of the noun. */
cx_status cx_i_joint_check_names(const cx_array *names, cx_error *err);
cx_status cx_i_joint_name(cx_joint *self, int64_t i, const char *name, int64_t length,
                          cx_error *err);
/* Checks the options, then gives the component its reading and an empty tally. */
cx_status cx_i_joint_read_as(cx_joint *self, int64_t i, const cx_joint_options *options,
                             cx_error *err);
cx_status cx_i_joint_same(const cx_joint *a, const cx_joint *b, cx_error *err);
/* An empty state of the same components. */
cx_status cx_i_joint_like(const cx_joint *self, const cx_allocator *allocator, cx_joint **out,
                          cx_error *err);
void cx_i_joint_clear(cx_joint *self, cx_i_joint_sums *sums);
void cx_i_joint_make_weighted(cx_joint *self, cx_i_joint_sums *sums);

/* One respondent into `sums`: y of each component or CX_I_NO_ANSWER, and the reason of the first
 * without one. false: a sum is too large. */
bool cx_i_joint_count(cx_joint *self, cx_i_joint_sums *sums, const int16_t *y, int32_t reason,
                      const double *weight);
/* Answers go to the scratch: begin, for each row read and count, then commit. */
void cx_i_joint_begin(cx_joint *self, bool weighted);
/* Reads one answer of component i: y, or CX_I_NO_ANSWER with its reason. */
cx_status cx_i_joint_answer(cx_joint *self, int64_t i, const cx_i_answers *answers, int64_t row,
                            double value, const double *weight, int16_t *y, int32_t *reason,
                            cx_error *err);
cx_status cx_i_joint_commit(cx_joint *self, cx_error *err);
cx_status cx_i_joint_overflow(cx_error *err);

/* -- figures made of several components ---------------------------------------------------- */

typedef struct cx_i_combination {
    double value, sum_w;
    double variance; /* linearised, without a factor for small samples; NaN: a single answer */
    double se;       /* with it; 0 when all respondents are alike */
    double df;       /* behind se */
    double n_eff;    /* effective number of complete respondents */
    int64_t n;       /* respondents with an answer */
    bool alike, single;
} cx_i_combination;

/* sum of coefficient * mean over the components, 0: not used; available answers or complete
 * respondents. CX_E_EMPTY when a component in use has no answer. */
cx_status cx_i_joint_combine(const cx_joint *joint, const double *coefficient, bool complete,
                             cx_i_combination *out, cx_error *err);

#endif
