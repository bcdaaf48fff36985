#include "frame.h"

/* Whatever is decoded can be read: figures, tables or a status, never a crash. */
static void joint_read(const cx_joint *state) {
    cx_estimate estimate;
    cx_tally *tally;
    if (cx_index(state, NULL, NULL, &estimate, NULL) == CX_OK) {
        FUZZ_REQUIRE(!(estimate.value - estimate.value != 0)); /* finite */
    }
    for (int64_t i = 0; i < cx_joint_columns(state); i++) {
        FUZZ_REQUIRE(cx_joint_find(state, cx_joint_name(state, i)) == i);
        FUZZ_REQUIRE(cx_joint_both(state, i, 0) == cx_joint_both(state, 0, i));
        if (cx_joint_tally(state, i, &tally, NULL) == CX_OK) cx_tally_free(tally);
    }
}

static void joint_join(cx_joint *state) {
    int64_t n = cx_joint_n(state);
    cx_status status = cx_joint_merge(state, state, NULL);
    FUZZ_REQUIRE(status == CX_OK || status == CX_E_OVERFLOW);
    FUZZ_REQUIRE(cx_joint_n(state) == (status == CX_OK ? 2 * n : n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t framed = 0;
    cx_joint *state = NULL;
    uint8_t *bytes = frame_make(data, size, 4, &framed);
    if (bytes == NULL) return 0;
    if (cx_joint_decode(bytes, framed, NULL, &state, NULL) == CX_OK) {
        FUZZ_REQUIRE(cx_joint_encoded_size(state) == framed);
        uint8_t *again = malloc(framed);
        FUZZ_REQUIRE(again != NULL);
        FUZZ_REQUIRE(cx_joint_encode(state, again, framed, NULL) == CX_OK);
        FUZZ_REQUIRE(memcmp(bytes, again, framed) == 0);
        free(again);
        joint_read(state);
        joint_join(state);
        cx_joint_free(state);
    }
    free(bytes);
    return 0;
}
