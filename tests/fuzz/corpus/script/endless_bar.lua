local S = wick.strategy "endless"
function S.each_bar(sym)
  while true do end
end
return S
