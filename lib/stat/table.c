#include "stat/table.h"

#include "stat/table_data.h"

#define TABLE_FIRST_COLUMNS 16

/* -- building ------------------------------------------------------------------------------ */

cx_status cx_i_table_new(int64_t rows, const cx_allocator *allocator, cx_table **out,
                         cx_error *err) {
    cx_allocator own = cx_i_allocator(allocator);
    cx_table *table = cx_i_alloc(&own, sizeof *table);
    if (table == NULL) return cx_i_out_of_memory(err);
    table->allocator = own;
    table->rows = rows;
    atomic_init(&table->references, 1);
    *out = table;
    return CX_OK;
}

/* Room for one more element in an array that doubles. */
static void *table_grow(cx_table *table, void *old, int64_t count, size_t element) {
    bool full = count == 0 || (count >= TABLE_FIRST_COLUMNS && (count & (count - 1)) == 0);
    if (!full) return old;
    void *grown =
        cx_i_alloc_array(&table->allocator, count == 0 ? TABLE_FIRST_COLUMNS : 2 * count, element);
    if (grown == NULL) return NULL;
    if (count > 0) memcpy(grown, old, (size_t)count * element);
    cx_i_free(&table->allocator, old);
    return grown;
}

static cx_status table_add(cx_table *table, const char *name, int32_t dtype, int64_t bytes,
                           void **data, cx_error *err) {
    cx_i_column *columns = table_grow(table, table->columns, table->column_count, sizeof *columns);
    if (columns == NULL) return cx_i_out_of_memory(err);
    table->columns = columns;
    size_t length = strlen(name) + 1;
    cx_i_column column = {.dtype = dtype};
    column.name = cx_i_alloc(&table->allocator, length);
    column.data = cx_i_alloc(&table->allocator, (size_t)bytes);
    if (dtype == CX_STRING)
        column.offsets = cx_i_alloc_array(&table->allocator, table->rows + 1, sizeof(int32_t));
    columns[table->column_count++] = column; /* owned from here on, whatever is missing */
    if (column.name == NULL || column.data == NULL ||
        (dtype == CX_STRING && column.offsets == NULL))
        return cx_i_out_of_memory(err);
    memcpy(column.name, name, length);
    *data = column.data;
    return CX_OK;
}

static cx_status table_add_numbers(cx_table *table, const char *name, int32_t dtype, void **data,
                                   cx_error *err) {
    int64_t bytes;
    if (!cx_i_mul_i64(table->rows, 8, &bytes)) return cx_i_out_of_memory(err);
    return table_add(table, name, dtype, bytes, data, err);
}

cx_status cx_i_table_f64(cx_table *table, const char *name, double **out, cx_error *err) {
    void *data;
    CX_TRY(table_add_numbers(table, name, CX_F64, &data, err));
    *out = data;
    return CX_OK;
}

cx_status cx_i_table_i64(cx_table *table, const char *name, int64_t **out, cx_error *err) {
    void *data;
    CX_TRY(table_add_numbers(table, name, CX_I64, &data, err));
    *out = data;
    return CX_OK;
}

cx_status cx_i_table_time(cx_table *table, const char *name, int64_t **out, cx_error *err) {
    void *data;
    CX_TRY(table_add_numbers(table, name, CX_TIMESTAMP, &data, err));
    *out = data;
    return CX_OK;
}

cx_status cx_i_table_string(cx_table *table, const char *name, int64_t bytes, char **characters,
                            int32_t **offsets, cx_error *err) {
    void *data;
    if (bytes > INT32_MAX)
        return cx_i_fail(err, CX_E_OVERFLOW, "the texts of column %s exceed 2 GiB", name);
    CX_TRY(table_add(table, name, CX_STRING, bytes, &data, err));
    *characters = data;
    *offsets = table->columns[table->column_count - 1].offsets;
    return CX_OK;
}

cx_status cx_i_table_words(cx_table *table, const char *name, const char *const *words,
                           cx_error *err) {
    char *characters;
    int32_t *offsets;
    int64_t bytes = 0, used = 0;
    for (int64_t i = 0; i < table->rows; i++) bytes += (int64_t)strlen(words[i]);
    CX_TRY(cx_i_table_string(table, name, bytes, &characters, &offsets, err));
    for (int64_t i = 0; i < table->rows; i++) {
        size_t length = strlen(words[i]);
        memcpy(characters + used, words[i], length);
        used += (int64_t)length;
        offsets[i + 1] = (int32_t)used;
    }
    return CX_OK;
}

cx_status cx_i_table_coded(cx_table *table, const char *name, const uint8_t *codes,
                           const char *const *words, cx_error *err) {
    size_t lengths[UINT8_MAX + 1] = {0};
    int64_t counts[UINT8_MAX + 1] = {0}, bytes = 0, used = 0;
    char *characters;
    int32_t *offsets;
    for (int64_t i = 0; i < table->rows; i++) counts[codes[i]]++;
    for (int c = 0; c <= UINT8_MAX; c++) {
        if (counts[c] == 0) continue;
        lengths[c] = strlen(words[c]);
        bytes += counts[c] * (int64_t)lengths[c];
    }
    CX_TRY(cx_i_table_string(table, name, bytes, &characters, &offsets, err));
    for (int64_t i = 0; i < table->rows; i++) {
        memcpy(characters + used, words[codes[i]], lengths[codes[i]]);
        used += (int64_t)lengths[codes[i]];
        offsets[i + 1] = (int32_t)used;
    }
    return CX_OK;
}

/* What is hidden must not stand beneath its null, where an export would carry it. */
static void table_blank(cx_i_column *column, int64_t row) {
    if (column->dtype == CX_F64) ((double *)column->data)[row] = NAN;
    if (column->dtype == CX_I64) ((int64_t *)column->data)[row] = 0;
}

static cx_status table_all_valid(cx_table *table, cx_i_column *column, cx_error *err) {
    size_t bytes = (size_t)((table->rows + 7) / 8);
    if (column->validity != NULL) return CX_OK;
    column->validity = cx_i_alloc(&table->allocator, bytes);
    if (column->validity == NULL) return cx_i_out_of_memory(err);
    memset(column->validity, 0xFF, bytes);
    return CX_OK;
}

cx_status cx_i_table_null(cx_table *table, int64_t row, cx_error *err) {
    cx_i_column *column = &table->columns[table->column_count - 1];
    CX_TRY(table_all_valid(table, column, err));
    uint8_t bit = (uint8_t)(1u << (row & 7));
    if (column->validity[row >> 3] & bit) column->null_count++;
    column->validity[row >> 3] &= (uint8_t)~bit;
    table_blank(column, row);
    return CX_OK;
}

cx_status cx_i_table_hide(cx_table *table, const bool *hidden, cx_error *err) {
    int64_t first = 0;
    while (hidden != NULL && first < table->rows && !hidden[first]) first++;
    if (hidden == NULL || first == table->rows) return CX_OK;
    cx_i_column *column = &table->columns[table->column_count - 1];
    CX_TRY(table_all_valid(table, column, err));
    for (int64_t i = first; i < table->rows; i++) {
        uint8_t *byte = &column->validity[i >> 3], bit = (uint8_t)(hidden[i] << (i & 7));
        column->null_count += (*byte & bit) != 0;
        *byte &= (uint8_t)~bit;
        if (hidden[i]) table_blank(column, i);
    }
    return CX_OK;
}

cx_status cx_i_table_figure(cx_table *table, const char *name, double value, cx_error *err) {
    cx_i_figure *figures = table_grow(table, table->figures, table->figure_count, sizeof *figures);
    if (figures == NULL) return cx_i_out_of_memory(err);
    table->figures = figures;
    figures[table->figure_count++] = (cx_i_figure){name, value};
    return CX_OK;
}

/* -- sharing ------------------------------------------------------------------------------- */

void cx_i_table_hold(const cx_table *table) {
    atomic_fetch_add(&((cx_table *)table)->references, 1);
}

void cx_table_free(cx_table *table) {
    if (table == NULL || atomic_fetch_sub(&table->references, 1) > 1) return;
    cx_allocator allocator = table->allocator;
    for (int64_t i = 0; i < table->column_count; i++) {
        cx_i_free(&allocator, table->columns[i].name);
        cx_i_free(&allocator, table->columns[i].data);
        cx_i_free(&allocator, table->columns[i].offsets);
        cx_i_free(&allocator, table->columns[i].validity);
    }
    cx_i_free(&allocator, table->columns);
    cx_i_free(&allocator, table->figures);
    cx_i_free(&allocator, table);
}

/* -- reading ------------------------------------------------------------------------------- */

int64_t cx_table_rows(const cx_table *table) {
    return table == NULL ? 0 : table->rows;
}

int64_t cx_table_columns(const cx_table *table) {
    return table == NULL ? 0 : table->column_count;
}

int64_t cx_table_figures(const cx_table *table) {
    return table == NULL ? 0 : table->figure_count;
}

const char *cx_table_column_name(const cx_table *table, int64_t index) {
    if (index < 0 || index >= cx_table_columns(table)) return NULL;
    return table->columns[index].name;
}

int64_t cx_table_find(const cx_table *table, const char *name) {
    if (name == NULL) return -1;
    for (int64_t i = 0; i < cx_table_columns(table); i++)
        if (strcmp(table->columns[i].name, name) == 0) return i;
    return -1;
}

cx_status cx_table_column(const cx_table *table, int64_t index, cx_array *out, cx_error *err) {
    if (table == NULL) return cx_i_fail(err, CX_E_NULL, "table is missing");
    if (out == NULL) return cx_i_fail(err, CX_E_NULL, "out is missing");
    if (index < 0 || index >= table->column_count)
        return cx_i_fail(err, CX_E_NAME, "the table has %d columns and none at %d",
                         table->column_count, index);
    const cx_i_column *column = &table->columns[index];
    *out = cx_array_of(column->data, (cx_dtype)column->dtype, table->rows);
    if (column->dtype == CX_TIMESTAMP) out->unit = CX_MICROSECONDS;
    out->validity = column->validity;
    out->offsets = column->offsets;
    out->name = column->name;
    return CX_OK;
}

const char *cx_table_figure_name(const cx_table *table, int64_t index) {
    if (index < 0 || index >= cx_table_figures(table)) return NULL;
    return table->figures[index].name;
}

double cx_table_figure(const cx_table *table, int64_t index) {
    if (index < 0 || index >= cx_table_figures(table)) return NAN;
    return table->figures[index].value;
}
