/* SPDX-License-Identifier: MIT */
/* Sample weights; ml.md 5. */
#include "ml/ml_int.h"

static double log_return(const double *close, int64_t i)
{
    return i > 0 ? log(close[i] / close[i - 1]) : 0.0;
}

static int64_t bars_at(const wick_panel *panel, int64_t symbol)
{
    return wick_bars_count(wick_panel_bars(panel, symbol));
}

/* Last own bar a label used; labels made elsewhere know its tick only. */
static int64_t last_bar(const wick_panel *panel, int64_t symbol, const wick_labels *l, int64_t i)
{
    if (l->bar1[i] >= 0) return l->bar1[i];
    const int32_t *tick = wick_panel_tick_of(panel, symbol);
    int64_t lo = 0, hi = bars_at(panel, symbol); /* first bar after the tick */
    while (lo < hi) {
        const int64_t mid = lo + (hi - lo) / 2;
        if ((tick != NULL ? tick[mid] : mid) <= l->tick1[i]) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo - 1;
}

/* Labels of each symbol alive at each of its bars, by adding starts and taking ends off. */
static wick_status alive(wick_ctx *ctx, const wick_panel *panel, const wick_matrix *m,
                         const wick_labels *l, const int64_t *map, int64_t *start, int32_t **out)
{
    const int64_t symbols = wick_panel_count(panel);
    int64_t total = 0;
    for (int64_t s = 0; s < symbols; s++) {
        start[s] = total;
        total += bars_at(panel, s) + 2;
    }
    int32_t *c = wk_zero_items(total, sizeof *c);
    if (c == NULL) return wick_fail_mem(ctx);
    for (int64_t i = 0; i < l->n; i++) {
        if (isnan(l->y[i])) continue;
        const int64_t s = map[m->index->symbol[i]];
        c[start[s] + m->index->bar[i] + 1]++;
        c[start[s] + last_bar(panel, s, l, i) + 1]--;
    }
    for (int64_t s = 0; s < symbols; s++) {
        int32_t *at = c + start[s];
        for (int64_t b = 1; b < bars_at(panel, s); b++) at[b] += at[b - 1];
    }
    *out = c;
    return WICK_OK;
}

wick_status wick_weights_make(wick_ctx *ctx, const wick_panel *panel, const wick_matrix *m,
                              const wick_labels *l, wick_weight_kind kind, double *raw, double *out)
{
    if (panel == NULL || m == NULL || l == NULL || out == NULL || l->n != m->index->n ||
        (kind != WICK_WEIGHT_UNIQUENESS && kind != WICK_WEIGHT_ABS_RETURN)) {
        return wick_fail(ctx, WICK_E_ARG, "weights need a panel, a matrix, its labels and a kind");
    }
    wick_status st = WICK_OK;
    int64_t *map = NULL, *start = wk_items(wick_panel_count(panel), sizeof *start);
    int32_t *count = NULL;
    int64_t labelled = 0;
    wick_sum total = {0};
    if (start == NULL) return wick_fail_mem(ctx);
    WICK_TRY(wk_panel_map(ctx, panel, m, &map));
    WICK_TRY(alive(ctx, panel, m, l, map, start, &count));
    for (int64_t i = 0; i < l->n; i++) {
        const int64_t s = map[m->index->symbol[i]];
        const double *close = wick_bars_field(wick_panel_bars(panel, s), WICK_CLOSE);
        const int32_t *c = count + start[s];
        const int64_t from = (int64_t)m->index->bar[i] + 1, to = last_bar(panel, s, l, i);
        double w = 0.0;
        if (!isnan(l->y[i]) && to >= from) {
            wick_sum sum = {0};
            for (int64_t b = from; b <= to; b++) {
                const double x = kind == WICK_WEIGHT_UNIQUENESS ? 1.0 : log_return(close, b);
                wick_sum_add(&sum, x / (double)c[b]);
            }
            w = wick_sum_get(&sum);
            w = kind == WICK_WEIGHT_UNIQUENESS ? w / (double)(to - from + 1) : fabs(w);
        } else if (!isnan(l->y[i])) {
            w = 1.0; /* a label without bars of its own shares none */
        }
        out[i] = w;
        if (raw != NULL) raw[i] = w;
        labelled += !isnan(l->y[i]);
        wick_sum_add(&total, w);
    }
    const double mean = wick_sum_get(&total) / (double)labelled;
    for (int64_t i = 0; i < l->n && mean > 0.0; i++) out[i] /= mean;
out:
    free(map);
    free(start);
    free(count);
    return st;
}

wick_status wick_weights_decay(wick_ctx *ctx, int64_t n, const double *uniqueness, double last,
                               double *out)
{
    if (n < 0 || uniqueness == NULL || out == NULL || !(last > -1.0) || !(last <= 1.0)) {
        return wick_fail(ctx, WICK_E_ARG,
                         "decay needs uniqueness values and -1 < last <= 1, not %g", last);
    }
    wick_sum total = {0};
    for (int64_t i = 0; i < n; i++) wick_sum_add(&total, uniqueness[i]);
    const double all = wick_sum_get(&total);
    const double slope = last >= 0.0 ? (1.0 - last) / all : 1.0 / ((last + 1.0) * all);
    wick_sum k = {0};
    for (int64_t i = 0; i < n; i++) {
        wick_sum_add(&k, uniqueness[i]);
        const double w = 1.0 - slope * (all - wick_sum_get(&k));
        out[i] = w > 0.0 && all > 0.0 ? w : 0.0;
    }
    return WICK_OK;
}

wick_status wick_weights_balance(wick_ctx *ctx, int64_t n, const double *y, const double *w,
                                 double *out)
{
    enum { CLASSES = 64 };
    wick_sum by_class[CLASSES] = {{0}}, total = {0};
    if (n < 0 || y == NULL || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "balancing needs labels and a place for the weights");
    }
    for (int64_t i = 0; i < n; i++) {
        if (isnan(y[i])) continue;
        if (!(y[i] >= 0.0 && y[i] < CLASSES) || y[i] != floor(y[i])) {
            return wick_fail(ctx, WICK_E_ARG, "label %g of row %lld is no class 0..63", y[i],
                             (long long)i);
        }
        wick_sum_add(&by_class[(int)y[i]], w != NULL ? w[i] : 1.0);
        wick_sum_add(&total, w != NULL ? w[i] : 1.0);
    }
    int classes = 0;
    for (int c = 0; c < CLASSES; c++) classes += wick_sum_get(&by_class[c]) > 0.0;
    for (int64_t i = 0; i < n; i++) {
        const double of = isnan(y[i]) ? 0.0 : wick_sum_get(&by_class[(int)y[i]]);
        out[i] = of > 0.0 ? wick_sum_get(&total) / ((double)classes * of) : 0.0;
    }
    return WICK_OK;
}

wick_status wick_weights_scale(wick_ctx *ctx, int64_t n, double *w)
{
    wick_sum total = {0};
    int64_t rows = 0;
    for (int64_t i = 0; i < n; i++) {
        if (!(w[i] >= 0.0) || isinf(w[i])) {
            return wick_fail(ctx, WICK_E_ARG, "weight %g of row %lld must be 0 or more", w[i],
                             (long long)i);
        }
        rows += w[i] > 0.0;
        wick_sum_add(&total, w[i]);
    }
    const double mean = rows > 0 ? wick_sum_get(&total) / (double)rows : 1.0;
    for (int64_t i = 0; i < n; i++) w[i] /= mean;
    return WICK_OK;
}
