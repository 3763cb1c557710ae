/* SPDX-License-Identifier: MIT */
/* PyBroker's bootstrap table under its own labels. */
#include "metrics/sheet_int.h"

enum { LOW, HIGH };

static void put(wick_sheet *t, const char *label, wick_metric_unit unit, const char *formula,
                double low, double high)
{
    double *v = wk_sheet_row(t, label, formula);
    if (v == NULL) return;
    wk_sheet_row_unit(t, unit);
    v[LOW] = low;
    v[HIGH] = high;
}

static wick_status build(wick_ctx *ctx, const wick_ledger *l, const wick_metric_opts *o,
                         wick_sheet *t)
{
    static const char *const names[] = {"lower", "upper"};
    static const wick_metric_unit units[] = {WICK_M_RATIO, WICK_M_RATIO};
    static const char *const levels[] = {"97.5%", "95%", "90%"};
    static const char *const bounds[] = {"99.9%", "99%", "95%", "90%"};
    wick_pybroker_boot p;
    char label[64];
    wk_sheet_columns(t, 2, names, units);
    const wick_boot_opts how = {.size = sizeof how, .pybroker_normal = true};
    const wick_status st = wick_boot_pybroker(ctx, l, o, &how, &p);
    if (st < 0) return st;
    for (int k = 0; k < 3; k++) {
        snprintf(label, sizeof label, "Profit Factor %s", levels[k]);
        put(t, label, WICK_M_RATIO,
            "exp of the BCa interval of log((gains + 1e-10) / (losses + 1e-10)) of bar changes",
            p.profit_factor[k][0], p.profit_factor[k][1]);
    }
    for (int k = 0; k < 3; k++) {
        snprintf(label, sizeof label, "Sharpe Ratio %s", levels[k]);
        put(t, label, WICK_M_RATIO,
            "BCa interval of mean(r) / population deviation; times sqrt(A) when A is set",
            p.sharpe[k][0], p.sharpe[k][1]);
    }
    for (int k = 0; k < 4; k++) {
        snprintf(label, sizeof label, "Max Drawdown (cash) %s", bounds[k]);
        put(t, label, WICK_M_CASH, "quantile of the drawdown of resampled bar changes",
            p.drawdown[k], WICK_NA);
    }
    for (int k = 0; k < 4; k++) {
        snprintf(label, sizeof label, "Max Drawdown (%%) %s", bounds[k]);
        put(t, label, WICK_M_PERCENT,
            "quantile of the drawdown of resampled bar returns, in percent", p.drawdown_pct[k],
            WICK_NA);
    }
    return WICK_OK;
}

const wick_sheet_spec wick_sheet_pybroker_bootstrap = {
    .name = "pybroker_bootstrap",
    .title = "bootstrap of PyBroker",
    .doc =
        "PyBroker's intervals and drawdown bounds: 10 000 resamples of single bars, seed 42, with "
        "its approximations of the normal distribution. Its labels are one-sided: 97.5% is the "
        "central 95 % interval; a drawdown row says that the drawdown is not worse than this "
        "with that confidence, if bars were exchangeable",
    .source = "PyBroker 2.0.0, pybroker/eval.py",
    .label = "row",
    .build = build,
};
