-- Rewards straight equity curves that recover quickly; a long run of losses costs a little.

return wick.objective {
  name = "steady_growth",
  title = "growth per ulcer, straightness, short losing streaks",
  better = "higher",
  constraints = {
    drawdown = function(m) return -40 - m.max_drawdown_pct end, -- no deeper than 40 %
  },
  score = function(m)
    if m.trade_count < 30 then
      return wick.reject("fewer than 30 trades", 1 - m.trade_count / 30)
    end
    local upi = m.upi_annual or m.upi
    if not upi or not m.equity_r2 then return wick.reject "no drawdown to compare with" end
    return upi * m.equity_r2 - 0.02 * m.max_losses
  end,
}
