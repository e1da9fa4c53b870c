// Normalising channels to mean 0 and variance 1: a team of threads for each channel of (samples, channels, places).
// `weight` and `bias` may be null.

#define FOR_EACH_OF_CHANNEL(at)                                                                  \
  for (long long n_ = threadIdx.x / places, l_ = threadIdx.x % places, at = 0;                   \
       n_ < samples && ((at = (n_ * channels + channel) * places + l_), true);                   \
       l_ += blockDim.x % places, n_ += blockDim.x / places + (l_ >= places), l_ -= l_ >= places ? places : 0)

extern "C" __global__ void batch_norm(
    const scalar* input, const wide* weight, const wide* bias, scalar* out, wide* means, wide* variances,
    long long samples, long long channels, long long places, double eps) {
  FOR_EACH_ROW(channel, channels) {
    wide sum = 0, squares = 0;
    FOR_EACH_OF_CHANNEL(i) sum += widened(input[i]);
    wide mean = team_sum(sum) / (samples * places);
    FOR_EACH_OF_CHANNEL(i) {
      wide centred = widened(input[i]) - mean;
      squares += centred * centred;
    }
    wide variance = team_sum(squares) / (samples * places);
    wide scale = 1 / sqrt(variance + (wide)eps), shift = bias ? bias[channel] : 0;
    if (weight) scale *= weight[channel];
    FOR_EACH_OF_CHANNEL(i) out[i] = narrowed((widened(input[i]) - mean) * scale + shift);
    if (threadIdx.x == 0) {
      means[channel] = mean;
      variances[channel] = variance;
    }
  }
}

extern "C" __global__ void batch_norm_backward(
    const scalar* grad_output, const wide* grad_mean, const wide* grad_variance, const scalar* input,
    const wide* means, const wide* variances, const wide* weight, scalar* grad, wide* weights, wide* biases,
    long long samples, long long channels, long long places, double eps) {
  FOR_EACH_ROW(channel, channels) {
    wide mean = means[channel], rstd = 1 / sqrt(variances[channel] + (wide)eps), sum = 0, product = 0;
    FOR_EACH_OF_CHANNEL(i) {
      wide g = widened(grad_output[i]);
      sum += g;
      product += g * (widened(input[i]) - mean);
    }
    sum = team_sum(sum);
    product = team_sum(product) * rstd;
    wide scale = weight ? rstd * weight[channel] : rstd, count = samples * places;
    wide slope = (2 * grad_variance[channel] - scale * rstd * product) / count;
    wide shift = (grad_mean[channel] - scale * sum) / count;
    FOR_EACH_OF_CHANNEL(i)
      grad[i] = narrowed(widened(grad_output[i]) * scale + (widened(input[i]) - mean) * slope + shift);
    if (threadIdx.x == 0) {
      weights[channel] = product;
      biases[channel] = sum;
    }
  }
}
