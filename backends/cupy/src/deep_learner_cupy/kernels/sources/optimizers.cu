// One step of many parameters in one launch. The table has a line for each parameter: the number of its first chunk, its
// size, and where its arrays lie. Each block works on one chunk.

#define CHUNK 16384

template <int ARRAYS>
struct Chunk {
  const long long* line;
  long long first, end;  // elements

  __device__ Chunk(const long long* table, long long lines) {
    long long low = 0, high = lines - 1;
    while (low < high) {  // the last line whose first chunk is not after this one
      long long middle = (low + high + 1) / 2;
      if (table[middle * (2 + ARRAYS)] <= (long long)blockIdx.x) low = middle;
      else high = middle - 1;
    }
    line = table + low * (2 + ARRAYS);
    first = ((long long)blockIdx.x - line[0]) * CHUNK;
    end = first + CHUNK < line[1] ? first + CHUNK : line[1];
  }

  __device__ scalar* array(int which) const { return (scalar*)line[2 + which]; }
};

#define FOR_EACH_IN_CHUNK(i, chunk) for (long long i = chunk.first + threadIdx.x; i < chunk.end; i += blockDim.x)

// Arrays: parameter, gradient, momentum buffer (the parameter again where there is no momentum).
// `rates`: where the learning rate lies on the device, or null.
extern "C" __global__ void sgd(
    const long long* table, long long lines, double rate, const double* rates, double momentum, double taken,
    double decay, long long nesterov, long long maximize, long long first) {
  Chunk<3> chunk(table, lines);
  scalar *parameter = chunk.array(0), *gradient = chunk.array(1), *buffer = chunk.array(2);
  wide lr = rates ? *rates : rate;
  FOR_EACH_IN_CHUNK(i, chunk) {
    wide p = widened(parameter[i]), g = widened(gradient[i]);
    if (maximize) g = -g;
    if (decay != 0) g += p * (wide)decay;
    if (momentum != 0) {
      wide b = first ? g : widened(buffer[i]) * (wide)momentum + g * (wide)taken;
      buffer[i] = narrowed(b);
      g = nesterov ? g + b * (wide)momentum : b;
    }
    parameter[i] = narrowed(p - lr * g);
  }
}

// Arrays: parameter, gradient, mean, mean square, its maximum (the mean square again without amsgrad), and the count of
// the steps before this one, where it lies on the device; else `correction` and `root` are 1 - beta1^t and
// sqrt(1 - beta2^t). `counts`: 0 if it does not, 4 or 8 for the bytes of a count.
extern "C" __global__ void adam(
    const long long* table, long long lines, double rate, const double* rates, double beta1, double beta2, double eps,
    double decay, long long decoupled, long long amsgrad, long long maximize, long long counts, double correction,
    double root) {
  Chunk<6> chunk(table, lines);
  scalar *parameter = chunk.array(0), *gradient = chunk.array(1), *mean = chunk.array(2), *square = chunk.array(3),
         *largest = chunk.array(4);
  double lr = rates ? *rates : rate;
  if (counts) {
    double step = 1 + (counts == 4 ? (double)*(const float*)chunk.line[7] : *(const double*)chunk.line[7]);
    correction = 1 - pow(beta1, step);
    root = sqrt(1 - pow(beta2, step));
  }
  wide size = lr / correction, shrink = 1 - lr * decay, above = 1 / root;
  FOR_EACH_IN_CHUNK(i, chunk) {
    wide p = widened(parameter[i]), g = widened(gradient[i]), m = widened(mean[i]), v = widened(square[i]);
    if (maximize) g = -g;
    if (decay != 0) {
      if (decoupled) p *= shrink;
      else g += p * (wide)decay;
    }
    m += (g - m) * (wide)(1 - beta1);
    v = v * (wide)beta2 + g * g * (wide)(1 - beta2);
    mean[i] = narrowed(m);
    square[i] = narrowed(v);
    if (amsgrad) {
      wide top = widened(largest[i]);
      v = v > top || v != v ? v : top;
      largest[i] = narrowed(v);
    }
    parameter[i] = narrowed(p - size * m / (sqrt(v) * above + (wide)eps));
  }
}

// Counts a step for each line, after `adam` has used the counts.
extern "C" __global__ void count_steps(const long long* table, long long lines, long long counts) {
  for (long long at = threadIdx.x; at < lines; at += blockDim.x) {
    long long count = table[at * 8 + 7];
    if (counts == 4) *(float*)count += 1;
    else *(double*)count += 1;
  }
}
