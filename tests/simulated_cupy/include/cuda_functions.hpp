// Functions that CUDA C++ has built in: atomics, bits, conversions and mathematics.
#pragma once

// One thread runs at a time, so that a plain read, change and write is atomic.
#define CUDA_ON_CPU_ATOMIC(name, expression)                                  \
  template <class T> inline T name(T* address, std::type_identity_t<T> value) { \
    T old = *address;                                                         \
    *address = expression;                                                    \
    return old;                                                               \
  }
CUDA_ON_CPU_ATOMIC(atomicAdd, old + value)
CUDA_ON_CPU_ATOMIC(atomicSub, old - value)
CUDA_ON_CPU_ATOMIC(atomicExch, value)
CUDA_ON_CPU_ATOMIC(atomicMax, old > value ? old : value)
CUDA_ON_CPU_ATOMIC(atomicMin, old < value ? old : value)
CUDA_ON_CPU_ATOMIC(atomicAnd, old& value)
CUDA_ON_CPU_ATOMIC(atomicOr, old | value)
CUDA_ON_CPU_ATOMIC(atomicXor, old ^ value)
CUDA_ON_CPU_ATOMIC(atomicInc, old >= value ? 0 : old + 1)
CUDA_ON_CPU_ATOMIC(atomicDec, old == 0 || old > value ? value : old - 1)
template <class T> inline T atomicCAS(T* address, std::type_identity_t<T> compare, std::type_identity_t<T> value) {
  T old = *address;
  if (old == compare) *address = value;
  return old;
}
#define atomicAdd_block atomicAdd
#define atomicAdd_system atomicAdd

inline void __threadfence() {}
inline void __threadfence_block() {}
inline void __threadfence_system() {}
inline void __nanosleep(unsigned) {}
inline void __trap() { cuda_on_cpu::fail("the kernel trapped", 0); }
template <class T> inline T __ldg(const T* address) { return *address; }
template <class T> inline T __ldcs(const T* address) { return *address; }
template <class T> inline T __ldcg(const T* address) { return *address; }
template <class T> inline void __stcs(T* address, T value) { *address = value; }
template <class T> inline void __stcg(T* address, T value) { *address = value; }

template <class To, class From> inline To bits_of(From value) {
  static_assert(sizeof(To) == sizeof(From));
  To result;
  memcpy(&result, &value, sizeof(To));
  return result;
}
inline int __float_as_int(float x) { return bits_of<int>(x); }
inline unsigned __float_as_uint(float x) { return bits_of<unsigned>(x); }
inline float __int_as_float(int x) { return bits_of<float>(x); }
inline float __uint_as_float(unsigned x) { return bits_of<float>(x); }
inline long long __double_as_longlong(double x) { return bits_of<long long>(x); }
inline double __longlong_as_double(long long x) { return bits_of<double>(x); }
inline int __double2hiint(double x) { return int(__double_as_longlong(x) >> 32); }
inline int __double2loint(double x) { return int(__double_as_longlong(x)); }
inline double __hiloint2double(int high, int low) {
  return __longlong_as_double((long long)(((unsigned long long)(unsigned)high << 32) | (unsigned)low));
}
inline int __popc(unsigned x) { return __builtin_popcount(x); }
inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
inline int __clz(int x) { return x ? __builtin_clz(x) : 32; }
inline int __clzll(long long x) { return x ? __builtin_clzll(x) : 64; }
inline int __ffs(int x) { return __builtin_ffs(x); }
inline int __ffsll(long long x) { return __builtin_ffsll(x); }
inline unsigned __brev(unsigned x) {
  unsigned result = 0;
  for (int i = 0; i < 32; ++i) result |= (x >> i & 1) << (31 - i);
  return result;
}
inline unsigned __umulhi(unsigned x, unsigned y) { return (unsigned)((unsigned long long)x * y >> 32); }
inline int __mulhi(int x, int y) { return (int)((long long)x * y >> 32); }
inline unsigned long long __umul64hi(unsigned long long x, unsigned long long y) {
  return (unsigned long long)((unsigned __int128)x * y >> 64);
}
inline int __mul24(int x, int y) { return x * y; }
inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned shift) {
  shift &= 31;
  return shift ? high << shift | low >> (32 - shift) : high;
}
inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned shift) {
  shift &= 31;
  return shift ? low >> shift | high << (32 - shift) : low;
}
inline int __float2int_rn(float x) { return (int)nearbyintf(x); }
inline int __float2int_rd(float x) { return (int)floorf(x); }
inline int __float2int_ru(float x) { return (int)ceilf(x); }
inline int __float2int_rz(float x) { return (int)x; }
inline float __int2float_rn(int x) { return (float)x; }
inline float __uint2float_rn(unsigned x) { return (float)x; }
inline float __double2float_rn(double x) { return (float)x; }

// Of two numbers, as CUDA's overloads choose: the common type, and a number rather than NaN.
template <class A, class B> using cuda_on_cpu_number =
    std::enable_if_t<std::is_arithmetic_v<A> && std::is_arithmetic_v<B>, std::common_type_t<A, B>>;
template <class A, class B> inline cuda_on_cpu_number<A, B> min(A a, B b) {
  using T = std::common_type_t<A, B>;
  if constexpr (std::is_floating_point_v<T>) return fmin(T(a), T(b));
  else return T(b) < T(a) ? T(b) : T(a);
}
template <class A, class B> inline cuda_on_cpu_number<A, B> max(A a, B b) {
  using T = std::common_type_t<A, B>;
  if constexpr (std::is_floating_point_v<T>) return fmax(T(a), T(b));
  else return T(a) < T(b) ? T(b) : T(a);
}

#define CUDA_ON_CPU_MATH(name, expression)          \
  inline double name(double x) { return expression; } \
  inline float name(float x) { return (float)name((double)x); } \
  inline float name##f(float x) { return name(x); }
CUDA_ON_CPU_MATH(rsqrt, 1.0 / sqrt(x))
CUDA_ON_CPU_MATH(rcbrt, 1.0 / cbrt(x))
CUDA_ON_CPU_MATH(sinpi, sin(3.14159265358979323846 * remainder(x, 2.0)))
CUDA_ON_CPU_MATH(cospi, cos(3.14159265358979323846 * remainder(x, 2.0)))
CUDA_ON_CPU_MATH(normcdf, 0.5 * erfc(-x * 0.70710678118654752440))
CUDA_ON_CPU_MATH(erfcx, x < 25 ? exp(x * x) * erfc(x) : 0.56418958354775628695 / x * (1 - 0.5 / (x * x)))
// The inverse of erf: a rough start (Winitzki), then Newton's steps, which converge to the last digit.
inline double cuda_on_cpu_erfinv(double y) {
  if (!(fabs(y) < 1)) return fabs(y) == 1 ? copysign(HUGE_VAL, y) : (double)NAN;
  double l = log1p(-y * y), a = 2 / (3.14159265358979323846 * 0.147) + l / 2;
  double x = copysign(sqrt(sqrt(a * a - l / 0.147) - a), y);
  for (int i = 0; i < 4; ++i) {
    double gap = fabs(y) > 0.5 ? copysign((1 - fabs(y)) - erfc(fabs(x)), -y) : erf(x) - y;
    x -= gap / (1.12837916709551257390 * exp(-x * x));
  }
  return x;
}
CUDA_ON_CPU_MATH(erfinv, cuda_on_cpu_erfinv(x))
CUDA_ON_CPU_MATH(normcdfinv, 1.41421356237309504880 * cuda_on_cpu_erfinv(2 * x - 1))
CUDA_ON_CPU_MATH(erfcinv, cuda_on_cpu_erfinv(1 - x))

inline float __expf(float x) { return expf(x); }
inline float __exp10f(float x) { return exp10f(x); }
inline float __logf(float x) { return logf(x); }
inline float __log2f(float x) { return log2f(x); }
inline float __log10f(float x) { return log10f(x); }
inline float __sinf(float x) { return sinf(x); }
inline float __cosf(float x) { return cosf(x); }
inline float __tanf(float x) { return tanf(x); }
inline float __powf(float x, float y) { return powf(x, y); }
inline float __fdividef(float x, float y) { return x / y; }
inline float fdividef(float x, float y) { return x / y; }
inline float __frcp_rn(float x) { return 1 / x; }
inline float __fsqrt_rn(float x) { return sqrtf(x); }
inline float __frsqrt_rn(float x) { return rsqrtf(x); }
inline float __fadd_rn(float x, float y) { return x + y; }
inline float __fsub_rn(float x, float y) { return x - y; }
inline float __fmul_rn(float x, float y) { return x * y; }
inline float __fdiv_rn(float x, float y) { return x / y; }
inline float __fmaf_rn(float x, float y, float z) { return fmaf(x, y, z); }
inline double __dadd_rn(double x, double y) { return x + y; }
inline double __dmul_rn(double x, double y) { return x * y; }
inline double __ddiv_rn(double x, double y) { return x / y; }
inline double __dsqrt_rn(double x) { return sqrt(x); }
inline double __fma_rn(double x, double y, double z) { return fma(x, y, z); }
inline float __saturatef(float x) { return x > 0 ? (x < 1 ? x : 1.0f) : 0.0f; }
