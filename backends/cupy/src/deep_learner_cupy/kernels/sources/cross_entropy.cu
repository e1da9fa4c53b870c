// Cross entropy between the softmax of rows and a class for each. Classes lie `inner` apart.

#define START(row) ((row) / inner * size * inner + (row) % inner)

__device__ inline wide weight_of(const scalar* weight, long long target) {
  return weight ? widened(weight[target]) : (wide)1;
}

extern "C" __global__ void cross_entropy(
    const scalar* input, const long long* target, const scalar* weight, wide* losses, scalar* normaliser, wide* weights,
    long long rows, long long size, long long inner, long long ignored, long long* record) {
  FOR_EACH_ROW(row, rows) {
    const scalar* x = input + START(row);
    Exponentials part = no_exponentials();
    FOR_EACH_IN_ROW(j, size) include(part, widened(x[j * inner]));
    part = team_exponentials(part);
    if (threadIdx.x) continue;
    wide logarithm = log(part.sum);
    normaliser[row] = narrowed(part.largest + logarithm);
    bool counts = target[row] != ignored;
    long long chosen = counts ? position(target[row], size, 1, false, record) : 0;
    weights[row] = counts ? weight_of(weight, chosen) : (wide)0;
    losses[row] = counts ? (logarithm - (widened(x[chosen * inner]) - part.largest)) * weights[row] : (wide)0;
  }
}

// The sum of the losses, divided by that of the weights if the mean is asked for; by one block.
extern "C" __global__ void cross_entropy_total(
    const wide* losses, const wide* weights, scalar* loss, long long rows, long long mean) {
  wide sum = 0, weight = 0;
  FOR_EACH_IN_ROW(row, rows) {
    sum += losses[row];
    weight += weights[row];
  }
  sum = team_sum(sum);
  weight = team_sum(weight);
  if (threadIdx.x == 0) *loss = narrowed(mean ? sum / weight : sum);
}

// What a target of weight 1 has of the mean's gradient; by one block.
extern "C" __global__ void cross_entropy_share(
    const wide* grad_loss, const long long* target, const scalar* weight, wide* share, long long rows, long long size,
    long long ignored) {
  wide sum = 0;
  FOR_EACH_IN_ROW(row, rows)
    if (target[row] != ignored)
      sum += weight_of(weight, target[row] >= 0 && target[row] < size ? target[row] : 0);
  sum = team_sum(sum);
  if (threadIdx.x == 0) *share = *grad_loss / (sum == 0 ? wide(1) : sum);
}

// `each`: whether every row has a share of its own. The normaliser, which 16 bits hold with too few digits, is computed
// anew where those are all.
extern "C" __global__ void cross_entropy_backward(
    const wide* share, long long each, const scalar* grad_normaliser, const scalar* input, const long long* target,
    const scalar* weight, const scalar* normaliser, scalar* grad, long long rows, long long size, long long inner,
    long long ignored) {
  FOR_EACH_ROW(row, rows) {
    const scalar* x = input + START(row);
    scalar* made = grad + START(row);
    long long chosen = target[row];
    bool counts = chosen != ignored;
    if (chosen < 0 || chosen >= size) chosen = 0;
    wide scale = counts ? weight_of(weight, chosen) * share[each ? row : 0] : (wide)0;
    wide total = scale + widened(grad_normaliser[row]), top = widened(normaliser[row]);
    if (sizeof(scalar) < sizeof(wide)) {
      Exponentials part = no_exponentials();
      FOR_EACH_IN_ROW(j, size) include(part, widened(x[j * inner]));
      part = team_exponentials(part);
      top = part.largest + log(part.sum);
    }
    FOR_EACH_IN_ROW(j, size) {
      wide slope = exp(widened(x[j * inner]) - top) * total;
      made[j * inner] = narrowed(j == chosen ? slope - scale : slope);
    }
  }
}
