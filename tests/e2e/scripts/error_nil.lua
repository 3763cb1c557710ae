local S = wick.strategy "nothing to say"
function S.each_bar(sym) error(nil) end
return S
