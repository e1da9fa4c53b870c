/* Convolutions by 3 x 3 in steps of 1, with 4/9 of the multiplications: S. Winograd, Arithmetic complexity of
   computations, 1980; A. Lavin and S. Gray, Fast algorithms for convolutional neural networks, 2016.

   An output tile of 2 x 2 depends on 4 x 4 of the image. Both are seen in a basis in which a convolution is a product of
   each of 16 elements by itself: V of the image, U of the weight, M of the output; so all tiles make 16 products of
   matrices over the channels. Room: V (16, tiles, channels), M (16, tiles, outputs), and that of products. */

#define TILES 48 /* about as many are done together */

#ifndef WINOGRAD
#define WINOGRAD
/* Tiles, row by row, of an image, and how many rows of them are done together. */
typedef struct {
    long rows, columns, together;
} tiling;

INLINE tiling tiling_of(const windows *w) {
    const long rows = (w->out_height + 1) / 2, columns = (w->out_width + 1) / 2;
    long together = TILES / columns;
    together = together < 1 ? 1 : together > rows ? rows : together;
    return (tiling){rows, columns, together};
}
#endif

/* U (16, channels, outputs) = G g G' of each weight g, with G = (1 0 0; 1/2 1/2 1/2; 1/2 -1/2 1/2; 0 0 1). */
static void OF(winograd_weight)(const windows *w, const real *weight, long output, long channel, long row, long column,
                                real *matrix, int t, int threads) {
    const long pairs = w->channels * w->outputs;
    for (long i = share(pairs, 16, t, threads), end = share(pairs, 16, t + 1, threads); i < end; i++) {
        const real *g = weight + i / w->outputs * channel + i % w->outputs * output;
        real half[4][3];
        for (int x = 0; x < 3; x++) {
            const real a = g[x * column], b = g[row + x * column], c = g[2 * row + x * column];
            half[0][x] = a, half[1][x] = (a + b + c) / 2, half[2][x] = (a - b + c) / 2, half[3][x] = c;
        }
        for (int y = 0; y < 4; y++) {
            const real a = half[y][0], b = half[y][1], c = half[y][2];
            real *u = matrix + 4 * y * pairs + i;
            u[0] = a, u[pairs] = (a + b + c) / 2, u[2 * pairs] = (a - b + c) / 2, u[3 * pairs] = c;
        }
    }
}

/* V of some tiles: B' d B of each 4 x 4 of the image, with B' = (1 0 -1 0; 0 1 1 0; 0 -1 1 0; 0 1 0 -1). */
static void OF(winograd_image)(const windows *w, const tiling *tiles, const real *image, long line, long from, long to,
                               real *v) {
    const long channels = w->channels, count = (to - from) * tiles->columns, apart = count * channels;
    for (long i = 0; i < count; i++) {
        const real *d = image + 2 * (from + i / tiles->columns) * line + 2 * (i % tiles->columns) * channels;
        real *out = v + i * channels;
#pragma omp simd
        for (long c = 0; c < channels; c++) {
            real half[4][4];
#pragma GCC unroll 4
            for (int x = 0; x < 4; x++) {
                const real *e = d + x * channels + c;
                const real a = e[0], b = e[line], f = e[2 * line], g = e[3 * line];
                half[0][x] = a - f, half[1][x] = b + f, half[2][x] = f - b, half[3][x] = b - g;
            }
#pragma GCC unroll 4
            for (int y = 0; y < 4; y++) {
                real *o = out + 4 * y * apart + c;
                o[0] = half[y][0] - half[y][2], o[apart] = half[y][1] + half[y][2];
                o[2 * apart] = half[y][2] - half[y][1], o[3 * apart] = half[y][1] - half[y][3];
            }
        }
    }
}

/* One tile of the output: A' m A of M, with A' = (1 1 1 0; 0 1 -1 -1), and the bias. */
INLINE void OF(winograd_output)(const real *m, long apart, long outputs, const real *bias, real *out, long row,
                                long column, int two_rows, int two_columns) {
#pragma omp simd
    for (long o = 0; o < outputs; o++) {
        real half[2][4];
#pragma GCC unroll 4
        for (int x = 0; x < 4; x++) {
            const real *e = m + x * apart + o;
            const real a = e[0], b = e[4 * apart], c = e[8 * apart], d = e[12 * apart];
            half[0][x] = a + b + c, half[1][x] = b - c - d;
        }
        const real more = bias ? bias[o] : 0;
        out[o] = half[0][0] + half[0][1] + half[0][2] + more;
        if (two_columns) out[column + o] = half[0][1] - half[0][2] - half[0][3] + more;
        if (two_rows) out[row + o] = half[1][0] + half[1][1] + half[1][2] + more;
        if (two_rows && two_columns) out[row + column + o] = half[1][1] - half[1][2] - half[1][3] + more;
    }
}

static void OF(winograd)(const windows *w, long images, const real *input, const steps *s, int copies,
                         const real *matrix, const real *bias, real *output, const steps *to, real *room, int t,
                         int threads) {
    const tiling tiles = tiling_of(w);
    const long blocks = (tiles.rows + tiles.together - 1) / tiles.together, most = tiles.together * tiles.columns;
    const long pairs = w->channels * w->outputs;
    real *v = room + padded_height(w) * padded_width(w) * w->channels, *m = v + 16 * most * w->channels;
    real *more = m + 16 * most * w->outputs;
    const real *image = 0;
    long line = 0, last = -1;
    for (long i = share(images * blocks, 1, t, threads), end = share(images * blocks, 1, t + 1, threads); i < end; i++) {
        const long n = i / blocks, from = i % blocks * tiles.together, until = least(from + tiles.together, tiles.rows);
        const long count = (until - from) * tiles.columns;
        if (n != last) image = OF(image_of)(w, input, s, copies, n, room, &line), last = n;
        OF(winograd_image)(w, &tiles, image, line, from, until, v);
        for (int e = 0; e < 16; e++)
            OF(multiply)(count, w->outputs, w->channels, v + e * count * w->channels, w->channels, 1, matrix + e * pairs,
                         w->outputs, 0, m + e * count * w->outputs, w->outputs, 0, more);
        for (long j = 0; j < count; j++) {
            const long y = 2 * (from + j / tiles.columns), x = 2 * (j % tiles.columns);
            real *out = output + n * to->image + y * to->row + x * to->column;
            const int rows = y + 1 < w->out_height, columns = x + 1 < w->out_width;
            const real *one = m + j * w->outputs;
            const long apart = count * w->outputs;
            if (rows && columns) OF(winograd_output)(one, apart, w->outputs, bias, out, to->row, to->column, 1, 1);
            else OF(winograd_output)(one, apart, w->outputs, bias, out, to->row, to->column, rows, columns);
        }
    }
}

/* M's gradient from that of one tile of the output: A g A'. */
INLINE void OF(winograd_tile)(const real *g, long row, long column, int two_rows, int two_columns, long outputs, real *z,
                              long apart) {
#pragma omp simd
    for (long o = 0; o < outputs; o++) {
        const real a = g[o], b = two_columns ? g[column + o] : 0, c = two_rows ? g[row + o] : 0;
        const real d = two_rows && two_columns ? g[row + column + o] : 0;
        const real half[4][2] = {{a, b}, {a + c, b + d}, {a - c, b - d}, {-c, -d}};
#pragma GCC unroll 4
        for (int y = 0; y < 4; y++) {
            real *out = z + 4 * y * apart + o;
            out[0] = half[y][0], out[apart] = half[y][0] + half[y][1];
            out[2 * apart] = half[y][0] - half[y][1], out[3 * apart] = -half[y][1];
        }
    }
}

/* U's gradient of some images: sums (16, channels, outputs). */
static void OF(winograd_sums)(const windows *w, long images, const real *input, const steps *s, int copies,
                              const real *grad, const steps *g, real *sums, real *room, int t, int threads) {
    const tiling tiles = tiling_of(w);
    const long most = tiles.together * tiles.columns, pairs = w->channels * w->outputs;
    real *v = room + padded_height(w) * padded_width(w) * w->channels, *z = v + 16 * most * w->channels;
    real *more = z + 16 * most * w->outputs;
    const long first = share(images, 1, t, threads), end = share(images, 1, t + 1, threads);
    if (first == end) memset(sums, 0, 16 * pairs * sizeof(real));
    for (long n = first; n < end; n++) {
        long line;
        const real *image = OF(image_of)(w, input, s, copies, n, room, &line);
        for (long from = 0; from < tiles.rows; from += tiles.together) {
            const long until = least(from + tiles.together, tiles.rows), count = (until - from) * tiles.columns;
            OF(winograd_image)(w, &tiles, image, line, from, until, v);
            for (long j = 0; j < count; j++) {
                const long y = 2 * (from + j / tiles.columns), x = 2 * (j % tiles.columns);
                const int rows = y + 1 < w->out_height, columns = x + 1 < w->out_width;
                const real *one = grad + n * g->image + y * g->row + x * g->column;
                real *out = z + j * w->outputs;
                const long apart = count * w->outputs;
                if (rows && columns) OF(winograd_tile)(one, g->row, g->column, 1, 1, w->outputs, out, apart);
                else OF(winograd_tile)(one, g->row, g->column, rows, columns, w->outputs, out, apart);
            }
            for (int e = 0; e < 16; e++)
                OF(multiply)(w->channels, w->outputs, count, v + e * count * w->channels, 1, w->channels,
                             z + e * count * w->outputs, w->outputs, 0, sums + e * pairs, w->outputs, n > first || from, more);
        }
    }
}

/* weight (outputs, channels, 3, 3) = G' S G of what the threads have added up, `apart` from each other. */
static void OF(winograd_weight_total)(const windows *w, const real *sums, long apart, real *weight, int t, int threads) {
    const long pairs = w->channels * w->outputs;
    for (long i = share(pairs, 16, t, threads), end = share(pairs, 16, t + 1, threads); i < end; i++) {
        real half[3][4];
        for (int x = 0; x < 4; x++) {
            real s[4] = {0};
            for (int y = 0; y < 4; y++)
                for (int one = 0; one < threads; one++) s[y] += sums[one * apart + (4 * y + x) * pairs + i];
            half[0][x] = s[0] + (s[1] + s[2]) / 2, half[1][x] = (s[1] - s[2]) / 2, half[2][x] = (s[1] + s[2]) / 2 + s[3];
        }
        real *to = weight + (i % w->outputs * w->channels + i / w->outputs) * 9;
        for (int y = 0; y < 3; y++) {
            const real *s = half[y];
            to[3 * y] = s[0] + (s[1] + s[2]) / 2, to[3 * y + 1] = (s[1] - s[2]) / 2, to[3 * y + 2] = (s[1] + s[2]) / 2 + s[3];
        }
    }
}
