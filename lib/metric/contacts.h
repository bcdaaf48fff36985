#ifndef CX_I_CONTACTS_H
#define CX_I_CONTACTS_H

#include <cxkit/contacts.h>

#include "base/keys.h"
#include "base/sum.h"

/* A log as it is kept while it is read: one block of 32-bit words, five to a contact, sorted by
 * customer, topic and time, duplicates merged. Words are read and written through these functions
 * only, because the observations of fcr.c take the place of the contacts. */
enum { CX_I_CONTACT_WORDS = 5 };

CX_I_INLINE uint64_t cx_i_word64(const uint32_t *words) {
    return (uint64_t)words[1] << 32 | words[0];
}

CX_I_INLINE void cx_i_word64_put(uint32_t *words, uint64_t value) {
    words[0] = (uint32_t)value, words[1] = (uint32_t)(value >> 32);
}

/* Words 0, 1: customer. Words 2, 3: microseconds since the start of the log, then ten bits of
 * transfers and the mark "may not be an index". Word 4: topic, key and channel. */
#define CX_I_CONTACT_TIME_BITS 53
#define CX_I_CONTACT_TRANSFERS 1000

CX_I_INLINE uint64_t cx_i_contact_customer(const uint32_t *contact) {
    return cx_i_word64(contact);
}

/* The number that was given, or the place of a text. Its sign is turned, so that it sorts. */
CX_I_INLINE int64_t cx_i_contact_id(const uint32_t *contact) {
    return (int64_t)(cx_i_word64(contact) ^ UINT64_C(1) << 63);
}

CX_I_INLINE int64_t cx_i_contact_time(const uint32_t *contact) {
    return (int64_t)(cx_i_word64(contact + 2) >> 11);
}

CX_I_INLINE int64_t cx_i_contact_transfers(const uint32_t *contact) {
    return contact[2] >> 1 & 1023;
}

CX_I_INLINE bool cx_i_contact_no_index(const uint32_t *contact) {
    return contact[2] & 1;
}

/* Memory that is soon read and written, in no order: asked for ahead. */
#if defined(__GNUC__)
#define CX_I_CONTACTS_AHEAD(address) __builtin_prefetch((address), 1)
#else
#define CX_I_CONTACTS_AHEAD(address) ((void)(address))
#endif

/* What was left out, and how many were left in before duplicates were merged, of one key. */
typedef struct cx_i_contacts_left {
    int64_t excluded[CX_EXCLUDED_END];
    int64_t kept;
} cx_i_contacts_left;

/* A dictionary for one part of the label, with the place of each key when sorted. */
typedef struct cx_i_contacts_part {
    cx_i_keys keys;
    int64_t *order; /* key numbers, sorted */
    int64_t *rank;  /* where each number stands */
    int bits;       /* that hold a rank */
    int shift;      /* of its bits in the label */
} cx_i_contacts_part;

typedef struct cx_i_contacts {
    cx_allocator allocator;
    uint32_t *words;
    uint32_t *cells;                       /* scratch, one for each contact read */
    int64_t count;                         /* contacts */
    int64_t room;                          /* contacts the words have room for */
    int64_t rows;                          /* as given */
    int64_t start, end, window, merge_gap; /* microseconds */
    cx_i_contacts_part customer, topic, by, channel;
    cx_i_contacts_left *left; /* by rank of the key; one without keys */
    int64_t left_count;
    bool customer_text, has_topic, has_channel, has_transfers;
} cx_i_contacts;

CX_I_INLINE int64_t cx_i_contact_part(const cx_i_contacts_part *part, const uint32_t *contact) {
    return (int64_t)(((uint64_t)contact[4] >> part->shift) & ((UINT64_C(1) << part->bits) - 1));
}

/* What a log is read from, and how. */
typedef struct cx_i_contacts_source {
    const cx_frame *log, *by;
    const cx_array *no_id, *channels;
    cx_contacts_options options;
    bool ordered; /* customers ascending, not in the order of a hash */
} cx_i_contacts_source;

/* Options over the defaults, checked. */
cx_status cx_i_contacts_options(const cx_contacts_options *given, cx_contacts_options *used,
                                cx_error *err);
cx_status cx_i_contacts_load(cx_i_contacts *contacts, const cx_i_contacts_source *source,
                             cx_error *err);
void cx_i_contacts_free(cx_i_contacts *contacts);
/* Sorts contacts first .. last - 1 by customer, topic (the bits of the label from `topic_shift`
 * on), time and label. */
void cx_i_contacts_sort(uint32_t *words, int64_t first, int64_t last, int topic_shift);
/* Sorts `count` records of three words by their first two; `scratch` is room for as many, or NULL:
 * then in place, and slower. */
void cx_i_contacts_sort_keys(uint32_t *words, uint32_t *scratch, int64_t count);

/* -- issues -------------------------------------------------------------------------------- */

/* Contacts first .. last - 1: of one customer (`customer_ends`: the last of that one), one topic,
 * each less than a window after the one before. */
typedef struct cx_i_issue {
    int64_t first, last;
    bool customer_begins, customer_ends;
} cx_i_issue;

/* The issue that begins at contact `first`. */
cx_i_issue cx_i_contacts_issue(const cx_i_contacts *contacts, int64_t first);

/* -- clusters ------------------------------------------------------------------------------ */

/* A jackknife over customers: sums of the changes that leaving each one out makes. */
typedef struct cx_i_jackknife {
    cx_i_sum sum, square;
    int64_t clusters;
} cx_i_jackknife;

void cx_i_jackknife_add(cx_i_jackknife *jackknife, double change);
double cx_i_jackknife_variance(const cx_i_jackknife *jackknife); /* NaN below two clusters */
/* Fills in value, se, df, n, n_eff and interval of a share: `scale` is that of the changes, and
 * `kish` the effective number where all are alike. */
void cx_i_jackknife_share(const cx_i_jackknife *jackknife, double scale, double share, int64_t n,
                          double kish, cx_estimate *out);

/* Contacts without an id in all contacts. */
double cx_i_contacts_no_id_share(const cx_i_contacts_left *left, int64_t count);

#endif
