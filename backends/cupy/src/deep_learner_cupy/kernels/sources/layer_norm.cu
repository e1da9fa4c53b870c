// Normalising rows to mean 0 and variance 1. `weight` and `bias` may be null.

extern "C" __global__ void layer_norm(
    const scalar* input, const scalar* weight, const scalar* bias, scalar* out, scalar* means, scalar* rstds,
    long long rows, long long size, double eps) {
  FOR_EACH_ROW(row, rows) {
    const scalar* x = input + row * size;
    scalar* y = out + row * size;
    wide sum = 0, squares = 0;
    FOR_EACH_IN_ROW(j, size) sum += widened(x[j]);
    wide mean = team_sum(sum) / size;
    FOR_EACH_IN_ROW(j, size) {
      wide centred = widened(x[j]) - mean;
      squares += centred * centred;
    }
    wide rstd = 1 / sqrt(team_sum(squares) / size + (wide)eps);
    FOR_EACH_IN_ROW(j, size) {
      wide value = (widened(x[j]) - mean) * rstd;
      if (weight) value *= widened(weight[j]);
      if (bias) value += widened(bias[j]);
      y[j] = narrowed(value);
    }
    if (threadIdx.x == 0) {
      means[row] = narrowed(mean);
      rstds[row] = narrowed(rstd);
    }
  }
}

// The mean is kept for `layer_norm_columns`: the given one, or computed anew where 16 bits hold too few of its digits.
extern "C" __global__ void layer_norm_backward(
    const scalar* grad_output, const scalar* grad_mean, const scalar* grad_rstd, const scalar* input,
    const scalar* given, const scalar* rstds, const scalar* weight, scalar* grad, wide* means, long long rows,
    long long size) {
  FOR_EACH_ROW(row, rows) {
    const scalar* g = grad_output + row * size;
    const scalar* x = input + row * size;
    scalar* made = grad + row * size;
    wide mean = widened(given[row]), rstd = widened(rstds[row]), shift = 0, stretch = 0;
    if (sizeof(scalar) == 2) {
      wide sum = 0;
      FOR_EACH_IN_ROW(j, size) sum += widened(x[j]);
      mean = team_sum(sum) / size;
    }
    if (threadIdx.x == 0) means[row] = mean;
    FOR_EACH_IN_ROW(j, size) {
      wide scaled = widened(g[j]);
      if (weight) scaled *= widened(weight[j]);
      shift += scaled;
      stretch += scaled * (widened(x[j]) - mean) * rstd;
    }
    shift = (team_sum(shift) - (grad_mean ? widened(grad_mean[row]) : (wide)0) / rstd) / size;
    stretch = (team_sum(stretch) + (grad_rstd ? widened(grad_rstd[row]) : (wide)0) * rstd) / size;
    FOR_EACH_IN_ROW(j, size) {
      wide scaled = widened(g[j]);
      if (weight) scaled *= widened(weight[j]);
      made[j] = narrowed((scaled - shift - (widened(x[j]) - mean) * rstd * stretch) * rstd);
    }
  }
}

// Sums over the rows for the gradients of weight and bias: a block has 32 columns and every gridDim.y-th 8 rows.
extern "C" __global__ void layer_norm_columns(
    const scalar* grad_output, const scalar* input, const wide* means, const scalar* rstds, wide* weights, wide* biases,
    long long rows, long long size) {
  __shared__ wide of_weight[8][33], of_bias[8][33];
  long long column = (long long)blockIdx.x * 32 + threadIdx.x;
  wide weight = 0, bias = 0;
  if (column < size)
    for (long long row = (long long)blockIdx.y * 8 + threadIdx.y; row < rows; row += (long long)gridDim.y * 8) {
      wide g = widened(grad_output[row * size + column]);
      weight += g * (widened(input[row * size + column]) - means[row]) * widened(rstds[row]);
      bias += g;
    }
  of_weight[threadIdx.y][threadIdx.x] = weight;
  of_bias[threadIdx.y][threadIdx.x] = bias;
  __syncthreads();
  if (threadIdx.y || column >= size) return;
  for (int part = 1; part < 8; ++part) {
    weight += of_weight[part][threadIdx.x];
    bias += of_bias[part][threadIdx.x];
  }
  weights[blockIdx.y * size + column] = weight;
  biases[blockIdx.y * size + column] = bias;
}
