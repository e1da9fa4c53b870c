// What rows are reduced to: see `teams.cu`.

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
