/* What a step is given, read from Python's objects where they lie.

   That an array's data, dimensions and strides follow the head of the object in this order is part of NumPy's binary
   interface; library.py compares it with what NumPy says before it is relied on. */
#include "support.h"

struct array {
    char *data;
    int rank;
    const long *shape, *strides;
    void *base, *dtype;
    int flags;
};

#define WRITEABLE 0x400

static long head, tuple_head; /* bytes before an object's own contents */
static void *array_type, *float_type;

EXPORT void dl_objects(long of_object, long of_tuple, void *arrays, void *floats) {
    head = of_object, tuple_head = of_tuple, array_type = arrays, float_type = floats;
}

int dl_arguments(void *tuple, const argument *arguments, int count, char **p) {
    void **items = (void **)((char *)tuple + tuple_head);
    for (int i = 0; i < count; i++) {
        const argument *one = &arguments[i];
        char *object = items[one->item];
        void *type = *(void **)(object + head - sizeof(void *));
        if (one->rank < 0) {
            if (type != float_type) return i + 1;
            p[one->place] = object + head;
            continue;
        }
        const struct array *array = (const struct array *)(object + head);
        if (type != array_type || array->rank != one->rank) return i + 1;
        if (one->written && !(array->flags & WRITEABLE)) return i + 1;
        for (int axis = 0; axis < one->rank; axis++) {
            if (one->strides[axis] >= 0 && array->strides[axis] != one->strides[axis]) return i + 1;
        }
        p[one->place] = array->data;
    }
    return 0;
}

int dl_rows(void *tuple, void *dtype, long itemsize, long rows, long width, char **data, long *sizes) {
    void **items = (void **)((char *)tuple + tuple_head);
    for (long i = 0; i < rows * width; i++) {
        char *object = items[i];
        const struct array *array = (const struct array *)(object + head);
        if (*(void **)(object + head - sizeof(void *)) != array_type || array->dtype != dtype) return 0;
        if (i % width != 1 && !(array->flags & WRITEABLE)) return 0;
        long size = 1, step = itemsize;
        for (int axis = 0; axis < array->rank; axis++) size *= array->shape[axis];
        for (int axis = array->rank - 1; axis >= 0 && size; step *= array->shape[axis--])
            if (array->shape[axis] != 1 && array->strides[axis] != step) return 0;
        if (i % width && size != sizes[i / width]) return 0;
        sizes[i / width] = size;
        data[i] = array->data;
    }
    return 1;
}
