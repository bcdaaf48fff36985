#include "base/codec.h"

#define CODEC_HEADER 20

static const uint8_t codec_magic[4] = {'C', 'X', 'K', '1'};

/* Half a byte at a time: no table to build, no writable memory. */
static uint64_t codec_checksum(const uint8_t *bytes, size_t size) {
    static const uint64_t polynomial = UINT64_C(0x42F0E1EBA9EA3693);
    uint64_t crc = ~UINT64_C(0);
    for (size_t i = 0; i < size; i++) {
        crc ^= (uint64_t)bytes[i] << 56;
        for (int bit = 0; bit < 8; bit++) crc = crc >> 63 != 0 ? crc << 1 ^ polynomial : crc << 1;
    }
    return ~crc;
}

static void codec_put(cx_i_writer *writer, uint64_t value, size_t size) {
    if (writer->out != NULL)
        for (size_t i = 0; i < size; i++) writer->out[writer->used + i] = (uint8_t)(value >> 8 * i);
    writer->used += size;
}

void cx_i_put_u8(cx_i_writer *writer, uint8_t value) {
    codec_put(writer, value, 1);
}
void cx_i_put_u32(cx_i_writer *writer, uint32_t value) {
    codec_put(writer, value, 4);
}
void cx_i_put_u64(cx_i_writer *writer, uint64_t value) {
    codec_put(writer, value, 8);
}
void cx_i_put_i64(cx_i_writer *writer, int64_t value) {
    codec_put(writer, (uint64_t)value, 8);
}

void cx_i_put_f64(cx_i_writer *writer, double value) {
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    codec_put(writer, bits, 8);
}

void cx_i_put_bytes(cx_i_writer *writer, const void *bytes, size_t size) {
    if (writer->out != NULL && size > 0) memcpy(writer->out + writer->used, bytes, size);
    writer->used += size;
}

void cx_i_put_sum(cx_i_writer *writer, const cx_i_sum *sum) {
    for (int i = 0; i < 3; i++) cx_i_put_u64(writer, sum->word[i]);
}

void cx_i_codec_begin(cx_i_writer *writer, int type, int version) {
    cx_i_put_bytes(writer, codec_magic, sizeof codec_magic);
    codec_put(writer, (uint64_t)type, 2);
    codec_put(writer, (uint64_t)version, 2);
    codec_put(writer, 0, 4);
    codec_put(writer, 0, 8);
}

static void codec_patch(cx_i_writer *writer, size_t position, uint64_t value, size_t size) {
    cx_i_writer patch = {writer->out, position};
    codec_put(&patch, value, size);
}

void cx_i_codec_payload(cx_i_writer *writer) {
    codec_patch(writer, 8, writer->used - CODEC_HEADER, 4);
}

void cx_i_codec_end(cx_i_writer *writer) {
    uint64_t checksum = 0;
    if (writer->out != NULL) {
        cx_i_reader lengths = {writer->out + 8, 4, 0, false};
        codec_patch(writer, 12, writer->used - CODEC_HEADER - cx_i_get_u32(&lengths), 8);
        checksum = codec_checksum(writer->out, writer->used);
    }
    codec_put(writer, checksum, 8);
}

cx_status cx_i_codec_check_buffer(const uint8_t *buffer, size_t size, size_t needed,
                                  cx_error *err) {
    if (buffer == NULL) return cx_i_fail(err, CX_E_NULL, "buffer is missing");
    if (size == needed) return CX_OK;
    return cx_i_fail(err, CX_E_LENGTH, "the buffer has %d bytes and the encoded state needs %d",
                     (int64_t)size, (int64_t)needed);
}

static uint64_t codec_get(cx_i_reader *reader, size_t size) {
    const uint8_t *bytes = cx_i_get_bytes(reader, size);
    uint64_t value = 0;
    if (bytes != NULL)
        for (size_t i = 0; i < size; i++) value |= (uint64_t)bytes[i] << 8 * i;
    return value;
}

uint8_t cx_i_get_u8(cx_i_reader *reader) {
    return (uint8_t)codec_get(reader, 1);
}
uint32_t cx_i_get_u32(cx_i_reader *reader) {
    return (uint32_t)codec_get(reader, 4);
}
uint64_t cx_i_get_u64(cx_i_reader *reader) {
    return codec_get(reader, 8);
}
int64_t cx_i_get_i64(cx_i_reader *reader) {
    return (int64_t)codec_get(reader, 8);
}

double cx_i_get_f64(cx_i_reader *reader) {
    uint64_t bits = codec_get(reader, 8);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

cx_i_sum cx_i_get_sum(cx_i_reader *reader) {
    cx_i_sum sum;
    for (int i = 0; i < 3; i++) sum.word[i] = cx_i_get_u64(reader);
    return sum;
}

const uint8_t *cx_i_get_bytes(cx_i_reader *reader, size_t size) {
    if (reader->failed || size > reader->size - reader->used) {
        reader->failed = true;
        return NULL;
    }
    reader->used += size;
    return reader->bytes + reader->used - size;
}

bool cx_i_get_done(const cx_i_reader *reader) {
    return !reader->failed && reader->used == reader->size;
}

cx_status cx_i_codec_damaged(cx_error *err, const char *noun, const char *what) {
    return cx_i_fail(err, CX_E_FORMAT, "the encoded %s is damaged: %s", noun, what);
}

static cx_status codec_check_frame(const uint8_t *bytes, size_t size, const char *noun,
                                   cx_error *err) {
    if (bytes == NULL) return cx_i_fail(err, CX_E_NULL, "bytes are missing");
    if (size < CX_I_CODEC_OVERHEAD) return cx_i_codec_damaged(err, noun, "it is too short");
    if (memcmp(bytes, codec_magic, sizeof codec_magic) != 0)
        return cx_i_fail(err, CX_E_FORMAT, "these bytes are not an encoded cxkit state");
    cx_i_reader tail = {bytes + size - 8, 8, 0, false};
    if (cx_i_get_u64(&tail) != codec_checksum(bytes, size - 8))
        return cx_i_codec_damaged(err, noun, "the checksum does not match");
    return CX_OK;
}

cx_status cx_i_codec_open(const uint8_t *bytes, size_t size, int type, int version,
                          const char *noun, cx_i_reader *parameters, cx_i_reader *payload,
                          cx_error *err) {
    CX_TRY(codec_check_frame(bytes, size, noun, err));
    cx_i_reader header = {bytes + 4, CODEC_HEADER - 4, 0, false};
    int found = (int)codec_get(&header, 2);
    int written = (int)codec_get(&header, 2);
    uint64_t parameter_bytes = codec_get(&header, 4), payload_bytes = codec_get(&header, 8);
    if (found != type) return cx_i_fail(err, CX_E_FORMAT, "these bytes do not hold a %s", noun);
    if (written > version)
        return cx_i_fail(err, CX_E_VERSION,
                         "this %s was written in format %d; this library reads up to %d", noun,
                         (int64_t)written, (int64_t)version);
    size_t body = size - CX_I_CODEC_OVERHEAD;
    if (written < 1 || parameter_bytes > body || payload_bytes != body - parameter_bytes)
        return cx_i_codec_damaged(err, noun, "its lengths do not add up");
    *parameters = (cx_i_reader){bytes + CODEC_HEADER, (size_t)parameter_bytes, 0, false};
    *payload = (cx_i_reader){parameters->bytes + parameter_bytes, (size_t)payload_bytes, 0, false};
    return CX_OK;
}
