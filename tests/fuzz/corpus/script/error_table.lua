local S = wick.strategy "odd error"
function S.each_bar(sym) error({ code = 7 }) end
return S
