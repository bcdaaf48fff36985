/* Const calls run in parallel: four threads read one tally, one set, one state and one table, and
 * export and release the table's columns. Any race is for the thread sanitizer to find; without
 * it the figures must at least agree. */

#include <cxkit.h>

#include <pthread.h>
#include <stdio.h>
#include <string.h>

enum { THREADS = 4, ROUNDS = 200, ROWS = 64 };

static cx_tally *tally;
static cx_tallies *set;
static cx_moments *moments;
static cx_table *table;
static cx_estimate expected;

static int read_states(void) {
    cx_estimate e;
    cx_table *made;
    uint8_t bytes[8192];
    size_t size = cx_tallies_encoded_size(set);
    int wrong = cx_nps(tally, NULL, &e, NULL) != CX_OK || memcmp(&e, &expected, sizeof e) != 0;
    wrong += size > sizeof bytes || cx_tallies_encode(set, bytes, size, NULL) != CX_OK;
    wrong += cx_moments_pearson(moments, 0, 1, NULL, &e, NULL) != CX_OK;
    if (cx_drivers(moments, NULL, "y", NULL, &made, NULL) != CX_OK) return wrong + 1;
    cx_table_free(made);
    if (cx_decompose(set, set, NULL, &made, NULL) != CX_OK) return wrong + 1;
    cx_table_free(made);
    return wrong;
}

static int share_table(void) {
    struct ArrowSchema schema;
    struct ArrowArray array;
    struct ArrowArrayStream stream;
    cx_array column;
    int wrong = cx_table_column(table, 0, &column, NULL) != CX_OK;
    if (cx_table_export(table, &schema, &array, NULL) != CX_OK) return wrong + 1;
    wrong += array.length != cx_table_rows(table);
    schema.release(&schema);
    array.release(&array);
    if (cx_table_stream(table, &stream, NULL) != CX_OK) return wrong + 1;
    wrong += stream.get_next(&stream, &array) != 0;
    stream.release(&stream);
    array.release(&array);
    return wrong;
}

static void *thread_run(void *out) {
    int *wrong = out;
    for (int round = 0; round < ROUNDS; round++) *wrong += read_states() + share_table();
    return NULL;
}

static int make_states(void) {
    static double x[ROWS], y[ROWS];
    static int32_t team[ROWS];
    static const int32_t offsets[] = {0, 1, 2};
    for (int i = 0; i < ROWS; i++) x[i] = i * 7 % 11, y[i] = i * 5 % 9, team[i] = i % 3;
    cx_array columns[] = {cx_array_of(x, CX_F64, ROWS), cx_array_of(y, CX_F64, ROWS)};
    cx_array key = cx_array_of(team, CX_I32, ROWS), names = cx_array_of("xy", CX_STRING, 2);
    cx_frame by = {&key, 1, {0, 0}}, frame = {columns, 2, {0, 0}};
    names.offsets = offsets;
    columns[0].name = "x", columns[1].name = "y", key.name = "team";
    return cx_tally_new(0, 10, NULL, &tally, NULL) != CX_OK ||
           cx_tally_add(tally, columns, NULL, NULL, NULL) != CX_OK ||
           cx_nps(tally, NULL, &expected, NULL) != CX_OK ||
           cx_tally_by(columns, NULL, &by, 0, 10, NULL, &set, NULL) != CX_OK ||
           cx_moments_new(&names, NULL, &moments, NULL) != CX_OK ||
           cx_moments_add(moments, &frame, NULL, NULL) != CX_OK ||
           cx_nps_by(set, NULL, &table, NULL) != CX_OK;
}

int main(void) {
    pthread_t threads[THREADS];
    int wrong[THREADS] = {0}, all = make_states();
    for (int t = 0; t < THREADS; t++)
        all += pthread_create(&threads[t], NULL, thread_run, &wrong[t]);
    for (int t = 0; t < THREADS; t++) {
        all += pthread_join(threads[t], NULL) != 0;
        all += wrong[t];
    }
    cx_tally_free(tally);
    cx_tallies_free(set);
    cx_moments_free(moments);
    cx_table_free(table);
    printf("%sok 1 - const calls run in parallel\n1..1\n", all == 0 ? "" : "not ");
    return all != 0;
}
