/* The greatest element of each window of images (images, channels, height, width), and the gradient's way back. */

#ifndef POOLING
#define POOLING
typedef struct {
    long images, channels, height, width, out_height, out_width;
    long kernel_height, kernel_width, down, across, row_apart, column_apart, top, left;
} pools;

/* Steps, in elements, from one image, channel, row and column to the next. */
typedef struct {
    long image, channel, row, column;
} pool_steps;
#endif

/* For all channels of one window; `step` from one channel to the next is a constant where this is called. */
INLINE void OF(greatest)(const pools *p, const real *image, const pool_steps *s, long y, long x, real *out, long step,
                         long out_step) {
    const long channels = p->channels;
#pragma omp simd
    for (long c = 0; c < channels; c++) out[c * out_step] = -INFINITY;
    for (long i = 0; i < p->kernel_height; i++)
        for (long j = 0; j < p->kernel_width; j++) {
            const long row = y * p->down + i * p->row_apart - p->top, column = x * p->across + j * p->column_apart - p->left;
            if (row < 0 || row >= p->height || column < 0 || column >= p->width) continue;
            const real *one = image + row * s->row + column * s->column;
#pragma omp simd
            for (long c = 0; c < channels; c++) {
                const real now = out[c * out_step], next = one[c * step];
                out[c * out_step] = next > now || next != next ? next : now;
            }
        }
}

static void OF(max_pool)(const pools *p, const real *input, const pool_steps *s, real *output, const pool_steps *o,
                         int t, int threads) {
    const long rows = p->images * p->out_height;
    for (long r = share(rows, 1, t, threads), end = share(rows, 1, t + 1, threads); r < end; r++) {
        const long n = r / p->out_height, y = r % p->out_height;
        const real *image = input + n * s->image;
        for (long x = 0; x < p->out_width; x++) {
            real *out = output + n * o->image + y * o->row + x * o->column;
            if (s->channel == 1 && o->channel == 1) OF(greatest)(p, image, s, y, x, out, 1, 1);
            else OF(greatest)(p, image, s, y, x, out, s->channel, o->channel);
        }
    }
}

/* Adds a gradient to the last element of a window, in row-major order, that is not a number. */
static void OF(sent_to_nan)(const pools *p, const real *image, const pool_steps *s, real *to, const pool_steps *d, long y,
                            long x, real share) {
    for (long i = p->kernel_height - 1; i >= 0; i--)
        for (long j = p->kernel_width - 1; j >= 0; j--) {
            const long row = y * p->down + i * p->row_apart - p->top, column = x * p->across + j * p->column_apart - p->left;
            if (row < 0 || row >= p->height || column < 0 || column >= p->width) continue;
            const real value = image[row * s->row + column * s->column];
            if (value == value) continue;
            to[row * d->row + column * d->column] += share;
            return;
        }
}

/* Adds each gradient, of which `shares` has one for each channel, to the first element, in row-major order, that is its
   window's greatest. open (channels): which windows still look for theirs. */
INLINE void OF(sent_back)(const pools *p, const real *image, const pool_steps *s, real *to, const pool_steps *d, long y,
                          long x, const real *best, const real *shares, long step, long to_step, long out_step,
                          int *open) {
    const long channels = p->channels;
    int nan = 0;
#pragma omp simd reduction(| : nan)
    for (long c = 0; c < channels; c++) open[c] = 1, nan |= best[c * out_step] != best[c * out_step];
    for (long i = 0; i < p->kernel_height; i++)
        for (long j = 0; j < p->kernel_width; j++) {
            const long row = y * p->down + i * p->row_apart - p->top, column = x * p->across + j * p->column_apart - p->left;
            if (row < 0 || row >= p->height || column < 0 || column >= p->width) continue;
            const real *one = image + row * s->row + column * s->column;
            real *target = to + row * d->row + column * d->column;
#pragma omp simd
            for (long c = 0; c < channels; c++) {
                const real value = one[c * step], greatest = best[c * out_step], share = shares[c];
                const int same = value == greatest, looks = open[c];
                open[c] = same ? 0 : looks;
                target[c * to_step] += looks && same ? share : 0;
            }
        }
    for (long c = 0; nan && c < channels; c++)
        if (best[c * out_step] != best[c * out_step])
            OF(sent_to_nan)(p, image + c * step, s, to + c * to_step, d, y, x, shares[c]);
}

static void OF(max_pool_backward)(const pools *p, const real *input, const pool_steps *s, const real *output,
                                  const pool_steps *o, const real *grad, const pool_steps *g, real *to,
                                  const pool_steps *d, int *open, real *shares, int t, int threads) {
    const int last = s->channel == 1 && o->channel == 1 && d->channel == 1;
    for (long n = share(p->images, 1, t, threads), end = share(p->images, 1, t + 1, threads); n < end; n++) {
        const real *image = input + n * s->image;
        real *target = to + n * d->image;
        for (long y = 0; y < p->height; y++)
            for (long x = 0; x < p->width; x++)
                for (long c = 0; c < p->channels; c++) target[c * d->channel + y * d->row + x * d->column] = 0;
        for (long y = 0; y < p->out_height; y++)
            for (long x = 0; x < p->out_width; x++) {
                const real *best = output + n * o->image + y * o->row + x * o->column;
                const real *from = grad + n * g->image + y * g->row + x * g->column;
                const real *here = g->channel == 1 ? from : shares;
                if (g->channel != 1)
                    for (long c = 0; c < p->channels; c++) shares[c] = from[c * g->channel];
                if (last) OF(sent_back)(p, image, s, target, d, y, x, best, here, 1, 1, 1, open);
                else OF(sent_back)(p, image, s, target, d, y, x, best, here, s->channel, d->channel, o->channel, open);
            }
    }
}
