#ifndef CX_I_SIMULATE_ASKED_H
#define CX_I_SIMULATE_ASKED_H

#include "allocate/simulate.h"

#include <cxkit/gate.h>

/* S5: customers come, a gate asks some of them. */

enum {
    CX_I_ASKED_CUSTOMERS = 50000,
    CX_I_ASKED_POINTS = 20,
    CX_I_ASKED_WEEK = 168,
    CX_I_ASKED_HOURS = CX_I_SIMULATE_DAYS * 24,
    CX_I_ASKED_PERIODS = 4, /* of 28 days; the last is looked at */
    CX_I_ASKED_ROOM = 4096  /* answers on their way */
};

#define CX_I_ASKED_GOAL 250.0
#define CX_I_ASKED_RATE 0.2 /* of answers */

typedef struct cx_i_asked_reply {
    int64_t minute; /* when it comes */
    int64_t customer, point;
    int32_t event; /* a cx_event, or -1 */
} cx_i_asked_reply;

typedef struct cx_i_asked {
    const cx_simulation_options *options;
    const cx_allocator *allocator;
    cx_i_draws draws;
    cx_gate *gate;                          /* of this run; NULL where no gate decides */
    uint64_t contact[CX_I_ASKED_CUSTOMERS]; /* keys */
    double visits[CX_I_ASKED_CUSTOMERS];    /* running sum of visits a period */
    double often[CX_I_ASKED_CUSTOMERS];     /* normal quantile of the frequency */
    double lot[CX_I_ASKED_CUSTOMERS];       /* of the open loop, in this period */
    int64_t asked[CX_I_ASKED_CUSTOMERS];    /* minute of the last; far back */
    int64_t declined[CX_I_ASKED_CUSTOMERS]; /* likewise */
    uint32_t came[CX_I_ASKED_CUSTOMERS];    /* points visited in this period, bits */
    uint32_t able[CX_I_ASKED_CUSTOMERS];    /* and when rules allowed it */
    double share[CX_I_ASKED_POINTS];        /* of the traffic */
    double hours[CX_I_ASKED_WEEK];          /* profile, mean 1 */
    int64_t period, start, today;           /* number; its first minute; day of the answers */
    double answers, answers_today;          /* of the period, of the day */
    cx_i_asked_reply replies[CX_I_ASKED_ROOM];
    int64_t first, last; /* of the replies, modulo their room */
    /* of the last period: scores of all who came, of those who could be asked, of those asked */
    double came_score, able_score, asked_score;
    double class_came[CX_FREQUENCY_CLASSES]; /* by class of contact frequency; asked, over p */
    double class_weight[CX_FREQUENCY_CLASSES], class_score[CX_FREQUENCY_CLASSES];
} cx_i_asked;

/* A customer at a point at a time. */
typedef struct cx_i_asked_visit {
    int64_t customer, point, hour; /* of the period */
    int64_t minute;                /* since 1970 */
    bool came, able;               /* for the first time in the period; and rules allow it */
    bool allowed, invite;
    double chance; /* the logged one; NaN where no draw was made */
    int32_t frequency;
} cx_i_asked_visit;

/* Decides about a visit. */
cx_status cx_i_asked_decide(cx_i_asked *self, cx_i_asked_visit *visit, cx_i_asked_run *out,
                            cx_error *err);
cx_status cx_i_asked_gate(cx_i_asked *self, cx_error *err);
/* Goals of a period. */
cx_status cx_i_asked_aim(cx_i_asked *self, cx_error *err);

#endif
