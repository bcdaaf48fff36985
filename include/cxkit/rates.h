#ifndef CXKIT_RATES_H
#define CXKIT_RATES_H

#include <cxkit/alloc.h>
#include <cxkit/array.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup rates Response rates
 *
 * Who was asked and what became of it, in the classes and rates of the Standard Definitions
 * [AAPOR2023]: response (RR1-6), cooperation (COOP1-4), refusal (REF1-3) and contact (CON1-3).
 * @{
 */

/** What became of an invitation. */
typedef enum cx_disposition {
    CX_DISPOSITION_COMPLETE = 0,          /**< I */
    CX_DISPOSITION_PARTIAL = 1,           /**< P: enough was answered */
    CX_DISPOSITION_REFUSAL = 2,           /**< R: refused, or broken off */
    CX_DISPOSITION_NONCONTACT = 3,        /**< NC: no sign that it was noticed */
    CX_DISPOSITION_OTHER = 4,             /**< O: another reason, such as language or illness */
    CX_DISPOSITION_UNKNOWN_HOUSEHOLD = 5, /**< UH: is there anyone to be asked? */
    CX_DISPOSITION_UNKNOWN_OTHER = 6,     /**< UO: someone, but one of those who count? */
    CX_DISPOSITION_INELIGIBLE = 7,        /**< NE: does not belong to the whole */
    CX_DISPOSITION_NOT_SAMPLED = 8,       /**< never asked: coverage, not non-response */
    CX_DISPOSITION_END = 9                /**< one more than the largest */
} cx_disposition;

/** @brief The word of a disposition, such as "noncontact"; "unknown" outside the list. */
CX_API const char *cx_disposition_name(int32_t disposition);

/** How many of each: counts, or sums of base weights. All zero is a good start. */
typedef struct cx_dispositions {
    double complete;          /**< I */
    double partial;           /**< P */
    double refusal;           /**< R */
    double noncontact;        /**< NC */
    double other;             /**< O */
    double unknown_household; /**< UH */
    double unknown_other;     /**< UO */
    double ineligible;        /**< NE */
    double not_sampled;       /**< quarantined, or opted out before: in none of the rates */
    int64_t invitations;      /**< told apart by cx_dispositions_of; 0 for counts of your own */
    int64_t no_id;            /**< rows without an invitation's id, left out */
} cx_dispositions;

/* -- rates --------------------------------------------------------------------------------- */

/** The rates. One whose denominator is 0 is NaN: nobody was asked, which is not a rate of 0. */
typedef struct cx_rates {
    double rr1;      /**< I / (K + U), with K = I + P + R + NC + O and U = UH + UO */
    double rr2;      /**< (I + P) / (K + U) */
    double rr3;      /**< I / (K + e U) */
    double rr4;      /**< (I + P) / (K + e U) */
    double rr5;      /**< I / K */
    double rr6;      /**< (I + P) / K */
    double coop1;    /**< I / (I + P + R + O) */
    double coop2;    /**< (I + P) / (I + P + R + O) */
    double coop3;    /**< I / (I + P + R) */
    double coop4;    /**< (I + P) / (I + P + R) */
    double ref1;     /**< R / (K + U) */
    double ref2;     /**< R / (K + e U) */
    double ref3;     /**< R / K */
    double con1;     /**< (I + P + R + O) / (K + U) */
    double con2;     /**< (I + P + R + O) / (K + e U) */
    double con3;     /**< (I + P + R + O) / K */
    double e;        /**< share of the unknown taken to be eligible; NaN when there is no telling */
    double coverage; /**< asked / (asked + not sampled) */
} cx_rates;

/** Options of cx_response_rates. */
typedef struct cx_rates_options {
    uint32_t struct_size;          /**< set by cx_rates_options_init */
    int32_t method;                /**< wilson (default), jeffreys, clopper-pearson, agresti-coull,
                                        wald: of the table's intervals */
    double e;                      /**< 0..1; NaN (default): K / (K + NE) [CASRO1982] */
    double confidence;             /**< default 0.95 */
    const cx_allocator *allocator; /**< of the table; NULL = malloc */
} cx_rates_options;

/** @brief The defaults: e by the proportional rule, wilson, 95 %. */
CX_API void cx_rates_options_init(cx_rates_options *options);

/** @brief All rates of one set of counts.
 *
 * @param      counts   each >= 0 and finite; with sums of base weights the rates are weighted
 * @param      options  NULL for the defaults
 * @param[out] out      written only on CX_OK
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_OPTION (such as e outside 0..1)
 * @retval CX_E_DOMAIN  a negative, missing or infinite count
 *
 * Cost: constant. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_response_rates(const cx_dispositions *counts,
                                                const cx_rates_options *options, cx_rates *out,
                                                cx_error *err);

/** @brief The same as a table: columns rate, value, ci_low, ci_high, numerator, denominator.
 *
 * Value and interval are null where the denominator is 0, the interval also where the counts are
 * weighted (they are not whole numbers then): a share of weights needs a design. Intervals take e
 * as known.
 *
 * @param      counts   as above
 * @param      options  NULL for the defaults
 * @param[out] out      owned by the caller: cx_table_free
 * @param      err      may be NULL
 * @retval as cx_response_rates | CX_E_MEMORY
 */
CX_API CX_NODISCARD cx_status cx_response_rates_table(const cx_dispositions *counts,
                                                      const cx_rates_options *options,
                                                      cx_table **out, cx_error *err);

/* -- from events to dispositions ----------------------------------------------------------- */

/** What happened to an invitation; the words are those of cx_invitation_name. */
typedef enum cx_invitation {
    CX_INVITATION_SENT = 0,
    CX_INVITATION_BOUNCED = 1,
    CX_INVITATION_DELIVERED = 2,
    CX_INVITATION_OPENED = 3,
    CX_INVITATION_STARTED = 4,
    CX_INVITATION_FINISHED = 5,
    CX_INVITATION_REFUSED = 6,     /**< asked not to be asked: an answer to the invitation */
    CX_INVITATION_INELIGIBLE = 7,  /**< screened out */
    CX_INVITATION_QUARANTINED = 8, /**< kept back by a contact rule */
    CX_INVITATION_OPTED_OUT = 9,   /**< before it was sent: kept back; after: refused */
    CX_INVITATION_END = 10         /**< one more than the largest */
} cx_invitation;

/** @brief The word of an event, such as "opted-out"; "unknown" outside the list. */
CX_API const char *cx_invitation_name(int32_t invitation);

/** Options of cx_dispositions_of: what an invitation counts as that came no further. */
typedef struct cx_dispositions_options {
    uint32_t struct_size;          /**< set by cx_dispositions_options_init */
    int32_t bounced;               /**< default unknown-other: an address that fails says nothing
                                        about the customer; ineligible on your own evidence */
    int32_t sent;                  /**< nothing known after sending; default noncontact */
    int32_t delivered;             /**< default noncontact */
    int32_t opened;                /**< default noncontact: mail programs open by themselves */
    int32_t reserved;              /**< zero */
    double partial_at;             /**< least progress of a partial answer; default 0.5 */
    const cx_allocator *allocator; /**< of scratch memory; NULL = malloc */
} cx_dispositions_options;

/** @brief The defaults. */
CX_API void cx_dispositions_options_init(cx_dispositions_options *options);

/** @brief Counts what became of invitations from the events of each.
 *
 * The furthest event decides: finished is complete; refused, or opted out once it was sent, is a
 * refusal; started is partial with enough progress and else a refusal (broken off); ineligible is
 * ineligible; what came no further goes where the options say. Quarantined, and opted out without
 * having been sent, is not sampled: it belongs to the coverage and is no non-response.
 *
 * @param      event       words of cx_invitation_name, or their numbers; none missing
 * @param      invitation  the id of the invitation of each row, whose rows may stand in any order;
 *                         NULL: each row is an invitation, and its event the furthest. Rows without
 *                         an id are counted in `no_id`
 * @param      progress    0..1, the share of questions answered; the largest counts; a null is
 *                         unknown, and NULL all unknown, which is not enough for a partial answer
 * @param      weights     base weights of the invitations, the same in all rows of one; NULL for 1
 * @param      options     NULL for the defaults
 * @param[out] out         written only on CX_OK
 * @param      err         may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN  a missing or unknown event, progress outside 0..1, a bad weight, or weights
 *                      that differ within an invitation
 * @retval CX_E_EMPTY   no row
 *
 * Cost: O(rows) on average, 18 bytes for each row besides the ids. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_dispositions_of(const cx_array *event, const cx_array *invitation,
                                                 const cx_array *progress, const cx_array *weights,
                                                 const cx_dispositions_options *options,
                                                 cx_dispositions *out, cx_error *err);

/** @brief The same for each key, with its rates: response by channel, wave, region or segment.
 *
 * Columns: those of `by`; complete .. not_sampled, invitations and no_id, as in cx_dispositions;
 * rr1 .. con3, e and coverage, as in cx_rates, null where nobody was asked. Keys are in order, a
 * missing one last. Intervals for a key come from its counts: cx_response_rates_table.
 *
 * @param      event       as in cx_dispositions_of, like the next three
 * @param      invitation  NULL: each row is an invitation
 * @param      progress    may be NULL
 * @param      weights     may be NULL
 * @param      by          keys, of which an invitation has one: the same in all its rows
 * @param      options     NULL for the defaults; its allocator serves the table, too
 * @param      rates       of these only e is used; NULL, or e = NaN: each key has its own
 * @param[out] out         owned by the caller: cx_table_free
 * @param      err         may be NULL
 * @retval as cx_dispositions_of
 * @retval CX_E_DOMAIN  also: rows of one invitation that differ in their key
 *
 * Cost: as cx_dispositions_of, and 12 bytes more for each row. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_dispositions_by(const cx_array *event, const cx_array *invitation,
                                                 const cx_array *progress, const cx_array *weights,
                                                 const cx_frame *by,
                                                 const cx_dispositions_options *options,
                                                 const cx_rates_options *rates, cx_table **out,
                                                 cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
