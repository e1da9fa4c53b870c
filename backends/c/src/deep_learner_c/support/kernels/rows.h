/* Rows taken at positions: of (outer, size, row) to (outer, count, row), row in bytes. */
#pragma once

/* A position of 64 or 32 bits. */
static inline int64_t position(const void *positions, int wide, long i) {
    return wide ? ((const int64_t *)positions)[i] : ((const int32_t *)positions)[i];
}

/* Gives whether all positions exist; those below 0 count from the end, if they may. */
static int take_rows(long outer, long size, long row, long count, const char *source, const void *positions, int wide,
                     int wraps, char *out, int t, int threads) {
    int exist = 1;
    for (long i = share(outer * count, 1, t, threads), end = share(outer * count, 1, t + 1, threads); i < end; i++) {
        int64_t at = position(positions, wide, i % count);
        if (wraps && at < 0) at += size;
        if (at < 0 || at >= size) exist = 0, at = 0;
        memcpy(out + i * row, source + (i / count * size + at) * row, row);
    }
    return exist;
}
