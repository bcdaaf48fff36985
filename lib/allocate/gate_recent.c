#include "allocate/gate.h"

/* A gate whose one rule is a filter: who was asked within its window is not asked again. */

cx_status cx_gate_use_recent(cx_gate *self, const cx_recent *filter, cx_error *err) {
    if (self == NULL || filter == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "filter");
    if (self->sealed || self->filter != NULL)
        return cx_i_fail(err, CX_E_LIMIT,
                         "the gate has %s already: the filter comes before the points, and once",
                         self->sealed ? "points" : "a filter");
    if (self->rule_count > 0)
        return cx_i_fail(err, CX_E_OPTION,
                         "the gate has %d rules: a filter knows only who was asked lately, and is "
                         "the one rule of its gate; rules need a ledger",
                         (int64_t)self->rule_count);
    if (!cx_recent_is_salted(filter, self->options.salt))
        return cx_i_fail(err, CX_E_MISMATCH,
                         "the filter knows contacts by keys of another salt than the gate's");
    return cx_recent_copy(filter, &self->allocator, &self->filter, err);
}

const cx_recent *cx_gate_recent(const cx_gate *self) {
    return self == NULL ? NULL : self->filter;
}

cx_status cx_gate_merge_recent(cx_gate *self, const cx_recent *other, cx_error *err) {
    if (self == NULL || other == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "other");
    if (self->filter == NULL)
        return cx_i_fail(err, CX_E_MISMATCH, "the gate keeps a ledger, and no filter");
    return cx_recent_merge(self->filter, other, err);
}

/* -- decisions ----------------------------------------------------------------------------- */

void cx_i_gate_spare(const cx_gate *gate, cx_decision *decision) {
    int64_t until = cx_i_recent_until(gate->filter, decision->contact, decision->time);
    if (until < 0) return;
    decision->reason = CX_REASON_RULE;
    decision->rule = 0;
    decision->action = CX_ACTION_DEFER;
    decision->retry_at = until;
}

void cx_i_gate_asked(cx_gate *gate, const cx_decision *decision, cx_i_undo *undo) {
    const uint64_t *line = cx_i_recent_line(gate->filter, decision->contact, decision->time);
    memcpy(undo->was.line, line, sizeof undo->was.line);
    undo->entered =
        cx_recent_record(gate->filter, decision->contact, decision->time, NULL) == CX_OK;
}

void cx_i_gate_unasked(cx_gate *gate, const cx_decision *decision, const cx_i_undo *undo) {
    uint64_t *line = cx_i_recent_line(gate->filter, decision->contact, decision->time);
    memcpy(line, undo->was.line, sizeof undo->was.line);
}

cx_status cx_i_gate_keep_filter(const cx_gate *gate, int64_t time, cx_recent **kept,
                                cx_error *err) {
    if (gate->filter == NULL || time / gate->filter->span <= gate->filter->newest) return CX_OK;
    return cx_recent_copy(gate->filter, &gate->allocator, kept, err);
}

void cx_i_gate_put_filter(cx_gate *gate, const cx_recent *kept) {
    size_t words = (size_t)kept->blocks * (size_t)kept->kept * CX_I_RECENT_WORDS;
    memcpy(gate->filter->words, kept->words, words * sizeof *kept->words);
    gate->filter->newest = kept->newest;
}

double cx_i_gate_spared(const cx_gate *gate, double quarantined, double *rate) {
    *rate = 0;
    if (gate->filter != NULL && gate->counts.clock >= 0)
        *rate = cx_i_recent_rate(gate->filter, gate->counts.clock);
    /* refused = asked + (1 - asked) rate */
    double share = *rate < 1 ? (1 - quarantined) * *rate / (1 - *rate) : quarantined;
    return fmin(share, quarantined);
}
