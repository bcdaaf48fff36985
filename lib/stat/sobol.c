#include "stat/sobol.h"

/* A primitive polynomial over {0, 1}: its degree and its inner coefficients as bits; and the odd
 * numbers, the k-th below 2^k, that the recurrence starts from. These were searched for: each among
 * 60 at random for the evenest squares with the dimensions before it, at 2^8, 2^11 and 2^14 points.
 */
typedef struct sobol_polynomial {
    uint8_t degree, inner, first[7];
} sobol_polynomial;

static const sobol_polynomial sobol_polynomials[CX_I_SOBOL_MOST - 1] = {
    {1, 0, {1}},
    {2, 1, {1, 3}},
    {3, 1, {1, 1, 5}},
    {3, 2, {1, 3, 1}},
    {4, 1, {1, 3, 3, 1}},
    {4, 4, {1, 3, 1, 13}},
    {5, 2, {1, 1, 5, 3, 3}},
    {5, 4, {1, 1, 7, 1, 21}},
    {5, 7, {1, 1, 1, 7, 15}},
    {5, 11, {1, 3, 3, 11, 15}},
    {5, 13, {1, 1, 7, 5, 29}},
    {5, 14, {1, 1, 5, 3, 23}},
    {6, 1, {1, 1, 3, 13, 9, 23}},
    {6, 13, {1, 3, 3, 1, 25, 27}},
    {6, 16, {1, 3, 7, 7, 17, 49}},
    {6, 19, {1, 3, 7, 3, 15, 23}},
    {6, 22, {1, 1, 5, 13, 3, 61}},
    {6, 25, {1, 3, 7, 7, 3, 45}},
    {7, 1, {1, 3, 7, 5, 17, 57, 115}},
    {7, 4, {1, 3, 7, 1, 21, 11, 75}},
    {7, 7, {1, 1, 3, 9, 29, 39, 5}},
    {7, 8, {1, 3, 5, 11, 19, 3, 35}},
    {7, 14, {1, 3, 1, 5, 15, 47, 93}},
    {7, 19, {1, 3, 1, 1, 25, 9, 93}},
    {7, 21, {1, 3, 1, 9, 27, 17, 1}},
    {7, 28, {1, 3, 3, 11, 1, 9, 11}},
    {7, 31, {1, 3, 7, 9, 5, 1, 109}},
    {7, 32, {1, 3, 1, 11, 1, 1, 33}},
    {7, 37, {1, 3, 5, 7, 19, 35, 5}},
    {7, 41, {1, 1, 1, 9, 23, 61, 53}},
    {7, 42, {1, 3, 1, 3, 11, 35, 111}}};

void cx_i_sobol_directions(int32_t dimension, uint32_t direction[CX_I_SOBOL_BITS]) {
    if (dimension == 0) { /* van der Corput */
        for (int i = 0; i < CX_I_SOBOL_BITS; i++) direction[i] = 1u << (31 - i);
        return;
    }
    const sobol_polynomial *p = &sobol_polynomials[dimension - 1];
    int degree = p->degree;
    for (int i = 0; i < degree; i++) direction[i] = (uint32_t)p->first[i] << (31 - i);
    for (int i = degree; i < CX_I_SOBOL_BITS; i++) {
        uint32_t sum = direction[i - degree] ^ direction[i - degree] >> degree;
        for (int k = 1; k < degree; k++)
            if ((p->inner >> (degree - 1 - k) & 1) != 0) sum ^= direction[i - k];
        direction[i] = sum;
    }
}
