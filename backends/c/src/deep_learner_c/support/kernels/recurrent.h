/* Recurrent layers. Each thread goes through all steps for some of the sequences, which wait for nobody: row r of a step
   is a step of sequence r. The gradients of weights come last, from what all have left. */

#ifndef RECURRENT
#define RECURRENT
/* The rows from start to stop. The first `kept` go on with the states of the rows from `before`, others begin. */
typedef struct {
    long start, stop, before, kept;
} step_rows;
#endif

INLINE real OF(logistic)(real x) { return 1 / (1 + OF(exp)(-x)); }

/* out (columns, rows) = b (rows, columns) turned. */
static void OF(turned)(const real *b, long rows, long columns, real *out, int t, int threads) {
    const long from = share(columns, 16, t, threads), to = share(columns, 16, t + 1, threads);
    for (long at = 0; at < rows; at += 16)
        for (long j = from; j < to; j++)
            for (long i = at; i < least(at + 16, rows); i++) out[j * rows + i] = b[i * columns + j];
}

/* The state that a row goes on with. */
INLINE const real *OF(state)(const real *states, const real *initial, long width, const step_rows *s, long r) {
    return r < s->kept ? states + (s->before + r) * width : initial + r * width;
}

/* sums (rows from `from` to `to`, n) += the states that they go on with, times a matrix (width, n). */
static void OF(add_from_state)(const real *states, const real *initial, long width, const step_rows *s, long from,
                               long to, const real *matrix, long n, real *sums, real *room) {
    const long kept = s->kept < from ? from : least(s->kept, to);
    if (from < kept)
        OF(multiply)(kept - from, n, width, states + (s->before + from) * width, width, 1, matrix, n, 0, sums, n, 1, room);
    if (kept < to)
        OF(multiply)(to - kept, n, width, initial + kept * width, width, 1, matrix, n, 0, sums + (kept - from) * n, n, 1,
                     room);
}

/* sums (rows, n) = inputs (rows, width) times a matrix (width, n), and a bias if there is one. */
static void OF(from_input)(const real *input, long rows, long width, const real *matrix, long n, const real *bias,
                           real *sums, real *room) {
    for (long r = 0; bias && r < rows; r++) memcpy(sums + r * n, bias, n * sizeof(real));
    OF(multiply)(rows, n, width, input, width, 1, matrix, n, 0, sums, n, bias != 0, room);
}

/* What belongs to the states before a step stays; what belongs to initial ones is handed out. */
static void OF(hand_on)(real *carried, real *initial, long width, const step_rows *s, long from, long to) {
    for (long r = s->kept < from ? from : s->kept; r < to; r++) {
        memcpy(initial + r * width, carried + r * width, width * sizeof(real));
        memset(carried + r * width, 0, width * sizeof(real));
    }
}

/* The gradients of a weight (n, width), and of a bias (n), from those of sums (rows, n). */
static void OF(weight_gradient)(long rows, long n, const real *delta, const real *from, long width, real *weight,
                                real *bias, real *room, int t, int threads) {
    const long begin = share(n, 16, t, threads), end = share(n, 16, t + 1, threads);
    if (begin == end) return;
    OF(multiply)(end - begin, width, rows, delta + begin, 1, n, from, width, 0, weight + begin * width, width, 0, room);
    if (!bias) return;
    memset(bias + begin, 0, (end - begin) * sizeof(real));
    for (long r = 0; r < rows; r++)
#pragma omp simd
        for (long j = begin; j < end; j++) bias[j] += delta[r * n + j];
}

/* The gradient of inputs (rows, width) from that of sums (rows, n). */
static void OF(input_gradient)(long rows, long n, const real *delta, const real *weight, long width, real *input,
                               real *room, int t, int threads) {
    const long begin = share(rows, 8, t, threads), end = share(rows, 8, t + 1, threads);
    if (begin < end)
        OF(multiply)(end - begin, width, n, delta + begin * n, n, 1, weight, width, 0, input + begin * width, width, 0,
                     room);
}
