#include "business/case.h"

#include "stat/special.h"
#include "stat/table.h"

/* How far the case may be trusted: levels of its links, what to note, and checks against what was
 * seen elsewhere. */

void cx_i_case_say(cx_i_case_work *work, const char *note, const char *about, int32_t level,
                   double value, const char *sentence) {
    if (work->summary.notes < CX_I_CASE_NOTES)
        work->note[work->summary.notes++] = (cx_i_case_note){note, about, sentence, level, value};
}

/* -- levels -------------------------------------------------------------------------------- */

/* What was randomised is the initiative: a slope through a score was not. */
static void judge_level(cx_i_case_work *w, int32_t i) {
    const cx_i_case_link *link = &w->of->link[i];
    w->level[i] = link->options.evidence;
    if (w->level[i] == CX_EVIDENCE_RANDOMISED && !cx_i_case_is_first(w->of, link)) {
        w->level[i] = CX_EVIDENCE_ADJUSTED;
        cx_i_case_say(w, "through", link->input.name, w->level[i], NAN,
                      cx_i_evidence_sentence(CX_RULE_THROUGH));
    }
}

static void judge_levels(cx_i_case_work *w) {
    w->weakest = -1;
    w->summary.evidence = CX_EVIDENCE_ASSUMED;
    for (int32_t i = 0; i < w->of->links; i++) {
        const cx_i_case_link *link = &w->of->link[i];
        judge_level(w, i);
        if (!cx_i_case_is_chain(link)) continue;
        if (link->options.is_value) {
            cx_i_case_say(w, "value", link->input.name, w->level[i], link->input.value,
                          "a value from the books: no claim about causes");
            continue;
        }
        if (w->level[i] == CX_EVIDENCE_ASSUMED)
            cx_i_case_say(w, "assumed", link->input.name, 0, link->input.value,
                          "this link is assumed, not observed");
        if (w->weakest < 0 || w->level[i] < w->level[w->weakest]) w->weakest = i;
    }
    if (w->weakest >= 0) w->summary.evidence = w->level[w->weakest];
}

/* -- notes --------------------------------------------------------------------------------- */

static void judge_range(cx_i_case_work *w, int32_t i) {
    const cx_i_case_link *link = &w->of->link[i];
    const cx_link_options *o = &link->options;
    if (cx_i_case_is_first(w->of, link)) return;
    if (isnan(o->observed_low)) {
        if (!o->is_value && o->evidence > CX_EVIDENCE_ASSUMED)
            cx_i_case_say(w, "range-unknown", link->input.name, w->level[i], NAN,
                          "the range of changes that was observed is not known");
        return;
    }
    if (w->change_low[i] < o->observed_low || w->change_high[i] > o->observed_high)
        cx_i_case_say(w, "extrapolated", link->input.name, w->level[i], w->outside[i],
                      "the change lies outside the range that was observed within units");
}

static void judge_time(cx_i_case_work *w, const cx_i_case_link *link) {
    const cx_link_options *o = &link->options;
    if (!cx_i_case_is_first(w->of, link)) return;
    if (isnan(o->observed_periods) && isnan(o->held))
        cx_i_case_say(w, "held", link->input.name, o->evidence, (double)w->of->options.horizon,
                      "it is not known how long the effect holds: the whole horizon is taken");
    else if (o->decay > 0 || (!isnan(o->held) && !(o->held <= o->observed_periods)))
        cx_i_case_say(w, "beyond-observed", link->input.name, o->evidence, o->held,
                      "the effect is taken to last longer than it was observed");
}

void cx_i_case_judge(cx_i_case_work *work) {
    judge_levels(work);
    for (int32_t i = 0; i < work->of->links; i++) {
        if (!cx_i_case_is_chain(&work->of->link[i])) continue;
        judge_range(work, i);
        judge_time(work, &work->of->link[i]);
    }
    if (work->of->costs == 0)
        cx_i_case_say(work, "no-cost", "", work->summary.evidence, NAN,
                      "no cost was given: what costs nothing always pays");
}

/* -- the chain against a direct estimate --------------------------------------------------- */

/* Money of one initiative in the period of its full effect, of draw m. */
static double judge_chained(cx_i_case_work *w, const double *values, int32_t initiative,
                            bool per_person) {
    double own[CX_I_CASE_INPUTS], most = 0;
    memcpy(own, values, sizeof own);
    for (int32_t i = 0; i < w->of->links; i++)
        if (cx_i_case_is_first(w->of, &w->of->link[i]) && w->of->link[i].from != initiative)
            own[i] = 0;
    cx_i_case_model_run(&w->model, own);
    for (int64_t t = 0; t < w->model.times; t++) {
        double people = per_person ? w->of->people[t] : 1, money = w->model.benefit[t];
        if (per_person) money = people > 0 ? money / people : 0;
        if (fabs(money) > fabs(most)) most = money;
    }
    return most;
}

typedef struct judge_sample {
    double mean, sd;
} judge_sample;

static judge_sample judge_chain(cx_i_case_work *w, const cx_i_case_link *direct) {
    double values[CX_I_CASE_INPUTS], sum = 0, square = 0, count = (double)w->inspected;
    memcpy(values, w->centre, sizeof values);
    for (int64_t m = 0; m < w->inspected; m++) {
        for (int32_t i = 0; i < w->draws.count; i++)
            values[w->draws.slot[i]] = w->draws.value[i][m];
        double x = judge_chained(w, values, direct->from, direct->options.per_person == 1);
        sum += x, square += x * x;
    }
    double mean = sum / count;
    return (judge_sample){mean, sqrt(fmax(square / count - mean * mean, 0))};
}

static int64_t judge_directs(const cx_case *self) {
    int64_t count = 0;
    for (int32_t i = 0; i < self->links; i++) count += !cx_i_case_is_chain(&self->link[i]);
    return count;
}

static cx_status judge_direct(cx_i_case_work *w, cx_table *table, cx_error *err) {
    static const char *const names[] = {"chained",   "chained_se", "direct",
                                        "direct_se", "gap",        "p_value"};
    const char *initiative[CX_CASE_MOST_LINKS];
    const cx_i_case_link *link[CX_CASE_MOST_LINKS];
    double *column[6];
    int64_t rows = 0;
    for (int32_t i = 0; i < w->of->links; i++)
        if (!cx_i_case_is_chain(&w->of->link[i])) link[rows++] = &w->of->link[i];
    for (int64_t r = 0; r < rows; r++) initiative[r] = w->of->metric[link[r]->from].name;
    CX_TRY(cx_i_table_words(table, "initiative", initiative, err));
    for (int c = 0; c < 6; c++) CX_TRY(cx_i_table_f64(table, names[c], &column[c], err));
    for (int64_t r = 0; r < rows; r++) {
        judge_sample chain = judge_chain(w, link[r]);
        double gap = chain.mean - link[r]->input.value;
        double error = sqrt(chain.sd * chain.sd + link[r]->input.sd * link[r]->input.sd);
        double p = 2 * cx_normal_sf(fabs(gap) / error);
        const double cells[] = {chain.mean,        chain.sd, link[r]->input.value,
                                link[r]->input.sd, gap,      p};
        for (int c = 0; c < 6; c++) column[c][r] = cells[c];
        if (p < 0.05)
            cx_i_case_say(w, "direct-gap", initiative[r], w->summary.evidence, gap,
                          "the chain and the direct estimate differ: the initiative works on more "
                          "than this chain, or the chain is wrong");
    }
    return CX_OK;
}

/* -- totals and the ledger ----------------------------------------------------------------- */

static const char *judge_metric(const cx_i_case_work *w, const cx_i_case_seen *seen) {
    return w->of->metric[seen->metric].name;
}

static cx_status judge_totals(cx_i_case_work *w, cx_table *table, cx_error *err) {
    static const char *const names[] = {"claimed", "total", "total_se", "ratio", "p_exceeds"};
    const char *metric[CX_CASE_MOST_OBSERVED];
    int64_t *period;
    double *column[5];
    for (int32_t r = 0; r < w->of->totals; r++) metric[r] = judge_metric(w, &w->of->total[r]);
    CX_TRY(cx_i_table_words(table, "metric", metric, err));
    CX_TRY(cx_i_table_i64(table, "period", &period, err));
    for (int c = 0; c < 5; c++) CX_TRY(cx_i_table_f64(table, names[c], &column[c], err));
    for (int32_t r = 0; r < w->of->totals; r++) {
        const cx_i_case_seen *seen = &w->of->total[r];
        int64_t at = seen->metric * w->model.times + seen->period;
        double claimed = w->node_mean[at], sign = claimed < 0 ? -1 : 1;
        double error = sqrt(w->node_square[at] + seen->se * seen->se);
        double exceeds = cx_normal_cdf(sign * (claimed - seen->change) / error);
        const double cells[] = {claimed, seen->change, seen->se, claimed / seen->change, exceeds};
        period[r] = seen->period;
        for (int c = 0; c < 5; c++) column[c][r] = cells[c];
        if (sign * (claimed - seen->change) > 0)
            cx_i_case_say(w, "double-counted", metric[r], w->summary.evidence, claimed,
                          "the initiatives claim more than the whole change there was");
    }
    return CX_OK;
}

/* The plan of a metric, and what an observation says of it. */
typedef struct judge_plan {
    double planned, planned_sd, full, full_sd, share;
} judge_plan;

static judge_plan judge_planned(const cx_i_case_work *w, const cx_i_case_seen *seen) {
    const double *mean = w->node_mean + seen->metric * w->model.times;
    const double *square = w->node_square + seen->metric * w->model.times;
    int64_t most = 0, last = w->model.times - 1;
    for (int64_t t = 0; t <= last; t++)
        if (fabs(mean[t]) > fabs(mean[most])) most = t;
    if (w->of->metric[seen->metric].money) most = last; /* a sum so far */
    judge_plan plan = {mean[seen->period], sqrt(square[seen->period]), mean[most],
                       sqrt(square[most]), 0};
    plan.share = plan.full != 0 ? plan.planned / plan.full : 0;
    return plan;
}

/* Normal-normal: what was planned of the full effect, updated by what has arrived of it. */
static void judge_forecast(const judge_plan *plan, const cx_i_case_seen *seen, double *mean,
                           double *error) {
    double prior = plan->full_sd > 0 ? 1 / (plan->full_sd * plan->full_sd) : (double)INFINITY;
    double data = plan->share * plan->share / (seen->se * seen->se);
    if (isinf(prior) || data == 0) {
        *mean = plan->full, *error = plan->full_sd;
        return;
    }
    *mean = (prior * plan->full + data * seen->change / plan->share) / (prior + data);
    *error = 1 / sqrt(prior + data);
}

/* Half the width of a band that holds at every look: a normal mixture with the plan's own spread
 * [Robbins1970]. */
static double judge_band(const judge_plan *plan, double se) {
    double spread = plan->planned_sd > 0 ? plan->planned_sd : fabs(plan->planned) / 2;
    if (!(spread > 0)) spread = se;
    double ratio = spread * spread / (se * se);
    return se * sqrt((1 + 1 / ratio) * (log1p(ratio) - 2 * log(0.05)));
}

static cx_status judge_ledger(cx_i_case_work *w, cx_table *table, cx_error *err) {
    static const char *const names[] = {"planned", "observed", "se",       "gap",        "band",
                                        "share",   "full",     "forecast", "forecast_se"};
    const char *metric[CX_CASE_MOST_OBSERVED], *word[CX_CASE_MOST_OBSERVED];
    int64_t *period;
    double *column[9];
    for (int32_t r = 0; r < w->of->observed; r++) metric[r] = judge_metric(w, &w->of->seen[r]);
    CX_TRY(cx_i_table_words(table, "metric", metric, err));
    CX_TRY(cx_i_table_i64(table, "period", &period, err));
    for (int c = 0; c < 9; c++) CX_TRY(cx_i_table_f64(table, names[c], &column[c], err));
    for (int32_t r = 0; r < w->of->observed; r++) {
        const cx_i_case_seen *seen = &w->of->seen[r];
        judge_plan plan = judge_planned(w, seen);
        double mean, error, band = judge_band(&plan, seen->se), gap = seen->change - plan.planned;
        double toward = plan.full < 0 ? -gap : gap;
        judge_forecast(&plan, seen, &mean, &error);
        const double cells[] = {plan.planned, seen->change, seen->se, gap,  band,
                                plan.share,   plan.full,    mean,     error};
        for (int c = 0; c < 9; c++) column[c][r] = cells[c];
        period[r] = seen->period;
        word[r] = fabs(gap) <= band ? "on plan" : toward < 0 ? "behind" : "ahead";
    }
    return cx_i_table_words(table, "word", word, err);
}

cx_status cx_i_case_checks(cx_i_case_work *work, cx_case_result *result, cx_error *err) {
    const cx_allocator *own = &work->of->allocator;
    cx_table **table = result->table;
    CX_TRY(cx_i_table_new(judge_directs(work->of), own, &table[CX_CASE_DIRECT], err));
    CX_TRY(judge_direct(work, table[CX_CASE_DIRECT], err));
    CX_TRY(cx_i_table_new(work->of->totals, own, &table[CX_CASE_TOTALS], err));
    CX_TRY(judge_totals(work, table[CX_CASE_TOTALS], err));
    CX_TRY(cx_i_table_new(work->of->observed, own, &table[CX_CASE_LEDGER], err));
    return judge_ledger(work, table[CX_CASE_LEDGER], err);
}
