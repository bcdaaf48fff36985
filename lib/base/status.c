#include "base/base.h"

const char *cx_strerror(int32_t code) {
    switch (code) {
#define STATUS_TEXT(name, number, text)                                                            \
    case number:                                                                                   \
        return text;
        CX_STATUS_LIST(STATUS_TEXT)
#undef STATUS_TEXT
    default:
        return "unknown status";
    }
}

const char *cx_status_name(int32_t code) {
    switch (code) {
#define STATUS_NAME(name, number, text)                                                            \
    case number:                                                                                   \
        return #name;
        CX_STATUS_LIST(STATUS_NAME)
#undef STATUS_NAME
    default:
        return NULL;
    }
}
