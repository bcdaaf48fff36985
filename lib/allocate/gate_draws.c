#include "allocate/gate.h"

/* Draws that were made in the running period: 64 tables that grow one by one. */

#define DRAWS_FIRST 16

void cx_i_lots_free(cx_i_lots *draws) {
    for (int i = 0; i < CX_I_GATE_DRAWS; i++) cx_i_free(draws->allocator, draws->tables[i].block);
    memset(draws->tables, 0, sizeof draws->tables);
}

static uint32_t draws_seek(const struct cx_i_lot_table *table, uint64_t bits) {
    uint32_t at = cx_i_lots_home(table, bits);
    while (table->draws[at].bits != 0 && table->draws[at].bits != bits)
        at = (at + 1) & (table->slots - 1);
    return at;
}

const cx_i_lot *cx_i_lots_find(const cx_i_lots *draws, uint64_t bits) {
    const struct cx_i_lot_table *table = cx_i_lots_table(draws, bits);
    if (table->count == 0) return NULL;
    const cx_i_lot *found = &table->draws[draws_seek(table, bits)];
    return found->bits == 0 ? NULL : found;
}

static cx_status draws_make(const cx_allocator *allocator, uint32_t slots,
                            struct cx_i_lot_table *table, cx_error *err) {
    size_t line = CX_I_DRAWS_LINE * sizeof *table->draws;
    char *block = cx_i_alloc_array(allocator, (int64_t)slots + CX_I_DRAWS_LINE, sizeof(cx_i_lot));
    if (block == NULL) return cx_i_out_of_memory(err);
    table->block = block;
    table->draws = (cx_i_lot *)(void *)(block + (line - (uintptr_t)block % line) % line);
    table->slots = slots;
    return CX_OK;
}

cx_status cx_i_lots_reserve(cx_i_lots *draws, uint64_t bits, uint32_t expired, cx_error *err) {
    struct cx_i_lot_table *table = &draws->tables[bits & (CX_I_GATE_DRAWS - 1)], larger;
    uint32_t alive = 0;
    if ((uint64_t)table->count * 5 + 5 <= (uint64_t)table->slots * 3) return CX_OK;
    for (uint32_t i = 0; i < table->slots; i++)
        alive += table->draws[i].bits != 0 && table->draws[i].second >= expired;
    uint32_t slots = table->slots == 0 ? DRAWS_FIRST : table->slots;
    while ((uint64_t)alive * 2 >= slots) {
        if (slots > UINT32_MAX / 4)
            return cx_i_fail(err, CX_E_LIMIT, "there are more than 2^35 draws in a period");
        slots *= 2;
    }
    CX_TRY(draws_make(draws->allocator, slots, &larger, err));
    larger.count = alive;
    for (uint32_t i = 0; i < table->slots; i++)
        if (table->draws[i].bits != 0 && table->draws[i].second >= expired)
            larger.draws[draws_seek(&larger, table->draws[i].bits)] = table->draws[i];
    cx_i_free(draws->allocator, table->block);
    *table = larger;
    return CX_OK;
}

void cx_i_lots_put(cx_i_lots *draws, const cx_i_lot *draw) {
    struct cx_i_lot_table *table = &draws->tables[draw->bits & (CX_I_GATE_DRAWS - 1)];
    cx_i_lot *slot = &table->draws[draws_seek(table, draw->bits)];
    table->count += slot->bits == 0;
    *slot = *draw;
}

void cx_i_lots_remove(cx_i_lots *draws, uint64_t bits) {
    struct cx_i_lot_table *table = &draws->tables[bits & (CX_I_GATE_DRAWS - 1)];
    if (table->count == 0) return;
    uint32_t mask = table->slots - 1, at = draws_seek(table, bits);
    if (table->draws[at].bits == 0) return;
    for (uint32_t next = (at + 1) & mask; table->draws[next].bits != 0; next = (next + 1) & mask) {
        uint32_t home = cx_i_lots_home(table, table->draws[next].bits);
        if (((next - home) & mask) < ((next - at) & mask)) continue;
        table->draws[at] = table->draws[next];
        at = next;
    }
    memset(&table->draws[at], 0, sizeof *table->draws);
    table->count--;
}
