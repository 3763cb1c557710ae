-- Sortino ratio times profit factor, both per bar, under conditions. What breaks one is worse than
-- whatever breaks none, and too few trades are the worst of all.

return wick.objective {
  name = "seed_goal",
  title = "Sortino ratio times profit factor under conditions",
  better = "higher",
  constraints = {
    trades = function(m) return (80 - m.trade_count) / 80 end,
    win_rate = function(m) return (35 - (m.win_rate or 0)) / 35 end,
    drawdown = function(m) return (-40 - m.max_drawdown_pct) / 40 end,
  },
  score = function(m)
    if m.trade_count < 5 then return wick.reject("fewer than 5 trades", 10) end
    if not m.sortino or not m.profit_factor then return wick.reject "no losing bar" end
    return m.sortino * m.profit_factor
  end,
}
