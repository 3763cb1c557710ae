/* SPDX-License-Identifier: MIT */
/* Factor and inverse by blocks of four rows: what a block takes from the rows above it is one
 * product, whose sums stay in registers. */
#include "opt/gp_matrix.h"

#include <string.h>

typedef double lanes4 __attribute__((vector_size(4 * sizeof(double)), aligned(sizeof(double))));
typedef double lanes8 __attribute__((vector_size(8 * sizeof(double)), aligned(sizeof(double))));

WICK_WIDE static double lane_dot(const double *restrict a, const double *restrict b, int64_t n)
{
    double lane[8] = {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0}, rest = 0.0;
    int64_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (int k = 0; k < 8; k++) lane[k] += a[i + k] * b[i + k];
    for (; i < n; i++) rest += a[i] * b[i];
    return (((lane[0] + lane[4]) + (lane[1] + lane[5])) +
            ((lane[2] + lane[6]) + (lane[3] + lane[7]))) +
           rest;
}

WICK_WIDE static void minus_row(double *restrict to, const double *restrict x, double a, int64_t n)
{
    for (int64_t i = 0; i < n; i++) to[i] -= a * x[i];
}

/* Clones are static: a linker exports the choosers of others, hidden or not. */
double wk_lane_dot(const double *a, const double *b, int64_t n)
{
    return lane_dot(a, b, n);
}

void wk_minus_row(double *to, const double *x, double a, int64_t n)
{
    minus_row(to, x, a, n);
}

WICK_WIDE static void divide_row(double *row, double by, int64_t n)
{
    for (int64_t i = 0; i < n; i++) row[i] /= by;
}

/* Four rows of as many columns as the type has lanes. */
#define TILE(name, type)                                                                           \
    WICK_WIDE static void name(double *to, int64_t to_stride, const double *a, int64_t a_stride,   \
                               const double *b, int64_t b_stride, int64_t count)                   \
    {                                                                                              \
        type s[4];                                                                                 \
        for (int r = 0; r < 4; r++) memcpy(&s[r], to + r * to_stride, sizeof s[r]);                \
        for (int64_t p = 0; p < count; p++) {                                                      \
            const type x = *(const type *)(const void *)(b + p * b_stride);                        \
            const double *by = a + p * a_stride;                                                   \
            s[0] -= by[0] * x;                                                                     \
            s[1] -= by[1] * x;                                                                     \
            s[2] -= by[2] * x;                                                                     \
            s[3] -= by[3] * x;                                                                     \
        }                                                                                          \
        for (int r = 0; r < 4; r++) memcpy(to + r * to_stride, &s[r], sizeof s[r]);                \
    }
TILE(minus_tile8, lanes8)
TILE(minus_tile4, lanes4)

void wk_minus_product(double *to, int64_t to_stride, const double *a, int64_t a_stride,
                      const double *b, int64_t b_stride, int64_t count, int64_t rows,
                      int64_t columns)
{
    int64_t c = 0;
    for (; rows == 4 && c + 8 <= columns; c += 8)
        minus_tile8(to + c, to_stride, a, a_stride, b + c, b_stride, count);
    for (; rows == 4 && c + 4 <= columns; c += 4)
        minus_tile4(to + c, to_stride, a, a_stride, b + c, b_stride, count);
    if (c == columns) return;
    for (int64_t p = 0; p < count; p++) {
        for (int64_t r = 0; r < rows; r++) {
            const double by = a[p * a_stride + r];
            for (int64_t k = c; k < columns; k++) to[r * to_stride + k] -= by * b[p * b_stride + k];
        }
    }
}

bool wk_factorise(double *u, int64_t n)
{
    for (int64_t j = 0; j < n; j += 4) {
        const int64_t last = j + 4 < n ? j + 4 : n;
        double *block = u + j * n + j;
        for (int64_t r = 1; r < last - j; r++)
            for (int64_t c = 0; c < r; c++) block[r * n + c] = 0.0;
        wk_minus_product(block, n, u + j, n, u + j, n, j, last - j, n - j);
        for (int64_t p = j; p < last; p++) {
            double *row = u + p * n;
            if (!(row[p] > 0.0)) return false;
            const double root = sqrt(row[p]);
            divide_row(row + p, root, n - p);
            for (int64_t k = p + 1; k < last; k++) minus_row(u + k * n + k, row + k, row[k], n - k);
        }
    }
    return true;
}

/* X = U^-T, lower, four rows at a time. */
static void invert_factor(const double *u, int64_t n, double *x)
{
    memset(x, 0, (size_t)(n * n) * sizeof *x);
    for (int64_t i = 0; i < n; i += 4) {
        const int64_t last = i + 4 < n ? i + 4 : n;
        for (int64_t r = i; r < last; r++) x[r * n + r] = 1.0;
        /* Column c begins in row c: the rows above a tile's first column add nothing to it. */
        for (int64_t c = 0; c < i; c += 8)
            wk_minus_product(x + i * n + c, n, u + c * n + i, n, x + c * n + c, n, i - c, last - i,
                             c + 8 < n ? 8 : n - c);
        for (int64_t r = i; r < last; r++) {
            double *row = x + r * n;
            for (int64_t k = i; k < r; k++) minus_row(row, x + k * n, u[k * n + r], k + 1);
            divide_row(row, u[r * n + r], r + 1);
        }
    }
}

void wk_invert(const double *u, int64_t n, double *x, double *inverse)
{
    invert_factor(u, n, x);
    memset(inverse, 0, (size_t)(n * n) * sizeof *inverse);
    for (int64_t i = 0; i < n; i += 4) {
        const int64_t rows = i + 4 < n ? 4 : n - i;
        /* X^T X; only rows of X from a column's own on have anything in it. */
        for (int64_t c = i; c < n; c += 8)
            wk_minus_product(inverse + i * n + c, n, x + c * n + i, n, x + c * n + c, n, n - c,
                             rows, c + 8 < n ? 8 : n - c);
        for (int64_t r = i; r < i + rows; r++)
            for (int64_t c = i; c < n; c++) inverse[r * n + c] = -inverse[r * n + c];
    }
}
