/* A deliberately small array library: float32 and int32, contiguous, four operations. */

#ifndef TINY_H
#define TINY_H

#include <stdint.h>

typedef enum { TINY_INT32, TINY_FLOAT32 } tiny_dtype;

typedef enum {
    TINY_OK,
    TINY_OUT_OF_MEMORY,
    TINY_SHAPES_DIFFER,
    TINY_DTYPES_DIFFER,
    TINY_DTYPE_REFUSED,
} tiny_status;

typedef struct {
    tiny_dtype dtype;
    int ndim;
    int64_t size;     /* elements */
    int64_t *shape;
    int64_t *strides; /* in elements; the last dimension is the fastest */
    void *data;
} tiny_array;

/* An array of a copy of the data; NULL where there is no memory for it. */
tiny_array *tiny_create(tiny_dtype dtype, int ndim, const int64_t *shape, const void *data);
void tiny_free(tiny_array *array);

/* Operands have one dtype and one shape, or one of them has no dimensions and stands for every element.
   Integers wrap around; only float32 can be divided. */
tiny_status tiny_add(const tiny_array *x1, const tiny_array *x2, tiny_array **out);
tiny_status tiny_subtract(const tiny_array *x1, const tiny_array *x2, tiny_array **out);
tiny_status tiny_multiply(const tiny_array *x1, const tiny_array *x2, tiny_array **out);
tiny_status tiny_divide(const tiny_array *x1, const tiny_array *x2, tiny_array **out);

/* How many arrays there are: created and not yet freed. */
int64_t tiny_count(void);

#endif
