#include "allocate/ledger.h"

#include <cxkit/random.h>

/* Keys of contacts: SipHash-2-4 of text, Philox of numbers. */

enum { CONTACT_NUMBER = 0x6374, CONTACT_SIP = 0x6375 };

/* -- SipHash ------------------------------------------------------------------------------- */

typedef struct contact_sip {
    uint64_t v0, v1, v2, v3;
} contact_sip;

static uint64_t contact_turn(uint64_t word, int bits) {
    return word << bits | word >> (64 - bits);
}

static void contact_rounds(contact_sip *s, int rounds) {
    for (int i = 0; i < rounds; i++) {
        s->v0 += s->v1, s->v1 = contact_turn(s->v1, 13) ^ s->v0, s->v0 = contact_turn(s->v0, 32);
        s->v2 += s->v3, s->v3 = contact_turn(s->v3, 16) ^ s->v2;
        s->v0 += s->v3, s->v3 = contact_turn(s->v3, 21) ^ s->v0;
        s->v2 += s->v1, s->v1 = contact_turn(s->v1, 17) ^ s->v2, s->v2 = contact_turn(s->v2, 32);
    }
}

static void contact_word(contact_sip *s, uint64_t word) {
    s->v3 ^= word;
    contact_rounds(s, 2);
    s->v0 ^= word;
}

uint64_t cx_i_sip_hash(const uint8_t *bytes, size_t size, uint64_t key0, uint64_t key1) {
    contact_sip s = {key0 ^ UINT64_C(0x736f6d6570736575), key1 ^ UINT64_C(0x646f72616e646f6d),
                     key0 ^ UINT64_C(0x6c7967656e657261), key1 ^ UINT64_C(0x7465646279746573)};
    uint64_t word = 0;
    for (size_t i = 0; i < size; i++) {
        word |= (uint64_t)bytes[i] << 8 * (i & 7);
        if ((i & 7) == 7) contact_word(&s, word), word = 0;
    }
    contact_word(&s, word | (uint64_t)(size & 0xFF) << 56);
    s.v2 ^= 0xFF;
    contact_rounds(&s, 4);
    return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

/* -- keys ---------------------------------------------------------------------------------- */

static uint64_t contact_bits(uint64_t index, uint32_t purpose, uint64_t salt) {
    cx_random_words words;
    cx_philox(index, (uint64_t)purpose << 32, salt, &words);
    return (uint64_t)words.w1 << 32 | words.w0;
}

void cx_i_contact_salted(uint64_t salt, uint64_t *key0, uint64_t *key1) {
    *key0 = contact_bits(0, CONTACT_SIP, salt);
    *key1 = contact_bits(1, CONTACT_SIP, salt);
}

uint64_t cx_i_contact_fingerprint(uint64_t salt) {
    return contact_bits(2, CONTACT_SIP, salt);
}

uint64_t cx_contact_number(int64_t id, uint64_t salt) {
    uint64_t key = contact_bits((uint64_t)id, CONTACT_NUMBER, salt);
    return key == 0 ? 1 : key;
}

cx_status cx_contact_text(const uint8_t *bytes, size_t size, uint64_t salt, cx_contact *out,
                          cx_error *err) {
    if (bytes == NULL || out == NULL)
        return cx_i_fail(err, CX_E_NULL, "%s is missing", bytes == NULL ? "bytes" : "out");
    if (size == 0) return cx_i_fail(err, CX_E_DOMAIN, "the id of a contact is empty");
    uint64_t key0, key1;
    cx_i_contact_salted(salt, &key0, &key1);
    uint64_t key = cx_i_sip_hash(bytes, size, key0, key1);
    out->key = key == 0 ? 1 : key;
    return CX_OK;
}
