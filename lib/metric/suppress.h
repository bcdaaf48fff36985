#ifndef CX_I_SUPPRESS_H
#define CX_I_SUPPRESS_H

#include <cxkit/estimate.h>
#include <cxkit/tally.h>

#include "base/keys.h"

/* A table of counts by keys with all its margins: the lattice of entries. A grouping is a set of
 * keys that are totalled, in the bits of SQL's GROUPING(): the last key is bit 0. The entries of
 * grouping 0 are the cells themselves, in their order; those of the others follow, in key order. */
typedef struct cx_i_cube {
    cx_allocator allocator;
    int64_t keys, cells, entries;
    int64_t *first;    /* by grouping: its first entry; one more at the end */
    int64_t *of_cell;  /* by grouping and cell: the entry that holds the cell */
    int64_t *member;   /* by grouping: all cells, sorted by entry */
    int64_t *start;    /* by entry: where its cells begin in `member` */
    int64_t *grouping; /* by entry */
    int64_t *n;        /* by entry: answers */
    bool *hidden;      /* by entry */
} cx_i_cube;

/* More keys have too many margins to be looked at. */
#define CX_I_CUBE_KEYS 10

/* codes: by key and cell, 0 .. cells - 1, in the order of the key's values; cells are distinct and
 * sorted. Nothing is hidden yet. CX_E_LIMIT for too many keys, CX_E_OVERFLOW for too many answers.
 */
cx_status cx_i_cube_new(const int64_t *codes, int64_t keys, const int64_t *n, int64_t cells,
                        const cx_allocator *allocator, cx_i_cube *out, cx_error *err);
/* The same from keys: cell i is the key number order[i]. */
cx_status cx_i_cube_of_keys(const cx_i_keys *keys, const int64_t *order, const int64_t *n,
                            const cx_allocator *allocator, cx_i_cube *out, cx_error *err);
void cx_i_cube_free(cx_i_cube *cube);
/* The entry that holds entry e when key k is totalled too. */
int64_t cx_i_cube_parent(const cx_i_cube *cube, int64_t entry, int64_t key);
/* The bit of a key in a grouping. */
int64_t cx_i_cube_bit(const cx_i_cube *cube, int64_t key);

/* Hides entries with 0 < n < min_n, and more, until no hidden entry follows from those shown and
 * no shown entry tells a total of hidden cells below min_n. All margins count as shown unless they
 * are hidden, whether or not anybody prints them. min_n < 2 hides nothing. */
cx_status cx_i_cube_suppress(cx_i_cube *cube, int64_t min_n, cx_error *err);
/* The same with a limit to the work of deciding, in visits and products: beyond it all but the
 * grand total is hidden. */
cx_status cx_i_cube_suppress_within(cx_i_cube *cube, int64_t min_n, int64_t most_work,
                                    cx_error *err);

/* -- rows that are no tallies -------------------------------------------------------------- */

/* Is the option sound? And a single figure: CX_E_SUPPRESSED for 1 to min_n - 1 answers. */
cx_status cx_i_min_n_check(int64_t min_n, cx_error *err);
cx_status cx_i_min_n_one(int64_t n, int64_t min_n, cx_error *err);
/* Which rows are hidden: row i is that of the key order[i] and has n[i] answers. */
cx_status cx_i_rows_suppress(const cx_i_keys *keys, const int64_t *order, const int64_t *n,
                             int64_t min_n, const cx_allocator *allocator, bool *hidden,
                             cx_error *err);
/* The same beside figures of all rows together: where those must not be known, no row is shown. */
cx_status cx_i_rows_suppress_beside(const cx_i_keys *keys, const int64_t *order, const int64_t *n,
                                    int64_t min_n, const cx_allocator *allocator, bool *hidden,
                                    cx_error *err);
/* The same for estimates, by their n, which hides them: their status is CX_E_SUPPRESSED. */
cx_status cx_i_estimates_suppress(const cx_i_keys *keys, const int64_t *order, cx_estimate *rows,
                                  int64_t min_n, const cx_allocator *allocator, cx_error *err);
/* Rows that a shown whole is a sum of, each times its `part`: a single hidden one would follow, so
 * that the smallest of the others goes too. */
void cx_i_parts_suppress(cx_estimate *rows, const double *part, int64_t count, int64_t min_n);

/* The cube of tallies, hidden by their answers; free it. Below 2 there is none: no entries. */
cx_status cx_i_tallies_suppress(const cx_tallies *tallies, int64_t min_n, cx_i_cube *out,
                                cx_error *err);

/* -- within the subject -------------------------------------------------------------------- */

/* The relations: for an entry p with key k totalled, p = sum of its children along k. Relation
 * p * keys + k. Every entry with answers stands in exactly `keys` of them. */
typedef struct cx_i_relations {
    const cx_i_cube *cube;
    int64_t *begin, *child; /* by relation: its children with answers */
} cx_i_relations;

/* The relation in which an entry stands along a key. */
int64_t cx_i_relation_of(const cx_i_cube *cube, int64_t entry, int64_t key);

/* Do hidden entries follow from what is shown? cut: shown entries whose hiding breaks the
 * derivations found. No count: nothing follows. false in solved: too large to tell. */
typedef struct cx_i_exposed {
    int64_t count;
    int64_t *cut;            /* room for all entries */
    int64_t work, most_work; /* so far, over all calls; and where it ends */
    bool solved;
} cx_i_exposed;
cx_status cx_i_exposed_find(const cx_i_relations *relations, cx_i_exposed *out, cx_error *err);

#endif
