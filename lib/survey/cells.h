#ifndef CX_I_CELLS_H
#define CX_I_CELLS_H

#include "base/array.h"

typedef struct cx_i_constraints cx_i_constraints;

/* Cells sorted by their categories, seen as a tree: a node for each beginning that occurs, its
 * children side by side. Node 0 is the root and parents come before children; the cells are the
 * leaves, and the margin with most categories is theirs, so that there are few nodes. */
typedef struct cx_i_tree {
    int64_t margin;      /* of the leaves */
    int64_t nodes;       /* 0: the cells are in no order, and there is no tree */
    int64_t twigs;       /* first of the nodes whose children are leaves */
    int64_t depth;       /* nodes between the root and a leaf */
    int32_t *parent;     /* of each node */
    int32_t *constraint; /* of each node: its category, as a constraint; the root has none */
    int64_t *leaf;       /* of each twig: its first leaf; one more at the end */
} cx_i_tree;

/* The cell of each row, and the categories of each cell; every row is its own when told apart. */
cx_status cx_i_cells_read(cx_i_constraints *constraints, const cx_frame *table, bool apart,
                          cx_error *err);

/* Builds the tree of sorted cells; `order` holds the margins from the root to the leaves. */
cx_status cx_i_tree_make(cx_i_constraints *constraints, const int64_t *order, cx_error *err);
void cx_i_tree_free(cx_i_constraints *constraints);

/* Room for two numbers of each node is what `room` below asks for. Sums are by constraint. */

/* Weights start * product of the factors of the categories, added up; returns their sum. */
double cx_i_tree_rake(const cx_i_constraints *constraints, const double *factor,
                      const double *start, double *room, double *attained);
/* The same weights, cell by cell. */
void cx_i_tree_products(const cx_i_constraints *constraints, const double *factor,
                        const double *start, double *room, double *weight);
/* Sums over the categories of lambda, cell by cell. */
void cx_i_tree_sums(const cx_i_constraints *constraints, const double *lambda, double *room,
                    double *out);
/* The cells' values added up by category. */
void cx_i_tree_attained(const cx_i_constraints *constraints, const double *value, double *room,
                        double *out);
/* out[a][b] or out[b][a] += value of the cells with both a and b: a square, of which each pair
 * has one place and the diagonal its own. */
void cx_i_tree_cross(const cx_i_constraints *constraints, const double *value, double *room,
                     double *square);

#endif
