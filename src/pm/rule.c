/* SPDX-License-Identifier: MIT */
/* The open rule for one sample, planned ratios, metrics and score of a trade list. */
#include "wick/pm.h"

int wick_pm_side(const wick_pm_frame *f, int64_t i, const wick_pm_thresholds *th)
{
    const double lp = f->long_prob[i], sp = f->short_prob[i], risk = f->market_risk_prob[i];
    const double pl = f->pred_long[i], ps = f->pred_short[i];
    const bool calm = risk <= th->max_market_risk_prob;
    const bool long_ok = lp >= th->long_open_prob && lp - sp >= th->min_direction_margin &&
                         f->long_entry_prob[i] >= th->min_long_entry_prob && calm &&
                         pl >= th->min_expected_edge_bps;
    const bool short_ok = sp >= th->short_open_prob && sp - lp >= th->min_direction_margin &&
                          f->short_entry_prob[i] >= th->min_short_entry_prob && calm &&
                          ps >= th->min_expected_edge_bps;
    if (long_ok && (!short_ok || pl + 10.0 * (lp - sp) >= ps + 10.0 * (sp - lp))) return 1;
    return short_ok ? -1 : 0;
}

static double clip(double x, double lo, double hi)
{
    return x < lo ? lo : x > hi ? hi : x;
}

double wick_pm_planned_ratio(double edge, double risk, double min_edge)
{
    return clip(clip((edge - min_edge) / 20.0, 0.0, 1.5) * clip(1.0 - risk, 0.0, 1.0), 0.05, 1.0);
}

double wick_pm_score(const wick_pm_metrics *m)
{
    if (m->trade_count == 0) return -1000000.0;
    const double n = (double)m->trade_count, few = n < 20.0 ? 20.0 - n : 0.0;
    return m->avg_weighted_edge_bps * sqrt(n) + 0.05 * m->total_weighted_edge_bps -
           0.25 * m->max_drawdown_bps - 5.0 * few;
}

void wick_pm_trades(const wick_pm_frame *f, const wick_pm_thresholds *th, int64_t *rows,
                    int8_t *side, double *ratio, int64_t *n)
{
    int64_t k = 0;
    for (int64_t i = 0; i < f->n; i++) {
        const int s = wick_pm_side(f, i, th);
        if (s == 0) continue;
        rows[k] = i;
        side[k] = (int8_t)s;
        ratio[k++] = wick_pm_planned_ratio(s > 0 ? f->pred_long[i] : f->pred_short[i],
                                           f->market_risk_prob[i], th->min_expected_edge_bps);
    }
    *n = k;
}
