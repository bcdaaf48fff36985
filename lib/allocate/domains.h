#ifndef CX_I_DOMAINS_H
#define CX_I_DOMAINS_H

#include "allocate/plan.h"

/* Points sorted by domain. A part is the problem of one domain: columns of the whole from its first
 * point on. */
typedef struct cx_i_domain {
    cx_i_plan part;
    double target, base; /* ratio = (variance - base) / target */
    double level;        /* t at the last look */
    double first, last;  /* where it matters */
    double least, most;  /* sums of the bounds */
    double ratio;
} cx_i_domain;

typedef struct cx_i_domains {
    cx_i_domain *domain;
    int64_t count, points;
    double budget;
    bool integer;
    double high, low; /* the certificate */
} cx_i_domains;

/* n of all points: the continuous plan, or the whole-number one. heap: room for all points. */
void cx_i_domains_solve(cx_i_domains *domains, cx_i_plan_item *heap);
double cx_i_domain_ratio(const cx_i_domain *domain);

#endif
