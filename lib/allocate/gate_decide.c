#include "allocate/gate.h"

#include <cxkit/random.h>

/* One decision. */

#define GATE_RETURN 0x67617465 /* purpose of the random numbers */

uint64_t cx_i_gate_hash(const cx_gate *gate, const cx_i_point *point, uint64_t contact) {
    cx_random_words words;
    cx_philox(contact, point->draw, gate->draw_key, &words);
    uint64_t bits = (uint64_t)words.w1 << 32 | words.w0;
    return bits == 0 ? 1 : bits;
}

uint64_t cx_i_gate_bits(const cx_gate *gate, cx_i_point *point, uint64_t contact, int64_t time) {
    cx_i_gate_enter_period(gate, point, time);
    return cx_i_gate_hash(gate, point, contact);
}

void cx_i_gate_set_draw_key(cx_gate *gate) {
    cx_random_words words;
    cx_philox((uint64_t)gate->policy, GATE_RETURN, gate->options.seed, &words);
    gate->draw_key = (uint64_t)words.w1 << 32 | words.w0;
}

cx_status cx_i_gate_time(int64_t time, cx_error *err) {
    if (time >= 0 && time / CX_I_GATE_SECOND < UINT32_MAX) return CX_OK;
    return cx_i_fail(err, CX_E_DOMAIN,
                     "the time is %d microseconds since 1970; it has to lie before 2106", time);
}

cx_status cx_i_gate_point(const cx_gate *gate, int64_t point, cx_error *err) {
    if (point >= 0 && point < gate->count) return CX_OK;
    return cx_i_fail(err, CX_E_NAME, "there is no point number %d; there are %d", point,
                     gate->count);
}

static cx_status gate_check_clock(const cx_gate *gate, int64_t time, cx_error *err) {
    int64_t clock = gate->counts.clock;
    CX_TRY(cx_i_gate_time(time, err));
    if (clock == INT64_MIN || time >= clock - gate->slack) return CX_OK;
    return cx_i_fail(err, CX_E_DOMAIN,
                     "the clock runs backwards: %d is %d microseconds before the last decision; "
                     "sort by time, or set clock_slack",
                     time, clock - time);
}

/* -- the draw ------------------------------------------------------------------------------ */

/* A draw that was made stands: the same answer for a repeated call, else none. */
static void gate_stands(const cx_gate *gate, const cx_i_lot *draw, cx_decision *decision) {
    int64_t since = decision->time / CX_I_GATE_SECOND - (int64_t)draw->second;
    decision->probability = (double)(draw->chance & CX_I_DRAW_CHANCE) / CX_I_GATE_GRID;
    decision->repeat = 1;
    if ((draw->chance & CX_I_DRAW_INVITED) == 0) {
        decision->reason = CX_REASON_DRAWN_BEFORE;
    } else if (since * CX_I_GATE_SECOND <= gate->retry) {
        decision->reason = CX_REASON_INVITED;
        decision->invite = 1;
    } else {
        decision->reason = CX_REASON_ASKED_BEFORE;
    }
}

static cx_status gate_commit(cx_gate *gate, cx_i_point *point, uint64_t bits,
                             const cx_decision *decision, cx_i_undo *undo, cx_error *err) {
    int64_t expired = (decision->time - gate->longest) / CX_I_GATE_SECOND;
    uint32_t chance = (uint32_t)(decision->probability * CX_I_GATE_GRID + 0.5);
    cx_i_lot draw = {bits, chance, (uint32_t)(decision->time / CX_I_GATE_SECOND)};
    CX_TRY(cx_i_lots_reserve(&gate->draws, bits, expired > 0 ? (uint32_t)expired : 0, err));
    if (decision->invite && (point->wanted >> CX_EVENT_INVITED & 1) != 0) {
        cx_i_event event = {0, (uint16_t)point->place, CX_EVENT_INVITED};
        CX_TRY(cx_i_ledger_minute(decision->time, &event.minute, err));
        CX_TRY(cx_i_ledger_enter(gate->ledger, decision->contact, event, &undo->was.cells,
                                 &undo->known, err));
        undo->entered = true;
    }
    if (decision->invite && gate->filter != NULL) cx_i_gate_asked(gate, decision, undo);
    if (decision->invite) {
        draw.chance |= CX_I_DRAW_INVITED;
        point->pace.invited++;
        point->pace.waiting++;
        undo->invited = true;
    }
    point->pace.contacts++;
    point->pace.total++;
    cx_i_lots_put(&gate->draws, &draw);
    undo->drawn = true;
    return CX_OK;
}

static cx_status gate_draw(cx_gate *gate, cx_i_point *point, uint64_t bits, cx_decision *decision,
                           cx_i_undo *undo, cx_error *err) {
    cx_i_needs needs;
    cx_i_gate_needs(gate, point, decision->time, &needs);
    if (needs.chance <= 0) {
        decision->reason = needs.stopped ? CX_REASON_STOPPED : CX_REASON_RETIRED;
        return CX_OK;
    }
    decision->probability = needs.chance;
    decision->invite = decision->u < needs.chance;
    decision->reason = decision->invite ? CX_REASON_INVITED : CX_REASON_NOT_DRAWN;
    return gate_commit(gate, point, bits, decision, undo, err);
}

/* -- the whole ----------------------------------------------------------------------------- */

static void gate_count(cx_gate *gate, const cx_decision *decision, const cx_i_undo *undo) {
    cx_i_gate_class *count = &gate->counts.classes[decision->frequency];
    int64_t minute = decision->time / CX_I_GATE_MINUTE;
    bool refused = decision->reason == CX_REASON_RULE || decision->reason == CX_REASON_FORGOTTEN ||
                   decision->reason == CX_REASON_CLOCK;
    count->visits++;
    count->quarantined += refused;
    count->eligible += !refused && decision->reason != CX_REASON_NO_ID;
    count->drawn += undo->drawn;
    count->invited += undo->invited;
    gate->counts.reasons[decision->reason]++;
    gate->counts.hours[((minute + 3 * 1440) / 60) % CX_I_GATE_HOURS]++;
    if (decision->time > gate->counts.clock) gate->counts.clock = decision->time;
    if (decision->contact != 0) cx_i_frequency_add(&gate->visits, decision->contact);
}

static uint64_t gate_bits_ahead(const cx_gate *gate, cx_i_point *point, const cx_decision *decision,
                                const cx_i_ahead *ahead) {
    cx_i_gate_enter_period(gate, point, decision->time);
    if (ahead != NULL && ahead->draw == point->draw) return ahead->bits;
    return cx_i_gate_hash(gate, point, decision->contact);
}

static void gate_ask_rules(const cx_gate *gate, const cx_i_point *point, const cx_i_ahead *ahead,
                           cx_decision *decision) {
    if (gate->filter != NULL) {
        cx_i_gate_spare(gate, decision);
        return;
    }
    const cx_i_past *cells = cx_i_ledger_find_at(gate->ledger, decision->contact,
                                                 ahead == NULL ? UINT32_MAX : ahead->slot);
    if (cells != NULL) cx_i_gate_judge(gate, point, cells, decision);
}

cx_status cx_i_gate_decide(cx_gate *gate, cx_decision *decision, const cx_i_ahead *ahead,
                           cx_i_undo *undo, cx_error *err) {
    cx_i_point *point = &gate->points[decision->point];
    undo->drawn = undo->invited = undo->entered = false;
    decision->retry_at = decision->time;
    decision->rule = -1;
    decision->policy = gate->policy;
    uint64_t bits = gate_bits_ahead(gate, point, decision, ahead);
    cx_i_gate_advance(gate, point, decision->time);
    decision->period = point->period;
    decision->allocation = point->pace.target.allocation;
    if (decision->contact == 0) {
        decision->reason = CX_REASON_NO_ID;
        decision->u = NAN;
        gate_count(gate, decision, undo);
        return CX_OK;
    }
    decision->u = (double)(bits >> 11) * 0x1p-53;
    cx_i_frequency_advance(&gate->visits, decision->time);
    decision->frequency = cx_i_frequency_class(&gate->visits, decision->contact);
    const cx_i_lot *draw = cx_i_lots_find(&gate->draws, bits);
    if (draw != NULL) {
        gate_stands(gate, draw, decision);
    }
    if (draw == NULL || !decision->invite) {
        int32_t stands = decision->reason;
        decision->reason = -1;
        gate_ask_rules(gate, point, ahead, decision);
        if (decision->reason >= 0) {
            decision->probability = 0;
            decision->repeat = 0;
        } else if (draw != NULL) {
            decision->reason = stands;
            point->pace.repeats++;
        } else {
            CX_TRY(gate_draw(gate, point, bits, decision, undo, err));
        }
    }
    gate_count(gate, decision, undo);
    return CX_OK;
}

void cx_i_gate_undo(cx_gate *gate, const cx_decision *decision, const cx_i_undo *undo) {
    if (undo->drawn)
        cx_i_lots_remove(&gate->draws, cx_i_gate_bits(gate, &gate->points[decision->point],
                                                      decision->contact, decision->time));
    if (undo->entered && gate->filter != NULL)
        cx_i_gate_unasked(gate, decision, undo);
    else if (undo->entered)
        cx_i_ledger_restore(gate->ledger, decision->contact, &undo->was.cells, undo->known);
}

cx_status cx_gate_decide(cx_gate *self, uint64_t contact, int64_t point, int64_t time,
                         uint64_t attributes, cx_decision *out, cx_error *err) {
    cx_decision decision;
    cx_i_undo undo;
    if (self == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "out");
    CX_TRY(cx_i_gate_point(self, point, err));
    CX_TRY(gate_check_clock(self, time, err));
    memset(&decision, 0, sizeof decision);
    decision.contact = contact;
    decision.point = point;
    decision.time = time;
    decision.attributes = attributes;
    CX_TRY(cx_i_gate_decide(self, &decision, NULL, &undo, err));
    *out = decision;
    return CX_OK;
}

/* -- what became of it --------------------------------------------------------------------- */

static bool gate_same_cells(const cx_i_past *a, const cx_i_past *b) {
    return memcmp(a, b, sizeof *a) == 0;
}

/* Enters an event that some rule counts; *fresh is false when it was known. */
static cx_status gate_enter(cx_gate *gate, uint64_t contact, const cx_i_point *point, int32_t event,
                            int64_t time, bool *fresh, cx_error *err) {
    cx_i_event entry = {0, (uint16_t)point->place, (uint16_t)event};
    cx_i_past before;
    bool known;
    *fresh = true;
    CX_TRY(cx_i_ledger_minute(time, &entry.minute, err));
    if (gate->filter != NULL && event == CX_EVENT_INVITED)
        return cx_recent_record(gate->filter, contact, time, err);
    if ((point->wanted >> event & 1) == 0) return CX_OK;
    CX_TRY(cx_i_ledger_enter(gate->ledger, contact, entry, &before, &known, err));
    *fresh = !known || !gate_same_cells(&before, cx_i_ledger_find(gate->ledger, contact));
    return CX_OK;
}

/* An invitation of this period has one answer. */
static bool gate_first_answer(cx_gate *gate, cx_i_point *point, uint64_t contact, int64_t time,
                              bool fresh) {
    const cx_i_lot *found =
        cx_i_lots_find(&gate->draws, cx_i_gate_bits(gate, point, contact, time));
    if (found == NULL || (found->chance & CX_I_DRAW_INVITED) == 0) return fresh;
    if ((found->chance & CX_I_DRAW_ANSWERED) != 0) return false;
    cx_i_lot draw = *found;
    draw.chance |= CX_I_DRAW_ANSWERED;
    cx_i_lots_put(&gate->draws, &draw);
    return true;
}

cx_status cx_gate_record(cx_gate *self, uint64_t contact, int64_t point, int32_t event,
                         int64_t time, cx_error *err) {
    bool fresh;
    if (self == NULL) return cx_i_fail(err, CX_E_NULL, "self is missing");
    CX_TRY(cx_i_gate_point(self, point, err));
    if (contact == 0)
        return cx_i_fail(err, CX_E_DOMAIN, "contact is 0, which is the key of nobody");
    if (event < 0 || event >= CX_EVENT_END)
        return cx_i_fail(err, CX_E_DOMAIN, "event is %d; it has to be 0 to 3", (int64_t)event);
    CX_TRY(cx_i_gate_time(time, err));
    cx_i_point *at = &self->points[point];
    CX_TRY(gate_enter(self, contact, at, event, time, &fresh, err));
    if (event == CX_EVENT_ANSWERED) fresh = gate_first_answer(self, at, contact, time, fresh);
    if (!fresh || (at->pace.aimed && time < at->pace.target.start)) return CX_OK;
    at->pace.shown += event == CX_EVENT_SHOWN;
    at->pace.declined += event == CX_EVENT_DECLINED;
    at->pace.answered += event == CX_EVENT_ANSWERED;
    return CX_OK;
}

/* -- after a restart ----------------------------------------------------------------------- */

static cx_status gate_check_row(const cx_gate *gate, const cx_decision *row, cx_error *err) {
    CX_TRY(cx_i_gate_point(gate, row->point, err));
    CX_TRY(cx_i_gate_time(row->time, err));
    bool drawn = row->reason == CX_REASON_INVITED || row->reason == CX_REASON_NOT_DRAWN;
    if (row->reason < 0 || row->reason >= CX_REASON_END || row->frequency < 0 ||
        row->frequency >= CX_FREQUENCY_CLASSES || (row->invite != 0 && row->invite != 1) ||
        !(row->probability >= 0 && row->probability <= 1) ||
        (drawn && (row->contact == 0 || row->probability <= 0)) ||
        row->invite != (row->reason == CX_REASON_INVITED))
        return cx_i_fail(err, CX_E_DOMAIN, "this row of a log is no decision");
    return CX_OK;
}

cx_status cx_gate_replay(cx_gate *self, const cx_decision *decision, cx_error *err) {
    cx_i_undo undo;
    if (self == NULL || decision == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", self == NULL ? "self" : "decision");
    CX_TRY(gate_check_row(self, decision, err));
    cx_i_point *point = &self->points[decision->point];
    bool drawn = decision->reason == CX_REASON_INVITED || decision->reason == CX_REASON_NOT_DRAWN;
    int64_t policy = self->policy;
    undo.drawn = undo.invited = undo.entered = false;
    cx_i_gate_advance(self, point, decision->time);
    cx_i_frequency_advance(&self->visits, decision->time);
    if (drawn && !decision->repeat) {
        cx_gate_set_policy(self, decision->policy);
        uint64_t bits = cx_i_gate_bits(self, point, decision->contact, decision->time);
        cx_gate_set_policy(self, policy);
        CX_TRY(gate_commit(self, point, bits, decision, &undo, err));
    }
    point->pace.repeats +=
        decision->reason == CX_REASON_DRAWN_BEFORE || decision->reason == CX_REASON_ASKED_BEFORE;
    gate_count(self, decision, &undo);
    return CX_OK;
}
