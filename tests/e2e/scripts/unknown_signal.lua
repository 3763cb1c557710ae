local S = wick.strategy "typo"
function S.signals(b, p) return { lnog = b.close:gt(b.open) } end
return S
