#include "base/base.h"

#include <stdlib.h>

static void *alloc_libc_allocate(void *context, size_t size) {
    (void)context;
    return malloc(size);
}

static void *alloc_libc_reallocate(void *context, void *memory, size_t size) {
    (void)context;
    return realloc(memory, size);
}

static void alloc_libc_release(void *context, void *memory) {
    (void)context;
    free(memory);
}

cx_allocator cx_i_allocator(const cx_allocator *allocator) {
    if (allocator != NULL) return *allocator;
    return (cx_allocator){alloc_libc_allocate, alloc_libc_reallocate, alloc_libc_release, NULL};
}

void *cx_i_alloc(const cx_allocator *allocator, size_t size) {
    size_t bytes = size == 0 ? 1 : size;
    void *memory = allocator->allocate(allocator->context, bytes);
    if (memory != NULL) memset(memory, 0, bytes);
    return memory;
}

void *cx_i_alloc_array(const cx_allocator *allocator, int64_t count, size_t element) {
    size_t bytes;
    if (count < 0 || !cx_i_mul_size((size_t)count, element, &bytes)) return NULL;
    return cx_i_alloc(allocator, bytes);
}

void *cx_i_alloc_room(const cx_allocator *allocator, int64_t count, size_t element) {
    size_t bytes;
    if (count < 0 || !cx_i_mul_size((size_t)count, element, &bytes)) return NULL;
    return allocator->allocate(allocator->context, bytes == 0 ? 1 : bytes);
}

void cx_i_free(const cx_allocator *allocator, void *memory) {
    if (memory != NULL) allocator->release(allocator->context, memory);
}
