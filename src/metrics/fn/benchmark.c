/* SPDX-License-Identifier: MIT */
/* registry: wick_metric_benchmark_return_pct wick_metric_excess_return_pct wick_metric_beta */
/* registry: wick_metric_alpha_pct wick_metric_correlation wick_metric_r_squared */
/* registry: wick_metric_information_ratio wick_metric_information_ratio_annual */
/* registry: wick_metric_tracking_error_pct wick_metric_treynor wick_metric_up_capture_pct */
/* registry: wick_metric_down_capture_pct */
/* Against a benchmark b: returns from its first value on. Undefined without one. */
#include "metrics/metrics_int.h"
#include "wick/stats.h"

static bool none(const wick_facts *f)
{
    return f->benchmark.m == 0;
}

static double slope(const wick_facts *f)
{
    return f->benchmark.bb > 0.0 ? f->benchmark.rb / f->benchmark.bb : WICK_NA;
}

/* Ratio of annual growths over the bars on which the benchmark moved one way. */
static double capture(double own, double other, int64_t bars, double year)
{
    if (bars == 0) return WICK_NA;
    const double a = wk_annual_pct(own, year / (double)bars);
    const double b = wk_annual_pct(other, year / (double)bars);
    return b != 0.0 ? 100.0 * a / b : WICK_NA;
}

static double benchmark_return_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : 100.0 * f->benchmark.total_b;
}

const wick_metric_spec wick_metric_benchmark_return_pct = {
    .name = "benchmark_return_pct",
    .title = "return of the benchmark",
    .formula = "100 * (last / first value of the benchmark - 1)",
    .source = "backtesting.py 0.6.6, Buy & Hold Return",
    .unit = WICK_M_PERCENT,
    .better = 0,
    .needs = WICK_NEED_BENCHMARK,
    .row = -1,
    .eval = benchmark_return_pct,
};

static double excess_return_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : 100.0 * (f->benchmark.total - f->benchmark.total_b);
}

const wick_metric_spec wick_metric_excess_return_pct = {
    .name = "excess_return_pct",
    .title = "return above the benchmark",
    .formula = "return over the span of the benchmark less benchmark_return_pct",
    .source = "QuantStats 0.0.81, compare",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_BENCHMARK,
    .row = -1,
    .eval = excess_return_pct,
};

static double beta(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : slope(f);
}

const wick_metric_spec wick_metric_beta = {
    .name = "beta",
    .title = "beta",
    .formula = "covariance of r and b / variance of b",
    .source = "QuantStats 0.0.81, greeks",
    .unit = WICK_M_RATIO,
    .better = 0,
    .needs = WICK_NEED_BENCHMARK,
    .row = -1,
    .eval = beta,
};

static double alpha_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f)
               ? WICK_NA
               : 100.0 * o->bars_per_year *
                     (f->benchmark.mean - f->target - slope(f) * (f->benchmark.mean_b - f->target));
}

const wick_metric_spec wick_metric_alpha_pct = {
    .name = "alpha_pct",
    .title = "annual alpha",
    .formula = "100 * (mean(r) - f - beta * (mean(b) - f)) * A, f the risk-free return per "
               "bar",
    .source = "QuantStats 0.0.81, greeks (there without f); M. Jensen, J. of Finance 23(2), "
              "1968",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_BENCHMARK | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = alpha_pct,
};

static double correlation(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) || !(f->benchmark.rr > 0.0) || !(f->benchmark.bb > 0.0)
               ? WICK_NA
               : f->benchmark.rb / sqrt(f->benchmark.rr * f->benchmark.bb);
}

const wick_metric_spec wick_metric_correlation = {
    .name = "correlation",
    .title = "correlation with the benchmark",
    .formula = "of bar returns",
    .source = "pandas Series.corr",
    .unit = WICK_M_RATIO,
    .better = 0,
    .needs = WICK_NEED_BENCHMARK,
    .row = -1,
    .eval = correlation,
};

static double r_squared(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return correlation(f, o) * correlation(f, o);
}

const wick_metric_spec wick_metric_r_squared = {
    .name = "r_squared",
    .title = "share of variance explained",
    .formula = "correlation squared",
    .source = "QuantStats 0.0.81, r_squared",
    .unit = WICK_M_RATIO,
    .better = 0,
    .needs = WICK_NEED_BENCHMARK,
    .row = -1,
    .eval = r_squared,
};

static double information_ratio(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) || !(f->benchmark.dev_excess > 0.0)
               ? WICK_NA
               : (f->benchmark.mean - f->benchmark.mean_b) / f->benchmark.dev_excess;
}

const wick_metric_spec wick_metric_information_ratio = {
    .name = "information_ratio",
    .title = "information ratio per bar",
    .formula = "mean(r - b) / sample deviation of r - b",
    .source = "QuantStats 0.0.81 and vectorbt, information_ratio",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_BENCHMARK,
    .row = -1,
    .eval = information_ratio,
};

static double information_ratio_annual(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return wk_root_year(o, information_ratio(f, o));
}

const wick_metric_spec wick_metric_information_ratio_annual = {
    .name = "information_ratio_annual",
    .title = "annual information ratio",
    .formula = "information_ratio * sqrt(A)",
    .source = "R. Grinold, R. Kahn, Active Portfolio Management, 2000",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_BENCHMARK | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = information_ratio_annual,
};

static double tracking_error_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) ? WICK_NA : wk_root_year(o, 100.0 * f->benchmark.dev_excess);
}

const wick_metric_spec wick_metric_tracking_error_pct = {
    .name = "tracking_error_pct",
    .title = "annual tracking error",
    .formula = "100 * sample deviation of r - b * sqrt(A)",
    .source = "R. Grinold, R. Kahn, Active Portfolio Management, 2000",
    .unit = WICK_M_PERCENT,
    .better = -1,
    .needs = WICK_NEED_BENCHMARK | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = tracking_error_pct,
};

static double treynor(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return none(f) || slope(f) == 0.0 ? WICK_NA : (f->benchmark.total - o->risk_free) / slope(f);
}

const wick_metric_spec wick_metric_treynor = {
    .name = "treynor",
    .title = "Treynor ratio",
    .formula = "(return over the span - risk_free) / beta, as fractions",
    .source = "QuantStats 0.0.81, treynor_ratio",
    .unit = WICK_M_RATIO,
    .better = 1,
    .needs = WICK_NEED_BENCHMARK,
    .row = -1,
    .eval = treynor,
};

static double up_capture_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return capture(f->benchmark.up, f->benchmark.up_b, f->benchmark.n_up, o->bars_per_year);
}

const wick_metric_spec wick_metric_up_capture_pct = {
    .name = "up_capture_pct",
    .title = "capture of rising bars",
    .formula = "100 * annual growth of r / annual growth of b, over the bars with b > 0",
    .source = "vectorbt, up_capture",
    .unit = WICK_M_PERCENT,
    .better = 1,
    .needs = WICK_NEED_BENCHMARK | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = up_capture_pct,
};

static double down_capture_pct(const wick_facts *f, const wick_metric_opts *o)
{
    (void)o;
    return capture(f->benchmark.down, f->benchmark.down_b, f->benchmark.n_down, o->bars_per_year);
}

const wick_metric_spec wick_metric_down_capture_pct = {
    .name = "down_capture_pct",
    .title = "capture of falling bars",
    .formula = "100 * annual growth of r / annual growth of b, over the bars with b < 0",
    .source = "vectorbt, down_capture",
    .unit = WICK_M_PERCENT,
    .better = -1,
    .needs = WICK_NEED_BENCHMARK | WICK_NEED_ANNUAL,
    .row = -1,
    .eval = down_capture_pct,
};
