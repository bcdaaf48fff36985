#include "business/evidence.h"

#include "stat/table.h"

/* The ladder: what lowers a level of evidence, and to where. */

#define EVIDENCE_WORD(name, number, text, sentence)                                                \
    case name:                                                                                     \
        return text;
#define EVIDENCE_SENTENCE(name, number, text, sentence)                                            \
    case name:                                                                                     \
        return sentence;

const char *cx_evidence_name(int32_t level) {
    switch (level) {
        CX_EVIDENCE_LIST(EVIDENCE_WORD)
    default:
        return "unknown";
    }
}

const char *cx_evidence_phrase(int32_t level) {
    switch (level) {
        CX_EVIDENCE_LIST(EVIDENCE_SENTENCE)
    default:
        return "";
    }
}

const char *cx_evidence_rule_name(int32_t rule) {
    switch (rule) {
        CX_EVIDENCE_RULE_LIST(EVIDENCE_WORD)
    default:
        return "unknown";
    }
}

const char *cx_i_evidence_sentence(int32_t rule) {
    switch (rule) {
        CX_EVIDENCE_RULE_LIST(EVIDENCE_SENTENCE)
    default:
        return "";
    }
}

void cx_evidence_facts_init(cx_evidence_facts *facts) {
    if (facts == NULL) return;
    *facts = (cx_evidence_facts){.struct_size = sizeof *facts,
                                 .level = CX_EVIDENCE_ASSOCIATED,
                                 .periods = NAN,
                                 .overlap = NAN,
                                 .pre_trend_p = NAN,
                                 .breakdown = NAN,
                                 .placebo_p = NAN,
                                 .split_p = NAN,
                                 .attrition = NAN};
}

/* -- facts --------------------------------------------------------------------------------- */

static cx_status evidence_check_words(const cx_evidence_facts *f, cx_error *err) {
    const struct {
        const char *name;
        int32_t value;
    } either[] = {{"adjusted", f->adjusted}, {"ordered", f->ordered},
                  {"reverse", f->reverse},   {"separated", f->separated},
                  {"through", f->through},   {"unidentified", f->unidentified},
                  {"selected", f->selected}};
    if (f->level < 0 || f->level >= CX_EVIDENCE_END)
        return cx_i_fail(err, CX_E_OPTION, "level is %d and must be 0 (assumed) to 5 (randomised)",
                         (int64_t)f->level);
    for (size_t i = 0; i < sizeof either / sizeof *either; i++)
        if (either[i].value != 0 && either[i].value != 1)
            return cx_i_fail(err, CX_E_OPTION, "%s is %d: 0 or 1", either[i].name,
                             (int64_t)either[i].value);
    if (f->treated < 0)
        return cx_i_fail(err, CX_E_OPTION, "treated is %d: a number of units", (int64_t)f->treated);
    return CX_OK;
}

static cx_status evidence_check(const cx_evidence_facts *f, cx_error *err) {
    CX_TRY(cx_i_options_check(f->struct_size, sizeof *f, "cx_evidence_facts", err));
    CX_TRY(evidence_check_words(f, err));
    const struct {
        const char *name;
        double value, high;
    } range[] = {{"periods", f->periods, 1e15},      {"overlap", f->overlap, 1},
                 {"pre_trend_p", f->pre_trend_p, 1}, {"breakdown", f->breakdown, INFINITY},
                 {"placebo_p", f->placebo_p, 1},     {"split_p", f->split_p, 1},
                 {"attrition", f->attrition, 1}};
    for (size_t i = 0; i < sizeof range / sizeof *range; i++)
        if (!isnan(range[i].value) && !(range[i].value >= 0 && range[i].value <= range[i].high))
            return cx_i_fail(err, CX_E_OPTION, "%s is %g and must lie between 0 and %g",
                             range[i].name, range[i].value, range[i].high);
    return CX_OK;
}

/* -- rules --------------------------------------------------------------------------------- */

static void evidence_note(cx_i_evidence *e, int32_t rule, int32_t to, double value, double limit,
                          bool lowered) {
    int32_t least = to < e->level ? to : e->level;
    e->note[e->count++] = (cx_i_evidence_note){rule, e->level, least, lowered, value, limit};
    e->level = least;
}

static void evidence_if(cx_i_evidence *e, bool holds, int32_t rule, int32_t to) {
    if (holds && e->level > to) evidence_note(e, rule, to, NAN, NAN, true);
}

/* A number against its limit; where it is not known, that is noted. */
static void evidence_limit(cx_i_evidence *e, int32_t rule, int32_t to, double value, double limit,
                           bool above) {
    if (isnan(value)) {
        evidence_note(e, rule, e->level, value, limit, false);
    } else if ((above ? value > limit : value < limit) && e->level > to) {
        evidence_note(e, rule, to, value, limit, true);
    }
}

static void evidence_adjusted(cx_i_evidence *e, const cx_evidence_facts *f) {
    evidence_if(e, f->adjusted == 0, CX_RULE_UNADJUSTED, CX_EVIDENCE_ASSOCIATED);
    evidence_if(e, f->separated == 1, CX_RULE_SEPARATED, CX_EVIDENCE_ASSOCIATED);
    evidence_if(e, f->unidentified == 1, CX_RULE_UNIDENTIFIED, CX_EVIDENCE_ASSOCIATED);
    if (!isnan(f->overlap))
        evidence_limit(e, CX_RULE_OVERLAP, CX_EVIDENCE_ASSOCIATED, f->overlap, 0.2, false);
}

static void evidence_ordered(cx_i_evidence *e, const cx_evidence_facts *f) {
    evidence_if(e, f->ordered == 0, CX_RULE_UNORDERED, CX_EVIDENCE_ADJUSTED);
    evidence_limit(e, CX_RULE_FEW_PERIODS, CX_EVIDENCE_ADJUSTED, f->periods, 30, false);
    evidence_if(e, f->reverse == 1, CX_RULE_REVERSE, CX_EVIDENCE_ADJUSTED);
    evidence_adjusted(e, f);
}

static void evidence_quasi(cx_i_evidence *e, const cx_evidence_facts *f) {
    if (f->treated == 1)
        evidence_limit(e, CX_RULE_PLACEBO, CX_EVIDENCE_ORDERED, f->placebo_p, 0.1, true);
    /* either of the two says something about trends before */
    if (!isnan(f->pre_trend_p) || isnan(f->breakdown))
        evidence_limit(e, CX_RULE_PRE_TREND, CX_EVIDENCE_ADJUSTED, f->pre_trend_p, 0.05, false);
    if (!isnan(f->breakdown))
        evidence_limit(e, CX_RULE_BREAKDOWN, CX_EVIDENCE_ADJUSTED, f->breakdown, 1, false);
    evidence_if(e, f->selected == 1, CX_RULE_SELECTED, CX_EVIDENCE_ADJUSTED);
    evidence_if(e, f->unidentified == 1, CX_RULE_UNIDENTIFIED, CX_EVIDENCE_ASSOCIATED);
}

static void evidence_randomised(cx_i_evidence *e, const cx_evidence_facts *f) {
    if (isnan(f->split_p)) {
        evidence_if(e, true, CX_RULE_SPLIT_UNKNOWN, CX_EVIDENCE_QUASI);
    } else {
        evidence_limit(e, CX_RULE_SPLIT, CX_EVIDENCE_ADJUSTED, f->split_p, 0.0005, false);
    }
    evidence_limit(e, CX_RULE_ATTRITION, CX_EVIDENCE_QUASI, f->attrition, 0.05, true);
    evidence_if(e, f->through == 1, CX_RULE_THROUGH,
                f->adjusted ? CX_EVIDENCE_ADJUSTED : CX_EVIDENCE_ASSOCIATED);
}

cx_status cx_i_evidence_of(const cx_evidence_facts *facts, cx_i_evidence *out, cx_error *err) {
    CX_TRY(evidence_check(facts, err));
    *out = (cx_i_evidence){.level = facts->level, .claimed = facts->level};
    switch (facts->level) {
    case CX_EVIDENCE_ADJUSTED:
        evidence_adjusted(out, facts);
        break;
    case CX_EVIDENCE_ORDERED:
        evidence_ordered(out, facts);
        break;
    case CX_EVIDENCE_QUASI:
        evidence_quasi(out, facts);
        break;
    case CX_EVIDENCE_RANDOMISED:
        evidence_randomised(out, facts);
        break;
    default:
        break;
    }
    return CX_OK;
}

/* -- the table ----------------------------------------------------------------------------- */

static cx_status evidence_words(const cx_i_evidence *e, cx_table *table, cx_error *err) {
    const char *rule[CX_RULE_END], *effect[CX_RULE_END];
    int64_t *from, *to;
    for (int32_t i = 0; i < e->count; i++) {
        rule[i] = cx_evidence_rule_name(e->note[i].rule);
        effect[i] = e->note[i].lowered ? "lowered" : "not-checked";
    }
    CX_TRY(cx_i_table_words(table, "rule", rule, err));
    CX_TRY(cx_i_table_words(table, "effect", effect, err));
    CX_TRY(cx_i_table_i64(table, "from", &from, err));
    CX_TRY(cx_i_table_i64(table, "to", &to, err));
    for (int32_t i = 0; i < e->count; i++) from[i] = e->note[i].from, to[i] = e->note[i].to;
    return CX_OK;
}

static cx_status evidence_numbers(const cx_i_evidence *e, cx_table *table, cx_error *err) {
    const char *sentence[CX_RULE_END];
    double *value, *limit;
    CX_TRY(cx_i_table_f64(table, "value", &value, err));
    for (int32_t i = 0; i < e->count; i++) {
        value[i] = e->note[i].value;
        if (isnan(value[i])) CX_TRY(cx_i_table_null(table, i, err));
    }
    CX_TRY(cx_i_table_f64(table, "limit", &limit, err));
    for (int32_t i = 0; i < e->count; i++) {
        limit[i] = e->note[i].limit;
        if (isnan(limit[i])) CX_TRY(cx_i_table_null(table, i, err));
        sentence[i] = cx_i_evidence_sentence(e->note[i].rule);
    }
    CX_TRY(cx_i_table_words(table, "sentence", sentence, err));
    CX_TRY(cx_i_table_figure(table, "level", e->level, err));
    return cx_i_table_figure(table, "claimed", e->claimed, err);
}

cx_status cx_evidence(const cx_evidence_facts *facts, cx_table **out, cx_error *err) {
    cx_i_evidence found;
    cx_table *table;
    if (facts == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is NULL", facts == NULL ? "facts" : "out");
    CX_TRY(cx_i_evidence_of(facts, &found, err));
    CX_TRY(cx_i_table_new(found.count, NULL, &table, err));
    cx_status status = evidence_words(&found, table, err);
    if (status == CX_OK) status = evidence_numbers(&found, table, err);
    if (status != CX_OK) {
        cx_table_free(table);
        return status;
    }
    *out = table;
    return CX_OK;
}
