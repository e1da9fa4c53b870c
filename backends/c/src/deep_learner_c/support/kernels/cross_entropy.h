/* Cross entropy between a softmax and classes. Row (n, d) has its classes `step` elements apart, from
   n * classes * step + d on. Targets equal to `ignored` count for nothing; weights may be 0 (NULL). */

static real OF(weight_of)(int64_t target, long classes, const real *weights, int64_t ignored) {
    if (target == ignored) return 0;
    return weights ? weights[target < 0 || target >= classes ? 0 : target] : 1;
}

/* The losses, 0 where ignored, and the logarithms of the softmax's denominators.
   sums, (threads, 2), is where threads leave the sums of losses and weights. Gives whether all targets are classes. */
static int OF(cross_entropy)(long rows, long classes, long step, const real *input, const int64_t *targets,
                             const real *weights, int64_t ignored, real *losses, real *logs, double *sums, int t,
                             int threads) {
    double sum = 0, count = 0;
    int known = 1;
    for (long row = share(rows, 1, t, threads), end = share(rows, 1, t + 1, threads); row < end; row++) {
        const real *x = input + row / step * classes * step + row % step;
        real top = -INFINITY;
        int nan = 0;
#pragma omp simd reduction(max : top) reduction(| : nan)
        for (long c = 0; c < classes; c++) {
            top = x[c * step] > top ? x[c * step] : top;
            nan |= x[c * step] != x[c * step];
        }
        if (nan) top = NAN;
        real total = 0;
#pragma omp simd reduction(+ : total)
        for (long c = 0; c < classes; c++) total += OF(exp)(x[c * step] - top);
        const real log = OF(log)(total);
        int64_t target = targets[row];
        logs[row] = log + top;
        real loss = 0;
        if (target != ignored) {
            if (target < 0 || target >= classes) known = 0, target = 0;
            const real weight = weights ? weights[target] : 1;
            loss = (log - (x[target * step] - top)) * weight;
            sum += loss, count += weight;
        }
        if (losses) losses[row] = loss;
    }
    sums[2 * t] = sum, sums[2 * t + 1] = count;
    return known;
}

/* The mean or sum of the losses, once all threads have left theirs. */
static real OF(cross_entropy_total)(const double *sums, int mean, int threads) {
    double sum = 0, count = 0;
    for (int t = 0; t < threads; t++) sum += sums[2 * t], count += sums[2 * t + 1];
    return (real)(mean ? sum / count : sum);
}

/* The gradient of the input. Those of the losses and of the logarithms lie 0 or 1 elements apart. */
static void OF(cross_entropy_backward)(long rows, long classes, long step, const real *grad_loss, long loss_step,
                                       const real *grad_log, long log_step, const real *input, const int64_t *targets,
                                       const real *weights, const real *logs, int64_t ignored, int mean, real *grad,
                                       int t, int threads) {
    double share_of_one = 1;
    if (mean) {
        double total = 0;
        for (long row = 0; row < rows; row++) total += OF(weight_of)(targets[row], classes, weights, ignored);
        share_of_one = 1 / (total == 0 ? 1 : total);
    }
    for (long row = share(rows, 1, t, threads), end = share(rows, 1, t + 1, threads); row < end; row++) {
        const long start = row / step * classes * step + row % step;
        const real *x = input + start;
        real *g = grad + start;
        const real weight = OF(weight_of)(targets[row], classes, weights, ignored);
        const real scale = (real)(weight * share_of_one) * grad_loss[row * loss_step];
        const real factor = scale + grad_log[row * log_step], log = logs[row];
#pragma omp simd
        for (long c = 0; c < classes; c++) g[c * step] = OF(exp)(x[c * step] - log) * factor;
        if (targets[row] != ignored && targets[row] >= 0 && targets[row] < classes) g[targets[row] * step] -= scale;
    }
}
