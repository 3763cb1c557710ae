/* SPDX-License-Identifier: MIT */
/* What scripts may call and define. tests/e2e/reference.sh checks that every name is here. */
#include "cli/doc.h"

#define DECLARE "Declarations"
#define SERIES  "Series"
#define SIGNALS "Signals style"
#define HOOKS   "Hooks"
#define CTX     "The portfolio: ctx"
#define SYM     "A symbol while deciding: sym"
#define PINE    "Pine style"
#define RUNTIME "Pine's runtime"
#define MORE    "Metrics and small helpers"
#define JOBS    "Pipelines"
#define TABLES  "Tables, JSON, reports"
#define PM      "Position manager: wick.pm"

const cli_lua_doc cli_lua_docs[] = {
    {"wick.strategy", "", "wick.strategy(name)", DECLARE,
     "A new strategy; fill in params and hooks and return it from the file."},
    {"wick.int", "", "wick.int(default, low, high [, step])", DECLARE, "A whole-number parameter."},
    {"wick.num", "", "wick.num(default, low, high [, step])", DECLARE, "A real-number parameter."},
    {"wick.bool", "", "wick.bool(default)", DECLARE, "A parameter that is true or false."},
    {"wick.text", "", "wick.text(default)", DECLARE,
     "A parameter that is any text; not for tuning."},
    {"wick.choice", "", "wick.choice(first, ...)", DECLARE,
     "A parameter that is one of these words; the first is the default."},
    {"S.params", "params", "S.params = { name = wick.int(20, 5, 120), ... }", DECLARE,
     "Parameters, declared once: default, check of --param, and search space."},
    {"S.engine", "", "S.engine = { fill = \"open\", ... }", DECLARE,
     "Settings the strategy asks for; a profile, config file or option overrides them."},
    {"ta.define", "",
     "ta.define { name=, inputs = {\"src\"}, params = { n = wick.int(...) }, outputs = "
     "{\"x\"}, run = function(n, src, p) end }",
     DECLARE,
     "An indicator in Lua. run gets lists of n values and returns one list per output; "
     "afterwards it is called as ta.NAME."},
    {"wick.stream", "", "wick.stream(name, parameters...)", DECLARE,
     "Streaming form of an indicator: call the result once with each value; it gives the same "
     "numbers as the series."},
    {"b.open",
     "b.high b.low b.close b.volume b.hl2 b.hlc3 b.ohlc4 b.hlcc4 b.time b.bar_index b.new_day",
     "b.open b.high b.low b.close b.volume b.hl2 b.hlc3 b.ohlc4 b.hlcc4 b.time b.bar_index "
     "b.new_day",
     SERIES,
     "Series of a symbol's bars. time is the stamp in ms; new_day is 1 on the first bar of a "
     "trading day."},
    {"b.name", "b.tick_size b.point_value b.qty_step b.currency b.timezone b.timeframe",
     "b.name b.tick_size b.point_value b.qty_step b.currency b.timezone b.timeframe", SERIES,
     "Facts of the symbol; sym and Pine's s have them too."},
    {"x:lag", "", "x:lag(k), in a declaration also x[k]", SERIES,
     "The value k bars ago. Inside a bar function x[k] is a number."},
    {"x:gt", "x:ge x:lt x:le x:eq x:ne wick.gt wick.ge wick.lt wick.le wick.eq wick.ne",
     "x:gt(y) x:ge(y) x:lt(y) x:le(y) x:eq(y) x:ne(y), or wick.gt(x, y) ...", SERIES,
     "Comparison as a mask: 1 or 0; 0 where a side is not available."},
    {"x:both", "wick.both", "x:both(y, ...), or wick.both(x, y, ...)", SERIES,
     "1 where all masks are 1."},
    {"x:either", "wick.either", "x:either(y, ...), or wick.either(x, y, ...)", SERIES,
     "1 where any mask is 1."},
    {"x:negate", "wick.negate", "x:negate()", SERIES, "1 where the mask is 0."},
    {"x:abs",
     "x:sign x:floor x:ceil x:round x:sqrt x:exp x:log x:log10 x:sin x:cos x:tan x:asin x:acos "
     "x:atan x:isna x:nz x:min x:max x:pow x:mod x:iff",
     "x:abs() x:sign() x:floor() x:ceil() x:round() x:sqrt() x:exp() x:log() x:log10() x:sin() "
     "x:cos() x:tan() x:asin() x:acos() x:atan() x:isna() x:nz([y]) x:min(y, ...) x:max(y, ...) "
     "x:pow(y) x:mod(y) x:iff(a, b)",
     SERIES, "The functions of wick as methods."},
    {"wick.iff", "", "wick.iff(mask, a, b)", SERIES, "a where the mask is 1, else b."},
    {"wick.nz", "", "wick.nz(x [, y])", SERIES, "x, or y (default 0) where x is not available."},
    {"wick.isna", "", "wick.isna(x)", SERIES, "1 where x is not available."},
    {"wick.na", "", "wick.na", SERIES, "The missing value. It equals nothing, not even itself."},
    {"wick.min", "wick.max", "wick.min(x, y, ...) wick.max(x, y, ...)", SERIES,
     "The least or greatest, of series and numbers."},
    {"wick.abs",
     "wick.sign wick.floor wick.ceil wick.round wick.sqrt wick.exp wick.log wick.log10 "
     "wick.sin wick.cos wick.tan wick.asin wick.acos wick.atan",
     "wick.abs(x); also sign floor ceil round sqrt exp log log10 sin cos tan asin acos atan",
     SERIES, "Of a series, bar by bar, or of a number."},
    {"wick.weights", "",
     "wick.weights(name, { returns = rows | cov = matrix, mean =, score =, lo =, hi =, group =, "
     "group_cap =, gross =, budget =, ... })",
     SERIES,
     "Weights of assets by one of `wick list weights`: a list of numbers. returns: one row a bar, "
     "from which covariance (and its name) and means are taken."},
    {"wick.covariance", "", "wick.covariance(returns [, name [, parameter]])", SERIES,
     "Covariance of rows of returns by one of `wick list covariances`, as a list of rows."},
    {"wick.pow", "wick.mod", "wick.pow(x, y) wick.mod(x, y)", SERIES,
     "Power and remainder. The ^ of the two VMs differs in the last digit; wick.pow does not."},
    {"wick.expr", "", "wick.expr(text [, b] [, names...])", SERIES,
     "A series from text such as \"close > highest(high, n)[1]\". Names are sources, "
     "indicators, and the fields of the tables given."},
    {"b:symbol", "", "b:symbol(name [, what])", SERIES,
     "Bars of another symbol, aligned by close time: b:symbol(\"SPY\").close, "
     "ta.atr(b:symbol(\"SPY\"), 14), b:symbol(\"SPY\"):higher(...). With an expression or a "
     "function of "
     "those bars, its results: b:symbol(\"SPY\", function(o) return ta.obv(o) end)."},
    {"b:higher", "", "b:higher(timeframe, what)", SERIES,
     "An expression, or what a function of them returns, on completed bars of a higher timeframe: "
     "b:higher(\"1w\", \"ema(close, 10)\"), b:higher(\"1w\", function(w) return ta.atr(w, 5) "
     "end)."},
    {"S.signals", "signals", "function S.signals(b, p) return { long = mask, ... } end", SIGNALS,
     "Whole columns, once per symbol. Keys: long short flat exit_long exit_short (masks); stop "
     "target (levels); stop_points target_points trail (distances from the fill); stop_pct "
     "target_pct trail_pct; hold (bars); limit entry_stop expire (priced entries); exit_limit "
     "(phases=candle); score; size "
     "= { units= | cash= | pct_equity= | pct_cash= | risk_pct= }, a number or series each, or "
     "a function (sym, p) -> units."},
    {"S.series", "", "function S.series(b, p) S.when.name = mask; return { atr = series } end",
     HOOKS, "Named series for bar functions, and masks that wake S.on.name."},
    {"S.when", "", "S.when.name = mask", HOOKS, "Wakes S.on.name on the bars where the mask is 1."},
    {"S.on", "", "function S.on.name(sym, p) end", HOOKS,
     "Called on the bars of the mask S.when.name."},
    {"S.init", "", "function S.init(ctx, p) end", HOOKS, "Once, before the first bar."},
    {"S.before_bar", "", "function S.before_bar(ctx, p) end", HOOKS,
     "Every tick, before the symbols are asked."},
    {"S.each_bar", "", "function S.each_bar(sym, p) end", HOOKS,
     "Every symbol with a bar at this tick."},
    {"S.on_bar", "", "function S.on_bar(ctx, p) end", HOOKS, "Every tick, after the symbols."},
    {"S.fees", "", "function S.fees(fill) return fill.fee + 0.5 end", HOOKS,
     "What a fill costs in cash, in place of fill.fee, which is what the settings charge. fill: "
     "symbol "
     "side (\"buy\", \"sell\") type (\"market\", \"limit\", \"stop\", \"stop_limit\") maker units "
     "closing price value traded tick_size point_value bar time, and open high low close volume of "
     "the bar it fills on."},
    {"S.slippage", "", "function S.slippage(fill) return fill.slip + 2 * fill.tick_size end", HOOKS,
     "Points by which a market or stop fill is worse, in place of fill.slip of the settings; "
     "fields "
     "as in S.fees, price before slippage."},
    {"S.rebalance", "", "S.rebalance = \"month last\" | 21 | { every =, drift =, band = }", HOOKS,
     "When S.allocate or S.on_rebalance is asked, or a function of p that returns it. Schedules: "
     "\"daily\", \"week wed\", \"2 weeks\", \"month last\", \"month day 15\", \"quarter\", \"year "
     "last\", \"once\", \"never\", a number of bars. drift: also on any bar on which a symbol's "
     "share is further than that from its target. band: a symbol off by no more is left alone."},
    {"S.on_rebalance", "", "function S.on_rebalance(ctx, p) end", HOOKS,
     "Called on the ticks of S.rebalance, after S.on_bar."},
    {"S.allocate", "",
     "S.allocate = { alpha =, top =, optimiser =, window =, hi =, vol_target =, sizer = ... }",
     HOOKS,
     "The chain alpha, risk, optimiser, sizer on the ticks of S.rebalance, or a function of p that "
     "returns it. docs/portfolio.md has the fields."},
    {"S.features", "s:features",
     "function S.features(b, p) return { name = series, ... } end; Pine: s:features { ... }", HOOKS,
     "Columns a model filter is trained on and scores entries by; known at the close of the bar. "
     "Computed only when a filter asks."},
    {"S.constant_features", "", "S.constant_features = { \"is_above_sma_200\" }", HOOKS,
     "Features that may have one value in all training rows. Training refuses any other that has: "
     "it "
     "is mostly a mistake (pipelines: --allow-constant)."},
    {"S.label", "", "function S.label(b, p) return { kind = \"trailing\", ... } end", HOOKS,
     "What became of an entry: trade, trailing, barrier, return or sign; without it the outcome "
     "of the strategy's own trade. docs/scripting.md has the fields."},
    {"wick.model_param", "", "wick.model_param(wick.num(0.6, 0.5, 0.9))", HOOKS,
     "A parameter of the model that filters entries; no part of the search for the strategy's "
     "own."},
    {"wick.cross_rank", "wick.cross_zscore wick.cross_demean wick.cross_mean",
     "wick.cross_rank(x) wick.cross_zscore(x) wick.cross_demean(x) wick.cross_mean(x)", HOOKS,
     "A feature against the other symbols with a bar at the moment: rank 0 to 1, distance to "
     "their mean in deviations, distance to it, the mean itself."},
    {"wick.month", "", "wick.month(b)", SERIES, "Month (1 to 12) of each bar's stamp, UTC."},
    {"ctx.bar",
     "ctx.time ctx.equity ctx.cash ctx.symbols ctx.all ctx.open_count ctx.borrow ctx.interest "
     "ctx.funding ctx.dividends",
     "ctx.bar ctx.time ctx.equity ctx.cash ctx.symbols ctx.all ctx.open_count ctx.borrow "
     "ctx.interest ctx.funding ctx.dividends",
     CTX,
     "Ticks since trading began (from 0), stamp in ms, account, list of symbols with a bar "
     "now, list of all symbols, number of symbols held; cash received so far for holding (below "
     "zero: paid)."},
    {"ctx:series", "", "ctx:series(name, function(b) return series end)", CTX,
     "Declares a named series for every symbol; in S.init only."},
    {"ctx:rank", "", "ctx:rank(series, n)", CTX,
     "The n symbols with the highest value now, ties by name; absent and NA ones are left out."},
    {"ctx:target_weights", "", "ctx:target_weights(list, w or {w, ...})", CTX,
     "Orders the differences to these fractions of equity; what is held and not listed is "
     "closed."},
    {"ctx:due", "", "ctx:due(schedule)", CTX,
     "Whether this tick is one of a schedule: \"month last\", \"week wed\", 21 (bars)."},
    {"ctx:returns", "", "ctx:returns(list, n)", CTX,
     "Returns of the symbols over the last n ticks, one row a tick, oldest first; nil while one of "
     "them has a shorter history. A tick without a bar of a symbol returns 0."},
    {"ctx:close_all", "", "ctx:close_all()", CTX, "Closes everything that is held."},
    {"ctx:sym", "", "ctx:sym(name)", CTX, "One symbol by name."},
    {"sym.position",
     "sym.name sym.bar sym.time sym.avg_price sym.open_pnl sym.bars_held sym.pending sym.lots "
     "sym.liquidation_price sym.long_units sym.short_units sym.open sym.high sym.low sym.close "
     "sym.volume",
     "sym.name bar time position avg_price open_pnl bars_held pending lots "
     "liquidation_price long_units short_units",
     SYM,
     "What is known of the symbol now. Prices (open high low close volume) and named series "
     "are indexed: sym.close[0] is this bar, sym.close[1] the one before."},
    {"sym:buy", "order", "sym:buy { pct_equity = 10, stop_points = 2 * sym.atr[0] }", SYM,
     "Enters long; a short position is closed first. Returns the order id, or nil and the "
     "reason. Fields: one size key (units cash pct_equity pct_cash risk_pct), limit, stop, price, "
     "on_close, delay, expire, score, tag, oco, after, and the bracket: stop_loss target "
     "(prices) stop_points target_points trail trail_start (distances) stop_pct target_pct "
     "trail_pct hold."},
    {"sym:sell", "", "sym:sell { ... }", SYM, "Enters short; a long position is closed first."},
    {"sym:order", "", "sym:order { side = \"buy\", ... }", SYM, "A plain signed order."},
    {"sym:close", "", "sym:close([fraction [, tag]])", SYM,
     "Closes what is held, or a fraction of it."},
    {"sym:target", "", "sym:target { pct= | units= | cash= }", SYM,
     "Orders the difference to a target."},
    {"sym:protect", "", "sym:protect { stop=, target=, trail= [, ticket=] }", SYM,
     "Moves the levels of what is held, or of one ticket (lots=hedge); false removes one."},
    {"sym:tickets", "", "sym:tickets()", SYM,
     "What is held, lot by lot, oldest first: id (of the entry's order) tag side units price bar "
     "time "
     "stop target trail pnl."},
    {"sym:close_ticket", "", "sym:close_ticket(id or tag [, fraction] [, tag])", SYM,
     "Closes what is held of one entry (lots=hedge). With a price: sym:order { side=, ticket=, "
     "limit= }."},
    {"sym:units", "", "sym:units { risk_pct = 1, stop_points = 2.5 }", SYM,
     "Units that a size means now, rounded down to the lot step."},
    {"sym:cancel", "", "sym:cancel(id or tag)", SYM, "Withdraws resting orders."},
    {"sym:cancel_all", "", "sym:cancel_all()", SYM, "Withdraws all resting orders of the symbol."},
    {"pine.strategy", "", "pine.strategy { title = \"...\", pyramiding = 0, ... }", PINE,
     "A strategy in Pine style; the file runs once for every symbol. Fields are those of "
     "Pine's strategy(): initial_capital, default_qty_type, default_qty_value, "
     "commission_type, commission_value, slippage, process_orders_on_close ...; engine = { ... "
     "} holds settings."},
    {"pine.input.int", "pine.input.float",
     "pine.input.int(name, default [, { minval=, maxval=, step=, options=, title= }])", PINE,
     "A parameter. pine.input.float alike."},
    {"s:each_bar", "",
     "return s:each_bar(function() ... end [, { when =, when_flat =, when_long =, when_short =, "
     "on_fill = }])",
     PINE,
     "The function of every bar; it ends the file. With masks it is called only on the bars where "
     "`when`, or the mask of the present position, is 1; true instead of a mask means every bar of "
     "that state, on_fill = true the bars on which something filled."},
    {"s:entry", "",
     "s:entry(id, direction [, { qty=, limit=, stop=, oca_name=, oca_type=, comment= }])", PINE,
     "Enters in the direction s.long or s.short; an opposite position is closed first. Instead of "
     "qty: cash, pct_equity, pct_cash. NaN means not given, here and below."},
    {"s:exit", "",
     "s:exit(id [, from_entry], { profit=, loss=, limit=, stop=, trail_price=, trail_points=, "
     "trail_offset=, qty=, qty_percent=, oca_name=, comment=, comment_profit=, comment_loss=, "
     "comment_trailing= })",
     PINE, "Protects what an entry opens: one exit per entry, limit, stop and trail in one."},
    {"s:order", "",
     "s:order(id, direction [, { qty=, limit=, stop=, oca_name=, oca_type=, comment= }])", PINE,
     "A plain signed order: no pyramiding rule, no reversal."},
    {"s:default_entry_qty", "", "s:default_entry_qty(price)", PINE,
     "What an entry without a quantity would buy or sell if it filled at this price."},
    {"s:close", "", "s:close(id [, { comment=, qty=, qty_percent=, immediately= }])", PINE,
     "Closes what an entry opened, at the next open or at this close. A text is the comment."},
    {"s:close_all", "", "s:close_all([{ comment=, immediately= }])", PINE, "Closes everything."},
    {"s:cancel", "s:cancel_all", "s:cancel(id) s:cancel_all()", PINE,
     "Withdraws one order, or all."},
    {"s:risk_allow_entry_in",
     "s:risk_max_position_size s:risk_max_drawdown s:risk_max_intraday_filled_orders "
     "s:risk_max_intraday_loss s:risk_max_cons_loss_days",
     "s:risk_allow_entry_in(\"long\" | \"short\" | \"all\") s:risk_max_position_size(n) "
     "s:risk_max_drawdown(v [, \"percent_of_equity\" | \"cash\"]) "
     "s:risk_max_intraday_filled_orders(n) s:risk_max_intraday_loss(v [, type]) "
     "s:risk_max_cons_loss_days(n)",
     PINE, "The rules of strategy.risk."},
    {"s.position_size",
     "s.position_avg_price s.position_entry_name s.equity s.netprofit s.openprofit s.grossprofit "
     "s.grossloss s.initial_capital s.opentrades s.closedtrades s.wintrades s.losstrades "
     "s.eventrades s.max_drawdown s.max_runup s.max_contracts_held_all s.max_contracts_held_long "
     "s.max_contracts_held_short s.netprofit_percent s.openprofit_percent s.grossprofit_percent "
     "s.grossloss_percent s.max_drawdown_percent s.max_runup_percent s.margin_liquidation_price "
     "s.avg_trade s.avg_trade_percent s.avg_winning_trade s.avg_winning_trade_percent "
     "s.avg_losing_trade s.avg_losing_trade_percent s.opentrades_capital_held s.cash s.bars_held "
     "s.pending s.bar s.bar_index s.time s.account_currency",
     "s.position_size s.position_avg_price s.equity s.netprofit s.openprofit s.opentrades "
     "s.closedtrades ...",
     PINE,
     "strategy.NAME: the account and the position as the bar function sees them. Equity is the "
     "account's, the rest the symbol's own."},
    {"s:closedtrades_entry_price",
     "s:closedtrades_exit_price s:closedtrades_entry_bar_index s:closedtrades_exit_bar_index "
     "s:closedtrades_entry_time s:closedtrades_exit_time s:closedtrades_entry_id "
     "s:closedtrades_exit_id s:closedtrades_entry_comment s:closedtrades_exit_comment "
     "s:closedtrades_size s:closedtrades_profit s:closedtrades_profit_percent "
     "s:closedtrades_commission s:closedtrades_max_runup s:closedtrades_max_drawdown "
     "s:closedtrades_max_runup_percent s:closedtrades_max_drawdown_percent "
     "s:opentrades_entry_price s:opentrades_entry_bar_index s:opentrades_entry_time "
     "s:opentrades_entry_id s:opentrades_entry_comment s:opentrades_size s:opentrades_profit "
     "s:opentrades_profit_percent s:opentrades_commission s:opentrades_max_runup "
     "s:opentrades_max_drawdown s:opentrades_max_runup_percent "
     "s:opentrades_max_drawdown_percent",
     "s:closedtrades_NAME(i) s:opentrades_NAME(i)", PINE,
     "strategy.closedtrades.NAME(i) and opentrades.NAME(i), oldest first from 0; NaN (nil for "
     "texts) out of range."},
#include "cli/doc_pine_rows.h"
    {"metrics.define", "",
     "metrics.define { name=, title=, better = \"higher\", eval = function(m, ledger) end }", MORE,
     "Adds a metric: m holds every canonical metric by name; ledger.trades, ledger.equity and "
     "ledger.time are lists."},
    {"metrics.moments", "", "metrics.moments(list)", MORE,
     "{ n, mean, dev, skew, kurtosis }: population moments, raw kurtosis."},
    {"metrics.psr", "", "metrics.psr(returns [, reference])", MORE,
     "Probability that the true Sharpe ratio per return is above the reference (0)."},
    {"metrics.min_trl", "", "metrics.min_trl(returns [, reference [, confidence]])", MORE,
     "Returns needed until metrics.psr reaches the confidence (0.95); nil when the ratio is not "
     "above the reference."},
    {"metrics.dsr", "", "metrics.dsr(returns, trials, variance)", MORE,
     "Deflated Sharpe ratio: metrics.psr against the best to be expected of so many trials whose "
     "Sharpe ratios have this variance."},
    {"metrics.expected_max_sharpe", "", "metrics.expected_max_sharpe(variance, trials)", MORE,
     "Best Sharpe ratio to be expected of trials without skill."},
    {"metrics.block_length", "", "metrics.block_length(list [, \"stationary\" | \"circular\"])",
     MORE, "Block length a bootstrap of this series should have."},
    {"metrics.pbo", "", "metrics.pbo(lists [, { blocks = 16 }])", MORE,
     "Probability of backtest overfitting of trials, a list of returns each, on one clock: "
     "{ pbo, prob_loss, slope, intercept, r2, logit_mean, in_mean, out_mean, blocks, rows, trials, "
     "combinations, dominates_1, dominates_2 }."},
    {"metrics.spa", "", "metrics.spa(lists [, { replicates = 1000, q =, seed =, level = }])", MORE,
     "Reality Check and SPA of trials less their benchmark: { v, p_white, t, p_lower, "
     "p_consistent, p_upper, best, q, replicates, significant }; significant lists trials by "
     "number."},
    {"metrics.trials", "", "metrics.trials(lists)", MORE,
     "How many independent trials a search was worth: { raw, effective, clusters, mean_corr, "
     "variance }."},
    {"metrics.bootstrap", "",
     "metrics.bootstrap(list, f | \"mean\" | \"sharpe\" [, { replicates = 1000, method = \"bca\", "
     "resample = \"iid\", block =, level = 0.95, seed = 42 }])",
     MORE,
     "Interval of a statistic: f gets a list and returns a number or nil. { estimate, low, high, "
     "std_error, bias, defined }."},
    {"metrics.intervals", "",
     "metrics.intervals { metrics = { \"sharpe\" }, replicates = 1000, bars_per_year =, ... }",
     MORE,
     "Intervals of metrics of the result being scored, by name; options as in metrics.bootstrap. "
     "Only in metrics.define and objectives."},
    {"wick.objective", "",
     "wick.objective { name=, better = \"higher\" | \"lower\", score = function(m, ledger, p) end, "
     "constraints = { name = function(m, ledger, p) end } }",
     MORE,
     "What an objective file returns. m holds the canonical metrics by name (nil where not "
     "defined); ledger.trades, ledger.equity and ledger.time are lists; p holds the "
     "parameters. A constraint is met at 0 and below."},
    {"wick.study", "",
     "wick.study { direction = \"maximize\" [, directions =, name =, storage =, sampler =, pruner "
     "=, seed =, profile = \"optuna4\", budget =, heartbeat =, retries =] }",
     MORE,
     "A search over whatever a function scores, in pipelines and tests. s:optimize(f, { n_trials "
     "=, timeout =, terminator =, catch =, callback =, callbacks = }) calls f(trial) and tells "
     "what it returned, a number or a list; "
     "s:ask(), s:tell(trial, value [, { state = \"pruned\" }]), s:enqueue { x = 1 }, s:add { "
     "params "
     "=, space =, value = } (a trial from elsewhere), s:copy(other), s:best(), "
     "s:best_trials(), s:trial(n), s:trials(), s:importance { method = \"fanova\" }, "
     "s:hypervolume(ref), s:attr(key [, value]), s:count(), s:sampler(), s:exhausted(), s:stop(); "
     "s.why says why a terminator stopped. A trial has t:num(name, low, high [, { log =, step = "
     "}]), "
     "t:int, t:choice(name, list), t:bool(name), t:report(value, step), t:should_prune(), "
     "t:constrain(name, value), t:attr(key [, value]), t.number."},
    {"wick.pruned", "", "error(wick.pruned), or return wick.pruned", MORE,
     "Ends a trial of wick.study that goes nowhere."},
    {"wick.reject", "", "wick.reject(reason [, by])", MORE,
     "What score returns for a result that must not win; by (0 and up, default 1) tells the "
     "sampler how far off it was."},
    {"wick.fmt", "", "wick.fmt(x [, decimals])", MORE,
     "Shortest text that reads back, the same on both VMs."},
    {"wick.date", "", "wick.date(time)", MORE,
     "Table of year, month, day, hour, minute, second, weekday (1 is Sunday) of a stamp, UTC."},
    {"wick.sorted_pairs", "", "wick.sorted_pairs(t)", MORE,
     "pairs in the order of the keys; in scripts pairs itself is sorted."},
    {"wick.pipeline", "P.run P.options P.doc P.example", "wick.pipeline(name)", JOBS,
     "A new pipeline; fill in P.options, P.doc, P.example and function P.run(cfg, run), and "
     "return it from the file. P.run may return { exit = 3 }. docs/pipelines.md."},
    {"run:stage", "", "run:stage(name, inputs, function() return value end)", JOBS,
     "Does a stage, or gives its value of before when inputs, pipeline and its files are "
     "unchanged. inputs and value are plain data; handles among the inputs count by hash."},
    {"run:write_json", "run:write_csv run:write_text run:csv",
     "run:write_json(name, value [, { indent = 2 }]) run:write_csv(name, header, rows) "
     "run:write_text(name, text)",
     JOBS, "Writes an artefact of the run folder, whole or not at all."},
    {"run:read_json", "run:read_text run:exists",
     "run:read_json(path) run:read_text(path) run:exists(path)", JOBS,
     "Reads a file, which becomes an input of the run. Second result: its SHA-256."},
    {"run:log", "run:show", "run:log(format, ...) run:show(text)", JOBS,
     "A line of run.log, also shown on stderr; text to standard output."},
    {"run:promote", "", "run:promote(artefact, name)", JOBS,
     "Says that an artefact may go into configs/ as `name`: `wick pipeline promote`, or "
     "--promote, copies it."},
    {"run:bars", "ml.synth",
     "run:bars { data =, symbols =, from =, to =, timeframe =, symbol_info =, funding =, "
     "borrow =, actions =, rates =, drop_bad = }",
     JOBS,
     "Bars, an input of the run: b:symbols() b:span() b:ticks() b:rows() b:clock() b:only{...} "
     "b:digest(). ml.synth { symbols =, bars =, seed = } makes some."},
    {"run:strategy", "", "run:strategy { file =, profile =, engine =, cash =, bars_per_year = }",
     JOBS,
     "A strategy under settings: s:params() s:values(p) s:settings(), s:dataset { bars =, params "
     "=, from =, to = } -> x, labels, { kind, horizon }, and s:backtest { bars =, trade_from =, "
     "runs = { { params =, model =, threshold =, size =, seed = }, ... } } -> results with "
     "r.METRIC r:metrics() r:fates() r:trades() r:equity() r:times() r:text(writer)."},
    {"run:write_bundle", "run:read_bundle run:load_bundle",
     "run:write_bundle(name, bundle) run:read_bundle(path) run:load_bundle(name)", JOBS,
     "Bundles: written as an artefact, read as an input, read back from this run."},
    {"ml.matrix", "ml.vector ml.labels ml.weights ml.folds ml.scaler",
     "ml.matrix { columns =, time =, symbol = } ml.labels { x =, y =, ret =, last = } ml.folds { "
     "x =, labels =, kind =, k =, embargo = } ml.weights { x =, labels =, bars =, kind = } "
     "ml.scaler { name =, x =, rows = } ml.vector(list)",
     JOBS, "Data of models; rows are counted from 1. In pipelines and tests."},
    {"ml.fit", "ml.cross_validate ml.search ml.space ml.check ml.models ml.scalers ml.load",
     "ml.load(path) -> bundle; ml.fit { x =, labels =, model =, params =, imputer =, scaler =, "
     "calibration = } -> bundle; "
     "ml.cross_validate { x =, labels =, folds =, trials = }; ml.search { x =, labels =, folds =, "
     "model =, trials =, space =, metric = }",
     JOBS,
     "Fits imputer, scaler, model and calibration as one bundle: b:predict(x) b:scores() b:info() "
     "b:features() b:gain() b:explain(x) b:permute{...} b:fact(name) b:digest(). docs/ml.md."},
    {"ml.score_classes",
     "ml.score_reals ml.score_ranks ml.score_filter ml.reliability ml.correlate ml.drift "
     "ml.calibrate",
     "ml.score_classes(y, p [, threshold [, weights]]) ml.score_reals(y, p) "
     "ml.score_ranks(times, p, ret) ml.score_filter(p, ret, threshold) ml.reliability(y, p [, bins "
     "[, \"width\"]]) "
     "ml.correlate(a, b [, \"ranks\"]) ml.drift(x, train, test) ml.calibrate(kind, score, y)",
     JOBS, "Model metrics, drift and calibration."},
    {"run.dir", "run.id run.jobs run.seed", "run.dir run.id run.jobs run.seed", JOBS,
     "Facts of the run: its folder, its name, threads, seed."},
    {"wick.list", "", "wick.list(t)", JOBS,
     "Marks a table as a list, so that it is written as [] even when it is empty."},
    {"run:read_table", "run:find_table run:write_table",
     "run:read_table(path [, { columns =, types = }]) -> table, sha256", JOBS,
     "A columnar table (.csv, .csv.gz, .csv.zst, .wkt, .parquet); the file becomes an input of the "
     "run. "
     "run:find_table(stem) gives the path of the .parquet, .wkt or .csv file there is, or nil; "
     "run:write_table(name, table) writes an artefact."},
    {"run:peek_json", "", "run:peek_json(path)", JOBS,
     "What the folder remembers of earlier runs, or nil: no input, so results must not depend on "
     "it."},
    {"run:folder", "", "run:folder(name)", JOBS,
     "Inside a stage: files written below this name appear as one folder when the stage ends."},
    {"run:seal", "run:unseal", "run:seal(pattern, why) run:unseal(pattern)", JOBS,
     "Reading a file whose name (below the run folder) matches the Lua pattern is an error in "
     "between."},
    {"P.in_place", "", "P.in_place = true", JOBS,
     "The pipeline reads from and writes into --run-root itself; --run-id is a name only."},
    {"wick.table", "", "wick.table { {\"name\", list [, type]}, ... }", TABLES,
     "A columnar table. Types: float, int, text, bool, time; without one, that of the first value. "
     "docs/tables.md."},
    {"wick.table_csv", "", "wick.table_csv(text [, { columns =, types = }])", TABLES,
     "A columnar table from CSV text."},
    {"t.rows", "t.names t:list t:get t:row t:type t:has",
     "t.rows t.names #t t:list(name) t:get(row, name) t:row(i)", TABLES,
     "Values of a table: a column as a list (missing is wick.na), a cell or a row as a record "
     "(missing is nil). t:type(name), t:has(name)."},
    {"t:select", "t:rename t:with t:cast t:head t:take t:append",
     "t:select(names) t:rename(from, to) t:with(name, list or value [, type]) t:cast(name, type) "
     "t:head(n) t:take(rows) t:append(u, ...)",
     TABLES, "Tables are never changed: each gives a new one that shares the columns it keeps."},
    {"t:where", "", "t:where(\"x\", \">=\", 1) t:where { {\"x\", \">=\", 1}, ... }", TABLES,
     "Rows that meet all conditions: == ~= < <= > >= missing present. Missing meets no "
     "comparison."},
    {"t:sort", "", "t:sort { \"event_time\", \"-score\" }", TABLES,
     "Stable; - sorts downwards; missing last."},
    {"t:join", "", "t:join(u, { on =, kind = \"inner\" or \"left\", unique =, names = })", TABLES,
     "Rows in the order of the left table. With unique a key that is there twice is an error."},
    {"t:group", "", "t:group(keys, { {\"n\", \"count\"}, {\"m\", \"mean\", \"x\"}, ... })", TABLES,
     "One row per key in the order of first appearance: count sum mean std min max first last."},
    {"t:unique", "", "t:unique(keys [, name])", TABLES,
     "The table itself; a repeated key is an error."},
    {"t:csv", "t:markdown", "t:csv() t:markdown([rows])", TABLES, "The table as text."},
    {"wick.object", "", "wick.object { {\"key\", value}, ... }", TABLES,
     "An object whose keys keep this order in pretty JSON."},
    {"wick.canonical_json", "wick.pretty_json",
     "wick.canonical_json(value) wick.pretty_json(value)", TABLES,
     "RFC 8785 text (sorted keys, numbers as ECMAScript prints them, infinities and NaN as texts), "
     "and "
     "the same numbers indented."},
    {"wick.digest", "", "wick.digest(text)", TABLES, "SHA-256 as lower-case hexadecimal digits."},
    {"wick.markdown", "r:text r:section r:json r:items r:table r:done", "wick.markdown(title)",
     TABLES,
     "A report: :text(sentence) :section(heading) :json(value) :items(list) :table(t [, rows]) and "
     ":done(), its text."},
    {"wick.gates", "", "wick.gates({ {\"name\", function(facts) end}, ... }, facts)", TABLES,
     "Names of the gates that hold, in their order."},
    {"wick.pm",
     "wick.pm.default_config wick.pm.check_config wick.pm.set wick.pm.config_object "
     "wick.pm.config_hash",
     "wick.pm.check_config(tree) wick.pm.set(tree, \"exit.closeExitProb\", 0.6) ...", PM,
     "The configuration tree: default_config(), check_config(tree) -> copy, set(tree, key, value) "
     "-> "
     "copy, config_object(tree) in its order, config_hash(tree). docs/position-manager.md."},
    {"wick.pm.grid", "wick.pm.grid_size wick.pm.grid_at",
     "wick.pm.grid([lists]) wick.pm.grid_size(g) wick.pm.grid_at(g, i)", PM,
     "Lists of thresholds per key; i counts from 0, the last key varies fastest."},
    {"wick.pm.search", "wick.pm.best",
     "wick.pm.search(frame, grid [, threads]) wick.pm.best(candidates)", PM,
     "All candidates of the grid as a table, best first; thresholds, metrics and score of the "
     "best."},
    {"wick.pm.trades",
     "wick.pm.metrics wick.pm.metrics_object wick.pm.score wick.pm.planned_ratio wick.pm.equity "
     "wick.pm.regimes",
     "wick.pm.trades(frame, thresholds) wick.pm.metrics(trades) wick.pm.equity(trades) "
     "wick.pm.regimes(trades)",
     PM,
     "Trades of a frame ordered by event_time, and what they come to: score(metrics), "
     "planned_ratio(edge, risk, min_edge)."},
    {"wick.pm.thresholds_of",
     "wick.pm.with_thresholds wick.pm.threshold_hash wick.pm.thresholds_object",
     "wick.pm.with_thresholds(th [, tree]) wick.pm.thresholds_of(tree) wick.pm.threshold_hash(th)",
     PM, "Thresholds into a config and back; their sixteen-digit hash."},
    {"wick.pm.simulate", "wick.pm.path wick.pm.default_account wick.pm.account_object",
     "wick.pm.simulate(wick.pm.path(rows), tree, account [, full])", PM,
     "Path simulation: metrics, and with full the tables trades, events, equity and every metric "
     "of "
     "wick in scores."},
    {"wick.pm.train_heads", "wick.pm.samples",
     "wick.pm.train_heads(wick.pm.samples(bars, options), options)", PM,
     "From bars to the predictions of the three heads: samples with labels and time splits, "
     "boosted "
     "trees calibrated on purged folds. Options: horizon every up down cost_bps min_edge_bps "
     "max_loss_bps participation leg_notional model rounds folds features."},
    {NULL, NULL, NULL, NULL, NULL},
};
