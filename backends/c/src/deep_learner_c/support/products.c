/* Matrix products by the BLAS library that NumPy has loaded, in one thread each: a step has threads of its own. */
#include "support.h"

#include <stdint.h>

#define ROW_MAJOR 101
#define PLAIN 111
#define TRANSPOSED 112

#define GEMM(name, integer, real)                                                                                     \
    typedef void name(int, int, int, integer, integer, integer, real, const real *, integer, const real *, integer,   \
                      real, real *, integer)
GEMM(sgemm, int32_t, float);
GEMM(sgemm64, int64_t, float);
GEMM(dgemm, int32_t, double);
GEMM(dgemm64, int64_t, double);

static void *single, *twofold; /* the library's functions */
static int wide;               /* whether its integers have 64 bits */
static int (*get_threads)(void);
static void (*set_threads)(int);
static int threads_of_steps = 1;

EXPORT void dl_blas(void *of_float, void *of_double, int has_wide_integers, void *get, void *set) {
    single = of_float, twofold = of_double, wide = has_wide_integers;
    get_threads = (int (*)(void))get, set_threads = (void (*)(int))set;
}

/* How many threads steps take where the library does not say. */
EXPORT void dl_threads(int count) { threads_of_steps = count; }

int dl_team(part *function, char *const *p, int threads);

#if defined(__FMA__)
#define USES_BLAS 0
#else
#define USES_BLAS (single && twofold)
#endif

int dl_run(part *function, char *const *p, int threads) {
    int allowed = get_threads ? get_threads() : threads_of_steps;
    int alone = USES_BLAS && set_threads && allowed > 1;
    if (alone) set_threads(1);
    int failure = dl_team(function, p, threads < allowed ? threads : allowed);
    if (alone) set_threads(allowed);
    return failure;
}

#define CALL(kind, function)                                                                                           \
    ((kind *)function)(ROW_MAJOR, at ? TRANSPOSED : PLAIN, bt ? TRANSPOSED : PLAIN, m, n, k, 1, a, lda, b, ldb, beta, c, \
                       ldc)

int dl_product32(int at, int bt, long m, long n, long k, const float *a, long lda, const float *b, long ldb, float beta,
                 float *c, long ldc) {
    if (!USES_BLAS) return 0;
    if (wide) CALL(sgemm64, single);
    else CALL(sgemm, single);
    return 1;
}

int dl_product64(int at, int bt, long m, long n, long k, const double *a, long lda, const double *b, long ldb,
                 double beta, double *c, long ldc) {
    if (!USES_BLAS) return 0;
    if (wide) CALL(dgemm64, twofold);
    else CALL(dgemm, twofold);
    return 1;
}
