/* Matrix products, in tiles of a few rows by a few vectors that stay in registers.

   Elements of a lie `down` and `along` apart, whichever is larger, and rows may overlap: the windows of a convolution are
   a matrix of that kind. Rows of b are read where they lie if vectors fill them; else they are first brought together,
   `panel` columns at a time. */

#if defined(__AVX512F__)
#define BYTES 64
#define ROWS 8
#define VECTORS 2
#elif defined(__AVX__)
#define BYTES 32
#define ROWS 6
#define VECTORS 2
#else
#define BYTES 16
#define ROWS 6
#define VECTORS 3
#endif
#define LANES ((long)(BYTES / sizeof(real)))
#define PANEL (VECTORS * LANES)
#define DEPTH 1024 /* elements of a sum for which a tile is gone through once more */
#define TOGETHER (8 * ROWS)

typedef real OF(vector) __attribute__((vector_size(BYTES)));
typedef real OF(unaligned) __attribute__((vector_size(BYTES), aligned(sizeof(real)), may_alias));

/* Products a b whose sum is wanted: `parts` of them, whose a and b lie next_a and next_b apart, each of k elements.
   b has rows ldb apart, or columns, if it is transposed. */
typedef struct {
    const real *a;
    long down, along, next_a;
    const real *b;
    long ldb;
    int transposed;
    long next_b, k, parts;
} OF(factors);

INLINE void OF(tile)(const int rows, const int vectors, const OF(factors) * f, const real *a, const real *b, long ldb,
                     long next_b, real *c, long ldc, int adds) {
    OF(vector) sums[ROWS][VECTORS];
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++)
            if (adds) sums[i][j] = *(const OF(unaligned) *)(c + i * ldc + j * LANES);
            else sums[i][j] = (OF(vector)){0};
    const long down = f->down, along = f->along, k = f->k;
    for (long part = f->parts; part; part--, a += f->next_a, b += next_b)
        for (long p = 0; p < k; p++) {
            OF(vector) line[VECTORS];
#pragma GCC unroll 4
            for (int j = 0; j < vectors; j++) line[j] = *(const OF(unaligned) *)(b + p * ldb + j * LANES);
#pragma GCC unroll 8
            for (int i = 0; i < rows; i++) {
                const real factor = a[i * down + p * along];
#pragma GCC unroll 4
                for (int j = 0; j < vectors; j++) sums[i][j] += factor * line[j];
            }
        }
#pragma GCC unroll 8
    for (int i = 0; i < rows; i++)
#pragma GCC unroll 4
        for (int j = 0; j < vectors; j++) *(OF(unaligned) *)(c + i * ldc + j * LANES) = sums[i][j];
}

/* The tile that nearly all are, by itself: no other code takes registers from it. */
static __attribute__((noinline)) void OF(whole_tile)(const OF(factors) * f, const real *a, const real *b, long ldb,
                                                     long next_b, real *c, long ldc, int adds) {
    OF(tile)(ROWS, VECTORS, f, a, b, ldb, next_b, c, ldc, adds);
}

INLINE void OF(strip)(const int vectors, const OF(factors) * f, long m, const real *b, long ldb, long next_b, real *c,
                      long ldc, int adds) {
    long i = 0;
    for (; i + ROWS <= m; i += ROWS) {
        const real *a = f->a + i * f->down;
        if (vectors == VECTORS) OF(whole_tile)(f, a, b, ldb, next_b, c + i * ldc, ldc, adds);
        else OF(tile)(ROWS, vectors, f, a, b, ldb, next_b, c + i * ldc, ldc, adds);
    }
    for (; i + 3 <= m; i += 3) OF(tile)(3, vectors, f, f->a + i * f->down, b, ldb, next_b, c + i * ldc, ldc, adds);
    for (; i < m; i++) OF(tile)(1, vectors, f, f->a + i * f->down, b, ldb, next_b, c + i * ldc, ldc, adds);
}

/* room (k, width) = some columns of b (k, count), zeros beside them, where b's rows lie apart. */
static void OF(pack_rows)(const real *b, long ldb, long k, long count, long width, real *room) {
    for (long p = 0; p < k; p++) {
        for (long j = 0; j < count; j++) room[p * width + j] = b[p * ldb + j];
        for (long j = count; j < width; j++) room[p * width + j] = 0;
    }
}

/* The same where b's columns lie apart: blocks of as many columns as a vector has elements are turned in registers. */
static void OF(pack_columns)(const real *b, long ldb, long k, long count, long width, real *room) {
    for (long from = 0; from < width; from += LANES) {
        long p = 0;
#if defined(__GNUC__) && !defined(__clang__)
        if (from + LANES <= count) {
#if BITS == 32
            typedef int32_t mask __attribute__((vector_size(BYTES)));
#else
            typedef int64_t mask __attribute__((vector_size(BYTES)));
#endif
            for (; p + LANES <= k; p += LANES) {
                OF(vector) rows[LANES];
#pragma GCC unroll 16
                for (int j = 0; j < LANES; j++) rows[j] = *(const OF(unaligned) *)(b + (from + j) * ldb + p);
#pragma GCC unroll 4
                for (int half = LANES / 2; half; half /= 2) {
                    mask low, high; /* exchange what two rows, `half` apart, have in each other's place */
#pragma GCC unroll 16
                    for (int j = 0; j < LANES; j++) {
                        low[j] = j & half ? (j ^ half) + LANES : j;
                        high[j] = j & half ? j + LANES : j ^ half;
                    }
#pragma GCC unroll 16
                    for (int j = 0; j < LANES; j++)
                        if (!(j & half)) {
                            const OF(vector) first = rows[j], second = rows[j + half];
                            rows[j] = __builtin_shuffle(first, second, low);
                            rows[j + half] = __builtin_shuffle(first, second, high);
                        }
                }
#pragma GCC unroll 16
                for (int j = 0; j < LANES; j++) *(OF(unaligned) *)(room + (p + j) * width + from) = rows[j];
            }
        }
#endif
        for (; p < k; p++)
            for (long j = from; j < from + LANES; j++) room[p * width + j] = j < count ? b[j * ldb + p] : 0;
    }
}

/* The columns of c, (m, count), that make up a panel of whole vectors or less. */
static void OF(panel)(const OF(factors) * f, long m, const real *b, long count, real *c, long ldc, int adds,
                      real *room) {
    const long width = (count + LANES - 1) / LANES * LANES;
    long ldb = f->ldb, next_b = f->next_b;
    if (f->transposed || width != count) {
        for (long part = 0; part < f->parts; part++) {
            real *here = room + part * f->k * width;
            if (f->transposed) OF(pack_columns)(b + part * next_b, ldb, f->k, count, width, here);
            else OF(pack_rows)(b + part * next_b, ldb, f->k, count, width, here);
        }
        b = room, ldb = width, next_b = f->k * width;
    }
    if (width == count) {
        if (width == PANEL) OF(strip)(VECTORS, f, m, b, ldb, next_b, c, ldc, adds);
        else
            for (long j = 0; j < width; j += LANES) OF(strip)(1, f, m, b + j, ldb, next_b, c + j, ldc, adds);
        return;
    }
    OF(factors) some = *f;
    for (long i = 0; i < m; i += ROWS) { /* by way of whole vectors elsewhere */
        const long rows = least(ROWS, m - i);
        real whole[ROWS * PANEL];
        some.a = f->a + i * f->down;
        for (long j = 0; j < width; j += LANES) OF(strip)(1, &some, rows, b + j, ldb, next_b, whole + j, width, 0);
        for (long r = 0; r < rows; r++)
            for (long j = 0; j < count; j++) {
                real *one = c + (i + r) * ldc + j;
                *one = adds ? *one + whole[r * width + j] : whole[r * width + j];
            }
    }
}

/* The same product where a's elements lie so far apart that each is a line of the cache: some rows of a at a time are
   brought together, tile by tile. */
static void OF(product_turned)(const OF(factors) * f, long m, long n, real *c, long ldc, int adds, real *room) {
    OF(factors) some = *f;
    some.along = ROWS;
    for (long p = 0; p < f->k; p += DEPTH, adds = 1) {
        const long k = some.k = least(DEPTH, f->k - p);
        for (long from = 0; from < m; from += TOGETHER) {
            const long to = least(from + TOGETHER, m);
            for (long q = 0; q < k; q++) {
                const real *line = f->a + (p + q) * f->along;
                long i = from;
                for (; i + ROWS <= to; i += ROWS) memcpy(room + (i - from) * k + q * ROWS, line + i, ROWS * sizeof(real));
                for (long r = i; r < to; r++) room[(i - from) * k + q * ROWS + r - i] = line[r];
            }
            for (long j = 0; j < n; j += PANEL)
                for (long i = from; i < to; i += ROWS) {
                    some.a = room + (i - from) * k;
                    OF(panel)(&some, least(ROWS, to - i), f->b + (f->transposed ? j * f->ldb + p : p * f->ldb + j),
                              least(PANEL, n - j), c + i * ldc + j, ldc, adds, room + TOGETHER * k);
                }
        }
    }
}

/* Whether BLAS has computed the product. */
INLINE int OF(by_blas)(const OF(factors) * f, long m, long n, real *c, long ldc, int adds) {
#if !defined(__FMA__)
    const int plain = f->along == 1 && f->down >= f->k, turned = f->down == 1 && f->along >= m;
    if (f->parts == 1 && (plain || turned) && f->ldb >= (f->transposed ? f->k : n))
        return OF(dl_product)(!plain, f->transposed, m, n, f->k, f->a, plain ? f->down : f->along, f->b, f->ldb, adds, c, ldc);
#endif
    return 0;
}

/* c (m, n), whose rows lie ldc apart, becomes the products' sum, or that is added to it. room: (the least of k parts and
   DEPTH, PANEL + TOGETHER). */
static void OF(product)(const OF(factors) * f, long m, long n, real *c, long ldc, int adds, real *room) {
    if (OF(by_blas)(f, m, n, c, ldc, adds)) return;
    if (f->parts == 1 && f->down == 1 && f->along >= 256 && f->k >= 64 && n >= 2 * PANEL && n % LANES == 0 && !f->transposed) {
        OF(product_turned)(f, m, n, c, ldc, adds, room);
        return;
    }
    OF(factors) some = *f;
    for (long p = 0; p < f->k; p += DEPTH, adds = 1) {
        some.k = f->parts == 1 ? least(DEPTH, f->k - p) : f->k;
        some.a = f->a + p * f->along;
        for (long j = 0; j < n; j += PANEL)
            OF(panel)(&some, m, f->b + (f->transposed ? j * f->ldb + p : p * f->ldb + j), least(PANEL, n - j), c + j, ldc,
                      adds, room);
        if (f->parts != 1) break;
    }
}

/* c (m, n) = a b, or that is added to it: one product of matrices. */
INLINE void OF(multiply)(long m, long n, long k, const real *a, long down, long along, const real *b, long ldb,
                         int transposed, real *c, long ldc, int adds, real *room) {
    const OF(factors) f = {a, down, along, 0, b, ldb, transposed, 0, k, 1};
    OF(product)(&f, m, n, c, ldc, adds, room);
}

/* y (n) = b x, of rows of b ldb apart and y's elements `apart`: a few rows at once share what is read of x. */
INLINE void OF(some_rows)(const int rows, long k, const real *b, long ldb, const real *x, real *y, long apart) {
    OF(vector) sums[4] = {{0}};
    long i = 0;
    for (; i + LANES <= k; i += LANES) {
        const OF(vector) near = *(const OF(unaligned) *)(x + i);
#pragma GCC unroll 4
        for (int r = 0; r < rows; r++) sums[r] += near * *(const OF(unaligned) *)(b + r * ldb + i);
    }
#pragma GCC unroll 4
    for (int r = 0; r < rows; r++) {
        real sum = 0;
        for (int l = 0; l < LANES; l++) sum += sums[r][l];
        for (long j = i; j < k; j++) sum += x[j] * b[r * ldb + j];
        y[r * apart] = sum;
    }
}

static void OF(rows_by_vector)(long n, long k, const real *b, long ldb, const real *x, real *y, long apart) {
    long j = 0;
    for (; j + 4 <= n; j += 4) OF(some_rows)(4, k, b + j * ldb, ldb, x, y + j * apart, apart);
    for (; j < n; j++) OF(some_rows)(1, k, b + j * ldb, ldb, x, y + j * apart, apart);
}
