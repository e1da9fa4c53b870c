/* The long short-term memory. Sums of a row are ordered by gate as i, f, g, o; gates (4, rows, size) as i, f, o, g. */

static void OF(lstm)(long rows, long inputs, long size, long batch, const step_rows *steps, long count, const real *input,
                     const real *hx, const real *cx, const real *from_input, const real *from_state, const real *bias,
                     real *output, real *cells, real *gates, real *sums, real *room, int t, int threads) {
    const long from = share(batch, 1, t, threads), last = share(batch, 1, t + 1, threads), n = 4 * size;
    for (const step_rows *s = steps; s < steps + count; s++) {
        const long to = least(last, s->stop - s->start);
        if (from >= to) continue;
        OF(from_input)(input + (s->start + from) * inputs, to - from, inputs, from_input, n, bias, sums, room);
        OF(add_from_state)(output, hx, size, s, from, to, from_state, n, sums, room);
        for (long r = from; r < to; r++) {
            const real *sum = sums + (r - from) * n, *before = OF(state)(cells, cx, size, s, r);
            const long at = (s->start + r) * size;
            real *i = gates + at, *f = i + rows * size, *o = f + rows * size, *g = o + rows * size;
#pragma omp simd
            for (long j = 0; j < size; j++) {
                const real in = OF(logistic)(sum[j]), forget = OF(logistic)(sum[size + j]);
                const real new = OF(tanh)(sum[2 * size + j]), out = OF(logistic)(sum[3 * size + j]);
                const real cell = forget * before[j] + in * new;
                i[j] = in, f[j] = forget, g[j] = new, o[j] = out;
                cells[at + j] = cell;
                output[at + j] = out * OF(tanh)(cell);
            }
        }
    }
}

/* The gradients of the sums, (rows, 4 size), those of the initial states, and what each row went on with.
   hidden and cell, (batch, size), are carried from step to step. */
static void OF(lstm_backward)(long rows, long size, long batch, const step_rows *steps, long count,
                              const real *grad_output, const real *grad_cells, const real *hx, const real *cx,
                              const real *weight_hh, const real *output, const real *cells, const real *gates,
                              real *grad_hx, real *grad_cx, real *delta, real *before, real *hidden, real *cell,
                              real *room, int t, int threads) {
    const long from = share(batch, 1, t, threads), last = share(batch, 1, t + 1, threads), n = 4 * size;
    if (from == last) return;
    memset(hidden + from * size, 0, (last - from) * size * sizeof(real));
    memset(cell + from * size, 0, (last - from) * size * sizeof(real));
    memset(grad_hx + from * size, 0, (last - from) * size * sizeof(real));
    memset(grad_cx + from * size, 0, (last - from) * size * sizeof(real));
    for (const step_rows *s = steps + count - 1; s >= steps; s--) {
        const long to = least(last, s->stop - s->start);
        if (from >= to) continue;
        for (long r = from; r < to; r++) {
            const long at = (s->start + r) * size;
            const real *i = gates + at, *f = i + rows * size, *o = f + rows * size, *g = o + rows * size;
            const real *cell_before = OF(state)(cells, cx, size, s, r);
            real *d = delta + (s->start + r) * n, *h = hidden + r * size, *c = cell + r * size;
            memcpy(before + at, OF(state)(output, hx, size, s, r), size * sizeof(real));
            if (grad_output)
                for (long j = 0; j < size; j++) h[j] += grad_output[at + j];
            if (grad_cells)
                for (long j = 0; j < size; j++) c[j] += grad_cells[at + j];
#pragma omp simd
            for (long j = 0; j < size; j++) {
                const real tanh = OF(tanh)(cells[at + j]), in = i[j], forget = f[j], out = o[j], new = g[j];
                const real slope = c[j] + h[j] * out * (1 - tanh * tanh);
                d[j] = slope * new * in * (1 - in);
                d[size + j] = slope * cell_before[j] * forget * (1 - forget);
                d[2 * size + j] = slope * in * (1 - new * new);
                d[3 * size + j] = h[j] * tanh * out * (1 - out);
                c[j] = slope * forget;
            }
        }
        OF(multiply)(to - from, size, n, delta + (s->start + from) * n, n, 1, weight_hh, size, 0, hidden + from * size, size,
                     0, room);
        OF(hand_on)(hidden, grad_hx, size, s, from, to);
        OF(hand_on)(cell, grad_cx, size, s, from, to);
    }
}
