/* Convolutions without copies of windows: with the channels last, a row of windows is a matrix whose rows overlap. Each
   row of a window is one of the parts of a product; see products.h. */

#ifndef CONVOLUTION
#define CONVOLUTION
typedef struct {
    long channels, height, width; /* of an image */
    long outputs, out_height, out_width;
    long kernel_height, kernel_width, down, across; /* of windows, and their steps */
    long top, left, bottom, right;                  /* zeros around an image */
} windows;

/* Steps, in elements, from one image, channel, row and column to the next. */
typedef struct {
    long image, channel, row, column;
} steps;

INLINE long padded_height(const windows *w) { return w->top + w->height + w->bottom; }
INLINE long padded_width(const windows *w) { return w->left + w->width + w->right; }
#endif

/* room (height, width, channels) = an image with zeros around it. */
static void OF(padded)(const windows *w, const real *image, const steps *s, real *room) {
    const long line = padded_width(w) * w->channels;
    memset(room, 0, w->top * line * sizeof(real));
    memset(room + (w->top + w->height) * line, 0, w->bottom * line * sizeof(real));
    for (long y = 0; y < w->height; y++) {
        real *row = room + (w->top + y) * line;
        const real *from = image + y * s->row;
        memset(row, 0, w->left * w->channels * sizeof(real));
        memset(row + (w->left + w->width) * w->channels, 0, w->right * w->channels * sizeof(real));
        row += w->left * w->channels;
        if (s->channel == 1 && s->column == w->channels) memcpy(row, from, w->width * w->channels * sizeof(real));
        else
            for (long x = 0; x < w->width; x++)
                for (long c = 0; c < w->channels; c++) row[x * w->channels + c] = from[x * s->column + c * s->channel];
    }
}

/* matrix (kernel_height, kernel_width, channels, outputs) = a weight whose elements lie so far apart. */
static void OF(weight_matrix)(const windows *w, const real *weight, long output, long channel, long row, long column,
                              real *matrix, int t, int threads) {
    const long count = w->kernel_height * w->kernel_width * w->channels;
    for (long i = share(count, 1, t, threads), end = share(count, 1, t + 1, threads); i < end; i++) {
        const long c = i % w->channels, x = i / w->channels % w->kernel_width, y = i / w->channels / w->kernel_width;
        const real *from = weight + c * channel + y * row + x * column;
        for (long o = 0; o < w->outputs; o++) matrix[i * w->outputs + o] = from[o * output];
    }
}

/* The images as they are, if windows' rows follow each other in memory there, or with zeros in the thread's room. */
INLINE const real *OF(image_of)(const windows *w, const real *images, const steps *s, int copies, long n, real *room,
                                long *line) {
    const real *image = images + n * s->image;
    *line = copies ? padded_width(w) * w->channels : s->row;
    if (copies) OF(padded)(w, image, s, room);
    return copies ? room : image;
}

/* Rows of the output, which threads share. room: an image, a row of the output, and that of products, (kernel, ROOM). */
static void OF(convolution)(const windows *w, long images, const real *input, const steps *s, int copies,
                            const real *matrix, const real *bias, real *output, const steps *to, real *room, int t,
                            int threads) {
    const long span = w->kernel_width * w->channels, size = padded_height(w) * padded_width(w) * w->channels;
    const long rows = images * w->out_height, width = w->out_width, outputs = w->outputs;
    real *line_of_output = room + size, *more = line_of_output + width * outputs;
    const real *image = 0;
    long line = 0, last = -1;
    for (long r = share(rows, 1, t, threads), end = share(rows, 1, t + 1, threads); r < end; r++) {
        const long n = r / w->out_height, y = r % w->out_height;
        if (n != last) image = OF(image_of)(w, input, s, copies, n, room, &line), last = n;
        real *out = output + n * to->image + y * to->row, *c = to->channel == 1 ? out : line_of_output;
        const long ldc = to->channel == 1 ? to->column : outputs;
        if (bias)
            for (long x = 0; x < width; x++) memcpy(c + x * ldc, bias, outputs * sizeof(real));
        const OF(factors) f = {image + y * w->down * line, w->across * w->channels, 1, line, matrix, outputs, 0,
                               span * outputs, span, w->kernel_height};
        OF(product)(&f, width, outputs, c, ldc, bias != 0, more);
        if (c != out)
            for (long o = 0; o < outputs; o++)
                for (long x = 0; x < width; x++) out[x * to->column + o * to->channel] = c[x * outputs + o];
    }
}

/* The weight's gradient of some images: sums (kernel_height, kernel_width, channels, outputs).
   room: an image, a gradient, and that of products, (out_height, out_width, ROOM). */
static void OF(convolution_weight)(const windows *w, long images, const real *input, const steps *s, int copies,
                                   const real *grad, const steps *g, real *sums, real *room, int t, int threads) {
    const long span = w->kernel_width * w->channels, size = padded_height(w) * padded_width(w) * w->channels;
    real *gradient = room + size, *more = gradient + w->out_height * w->out_width * w->outputs;
    const long from = share(images, 1, t, threads), to = share(images, 1, t + 1, threads);
    if (from == to) memset(sums, 0, w->kernel_height * span * w->outputs * sizeof(real));
    for (long n = from; n < to; n++) {
        long line, row = g->row, column = g->column;
        const real *image = OF(image_of)(w, input, s, copies, n, room, &line), *b = grad + n * g->image;
        if (g->channel != 1) {
            for (long y = 0; y < w->out_height; y++)
                for (long x = 0; x < w->out_width; x++)
                    for (long o = 0; o < w->outputs; o++)
                        gradient[(y * w->out_width + x) * w->outputs + o] = b[y * row + x * column + o * g->channel];
            b = gradient, row = w->out_width * w->outputs, column = w->outputs;
        }
        for (long y = 0; y < w->kernel_height; y++) {
            const OF(factors) f = {image + y * line, 1, w->across * w->channels, w->down * line, b, column, 0, row,
                                   w->out_width, w->out_height};
            OF(product)(&f, span, w->outputs, sums + y * span * w->outputs, w->outputs, n > from, more);
        }
    }
}

/* weight (outputs, channels, kernel_height, kernel_width) = what the threads have added up, `apart` from each other. */
static void OF(convolution_weight_total)(const windows *w, const real *sums, long apart, real *weight, int t,
                                         int threads) {
    const long kernel = w->kernel_height * w->kernel_width;
    for (long o = share(w->outputs, 1, t, threads), end = share(w->outputs, 1, t + 1, threads); o < end; o++)
        for (long c = 0; c < w->channels; c++)
            for (long k = 0; k < kernel; k++) {
                real sum = 0;
                for (int one = 0; one < threads; one++) sum += sums[one * apart + (k * w->channels + c) * w->outputs + o];
                weight[(o * w->channels + c) * kernel + k] = sum;
            }
}
