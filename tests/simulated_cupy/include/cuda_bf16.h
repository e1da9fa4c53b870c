// The other half precision on the host: the upper half of a float, rounded to even.
#pragma once

struct __nv_bfloat16 {
  unsigned short bits;
  __nv_bfloat16() = default;
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>> __nv_bfloat16(T x) {
    unsigned word = __float_as_uint((float)x);
    bits = x != x ? 0x7FFF : (unsigned short)((word + 0x7FFF + (word >> 16 & 1)) >> 16);
  }
  operator float() const { return __uint_as_float((unsigned)bits << 16); }
};
typedef __nv_bfloat16 nv_bfloat16;
struct alignas(4) __nv_bfloat162 { __nv_bfloat16 x, y; };
typedef __nv_bfloat162 nv_bfloat162;

#define CUDA_ON_CPU_BFLOAT16(op)                                                                           \
  inline __nv_bfloat16 operator op(__nv_bfloat16 a, __nv_bfloat16 b) { return (float)a op (float)b; }        \
  inline __nv_bfloat16& operator op##=(__nv_bfloat16& a, __nv_bfloat16 b) { return a = a op b; }
CUDA_ON_CPU_BFLOAT16(+)
CUDA_ON_CPU_BFLOAT16(-)
CUDA_ON_CPU_BFLOAT16(*)
CUDA_ON_CPU_BFLOAT16(/)
inline bool __hisnan(__nv_bfloat16 a) { return isnan((float)a); }
inline int __hisinf(__nv_bfloat16 a) { return isinf((float)a) ? 1 : 0; }
inline float __bfloat162float(__nv_bfloat16 x) { return x; }
inline __nv_bfloat16 __float2bfloat16(float x) { return x; }
inline __nv_bfloat16 __float2bfloat16_rn(float x) { return x; }
inline __nv_bfloat16 __double2bfloat16(double x) { return x; }
inline unsigned short __bfloat16_as_ushort(__nv_bfloat16 x) { return x.bits; }
inline __nv_bfloat16 __ushort_as_bfloat16(unsigned short x) { return bits_of<__nv_bfloat16>(x); }
inline float2 __bfloat1622float2(__nv_bfloat162 a) { return {a.x, a.y}; }
inline __nv_bfloat162 __floats2bfloat162_rn(float a, float b) { return {a, b}; }
