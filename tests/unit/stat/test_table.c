#include "../support.h"

static cx_table *table;

static void setup(void) {
    const int8_t scores[] = {9, 3, 10, 11}, groups[] = {1, 1, 2, 3};
    cx_array x = cx_array_of(scores, CX_I8, 4), key = cx_array_of(groups, CX_I8, 4);
    cx_frame by = {&key, 1, {0, 0}};
    cx_tallies *set;
    key.name = "group";
    ck_assert_ok(cx_tally_by(&x, NULL, &by, 0, 10, NULL, &set, err));
    ck_assert_ok(cx_nps_by(set, NULL, &table, err));
    cx_tallies_free(set);
}

static void teardown(void) {
    cx_table_free(table);
}

START_TEST(test_null_is_a_table_of_nothing) {
    cx_array column;
    ck_assert_int_eq(cx_table_rows(NULL), 0);
    ck_assert_int_eq(cx_table_columns(NULL), 0);
    ck_assert_int_eq(cx_table_figures(NULL), 0);
    ck_assert_int_eq(cx_table_find(NULL, "x"), -1);
    ck_assert_ptr_null(cx_table_column_name(NULL, 0));
    ck_assert_ptr_null(cx_table_figure_name(NULL, 0));
    ck_assert(isnan(cx_table_figure(NULL, 0)));
    ck_assert_fails(cx_table_column(NULL, 0, &column, err), CX_E_NULL, "table");
    cx_table_free(NULL);
}
END_TEST

START_TEST(test_columns_are_found_by_name_and_position) {
    cx_array column;
    ck_assert_int_eq(cx_table_rows(table), 3);
    ck_assert_int_eq(cx_table_find(table, "group"), 0);
    ck_assert_int_eq(cx_table_find(table, "nothing"), -1);
    ck_assert_str_eq(cx_table_column_name(table, 1), "value");
    ck_assert_ok(cx_table_column(table, 0, &column, err));
    ck_assert_int_eq(column.dtype, CX_I64);
    ck_assert_str_eq(column.name, "group");
    ck_assert_fails(cx_table_column(table, cx_table_columns(table), &column, err), CX_E_NAME,
                    "none at");
    ck_assert_fails(cx_table_column(table, -1, &column, err), CX_E_NAME, "none at -1");
}
END_TEST

static struct ArrowArray *child(struct ArrowArray *array, struct ArrowSchema *schema,
                                const char *name) {
    for (int64_t i = 0; i < schema->n_children; i++)
        if (strcmp(schema->children[i]->name, name) == 0) return array->children[i];
    ck_abort_msg("no column %s", name);
    return NULL;
}

START_TEST(test_the_export_is_a_struct_array_that_outlives_the_table) {
    struct ArrowSchema schema;
    struct ArrowArray array;
    ck_assert_ok(cx_table_export(table, &schema, &array, err));
    cx_table_free(table);
    table = NULL;
    ck_assert_str_eq(schema.format, "+s");
    ck_assert_int_eq(schema.n_children, array.n_children);
    ck_assert_int_eq(array.length, 3);
    struct ArrowArray *value = child(&array, &schema, "value");
    ck_assert_int_eq(value->null_count, 1);
    ck_assert_double_eq(((const double *)value->buffers[1])[0], 0);
    ck_assert_uint_eq(((const uint8_t *)value->buffers[0])[0] & 7, 3);
    struct ArrowArray *method = child(&array, &schema, "method");
    ck_assert_int_eq(method->n_buffers, 3);
    ck_assert_int_eq(((const int32_t *)method->buffers[1])[1], 5);
    /* a child moved out lives longer than its parent */
    struct ArrowArray moved = *value;
    value->release = NULL;
    array.release(&array);
    schema.release(&schema);
    ck_assert_ptr_null(array.release);
    ck_assert_double_eq(((const double *)moved.buffers[1])[1], 100);
    moved.release(&moved);
}
END_TEST

START_TEST(test_the_stream_gives_one_batch_and_ends) {
    struct ArrowArrayStream stream;
    struct ArrowSchema schema;
    struct ArrowArray array, end;
    ck_assert_ok(cx_table_stream(table, &stream, err));
    ck_assert_int_eq(stream.get_schema(&stream, &schema), 0);
    ck_assert_int_eq(stream.get_next(&stream, &array), 0);
    ck_assert_int_eq(array.length, 3);
    ck_assert_int_eq(stream.get_next(&stream, &end), 0);
    ck_assert(end.release == NULL);
    ck_assert_ptr_null(stream.get_last_error(&stream));
    stream.release(&stream);
    ck_assert_int_eq(array.children[0]->length, 3);
    array.release(&array);
    schema.release(&schema);
}
END_TEST

START_TEST(test_words_of_the_estimate_are_known) {
    for (int32_t i = 0; i < CX_METHOD_END; i++) ck_assert_str_ne(cx_method_name(i), "unknown");
    for (int32_t i = 0; i < CX_UNIT_END; i++) ck_assert_str_ne(cx_unit_name(i), "unknown");
    for (int32_t i = 0; i < CX_EXCLUDED_END; i++) ck_assert_ptr_nonnull(cx_excluded_name(i));
    for (uint32_t bit = 1; bit < CX_FLAG_END; bit <<= 1) ck_assert_ptr_nonnull(cx_flag_name(bit));
    ck_assert_str_eq(cx_method_name(CX_METHOD_END), "unknown");
    ck_assert_str_eq(cx_unit_name(-1), "unknown");
    ck_assert_ptr_null(cx_flag_name(3));
    ck_assert_ptr_null(cx_excluded_name(CX_EXCLUDED_END));
    ck_assert_uint_eq(sizeof(cx_estimate), 256);
}
END_TEST

Suite *suite_table(void) {
    Suite *suite = suite_create("table");
    TCase *tcase = tcase_create("table");
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, test_null_is_a_table_of_nothing);
    tcase_add_test(tcase, test_columns_are_found_by_name_and_position);
    tcase_add_test(tcase, test_the_export_is_a_struct_array_that_outlives_the_table);
    tcase_add_test(tcase, test_the_stream_gives_one_batch_and_ends);
    tcase_add_test(tcase, test_words_of_the_estimate_are_known);
    suite_add_tcase(suite, tcase);
    return suite;
}
