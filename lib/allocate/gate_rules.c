#include "allocate/gate.h"

/* What the rules say of one contact at one point. */

static int64_t rules_end(uint32_t minute) {
    return (int64_t)minute * CX_I_GATE_MINUTE;
}

/* Does an event at this place count for the rule, seen from this point? */
static bool rules_counts(const cx_gate *gate, const cx_i_rule *rule, const cx_i_point *point,
                         uint32_t place) {
    if (place >= (uint32_t)gate->place_count) return true; /* of a machine with more points */
    const cx_i_place *there = &gate->places[place];
    if ((there->exempt >> rule->number & 1) != 0) return false;
    if (rule->scope == CX_SCOPE_ALL) return true;
    if (rule->scope == CX_SCOPE_POINT) return there->point == point - gate->points;
    if (rule->scope == CX_SCOPE_GROUP) return there->group >= 0 && there->group == point->group;
    return there->type >= 0 && there->type == point->type;
}

/* When the rule allows it; *reason says why it does not yet. Events after `limit` count. */
static int64_t rules_wait(const cx_gate *gate, const cx_i_rule *rule, const cx_i_point *point,
                          const cx_i_past *cells, int64_t limit, int32_t *reason) {
    uint32_t minutes[CX_I_LEDGER_CELLS];
    int count = 0;
    for (int i = 0; i < CX_I_LEDGER_CELLS; i++) {
        uint32_t cell = cells->cell[i], minute = cells->newest - cx_i_past_age(cell);
        if (cell == CX_I_PAST_EMPTY || cx_i_past_kind(cell) != (uint32_t)rule->event ||
            rules_end(minute) <= limit || !rules_counts(gate, rule, point, cx_i_past_place(cell)))
            continue;
        int at = count++;
        for (; at > 0 && minutes[at - 1] < minute; at--) minutes[at] = minutes[at - 1];
        minutes[at] = minute;
    }
    *reason = CX_REASON_RULE;
    if (count >= rule->most) return rules_end(minutes[rule->most - 1]) + rule->window;
    *reason = CX_REASON_FORGOTTEN;
    return rules_end(cells->forgotten) + rule->window;
}

static bool rules_allow(const cx_gate *gate, const cx_i_rule *rule, const cx_i_point *point,
                        const cx_i_past *cells, int64_t time, int64_t *wait, int32_t *reason) {
    int64_t limit = time - rule->window;
    if (rules_end(cells->newest) <= limit) return true;
    if (rule->plain) {
        uint32_t cell = cells->cell[gate->ledger->latest[rule->event]];
        int64_t latest = rules_end(cells->newest - cx_i_past_age(cell));
        if (cell == CX_I_PAST_EMPTY || latest <= limit) return true;
        *wait = latest + rule->window;
        *reason = CX_REASON_RULE;
        return false;
    }
    *wait = rules_wait(gate, rule, point, cells, limit, reason);
    return *wait <= time || (*reason == CX_REASON_FORGOTTEN && cells->forgotten == 0);
}

void cx_i_gate_judge(const cx_gate *gate, const cx_i_point *point, const cx_i_past *cells,
                     cx_decision *decision) {
    int64_t time = decision->time, wait = time;
    int32_t reason = CX_REASON_RULE;
    bool any = false;
    for (int32_t r = 0; r < gate->rule_count; r++) {
        const cx_i_rule *rule = &gate->rules[r];
        if ((point->exempt >> rule->number & 1) != 0 ||
            (rule->attributes != 0 && (rule->attributes & decision->attributes) == 0))
            continue;
        any = true;
        if (rules_allow(gate, rule, point, cells, time, &wait, &reason)) continue;
        if (decision->rule < 0) {
            decision->reason = reason;
            decision->rule = rule->number;
            decision->action = rule->action;
        }
        if (wait > decision->retry_at) decision->retry_at = wait;
    }
    /* A minute is rounded up, so that only a later one is certain to lie ahead. */
    int64_t ahead = rules_end(cells->newest) - CX_I_GATE_MINUTE;
    if (any && decision->rule < 0 && ahead >= time && ahead - time >= gate->slack) {
        decision->reason = CX_REASON_CLOCK;
        decision->retry_at = rules_end(cells->newest);
    }
}
