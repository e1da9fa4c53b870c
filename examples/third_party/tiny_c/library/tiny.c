#include "tiny.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int64_t count = 0;

static tiny_array *allocate(tiny_dtype dtype, int ndim, const int64_t *shape) {
    tiny_array *array = calloc(1, sizeof *array);
    if (array == NULL) return NULL;
    count++;
    array->dtype = dtype;
    array->ndim = ndim;
    array->size = 1;
    array->shape = malloc((ndim + 1) * sizeof *shape);
    array->strides = malloc((ndim + 1) * sizeof *shape);
    if (array->shape != NULL && array->strides != NULL) {
        for (int i = ndim - 1; i >= 0; i--) {
            array->shape[i] = shape[i];
            array->strides[i] = array->size;
            array->size *= shape[i];
        }
        array->data = malloc(array->size ? array->size * sizeof(int32_t) : 1); /* both dtypes have its size */
    }
    if (array->data == NULL) {
        tiny_free(array);
        return NULL;
    }
    return array;
}

tiny_array *tiny_create(tiny_dtype dtype, int ndim, const int64_t *shape, const void *data) {
    tiny_array *array = allocate(dtype, ndim, shape);
    if (array != NULL) memcpy(array->data, data, array->size * sizeof(int32_t));
    return array;
}

void tiny_free(tiny_array *array) {
    if (array == NULL) return;
    free(array->data);
    free(array->strides);
    free(array->shape);
    free(array);
    count--;
}

int64_t tiny_count(void) { return count; }

static tiny_status prepare(const tiny_array *x1, const tiny_array *x2, tiny_array **out) {
    if (x1->dtype != x2->dtype) return TINY_DTYPES_DIFFER;
    const tiny_array *like = x1->ndim ? x1 : x2;
    if (x1->ndim && x2->ndim) {
        if (x1->ndim != x2->ndim) return TINY_SHAPES_DIFFER;
        if (memcmp(x1->shape, x2->shape, x1->ndim * sizeof *x1->shape)) return TINY_SHAPES_DIFFER;
    }
    *out = allocate(like->dtype, like->ndim, like->shape);
    return *out == NULL ? TINY_OUT_OF_MEMORY : TINY_OK;
}

/* Integers are computed without sign, because there overflow is defined: it wraps around. */
#define COMPUTE(type, operator)                                                                 \
    do {                                                                                        \
        const type *a = x1->data, *b = x2->data;                                                \
        type *c = (*out)->data;                                                                 \
        const int64_t first = x1->ndim ? 1 : 0, second = x2->ndim ? 1 : 0;                      \
        for (int64_t i = 0; i < (*out)->size; i++) c[i] = a[i * first] operator b[i * second];  \
    } while (0)

#define OPERATION(name, operator)                                                               \
    tiny_status name(const tiny_array *x1, const tiny_array *x2, tiny_array **out) {            \
        tiny_status status = prepare(x1, x2, out);                                              \
        if (status != TINY_OK) return status;                                                   \
        if (x1->dtype == TINY_INT32) COMPUTE(uint32_t, operator);                               \
        else COMPUTE(float, operator);                                                          \
        return TINY_OK;                                                                         \
    }

OPERATION(tiny_add, +)
OPERATION(tiny_subtract, -)
OPERATION(tiny_multiply, *)

tiny_status tiny_divide(const tiny_array *x1, const tiny_array *x2, tiny_array **out) {
    if (x1->dtype != TINY_FLOAT32 || x2->dtype != TINY_FLOAT32) return TINY_DTYPE_REFUSED;
    tiny_status status = prepare(x1, x2, out);
    if (status == TINY_OK) COMPUTE(float, /);
    return status;
}
