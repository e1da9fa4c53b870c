/* Functions of double, as functions32.h has them of float; errors are at most 3 units of the last place. */
#pragma once

#include "numbers.h"

/* 2^n r with n from -2044 to 2046 */
INLINE double scaled64(double r, int64_t n) {
    int64_t half = n >> 1;
    return r * float64((half + 1023) << 52) * float64((n - half + 1023) << 52);
}

/* x = n log 2 + r, with |r| <= log(2) / 2; gives n, for |x| < 2^40. */
INLINE int64_t reduced64(double x, double *r) {
    double shifted = x * 0x1.71547652b82fep+0 + 0x1.8p+52;
    double n = shifted - 0x1.8p+52;
    *r = x - n * 0x1.62e42fee00000p-1;
    *r = *r - n * 0x1.a39ef35793c76p-33;
    return bits64(shifted) - 0x4338000000000000;
}

/* exp(r) - 1, |r| <= log(2) / 2 */
INLINE double expm1_near_0_64(double r) {
    double p = 2.092688939362060178e-9;
    p = p * r + 2.511223982701999702e-8;
    p = p * r + 2.755723356069551616e-7;
    p = p * r + 2.755723423686025897e-6;
    p = p * r + 2.480158737345368756e-5;
    p = p * r + 1.98412698970588087e-4;
    p = p * r + 1.388888888885863654e-3;
    p = p * r + 8.333333333316738728e-3;
    p = p * r + 4.16666666666667239e-2;
    p = p * r + 0.1666666666666668384;
    p = p * r + 0.4999999999999999997;
    return p * r * r + r;
}

INLINE double exp64(double x) {
    double within = x < 710.0 ? x : 710.0;
    within = within > -746.0 ? within : -746.0;
    double r;
    int64_t n = reduced64(within, &r);
    double y = scaled64(1.0 + expm1_near_0_64(r), n);
    return x != x ? x : y;
}

INLINE double expm1_64(double x) {
    double within = x < 710.0 ? x : 710.0;
    within = within > -40.0 ? within : -40.0; /* where it is -1 */
    double r;
    int64_t n = reduced64(within, &r);
    double tail = expm1_near_0_64(r);
    int64_t half = n >> 1;
    double a = float64((half + 1023) << 52), b = float64((n - half + 1023) << 52);
    double y = n < 128 ? a * b * tail + (a * b - 1.0) : a * (1.0 + tail) * b;
    y = n == 0 ? tail : y;
    return x != x ? x : y;
}

/* log(1 + f), sqrt(1/2) <= 1 + f <= sqrt(2), and n log 2: by powers of s = f / (2 + f) */
INLINE double log_near_1_64(double f, double n) {
    double s = f / (2.0 + f), z = s * s;
    double p = 0.1325115194426512009;
    p = p * z + 0.1325013747829774273;
    p = p * z + 0.153870899058370686;
    p = p * z + 0.1818177568484519839;
    p = p * z + 0.2222222264655686888;
    p = p * z + 0.2857142856908746527;
    p = p * z + 0.4000000000000624199;
    p = p * z + 0.6666666666666666098;
    double square = 0.5 * f * f;
    return n * 0x1.62e42fee00000p-1 - ((square - (s * (square + p * z) + n * 0x1.a39ef35793c76p-33)) - f);
}

INLINE double log64(double x) {
    int tiny = x < 0x1p-1022;
    double normal = tiny ? x * 0x1p+52 : x;
    int64_t above = bits64(normal) - 0x3fe6a09e667f3bcd; /* sqrt(1/2) */
    int64_t n = above >> 52;
    double f = float64((above & 0xfffffffffffff) + 0x3fe6a09e667f3bcd) - 1.0;
    double y = log_near_1_64(f, (double)(int32_t)(tiny ? n - 52 : n));
    y = x > 0x1.fffffffffffffp+1023 ? x : y;
    y = x == 0.0 ? -INFINITY : y;
    y = x < 0.0 ? NAN : y;
    return x != x ? x : y;
}

INLINE double log1p_64(double x) {
    double sum = 1.0 + x;
    double lost = x > 1.0 ? 1.0 - (sum - x) : x - (sum - 1.0);
    int64_t above = bits64(sum) - 0x3fe6a09e667f3bcd;
    int64_t n = above >> 52;
    double f = float64((above & 0xfffffffffffff) + 0x3fe6a09e667f3bcd) - 1.0;
    f = n == 0 ? x : f; /* exact */
    double y = log_near_1_64(f, (double)(int32_t)n) + (n == 0 ? 0.0 : lost / sum);
    y = x > 0x1.fffffffffffffp+1023 ? x : y;
    y = x == -1.0 ? -INFINITY : y;
    y = x < -1.0 ? NAN : y;
    return x != x ? x : x == 0.0 ? x : y;
}

INLINE double tanh64(double x) {
    double size = fabs(x);
    double within = size < 20.0 ? size : 20.0; /* where it is 1 */
    double r;
    int64_t n = reduced64(2.0 * within, &r);
    double tail = expm1_near_0_64(r), power = float64((n + 1023) << 52);
    double grown = n == 0 ? tail : power * tail + (power - 1.0); /* exp(2 |x|) - 1 */
    double y = copysign(grown / (grown + 2.0), x);
    return x != x ? x : y;
}
