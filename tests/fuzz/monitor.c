#include "frame.h"

/* Whatever is decoded can be read, run on, and joined: tables or a status, never a crash. */
static void monitor_use(cx_monitor *monitor) {
    cx_table *table;
    cx_monitor *fork;
    if (cx_monitor_points(monitor, &table, NULL) == CX_OK) cx_table_free(table);
    if (cx_monitor_alarms(monitor, &table, NULL) == CX_OK) cx_table_free(table);
    if (cx_monitor_delays(monitor, &table, NULL) == CX_OK) cx_table_free(table);
    if (cx_monitor_cycle(monitor, &table, NULL) == CX_OK) cx_table_free(table);
    if (cx_monitor_fork(monitor, NULL, &fork, NULL) == CX_OK) {
        cx_status status = cx_monitor_merge(fork, monitor, NULL);
        FUZZ_REQUIRE(status == CX_OK || status == CX_E_OVERFLOW || status == CX_E_MISMATCH);
        cx_monitor_free(fork);
    }
    for (int i = 0; i < 3; i++)
        if (cx_monitor_end_period(monitor, NULL) != CX_OK) break;
    if (cx_monitor_points(monitor, &table, NULL) == CX_OK) cx_table_free(table);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    size_t framed = 0;
    cx_monitor *state = NULL;
    uint8_t *bytes = frame_make(data, size, 7, &framed);
    if (bytes == NULL) return 0;
    if (cx_monitor_decode(bytes, framed, NULL, &state, NULL) == CX_OK) {
        FUZZ_REQUIRE(cx_monitor_encoded_size(state) == framed);
        uint8_t *again = malloc(framed);
        FUZZ_REQUIRE(again != NULL);
        FUZZ_REQUIRE(cx_monitor_encode(state, again, framed, NULL) == CX_OK);
        FUZZ_REQUIRE(memcmp(bytes, again, framed) == 0);
        free(again);
        monitor_use(state);
        cx_monitor_free(state);
    }
    free(bytes);
    return 0;
}
