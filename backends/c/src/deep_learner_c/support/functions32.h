/* Functions of float, without branches, so that loops of them become vector instructions.

   Errors are at most 3 units of the last place. Coefficients are those of minimax polynomials on the intervals given. */
#pragma once

#include "numbers.h"

/* 2^n r with n from -252 to 254, by two steps where one power would not be a normal number. */
INLINE float scaled32(float r, int32_t n) {
    int32_t half = n >> 1;
    return r * float32((half + 127) << 23) * float32((n - half + 127) << 23);
}

/* x = n log 2 + r, with |r| <= log(2) / 2; gives n, for |x| < 2^20. */
INLINE int32_t reduced32(float x, float *r) {
    float shifted = x * 0x1.715476p+0f + 0x1.8p+23f; /* the sum's last bits are the nearest integer */
    float n = shifted - 0x1.8p+23f;
    *r = x - n * 0x1.62e4p-1f;
    *r = *r - n * 0x1.7f7d1cp-20f;
    return bits32(shifted) - 0x4b400000;
}

/* exp(r) - 1, |r| <= log(2) / 2 */
INLINE float expm1_near_0_32(float r) {
    float p = 1.991835733e-4f;
    p = p * r + 1.394607346e-3f;
    p = p * r + 8.333264408e-3f;
    p = p * r + 4.166626994e-2f;
    p = p * r + 0.1666666686f;
    p = p * r + 0.5000000078f;
    return p * r * r + r;
}

INLINE float exp32(float x) {
    float within = x < 89.0f ? x : 89.0f;
    within = within > -104.0f ? within : -104.0f;
    float r;
    int32_t n = reduced32(within, &r);
    float y = scaled32(1.0f + expm1_near_0_32(r), n);
    return x != x ? x : y;
}

INLINE float expm1_32(float x) {
    float within = x < 89.0f ? x : 89.0f;
    within = within > -18.0f ? within : -18.0f; /* where it is -1 */
    float r;
    int32_t n = reduced32(within, &r);
    float tail = expm1_near_0_32(r);
    int32_t half = n >> 1;
    float a = float32((half + 127) << 23), b = float32((n - half + 127) << 23);
    float y = n < 64 ? a * b * tail + (a * b - 1.0f) : a * (1.0f + tail) * b;
    y = n == 0 ? tail : y;
    return x != x ? x : y;
}

/* log(1 + f), sqrt(1/2) <= 1 + f <= sqrt(2), and n log 2 */
INLINE float log_near_1_32(float f, float n) {
    float p = 0.06746587802f;
    p = p * f - 0.1167559194f;
    p = p * f + 0.1188815744f;
    p = p * f - 0.1240560076f;
    p = p * f + 0.1421955452f;
    p = p * f - 0.1666799503f;
    p = p * f + 0.200021185f;
    p = p * f - 0.2500000962f;
    p = p * f + 0.3333331261f;
    float square = f * f;
    float y = p * f * square + n * 0x1.7f7d1cp-20f;
    y = y - 0.5f * square;
    return f + y + n * 0x1.62e4p-1f;
}

INLINE float log32(float x) {
    int tiny = x < 0x1p-126f;
    float normal = tiny ? x * 0x1p+23f : x;
    int32_t above = bits32(normal) - 0x3f3504f3; /* sqrt(1/2) */
    int32_t n = above >> 23;
    float f = float32((above & 0x7fffff) + 0x3f3504f3) - 1.0f;
    float y = log_near_1_32(f, (float)(tiny ? n - 23 : n));
    y = x > 0x1.fffffep+127f ? x : y;
    y = x == 0.0f ? -INFINITY : y;
    y = x < 0.0f ? NAN : y;
    return x != x ? x : y;
}

INLINE float log1p_32(float x) {
    float sum = 1.0f + x;
    float lost = x > 1.0f ? 1.0f - (sum - x) : x - (sum - 1.0f);
    int32_t above = bits32(sum) - 0x3f3504f3;
    int32_t n = above >> 23;
    float f = float32((above & 0x7fffff) + 0x3f3504f3) - 1.0f;
    f = n == 0 ? x : f; /* exact */
    float y = log_near_1_32(f, (float)n) + (n == 0 ? 0.0f : lost / sum);
    y = x > 0x1.fffffep+127f ? x : y;
    y = x == -1.0f ? -INFINITY : y;
    y = x < -1.0f ? NAN : y;
    return x != x ? x : x == 0.0f ? x : y;
}

INLINE float tanh32(float x) {
    float size = fabsf(x);
    float within = size < 10.0f ? size : 10.0f; /* where it is 1 */
    float r;
    int32_t n = reduced32(2.0f * within, &r);
    float tail = expm1_near_0_32(r), power = float32((n + 127) << 23);
    float grown = n == 0 ? tail : power * tail + (power - 1.0f); /* exp(2 |x|) - 1 */
    float y = copysignf(grown / (grown + 2.0f), x);
    return x != x ? x : y;
}

INLINE float erf32(float x) {
    float size = fabsf(x), square = x * x;
    float within = size < 4.1f ? size : 4.1f;
    float small = -9.641530525e-6f; /* erf(x) / x on [0, 1] in powers of x^2 */
    small = small * square + 1.125695217e-4f;
    small = small * square - 8.482829291e-4f;
    small = small * square + 5.220945451e-3f;
    small = small * square - 2.686540004e-2f;
    small = small * square + 0.1128378197f;
    small = small * square - 0.3761263843f;
    small = small * square + 0.128379167f;
    float large = 2.169761462e-5f; /* -log(1 - erf(x)) on [1, 4.1] */
    large = large * within - 4.414727075e-4f;
    large = large * within + 4.20528526e-3f;
    large = large * within - 2.521034171e-2f;
    large = large * within + 0.1084221036f;
    large = large * within + 0.6332163921f;
    large = large * within + 1.129580314f;
    large = large * within - 1.884685747e-4f;
    float y = size < 1.0f ? small * x + x : copysignf(1.0f - exp32(-large), x);
    return x != x ? x : y;
}

/* The first bits of 2 / pi. */
static const uint32_t two_over_pi[] = {0xa2f9836e, 0x4e441529, 0xfc2757d1, 0xf534ddc0, 0xdb629599, 0x3c439041, 0xfe5163ab};

/* x = q pi/2 + r for |x| of at least 2^30, which is m 2^s: q and r depend on the 96 bits of 2 / pi from bit s - 2 on. */
INLINE double far_quarters32(float x, int64_t *q) {
    int32_t bits = bits32(x);
    int32_t s = ((bits >> 23) & 255) - 150, m = (bits & 0x7fffff) | 0x800000;
    int32_t from = s > 2 ? s - 2 : 0, word = from >> 5, shift = from & 31;
    word = word < 3 ? word : 3;
    uint64_t first = (uint64_t)two_over_pi[word] << 32 | two_over_pi[word + 1];
    uint64_t second = (uint64_t)two_over_pi[word + 2] << 32 | two_over_pi[word + 3];
    uint64_t high = first << shift | (second >> 1) >> (63 - shift), low = second << shift >> 32;
    int64_t turns = (int64_t)((uint64_t)m * high + ((uint64_t)m * low >> 32)); /* quarters by 2^62 */
    *q = (turns + (1ll << 61)) >> 62;
    double r = (double)(int64_t)((uint64_t)turns - ((uint64_t)*q << 62)) * (0x1.921fb54442d18p+0 * 0x1p-62);
    *q = bits < 0 ? -*q : *q;
    return bits < 0 ? -r : r;
}

/* sin and cos by x = q pi/2 + r, in double: gives q modulo 4 */
INLINE int32_t quarters32(float x, float *r) {
    double shifted = (double)x * 0x1.45f306dc9c883p-1 + 0x1.8p+52;
    double near = shifted - 0x1.8p+52;
    double rest = (double)x - near * 0x1.921fb54442d18p+0;
    rest = rest - near * 0x1.1a62633145c07p-54;
    int64_t q;
    double far = far_quarters32(x, &q);
    int is_far = fabsf(x) >= 0x1p+30f;
    *r = (float)(is_far ? far : rest);
    *r = fabsf(x) < INFINITY ? *r : NAN;
    return (int32_t)(is_far ? q : bits64(shifted));
}

INLINE float sin_or_cos32(float r, int32_t q) {
    float z = r * r;
    float s = 2.718237599e-6f;
    s = s * z - 1.983932717e-4f;
    s = s * z + 8.333329362e-3f;
    s = s * z - 0.1666666664f;
    s = s * z * r + r;
    float c = -2.720955001e-7f;
    c = c * z + 2.479951179e-5f;
    c = c * z - 1.388888372e-3f;
    c = c * z + 4.166666662e-2f;
    c = c * z * z - 0.5f * z + 1.0f;
    float y = q & 1 ? c : s;
    return q & 2 ? -y : y;
}

INLINE float sin32(float x) {
    float r;
    int32_t q = quarters32(x, &r);
    return sin_or_cos32(r, q);
}

INLINE float cos32(float x) {
    float r;
    int32_t q = quarters32(x, &r);
    return sin_or_cos32(r, q + 1);
}
