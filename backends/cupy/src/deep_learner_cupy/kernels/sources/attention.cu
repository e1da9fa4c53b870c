// The weights of attention from its scores, and the gradient of these: row by row, in place. Of the `keys` scores in a row
// a query sees all, or, if `causal`, those of keys that do not come after it; `queries` rows belong to one head.

__device__ inline long long seen(long long row, long long queries, long long keys, int causal) {
  long long before = row % queries + 1;
  return causal && before < keys ? before : keys;
}

extern "C" __global__ void attention_weights(
    scalar* scores, scalar* normalizer, long long rows, long long keys, long long queries, int causal) {
  FOR_EACH_ROW(row, rows) {
    scalar* x = scores + row * keys;
    long long size = seen(row, queries, keys, causal);
    Exponentials part = no_exponentials();
    FOR_EACH_IN_ROW(j, size) include(part, widened(x[j]));
    Exponentials all = team_exponentials(part);
    bool blind = all.sum == 0;
    FOR_EACH_IN_ROW(j, keys)
      x[j] = narrowed(j < size && !blind ? exp(widened(x[j]) - all.largest) / all.sum : wide(0));
    if (threadIdx.x == 0) normalizer[row] = narrowed(blind ? wide(0) : log(all.sum) + all.largest);
  }
}

// With the gradients of the weights in `grads`, these become those of the scores, and the scores become weights.
// `grad_normalizer` may be null. The normalizer, which 16 bits hold with too few digits, is computed anew where those are
// all.
extern "C" __global__ void attention_backward(
    scalar* scores, scalar* grads, const scalar* normalizer, const scalar* grad_normalizer, long long rows,
    long long keys, long long queries, int causal) {
  FOR_EACH_ROW(row, rows) {
    scalar* x = scores + row * keys;
    scalar* g = grads + row * keys;
    long long size = seen(row, queries, keys, causal);
    wide logarithm = widened(normalizer[row]);
    if (sizeof(scalar) < sizeof(wide)) {
      Exponentials part = no_exponentials();
      FOR_EACH_IN_ROW(j, size) include(part, widened(x[j]));
      part = team_exponentials(part);
      logarithm = part.sum == 0 ? wide(0) : log(part.sum) + part.largest;
    }
    wide shift = 0;
    FOR_EACH_IN_ROW(j, size) shift += exp(widened(x[j]) - logarithm) * widened(g[j]);
    shift = team_sum(shift) - (grad_normalizer ? widened(grad_normalizer[row]) : wide(0));
    FOR_EACH_IN_ROW(j, keys) {
      wide weight = j < size ? exp(widened(x[j]) - logarithm) : wide(0);
      x[j] = narrowed(weight);
      g[j] = narrowed(j < size ? weight * (widened(g[j]) - shift) : wide(0));
    }
  }
}
