#include <cxkit/models.h>

#include "base/array.h"
#include "stat/table.h"

typedef struct person_work {
    const cx_array *entry, *exit, *event;
    cx_allocator allocator;
    int64_t customers, made, used, events;
    int64_t *from, *to; /* of each customer; to 0: left out */
    double *ended;
} person_work;

static cx_status person_whole(const cx_array *column, const char *role, int64_t row, double value,
                              cx_error *err) {
    cx_array named = *column;
    if (value >= 0 && value == floor(value) && value < 2147483648.0) return CX_OK;
    named.name = cx_i_array_name(column, role);
    return cx_i_fail_at(err, CX_E_DOMAIN, &named, row, value,
                        "whole periods are needed: divide durations by the length of a period and "
                        "round up");
}

static cx_status person_read(person_work *w, int64_t row, cx_error *err) {
    double entry = 0, exit, event;
    if (w->entry != NULL) cx_i_array_read(w->entry, row, 1, &entry);
    cx_i_array_read(w->exit, row, 1, &exit);
    cx_i_array_read(w->event, row, 1, &event);
    if (isnan(entry) || isnan(exit) || isnan(event)) return CX_OK;
    if (w->entry != NULL) CX_TRY(person_whole(w->entry, "entry", row, entry, err));
    CX_TRY(person_whole(w->exit, "exit", row, exit, err));
    if (!(exit > entry))
        return cx_i_fail_at(err, CX_E_DOMAIN, w->exit, row, exit,
                            "the watch has to end after its begin: nobody was at risk");
    if (event != 0 && event != 1)
        return cx_i_fail_at(err, CX_E_DOMAIN, w->event, row, event, "an event has to be 0 or 1");
    w->from[row] = (int64_t)entry;
    w->to[row] = (int64_t)exit;
    w->ended[row] = event;
    w->used++;
    w->events += event > 0 ? 1 : 0;
    w->made += w->to[row] - w->from[row];
    if (w->made > INT32_MAX)
        return cx_i_fail(err, CX_E_LIMIT,
                         "more than %d rows up to customer %d: take longer periods",
                         (int64_t)INT32_MAX, row);
    return CX_OK;
}

static cx_status person_fill(const person_work *w, cx_table *table, cx_error *err) {
    int64_t *row, *period, *event, at = 0;
    CX_TRY(cx_i_table_i64(table, "row", &row, err));
    CX_TRY(cx_i_table_i64(table, "period", &period, err));
    CX_TRY(cx_i_table_i64(table, "event", &event, err));
    for (int64_t i = 0; i < w->customers; i++)
        for (int64_t t = w->from[i] + 1; t <= w->to[i]; t++, at++) {
            row[at] = i;
            period[at] = t;
            event[at] = t == w->to[i] && w->ended[i] > 0 ? 1 : 0;
        }
    CX_TRY(cx_i_table_figure(table, "customers", (double)w->used, err));
    CX_TRY(cx_i_table_figure(table, "events", (double)w->events, err));
    return cx_i_table_figure(table, "excluded", (double)(w->customers - w->used), err);
}

static cx_status person_run(person_work *w, cx_table **out, cx_error *err) {
    cx_table *table;
    w->from = cx_i_alloc_array(&w->allocator, w->customers, sizeof *w->from);
    w->to = cx_i_alloc_array(&w->allocator, w->customers, sizeof *w->to);
    w->ended = cx_i_alloc_array(&w->allocator, w->customers, sizeof *w->ended);
    if (w->from == NULL || w->to == NULL || w->ended == NULL) return cx_i_out_of_memory(err);
    for (int64_t row = 0; row < w->customers; row++) CX_TRY(person_read(w, row, err));
    CX_TRY(cx_i_table_new(w->made, &w->allocator, &table, err));
    cx_status status = person_fill(w, table, err);
    if (status == CX_OK)
        *out = table;
    else
        cx_table_free(table);
    return status;
}

cx_status cx_person_periods(const cx_array *entry, const cx_array *exit, const cx_array *event,
                            const cx_allocator *allocator, cx_table **out, cx_error *err) {
    if (exit == NULL || event == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing",
                         exit == NULL    ? "exit"
                         : event == NULL ? "event"
                                         : "out");
    CX_TRY(cx_i_array_check(exit, "exit", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_check(event, "event", CX_I_NUMBERS, err));
    CX_TRY(cx_i_array_same_length(exit, "exit", event, "event", err));
    if (entry != NULL) {
        CX_TRY(cx_i_array_check(entry, "entry", CX_I_NUMBERS, err));
        CX_TRY(cx_i_array_same_length(exit, "exit", entry, "entry", err));
    }
    person_work w = {.entry = entry,
                     .exit = exit,
                     .event = event,
                     .allocator = cx_i_allocator(allocator),
                     .customers = exit->length};
    cx_status status = person_run(&w, out, err);
    cx_i_free(&w.allocator, w.from);
    cx_i_free(&w.allocator, w.to);
    cx_i_free(&w.allocator, w.ended);
    return status;
}
