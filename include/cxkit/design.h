#ifndef CXKIT_DESIGN_H
#define CXKIT_DESIGN_H

#include <cxkit/calibrate.h>
#include <cxkit/estimate.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup design Designs
 *
 * How a sample was drawn: weights, strata, clusters, finite populations. With it, every figure gets
 * the error that the sample really has. A design copies what it needs; the weights of a calibration
 * are shared and may be released before it.
 * @{
 */

/** What happens to a stratum with a single unit, which has no variance of its own. */
typedef enum cx_lonely {
    CX_LONELY_FAIL = 0,      /**< an error that names it */
    CX_LONELY_REMOVE = 1,    /**< it adds nothing */
    CX_LONELY_CERTAINTY = 2, /**< it adds nothing: it was certain to be drawn */
    CX_LONELY_ADJUST = 3,    /**< its distance from the mean of all units */
    CX_LONELY_AVERAGE = 4,   /**< as much as the other strata on average */
    CX_LONELY_END = 5        /**< one more than the largest */
} cx_lonely;

/** Where errors come from: from one formula, or from estimates repeated on parts of the sample. */
typedef enum cx_replicates {
    CX_REPLICATES_NONE = 0, /**< linearisation */
    CX_REPLICATES_JK1 = 1,  /**< leaves out one unit after the other; without strata */
    CX_REPLICATES_JKN = 2,  /**< leaves out one unit after the other within its stratum */
    CX_REPLICATES_BRR = 3,  /**< balanced halves: doubles one of the two units of each stratum */
    CX_REPLICATES_FAY = 4,  /**< balanced halves, where the other unit keeps a part of its weight */
    CX_REPLICATES_BOOTSTRAP = 5, /**< draws one unit less than each stratum has [RaoWu1988] */
    CX_REPLICATES_END = 6        /**< one more than the largest */
} cx_replicates;

/** Options of cx_design_new. */
typedef struct cx_design_options {
    uint32_t struct_size;          /**< set by cx_design_options_init */
    int32_t lonely;                /**< a cx_lonely; default fail */
    const cx_allocator *allocator; /**< of the design; NULL = malloc */
    int32_t replicates;            /**< a cx_replicates; default none */
    int32_t about_mean; /**< 1: squares about the mean of the replicates; default 0: about the
                             estimate itself */
    int64_t count;      /**< bootstrap: replicates, default 1000. Others: their own number */
    uint64_t seed;      /**< bootstrap: same seed, same replicates; default 1 */
    double fay;         /**< fay: what the lighter unit keeps, 0 <= fay < 1; default 0.5 */
} cx_design_options;

/** @brief The defaults: linearisation; a lonely unit is an error. */
CX_API void cx_design_options_init(cx_design_options *options);

/** @brief The word of a kind of replicates, such as "jkn"; "unknown" outside the list. */
CX_API const char *cx_replicates_name(int32_t replicates);

/** @brief The word of a rule for lonely units, such as "adjust"; "unknown" outside the list. */
CX_API const char *cx_lonely_name(int32_t lonely);

/** How a sample was drawn. */
typedef struct cx_design cx_design;

/** @brief Describes a design.
 *
 * Clusters are told apart within their stratum, later stages within their cluster. The first stage
 * of strata, clusters and fpc is their first column, and so on. Without finite populations only the
 * first stage counts.
 *
 * Replicates repeat the calibration, each from its own start weights, and take the finite
 * population of the first stage into account. A bootstrap replicate that has nobody left in a
 * category with a total cannot meet it: such replicates are left out and counted
 * (cx_design_replicates_lost), and refused when they are more than one in twenty. With replicates a
 * lonely unit is an error, or kept in all of them (remove, certainty).
 *
 * @param      weights      one for each row, >= 0; NULL for 1, or with a calibration
 * @param      strata       a key column for each stage, NULL for none
 * @param      clusters     a key column for each stage, NULL when rows were drawn one by one
 * @param      fpc          for each stage the units that the row's stratum has in the population,
 * or the share of them that was drawn (all <= 1); NULL for large populations
 * @param      calibration  NULL, or the weights that cx_rake and the like gave
 * @param      options      NULL for the defaults
 * @param[out] out          owned by the caller: cx_design_free
 * @param      err          may be NULL
 * @retval CX_OK | CX_E_NULL | CX_E_TYPE | CX_E_LENGTH | CX_E_OPTION | CX_E_MEMORY
 * @retval CX_E_EMPTY     no row, or no weight
 * @retval CX_E_DOMAIN    a bad weight, a stratum that is smaller than its sample
 * @retval CX_E_MISMATCH  fpc differs within a stratum
 * @retval CX_E_FEW       replicates: a lonely unit, a stratum without two units (brr, fay)
 * @retval CX_E_LIMIT     more than 65536 replicates: take the bootstrap
 * @retval CX_E_CONVERGENCE  the totals cannot be met in a replicate
 *
 * Cost: O(rows stages); with replicates of a calibration, one more calibration for each, from where
 * that of the whole sample ended. Since: 0.1.
 */
CX_API CX_NODISCARD cx_status cx_design_new(const cx_array *weights, const cx_frame *strata,
                                            const cx_frame *clusters, const cx_frame *fpc,
                                            const cx_weights *calibration,
                                            const cx_design_options *options, cx_design **out,
                                            cx_error *err);

/** @brief Releases a design. NULL is ignored. */
CX_API void cx_design_free(cx_design *self);

/** @brief Rows of the design; 0 for NULL. */
CX_API int64_t cx_design_rows(const cx_design *self);

/** @brief Units of the first stage; 0 for NULL. */
CX_API int64_t cx_design_units(const cx_design *self);

/** @brief Strata of the first stage; 0 for NULL. */
CX_API int64_t cx_design_strata(const cx_design *self);

/** @brief Replicates that estimates use; 0 for linearisation and for NULL. */
CX_API int64_t cx_design_replicates(const cx_design *self);

/** @brief Replicates left out because their totals could not be met; 0 for NULL. */
CX_API int64_t cx_design_replicates_lost(const cx_design *self);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
