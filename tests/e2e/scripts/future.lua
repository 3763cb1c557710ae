local S = wick.strategy "fortune teller"
function S.each_bar(sym) return sym.close[-1] end
return S
