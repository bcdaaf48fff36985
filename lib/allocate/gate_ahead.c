#include "allocate/gate.h"
#include "base/random.h"

/* Looking ahead. Rows are gone through in blocks, each in short loops of its own: first what the
 * draws are, then where the keys, counters and draws of the contacts lie, then, when the keys have
 * come, where their cells are. So many lines of memory are on their way at once; within the long
 * way of a decision the processor would wait for them one after the other. */

void cx_i_ahead_draws(const cx_gate *gate, const int64_t *points, const int64_t *contacts,
                      int64_t count, cx_i_ahead *ahead) {
    uint64_t who[CX_I_AHEAD] = {0}, draw[CX_I_AHEAD] = {0}, bits[CX_I_AHEAD];
    for (int64_t i = 0; i < count; i++) {
        who[i] = (uint64_t)contacts[i];
        draw[i] = gate->points[points[i]].draw;
    }
    cx_i_random_pairs(who, draw, gate->draw_key, bits);
    for (int64_t i = 0; i < count; i++) {
        ahead[i].draw = draw[i];
        ahead[i].bits = bits[i] == 0 ? 1 : bits[i];
    }
    for (int64_t i = 0; i < count; i++) {
        const struct cx_i_lot_table *table = cx_i_lots_table(&gate->draws, ahead[i].bits);
        if (table->slots > 0) CX_I_PREFETCH(&table->draws[cx_i_lots_home(table, ahead[i].bits)]);
    }
}

void cx_i_ahead_keys(const cx_gate *gate, const int64_t *contacts, int64_t count) {
    for (int64_t i = 0; i < count; i++) {
        uint64_t contact = (uint64_t)contacts[i];
        CX_I_PREFETCH(&gate->visits.counts[contact & gate->visits.mask]);
        if (gate->filter != NULL) {
            const uint64_t *line = cx_i_recent_line(gate->filter, contact, 0);
            for (int32_t g = 0; g < gate->filter->kept; g++)
                CX_I_PREFETCH(line + g * CX_I_RECENT_WORDS);
            continue;
        }
        const cx_i_shard *shard = cx_i_ledger_shard(gate->ledger, contact);
        if (shard->count == 0) continue;
        const uint64_t *home = &shard->keys[cx_i_shard_home(shard, contact)];
        CX_I_PREFETCH(home); /* a key lies 7 places behind its home on average */
        CX_I_PREFETCH(home + 8);
        CX_I_PREFETCH(home + 16);
        CX_I_PREFETCH(home + 24);
    }
}

void cx_i_ahead_cells(const cx_gate *gate, const int64_t *contacts, int64_t count,
                      cx_i_ahead *ahead) {
    if (gate->filter != NULL) return;
    for (int64_t i = 0; i < count; i++)
        ahead[i].slot = cx_i_ledger_slot(gate->ledger, (uint64_t)contacts[i]);
    for (int64_t i = 0; i < count; i++) {
        if (ahead[i].slot == UINT32_MAX) continue;
        const char *cells = (const char *)&cx_i_ledger_shard(gate->ledger, (uint64_t)contacts[i])
                                ->cells[ahead[i].slot];
        CX_I_PREFETCH(cells);
        CX_I_PREFETCH(cells + sizeof(cx_i_past) - 1);
    }
}
