#ifndef CX_TEST_REQUIRE_H
#define CX_TEST_REQUIRE_H

#include <cxkit.h>

#include <stdio.h>
#include <stdlib.h>

/* What a simulation calls has to succeed. */
static inline void require(cx_status status, const cx_error *err) {
    if (status == CX_OK) return;
    printf("Bail out! %s\n", err->text);
    exit(EXIT_FAILURE);
}

#endif
