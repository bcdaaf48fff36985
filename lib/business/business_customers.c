#include "business/business.h"

/* -- a life -------------------------------------------------------------------------------- */

typedef struct business_life {
    int64_t entry, first, months, entered; /* months lived under watch; tenure at the end */
    bool event;
    double cx[CX_BUSINESS_MOST_MONTHS];
} business_life;

int64_t cx_i_business_customer(const cx_i_business *b, int64_t store) {
    return store * b->options.customers / b->options.stores;
}

/* Three in five are there when the watch begins, with a tenure of up to three years. */
static void business_arrive(const cx_i_business *b, cx_i_draws *draws, business_life *life) {
    double there = cx_i_draw_uniform(draws), when = cx_i_draw_uniform(draws);
    bool old = there < 0.6;
    life->entry = old ? 1 + (int64_t)(36 * when) : 0;
    life->first = old ? 1 : 1 + (int64_t)((double)b->options.months * when);
    life->months = 0;
    life->event = false;
}

static double business_hazard(const cx_i_business *b, const cx_i_business_cell *cell, double cx,
                              int64_t month, int64_t tenure) {
    const cx_business_options *o = &b->options;
    double log_hazard = log(o->hazard) + log(o->hazard_ratio) * (cx - CX_I_BUSINESS_LEVEL) +
                        o->confounder_hazard * cell->competitor +
                        CX_I_BUSINESS_TENURE * log((double)tenure / 12);
    if (cx_i_business_price(o, month)) log_hazard += CX_I_BUSINESS_PRICE_HAZARD;
    return -expm1(-exp(log_hazard));
}

static void business_lead(const cx_i_business *b, const cx_i_business_cell *cells, int64_t customer,
                          business_life *life) {
    cx_i_draws draws = cx_i_draws_at(b->options.seed, CX_I_PURPOSE_BUSINESS_CUSTOMER, 0, customer);
    business_arrive(b, &draws, life);
    double own = CX_I_BUSINESS_OWN * cx_i_draw_normal(&draws);
    for (int64_t month = life->first; month <= b->options.months && !life->event; month++) {
        const cx_i_business_cell *cell = &cells[month - 1];
        int64_t at = life->months++;
        life->cx[at] = cell->cx + own + CX_I_BUSINESS_MOMENT * cx_i_draw_normal(&draws);
        life->event = cx_i_draw_uniform(&draws) <
                      business_hazard(b, cell, life->cx[at], month, life->entry + at + 1);
    }
}

/* -- the survey ---------------------------------------------------------------------------- */

static int64_t business_score(cx_i_draws *draws, double cx) {
    double score = floor(cx + cx_i_draw_normal(draws) + 0.5);
    return (int64_t)fmin(fmax(score, 0), 10);
}

static void business_ask(const cx_i_business *b, cx_i_draws *draws, cx_i_business_visit *visit) {
    const cx_business_options *o = &b->options;
    double chosen = cx_i_draw_uniform(draws), answers = cx_i_draw_uniform(draws);
    double odds = CX_I_BUSINESS_RESPONSE + o->response_cx * (visit->cx - CX_I_BUSINESS_LEVEL) +
                  (visit->leaving ? o->response_leaving : 0);
    visit->asked = chosen < o->asked;
    visit->answered = visit->asked && answers < 1 / (1 + exp(-odds));
    visit->score = visit->answered ? business_score(draws, visit->cx) : -1;
}

static void business_watch(const cx_i_business *b, const cx_i_business_cell *cells,
                           const business_life *life, cx_i_business_visit visit,
                           cx_i_business_see *see, void *to) {
    visit.entry = life->entry;
    for (int64_t at = 0; at < life->months; at++) {
        cx_i_draws draws = cx_i_draws_at(b->options.seed, CX_I_PURPOSE_BUSINESS_SURVEY,
                                         (uint32_t)(life->first + at), visit.customer);
        visit.month = life->first + at;
        visit.tenure = life->entry + at + 1;
        visit.cx = life->cx[at];
        visit.competitor = cells[visit.month - 1].competitor;
        visit.price = cx_i_business_price(&b->options, visit.month);
        visit.first = at == 0;
        visit.last = at == life->months - 1;
        visit.event = visit.last && life->event;
        visit.leaving = life->event && life->months - 1 - at <= CX_I_BUSINESS_NOTICE;
        business_ask(b, &draws, &visit);
        see(to, &visit);
    }
}

void cx_i_business_customers(const cx_i_business *b, cx_i_business_see *see, void *to) {
    business_life life;
    for (int64_t row = 0; row < b->count; row++) {
        int64_t store = b->first + row, end = cx_i_business_customer(b, store + 1);
        const cx_i_business_cell *cells = &b->cells[row * b->options.months];
        for (int64_t c = cx_i_business_customer(b, store); c < end; c++) {
            business_lead(b, cells, c, &life);
            business_watch(b, cells, &life, (cx_i_business_visit){.customer = c, .store = store},
                           see, to);
        }
    }
}
