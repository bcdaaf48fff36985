#ifndef CX_I_BUSINESS_H
#define CX_I_BUSINESS_H

#include <cxkit/business.h>
#include <cxkit/random.h>

#include "stat/draws.h"
#include "stat/table.h"

enum {
    CX_I_BUSINESS_BEFORE = 60, /* months before the first, whose effects are still felt */
    CX_I_BUSINESS_INITIATIVES = 3,
    CX_I_BUSINESS_WAVES = 6,
    CX_I_BUSINESS_STAFF = 12, /* employees who answer in a month */
    CX_I_BUSINESS_NOTICE = 2, /* months ahead that one knows of leaving */
    CX_I_BUSINESS_LAG = 2,    /* months by which engagement leads */
    CX_I_BUSINESS_MONTHS_END = CX_I_BUSINESS_BEFORE + CX_BUSINESS_MOST_MONTHS
};

enum {
    CX_I_PURPOSE_BUSINESS_WAVE = 3001,
    CX_I_PURPOSE_BUSINESS_COMMON = 3002,
    CX_I_PURPOSE_BUSINESS_STORE = 3003,
    CX_I_PURPOSE_BUSINESS_STAFF = 3004,
    CX_I_PURPOSE_BUSINESS_CUSTOMER = 3005,
    CX_I_PURPOSE_BUSINESS_SURVEY = 3006
};

/* What is fixed, whatever the options; standard deviations unless said otherwise. */
#define CX_I_BUSINESS_LEVEL 7.0
#define CX_I_BUSINESS_BETWEEN 0.25 /* variance of experience between stores, before initiatives */
#define CX_I_BUSINESS_WITHIN 0.25
#define CX_I_BUSINESS_ENGAGED 3.6
#define CX_I_BUSINESS_ENGAGED_STORE 0.25
#define CX_I_BUSINESS_ENGAGED_MONTH 0.2
#define CX_I_BUSINESS_ENGAGED_MEMORY 0.7
#define CX_I_BUSINESS_SPEND 40.0
#define CX_I_BUSINESS_SPEND_STORE 1.0
#define CX_I_BUSINESS_SPEND_MONTH 0.8
#define CX_I_BUSINESS_SPEND_MEMORY 0.4
#define CX_I_BUSINESS_COMPETITOR_MEMORY 0.9
#define CX_I_BUSINESS_PRICE_CX (-0.3)
#define CX_I_BUSINESS_PRICE_SPEND 1.5
#define CX_I_BUSINESS_PRICE_HAZARD 0.2
#define CX_I_BUSINESS_OWN 1.2
#define CX_I_BUSINESS_MOMENT 0.8
#define CX_I_BUSINESS_TENURE (-0.25)
#define CX_I_BUSINESS_RESPONSE (-1.0)

/* A store in a month. */
typedef struct cx_i_business_cell {
    double cx, engagement, staffed, spend, competitor;
    double asked, responses, customers, left, score; /* counts, and the sum of scores */
} cx_i_business_cell;

typedef struct cx_i_business {
    cx_business_options options;
    cx_allocator allocator;
    int64_t first, count; /* stores in the tables */
    double own, competitor_cx, competitor_spend, staff;
    double common_cx[CX_I_BUSINESS_MONTHS_END], common_spend[CX_I_BUSINESS_MONTHS_END];
    int64_t *start;            /* of each store: first month of each initiative, from 1 */
    cx_i_business_cell *cells; /* of each store: each month */
} cx_i_business;

/* A customer in a month at risk. */
typedef struct cx_i_business_visit {
    int64_t customer, store, month, tenure, score; /* the score: -1 without an answer */
    double cx, competitor;
    bool event, leaving, asked, answered, price, first, last;
    int64_t entry;
} cx_i_business_visit;
typedef void cx_i_business_see(void *to, const cx_i_business_visit *visit);

/* The variance between stores that is theirs alone; below 0 there is no such company. */
double cx_i_business_own_variance(const cx_business_options *o);
/* Release with cx_i_business_close whatever the status. */
cx_status cx_i_business_open(cx_i_business *b, const cx_business_options *options, cx_error *err);
void cx_i_business_close(cx_i_business *b);
/* The answers of a store's employees in a month. */
cx_i_draws cx_i_business_staff(const cx_i_business *b, int64_t store, int64_t month);
int64_t cx_i_business_start(const cx_business_options *o, int initiative, int64_t wave);
bool cx_i_business_price(const cx_business_options *o, int64_t month);
/* Every customer and month, customers in order; `count` of the store's customers. */
void cx_i_business_customers(const cx_i_business *b, cx_i_business_see *see, void *to);
/* Numbers of the customers of store s are from here to less than those of the next. */
int64_t cx_i_business_customer(const cx_i_business *b, int64_t store);

/* -- what is known ------------------------------------------------------------------------- */

typedef struct cx_i_business_fact {
    const char *quantity, *meaning;
    double value;
} cx_i_business_fact;
enum { CX_I_BUSINESS_FACTS = 29 };
void cx_i_business_facts(const cx_i_business *b, cx_i_business_fact *out);

#endif
