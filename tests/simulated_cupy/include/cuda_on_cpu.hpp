// CUDA C++ on the host: blocks run one after another, the threads of a block as fibers that change at barriers.
// Where a source has no barrier (CUDA_ON_CPU_BARRIERS is 0) the threads of a block run in a plain loop.
#pragma once

#include <assert.h>
#include <math.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <initializer_list>
#include <type_traits>
#include <utility>
#include <vector>

#define __host__
#define __device__
#define __constant__ static
#define __managed__
#define __grid_constant__
#define __launch_bounds__(...)
#define __align__(n) __attribute__((aligned(n)))
#define __forceinline__ __attribute__((unused))
#define __noinline__ __attribute__((noinline))
#define __CUDACC_VER_MAJOR__ 12
#define __CUDA_ARCH__ 900
#define __CUDACC__ 1
#define __CUDACC_RTC__ 1

#define CUDA_ON_CPU_VECTORS(T, name, alignment2, alignment4)                                                     \
  struct alignas(sizeof(T)) name##1 { T x; };                                                                    \
  struct alignas(alignment2) name##2 { T x, y; };                                                                \
  struct name##3 { T x, y, z; };                                                                                 \
  struct alignas(alignment4) name##4 { T x, y, z, w; };                                                          \
  inline name##1 make_##name##1(T x) { return {x}; }                                                             \
  inline name##2 make_##name##2(T x, T y) { return {x, y}; }                                                     \
  inline name##3 make_##name##3(T x, T y, T z) { return {x, y, z}; }                                             \
  inline name##4 make_##name##4(T x, T y, T z, T w) { return {x, y, z, w}; }
CUDA_ON_CPU_VECTORS(signed char, char, 2, 4)
CUDA_ON_CPU_VECTORS(unsigned char, uchar, 2, 4)
CUDA_ON_CPU_VECTORS(short, short, 4, 8)
CUDA_ON_CPU_VECTORS(unsigned short, ushort, 4, 8)
CUDA_ON_CPU_VECTORS(int, int, 8, 16)
CUDA_ON_CPU_VECTORS(unsigned int, uint, 8, 16)
CUDA_ON_CPU_VECTORS(long long, longlong, 16, 16)
CUDA_ON_CPU_VECTORS(unsigned long long, ulonglong, 16, 16)
CUDA_ON_CPU_VECTORS(float, float, 8, 16)
CUDA_ON_CPU_VECTORS(double, double, 16, 16)

struct dim3 {
  unsigned x, y, z;
  dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
};

static uint3 threadIdx, blockIdx;
static dim3 blockDim, gridDim;
static const int warpSize = 32;

namespace cuda_on_cpu {

enum State { ready, at_block, at_warp, finished };

struct Fiber {
  ucontext_t context;  // where it starts
  jmp_buf place;       // where it goes on
  bool started;
  uint3 thread;
  State state;
  unsigned mask;  // the lanes that wait together
  int site;       // where in the source it waits: the number of the call, and its line
  int vote;       // what it brings to __syncthreads_count and its kin
};

static const size_t stack_bytes = 256 << 10, guard_bytes = 64;
static const unsigned char guard = 0xA5;
static std::vector<Fiber> fibers;
static std::vector<unsigned char> dynamic_memory;
static size_t dynamic_bytes;
static int current, votes_and, votes_or, votes_count;
static jmp_buf scheduler;
static char error[512];
static unsigned char slots[1024][32];  // what each lane offers to the other lanes of its warp

static void fail(const char* message, int site) {
  if (error[0]) return;  // the first one tells the cause
  if (site) snprintf(error, sizeof error, "line %d: %s", site & 0xFFFF, message);
  else snprintf(error, sizeof error, "%s", message);
}

inline void* dynamic_shared() { return dynamic_memory.data(); }

// Back to the scheduler until this thread is released. Jumps, unlike swapcontext, need no call of the system.
__attribute__((noinline)) static void wait(State state, unsigned mask, int site, int vote = 0) {
#if CUDA_ON_CPU_BARRIERS
  Fiber& fiber = fibers[current];
  fiber.state = state, fiber.mask = mask, fiber.site = site, fiber.vote = vote;
  if (!_setjmp(fiber.place)) _longjmp(scheduler, 1);
#endif
}

// Runs one thread until it waits or finishes.
__attribute__((noinline)) static void resume(Fiber& fiber) {
  if (_setjmp(scheduler)) return;
  if (fiber.started) _longjmp(fiber.place, 1);
  fiber.started = true;
  setcontext(&fiber.context);
}

// Lets the lanes of a warp go on once all lanes of their mask wait; says whether any did.
static bool release_warps() {
  bool released = false;
  int count = fibers.size();
  for (int first = 0; first < count; first += 32) {
    for (int i = first; i < count && i < first + 32; ++i) {
      if (fibers[i].state != at_warp) continue;
      bool complete = true;
      for (int j = first; j < count && j < first + 32; ++j)
        if (fibers[i].mask >> (j - first) & 1 && fibers[j].state != finished)
          complete &= fibers[j].state == at_warp && fibers[j].mask == fibers[i].mask && fibers[j].site == fibers[i].site;
      if (!complete) continue;
      unsigned mask = fibers[i].mask;
      for (int j = first; j < count && j < first + 32; ++j)
        if (mask >> (j - first) & 1 && fibers[j].state == at_warp) fibers[j].state = ready, released = true;
    }
  }
  return released;
}

// Lets the block go on once all threads that have not finished wait at one barrier.
static bool release_block() {
  votes_and = 1, votes_or = votes_count = 0;
  int site = -1;
  for (Fiber& fiber : fibers) {
    if (fiber.state == finished) continue;
    if (fiber.state != at_block) return false;
    if (site >= 0 && site != fiber.site) {
      fail("threads of one block wait at different barriers", fiber.site);
      return false;
    }
    site = fiber.site;
    votes_and &= fiber.vote != 0, votes_or |= fiber.vote != 0, votes_count += fiber.vote != 0;
  }
  for (Fiber& fiber : fibers)
    if (fiber.state == at_block) fiber.state = ready;
  return site >= 0;
}

template <class Kernel> struct Body {
  static const Kernel* kernel;
  static void run() {
    (*kernel)();
    fibers[current].state = finished;
    _longjmp(scheduler, 1);
  }
};
template <class Kernel> const Kernel* Body<Kernel>::kernel;

template <class Kernel> void run_fibers(const Kernel& kernel, char* stacks) {
  Body<Kernel>::kernel = &kernel;
  int count = blockDim.x * blockDim.y * blockDim.z;
  fibers.resize(count);
  for (int i = 0; i < count; ++i) {
    Fiber& fiber = fibers[i];
    fiber.thread = {i % blockDim.x, i / blockDim.x % blockDim.y, i / (blockDim.x * blockDim.y)};
    fiber.state = ready;
    fiber.started = false;
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = stacks + i * stack_bytes;
    fiber.context.uc_stack.ss_size = stack_bytes;
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, Body<Kernel>::run, 0);
  }
  for (;;) {
    bool alive = false;
    for (current = 0; current < count; ++current) {
      if (fibers[current].state != ready) continue;
      threadIdx = fibers[current].thread;
      resume(fibers[current]);
    }
    for (Fiber& fiber : fibers) alive |= fiber.state != finished;
    if (!alive || error[0]) return;
    if (!release_warps() && !release_block()) {
      for (Fiber& fiber : fibers)
        if (fiber.state != finished) return fail("threads wait for others that never arrive (barrier divergence)", fiber.site);
    }
  }
}

template <class Kernel> void run_loop(const Kernel& kernel) {
  for (unsigned z = 0; z < blockDim.z; ++z)
    for (unsigned y = 0; y < blockDim.y; ++y)
      for (unsigned x = 0; x < blockDim.x; ++x) {
        threadIdx = {x, y, z};
        kernel();
      }
}

template <class Kernel> const char* run(const unsigned* grid, const unsigned* block, size_t shared, const Kernel& kernel) {
  error[0] = 0;
  gridDim = dim3(grid[0], grid[1], grid[2]);
  blockDim = dim3(block[0], block[1], block[2]);
  dynamic_bytes = shared;
  char* stacks = nullptr;
  size_t stacks_bytes = stack_bytes * block[0] * block[1] * block[2];
#if CUDA_ON_CPU_BARRIERS
  stacks = (char*)mmap(nullptr, stacks_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
#endif
  for (unsigned z = 0; z < grid[2]; ++z)
    for (unsigned y = 0; y < grid[1]; ++y)
      for (unsigned x = 0; x < grid[0] && !error[0]; ++x) {
        blockIdx = {x, y, z};
        if (shared) dynamic_memory.assign(shared + guard_bytes, 0xFF);  // garbage, as shared memory starts with
        for (size_t i = shared; shared && i < shared + guard_bytes; ++i) dynamic_memory[i] = guard;
#if CUDA_ON_CPU_BARRIERS
        run_fibers(kernel, stacks);
#else
        run_loop(kernel);
#endif
        for (size_t i = shared; shared && i < shared + guard_bytes; ++i)
          if (dynamic_memory[i] != guard) fail("the kernel wrote beyond its dynamic shared memory", 0);
      }
  if (stacks) munmap(stacks, stacks_bytes);
  return error[0] ? error : nullptr;
}

template <class... P, size_t... I>
const char* launch(void (*kernel)(P...), const unsigned* grid, const unsigned* block, size_t shared, void** arguments,
                   std::index_sequence<I...>) {
  return run(grid, block, shared, [=] { kernel(*reinterpret_cast<std::remove_reference_t<P>*>(arguments[I])...); });
}

template <class... P>
const char* launch(void (*kernel)(P...), const unsigned* grid, const unsigned* block, size_t shared, void** arguments) {
  return launch(kernel, grid, block, shared, arguments, std::index_sequence_for<P...>());
}

// The sizes of the parameters, negative for floating-point numbers; returns how many there are.
template <class... P> int parameters(void (*)(P...), int* sizes) {
  int each[] = {0, (std::is_floating_point_v<P> ? -int(sizeof(P)) : int(sizeof(P)))...};
  for (size_t i = 0; i < sizeof...(P) && i < 256; ++i) sizes[i] = each[i + 1];
  return sizeof...(P);
}

// What lane `source` of this thread's warp offers: all lanes of the mask offer theirs, then all read.
template <class T> T exchange(unsigned mask, T value, int source, int site) {
  static_assert(sizeof(T) <= 32, "a value of at most 32 bytes");
  int lane = current & 31, first = current - lane;
  if (!(mask >> lane & 1)) fail("a lane takes part in a shuffle whose mask lacks it", site);
  memcpy(slots[current], &value, sizeof(T));
  wait(at_warp, mask, site);
  T result;
  if (source != lane && (!(mask >> source & 1) || first + source >= int(fibers.size()) ||
                         fibers[first + source].state == finished))
    memset((void*)&result, 0xFF, sizeof(T));  // undefined: not a number
  else
    memcpy((void*)&result, slots[first + source], sizeof(T));
  wait(at_warp, mask, site);
  return result;
}

template <class T, class F> T gather(unsigned mask, T value, T start, F combine, int site) {
  int first = current & ~31;
  memcpy(slots[current], &value, sizeof(T));
  wait(at_warp, mask, site);
  T result = start;
  for (int lane = 0; lane < 32 && first + lane < int(fibers.size()); ++lane)
    if (mask >> lane & 1 && fibers[first + lane].state != finished) {
      T other;
      memcpy(&other, slots[first + lane], sizeof(T));
      result = combine(result, other, lane);
    }
  wait(at_warp, mask, site);
  return result;
}

template <class T> T shuffle(unsigned mask, T value, int source, int width, int site) {
  int lane = current & 31;
  return exchange(mask, value, (lane & ~(width - 1)) | (source & (width - 1)), site);
}
template <class T> T shuffle_up(unsigned mask, T value, unsigned delta, int width, int site) {
  int lane = current & 31, source = lane - int(delta);
  return exchange(mask, value, source < (lane & ~(width - 1)) ? lane : source, site);
}
template <class T> T shuffle_down(unsigned mask, T value, unsigned delta, int width, int site) {
  int lane = current & 31, source = lane + int(delta);
  return exchange(mask, value, source > (lane | (width - 1)) ? lane : source, site);
}
template <class T> T shuffle_xor(unsigned mask, T value, int bits, int width, int site) {
  int lane = current & 31, source = lane ^ bits;
  return exchange(mask, value, source > (lane | (width - 1)) ? lane : source, site);
}

inline int barrier(int site, int vote, const int& result) {
  wait(at_block, 0, site, vote);
  return result;
}

inline unsigned ballot(unsigned mask, int predicate, int site) {
  return gather(mask, unsigned(predicate != 0), 0u, [](unsigned r, unsigned x, int lane) { return r | x << lane; }, site);
}

struct Width {  // the width of a shuffle, 32 where it is not given
  int value;
  Width(int value = 32) : value(value) {}
};

}  // namespace cuda_on_cpu

#define CUDA_ON_CPU_SITE ((__COUNTER__ & 0x7FFF) << 16 | (__LINE__ & 0xFFFF))
#define __syncthreads() cuda_on_cpu::barrier(CUDA_ON_CPU_SITE, 0, cuda_on_cpu::votes_count)
#define __syncthreads_count(x) cuda_on_cpu::barrier(CUDA_ON_CPU_SITE, (x) != 0, cuda_on_cpu::votes_count)
#define __syncthreads_and(x) cuda_on_cpu::barrier(CUDA_ON_CPU_SITE, (x) != 0, cuda_on_cpu::votes_and)
#define __syncthreads_or(x) cuda_on_cpu::barrier(CUDA_ON_CPU_SITE, (x) != 0, cuda_on_cpu::votes_or)
#define __syncwarp(...) cuda_on_cpu::wait(cuda_on_cpu::at_warp, #__VA_ARGS__[0] ? unsigned(0 __VA_OPT__(| (__VA_ARGS__))) : ~0u, CUDA_ON_CPU_SITE)
#define __shfl_sync(m, v, s, ...) cuda_on_cpu::shuffle(m, v, s, cuda_on_cpu::Width(__VA_ARGS__).value, CUDA_ON_CPU_SITE)
#define __shfl_up_sync(m, v, s, ...) cuda_on_cpu::shuffle_up(m, v, s, cuda_on_cpu::Width(__VA_ARGS__).value, CUDA_ON_CPU_SITE)
#define __shfl_down_sync(m, v, s, ...) cuda_on_cpu::shuffle_down(m, v, s, cuda_on_cpu::Width(__VA_ARGS__).value, CUDA_ON_CPU_SITE)
#define __shfl_xor_sync(m, v, s, ...) cuda_on_cpu::shuffle_xor(m, v, s, cuda_on_cpu::Width(__VA_ARGS__).value, CUDA_ON_CPU_SITE)
#define __ballot_sync(m, x) cuda_on_cpu::ballot(m, (x) != 0, CUDA_ON_CPU_SITE)
#define __any_sync(m, x) (cuda_on_cpu::ballot(m, (x) != 0, CUDA_ON_CPU_SITE) != 0)
#define __all_sync(m, x) (cuda_on_cpu::ballot(m, (x) == 0, CUDA_ON_CPU_SITE) == 0)
#define __reduce_add_sync(m, x) \
  cuda_on_cpu::gather(m, x, decltype(x)(0), [](auto r, auto v, int) { return r + v; }, CUDA_ON_CPU_SITE)
#define __reduce_max_sync(m, x) \
  cuda_on_cpu::gather(m, x, x, [](auto r, auto v, int) { return r > v ? r : v; }, CUDA_ON_CPU_SITE)
#define __reduce_min_sync(m, x) \
  cuda_on_cpu::gather(m, x, x, [](auto r, auto v, int) { return r < v ? r : v; }, CUDA_ON_CPU_SITE)

#include "cuda_functions.hpp"
