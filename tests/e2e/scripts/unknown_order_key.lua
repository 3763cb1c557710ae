local S = wick.strategy "typo"
function S.each_bar(sym) sym:buy { unit = 1 } end
return S
