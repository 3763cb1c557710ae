/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_skew wick_metric_kurtosis wick_metric_var_pct wick_metric_cvar_pct */
/* registry: wick_metric_var_normal_pct wick_metric_omega wick_metric_gain_to_pain */
/* registry: wick_metric_tail_ratio wick_metric_common_sense_ratio wick_metric_best_bar_pct */
/* registry: wick_metric_worst_bar_pct wick_metric_bar_win_rate wick_metric_avg_up_bar_pct */
/* registry: wick_metric_avg_down_bar_pct wick_metric_max_up_bars wick_metric_max_down_bars */
/* registry: wick_metric_autocorrelation wick_metric_smart_sharpe_annual wick_metric_psr */
/* registry: wick_metric_min_trl */
/* The distribution of bar returns r. */
#include "metrics/metrics_int.h"
#include "wick/stats.h"

static bool none(const wick_facts *f)
{
    return f->series.m < 1;
}

static double over(double a, double b)
{
    return b > 0.0 ? a / b : WICK_NA;
}

static double skew(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : f->series.skew;
}

const wick_metric_spec wick_metric_skew = {
    .name = "skew",
    .title = "skewness",
    .formula = "third central moment of r / deviation^3, population; undefined without "
               "spread",
    .source = "scipy.stats.skew, bias=True",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = skew,
};

static double kurtosis(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : f->series.kurtosis - 3.0;
}

const wick_metric_spec wick_metric_kurtosis = {
    .name = "kurtosis",
    .title = "excess kurtosis",
    .formula = "fourth central moment of r / deviation^4 - 3, population; undefined without "
               "spread",
    .source = "scipy.stats.kurtosis, bias=True",
    .unit = WICK_M_RATIO,
    .better = 0,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = kurtosis,
};

static double var_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : 100.0 * f->series.q05;
}

const wick_metric_spec wick_metric_var_pct = {
    .name = "var_pct",
    .title = "value at risk, 5 %",
    .formula = "100 * 5 % quantile of r, interpolated between order statistics: the "
               "historical one",
    .source = "vectorbt, value_at_risk",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = var_pct,
};

static double cvar_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : 100.0 * f->series.shortfall;
}

const wick_metric_spec wick_metric_cvar_pct = {
    .name = "cvar_pct",
    .title = "expected shortfall, 5 %",
    .formula = "100 * mean of r at or below the 5 % quantile",
    .source = "R. Rockafellar, S. Uryasev, Optimization of Conditional Value-at-Risk, J. of "
              "Risk 2(3), 2000",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = cvar_pct,
};

static double var_normal_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA
                   : 100.0 * (f->series.mean + f->series.dev * wick_normal_quantile(0.05));
}

const wick_metric_spec wick_metric_var_normal_pct = {
    .name = "var_normal_pct",
    .title = "value at risk, 5 %, normal",
    .formula = "100 * (mean + population deviation * normal quantile of 5 %)",
    .source = "J.P. Morgan, RiskMetrics Technical Document, 1996",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = var_normal_pct,
};

static double omega(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : over(f->series.over, -f->series.under);
}

const wick_metric_spec wick_metric_omega = {
    .name = "omega",
    .title = "Omega ratio",
    .formula = "sum of r - f above zero / -sum of r - f below zero, f the risk-free return "
               "per bar; undefined without a loss",
    .source = "C. Keating, W. Shadwick, A Universal Performance Measure, 2002",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = omega,
};

static double gain_to_pain(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : over(f->series.up + f->series.down, -f->series.down);
}

const wick_metric_spec wick_metric_gain_to_pain = {
    .name = "gain_to_pain",
    .title = "gain to pain ratio",
    .formula = "sum of r / -sum of negative r; undefined without a loss",
    .source = "QuantStats 0.0.81, gain_to_pain_ratio (J. Schwager)",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = gain_to_pain,
};

static double tail_ratio(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : over(fabs(f->series.q95), fabs(f->series.q05));
}

const wick_metric_spec wick_metric_tail_ratio = {
    .name = "tail_ratio",
    .title = "tail ratio",
    .formula = "|95 % quantile of r / 5 % quantile|; undefined when that is 0",
    .source = "QuantStats 0.0.81, tail_ratio",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = tail_ratio,
};

static double common_sense_ratio(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : tail_ratio(f, o) * over(f->series.up, -f->series.down);
}

const wick_metric_spec wick_metric_common_sense_ratio = {
    .name = "common_sense_ratio",
    .title = "common sense ratio",
    .formula = "tail_ratio * sum of positive / -sum of negative r",
    .source = "QuantStats 0.0.81, common_sense_ratio",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = common_sense_ratio,
};

static double best_bar_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : 100.0 * f->series.best;
}

const wick_metric_spec wick_metric_best_bar_pct = {
    .name = "best_bar_pct",
    .title = "best bar",
    .formula = "100 * largest r",
    .source = "QuantStats 0.0.81, best",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = best_bar_pct,
};

static double worst_bar_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : 100.0 * f->series.worst;
}

const wick_metric_spec wick_metric_worst_bar_pct = {
    .name = "worst_bar_pct",
    .title = "worst bar",
    .formula = "100 * smallest r",
    .source = "QuantStats 0.0.81, worst",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = worst_bar_pct,
};

static double bar_win_rate(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->series.n_up + f->series.n_down == 0
               ? WICK_NA
               : 100.0 * (double)f->series.n_up / (double)(f->series.n_up + f->series.n_down);
}

const wick_metric_spec wick_metric_bar_win_rate = {
    .name = "bar_win_rate",
    .title = "share of rising bars",
    .formula = "100 * bars with r > 0 / bars with r not 0",
    .source = "QuantStats 0.0.81, win_rate",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = bar_win_rate,
};

static double avg_up_bar_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->series.n_up == 0 ? WICK_NA : 100.0 * f->series.up / (double)f->series.n_up;
}

const wick_metric_spec wick_metric_avg_up_bar_pct = {
    .name = "avg_up_bar_pct",
    .title = "average rising bar",
    .formula = "100 * mean of positive r",
    .source = "QuantStats 0.0.81, avg_win",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = avg_up_bar_pct,
};

static double avg_down_bar_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return f->series.n_down == 0 ? WICK_NA : 100.0 * f->series.down / (double)f->series.n_down;
}

const wick_metric_spec wick_metric_avg_down_bar_pct = {
    .name = "avg_down_bar_pct",
    .title = "average falling bar",
    .formula = "100 * mean of negative r",
    .source = "QuantStats 0.0.81, avg_loss",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = avg_down_bar_pct,
};

static double max_up_bars(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return (double)f->series.max_up;
}

const wick_metric_spec wick_metric_max_up_bars = {
    .name = "max_up_bars",
    .title = "longest run of rising bars",
    .formula = "most bars in a row with r > 0",
    .source = "QuantStats 0.0.81, consecutive_wins",
    .unit = WICK_M_COUNT,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = max_up_bars,
};

static double max_down_bars(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return (double)f->series.max_down;
}

const wick_metric_spec wick_metric_max_down_bars = {
    .name = "max_down_bars",
    .title = "longest run of falling bars",
    .formula = "most bars in a row with r < 0",
    .source = "QuantStats 0.0.81, consecutive_losses",
    .unit = WICK_M_COUNT,
    .better = -1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = max_down_bars,
};

static double autocorrelation(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : f->series.rho;
}

const wick_metric_spec wick_metric_autocorrelation = {
    .name = "autocorrelation",
    .title = "autocorrelation of bar returns",
    .formula = "correlation of r with the r before it",
    .source = "pandas Series.autocorr(1)",
    .unit = WICK_M_RATIO,
    .better = 0,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = autocorrelation,
};

static double smart_sharpe_annual(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA
                   : wk_root_year(o, over(f->series.mean - f->target, f->series.dev)) /
                         f->series.penalty;
}

const wick_metric_spec wick_metric_smart_sharpe_annual = {
    .name = "smart_sharpe_annual",
    .title = "annual Sharpe ratio, penalised for autocorrelation",
    .formula = "(mean(r) - f) / population deviation * sqrt(A) / sqrt(1 + 2 sum (m - k) / m "
               "|rho|^k), rho = autocorrelation",
    .source = "QuantStats 0.0.81, smart_sharpe (there with the sample deviation)",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = smart_sharpe_annual,
};

static double psr(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA
                   : wick_psr(over(f->series.mean, f->series.dev), 0.0, f->series.m, f->series.skew,
                              f->series.kurtosis);
}

const wick_metric_spec wick_metric_psr = {
    .name = "psr",
    .title = "probabilistic Sharpe ratio",
    .formula = "probability that the true Sharpe ratio per bar is above 0: normal cdf of s "
               "sqrt(m - 1) / sqrt(1 - g3 s + (g4 - 1) / 4 s^2), s = mean(r) / population "
               "deviation, g3 and g4 population skewness and raw kurtosis of m returns",
    .source = "D. Bailey, M. Lopez de Prado, The Sharpe Ratio Efficient Frontier, J. of "
              "Risk 15(2), 2012",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = psr,
};

static double min_trl(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA
                   : wick_min_trl(over(f->series.mean, f->series.dev), 0.0, 0.95, f->series.skew,
                                  f->series.kurtosis);
}

const wick_metric_spec wick_metric_min_trl = {
    .name = "min_trl",
    .title = "minimum track record length",
    .formula = "bars after which psr reaches 95 % if the Sharpe ratio stays: 1 + (1 - g3 s + "
               "(g4 - 1) / 4 s^2) (z / s)^2; undefined for s <= 0",
    .source = "D. Bailey, M. Lopez de Prado, The Sharpe Ratio Efficient Frontier, J. of "
              "Risk 15(2), 2012",
    .unit = WICK_M_BARS,
    .better = -1,
    .needs = WICK_NEED_SERIES | WICK_NEED_RETURNS,
    .row = -1,
    .eval = min_trl,
};
