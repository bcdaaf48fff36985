#include "frame.h"

/* Whatever is decoded can be read: figures and tables or a status, never a crash. */
static void strata_read(const cx_strata *state) {
    cx_survey_estimate estimate;
    cx_table *table;
    int32_t figure = cx_strata_figure(state);
    for (int32_t lonely = 0; lonely < CX_LONELY_END; lonely++) {
        cx_status status = cx_strata_estimate(state, figure, lonely, NULL, NULL, &estimate, NULL);
        (void)status;
        if (cx_strata_by(state, figure, lonely, NULL, 0, NULL, &table, NULL) == CX_OK)
            cx_table_free(table);
    }
    if (cx_strata_by(state, figure, CX_LONELY_ADJUST, NULL, 1, NULL, &table, NULL) == CX_OK)
        cx_table_free(table);
    if (cx_strata_cells(state, &table, NULL) == CX_OK) cx_table_free(table);
}

/* A merge with itself keeps the strata, or says that sums overflow. */
static void strata_join(cx_strata *state) {
    int64_t strata = cx_strata_size(state), rows = cx_strata_rows(state);
    cx_status status = cx_strata_merge(state, state, NULL);
    FUZZ_REQUIRE(status == CX_OK || status == CX_E_OVERFLOW);
    FUZZ_REQUIRE(cx_strata_size(state) == strata);
    FUZZ_REQUIRE(cx_strata_rows(state) == (status == CX_OK ? 2 * rows : rows));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t framed = 0;
    cx_strata *state = NULL;
    uint8_t *bytes = frame_make(data, size, 6, &framed);
    if (bytes == NULL) return 0;
    if (cx_strata_decode(bytes, framed, NULL, &state, NULL) == CX_OK) {
        FUZZ_REQUIRE(cx_strata_encoded_size(state) == framed);
        uint8_t *again = malloc(framed);
        FUZZ_REQUIRE(again != NULL);
        FUZZ_REQUIRE(cx_strata_encode(state, again, framed, NULL) == CX_OK);
        FUZZ_REQUIRE(memcmp(bytes, again, framed) == 0);
        free(again);
        strata_read(state);
        strata_join(state);
        cx_strata_free(state);
    }
    free(bytes);
    return 0;
}
