/* SPDX-License-Identifier: MIT */
/* What PyBroker computes in another order than wick. Read from the formulas in its evaluation
 * module, versions 1.2.14 and 2.0.0; held to its results by tests/golden/metrics. */
#include "metrics/metrics_int.h"

enum { ULCER_ROWS = 14, CHUNK = 256 };

/* Rows where the drawdown ties are decided by the rounding of these running sums and products, so
 * they are formed one bar after the other as there. */
void wk_pybroker_drawdown(wick_facts *f, const double *e)
{
    const bool v1 = f->profile == WICK_METRICS_PYBROKER1;
    double cash = 0.0, cash_peak = 0.0, cash_dd = 0.0;
    double cum = 1.0, peak = 1.0, dd = 0.0;
    double limit = 1.0 + 1e-12; /* only below limit * peak is a division worth its time */
    double sum = 0.0, sum_peak = 0.0, sum_dd = 0.0;
    int64_t index = -1, row = -1, k = 0;
    for (int64_t i = 0; i + 1 < f->n; i++) {
        const double c = e[i + 1] - e[i];
        cash += c;
        if (cash > cash_peak) {
            cash_peak = cash;
        } else if (cash_peak - cash > cash_dd) {
            cash_dd = cash_peak - cash;
        }
        double r = c / e[i];
        if (e[i] == 0.0) {
            if (v1 && c == 0.0) continue;
            r = v1 ? copysign(HUGE_VAL, c) : 0.0;
        }
        cum *= r + 1.0;
        if (cum > peak) {
            peak = cum;
        } else if (peak > 0.0 && !(cum > limit * peak)) {
            const double loss = (cum / peak - 1.0) * 100.0;
            if (loss < dd) {
                dd = loss;
                limit = 1.0 + 0.01 * dd + 1e-12;
                index = k;
                row = i + 1;
            }
        }
        sum += r;
        if (sum > sum_peak) {
            sum_peak = sum;
        } else if (sum_peak - sum > sum_dd) {
            sum_dd = sum_peak - sum;
        }
        k++;
    }
    f->max_dd = 0.0 - cash_dd;
    f->max_dd_pct = dd;
    /* 1.x takes index 0 for "none" and prints no date for a drawdown on the first return. */
    f->max_dd_row = v1 && index == 0 ? -1 : row;
    f->max_dd_sum = sum_dd;
}

/* out[i] = max(in[i], in[i + step]) for i < n */
static void widen(int64_t n, int64_t step, const double *restrict in, double *restrict out)
{
    for (int64_t i = 0; i < n; i++) out[i] = in[i] > in[i + step] ? in[i] : in[i + step];
}

double wk_ulcer_trailing(int64_t n, const double *e)
{
    if (n <= ULCER_ROWS) return 0.0;
    wick_sum sum = {0};
    double two[CHUNK + ULCER_ROWS], four[CHUNK + ULCER_ROWS], eight[CHUNK + ULCER_ROWS];
    const int64_t last = n - ULCER_ROWS; /* first rows of windows: 0..last */
    for (int64_t at = 0; at <= last; at += CHUNK) {
        const int64_t windows = last - at + 1 < CHUNK ? last - at + 1 : CHUNK;
        const double *p = e + at;
        /* The highest of 14 is the highest of two overlapping runs of 8. */
        widen(windows + 12, 1, p, two);
        widen(windows + 10, 2, two, four);
        widen(windows + 6, 4, four, eight);
        for (int64_t i = 0; i < windows; i++) {
            const double top = eight[i] > eight[i + 6] ? eight[i] : eight[i + 6];
            const double d = top == 0.0 ? 0.0 : (p[i + ULCER_ROWS - 1] - top) / top * 100.0;
            two[i] = d * d;
        }
        double part = 0.0;
        for (int64_t i = 0; i < windows; i++) part += two[i];
        wick_sum_add(&sum, part);
    }
    return sqrt(wick_sum_get(&sum) / (double)(last + 1));
}
