/* SPDX-License-Identifier: MIT */
/* Operations against plain scalar code. */
#include "graph_help.h"

static bool truth(double x)
{
    return !isnan(x) && x != 0.0;
}

static double half_away(double x)
{
    if (!isfinite(x) || fabs(x) >= 9007199254740992.0) return x;
    const double whole = trunc(x), rest = fabs(x - whole);
    return copysign(rest >= 0.5 - 1e-10 ? fabs(whole) + 1.0 : fabs(whole), x);
}

static double reference1(wick_op op, double x)
{
    switch (op) {
    case WICK_OP_NEG: return -x;
    case WICK_OP_NOT: return truth(x) ? 0.0 : 1.0;
    case WICK_OP_ABS: return isnan(x) ? x : x < 0.0 ? -x : x == 0.0 ? 0.0 : x;
    case WICK_OP_SQRT: return sqrt(x);
    case WICK_OP_LOG: return log(x);
    case WICK_OP_LOG10: return log10(x);
    case WICK_OP_EXP: return exp(x);
    case WICK_OP_FLOOR: return floor(x);
    case WICK_OP_CEIL: return ceil(x);
    case WICK_OP_ROUND: return half_away(x);
    case WICK_OP_SIGN:
        if (isnan(x)) return WICK_NA;
        return x > 0.0 ? 1.0 : x < 0.0 ? -1.0 : 0.0;
    case WICK_OP_ISNA: return isfinite(x) ? 0.0 : 1.0;
    case WICK_OP_SIN: return sin(x);
    case WICK_OP_COS: return cos(x);
    case WICK_OP_TAN: return tan(x);
    case WICK_OP_ASIN: return asin(x);
    case WICK_OP_ACOS: return acos(x);
    default: return atan(x);
    }
}

static double reference2(wick_op op, double x, double y)
{
    const bool na = isnan(x) || isnan(y);
    switch (op) {
    case WICK_OP_ADD: return x + y;
    case WICK_OP_SUB: return x - y;
    case WICK_OP_MUL: return x * y;
    case WICK_OP_DIV: return x / y;
    case WICK_OP_MOD: return fmod(x, y);
    case WICK_OP_POW: return wick_pow(x, y);
    case WICK_OP_MIN: return na ? WICK_NA : x < y ? x : y;
    case WICK_OP_MAX: return na ? WICK_NA : x > y ? x : y;
    case WICK_OP_GT: return !na && x > y;
    case WICK_OP_GE: return !na && x >= y;
    case WICK_OP_LT: return !na && x < y;
    case WICK_OP_LE: return !na && x <= y;
    case WICK_OP_EQ: return !na && x == y;
    case WICK_OP_NE: return !na && x != y;
    case WICK_OP_AND: return truth(x) && truth(y);
    case WICK_OP_OR: return truth(x) || truth(y);
    case WICK_OP_PGT: return x - y > 1e-10;
    case WICK_OP_PGE: return x - y >= -1e-10 || x == y;
    case WICK_OP_PLT: return y - x > 1e-10;
    case WICK_OP_PLE: return y - x >= -1e-10 || x == y;
    case WICK_OP_PEQ: return fabs(x - y) <= 1e-10 || x == y;
    case WICK_OP_PNE: return fabs(x - y) > 1e-10;
    default: return isfinite(x) ? x : y;
    }
}

static double reference(wick_op op, double x, double y, double z)
{
    if (op < WICK_OP_ADD) return reference1(op, x);
    return op == WICK_OP_IF ? (truth(x) ? y : z) : reference2(op, x, y);
}

static const double odd[] = {(double)NAN,
                             (double)INFINITY,
                             -(double)INFINITY,
                             0.0,
                             -0.0,
                             1.0,
                             -1.0,
                             0.5,
                             -0.5,
                             2.5,
                             -2.5,
                             3.0,
                             1e300,
                             -7.25,
                             0.1,
                             0.49999999999999994,
                             2.49999999995,
                             2.4999999998,
                             -1.5,
                             1e-12,
                             4503599627370497.5,
                             100.0};
enum { ODD = sizeof odd / sizeof odd[0] };

/* Every mixture of columns and numbers, every pair of odd values, on more than one block. */
static void test_ops_match_scalar_code(void **state)
{
    (void)state;
    wick_ctx *ctx = wick_ctx_new();
    const int64_t n = 3000;
    wick_bars *b = synth_bars(ctx, n);
    double *v[3];
    for (int k = 0; k < 3; k++) v[k] = malloc((size_t)n * sizeof(double));
    for (int64_t i = 0; i < n; i++) {
        v[0][i] = odd[i % ODD];
        v[1][i] = odd[i / ODD % ODD];
        v[2][i] = odd[(i / 7 + 3) % ODD];
    }
    for (int op = 0; op < WICK_OP_COUNT; op++) {
        wick_graph *g = new_graph(ctx, b, NULL, NULL);
        wick_node col[3], x[400];
        int which[400][3];
        int64_t n_x = 0;
        for (int k = 0; k < 3; k++) col[k] = wick_graph_column(ctx, g, v[k], n, 0);
        const int arity = wk_op_arity((wick_op)op);
        /* which: -1 the column, else the number odd[which]. */
        for (int mix = 0; mix < (1 << arity); mix++) {
            for (int c = 0; c < ODD; c++) {
                wick_node in[3];
                for (int k = 0; k < 3; k++) {
                    which[n_x][k] = (mix >> k & 1) != 0 ? (c + k * 5) % ODD : -1;
                    in[k] =
                        which[n_x][k] < 0 ? col[k] : wick_graph_const(ctx, g, odd[which[n_x][k]]);
                }
                x[n_x] = wick_graph_op(ctx, g, (wick_op)op, in);
                assert_true(x[n_x] >= 0);
                n_x++;
            }
        }
        check_ok(ctx, wick_graph_eval(ctx, g, x, n_x));
        for (int64_t j = 0; j < n_x; j++) {
            const double *got = wick_graph_values(g, x[j]);
            assert_non_null(got);
            for (int64_t i = 0; i < n; i++) {
                double a[3];
                for (int k = 0; k < 3; k++) a[k] = which[j][k] < 0 ? v[k][i] : odd[which[j][k]];
                const double want = reference((wick_op)op, a[0], a[1], a[2]);
                if (isnan(want) ? isnan(got[i]) : got[i] == want) continue;
                fail_msg("op %d (%.17g, %.17g, %.17g) is %.17g, not %.17g", op, a[0], a[1], a[2],
                         got[i], want);
            }
        }
        wick_graph_free(g);
    }
    for (int k = 0; k < 3; k++) free(v[k]);
    wick_bars_unref(b);
    wick_ctx_free(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ops_match_scalar_code),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
