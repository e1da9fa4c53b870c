/* What emitted code calls: the pool of threads, Python's objects, and matrix products. */
#pragma once

#include <stdatomic.h>

#define EXPORT __attribute__((visibility("default")))

/* Threads that run one function together. */
typedef struct {
    int threads;
    atomic_int arrived, phase; /* of the barrier */
    atomic_int failure;        /* the number of a place in the step where one gave up; 0 for none */
} team;

/* Runs by each thread t of a team; p are the places in memory that a step knows. */
typedef void part(char *const *p, int t, team *all);

#define MOST_THREADS 256

/* Runs a part by as many threads as there are, at most; BLAS takes one thread meanwhile. Gives the failure. */
EXPORT int dl_run(part *function, char *const *p, int threads);

/* Waits until all threads of the team are here. */
EXPORT void dl_barrier(team *all);

/* An element of a tuple that a step is given. */
typedef struct {
    int item;            /* which element of the tuple */
    int place;           /* where its address goes */
    int rank;            /* of an array; -1 for a Python float */
    int written;         /* whether the array is written to */
    const long *strides; /* bytes; -1 where it does not matter */
} argument;

/* Puts the addresses of arrays' and floats' contents into p.
   Gives 0, or one more than the number of the first argument that is not as expected. */
EXPORT int dl_arguments(void *tuple, const argument *arguments, int count, char **p);

/* Of a tuple of rows of `width` arrays of the same size each, where their elements begin, and how many those of each row
   are. Gives whether all are of this dtype (the very object), lie row after row and, but for the second, may be written. */
EXPORT int dl_rows(void *tuple, void *dtype, long itemsize, long rows, long width, char **data, long *sizes);

/* c = a b + beta c by BLAS, all row by row: (m, k) or, with at, (k, m); (k, n) or, with bt, (n, k). Gives whether there
   is a BLAS that steps should use: where the compiler knows vectors with fused multiplication and addition, there is not,
   as kernels/products.h is as fast. */
EXPORT int dl_product32(int at, int bt, long m, long n, long k, const float *a, long lda, const float *b, long ldb,
                        float beta, float *c, long ldc);
EXPORT int dl_product64(int at, int bt, long m, long n, long k, const double *a, long lda, const double *b, long ldb,
                        double beta, double *c, long ldc);
