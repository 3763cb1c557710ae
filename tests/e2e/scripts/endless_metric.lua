local S = wick.strategy "endless"
metrics.define { name = "stuck", title = "never done", better = "higher",
  eval = function(m)
    while true do end
  end }
function S.signals(b) return { long = ta.cross_over(b.close, ta.sma(b.close, 20)) } end
return S
