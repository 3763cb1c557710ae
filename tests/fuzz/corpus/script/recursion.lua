local S = wick.strategy "deep"
local function down(n) return 1 + down(n + 1) end
function S.each_bar(sym) down(1) end
return S
