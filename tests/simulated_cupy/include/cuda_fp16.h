// Half precision on the host: the type of the compiler under CUDA's names.
#pragma once

struct __half_raw { unsigned short x; };

struct __half {
  _Float16 value;
  __half() = default;
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T>>> __half(T x) : value((_Float16)x) {}
  __half(const __half_raw& raw) { memcpy(&value, &raw, 2); }
  operator float() const { return (float)value; }
  operator __half_raw() const { return bits_of<__half_raw>(value); }
  __half& operator+=(__half other) { return value += other.value, *this; }
  __half& operator-=(__half other) { return value -= other.value, *this; }
  __half& operator*=(__half other) { return value *= other.value, *this; }
  __half& operator/=(__half other) { return value /= other.value, *this; }
};
typedef __half half;
struct alignas(4) __half2 { __half x, y; };
typedef __half2 half2;

inline __half operator+(__half a, __half b) { return a += b; }
inline __half operator-(__half a, __half b) { return a -= b; }
inline __half operator*(__half a, __half b) { return a *= b; }
inline __half operator/(__half a, __half b) { return a /= b; }
inline bool operator<(__half a, __half b) { return a.value < b.value; }
inline bool operator>(__half a, __half b) { return a.value > b.value; }
inline bool operator==(__half a, __half b) { return a.value == b.value; }
inline bool operator!=(__half a, __half b) { return a.value != b.value; }
inline __half operator-(__half a) { return __half(-(float)a); }

inline float __half2float(__half x) { return x; }
inline __half __float2half(float x) { return x; }
inline __half __float2half_rn(float x) { return x; }
inline __half __double2half(double x) { return x; }
inline unsigned short __half_as_ushort(__half x) { return bits_of<unsigned short>(x.value); }
inline short __half_as_short(__half x) { return bits_of<short>(x.value); }
inline __half __ushort_as_half(unsigned short x) { return __half(__half_raw{x}); }
inline __half __short_as_half(short x) { return __half(__half_raw{(unsigned short)x}); }
inline __half __hadd(__half a, __half b) { return a + b; }
inline __half __hsub(__half a, __half b) { return a - b; }
inline __half __hmul(__half a, __half b) { return a * b; }
inline __half __hfma(__half a, __half b, __half c) { return __half(fmaf(a, b, c)); }
inline bool __hlt(__half a, __half b) { return a < b; }
inline bool __hgt(__half a, __half b) { return a > b; }
inline bool __hisnan(__half a) { return a.value != a.value; }
inline int __hisinf(__half a) { return isinf((float)a) ? 1 : 0; }
inline __half2 __halves2half2(__half a, __half b) { return {a, b}; }
inline __half2 make_half2(__half a, __half b) { return {a, b}; }
inline __half2 __float22half2_rn(float2 a) { return {a.x, a.y}; }
inline float2 __half22float2(__half2 a) { return {a.x, a.y}; }
inline __half2 __hadd2(__half2 a, __half2 b) { return {a.x + b.x, a.y + b.y}; }
inline __half2 __hmul2(__half2 a, __half2 b) { return {a.x * b.x, a.y * b.y}; }
