#ifndef CXKIT_ESTIMATE_H
#define CXKIT_ESTIMATE_H

#include <cxkit/status.h>

#ifdef __cplusplus
extern "C" {
#endif

/** @defgroup estimate Estimates
 *
 * Everything a user reads is an estimate: a pure function of a state, with its interval, the
 * sample behind it and what was left out.
 * @{
 */

/** How an interval was made: name, number, word. */
#define CX_METHOD_LIST(X)                                                                          \
    X(CX_METHOD_AUTO, 0, "auto")                                                                   \
    X(CX_METHOD_WALD, 1, "wald")                                                                   \
    X(CX_METHOD_ADJUSTED_WALD, 2, "adjusted-wald")                                                 \
    X(CX_METHOD_ADJUSTED_WALD_Z, 3, "adjusted-wald-z")                                             \
    X(CX_METHOD_SCORE, 4, "score")                                                                 \
    X(CX_METHOD_BONETT_PRICE, 5, "bonett-price")                                                   \
    X(CX_METHOD_GOODMAN, 6, "goodman")                                                             \
    X(CX_METHOD_WILSON, 7, "wilson")                                                               \
    X(CX_METHOD_JEFFREYS, 8, "jeffreys")                                                           \
    X(CX_METHOD_CLOPPER_PEARSON, 9, "clopper-pearson")                                             \
    X(CX_METHOD_AGRESTI_COULL, 10, "agresti-coull")                                                \
    X(CX_METHOD_T, 11, "t")                                                                        \
    X(CX_METHOD_BOUNDED, 12, "bounded")                                                            \
    X(CX_METHOD_FISHER_Z, 13, "fisher-z")                                                          \
    X(CX_METHOD_DELTA, 14, "delta")                                                                \
    X(CX_METHOD_NEWCOMBE, 15, "newcombe")                                                          \
    X(CX_METHOD_AGRESTI_CAFFO, 16, "agresti-caffo")                                                \
    X(CX_METHOD_MOVER, 17, "mover")                                                                \
    X(CX_METHOD_SISON_GLAZ, 18, "sison-glaz")                                                      \
    X(CX_METHOD_NORMAL_MIXTURE, 19, "normal-mixture")                                              \
    X(CX_METHOD_BETA_BINOMIAL, 20, "beta-binomial")                                                \
    X(CX_METHOD_BETTING, 21, "betting")                                                            \
    X(CX_METHOD_LOG_LOG, 22, "log-log")                                                            \
    X(CX_METHOD_JACKKNIFE, 23, "jackknife")                                                        \
    X(CX_METHOD_BOOTSTRAP, 24, "bootstrap")                                                        \
    X(CX_METHOD_POSTERIOR, 25, "posterior")                                                        \
    X(CX_METHOD_GARWOOD, 26, "garwood")                                                            \
    X(CX_METHOD_LOGIT, 27, "logit")                                                                \
    X(CX_METHOD_ARCSINE, 28, "arcsine")                                                            \
    X(CX_METHOD_BETA, 29, "beta")                                                                  \
    X(CX_METHOD_LIKELIHOOD, 30, "likelihood")

/** Interval methods. */
typedef enum cx_method {
#define CX_METHOD_ENUM(name, number, text) name = number,
    CX_METHOD_LIST(CX_METHOD_ENUM)
#undef CX_METHOD_ENUM
        CX_METHOD_END = 31 /**< one more than the largest method */
} cx_method;

/** Units of a value. */
typedef enum cx_unit {
    CX_UNIT_POINTS = 0,      /**< net scores: -100..100 */
    CX_UNIT_FRACTION = 1,    /**< shares: 0..1 */
    CX_UNIT_SCALE = 2,       /**< the scale of the answers */
    CX_UNIT_CORRELATION = 3, /**< -1..1 */
    CX_UNIT_SECONDS = 4,     /**< durations */
    CX_UNIT_COUNT = 5,       /**< things per thing: contacts per issue */
    CX_UNIT_RATE = 6,        /**< events per second */
    CX_UNIT_END = 7          /**< one more than the largest unit */
} cx_unit;

/** What a reader should know about an estimate: name, bit, word. */
#define CX_FLAG_LIST(X)                                                                            \
    X(CX_FLAG_FEW, 1, "few")                          /* fewer than five effective answers */      \
    X(CX_FLAG_CLIPPED, 2, "clipped")                  /* a limit was cut at the metric's range */  \
    X(CX_FLAG_NO_VARIANCE, 4, "no-variance")          /* all answers alike, or a single one */     \
    X(CX_FLAG_WEIGHTED, 8, "weighted")                /* weights were used */                      \
    X(CX_FLAG_LOWER_IS_BETTER, 16, "lower-is-better") /* direction of the metric */                \
    X(CX_FLAG_ROUNDED, 32, "rounded")                 /* fractional answers were rounded down */   \
    X(CX_FLAG_SUPPRESSED, 64, "suppressed")           /* hidden: too small a cell */               \
    X(CX_FLAG_MIXED_MODES, 128, "mixed-modes")        /* modes of asking that differ are pooled */ \
    X(CX_FLAG_UNIDENTIFIED, 256, "not-identified")    /* the data do not determine the value */    \
    X(CX_FLAG_CENSORED, 512, "censored")              /* a limit lies beyond the follow-up */      \
    X(CX_FLAG_PARTIAL, 1024, "partial")               /* a part of the whole is missing */         \
    X(CX_FLAG_OBSERVATIONAL, 2048, "observational")   /* groups compared were not randomised */    \
    X(CX_FLAG_MODEL_BASED, 4096, "model-based")       /* rests on a model of who answers */        \
    X(CX_FLAG_UNCORRECTED, 8192, "uncorrected")       /* biased by how the answers were chosen */  \
    X(CX_FLAG_ADJUSTED, 16384, "adjusted")            /* an empty cell was given half a row */     \
    X(CX_FLAG_FEW_CLUSTERS, 32768, "few-clusters")    /* too few groups for the usual errors */    \
    X(CX_FLAG_REPAIRED, 65536, "repaired")            /* a covariance was made non-negative */

/** Flags of an estimate. */
typedef enum cx_flag {
#define CX_FLAG_ENUM(name, bit, text) name = bit,
    CX_FLAG_LIST(CX_FLAG_ENUM)
#undef CX_FLAG_ENUM
        CX_FLAG_END = 131072 /**< one more than the sum of all flags */
} cx_flag;

/** Why a row was left out: name, position in cx_estimate.excluded, word. */
#define CX_EXCLUDED_LIST(X)                                                                        \
    X(CX_EXCLUDED_MISSING, 0, "missing")               /* null, NaN or a missing code */           \
    X(CX_EXCLUDED_NOT_APPLICABLE, 1, "not_applicable") /* a not-applicable code */                 \
    X(CX_EXCLUDED_OUT_OF_RANGE, 2, "out_of_range")     /* outside the scale */                     \
    X(CX_EXCLUDED_NON_INTEGER, 3, "non_integer")       /* between two steps of the scale */        \
    X(CX_EXCLUDED_ZERO_WEIGHT, 4, "zero_weight")       /* valid, with a weight of zero */          \
    X(CX_EXCLUDED_NO_ID, 5, "no_id")                   /* nobody to attach it to */                \
    X(CX_EXCLUDED_DUPLICATE, 6, "duplicate")           /* said or logged twice */                  \
    X(CX_EXCLUDED_OPEN, 7, "open")                     /* not decided yet */

/** Positions in cx_estimate.excluded. */
typedef enum cx_excluded {
#define CX_EXCLUDED_ENUM(name, number, text) name = number,
    CX_EXCLUDED_LIST(CX_EXCLUDED_ENUM)
#undef CX_EXCLUDED_ENUM
        CX_EXCLUDED_END = 8 /**< number of reasons: all in use */
} cx_excluded;

/** One figure and what it stands on. 256 bytes, never larger. */
typedef struct cx_estimate {
    double value;          /**< in `unit` */
    double ci_low;         /**< lower limit of the interval */
    double ci_high;        /**< upper limit of the interval */
    double confidence;     /**< of the interval, such as 0.95 */
    double se;             /**< standard error, NaN where there is none */
    double df;             /**< degrees of freedom behind the interval, infinity for normal ones */
    double p_value;        /**< of the null value 0, NaN where there is no test */
    double n_eff;          /**< effective number of answers */
    double sum_w;          /**< sum of the weights of the n answers */
    int64_t n;             /**< valid answers with a positive weight */
    int64_t excluded[8];   /**< rows left out, by cx_excluded */
    int32_t method;        /**< a cx_method: the one that made the interval */
    int32_t unit;          /**< a cx_unit */
    uint32_t flags;        /**< cx_flag bits */
    int32_t status;        /**< a cx_status: CX_OK, or why this row of a table has no value */
    uint64_t reserved[12]; /**< zero */
} cx_estimate;

/** @brief The word of a method, such as "adjusted-wald"; "unknown" outside the list. */
CX_API const char *cx_method_name(int32_t method);

/** @brief The word of a unit: "points", "fraction", "scale", "correlation", "seconds", "count" or
 *  "rate". */
CX_API const char *cx_unit_name(int32_t unit);

/** @brief The word of one flag bit, such as "few"; NULL for a bit outside the list. */
CX_API const char *cx_flag_name(uint32_t flag);

/** @brief The word of a reason for exclusion, such as "missing"; NULL outside the list. */
CX_API const char *cx_excluded_name(int32_t reason);

/** @} */

#ifdef __cplusplus
}
#endif

#endif
