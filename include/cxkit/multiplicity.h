#ifndef CXKIT_MULTIPLICITY_H
#define CXKIT_MULTIPLICITY_H

#include <cxkit/alloc.h>
#include <cxkit/table.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup multiplicity Many tests at once
 * @{
 */

/** Ways to hold many tests to one level: name, number, word. */
#define CX_MULTIPLICITY_LIST(X)                                                                    \
    X(CX_MULTIPLICITY_BONFERRONI, 0, "bonferroni")                                                 \
    X(CX_MULTIPLICITY_HOLM, 1, "holm")                                                             \
    X(CX_MULTIPLICITY_HOCHBERG, 2, "hochberg")                                                     \
    X(CX_MULTIPLICITY_HOMMEL, 3, "hommel")                                                         \
    X(CX_MULTIPLICITY_BH, 4, "bh")                                                                 \
    X(CX_MULTIPLICITY_BY, 5, "by")                                                                 \
    X(CX_MULTIPLICITY_FIXED, 6, "fixed-sequence")                                                  \
    X(CX_MULTIPLICITY_HIERARCHICAL, 7, "hierarchical")                                             \
    X(CX_MULTIPLICITY_E_BH, 8, "e-bh")

/** Ways to hold many tests to one level. */
typedef enum cx_multiplicity {
#define CX_MULTIPLICITY_ENUM(name, number, text) name = number,
    CX_MULTIPLICITY_LIST(CX_MULTIPLICITY_ENUM)
#undef CX_MULTIPLICITY_ENUM
        CX_MULTIPLICITY_END = 9 /**< one more than the largest */
} cx_multiplicity;

/** @brief The word of a method, such as "holm"; "unknown" outside the list. */
CX_API const char *cx_multiplicity_name(int32_t method);

/** Options of cx_adjust_p(). */
typedef struct cx_multiplicity_options {
    uint32_t struct_size;          /**< sizeof(cx_multiplicity_options) */
    int32_t method;                /**< a cx_multiplicity; default CX_MULTIPLICITY_HOLM */
    double level;                  /**< rejected: adjusted at most this; in (0, 1); default 0.05 */
    const cx_allocator *allocator; /**< NULL for malloc */
} cx_multiplicity_options;

/** @brief The defaults: Holm at 0.05. */
CX_API void cx_multiplicity_options_init(cx_multiplicity_options *options);

/** @brief p-values that many tests share: rejecting what is adjusted to at most the level holds
 *  the whole family to it.
 *
 * | method | holds | when |
 * | --- | --- | --- |
 * | bonferroni, holm [Holm1979] | the chance of any false rejection | always |
 * | hochberg [Hochberg1988], hommel [Hommel1988] | the same, with more power | tests independent
 * or positively dependent |
 * | bh [BenjaminiHochberg1995] | the expected share of false rejections | independent or positively
 * dependent |
 * | by [BenjaminiYekutieli2001] | the same | always |
 * | fixed-sequence | the chance of any false rejection | always; the order has to be fixed before
 * the data are seen |
 * | hierarchical [Yekutieli2008] | the expected share of false rejections within each family that
 * is opened | independent or positively dependent; over a whole tree of L levels the bound is
 * about 2 L times the level at worst |
 * | e-bh [WangRamdas2022] | the expected share of false rejections | always; takes e-values, also
 * of monitors that were watched all along |
 *
 * Without `by` all tests are one family. With it, the plain methods adjust within each group.
 *
 * fixed-sequence tests one step after the other and stops at the first that is not rejected: each
 * row is a step, or with `by` each group, in the order of its first row: a gate, that opens when
 * all its tests (Holm within) are rejected.
 *
 * hierarchical reads the columns of `by` as a path, such as area, metric, segment: the families are
 * the areas, the metrics of one area, the segments of one metric; a family is tested (BH) when its
 * parent is rejected. A row with nulls at the end of its path is the test of an inner node; an
 * inner node without one gets the combined p-value of its children [Simes1986].
 *
 * @param      p        p-values 0..1; for e-bh e-values, 0 or more. What is missing stays missing
 * and is no test: a step without a p-value is passed over
 * @param      by       families, or the path; NULL for one family (hierarchical needs it)
 * @param      options  NULL for the defaults
 * @param[out] out      a row for each p, in its order: `p`; `adjusted` (the smallest level at which
 *                      this test is rejected; null where p is); `rejected` (1 or 0; null where p
 * is); `gate` (fixed-sequence and hierarchical: the largest adjusted p-value on the way here, null
 * at the start: above the level, this test was not reached). Figures: tests, rejected, level,
 * families. Release with cx_table_free()
 * @param      err      may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_DOMAIN  a p-value outside 0..1, an e-value below 0; two tests of one inner node; a
 *                      path with a null before its end
 * @retval CX_E_EMPTY   hierarchical without a column in `by`
 *
 * Equal p-values get equal results. No rows give a table without rows. Adjusting does not make a
 * choice of tests made after seeing the data honest: give all that were looked at.
 * Cost: O(n log n), also Hommel's [MeijerKrebsGoeman2019]. Threads: any. Randomness: none.
 * Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_adjust_p(const cx_array *p, const cx_frame *by,
                                          const cx_multiplicity_options *options, cx_table **out,
                                          cx_error *err);

/** Options of cx_simultaneous(). */
typedef struct cx_simultaneous_options {
    uint32_t struct_size; /**< sizeof(cx_simultaneous_options) */
    int32_t draws;        /**< of three estimates or more; 1000 to 10000000; default 100000 */
    double confidence;    /**< of all intervals together; default 0.95 */
    uint64_t seed;        /**< of the draws; default 1 */
    const cx_allocator *allocator; /**< NULL for malloc */
} cx_simultaneous_options;

/** @brief The defaults: 95 %, 100,000 draws. */
CX_API void cx_simultaneous_options_init(cx_simultaneous_options *options);

/** @brief Intervals and p-values of many estimates of the same people, all of them right at once
 *  (max-|t|) [HothornBretzWestfall2008].
 *
 * The estimates are taken to be normal with the covariance sum_c psi_c psi_c', psi_c the influences
 * of a person or cluster on each of them. The intervals are value +- c se, c the quantile of the
 * largest |t| of all; the adjusted p-value is the chance of a largest |t| beyond the one seen. That
 * uses the dependence exactly, where Bonferroni and Holm assume the worst.
 *
 * @param      estimates  one number for each column of `influence`, in their order
 * @param      influence  a row for each person or cluster, a column for each estimate: squares that
 *                        sum to its variance, as the tables of influences of this library have
 * them. An element that is missing counts as 0: that person is not in the estimate
 * @param      options    NULL for the defaults
 * @param[out] out        a row for each estimate: `name`, `estimate`, `se`, `statistic`, `p_value`,
 *                        `adjusted`, `ci_low`, `ci_high`. Figures: critical, estimates, rank,
 *                        confidence, draws (0: computed exactly). Release with cx_table_free()
 * @param      err        may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_LENGTH    not one estimate for each column
 * @retval CX_E_DOMAIN    an estimate is missing or infinite, an influence is infinite
 * @retval CX_E_EMPTY     no column, or no row
 * @retval CX_E_CONSTANT  the influences of an estimate are all 0
 * @retval CX_E_LIMIT     more than 1000 estimates
 *
 * One and two estimates are computed exactly, more by draws; the simulation error of an adjusted
 * p-value p is sqrt(p (1 - p) / draws). For fewer than some 30 clusters the normal
 * approximation is too narrow. Cost: O(rows k^2 + draws k^2). Randomness: seed. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_simultaneous(const cx_array *estimates, const cx_frame *influence,
                                              const cx_simultaneous_options *options,
                                              cx_table **out, cx_error *err);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
