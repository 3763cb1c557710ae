local S = wick.strategy "broken"
function S.signals(b, p
