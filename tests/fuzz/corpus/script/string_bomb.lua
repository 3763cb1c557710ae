local S = wick.strategy "bomb"
function S.each_bar(sym)
  local s = "wick"
  while true do s = s .. s end
end
return S
