#ifndef CX_TEST_TABLES_H
#define CX_TEST_TABLES_H

#include <cxkit.h>

#include <stdbool.h>

/* Reading a table: the program ends where there is no such column, row or figure. */
bool table_has_figure(const cx_table *table, const char *name);
double table_figure(const cx_table *table, const char *name);
cx_array table_column(const cx_table *table, const char *name);
/* A number; NaN where it is null. */
double table_number(const cx_table *table, const char *name, int64_t row);
double table_sum(const cx_table *table, const char *name);
/* A text, good until the next call; NULL where it is null. */
const char *table_text(const cx_table *table, const char *name, int64_t row);
/* Whether it is that one; the word NULL asks for a null. */
bool table_word_is(const cx_table *table, const char *name, int64_t row, const char *word);

#endif
