/* Gated recurrent units. Sums of a row are ordered by gate as r, z, n; gates (4, rows, size) are r, z, n and the state's
   contribution to n. */

static void OF(gru)(long rows, long inputs, long size, long batch, const step_rows *steps, long count, const real *input,
                    const real *hx, const real *from_input, const real *from_state, const real *bias_ih,
                    const real *bias_hh, real *output, real *gates, real *sums, real *room, int t, int threads) {
    const long from = share(batch, 1, t, threads), last = share(batch, 1, t + 1, threads), n = 3 * size;
    real *inner = sums + (last - from) * n;
    for (const step_rows *s = steps; s < steps + count; s++) {
        const long to = least(last, s->stop - s->start);
        if (from >= to) continue;
        OF(from_input)(input + (s->start + from) * inputs, to - from, inputs, from_input, n, bias_ih, sums, room);
        for (long r = 0; r < to - from; r++)
            if (bias_hh) memcpy(inner + r * n, bias_hh, n * sizeof(real));
            else memset(inner + r * n, 0, n * sizeof(real));
        OF(add_from_state)(output, hx, size, s, from, to, from_state, n, inner, room);
        for (long row = from; row < to; row++) {
            const real *x = sums + (row - from) * n, *h = inner + (row - from) * n;
            const real *before = OF(state)(output, hx, size, s, row);
            const long at = (s->start + row) * size;
            real *r = gates + at, *z = r + rows * size, *new = z + rows * size, *inside = new + rows * size;
#pragma omp simd
            for (long j = 0; j < size; j++) {
                const real reset = OF(logistic)(x[j] + h[j]), update = OF(logistic)(x[size + j] + h[size + j]);
                const real candidate = OF(tanh)(x[2 * size + j] + reset * h[2 * size + j]);
                r[j] = reset, z[j] = update, new[j] = candidate, inside[j] = h[2 * size + j];
                output[at + j] = candidate + update * (before[j] - candidate);
            }
        }
    }
}

/* The gradients of the sums of inputs and of states, (rows, 3 size) each, those of the initial states, and what each row
   went on with. hidden, (batch, size), is carried from step to step. */
static void OF(gru_backward)(long rows, long size, long batch, const step_rows *steps, long count,
                             const real *grad_output, const real *hx, const real *weight_hh, const real *output,
                             const real *gates, real *grad_hx, real *delta, real *inner, real *before, real *hidden,
                             real *room, int t, int threads) {
    const long from = share(batch, 1, t, threads), last = share(batch, 1, t + 1, threads), n = 3 * size;
    if (from == last) return;
    memset(hidden + from * size, 0, (last - from) * size * sizeof(real));
    memset(grad_hx + from * size, 0, (last - from) * size * sizeof(real));
    for (const step_rows *s = steps + count - 1; s >= steps; s--) {
        const long to = least(last, s->stop - s->start);
        if (from >= to) continue;
        for (long row = from; row < to; row++) {
            const long at = (s->start + row) * size;
            const real *r = gates + at, *z = r + rows * size, *new = z + rows * size, *inside = new + rows * size;
            const real *past = OF(state)(output, hx, size, s, row);
            real *d = delta + (s->start + row) * n, *e = inner + (s->start + row) * n, *h = hidden + row * size;
            memcpy(before + at, past, size * sizeof(real));
            if (grad_output)
                for (long j = 0; j < size; j++) h[j] += grad_output[at + j];
#pragma omp simd
            for (long j = 0; j < size; j++) {
                const real to_new = h[j] * (1 - z[j]) * (1 - new[j] * new[j]);
                const real to_reset = to_new * inside[j] * r[j] * (1 - r[j]);
                const real to_update = h[j] * (past[j] - new[j]) * z[j] * (1 - z[j]);
                d[j] = e[j] = to_reset;
                d[size + j] = e[size + j] = to_update;
                d[2 * size + j] = to_new;
                e[2 * size + j] = to_new * r[j];
                h[j] *= z[j];
            }
        }
        OF(multiply)(to - from, size, n, inner + (s->start + from) * n, n, 1, weight_hh, size, 0, hidden + from * size, size,
                     1, room);
        OF(hand_on)(hidden, grad_hx, size, s, from, to);
    }
}
