#include "business/case.h"

#include "stat/table.h"

/* The result as tables. */

/* A column of numbers in which NaN is missing. */
static cx_status tables_numbers(cx_table *table, const char *name, const double *values,
                                const int32_t *at, int64_t rows, cx_error *err) {
    double *column;
    CX_TRY(cx_i_table_f64(table, name, &column, err));
    for (int64_t r = 0; r < rows; r++) {
        column[r] = values[at == NULL ? r : at[r]];
        if (isnan(column[r])) CX_TRY(cx_i_table_null(table, r, err));
    }
    return CX_OK;
}

/* -- links --------------------------------------------------------------------------------- */

static const char *tables_kind(const cx_i_case_link *link) {
    if (!cx_i_case_is_chain(link)) return "direct";
    return link->options.is_value ? "value" : "link";
}

static cx_status tables_link_words(const cx_i_case_work *w, cx_table *table, cx_error *err) {
    const char *name[CX_CASE_MOST_LINKS], *from[CX_CASE_MOST_LINKS], *to[CX_CASE_MOST_LINKS];
    const char *word[CX_CASE_MOST_LINKS], *kind[CX_CASE_MOST_LINKS], *source[CX_CASE_MOST_LINKS];
    const char *from_unit[CX_CASE_MOST_LINKS], *to_unit[CX_CASE_MOST_LINKS];
    int64_t *level;
    for (int32_t i = 0; i < w->of->links; i++) {
        const cx_i_case_link *link = &w->of->link[i];
        name[i] = link->input.name;
        from[i] = w->of->metric[link->from].name;
        to[i] = w->of->metric[link->to].name;
        from_unit[i] = w->of->metric[link->from].unit;
        to_unit[i] = w->of->metric[link->to].unit;
        word[i] = link->options.is_value ? "value" : cx_evidence_name(w->level[i]);
        kind[i] = tables_kind(link);
        source[i] = link->input.source;
    }
    CX_TRY(cx_i_table_words(table, "name", name, err));
    CX_TRY(cx_i_table_words(table, "from", from, err));
    CX_TRY(cx_i_table_words(table, "to", to, err));
    CX_TRY(cx_i_table_words(table, "from_unit", from_unit, err));
    CX_TRY(cx_i_table_words(table, "to_unit", to_unit, err));
    CX_TRY(cx_i_table_words(table, "word", word, err));
    CX_TRY(cx_i_table_words(table, "kind", kind, err));
    CX_TRY(cx_i_table_words(table, "source", source, err));
    CX_TRY(cx_i_table_i64(table, "level", &level, err));
    for (int32_t i = 0; i < w->of->links; i++) level[i] = w->level[i];
    return CX_OK;
}

static cx_status tables_links(cx_i_case_work *w, cx_table *table, cx_error *err) {
    double se[CX_CASE_MOST_LINKS], even[CX_CASE_MOST_LINKS], outside[CX_CASE_MOST_LINKS];
    int64_t rows = w->of->links;
    for (int32_t i = 0; i < w->of->links; i++) {
        double variance, mean;
        cx_i_input_moments(&w->of->link[i].input, &mean, &variance);
        se[i] = sqrt(variance);
        even[i] = w->factor[i] * w->centre[i];
        outside[i] = isnan(w->of->link[i].options.observed_low) ? (double)NAN : w->outside[i];
    }
    CX_TRY(tables_link_words(w, table, err));
    CX_TRY(tables_numbers(table, "value", w->centre, NULL, rows, err));
    CX_TRY(tables_numbers(table, "se", se, NULL, rows, err));
    CX_TRY(tables_numbers(table, "break_even", even, NULL, rows, err));
    CX_TRY(tables_numbers(table, "break_even_factor", w->factor, NULL, rows, err));
    CX_TRY(tables_numbers(table, "robustness", w->robust, NULL, rows, err));
    CX_TRY(tables_numbers(table, "change_low", w->change_low, NULL, rows, err));
    CX_TRY(tables_numbers(table, "change_high", w->change_high, NULL, rows, err));
    return tables_numbers(table, "outside", outside, NULL, rows, err);
}

/* -- inputs -------------------------------------------------------------------------------- */

/* Slots in order of a figure, the largest first; few enough for insertion. */
static void tables_order(const cx_i_case_work *w, const double *by, int32_t *slot) {
    for (int32_t i = 0; i < w->draws.count; i++) {
        int32_t at = i;
        for (; at > 0 && by[slot[at - 1]] < by[w->draws.slot[i]]; at--) slot[at] = slot[at - 1];
        slot[at] = w->draws.slot[i];
    }
}

static cx_status tables_names(const cx_i_case_work *w, const int32_t *slot, cx_table *table,
                              cx_error *err) {
    const char *name[CX_I_CASE_INPUTS], *kind[CX_I_CASE_INPUTS];
    for (int32_t i = 0; i < w->draws.count; i++) {
        name[i] = cx_i_case_input(w->of, slot[i])->name;
        kind[i] = slot[i] >= CX_CASE_MOST_LINKS ? "cost" : tables_kind(&w->of->link[slot[i]]);
    }
    CX_TRY(cx_i_table_words(table, "name", name, err));
    return cx_i_table_words(table, "kind", kind, err);
}

static cx_status tables_tornado(cx_i_case_work *w, cx_table *table, cx_error *err) {
    double swing[CX_I_CASE_INPUTS], low[CX_I_CASE_INPUTS], high[CX_I_CASE_INPUTS];
    int32_t slot[CX_I_CASE_INPUTS];
    int64_t rows = w->draws.count, *group;
    for (int32_t i = 0; i < w->draws.count; i++) {
        int32_t s = w->draws.slot[i];
        swing[s] = fabs(w->swing_high[s] - w->swing_low[s]);
        low[s] = cx_i_input_quantile(cx_i_case_input(w->of, s), 0.1);
        high[s] = cx_i_input_quantile(cx_i_case_input(w->of, s), 0.9);
    }
    tables_order(w, swing, slot);
    CX_TRY(tables_names(w, slot, table, err));
    CX_TRY(tables_numbers(table, "low", low, slot, rows, err));
    CX_TRY(tables_numbers(table, "high", high, slot, rows, err));
    CX_TRY(tables_numbers(table, "npv_low", w->swing_low, slot, rows, err));
    CX_TRY(tables_numbers(table, "npv_high", w->swing_high, slot, rows, err));
    CX_TRY(tables_numbers(table, "swing", swing, slot, rows, err));
    CX_TRY(tables_numbers(table, "first", w->first, slot, rows, err));
    CX_TRY(tables_numbers(table, "total", w->total, slot, rows, err));
    CX_TRY(cx_i_table_i64(table, "group", &group, err));
    for (int64_t r = 0; r < rows; r++)
        for (int32_t i = 0; i < w->draws.count; i++)
            if (w->draws.slot[i] == slot[r]) group[r] = w->draws.group[i];
    return cx_i_table_figure(table, "npv_middle", cx_i_case_model_run(&w->model, w->middle).npv,
                             err);
}

static cx_status tables_information(cx_i_case_work *w, cx_table *table, cx_error *err) {
    double share[CX_I_CASE_INPUTS];
    int32_t slot[CX_I_CASE_INPUTS];
    double all = w->summary.value_of_information;
    tables_order(w, w->evppi, slot);
    for (int32_t s = 0; s < CX_I_CASE_INPUTS; s++) share[s] = all > 0 ? w->evppi[s] / all : 0;
    CX_TRY(tables_names(w, slot, table, err));
    CX_TRY(tables_numbers(table, "evppi", w->evppi, slot, w->draws.count, err));
    CX_TRY(tables_numbers(table, "share", share, slot, w->draws.count, err));
    return cx_i_table_figure(table, "value_of_information", all, err);
}

/* -- money over time ----------------------------------------------------------------------- */

static cx_status tables_flows(const cx_i_case_work *w, cx_table *table, cx_error *err) {
    int64_t *period;
    double *benefit, *cost, *net, *discounted, *cumulative, sum = 0;
    CX_TRY(cx_i_table_i64(table, "period", &period, err));
    CX_TRY(cx_i_table_f64(table, "benefit", &benefit, err));
    CX_TRY(cx_i_table_f64(table, "cost", &cost, err));
    CX_TRY(cx_i_table_f64(table, "net", &net, err));
    CX_TRY(cx_i_table_f64(table, "discounted", &discounted, err));
    CX_TRY(cx_i_table_f64(table, "cumulative", &cumulative, err));
    for (int64_t t = 0; t < w->model.times; t++) {
        period[t] = t;
        benefit[t] = w->mean_benefit[t];
        cost[t] = w->mean_cost[t];
        net[t] = benefit[t] - cost[t];
        discounted[t] = benefit[t] * w->of->discount[t] - cost[t] * w->of->cost_discount[t];
        cumulative[t] = sum += discounted[t];
    }
    return CX_OK;
}

enum { TABLES_QUANTILES = 13 };

static cx_status tables_quantiles(const cx_i_case_work *w, cx_table *table, cx_error *err) {
    static const double p[TABLES_QUANTILES] = {0.01, 0.025, 0.05, 0.1,  0.2,   0.25, 0.5,
                                               0.75, 0.8,   0.9,  0.95, 0.975, 0.99};
    double *at, *npv;
    CX_TRY(cx_i_table_f64(table, "p", &at, err));
    CX_TRY(cx_i_table_f64(table, "npv", &npv, err));
    for (int i = 0; i < TABLES_QUANTILES; i++) {
        double place = p[i] * (double)(w->draws.draws - 1);
        int64_t low = (int64_t)floor(place);
        at[i] = p[i];
        npv[i] = w->sorted[low] + (place - (double)low) * (w->sorted[low + 1] - w->sorted[low]);
    }
    return CX_OK;
}

static cx_status tables_payback(const cx_i_case_work *w, cx_table *table, cx_error *err) {
    int64_t *period, paid = 0;
    double *p;
    CX_TRY(cx_i_table_i64(table, "period", &period, err));
    CX_TRY(cx_i_table_f64(table, "p", &p, err));
    for (int64_t t = 0; t < w->model.times; t++) {
        while (paid < w->draws.draws && w->paid[paid] <= (double)t) paid++;
        period[t] = t;
        p[t] = (double)paid / (double)w->draws.draws;
    }
    return CX_OK;
}

static cx_status tables_draws(const cx_i_case_work *w, cx_table *table, cx_error *err) {
    int64_t rows = w->draws.draws;
    CX_TRY(tables_numbers(table, "npv", w->npv, NULL, rows, err));
    CX_TRY(tables_numbers(table, "benefit", w->benefit, NULL, rows, err));
    return tables_numbers(table, "cost", w->cost, NULL, rows, err);
}

/* -- notes --------------------------------------------------------------------------------- */

static cx_status tables_notes(const cx_i_case_work *w, cx_table *table, cx_error *err) {
    const char *note[CX_I_CASE_NOTES], *about[CX_I_CASE_NOTES], *sentence[CX_I_CASE_NOTES];
    double value[CX_I_CASE_NOTES];
    int64_t *level;
    for (int32_t i = 0; i < w->summary.notes; i++) {
        note[i] = w->note[i].note, about[i] = w->note[i].about;
        sentence[i] = w->note[i].sentence, value[i] = w->note[i].value;
    }
    CX_TRY(cx_i_table_words(table, "note", note, err));
    CX_TRY(cx_i_table_words(table, "about", about, err));
    CX_TRY(cx_i_table_words(table, "sentence", sentence, err));
    CX_TRY(cx_i_table_i64(table, "level", &level, err));
    for (int32_t i = 0; i < w->summary.notes; i++) level[i] = w->note[i].level;
    return tables_numbers(table, "value", value, NULL, w->summary.notes, err);
}

cx_status cx_i_case_tables(cx_i_case_work *w, cx_case_result *result, cx_error *err) {
    const cx_allocator *own = &w->of->allocator;
    cx_table **table = result->table;
    CX_TRY(cx_i_table_new(w->of->links, own, &table[CX_CASE_LINKS], err));
    CX_TRY(tables_links(w, table[CX_CASE_LINKS], err));
    CX_TRY(cx_i_table_new(w->draws.count, own, &table[CX_CASE_TORNADO], err));
    CX_TRY(tables_tornado(w, table[CX_CASE_TORNADO], err));
    CX_TRY(cx_i_table_new(w->draws.count, own, &table[CX_CASE_INFORMATION], err));
    CX_TRY(tables_information(w, table[CX_CASE_INFORMATION], err));
    CX_TRY(cx_i_table_new(w->model.times, own, &table[CX_CASE_FLOWS], err));
    CX_TRY(tables_flows(w, table[CX_CASE_FLOWS], err));
    CX_TRY(cx_i_table_new(TABLES_QUANTILES, own, &table[CX_CASE_QUANTILES], err));
    CX_TRY(tables_quantiles(w, table[CX_CASE_QUANTILES], err));
    CX_TRY(cx_i_table_new(w->model.times, own, &table[CX_CASE_PAYBACK], err));
    CX_TRY(tables_payback(w, table[CX_CASE_PAYBACK], err));
    CX_TRY(cx_i_table_new(w->summary.notes, own, &table[CX_CASE_NOTES], err));
    CX_TRY(tables_notes(w, table[CX_CASE_NOTES], err));
    CX_TRY(cx_i_table_new(w->draws.draws, own, &table[CX_CASE_DRAWS], err));
    return tables_draws(w, table[CX_CASE_DRAWS], err);
}
