#ifndef CX_I_JOURNEY_H
#define CX_I_JOURNEY_H

#include <cxkit/journey.h>

#include "metric/compare.h"

typedef struct cx_i_journey_node {
    int64_t parent; /* -1 at the root */
    int32_t depth;
    const cx_tally *tally; /* of a path with answers, else NULL */
    cx_tally *merged;      /* of all answers beneath, when they are the weights */
    double volume;         /* stated: its own and those beneath */
    double answered;       /* the part of it that has answers; 0..parts when weights are equal */
    double weight, share, covered;
    int64_t parts, present, missing; /* parts, those with answers, nodes without beneath */
    cx_estimate estimate;
    bool hidden;
} cx_i_journey_node;

/* Paths and what leads to them: a node is a key cut after its depth, so that the keys in order are
 * the nodes, each before its parts. */
typedef struct cx_i_journey {
    const cx_tallies *tallies;
    cx_i_keys keys;
    int64_t *order; /* key number of each node */
    cx_i_journey_node *node;
    int64_t count;
    bool stated; /* volumes */
} cx_i_journey;

/* Builds the tree; on failure too it has to be released. */
cx_status cx_i_journey_build(cx_i_journey *tree, const cx_tallies *tallies,
                             const cx_frame *volume_paths, const cx_array *volumes,
                             const cx_frame *expected, cx_error *err);
void cx_i_journey_release(cx_i_journey *tree);
/* The path of a node as words, such as "arrival > desk". */
void cx_i_journey_words(const cx_i_journey *tree, int64_t node, char *out, size_t size);

#endif
