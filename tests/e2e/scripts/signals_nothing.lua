local S = wick.strategy "no signals"
function S.signals(b, p) end
return S
