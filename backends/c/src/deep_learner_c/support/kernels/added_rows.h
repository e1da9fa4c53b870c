/* out = input, (size, inner), with rows (count, inner) added at positions. Each thread has some of the places, so that
   what is added to one of them is added in order. Gives whether all positions exist. */
#include "rows.h"

static int OF(add_rows)(long size, long inner, long count, const real *input, const void *positions, int wide,
                        const real *rows, real *out, int t, int threads) {
    int exist = 1;
    const long from = share(size, 1, t, threads), to = share(size, 1, t + 1, threads);
    memcpy(out + from * inner, input + from * inner, (to - from) * inner * sizeof(real));
    for (long i = 0; i < count; i++) {
        const int64_t at = position(positions, wide, i);
        if (at < 0 || at >= size) exist = 0;
        if (at < from || at >= to) continue;
        real *sum = out + at * inner;
        const real *row = rows + i * inner;
#pragma omp simd
        for (long j = 0; j < inner; j++) sum[j] += row[j];
    }
    return exist;
}
