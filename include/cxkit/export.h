#ifndef CXKIT_EXPORT_H
#define CXKIT_EXPORT_H

#include <stddef.h>
#include <stdint.h>

/* SWIG reads these headers as they are and needs no attributes. */
#if defined(SWIG)
#define CX_API
#define CX_NODISCARD
#elif defined(__GNUC__)
#define CX_API __attribute__((visibility("default")))
#define CX_NODISCARD __attribute__((warn_unused_result))
#else
#define CX_API
#define CX_NODISCARD
#endif

#endif
