#ifndef CX_I_POLICY_H
#define CX_I_POLICY_H

#include <cxkit/policy.h>

#include "allocate/plan.h"
#include "base/sort.h"

enum { CX_I_POLICY_ROOM = 15 };

/* The columns of one problem and the room it is solved in. The unit is that of the budget; what is
 * committed counts as known and the rest is planned. */
struct cx_policy {
    cx_policy_options options;
    cx_allocator allocator;
    int64_t capacity, points;
    double *room;
    cx_i_plan plan; /* of the movable part; its columns lie in the room */
    cx_i_plan_item *heap;
    cx_i_sortable *order, *other;
    double *precise;            /* w^2 s^2 / rate */
    double *knowledge;          /* (known + committed) / rate */
    double *committed, *factor; /* answers committed; answers to one unit of budget */
    double *score, *share;      /* what the policy orders by; share of evidence in the marginal */
    double *expected, *reward;  /* reward: of precision-budget; in evidence 1 where screened */
    double kappa, theta, best_variance, floor_scale, committed_sum;
    double usual_rate;
    double spread; /* of the budget, above the floor, to a point without capacity; NaN: no limit */
    int64_t unmet, unmeasured;
    bool exact; /* whole numbers with a certificate */
};

/* Uses of randomness, apart from those of other wings. */
enum {
    CX_I_PURPOSE_PLAN_START = 2001,
    CX_I_PURPOSE_PLAN_TIES = 2002,
    CX_I_PURPOSE_PLAN_HEAD = 2003
};

/* Columns checked, floors and capacities of the movable part, the budget that is left. */
cx_status cx_i_policy_load(cx_policy *policy, const cx_points *points, double budget,
                           cx_error *err);
/* A rate or log evidence, where NaN stands for the usual rate or for none. */
double cx_i_policy_rate(const cx_policy *policy, const cx_points *points, int64_t i);
double cx_i_policy_evidence(const cx_points *points, int64_t i);
/* Nobody says what it can yield. */
bool cx_i_policy_is_open(const cx_points *points, int64_t i);
/* expected and n of all points. */
cx_status cx_i_policy_decide(cx_policy *policy, const cx_points *points, uint64_t period,
                             cx_error *err);
/* The variance of the weighted mean at n, without points that cannot be measured. */
double cx_i_policy_variance(const cx_policy *policy, const double *n);
/* The continuous Neyman plan into plan.n, and its variance. */
double cx_i_policy_neyman(cx_policy *policy);
/* Copies precise and knowledge into the kernel's columns, without drift and reward. */
void cx_i_policy_reset(cx_policy *policy);
void cx_i_policy_budget(cx_policy *policy, const cx_points *points);
void cx_i_policy_rank(cx_policy *policy, const cx_points *points, uint64_t period);
/* Floors of one answer for small points, by their evidence, after Neyman's plan: see reward. */
void cx_i_policy_screen(cx_policy *policy, const cx_points *points);
void cx_i_policy_share(cx_policy *policy, const cx_points *points);
void cx_i_policy_index(cx_policy *policy, const cx_points *points);

/* Rounds to whole numbers by one random start; chance may be NULL. */
void cx_i_plan_draw(const double *expected, int64_t count, uint64_t start, double *n,
                    double *chance);
uint64_t cx_i_plan_start(uint64_t seed, uint64_t period);

#endif
