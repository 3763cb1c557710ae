local s = pine.strategy { title = "x", pyramiding = 1, default_qty_type = "fixed", default_qty_value = 2 }
local n = pine.input.int("n", 3, { min = 1, max = 9 })
local f = ta.sma(s.close, n)
return s:each_bar(function()
  if f[0] > f[1] then s:entry("L", s.long, { limit = s.close[0] }) s:exit("X", "L", { profit = 3, loss = 4 })
  else s:close("L", "c") s:cancel("L") s:order("O", s.short, { qty = 1 }) end
end)
