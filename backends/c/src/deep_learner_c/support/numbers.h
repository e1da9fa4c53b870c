/* What all emitted code shares: integers' and floats' bits, and each thread's part of a loop. */
#pragma once

#include <math.h>
#include <stdint.h>
#include <string.h>

/* In long programs a compiler would rather call functions, which keeps loops from becoming vector instructions. */
#define INLINE static inline __attribute__((always_inline))

INLINE int32_t bits32(float x) { int32_t i; memcpy(&i, &x, sizeof i); return i; }
INLINE int64_t bits64(double x) { int64_t i; memcpy(&i, &x, sizeof i); return i; }
INLINE float float32(int32_t i) { float x; memcpy(&x, &i, sizeof x); return x; }
INLINE double float64(int64_t i) { double x; memcpy(&x, &i, sizeof x); return x; }

/* Where the part of thread t of a loop over n ends, in steps of unit; its end is where the next one's begins. */
INLINE long share(long n, long unit, int t, int threads) {
    long units = (n + unit - 1) / unit;
    long at = units * t / threads * unit;
    return at < n ? at : n;
}

INLINE long least(long a, long b) { return a < b ? a : b; }
