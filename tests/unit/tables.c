#include "tables.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void table_lacks(const char *what, const char *name) {
    fprintf(stderr, "there is no %s %s\n", what, name);
    exit(EXIT_FAILURE);
}

static int64_t table_position(const cx_table *table, const char *name) {
    for (int64_t i = 0; i < cx_table_figures(table); i++)
        if (strcmp(cx_table_figure_name(table, i), name) == 0) return i;
    return -1;
}

bool table_has_figure(const cx_table *table, const char *name) {
    return table_position(table, name) >= 0;
}

double table_figure(const cx_table *table, const char *name) {
    if (!table_has_figure(table, name)) table_lacks("figure", name);
    return cx_table_figure(table, table_position(table, name));
}

cx_array table_column(const cx_table *table, const char *name) {
    cx_array column = {0};
    if (cx_table_column(table, cx_table_find(table, name), &column, NULL) != CX_OK)
        table_lacks("column", name);
    return column;
}

static cx_array table_cell(const cx_table *table, const char *name, int64_t row, bool *is_null) {
    cx_array column = table_column(table, name);
    int64_t bit = column.offset + row;
    if (row < 0 || row >= column.length) table_lacks("such row of", name);
    *is_null = column.validity != NULL && (column.validity[bit / 8] >> bit % 8 & 1) == 0;
    return column;
}

double table_number(const cx_table *table, const char *name, int64_t row) {
    bool is_null;
    cx_array column = table_cell(table, name, row, &is_null);
    if (is_null) return NAN;
    if (column.dtype == CX_F64) return ((const double *)column.data)[row];
    return (double)((const int64_t *)column.data)[row];
}

double table_sum(const cx_table *table, const char *name) {
    double sum = 0;
    for (int64_t row = 0; row < cx_table_rows(table); row++) sum += table_number(table, name, row);
    return sum;
}

const char *table_text(const cx_table *table, const char *name, int64_t row) {
    static char text[1024];
    bool is_null;
    cx_array column = table_cell(table, name, row, &is_null);
    const int32_t *offsets = column.offsets;
    if (is_null) return NULL;
    snprintf(text, sizeof text, "%.*s", (int)(offsets[row + 1] - offsets[row]),
             (const char *)column.data + offsets[row]);
    return text;
}

bool table_word_is(const cx_table *table, const char *name, int64_t row, const char *word) {
    const char *text = table_text(table, name, row);
    return word == NULL || text == NULL ? word == text : strcmp(text, word) == 0;
}
