#include "frame.h"

/* Whatever is decoded can be read: figures, tables or a status, never a crash. */
static void waits_read(const cx_waits *set) {
    cx_table *table;
    cx_estimate estimate;
    cx_waits *part;
    if (cx_waits_curve(set, NULL, &table, NULL) == CX_OK) cx_table_free(table);
    if (cx_waits_quantile_by(set, 0.5, NULL, &table, NULL) == CX_OK) cx_table_free(table);
    if (cx_waits_logrank(set, NULL, &table, NULL) == CX_OK) cx_table_free(table);
    if (cx_waits_within(set, 60, NULL, &estimate, NULL) == CX_OK)
        FUZZ_REQUIRE(estimate.value >= 0 && estimate.value <= 1);
    if (cx_waits_take(set, 0, &part, NULL) == CX_OK) cx_waits_free(part);
    if (cx_waits_total(set, NULL, &part, NULL) == CX_OK) cx_waits_free(part);
}

static void waits_join(cx_waits *set) {
    int64_t keys = cx_waits_size(set), n = cx_waits_n(set);
    cx_status status = cx_waits_merge(set, set, NULL);
    FUZZ_REQUIRE(status == CX_OK || status == CX_E_OVERFLOW || status == CX_E_LIMIT);
    FUZZ_REQUIRE(cx_waits_size(set) == keys);
    FUZZ_REQUIRE(cx_waits_n(set) == (status == CX_OK ? 2 * n : n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t framed = 0;
    cx_waits *state = NULL;
    uint8_t *bytes = frame_make(data, size, 5, &framed);
    if (bytes == NULL) return 0;
    if (cx_waits_decode(bytes, framed, NULL, &state, NULL) == CX_OK) {
        FUZZ_REQUIRE(cx_waits_encoded_size(state) == framed);
        uint8_t *again = malloc(framed);
        FUZZ_REQUIRE(again != NULL);
        FUZZ_REQUIRE(cx_waits_encode(state, again, framed, NULL) == CX_OK);
        FUZZ_REQUIRE(memcmp(bytes, again, framed) == 0);
        free(again);
        waits_read(state);
        waits_join(state);
        cx_waits_free(state);
    }
    free(bytes);
    return 0;
}
