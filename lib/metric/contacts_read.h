#ifndef CX_I_CONTACTS_READ_H
#define CX_I_CONTACTS_READ_H

#include "metric/contacts.h"

/* Rows of a log, block by block. */

enum {
    CX_I_CONTACTS_CUSTOMER,
    CX_I_CONTACTS_TIME,
    CX_I_CONTACTS_TOPIC,
    CX_I_CONTACTS_CHANNEL,
    CX_I_CONTACTS_ABANDONED,
    CX_I_CONTACTS_OUTBOUND,
    CX_I_CONTACTS_INDEX,
    CX_I_CONTACTS_TRANSFERS,
    CX_I_CONTACTS_ROLES
};
enum { CX_I_CONTACTS_KEPT = -1, CX_I_CONTACTS_NO_IDS = 16 };

typedef struct cx_i_contacts_reader {
    cx_i_contacts *to;
    const cx_i_contacts_source *source;
    const cx_array *column[CX_I_CONTACTS_ROLES]; /* NULL: not given */
    int64_t no_id[CX_I_CONTACTS_NO_IDS];
    int64_t no_id_count;   /* of numbers */
    int64_t nobody;        /* text ids below this number mean nobody */
    int64_t channel_count; /* 0: all channels count, else those below this number */
    bool ranked;           /* the second reading: keys have their places */
    int bucket_bits;
} cx_i_contacts_reader;

/* One block of rows. `left` is CX_I_CONTACTS_KEPT or a cx_excluded: the first reason stays. */
typedef struct cx_i_contacts_block {
    int64_t id[CX_I_BLOCK], time[CX_I_BLOCK];
    int64_t topic[CX_I_BLOCK], by[CX_I_BLOCK], channel[CX_I_BLOCK];
    double number[CX_I_BLOCK];
    uint32_t at[CX_I_BLOCK]; /* bucket, then place */
    uint16_t transfers[CX_I_BLOCK];
    uint8_t no_index[CX_I_BLOCK];
    int8_t left[CX_I_BLOCK];
} cx_i_contacts_block;

/* Checks the columns and what means nobody; binds the keys. */
cx_status cx_i_contacts_reader_start(cx_i_contacts_reader *reader, cx_error *err);
/* Times of rows start .. start+count (count <= CX_I_BLOCK); what is missing is left. */
cx_status cx_i_contacts_read_times(const cx_i_contacts_reader *reader, int64_t start, int64_t count,
                                   cx_i_contacts_block *block, cx_error *err);
/* Everything of those rows; once `ranked`, keys are places. */
cx_status cx_i_contacts_read_block(cx_i_contacts_reader *reader, int64_t start, int64_t count,
                                   cx_i_contacts_block *block, cx_error *err);

#endif
