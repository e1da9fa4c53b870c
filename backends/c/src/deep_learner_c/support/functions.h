/* Functions of elements, as NumPy and Python define them. */
#pragma once

#include "functions32.h"
#include "functions64.h"

#define OF_BOTH(real, bits, f)                                                                                         \
    /* has the sign of the divisor */                                                                                  \
    INLINE real remainder##bits(real a, real b) {                                                               \
        real rest = fmod##f(a, b);                                                                                     \
        return rest == 0 ? copysign##f(0, b) : (rest < 0) != (b < 0) ? rest + b : rest;                                \
    }                                                                                                                  \
    INLINE real floor_divide##bits(real a, real b) {                                                            \
        if (b == 0) return a / b;                                                                                      \
        real rest = fmod##f(a, b), quotient = (a - rest) / b;                                                          \
        if (rest != 0 && (rest < 0) != (b < 0)) quotient -= 1;                                                         \
        if (quotient == 0) return copysign##f(0, a / b);                                                               \
        real below = floor##f(quotient);                                                                               \
        return quotient - below > (real)0.5 ? below + 1 : below;                                                       \
    }                                                                                                                  \
    INLINE real logaddexp##bits(real a, real b) {                                                               \
        if (a == b) return a + (real)0.693147180559945309417;                                                          \
        real more = a > b ? a - b : b - a;                                                                             \
        return more != more ? more : (a > b ? a : b) + log1p##f(exp##f(-more));                                        \
    }

OF_BOTH(float, 32, f)
OF_BOTH(double, 64, )

INLINE double erf64(double x) { return erf(x); }
INLINE double sin64(double x) { return sin(x); }
INLINE double cos64(double x) { return cos(x); }
