#ifndef CX_I_NESTED_H
#define CX_I_NESTED_H

#include "base/base.h"

#define CX_I_NESTED_DEPTH 8

/* Partial pooling along a tree. Nodes lie in any order that has each before its parts; node 0 is
 * the root. The parts of a node at depth d vary about it with the variance between[d]. */
typedef struct cx_i_nested {
    int64_t count;
    int32_t depth_end; /* one more than the largest depth */
    int64_t *parent;
    int32_t *depth;
    bool *inner;
    double *weight;          /* in the parent; those of its parts add up to 1 */
    double *mean, *variance; /* given at the leaves, > 0; of the latent node elsewhere */
    double *value, *error;   /* result: the pooled score of the node and its variance */
    double *own;             /* result: weight of the node's own data in it */
    double between[CX_I_NESTED_DEPTH + 1];
    double between_error[CX_I_NESTED_DEPTH + 1]; /* variance of between[d] */
    double *scratch;
} cx_i_nested;

cx_status cx_i_nested_new(int64_t count, const cx_allocator *allocator, cx_i_nested *out,
                          cx_error *err);
void cx_i_nested_free(const cx_allocator *allocator, cx_i_nested *nested);
/* Fills between, value, error and own. */
void cx_i_nested_pool(cx_i_nested *nested);

#endif
