/* SPDX-License-Identifier: MIT */
/* Metrics of a trade list that is read once per sum. The number of trades is known beforehand, so
 * the pairwise tree of wick_sum_pairwise can be walked over a stream: its leaves are at most 128
 * trades, nothing longer is ever stored. */
#include <string.h>

#include "pm/pm_int.h"

enum { LANES = 8 };

typedef struct sums {
    double weighted, actual, ratio;
} sums;

/* Running totals, in the order of the trades. */
typedef struct running {
    double total, peak, peak0, drawdown, drawdown0;
    int64_t wins, losses_now, losses_most;
} running;

static void run_on(running *r, const wk_pm_cell *c, int64_t n)
{
    double total = r->total, peak = r->peak, peak0 = r->peak0, dd = r->drawdown, dd0 = r->drawdown0;
    for (int64_t i = 0; i < n; i++) {
        const double w = c[i].weighted;
        total += w;
        peak = total > peak ? total : peak;
        peak0 = total > peak0 ? total : peak0;
        dd = peak - total > dd ? peak - total : dd;
        dd0 = peak0 - total > dd0 ? peak0 - total : dd0;
        r->wins += c[i].actual > 0.0;
        r->losses_now = w < 0.0 ? r->losses_now + 1 : 0;
        if (r->losses_now > r->losses_most) r->losses_most = r->losses_now;
    }
    r->total = total;
    r->peak = peak;
    r->peak0 = peak0;
    r->drawdown = dd;
    r->drawdown0 = dd0;
}

static sums add_leaf(const wk_pm_cell *c, int64_t n)
{
    sums t = {0.0, 0.0, 0.0};
    int64_t i = 0;
    if (n >= LANES) {
        double w[LANES], a[LANES], r[LANES];
        for (int k = 0; k < LANES; k++) {
            w[k] = c[k].weighted;
            a[k] = c[k].actual;
            r[k] = c[k].ratio;
        }
        for (i = LANES; i < n - n % LANES; i += LANES)
            for (int k = 0; k < LANES; k++) {
                w[k] += c[i + k].weighted;
                a[k] += c[i + k].actual;
                r[k] += c[i + k].ratio;
            }
        t.weighted = ((w[0] + w[1]) + (w[2] + w[3])) + ((w[4] + w[5]) + (w[6] + w[7]));
        t.actual = ((a[0] + a[1]) + (a[2] + a[3])) + ((a[4] + a[5]) + (a[6] + a[7]));
        t.ratio = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
    }
    for (; i < n; i++) {
        t.weighted += c[i].weighted;
        t.actual += c[i].actual;
        t.ratio += c[i].ratio;
    }
    return t;
}

/* `r` NULL: the sums alone. */
static sums walk(const wk_pm_source *s, wk_pm_kind kind, int64_t n, running *r)
{
    if (n > WK_PM_LEAF) {
        const int64_t half = n / 2 - n / 2 % LANES;
        const sums a = walk(s, kind, half, r), b = walk(s, kind, n - half, r);
        return (sums){a.weighted + b.weighted, a.actual + b.actual, a.ratio + b.ratio};
    }
    wk_pm_cell leaf[WK_PM_LEAF];
    s->next(s->self, kind, n, leaf);
    if (r) run_on(r, leaf, n);
    return add_leaf(leaf, n);
}

void wk_pm_measure(const wk_pm_source *s, wick_pm_metrics *out)
{
    const int64_t n = s->count[WK_PM_ALL];
    *out = (wick_pm_metrics){.trade_count = n};
    if (n == 0) return;
    running r = {.peak = -(double)INFINITY};
    const sums all = walk(s, WK_PM_ALL, n, &r);
    const double gains = walk(s, WK_PM_GAINS, s->count[WK_PM_GAINS], NULL).weighted;
    const double losses = walk(s, WK_PM_LOSSES, s->count[WK_PM_LOSSES], NULL).weighted;
    out->win_rate = (double)r.wins / (double)n;
    out->avg_actual_edge_bps = all.actual / (double)n;
    out->avg_weighted_edge_bps = all.weighted / (double)n;
    out->total_weighted_edge_bps = r.total;
    out->max_drawdown_bps = r.drawdown;
    out->max_drawdown_from_zero_bps = r.drawdown0;
    out->avg_planned_ratio = all.ratio / (double)n;
    out->profit_factor = losses < 0.0 ? gains / -losses : (double)INFINITY;
    out->max_consecutive_losses = r.losses_most;
}

/* ---- a list in memory --------------------------------------------------------------------- */

typedef struct list {
    const double *actual, *weighted, *ratio;
    int64_t at[WK_PM_KINDS];
} list;

static bool is_kind(double w, wk_pm_kind kind)
{
    return kind == WK_PM_ALL || (kind == WK_PM_GAINS ? w > 0.0 : w < 0.0);
}

static void next_of_list(void *self, wk_pm_kind kind, int64_t n, wk_pm_cell *out)
{
    list *l = self;
    int64_t i = l->at[kind];
    for (int64_t k = 0; k < n; i++) {
        if (!is_kind(l->weighted[i], kind)) continue;
        out[k++] = (wk_pm_cell){l->weighted[i], l->actual[i], l->ratio[i]};
    }
    l->at[kind] = i;
}

void wick_pm_measure(int64_t n, const double *actual, const double *weighted, const double *ratio,
                     wick_pm_metrics *out)
{
    list l = {.actual = actual, .weighted = weighted, .ratio = ratio};
    wk_pm_source s = {.count = {n}, .next = next_of_list, .self = &l};
    for (int64_t i = 0; i < n; i++) {
        s.count[WK_PM_GAINS] += weighted[i] > 0.0;
        s.count[WK_PM_LOSSES] += weighted[i] < 0.0;
    }
    wk_pm_measure(&s, out);
}
