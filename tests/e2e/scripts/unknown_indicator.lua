local S = wick.strategy "typo"
function S.signals(b, p) return { long = ta.smaa(b.close, 3):gt(b.close) } end
return S
