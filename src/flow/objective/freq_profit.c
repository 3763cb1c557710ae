/* SPDX-License-Identifier: MIT */
/* registry: wick_objective_freq_profit wick_objective_freq_short_trades */
/* registry: wick_objective_freq_drawdown wick_objective_freq_drawdown_relative */
/* registry: wick_objective_freq_drawdown_per_symbol wick_objective_freq_profit_drawdown */
/* registry: wick_objective_freq_multi */
/* Losses made of profit, drawdown, duration and number of trades. */
#include "flow/objective/freq.h"

static double profit(const wick_objective_in *in)
{
    return -wk_freq_of(in, -1).profit;
}

static double short_trades(const wick_objective_in *in)
{
    const int64_t n = wick_ledger_trades(in->ledger);
    const double missing = (double)n - 600.0;
    wick_sum ratio = {0}, minutes = {0};
    if (n == 0) return WICK_NA;
    for (int64_t i = 0; i < n; i++) {
        const wick_trade_rec *t = wick_ledger_trade(in->ledger, i);
        wick_sum_add(&ratio, wk_freq_ratio(in, t));
        wick_sum_add(&minutes, (double)(t->exit_time - t->entry_time) / 60000.0);
    }
    const double duration = wick_sum_get(&minutes) / (double)n;
    return 1.0 - 0.25 * exp(-missing * missing / pow(10.0, 5.8)) +
           fmax(0.0, 1.0 - wick_sum_get(&ratio) / 3.0) + 0.4 * fmin(duration / 300.0, 1.0);
}

static double drawdown(const wick_objective_in *in)
{
    const wk_freq f = wk_freq_of(in, -1);
    return f.drawdown > 0.0 ? -f.profit / f.drawdown : -f.profit;
}

static double drawdown_relative(const wick_objective_in *in)
{
    const wk_freq f = wk_freq_of(in, -1);
    return f.drawdown > 0.0 ? -f.profit / f.drawdown / f.deepest_share : -f.profit;
}

static double drawdown_per_symbol(const wick_objective_in *in)
{
    double worst = HUGE_VAL;
    int32_t last = -1;
    for (int64_t i = 0; i < wick_ledger_trades(in->ledger); i++)
        if (wick_ledger_trade(in->ledger, i)->symbol > last)
            last = wick_ledger_trade(in->ledger, i)->symbol;
    for (int32_t s = 0; s <= last; s++) {
        const wk_freq f = wk_freq_of(in, s);
        double score = f.drawdown > 0.0 && f.profit != 0.0 ? f.profit / f.drawdown : f.profit;
        if (f.n == 0) continue;
        if (score < 1.0) score -= 20.0;
        if (score < worst) worst = score;
    }
    return last < 0 ? WICK_NA : -worst;
}

static double less_drawdown(const wk_freq *f, double weight)
{
    return f->profit - f->drawdown_share * f->profit * (1.0 - weight);
}

static double profit_drawdown(const wick_objective_in *in)
{
    const wk_freq f = wk_freq_of(in, -1);
    return -less_drawdown(&f, 0.075);
}

/* (1 + average win / average loss) * win rate - 1; 100 without losses. */
static double expectancy(const wk_freq *f)
{
    if (f->n_losses == 0) return 100.0;
    const double loss = f->losses / (double)f->n_losses;
    const double win = f->n_wins > 0 ? f->wins / (double)f->n_wins : 0.0;
    return (1.0 + win / loss) * (double)f->n_wins / (double)f->n - 1.0;
}

static double multi(const wick_objective_in *in)
{
    const wk_freq f = wk_freq_of(in, -1);
    if (f.n == 0) return WICK_NA;
    const double few = f.n < 50 ? fmax(1.0 - (50.0 - (double)f.n) / 50.0, 0.1) : 1.0;
    return -(less_drawdown(&f, 0.055) * log(f.wins / (f.losses + 1e-6) + 1.0) *
             log(fmin(10.0, expectancy(&f)) + 2.0) * log(1.2 + (double)f.n_wins / (double)f.n) *
             few);
}

const wick_objective_spec wick_objective_freq_profit = {
    .name = "freq_profit",
    .title = "profit alone",
    .formula = "-sum of profits of closed trades after fees",
    .source = "Freqtrade OnlyProfitHyperOptLoss",
    .better = -1,
    .eval = profit,
};

const wick_objective_spec wick_objective_freq_short_trades = {
    .name = "freq_short_trades",
    .title = "many short trades with profit",
    .formula = "1 - 0.25 exp(-(n - 600)^2 / 10^5.8) + max(0, 1 - sum of profit ratios / 3) + 0.4 "
               "min(mean minutes / 300, 1)",
    .source = "Freqtrade ShortTradeDurHyperOptLoss",
    .better = -1,
    .eval = short_trades,
};

const wick_objective_spec wick_objective_freq_drawdown = {
    .name = "freq_drawdown",
    .title = "profit per drawdown",
    .formula = "-profit / deepest drawdown of the closed profits, both in cash; without drawdown "
               "-profit",
    .source = "Freqtrade MaxDrawDownHyperOptLoss",
    .better = -1,
    .eval = drawdown,
};

const wick_objective_spec wick_objective_freq_drawdown_relative = {
    .name = "freq_drawdown_relative",
    .title = "profit per drawdown and relative drawdown",
    .formula = "-profit / deepest drawdown in cash / deepest drawdown as a share of starting cash "
               "plus peak; without drawdown -profit",
    .source = "Freqtrade MaxDrawDownRelativeHyperOptLoss",
    .better = -1,
    .eval = drawdown_relative,
};

const wick_objective_spec wick_objective_freq_drawdown_per_symbol = {
    .name = "freq_drawdown_per_symbol",
    .title = "profit per drawdown of the worst symbol",
    .formula = "-min over the symbols that traded of profit / drawdown (profit without drawdown), "
               "20 less where that is below 1",
    .source = "Freqtrade MaxDrawDownPerPairHyperOptLoss",
    .better = -1,
    .eval = drawdown_per_symbol,
};

const wick_objective_spec wick_objective_freq_profit_drawdown = {
    .name = "freq_profit_drawdown",
    .title = "profit less drawdown",
    .formula = "-(profit - drawdown * profit * (1 - 0.075)), drawdown as a share of starting cash "
               "plus peak",
    .source = "Freqtrade ProfitDrawDownHyperOptLoss",
    .better = -1,
    .eval = profit_drawdown,
};

const wick_objective_spec wick_objective_freq_multi = {
    .name = "freq_multi",
    .title = "profit, drawdown, profit factor, expectancy, win rate and number of trades",
    .formula = "-(profit - drawdown * profit * (1 - 0.055)) * ln(wins / (losses + 1e-6) + 1) * "
               "ln(min(10, expectancy ratio) + 2) * ln(1.2 + win rate) * few, few = 1 from 50 "
               "trades on, else max(n / 50, 0.1)",
    .source = "Freqtrade MultiMetricHyperOptLoss",
    .better = -1,
    .eval = multi,
};
