#include "business/business.h"

/* The variance of the mean of so many months of an autoregression of variance 1. */
static double facts_mean_variance(double memory, int64_t months) {
    double sum = (double)months, power = 1;
    for (int64_t k = 1; k < months; k++) {
        power *= memory;
        sum += 2 * (double)(months - k) * power;
    }
    return sum / ((double)months * (double)months);
}

/* The variance between stores of the part of the months in which an initiative was on. */
static double facts_exposure(const cx_business_options *o, int initiative) {
    double sum = 0, square = 0;
    for (int64_t store = 0; store < o->stores; store++) {
        int64_t start = cx_i_business_start(o, initiative, store * CX_I_BUSINESS_WAVES / o->stores);
        double part = fmax((double)(o->months + 1 - start), 0) / (double)o->months;
        sum += part, square += part * part;
    }
    double mean = sum / (double)o->stores;
    return square / (double)o->stores - mean * mean;
}

typedef struct facts_naive {
    double slope, bias, correlation, alone, between;
} facts_naive;

/* Of stores' means, over what the competitor and everything else add. */
static facts_naive facts_between(const cx_i_business *b) {
    const cx_business_options *o = &b->options;
    double effects[] = {o->ease, o->efficiency, o->emotion}, moves = o->confounder_moves;
    double mood = o->engagement * CX_I_BUSINESS_ENGAGED_MONTH, long_run = o->spend / (1 - o->theta);
    double q = 1 - moves + moves * facts_mean_variance(CX_I_BUSINESS_COMPETITOR_MEMORY, o->months);
    double v = CX_I_BUSINESS_BETWEEN * (1 - o->confounder_cx * (1 - q)) +
               mood * mood * facts_mean_variance(CX_I_BUSINESS_ENGAGED_MEMORY, o->months) +
               CX_I_BUSINESS_WITHIN * CX_I_BUSINESS_WITHIN / (double)o->months;
    for (int i = 0; i < CX_I_BUSINESS_INITIATIVES; i++)
        v += effects[i] * effects[i] * facts_exposure(o, i);
    double noise = CX_I_BUSINESS_SPEND_STORE * CX_I_BUSINESS_SPEND_STORE +
                   CX_I_BUSINESS_SPEND_MONTH * CX_I_BUSINESS_SPEND_MONTH *
                       facts_mean_variance(CX_I_BUSINESS_SPEND_MEMORY, o->months);
    double shared = b->competitor_cx * b->competitor_spend * q;
    double plain = long_run * long_run * v + noise;
    double spend = plain + b->competitor_spend * b->competitor_spend * q + 2 * long_run * shared;
    return (facts_naive){.slope = long_run + shared / v,
                         .bias = shared / v,
                         .correlation = (long_run * v + shared) / sqrt(v * spend),
                         .alone = long_run * v / sqrt(v * plain),
                         .between = v};
}

void cx_i_business_facts(const cx_i_business *b, cx_i_business_fact *out) {
    const cx_business_options *o = &b->options;
    facts_naive naive = facts_between(b);
    const cx_i_business_fact facts[CX_I_BUSINESS_FACTS] = {
        {"hazard_ratio", "of leaving, for a point of experience", o->hazard_ratio},
        {"log_hazard_ratio", "its logarithm", log(o->hazard_ratio)},
        {"hazard", "of leaving in month 12 of a tenure, at 7 points", o->hazard},
        {"price_hazard", "log hazard ratio of the price change", CX_I_BUSINESS_PRICE_HAZARD},
        {"tenure_hazard", "of the logarithm of tenure", CX_I_BUSINESS_TENURE},
        {"spend_immediate", "money for a point, in the same month", o->spend},
        {"theta", "part of that effect left a month later", o->theta},
        {"spend_long_run", "money for a point, all months", o->spend / (1 - o->theta)},
        {"share_0", "part that has arrived in the same month", 1 - o->theta},
        {"share_3", "part that has arrived by lag 3", 1 - pow(o->theta, 4)},
        {"share_6", "part that has arrived by lag 6", 1 - pow(o->theta, 7)},
        {"mean_lag", "months", o->theta / (1 - o->theta)},
        {"ease", "points of experience", o->ease},
        {"efficiency", "points of experience", o->efficiency},
        {"emotion", "points of experience", o->emotion},
        {"engagement", "points of experience for a point of engagement", o->engagement},
        {"engagement_lag", "months by which engagement leads", CX_I_BUSINESS_LAG},
        {"icc", "of employees' answers in stores", o->icc},
        {"competitor_cx", "points for a standard deviation of the competitor", -b->competitor_cx},
        {"competitor_spend", "money for the same", -b->competitor_spend},
        {"competitor_hazard", "log hazard ratio for the same", o->confounder_hazard},
        {"price_month", "0: none", (double)o->price_month},
        {"price_cx", "points", CX_I_BUSINESS_PRICE_CX},
        {"price_spend", "money", CX_I_BUSINESS_PRICE_SPEND},
        {"between_variance", "of stores' mean experience", naive.between},
        {"naive_slope", "of stores' mean spend on their mean experience", naive.slope},
        {"naive_bias", "what the competitor adds to that slope", naive.bias},
        {"naive_correlation", "of stores' means", naive.correlation},
        {"correlation", "the same if the competitor left spend alone", naive.alone},
    };
    memcpy(out, facts, sizeof facts);
}
