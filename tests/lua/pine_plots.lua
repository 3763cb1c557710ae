-- SPDX-License-Identifier: MIT
-- Plots: values first, then the colours of those whose colour changes from bar to bar.

local function play(before, body)
  return must_run {
    bars = { X = { close = { 10, 12, 11, 13 } } }, plots = true,
    script = "local s = pine.strategy 'x'\nlocal close = s.close\nlocal up = wick.gt(close, s.open)\n" .. before ..
      "\nreturn s:each_bar(function()\n" .. (body or "") .. "\nend)",
  }.plots
end

-- Columns of the lines behind time and symbol.
local function table_of(csv)
  local out = {}
  for line in csv:gmatch("[^\n]+") do out[#out + 1] = line:match("^[^,]*,[^,]*,?(.*)$") end
  return table.concat(out, "\n")
end

test("a colour that stays is no column, one that changes is", function()
  equal(table_of(play [[
    local rises = wick.gt(close, 11)
    pine.plot(close, "A", { color = pine.color.red })
    pine.plot(close * 2, "B", { color = wick.iff(rises, pine.color.rgb(1, 2, 3), pine.color.rgb(255, 0, 0, 50)) })
    pine.plot(close, "C, D", { color = wick.iff(rises, pine.color.hex("#0A0B0C"), wick.na) })
  ]]), table.concat({ 'A,B,"C, D",B color,"C, D color"', "10,20,10,#FF000080,", "12,24,12,#010203,#0A0B0C",
    "11,22,11,#FF000080,", "13,26,13,#010203,#0A0B0C" }, "\n"))
end)

test("colours of the bar function", function()
  equal(table_of(play([[
    local p = pine.plot("P", { colors = true, linewidth = 2 })
    local q = pine.plot("Q", { color = pine.color.red })]], [[
    p(s.bar, s.bar > 1 and pine.color.hex("#112233") or nil)
    q(s.bar)]])), "P,Q,P color\n0,0,\n1,1,\n2,2,#112233\n3,3,#112233")
end)

test("backgrounds and bars are columns of colours, lines and fills none", function()
  equal(table_of(play [[
    pine.bgcolor(wick.iff(wick.gt(close, 11), pine.color.hex("#00FF00"), wick.na), "Trend")
    pine.barcolor(pine.color.hex("#101010"))
    pine.hline(12, "Mid", { color = pine.color.gray, linestyle = pine.hline.style_dashed })
    pine.fill("A", "B", { color = pine.color.red })
  ]]), "Trend color,Bars color\n,#101010\n#00FF00,#101010\n,#101010\n#00FF00,#101010")
end)

test("unknown looks are errors with the nearest name", function()
  local _, message = run { bars = { X = { close = { 1, 2 } } },
    script = "local s = pine.strategy 'x'\npine.plot(s.close, 'A', { colour = 1 })\nreturn s:each_bar(function() end)" }
  check(message and message:find("pine.plot: unknown field 'colour'; did you mean 'color'?", 1, true), message)
end)

test("nothing is asked of colours when no plots are", function()
  must_run { bars = { X = { close = { 1, 2, 3 } } },
    script = "local s = pine.strategy 'x'\nlocal c = wick.iff(s.close:gt(1), 5, 6)\n" ..
      "pine.plot(s.close, 'A', { color = c })\npine.bgcolor(c)\npine.fill('A', 'B', { color = c })\n" ..
      "return s:each_bar(function() assert(c[0] == (s.bar > 0 and 5 or 6)) end)" }
end)
