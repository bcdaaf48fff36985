#ifndef CX_I_CODEC_H
#define CX_I_CODEC_H

#include "base/sum.h"

/* An encoded state, little-endian:
 *   magic "CXK1" | u16 type | u16 version | u32 parameter bytes | u64 payload bytes |
 *   parameters | payload | u64 checksum of all before it (CRC-64, ECMA-182) */
#define CX_I_CODEC_OVERHEAD 28

enum {
    CX_I_TYPE_TALLY = 1,
    CX_I_TYPE_TALLIES = 2,
    CX_I_TYPE_MOMENTS = 3,
    CX_I_TYPE_JOINT = 4,
    CX_I_TYPE_WAITS = 5,
    CX_I_TYPE_STRATA = 6,
    CX_I_TYPE_MONITOR = 7,
    CX_I_TYPE_LEDGER = 8,
    CX_I_TYPE_MYSTERY = 9,
    CX_I_TYPE_RECENT = 10,
    CX_I_TYPE_CROSSTAB = 11
};

/* Writes, or only counts while `out` is NULL. */
typedef struct cx_i_writer {
    uint8_t *out;
    size_t used;
} cx_i_writer;

void cx_i_put_u8(cx_i_writer *writer, uint8_t value);
void cx_i_put_u32(cx_i_writer *writer, uint32_t value);
void cx_i_put_u64(cx_i_writer *writer, uint64_t value);
void cx_i_put_i64(cx_i_writer *writer, int64_t value);
void cx_i_put_f64(cx_i_writer *writer, double value);
void cx_i_put_bytes(cx_i_writer *writer, const void *bytes, size_t size);
void cx_i_put_sum(cx_i_writer *writer, const cx_i_sum *sum);
/* begin, put the parameters, payload, put the payload, end. */
void cx_i_codec_begin(cx_i_writer *writer, int type, int version);
void cx_i_codec_payload(cx_i_writer *writer);
void cx_i_codec_end(cx_i_writer *writer);
/* The buffer of an encode call must have exactly the encoded size. */
cx_status cx_i_codec_check_buffer(const uint8_t *buffer, size_t size, size_t needed, cx_error *err);

/* Reads; past the end it returns zeros and sets `failed`. */
typedef struct cx_i_reader {
    const uint8_t *bytes;
    size_t size, used;
    bool failed;
} cx_i_reader;

uint8_t cx_i_get_u8(cx_i_reader *reader);
uint32_t cx_i_get_u32(cx_i_reader *reader);
uint64_t cx_i_get_u64(cx_i_reader *reader);
int64_t cx_i_get_i64(cx_i_reader *reader);
double cx_i_get_f64(cx_i_reader *reader);
cx_i_sum cx_i_get_sum(cx_i_reader *reader);
const uint8_t *cx_i_get_bytes(cx_i_reader *reader, size_t size);
/* All was read and nothing was missing. */
bool cx_i_get_done(const cx_i_reader *reader);
/* Checks magic, type, version, lengths and checksum, then gives the two parts. Allocates nothing.
 */
cx_status cx_i_codec_open(const uint8_t *bytes, size_t size, int type, int version,
                          const char *noun, cx_i_reader *parameters, cx_i_reader *payload,
                          cx_error *err);
/* "the encoded <noun> is damaged: <what>" */
cx_status cx_i_codec_damaged(cx_error *err, const char *noun, const char *what);

#endif
