// How threads share rows: a team of blockDim.x threads has one row, and a block has blockDim.y teams. A team is one
// thread, a warp of 32, or, alone in its block, several warps. Every thread of a team gets the team's result.
// Rows are counted beyond 2^31, and a grid that is smaller than the rows goes on with later ones.

#define FOR_EACH_ROW(row, rows)                                                              \
  for (long long row = (long long)blockIdx.x * blockDim.y + threadIdx.y; row < (rows); \
       row += (long long)gridDim.x * blockDim.y)

#define FOR_EACH_IN_ROW(j, size) for (long long j = threadIdx.x; j < (size); j += blockDim.x)

struct Add {
  __device__ static wide of(wide a, wide b) { return a + b; }
};

template <typename Operation>
__device__ wide shared_by_team(wide value) {
  int team = blockDim.x;
  if (team == 1) return value;
  for (int step = 16; step > 0; step >>= 1)
    value = Operation::of(value, __shfl_xor_sync(0xffffffffu, value, step));
  if (team == 32) return value;
  __shared__ wide of_warps[32];
  int warps = team >> 5, lane = threadIdx.x & 31;
  __syncthreads();
  if (lane == 0) of_warps[threadIdx.x >> 5] = value;
  __syncthreads();
  value = of_warps[0];
  for (int warp = 1; warp < warps; ++warp) value = Operation::of(value, of_warps[warp]);
  return value;
}

__device__ inline wide team_sum(wide value) { return shared_by_team<Add>(value); }

// The largest of numbers and the sum of their exponentials after it has been subtracted, in one pass over them.
// W. Milakov and N. Gimelshein, Online normalizer calculation for softmax (2018), https://arxiv.org/abs/1805.02867
struct Exponentials {
  wide largest, sum;
};

__device__ inline Exponentials no_exponentials() {
  Exponentials none = {-(wide)INFINITY, 0};
  return none;
}

__device__ inline Exponentials joined(Exponentials a, Exponentials b) {
  // A part of nothing but -infinity adds nothing.
  if (b.sum == 0) return a;
  if (a.sum == 0) return b;
  Exponentials both;
  both.largest = a.largest > b.largest ? a.largest : b.largest;
  both.sum = a.sum * exp(a.largest - both.largest) + b.sum * exp(b.largest - both.largest);
  return both;
}

__device__ inline void include(Exponentials& all, wide x) {
  if (x > all.largest) {
    all.sum = all.sum * exp(all.largest - x) + (1 + (x - x));  // not a number for infinity
    all.largest = x;
  } else if (x != -(wide)INFINITY) {
    all.sum += exp(x - all.largest);
  }
}

__device__ inline Exponentials team_exponentials(Exponentials part) {
  int team = blockDim.x;
  if (team == 1) return part;
  for (int step = 16; step > 0; step >>= 1) {
    Exponentials other;
    other.largest = __shfl_xor_sync(0xffffffffu, part.largest, step);
    other.sum = __shfl_xor_sync(0xffffffffu, part.sum, step);
    part = joined(part, other);
  }
  if (team == 32) return part;
  __shared__ wide largest_of_warps[32], sums_of_warps[32];
  int warps = team >> 5, lane = threadIdx.x & 31;
  __syncthreads();
  if (lane == 0) {
    largest_of_warps[threadIdx.x >> 5] = part.largest;
    sums_of_warps[threadIdx.x >> 5] = part.sum;
  }
  __syncthreads();
  part.largest = largest_of_warps[0];
  part.sum = sums_of_warps[0];
  for (int warp = 1; warp < warps; ++warp) {
    Exponentials other = {largest_of_warps[warp], sums_of_warps[warp]};
    part = joined(part, other);
  }
  return part;
}
