#include "frame.h"

/* Whatever is decoded can be read: numbers or a status, never a crash. */
static void tally_read(const cx_tally *tally) {
    cx_estimate e;
    cx_csat_options all;
    cx_csat_options_init(&all);
    all.top = 1;
    all.denominator = CX_DENOMINATOR_ANSWERED;
    cx_status status = cx_nps(tally, NULL, &e, NULL);
    status = cx_csat(tally, NULL, &e, NULL);
    status = cx_csat(tally, &all, &e, NULL);
    status = cx_mean_score(tally, NULL, &e, NULL);
    (void)status;
}

static void tally_join(cx_tally *tally) {
    int64_t n = cx_tally_n(tally);
    cx_status status = cx_tally_merge(tally, tally, NULL);
    FUZZ_REQUIRE(status == CX_OK || status == CX_E_OVERFLOW);
    FUZZ_REQUIRE(cx_tally_n(tally) == (status == CX_OK ? 2 * n : n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t framed = 0;
    cx_tally *state = NULL;
    uint8_t *bytes = frame_make(data, size, 1, &framed);
    if (bytes == NULL) return 0;
    if (cx_tally_decode(bytes, framed, NULL, &state, NULL) == CX_OK) {
        FUZZ_REQUIRE(cx_tally_encoded_size(state) == framed);
        uint8_t *again = malloc(framed);
        FUZZ_REQUIRE(again != NULL);
        FUZZ_REQUIRE(cx_tally_encode(state, again, framed, NULL) == CX_OK);
        FUZZ_REQUIRE(memcmp(bytes, again, framed) == 0);
        free(again);
        tally_read(state);
        tally_join(state);
        cx_tally_free(state);
    }
    free(bytes);
    return 0;
}
