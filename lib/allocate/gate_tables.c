#include "allocate/gate.h"
#include "stat/table.h"

/* Coverage, and where each point stands. */

/* -- names of points ----------------------------------------------------------------------- */

cx_status cx_i_gate_names(const cx_gate *gate, const int64_t *points, cx_table *table,
                          cx_error *err) {
    int64_t rows = cx_table_rows(table), bytes = 0, *numbers;
    int32_t *offsets;
    char *text;
    bool words = gate->names.column_count > 0 && gate->names.columns[0].kind == CX_I_KEY_TEXT;
    if (!words) {
        CX_TRY(cx_i_table_i64(table, "point", &numbers, err));
        for (int64_t i = 0; i < rows; i++)
            numbers[i] = gate->points[points == NULL ? i : points[i]].number;
        return CX_OK;
    }
    for (int64_t i = 0; i < rows; i++) bytes += gate->points[points == NULL ? i : points[i]].length;
    CX_TRY(cx_i_table_string(table, "point", bytes, &text, &offsets, err));
    offsets[0] = 0;
    for (int64_t i = 0; i < rows; i++) {
        const cx_i_point *point = &gate->points[points == NULL ? i : points[i]];
        memcpy(text + offsets[i], gate->text + point->text, (size_t)point->length);
        offsets[i + 1] = offsets[i] + (int32_t)point->length;
    }
    return CX_OK;
}

/* -- coverage ------------------------------------------------------------------------------ */

static cx_status gate_class_count(const cx_gate *gate, const char *name, size_t offset,
                                  cx_table *table, cx_error *err) {
    int64_t *column;
    CX_TRY(cx_i_table_i64(table, name, &column, err));
    for (int k = 0; k < CX_FREQUENCY_CLASSES; k++)
        memcpy(&column[k], (const char *)&gate->counts.classes[k] + offset, sizeof column[k]);
    return CX_OK;
}

static cx_status gate_class_share(const cx_gate *gate, const char *name, size_t offset,
                                  double whole, cx_table *table, cx_error *err) {
    double *column;
    int64_t part;
    CX_TRY(cx_i_table_f64(table, name, &column, err));
    for (int k = 0; k < CX_FREQUENCY_CLASSES; k++) {
        double base = whole >= 0 ? whole : (double)gate->counts.classes[k].visits;
        memcpy(&part, (const char *)&gate->counts.classes[k] + offset, sizeof part);
        column[k] = base > 0 ? (double)part / base : (double)NAN;
        if (!(base > 0)) CX_TRY(cx_i_table_null(table, k, err));
    }
    return CX_OK;
}

#define GATE_CLASS(member) offsetof(cx_i_gate_class, member)

static cx_status gate_class_figures(const cx_gate *gate, const cx_i_gate_class *all,
                                    cx_table *table, cx_error *err) {
    static const char *const names[] = {
        "reason_invited",      "reason_not_drawn", "reason_rule",    "reason_forgotten",
        "reason_clock",        "reason_retired",   "reason_stopped", "reason_drawn_before",
        "reason_asked_before", "reason_no_id"};
    double visits = (double)all->visits;
    CX_TRY(cx_i_table_figure(table, "visits", visits, err));
    CX_TRY(cx_i_table_figure(table, "eligible", (double)all->eligible, err));
    CX_TRY(cx_i_table_figure(table, "eligible_share",
                             visits > 0 ? (double)all->eligible / visits : (double)NAN, err));
    CX_TRY(cx_i_table_figure(table, "quarantined_share",
                             visits > 0 ? (double)all->quarantined / visits : (double)NAN, err));
    double rate, quarantined = visits > 0 ? (double)all->quarantined / visits : 0;
    double spared = cx_i_gate_spared(gate, quarantined, &rate);
    CX_TRY(cx_i_table_figure(table, "spared_share", visits > 0 ? spared : (double)NAN, err));
    CX_TRY(cx_i_table_figure(table, "spared_rate", rate, err));
    for (int r = 0; r < CX_REASON_END; r++)
        CX_TRY(cx_i_table_figure(table, names[r], (double)gate->counts.reasons[r], err));
    return CX_OK;
}

static cx_status gate_class_fill(const cx_gate *gate, cx_table *table, cx_error *err) {
    cx_i_gate_class all = {0, 0, 0, 0, 0};
    int64_t *level;
    for (int k = 0; k < CX_FREQUENCY_CLASSES; k++) {
        all.visits += gate->counts.classes[k].visits;
        all.eligible += gate->counts.classes[k].eligible;
        all.quarantined += gate->counts.classes[k].quarantined;
    }
    CX_TRY(cx_i_table_i64(table, "frequency", &level, err));
    for (int k = 0; k < CX_FREQUENCY_CLASSES; k++) level[k] = k;
    CX_TRY(gate_class_count(gate, "visits", GATE_CLASS(visits), table, err));
    CX_TRY(gate_class_share(gate, "share", GATE_CLASS(visits), (double)all.visits, table, err));
    CX_TRY(gate_class_count(gate, "eligible", GATE_CLASS(eligible), table, err));
    CX_TRY(gate_class_share(gate, "eligible_share", GATE_CLASS(eligible), -1, table, err));
    CX_TRY(gate_class_share(gate, "quarantined_share", GATE_CLASS(quarantined), -1, table, err));
    CX_TRY(gate_class_count(gate, "drawn", GATE_CLASS(drawn), table, err));
    CX_TRY(gate_class_count(gate, "invited", GATE_CLASS(invited), table, err));
    return gate_class_figures(gate, &all, table, err);
}

cx_status cx_gate_coverage(const cx_gate *self, cx_table **out, cx_error *err) {
    cx_table *table;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_table_new(CX_FREQUENCY_CLASSES, &self->allocator, &table, err));
    cx_status status = gate_class_fill(self, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

/* -- points -------------------------------------------------------------------------------- */

static cx_status points_doubles(const cx_gate *gate, int64_t time, cx_table *table, cx_error *err) {
    static const char *const names[] = {"outstanding", "response",    "needed",
                                        "expected",    "probability", "goal"};
    for (size_t c = 0; c < sizeof names / sizeof *names; c++) {
        double *column;
        CX_TRY(cx_i_table_f64(table, names[c], &column, err));
        for (int64_t i = 0; i < gate->count; i++) {
            cx_i_point point = gate->points[i];
            cx_i_needs needs;
            cx_i_gate_advance(gate, &point, time);
            cx_i_gate_needs(gate, &point, time, &needs);
            const cx_gate_target_options *target = &point.pace.target;
            double all[] = {needs.outstanding, needs.response, needs.needed,
                            needs.expected,    needs.chance,   target->number};
            bool answers = needs.inside && target->goal == CX_GOAL_ANSWERS && !target->retired;
            bool known = c < 2   ? answers
                         : c < 4 ? needs.inside && !target->retired
                         : c < 5 ? true
                                 : point.pace.aimed;
            column[i] = known ? all[c] : (double)NAN;
            if (!known) CX_TRY(cx_i_table_null(table, i, err));
        }
    }
    return CX_OK;
}

static cx_status points_counts(const cx_gate *gate, cx_table *table, cx_error *err) {
    static const char *const names[] = {"visits", "invited", "shown", "declined", "answered"};
    for (size_t c = 0; c < sizeof names / sizeof *names; c++) {
        int64_t *column;
        CX_TRY(cx_i_table_i64(table, names[c], &column, err));
        for (int64_t i = 0; i < gate->count; i++) {
            const cx_i_pace *pace = &gate->points[i].pace;
            int64_t all[] = {(int64_t)pace->total, pace->invited, pace->shown, pace->declined,
                             pace->answered};
            column[i] = all[c];
        }
    }
    return CX_OK;
}

static cx_status points_states(const cx_gate *gate, int64_t time, cx_table *table, cx_error *err) {
    const char **words = cx_i_alloc_array(&gate->allocator, gate->count, sizeof *words);
    if (words == NULL) return cx_i_out_of_memory(err);
    for (int64_t i = 0; i < gate->count; i++) {
        cx_i_point point = gate->points[i];
        cx_i_needs needs;
        cx_i_gate_advance(gate, &point, time);
        cx_i_gate_needs(gate, &point, time, &needs);
        words[i] = point.pace.target.retired           ? "retired"
                   : needs.stopped                     ? "stopped"
                   : point.pace.aimed && !needs.inside ? "outside"
                                                       : "open";
    }
    cx_status status = cx_i_table_words(table, "state", words, err);
    cx_i_free(&gate->allocator, words);
    return status;
}

cx_status cx_gate_points(const cx_gate *self, int64_t time, cx_table **out, cx_error *err) {
    cx_table *table;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_gate_time(time, err));
    CX_TRY(cx_i_table_new(self->count, &self->allocator, &table, err));
    cx_status status = cx_i_gate_names(self, NULL, table, err);
    if (status == CX_OK) status = points_counts(self, table, err);
    if (status == CX_OK) status = points_doubles(self, time, table, err);
    if (status == CX_OK) status = points_states(self, time, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}
