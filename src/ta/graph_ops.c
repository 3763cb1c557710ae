/* SPDX-License-Identifier: MIT */
/* Elementwise operations over one block.
 *
 * NA rules (pine_semantics 2.1): arithmetic carries NaN; a comparison with NA is 0, `!=` included;
 * AND, OR, NOT and the condition of IF take NA for false and give 0 or 1. Division by zero and
 * other overflows stay IEEE infinities in arithmetic, and count as NA for ISNA and NZ. Comparisons
 * are exact, as the operators of both script languages are.
 *
 * The loops are written for the vectoriser: no branches, one expression, and a separate loop for
 * each mixture of columns and numbers. */
#include "ta/graph_int.h"

/* A condition as 1.0 or 0.0. */
#define BIT(cond) ((cond) ? 1.0 : 0.0)
/* NaN compares false both ways, so this is "true" of Pine without a test for NA. */
#define TRUTH(x) (((x) < 0.0) | ((x) > 0.0))
/* Subtracting an infinity or a NaN from itself is NaN: finite means x - x == 0. */
#define FINITE(x) ((x) - (x) == 0.0)

#define UNARY(expr)                                                                                \
    do {                                                                                           \
        if (a.p != NULL) {                                                                         \
            for (int64_t i = 0; i < m; i++) {                                                      \
                const double x = a.p[i];                                                           \
                dst[i] = (expr);                                                                   \
            }                                                                                      \
        } else {                                                                                   \
            const double x = a.c;                                                                  \
            const double v = (expr);                                                               \
            for (int64_t i = 0; i < m; i++) dst[i] = v;                                            \
        }                                                                                          \
    } while (0)

#define BINARY(expr)                                                                               \
    do {                                                                                           \
        if (a.p != NULL && b.p != NULL) {                                                          \
            for (int64_t i = 0; i < m; i++) {                                                      \
                const double x = a.p[i], y = b.p[i];                                               \
                dst[i] = (expr);                                                                   \
            }                                                                                      \
        } else if (a.p != NULL) {                                                                  \
            const double y = b.c;                                                                  \
            for (int64_t i = 0; i < m; i++) {                                                      \
                const double x = a.p[i];                                                           \
                dst[i] = (expr);                                                                   \
            }                                                                                      \
        } else if (b.p != NULL) {                                                                  \
            const double x = a.c;                                                                  \
            for (int64_t i = 0; i < m; i++) {                                                      \
                const double y = b.p[i];                                                           \
                dst[i] = (expr);                                                                   \
            }                                                                                      \
        } else {                                                                                   \
            const double x = a.c, y = b.c;                                                         \
            const double v = (expr);                                                               \
            for (int64_t i = 0; i < m; i++) dst[i] = v;                                            \
        }                                                                                          \
    } while (0)

/* Half away from zero; what lies within 1e-10 below a tie counts as the tie (pine_semantics 2.4).
 * The fraction of a double below 2^52 is exact, above there is none. */
static double round_pine(double x)
{
    const double m = fabs(x);
    if (!(m < 4503599627370496.0)) return x;
    const double f = floor(m);
    return copysign(m - f >= 0.5 - 1e-10 ? f + 1.0 : f, x);
}

static double sign_of(double x)
{
    return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : x == 0.0 ? 0.0 : x;
}

WICK_WIDE static void unary(wick_op op, int64_t m, wk_operand a, double *dst)
{
    switch (op) {
    case WICK_OP_NEG: UNARY(-x); break;
    case WICK_OP_NOT: UNARY(BIT(!TRUTH(x))); break;
    case WICK_OP_ABS: UNARY(fabs(x)); break;
    case WICK_OP_SQRT: UNARY(sqrt(x)); break;
    case WICK_OP_LOG: UNARY(log(x)); break;
    case WICK_OP_LOG10: UNARY(log10(x)); break;
    case WICK_OP_EXP: UNARY(exp(x)); break;
    case WICK_OP_FLOOR: UNARY(floor(x)); break;
    case WICK_OP_CEIL: UNARY(ceil(x)); break;
    case WICK_OP_ROUND: UNARY(round_pine(x)); break;
    case WICK_OP_SIGN: UNARY(sign_of(x)); break;
    case WICK_OP_ISNA: UNARY(BIT(!FINITE(x))); break;
    case WICK_OP_SIN: UNARY(sin(x)); break;
    case WICK_OP_COS: UNARY(cos(x)); break;
    case WICK_OP_TAN: UNARY(tan(x)); break;
    case WICK_OP_ASIN: UNARY(asin(x)); break;
    case WICK_OP_ACOS: UNARY(acos(x)); break;
    case WICK_OP_ATAN: UNARY(atan(x)); break;
    default: break;
    }
}

WICK_WIDE static void compare(wick_op op, int64_t m, wk_operand a, wk_operand b, double *dst)
{
    switch (op) {
    case WICK_OP_GT: BINARY(BIT(x > y)); break;
    case WICK_OP_GE: BINARY(BIT(x >= y)); break;
    case WICK_OP_LT: BINARY(BIT(x < y)); break;
    case WICK_OP_LE: BINARY(BIT(x <= y)); break;
    case WICK_OP_EQ: BINARY(BIT(x == y)); break;
    /* Not x != y: that is true of NaN. */
    case WICK_OP_NE: BINARY(BIT((x < y) | (x > y))); break;
    case WICK_OP_AND: BINARY(BIT(TRUTH(x) & TRUTH(y))); break;
    case WICK_OP_OR: BINARY(BIT(TRUTH(x) | TRUTH(y))); break;
    default: break;
    }
}

/* a > b is a - b > 1e-10 at every magnitude (pine_semantics 2.2). Equal infinities have no
 * difference. */
WICK_WIDE static void compare_pine(wick_op op, int64_t m, wk_operand a, wk_operand b, double *dst)
{
    const double eps = 1e-10;
    switch (op) {
    case WICK_OP_PGT: BINARY(BIT(x - y > eps)); break;
    case WICK_OP_PGE: BINARY(BIT((x - y >= -eps) | (x == y))); break;
    case WICK_OP_PLT: BINARY(BIT(y - x > eps)); break;
    case WICK_OP_PLE: BINARY(BIT((y - x >= -eps) | (x == y))); break;
    case WICK_OP_PEQ: BINARY(BIT((fabs(x - y) <= eps) | (x == y))); break;
    case WICK_OP_PNE: BINARY(BIT(fabs(x - y) > eps)); break;
    default: break;
    }
}

WICK_WIDE static void arithmetic(wick_op op, int64_t m, wk_operand a, wk_operand b, double *dst)
{
    switch (op) {
    case WICK_OP_ADD: BINARY(x + y); break;
    case WICK_OP_SUB: BINARY(x - y); break;
    case WICK_OP_MUL: BINARY(x * y); break;
    case WICK_OP_DIV: BINARY(x / y); break;
    /* Pine's % truncates toward zero, and so does fmod. */
    case WICK_OP_MOD: BINARY(fmod(x, y)); break;
    case WICK_OP_POW: BINARY(wick_pow(x, y)); break;
    /* A NaN second operand fails the test and is chosen; a NaN first one is put back. */
    case WICK_OP_MIN: BINARY(x != x ? x : x < y ? x : y); break;
    case WICK_OP_MAX: BINARY(x != x ? x : x > y ? x : y); break;
    case WICK_OP_NZ: BINARY(FINITE(x) ? x : y); break;
    default: break;
    }
}

WICK_WIDE static void choose(int64_t m, wk_operand a, wk_operand b, wk_operand c, double *dst)
{
    if (a.p == NULL) {
        const wk_operand r = TRUTH(a.c) ? b : c;
        for (int64_t i = 0; i < m; i++) dst[i] = r.p != NULL ? r.p[i] : r.c;
    } else if (b.p != NULL && c.p != NULL) {
        for (int64_t i = 0; i < m; i++) {
            const double x = b.p[i], y = c.p[i];
            dst[i] = TRUTH(a.p[i]) ? x : y;
        }
    } else if (b.p != NULL) {
        for (int64_t i = 0; i < m; i++) {
            const double x = b.p[i];
            dst[i] = TRUTH(a.p[i]) ? x : c.c;
        }
    } else if (c.p != NULL) {
        for (int64_t i = 0; i < m; i++) {
            const double y = c.p[i];
            dst[i] = TRUTH(a.p[i]) ? b.c : y;
        }
    } else {
        for (int64_t i = 0; i < m; i++) dst[i] = TRUTH(a.p[i]) ? b.c : c.c;
    }
}

void wk_op_block(wick_op op, int64_t m, wk_operand a, wk_operand b, wk_operand c, double *dst)
{
    if (op < WICK_OP_ADD) {
        unary(op, m, a, dst);
    } else if (op >= WICK_OP_GT && op <= WICK_OP_OR) {
        compare(op, m, a, b, dst);
    } else if (op >= WICK_OP_PGT && op <= WICK_OP_PNE) {
        compare_pine(op, m, a, b, dst);
    } else if (op == WICK_OP_IF) {
        choose(m, a, b, c, dst);
    } else {
        arithmetic(op, m, a, b, dst);
    }
}
