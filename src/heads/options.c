/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "heads/heads_int.h"

/* Nothing of these depends on the level of prices. */
static const char *const names[] = {"ret1",  "ret3", "ret6",    "ret12", "ret24", "rsi14", "atr",
                                    "range", "body", "ema_gap", "trend", "band",  "speed", "swing"};
static const char *const texts[] = {
    "close / close[1] - 1",
    "close / close[3] - 1",
    "close / close[6] - 1",
    "close / close[12] - 1",
    "close / close[24] - 1",
    "rsi(close, 14)",
    "atr(14) / close",
    "(high - low) / close",
    "(close - open) / close",
    "close / ema(close, 20) - 1",
    "ema(close, 10) / ema(close, 50) - 1",
    "(close - sma(close, 20)) / stdev(close, 20)",
    "roc(close, 10) - roc(close, 30)",
    "(close - lowest(low, 48)) / (highest(high, 48) - lowest(low, 48))",
};

wick_status wk_heads_settle(wick_ctx *ctx, const wick_heads_opts *in, wick_heads_opts *out)
{
    wick_heads_opts o = in ? *in : (wick_heads_opts){.size = sizeof o};
    if (o.horizon == 0) o.horizon = 12;
    if (o.every == 0) o.every = 1;
    if (!(o.up > 0.0)) o.up = 2.0;
    if (!(o.down > 0.0)) o.down = 1.5;
    if (!(o.participation > 0.0)) o.participation = 0.1;
    if (!(o.leg_notional > 0.0)) o.leg_notional = 1e5;
    if (!o.model) o.model = "xgboost";
    if (o.rounds == 0) o.rounds = 300;
    if (o.folds == 0) o.folds = 4;
    if (!o.features) {
        o.feature_names = names;
        o.features = texts;
        o.n_features = (int32_t)(sizeof texts / sizeof *texts);
    }
    if (o.horizon < 1 || o.every < 1 || o.rounds < 1 || o.folds < 2 || o.n_features < 1)
        return wick_fail(ctx, WICK_E_ARG,
                         "heads: horizon, every and rounds are 1 or more, folds 2 or more, and "
                         "there is at least one feature");
    if (!(o.cost_bps >= 0.0) || !isfinite(o.cost_bps))
        return wick_fail(ctx, WICK_E_ARG, "heads: cost_bps is 0 or more");
    *out = o;
    return WICK_OK;
}

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

double wk_heads_quantile(double *x, int64_t n, double q)
{
    if (n < 1) return WICK_NA;
    qsort(x, (size_t)n, sizeof *x, by_value);
    const double at = q * (double)(n - 1), low = floor(at);
    const int64_t i = (int64_t)low;
    return i + 1 < n ? x[i] + (at - low) * (x[i + 1] - x[i]) : x[n - 1];
}
