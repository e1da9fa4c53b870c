// How threads share rows: a team of blockDim.x threads has one row, and a block has blockDim.y teams. A team is one
// thread, a warp of 32, or, alone in its block, several warps. Every thread of a team gets the team's result.
// Rows are counted beyond 2^31, and a grid that is smaller than the rows goes on with later ones.

#define FOR_EACH_ROW(row, rows)                                                              \
  for (long long row = (long long)blockIdx.x * blockDim.y + threadIdx.y; row < (rows); \
       row += (long long)gridDim.x * blockDim.y)

#define FOR_EACH_IN_ROW(j, size) for (long long j = threadIdx.x; j < (size); j += blockDim.x)

struct Add {
  template <typename T> __device__ static T of(T a, T b) { return a + b; }
};
struct Multiply {
  template <typename T> __device__ static T of(T a, T b) { return a * b; }
};
struct Larger {  // not a number if one is none
  template <typename T> __device__ static T of(T a, T b) { return a > b || a != a ? a : b; }
};
struct Smaller {
  template <typename T> __device__ static T of(T a, T b) { return a < b || a != a ? a : b; }
};
struct And {
  template <typename T> __device__ static T of(T a, T b) { return a && b; }
};
struct Or {
  template <typename T> __device__ static T of(T a, T b) { return a || b; }
};

template <typename Operation, typename T>
__device__ T shared_by_team(T value) {
  int team = blockDim.x;
  if (team == 1) return value;
  for (int step = 16; step > 0; step >>= 1) {
    T other = __shfl_xor_sync(0xffffffffu, value, step);
    value = Operation::of(value, other);
  }
  if (team == 32) return value;
  __shared__ T of_warps[32];
  int warps = team >> 5, lane = threadIdx.x & 31;
  __syncthreads();
  if (lane == 0) of_warps[threadIdx.x >> 5] = value;
  __syncthreads();
  value = of_warps[0];
  for (int warp = 1; warp < warps; ++warp) value = Operation::of(value, of_warps[warp]);
  return value;
}
