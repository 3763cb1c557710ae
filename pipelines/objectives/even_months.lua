-- Median monthly return in units of its mean deviation from the median: one lucky month changes
-- neither. Shows how an objective reads the ledger.

local function median(list)
  local n = #list
  table.sort(list)
  if n % 2 == 1 then return list[(n + 1) / 2] end
  return (list[n / 2] + list[n / 2 + 1]) / 2
end

local function monthly(ledger)
  local returns, before, last, month = {}, ledger.cash0, ledger.cash0, nil
  for i, t in ipairs(ledger.time) do
    local d = wick.date(t)
    local now = d.year * 12 + d.month
    if month and now ~= month then
      returns[#returns + 1] = last / before - 1
      before = last
    end
    month, last = now, ledger.equity[i]
  end
  returns[#returns + 1] = last / before - 1
  return returns
end

return wick.objective {
  name = "even_months",
  title = "median monthly return per mean deviation",
  better = "higher",
  score = function(m, ledger)
    if m.trade_count < 12 then return wick.reject("fewer than 12 trades", 12 - m.trade_count) end
    local returns = monthly(ledger)
    if #returns < 6 then return wick.reject("fewer than 6 months", 6 - #returns) end
    local middle, sum = median(returns), 0
    for _, r in ipairs(returns) do sum = sum + math.abs(r - middle) end
    if sum == 0 then return wick.reject "nothing ever changed" end
    return middle / (sum / #returns)
  end,
}
