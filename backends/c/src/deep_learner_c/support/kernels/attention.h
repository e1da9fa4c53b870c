/* Attention of one head, in blocks of queries whose scores stay in the cache.

   Rows of queries, keys, values and results lie ld.. elements apart, and their elements one. Query i of a causal head
   sees the keys 0 ... i. A mask is added to the scores, or, if it is of bytes, hides where it is 0. */

#define QUERIES 32

typedef struct {
    long queries, keys, width, values; /* how many, and how many elements in each */
    int causal;
    real scale;
    const real *query, *key, *value;
    long ldq, ldk, ldv;
    const real *added;
    const uint8_t *shown;
    long down, across; /* from one query's, and one key's, element of the mask to the next */
} OF(head);

static long OF(seen)(const OF(head) *h, long stop) { return h->causal && stop < h->keys ? stop : h->keys; }

/* Rooms are followed by that of products: (the largest of keys, width, values and QUERIES, ROOM). */

/* The scores (rows, seen) of the queries from `start` on, -inf where nothing is seen. */
static void OF(scores)(const OF(head) *h, long start, long rows, long seen, real *scores, real *room) {
    const real *query = h->query + start * h->ldq;
    OF(multiply)(rows, seen, h->width, query, h->ldq, 1, h->key, h->ldk, 1, scores, seen, 0, room);
    for (long i = 0; i < rows; i++) {
        real *x = scores + i * seen;
        const long limit = OF(seen)(h, start + i + 1);
        if (h->added) {
            const real *mask = h->added + (start + i) * h->down;
            for (long j = 0; j < limit; j++) x[j] = x[j] * h->scale + mask[j * h->across];
        } else if (h->shown) {
            const uint8_t *mask = h->shown + (start + i) * h->down;
            for (long j = 0; j < limit; j++) x[j] = mask[j * h->across] ? x[j] * h->scale : -INFINITY;
        } else {
#pragma omp simd
            for (long j = 0; j < limit; j++) x[j] *= h->scale;
        }
        for (long j = limit; j < seen; j++) x[j] = -INFINITY;
    }
}

/* The mixed values, and the logarithms of the sums. room: QUERIES keys. */
static void OF(attention)(const OF(head) *h, real *output, long ldo, real *logs, real *room) {
    real *more = room + QUERIES * h->keys;
    for (long start = 0; start < h->queries; start += QUERIES) {
        const long stop = least(start + QUERIES, h->queries), rows = stop - start, seen = OF(seen)(h, stop);
        real factors[QUERIES];
        OF(scores)(h, start, rows, seen, room, more);
        for (long i = 0; i < rows; i++) {
            real *x = room + i * seen, top = -INFINITY, total = 0;
#pragma omp simd reduction(max : top)
            for (long j = 0; j < seen; j++) top = x[j] > top ? x[j] : top;
            if (!(LIBM(fabs)(top) < INFINITY)) top = 0;
#pragma omp simd reduction(+ : total)
            for (long j = 0; j < seen; j++) total += x[j] = OF(exp)(x[j] - top);
            if (total == 0) total = 1;
            factors[i] = 1 / total;
            logs[start + i] = OF(log)(total) + top;
        }
        OF(multiply)(rows, h->values, seen, room, seen, 1, h->value, h->ldv, 0, output + start * ldo, ldo, 0, more);
        for (long i = 0; i < rows; i++) {
            real *out = output + (start + i) * ldo;
#pragma omp simd
            for (long j = 0; j < h->values; j++) out[j] *= factors[i];
        }
    }
}

/* The gradients of all operands. room: 2 QUERIES keys. shift_of: that of the logarithms, or 0. */
static void OF(attention_backward)(const OF(head) *h, const real *output, long ldo, const real *grad, long ldg,
                                   const real *logs, const real *grad_logs, real *to_query, long ldtq, real *to_key,
                                   long ldtk, real *to_value, long ldtv, real *room) {
    for (long j = 0; j < h->keys; j++) {
        memset(to_key + j * ldtk, 0, h->width * sizeof(real));
        memset(to_value + j * ldtv, 0, h->values * sizeof(real));
    }
    for (long start = 0; start < h->queries; start += QUERIES) {
        const long stop = least(start + QUERIES, h->queries), rows = stop - start, seen = OF(seen)(h, stop);
        real *weights = room, *slopes = room + QUERIES * h->keys, *more = slopes + QUERIES * h->keys;
        const real *g = grad + start * ldg;
        OF(scores)(h, start, rows, seen, weights, more);
        OF(multiply)(rows, seen, h->values, g, ldg, 1, h->value, h->ldv, 1, slopes, seen, 0, more);
        for (long i = 0; i < rows; i++) {
            real *x = weights + i * seen, *s = slopes + i * seen, shift = 0;
            const real *out = output + (start + i) * ldo, *of_out = g + i * ldg, log = logs[start + i];
#pragma omp simd reduction(+ : shift)
            for (long j = 0; j < h->values; j++) shift += of_out[j] * out[j];
            if (grad_logs) shift -= grad_logs[start + i];
#pragma omp simd
            for (long j = 0; j < seen; j++) {
                x[j] = OF(exp)(x[j] - log);
                s[j] = (s[j] - shift) * x[j] * h->scale;
            }
        }
        OF(multiply)(seen, h->values, rows, weights, 1, seen, g, ldg, 0, to_value, ldtv, 1, more);
        OF(multiply)(rows, h->width, seen, slopes, seen, 1, h->key, h->ldk, 0, to_query + start * ldtq, ldtq, 0, more);
        const real *query = h->query + start * h->ldq;
        OF(multiply)(seen, h->width, rows, slopes, 1, seen, query, h->ldq, 0, to_key, ldtk, 1, more);
    }
}

#undef QUERIES
