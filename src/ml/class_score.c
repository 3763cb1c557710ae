/* SPDX-License-Identifier: MIT */
/* Scores of chances against outcomes; ml.md 10. */
#include "ml/ml_int.h"

/* The rows with both a label and a chance, by descending chance. */
typedef struct pairs {
    int64_t n;
    double *y, *p, *w;
} pairs;

static void pairs_free(pairs *q)
{
    free(q->y);
    *q = (pairs){0};
}

static wick_status pairs_make(wick_ctx *ctx, int64_t n, const double *y, const double *p,
                              const double *w, bool classes, pairs *q)
{
    *q = (pairs){0};
    if (n < 0 || (n > 0 && (y == NULL || p == NULL))) {
        return wick_fail(ctx, WICK_E_ARG, "scoring needs labels and predictions");
    }
    double *room = wk_items(6 * n, sizeof *room);
    int64_t *order = wk_items(n, sizeof *order);
    wick_status st = room != NULL && order != NULL ? WICK_OK : wick_fail_mem(ctx);
    q->y = room;
    if (st < 0) goto out;
    q->p = room + n;
    q->w = room + 2 * n;
    double *ty = room + 3 * n, *tp = room + 4 * n, *tw = room + 5 * n;
    int64_t k = 0;
    for (int64_t i = 0; i < n; i++) {
        const double wi = w != NULL ? w[i] : 1.0;
        if (isnan(y[i]) || isnan(p[i])) continue;
        if ((classes && ((y[i] != 0.0 && y[i] != 1.0) || p[i] < 0.0 || p[i] > 1.0)) ||
            !(wi >= 0.0) || isinf(wi)) {
            st = wick_fail(ctx, WICK_E_ARG, "row %lld has label %g, prediction %g, weight %g",
                           (long long)i, y[i], p[i], wi);
            goto out;
        }
        ty[k] = y[i];
        tp[k] = -p[i];
        tw[k++] = wi;
    }
    q->n = k;
    if (!wk_order(tp, k, order)) {
        st = wick_fail_mem(ctx);
        goto out;
    }
    for (int64_t i = 0; i < k; i++) {
        q->y[i] = ty[order[i]];
        q->p[i] = -tp[order[i]];
        q->w[i] = tw[order[i]];
    }
out:
    free(order);
    if (st < 0) {
        free(room);
        *q = (pairs){0};
    }
    return st;
}

/* ---- curves ------------------------------------------------------------------------------- */

/* Mann-Whitney with ties counted half, and the step rule of average precision, in one walk down. */
static void curves(const pairs *q, double pos, double neg, wick_class_scores *s)
{
    wick_sum area = {0}, ap = {0};
    double tp = 0.0, fp = 0.0;
    for (int64_t i = 0; i < q->n;) {
        const double at = q->p[i];
        double here_pos = 0.0, here_neg = 0.0;
        for (; i < q->n && q->p[i] == at; i++) *(q->y[i] == 1.0 ? &here_pos : &here_neg) += q->w[i];
        wick_sum_add(&area, here_neg * (tp + 0.5 * here_pos));
        tp += here_pos;
        fp += here_neg;
        if (tp + fp > 0.0) wick_sum_add(&ap, here_pos / pos * (tp / (tp + fp)));
    }
    const bool both = pos > 0.0 && neg > 0.0;
    s->auc = both ? wick_sum_get(&area) / (pos * neg) : WICK_NA;
    s->average_precision = both ? wick_sum_get(&ap) : WICK_NA;
}

static double clipped_loss(double y, double p)
{
    const double eps = 1e-15, q = p < eps ? eps : p > 1.0 - eps ? 1.0 - eps : p;
    return y == 1.0 ? -log(q) : -log1p(-q);
}

static void table(const pairs *q, double threshold, wick_class_scores *s)
{
    wick_sum c[4] = {{0}};
    for (int64_t i = 0; i < q->n; i++) {
        const int k = (q->y[i] == 1.0 ? 2 : 0) + (q->p[i] >= threshold ? 1 : 0);
        wick_sum_add(&c[k], q->w[i]);
    }
    s->tn = wick_sum_get(&c[0]);
    s->fp = wick_sum_get(&c[1]);
    s->fn = wick_sum_get(&c[2]);
    s->tp = wick_sum_get(&c[3]);
    const double pos = s->tp + s->fn, neg = s->tn + s->fp, yes = s->tp + s->fp, no = s->tn + s->fn;
    s->accuracy = pos + neg > 0.0 ? (s->tp + s->tn) / (pos + neg) : WICK_NA;
    s->precision = yes > 0.0 ? s->tp / yes : WICK_NA;
    s->recall = pos > 0.0 ? s->tp / pos : WICK_NA;
    s->f1 = yes + pos > 0.0 ? 2.0 * s->tp / (yes + pos) : WICK_NA;
    s->balanced_accuracy = pos > 0.0 && neg > 0.0 ? 0.5 * (s->tp / pos + s->tn / neg) : WICK_NA;
    const double d = sqrt(yes * pos) * sqrt(neg * no);
    s->mcc =
        pos > 0.0 && neg > 0.0 ? (d > 0.0 ? (s->tp * s->tn - s->fp * s->fn) / d : 0.0) : WICK_NA;
}

/* Edges are b * (1 / bins) in doubles, as numpy's linspace has them: 0.6 lies below 6 * 0.1. */
static int32_t bin_of(double p, int32_t bins)
{
    const double step = 1.0 / (double)bins;
    int32_t b = (int32_t)(p * (double)bins);
    b = b >= bins ? bins - 1 : b;
    while (b > 0 && p < (double)b * step) b--;
    while (b + 1 < bins && p >= (double)(b + 1) * step) b++;
    return b;
}

static double expected_error(const pairs *q, double total)
{
    enum { BINS = 10 };
    wick_sum w[BINS] = {{0}}, p[BINS] = {{0}}, y[BINS] = {{0}}, e = {0};
    for (int64_t i = 0; i < q->n; i++) {
        const int32_t b = bin_of(q->p[i], BINS);
        wick_sum_add(&w[b], q->w[i]);
        wick_sum_add(&p[b], q->w[i] * q->p[i]);
        wick_sum_add(&y[b], q->w[i] * q->y[i]);
    }
    for (int b = 0; b < BINS; b++) {
        wick_sum_add(&e, fabs(wick_sum_get(&p[b]) - wick_sum_get(&y[b])) / total);
    }
    return wick_sum_get(&e);
}

wick_status wick_score_classes(wick_ctx *ctx, int64_t n, const double *y, const double *p,
                               const double *w, double threshold, wick_class_scores *out)
{
    pairs q;
    const wick_status st = pairs_make(ctx, n, y, p, w, true, &q);
    if (st < 0) return st;
    wick_class_scores s = {.n = q.n};
    wick_sum pos = {0}, neg = {0}, loss = {0}, brier = {0};
    for (int64_t i = 0; i < q.n; i++) {
        s.positives += q.y[i] == 1.0;
        wick_sum_add(q.y[i] == 1.0 ? &pos : &neg, q.w[i]);
        wick_sum_add(&loss, q.w[i] * clipped_loss(q.y[i], q.p[i]));
        wick_sum_add(&brier, q.w[i] * (q.p[i] - q.y[i]) * (q.p[i] - q.y[i]));
    }
    const double positive = wick_sum_get(&pos), negative = wick_sum_get(&neg);
    const double total = positive + negative;
    const bool some = total > 0.0;
    s.log_loss = some ? wick_sum_get(&loss) / total : WICK_NA;
    s.brier = some ? wick_sum_get(&brier) / total : WICK_NA;
    s.ece = some ? expected_error(&q, total) : WICK_NA;
    const double rate = some ? positive / total : WICK_NA;
    s.base_log_loss =
        some ? rate * clipped_loss(1.0, rate) + (1.0 - rate) * clipped_loss(0.0, rate) : WICK_NA;
    curves(&q, positive, negative, &s);
    table(&q, threshold, &s);
    pairs_free(&q);
    *out = s;
    return WICK_OK;
}

wick_status wick_score_reals(wick_ctx *ctx, int64_t n, const double *y, const double *p,
                             const double *w, wick_real_scores *out)
{
    pairs q;
    const wick_status st = pairs_make(ctx, n, y, p, w, false, &q);
    if (st < 0) return st;
    wick_sum total = {0}, mean = {0}, error = {0}, square = {0}, size = {0}, spread = {0},
             off = {0};
    for (int64_t i = 0; i < q.n; i++) {
        wick_sum_add(&total, q.w[i]);
        wick_sum_add(&mean, q.w[i] * q.y[i]);
        wick_sum_add(&error, q.w[i] * (q.y[i] - q.p[i]));
    }
    const double weight = wick_sum_get(&total), m = wick_sum_get(&mean) / weight;
    const double bias = wick_sum_get(&error) / weight;
    for (int64_t i = 0; i < q.n; i++) {
        const double e = q.y[i] - q.p[i], d = q.y[i] - m;
        wick_sum_add(&square, q.w[i] * e * e);
        wick_sum_add(&size, q.w[i] * fabs(e));
        wick_sum_add(&spread, q.w[i] * d * d);
        wick_sum_add(&off, q.w[i] * (e - bias) * (e - bias));
    }
    const bool some = weight > 0.0;
    const double all = wick_sum_get(&spread);
    *out = (wick_real_scores){.n = q.n,
                              .rmse = some ? sqrt(wick_sum_get(&square) / weight) : WICK_NA,
                              .mae = some ? wick_sum_get(&size) / weight : WICK_NA,
                              .r2 = some && all > 0.0 ? 1.0 - wick_sum_get(&square) / all : WICK_NA,
                              .explained_variance =
                                  some && all > 0.0 ? 1.0 - wick_sum_get(&off) / all : WICK_NA};
    pairs_free(&q);
    return WICK_OK;
}

wick_status wick_score_reliability(wick_ctx *ctx, int64_t n, const double *y, const double *p,
                                   const double *w, int32_t bins, bool equal_count,
                                   wick_reliability *out)
{
    if (bins < 1 || bins > 1000 || out == NULL) {
        return wick_fail(ctx, WICK_E_ARG, "%d bins; it must be 1..1000", (int)bins);
    }
    pairs q;
    const wick_status st = pairs_make(ctx, n, y, p, w, true, &q);
    if (st < 0) return st;
    for (int32_t b = 0; b < bins; b++) {
        out[b] = (wick_reliability){.lo = (double)b / bins, .hi = (b + 1.0) / bins};
    }
    for (int64_t i = 0; i < q.n; i++) {
        const int64_t rank = q.n - 1 - i; /* pairs run down */
        const int32_t b = equal_count ? (int32_t)(rank * bins / q.n) : bin_of(q.p[i], bins);
        wick_reliability *r = &out[b];
        if (equal_count) {
            r->lo = r->weight == 0.0 ? q.p[i] : fmin(r->lo, q.p[i]);
            r->hi = r->weight == 0.0 ? q.p[i] : fmax(r->hi, q.p[i]);
        }
        r->mean_p += q.w[i] * q.p[i];
        r->mean_y += q.w[i] * q.y[i];
        r->weight += q.w[i];
    }
    for (int32_t b = 0; b < bins; b++) {
        const bool some = out[b].weight > 0.0;
        out[b].mean_p = some ? out[b].mean_p / out[b].weight : WICK_NA;
        out[b].mean_y = some ? out[b].mean_y / out[b].weight : WICK_NA;
        if (equal_count && !some) out[b].lo = out[b].hi = WICK_NA;
    }
    pairs_free(&q);
    return WICK_OK;
}
