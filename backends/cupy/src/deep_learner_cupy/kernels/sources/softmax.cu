// Softmax of rows whose elements lie `inner` apart, its logarithm, and the gradients of both from their outputs.

#define START(row) ((row) / inner * size * inner + (row) % inner)

__device__ inline Exponentials exponentials_of_row(const scalar* x, long long size, long long inner) {
  Exponentials part = no_exponentials();
  FOR_EACH_IN_ROW(j, size) include(part, widened(x[j * inner]));
  return team_exponentials(part);
}

extern "C" __global__ void softmax(const scalar* input, scalar* out, long long rows, long long size, long long inner) {
  FOR_EACH_ROW(row, rows) {
    const scalar* x = input + START(row);
    scalar* y = out + START(row);
    Exponentials all = exponentials_of_row(x, size, inner);
    FOR_EACH_IN_ROW(j, size) y[j * inner] = narrowed(exp(widened(x[j * inner]) - all.largest) / all.sum);
  }
}

extern "C" __global__ void log_softmax(
    const scalar* input, scalar* out, long long rows, long long size, long long inner) {
  FOR_EACH_ROW(row, rows) {
    const scalar* x = input + START(row);
    scalar* y = out + START(row);
    Exponentials all = exponentials_of_row(x, size, inner);
    wide logarithm = log(all.sum);
    FOR_EACH_IN_ROW(j, size) y[j * inner] = narrowed(widened(x[j * inner]) - all.largest - logarithm);
  }
}

extern "C" __global__ void softmax_backward(
    const scalar* grad_output, const scalar* output, scalar* grad, long long rows, long long size, long long inner) {
  FOR_EACH_ROW(row, rows) {
    const scalar* g = grad_output + START(row);
    const scalar* y = output + START(row);
    scalar* made = grad + START(row);
    wide sum = 0;
    FOR_EACH_IN_ROW(j, size) sum += widened(g[j * inner]) * widened(y[j * inner]);
    sum = team_sum(sum);
    FOR_EACH_IN_ROW(j, size) made[j * inner] = narrowed(widened(y[j * inner]) * (widened(g[j * inner]) - sum));
  }
}

extern "C" __global__ void log_softmax_backward(
    const scalar* grad_output, const scalar* output, scalar* grad, long long rows, long long size, long long inner) {
  FOR_EACH_ROW(row, rows) {
    const scalar* g = grad_output + START(row);
    const scalar* y = output + START(row);
    scalar* made = grad + START(row);
    wide sum = 0;
    FOR_EACH_IN_ROW(j, size) sum += widened(g[j * inner]);
    sum = team_sum(sum);
    FOR_EACH_IN_ROW(j, size)
      made[j * inner] = narrowed(widened(g[j * inner]) - exp(widened(y[j * inner])) * sum);
  }
}
