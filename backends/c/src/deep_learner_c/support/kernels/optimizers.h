/* Steps of optimizers for all parameters of a group at once. The formulas are those of the optimizers' own rules. */

#include <stdlib.h>

/* Of each of some parameters `width` arrays: the parameter, its gradient, and what is kept for it. own: `owned` numbers
   for each parameter; options: those of the group. */
typedef struct {
    long parameters, width, owned;
    char **arrays;
    const long *sizes;
    const double *own, *options;
} OF(group);

INLINE real OF(penalized)(real gradient, real sign, real x, real decay) {
    return decay != 0 ? sign * gradient + x * decay : sign * gradient;
}

static void OF(sgd_part)(char *const *p, int t, team *all) {
    const OF(group) *group = (const OF(group) *)p[0];
    const double *o = group->options;
    const real rate = o[0], momentum = o[1], share_of_new = o[2], decay = o[3], sign = o[5];
    const int nesterov = o[4] != 0;
    for (long one = 0; one < group->parameters; one++) {
        real *const *arrays = (real *const *)(group->arrays + one * group->width);
        real *x = arrays[0], *buffer = group->width > 2 ? arrays[2] : 0;
        const real *gradient = arrays[1];
        const int first = group->own[one * group->owned] != 0;
        const long from = share(group->sizes[one], 1024, t, all->threads), to = share(group->sizes[one], 1024, t + 1, all->threads);
        if (!buffer) {
#pragma omp simd
            for (long i = from; i < to; i++) x[i] -= OF(penalized)(gradient[i], sign, x[i], decay) * rate;
            continue;
        }
#pragma omp simd
        for (long i = from; i < to; i++) {
            const real g = OF(penalized)(gradient[i], sign, x[i], decay);
            buffer[i] = first ? g : buffer[i] * momentum + g * share_of_new;
            x[i] -= (nesterov ? g + buffer[i] * momentum : buffer[i]) * rate;
        }
    }
}

static void OF(adam_part)(char *const *p, int t, team *all) {
    const OF(group) *group = (const OF(group) *)p[0];
    const double *o = group->options;
    const real one_less_beta1 = o[0], beta2 = o[1], one_less_beta2 = o[2], kept = o[3], decay = o[4], sign = o[5];
    for (long one = 0; one < group->parameters; one++) {
        real *const *arrays = (real *const *)(group->arrays + one * group->width);
        real *x = arrays[0], *mean = arrays[2], *square = arrays[3], *largest = group->width > 4 ? arrays[4] : 0;
        const real *gradient = arrays[1];
        const real factor = group->own[one * group->owned], shift = group->own[one * group->owned + 1];
        const long from = share(group->sizes[one], 1024, t, all->threads), to = share(group->sizes[one], 1024, t + 1, all->threads);
#pragma omp simd
        for (long i = from; i < to; i++) {
            const real g = OF(penalized)(gradient[i], sign, x[i], decay);
            mean[i] += (g - mean[i]) * one_less_beta1;
            real divisor = square[i] = square[i] * beta2 + g * g * one_less_beta2;
            if (largest) divisor = largest[i] = divisor > largest[i] || divisor != divisor ? divisor : largest[i];
            x[i] = x[i] * kept - mean[i] / (LIBM(sqrt)(divisor) + shift) * factor;
        }
    }
}

/* Makes the step, and gives whether the arrays, in a tuple, could be used: of one type of float, row after row. */
static int OF(step)(part *function, void *tuple, void *dtype, long parameters, long width, long owned, const double *own,
                    const double *options) {
    const long count = parameters * width;
    char **arrays = malloc(count * (sizeof *arrays + sizeof(long)));
    if (!arrays) return 0;
    long *sizes = (long *)(arrays + count), total = 0;
    const int fit = dl_rows(tuple, dtype, sizeof(real), parameters, width, arrays, sizes);
    if (fit) {
        for (long one = 0; one < parameters; one++) total += sizes[one];
        const OF(group) group = {parameters, width, owned, arrays, sizes, own, options};
        char *const p[] = {(char *)&group};
        dl_run(function, p, total < 65536 ? 1 : MOST_THREADS);
    }
    free(arrays);
    return fit;
}

EXPORT int OF(sgd)(void *tuple, void *dtype, long parameters, long width, const double *own, const double *options) {
    return OF(step)(OF(sgd_part), tuple, dtype, parameters, width, 1, own, options);
}

EXPORT int OF(adam)(void *tuple, void *dtype, long parameters, long width, const double *own, const double *options) {
    return OF(step)(OF(adam_part), tuple, dtype, parameters, width, 2, own, options);
}
