#include <cxkit/version.h>

const char *cx_version(void) {
    return CX_VERSION_TEXT;
}
