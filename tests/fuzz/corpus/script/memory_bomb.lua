local S = wick.strategy "bomb"
function S.each_bar(sym)
  local t = {}
  for i = 1, math.huge do t[i] = { i, tostring(i) } end
end
return S
