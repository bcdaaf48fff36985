#include "frame.h"

/* Whatever is decoded can be read: tables or a status, never a crash. */
static void tallies_read(const cx_tallies *set) {
    cx_table *table;
    cx_heterogeneity_test test;
    if (cx_nps_by(set, NULL, &table, NULL) == CX_OK) cx_table_free(table);
    if (cx_mean_score_by(set, NULL, &table, NULL) == CX_OK) cx_table_free(table);
    if (cx_tallies_table(set, &table, NULL) == CX_OK) cx_table_free(table);
    if (cx_decompose(set, set, NULL, &table, NULL) == CX_OK) cx_table_free(table);
    cx_status status = cx_heterogeneity(set, NULL, &test, NULL);
    (void)status;
}

static void tallies_join(cx_tallies *set) {
    int64_t keys = cx_tallies_size(set);
    cx_status status = cx_tallies_merge(set, set, NULL);
    FUZZ_REQUIRE(status == CX_OK || status == CX_E_OVERFLOW);
    FUZZ_REQUIRE(cx_tallies_size(set) == keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t framed = 0;
    cx_tallies *state = NULL;
    uint8_t *bytes = frame_make(data, size, 2, &framed);
    if (bytes == NULL) return 0;
    if (cx_tallies_decode(bytes, framed, NULL, &state, NULL) == CX_OK) {
        FUZZ_REQUIRE(cx_tallies_encoded_size(state) == framed);
        uint8_t *again = malloc(framed);
        FUZZ_REQUIRE(again != NULL);
        FUZZ_REQUIRE(cx_tallies_encode(state, again, framed, NULL) == CX_OK);
        FUZZ_REQUIRE(memcmp(bytes, again, framed) == 0);
        free(again);
        tallies_read(state);
        tallies_join(state);
        cx_tallies_free(state);
    }
    free(bytes);
    return 0;
}
