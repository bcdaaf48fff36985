#include "allocate/ledger.h"

/* The cells of one contact. A set of events has one form, whatever the order they came in:
 *
 *   the latest of each kind is kept; of the others those after `forgotten`, which is the time of
 *   the first one that finds no cell, or what was forgotten before, whichever is later.
 *
 * Whoever is not among the first few of a part is not among the first few of the whole, so that
 * joining parts in any grouping forgets the same. */

static bool past_before(const cx_i_event *a, const cx_i_event *b) {
    if (a->minute != b->minute) return a->minute > b->minute;
    if (a->kind != b->kind) return a->kind < b->kind;
    return a->place < b->place;
}

static bool past_same(const cx_i_event *a, const cx_i_event *b) {
    return a->minute == b->minute && a->kind == b->kind && a->place == b->place;
}

static int past_sort(cx_i_event *events, int count) {
    int kept = 0;
    for (int i = 1; i < count; i++) {
        cx_i_event event = events[i];
        int at = i;
        for (; at > 0 && past_before(&event, &events[at - 1]); at--) events[at] = events[at - 1];
        events[at] = event;
    }
    for (int i = 0; i < count; i++)
        if (kept == 0 || !past_same(&events[i], &events[kept - 1])) events[kept++] = events[i];
    return kept;
}

static uint32_t past_cell(const cx_i_event *event, uint32_t newest) {
    return (uint32_t)event->kind << 30 | (uint32_t)event->place << 20 | (newest - event->minute);
}

int cx_i_past_expand(const cx_ledger *ledger, const cx_i_past *cells, cx_i_event *events) {
    int count = 0;
    (void)ledger;
    for (int i = 0; i < CX_I_LEDGER_CELLS; i++) {
        uint32_t cell = cells->cell[i];
        if (cell == CX_I_PAST_EMPTY) continue;
        events[count++] =
            (cx_i_event){cells->newest - cx_i_past_age(cell), (uint16_t)cx_i_past_place(cell),
                         (uint16_t)cx_i_past_kind(cell)};
    }
    return count;
}

void cx_i_past_pack(const cx_ledger *ledger, cx_i_event *events, int count, uint32_t forgotten,
                    cx_i_past *out) {
    int kept = past_sort(events, count), at = ledger->kinds, others = 0;
    uint32_t newest = events[0].minute;
    cx_i_event rest[2 * CX_I_LEDGER_CELLS] = {{0, 0, 0}};
    memset(out->cell, 0xFF, sizeof out->cell);
    for (int i = 0; i < kept && newest - events[i].minute <= CX_I_PAST_AGE; i++) {
        uint32_t *latest = &out->cell[ledger->latest[events[i].kind]];
        if (*latest == CX_I_PAST_EMPTY)
            *latest = past_cell(&events[i], newest);
        else
            rest[others++] = events[i];
    }
    if (others > CX_I_LEDGER_CELLS - at) {
        uint32_t first = rest[CX_I_LEDGER_CELLS - at].minute;
        if (first < 1) first = 1; /* 0 stands for nothing */
        if (first > forgotten) forgotten = first;
    }
    for (int i = 0; i < others && rest[i].minute > forgotten; i++)
        out->cell[at++] = past_cell(&rest[i], newest);
    out->newest = newest;
    out->forgotten = newest > forgotten && newest - forgotten > CX_I_PAST_AGE ? 0 : forgotten;
}

void cx_i_past_join(const cx_ledger *ledger, const cx_i_past *a, const cx_i_past *b,
                    cx_i_past *out) {
    cx_i_event events[2 * CX_I_LEDGER_CELLS];
    int count = cx_i_past_expand(ledger, a, events);
    count += cx_i_past_expand(ledger, b, events + count);
    cx_i_past_pack(ledger, events, count, a->forgotten > b->forgotten ? a->forgotten : b->forgotten,
                   out);
}
