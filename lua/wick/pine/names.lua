-- SPDX-License-Identifier: MIT
-- Where the names of `pine` are: name -> module. Values first, then namespaces.
local parts = {}

local function put(module, names)
  for name in names:gmatch("%S+") do parts[name] = module end
end

put("values", "na nz eq ne lt le gt ge bool int float string fixnan max_bars_back")
put("series", "series")
put("call", "call")
put("request", "request ticker")
put("clock", [[time time_close timestamp year month weekofyear dayofmonth dayofweek hour minute second]])
put("facts", [[timeframe syminfo barstate session chart last_bar_index last_bar_time timenow]])
put("input", "input")
put("math", "math")
put("str", "str")
put("color", "color")
put("array", "array")
put("map", "map")
put("matrix", "matrix")
put("types", "type enum")
put("flow", "pick step mod")
put("draw", "line label box table polyline linefill")
put("plot", [[plot plotshape plotchar plotarrow plotbar plotcandle bgcolor barcolor hline fill alert
  alertcondition log runtime]])
put("consts", [[shape location size display extend position text font xloc yloc scale format order
  barmerge currency adjustment backadjustment settlement_as_close splits earnings dividends]])

return parts
