local S = wick.strategy "forgotten"
function S.signals(b, p) return { long = b.close:gt(b.open) } end
