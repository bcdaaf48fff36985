#ifndef CX_FUZZ_FRAME_H
#define CX_FUZZ_FRAME_H

#include <cxkit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A fuzzer never guesses a checksum. The input is therefore only what lies inside the frame: two
 * bytes that say how much of it are parameters, then parameters and payload. */

enum { FRAME_HEADER = 20, FRAME_CHECKSUM = 8 };

#define FUZZ_REQUIRE(condition)                                                                    \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                        \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

static void frame_put(uint8_t *out, uint64_t value, int size) {
    for (int i = 0; i < size; i++) out[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t frame_checksum(const uint8_t *bytes, size_t size) {
    uint64_t crc = ~UINT64_C(0);
    for (size_t i = 0; i < size; i++) {
        crc ^= (uint64_t)bytes[i] << 56;
        for (int bit = 0; bit < 8; bit++)
            crc = crc >> 63 != 0 ? crc << 1 ^ UINT64_C(0x42F0E1EBA9EA3693) : crc << 1;
    }
    return ~crc;
}

/* The framed input, to be freed; NULL when the input is too short. */
static uint8_t *frame_make(const uint8_t *data, size_t size, int type, size_t *framed) {
    if (size < 2) return NULL;
    size_t body = size - 2, parameters = data[0] | (size_t)data[1] << 8;
    if (parameters > body) parameters = body;
    *framed = FRAME_HEADER + body + FRAME_CHECKSUM;
    uint8_t *bytes = malloc(*framed);
    FUZZ_REQUIRE(bytes != NULL);
    memcpy(bytes, "CXK1", 4);
    frame_put(bytes + 4, (uint64_t)type, 2);
    frame_put(bytes + 6, 1, 2);
    frame_put(bytes + 8, parameters, 4);
    frame_put(bytes + 12, body - parameters, 8);
    if (body > 0) memcpy(bytes + FRAME_HEADER, data + 2, body);
    frame_put(bytes + *framed - FRAME_CHECKSUM, frame_checksum(bytes, *framed - FRAME_CHECKSUM), 8);
    return bytes;
}

#endif
