-- SPDX-License-Identifier: MIT
-- The namespace strategy, see builtins.lua.
local M = {}

M.functions = [[
strategy(title,shorttitle?,overlay?,format?,precision?,scale?,pyramiding?,calc_on_order_fills?,calc_on_every_tick?,max_bars_back?,backtest_fill_limits_assumption?,default_qty_type?,default_qty_value?,initial_capital?,currency?,slippage?,commission_type?,commission_value?,process_orders_on_close?,close_entries_rule?,margin_long?,margin_short?,explicit_plot_zorder?,max_lines_count?,max_labels_count?,max_boxes_count?,calc_bars_count?,risk_free_rate?,use_bar_magnifier?,fill_orders_on_standard_ohlc?,max_polylines_count?,dynamic_requests?,behind_chart?) v s
strategy.entry(id,direction,qty?,limit?,stop?,oca_name?,oca_type?,comment?,alert_message?,disable_alert?,when?) v s
strategy.order(id,direction,qty?,limit?,stop?,oca_name?,oca_type?,comment?,alert_message?,disable_alert?,when?) v s
strategy.exit(id,from_entry?,qty?,qty_percent?,profit?,limit?,loss?,stop?,trail_price?,trail_points?,trail_offset?,oca_name?,comment?,comment_profit?,comment_loss?,comment_trailing?,alert_message?,alert_profit?,alert_loss?,alert_trailing?,disable_alert?,when?) v s
strategy.close(id,comment?,qty?,qty_percent?,alert_message?,immediately?,disable_alert?,when?) v s
strategy.close_all(comment?,alert_message?,immediately?,disable_alert?,when?) v s
strategy.cancel(id,when?) v s
strategy.cancel_all(when?) v s
strategy.risk.allow_entry_in(value) v s
strategy.risk.max_cons_loss_days(count,alert_message?) v s
strategy.risk.max_drawdown(value,type,alert_message?) v s
strategy.risk.max_intraday_filled_orders(count,alert_message?) v s
strategy.risk.max_intraday_loss(value,type,alert_message?) v s
strategy.risk.max_position_size(contracts) v s
strategy.convert_to_account(value) f s
strategy.convert_to_symbol(value) f s
strategy.default_entry_qty(fill_price) f s
strategy.closedtrades.commission(trade_num) f s
strategy.closedtrades.entry_bar_index(trade_num) i s
strategy.closedtrades.entry_comment(trade_num) s s
strategy.closedtrades.entry_id(trade_num) s s
strategy.closedtrades.entry_price(trade_num) f s
strategy.closedtrades.entry_time(trade_num) i s
strategy.closedtrades.exit_bar_index(trade_num) i s
strategy.closedtrades.exit_comment(trade_num) s s
strategy.closedtrades.exit_id(trade_num) s s
strategy.closedtrades.exit_price(trade_num) f s
strategy.closedtrades.exit_time(trade_num) i s
strategy.closedtrades.max_drawdown(trade_num) f s
strategy.closedtrades.max_drawdown_percent(trade_num) f s
strategy.closedtrades.max_runup(trade_num) f s
strategy.closedtrades.max_runup_percent(trade_num) f s
strategy.closedtrades.profit(trade_num) f s
strategy.closedtrades.profit_percent(trade_num) f s
strategy.closedtrades.size(trade_num) f s
strategy.opentrades.commission(trade_num) f s
strategy.opentrades.entry_bar_index(trade_num) i s
strategy.opentrades.entry_comment(trade_num) s s
strategy.opentrades.entry_id(trade_num) s s
strategy.opentrades.entry_price(trade_num) f s
strategy.opentrades.entry_time(trade_num) i s
strategy.opentrades.max_drawdown(trade_num) f s
strategy.opentrades.max_drawdown_percent(trade_num) f s
strategy.opentrades.max_runup(trade_num) f s
strategy.opentrades.max_runup_percent(trade_num) f s
strategy.opentrades.profit(trade_num) f s
strategy.opentrades.profit_percent(trade_num) f s
strategy.opentrades.size(trade_num) f s
]]

M.variables = [[
strategy.long s c s.long
strategy.short s c s.short
strategy.direction.all s k
strategy.direction.long s k
strategy.direction.short s k
strategy.fixed s k
strategy.cash s k
strategy.percent_of_equity s k
strategy.commission.cash_per_contract s k
strategy.commission.cash_per_order s k
strategy.commission.percent s k
strategy.oca.cancel s k
strategy.oca.none s k
strategy.oca.reduce s k
strategy.account_currency s c s.account_currency
strategy.avg_losing_trade f b
strategy.avg_losing_trade_percent f b
strategy.avg_trade f b
strategy.avg_trade_percent f b
strategy.avg_winning_trade f b
strategy.avg_winning_trade_percent f b
strategy.closedtrades i b
strategy.closedtrades.first_index i c 0
strategy.equity f b
strategy.eventrades i b
strategy.grossloss f b
strategy.grossloss_percent f b
strategy.grossprofit f b
strategy.grossprofit_percent f b
strategy.initial_capital f b
strategy.losstrades i b
strategy.margin_liquidation_price f b
strategy.max_contracts_held_all f b
strategy.max_contracts_held_long f b
strategy.max_contracts_held_short f b
strategy.max_drawdown f b
strategy.max_drawdown_percent f b
strategy.max_runup f b
strategy.max_runup_percent f b
strategy.netprofit f b
strategy.netprofit_percent f b
strategy.openprofit f b
strategy.openprofit_percent f b
strategy.opentrades i b
strategy.opentrades.capital_held f b s.opentrades_capital_held
strategy.position_avg_price f b
strategy.position_entry_name s b
strategy.position_size f b
strategy.wintrades i b
]]

return M
