#include "frame.h"

/* Whatever is decoded can be read: numbers or a status, never a crash. */
static void moments_read(const cx_moments *m) {
    cx_estimate e;
    cx_table *table;
    int64_t last = cx_moments_columns(m) - 1;
    cx_status status = cx_moments_pearson(m, 0, last, NULL, &e, NULL);
    (void)status;
    if (last < 8 && cx_drivers(m, NULL, cx_moments_name(m, 0), NULL, &table, NULL) == CX_OK)
        cx_table_free(table);
}

/* What was joined can be taken out again or says why not, and can still be written and read. */
static void moments_join(cx_moments *m) {
    cx_moments *before, *again;
    FUZZ_REQUIRE(cx_moments_copy(m, NULL, &before, NULL) == CX_OK);
    cx_status status = cx_moments_merge(m, m, NULL);
    FUZZ_REQUIRE(status == CX_OK || status == CX_E_OVERFLOW);
    if (status == CX_OK) status = cx_moments_subtract(m, before, NULL);
    size_t size = cx_moments_encoded_size(m);
    uint8_t *bytes = malloc(size);
    FUZZ_REQUIRE(bytes != NULL);
    FUZZ_REQUIRE(cx_moments_encode(m, bytes, size, NULL) == CX_OK);
    FUZZ_REQUIRE(cx_moments_decode(bytes, size, NULL, &again, NULL) == CX_OK);
    FUZZ_REQUIRE(cx_moments_equal(m, again));
    cx_moments_free(again);
    cx_moments_free(before);
    free(bytes);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t framed = 0;
    cx_moments *state = NULL;
    uint8_t *bytes = frame_make(data, size, 3, &framed);
    if (bytes == NULL) return 0;
    if (cx_moments_decode(bytes, framed, NULL, &state, NULL) == CX_OK) {
        FUZZ_REQUIRE(cx_moments_encoded_size(state) == framed);
        uint8_t *again = malloc(framed);
        FUZZ_REQUIRE(again != NULL);
        FUZZ_REQUIRE(cx_moments_encode(state, again, framed, NULL) == CX_OK);
        FUZZ_REQUIRE(memcmp(bytes, again, framed) == 0);
        free(again);
        moments_read(state);
        moments_join(state);
        cx_moments_free(state);
    }
    free(bytes);
    return 0;
}
