-- A strategy with a metric of its own: the sum of gains over the sum of losses, by trade.

metrics.define {
  name = "gain_to_loss", title = "gains over losses", better = "higher",
  eval = function(_, ledger)
    local gain, loss = 0.0, 0.0
    for _, trade in ipairs(ledger.trades) do
      if trade.pnl > 0 then gain = gain + trade.pnl else loss = loss - trade.pnl end
    end
    return loss > 0 and gain / loss or wick.na
  end,
}

local S = wick.strategy "own_metric"

S.params = { n = wick.int(3, 2, 20) }

function S.signals(b, p)
  return {
    long = wick.expr("rsi(close, n) < 20 and close > sma(close, 100)", b, p),
    hold = 5,
    size = { pct_equity = 25 },
  }
end

return S
