#ifndef CX_I_CONSTRAINTS_H
#define CX_I_CONSTRAINTS_H

#include <cxkit/calibrate.h>

#include "stat/twofold.h"
#include "survey/cells.h"
#include "survey/margins.h"

/* Rows with the same categories are one cell; with numeric columns every row is its own. The
 * constraints are numbered: the categories of each margin one after the other, then the columns. */
struct cx_i_constraints {
    const cx_allocator *allocator; /* the owner's */
    int64_t rows, cells, count;
    cx_i_margin *margin; /* copies */
    int64_t margins;
    int64_t *first;  /* of each margin: its first constraint */
    int32_t **code;  /* of each margin: the category of each cell */
    double **column; /* of each numeric column: its value in each cell */
    char **column_name;
    int64_t columns;
    int32_t *cell;  /* of each row; NULL when cells are rows */
    int64_t *size;  /* of each cell: its rows, none at times; NULL when cells are rows */
    cx_i_tree tree; /* of the cells, where they are sorted */
    double *wanted; /* of each constraint */
};

/* What is weighted, as it came. */
typedef struct cx_i_calibration {
    const cx_frame *table;     /* NULL without margins */
    const cx_margins *margins; /* NULL for none */
    const cx_frame *x;         /* NULL for none */
    const cx_array *totals;    /* of x */
} cx_i_calibration;

cx_status cx_i_constraints_read(const cx_i_calibration *given, int64_t rows,
                                const cx_allocator *allocator, cx_i_constraints *out,
                                cx_error *err);
void cx_i_constraints_free(cx_i_constraints *constraints);
/* Totals of the whole out of totals and shares; `start` is the sum of the start weights. */
cx_status cx_i_constraints_scale(cx_i_constraints *constraints, const cx_calibrate_options *options,
                                 double start, double *whole, cx_error *err);
/* The margin of a constraint, or -1 for a numeric column. */
int64_t cx_i_constraints_margin(const cx_i_constraints *constraints, int64_t constraint);
const char *cx_i_constraints_name(const cx_i_constraints *constraints, int64_t constraint);
/* Its category in words, "" for a numeric column. */
void cx_i_constraints_category(const cx_i_constraints *constraints, int64_t constraint, char *out,
                               size_t size);
/* out[constraint] = sum over cells of weight x */
void cx_i_constraints_attained(const cx_i_constraints *constraints, const double *weight,
                               double *out);

/* -- solving ------------------------------------------------------------------------------- */

typedef struct cx_i_distance {
    int32_t kind; /* a cx_distance */
    double lower, upper;
} cx_i_distance;

/* A solver for one set of constraints: its room is used again for every set of start weights. */
typedef struct cx_i_solver {
    const cx_i_constraints *constraints;
    cx_i_distance distance;
    double tolerance;
    int64_t max_iterations;
    double *lambda, *attained, *step, *trial, *scale, *factor;
    cx_i_twofold *matrix, *side;
    double *plain;  /* the matrix' factor once more, for steps: they need no more digits */
    double *square; /* room with a tree: what its cells add up to before it is packed */
    double *slope;  /* the same: of each cell */
    double *room;   /* the same: of each node, twice */
    bool *dropped;
    int64_t rank, iterations;
    double residual;
    int64_t worst; /* constraint missed most */
    bool converged;
} cx_i_solver;

cx_status cx_i_solver_new(const cx_i_constraints *constraints, cx_i_distance distance,
                          const cx_calibrate_options *options, cx_i_solver *out, cx_error *err);
void cx_i_solver_free(cx_i_solver *solver);
/* x'lambda of a cell */
double cx_i_constraints_linear(const cx_i_constraints *constraints, const double *lambda,
                               int64_t cell);
/* The factor of sum start F'(x'lambda) x x' over cells, and the solution of that matrix for one
 * right-hand side; columns that follow from others get 0. Newton's matrix has to be there. */
void cx_i_solver_factor(cx_i_solver *solver, const double *start);
void cx_i_solver_solve(cx_i_solver *solver, const double *side, double *out);
/* sums[constraint] = sum over cells of value x */
void cx_i_solver_attained(const cx_i_solver *solver, const double *value, double *sums);
/* start[cell] -> ratio[cell]; starts at solver->lambda. Whether it converged stands in the solver.
 */
void cx_i_solver_run(cx_i_solver *solver, const double *start, double *ratio);
/* Newton's steps with a factor made before, from solver->lambda; false when they fall short. */
bool cx_i_solver_chord(cx_i_solver *solver, const double *start, double *weight);
/* Weights of the cells for a lambda; writes nothing of the solver but its rooms. */
void cx_i_solver_weigh(const cx_i_solver *solver, const double *lambda, const double *start,
                       double *weight);

#endif
